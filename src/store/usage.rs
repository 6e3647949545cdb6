//! How much a site is used, in numbers that name nobody.

use diesel::dsl::count;
use diesel::{
    AggregateExpressionMethods, BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::hosts;
use super::verbatim::Verbatim;
use crate::clock::Timestamp;
use crate::domain::account::AccountKind;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::schema::{accounts, contributions, users};

const DAY_SECONDS: i64 = 24 * 3600;
/// Weeks that are told of.
const WEEKS: i64 = 12;
/// What was said here, in the words of an index.
const OURS: Verbatim = Verbatim("contributions.local");

/// What is worth keeping for a while, because it takes a look at much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// People here who said something in the last 30 days.
    pub month: i64,
    /// In the last 180 days.
    pub halfyear: i64,
    /// The last twelve weeks, the present one first.
    pub weeks: Vec<Week>,
    /// Public contributions of ours: first ones.
    pub posts: i64,
    /// And replies.
    pub replies: i64,
    /// Servers that are known here.
    pub hosts: i64,
}

/// How much the site is used.
pub fn numbers(conn: &mut Conn, now: Timestamp) -> QueryResult<Numbers> {
    let (posts, replies) = count_local(conn)?;
    Ok(Numbers {
        month: authors_since(conn, now.plus_seconds(-30 * DAY_SECONDS))?,
        halfyear: authors_since(conn, now.plus_seconds(-180 * DAY_SECONDS))?,
        weeks: weeks(conn, now)?,
        posts,
        replies,
        hosts: hosts::count(conn)?,
    })
}

/// How many public contributions of ours there are: first ones and replies, for NodeInfo.
fn count_local(conn: &mut Conn) -> QueryResult<(i64, i64)> {
    let ours = || contributions::table.filter(OURS).filter(visible_to(Viewer::Anyone));
    let posts = run!(conn, get_result, ours().filter(contributions::in_reply_to_uri.is_null()).count())?;
    let replies =
        run!(conn, get_result, ours().filter(contributions::in_reply_to_uri.is_not_null()).count())?;
    Ok((posts, replies))
}

/// What happened in one week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// When it began.
    pub start: Timestamp,
    /// What everybody could read of what was said here.
    pub contributions: i64,
    /// People here who said something.
    pub authors: i64,
    /// People who joined.
    pub joined: i64,
}

/// How many people here said something that everybody may read, from one moment to another.
fn authors(conn: &mut Conn, from: Timestamp, to: Timestamp) -> QueryResult<i64> {
    let (first, last): (Id<Contribution>, Id<Contribution>) = (Id::first_at(from), Id::first_at(to));
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(OURS.and(accounts::kind.eq(AccountKind::Person)))
        .filter(contributions::id.ge(first).and(contributions::id.lt(last)))
        .filter(visible_to(Viewer::Anyone))
        .select(count(contributions::author_id).aggregate_distinct());
    run!(conn, get_result, query)
}

/// How many people here said something that everybody may read since a moment.
fn authors_since(conn: &mut Conn, from: Timestamp) -> QueryResult<i64> {
    authors(conn, from, Timestamp(i64::MAX))
}

fn weeks(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<Week>> {
    // Weeks begin on Monday; 1 January 1970 was a Thursday.
    let day = now.seconds().div_euclid(DAY_SECONDS);
    let monday = (day - (day + 3).rem_euclid(7)) * DAY_SECONDS;
    let mut weeks = Vec::new();
    for back in 0..WEEKS {
        let start = Timestamp((monday - back * 7 * DAY_SECONDS) * 1000);
        weeks.push(week(conn, start)?);
    }
    Ok(weeks)
}

fn week(conn: &mut Conn, start: Timestamp) -> QueryResult<Week> {
    let end = start.plus_seconds(7 * DAY_SECONDS);
    let (first, last): (Id<Contribution>, Id<Contribution>) = (Id::first_at(start), Id::first_at(end));
    let said = contributions::table
        .filter(OURS)
        .filter(contributions::id.ge(first).and(contributions::id.lt(last)))
        .filter(visible_to(Viewer::Anyone))
        .count();
    let joined = users::table.filter(users::created_at.ge(start).and(users::created_at.lt(end))).count();
    Ok(Week {
        start,
        contributions: run!(conn, get_result, said)?,
        authors: authors(conn, start, end)?,
        joined: run!(conn, get_result, joined)?,
    })
}
