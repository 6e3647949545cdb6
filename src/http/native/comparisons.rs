//! Positions side by side, and who answers alike; each as JSON or as a table.

use activitypub_federation::config::Data;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::mastodon::answer::ApiError;
use super::super::mastodon::caller::Maybe;
use super::super::mastodon::params::Params;
use super::super::mastodon::scopes::ReadDebate;
use super::positions::keeps_the_map;
use super::sheets::{self, Format};
use super::{entities, named};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::web::map_files::{csv_file, table};
use crate::services::agreement::{self, Agreement};
use crate::services::comparisons::{self, Column, Comparison, MOST, Row, Whom};
use crate::store::questions::Copy;
use crate::text::{plain, sanitize};

pub(super) fn router() -> Router {
    Router::new().route("/api/plenum/v1/agreement", get(alike)).route("/api/plenum/v1/compare", get(compare))
}

/// `GET /api/plenum/v1/compare?qid=…&organizations[]=…`.
async fn compare(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, format) = (caller.viewer(), sheets::format(&params)?);
    let keeps = caller.user().is_some_and(keeps_the_map);
    let qid = named(&params.required("qid")?)?;
    let chosen = chosen(&params)?;
    let found = data.app.db.read(|conn| comparisons::of(conn, viewer, &qid, &chosen, keeps)).await?;
    let has = |whom: &&Whom| found.columns.iter().any(|column| whom.is(&column.organization));
    if let Some(Whom::Key(key)) = chosen.iter().find(|whom| !has(whom)) {
        let why = format!("“{key}” has no position on this question here");
        return Err(Refusal::invalid("organizations", why).into());
    }
    Ok(match format {
        Format::Json => Json(comparison(&found)).into_response(),
        Format::Csv => csv_file("comparison", sheet(&found)),
    })
}

/// Whose positions are wanted: two to four, each once.
fn chosen(params: &Params) -> Result<Vec<Whom>, ApiError> {
    let mut chosen: Vec<Whom> = Vec::new();
    for text in params.list("organizations") {
        let unknown = || Refusal::invalid("organizations", format!("“{text}” is no key of an organization"));
        let whom = Whom::Key(Id::parse(&text).ok_or_else(unknown)?);
        if !chosen.contains(&whom) {
            chosen.push(whom);
        }
    }
    if (2..=MOST).contains(&chosen.len()) {
        return Ok(chosen);
    }
    Err(Refusal::invalid("organizations", format!("give the keys of two to {MOST} organizations")).into())
}

fn comparison(found: &Comparison) -> Value {
    let column = |column: &Column| {
        json!({
            "organization": entities::account(&column.organization),
            "position_id": column.head.id.to_string(),
            "revision": column.head.revision,
            "language": entities::said(&column.head.language),
            "state": entities::state(column.head.state),
        })
    };
    let row = |row: &Row| {
        let cells: Vec<Value> = row.cells.iter().map(|cell| entities::said(cell)).collect();
        json!({ "field": row.field.as_str(), "html": row.field.is_html(), "same": row.same, "cells": cells })
    };
    let (head, question) = &found.question;
    json!({
        "question": { "qid": question.qid.as_str(), "text": head.title },
        "columns": found.columns.iter().map(column).collect::<Value>(),
        "rows": found.rows().iter().map(row).collect::<Value>(),
    })
}

/// A line for each thing that is compared, a column for each organization.
fn sheet(found: &Comparison) -> String {
    let names = found.columns.iter().map(|column| column.organization.title());
    let header: Vec<&str> = ["field"].into_iter().chain(names).collect();
    let line = |row: Row| {
        let words =
            |cell: String| if row.field.is_html() { plain::text(&sanitize::clean(&cell)) } else { cell };
        let field = row.field.as_str().to_owned();
        [field].into_iter().chain(row.cells.into_iter().map(words)).collect()
    };
    table(&header, found.rows().into_iter().map(line))
}

/// `GET /api/plenum/v1/agreement?of=…`: from one organization outwards.
async fn alike(
    data: Data<Federation>,
    caller: Maybe<ReadDebate>,
    params: Params,
) -> Result<Response, ApiError> {
    let (viewer, format, ours) = (caller.viewer(), sheets::format(&params)?, data.app.site.organization);
    let whom = match params.text("of").filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            let unknown = || Refusal::invalid("of", format!("“{text}” is no key of an organization"));
            Some(Whom::Key(Id::parse(text.trim()).ok_or_else(unknown)?))
        }
        None => None,
    };
    let found = data.app.db.read(|conn| agreement::of(conn, viewer, ours, whom.as_ref())).await?;
    if whom.is_some() && found.of.is_none() {
        return Err(Refusal::invalid("of", "names no organization that has answered a question here").into());
    }
    Ok(match format {
        Format::Json => Json(shown(&found)).into_response(),
        Format::Csv => csv_file("agreement", lines(&found)),
    })
}

fn shown(found: &Agreement) -> Value {
    let question = |(head, question): &Copy| json!({ "qid": question.qid.as_str(), "text": head.title });
    let alike = |(account, copies): &(Account, Vec<Copy>)| {
        json!({
            "organization": entities::account(account),
            "questions": copies.iter().map(question).collect::<Value>(),
        })
    };
    json!({
        "of": found.of.as_ref().map(entities::account),
        "alike": found.alike.iter().map(alike).collect::<Value>(),
    })
}

/// A line per organization and question.
fn lines(found: &Agreement) -> String {
    let line = |account: &Account, (head, question): &Copy| {
        let text = head.title.clone().unwrap_or_default();
        vec![account.title().to_owned(), account.handle().to_string(), question.qid.to_string(), text]
    };
    let lines =
        found.alike.iter().flat_map(|(account, copies)| copies.iter().map(move |copy| line(account, copy)));
    table(&["organization", "handle", "qid", "text"], lines)
}
