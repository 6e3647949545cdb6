//! What stands around a contribution: what it answers, and what answers it.

use std::collections::{HashMap, HashSet};

use diesel::dsl::exists;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::conn::{Conn, run};
use super::contributions::{self, Viewer, visible_to};
use super::one_of::one_of;
use super::{bookmarks, conversations, hiding, questions};
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::domain::uri::Uri;
use crate::schema::{accounts, contributions as heads, feed, theses};

/// Of how many of the newest contributions and boosts it is asked first whether they are answers to somebody.
const NEWEST: i64 = 1_000;
/// Contributions of one thread that are looked at.
const MOST_OF_THREAD: i64 = 50_000;

/// How much of a thread is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Upwards at most so many.
    pub ancestors: usize,
    /// Downwards at most so many.
    pub descendants: usize,
    /// Downwards at most so deep.
    pub depth: usize,
}

/// What stands around a contribution.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// What it answers, the first one first.
    pub ancestors: Vec<Contribution>,
    /// What answers it: each answer followed by the answers to it.
    pub descendants: Vec<Contribution>,
    /// Copies of the same question at other organizations: what answers them answers this one.
    pub copies: Vec<Id<Contribution>>,
}

/// A contribution of the thread in three numbers: key, parent, author.
type Slim = (Id<Contribution>, Option<Id<Contribution>>, Id<Account>);

/// An answer in two numbers: key, author.
type Answer = (Id<Contribution>, Id<Account>);

/// A contribution of a thread without what it says: key, parent, kind, state, kind of its author.
pub type Branch = (Id<Contribution>, Option<Id<Contribution>>, Kind, State, AccountKind);

/// How a thread branches, as far as the viewer sees it, in the order in which it came to us; and whether it goes on
/// behind what is looked at. Public ones that were deleted keep their place, because others hang on them.
pub fn branches(
    conn: &mut Conn,
    viewer: Viewer,
    thread: Id<Contribution>,
) -> QueryResult<(Vec<Branch>, bool)> {
    let gone = heads::state.eq(State::Deleted).and(heads::visibility.le(Visibility::Unlisted));
    let query = heads::table
        .inner_join(accounts::table.on(accounts::id.eq(heads::author_id)))
        .filter(heads::thread_id.eq(thread))
        .filter(visible_to(viewer).or(gone))
        .order(heads::id)
        .limit(MOST_OF_THREAD)
        .select((heads::id, heads::in_reply_to_id, heads::kind, heads::state, accounts::kind));
    let branches: Vec<Branch> = run!(conn, load, query)?;
    let full = branches.len() >= usize::try_from(MOST_OF_THREAD).unwrap_or(usize::MAX);
    Ok((branches, full))
}

/// Ties replies that arrived before what they answer to it, now that it is here; returns them. What was
/// noted about their threads goes with them.
pub fn adopt_waiting(
    conn: &mut Conn,
    uri: &Uri,
    parent: Id<Contribution>,
    thread: Id<Contribution>,
) -> QueryResult<Vec<Id<Contribution>>> {
    let waiting = heads::table
        .filter(heads::in_reply_to_uri.eq(uri))
        .filter(heads::in_reply_to_id.is_null())
        .select(heads::id);
    let replies: Vec<Id<Contribution>> = run!(conn, load, waiting)?;
    for reply in &replies {
        conversations::carry(conn, *reply, thread)?;
        bookmarks::carry_mutes(conn, *reply, thread)?;
        let tie = heads::in_reply_to_id.eq(parent);
        run!(conn, execute, diesel::update(heads::table.find(*reply)).set(tie))?;
        let moved = heads::table.filter(heads::thread_id.eq(*reply));
        run!(conn, execute, diesel::update(moved).set(heads::thread_id.eq(thread)))?;
    }
    Ok(replies)
}

/// What stands around `head` and the viewer sees. The answers of its own author come first; so do,
/// around a statement, its theses, in the order of reading. A question has no host: around any copy
/// of it stands what answers all of them.
pub fn around(conn: &mut Conn, viewer: Viewer, head: &Contribution, reach: Reach) -> QueryResult<Around> {
    let copies = copies(conn, viewer, head)?;
    let mut threads = vec![head.thread_id];
    threads.extend(copies.iter().map(|(_, thread)| *thread));
    let query = heads::table
        .filter(one_of(heads::thread_id, &threads))
        .order(heads::id)
        .limit(MOST_OF_THREAD)
        .select((heads::id, heads::in_reply_to_id, heads::author_id));
    let mut slim: Vec<Slim> = run!(conn, load, query)?;
    let copies: Vec<Id<Contribution>> = copies.into_iter().map(|(copy, _)| copy).collect();
    for (_, parent, _) in &mut slim {
        if parent.is_some_and(|parent| copies.contains(&parent)) {
            *parent = Some(head.id);
        }
    }
    let ranks = ranks(conn, head.id)?;
    let mut up = climb(&slim, head, reach.ancestors);
    up.reverse();
    let down = descend(&slim, head, &ranks, reach);
    let wanted: Vec<Id<Contribution>> = up.iter().chain(&down).copied().collect();
    let mut seen = seen(conn, viewer, &wanted)?;
    let mut take = |ids: &[Id<Contribution>]| -> Vec<Contribution> {
        ids.iter().filter_map(|id| seen.remove(id)).collect()
    };
    Ok(Around { ancestors: take(&up), descendants: take(&down), copies })
}

/// The other copies of a question that the viewer sees, each with its thread.
fn copies(
    conn: &mut Conn,
    viewer: Viewer,
    head: &Contribution,
) -> QueryResult<Vec<(Id<Contribution>, Id<Contribution>)>> {
    let asked = match head.kind {
        Kind::Question => questions::parts(conn, head.id)?,
        Kind::Post
        | Kind::Position
        | Kind::Statement
        | Kind::Thesis
        | Kind::Critique
        | Kind::Dossier
        | Kind::Translation
        | Kind::Event => None,
    };
    let Some(asked) = asked else { return Ok(Vec::new()) };
    let others = questions::carried(conn, viewer, &asked.qid)?.into_iter().map(|(copy, _)| copy);
    Ok(others.filter(|copy| copy.id != head.id).map(|copy| (copy.id, copy.thread_id)).collect())
}

fn ranks(conn: &mut Conn, statement: Id<Contribution>) -> QueryResult<HashMap<Id<Contribution>, i32>> {
    let query = theses::table
        .filter(theses::statement_id.eq(statement))
        .filter(theses::withdrawn.eq(false))
        .select((theses::contribution_id, theses::rank));
    let rows: Vec<(Id<Contribution>, i32)> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

fn climb(slim: &[Slim], head: &Contribution, most: usize) -> Vec<Id<Contribution>> {
    let parents: HashMap<Id<Contribution>, Id<Contribution>> =
        slim.iter().filter_map(|(id, parent, _)| Some((*id, (*parent)?))).collect();
    let mut up = Vec::new();
    let mut next = head.in_reply_to_id;
    while let Some(parent) = next.filter(|parent| up.len() < most && !up.contains(parent)) {
        up.push(parent);
        next = parents.get(&parent).copied();
    }
    up
}

fn descend(
    slim: &[Slim],
    head: &Contribution,
    ranks: &HashMap<Id<Contribution>, i32>,
    reach: Reach,
) -> Vec<Id<Contribution>> {
    let mut children: HashMap<Id<Contribution>, Vec<Answer>> = HashMap::new();
    for (id, parent, author) in slim {
        if let Some(parent) = parent {
            children.entry(*parent).or_default().push((*id, *author));
        }
    }
    // The last one in is the next one out, so each row of answers is pushed backwards.
    let mut open: Vec<(Id<Contribution>, usize)> = vec![(head.id, 0)];
    let mut down = Vec::new();
    while let Some((id, depth)) = open.pop() {
        if depth > 0 {
            down.push(id);
        }
        if down.len() >= reach.descendants {
            break;
        }
        let Some(mut answers) = children.remove(&id).filter(|_| depth < reach.depth) else { continue };
        answers.sort_by_key(|(answer, author)| {
            let rank = ranks.get(answer).copied();
            (*author != head.author_id, rank.is_none(), rank, *answer)
        });
        open.extend(answers.into_iter().rev().map(|(answer, _)| (answer, depth + 1)));
    }
    down
}

fn seen(
    conn: &mut Conn,
    viewer: Viewer,
    wanted: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, Contribution>> {
    let mut seen = HashMap::new();
    for some in wanted.chunks(1000) {
        let found = contributions::by_ids(conn, viewer, some)?.into_iter().map(Found::from).collect();
        let found = hiding::sift(conn, viewer, found)?;
        seen.extend(found.into_iter().map(|one| (one.head.id, one.head)));
    }
    let withdrawn = withdrawn(conn, wanted)?;
    seen.retain(|id, _| !withdrawn.contains(id));
    Ok(seen)
}

/// Theses that the current revision left out: they are still there, but no longer said.
fn withdrawn(conn: &mut Conn, wanted: &[Id<Contribution>]) -> QueryResult<HashSet<Id<Contribution>>> {
    let query = theses::table
        .filter(theses::contribution_id.eq_any(wanted.to_vec()))
        .filter(theses::withdrawn.eq(true))
        .select(theses::contribution_id);
    let rows: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

/// What others said in threads that an account began, newest first. Where much is said they are among the newest
/// of everything, which takes no look at all that was ever answered.
pub fn answers_to(
    conn: &mut Conn,
    viewer: Viewer,
    account: Id<Account>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let roots = diesel::alias!(heads as roots);
    let threads = roots
        .filter(roots.field(heads::author_id).eq(account))
        .filter(roots.field(heads::in_reply_to_uri).is_null())
        .select(roots.field(heads::id));
    let ours = || {
        heads::table
            .filter(heads::author_id.ne(account))
            .filter(visible_to(viewer))
            .order(heads::id.desc())
            .limit(limit)
    };
    let newest = feed::table.order(feed::id.desc()).offset(NEWEST).limit(1).select(feed::id);
    let bound: Option<i64> = run!(conn, first, newest).optional()?;
    if let Some(bound) = bound {
        let began = roots
            .filter(roots.field(heads::id).eq(heads::thread_id))
            .filter(roots.field(heads::author_id).eq(account))
            .filter(roots.field(heads::in_reply_to_uri).is_null());
        let near = ours().filter(heads::id.gt(Id::<Contribution>::new(bound))).filter(exists(began));
        let near: Vec<Contribution> = run!(conn, load, near.select(Contribution::as_select()))?;
        if i64::try_from(near.len()).unwrap_or(i64::MAX) >= limit {
            return Ok(near);
        }
    }
    let query = ours().filter(heads::thread_id.eq_any(threads));
    run!(conn, load, query.select(Contribution::as_select()))
}
