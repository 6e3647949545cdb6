//! The client API, as apps see it.

mod accounts;
mod conversations;
pub(crate) mod emoji;
mod filters;
mod later;
mod library;
mod limits;
mod lists;
mod markers;
mod media;
mod notifications;
mod oauth;
mod push;
mod reports;
mod statuses;
mod streaming;
mod tags;

use plenum::domain::account::Account;
use serde_json::Value;

use crate::harness::client::Client;
use crate::harness::world::Instance;

/// A new member with an app that may do everything.
async fn member(north: &Instance, name: &str) -> (Account, Client) {
    let account = north.person(name, &[]).await;
    (account, north.client(name, "read write follow").await)
}

/// Every key that a client may rely on, with null only where the contract allows it.
#[track_caller]
fn is_an_account(account: &Value) {
    for key in ["id", "username", "acct", "display_name", "note", "created_at"] {
        assert!(account[key].is_string(), "{key} of {account}");
    }
    for key in ["url", "uri", "avatar", "avatar_static", "header", "header_static"] {
        assert!(account[key].as_str().is_some_and(|url| url.starts_with("http")), "{key} of {account}");
    }
    for key in ["locked", "bot", "group"] {
        assert!(account[key].is_boolean(), "{key} of {account}");
    }
    for key in ["followers_count", "following_count", "statuses_count"] {
        assert!(account[key].is_i64(), "{key} of {account}");
    }
    for key in ["emojis", "fields", "roles"] {
        assert!(account[key].is_array(), "{key} of {account}");
    }
}
