//! The log: who decided what, whether it is whole, and what everybody may read of it.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::again::{come_back, what_was_wrong};
use super::ask::refused;
use super::{Answer, before, cut, key, page, pager, then};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::{Layout, Section};
use crate::http::web::ledger::{Cell, LedgerPage, Search};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::log as service;
use crate::store::audit::Entry;
use crate::store::{audit, public_entries, users};
use crate::text::plain;

/// Entries on one page.
const PAGE: usize = 100;
/// Letters of a subject or a detail that stand in the table.
const SHORT: usize = 160;

/// `GET /admin/log`: what was decided, newest first.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Log)?;
    let from: Option<Id<Entry>> = before(&visit);
    let query = visit.asked("q").unwrap_or_default().trim().to_lowercase();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let loaded = data.app.db.read(|conn| {
        let start = from.unwrap_or_else(|| Id::new(i64::MAX));
        let entries = audit::page(conn, start, &query, limit)?;
        let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
        Ok((entries, public_entries::among(conn, &ids)?, users::all(conn)?))
    });
    let (mut entries, shown, known) = loaded.await?;
    let more = cut(&mut entries, PAGE);
    let names: HashMap<Id<User>, String> = known.into_iter().map(|user| (user.id, user.name)).collect();
    let older = entries.last().filter(|_| more).map(|entry| entry.id);
    let row = |entry: &Entry| {
        let nobody = if entry.is_by_list() { "a list" } else { "terminal" };
        let who =
            entry.user_id.map_or(nobody, |id| names.get(&id).map_or("somebody who left", String::as_str));
        let public = if shown.contains(&entry.id) { "Public" } else { "Internal" };
        vec![
            Cell::text(present::moment(entry.created_at).minute()),
            Cell::text(&entry.action),
            Cell::text(plain::excerpt(&entry.subject, SHORT)),
            Cell::text(who),
            Cell::link(public, format!("/admin/log/{}", entry.id)),
            Cell::text(plain::excerpt(&entry.detail, SHORT)),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Log", Section::Administration),
        heading: "Log".to_owned(),
        lead:
            "Everything that was decided here, by whom and when. Entries are added and never changed; each \
               carries the seal of the one before it."
                .to_owned(),
        facts: Vec::new(),
        ways: vec![
            Link::new("Check that the log is whole", "/admin/log/check"),
            Link::new("The whole log as a file", "/admin/log.jsonl"),
            Link::new("What everybody may read of it", "/about/moderation"),
        ],
        search: Some(Search {
            action: "/admin/log".into(),
            label: "Beginning of what was done: host, account …",
            query,
        }),
        nothing: "There is no such entry.".to_owned(),
        heads: vec!["When", "What", "About", "Who", "Seen by", "Particulars"],
        rows: entries.iter().map(row).collect(),
        action: "/admin/log".into(),
        buttons: Vec::new(),
        pager: pager("/admin/log", older, from.is_none()),
    })
}

/// `GET /admin/log/check`: follows the whole chain; `seal` is one that somebody wrote down earlier.
pub async fn check(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Log)?;
    let seal = visit.asked("q").unwrap_or_default().trim().to_lowercase();
    let (chain, found) = data.app.db.read(|conn| Ok(audit::verify(conn, &seal)?)).await?;
    let mut facts = vec![match chain.broken_at {
        None => format!(
            "All {} entries are as they were written, and none is missing between them.",
            chain.length
        ),
        Some(id) => format!(
            "The log was changed from outside: the entry with the number {id} does not follow from those before it. \
             Keep a copy of the database and find out who had access to it."
        ),
    }];
    facts.push(format!("The seal of the newest entry: {}", chain.tip));
    if !seal.is_empty() {
        let is = if found { "is part of" } else { "is not part of" };
        facts.push(format!("The seal that you gave {is} this log."));
    }
    page(&LedgerPage {
        layout: visit.private_layout("Is the log whole?", Section::Administration),
        heading: "Is the log whole?".to_owned(),
        lead: "Write the seal of the newest entry down somewhere else. Whoever cuts entries off the end of the log \
               cannot cut off what you wrote down: look for it here later."
            .to_owned(),
        facts,
        ways: vec![Link::new("Back to the log", "/admin/log")],
        search: Some(Search { action: "/admin/log/check".into(), label: "A seal from earlier", query: seal }),
        nothing: String::new(),
        heads: Vec::new(),
        rows: Vec::new(),
        action: "/admin/log".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

/// `GET /admin/log.jsonl`: the whole log, with everything that is needed to check it elsewhere.
pub async fn download(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Log)?;
    let entries = data.app.db.read(|conn| Ok(audit::all(conn)?)).await?;
    let lines: String = entries.iter().map(service::line).collect();
    let headers = [
        (CONTENT_TYPE, "application/jsonl; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"log.jsonl\""),
    ];
    Ok((headers, lines).into_response())
}

/// `GET /admin/log/{id}`: one entry, and what everybody may read of it.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Log)?;
    let id: Id<Entry> = key(&id)?;
    let shown = data.app.db.read(|conn| Ok(public_entries::by_id(conn, id)?)).await?;
    let (what, reason) =
        shown.as_ref().map(|one| (one.what.as_str(), one.reason.as_str())).unwrap_or_default();
    form(&data, &visit, id, (shown.is_some(), what, reason), Mistakes::default()).await
}

/// `POST /admin/log/{id}`: shows the entry to everybody, or to nobody any more.
pub async fn decide(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = Some(visit.may(Permission::Log)?.id);
    let id: Id<Entry> = key(&id)?;
    let (what, reason) = (fields.get("what"), fields.get("reason"));
    match fields.get("shown") {
        "no" => {
            let known = data.app.db.read(|conn| Ok(public_entries::by_id(conn, id)?)).await?;
            if known.is_some() {
                data.app.db.write(|tx| service::hide(tx, user, id)).await?;
            }
        }
        "yes" => {
            let mistakes = missing(&fields);
            if !mistakes.is_empty() {
                return refused(form(&data, &visit, id, (true, what, reason), mistakes).await);
            }
            if let Err(error) = data.app.db.write(|tx| service::show(tx, user, id, what, reason)).await {
                let (status, mistakes) = what_was_wrong(error)?;
                return come_back(status, form(&data, &visit, id, (true, what, reason), mistakes).await);
            }
        }
        _ => {
            let wrong = Mistakes::one("shown", "Choose who may read the entry.");
            return refused(form(&data, &visit, id, (false, what, reason), wrong).await);
        }
    }
    then("/admin/log?note=changed")
}

fn missing(fields: &Fields) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if fields.get("what").trim().is_empty() {
        mistakes.add("what", "Say what was decided: everybody who reads the entry asks for it.");
    }
    if fields.get("reason").trim().is_empty() {
        mistakes.add("reason", "Give the reason: everybody who reads the entry asks for it.");
    }
    mistakes
}

async fn form(
    data: &Data<Federation>,
    visit: &Visit,
    id: Id<Entry>,
    (shown, what, reason): (bool, &str, &str),
    mistakes: Mistakes,
) -> Answer {
    let entry =
        data.app.db.read(|conn| Ok(audit::by_id(conn, id)?)).await?.ok_or_else(PageError::not_found)?;
    let choices =
        vec![Choice::new("no", "Those who may read the log", !shown), Choice::new("yes", "Everybody", shown)];
    let what = if what.is_empty() { format!("{}: {}", entry.subject, entry.action) } else { what.to_owned() };
    let particulars =
        if entry.detail.is_empty() { String::new() } else { format!(" Particulars: {}", entry.detail) };
    page(&FormPage {
        layout: visit.private_layout("An entry of the log", Section::Administration),
        heading: format!("{} on {}", entry.action, present::moment(entry.created_at).day()),
        lead: format!(
            "About: {}.{particulars} What everybody reads stands on the page “Decisions of the moderators”, without \
             the name of whoever decided.",
            entry.subject
        ),
        about: None,
        action: format!("/admin/log/{id}").into(),
        fields: vec![
            Field::new("shown", "Who may read it?", "", FieldKind::Radios(choices), ""),
            Field::line("what", "What everybody reads", "Leave out what could harm somebody.", &what),
            Field::text("reason", "Why", "In words that everybody understands.", reason, 3),
        ],
        mistakes,
        button: "Save".to_owned(),
        back: "/admin/log".into(),
    })
}

/// `GET /about/moderation`: the decisions that everybody may read.
pub async fn public(data: Data<Federation>, visit: Visit) -> Answer {
    let from: Option<Id<Entry>> = before(&visit);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let start = from.unwrap_or_else(|| Id::new(i64::MAX));
    let mut entries = data.app.db.read(|conn| Ok(public_entries::page(conn, start, limit)?)).await?;
    let more = cut(&mut entries, PAGE);
    let older = entries.last().filter(|_| more).map(|(shown, _)| shown.entry_id);
    page(&LedgerPage {
        layout: Layout {
            here: Section::About,
            canonical: Some(visit.absolute("/about/moderation").into()),
            ..visit.layout("Decisions of the moderators")
        },
        heading: "Decisions of the moderators".to_owned(),
        lead: "Which servers are kept out, and what else they chose to tell everybody. Other decisions are kept in a \
               log that only the administrators of this site read."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Rules for contributions, and how to reach us", "/about")],
        search: None,
        nothing: "No decision has been made public.".to_owned(),
        heads: vec!["When", "What", "Why"],
        rows: entries
            .into_iter()
            .map(|(shown, at)| {
                let day = present::moment(at).day();
                let why = if shown.reason.is_empty() { "No reason was given.".to_owned() } else { shown.reason };
                vec![Cell::text(day), Cell::text(shown.what), Cell::text(why)]
            })
            .collect(),
        action: "/about/moderation".into(),
        buttons: Vec::new(),
        pager: pager("/about/moderation", older, from.is_none()),
    })
}
