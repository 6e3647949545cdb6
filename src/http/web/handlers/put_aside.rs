//! What was put aside between this server and another one, and jobs that could not be done: one by one.

use activitypub_federation::config::Data;
use axum::extract::Path;
use serde_json::Value;

use super::{Answer, key, page, then};
use crate::domain::host::Host;
use crate::domain::inbox::InboxItem;
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::queues as service;
use crate::store::put_aside::{self, Piece, Undelivered, Undone};
use crate::store::{hosts, queues};
use crate::text::plain;

/// The page of everything.
const ALL: &str = "/admin/federation";
/// Rows of each sort on a page.
const SHOWN: i64 = 200;
/// Letters of a reason.
const SHORT: usize = 300;

/// `GET /admin/federation/{name}`: what was put aside between this server and another one.
pub async fn show(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    visit.may(Permission::Queues)?;
    let host = find(&data, &name).await?;
    let loaded = data.app.db.read(|conn| {
        let aside =
            (put_aside::deliveries_of(conn, host.id, SHOWN)?, put_aside::items_of(conn, host.id, SHOWN)?);
        Ok((aside, queues::all(conn)?))
    });
    let ((letters, items), all) = loaded.await?;
    let now = data.app.clock().now();
    let queue = all.into_iter().find(|queue| queue.host.id == host.id);
    let oldest = queue.and_then(|queue| queue.waiting.1);
    let oldest = oldest.map(|at| format!("The oldest delivery waits {}.", service::span(at, now)));
    let rows = letters.iter().map(letter).chain(items.iter().map(item));
    page(&LedgerPage {
        layout: visit.private_layout(host.name.clone(), Section::Administration),
        heading: format!("Put aside: {}", host.name),
        lead: "Of what could not be applied you see what it does and to what, not what it says: it may be a letter to \
               somebody."
            .to_owned(),
        facts: oldest.into_iter().collect(),
        ways: vec![
            Link::new("This server, and the rule about it", format!("/admin/hosts/{}", host.name)),
            Link::new("Exchange with all servers", ALL),
        ],
        search: None,
        nothing: "Nothing was put aside.".to_owned(),
        heads: vec!["What", "About", "Why", "Tries", "Since", ""],
        rows: rows.collect(),
        action: format!("{ALL}/{}", host.name).into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

async fn find(data: &Data<Federation>, name: &str) -> Result<Host, PageError> {
    let name = name.to_lowercase();
    data.app.db.read(|conn| Ok(hosts::by_name(conn, &name)?)).await?.ok_or_else(PageError::not_found)
}

fn reason(why: Option<&str>) -> Cell {
    Cell::text(plain::excerpt(why.unwrap_or("no reason was kept"), SHORT))
}

fn buttons(sort: &str, id: impl std::fmt::Display) -> Cell {
    Cell::buttons(vec![
        (format!("retry {sort} {id}"), "Try again".to_owned()),
        (format!("give-up {sort} {id}"), "Give it up".to_owned()),
    ])
}

fn letter(one: &Undelivered) -> Vec<Cell> {
    vec![
        Cell::text(format!("Not delivered: {}", one.activity)),
        Cell::text(one.object.clone()),
        reason(one.error.as_deref()),
        Cell::text(one.attempts.to_string()),
        Cell::text(present::moment(one.created_at).minute()),
        buttons("delivery", one.id),
    ]
}

fn item(one: &InboxItem) -> Vec<Cell> {
    let (verb, object) = deed(&one.body);
    vec![
        Cell::text(format!("Not applied: {verb} {}", one.uri)),
        Cell::text(object),
        reason(one.error.as_deref()),
        Cell::text(one.attempts.to_string()),
        Cell::text(""),
        buttons("item", one.id),
    ]
}

/// What a received activity does, and to what: its type, and the type and address of its object.
fn deed(body: &str) -> (String, String) {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let text =
        |value: Option<&Value>| plain::excerpt(value.and_then(Value::as_str).unwrap_or_default(), SHORT);
    let object = body.get("object");
    let about = match object {
        Some(Value::Object(fields)) => {
            format!("{} {}", text(fields.get("type")), text(fields.get("id"))).trim().to_owned()
        }
        other => text(other),
    };
    (text(body.get("type")), about)
}

/// `POST /admin/federation/{name}`.
pub async fn work(
    data: Data<Federation>,
    Path(name): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    visit.may(Permission::Queues)?;
    let host = find(&data, &name).await?;
    decide(&data, &visit, &fields, &host.name).await?;
    then(&format!("{ALL}/{}?note=changed", host.name))
}

/// What a button says: whether it is tried again, and what.
fn wanted(fields: &Fields) -> Result<(bool, Piece), PageError> {
    let words: Vec<&str> = fields.get("do").split(' ').collect();
    let [verb, sort, id] = words.as_slice() else { return Err(PageError::not_found()) };
    let piece = match *sort {
        "delivery" => Piece::Delivery(key(id)?),
        "item" => Piece::Item(key(id)?),
        "job" => Piece::Job(key(id)?),
        _ => return Err(PageError::not_found()),
    };
    match *verb {
        "retry" => Ok((true, piece)),
        "give-up" => Ok((false, piece)),
        _ => Err(PageError::not_found()),
    }
}

async fn decide(
    data: &Data<Federation>,
    visit: &Visit,
    fields: &Fields,
    about: &str,
) -> Result<(), PageError> {
    let user = visit.may(Permission::Queues)?.id;
    let (again, piece) = wanted(fields)?;
    let done = data.app.db.write(|tx| match again {
        true => service::retry_one(tx, user, about, piece),
        false => service::give_up_one(tx, user, about, piece),
    });
    Ok(done.await?)
}

/// `GET /admin/federation/jobs`: what could not be done later.
pub async fn jobs(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Queues)?;
    let undone = data.app.db.read(|conn| Ok(put_aside::undone(conn, SHOWN)?)).await?;
    let row = |one: &Undone| {
        vec![
            Cell::text(one.key.clone()),
            reason(one.error.as_deref()),
            Cell::text(one.attempts.to_string()),
            buttons("job", one.id),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Jobs that could not be done", Section::Administration),
        heading: "Jobs that could not be done".to_owned(),
        lead: "What failed too often. A job that is given up is not missed by anything else; what it was for stays \
               undone."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Exchange with other servers", ALL)],
        search: None,
        nothing: "Everything was done.".to_owned(),
        heads: vec!["Job", "Why", "Tries", ""],
        rows: undone.iter().map(row).collect(),
        action: format!("{ALL}/jobs").into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

/// `POST /admin/federation/jobs`.
pub async fn redo(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    decide(&data, &visit, &fields, "jobs").await?;
    then(&format!("{ALL}/jobs?note=changed"))
}
