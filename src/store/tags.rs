//! Hashtags: who follows them, who shows them on a profile, how often they are used.

use std::collections::HashSet;

use diesel::dsl::{count_star, max};
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult};

use super::Error;
use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::page::{Page, paged};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::schema::{contributions, featured_tags, followed_tags, tags};

/// A hashtag on a profile.
#[derive(Clone, Debug)]
pub struct Featured {
    /// The key of the row.
    pub id: i64,
    /// The hashtag, folded.
    pub name: String,
    /// How many public contributions of the account carry it.
    pub count: i64,
    /// When the last one was published.
    pub last: Option<Timestamp>,
}

/// Follows a hashtag; once is enough.
pub fn follow(tx: &mut Tx<'_>, account: Id<Account>, name: &str) -> Result<(), Error> {
    let id: Id<Account> = tx.mint();
    let row = (
        followed_tags::account_id.eq(account),
        followed_tags::name.eq(name),
        followed_tags::id.eq(id),
        followed_tags::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(followed_tags::table).values(row).on_conflict_do_nothing())?;
    Ok(())
}

/// Follows a hashtag no longer.
pub fn unfollow(conn: &mut Conn, account: Id<Account>, name: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(followed_tags::table.find((account, name.to_owned()))))
}

/// The hashtags that an account follows, the latest first.
pub fn followed(conn: &mut Conn, account: Id<Account>, page: Page) -> QueryResult<Vec<(i64, String)>> {
    let query = followed_tags::table
        .filter(followed_tags::account_id.eq(account))
        .select((followed_tags::id, followed_tags::name));
    paged!(conn, page, query, followed_tags::id)
}

/// Shows a hashtag on the profile of an account; once is enough.
pub fn feature(tx: &mut Tx<'_>, account: Id<Account>, name: &str) -> Result<(), Error> {
    let id: Id<Account> = tx.mint();
    let row = (
        featured_tags::account_id.eq(account),
        featured_tags::name.eq(name),
        featured_tags::id.eq(id),
        featured_tags::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(featured_tags::table).values(row).on_conflict_do_nothing())?;
    Ok(())
}

/// Takes a hashtag off the profile of an account.
pub fn unfeature(conn: &mut Conn, account: Id<Account>, name: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(featured_tags::table.find((account, name.to_owned()))))
}

/// The hashtags on the profile of an account.
pub fn featured(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<Featured>> {
    let query = featured_tags::table
        .filter(featured_tags::account_id.eq(account))
        .order(featured_tags::id)
        .select((featured_tags::id, featured_tags::name));
    let rows: Vec<(i64, String)> = run!(conn, load, query)?;
    let names: Vec<String> = rows.iter().map(|(_, name)| name.clone()).collect();
    let used = tags::table
        .inner_join(contributions::table.on(contributions::id.eq(tags::contribution_id)))
        .filter(tags::name.eq_any(names))
        .filter(contributions::author_id.eq(account))
        .filter(visible_to(Viewer::Anyone))
        .group_by(tags::name)
        .select((tags::name, count_star(), max(contributions::published_at)));
    let used: Vec<(String, i64, Option<Timestamp>)> = run!(conn, load, used)?;
    let featured = |(id, name): (i64, String)| {
        let found = used.iter().find(|(used, ..)| *used == name);
        Featured { id, count: found.map_or(0, |row| row.1), last: found.and_then(|row| row.2), name }
    };
    Ok(rows.into_iter().map(featured).collect())
}

/// The hashtags that an account used most in public, for suggestions.
pub fn used_by(conn: &mut Conn, account: Id<Account>, limit: i64) -> QueryResult<Vec<String>> {
    let query = tags::table
        .inner_join(contributions::table.on(contributions::id.eq(tags::contribution_id)))
        .filter(contributions::author_id.eq(account))
        .filter(visible_to(Viewer::Anyone))
        .group_by(tags::name)
        .order(count_star().desc())
        .limit(limit)
        .select((tags::name, count_star()));
    let rows: Vec<(String, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().map(|(name, _)| name).collect())
}

/// Uses of hashtags in public since a moment: name, author, when.
pub fn uses(
    conn: &mut Conn,
    names: &[String],
    since: Timestamp,
) -> QueryResult<Vec<(String, Id<Account>, Timestamp)>> {
    let query = tags::table
        .inner_join(contributions::table.on(contributions::id.eq(tags::contribution_id)))
        .filter(tags::name.eq_any(names.to_vec()))
        .filter(contributions::published_at.ge(since))
        .filter(visible_to(Viewer::Anyone))
        .order(contributions::id.desc())
        .limit(1000)
        .select((tags::name, contributions::author_id, contributions::published_at));
    run!(conn, load, query)
}

/// Hashtags that begin so and were used in public.
pub fn beginning(conn: &mut Conn, start: &str, limit: i64, offset: i64) -> QueryResult<Vec<String>> {
    let end = format!("{start}\u{10ffff}");
    let query = tags::table
        .inner_join(contributions::table.on(contributions::id.eq(tags::contribution_id)))
        .filter(tags::name.ge(start.to_owned()))
        .filter(tags::name.lt(end))
        .filter(visible_to(Viewer::Anyone))
        .order(tags::name)
        .limit(limit)
        .offset(offset)
        .distinct()
        .select(tags::name);
    run!(conn, load, query)
}

/// Those of these hashtags that an account follows, and those that it shows on its profile.
pub fn chosen(
    conn: &mut Conn,
    account: Id<Account>,
    names: &[String],
) -> QueryResult<(HashSet<String>, HashSet<String>)> {
    let followed = followed_tags::table
        .filter(followed_tags::account_id.eq(account))
        .filter(followed_tags::name.eq_any(names.to_vec()))
        .select(followed_tags::name);
    let followed: Vec<String> = run!(conn, load, followed)?;
    let featured = featured_tags::table
        .filter(featured_tags::account_id.eq(account))
        .filter(featured_tags::name.eq_any(names.to_vec()))
        .select(featured_tags::name);
    let featured: Vec<String> = run!(conn, load, featured)?;
    Ok((followed.into_iter().collect(), featured.into_iter().collect()))
}

/// How many hashtags an account follows.
pub fn count_followed(conn: &mut Conn, account: Id<Account>) -> QueryResult<i64> {
    run!(conn, get_result, followed_tags::table.filter(followed_tags::account_id.eq(account)).count())
}
