//! The client API, as apps see it.

mod statuses;
