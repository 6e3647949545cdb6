//! Tables of a member's relations: handing them out, and taking them in.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::{Answer, page, then};
use crate::domain::transfer::Table;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::shown::Link;
use crate::http::web::transfer::TransferPage;
use crate::import::tables;
use crate::services::transfers;

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
    visit.member()?;
    form(&visit, data.app.config.limits.import_bytes, Mistakes::default())
}

fn form(visit: &Visit, bytes: usize, mistakes: Mistakes) -> Answer {
    let link = |table: Table| Link::new(label(table), format!("/settings/export/{}", table.file()));
    let guess = Choice::new("", "What its header or name says", true);
    let sorts = Table::ALL.into_iter().map(|table| Choice::new(table.file(), label(table), false));
    page(&TransferPage {
        layout: visit.private_layout("Take your lists along", Section::Elsewhere),
        tables: Table::ALL.into_iter().map(link).collect(),
        sorts: [guess].into_iter().chain(sorts).collect(),
        kibibytes: bytes / 1024,
        rows: MOST_ROWS,
        mistakes,
    })
}

/// `GET /settings/export/{file}`.
pub async fn download(data: Data<Federation>, visit: Visit, Path(file): Path<String>) -> Answer {
    let member = visit.member()?;
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
    let wrong = |mistakes| wrong(&visit, data.app.config.limits.import_bytes, mistakes);
    let chosen = Table::by_file(fields.get("table"));
    let Some(table) = chosen.or_else(|| tables::guess(fields.get("file_name"), text)) else {
        let why = "Neither the header nor the name of the file says what it holds: choose it here.";
        return wrong(Mistakes::one("table", why));
    };
    let rows = tables::read(table, text);
    if rows.is_empty() {
        return wrong(Mistakes::one("file", "There is nothing to read in this file."));
    }
    if rows.len() > MOST_ROWS {
        let why = format!("This file has {} rows; up to {MOST_ROWS} are read. Split it.", rows.len());
        return wrong(Mistakes::one("file", why));
    }
    let replaces = fields.get("mode") == "overwrite";
    data.app.db.write(|tx| transfers::take_in(tx, &member.account, table, &rows, replaces)).await?;
    then("/settings/export?note=import")
}

fn wrong(visit: &Visit, bytes: usize, mistakes: Mistakes) -> Answer {
    let mut answer = form(visit, bytes, mistakes)?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}
