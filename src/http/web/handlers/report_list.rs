//! The list of reports, and closing many of them in one step.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::http::StatusCode;

use super::again::again;
use super::ask::refused;
use super::host_lists::unclear;
use super::reports::{category, label};
use super::{Answer, before, cut, key, page, then};
use crate::domain::account::Account;
use crate::domain::counting::{counted, number};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::report::Report;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::cases as service;
use crate::services::reports as filing;
use crate::store::page::Page;
use crate::store::reports::Wanted;
use crate::store::{accounts, reports, users, warnings};
use crate::text::plain;

/// Reports on one page.
const PAGE: usize = 50;
/// The field of the ticked ones.
const TICKED: &str = "ticked";
/// The field that says that the reason was asked for.
const CONFIRMED: &str = "confirmed";

/// `GET /admin/reports`: those that wait, or with `closed=yes` the others.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.may(Permission::Reports)?;
    let open = visit.asked("closed").is_none();
    let from: Option<Id<Report>> = before(&visit);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let loaded = data.app.db.read(|conn| {
        let closed = filing::closed_to(conn, me)?;
        let wanted = Wanted { open, closed: &closed, ..Wanted::default() };
        let found = reports::page(conn, &wanted, &Page { max_id: from.map(Id::get), ..Page::first(limit) })?;
        let people = found.iter().flat_map(|one| [Some(one.reporter_id), one.target_id]).flatten();
        let people = accounts::by_ids(conn, &people.collect::<Vec<_>>())?;
        let appeals = warnings::count_appealed(conn)?;
        let servers = if open { reports::open_by_server(conn, &closed)? } else { Vec::new() };
        Ok((found, people, users::all(conn)?, (appeals, servers)))
    });
    let (mut found, people, known, (appeals, servers)) = loaded.await?;
    let more = cut(&mut found, PAGE);
    let older = found.last().filter(|_| more).map(|one| one.id);
    let people: HashMap<Id<Account>, Account> = people.into_iter().map(|one| (one.id, one)).collect();
    let names: HashMap<Id<User>, String> = known.into_iter().map(|user| (user.id, user.name)).collect();
    page(&LedgerPage {
        layout: visit.private_layout("Reports", Section::Administration),
        heading: if open { "Reports that wait" } else { "Reports that were decided" }.to_owned(),
        lead: "What members and other servers report about accounts here and elsewhere. Open one to see what was \
               reported, to write something down for the other moderators, and to decide."
            .to_owned(),
        facts: Vec::new(),
        ways: ways(open, appeals),
        search: None,
        nothing: "There are none.".to_owned(),
        heads: vec!["About", "Kind", "What is said", "When", "Reported by", if open { "Taken by" } else { "Outcome" }],
        buttons: if open && !found.is_empty() { buttons(&servers) } else { Vec::new() },
        rows: found.iter().map(|one| row(one, &people, &names)).collect(),
        action: "/admin/reports".into(),
        pager: neighbours(open, older, from.is_none()),
    })
}

fn row(one: &Report, people: &HashMap<Id<Account>, Account>, names: &HashMap<Id<User>, String>) -> Vec<Cell> {
    let handle = |id: Option<Id<Account>>| {
        id.and_then(|id| people.get(&id)).map_or("nobody we know", |account| account.handle.as_str())
    };
    let state = one.outcome.map_or_else(
        || one.assigned_id.and_then(|id| names.get(&id)).map_or("Nobody yet".to_owned(), Clone::clone),
        |outcome| label(outcome).to_owned(),
    );
    let about = Cell::link(handle(one.target_id), format!("/admin/reports/{}", one.id));
    vec![
        if one.closed_at.is_none() { about.ticked_as(one.id.to_string()) } else { about },
        Cell::text(category(&one.category)),
        Cell::text(plain::excerpt(&one.content, 160)),
        Cell::text(present::moment(one.created_at).day()),
        Cell::text(handle(Some(one.reporter_id))),
        Cell::text(state),
    ]
}

fn ways(open: bool, appeals: i64) -> Vec<Link> {
    let mut ways = vec![if open {
        Link::new("Reports that were decided", "/admin/reports?closed=yes")
    } else {
        Link::new("Reports that wait", "/admin/reports")
    }];
    if appeals > 0 {
        ways.push(Link::new(format!("Objections that wait for an answer: {appeals}"), "/admin/appeals"));
    }
    ways
}

/// One button for what is ticked, and one for each server that sent several.
fn buttons(servers: &[(String, i64)]) -> Vec<(String, String)> {
    let of = |(name, count): &(String, i64)| {
        (format!("server {name}"), format!("Close all {count} that came from {name}…"))
    };
    std::iter::once((TICKED.to_owned(), "Close the ticked ones…".to_owned()))
        .chain(servers.iter().map(of))
        .collect()
}

fn neighbours(open: bool, older: Option<Id<Report>>, first: bool) -> Pager {
    let path = if open { "/admin/reports?" } else { "/admin/reports?closed=yes&" };
    Pager {
        newer: (!first).then(|| path.trim_end_matches(['?', '&']).into()),
        older: older.map(|id| format!("{path}before={id}").into()),
    }
}

/// `POST /admin/reports`: asks for the reason why many need nothing done, and closes them when there is one.
pub async fn close(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Reports)?.id;
    let found = chosen(&data, &visit, &fields).await?;
    if found.is_empty() {
        let why = "None is ticked, or others have closed them: tick the reports first.";
        return Err(PageError::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    if fields.get(CONFIRMED) != "yes" {
        return form(&visit, &fields, &found, Mistakes::default());
    }
    if fields.get("reason").trim().is_empty() {
        let mistakes = Mistakes::one("reason", "Say in a sentence why nothing has to be done.");
        return refused(form(&visit, &fields, &found, mistakes));
    }
    let reason = fields.get("reason").to_owned();
    let closed = data.app.db.write(|tx| service::close_all(tx, Some(user), &found, &reason)).await;
    match closed {
        Ok(_) => then("/admin/reports?note=changed"),
        Err(error) => again(error, |mistakes| form(&visit, &fields, &found, mistakes)),
    }
}

/// The open reports that a form is about: those that are ticked, or all of a server that were there when its button
/// was used.
async fn chosen(
    data: &Data<Federation>,
    visit: &Visit,
    fields: &Fields,
) -> Result<Vec<Id<Report>>, PageError> {
    let me = visit.may(Permission::Reports)?;
    let wanted = fields.get("do").to_owned();
    if let Some(server) = wanted.strip_prefix("server ") {
        let until = Id::parse(fields.get("until")).unwrap_or_else(|| Id::new(i64::MAX));
        let found = data.app.db.read(|conn| {
            let closed = filing::closed_to(conn, me)?;
            Ok(reports::open_from(conn, &closed, server, until)?)
        });
        return Ok(found.await?);
    }
    if wanted != TICKED {
        return Err(unclear());
    }
    let mut ticked: Vec<Id<Report>> = fields.all(TICKED).map(key).collect::<Result<_, _>>()?;
    ticked.sort_unstable();
    ticked.dedup();
    Ok(ticked)
}

fn form(visit: &Visit, fields: &Fields, found: &[Id<Report>], mistakes: Mistakes) -> Answer {
    let count = counted(number(found.len()), "report");
    let hidden = |name, value: &str| Field::new(name, "", "", FieldKind::Hidden, value);
    let mut sent = vec![
        Field::text(
            "reason",
            "Why does nothing have to be done?",
            "It is kept with each of the reports, for the other moderators, and in the log.",
            fields.get("reason"),
            2,
        ),
        hidden("do", fields.get("do")),
        hidden(CONFIRMED, "yes"),
    ];
    match fields.get("do") {
        TICKED => sent.extend(found.iter().map(|id| hidden(TICKED, &id.to_string()))),
        _ => sent.extend(found.last().map(|id| hidden("until", &id.to_string()))),
    }
    page(&FormPage {
        layout: visit.private_layout("Close reports", Section::Administration),
        heading: format!("Close {count} without doing anything?"),
        lead: "The accounts that were reported hear nothing of it, and whoever reported finds the report decided. Each \
               can be taken up again."
            .to_owned(),
        about: None,
        action: "/admin/reports".into(),
        fields: sent,
        mistakes,
        button: "Close them".to_owned(),
        back: "/admin/reports".into(),
    })
}
