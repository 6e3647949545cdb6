//! What accounts here should hear of.

use std::collections::HashSet;

use diesel::dsl::max;
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
};

use super::conn::{Conn, run};
use super::contributions::{self, Viewer};
use super::one_of::one_of;
use super::page::{Page, filled, paged};
use super::tx::{Event, Tx};
use super::verbatim::Verbatim;
use super::{Error, push_subscriptions};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::notification::{Notification, NotificationKind, Severance};
use crate::domain::report::{Report, Warning};
use crate::schema::{accounts, hosts, notifications};

/// How long a bundle takes further notifications, in seconds.
const BUNDLE_SECONDS: i64 = 12 * 3600;
/// What the index `notifications_unread` says.
const UNREAD: Verbatim = Verbatim("notifications.read_at IS NULL AND notifications.filtered = FALSE");
/// By how many bits their keys are shorter than others.
const SHORTER: u32 = 5;
/// Unread ones that are counted.
const MOST_UNREAD: i64 = 1000;

/// Which notifications are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only these kinds.
    pub kinds: Vec<NotificationKind>,
    /// Only from this account.
    pub from: Option<Id<Account>>,
    /// Also what was put aside.
    pub filtered: bool,
    /// Also of reports about accounts that nobody knows: apps cannot show these.
    pub nameless: bool,
    /// None of these bundles.
    pub without: Vec<String>,
}

/// Notes that `account` should hear of something; the same thing is noted once.
pub fn insert(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    kind: NotificationKind,
    from: Id<Account>,
    about: Option<Id<Contribution>>,
) -> Result<(), Error> {
    insert_as(tx, (account, from), kind, about, false)
}

/// Like [`insert`]; `filtered` puts it aside. The parties are who should hear and who did it.
pub fn insert_as(
    tx: &mut Tx<'_>,
    (account, from): (Id<Account>, Id<Account>),
    kind: NotificationKind,
    about: Option<Id<Contribution>>,
    filtered: bool,
) -> Result<(), Error> {
    let same = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::kind.eq(kind))
        .filter(notifications::from_id.eq(from));
    let before: i64 = match about {
        Some(about) => run!(tx, get_result, same.filter(notifications::contribution_id.eq(about)).count())?,
        None => run!(tx, get_result, same.filter(notifications::contribution_id.is_null()).count())?,
    };
    if before > 0 {
        return Ok(());
    }
    let bundle = bundle(tx, account, kind, about)?;
    put(tx, (account, from), kind, &About { contribution: about, bundle, ..About::default() }, filtered)
}

/// Tells a moderator of a report.
pub fn insert_report(
    tx: &mut Tx<'_>,
    (account, from): (Id<Account>, Id<Account>),
    report: Id<Report>,
) -> Result<(), Error> {
    let about = About { report: Some(report), ..About::default() };
    put(tx, (account, from), NotificationKind::Report, &about, false)
}

/// Tells an account of what was decided about it.
pub fn insert_warning(
    tx: &mut Tx<'_>,
    (account, from): (Id<Account>, Id<Account>),
    warning: Id<Warning>,
) -> Result<(), Error> {
    let about = About { warning: Some(warning), ..About::default() };
    put(tx, (account, from), NotificationKind::Decision, &about, false)
}

/// Tells an account of relations that ended.
pub fn insert_severance(
    tx: &mut Tx<'_>,
    (account, from): (Id<Account>, Id<Account>),
    severance: &Severance,
) -> Result<(), Error> {
    let text = serde_json::to_string(severance).map_err(|error| Error::broken(error.to_string()))?;
    let about = About { severance: Some(text), ..About::default() };
    put(tx, (account, from), NotificationKind::Severance, &about, false)
}

/// Of how many reports by this account, and by anybody on its server, a moderator was told since then and
/// did not look yet.
pub fn count_unread_reports(
    conn: &mut Conn,
    account: Id<Account>,
    from: &Account,
    since: Timestamp,
) -> QueryResult<(i64, i64)> {
    let told = || {
        notifications::table
            .filter(notifications::account_id.eq(account))
            .filter(notifications::kind.eq(NotificationKind::Report))
            .filter(notifications::read_at.is_null())
            .filter(notifications::created_at.gt(since))
    };
    let own: i64 = run!(conn, get_result, told().filter(notifications::from_id.eq(from.id)).count())?;
    let there = accounts::table.filter(accounts::host_id.eq(from.host_id)).select(accounts::id);
    let all: i64 = run!(conn, get_result, told().filter(notifications::from_id.eq_any(there)).count())?;
    Ok((own, all))
}

/// What is told.
#[derive(Default)]
struct About {
    contribution: Option<Id<Contribution>>,
    report: Option<Id<Report>>,
    warning: Option<Id<Warning>>,
    severance: Option<String>,
    bundle: Option<String>,
}

fn put(
    tx: &mut Tx<'_>,
    (account, from): (Id<Account>, Id<Account>),
    kind: NotificationKind,
    about: &About,
    filtered: bool,
) -> Result<(), Error> {
    let newest = notifications::table.select(max(notifications::id));
    let newest: Option<i64> = run!(tx, get_result, newest)?;
    // Clients take this key as a JSON number, so it is shorter than others. Where another process
    // took the same one, the next is free.
    let minted: Id<Notification> = tx.mint();
    let mut id = (minted.get() >> SHORTER).max(newest.unwrap_or(0).saturating_add(1));
    loop {
        let row = (
            notifications::id.eq(id),
            notifications::account_id.eq(account),
            notifications::kind.eq(kind),
            notifications::from_id.eq(from),
            notifications::contribution_id.eq(about.contribution),
            notifications::report_id.eq(about.report),
            notifications::warning_id.eq(about.warning),
            notifications::severance.eq(&about.severance),
            notifications::created_at.eq(tx.now),
            notifications::bundle.eq(&about.bundle),
            notifications::filtered.eq(filtered),
        );
        let insert = diesel::insert_into(notifications::table).values(row).on_conflict_do_nothing();
        if run!(tx, execute, insert)? > 0 {
            if !filtered {
                let id = Id::new(id);
                tx.after_commit(Event::Notified { to: account, id });
                push_subscriptions::enqueue(tx, account, kind, id)?;
            }
            return Ok(());
        }
        id = id.saturating_add(1);
    }
}

/// The least key that a notification of this moment can have.
fn first_at(at: Timestamp) -> Id<Notification> {
    Id::new(Id::<Notification>::first_at(at).get() >> SHORTER)
}

/// The bundle that a notification of this kind joins; a new one where the last is too old.
fn bundle(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    kind: NotificationKind,
    about: Option<Id<Contribution>>,
) -> Result<Option<String>, Error> {
    if !kind.is_bundled() {
        return Ok(None);
    }
    let key = about.map_or(0, Id::get);
    let since = tx.now.plus_seconds(-BUNDLE_SECONDS);
    let open = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::kind.eq(kind))
        .filter(notifications::created_at.gt(since))
        // Says the same, and ends the walk.
        .filter(notifications::id.ge(first_at(since)))
        .order(notifications::id.desc())
        .select(notifications::bundle);
    let open: Option<Option<String>> = match about {
        Some(about) => run!(tx, first, open.filter(notifications::contribution_id.eq(about))),
        None => run!(tx, first, open.filter(notifications::contribution_id.is_null())),
    }
    .optional()?;
    let hour = tx.now.seconds().div_euclid(3600);
    let word = match kind {
        NotificationKind::Like => "favourite",
        NotificationKind::Boost => "reblog",
        NotificationKind::Follow
        | NotificationKind::Mention
        | NotificationKind::FollowRequest
        | NotificationKind::Update
        | NotificationKind::Report
        | NotificationKind::Published
        | NotificationKind::Poll
        | NotificationKind::Quote
        | NotificationKind::QuotedUpdate
        | NotificationKind::Objection
        | NotificationKind::Decision
        | NotificationKind::Severance => "follow",
    };
    Ok(open.flatten().or_else(|| Some(format!("{word}-{key}-{hour}"))))
}

/// What an account should hear of, newest first.
pub fn page(
    conn: &mut Conn,
    account: Id<Account>,
    before: Option<Id<Notification>>,
    limit: i64,
) -> QueryResult<Vec<Notification>> {
    let page = Page { max_id: before.map(Id::get), ..Page::first(limit) };
    let wanted = Wanted { kinds: NotificationKind::ALL.to_vec(), nameless: true, ..Wanted::default() };
    select(conn, account, &wanted, &page)
}

/// What an account should hear of, as far as it is wanted, newest first. What is about something that
/// the account may not see any more is left out, so that everybody counts what they are shown.
pub fn select(
    conn: &mut Conn,
    account: Id<Account>,
    wanted: &Wanted,
    page: &Page,
) -> QueryResult<Vec<Notification>> {
    let rows = |conn: &mut Conn, page: &Page| kept(conn, account, wanted, page);
    filled(conn, page, rows, |row| row.id.get(), |conn, rows| seen(conn, account, rows))
}

/// Those of an account's rows that speak of nobody's text, or of one that it may see.
fn seen(conn: &mut Conn, account: Id<Account>, rows: Vec<Notification>) -> QueryResult<Vec<Notification>> {
    let about: HashSet<Id<Contribution>> = rows.iter().filter_map(|row| row.contribution_id).collect();
    let about: Vec<Id<Contribution>> = about.into_iter().collect();
    let visible = contributions::visible_among(conn, Viewer::Member(account), &about)?;
    let shown = |row: &Notification| row.contribution_id.is_none_or(|about| visible.contains(&about));
    Ok(rows.into_iter().filter(shown).collect())
}

fn kept(
    conn: &mut Conn,
    account: Id<Account>,
    wanted: &Wanted,
    page: &Page,
) -> QueryResult<Vec<Notification>> {
    let from = wanted.from.unwrap_or(Id::new(0));
    let anybody = wanted.from.is_none();
    let named = notifications::report_id.is_not_null().or(notifications::kind.ne(NotificationKind::Report));
    let query = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::kind.eq_any(wanted.kinds.clone()))
        .filter(notifications::from_id.eq(from).or(anybody.into_sql::<Bool>()))
        .filter(notifications::bundle.is_null().or(notifications::bundle.ne_all(wanted.without.clone())))
        .filter(named.or(wanted.nameless.into_sql::<Bool>()))
        .filter(notifications::filtered.eq_any(if wanted.filtered {
            vec![false, true]
        } else {
            vec![false]
        }));
    paged!(conn, page, query.select(Notification::as_select()), notifications::id)
}

/// One notification of an account.
pub fn by_id(
    conn: &mut Conn,
    account: Id<Account>,
    id: Id<Notification>,
) -> QueryResult<Option<Notification>> {
    let query = notifications::table.find(id).filter(notifications::account_id.eq(account));
    run!(conn, first, query.select(Notification::as_select())).optional()
}

/// The rows of one bundle.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    /// Whose.
    pub account: Id<Account>,
    /// Its name.
    pub name: &'a str,
    /// The newest row that is meant.
    pub up_to: i64,
    /// Also those that were put aside.
    pub filtered: bool,
}

/// The newest rows of a bundle, newest first.
pub fn bundled(conn: &mut Conn, bundle: Bundle<'_>, limit: i64) -> QueryResult<Vec<Notification>> {
    let query = notifications::table
        .filter(notifications::account_id.eq(bundle.account))
        .filter(notifications::bundle.eq(bundle.name))
        .filter(notifications::filtered.eq(false).or(notifications::filtered.eq(bundle.filtered)))
        .filter(notifications::id.le(bundle.up_to))
        .order(notifications::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Notification::as_select()))
}

/// How many rows a bundle has.
pub fn bundle_size(conn: &mut Conn, bundle: Bundle<'_>) -> QueryResult<i64> {
    let query = notifications::table
        .filter(notifications::account_id.eq(bundle.account))
        .filter(notifications::bundle.eq(bundle.name))
        .filter(notifications::filtered.eq(false).or(notifications::filtered.eq(bundle.filtered)))
        .filter(notifications::id.le(bundle.up_to))
        .count();
    run!(conn, get_result, query)
}

/// Removes one notification.
pub fn delete(conn: &mut Conn, account: Id<Account>, id: Id<Notification>) -> QueryResult<usize> {
    let one = notifications::table.find(id).filter(notifications::account_id.eq(account));
    run!(conn, execute, diesel::delete(one))
}

/// Removes a bundle.
pub fn delete_bundle(conn: &mut Conn, account: Id<Account>, bundle: &str) -> QueryResult<usize> {
    let bundle = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::bundle.eq(bundle));
    run!(conn, execute, diesel::delete(bundle))
}

/// Removes everything of an account.
pub fn clear(conn: &mut Conn, account: Id<Account>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(notifications::table.filter(notifications::account_id.eq(account))))
}

/// Removes what an account should hear from another.
pub fn forget_from(conn: &mut Conn, account: Id<Account>, from: Id<Account>) -> QueryResult<usize> {
    let heard = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::from_id.eq(from));
    run!(conn, execute, diesel::delete(heard))
}

/// Removes what an account should hear from everybody on a host.
pub fn forget_from_host(conn: &mut Conn, account: Id<Account>, host: &str) -> QueryResult<usize> {
    let there = accounts::table
        .inner_join(hosts::table.on(accounts::host_id.eq(hosts::id.nullable())))
        .filter(hosts::name.eq(host.to_owned()))
        .select(accounts::id);
    let heard = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::from_id.eq_any(there));
    run!(conn, execute, diesel::delete(heard))
}

/// Removes that `from` did something which was taken back or answered: when it is done again, that is
/// news.
pub fn forget_deed(
    conn: &mut Conn,
    account: Id<Account>,
    kind: NotificationKind,
    from: Id<Account>,
    about: Option<Id<Contribution>>,
) -> QueryResult<usize> {
    let deed = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::kind.eq(kind))
        .filter(notifications::from_id.eq(from));
    match about {
        Some(about) => {
            run!(conn, execute, diesel::delete(deed.filter(notifications::contribution_id.eq(about))))
        }
        None => run!(conn, execute, diesel::delete(deed.filter(notifications::contribution_id.is_null()))),
    }
}

/// Removes that a contribution was changed, told as this kind.
pub fn forget_update(
    conn: &mut Conn,
    account: Id<Account>,
    kind: NotificationKind,
    about: Id<Contribution>,
) -> QueryResult<usize> {
    let update = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::contribution_id.eq(about))
        .filter(notifications::kind.eq(kind));
    run!(conn, execute, diesel::delete(update))
}

/// How many of the newest an account has not read, of those that it is shown.
pub fn unread(conn: &mut Conn, account: Id<Account>) -> QueryResult<i64> {
    let query = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(UNREAD)
        .order(notifications::id.desc())
        .limit(MOST_UNREAD)
        .select(notifications::contribution_id);
    let rows: Vec<Option<Id<Contribution>>> = run!(conn, load, query)?;
    let about: HashSet<Id<Contribution>> = rows.iter().flatten().copied().collect();
    let about: Vec<Id<Contribution>> = about.into_iter().collect();
    let visible = contributions::visible_among(conn, Viewer::Member(account), &about)?;
    let shown = rows.iter().filter(|about| about.is_none_or(|about| visible.contains(&about)));
    Ok(i64::try_from(shown.count()).unwrap_or(MOST_UNREAD))
}

/// The newest that an account was told.
pub fn newest(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<Id<Notification>>> {
    let query =
        notifications::table.filter(notifications::account_id.eq(account)).select(max(notifications::id));
    run!(conn, get_result, query)
}

/// Marks what an account has read up to a key.
pub fn mark_read_up_to(
    conn: &mut Conn,
    account: Id<Account>,
    up_to: i64,
    now: Timestamp,
) -> QueryResult<usize> {
    let open = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::id.le(up_to))
        .filter(notifications::read_at.is_null());
    run!(conn, execute, diesel::update(open).set(notifications::read_at.eq(now)))
}

/// Removes what only moderators hear, from somebody who is none any more.
pub fn forget_duty(conn: &mut Conn, account: Id<Account>) -> QueryResult<usize> {
    let duty = notifications::table
        .filter(notifications::account_id.eq(account))
        .filter(notifications::kind.eq_any([NotificationKind::Report, NotificationKind::Objection]));
    run!(conn, execute, diesel::delete(duty))
}

/// Forgets some of what was read and is older than `when`, at most `most`; returns how much that is.
pub fn purge(conn: &mut Conn, when: Timestamp, most: i64) -> QueryResult<usize> {
    let old = notifications::table
        .filter(notifications::id.lt(first_at(when)))
        .filter(notifications::read_at.is_not_null())
        .limit(most)
        .select(notifications::id);
    let old: Vec<Id<Notification>> = run!(conn, load, old)?;
    run!(conn, execute, diesel::delete(notifications::table.filter(one_of(notifications::id, &old))))
}

/// Removes what was noted about a contribution that is gone.
pub fn forget(conn: &mut Conn, about: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(notifications::table.filter(notifications::contribution_id.eq(about))))
}
