//! The client API, as apps see it.

mod accounts;
mod admin;
mod admin_roles;
mod cards;
mod conversations;
mod debate;
mod email_blocks;
pub(crate) mod emoji;
mod entities;
mod filters;
mod found;
mod later;
mod library;
mod limits;
mod lists;
mod lists_of;
mod markers;
mod media;
mod notifications;
mod oauth;
mod order;
mod policies;
mod push;
mod quiet;
mod quotes;
mod repeats;
mod reports;
mod statuses;
mod streaming;
mod tags;
mod told;
mod usage;
mod writing;

use plenum::domain::account::Account;

use crate::harness::client::Client;
use crate::harness::world::Instance;

/// A new member with an app that may do everything.
async fn member(north: &Instance, name: &str) -> (Account, Client) {
    let account = north.person(name, &[]).await;
    (account, north.client(name, "read write follow").await)
}
