//! What apps hear of, one by one and in groups, and what they do not want to hear of.

use axum::http::{Method, StatusCode};
use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::services::users;
use plenum::store;
use serde_json::{Value, json};

use super::member;
use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::world::{Instance, World, on_each_engine};

async fn says(client: &Client, text: &str) -> String {
    let status = client.post("/api/v1/statuses", json!({ "status": text })).await.ok();
    status["id"].as_str().unwrap().to_owned()
}

async fn does(client: &Client, verb: &str, status: &str) {
    client.post(&format!("/api/v1/statuses/{status}/{verb}"), json!({})).await.ok();
}

fn groups(results: &Value) -> &Vec<Value> {
    results["notification_groups"].as_array().unwrap()
}

/// Ada posts; Bea and Cid like it, Bea boosts it and follows, Cid answers. Ada's app, Bea's, the post.
async fn noticed(north: &Instance) -> (Client, Client, String) {
    let (ada, app) = member(north, "ada").await;
    let (_, bea) = member(north, "bea").await;
    let (_, cid) = member(north, "cid").await;
    let post = says(&app, "A thought").await;
    does(&bea, "favourite", &post).await;
    does(&cid, "favourite", &post).await;
    does(&bea, "reblog", &post).await;
    bea.post(&format!("/api/v1/accounts/{}/follow", ada.id), json!({})).await.ok();
    let reply = json!({ "status": "@ada I disagree", "in_reply_to_id": post });
    cid.post("/api/v1/statuses", reply).await.ok();
    (app, bea, post)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_one_by_one_and_in_groups() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (app, _, post) = noticed(north).await;

        let list = app.get("/api/v1/notifications").await.ok();
        let kinds: Vec<_> =
            list.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["mention", "follow", "reblog", "favourite", "favourite"]);
        for one in list.as_array().unwrap() {
            assert_eq!(one.get("status").is_some(), one["type"] != "follow", "{one}");
        }
        assert_eq!(list[3]["group_key"], list[4]["group_key"]);

        let page = app.get("/api/v1/notifications?limit=2&types[]=favourite&types[]=reaction").await;
        let next = page.link("next").unwrap();
        assert!(next.contains("types"), "{next}");
        assert_eq!(page.each("type"), ["favourite", "favourite"]);
        assert_eq!(app.get(&next).await.ok(), json!([]));
        let without = app.get("/api/v1/notifications?exclude_types[]=favourite&exclude_types[]=follow").await;
        assert_eq!(without.each("type"), ["mention", "reblog"]);
        let since = list[2]["id"].as_str().unwrap();
        let above = app.get(&format!("/api/v1/notifications?min_id={since}&limit=1")).await;
        assert_eq!(above.each("type"), ["follow"]);

        let grouped = app.get("/api/v2/notifications").await.ok();
        let kinds: Vec<_> = groups(&grouped).iter().map(|one| one["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["mention", "follow", "reblog", "favourite"]);
        let likes = &groups(&grouped)[3];
        assert_eq!((&likes["notifications_count"], &likes["status_id"]), (&json!(2), &json!(post)));
        assert!(likes["most_recent_notification_id"].is_u64() && likes["page_max_id"].is_string(), "{likes}");
        assert_eq!(likes["sample_account_ids"].as_array().unwrap().len(), 2);
        assert_eq!(grouped["accounts"].as_array().unwrap().len(), 2);
        assert_eq!(grouped["statuses"].as_array().unwrap().len(), 2);
        let small =
            app.get("/api/v2/notifications?expand_accounts=partial_avatars&types[]=favourite").await.ok();
        assert_eq!(small["accounts"].as_array().unwrap().len(), 1);
        assert_eq!(small["partial_accounts"][0]["acct"], "bea");
        let odd = app.get("/api/v2/notifications?expand_accounts=none").await;
        assert_eq!(odd.status, StatusCode::BAD_REQUEST);
        let apart = app.get("/api/v2/notifications?grouped_types[]=follow&types[]=favourite").await.ok();
        assert_eq!(groups(&apart).len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_counted_and_dismissed() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (app, bea, _) = noticed(north).await;
        let list = app.get("/api/v1/notifications").await.ok();
        let key = list[3]["group_key"].as_str().unwrap();
        let one = app.get(&format!("/api/v2/notifications/{key}")).await.ok();
        assert!(groups(&one)[0].get("page_min_id").is_none(), "{one}");
        assert_eq!(
            app.get(&format!("/api/v2/notifications/{key}/accounts")).await.each("acct"),
            ["cid", "bea"]
        );
        assert_eq!(bea.get(&format!("/api/v2/notifications/{key}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.get("/api/v1/notifications/unread_count").await.ok()["count"], 5);
        assert_eq!(app.get("/api/v2/notifications/unread_count").await.ok()["count"], 4);
        app.post(&format!("/api/v2/notifications/{key}/dismiss"), json!({})).await.ok();
        assert_eq!(app.get("/api/v2/notifications/unread_count").await.ok()["count"], 3);
        let mention = list[0]["id"].as_str().unwrap();
        assert_eq!(bea.get(&format!("/api/v1/notifications/{mention}")).await.status, StatusCode::NOT_FOUND);
        bea.post(&format!("/api/v1/notifications/{mention}/dismiss"), json!({})).await.ok();
        assert_eq!(app.get(&format!("/api/v1/notifications/{mention}")).await.ok()["type"], "mention");
        app.post(&format!("/api/v1/notifications/{mention}/dismiss"), json!({})).await.ok();
        app.post("/api/v1/notifications/clear", json!({})).await.ok();
        assert_eq!(app.get("/api/v1/notifications").await.ok(), json!([]));
        assert!(app.get("/api/v2/notifications").await.link("next").is_none());
        let outside = north.client("ada", "read:statuses").await.get("/api/v1/notifications").await;
        assert_eq!(outside.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_groups_leads_on_through_all_of_them() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, app) = member(north, "ada").await;
    let mut posts = Vec::new();
    for number in 0..4 {
        posts.push(says(&app, &format!("Thought {number}")).await);
    }
    for name in ["bea", "cid", "dan"] {
        let (_, client) = member(north, name).await;
        for post in &posts {
            does(&client, "favourite", post).await;
        }
    }
    let mut seen = Vec::new();
    let mut next = Some("/api/v2/notifications?limit=3".to_owned());
    while let Some(path) = next {
        let page = app.get(&path).await;
        next = page.link("next");
        seen.extend(groups(&page.ok()).iter().map(|one| one["status_id"].as_str().unwrap().to_owned()));
    }
    for post in &posts {
        assert!(seen.contains(post), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_many_like_hides_nothing_else() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        let liked = says(&app, "A thought").await;
        let (_, bea) = member(north, "bea").await;
        says(&bea, "@ada look").await;
        for number in 0..18 {
            let (_, client) = member(north, &format!("fan{number}")).await;
            does(&client, "favourite", &liked).await;
        }
        let page = app.get("/api/v2/notifications?limit=2").await;
        assert!(page.link("next").is_some());
        let page = page.ok();
        let found: Vec<_> = groups(&page).iter().map(|one| one["type"].as_str().unwrap()).collect();
        assert_eq!(found, ["favourite", "mention"]);
        assert_eq!(groups(&page)[0]["notifications_count"], 18, "all, and not those of the page");
        let all = app.get("/api/v2/notifications?limit=40").await;
        assert_eq!(all.link("next"), None, "nothing follows");
        assert_eq!(groups(&all.ok()).len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_is_muted_is_quiet() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        let (_, bea) = member(north, "bea").await;
        let post = says(&app, "A thought").await;
        let heard = async || app.get("/api/v1/notifications").await.each("type");
        does(&app, "mute", &post).await;
        does(&bea, "favourite", &post).await;
        does(&bea, "reblog", &post).await;
        let answer = json!({ "status": "@ada no", "in_reply_to_id": post });
        bea.post("/api/v1/statuses", answer).await.ok();
        assert!(heard().await.is_empty(), "{:?}", heard().await);
        does(&app, "unmute", &post).await;
        does(&bea, "unfavourite", &post).await;
        does(&bea, "favourite", &post).await;
        assert_eq!(heard().await, ["favourite"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_not_asked_for_because_it_answers_something() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        let (_, bea) = member(north, "bea").await;
        let change = json!({ "for_private_mentions": "drop" });
        app.ask(Method::PATCH, "/api/v2/notifications/policy", &[], Some(change)).await.ok();
        let own = says(&bea, "Mine").await;
        let letter = async |to: &str| {
            let letter = json!({ "status": "@ada buy", "visibility": "direct", "in_reply_to_id": to });
            bea.post("/api/v1/statuses", letter).await.ok();
        };
        letter(&own).await;
        letter(&says(&app, "A thought").await).await;
        assert!(app.get("/api/v1/notifications").await.each("type").is_empty());
        let asked = says(&app, "@bea what do you think?").await;
        letter(&asked).await;
        assert_eq!(app.get("/api/v1/notifications").await.each("type"), ["mention"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_puts_strangers_aside_until_they_are_let_in() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        let (bea, stranger) = member(north, "bea").await;
        let (_, other) = member(north, "cid").await;
        let open = app.get("/api/v2/notifications/policy").await.ok();
        assert_eq!((&open["for_not_following"], &open["for_bots"]), (&json!("accept"), &json!("accept")));
        let change = json!({ "for_not_following": "filter" });
        let policy = app.ask(Method::PATCH, "/api/v2/notifications/policy", &[], Some(change)).await.ok();
        assert_eq!(policy["for_not_following"], "filter");
        let v1 = app.get("/api/v1/notifications/policy").await.ok();
        assert_eq!((&v1["filter_not_following"], &v1["filter_new_accounts"]), (&json!(true), &json!(false)));
        let odd = json!({ "for_bots": "blur" });
        let odd = app.ask(Method::PUT, "/api/v2/notifications/policy", &[], Some(odd)).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);

        says(&stranger, "@ada hello").await;
        says(&stranger, "@ada hello again").await;
        says(&other, "@ada and me").await;
        assert_eq!(app.get("/api/v1/notifications").await.ok(), json!([]));
        assert_eq!(app.get("/api/v1/notifications?include_filtered=true").await.ok()[0]["filtered"], true);
        let policy = app.get("/api/v2/notifications/policy").await.ok();
        assert_eq!(
            policy["summary"],
            json!({ "pending_requests_count": 2, "pending_notifications_count": 3 })
        );
        let requests = app.get("/api/v1/notifications/requests?limit=1").await;
        let next = requests.link("next").unwrap();
        assert_eq!(requests.ok()[0]["account"]["acct"], "cid");
        let second = app.get(&next).await.ok();
        assert_eq!(
            (&second[0]["account"]["acct"], &second[0]["notifications_count"]),
            (&json!("bea"), &json!("2"))
        );
        assert!(second[0]["last_status"]["content"].as_str().unwrap().contains("hello again"));
        let path = format!("/api/v1/notifications/requests/{}", bea.id);
        assert_eq!(app.get(&path).await.ok()["id"], bea.id.to_string());
        app.post(&format!("{path}/accept"), json!({})).await.ok();
        assert_eq!(app.get("/api/v1/notifications").await.each("type"), ["mention", "mention"]);
        says(&stranger, "@ada from now on").await;
        assert_eq!(app.get("/api/v1/notifications").await.each("type").len(), 3);
        assert_eq!(app.get("/api/v1/notifications/requests/merged").await.ok()["merged"], true);
        let rest = app.get("/api/v1/notifications/requests").await.each("id");
        app.post("/api/v1/notifications/requests/dismiss", json!({ "id": rest })).await.ok();
        assert_eq!(app.get("/api/v1/notifications/requests").await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_handed_something_on_hears_when_it_changes() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, app) = member(north, "ada").await;
    let (_, bea) = member(north, "bea").await;
    let post = says(&app, "A thought").await;
    does(&bea, "reblog", &post).await;
    for text in ["Another thought", "Another thought", "A third"] {
        let change = json!({ "status": text });
        app.ask(Method::PUT, &format!("/api/v1/statuses/{post}"), &[], Some(change)).await.ok();
    }
    let heard = bea.get("/api/v1/notifications").await.ok();
    assert_eq!(heard.as_array().unwrap().len(), 1, "{heard}");
    assert_eq!((&heard[0]["type"], &heard[0]["status"]["id"]), (&json!("update"), &json!(post)));
    assert!(heard[0]["status"]["content"].as_str().unwrap().contains("A third"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_in_an_app_is_read_on_the_pages_and_the_other_way_round() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (app, bea, post) = noticed(north).await;
        let db = north.app().db;
        let ada = db.read(|conn| Ok(store::accounts::local_by_name(conn, "ada")?)).await.unwrap().unwrap();
        let unread = async || db.read(|conn| Ok(store::notifications::unread(conn, ada.id)?)).await.unwrap();
        assert_eq!(unread().await, 5);
        let newest = app.get("/api/v1/notifications").await.ok()[0]["id"].clone();
        let marker = json!({ "notifications": { "last_read_id": newest } });
        app.post("/api/v1/markers", marker).await.ok();
        assert_eq!(unread().await, 0);
        let reply = json!({ "status": "@ada again", "in_reply_to_id": post });
        bea.post("/api/v1/statuses", reply).await.ok();
        assert_eq!(app.get("/api/v1/notifications/unread_count").await.ok()["count"], 1);
        let mut browser = north.signed_in("ada").await;
        let page = browser.open("/notifications").await;
        browser.send(&page, "main form", &[]).await;
        assert_eq!(app.get("/api/v1/notifications/unread_count").await.ok()["count"], 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_forgotten_after_half_a_year_and_nothing_else() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (app, bea, post) = noticed(north).await;
        let told = async || app.get("/api/v1/notifications").await.each("id");
        let old = told().await;
        assert_eq!(old.len(), 5);
        // The oldest three are read.
        app.post("/api/v1/markers", json!({ "notifications": { "last_read_id": old[2] } })).await.ok();
        let clean = async |days: i64| {
            world.advance_hours(days * 24);
            north.app().db.write(|tx| store::jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
            world.settle().await;
        };
        clean(179).await;
        assert_eq!(told().await, old);
        clean(2).await;
        assert_eq!(told().await, old[..2], "what was not read stays");
        let reply = json!({ "status": "@ada again", "in_reply_to_id": post });
        bea.post("/api/v1/statuses", reply).await.ok();
        let new = told().await[0].clone();
        app.post("/api/v1/markers", json!({ "notifications": { "last_read_id": new } })).await.ok();
        clean(0).await;
        assert_eq!(told().await, [new], "what is new was read, too, and stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_not_told_and_what_is_done_again_is() {
    on_each_engine(async |database| {
        let world =
            World::on([("north", database), ("south", Database::sqlite())], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (ada, app) = member(north, "ada").await;
        let post = says(&app, "A thought").await;
        let (_, near) = member(north, "bea").await;
        let (_, far) = member(south, "cid").await;
        let search = async |words: &str| {
            let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
            far.get(&format!("/api/v2/search?q={words}&resolve=true")).await.ok()
        };
        let uri = app.get(&format!("/api/v1/statuses/{post}")).await.ok()["uri"].clone();
        let there = search(uri.as_str().unwrap()).await["statuses"][0]["id"].as_str().unwrap().to_owned();
        let her = search(&format!("@ada@{}", north.host)).await["accounts"][0]["id"].clone();
        let her = her.as_str().unwrap().to_owned();
        let ada = ada.id.to_string();
        for (client, post, account) in [(&near, &post, &ada), (&far, &there, &her)] {
            let deeds = [
                (format!("statuses/{post}/favourite"), format!("statuses/{post}/unfavourite"), "favourite"),
                (format!("statuses/{post}/reblog"), format!("statuses/{post}/unreblog"), "reblog"),
                (format!("accounts/{account}/follow"), format!("accounts/{account}/unfollow"), "follow"),
            ];
            for (deed, undone, kind) in deeds {
                let does = async |path: &str| {
                    client.post(&format!("/api/v1/{path}"), json!({})).await.ok();
                    world.settle().await;
                    app.get("/api/v1/notifications").await.each("type")
                };
                assert_eq!(does(&deed).await, [kind]);
                assert!(does(&undone).await.is_empty());
                assert_eq!(does(&deed).await, [kind], "done again it is news");
                assert!(does(&undone).await.is_empty());
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_is_shown_is_not_counted_and_ends_no_walk() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (_, app) = member(north, "ada").await;
        let (bea, other) = member(north, "bea").await;
        let (_, third) = member(north, "cid").await;
        let post = says(&third, "Hello @ada").await;
        app.post(&format!("/api/v1/accounts/{}/follow", bea.id), json!({ "notify": true })).await.ok();
        for text in ["One", "Two", "Three"] {
            let said = json!({ "status": text, "visibility": "private" });
            other.post("/api/v1/statuses", said).await.ok();
        }
        let counted = async |path: &str| app.get(path).await.ok()["count"].clone();
        assert_eq!(counted("/api/v1/notifications/unread_count").await, 4);
        app.post(&format!("/api/v1/accounts/{}/unfollow", bea.id), json!({})).await.ok();
        assert_eq!(app.get("/api/v1/notifications").await.each("type"), ["mention"]);
        assert_eq!(counted("/api/v1/notifications/unread_count").await, 1);
        assert_eq!(counted("/api/v2/notifications/unread_count").await, 1);
        // A page is full as long as there is something to fill it.
        let first = app.get("/api/v1/notifications?limit=1").await.ok();
        assert_eq!(first[0]["status"]["id"], post.as_str());
        let first = app.get("/api/v2/notifications?limit=1").await.ok();
        assert_eq!(groups(&first)[0]["status_id"], post.as_str());
        third.ask(Method::DELETE, &format!("/api/v1/statuses/{post}"), &[], None).await.ok();
        for path in ["/api/v1/notifications", "/api/v2/notifications"] {
            assert!(app.get(path).await.link("prev").is_none(), "an empty page leads nowhere");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_app_hears_that_what_was_put_aside_is_there() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, app) = member(north, "ada").await;
    let (bea, stranger) = member(north, "bea").await;
    let change = json!({ "for_not_following": "filter" });
    app.ask(Method::PATCH, "/api/v2/notifications/policy", &[], Some(change)).await.ok();
    says(&stranger, "@ada hello").await;
    let token = north.app().db.write(|tx| users::token(tx, "ada", false, "read")).await.unwrap();
    let mut socket = north.socket(&token).await;
    socket.subscribes("user:notification", json!({})).await;
    app.post(&format!("/api/v1/notifications/requests/{}/accept", bea.id), json!({})).await.ok();
    let (_, event, payload) = socket.frame().await;
    assert_eq!((event.as_str(), payload), ("notifications_merged", json!(1)));
}
