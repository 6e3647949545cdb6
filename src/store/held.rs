//! What waits for a moderator.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use diesel::dsl::{count_star, exists, max, min, not};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use super::verbatim::Verbatim;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::schema::{accounts, caught, contributions, follows, hosts};

/// Held, as the index knows it: it serves only conditions whose value it can see.
const HELD: &str = "contributions.state = 4";

/// What waits of one author.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Who wrote it.
    pub author: Id<Account>,
    /// On which server.
    pub host: Id<Host>,
    /// Its name.
    pub name: String,
    /// How much it is.
    pub count: i64,
    /// What has waited longest.
    pub first: Id<Contribution>,
    /// What came last.
    pub last: Id<Contribution>,
}

impl Waiting {
    /// Everything that whoever decides about a page has seen, in one word: another page is another word.
    pub fn digest(page: &[Self]) -> String {
        let line = |one: &Self| format!("{} {} {} {}\n", one.author, one.count, one.first, one.last);
        let text: String = page.iter().map(line).collect();
        HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref())
    }
}

/// Where a page of the list ends: the name of a server, and an author there.
pub type Place = (String, Id<Account>);

/// What waits, server by server and author by author, as far as the viewer may see it. Who is limited
/// does not wait: that was decided.
pub fn groups(conn: &mut Conn, viewer: Viewer, after: &Place, limit: i64) -> QueryResult<Vec<Waiting>> {
    type Row = (
        Id<Account>,
        Option<Id<Host>>,
        Option<String>,
        i64,
        Option<Id<Contribution>>,
        Option<Id<Contribution>>,
    );
    let beyond = hosts::name.gt(after.0.clone());
    let there = hosts::name.eq(after.0.clone()).and(accounts::id.gt(after.1));
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(Verbatim(HELD))
        .filter(accounts::standing.ne(HostStanding::Limited))
        .filter(hosts::standing.ne(HostStanding::Limited))
        .filter(visible_to(viewer))
        .filter(beyond.or(there))
        .group_by(accounts::id)
        .order((max(hosts::name), accounts::id))
        .limit(limit)
        .select((
            accounts::id,
            max(accounts::host_id),
            max(hosts::name),
            count_star(),
            min(contributions::id),
            max(contributions::id),
        ));
    let rows: Vec<Row> = run!(conn, load, query)?;
    let waiting = |(author, host, name, count, first, last): Row| {
        Some(Waiting { author, host: host?, name: name?, count, first: first?, last: last? })
    };
    Ok(rows.into_iter().filter_map(waiting).collect())
}

/// How many contributions wait, as far as the viewer may see them, and whose authors nobody limited.
pub fn count(conn: &mut Conn, viewer: Viewer) -> QueryResult<i64> {
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(Verbatim(HELD))
        .filter(accounts::standing.ne(HostStanding::Limited))
        .filter(hosts::standing.ne(HostStanding::Limited))
        .filter(visible_to(viewer));
    run!(conn, get_result, query.count())
}

/// Who here follows these accounts: names of ours by the accounts they follow.
pub fn followed_by(
    conn: &mut Conn,
    authors: &[Id<Account>],
) -> QueryResult<HashMap<Id<Account>, Vec<String>>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(one_of(follows::followee_id, authors))
        .filter(accounts::host_id.is_null())
        .order(follows::id)
        .select((follows::followee_id, accounts::name));
    let rows: Vec<(Id<Account>, String)> = run!(conn, load, query)?;
    let mut by: HashMap<Id<Account>, Vec<String>> = HashMap::new();
    for (followee, name) in rows {
        by.entry(followee).or_default().push(name);
    }
    Ok(by)
}

/// How many follow somebody on these servers from here.
pub fn followed_there(conn: &mut Conn, on: &[Id<Host>]) -> QueryResult<HashMap<Id<Host>, i64>> {
    let query = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(one_of(accounts::host_id, on))
        .group_by(accounts::host_id)
        .select((accounts::host_id, count_star()));
    let rows: Vec<(Option<Id<Host>>, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().filter_map(|(host, count)| Some((host?, count))).collect())
}

/// Whose contributions are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Those of an author.
    Author(Id<Account>),
    /// Those from a server, except of authors about whom somebody decided otherwise.
    Host(Id<Host>),
    /// The same without what a rule about texts caught: nobody looked at it.
    Followed(Id<Host>),
}

/// Some of what waited at a moment of those who are still let in, behind a place and oldest first.
pub fn let_in_since(
    conn: &mut Conn,
    source: Source,
    (until, after): (Timestamp, Id<Contribution>),
    limit: i64,
) -> QueryResult<Vec<Id<Contribution>>> {
    let waiting = || {
        contributions::table
            .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
            .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
            .filter(Verbatim(HELD))
            .filter(contributions::id.gt(after))
            .filter(contributions::arrived_at.is_null().or(contributions::arrived_at.le(until)))
            .order(contributions::id)
            .limit(limit)
            .select(contributions::id)
    };
    match source {
        Source::Author(author) => {
            let query = waiting().filter(accounts::id.eq(author));
            run!(conn, load, query.filter(accounts::standing.eq(HostStanding::Approved)))
        }
        Source::Host(host) => {
            let query = waiting().filter(hosts::id.eq(host));
            let query = query.filter(hosts::standing.eq(HostStanding::Approved));
            run!(conn, load, query.filter(accounts::standing.ne(HostStanding::Limited)))
        }
        Source::Followed(host) => {
            let by_rule = caught::table.filter(caught::contribution_id.eq(contributions::id));
            let query = waiting().filter(hosts::id.eq(host)).filter(not(exists(by_rule)));
            let query = query.filter(hosts::standing.eq(HostStanding::Approved));
            run!(conn, load, query.filter(accounts::standing.ne(HostStanding::Limited)))
        }
    }
}

/// How much waits from a server that no rule about texts caught; authors about whom somebody decided otherwise are
/// left out.
pub fn waiting_from(conn: &mut Conn, host: Id<Host>) -> QueryResult<i64> {
    let by_rule = caught::table.filter(caught::contribution_id.eq(contributions::id));
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(accounts::host_id.eq(host))
        .filter(accounts::standing.ne(HostStanding::Limited))
        .filter(Verbatim(HELD))
        .filter(not(exists(by_rule)));
    run!(conn, get_result, query.count())
}

/// What waits of these authors, oldest first.
pub fn of_all(conn: &mut Conn, authors: &[Id<Account>]) -> QueryResult<Vec<Id<Contribution>>> {
    let query = contributions::table
        .filter(one_of(contributions::author_id, authors))
        .filter(Verbatim(HELD))
        .order(contributions::id)
        .select(contributions::id);
    run!(conn, load, query)
}

/// What a moderator would let in together with this author, oldest first.
pub fn of(conn: &mut Conn, author: Id<Account>) -> QueryResult<Vec<Id<Contribution>>> {
    let query = contributions::table
        .filter(contributions::author_id.eq(author))
        .filter(Verbatim(HELD))
        .order(contributions::id)
        .select(contributions::id);
    run!(conn, load, query)
}

/// What a moderator would let in together with this server, oldest first; authors about whom somebody
/// decided otherwise are left out.
pub fn from(conn: &mut Conn, host: Id<Host>) -> QueryResult<Vec<Id<Contribution>>> {
    let query = contributions::table
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(accounts::host_id.eq(host))
        .filter(accounts::standing.ne(HostStanding::Limited))
        .filter(Verbatim(HELD))
        .order(contributions::id)
        .select(contributions::id);
    run!(conn, load, query)
}

/// Who wrote these.
pub fn authors_of(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<Vec<Id<Account>>> {
    let query = contributions::table
        .filter(one_of(contributions::id, ids))
        .order(contributions::author_id)
        .select(contributions::author_id)
        .distinct();
    run!(conn, load, query)
}

/// What is shown of these waits again, except of authors about whom somebody decided; how many that are.
pub fn hold_again(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<usize> {
    let undecided = accounts::table.filter(accounts::standing.eq(HostStanding::Unknown)).select(accounts::id);
    let shown = contributions::table
        .filter(one_of(contributions::id, ids))
        .filter(contributions::author_id.eq_any(undecided))
        .filter(contributions::state.eq_any([State::Current, State::Superseded, State::Retracted]));
    run!(conn, execute, diesel::update(shown).set(contributions::state.eq(State::Held)))
}
