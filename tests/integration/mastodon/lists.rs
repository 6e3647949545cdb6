//! Lists, their timelines, and what they take out of the home timeline.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::services::relations;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};

const ALL: &str = "read write follow";

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn member(north: &Instance, name: &str) -> (Account, Client) {
    let account = north.person(name, &[]).await;
    (account, north.client(name, ALL).await)
}

async fn says(client: &Client, body: Value) -> String {
    client.post("/api/v1/statuses", body).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn follow(north: &Instance, follower: &Account, followee: &Account) {
    north.app().db.write(|tx| relations::follow(tx, follower, followee)).await.unwrap();
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_made_changed_and_removed() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (lists, blank) = ("/api/v1/lists", json!({ "title": " " }));
        assert_eq!(ada.post(lists, blank).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let odd = json!({ "title": "x", "replies_policy": "loud" });
        assert_eq!(ada.post(lists, odd).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let made = ada.post(lists, json!({ "title": "Press" })).await.ok();
        let expected =
            json!({ "id": id(&made), "title": "Press", "replies_policy": "list", "exclusive": false });
        assert_eq!(made, expected);
        let path = format!("{lists}/{}", id(&made));
        let change = json!({ "replies_policy": "none", "exclusive": "1" });
        let changed = ada.ask(Method::PUT, &path, &[], Some(change)).await.ok();
        assert_eq!((&changed["title"], &changed["exclusive"]), (&json!("Press"), &json!(true)));
        assert_eq!(ada.get(&path).await.ok()["replies_policy"], "none");
        assert_eq!(ada.get(lists).await.each("title"), ["Press"]);

        assert_eq!(bela.get(lists).await.each("title"), Vec::<String>::new());
        for (method, path) in [
            (Method::GET, path.clone()),
            (Method::PUT, path.clone()),
            (Method::DELETE, path.clone()),
            (Method::GET, format!("{path}/accounts")),
            (Method::GET, format!("/api/v1/timelines/list/{}", id(&made))),
            (Method::GET, format!("{lists}/none")),
        ] {
            let answer = bela.ask(method, &path, &[], Some(json!({ "title": "mine" }))).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let narrow = north.client("ada", "read:statuses write:filters").await;
        assert_eq!(narrow.get(lists).await.status, StatusCode::FORBIDDEN);
        assert_eq!(narrow.post(lists, json!({ "title": "x" })).await.status, StatusCode::FORBIDDEN);
        assert_eq!(north.stranger().get(lists).await.status, StatusCode::UNAUTHORIZED);

        assert_eq!(ada.ask(Method::DELETE, &path, &[], None).await.ok(), json!({}));
        assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_put_on_a_list_and_taken_off() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let list = ada.post("/api/v1/lists", json!({ "title": "Press" })).await.ok();
        let path = format!("/api/v1/lists/{}/accounts", id(&list));
        let mut people = Vec::new();
        for name in ["bela", "cleo", "dora"] {
            people.push(member(north, name).await.0);
        }
        let ids: Vec<String> = people.iter().map(|account| account.id.to_string()).collect();
        let stranger = ada.post(&path, json!({ "account_ids": [ids[0]] })).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND, "whom nobody follows is on no list");
        assert_eq!(ada.post(&path, json!({})).await.status, StatusCode::BAD_REQUEST);
        for other in &people {
            follow(north, &ada_account, other).await;
        }
        let everybody = json!({ "account_ids": ids });
        assert_eq!(ada.post(&path, everybody.clone()).await.ok(), json!({}));
        assert_eq!(ada.post(&path, everybody).await.ok(), json!({}), "again");
        assert_eq!(ada.get(&format!("{path}?limit=0")).await.each("username"), ["dora", "cleo", "bela"]);
        let first = ada.get(&format!("{path}?limit=2")).await;
        let next = first.link("next").unwrap();
        assert_eq!(first.each("username"), ["dora", "cleo"]);
        assert_eq!(ada.get(&next).await.each("username"), ["bela"]);
        let of_bela = format!("/api/v1/accounts/{}/lists", ids[0]);
        assert_eq!(ada.get(&of_bela).await.each("title"), ["Press"]);
        let other = north.client("bela", ALL).await;
        assert_eq!(other.get(&of_bela).await.ok(), json!([]));

        let off = ada.ask(Method::DELETE, &format!("{path}?account_ids[]={}", ids[0]), &[], None).await;
        assert_eq!(off.ok(), json!({}));
        let off = json!({ "account_ids": ids[1] });
        assert_eq!(ada.ask(Method::DELETE, &path, &[], Some(off)).await.ok(), json!({}));
        assert_eq!(ada.get(&path).await.each("username"), ["dora"]);
        let unfollow = north.app().db.write(|tx| relations::unfollow(tx, &ada_account, &people[2])).await;
        unfollow.unwrap();
        assert_eq!(ada.get(&path).await.ok(), json!([]), "whom nobody follows is on no list");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_its_accounts_and_home_may_be_without_them() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let (cleo_account, cleo) = member(north, "cleo").await;
        let (_, dora) = member(north, "dora").await;
        follow(north, &ada_account, &bela_account).await;
        follow(north, &ada_account, &cleo_account).await;
        let list = ada.post("/api/v1/lists", json!({ "title": "Press" })).await.ok();
        let on = json!({ "account_ids": [bela_account.id.to_string()] });
        ada.post(&format!("/api/v1/lists/{}/accounts", id(&list)), on).await.ok();

        let said = says(&bela, json!({ "status": "news" })).await;
        let private = says(&bela, json!({ "status": "for followers", "visibility": "private" })).await;
        let mine = says(&ada, json!({ "status": "mine" })).await;
        let of_cleo = says(&cleo, json!({ "status": "other" })).await;
        let of_dora = says(&dora, json!({ "status": "unknown" })).await;
        let mut replies = Vec::new();
        for to in [&mine, &said, &of_cleo, &of_dora] {
            replies.push(says(&bela, json!({ "status": "yes", "in_reply_to_id": to })).await);
        }
        let boost = bela.post(&format!("/api/v1/statuses/{of_dora}/reblog"), json!({})).await.ok();
        let boost = id(&boost).to_owned();

        says(&bela, json!({ "status": "@ada a letter", "visibility": "direct" })).await;

        let timeline = format!("/api/v1/timelines/list/{}", id(&list));
        let path = format!("/api/v1/lists/{}", id(&list));
        let mut expected = vec![boost.clone(), replies[1].clone(), replies[0].clone()];
        expected.extend([private.clone(), said.clone()]);
        assert_eq!(ada.get(&timeline).await.each("id"), expected, "replies to accounts on the list");
        ada.ask(Method::PUT, &path, &[], Some(json!({ "replies_policy": "followed" }))).await.ok();
        expected.insert(1, replies[2].clone());
        assert_eq!(ada.get(&timeline).await.each("id"), expected, "replies to whom ada follows");
        let first = ada.get(&format!("{timeline}?limit=2")).await;
        let next = first.link("next").unwrap();
        assert_eq!(first.each("id"), expected[..2]);
        assert_eq!(ada.get(&next).await.each("id"), expected[2..4]);
        let above = ada.get(&format!("{timeline}?limit=1&min_id={said}")).await.each("id");
        assert_eq!(above, [private.as_str()]);

        let home = ada.get("/api/v1/timelines/home").await.each("id");
        assert!(home.contains(&said) && home.contains(&of_cleo));
        ada.ask(Method::PUT, &path, &[], Some(json!({ "exclusive": true }))).await.ok();
        assert_eq!(ada.get("/api/v1/timelines/home").await.each("id"), [of_cleo, mine]);
        assert_eq!(ada.get(&timeline).await.each("id"), expected, "the list itself stays");
        assert!(bela.get("/api/v1/timelines/home").await.each("id").contains(&said));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn home_and_lists_are_without_what_is_said_to_or_of_somebody_unwanted() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let (cleo_account, cleo) = member(north, "cleo").await;
        let (_, dora) = member(north, "dora").await;
        follow(north, &ada_account, &bela_account).await;
        follow(north, &ada_account, &cleo_account).await;
        let list = json!({ "title": "Press", "replies_policy": "followed" });
        let list = ada.post("/api/v1/lists", list).await.ok();
        let on = json!({ "account_ids": [bela_account.id.to_string()] });
        ada.post(&format!("/api/v1/lists/{}/accounts", id(&list)), on).await.ok();

        let of_cleo = says(&cleo, json!({ "status": "I was there" })).await;
        let plain = says(&bela, json!({ "status": "Good morning" })).await;
        let answer = says(&bela, json!({ "status": "so was I", "in_reply_to_id": of_cleo })).await;
        let naming = says(&bela, json!({ "status": "@cleo said so" })).await;
        let far = says(&dora, json!({ "status": "@cleo said so, too" })).await;
        let boost = bela.post(&format!("/api/v1/statuses/{far}/reblog"), json!({})).await.ok();
        let own = says(&ada, json!({ "status": "I saw @cleo" })).await;
        let timeline = format!("/api/v1/timelines/list/{}", id(&list));
        let home = "/api/v1/timelines/home";
        let of_bela = [id(&boost).to_owned(), naming, answer, plain.clone()];
        assert_eq!(ada.get(&timeline).await.each("id"), of_bela);
        let whole = [vec![own.clone()], of_bela.to_vec(), vec![of_cleo]].concat();
        assert_eq!(ada.get(home).await.each("id"), whole);

        for (verb, back) in [("mute", "unmute"), ("block", "unblock")] {
            let cleo = format!("/api/v1/accounts/{}", cleo_account.id);
            ada.post(&format!("{cleo}/{verb}"), json!({})).await.ok();
            assert_eq!(ada.get(home).await.each("id"), [own.clone(), plain.clone()], "{verb}");
            assert_eq!(ada.get(&timeline).await.each("id"), [plain.as_str()], "{verb}");
            ada.post(&format!("{cleo}/{back}"), json!({})).await.ok();
        }
        assert_eq!(ada.get(&timeline).await.each("id").len(), 3, "but answers to whom ada follows no longer");
    })
    .await;
}
