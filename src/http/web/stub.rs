//! Interim stand-in so that main compiles: its owner replaces this whole file.
use crate::federation::Federation;
use activitypub_federation::config::Data;
use axum::response::Response;
pub struct Visit;
impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Visit {
    type Rejection = ();
    async fn from_request_parts(_: &mut http::request::Parts, _: &S) -> Result<Self, ()> {
        Ok(Visit)
    }
}
pub fn router() -> axum::Router {
    axum::Router::new()
}
pub async fn home_page(_: &Data<Federation>, _: Visit) -> Response {
    todo!()
}
pub async fn post_page(_: &Data<Federation>, _: Visit, _: &str) -> Response {
    todo!()
}
pub async fn statement_page(_: &Data<Federation>, _: Visit, _: &str) -> Response {
    todo!()
}
pub async fn thesis_page(_: &Data<Federation>, _: Visit, _: &str, _: &str) -> Response {
    todo!()
}
