//! What a position map is made of: positions with their authors, hosts, versions and listings.

use std::collections::{HashMap, HashSet};

use diesel::dsl::count_star;
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::Viewer;
use super::one_of::one_of;
use super::revisions::Revision;
use super::{accounts, hosts, positions};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::position::Position;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::schema::{contributions, exchanges, listings, revisions};

/// Versions that are read to say since when an organization answers as it does now.
const RECENT: i32 = 10;

/// A position with what its row needs.
#[derive(Clone, Debug)]
pub struct Line {
    /// The head.
    pub head: Contribution,
    /// The position as it is now.
    pub position: Position,
    /// Whose it is.
    pub organization: Account,
    /// Since when its server does not answer.
    pub unreachable_since: Option<Timestamp>,
    /// Its latest versions, or all where somebody asks for a day; oldest first. Where it was never changed and nobody asks for a day, none are
    /// loaded: the position itself says it all.
    pub versions: Vec<Revision>,
    /// How many other sites list it, of how many we compared with.
    pub listed_by: Option<(u32, u32)>,
}

/// The positions on a question that the viewer may see. `history` asks for the versions of all.
pub fn lines(conn: &mut Conn, viewer: Viewer, qid: &Qid, history: bool) -> QueryResult<Vec<Line>> {
    let rows = positions::on(conn, viewer, qid)?;
    let authors: HashSet<Id<Account>> = rows.iter().map(|(head, _)| head.author_id).collect();
    let authors: Vec<Id<Account>> = authors.into_iter().collect();
    let people: HashMap<Id<Account>, Account> =
        accounts::by_ids(conn, &authors)?.into_iter().map(|account| (account.id, account)).collect();
    let dark = hosts::unreachable(conn, &authors)?;
    let changed = rows.iter().filter(|(head, _)| history || head.revision > 1).map(|(head, _)| head.id);
    let window = if history { i32::MAX } else { RECENT };
    let mut versions = versions(conn, &changed.collect::<Vec<_>>(), window)?;
    let (asked, listed) = listed(conn, qid)?;
    let line = |(head, position): (Contribution, Position)| {
        let organization = people.get(&head.author_id)?.clone();
        let named = listed.get(&head.uri).copied().unwrap_or_default();
        // Who was asked before there was a position could not list it.
        let asked = asked.iter().filter(|at| **at >= head.published_at).count();
        let sites = u32::try_from(asked).unwrap_or(u32::MAX).max(named);
        Some(Line {
            unreachable_since: dark.get(&organization.id).copied(),
            versions: versions.remove(&head.id).unwrap_or_default(),
            listed_by: (sites > 0).then_some((named, sites)),
            organization,
            head,
            position,
        })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

fn versions(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
    window: i32,
) -> QueryResult<HashMap<Id<Contribution>, Vec<Revision>>> {
    let query = revisions::table
        .inner_join(contributions::table.on(contributions::id.eq(revisions::contribution_id)))
        .filter(one_of(revisions::contribution_id, ids))
        .filter((contributions::revision - revisions::revision).lt(window))
        .order((revisions::contribution_id, revisions::revision));
    let rows: Vec<Revision> = run!(conn, load, query.select(Revision::as_select()))?;
    let mut versions: HashMap<Id<Contribution>, Vec<Revision>> = HashMap::new();
    for row in rows {
        versions.entry(row.contribution_id).or_default().push(row);
    }
    Ok(versions)
}

/// When we compared our map of a question with each other site, and how many of them list which position.
fn listed(conn: &mut Conn, qid: &Qid) -> QueryResult<(Vec<Timestamp>, HashMap<Uri, u32>)> {
    let answered = exchanges::table.filter(exchanges::qid.eq(qid)).filter(exchanges::error.is_null());
    let asked: Vec<Timestamp> = run!(conn, load, answered.select(exchanges::checked_at))?;
    let compared = exchanges::qid.eq(listings::qid).and(exchanges::account_id.eq(listings::account_id));
    let query = listings::table
        .inner_join(exchanges::table.on(compared))
        .filter(listings::qid.eq(qid))
        .filter(exchanges::error.is_null())
        .group_by(listings::position_uri)
        .select((listings::position_uri, count_star()));
    let rows: Vec<(Uri, i64)> = run!(conn, load, query)?;
    let small = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok((asked, rows.into_iter().map(|(uri, count)| (uri, small(count))).collect()))
}
