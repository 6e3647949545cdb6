//! Reports, the rules they name, and announcements.

use axum::http::{Method, StatusCode};
use plenum::clock::Timestamp;
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::federation::resolve;
use plenum::services::notices;
use plenum::store;
use serde_json::{Value, json};

use super::emoji::has_emoji;
use crate::harness::world::{World, on_each_engine};

const ALL: &str = "read write follow";
const REPORTS: &str = "/api/v1/reports";

#[tokio::test(flavor = "multi_thread")]
async fn a_member_reports_an_account() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let bela_account = north.person("bela", &[]).await;
        north.person("ada", &[]).await;
        let moderator = north.person("mod", &[Role::Moderator]).await;
        let (ada, bela) = (north.client("ada", ALL).await, north.client("bela", ALL).await);
        let said = bela.post("/api/v1/statuses", json!({ "status": "rude" })).await.ok();
        let hidden = json!({ "status": "to myself", "visibility": "direct" });
        let hidden = bela.post("/api/v1/statuses", hidden).await.ok();
        let own = ada.post("/api/v1/statuses", json!({ "status": "mine" })).await.ok();
        let db = north.app().db;
        let rule = db.write(|tx| notices::add_rule(tx, "Be kind.", "Always.")).await.unwrap();
        let rules = north.stranger().get("/api/v1/instance/rules").await.ok();
        let expected = json!([{ "id": rule.id.to_string(), "text": "Be kind.", "hint": "Always.",
            "translations": {} }]);
        assert_eq!(rules, expected);
        assert_eq!(north.stranger().get("/api/v2/instance").await.ok()["rules"], expected);
        assert_eq!(north.stranger().get("/api/v1/instance").await.ok()["rules"], expected);

        let target = bela_account.id.to_string();
        assert_eq!(ada.post(REPORTS, json!({})).await.status, StatusCode::BAD_REQUEST);
        let nobody = ada.post(REPORTS, json!({ "account_id": "7" })).await;
        assert_eq!(nobody.status, StatusCode::NOT_FOUND);
        for other in [&hidden, &own] {
            let body = json!({ "account_id": target, "status_ids": [other["id"]] });
            assert_eq!(ada.post(REPORTS, body).await.status, StatusCode::NOT_FOUND);
        }
        for bad in [
            json!({ "account_id": target, "category": "boring" }),
            json!({ "account_id": target, "rule_ids": ["7"] }),
            json!({ "account_id": target, "comment": "x".repeat(1001) }),
        ] {
            assert_eq!(ada.post(REPORTS, bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let body = json!({ "account_id": target, "status_ids": [said["id"]], "comment": "This is rude.",
            "category": "spam", "rule_ids": [rule.id.to_string()], "forward": true });
        let filed = ada.post(REPORTS, body).await.ok();
        assert_eq!((&filed["category"], &filed["forwarded"]), (&json!("violation"), &json!(false)));
        assert_eq!((&filed["action_taken"], &filed["action_taken_at"]), (&json!(false), &Value::Null));
        assert_eq!(
            (&filed["status_ids"], &filed["rule_ids"]),
            (&json!([said["id"]]), &json!([rule.id.to_string()]))
        );
        assert_eq!(filed["target_account"]["acct"], "bela");
        let bare = ada.post(REPORTS, json!({ "account_id": target })).await.ok();
        assert_eq!((&bare["category"], &bare["status_ids"]), (&json!("other"), &Value::Null));
        let heard = async |account: &Account| {
            north.app().db.read(|conn| Ok(store::notifications::unread(conn, account.id)?)).await.unwrap()
        };
        assert_eq!((heard(&moderator).await, heard(&bela_account).await), (1, 0));
        let narrow = north.client("ada", "read write:statuses").await;
        let refused = narrow.post(REPORTS, json!({ "account_id": target })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_forwarded_does_not_name_who_wrote_it() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let ada_account = north.person("ada", &[]).await;
    south.person("bela", &[]).await;
    let bela = south.client("bela", ALL).await;
    let said = bela.post("/api/v1/statuses", json!({ "status": "rude" })).await.ok();
    let seen = resolve::account(&north.data(), &format!("bela@{}", south.host)).await.unwrap();
    resolve::contribution(&north.data(), said["uri"].as_str().unwrap()).await.unwrap();
    world.settle().await;
    let ada = north.client("ada", ALL).await;
    let target = seen.id.to_string();
    ada.post(REPORTS, json!({ "account_id": target, "comment": "kept here" })).await.ok();
    let of_bela = ada.get(&format!("/api/v1/accounts/{target}/statuses")).await.each("id");
    let body = json!({ "account_id": target, "comment": "for you", "forward": true, "status_ids": of_bela });
    assert_eq!(ada.post(REPORTS, body).await.ok()["forwarded"], true);
    world.settle().await;
    let state = south.state().await;
    let reports = state.split_once("reports:\n").unwrap().1.split("activities:").next().unwrap();
    assert!(reports.contains("for you") && reports.contains(said["uri"].as_str().unwrap()), "{reports}");
    assert!(!reports.contains("kept here"), "{reports}");
    assert!(!state.contains(ada_account.uri.as_str()), "who reports stays unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_read_and_answer_announcements() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("ada", &[]).await;
        north.person("bela", &[]).await;
        let (ada, bela) = (north.client("ada", ALL).await, north.client("bela", ALL).await);
        let (db, now) = (north.app().db, world.clock.now());
        let (end, past) = (now.plus_seconds(3600), now.plus_seconds(-1));
        let made = db.write(|tx| notices::announce(tx, "We *move*.", None, Some(end))).await.unwrap();
        let over: Option<Timestamp> = Some(past);
        assert!(db.write(|tx| notices::announce(tx, "late", None, over)).await.is_err());
        let list = "/api/v1/announcements";
        let shown = ada.get(list).await.ok()[0].clone();
        assert_eq!(shown["content"], "<p>We <em>move</em>.</p>");
        assert_eq!((&shown["read"], &shown["ends_at"]), (&json!(false), &json!("2026-11-24T13:00:00.000Z")));
        for key in ["mentions", "statuses", "tags", "emojis", "reactions"] {
            assert_eq!(shown[key], json!([]), "{key}");
        }
        let path = format!("{list}/{}", made.id);
        let thumb = format!("{path}/reactions/%F0%9F%91%8D");
        ada.ask(Method::PUT, &thumb, &[], None).await.ok();
        ada.ask(Method::PUT, &thumb, &[], None).await.ok();
        bela.ask(Method::PUT, &thumb, &[], None).await.ok();
        let word = ada.ask(Method::PUT, &format!("{path}/reactions/hello"), &[], None).await;
        assert_eq!(word.status, StatusCode::UNPROCESSABLE_ENTITY);
        let bee = format!("{path}/reactions/bee");
        assert_eq!(ada.ask(Method::PUT, &bee, &[], None).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let picture = format!("{}{}", north.origin(), has_emoji(north, "bee").await);
        ada.ask(Method::PUT, &bee, &[], None).await.ok();
        let shown = json!({ "name": "bee", "count": 1, "me": true, "url": picture, "static_url": picture });
        assert_eq!(ada.get(list).await.ok()[0]["reactions"][0], shown);
        ada.ask(Method::DELETE, &bee, &[], None).await.ok();
        ada.ask(Method::DELETE, &thumb, &[], None).await.ok();
        let reactions = ada.get(list).await.ok()[0]["reactions"].clone();
        assert_eq!(reactions, json!([{ "name": "👍", "count": 1, "me": false }]));
        assert_eq!(bela.get(list).await.ok()[0]["reactions"][0]["me"], true);

        assert_eq!(ada.post(&format!("{path}/dismiss"), json!({})).await.ok(), json!({}));
        assert_eq!(ada.get(list).await.ok(), json!([]));
        assert_eq!(ada.get(&format!("{list}?with_dismissed=true")).await.ok()[0]["read"], true);
        assert_eq!(bela.get(list).await.ok().as_array().unwrap().len(), 1);
        assert_eq!(ada.post(&format!("{list}/7/dismiss"), json!({})).await.status, StatusCode::NOT_FOUND);
        assert_eq!(north.stranger().get(list).await.status, StatusCode::UNAUTHORIZED);
        world.clock.advance(3600);
        assert_eq!(bela.get(list).await.ok(), json!([]), "it is over");
    })
    .await;
}
