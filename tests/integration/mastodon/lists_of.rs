//! Pages of every list: all of it by the links forwards, back again, and an end without links.

use axum::http::Method;
use plenum::domain::site::FederationMode;
use serde_json::{Value, json};

use super::member;
use crate::harness::client::{Client, Reply};
use crate::harness::world::{Instance, World, on_each_engine};

fn keys(reply: &Reply) -> Vec<String> {
    let key = |item: &Value| match item {
        Value::String(text) => text.clone(),
        item => item.get("id").or_else(|| item.get("name")).unwrap().to_string(),
    };
    reply.json.as_array().unwrap_or_else(|| panic!("{}", reply.json)).iter().map(key).collect()
}

/// All pages of two items, by the links alone.
async fn walked(app: &Client, path: &str, joint: char) -> Vec<Reply> {
    let mut pages = Vec::new();
    let mut next = Some(format!("{path}{joint}limit=2"));
    while let Some(address) = next {
        let page = app.get(&address).await;
        next = page.link("next");
        if keys(&page).is_empty() {
            assert_eq!((next, page.link("prev")), (None, None), "{path}: an empty page leads on");
            break;
        }
        pages.push(page);
    }
    pages
}

/// Walks through a list of `count` items two by two.
async fn leads_on(app: &Client, path: &str, count: usize) {
    let joint = if path.contains('?') { '&' } else { '?' };
    let whole = app.get(&format!("{path}{joint}limit=40")).await;
    let all = keys(&whole);
    assert_eq!(all.len(), count, "{path}: {all:?}");
    let pages = walked(app, path, joint).await;
    let seen: Vec<String> = pages.iter().flat_map(keys).collect();
    assert_eq!(seen, all, "{path}: forwards, each once");
    let newest = app.get(&pages[0].link("prev").unwrap()).await;
    assert_eq!(keys(&newest), Vec::<String>::new(), "{path}: nothing is newer");
    let back = pages.last().unwrap().link("prev").unwrap();
    let before = keys(&app.get(&back).await);
    let at = all.len() - keys(pages.last().unwrap()).len();
    let Some((_, cursor)) = back.split_once("min_id=") else {
        assert_eq!(before, all[..2], "{path}: {back}");
        return;
    };
    assert_eq!(before, all[at - 2..at], "{path}: {back}");
    let since = app.get(&format!("{path}{joint}limit=2&since_id={cursor}")).await;
    assert_eq!(keys(&since), all[..2], "{path}: since_id begins with the newest");
    let top = pages[0].link("next").unwrap();
    let top = top.split("max_id=").nth(1).unwrap();
    let between = app.get(&format!("{path}{joint}limit=40&max_id={top}&min_id={cursor}")).await;
    assert_eq!(keys(&between), all[2..at], "{path}: between both bounds");
}

async fn others(north: &Instance) -> Vec<(String, Client)> {
    let mut others = Vec::new();
    for number in 0..5 {
        let (account, client) = member(north, &format!("par{number}")).await;
        others.push((account.id.to_string(), client));
    }
    others
}

async fn does(app: &Client, path: String) {
    app.post(&path, json!({})).await.ok();
}

async fn says(app: &Client, said: Value) -> String {
    app.post("/api/v1/statuses", said).await.ok()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_of_accounts_leads_on_to_its_end() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let post = says(&app, json!({ "status": "Liked" })).await;
        let list = app.post("/api/v1/lists", json!({ "title": "All" })).await.ok();
        let list = list["id"].as_str().unwrap().to_owned();
        let (shy, locked) = member(north, "shy").await;
        let lock = Some(json!({ "locked": true }));
        locked.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], lock).await.ok();
        let (_, cross) = member(north, "cross").await;
        for (id, client) in &others(north).await {
            does(client, format!("/api/v1/accounts/{}/follow", ada.id)).await;
            does(client, format!("/api/v1/accounts/{}/follow", shy.id)).await;
            does(client, format!("/api/v1/statuses/{post}/favourite")).await;
            does(client, format!("/api/v1/statuses/{post}/reblog")).await;
            does(&app, format!("/api/v1/accounts/{id}/follow")).await;
            does(&app, format!("/api/v1/accounts/{id}/pin")).await;
            app.post(&format!("/api/v1/lists/{list}/accounts"), json!({ "account_ids": [id] })).await.ok();
            does(&cross, format!("/api/v1/accounts/{id}/block")).await;
            does(&locked, format!("/api/v1/accounts/{id}/mute")).await;
        }
        for path in [
            format!("/api/v1/accounts/{}/followers", ada.id),
            format!("/api/v1/accounts/{}/following", ada.id),
            format!("/api/v1/accounts/{}/endorsements", ada.id),
            "/api/v1/endorsements".to_owned(),
            format!("/api/v1/lists/{list}/accounts"),
            format!("/api/v1/statuses/{post}/favourited_by"),
            format!("/api/v1/statuses/{post}/reblogged_by"),
        ] {
            leads_on(&app, &path, 5).await;
        }
        leads_on(&locked, "/api/v1/follow_requests", 5).await;
        leads_on(&locked, "/api/v1/mutes", 5).await;
        leads_on(&cross, "/api/v1/blocks", 5).await;
        leads_on(&app, "/api/v1/notifications?exclude_types[]=follow", 10).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_list_leads_on_to_its_end() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let list = app.post("/api/v1/lists", json!({ "title": "All" })).await.ok();
        let list = list["id"].as_str().unwrap().to_owned();
        for (number, (id, client)) in others(north).await.iter().enumerate() {
            does(&app, format!("/api/v1/accounts/{id}/follow")).await;
            app.post(&format!("/api/v1/lists/{list}/accounts"), json!({ "account_ids": [id] })).await.ok();
            let said = says(client, json!({ "status": format!("Number {number} #bees") })).await;
            does(&app, format!("/api/v1/statuses/{said}/bookmark")).await;
            does(&app, format!("/api/v1/statuses/{said}/favourite")).await;
            says(client, json!({ "status": "@ada a word", "visibility": "direct" })).await;
            app.post("/api/v1/domain_blocks", json!({ "domain": format!("no{number}.example") })).await.ok();
            does(&app, format!("/api/v1/tags/tag{number}/follow")).await;
            says(&app, json!({ "status": "Later", "scheduled_at": "2026-11-25T12:00:00.000Z" })).await;
            says(&app, json!({ "status": format!("Own {number}") })).await;
        }
        for (path, count) in [
            ("/api/v1/bookmarks", 5),
            ("/api/v1/favourites", 5),
            ("/api/v1/conversations", 5),
            ("/api/v1/domain_blocks", 5),
            ("/api/v1/followed_tags", 5),
            ("/api/v1/scheduled_statuses", 5),
            ("/api/v1/timelines/tag/bees", 5),
            ("/api/v1/timelines/home", 15),
        ] {
            leads_on(&app, path, count).await;
        }
        leads_on(&app, &format!("/api/v1/timelines/list/{list}"), 5).await;
        leads_on(&app, &format!("/api/v1/accounts/{}/statuses", ada.id), 5).await;
        let change = Some(json!({ "for_not_followers": "filter" }));
        app.ask(Method::PATCH, "/api/v2/notifications/policy", &[], change).await.ok();
        for number in 5..10 {
            let (_, client) = member(north, &format!("par{number}")).await;
            says(&client, json!({ "status": "@ada hello" })).await;
        }
        leads_on(&app, "/api/v1/notifications/requests", 5).await;
        let root = north.client("north_admin", "read write admin:read admin:write").await;
        for number in 0..5 {
            for list in ["domain_blocks", "domain_allows"] {
                let domain = json!({ "domain": format!("{list}{number}.example").replace('_', "-") });
                root.post(&format!("/api/v1/admin/{list}"), domain).await.ok();
            }
            let ip = json!({ "ip": format!("203.0.113.{number}"), "severity": "sign_up_block" });
            root.post("/api/v1/admin/ip_blocks", ip).await.ok();
            let about = json!({ "account_id": ada.id.to_string(), "comment": format!("{number}") });
            root.post("/api/v1/reports", about).await.ok();
        }
        leads_on(&root, "/api/v1/admin/domain_blocks", 5).await;
        leads_on(&root, "/api/v1/admin/domain_allows", 5).await;
        leads_on(&root, "/api/v1/admin/ip_blocks", 5).await;
        leads_on(&root, "/api/v1/admin/accounts?local=true&username=par", 10).await;
        leads_on(&root, "/api/v1/admin/reports", 5).await;
    })
    .await;
}
