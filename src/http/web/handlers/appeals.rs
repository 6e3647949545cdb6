//! What members read about decisions about them, how they object, and what moderators answer. And how a
//! member reports something, and what came of it.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::{again, come_back, what_was_wrong};
use super::reports::label;
use super::{Answer, key, page, then};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::removal::Fate;
use crate::domain::report::{Evidence, Outcome, Report, Warning};
use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::error::{PageError, sentence};
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::case::{CasePage, Part, Saying, Writing};
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::listing::ListingPage;
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::reports::{self as filing, Category, NewReport};
use crate::services::{cases, removals};
use crate::store::{accounts, contributions, reports, views, warnings};
use crate::text::plain;

/// Entries of a list.
const MOST: i64 = 200;
/// What stands above every objection.
const LEAD: &str = "Whoever did not decide the first time looks at it with fresh eyes. That you agreed stands in the \
                    public log of decisions where the decision does, or where you say so.";

/// `GET /settings/decisions`: what was decided about the member.
pub async fn decisions(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.concerned()?.account.id;
    let told = data.app.db.read(|conn| Ok(warnings::of(conn, me, MOST)?)).await?;
    let link = |one: &Warning| {
        let day = present::moment(one.created_at).day();
        Link::new(format!("{day}: {}", happened(one.outcome)), format!("/settings/decisions/{}", one.id))
    };
    page(&ListingPage {
        layout: visit.private_layout("Decisions about you", Section::Elsewhere),
        heading: "Decisions about you".to_owned(),
        lead: "What moderators decided about your account. You may object to each of them once.".to_owned(),
        nothing: "Nothing was decided about you.".to_owned(),
        entries: Vec::new(),
        links: told.iter().map(link).collect(),
        pager: Pager::default(),
    })
}

async fn own(data: &Data<Federation>, visit: &Visit, id: &str) -> Result<Warning, PageError> {
    let me = visit.concerned()?.account.id;
    let id: Id<Warning> = key(id)?;
    let found = data.app.db.read(|conn| Ok(warnings::by_id(conn, id)?)).await?;
    found.filter(|warning| warning.account_id == me).ok_or_else(PageError::not_found)
}

/// `GET /settings/decisions/{id}`.
pub async fn decision(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let warning = own(&data, &visit, &id).await?;
    decision_page(&data, &visit, &warning, "", Mistakes::default()).await
}

async fn decision_page(
    data: &Data<Federation>,
    visit: &Visit,
    warning: &Warning,
    typed: &str,
    mistakes: Mistakes,
) -> Answer {
    let waits = warning.appeal.is_none();
    let handle = &visit.concerned()?.account.handle;
    let loaded = data.app.db.read(|conn| match warning.report_id {
        Some(report) => Ok((reports::evidence(conn, report)?, removals::fate(conn, report)?)),
        None => Ok((Vec::new(), Fate::default())),
    });
    let (about, fate) = loaded.await?;
    let about: Vec<Evidence> = about.into_iter().filter(|one| one.author == *handle).collect();
    let removed = became(warning, &fate, data.app.clock().now());
    page(&CasePage {
        layout: visit.private_layout("A decision about you", Section::Elsewhere),
        heading: happened(warning.outcome).to_owned(),
        lead: format!("{}{removed}", standing(warning)),
        ways: vec![Link::new("All decisions about you", "/settings/decisions")],
        parts: was_said(&about).into_iter().chain(sayings(warning)).collect(),
        mistakes,
        action: format!("/settings/decisions/{}", warning.id).into(),
        writing: waits.then(|| Writing {
            name: "appeal",
            label: "Do you object?".to_owned(),
            hint: "Say what speaks against it. Moderators of this site read it and answer here.".to_owned(),
            value: typed.to_owned(),
            button: ("appeal".to_owned(), "Object".to_owned()),
        }),
        buttons: Vec::new(),
    })
}

/// `POST /settings/decisions/{id}`: the member objects.
pub async fn object(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let warning = own(&data, &visit, &id).await?;
    let account = visit.concerned()?.account.clone();
    let text = fields.get("appeal").to_owned();
    if let Err(error) = data.app.db.write(|tx| cases::appeal(tx, &account, warning.id, &text)).await {
        let (status, mistakes) = what_was_wrong(error)?;
        return come_back(status, decision_page(&data, &visit, &warning, &text, mistakes).await);
    }
    then(&format!("/settings/decisions/{id}"))
}

/// What became of whom it was decided about, as they read it.
const fn happened(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Nothing => "Nothing was done",
        Outcome::Warning => "You were warned",
        Outcome::Remove => "What you said was removed",
        Outcome::Sensitive => "Your files are covered until somebody wants to see them",
        Outcome::Limit => "Your account is limited",
        Outcome::Freeze => "Your account is frozen",
        Outcome::Suspend => "Your account is suspended",
    }
}

/// What somebody said that was reported.
fn was_said(about: &[Evidence]) -> Option<Part> {
    let saying = |one: &Evidence| Saying {
        by: present::moment(one.published_at).minute(),
        href: None,
        text: one.content.clone(),
    };
    (!about.is_empty()).then(|| Part {
        heading: "What you said".to_owned(),
        nothing: String::new(),
        sayings: about.iter().map(saying).collect(),
    })
}

const fn standing(warning: &Warning) -> &'static str {
    match (&warning.appealed_at, warning.granted) {
        (None, _) => "This was decided about your account.",
        (Some(_), None) => "You have objected; the moderators have not answered yet.",
        (Some(_), Some(true)) => "You have objected, and the moderators took the decision back.",
        (Some(_), Some(false)) => "You have objected, and the moderators stand by the decision.",
    }
}

/// What has become of what was removed, after the sentence that says where the decision stands; blank where it
/// removed nothing.
fn became(warning: &Warning, fate: &Fate, now: Timestamp) -> String {
    if warning.outcome != Outcome::Remove {
        return String::new();
    }
    if warning.granted == Some(true) {
        return format!(" {}", sentence(&fate.after_grant()));
    }
    let elsewhere = if fate.sent { " Other servers were told to delete their copies." } else { "" };
    match fate.kept_until.filter(|until| *until > now) {
        Some(until) => format!(
            " What you said is out of sight, and deleted on {}: until then it can be shown on this site \
             again.{elsewhere}",
            present::moment(until).minute()
        ),
        None if fate.shown > 0 => " What you said is shown on this site again.".to_owned(),
        None => " What you said is deleted, and cannot be shown again.".to_owned(),
    }
}

fn sayings(warning: &Warning) -> Vec<Part> {
    let part = |heading: &str, text: Option<&String>, at: Option<Timestamp>| {
        let at = at.map(|at| present::moment(at).minute()).unwrap_or_default();
        let saying = text.filter(|text| !text.is_empty());
        Part {
            heading: heading.to_owned(),
            nothing: "No words.".to_owned(),
            sayings: saying
                .map(|text| Saying { by: at, href: None, text: text.clone() })
                .into_iter()
                .collect(),
        }
    };
    let mut parts = vec![part("What the moderators say", Some(&warning.text), Some(warning.created_at))];
    if warning.appealed_at.is_some() {
        parts.push(part("What was objected", warning.appeal.as_ref(), warning.appealed_at));
    }
    if warning.answered_at.is_some() {
        parts.push(part("What the moderators answered", warning.answer.as_ref(), warning.answered_at));
    }
    parts
}

/// `GET /admin/appeals`: objections that wait for an answer.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Reports)?;
    let loaded = data.app.db.read(|conn| {
        let found = warnings::appealed(conn, MOST)?;
        let ids: Vec<_> = found.iter().map(|one| one.account_id).collect();
        Ok((found, accounts::by_ids(conn, &ids)?))
    });
    let (found, people) = loaded.await?;
    let row = |one: &Warning| {
        let who = people.iter().find(|account| account.id == one.account_id);
        vec![
            Cell::link(
                who.map_or("an account that is gone", |account| account.handle.as_str()),
                format!("/admin/appeals/{}", one.id),
            ),
            Cell::text(label(one.outcome)),
            Cell::text(plain::excerpt(one.appeal.as_deref().unwrap_or_default(), 160)),
            Cell::text(one.appealed_at.map(|at| present::moment(at).day()).unwrap_or_default()),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Objections", Section::Administration),
        heading: "Objections".to_owned(),
        lead: "What members say against decisions about them, those who have waited longest first."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Reports", "/admin/reports")],
        search: None,
        nothing: "None waits for an answer.".to_owned(),
        heads: vec!["Who", "Decided", "What they say", "Since"],
        rows: found.iter().map(row).collect(),
        action: "/admin/appeals".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

/// `GET /admin/appeals/{id}`.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Reports)?;
    objection_page(&data, &visit, key(&id)?, "", Mistakes::default()).await
}

/// What granting an objection brings.
fn follows(warning: &Warning, fate: &Fate, now: Timestamp) -> String {
    match warning.outcome {
        Outcome::Remove => fate.before_grant(now),
        Outcome::Nothing | Outcome::Warning => "Nothing else changes when you agree.".to_owned(),
        Outcome::Sensitive | Outcome::Limit | Outcome::Freeze | Outcome::Suspend => {
            "The rule about the account is taken back as soon as you agree.".to_owned()
        }
    }
}

async fn objection_page(
    data: &Data<Federation>,
    visit: &Visit,
    key: Id<Warning>,
    typed: &str,
    mistakes: Mistakes,
) -> Answer {
    let me = visit.may(Permission::Reports)?.id;
    let found = data.app.db.read(|conn| {
        let warning = warnings::by_id(conn, key)?.ok_or(Refusal::NotFound)?;
        let account = accounts::by_id(conn, warning.account_id)?.ok_or(Refusal::NotFound)?;
        let hindered = cases::cannot_answer(conn, Some(me), &warning)?;
        let fate = removals::fate_of(conn, warning.report_id)?;
        Ok((warning, account, hindered, fate))
    });
    let (warning, account, hindered, fate) = found.await?;
    let waits = warning.appealed_at.is_some() && warning.answered_at.is_none();
    let lead = match hindered.filter(|_| waits) {
        Some(why) => format!("{} Whoever answers sees the buttons for it here.", sentence(why)),
        None => format!("{LEAD} {}", follows(&warning, &fate, data.app.clock().now())),
    };
    let waits = waits && hindered.is_none();
    let nothing_left = warning.outcome == Outcome::Remove && !fate.can_come_back(data.app.clock().now());
    let grant = if nothing_left { "Agree with the objection" } else { "Agree, and take the decision back" };
    let mut ways =
        vec![Link::new("What was decided about this account", format!("/admin/accounts/{}", account.id))];
    ways.extend(warning.report_id.map(|id| Link::new("The report", format!("/admin/reports/{id}"))));
    page(&CasePage {
        layout: visit.private_layout("An objection", Section::Administration),
        heading: format!("{}: {}", account.handle, label(warning.outcome).to_lowercase()),
        lead,
        ways,
        parts: sayings(&warning),
        mistakes,
        action: format!("/admin/appeals/{key}").into(),
        writing: waits.then(|| Writing {
            name: "answer",
            label: "Your answer".to_owned(),
            hint: "The person reads it.".to_owned(),
            value: typed.to_owned(),
            button: ("grant".to_owned(), grant.to_owned()),
        }),
        buttons: if waits {
            vec![
                ("grant publicly".to_owned(), "Agree, and say so in the public log".to_owned()),
                ("refuse".to_owned(), "Stand by the decision".to_owned()),
            ]
        } else {
            Vec::new()
        },
    })
}

/// `POST /admin/appeals/{id}`.
pub async fn answer(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Reports)?.id;
    let key: Id<Warning> = key(&id)?;
    let (granted, tells) = match fields.get("do") {
        "grant" => (true, false),
        "grant publicly" => (true, true),
        "refuse" => (false, false),
        _ => {
            return Err(PageError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Use one of the buttons of the page.",
            ));
        }
    };
    let text = fields.get("answer").to_owned();
    let answered =
        data.app.db.write(|tx| cases::answer_appeal(tx, Some(user), key, (granted, tells), &text)).await;
    if let Err(error) = answered {
        let (status, mistakes) = what_was_wrong(error)?;
        return come_back(status, objection_page(&data, &visit, key, &text, mistakes).await);
    }
    then("/admin/appeals?note=changed")
}

/// `GET /settings/reports`: what the member reported, and what came of it.
pub async fn reported(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.member()?.account.id;
    let loaded = data.app.db.read(|conn| {
        let found = reports::of_reporter(conn, me, MOST)?;
        let ids: Vec<_> = found.iter().filter_map(|one| one.target_id).collect();
        Ok((found, accounts::by_ids(conn, &ids)?))
    });
    let (found, people) = loaded.await?;
    let row = |one: &Report| {
        let who = people.iter().find(|account| Some(account.id) == one.target_id);
        let came = match one.closed_at {
            None => "Waits for a moderator".to_owned(),
            Some(_) if one.answer.is_empty() => "Decided".to_owned(),
            Some(_) => one.answer.clone(),
        };
        vec![
            Cell::text(who.map_or("an account that is gone", |account| account.handle.as_str())),
            Cell::text(plain::excerpt(&one.content, 160)),
            Cell::text(came),
            Cell::text(present::moment(one.created_at).day()),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Your reports", Section::Elsewhere),
        heading: "What you reported".to_owned(),
        lead: "Only you and the moderators see this list.".to_owned(),
        facts: Vec::new(),
        ways: Vec::new(),
        search: None,
        nothing: "You have not reported anything.".to_owned(),
        heads: vec!["About", "What you said", "What came of it", "When"],
        rows: found.iter().map(row).collect(),
        action: "/settings/reports".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

async fn seen(data: &Data<Federation>, visit: &Visit, id: &str) -> Result<View, PageError> {
    visit.member()?;
    let viewer = visit.viewer();
    let id: Id<Contribution> = key(id)?;
    let view = data.app.db.read(|conn| {
        let head = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
        Ok(views::one(conn, viewer, head)?)
    });
    view.await?.ok_or_else(PageError::not_found)
}

/// `GET /contributions/{id}/report`.
pub async fn ask_report(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let view = seen(&data, &visit, &id).await?;
    report_form(&visit, &view, &Fields::default(), Mistakes::default())
}

fn report_form(visit: &Visit, view: &View, typed: &Fields, mistakes: Mistakes) -> Answer {
    let chosen = if typed.get("category").is_empty() { "other" } else { typed.get("category") };
    let choices = [
        ("other", "Something else"),
        ("violation", "It breaks a rule of this site"),
        ("spam", "Advertising or repetition"),
        ("legal", "It is forbidden by law"),
    ];
    let choices = choices.map(|(word, label)| Choice::new(word, label, word == chosen));
    let mut fields = vec![
        Field::new("category", "What is it?", "", FieldKind::Radios(choices.into()), ""),
        Field::text(
            "comment",
            "What should the moderators know?",
            "They read it together with the text as it stands now.",
            typed.get("comment"),
            4,
        ),
    ];
    if !view.author.is_local() {
        let forward = typed.get("forward") == "yes";
        let pair = vec![
            Choice::new("no", "Only the moderators here", !forward),
            Choice::new("yes", "Also those of its own server, without your name", forward),
        ];
        fields.push(Field::new("forward", "Who may read your report?", "", FieldKind::Select(pair), ""));
    }
    page(&FormPage {
        layout: visit.private_layout("Report", Section::Elsewhere),
        heading: "Report to the moderators".to_owned(),
        lead: format!("{} does not hear who reported.", view.author.title()),
        about: Some(present::link(view)),
        action: format!("/contributions/{}/report", view.head.id).into(),
        fields,
        mistakes,
        button: "Report".to_owned(),
        back: present::path(view).into(),
    })
}

/// `POST /contributions/{id}/report`.
pub async fn report(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let view = seen(&data, &visit, &id).await?;
    let reporter = visit.member()?.account.clone();
    let new = NewReport {
        target: view.author.id,
        contributions: vec![view.head.id],
        comment: fields.get("comment").to_owned(),
        category: Category::parse(fields.get("category")).unwrap_or_default(),
        rules: Vec::new(),
        forward: fields.get("forward") == "yes",
    };
    if let Err(error) = data.app.db.write(|tx| filing::file(tx, &reporter, &new).map(drop)).await {
        return again(error, |mistakes| report_form(&visit, &view, &fields, mistakes));
    }
    then("/settings/reports?note=reported")
}
