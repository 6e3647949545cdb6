//! `/api/v1/filters`: every word as a filter of its own, as clients knew them first.

use activitypub_federation::config::Data;
use axum::routing::get;
use axum::{Json, Router};

use super::super::answer::{Answer, ApiError, Empty};
use super::super::caller::{Allowed, PathId};
use super::super::entities::filter::{V1, v1};
use super::super::params::Params;
use super::super::scopes::{ReadFilters, WriteFilters};
use super::{as_it_is, blank, scoped};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::filter::{Filter, FilterAction, FilterChange, Keyword};
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::services::filters::{self, WordChange};
use crate::store::{Conn, Error, filters as kept};

/// The routes of the first version.
pub(super) fn router() -> Router {
    Router::new()
        .route("/api/v1/filters", get(index).post(create))
        .route("/api/v1/filters/{id}", get(show).put(update).patch(update).delete(delete))
}

/// The word with this key and its filter.
fn found(conn: &mut Conn, owner: &Account, key: i64) -> Result<(Filter, Keyword), Error> {
    let word = filters::word(conn, owner, Id::new(key))?;
    Ok((filters::own(conn, owner, word.filter_id)?, word))
}

fn hiding(params: &Params, mut change: FilterChange) -> FilterChange {
    if let Some(hides) = params.flag("irreversible") {
        change.action = if hides { FilterAction::Hide } else { FilterAction::Warn };
    }
    change
}

/// `GET /api/v1/filters`.
async fn index(data: Data<Federation>, caller: Allowed<ReadFilters>) -> Answer<Vec<V1>> {
    let known = data.app.db.read(|conn| Ok(kept::of(conn, caller.account.id)?)).await?;
    let words = known.iter().flat_map(|filter| filter.keywords.iter().map(|word| v1(&filter.row, word)));
    Ok(Json(words.collect()))
}

/// `POST /api/v1/filters`.
async fn create(data: Data<Federation>, caller: Allowed<WriteFilters>, params: Params) -> Answer<V1> {
    let phrase = params.text("phrase").unwrap_or_default();
    let mut change = hiding(&params, scoped(&params, data.app.clock().now(), blank())?);
    phrase.trim().clone_into(&mut change.title);
    let words = [WordChange::Add(phrase, params.flag("whole_word").unwrap_or(true))];
    let made = data.app.db.write(|tx| filters::make(tx, &caller.account, &change, &words)).await?;
    let word = made.keywords.first().ok_or_else(ApiError::not_found)?;
    Ok(Json(v1(&made.row, word)))
}

/// `GET /api/v1/filters/{id}`.
async fn show(data: Data<Federation>, caller: Allowed<ReadFilters>, PathId(key): PathId) -> Answer<V1> {
    let (filter, word) = data.app.db.read(|conn| found(conn, &caller.account, key)).await?;
    Ok(Json(v1(&filter.row, &word)))
}

/// `PUT /api/v1/filters/{id}`. Where a filter has several words, this version can change the word only.
async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteFilters>,
    PathId(key): PathId,
    params: Params,
) -> Answer<V1> {
    let (owner, now) = (&caller.account, data.app.clock().now());
    let (filter, _) = data.app.db.read(|conn| found(conn, owner, key)).await?;
    let before = as_it_is(&filter.row);
    let mut change = hiding(&params, scoped(&params, now, before.clone())?);
    if filter.keywords.len() > 1 && change != before {
        return Err(ApiError::invalid(
            "this filter has several keywords: change it with a newer app or on the other version",
        ));
    }
    let (phrase, whole) = (params.text("phrase"), params.flag("whole_word"));
    if let Some(phrase) = phrase.as_deref().filter(|_| filter.keywords.len() == 1) {
        phrase.trim().clone_into(&mut change.title);
    }
    let words = [WordChange::Change(Id::new(key), phrase, whole)];
    let changed = data.app.db.write(|tx| filters::change(tx, owner, filter.row.id, &change, &words)).await?;
    let word = changed.keywords.iter().find(|word| word.id.get() == key);
    Ok(Json(v1(&changed.row, word.ok_or_else(ApiError::not_found)?)))
}

/// `DELETE /api/v1/filters/{id}`: the filter goes with its last word.
async fn delete(data: Data<Federation>, caller: Allowed<WriteFilters>, PathId(key): PathId) -> Answer<Empty> {
    let owner = &caller.account;
    let removed = data.app.db.write(|tx| {
        let (filter, word) = found(tx, owner, key)?;
        match filter.keywords.len() {
            0 => Err(Refusal::NotFound.into()),
            1 if filter.contributions.is_empty() => filters::remove(tx, owner, filter.row.id),
            _ => filters::remove_word(tx, owner, word.id),
        }
    });
    removed.await?;
    Ok(Json(Empty))
}
