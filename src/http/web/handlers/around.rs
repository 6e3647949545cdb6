//! The replies around a contribution: branch after branch, so many on one page, and what is known of the others.

use std::collections::{HashMap, HashSet};

use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, Kind, State};
use crate::domain::critique::Critique;
use crate::domain::id::Id;
use crate::domain::view::View;
use crate::http::extract::visit::Visit;
use crate::store::contributions::{self, Viewer};
use crate::store::threads::{self, Branch};
use crate::store::{Conn, Error, critiques, hiding, quotes, revisions, views};

/// Replies on one page.
const PAGE: usize = 200;
/// Critiques that stand in the margin of one text.
const MOST_BESIDE: i64 = 200;

/// What of a thread a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// Everything that finally answers this one.
    All,
    /// Only what answers this one itself, not its theses or positions.
    Itself,
}

/// A critique with who wrote it.
pub(super) type Beside = (Contribution, Critique, Account);

/// The replies to something, as far as one page shows them.
pub(super) struct Around {
    /// Those on the page.
    pub views: Vec<View>,
    /// What the first of them answer, where that stands on an earlier page.
    pub above: HashMap<Id<Contribution>, View>,
    /// The critiques of passages, on whichever page they stand, in the order of the text.
    pub beside: Vec<Beside>,
    /// With which reply the page before this one begins.
    pub earlier: Option<Id<Contribution>>,
    /// With which reply the next page begins, and how many there are from there on.
    pub later: Option<(Id<Contribution>, usize)>,
    /// Whether there are more than were counted.
    pub uncounted: bool,
}

/// Loads the replies to `head` that the viewer may see, and the places of deleted ones between them: the first
/// ones, or those beside the one that `?replies=` names.
pub(super) fn load(
    conn: &mut Conn,
    visit: &Visit,
    head: &Contribution,
    below: Below,
) -> Result<Around, Error> {
    let viewer = visit.viewer();
    let (branches, uncounted) = threads::branches(conn, viewer, head.thread_id)?;
    let order = reading_order(head.id, &branches, below);
    let wanted = visit.asked("replies").and_then(|id| Id::parse(&id));
    let start = wanted.and_then(|id| order.iter().position(|other| *other == id)).unwrap_or_default();
    let page = start / PAGE;
    let at = |page: usize| order.get(page * PAGE).copied();
    let ids: Vec<_> = order.iter().skip(page * PAGE).take(PAGE).copied().collect();
    let heads = contributions::by_ids(conn, viewer, &ids)?;
    let mut heads = hiding::sift_heads(conn, viewer, heads)?;
    heads.extend(contributions::deleted_among(conn, &ids)?);
    let mut views = views::load(conn, viewer, heads)?;
    quotes::fill(conn, viewer, &mut views)?;
    let above = if page > 0 { above(conn, viewer, head.id, &views)? } else { HashMap::new() };
    date(conn, head, &above, &mut views)?;
    let next = page.saturating_add(1);
    Ok(Around {
        views,
        above,
        beside: beside(conn, viewer, &[head.id])?,
        earlier: page.checked_sub(1).and_then(at),
        later: at(next).map(|id| (id, order.len().saturating_sub(next * PAGE))),
        uncounted,
    })
}

/// Where a new reply stands on the page of what it answers.
pub(super) fn place(
    conn: &mut Conn,
    viewer: Viewer,
    page: &str,
    head: &Contribution,
) -> Result<String, Error> {
    let id = head.id;
    let all = contributions::count_thread(conn, viewer, head.thread_id)?;
    // Where the thread has more than one page, this one has to be named.
    let named = if usize::try_from(all).is_ok_and(|all| all > PAGE) {
        format!("?replies={id}")
    } else {
        String::new()
    };
    Ok(format!("{page}{named}#r{id}"))
}

/// The page of replies on which this one stands.
pub(super) fn page_of(visit: &Visit, id: Id<Contribution>) -> String {
    let path = visit.path.split('?').next().unwrap_or_default();
    format!("{path}?replies={id}")
}

/// The critiques of passages of these texts that the viewer wants to see.
pub(super) fn beside(
    conn: &mut Conn,
    viewer: Viewer,
    texts: &[Id<Contribution>],
) -> Result<Vec<Beside>, Error> {
    let mut beside = critiques::beside(conn, viewer, texts, MOST_BESIDE)?;
    let heads = hiding::sift_heads(conn, viewer, beside.iter().map(|(head, ..)| head.clone()).collect())?;
    let wanted: HashSet<_> = heads.iter().map(|head| head.id).collect();
    beside.retain(|(head, ..)| wanted.contains(&head.id));
    Ok(beside)
}

/// What answers `root`, each followed by the answers to it: organizations first, then persons. Walked with its own
/// stack and a set of what was seen: depth and circles come from strangers.
fn reading_order(root: Id<Contribution>, branches: &[Branch], below: Below) -> Vec<Id<Contribution>> {
    let mut children: HashMap<Id<Contribution>, Vec<&Branch>> = HashMap::new();
    for branch in branches {
        if let Some(parent) = branch.1 {
            children.entry(parent).or_default().push(branch);
        }
    }
    let mut order: Vec<&Branch> = Vec::new();
    let mut open: Vec<&Branch> = Vec::new();
    let mut next = Some(root);
    while let Some(parent) = next {
        let mut answers = children.remove(&parent).unwrap_or_default();
        answers.retain(|(id, _, kind, ..)| *id != root && belongs(*kind, below));
        if parent == root {
            answers.sort_by_key(|(id, .., author)| (*author != AccountKind::Organization, *id));
        }
        // The last one in is the next one out.
        open.extend(answers.into_iter().rev());
        let branch = open.pop();
        order.extend(branch);
        next = branch.map(|(id, ..)| *id);
    }
    without_empty_ends(&order)
}

fn belongs(kind: Kind, below: Below) -> bool {
    match below {
        Below::All => true,
        Below::Itself => !matches!(kind, Kind::Thesis | Kind::Position),
    }
}

/// A deleted contribution keeps its place only while something hangs on it. Theses stand on pages of their own.
fn without_empty_ends(order: &[&Branch]) -> Vec<Id<Contribution>> {
    let mut parents: HashSet<Id<Contribution>> = HashSet::new();
    let mut kept = Vec::new();
    for (id, parent, kind, state, _) in order.iter().rev() {
        if *state == State::Deleted && !parents.contains(id) {
            continue;
        }
        parents.extend(parent);
        kept.extend((*kind != Kind::Thesis).then_some(*id));
    }
    kept.reverse();
    kept
}

/// What replies answer that is not on their page.
fn above(
    conn: &mut Conn,
    viewer: Viewer,
    root: Id<Contribution>,
    page: &[View],
) -> Result<HashMap<Id<Contribution>, View>, Error> {
    let here: HashSet<_> = page.iter().map(|view| view.head.id).chain([root]).collect();
    let parents = page.iter().filter_map(|view| view.head.in_reply_to_id);
    let missing: HashSet<_> = parents.filter(|id| !here.contains(id)).collect();
    let heads = contributions::by_ids(conn, viewer, &missing.into_iter().collect::<Vec<_>>())?;
    let heads = heads.into_iter().filter(|head| head.kind != Kind::Thesis).collect();
    Ok(views::load(conn, viewer, heads)?.into_iter().map(|view| (view.head.id, view)).collect())
}

/// Says of what was said before its target was revised to which version it was said. Posts are edited, not
/// revised.
fn date(
    conn: &mut Conn,
    root: &Contribution,
    above: &HashMap<Id<Contribution>, View>,
    views: &mut [View],
) -> Result<(), Error> {
    let revised = |head: &&Contribution| head.revision > 1 && head.kind != Kind::Post;
    let heads = views.iter().chain(above.values()).map(|view| &view.head).chain([root]);
    let targets: Vec<(Id<Contribution>, i32)> =
        heads.filter(revised).map(|head| (head.id, head.revision)).collect();
    if targets.is_empty() {
        return Ok(());
    }
    let ids: Vec<Id<Contribution>> = targets.iter().map(|(id, _)| *id).collect();
    let moments = revisions::moments(conn, &ids)?;
    for view in views {
        let target = targets.iter().find(|(id, _)| Some(*id) == view.head.in_reply_to_id);
        let Some((target, now)) = target else { continue };
        let said = view.head.published_at;
        let before = moments.iter().filter(|(id, _, at)| id == target && *at <= said);
        let stood = before.map(|(_, number, _)| *number).max();
        view.answers_version = stood.filter(|number| number < now);
    }
    Ok(())
}
