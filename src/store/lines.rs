//! Lines of timelines with everything their rendering needs: a fixed number of queries per page.

use std::collections::{HashMap, HashSet};

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::contributions::Viewer;
use super::one_of::one_of;
use super::{account_views, quotes, views, written};
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::quote::{Tie, permission};
use crate::domain::relation::FollowState;
use crate::domain::timeline::{AccountView, Found, Line, Mine, QuoteLine};
use crate::domain::view::View;
use crate::schema::{bookmarks, boosts, contributions, follows, likes, muted_threads, pins};

type Ids = HashSet<Id<Contribution>>;

/// Lines for what was found, in its order. The heads were already filtered for `viewer`; it
/// decides which replies count and what it did itself.
pub fn load(conn: &mut Conn, viewer: Viewer, found: Vec<Found>) -> QueryResult<Vec<Line>> {
    let mut lines = without_quotes(conn, viewer, found)?;
    if lines.iter().any(|line| line.view.quote.is_some()) {
        quote(conn, viewer, &mut lines)?;
    }
    Ok(lines)
}

/// Adds what the lines quote. What is quoted in turn within that is named only, so that two rounds
/// of the same queries are enough for a page.
fn quote(conn: &mut Conn, viewer: Viewer, lines: &mut [Line]) -> QueryResult<()> {
    let shown = quotes::shown(conn, viewer, lines.iter().map(|line| &line.view))?;
    let mut heads: HashMap<Id<Contribution>, Contribution> = HashMap::new();
    for head in shown.values().filter_map(|one| one.quoted.as_ref()) {
        heads.entry(head.id).or_insert_with(|| head.clone());
    }
    let found = heads.into_values().map(Found::from).collect();
    let mut inner = without_quotes(conn, viewer, found)?;
    if inner.iter().any(|line| line.view.quote.is_some()) {
        let within = quotes::shown(conn, viewer, inner.iter().map(|line| &line.view))?;
        for line in &mut inner {
            line.quote = within.get(&line.view.head.id).map(|one| QuoteLine {
                showing: one.showing,
                quoted_id: one.quoted.as_ref().map(|head| head.id),
                quoted: None,
            });
        }
    }
    let inner: HashMap<_, _> = inner.into_iter().map(|line| (line.view.head.id, line)).collect();
    for line in lines {
        line.quote = shown.get(&line.view.head.id).map(|one| QuoteLine {
            showing: one.showing,
            quoted_id: one.quoted.as_ref().map(|head| head.id),
            quoted: one.quoted.as_ref().and_then(|head| inner.get(&head.id)).cloned().map(Box::new),
        });
    }
    Ok(())
}

fn without_quotes(conn: &mut Conn, viewer: Viewer, found: Vec<Found>) -> QueryResult<Vec<Line>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut heads: HashMap<Id<Contribution>, Contribution> = HashMap::new();
    for one in &found {
        heads.entry(one.head.id).or_insert_with(|| one.head.clone());
    }
    let answers = answered(conn, heads.values())?;
    let mine = match viewer.account() {
        Some(account) => Some(Deeds::of(conn, account, heads.values())?),
        None => None,
    };
    let views = views::load(conn, viewer, heads.into_values().collect())?;
    let views: HashMap<Id<Contribution>, View> = views.into_iter().map(|view| (view.head.id, view)).collect();
    let people = people(conn, &found, &views)?;
    // With which app people write is for their own eyes: it could tell apart who speaks for an organization.
    let own = |view: &&View| view.head.local && viewer.account() == Some(view.author.id);
    let own: Vec<Id<Contribution>> = views
        .values()
        .filter(own)
        .filter(|view| view.author.kind == AccountKind::Person)
        .map(|view| view.head.id)
        .collect();
    let tools = if own.is_empty() { HashMap::new() } else { written::tools(conn, &own)? };
    let mut lines = Vec::with_capacity(found.len());
    for one in found {
        let id = one.head.id;
        let Some(view) = views.get(&id).cloned() else { continue };
        let Some(author) = people.get(&view.author.id).cloned() else { continue };
        let boost = match one.boost {
            Some(boost) => match people.get(&boost.account_id).cloned() {
                Some(by) => Some((boost, by)),
                None => continue,
            },
            None => None,
        };
        lines.push(Line {
            author,
            boost,
            answers: one.head.in_reply_to_id.and_then(|parent| answers.get(&parent).copied()),
            mine: mine.as_ref().map(|mine| mine.about(&one.head)),
            quote: None,
            tool: tools.get(&id).cloned(),
            view,
        });
    }
    Ok(lines)
}

/// The line of one contribution or boost.
pub fn one(conn: &mut Conn, viewer: Viewer, found: impl Into<Found>) -> QueryResult<Option<Line>> {
    Ok(load(conn, viewer, vec![found.into()])?.pop())
}

/// Who wrote what these answer.
pub(super) fn answered<'a>(
    conn: &mut Conn,
    heads: impl Iterator<Item = &'a Contribution>,
) -> QueryResult<HashMap<Id<Contribution>, Id<Account>>> {
    let parents: HashSet<Id<Contribution>> = heads.filter_map(|head| head.in_reply_to_id).collect();
    if parents.is_empty() {
        return Ok(HashMap::new());
    }
    let query = contributions::table
        .filter(one_of(contributions::id, &parents))
        .select((contributions::id, contributions::author_id));
    let rows: Vec<(Id<Contribution>, Id<Account>)> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

/// The authors and those who handed on, each once.
fn people(
    conn: &mut Conn,
    found: &[Found],
    views: &HashMap<Id<Contribution>, View>,
) -> QueryResult<HashMap<Id<Account>, AccountView>> {
    let mut known: HashMap<Id<Account>, Account> =
        views.values().map(|view| (view.author.id, view.author.clone())).collect();
    let boosters: HashSet<Id<Account>> =
        found.iter().map(Found::by).filter(|id| !known.contains_key(id)).collect();
    if !boosters.is_empty() {
        let boosters: Vec<_> = boosters.into_iter().collect();
        let more = super::accounts::by_ids(conn, &boosters)?;
        known.extend(more.into_iter().map(|account| (account.id, account)));
    }
    let views = account_views::load(conn, known.into_values().collect())?;
    Ok(views.into_iter().map(|view| (view.account.id, view)).collect())
}

/// What an account did with the contributions of a page.
struct Deeds {
    account: Id<Account>,
    liked: Ids,
    boosted: Ids,
    bookmarked: Ids,
    pinned: Ids,
    muted: Ids,
    ties: HashMap<Id<Account>, Tie>,
}

impl Deeds {
    fn of<'a>(
        conn: &mut Conn,
        account: Id<Account>,
        heads: impl Iterator<Item = &'a Contribution>,
    ) -> QueryResult<Self> {
        let (mut ids, mut own, mut threads) = (Vec::new(), Vec::new(), HashSet::new());
        let mut choosy = HashSet::new();
        for head in heads {
            ids.push(head.id);
            threads.insert(head.thread_id);
            own.extend(Some(head.id).filter(|_| head.author_id == account));
            choosy.extend(Some(head.author_id).filter(|_| head.quote_policy.asks_for_ties()));
        }
        let liked = likes::table
            .filter(likes::account_id.eq(account))
            .filter(one_of(likes::contribution_id, &ids))
            .select(likes::contribution_id);
        let boosted = boosts::table
            .filter(boosts::account_id.eq(account))
            .filter(one_of(boosts::contribution_id, &ids))
            .select(boosts::contribution_id);
        let bookmarked = bookmarks::table
            .filter(bookmarks::account_id.eq(account))
            .filter(one_of(bookmarks::contribution_id, &ids))
            .select(bookmarks::contribution_id);
        let muted = muted_threads::table
            .filter(muted_threads::account_id.eq(account))
            .filter(one_of(muted_threads::thread_id, &threads))
            .select(muted_threads::thread_id);
        let liked: Vec<Id<Contribution>> = run!(conn, load, liked)?;
        let boosted: Vec<Id<Contribution>> = run!(conn, load, boosted)?;
        let bookmarked: Vec<Id<Contribution>> = run!(conn, load, bookmarked)?;
        let muted: Vec<Id<Contribution>> = run!(conn, load, muted)?;
        let pinned = if own.is_empty() { Vec::new() } else { pinned(conn, account, own)? };
        Ok(Self {
            account,
            liked: liked.into_iter().collect(),
            boosted: boosted.into_iter().collect(),
            bookmarked: bookmarked.into_iter().collect(),
            muted: muted.into_iter().collect(),
            pinned: pinned.into_iter().collect(),
            ties: ties(conn, account, &choosy)?,
        })
    }

    fn about(&self, head: &Contribution) -> Mine {
        let tie = self.ties.get(&head.author_id).copied().unwrap_or_default();
        Mine {
            wrote: head.author_id == self.account,
            liked: self.liked.contains(&head.id),
            boosted: self.boosted.contains(&head.id),
            bookmarked: self.bookmarked.contains(&head.id),
            muted: self.muted.contains(&head.thread_id),
            pinned: self.pinned.contains(&head.id),
            quoting: permission(head, Tie { own: head.author_id == self.account, ..tie }),
        }
    }
}

fn pinned(
    conn: &mut Conn,
    account: Id<Account>,
    own: Vec<Id<Contribution>>,
) -> QueryResult<Vec<Id<Contribution>>> {
    let query = pins::table
        .filter(pins::account_id.eq(account))
        .filter(one_of(pins::contribution_id, &own))
        .select(pins::contribution_id);
    run!(conn, load, query)
}

/// Who of these authors follows the account and whom of them it follows.
fn ties(
    conn: &mut Conn,
    account: Id<Account>,
    authors: &HashSet<Id<Account>>,
) -> QueryResult<HashMap<Id<Account>, Tie>> {
    let mut ties: HashMap<Id<Account>, Tie> = HashMap::new();
    if authors.is_empty() {
        return Ok(ties);
    }
    let follows = follows::table
        .filter(follows::follower_id.eq(account))
        .filter(one_of(follows::followee_id, authors))
        .filter(follows::state.eq(FollowState::Accepted))
        .select(follows::followee_id);
    let followed = follows::table
        .filter(follows::followee_id.eq(account))
        .filter(one_of(follows::follower_id, authors))
        .filter(follows::state.eq(FollowState::Accepted))
        .select(follows::follower_id);
    let follows: Vec<Id<Account>> = run!(conn, load, follows)?;
    let followed: Vec<Id<Account>> = run!(conn, load, followed)?;
    for author in follows {
        ties.entry(author).or_default().follows = true;
    }
    for author in followed {
        ties.entry(author).or_default().followed = true;
    }
    Ok(ties)
}
