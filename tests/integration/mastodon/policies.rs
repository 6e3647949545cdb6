//! From whom somebody wants to hear: each rule with each handling.

use axum::http::Method;
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use serde_json::json;

use super::member;
use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};

/// The rules, and whether somebody whom nothing excuses says it in a letter.
const RULES: [(&str, bool); 6] = [
    ("for_not_following", false),
    ("for_not_followers", false),
    ("for_new_accounts", false),
    ("for_private_mentions", true),
    ("for_limited_accounts", false),
    ("for_bots", false),
];

/// Makes `account` somebody to whom exactly this rule applies.
async fn fits(
    north: &Instance,
    rule: &str,
    (ada, app): (&Account, &Client),
    (account, client): (&Account, &Client),
) {
    let root = north.client("north_admin", "read write admin:read admin:write").await;
    let follow = |id: i64| format!("/api/v1/accounts/{id}/follow");
    match rule {
        "for_not_following" | "for_new_accounts" | "for_private_mentions" => {
            client.post(&follow(ada.id.get()), json!({})).await.ok();
        }
        "for_not_followers" => {
            app.post(&follow(account.id.get()), json!({})).await.ok();
        }
        "for_limited_accounts" => {
            client.post(&follow(ada.id.get()), json!({})).await.ok();
            app.post(&follow(account.id.get()), json!({})).await.ok();
            let action = format!("/api/v1/admin/accounts/{}/action", account.id);
            root.post(&action, json!({ "type": "silence" })).await.ok();
        }
        "for_bots" => {
            let bot = Some(json!({ "bot": true }));
            client.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], bot).await.ok();
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rule_shows_puts_aside_or_drops() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        for (nth, (rule, in_letters)) in RULES.into_iter().enumerate() {
            for handling in ["accept", "filter", "drop"] {
                let (ada, app) = member(north, &format!("ada{nth}{handling}")).await;
                let (other, client) = member(north, &format!("bea{nth}{handling}")).await;
                fits(north, rule, (&ada, &app), (&other, &client)).await;
                app.post("/api/v1/notifications/clear", json!({})).await.ok();
                let change = Some(json!({ rule: handling }));
                let policy = app.ask(Method::PATCH, "/api/v2/notifications/policy", &[], change).await.ok();
                assert_eq!(policy[rule], handling);
                let visibility = if in_letters { "direct" } else { "public" };
                let said = json!({ "status": format!("@{} hello", ada.name), "visibility": visibility });
                client.post("/api/v1/statuses", said).await.ok();
                let shown = app.get("/api/v1/notifications?types[]=mention").await.ok();
                let aside = app.get("/api/v1/notifications/requests").await.ok();
                let found = (shown.as_array().unwrap().len(), aside.as_array().unwrap().len());
                let expected = match handling {
                    "accept" => (1, 0),
                    "filter" => (0, 1),
                    _ => (0, 0),
                };
                assert_eq!(found, expected, "{rule}: {handling}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_app_says_yes_and_no() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        let (_, other) = member(north, "bela").await;
        let older = "/api/v1/notifications/policy";
        let drop = Some(json!({ "for_not_following": "drop", "for_new_accounts": "drop" }));
        app.ask(Method::PATCH, "/api/v2/notifications/policy", &[], drop).await.ok();
        assert_eq!(app.get(older).await.ok()["filter_not_following"], true);
        let change = Some(json!({ "filter_not_following": false, "filter_private_mentions": true }));
        let policy = app.ask(Method::PATCH, older, &[], change).await.ok();
        let said = ["filter_not_following", "filter_private_mentions", "filter_new_accounts"];
        assert_eq!(said.map(|rule| policy[rule].as_bool()), [Some(false), Some(true), Some(true)]);
        let newer = app.get("/api/v2/notifications/policy").await.ok();
        assert_eq!(newer["for_new_accounts"], "drop", "what an older app does not name stays as it is");
        let open = Some(json!({ "filter_new_accounts": false }));
        app.ask(Method::PATCH, older, &[], open).await.ok();
        let letter = json!({ "status": "@ada a word", "visibility": "direct" });
        other.post("/api/v1/statuses", letter).await.ok();
        assert_eq!(app.get("/api/v1/notifications").await.ok(), json!([]));
        let summary = app.get(older).await.ok()["summary"].clone();
        assert_eq!(summary["pending_requests_count"], 1);
        let requests = app.get("/api/v1/notifications/requests").await.ok();
        assert_eq!(requests[0]["account"]["acct"], "bela");
    })
    .await;
}
