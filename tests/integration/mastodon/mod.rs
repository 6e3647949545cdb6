//! The client API, as apps see it.

mod media;
mod oauth;
mod statuses;
