//! Reports, with what was reported as it stood then and what moderators noted.

use std::collections::HashMap;

use diesel::dsl::{count_star, not};
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::page::{Page, paged};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::notice::Rule;
use crate::domain::relation::FollowState;
use crate::domain::report::{Evidence, Note, Outcome, Report};
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::schema::{
    accounts, evidence_texts, follows, hosts, mentions, report_evidence, report_notes, reports,
};

/// A report to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewReport<'a> {
    /// Its address.
    pub uri: &'a Uri,
    /// Who reports.
    pub reporter: Id<Account>,
    /// Whom.
    pub target: Option<Id<Account>>,
    /// What is said about it.
    pub content: &'a str,
    /// The addresses of what is reported.
    pub items: &'a [Uri],
    /// What it is about, in a word.
    pub category: &'a str,
    /// The rules that were broken.
    pub rules: &'a [Id<Rule>],
    /// Whether the account's own server was told.
    pub forwarded: bool,
}

/// Keeps a report; its key, or `None` when it was here already.
pub fn insert(tx: &mut Tx<'_>, report: &NewReport<'_>) -> Result<Option<Id<Report>>, Error> {
    let same = reports::table.filter(reports::uri.eq(report.uri));
    let known: i64 = run!(tx, get_result, same.count())?;
    if known > 0 {
        return Ok(None);
    }
    let id: Id<Report> = tx.mint();
    let items: Vec<&str> = report.items.iter().map(Uri::as_str).collect();
    let row = (
        reports::id.eq(id),
        reports::uri.eq(report.uri),
        reports::reporter_id.eq(report.reporter),
        reports::target_id.eq(report.target),
        reports::content.eq(report.content),
        reports::items.eq(items.join("\n")),
        reports::created_at.eq(tx.now),
        (
            reports::category.eq(report.category),
            reports::rules.eq(keys(report.rules)),
            reports::forwarded.eq(report.forwarded),
        ),
    );
    run!(tx, execute, diesel::insert_into(reports::table).values(row))?;
    Ok(Some(id))
}

fn keys(rules: &[Id<Rule>]) -> String {
    rules.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The report with this key.
pub fn by_id(conn: &mut Conn, id: Id<Report>) -> QueryResult<Option<Report>> {
    run!(conn, first, reports::table.find(id).select(Report::as_select())).optional()
}

/// Which reports are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Those that wait, and not those that are closed.
    pub open: bool,
    /// None about these: they are closed to who reads.
    pub closed: &'a [Id<Account>],
    /// Only of this reporter.
    pub reporter: Option<Id<Account>>,
    /// Only about this account.
    pub target: Option<Id<Account>>,
}

/// The reports that are wanted, newest first.
pub fn page(conn: &mut Conn, wanted: &Wanted<'_>, page: &Page) -> QueryResult<Vec<Report>> {
    // No account has the key 0.
    let key = |account: Option<Id<Account>>| account.unwrap_or(Id::new(0));
    let any = |account: Option<Id<Account>>| account.is_none().into_sql::<Bool>();
    let all = || {
        reports::table
            .filter(reports::target_id.is_null().or(not(one_of(reports::target_id, wanted.closed))))
            .filter(reports::reporter_id.eq(key(wanted.reporter)).or(any(wanted.reporter)))
            .filter(reports::target_id.eq(key(wanted.target)).or(any(wanted.target)))
    };
    if wanted.open {
        paged!(
            conn,
            page,
            all().filter(reports::closed_at.is_null()).select(Report::as_select()),
            reports::id
        )
    } else {
        paged!(
            conn,
            page,
            all().filter(reports::closed_at.is_not_null()).select(Report::as_select()),
            reports::id
        )
    }
}

/// The reports about an account that wait.
pub fn open_about(conn: &mut Conn, target: Id<Account>) -> QueryResult<Vec<Report>> {
    let query = reports::table.filter(reports::target_id.eq(target)).filter(reports::closed_at.is_null());
    run!(conn, load, query.select(Report::as_select()))
}

/// Says what a report is about; the rules stay where none are named.
pub fn describe(
    conn: &mut Conn,
    id: Id<Report>,
    category: &str,
    rules: Option<&[Id<Rule>]>,
) -> QueryResult<usize> {
    if let Some(rules) = rules {
        run!(conn, execute, diesel::update(reports::table.find(id)).set(reports::rules.eq(keys(rules))))?;
    }
    run!(conn, execute, diesel::update(reports::table.find(id)).set(reports::category.eq(category)))
}

/// How many reports of an account, and of all accounts of these servers, came since then and wait.
pub fn count_waiting(
    conn: &mut Conn,
    reporter: Id<Account>,
    servers: &[Id<Host>],
    since: Timestamp,
) -> QueryResult<(i64, i64)> {
    let open = || reports::table.filter(reports::closed_at.is_null()).filter(reports::created_at.gt(since));
    let own: i64 = run!(conn, get_result, open().filter(reports::reporter_id.eq(reporter)).count())?;
    let there = accounts::table.filter(one_of(accounts::host_id, servers)).select(accounts::id);
    let all: i64 = run!(conn, get_result, open().filter(reports::reporter_id.eq_any(there)).count())?;
    Ok((own, all))
}

/// Whether something was given to the server of an account: nobody there can report what nobody there saw.
pub fn is_known_to(conn: &mut Conn, reporter: &Account, head: &Contribution) -> QueryResult<bool> {
    if head.is_for_all() {
        return Ok(true);
    }
    if head.visibility == Visibility::Internal {
        return Ok(false);
    }
    let there = || accounts::table.filter(accounts::host_id.eq(reporter.host_id)).select(accounts::id);
    let named = mentions::table
        .filter(mentions::contribution_id.eq(head.id))
        .filter(mentions::account_id.eq_any(there()));
    let named: i64 = run!(conn, get_result, named.count())?;
    let followed = follows::table
        .filter(follows::followee_id.eq(head.author_id))
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(follows::follower_id.eq_any(there()));
    let followed: i64 = run!(conn, get_result, followed.count())?;
    Ok(named > 0 || (head.visibility == Visibility::Followers && followed > 0))
}

/// Whether something names an account of ours.
pub fn names_us(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<bool> {
    let ours = accounts::table.filter(accounts::host_id.is_null()).select(accounts::id);
    let named =
        mentions::table.filter(mentions::contribution_id.eq(id)).filter(mentions::account_id.eq_any(ours));
    let named: i64 = run!(conn, get_result, named.count())?;
    Ok(named > 0)
}

/// How many wait for a reader to whom those about these accounts are closed.
pub fn count_open_for(conn: &mut Conn, closed: &[Id<Account>]) -> QueryResult<i64> {
    let open = reports::table
        .filter(reports::closed_at.is_null())
        .filter(reports::target_id.is_null().or(not(one_of(reports::target_id, closed))));
    run!(conn, get_result, open.count())
}

/// The servers of which several reports wait, and how many; none of those that are closed to who reads.
pub fn open_by_server(conn: &mut Conn, closed: &[Id<Account>]) -> QueryResult<Vec<(String, i64)>> {
    let query = reports::table
        .inner_join(accounts::table.on(accounts::id.eq(reports::reporter_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(reports::closed_at.is_null())
        .filter(reports::target_id.is_null().or(not(one_of(reports::target_id, closed))))
        .group_by(hosts::name)
        .order(hosts::name)
        .select((hosts::name, count_star()));
    let mut found: Vec<(String, i64)> = run!(conn, load, query)?;
    found.retain(|(_, count)| *count > 1);
    Ok(found)
}

/// The reports from a server that wait, up to this one; none of those that are closed to who reads.
pub fn open_from(
    conn: &mut Conn,
    closed: &[Id<Account>],
    server: &str,
    until: Id<Report>,
) -> QueryResult<Vec<Id<Report>>> {
    let query = reports::table
        .inner_join(accounts::table.on(accounts::id.eq(reports::reporter_id)))
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(hosts::name.eq(server))
        .filter(reports::closed_at.is_null())
        .filter(reports::id.le(until))
        .filter(reports::target_id.is_null().or(not(one_of(reports::target_id, closed))))
        .order(reports::id)
        .select(reports::id);
    run!(conn, load, query)
}

/// How many there were about an account.
pub fn count_about(conn: &mut Conn, target: Id<Account>) -> QueryResult<i64> {
    run!(conn, get_result, reports::table.filter(reports::target_id.eq(target)).count())
}

/// How many there were about each of these accounts, and how many of them wait.
pub fn counts_about(
    conn: &mut Conn,
    targets: &[Id<Account>],
) -> QueryResult<HashMap<Id<Account>, (i64, i64)>> {
    let about = || reports::table.filter(one_of(reports::target_id, targets)).group_by(reports::target_id);
    let all = about().select((reports::target_id, count_star()));
    let all: Vec<(Option<Id<Account>>, i64)> = run!(conn, load, all)?;
    let open = about().filter(reports::closed_at.is_null()).select((reports::target_id, count_star()));
    let open: Vec<(Option<Id<Account>>, i64)> = run!(conn, load, open)?;
    let mut counts: HashMap<Id<Account>, (i64, i64)> = HashMap::new();
    for (target, count) in all {
        if let Some(target) = target {
            counts.entry(target).or_default().0 = count;
        }
    }
    for (target, count) in open {
        if let Some(target) = target {
            counts.entry(target).or_default().1 = count;
        }
    }
    Ok(counts)
}

/// How many there were about accounts of a server, and how many of them wait.
pub fn counts_about_host(conn: &mut Conn, host: Id<Host>) -> QueryResult<(i64, i64)> {
    let there = || accounts::table.filter(accounts::host_id.eq(host)).select(accounts::id.nullable());
    let about = || reports::table.filter(reports::target_id.eq_any(there()));
    let all = run!(conn, get_result, about().count())?;
    Ok((all, run!(conn, get_result, about().filter(reports::closed_at.is_null()).count())?))
}

/// What an account reported, newest first.
pub fn of_reporter(conn: &mut Conn, reporter: Id<Account>, limit: i64) -> QueryResult<Vec<Report>> {
    let query =
        reports::table.filter(reports::reporter_id.eq(reporter)).order(reports::id.desc()).limit(limit);
    run!(conn, load, query.select(Report::as_select()))
}

/// Says who looks at a report.
pub fn assign(conn: &mut Conn, id: Id<Report>, to: Option<Id<User>>) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(reports::table.find(id)).set(reports::assigned_id.eq(to)))
}

/// Says what came of a report, unless somebody said so already.
pub fn close(
    tx: &mut Tx<'_>,
    id: Id<Report>,
    by: Option<Id<User>>,
    outcome: Outcome,
    answer: &str,
) -> QueryResult<usize> {
    let change = (
        reports::closed_at.eq(Some(tx.now)),
        reports::closed_by_id.eq(by),
        reports::outcome.eq(Some(outcome)),
        reports::answer.eq(answer),
    );
    let open = reports::table.find(id).filter(reports::closed_at.is_null());
    run!(tx, execute, diesel::update(open).set(change))
}

/// Lets a report wait again.
pub fn reopen(conn: &mut Conn, id: Id<Report>) -> QueryResult<usize> {
    let (nobody, never, nothing): (Option<Id<User>>, Option<Timestamp>, Option<Outcome>) = (None, None, None);
    let change =
        (reports::closed_at.eq(never), reports::closed_by_id.eq(nobody), reports::outcome.eq(nothing));
    run!(conn, execute, diesel::update(reports::table.find(id)).set(change))
}

/// Keeps what was reported as it stands now; a text that many report is kept once, by its digest.
pub fn keep(conn: &mut Conn, evidence: &Evidence, digest: &str) -> QueryResult<usize> {
    let text = (evidence_texts::digest.eq(digest), evidence_texts::content.eq(&evidence.content));
    let insert = diesel::insert_into(evidence_texts::table).values(text).on_conflict_do_nothing();
    run!(conn, execute, insert)?;
    let row = (
        report_evidence::report_id.eq(evidence.report_id),
        report_evidence::rank.eq(evidence.rank),
        report_evidence::uri.eq(&evidence.uri),
        report_evidence::author.eq(&evidence.author),
        report_evidence::content.eq(""),
        report_evidence::published_at.eq(evidence.published_at),
        report_evidence::digest.eq(Some(digest)),
    );
    run!(conn, execute, diesel::insert_into(report_evidence::table).values(row))
}

/// What was reported, as it stood then.
pub fn evidence(conn: &mut Conn, id: Id<Report>) -> QueryResult<Vec<Evidence>> {
    let query = report_evidence::table.filter(report_evidence::report_id.eq(id)).order(report_evidence::rank);
    let rows: Vec<(Evidence, Option<String>)> =
        run!(conn, load, query.select((Evidence::as_select(), report_evidence::digest)))?;
    let digests: Vec<String> = rows.iter().filter_map(|(_, digest)| digest.clone()).collect();
    let texts = evidence_texts::table.filter(evidence_texts::digest.eq_any(digests));
    let texts = texts.select((evidence_texts::digest, evidence_texts::content));
    let texts: Vec<(String, String)> = run!(conn, load, texts)?;
    let texts: HashMap<String, String> = texts.into_iter().collect();
    let whole = |(row, digest): (Evidence, Option<String>)| match digest.and_then(|key| texts.get(&key)) {
        Some(content) => Evidence { content: content.clone(), ..row },
        None => row,
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// Keeps a note.
pub fn note(conn: &mut Conn, note: &Note) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(report_notes::table).values(note))
}

/// The notes of a report, oldest first.
pub fn notes(conn: &mut Conn, id: Id<Report>) -> QueryResult<Vec<Note>> {
    let query = report_notes::table.filter(report_notes::report_id.eq(id)).order(report_notes::id);
    run!(conn, load, query.select(Note::as_select()))
}
