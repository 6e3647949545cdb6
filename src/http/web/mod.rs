//! Public pages: server-rendered, script-free. Page structs are the contract between handlers and templates.
//!
//! A handler loads, fills one page struct and renders it; templates in `pages/` ask nothing.
//! Every address passes through [`shown::Href`], every other text is escaped by askama,
//! and only [`crate::text::Html`] is printed as it is.

pub mod about;
pub mod account;
pub mod assets;
pub mod contribution;
pub mod error;
pub mod feeds;
pub mod follow;
pub mod forms;
pub mod home;
pub mod layout;
pub mod notifications;
pub mod post;
pub mod publish;
pub mod replies;
pub mod reply;
pub mod setup;
pub mod shown;
pub mod sign_in;
pub mod statement;
mod stub;
pub mod thesis;
pub mod thread;
pub mod versions;
pub use stub::*;
