//! Reports to the moderators, from here and from elsewhere.

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::publish;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::host::{Host, PER_NAME, below};
use crate::domain::id::Id;
use crate::domain::notice::Rule;
use crate::domain::notification::NotificationKind;
use crate::domain::report::{Evidence, Report};
use crate::domain::uri::Uri;
use crate::domain::user::{Role, User};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, Tx, accounts, host_rules, notices, notifications, reports, settings, users};
use crate::text::{Html, plain};

/// The longest text of a report that is kept, in characters.
const LONGEST: usize = 5_000;
/// The longest comment of a report from here, in characters.
const LONGEST_COMMENT: usize = 1_000;
/// For how long unread reports stand for the others.
const TOLD_SECONDS: i64 = 3600;
/// How many unread reports of one server stand for the others from there.
const TOLD_THERE: i64 = 5;
/// The most contributions one report names.
const MOST: usize = 50;
/// How many reports of a day wait at most: of one reporter elsewhere, and of all reporters of its server.
const WAITING: (i64, i64) = (20, 100);
const DAY: i64 = 24 * 3600;

/// What a report is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Category {
    /// Unwanted advertising or repetition.
    Spam,
    /// Something that the law forbids.
    Legal,
    /// A rule of this site.
    Violation,
    /// Anything else.
    #[default]
    Other,
}

impl Category {
    const ALL: [Self; 4] = [Self::Spam, Self::Legal, Self::Violation, Self::Other];

    /// The word that is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Legal => "legal",
            Self::Violation => "violation",
            Self::Other => "other",
        }
    }

    /// What a word means.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == word)
    }
}

/// A report as a member writes it.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Whom it is about.
    pub target: Id<Account>,
    /// Which contributions of that account.
    pub contributions: Vec<Id<Contribution>>,
    /// What the member says about it.
    pub comment: String,
    /// What it is about.
    pub category: Category,
    /// The rules that were broken.
    pub rules: Vec<Id<Rule>>,
    /// Whether the moderators of the account's own server may read it.
    pub forward: bool,
}

/// A member reports an account. Where the member agrees, the account's own server reads it too, from
/// our server and without the member's name.
pub fn file(tx: &mut Tx<'_>, reporter: &Account, new: &NewReport) -> Result<Report, Error> {
    let comment = plain::strip_format_chars(new.comment.trim());
    if plain::length(&comment) > LONGEST_COMMENT {
        let why = format!("is longer than {LONGEST_COMMENT} characters");
        return Err(Refusal::invalid("comment", why).into());
    }
    let target = accounts::by_id(tx, new.target)?.ok_or(Refusal::NotFound)?;
    let items = reported(tx, reporter, &target, &new.contributions)?;
    let known: Vec<Id<Rule>> = notices::rules(tx)?.iter().map(|rule| rule.id).collect();
    if new.rules.iter().any(|rule| !known.contains(rule)) {
        return Err(Refusal::invalid("rule_ids", "does not reference valid rules").into());
    }
    let forwarded = new.forward && !target.is_local();
    if forwarded {
        let mut about = vec![target.uri.clone()];
        about.extend(items.iter().cloned());
        publish::flag(tx, &target, &about, &comment)?;
    }
    let report = reports::NewReport {
        uri: &publish::activity_uri(tx)?,
        reporter: reporter.id,
        target: Some(target.id),
        content: &comment,
        items: &items,
        category: new.category.as_str(),
        rules: &new.rules,
        forwarded,
    };
    let id = reports::insert(tx, &report)?.ok_or_else(|| Error::broken("a report has a used address"))?;
    keep(tx, id, &items, Some(target.id))?;
    tell_of_report(tx, reporter, (id, new.category), Some(target.id))?;
    reports::by_id(tx, id)?.ok_or_else(|| Error::broken("a report vanished while it was being filed"))
}

/// The addresses of what is reported: contributions of the account that the reporter sees.
fn reported(
    tx: &mut Tx<'_>,
    reporter: &Account,
    target: &Account,
    ids: &[Id<Contribution>],
) -> Result<Vec<Uri>, Error> {
    if ids.len() > MOST {
        return Err(Refusal::invalid("status_ids", format!("names more than {MOST}")).into());
    }
    let mut items = Vec::new();
    for id in ids {
        let head = contributions::by_id(tx, Viewer::Member(reporter.id), *id)?;
        let head = head.filter(|head| head.author_id == target.id).ok_or(Refusal::NotFound)?;
        items.push(head.uri);
    }
    Ok(items)
}

/// A report from elsewhere: kept for the moderators, and nothing else happens by itself. Whether it was
/// taken: more than anybody could read is not.
pub fn receive(
    tx: &mut Tx<'_>,
    uri: &Uri,
    reporter: &Account,
    target: &Account,
    items: &[Uri],
    content: &str,
) -> Result<bool, Error> {
    if !may_wait(tx, reporter)? {
        return Ok(false);
    }
    let content = plain::excerpt(&plain::strip_format_chars(content), LONGEST);
    let items: Vec<Uri> = items.iter().take(MOST).cloned().collect();
    let report = reports::NewReport {
        uri,
        reporter: reporter.id,
        target: Some(target.id),
        content: &content,
        items: &items,
        category: Category::Other.as_str(),
        rules: &[],
        forwarded: false,
    };
    if let Some(id) = reports::insert(tx, &report)? {
        keep(tx, id, &items, report.target)?;
        tell_of_report(tx, reporter, (id, Category::Other), report.target)?;
    }
    Ok(true)
}

/// Whether one more report of somebody elsewhere may wait. Whoever invents servers below a name has one bound for
/// all of them.
fn may_wait(tx: &mut Tx<'_>, reporter: &Account) -> Result<bool, Error> {
    let since = tx.now.plus_seconds(-DAY);
    let own: Vec<Id<Host>> = reporter.host_id.into_iter().collect();
    let (by_them, from_there) = reports::count_waiting(tx, reporter.id, &own, since)?;
    if by_them >= WAITING.0 || from_there >= WAITING.1 {
        return Ok(false);
    }
    let (host, name) = (reporter.uri.host(), below(reporter.uri.host()));
    if host == name {
        return Ok(true);
    }
    let related = host_rules::ids_below(tx, name)?;
    let (_, from_all) = reports::count_waiting(tx, reporter.id, &related, since)?;
    Ok(from_all < WAITING.1.saturating_mul(PER_NAME))
}

/// Keeps what is reported as it stands now: it may be changed or gone when somebody looks.
fn keep(tx: &mut Tx<'_>, id: Id<Report>, items: &[Uri], target: Option<Id<Account>>) -> Result<(), Error> {
    let mut rank = 0;
    let mut kept = HashSet::new();
    for uri in items.iter().filter(|uri| kept.insert(*uri)) {
        // Only of whom it is about: a report shows nobody what others said in private.
        let head = contributions::known(tx, uri)?.filter(|head| Some(head.author_id) == target);
        let Some(head) = head else { continue };
        let Some(author) = accounts::by_id(tx, head.author_id)? else { continue };
        let body = plain::paragraphs(&Html::from_store(head.content));
        let parts: Vec<String> = [head.title, head.summary, Some(body)].into_iter().flatten().collect();
        let evidence = Evidence {
            report_id: id,
            rank,
            uri: uri.clone(),
            author: author.handle,
            content: plain::excerpt(&parts.join("\n"), LONGEST),
            published_at: head.published_at,
        };
        let digest = HEXLOWER.encode(digest(&SHA256, evidence.content.as_bytes()).as_ref());
        reports::keep(tx, &evidence, &digest)?;
        rank += 1;
    }
    Ok(())
}

/// The accounts about which somebody reads and decides no report: their own, because it names who reported
/// them, and the voices of this site, because moderators may be the ones who speak with them. Those are for
/// admins.
pub fn closed_to(conn: &mut Conn, user: &User) -> Result<Vec<Id<Account>>, Error> {
    let mut closed = vec![user.account_id];
    if !user.roles.has(Role::Admin) {
        closed.extend(voices(conn)?);
    }
    Ok(closed)
}

/// Whether somebody neither reads a report nor decides about it.
pub fn is_closed_to(conn: &mut Conn, user: &User, report: &Report) -> Result<bool, Error> {
    let Some(target) = report.target_id else { return Ok(false) };
    Ok(closed_to(conn, user)?.contains(&target))
}

/// Whether an account speaks for this site, and belongs to no person.
pub fn is_voice(conn: &mut Conn, account: Id<Account>) -> Result<bool, Error> {
    Ok(voices(conn)?.contains(&account))
}

fn voices(conn: &mut Conn) -> Result<Vec<Id<Account>>, Error> {
    let site = settings::site(conn)?;
    Ok(site.map(|site| vec![site.organization, site.forum, site.instance]).unwrap_or_default())
}

/// Tells the moderators of a report, whoever blocks whom, but not whoever it is about. Who was told of one
/// from this account, or of several from its server, and did not look yet is not told again for an hour: the
/// list of reports has them all. What the law forbids cannot wait.
fn tell_of_report(
    tx: &mut Tx<'_>,
    reporter: &Account,
    (report, category): (Id<Report>, Category),
    about: Option<Id<Account>>,
) -> Result<(), Error> {
    let since = tx.now.plus_seconds(-TOLD_SECONDS);
    for moderator in moderators(tx, about)? {
        let (own, there) = notifications::count_unread_reports(tx, moderator, reporter, since)?;
        if category == Category::Legal || (own == 0 && there < TOLD_THERE) {
            notifications::insert_report(tx, (moderator, reporter.id), report)?;
        }
    }
    Ok(())
}

/// Tells the moderators that somebody objects to what was decided about them.
pub(super) fn tell_of_objection(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let kind = NotificationKind::Objection;
    for moderator in moderators(tx, Some(account.id))? {
        notifications::forget_deed(tx, moderator, kind, account.id, None)?;
        notifications::insert_as(tx, (moderator, account.id), kind, None, false)?;
    }
    Ok(())
}

/// The accounts of the moderators, without whom it is closed to.
fn moderators(tx: &mut Tx<'_>, about: Option<Id<Account>>) -> Result<Vec<Id<Account>>, Error> {
    let mut told = Vec::new();
    for user in users::all(tx)?.into_iter().filter(|user| user.roles.has(Role::Moderator)) {
        let closed = closed_to(tx, &user)?;
        if about.is_none_or(|about| !closed.contains(&about)) {
            told.push(user.account_id);
        }
    }
    Ok(told)
}
