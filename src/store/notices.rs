//! Rules and announcements.

use std::collections::HashSet;

use diesel::SelectableHelper;
use diesel::dsl::{count_star, max};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};

use super::Error;
use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::notice::{Announcement, Reaction, Rule};
use crate::schema::{announcement_reactions, announcement_reads, announcements, rules};

/// The rules in their order.
pub fn rules(conn: &mut Conn) -> QueryResult<Vec<Rule>> {
    run!(conn, load, rules::table.order((rules::rank, rules::id)).select(Rule::as_select()))
}

/// Adds a rule after the others.
pub fn add_rule(tx: &mut Tx<'_>, text: &str, hint: &str) -> Result<Rule, Error> {
    let last: Option<i32> = run!(tx, get_result, rules::table.select(max(rules::rank)))?;
    let rank = last.unwrap_or(0).saturating_add(1);
    let rule = Rule { id: tx.mint(), text: text.to_owned(), hint: hint.to_owned(), rank };
    run!(tx, execute, diesel::insert_into(rules::table).values(&rule))?;
    Ok(rule)
}

/// Adds a rule in this place.
pub fn insert_rule(tx: &mut Tx<'_>, text: &str, hint: &str, rank: i32) -> Result<(), Error> {
    let rule = Rule { id: tx.mint(), text: text.to_owned(), hint: hint.to_owned(), rank };
    run!(tx, execute, diesel::insert_into(rules::table).values(&rule))?;
    Ok(())
}

/// Changes what is said about a rule, and its place.
pub fn change_rule(tx: &mut Tx<'_>, id: Id<Rule>, hint: &str, rank: i32) -> Result<(), Error> {
    let change = (rules::hint.eq(hint), rules::rank.eq(rank));
    run!(tx, execute, diesel::update(rules::table.find(id)).set(change))?;
    Ok(())
}

/// Removes a rule.
pub fn remove_rule(conn: &mut Conn, id: Id<Rule>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(rules::table.find(id)))
}

/// The announcements that are not over, the latest first.
pub fn announcements(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<Announcement>> {
    let query = announcements::table
        .filter(announcements::ends_at.is_null().or(announcements::ends_at.gt(now)))
        .order(announcements::id.desc());
    run!(conn, load, query.select(Announcement::as_select()))
}

/// The announcement with this key, unless it is over.
pub fn announcement(
    conn: &mut Conn,
    id: Id<Announcement>,
    now: Timestamp,
) -> QueryResult<Option<Announcement>> {
    let query = announcements::table.find(id);
    let found: Option<Announcement> =
        run!(conn, first, query.select(Announcement::as_select())).optional()?;
    Ok(found.filter(|one| one.ends_at.is_none_or(|end| end > now)))
}

/// Publishes an announcement.
pub fn announce(
    tx: &mut Tx<'_>,
    markdown: &str,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
) -> Result<Announcement, Error> {
    let (id, published_at) = (tx.mint(), tx.now);
    let announcement = Announcement { id, markdown: markdown.to_owned(), starts_at, ends_at, published_at };
    run!(tx, execute, diesel::insert_into(announcements::table).values(&announcement))?;
    Ok(announcement)
}

/// Removes an announcement with what was answered to it.
pub fn withdraw(conn: &mut Conn, id: Id<Announcement>) -> QueryResult<usize> {
    let reads = announcement_reads::table.filter(announcement_reads::announcement_id.eq(id));
    run!(conn, execute, diesel::delete(reads))?;
    let reactions = announcement_reactions::table.filter(announcement_reactions::announcement_id.eq(id));
    run!(conn, execute, diesel::delete(reactions))?;
    run!(conn, execute, diesel::delete(announcements::table.find(id)))
}

/// Those that an account has read.
pub fn read_by(conn: &mut Conn, account: Id<Account>) -> QueryResult<HashSet<Id<Announcement>>> {
    let query = announcement_reads::table
        .filter(announcement_reads::account_id.eq(account))
        .select(announcement_reads::announcement_id);
    let rows: Vec<Id<Announcement>> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

/// Notes that an account has read an announcement.
pub fn mark_read(conn: &mut Conn, account: Id<Account>, id: Id<Announcement>) -> QueryResult<usize> {
    let row = (announcement_reads::account_id.eq(account), announcement_reads::announcement_id.eq(id));
    run!(conn, execute, diesel::insert_into(announcement_reads::table).values(row).on_conflict_do_nothing())
}

/// What was answered to these announcements, as this account sees it; the first sign first.
pub fn reactions(
    conn: &mut Conn,
    account: Id<Account>,
    ids: &[Id<Announcement>],
) -> QueryResult<Vec<Reaction>> {
    let query = announcement_reactions::table
        .filter(announcement_reactions::announcement_id.eq_any(ids.to_vec()))
        .group_by((announcement_reactions::announcement_id, announcement_reactions::name))
        .select((announcement_reactions::announcement_id, announcement_reactions::name, count_star()))
        .order((announcement_reactions::announcement_id, announcement_reactions::name));
    let counted: Vec<(Id<Announcement>, String, i64)> = run!(conn, load, query)?;
    let query = announcement_reactions::table
        .filter(announcement_reactions::announcement_id.eq_any(ids.to_vec()))
        .filter(announcement_reactions::account_id.eq(account))
        .select((announcement_reactions::announcement_id, announcement_reactions::name));
    let own: Vec<(Id<Announcement>, String)> = run!(conn, load, query)?;
    let reaction = |(announcement, name, count): (Id<Announcement>, String, i64)| {
        let mine = own.iter().any(|(id, own)| *id == announcement && *own == name);
        Reaction { announcement, name, count, mine }
    };
    Ok(counted.into_iter().map(reaction).collect())
}

/// How many answered to an announcement with this sign.
pub fn count(conn: &mut Conn, id: Id<Announcement>, name: &str) -> QueryResult<i64> {
    let given = announcement_reactions::table
        .filter(announcement_reactions::announcement_id.eq(id))
        .filter(announcement_reactions::name.eq(name));
    run!(conn, get_result, given.count())
}

/// An account answers with a sign; once is enough.
pub fn react(tx: &mut Tx<'_>, account: Id<Account>, id: Id<Announcement>, name: &str) -> Result<(), Error> {
    let row = (
        announcement_reactions::announcement_id.eq(id),
        announcement_reactions::account_id.eq(account),
        announcement_reactions::name.eq(name),
        announcement_reactions::created_at.eq(tx.now),
    );
    let insert = diesel::insert_into(announcement_reactions::table).values(row).on_conflict_do_nothing();
    run!(tx, execute, insert)?;
    Ok(())
}

/// It takes the sign back.
pub fn unreact(
    conn: &mut Conn,
    account: Id<Account>,
    id: Id<Announcement>,
    name: &str,
) -> QueryResult<usize> {
    let row = announcement_reactions::table.find((id, account, name.to_owned()));
    run!(conn, execute, diesel::delete(row))
}
