//! What a member takes along, everything or single tables, and taking such tables in.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::leaving::knows_password;
use super::{Answer, page, then};
use crate::clock::Timestamp;
use crate::domain::archive::Archive;
use crate::domain::transfer::Table;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::throttle::Throttle;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::http::web::transfer::{ArchiveView, TransferPage};
use crate::import::tables;
use crate::services::{archives as service, transfers};
use crate::store::archives;

/// Rows of one file at most: each becomes work of its own, much of it at other servers.
const MOST_ROWS: usize = 20_000;

/// What people call a table.
const fn label(table: Table) -> &'static str {
    match table {
        Table::Follows => "Whom you follow",
        Table::Blocks => "Whom you block",
        Table::Mutes => "Whom you mute",
        Table::Hosts => "Servers that you do not want to see",
        Table::Lists => "Your lists",
        Table::Bookmarks => "Your bookmarks",
    }
}

/// `GET /settings/export`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    visit.concerned()?;
    form(&data, &visit, Mistakes::default()).await
}

/// `POST /settings/archive`: asks for everything in one file. It holds letters: not at an open browser.
pub async fn archive(
    data: Data<Federation>,
    Extension(throttle): Extension<Arc<Throttle>>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let member = visit.concerned()?;
    if !knows_password(&data, &throttle, member, fields.get("current"))? {
        return wrong(&data, &visit, Mistakes::one("current", "This is not your password.")).await;
    }
    data.app.db.write(|tx| service::ask(tx, &member.account)).await?;
    then("/settings/export?note=archive")
}

/// `GET /settings/archive`: the file, for its owner alone.
pub async fn download_archive(data: Data<Federation>, visit: Visit) -> Answer {
    let member = visit.concerned()?;
    let found = data.app.db.read(|conn| Ok(archives::of(conn, member.account.id)?)).await?;
    let file = found.and_then(|archive| archive.file).ok_or_else(PageError::not_found)?;
    let length = data.app.storage.length(&file).await?.ok_or_else(PageError::not_found)?;
    let content = data.app.storage.get(&file, 0..length).await?.ok_or_else(PageError::not_found)?;
    let headers = [
        (CONTENT_TYPE, "application/x-tar".to_owned()),
        (CONTENT_LENGTH, length.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}.tar\"", member.account.name)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(content)).into_response())
}

fn shown(archive: Option<&Archive>, now: Timestamp) -> ArchiveView {
    let may_ask = archive.is_none_or(|archive| archive.may_be_followed(now));
    match archive.and_then(|archive| Some((archive, archive.made_at?))) {
        Some((archive, at)) => ArchiveView {
            made: Some(present::moment(at)),
            kibibytes: archive.bytes / 1024 + 1,
            waits: false,
            may_ask,
        },
        None => ArchiveView { made: None, kibibytes: 0, waits: archive.is_some(), may_ask },
    }
}

async fn form(data: &Data<Federation>, visit: &Visit, mistakes: Mistakes) -> Answer {
    let (me, now) = (visit.concerned()?.account.id, data.app.clock().now());
    let known = data.app.db.read(|conn| Ok(archives::of(conn, me)?)).await?;
    let bytes = data.app.config.limits.import_bytes;
    let link = |table: Table| Link::new(label(table), format!("/settings/export/{}", table.file()));
    let guess = Choice::new("", "What its header or name says", true);
    let sorts = Table::ALL.into_iter().map(|table| Choice::new(table.file(), label(table), false));
    page(&TransferPage {
        layout: visit.private_layout("Take your account along", Section::Elsewhere),
        archive: shown(known.as_ref(), now),
        tables: Table::ALL.into_iter().map(link).collect(),
        sorts: [guess].into_iter().chain(sorts).collect(),
        kibibytes: bytes / 1024,
        rows: MOST_ROWS,
        takes_in: visit.member().is_ok(),
        mistakes,
    })
}

/// `GET /settings/export/{file}`.
pub async fn download(data: Data<Federation>, visit: Visit, Path(file): Path<String>) -> Answer {
    let member = visit.concerned()?;
    let table = Table::by_file(&file).ok_or_else(PageError::not_found)?;
    let now = data.app.clock().now();
    let rows = data.app.db.read(|conn| transfers::rows(conn, &member.account, table, now)).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", table.file())),
    ];
    Ok((headers, tables::write(table, &rows)).into_response())
}

/// `POST /settings/import`.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let member = visit.member()?;
    let text = fields.get("file");
    let wrong = async |mistakes| wrong(&data, &visit, mistakes).await;
    let chosen = Table::by_file(fields.get("table"));
    let Some(table) = chosen.or_else(|| tables::guess(fields.get("file_name"), text)) else {
        let why = "Neither the header nor the name of the file says what it holds: choose it here.";
        return wrong(Mistakes::one("table", why)).await;
    };
    let rows = tables::read(table, text);
    if rows.is_empty() {
        return wrong(Mistakes::one("file", "There is nothing to read in this file.")).await;
    }
    if rows.len() > MOST_ROWS {
        let why = format!("This file has {} rows; up to {MOST_ROWS} are read. Split it.", rows.len());
        return wrong(Mistakes::one("file", why)).await;
    }
    let replaces = fields.get("mode") == "overwrite";
    data.app.db.write(|tx| transfers::take_in(tx, &member.account, table, &rows, replaces)).await?;
    then("/settings/export?note=import")
}

async fn wrong(data: &Data<Federation>, visit: &Visit, mistakes: Mistakes) -> Answer {
    let mut answer = form(data, visit, mistakes).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}
