//! The door for other servers: actors, contributions, collections, inboxes, discovery.

pub mod activities;
pub mod actors;
pub mod answer;
pub mod collections;
pub mod contributions;
pub mod copies;
pub mod inbox;
pub mod questions;
pub mod stamps;
pub mod well_known;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// Routes that only servers use. Addresses that people open too are negotiated in `http`.
pub fn router() -> Router {
    Router::new()
        .merge(discovery())
        .route("/actor", get(actors::instance))
        .route("/actor/outbox", get(collections::empty_outbox))
        .route("/actor/inbox", post(inbox::receive))
        .route("/inbox", post(inbox::receive))
        .route("/actors/{name}/inbox", post(inbox::receive))
        .route("/actors/{name}/outbox", get(collections::outbox))
        .route("/actors/{name}/followers", get(collections::followers))
        .route("/actors/{name}/following", get(collections::following))
        .route("/actors/{name}/featured", get(collections::featured))
        .route("/actors/{name}/featured-tags", get(collections::featured_tags))
        .route("/actors/{name}/moderators", get(collections::moderators))
        .route("/activities/{token}", get(activities::show))
        .route("/stamps/{token}", get(stamps::show))
        .route("/c/{token}/replies", get(collections::replies))
        .route("/c/{token}/context", get(collections::context))
        .route("/events/{token}/replies", get(collections::replies))
        .route("/events/{token}/context", get(collections::context))
        .route("/events/{token}/history", get(collections::history))
        .route("/events/{token}/rev/{revision}", get(contributions::revision))
        .route("/s/{token}/replies", get(collections::replies))
        .route("/s/{token}/context", get(collections::context))
        .route("/s/{token}/theses", get(collections::theses))
        .route("/s/{token}/history", get(collections::history))
        .route("/s/{token}/rev/{revision}", get(contributions::revision))
        .route("/s/{token}/t/{key}/replies", get(collections::replies))
        .route("/q/{qid}/replies", get(collections::replies))
        .route("/q/{qid}/context", get(collections::context))
        .route("/q/{qid}/history", get(collections::history))
        .route("/q/{qid}/rev/{revision}", get(contributions::revision))
        .route("/q/{qid}/positions", get(questions::positions))
        .route("/q/{qid}/deletions", get(questions::deletions))
        .route("/q/{qid}/adopters", get(questions::adopters))
        .route("/q/{qid}/original", get(questions::original))
        .route("/q/{qid}/position/replies", get(collections::replies))
        .route("/q/{qid}/position/history", get(collections::history))
        .route("/q/{qid}/position/rev/{revision}", get(contributions::revision))
}

/// Where servers look first, and apps that run in pages of other origins, too.
fn discovery() -> Router {
    let open = CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods([Method::GET])
        .allow_headers(AllowHeaders::mirror_request());
    // The layer answers what is asked beforehand, once there is a route for the question.
    let asked = async || StatusCode::NO_CONTENT;
    Router::new()
        .route("/.well-known/webfinger", get(well_known::webfinger).options(asked))
        .route("/.well-known/host-meta", get(well_known::host_meta).options(asked))
        .route("/.well-known/nodeinfo", get(well_known::nodeinfo_links).options(asked))
        .route("/.well-known/plenum/copy", get(copies::show).options(asked))
        .route("/.well-known/plenum/thread", get(copies::thread).options(asked))
        .route("/.well-known/plenum/keys", get(copies::keys).options(asked))
        .route("/nodeinfo/{version}", get(well_known::nodeinfo).options(asked))
        .layer(open)
}
