//! What strangers do not learn of members, and what members are told before it is too late.

use axum::http::{Method, StatusCode};
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use serde_json::json;

use super::member;
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn members_are_named_to_strangers_only_where_they_want_to_be_found() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (bea, open) = member(north, "bea").await;
        let shown = json!({ "discoverable": true });
        open.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(shown)).await.ok();
        let organization = north.organization().await;
        let admin = north.client("north_admin", "read write follow").await;
        let post = admin.post("/api/v1/statuses", json!({ "status": "News" })).await.ok();
        for one in [&app, &open] {
            one.post(&format!("/api/v1/accounts/{}/follow", organization.id), json!({})).await.ok();
            one.post(&format!("/api/v1/statuses/{}/favourite", post["id"].as_str().unwrap()), json!({}))
                .await
                .ok();
        }
        app.post(&format!("/api/v1/accounts/{}/follow", bea.id), json!({})).await.ok();
        open.post(&format!("/api/v1/accounts/{}/follow", ada.id), json!({})).await.ok();
        let stranger = north.stranger();
        let seen = async |path: String| {
            let (outside, inside) = (stranger.get(&path).await, admin.get(&path).await);
            (outside.each("username"), inside.each("username").len())
        };
        let (followers, following) = ("followers", "following");
        let at = |id: i64, list: &str| format!("/api/v1/accounts/{id}/{list}");
        assert_eq!(seen(at(organization.id.get(), followers)).await, (vec!["bea".to_owned()], 2));
        assert_eq!(seen(at(ada.id.get(), following)).await, (Vec::new(), 2));
        assert_eq!(seen(at(ada.id.get(), followers)).await, (Vec::new(), 1));
        assert_eq!(seen(at(bea.id.get(), followers)).await, (Vec::new(), 1));
        let liked = format!("/api/v1/statuses/{}/favourited_by", post["id"].as_str().unwrap());
        assert_eq!(seen(liked).await, (vec!["bea".to_owned()], 2));
        assert_eq!(seen(at(bea.id.get(), following)).await.1, 2);
        let hidden = json!({ "hide_collections": true });
        open.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(hidden)).await.ok();
        assert_eq!(seen(at(bea.id.get(), following)).await, (Vec::new(), 0));
        assert_eq!(open.get(&at(bea.id.get(), following)).await.each("username").len(), 2, "but oneself");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_for_later_is_refused_now_if_it_would_be_then() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let due = "2026-11-24T13:00:00.000Z";
        let later = async |mut body: serde_json::Value| {
            body["scheduled_at"] = json!(due);
            ada.post("/api/v1/statuses", body).await
        };
        let poll = |options: serde_json::Value, seconds: i64| {
            json!({ "status": "which?", "poll": { "options": options, "expires_in": seconds } })
        };
        for odd in [
            poll(json!(["one"]), 600),
            poll(json!(["one", "two"]), 5),
            json!({ "status": "hm", "in_reply_to_id": "7" }),
            json!({ "status": "hm", "media_ids": ["7"] }),
        ] {
            let refused = later(odd.clone()).await;
            assert!(refused.status.is_client_error(), "{odd}: {}", refused.status);
        }
        assert_eq!(ada.get("/api/v1/scheduled_statuses").await.ok(), json!([]));
        let asked = later(poll(json!(["one", "two"]), 600)).await.ok();
        let parent = ada.post("/api/v1/statuses", json!({ "status": "before" })).await.ok();
        let answer = later(json!({ "status": "and", "in_reply_to_id": parent["id"] })).await.ok();
        let gone = later(json!({ "status": "never" })).await.ok();
        let path = format!("/api/v1/scheduled_statuses/{}", gone["id"].as_str().unwrap());
        ada.ask(Method::DELETE, &path, &[], None).await.ok();
        assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
        let parent_path = format!("/api/v1/statuses/{}", parent["id"].as_str().unwrap());
        ada.ask(Method::DELETE, &parent_path, &[], None).await.ok();
        world.advance_seconds(3601);
        world.settle().await;
        let me = ada.get("/api/v1/accounts/verify_credentials").await.ok();
        let said = ada.get(&format!("/api/v1/accounts/{}/statuses", me["id"].as_str().unwrap())).await.ok();
        let said = said.as_array().unwrap();
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!(said[0]["poll"]["options"][1]["title"], "two");
        let waiting = ada.get("/api/v1/scheduled_statuses").await;
        assert_eq!(waiting.each("id"), [answer["id"].as_str().unwrap()], "what it answered is gone: it stays");
        assert_ne!(asked["id"], answer["id"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_version_keeps_its_poll() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let poll = json!({ "options": ["bees", "ants"], "expires_in": 600 });
        let asked = ada.post("/api/v1/statuses", json!({ "status": "which?", "poll": poll })).await.ok();
        let path = format!("/api/v1/statuses/{}", asked["id"].as_str().unwrap());
        world.clock.advance(60);
        ada.ask(Method::PUT, &path, &[], Some(json!({ "status": "none" }))).await.ok();
        let versions = ada.get(&format!("{path}/history")).await.ok();
        assert_eq!(versions[0]["poll"]["options"][1]["title"], "ants");
        assert_eq!(versions[1].get("poll"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_of_whoever_is_suspended_waits_instead_of_forgetting_them() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        north.person("mod", &[Role::Moderator]).await;
        let moderator = north.client("mod", "read write admin:read admin:write").await;
        let path = format!("/api/v1/admin/accounts/{}", ada.id);
        let me = "/api/v1/accounts/verify_credentials";
        moderator.post(&format!("{path}/action"), json!({ "type": "suspend" })).await.ok();
        let barred = app.get(me).await;
        assert_eq!(barred.status, StatusCode::FORBIDDEN);
        assert_eq!(barred.json["error"], "Your login is currently disabled");
        moderator.post(&format!("{path}/unsuspend"), json!({})).await.ok();
        assert_eq!(app.get(me).await.status, StatusCode::OK, "nobody signs in again");
        assert_eq!(north.stranger().bearing("made up").get(me).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_data_is_told_where_somebody_wrote_it() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let stranger = north.stranger();
        let policy = "/api/v1/instance/privacy_policy";
        assert_eq!(stranger.get(policy).await.status, StatusCode::NOT_FOUND);
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/settings").await;
        world.clock.advance(60);
        let said = [
            ("description", "We are *bees*.\n\nWe live in the north."),
            ("privacy", "We keep **nothing**."),
            ("languages", "en"),
        ];
        assert!(admin.send(&page, "main form", &said).await.says("Changed."));
        let told = stranger.get(policy).await.ok();
        assert_eq!(told["content"], "<p>We keep <strong>nothing</strong>.</p>");
        assert_eq!(told["updated_at"], "2026-11-24T12:01:00.000Z");
        let about = stranger.get("/api/v1/instance/extended_description").await.ok();
        assert!(about["content"].as_str().unwrap().contains("in the north"));
        let instance = stranger.get("/api/v2/instance").await.ok();
        assert_eq!(instance["description"], "We are bees.", "in short, without markup");
        let way = instance["configuration"]["urls"]["privacy_policy"].as_str().unwrap().to_owned();
        assert!(north.browser().open(way.split('#').next().unwrap()).await.says("We keep"));
    })
    .await;
}
