//! Pages of lists: what clients ask for, and the `Link` header that leads them on.

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use url::form_urlencoded;

use super::caller::TOKEN;
use super::params::Params;
use crate::store::page::Page;

/// Parameters that a link replaces.
const CURSORS: [&str; 3] = ["max_id", "since_id", "min_id"];

/// How the link to newer items names its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newer {
    /// `min_id`: statuses, notifications, conversations, bookmarks, favourites.
    MinId,
    /// `since_id`: lists of accounts, domains and tags.
    SinceId,
}

/// The page that the parameters ask for; limits are clamped, unknown cursors are ignored.
pub fn page(params: &Params, default: i64, most: i64) -> Page {
    let limit = params.number("limit").map_or(default, |limit| limit.saturating_abs().clamp(1, most));
    Page { max_id: params.id("max_id"), since_id: params.id("since_id"), min_id: params.id("min_id"), limit }
}

/// The cursors of the first and the last item of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    first: i64,
    last: Option<i64>,
}

impl Ends {
    /// The same where nothing follows: no link leads on.
    #[must_use]
    pub const fn last(self) -> Self {
        Self { last: None, ..self }
    }
}

/// A list as a response with its `Link` header. `ends` are the cursors of the first and the last
/// item; there is none for an empty page, which has no links.
pub fn listed<T: Serialize>(params: &Params, items: &[T], ends: Option<Ends>, newer: Newer) -> Response {
    listed_as(params, &items, ends, newer)
}

/// The same for what holds the items of a page in another shape than a list.
pub fn listed_as<T: Serialize>(params: &Params, page: &T, ends: Option<Ends>, newer: Newer) -> Response {
    let mut response = Json(page).into_response();
    let link = ends.map(|ends| HeaderValue::from_str(&links(params, ends, newer)));
    if let Some(Ok(link)) = link {
        response.headers_mut().insert(LINK, link);
    }
    response
}

/// The first and the last of these cursors.
pub fn ends(cursors: impl IntoIterator<Item = i64>) -> Option<Ends> {
    let mut cursors = cursors.into_iter();
    let first = cursors.next()?;
    Some(Ends { first, last: Some(cursors.last().unwrap_or(first)) })
}

fn links(params: &Params, ends: Ends, newer: Newer) -> String {
    let newer = match newer {
        Newer::MinId => "min_id",
        Newer::SinceId => "since_id",
    };
    let prev = format!("<{}>; rel=\"prev\"", address(params, newer, ends.first));
    match ends.last {
        Some(last) => format!("<{}>; rel=\"next\", {prev}", address(params, "max_id", last)),
        None => prev,
    }
}

/// The address of this request with another cursor. Encoding leaves no comma in it: some clients
/// split the header there.
fn address(params: &Params, name: &str, cursor: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let kept = |key: &str| !CURSORS.contains(&key) && !TOKEN.contains(&key);
    for (key, value) in params.query().filter(|(key, _)| kept(key)) {
        query.append_pair(&key, &value);
    }
    query.append_pair(name, &cursor.to_string());
    format!("{}?{}", params.address(), query.finish())
}
