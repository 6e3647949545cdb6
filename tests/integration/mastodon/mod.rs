//! The client API, as apps see it.

mod media;
mod statuses;
