//! The client API, as apps see it.

mod filters;
mod lists;
mod markers;
mod media;
mod oauth;
mod statuses;
mod streaming;
