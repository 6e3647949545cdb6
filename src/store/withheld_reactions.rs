//! Likes, boosts and votes of accounts that are suspended: kept aside, so that they neither count nor stand
//! in any list, and given back with the account.

use std::collections::HashSet;

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::one_of::one_of;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::schema::{
    accounts, boosts, contributions, likes, poll_options, poll_votes, polls, withheld_boosts, withheld_likes,
    withheld_votes,
};

/// A vote: in which poll, whose, for which answer, by which activity, when.
type Vote = (Id<Contribution>, Id<Account>, i32, String, Timestamp);

/// Brings what the accounts of a server did in line with whether they are suspended.
pub fn settle_host(conn: &mut Conn, host: Id<Host>) -> QueryResult<()> {
    let there = || accounts::table.filter(accounts::host_id.eq(host)).select(accounts::id);
    let out: Vec<Id<Account>> =
        run!(conn, load, there().filter(accounts::standing.eq(HostStanding::Suspended)))?;
    set_aside(conn, &out)?;
    let stay: Vec<Id<Account>> =
        run!(conn, load, there().filter(accounts::standing.ne(HostStanding::Suspended)))?;
    give_back(conn, &stay)
}

/// Keeps aside what these accounts did.
pub fn set_aside(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<()> {
    let given = || likes::table.filter(one_of(likes::account_id, ids));
    let rows =
        given().select((likes::account_id, likes::contribution_id, likes::id, likes::uri, likes::created_at));
    let insert = diesel::insert_into(withheld_likes::table)
        .values(rows)
        .into_columns((
            withheld_likes::account_id,
            withheld_likes::contribution_id,
            withheld_likes::id,
            withheld_likes::uri,
            withheld_likes::created_at,
        ))
        .on_conflict_do_nothing();
    run!(conn, execute, insert)?;
    run!(conn, execute, diesel::delete(given()))?;
    let given = || boosts::table.filter(one_of(boosts::account_id, ids));
    let rows = given().select((
        boosts::id,
        boosts::account_id,
        boosts::contribution_id,
        boosts::uri,
        boosts::created_at,
    ));
    let insert = diesel::insert_into(withheld_boosts::table)
        .values(rows)
        .into_columns((
            withheld_boosts::id,
            withheld_boosts::account_id,
            withheld_boosts::contribution_id,
            withheld_boosts::uri,
            withheld_boosts::created_at,
        ))
        .on_conflict_do_nothing();
    run!(conn, execute, insert)?;
    run!(conn, execute, diesel::delete(given()))?;
    set_votes_aside(conn, ids)
}

/// Votes in our own polls; others count for themselves.
fn set_votes_aside(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<()> {
    let query = poll_votes::table
        .inner_join(contributions::table.on(contributions::id.eq(poll_votes::contribution_id)))
        .filter(contributions::local.eq(true))
        .filter(one_of(poll_votes::account_id, ids))
        .select((
            poll_votes::contribution_id,
            poll_votes::account_id,
            poll_votes::position,
            poll_votes::uri,
            poll_votes::created_at,
        ));
    let votes: Vec<Vote> = run!(conn, load, query)?;
    for (poll, account, position, uri, at) in &votes {
        let row = (
            withheld_votes::contribution_id.eq(poll),
            withheld_votes::account_id.eq(account),
            withheld_votes::position.eq(position),
            withheld_votes::uri.eq(uri),
            withheld_votes::created_at.eq(at),
        );
        let insert = diesel::insert_into(withheld_votes::table).values(row).on_conflict_do_nothing();
        run!(conn, execute, insert)?;
        run!(conn, execute, diesel::delete(poll_votes::table.find((poll, account, position))))?;
        add(conn, (*poll, *position), -1)?;
    }
    for poll in voters(&votes) {
        add_voter(conn, poll, -1)?;
    }
    Ok(())
}

/// Each poll as often as somebody took part in it.
fn voters(votes: &[Vote]) -> Vec<Id<Contribution>> {
    let each: HashSet<_> = votes.iter().map(|(poll, account, ..)| (*poll, *account)).collect();
    each.into_iter().map(|(poll, _)| poll).collect()
}

fn add(conn: &mut Conn, option: (Id<Contribution>, i32), votes: i64) -> QueryResult<usize> {
    let more = poll_options::votes.eq(poll_options::votes + votes);
    run!(conn, execute, diesel::update(poll_options::table.find(option)).set(more))
}

fn add_voter(conn: &mut Conn, poll: Id<Contribution>, voters: i64) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(polls::table.find(poll)).set(polls::voters.eq(polls::voters + voters)))
}

/// Makes what these accounts did count again.
pub fn give_back(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<()> {
    let kept = || withheld_likes::table.filter(one_of(withheld_likes::account_id, ids));
    let rows = kept().select((
        withheld_likes::account_id,
        withheld_likes::contribution_id,
        withheld_likes::id,
        withheld_likes::uri,
        withheld_likes::created_at,
    ));
    let insert = diesel::insert_into(likes::table)
        .values(rows)
        .into_columns((likes::account_id, likes::contribution_id, likes::id, likes::uri, likes::created_at))
        .on_conflict_do_nothing();
    run!(conn, execute, insert)?;
    run!(conn, execute, diesel::delete(kept()))?;
    let kept = || withheld_boosts::table.filter(one_of(withheld_boosts::account_id, ids));
    let rows = kept().select((
        withheld_boosts::id,
        withheld_boosts::account_id,
        withheld_boosts::contribution_id,
        withheld_boosts::uri,
        withheld_boosts::created_at,
    ));
    let insert = diesel::insert_into(boosts::table)
        .values(rows)
        .into_columns((
            boosts::id,
            boosts::account_id,
            boosts::contribution_id,
            boosts::uri,
            boosts::created_at,
        ))
        .on_conflict_do_nothing();
    run!(conn, execute, insert)?;
    run!(conn, execute, diesel::delete(kept()))?;
    give_votes_back(conn, ids)
}

fn give_votes_back(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<()> {
    let kept = || withheld_votes::table.filter(one_of(withheld_votes::account_id, ids));
    let query = kept().select((
        withheld_votes::contribution_id,
        withheld_votes::account_id,
        withheld_votes::position,
        withheld_votes::uri,
        withheld_votes::created_at,
    ));
    let votes: Vec<Vote> = run!(conn, load, query)?;
    // Who has chosen anew meanwhile keeps that.
    let query = poll_votes::table
        .filter(one_of(poll_votes::account_id, ids))
        .select((poll_votes::contribution_id, poll_votes::account_id))
        .distinct();
    let anew: Vec<(Id<Contribution>, Id<Account>)> = run!(conn, load, query)?;
    let anew: HashSet<_> = anew.into_iter().collect();
    let votes: Vec<Vote> =
        votes.into_iter().filter(|(poll, account, ..)| !anew.contains(&(*poll, *account))).collect();
    for (poll, account, position, uri, at) in &votes {
        let row = (
            poll_votes::contribution_id.eq(poll),
            poll_votes::account_id.eq(account),
            poll_votes::position.eq(position),
            poll_votes::uri.eq(uri),
            poll_votes::created_at.eq(at),
        );
        run!(conn, execute, diesel::insert_into(poll_votes::table).values(row))?;
        add(conn, (*poll, *position), 1)?;
    }
    for poll in voters(&votes) {
        add_voter(conn, poll, 1)?;
    }
    run!(conn, execute, diesel::delete(kept()))?;
    Ok(())
}

/// Forgets what an account did that is gone.
pub fn forget(conn: &mut Conn, id: Id<Account>) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(withheld_likes::table.filter(withheld_likes::account_id.eq(id))))?;
    run!(conn, execute, diesel::delete(withheld_boosts::table.filter(withheld_boosts::account_id.eq(id))))?;
    run!(conn, execute, diesel::delete(withheld_votes::table.filter(withheld_votes::account_id.eq(id))))?;
    Ok(())
}

/// Forgets votes in a poll that is gone.
pub fn forget_poll(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    let votes = withheld_votes::table.filter(withheld_votes::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(votes))
}
