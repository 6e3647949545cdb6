//! What a member takes along, everything or single tables, and taking such tables in.

use std::collections::HashMap;
use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::attempts::Attempts;
use super::leaving::knows_password;
use super::{Answer, page, then};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::archive::Archive;
use crate::domain::id::Id;
use crate::domain::transfer::Table;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::http::web::transfer::{ArchiveView, TransferPage};
use crate::import::{filters, tables};
use crate::services::{archives as service, filters as own_filters, transfers};
use crate::store::contributions::Viewer;
use crate::store::{Error, archives, contributions, filters as kept};

/// What people call filters.
const FILTERS: &str = "Your filters";

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
    Extension(attempts): Extension<Arc<Attempts>>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let member = visit.concerned()?;
    if !knows_password(&data, &attempts, member, fields.get("current")).await? {
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
    let files = |voice: &Account| {
        let named = Table::ALL.into_iter().map(|table| (label(table), table.file()));
        let named = named.chain([(FILTERS, filters::FILE)]);
        let link = |(label, file)| Link::new(label, format!("/settings/export/{file}?account={}", voice.id));
        named.map(link).collect::<Vec<Link>>()
    };
    let guess = Choice::new("", "What its header or name says", true);
    let sorts = Table::ALL.into_iter().map(|table| Choice::new(table.file(), label(table), false));
    let sorts = sorts.chain([Choice::new(filters::FILE, FILTERS, false)]);
    // Who is suspended takes along what is theirs, and speaks for nobody.
    let mut voices = visit.voices();
    if voices.is_empty() {
        voices.push(&visit.concerned()?.account);
    }
    let tables = voices.iter().map(|voice| (voice.title().to_owned(), files(voice))).collect();
    let voices = voices.iter().map(|voice| Choice::new(voice.id.to_string(), voice.title(), voice.id == me));
    page(&TransferPage {
        layout: visit.private_layout("Take your account along", Section::Elsewhere),
        archive: shown(known.as_ref(), now),
        tables,
        voices: voices.collect(),
        sorts: [guess].into_iter().chain(sorts).collect(),
        kibibytes: bytes / 1024,
        rows: MOST_ROWS,
        takes_in: visit.member().is_ok(),
        mistakes,
    })
}

/// Whose tables are meant: the member's own, or, for publishers, the organization's.
fn voice<'a>(visit: &'a Visit, asked: &str) -> Result<&'a Account, PageError> {
    let own = &visit.concerned()?.account;
    if asked.is_empty() || Id::parse(asked) == Some(own.id) {
        return Ok(own);
    }
    let voice = Id::parse(asked).and_then(|id| visit.voice(id));
    voice.ok_or_else(|| PageError::forbidden("You cannot take along what is that account's."))
}

/// `GET /settings/export/{file}`, with `account` where a publisher means the organization.
pub async fn download(data: Data<Federation>, visit: Visit, Path(file): Path<String>) -> Answer {
    let voice = voice(&visit, &visit.asked("account").unwrap_or_default())?;
    if file == filters::FILE {
        return download_filters(&data, voice).await;
    }
    let table = Table::by_file(&file).ok_or_else(PageError::not_found)?;
    let now = data.app.clock().now();
    let rows = data.app.db.read(|conn| transfers::rows(conn, voice, table, now)).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", table.file())),
    ];
    Ok((headers, tables::write(table, &rows)).into_response())
}

async fn download_filters(data: &Data<Federation>, voice: &Account) -> Answer {
    let found = data.app.db.read(|conn| {
        let found = kept::of(conn, voice.id)?;
        let singles = found.iter().flat_map(|filter| &filter.contributions);
        let ids: Vec<_> = singles.map(|single| single.contribution_id).collect();
        let heads = contributions::by_ids(conn, Viewer::Member(voice.id), &ids)?;
        let uris: HashMap<i64, String> =
            heads.into_iter().map(|head| (head.id.get(), head.uri.to_string())).collect();
        Ok((found, uris))
    });
    let (found, uris) = found.await?;
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", filters::FILE)),
    ];
    Ok((headers, filters::write(&found, |id| uris.get(&id).cloned())).into_response())
}

/// `POST /settings/import`.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let voice = voice(&visit, fields.get("account"))?;
    let text = fields.get("file");
    let wrong = async |mistakes| wrong(&data, &visit, mistakes).await;
    let replaces = fields.get("mode") == "overwrite";
    if fields.get("table") == filters::FILE || fields.get("table").is_empty() && text.trim().starts_with('{')
    {
        let brought = match filters::read(text) {
            Ok(brought) => brought,
            Err(why) => {
                return wrong(Mistakes::one("file", format!("These are no filters: {why}."))).await;
            }
        };
        let taken = data.app.db.write(|tx| own_filters::take_in(tx, voice, &brought, replaces)).await;
        return match taken {
            Ok(()) => then("/settings/export?note=import"),
            Err(Error::Refused(Refusal::Invalid { field, why })) => {
                wrong(Mistakes::one("file", format!("A filter cannot be taken: {field} {why}."))).await
            }
            Err(error) => Err(error.into()),
        };
    }
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
    data.app.db.write(|tx| transfers::take_in(tx, voice, table, &rows, replaces)).await?;
    then("/settings/export?note=import")
}

async fn wrong(data: &Data<Federation>, visit: &Visit, mistakes: Mistakes) -> Answer {
    let mut answer = form(data, visit, mistakes).await?;
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(answer)
}
