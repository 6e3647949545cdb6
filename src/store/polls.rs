//! Polls and what was chosen in them.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use super::{Error, search, withheld_reactions};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::poll::{Poll, PollOption, PollView, ReceivedPoll};
use crate::domain::uri::Uri;
use crate::schema::{poll_options, poll_votes, polls};

/// The polls of these contributions, with what `account` chose.
pub fn of(
    conn: &mut Conn,
    account: Option<Id<Account>>,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, PollView>> {
    let query = polls::table.filter(one_of(polls::contribution_id, ids));
    let found: Vec<Poll> = run!(conn, load, query.select(Poll::as_select()))?;
    if found.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Id<Contribution>> = found.iter().map(|poll| poll.contribution_id).collect();
    let query = poll_options::table
        .filter(poll_options::contribution_id.eq_any(ids.clone()))
        .order((poll_options::contribution_id, poll_options::position));
    let options: Vec<PollOption> = run!(conn, load, query.select(PollOption::as_select()))?;
    let query = poll_votes::table
        .filter(poll_votes::account_id.eq(account.unwrap_or(Id::new(0))))
        .filter(poll_votes::contribution_id.eq_any(ids))
        .order(poll_votes::position)
        .select((poll_votes::contribution_id, poll_votes::position));
    let chosen: Vec<(Id<Contribution>, i32)> = run!(conn, load, query)?;
    let mut views: HashMap<Id<Contribution>, PollView> = found
        .into_iter()
        .map(|poll| (poll.contribution_id, PollView { poll, options: Vec::new(), chosen: Vec::new() }))
        .collect();
    for option in options {
        if let Some(view) = views.get_mut(&option.contribution_id) {
            view.options.push(option);
        }
    }
    for (id, position) in chosen {
        if let Some(view) = views.get_mut(&id) {
            view.chosen.push(position);
        }
    }
    Ok(views)
}

/// The poll of one contribution.
pub fn one(
    conn: &mut Conn,
    account: Option<Id<Account>>,
    id: Id<Contribution>,
) -> QueryResult<Option<PollView>> {
    Ok(of(conn, account, &[id])?.remove(&id))
}

/// Puts a poll in, or the new form of one; earlier votes are forgotten with the old form.
pub fn set(conn: &mut Conn, poll: &Poll, titles: &[(String, i64)]) -> QueryResult<()> {
    erase(conn, poll.contribution_id)?;
    run!(conn, execute, diesel::insert_into(polls::table).values(poll))?;
    for (position, (title, votes)) in (0..).zip(titles) {
        let option = PollOption {
            contribution_id: poll.contribution_id,
            position,
            title: title.clone(),
            votes: *votes,
        };
        run!(conn, execute, diesel::insert_into(poll_options::table).values(&option))?;
    }
    search::refresh(conn, poll.contribution_id)
}

/// Takes over how often each answer was chosen, as the poll's own server counts.
pub fn recount(conn: &mut Conn, id: Id<Contribution>, poll: &ReceivedPoll) -> QueryResult<()> {
    for (position, (_, votes)) in (0_i32..).zip(&poll.options) {
        let option = poll_options::table.find((id, position));
        run!(conn, execute, diesel::update(option).set(poll_options::votes.eq(*votes)))?;
    }
    let change = (polls::voters.eq(poll.voters), polls::ends_at.eq(poll.ends_at));
    run!(conn, execute, diesel::update(polls::table.find(id)).set(change))?;
    Ok(())
}

/// Changes until when a poll runs and whether its counts are hidden until then.
pub fn set_terms(
    conn: &mut Conn,
    id: Id<Contribution>,
    ends_at: Option<Timestamp>,
    hides_totals: bool,
) -> QueryResult<usize> {
    let change = (polls::ends_at.eq(ends_at), polls::hides_totals.eq(hides_totals));
    run!(conn, execute, diesel::update(polls::table.find(id)).set(change))
}

/// Who took part.
pub fn voters(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Vec<Id<Account>>> {
    let query = poll_votes::table
        .filter(poll_votes::contribution_id.eq(id))
        .select(poll_votes::account_id)
        .distinct();
    run!(conn, load, query)
}

/// Removes a poll.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(poll_votes::table.filter(poll_votes::contribution_id.eq(id))))?;
    withheld_reactions::forget_poll(conn, id)?;
    run!(conn, execute, diesel::delete(poll_options::table.filter(poll_options::contribution_id.eq(id))))?;
    run!(conn, execute, diesel::delete(polls::table.find(id)))?;
    Ok(())
}

/// Keeps what an account chose, and counts it. The caller has checked that it has not chosen yet.
pub fn vote(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    account: Id<Account>,
    position: i32,
    uri: &Uri,
) -> Result<(), Error> {
    let row = (
        poll_votes::contribution_id.eq(id),
        poll_votes::account_id.eq(account),
        poll_votes::position.eq(position),
        poll_votes::uri.eq(uri),
        poll_votes::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(poll_votes::table).values(row))?;
    let option = poll_options::table.find((id, position));
    let more = poll_options::votes.eq(poll_options::votes + 1);
    run!(tx, execute, diesel::update(option).set(more))?;
    Ok(())
}

/// One more account took part.
pub fn count_voter(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(polls::table.find(id)).set(polls::voters.eq(polls::voters + 1)))
}
