//! Public pages: server-rendered, and whole without scripts. Page structs are the contract between handlers and templates.
//!
//! A handler loads, fills one page struct and renders it; templates in `pages/` ask nothing.
//! Every address passes through [`shown::Href`], every other text is escaped by askama,
//! and only [`crate::text::Html`] is printed as it is.

pub mod about;
pub mod account;
pub mod agreement;
pub mod assets;
pub mod authorize;
pub mod case;
pub mod catalogue;
pub mod compare;
pub mod confirm;
pub mod contribution;
pub mod dashboard;
pub mod edit;
pub mod error;
pub mod event;
pub mod external_statement;
pub mod feeds;
pub mod first_run;
pub mod follow;
pub mod form;
pub mod forms;
pub mod handlers;
pub mod home;
pub mod host_list;
pub mod hosts;
pub mod import;
pub mod internal;
pub mod internal_room;
pub mod join;
pub mod layout;
pub mod ledger;
pub mod listing;
pub mod map;
pub mod map_files;
pub mod notifications;
pub mod position;
pub mod post;
pub mod present;
pub mod publish;
pub mod qr;
pub mod question;
pub mod replies;
pub mod reply;
pub mod review;
pub mod second_factor;
pub mod setup;
pub mod shown;
pub mod sign_in;
pub mod statement;
pub mod statement_references;
pub mod thesis;
pub mod thread;
pub mod transfer;
pub mod versions;

use activitypub_federation::config::Data;
use axum::Router;
use axum::response::{IntoResponse, Response};

use crate::federation::Federation;

pub use super::extract::visit::Visit;

/// Every page, without those that `http` negotiates: they are the functions below.
pub fn router() -> Router {
    handlers::router()
}

/// The forms that take files: they have their own limits, because such files are long. One with a member's
/// relations has at most so many bytes.
pub fn imports(bytes: usize) -> Router {
    handlers::imports(bytes)
}

/// The organization's home.
pub async fn home_page(data: &Data<Federation>, visit: Visit) -> Response {
    handlers::home::show(data, &visit).await.into_response()
}

/// A post, a reply, an official answer.
pub async fn post_page(data: &Data<Federation>, visit: Visit, token: &str) -> Response {
    handlers::contribution::show(data, &visit, token).await.into_response()
}

/// A dated fact.
pub async fn event_page(data: &Data<Federation>, visit: Visit, token: &str) -> Response {
    handlers::events::show(data, &visit, token).await.into_response()
}

/// A statement in the version in force.
pub async fn statement_page(data: &Data<Federation>, visit: Visit, slug: &str) -> Response {
    handlers::statement::show(data, &visit, slug).await.into_response()
}

/// A thesis, by its key or its number.
pub async fn thesis_page(data: &Data<Federation>, visit: Visit, slug: &str, key: &str) -> Response {
    handlers::statement::thesis(data, &visit, slug, key).await.into_response()
}

/// A question with its position map.
pub async fn question_page(data: &Data<Federation>, visit: Visit, slug: &str) -> Response {
    handlers::question::show(data, &visit, slug).await.into_response()
}

/// A position in the version in force.
pub async fn position_page(data: &Data<Federation>, visit: Visit, key: &str) -> Response {
    handlers::position::show(data, &visit, key).await.into_response()
}
