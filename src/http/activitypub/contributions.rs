//! Contributions of ours as documents.

use activitypub_federation::config::Data;
use axum::extract::OriginalUri;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;

use super::answer::{Answer, PRIVATE, PUBLIC, document, text, viewer};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::services::publish;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, accounts, condemnations, polls, questions, revisions, statements, views};
use crate::vocab::object;

/// The document at this address, for whoever signed the request.
pub async fn show(data: &Data<Federation>, parts: &Parts, path: &str) -> Result<Response, Answer> {
    let viewer = viewer(data, parts).await?;
    let uri = Uri::ours(&data.app.site.origin, path);
    let found = data.app.db.read(|conn| find(conn, viewer, &uri)).await?;
    match found {
        Found::Here { document, open } => Ok(text(document, if open { PUBLIC } else { PRIVATE })),
        Found::Gone(tombstone) => Err(Answer::Gone(tombstone)),
    }
}

enum Found {
    Here { document: String, open: bool },
    Gone(Value),
}

fn find(conn: &mut Conn, viewer: Viewer, uri: &Uri) -> Result<Found, Error> {
    if let Some(head) = contributions::by_uri(conn, viewer, uri)?.filter(|head| head.local) {
        let open = head.is_open();
        return Ok(Found::Here { document: current(conn, &head)?, open });
    }
    // Of what was never for everybody, nobody learns that it was here.
    let known = contributions::known(conn, uri)?.filter(|head| head.local && head.is_for_all());
    let view = match known {
        Some(head) if condemnations::is_gone(conn, &head)? => views::one(conn, viewer, head)?,
        Some(_) | None => None,
    };
    let view = view.ok_or(Refusal::NotFound)?;
    Ok(Found::Gone(object::tombstone(&view)))
}

/// The signed document of the newest version, word for word.
pub(super) fn current(conn: &mut Conn, head: &Contribution) -> Result<String, Error> {
    if polls::one(conn, None, head.id)?.is_some() {
        return counted(conn, head);
    }
    let newest = revisions::newest(conn, head.id)?.and_then(|revision| revision.document);
    newest.ok_or_else(|| Error::broken(format!("{} has no document", head.uri)))
}

/// A poll with its votes as they are: its counts change without a new version.
fn counted(conn: &mut Conn, head: &Contribution) -> Result<String, Error> {
    let view = views::one(conn, Viewer::Member(head.author_id), head.clone())?.ok_or(Refusal::NotFound)?;
    let at = head.edited_at.unwrap_or(head.published_at);
    Ok(publish::sign(conn, &view.author, &object::object(&view), at)?.to_string())
}

/// People's addresses lead servers to the identity, because many compare the two.
pub async fn statement_by_slug(
    data: &Data<Federation>,
    parts: &Parts,
    slug: &str,
) -> Result<Response, Answer> {
    let viewer = viewer(data, parts).await?;
    let found = data.app.db.read(|conn| Ok(statements::by_slug(conn, viewer, slug)?)).await?;
    redirect(found)
}

/// Like [`statement_by_slug`], for one thesis.
pub async fn thesis_by_slug(
    data: &Data<Federation>,
    parts: &Parts,
    slug: &str,
    key: &str,
) -> Result<Response, Answer> {
    let viewer = viewer(data, parts).await?;
    let found = data.app.db.read(|conn| {
        let Some(statement) = statements::by_slug(conn, viewer, slug)? else { return Ok(None) };
        Ok(statements::thesis_by_key(conn, statement.id, key)?.map(|(head, _)| head))
    });
    redirect(found.await?)
}

/// Like [`statement_by_slug`], for a copy of a question.
pub async fn question_by_slug(
    data: &Data<Federation>,
    parts: &Parts,
    slug: &str,
) -> Result<Response, Answer> {
    let viewer = viewer(data, parts).await?;
    let found = data.app.db.read(|conn| Ok(questions::by_slug(conn, viewer, slug)?)).await?;
    redirect(found.map(|(head, _)| head))
}

/// Like [`statement_by_slug`], for a position.
pub async fn position_by_key(data: &Data<Federation>, parts: &Parts, key: &str) -> Result<Response, Answer> {
    let viewer = viewer(data, parts).await?;
    let id = Id::parse(key).ok_or_else(Answer::not_found)?;
    let found = data.app.db.read(|conn| Ok(contributions::by_id(conn, viewer, id)?)).await?;
    redirect(found.filter(|head| head.kind == Kind::Position))
}

/// The page for people of the contribution with this identity.
pub async fn page_of(data: &Data<Federation>, path: &str) -> Result<String, Answer> {
    let uri = Uri::ours(&data.app.site.origin, path);
    let found = data.app.db.read(|conn| Ok(contributions::by_uri(conn, Viewer::Anyone, &uri)?)).await?;
    found
        .filter(|head| head.local && head.url != uri.as_str())
        .map(|head| head.url)
        .ok_or_else(Answer::not_found)
}

fn redirect(found: Option<Contribution>) -> Result<Response, Answer> {
    let found = found.ok_or_else(Answer::not_found)?;
    Ok(Redirect::to(found.uri.as_str()).into_response())
}

/// `…/rev/{revision}`: a frozen version with its own identity and proof.
pub async fn revision(
    data: Data<Federation>,
    OriginalUri(at): OriginalUri,
    parts: Parts,
) -> Result<Response, Answer> {
    let viewer = viewer(&data, &parts).await?;
    let (path, number) = at.path().rsplit_once("/rev/").ok_or_else(Answer::not_found)?;
    let number: i32 = number.parse().map_err(|_| Answer::not_found())?;
    let uri = Uri::ours(&data.app.site.origin, path);
    let found = data.app.db.read(|conn| {
        let head = contributions::by_uri(conn, viewer, &uri)?.filter(|head| head.local);
        let head = head.ok_or(Refusal::NotFound)?;
        let revision = revisions::by_number(conn, head.id, number)?.ok_or(Refusal::NotFound)?;
        let author = accounts::by_id(conn, head.author_id)?.ok_or(Refusal::NotFound)?;
        Ok((head.is_open(), publish::snapshot(conn, &revision, &author, data.app.clock().now())?))
    });
    let (open, version) = found.await?;
    Ok(document(&version, if open { PUBLIC } else { PRIVATE }))
}
