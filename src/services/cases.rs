//! What moderators make of reports, what they tell those concerned, and what these answer.

use super::{account_rules, log, notifications, posts, removals, reports as reports_in};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::account_rule::{AccountDecision, AccountRule};
use crate::domain::contribution::Visibility;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::notice::Rule;
use crate::domain::report::{Note, Outcome, Report, Warning};
use crate::domain::user::{Role, User};
use crate::services::posts::NewPost;
use crate::services::reports::Category;
use crate::store::{
    self, Conn, Error, Tx, accounts, audit, notices, public_entries, reports, users, warnings,
};
use crate::text::{Markdown, plain};

/// The longest text of each kind, in characters.
const LONGEST: usize = 2_000;
/// How much of a reason stands in the log, in characters.
const LOGGED: usize = 200;

/// What a moderator decides about a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruling {
    /// What is done.
    pub outcome: Outcome,
    /// What the person it is about is told.
    pub text: String,
    /// What the reporter is told.
    pub answer: String,
    /// The reason that everybody may read; blank keeps the decision out of the public log.
    pub public: String,
}

/// Says who looks at a report: nobody else has to.
pub fn assign(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Report>,
    to: Option<Id<User>>,
) -> Result<(), Error> {
    let report = find(tx, id)?;
    others_decide(tx, user, &report)?;
    let name = match to {
        Some(to) => {
            let user = users::by_id(tx, to)?.filter(|user| user.roles.has(Role::Moderator));
            let user = user.ok_or(Refusal::NotFound)?;
            if reports_in::is_closed_to(tx, &user, &report)? {
                let why = "is not for this moderator: it is about them, or about the organization";
                return Err(Refusal::forbidden(why).into());
            }
            user.name
        }
        None => String::new(),
    };
    if report.assigned_id == to {
        return Ok(());
    }
    reports::assign(tx, id, to)?;
    audit::record(tx, user, "report.assign", &id.to_string(), &name)
}

/// A moderator writes something down for the others.
pub fn note(tx: &mut Tx<'_>, user: Id<User>, id: Id<Report>, text: &str) -> Result<(), Error> {
    let report = find(tx, id)?;
    others_decide(tx, Some(user), &report)?;
    let text = checked("note", text, true)?;
    write_down(tx, Some(user), id, &text)?;
    audit::record(tx, Some(user), "report.note", &id.to_string(), "")
}

/// Decides: everything that follows has happened when this returns.
pub fn close(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Report>, ruling: &Ruling) -> Result<(), Error> {
    let report = find(tx, id)?;
    others_decide(tx, user, &report)?;
    if report.closed_at.is_some() {
        return Err(Refusal::Conflict("somebody else has decided about this report".to_owned()).into());
    }
    let (text, answer) = (checked("text", &ruling.text, false)?, checked("answer", &ruling.answer, false)?);
    let public = checked("public", &ruling.public, false)?;
    let target = match report.target_id {
        Some(target) => accounts::by_id(tx, target)?,
        None => None,
    };
    if let Some(target) = &target {
        if ruling.outcome != Outcome::Nothing {
            account_rules::may_decide(tx, user, target)?;
        }
        carry_out(tx, user, &report, target, (ruling.outcome, &public))?;
        tell(tx, (user, target), Some(report.id), ruling.outcome, &text)?;
        if !target.is_local() && !text.is_empty() {
            // They have no page with us, so it is kept with the report.
            write_down(tx, user, report.id, &text)?;
        }
    } else if ruling.outcome != Outcome::Nothing {
        return Err(Refusal::invalid("outcome", "the account is not known here any more").into());
    }
    if reports::close(tx, id, user, ruling.outcome, &answer)? == 0 {
        return Err(Refusal::Conflict("somebody else has decided about this report".to_owned()).into());
    }
    let entry = audit::enter(tx, user, "report.close", &id.to_string(), ruling.outcome.word())?;
    let by_rule = ruling.outcome.rule(&AccountDecision::default()).is_some();
    if let Some(target) = target.filter(|_| !public.is_empty() && !by_rule) {
        log::put(tx, entry, &format!("{}: {}", target.handle, public_words(ruling.outcome)), &public)?;
    }
    answer_reporter(tx, user, &report, &answer)
}

/// Closes reports about which nothing has to be done, all for one reason; how many waited still.
pub fn close_all(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    ids: &[Id<Report>],
    reason: &str,
) -> Result<usize, Error> {
    let reason = checked("reason", reason, true)?;
    let (outcome, mut count) = (Outcome::Nothing, 0);
    for id in ids {
        let report = find(tx, *id)?;
        others_decide(tx, user, &report)?;
        if reports::close(tx, *id, user, outcome, "")? == 0 {
            continue;
        }
        write_down(tx, user, *id, &reason)?;
        let detail = format!("{}: {}", outcome.word(), plain::excerpt(&reason, LOGGED));
        audit::record(tx, user, "report.close", &id.to_string(), &detail)?;
        count += 1;
    }
    Ok(count)
}

/// Decides about an account without a report, or in answer to one. Where it is no warning, every other
/// report about the account that waits is answered by it, too.
pub fn act(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    account: &Account,
    (outcome, text): (Outcome, &str),
    report: Option<Id<Report>>,
) -> Result<(), Error> {
    let known = store::account_rules::of(tx, account.id)?;
    let known = known.as_ref().map(AccountRule::decision).unwrap_or_default();
    if !account.is_local() && outcome == Outcome::Warning {
        let why = "somebody on another server has no page here on which they would read a warning";
        return Err(Refusal::invalid("type", why).into());
    }
    if let Some(id) = report {
        let about = find(tx, id)?;
        others_decide(tx, user, &about)?;
        if about.target_id != Some(account.id) {
            return Err(Refusal::invalid("report_id", "is a report about somebody else").into());
        }
        let ruling = Ruling { outcome, text: text.to_owned(), ..Ruling::default() };
        close(tx, user, id, &ruling)?;
    } else {
        let text = checked("text", text, false)?;
        account_rules::may_decide(tx, user, account)?;
        let Some(rule) = outcome.rule(&known) else {
            audit::record(tx, user, "account.warn", account.uri.as_str(), &text)?;
            return tell(tx, (user, account), None, outcome, &text);
        };
        // What everybody reads of the last decision was not written for this one.
        let rule = AccountDecision { public_comment: String::new(), private_comment: text.clone(), ..rule };
        if account_rules::apply(tx, user, account.id, &rule)?.is_some() {
            tell(tx, (user, account), None, outcome, &text)?;
        }
    }
    if outcome.rule(&known).is_some() {
        for report in reports::open_about(tx, account.id)? {
            if reports::close(tx, report.id, user, outcome, "")? == 0 {
                continue;
            }
            audit::record(tx, user, "report.close", &report.id.to_string(), outcome.word())?;
        }
    }
    Ok(())
}

/// Says more exactly what a report is about.
pub fn describe(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Report>,
    (category, rules): (Category, Option<&[Id<Rule>]>),
) -> Result<(), Error> {
    let report = find(tx, id)?;
    others_decide(tx, user, &report)?;
    let known: Vec<Id<Rule>> = notices::rules(tx)?.iter().map(|rule| rule.id).collect();
    if rules.is_some_and(|rules| rules.iter().any(|rule| !known.contains(rule))) {
        return Err(Refusal::invalid("rule_ids", "does not reference valid rules").into());
    }
    reports::describe(tx, id, category.as_str(), rules)?;
    audit::record(tx, user, "report.describe", &id.to_string(), category.as_str())
}

const fn public_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Nothing => "a report was looked at, and nothing had to be done",
        Outcome::Warning => "warned",
        Outcome::Remove => "contributions were removed",
        Outcome::Sensitive => "pictures hidden at first",
        Outcome::Limit => "limited",
        Outcome::Freeze => "frozen",
        Outcome::Suspend => "suspended",
    }
}

/// Lets a report wait again; what was decided stays until somebody decides otherwise.
pub fn reopen(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Report>) -> Result<(), Error> {
    let report = find(tx, id)?;
    others_decide(tx, user, &report)?;
    if report.closed_at.is_none() {
        return Ok(());
    }
    reports::reopen(tx, id)?;
    audit::record(tx, user, "report.reopen", &id.to_string(), "")
}

fn carry_out(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    report: &Report,
    target: &Account,
    (outcome, public): (Outcome, &str),
) -> Result<(), Error> {
    if outcome == Outcome::Remove {
        return removals::remove(tx, user, report, target);
    }
    let known = store::account_rules::of(tx, target.id)?;
    let known = known.as_ref().map(AccountRule::decision).unwrap_or_default();
    let Some(rule) = outcome.rule(&known) else { return Ok(()) };
    let rule = AccountDecision {
        public_comment: public.to_owned(),
        private_comment: format!("report {}", report.id),
        ..rule
    };
    account_rules::apply(tx, user, target.id, &rule).map(drop)
}

/// Tells a person here what was decided about them; others have no page with us.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    (user, account): (Option<Id<User>>, &Account),
    report: Option<Id<Report>>,
    outcome: Outcome,
    text: &str,
) -> Result<(), Error> {
    if outcome == Outcome::Nothing || users::by_account(tx, account.id)?.is_none() {
        return Ok(());
    }
    let warning = Warning {
        id: tx.mint(),
        account_id: account.id,
        report_id: report,
        outcome,
        text: text.to_owned(),
        created_at: tx.now,
        appeal: None,
        appealed_at: None,
        answer: None,
        granted: None,
        answered_at: None,
        user_id: user,
    };
    warnings::insert(tx, &warning)?;
    notifications::decided(tx, account.id, warning.id)
}

/// A person elsewhere who reported in their own name gets a letter of the organization; a server that
/// reported for somebody has no letter box. Members read the answer in the list of their reports.
fn answer_reporter(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    report: &Report,
    answer: &str,
) -> Result<(), Error> {
    let Some(reporter) = accounts::by_id(tx, report.reporter_id)? else { return Ok(()) };
    let named = !reporter.is_local() && reporter.kind == AccountKind::Person && !reporter.is_barred();
    if answer.is_empty() || !named {
        return Ok(());
    }
    let organization = tx.site()?.organization;
    let organization = accounts::by_id(tx, organization)?.ok_or(Refusal::NotFound)?;
    let letter = NewPost {
        markdown: Markdown::new(format!("@{} {answer}", reporter.handle)),
        visibility: Visibility::Mentioned,
        mentions: vec![reporter],
        ..NewPost::default()
    };
    let view = posts::publish(tx, &organization, &letter)?;
    audit::record(tx, user, "post.publish", view.head.uri.as_str(), &format!("report {}", report.id))
}

/// A person says what speaks against a decision about them; once, and moderators hear of it.
pub fn appeal(tx: &mut Tx<'_>, account: &Account, id: Id<Warning>, text: &str) -> Result<(), Error> {
    let warning = warnings::by_id(tx, id)?.filter(|warning| warning.account_id == account.id);
    warning.ok_or(Refusal::NotFound)?;
    let text = checked("appeal", text, true)?;
    if warnings::appeal(tx, id, &text)? == 0 {
        return Err(Refusal::Conflict("you have objected to this decision already".to_owned()).into());
    }
    let user = users::by_account(tx, account.id)?.map(|user| user.id);
    reports_in::tell_of_objection(tx, account)?;
    audit::record(tx, user, "appeal.make", account.uri.as_str(), &id.to_string())
}

/// A moderator answers; where the person is right, what was decided then is taken back at once, and
/// what was decided otherwise about them goes on holding. Everybody reads of it where the decision stood in the
/// public log, or where the moderator wants it (`tells`).
pub fn answer_appeal(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Warning>,
    (granted, tells): (bool, bool),
    text: &str,
) -> Result<(), Error> {
    let warning = warnings::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let text = checked("answer", text, true)?;
    let account = accounts::by_id(tx, warning.account_id)?.ok_or(Refusal::NotFound)?;
    if let Some(why) = cannot_answer(tx, user, &warning)? {
        return Err(Refusal::forbidden(why).into());
    }
    if warnings::answer(tx, id, granted, &text)? == 0 {
        return Err(Refusal::Conflict("this objection has an answer already".to_owned()).into());
    }
    let mut public = tells;
    if granted && let Some((rule, rest)) = without(tx, &account, warning.outcome)? {
        public |= !rule.public_comment.is_empty();
        account_rules::apply_untold(tx, user, account.id, &rest)?;
    }
    let removed = if granted { give_back(tx, user, &warning, &mut public)? } else { None };
    notifications::decided(tx, account.id, id)?;
    let word = if granted { "granted" } else { "refused" };
    let entry = audit::enter(tx, user, "appeal.answer", account.uri.as_str(), &format!("{id}: {word}"))?;
    if granted && public {
        let what =
            removed.unwrap_or_else(|| format!("this is taken back: {}", public_words(warning.outcome)));
        let what = format!("{}: an objection was granted, and {what}", account.handle);
        log::put(tx, entry, &what, "")?;
    }
    Ok(())
}

/// Shows what was removed again as far as it is kept, and says in words what came of that; `None` where the
/// decision removed nothing. That stands in the public log where the removal does.
fn give_back(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    warning: &Warning,
    public: &mut bool,
) -> Result<Option<String>, Error> {
    let Some(report) = warning.report_id.filter(|_| warning.outcome == Outcome::Remove) else {
        return Ok(None);
    };
    removals::give_back(tx, user, report)?;
    *public |= public_entries::tells_of(tx, "report.close", &report.to_string())?;
    Ok(Some(removals::fate(tx, report)?.after_grant()))
}

/// Why somebody cannot answer an objection; `None` where they can.
pub fn cannot_answer(
    conn: &mut Conn,
    user: Option<Id<User>>,
    warning: &Warning,
) -> Result<Option<&'static str>, Error> {
    if user.is_none() {
        return Ok(None);
    }
    let own = users::by_account(conn, warning.account_id)?.map(|owner| owner.id);
    if own == user {
        return Ok(Some("nobody decides about themselves: ask another moderator"));
    }
    let decided = warning.user_id == user && others_answer(conn, user, own)?;
    Ok(decided.then_some("you decided this: another moderator answers the objection"))
}

/// Whether anybody else could answer an objection: neither who decided nor who objects.
fn others_answer(conn: &mut Conn, decided: Option<Id<User>>, own: Option<Id<User>>) -> Result<bool, Error> {
    for other in users::all(conn)? {
        let free = Some(other.id) != decided && Some(other.id) != own && other.disabled_at.is_none();
        // Whoever is frozen or suspended decides nothing for the time.
        if free
            && other.roles.has(Role::Moderator)
            && accounts::by_id(conn, other.account_id)?.is_some_and(|account| !account.is_barred())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes back what an outcome made of the rule about an account, as far as it still holds.
pub fn take_back(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    account: &Account,
    outcome: Outcome,
) -> Result<(), Error> {
    let Some((_, rest)) = without(tx, account, outcome)? else { return Ok(()) };
    account_rules::apply(tx, user, account.id, &rest).map(drop)
}

/// The rule about an account, and what is left of it without an outcome; `None` where nothing is to be taken back.
fn without(
    tx: &mut Tx<'_>,
    account: &Account,
    outcome: Outcome,
) -> Result<Option<(AccountDecision, AccountDecision)>, Error> {
    let Some(known) = store::account_rules::of(tx, account.id)? else { return Ok(None) };
    let mut rule = known.decision();
    let standing = match outcome {
        Outcome::Nothing | Outcome::Warning | Outcome::Remove => return Ok(None),
        Outcome::Sensitive => {
            rule.sensitive = false;
            None
        }
        Outcome::Freeze => {
            rule.frozen = false;
            None
        }
        Outcome::Limit => Some(HostStanding::Limited),
        Outcome::Suspend => Some(HostStanding::Suspended),
    };
    if standing == Some(rule.standing) {
        rule.standing = HostStanding::Unknown;
    }
    let rest = rule.standing != HostStanding::Unknown || rule.sensitive || rule.frozen;
    let rule = if rest { rule } else { AccountDecision::default() };
    Ok(Some((known.decision(), rule)))
}

/// Whoever a report is closed to decides nothing about it, and hears nothing of it.
fn others_decide(tx: &mut Tx<'_>, user: Option<Id<User>>, report: &Report) -> Result<(), Error> {
    let Some(user) = user else { return Ok(()) };
    let user = users::by_id(tx, user)?.ok_or(Refusal::NotFound)?;
    if reports_in::is_closed_to(tx, &user, report)? { Err(Refusal::NotFound.into()) } else { Ok(()) }
}

fn write_down(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Report>, text: &str) -> Result<(), Error> {
    let Some(user) = user else { return Ok(()) };
    let note =
        Note { id: tx.mint(), report_id: id, user_id: user, text: text.to_owned(), created_at: tx.now };
    reports::note(tx, &note)?;
    Ok(())
}

fn find(tx: &mut Tx<'_>, id: Id<Report>) -> Result<Report, Error> {
    Ok(reports::by_id(tx, id)?.ok_or(Refusal::NotFound)?)
}

fn checked(field: &'static str, typed: &str, needed: bool) -> Result<String, Error> {
    let text = plain::strip_format_chars(typed.trim());
    if text.is_empty() && needed {
        return Err(Refusal::invalid(field, "is empty: write at least a sentence").into());
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::invalid(field, format!("is longer than {LONGEST} characters")).into());
    }
    Ok(text)
}
