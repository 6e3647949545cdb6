//! One report with its evidence and notes, and deciding about it.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::ask::refused;
use super::host_lists::unclear;
use super::{Answer, key, page, then};
use crate::domain::account::Account;
use crate::domain::account_rule::{AccountDecision, AccountRule};
use crate::domain::counting::counted;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::reach::Consequences;
use crate::domain::report::{Evidence, Note, Outcome, Report};
use crate::domain::user::User;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::case::{CasePage, Part, Saying, Writing};
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::account_rules as rules;
use crate::services::cases::{self as service, Ruling};
use crate::services::{removals, reports as filing};
use crate::store::{Conn, Error, account_rules, accounts, notices, reports, users};

/// The field that says that the consequences were read.
const CONFIRMED: &str = "confirmed";
/// The fields of the form.
const FIELDS: [&str; 4] = ["outcome", "text", "answer", "public"];

pub(super) fn category(word: &str) -> &'static str {
    match word {
        "spam" => "Advertising or repetition",
        "legal" => "Forbidden by law",
        "violation" => "A rule of this site",
        _ => "Something else",
    }
}

/// What an outcome is called.
pub(super) const fn label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Nothing => "Nothing has to be done",
        Outcome::Warning => "A warning",
        Outcome::Sensitive => "Hide pictures at first",
        Outcome::Remove => "Remove what was reported",
        Outcome::Limit => "Limit the account",
        Outcome::Freeze => "Freeze the account",
        Outcome::Suspend => "Suspend the account",
    }
}

/// All that is known of a report.
struct Case {
    report: Report,
    target: Option<Account>,
    reporter: Option<Account>,
    evidence: Vec<Evidence>,
    notes: Vec<Note>,
    names: HashMap<Id<User>, String>,
    rules: Vec<String>,
    earlier: i64,
    voice: bool,
}

fn load(conn: &mut Conn, id: Id<Report>) -> Result<Option<Case>, Error> {
    let Some(report) = reports::by_id(conn, id)? else { return Ok(None) };
    let target = match report.target_id {
        Some(target) => accounts::by_id(conn, target)?,
        None => None,
    };
    let broken: Vec<&str> = report.rules.split(' ').collect();
    let rules =
        notices::rules(conn)?.into_iter().filter(|rule| broken.contains(&rule.id.to_string().as_str()));
    let rules = rules.map(|rule| rule.text).collect();
    let earlier = match report.target_id {
        Some(target) => reports::count_about(conn, target)?.saturating_sub(1),
        None => 0,
    };
    let voice = report.target_id.map_or(Ok(false), |target| filing::is_voice(conn, target))?;
    Ok(Some(Case {
        voice,
        reporter: accounts::by_id(conn, report.reporter_id)?,
        evidence: reports::evidence(conn, id)?,
        notes: reports::notes(conn, id)?,
        names: users::all(conn)?.into_iter().map(|user| (user.id, user.name)).collect(),
        rules,
        earlier,
        target,
        report,
    }))
}

/// A report, unless it is closed to the viewer.
async fn find(data: &Data<Federation>, visit: &Visit, id: &str) -> Result<Case, PageError> {
    let id: Id<Report> = key(id)?;
    let me = visit.may(Permission::Reports)?;
    let found = data.app.db.read(|conn| {
        let Some(case) = load(conn, id)? else { return Ok(None) };
        Ok(if filing::is_closed_to(conn, me, &case.report)? { None } else { Some(case) })
    });
    found.await?.ok_or_else(PageError::not_found)
}

/// `GET /admin/reports/{id}`.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let case = find(&data, &visit, &id).await?;
    case_page(&visit, &case, "", Mistakes::default())
}

fn case_page(visit: &Visit, case: &Case, typed: &str, mistakes: Mistakes) -> Answer {
    let me = visit.may(Permission::Reports)?.id;
    let report = &case.report;
    let open = report.closed_at.is_none();
    let name =
        |id: Option<Id<User>>| id.and_then(|id| case.names.get(&id)).map_or("somebody", String::as_str);
    let state = match (report.outcome, report.assigned_id) {
        (Some(outcome), _) => {
            format!("Decided by {}: {}.", name(report.closed_by_id), label(outcome).to_lowercase())
        }
        (None, Some(to)) => format!("{} looks at it.", name(Some(to))),
        (None, None) => "Nobody looks at it yet.".to_owned(),
    };
    let mut buttons = Vec::new();
    if open && report.assigned_id != Some(me) {
        buttons.push(("assign".to_owned(), "I look at it".to_owned()));
    }
    if open && report.assigned_id.is_some() {
        buttons.push(("release".to_owned(), "Leave it to others".to_owned()));
    }
    if !open {
        buttons.push(("reopen".to_owned(), "Take it up again".to_owned()));
    }
    page(&CasePage {
        layout: visit.private_layout("A report", Section::Administration),
        heading: case
            .target
            .as_ref()
            .map_or("A report about nobody we know", |target| target.handle.as_str())
            .to_owned(),
        lead: format!("{state} {}", said_before(case.earlier)),
        ways: ways(case, open),
        parts: parts(case),
        mistakes,
        action: format!("/admin/reports/{}", report.id).into(),
        writing: Some(Writing {
            name: "note",
            label: "A note for the other moderators".to_owned(),
            hint: "Neither the reporter nor the person reported reads it.".to_owned(),
            value: typed.to_owned(),
            button: ("note".to_owned(), "Write it down".to_owned()),
        }),
        buttons,
    })
}

fn said_before(earlier: i64) -> String {
    match earlier {
        0 => "This is the only report about this account.".to_owned(),
        1 => "There is 1 report about this account besides.".to_owned(),
        _ => format!("There are {} about this account besides.", counted(earlier, "report")),
    }
}

fn ways(case: &Case, open: bool) -> Vec<Link> {
    let mut ways = Vec::new();
    if open {
        ways.push(Link::new("Decide about this report", format!("/admin/reports/{}/decide", case.report.id)));
    }
    if let Some(target) = &case.target {
        ways.push(Link::new("What was decided about this account", format!("/admin/accounts/{}", target.id)));
        ways.push(Link::new(format!("Page of {}", target.title()), present::account_path(target)));
    }
    ways.push(Link::new("All reports", "/admin/reports"));
    ways
}

fn parts(case: &Case) -> Vec<Part> {
    let report = &case.report;
    let reporter = case.reporter.as_ref().map_or("an account that is gone", |one| one.handle.as_str());
    let day = present::moment(report.created_at).minute();
    let forwarded = if report.forwarded { "; the account’s own server was told" } else { "" };
    let said = Saying {
        by: format!("{reporter}, {day}{forwarded}"),
        href: case.reporter.as_ref().map(|one| present::account_path(one).into()),
        text: if report.content.is_empty() { "(no words)".to_owned() } else { report.content.clone() },
    };
    let mut rules = vec![category(&report.category).to_owned()];
    rules.extend(case.rules.iter().cloned());
    let shown = |one: &Evidence| Saying {
        by: format!("{}, {}", one.author, present::moment(one.published_at).minute()),
        href: Some(one.uri.as_str().into()),
        text: one.content.clone(),
    };
    let note = |one: &Note| Saying {
        by: format!(
            "{}, {}",
            case.names.get(&one.user_id).map_or("somebody who left", String::as_str),
            present::moment(one.created_at).minute()
        ),
        href: None,
        text: one.text.clone(),
    };
    vec![
        Part {
            heading: format!("Reported as: {}", rules.join("; ")),
            nothing: String::new(),
            sayings: vec![said],
        },
        Part {
            heading: "What was reported, as it stood then".to_owned(),
            nothing: "No contribution was named, or none of those that were named is known here.".to_owned(),
            sayings: case.evidence.iter().map(shown).collect(),
        },
        Part {
            heading: "Notes of the moderators".to_owned(),
            nothing: "None yet.".to_owned(),
            sayings: case.notes.iter().map(note).collect(),
        },
    ]
}

/// `POST /admin/reports/{id}`: `do` says what.
pub async fn work(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Reports)?.id;
    let report: Id<Report> = key(&id)?;
    let wanted = fields.get("do").to_owned();
    let text = fields.get("note").to_owned();
    let done = data.app.db.write(|tx| match wanted.as_str() {
        "assign" => service::assign(tx, Some(user), report, Some(user)).map(|()| true),
        "release" => service::assign(tx, Some(user), report, None).map(|()| true),
        "reopen" => service::reopen(tx, Some(user), report).map(|()| true),
        "note" => service::note(tx, user, report, &text).map(|()| true),
        _ => Ok(false),
    });
    match done.await {
        Ok(true) => then(&format!("/admin/reports/{id}")),
        Ok(false) => Err(unclear()),
        Err(error) => {
            let case = find(&data, &visit, &id).await?;
            again(error, |mistakes| case_page(&visit, &case, &text, mistakes))
        }
    }
}

/// `GET /admin/reports/{id}/decide`.
pub async fn ask(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Reports)?;
    let case = find(&data, &visit, &id).await?;
    form(&visit, &case, &Fields::default(), Mistakes::default())
}

/// `POST /admin/reports/{id}/decide`: shows what follows, and decides when that was read.
pub async fn decide(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Reports)?.id;
    let case = find(&data, &visit, &id).await?;
    let Some(outcome) = Outcome::parse(fields.get("outcome")) else {
        let mistakes = Mistakes::one("outcome", "Choose what comes of the report.");
        return refused(form(&visit, &case, &fields, mistakes));
    };
    if outcome == Outcome::Warning && fields.get("text").trim().is_empty() {
        let mistakes =
            Mistakes::one("text", "A warning consists of what you write to the person: say what was wrong.");
        return refused(form(&visit, &case, &fields, mistakes));
    }
    if fields.get(CONFIRMED) != outcome.word() {
        return confirm(&data, &visit, &case, outcome, &fields).await;
    }
    let ruling = Ruling {
        outcome,
        text: fields.get("text").to_owned(),
        answer: fields.get("answer").to_owned(),
        public: fields.get("public").to_owned(),
    };
    let closed = data.app.db.write(|tx| service::close(tx, Some(user), case.report.id, &ruling)).await;
    if let Err(error) = closed {
        return again(error, |mistakes| form(&visit, &case, &fields, mistakes));
    }
    then("/admin/reports?note=changed")
}

async fn confirm(
    data: &Data<Federation>,
    visit: &Visit,
    case: &Case,
    outcome: Outcome,
    fields: &Fields,
) -> Answer {
    let mut hidden: Vec<(&'static str, String)> =
        FIELDS.map(|field| (field, fields.get(field).to_owned())).into();
    hidden.push((CONFIRMED, outcome.word().to_owned()));
    let back = format!("/admin/reports/{}/decide", case.report.id);
    let consequence = data.app.db.read(|conn| consequence(conn, case, outcome)).await?;
    page(&ConfirmPage {
        layout: visit.private_layout("Decide about a report", Section::Administration),
        question: format!("{}?", label(outcome)),
        consequence,
        action: back.as_str().into(),
        fields: hidden,
        button: "Decide so".to_owned(),
        back: back.into(),
    })
}

fn consequence(conn: &mut Conn, case: &Case, outcome: Outcome) -> Result<String, Error> {
    let Some(target) = &case.target else { return Ok("The report is closed.".to_owned()) };
    let told = if target.is_local() { " The person reads your words and may object once." } else { "" };
    let known = account_rules::of(conn, target.id)?;
    let known = known.as_ref().map(AccountRule::decision).unwrap_or_default();
    let mut done = match outcome {
        Outcome::Nothing => return Ok("The report is closed; the person hears nothing of it.".to_owned()),
        Outcome::Warning if target.is_local() => plainly("Nothing changes for the account."),
        Outcome::Warning => {
            plainly("Nothing changes, and nobody is told: the account lives on another server.")
        }
        Outcome::Remove => {
            plainly(&format!("{} The text stays in the report.", removals::preview(conn, &case.report)?))
        }
        Outcome::Sensitive | Outcome::Limit | Outcome::Freeze | Outcome::Suspend => {
            let rule: Option<AccountDecision> = outcome.rule(&known);
            rules::preview(conn, target)?.of_account((&known, &rule.unwrap_or_default()), target.is_local())
        }
    };
    done.and(told);
    Ok(done.below_each_other())
}

/// What follows and touches nothing that could be counted.
fn plainly(always: &str) -> Consequences {
    Consequences { always: always.to_owned(), touched: Vec::new() }
}

/// What may come of a report; the voices of the site are not for rules.
const fn outcomes(case: &Case) -> &'static [Outcome] {
    if case.voice { &[Outcome::Nothing] } else { &Outcome::ALL }
}

fn form(visit: &Visit, case: &Case, fields: &Fields, mistakes: Mistakes) -> Answer {
    let chosen = fields.get("outcome");
    let choice = |one: Outcome| Choice {
        hint: hint(one).to_owned(),
        ..Choice::new(one.word(), label(one), one.word() == chosen)
    };
    let local = case.target.as_ref().is_some_and(Account::is_local);
    let to_person = if local {
        "The person finds it with the decision, and may object."
    } else {
        "The account lives on another server: this is kept with the report only."
    };
    let (id, outcomes) = (case.report.id, outcomes(case));
    page(&FormPage {
        layout: visit.private_layout("Decide about a report", Section::Administration),
        heading: "What comes of this report?".to_owned(),
        lead: if case.voice {
            "This account is a voice of the site itself: whoever may publish with it takes back what it said, and you \
             answer the reporter."
        } else {
            "Choose the mildest that helps. You are shown what follows before anything is done."
        }
        .to_owned(),
        about: Some(Link::new("The report", format!("/admin/reports/{id}"))),
        action: format!("/admin/reports/{id}/decide").into(),
        fields: vec![
            Field::new("outcome", "Outcome", "", FieldKind::Radios(outcomes.iter().copied().map(choice).collect()), ""),
            Field::text("text", "To the person it is about", to_person, fields.get("text"), 4),
            Field::text(
                "answer",
                "To the reporter",
                "Members find it in the list of their reports; a person elsewhere who reported in their own name gets \
                 a letter of the organization. Leave it blank to say nothing.",
                fields.get("answer"),
                3,
            ),
            Field::text(
                "public",
                "Reason that everybody may read",
                "With a reason the decision stands on the page “Decisions of the moderators”; without one it does not.",
                fields.get("public"),
                2,
            ),
        ],
        mistakes,
        button: "Show what follows".to_owned(),
        back: format!("/admin/reports/{id}").into(),
    })
}

const fn hint(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Nothing => "The report is closed.",
        Outcome::Warning => "The person is told what was wrong, and that is all.",
        Outcome::Sensitive => "Whatever the account says about its pictures and recordings itself.",
        Outcome::Remove => "Only what was named in the report.",
        Outcome::Limit => "It stands in no public list any more.",
        Outcome::Freeze => "It can do nothing, or nothing new of it is taken in.",
        Outcome::Suspend => "It disappears from this site, in both directions.",
    }
}
