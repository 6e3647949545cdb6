//! Lines of timelines with everything their rendering needs: a fixed number of queries per page.

use std::collections::{HashMap, HashSet};

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::contributions::Viewer;
use super::one_of::one_of;
use super::{account_views, views};
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::timeline::{AccountView, Found, Line, Mine};
use crate::domain::view::View;
use crate::schema::{bookmarks, boosts, contributions, likes, muted_threads, pins};

type Ids = HashSet<Id<Contribution>>;

/// Lines for what was found, in its order. The heads were already filtered for `viewer`; it
/// decides which replies count and what it did itself.
pub fn load(conn: &mut Conn, viewer: Viewer, found: Vec<Found>) -> QueryResult<Vec<Line>> {
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
}

impl Deeds {
    fn of<'a>(
        conn: &mut Conn,
        account: Id<Account>,
        heads: impl Iterator<Item = &'a Contribution>,
    ) -> QueryResult<Self> {
        let (mut ids, mut own, mut threads) = (Vec::new(), Vec::new(), HashSet::new());
        for head in heads {
            ids.push(head.id);
            threads.insert(head.thread_id);
            own.extend(Some(head.id).filter(|_| head.author_id == account));
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
        })
    }

    fn about(&self, head: &Contribution) -> Mine {
        Mine {
            wrote: head.author_id == self.account,
            liked: self.liked.contains(&head.id),
            boosted: self.boosted.contains(&head.id),
            bookmarked: self.bookmarked.contains(&head.id),
            muted: self.muted.contains(&head.thread_id),
            pinned: self.pinned.contains(&head.id),
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
