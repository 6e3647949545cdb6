//! `/api/v1/reports`: telling the moderators.

use activitypub_federation::config::Data;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

use super::answer::{Answer, ApiError};
use super::caller::Allowed;
use super::entities::report::report;
use super::params::Params;
use super::scopes::WriteReports;
use super::shown;
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::services::reports::{self, Category, NewReport};

/// The route of reports.
pub(super) fn router() -> Router {
    Router::new().route("/api/v1/reports", post(create))
}

/// `POST /api/v1/reports`.
async fn create(data: Data<Federation>, caller: Allowed<WriteReports>, params: Params) -> Answer<Value> {
    params.required("account_id")?;
    let target = params.id("account_id").ok_or_else(ApiError::not_found)?;
    let rules = params.ids("rule_ids");
    let category = match params.text("category") {
        _ if !rules.is_empty() => Category::Violation,
        None => Category::Other,
        Some(word) => {
            Category::parse(&word).ok_or_else(|| ApiError::invalid("category is not included in the list"))?
        }
    };
    let new = NewReport {
        target: Id::new(target),
        contributions: params.ids("status_ids").into_iter().map(Id::new).collect(),
        comment: params.text("comment").unwrap_or_default(),
        category,
        rules: rules.into_iter().map(Id::new).collect(),
        forward: params.flag("forward").unwrap_or(false),
    };
    let filed = data.app.db.write(|tx| {
        let filed = reports::file(tx, &caller.account, &new)?;
        let target = shown::accounts_by_ids(tx, &data.app, &[new.target])?.pop();
        Ok(report(&filed, &new.contributions, &target.ok_or(Refusal::NotFound)?))
    });
    Ok(Json(filed.await?))
}
