//! Rules that let contributions wait whoever wrote them, and what they caught.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::dsl::{count_star, sum};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::Tx;
use super::withheld::SHOWN;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::content_rule::ContentRule;
use crate::domain::contribution::{Contribution, Kind, State};
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::schema::{
    accounts, caught, content_rules, contributions, expulsions, host_arrivals, withheld_contributions,
};

/// Rows that are written with one statement.
const AT_ONCE: usize = 1_000;

/// Every rule, the oldest first.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<ContentRule>> {
    run!(conn, load, content_rules::table.order(content_rules::id).select(ContentRule::as_select()))
}

/// The rule with this key.
pub fn by_id(conn: &mut Conn, id: Id<ContentRule>) -> QueryResult<Option<ContentRule>> {
    run!(conn, first, content_rules::table.find(id).select(ContentRule::as_select())).optional()
}

/// The same, read once in a unit of work: many contributions arrive in one.
pub fn in_force(tx: &mut Tx<'_>) -> QueryResult<Arc<[ContentRule]>> {
    if let Some(rules) = &tx.rules {
        return Ok(Arc::clone(rules));
    }
    let rules: Arc<[ContentRule]> = all(tx)?.into();
    tx.rules = Some(Arc::clone(&rules));
    Ok(rules)
}

/// Keeps a rule.
pub fn insert(tx: &mut Tx<'_>, rule: &ContentRule) -> QueryResult<usize> {
    tx.rules = None;
    run!(tx, execute, diesel::insert_into(content_rules::table).values(rule))
}

/// Removes a rule; what it caught goes on waiting.
pub fn delete(tx: &mut Tx<'_>, id: Id<ContentRule>) -> QueryResult<usize> {
    tx.rules = None;
    run!(tx, execute, diesel::delete(content_rules::table.find(id)))
}

/// Notes which rule a contribution was caught by.
pub fn catch(tx: &mut Tx<'_>, id: Id<Contribution>, rule: Id<ContentRule>) -> QueryResult<usize> {
    run!(tx, execute, diesel::delete(caught::table.find(id)))?;
    let row = (caught::contribution_id.eq(id), caught::rule_id.eq(rule), caught::created_at.eq(tx.now));
    run!(tx, execute, diesel::insert_into(caught::table).values(row))
}

/// How much waits because of each rule.
pub fn counts(conn: &mut Conn) -> QueryResult<HashMap<Id<ContentRule>, i64>> {
    let query = caught::table
        .inner_join(contributions::table.on(contributions::id.eq(caught::contribution_id)))
        .filter(contributions::state.eq(State::Held))
        .group_by(caught::rule_id)
        .select((caught::rule_id, count_star()));
    let rows: Vec<(Id<ContentRule>, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

/// The rules by which some of these contributions were caught.
pub fn catching(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, ContentRule>> {
    let query = caught::table
        .inner_join(content_rules::table.on(content_rules::id.eq(caught::rule_id)))
        .filter(one_of(caught::contribution_id, ids));
    let rows: Vec<(Id<Contribution>, ContentRule)> =
        run!(conn, load, query.select((caught::contribution_id, ContentRule::as_select())))?;
    Ok(rows.into_iter().collect())
}

/// How many contributions of an author came since then; not more than `most` are counted.
pub fn recent_of(conn: &mut Conn, author: Id<Account>, since: Timestamp, most: i64) -> QueryResult<usize> {
    let query = contributions::table
        .filter(contributions::author_id.eq(author))
        .filter(contributions::arrived_at.ge(since))
        .limit(most)
        .select(contributions::id);
    let found: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(found.len())
}

/// Counts a text of a server.
pub fn count(tx: &mut Tx<'_>, host: Id<Host>) -> QueryResult<usize> {
    let key = (host, minute(tx.now));
    add(tx, key, 1)
}

fn add(conn: &mut Conn, (host, minute): (Id<Host>, i64), texts: i32) -> QueryResult<usize> {
    let row = (host_arrivals::host_id.eq(host), host_arrivals::minute.eq(minute), host_arrivals::texts.eq(0));
    let insert = diesel::insert_into(host_arrivals::table).values(row).on_conflict_do_nothing();
    run!(conn, execute, insert)?;
    let more = host_arrivals::texts.eq(host_arrivals::texts + texts);
    run!(conn, execute, diesel::update(host_arrivals::table.find((host, minute))).set(more))
}

/// Counts what came since then, where nothing was counted so far.
pub fn count_again(tx: &mut Tx<'_>, since: Timestamp) -> QueryResult<()> {
    run!(tx, execute, diesel::delete(host_arrivals::table))?;
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(contributions::arrived_at.ge(since))
        .filter(contributions::kind.eq_any([Kind::Post, Kind::Critique]))
        .select((accounts::host_id, contributions::arrived_at));
    let rows: Vec<(Option<Id<Host>>, Option<Timestamp>)> = run!(tx, load, query)?;
    let mut counts: HashMap<(Id<Host>, i64), i32> = HashMap::new();
    for (host, at) in rows.into_iter().filter_map(|(host, at)| Some((host?, at?))) {
        *counts.entry((host, minute(at))).or_default() += 1;
    }
    for (key, texts) in counts {
        add(tx, key, texts)?;
    }
    Ok(())
}

/// Forgets counts from before then.
pub fn purge(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    let old = host_arrivals::table.filter(host_arrivals::minute.lt(minute(before)));
    run!(conn, execute, diesel::delete(old))
}

const fn minute(at: Timestamp) -> i64 {
    at.0.div_euclid(60_000)
}

/// How many texts of a server were counted since then.
pub fn recent_from(conn: &mut Conn, host: Id<Host>, since: Timestamp) -> QueryResult<i64> {
    let query = host_arrivals::table
        .filter(host_arrivals::host_id.eq(host))
        .filter(host_arrivals::minute.gt(minute(since)))
        .select(sum(host_arrivals::texts));
    let texts: Option<i64> = run!(conn, get_result, query)?;
    Ok(texts.unwrap_or_default())
}

/// Whether anything of an author is shown here.
pub fn is_shown(conn: &mut Conn, author: Id<Account>) -> QueryResult<bool> {
    let query = contributions::table
        .filter(contributions::author_id.eq(author))
        .filter(contributions::state.eq(State::Current))
        .limit(1)
        .select(contributions::id);
    let found: Option<Id<Contribution>> = run!(conn, first, query).optional()?;
    Ok(found.is_some())
}

/// A text: its key, its title, its announcement, and what it says.
pub type Said = (Id<Contribution>, Option<String>, Option<String>, String);

/// Texts of others that came since then, for trying a rule.
pub fn texts(conn: &mut Conn, since: Timestamp, most: i64) -> QueryResult<Vec<Said>> {
    let query = contributions::table
        .filter(contributions::arrived_at.ge(since))
        .filter(contributions::local.eq(false))
        .filter(contributions::kind.eq_any([Kind::Post, Kind::Critique]))
        .filter(contributions::state.ne(State::Deleted))
        .order(contributions::id.desc())
        .limit(most)
        .select((contributions::id, contributions::title, contributions::summary, contributions::content));
    run!(conn, load, query)
}

/// Some of those that are shown to anybody or wait, below a key and the latest first.
pub fn shown_texts(
    conn: &mut Conn,
    since: Timestamp,
    below: Id<Contribution>,
    most: i64,
) -> QueryResult<Vec<Said>> {
    let query = contributions::table
        .filter(contributions::id.lt(below))
        .filter(contributions::arrived_at.ge(since))
        .filter(contributions::local.eq(false))
        .filter(contributions::kind.eq_any([Kind::Post, Kind::Critique]))
        .filter(contributions::state.eq_any(SHOWN))
        .order(contributions::id.desc())
        .limit(most)
        .select((contributions::id, contributions::title, contributions::summary, contributions::content));
    run!(conn, load, query)
}

/// Of what one removal would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wave {
    /// What waits because of a rule.
    Rule(Id<ContentRule>),
    /// What an author said.
    Author(Id<Account>),
    /// What came from a server.
    Host(Id<Host>),
}

/// The posts and critiques of others in a wave that came since then. Statements, questions and positions of
/// organizations are no part of any wave.
pub fn wave(conn: &mut Conn, wave: Wave, since: Timestamp) -> QueryResult<Vec<Id<Contribution>>> {
    let all = || {
        contributions::table
            .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
            .filter(contributions::arrived_at.ge(since))
            .filter(contributions::local.eq(false))
            .filter(contributions::kind.eq_any([Kind::Post, Kind::Critique]))
            .filter(contributions::state.ne(State::Deleted))
            .filter(contributions::id.ne_all(expulsions::table.select(expulsions::contribution_id)))
            .order(contributions::id)
            .select(contributions::id)
    };
    match wave {
        Wave::Rule(rule) => {
            let held = caught::table.filter(caught::rule_id.eq(rule)).select(caught::contribution_id);
            let query = all().filter(contributions::state.eq(State::Held));
            run!(conn, load, query.filter(contributions::id.eq_any(held)))
        }
        Wave::Author(author) => run!(conn, load, all().filter(contributions::author_id.eq(author))),
        Wave::Host(host) => run!(conn, load, all().filter(accounts::host_id.eq(host))),
    }
}

/// Lets contributions wait because of a rule, and notes how they were shown before; what waits because of
/// another rule stays with that one. How many.
pub fn hold(tx: &mut Tx<'_>, rule: Id<ContentRule>, ids: &[Id<Contribution>]) -> QueryResult<usize> {
    let mut held = 0;
    for some in ids.chunks(AT_ONCE) {
        let shown = || {
            contributions::table
                .filter(one_of(contributions::id, some))
                .filter(contributions::state.eq_any(SHOWN))
        };
        // A row of something that is shown says nothing any more: somebody let it in.
        let known = caught::table.filter(one_of(caught::contribution_id, some)).filter(
            caught::contribution_id
                .eq_any(shown().filter(contributions::state.ne(State::Held)).select(contributions::id)),
        );
        run!(tx, execute, diesel::delete(known))?;
        let rows = shown()
            .filter(contributions::id.ne_all(caught::table.select(caught::contribution_id)))
            .select((contributions::id, contributions::state));
        let rows: Vec<(Id<Contribution>, State)> = run!(tx, load, rows)?;
        let found: Vec<Id<Contribution>> = rows.iter().map(|(id, _)| *id).collect();
        let now = tx.now;
        let row = |(id, state): &(Id<Contribution>, State)| {
            (
                caught::contribution_id.eq(*id),
                caught::rule_id.eq(rule),
                caught::created_at.eq(now),
                caught::state.eq(Some(*state)),
            )
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        run!(tx, execute, diesel::insert_into(caught::table).values(rows))?;
        let rows = contributions::table.filter(one_of(contributions::id, &found));
        held += run!(tx, execute, diesel::update(rows).set(contributions::state.eq(State::Held)))?;
    }
    Ok(held)
}

/// Shows again what a rule took out of sight that was shown before, as far as nobody decided about it
/// meanwhile; whose that is.
pub fn let_go(tx: &mut Tx<'_>, rule: Id<ContentRule>) -> QueryResult<Vec<Id<Account>>> {
    let mut authors = Vec::new();
    for state in [State::Current, State::Superseded, State::Retracted] {
        let rows = || {
            caught::table
                .filter(caught::rule_id.eq(rule))
                .filter(caught::state.eq(state))
                .select(caught::contribution_id)
        };
        let held = || {
            contributions::table
                .filter(contributions::id.eq_any(rows()))
                .filter(contributions::state.eq(State::Held))
        };
        let whose: Vec<Id<Account>> = run!(tx, load, held().select(contributions::author_id).distinct())?;
        authors.extend(whose);
        run!(tx, execute, diesel::update(held()).set(contributions::state.eq(state)))?;
        // What another rule hides now comes back as it was before this one.
        let hidden = withheld_contributions::table
            .filter(withheld_contributions::contribution_id.eq_any(rows()))
            .filter(withheld_contributions::state.eq(State::Held));
        run!(tx, execute, diesel::update(hidden).set(withheld_contributions::state.eq(state)))?;
    }
    run!(
        tx,
        execute,
        diesel::delete(caught::table.filter(caught::rule_id.eq(rule)).filter(caught::state.is_not_null()))
    )?;
    authors.sort_unstable();
    authors.dedup();
    Ok(authors)
}
