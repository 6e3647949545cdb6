//! Statuses, timelines and what is done with them, as an app sees it.

use axum::http::{Method, StatusCode};
use diesel::{RunQueryDsl, sql_query};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::services::relations;
use plenum::store::Conn;
use serde_json::{Value, json};

use super::member;
use crate::harness::Database;
use crate::harness::client::{Client, Reply};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn says(client: &Client, text: &str) -> String {
    let status = client.post("/api/v1/statuses", json!({ "status": text })).await.ok();
    status["id"].as_str().unwrap().to_owned()
}

async fn follow(north: &Instance, follower: &Account, followee: &Account) {
    north.app().db.write(|tx| relations::follow(tx, follower, followee)).await.unwrap();
}

fn id(status: &Value) -> &str {
    status["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_written_changed_and_deleted() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let text = "2 * 3 <b>\n@bela #Peace https://a.example/x";
        let body =
            json!({ "status": text, "spoiler_text": "sums", "visibility": "unlisted", "language": "de" });
        let status = ada.post("/api/v1/statuses", body).await.ok();
        let content = status["content"].as_str().unwrap();
        assert!(content.starts_with("<p>2 * 3 &lt;b&gt;<br>"), "{content}");
        assert_eq!(status["mentions"][0]["acct"], "bela");
        assert!(content.contains(status["mentions"][0]["url"].as_str().unwrap()), "{content}");
        assert_eq!(status["tags"][0]["name"], "peace");
        assert_eq!(status["sensitive"], true);
        assert_eq!([&status["visibility"], &status["language"]], ["unlisted", "de"]);
        assert_eq!(status["account"]["statuses_count"], 1);
        assert_eq!(status["pinned"], false);
        assert!(status.get("text").is_none());

        world.clock.advance(60);
        let path = format!("/api/v1/statuses/{}", id(&status));
        let source = ada.get(&format!("{path}/source")).await.ok();
        assert_eq!(source, json!({ "id": id(&status), "text": text, "spoiler_text": "sums" }));
        let put = |body: Value| ada.ask(Method::PUT, &path, &[], Some(body));
        let same = put(json!({ "status": text, "spoiler_text": "sums" })).await.ok();
        assert_eq!(same["edited_at"], Value::Null, "nothing changed");
        let edited = put(json!({ "status": "other" })).await.ok();
        assert!(edited["edited_at"].is_string());
        assert_eq!([&edited["content"], &edited["spoiler_text"]], ["<p>other</p>", ""]);
        assert_eq!((&edited["sensitive"], &edited["language"]), (&json!(false), &json!("de")));
        let history = bela.get(&format!("{path}/history")).await.ok();
        assert_eq!(history.as_array().unwrap().len(), 2);
        assert_eq!([&history[0]["spoiler_text"], &history[1]["content"]], ["sums", "<p>other</p>"]);

        let refused = bela.ask(Method::PUT, &path, &[], Some(json!({ "status": "x" }))).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(bela.ask(Method::DELETE, &path, &[], None).await.status, StatusCode::NOT_FOUND);
        let deleted = ada.ask(Method::DELETE, &path, &[], None).await.ok();
        assert_eq!(deleted["text"], "other");
        assert!(deleted.get("content").is_none());
        assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ada.get("/api/v1/statuses/nonsense").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_posts_once() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let post = async |client: &Client, key| {
            let body = Some(json!({ "status": "once" }));
            let headers = [("Idempotency-Key", key)];
            let reply = client.ask(Method::POST, "/api/v1/statuses", &headers, body).await;
            id(&reply.ok()).to_owned()
        };
        let first = post(&ada, "k").await;
        assert_eq!(post(&ada, "k").await, first);
        assert_ne!(post(&ada, "other").await, first);
        assert_ne!(post(&bela, "k").await, first);
        world.clock.advance(3601);
        assert_ne!(post(&ada, "k").await, first);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reactions_may_be_repeated_and_taken_back() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let post = says(&ada, "hello").await;
        let act = async |client: &Client, key: &str, verb: &str| {
            client.ask(Method::POST, &format!("/api/v1/statuses/{key}/{verb}"), &[], None).await
        };
        for (verb, flag, count) in [
            ("favourite", "favourited", Some("favourites_count")),
            ("bookmark", "bookmarked", None),
            ("mute", "muted", None),
        ] {
            for _ in 0..2 {
                let status = act(&bela, &post, verb).await.ok();
                assert_eq!(status[flag], true, "{verb}");
                assert!(count.is_none_or(|count| status[count] == 1), "{verb}");
            }
            let status = act(&bela, &post, &format!("un{verb}")).await.ok();
            assert_eq!(status[flag], false, "un{verb}");
        }
        let boost = act(&bela, &post, "reblog").await.ok();
        assert_eq!(id(&boost["reblog"]), post);
        assert_ne!(id(&boost), post);
        assert_eq!(boost["reblog"]["reblogged"], true);
        assert_eq!(id(&act(&bela, &post, "reblog").await.ok()), id(&boost), "once is enough");
        assert_eq!(ada.get(&format!("/api/v1/statuses/{}", id(&boost))).await.ok()["reblog"]["id"], post);
        let through = act(&ada, id(&boost), "favourite").await.ok();
        assert_eq!(id(&through), post, "a boost's key means the original");
        for list in ["favourited_by", "reblogged_by"] {
            let reply = ada.get(&format!("/api/v1/statuses/{post}/{list}")).await;
            assert!(reply.link("prev").unwrap().contains("since_id="));
            assert_eq!(reply.each("username").len(), 1, "{list}");
        }
        let home = bela.get("/api/v1/timelines/home").await.ok();
        assert_eq!(home.as_array().unwrap().iter().map(id).collect::<Vec<_>>(), [id(&boost)]);
        let original = act(&bela, &post, "unreblog").await.ok();
        assert_eq!((id(&original), &original["reblogged"]), (&*post, &json!(false)));
        act(&bela, &post, "unreblog").await.ok();

        assert_eq!(act(&bela, &post, "pin").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(act(&ada, &post, "pin").await.ok()["pinned"], true);
        assert_eq!(act(&ada, &post, "pin").await.ok()["pinned"], true);
        assert_eq!(act(&ada, &post, "unpin").await.ok()["pinned"], false);
        let reader = north.client("bela", "read").await;
        assert_eq!(act(&reader, &post, "favourite").await.status, StatusCode::FORBIDDEN);
        assert_eq!(act(&north.stranger(), &post, "favourite").await.status, StatusCode::UNAUTHORIZED);
        drop(bela_account);
    })
    .await;
}

/// Walks the links of a list in one direction.
async fn walk(client: &Client, start: &str, rel: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(start.to_owned()));
    while let Some(path) = next.take() {
        let reply = client.get(&path).await;
        next = reply.link(rel);
        pages.push(reply.each("id"));
    }
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn home_is_paged_exactly_however_quiet_the_followed_are() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let (_, cora) = member(north, "cora").await;
        follow(north, &ada_account, &bela_account).await;
        let mut posts = Vec::new();
        for number in 0..7 {
            let author = if number % 3 == 0 { &ada } else { &bela };
            posts.push(says(author, &format!("{number}")).await);
            says(&cora, "unheard").await;
        }
        posts.reverse();
        let check = async || {
            let home = "/api/v1/timelines/home";
            let ids = async |query: String| ada.get(&format!("{home}?{query}")).await.each("id");
            assert_eq!(ids("limit=40".to_owned()).await, posts);
            assert_eq!(ids("limit=2".to_owned()).await, posts[..2]);
            assert_eq!(ids(format!("limit=2&max_id={}", posts[2])).await, posts[3..5]);
            assert_eq!(ids(format!("limit=2&since_id={}", posts[4])).await, posts[..2]);
            assert_eq!(ids(format!("limit=2&min_id={}", posts[4])).await, posts[2..4]);
            let between = format!("limit=9&min_id={}&max_id={}", posts[6], posts[3]);
            assert_eq!(ids(between).await, posts[4..6]);
            assert_eq!(ids("min_id=0&limit=2".to_owned()).await, posts[5..]);
            for harmless in
                ["limit=0", "limit=-3", "limit=abc", "max_id=x", "limit=1000", "max_id=9&min_id=x"]
            {
                ids(harmless.to_owned()).await;
            }
            assert!(ada.get(&format!("{home}?max_id=1")).await.link("next").is_none(), "nothing leads on");
            let pages = walk(&ada, &format!("{home}?limit=3"), "next").await;
            assert_eq!(pages.concat(), posts);
            let oldest = format!("{home}?limit=3&min_id={}", posts[6]);
            let pages = walk(&ada, &oldest, "prev").await;
            assert_eq!(pages, [posts[3..6].to_vec(), posts[..3].to_vec(), Vec::new()]);
        };
        check().await;
        // Far more than is walked through, by somebody nobody follows, above and below.
        for base in [1_i64, 1 << 61] {
            let rows = format!(
                "INSERT INTO feed (id, account_id, contribution_id) WITH RECURSIVE n(i) AS \
                 (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT {base} + i, 1, 1 FROM n"
            );
            let db = north.app().db;
            let added = db.write(|tx| {
                Ok(match &mut **tx {
                    Conn::Sqlite(conn) => sql_query(&rows).execute(&mut **conn),
                    Conn::Postgres(conn) => sql_query(&rows).execute(&mut **conn),
                }?)
            });
            assert_eq!(added.await.unwrap(), 2500);
        }
        check().await;
        assert_eq!(bela.get("/api/v1/timelines/home?limit=40").await.each("id").len(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn theses_are_children_of_their_statement() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let draft = statement("On bees").thesis("Bees count").thesis("Bees dance").thesis("Bees sleep");
        let view = north.publishes(draft).await;
        let path = format!("/api/v1/statuses/{}", view.head.id);
        let status = ada.get(&path).await.ok();
        let content = status["content"].as_str().unwrap();
        for part in ["On bees", "what we found", "We looked", "Bees sleep", view.head.url.as_str()] {
            assert!(content.contains(part), "{part} in {content}");
        }
        assert_eq!(status["spoiler_text"], "");
        let theses = ada.get(&format!("{path}/context")).await.ok();
        let theses: Vec<String> =
            theses["descendants"].as_array().unwrap().iter().map(|thesis| id(thesis).to_owned()).collect();
        assert_eq!(theses.len(), 3);

        let body = json!({ "status": "Do they?", "in_reply_to_id": theses[1] });
        let reply = ada.post("/api/v1/statuses", body).await.ok();
        assert_eq!(reply["in_reply_to_id"].as_str(), Some(&*theses[1]));
        assert_eq!(reply["in_reply_to_account_id"], status["account"]["id"]);
        let around = north.stranger().get(&format!("/api/v1/statuses/{}/context", id(&reply))).await.ok();
        let ancestors: Vec<&str> = around["ancestors"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(ancestors, [id(&status), &theses[1]]);
        let below = ada.get(&format!("{path}/context")).await.ok();
        let below: Vec<&str> = below["descendants"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(below, [&theses[0], &theses[1], id(&reply), &theses[2]]);
        let public = north.stranger().get("/api/v1/timelines/public").await.each("id");
        assert_eq!(public, [id(&status)], "neither theses nor answers");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_not_see_stands_nowhere() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada_account, ada) = member(north, "ada").await;
        let (bela_account, bela) = member(north, "bela").await;
        let (_, cora) = member(north, "cora").await;
        follow(north, &bela_account, &ada_account).await;
        let write = async |text: &str, visibility: &str| {
            let body = json!({ "status": text, "visibility": visibility });
            id(&ada.post("/api/v1/statuses", body).await.ok()).to_owned()
        };
        let open = write("open #secret", "public").await;
        let private = write("private #secret", "private").await;
        let direct = write("@cora direct #secret", "direct").await;
        let sees = async |client: &Client| {
            let mut seen = Vec::new();
            for key in [&open, &private, &direct] {
                seen.push(client.get(&format!("/api/v1/statuses/{key}")).await.status == StatusCode::OK);
            }
            seen
        };
        assert_eq!(sees(&ada).await, [true, true, true]);
        assert_eq!(sees(&bela).await, [true, true, false]);
        assert_eq!(sees(&cora).await, [true, false, true]);
        assert_eq!(sees(&north.stranger()).await, [true, false, false]);
        for client in [&ada, &bela, &cora, &north.stranger()] {
            assert_eq!(client.get("/api/v1/timelines/public").await.each("id"), [&*open]);
            assert_eq!(client.get("/api/v1/timelines/tag/SECRET").await.each("id"), [&*open]);
        }
        assert_eq!(bela.get("/api/v1/timelines/home").await.each("id"), [&*private, &open]);
        for verb in ["favourite", "reblog", "bookmark", "mute"] {
            let refused = cora.post(&format!("/api/v1/statuses/{private}/{verb}"), json!({})).await;
            assert_eq!(
                (refused.status, &refused.json["error"]),
                (StatusCode::NOT_FOUND, &json!("Record not found"))
            );
        }
        for list in ["context", "history", "source", "favourited_by", "reblogged_by"] {
            let refused = cora.get(&format!("/api/v1/statuses/{private}/{list}")).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{list}");
        }
        let answer = json!({ "status": "x", "in_reply_to_id": private });
        assert_eq!(cora.post("/api/v1/statuses", answer).await.status, StatusCode::NOT_FOUND);
        let batch = format!("/api/v1/statuses?id[]={open}&id[]={private}&id[]={direct}");
        assert_eq!(cora.get(&batch).await.each("id"), [&*open, &direct]);
        assert_eq!(
            bela.post(&format!("/api/v1/statuses/{private}/reblog"), json!({})).await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(north.stranger().get("/api/v1/timelines/home").await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_listed_in_the_order_of_keeping() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let (one, two, three) = (says(&ada, "1").await, says(&ada, "2").await, says(&ada, "3").await);
        for (verb, list) in [("bookmark", "bookmarks"), ("favourite", "favourites")] {
            for post in [&two, &three, &one] {
                bela.post(&format!("/api/v1/statuses/{post}/{verb}"), json!({})).await.ok();
            }
            let reply: Reply = bela.get(&format!("/api/v1/{list}?limit=2")).await;
            assert!(reply.link("prev").unwrap().contains("min_id="));
            let next = reply.link("next").unwrap();
            assert_eq!(reply.each("id"), [&*one, &three], "{list}");
            assert_eq!(bela.get(&next).await.each("id"), [&*two], "{list}");
            assert_eq!(ada.get(&format!("/api/v1/{list}")).await.each("id"), [""; 0], "{list}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_is_asked_and_answered() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada) = member(north, "ada").await;
        let (_, bela) = member(north, "bela").await;
        let poll = json!({ "options": ["yes", "no"], "expires_in": 600, "hide_totals": true });
        let status = ada.post("/api/v1/statuses", json!({ "status": "?", "poll": poll })).await.ok();
        let poll = &status["poll"];
        assert_eq!(
            (&poll["voted"], &poll["own_votes"], &poll["expired"]),
            (&json!(true), &json!([]), &json!(false))
        );
        assert_eq!(poll["options"][0], json!({ "title": "yes", "votes_count": null }));
        let votes = format!("/api/v1/polls/{}/votes", poll["id"].as_str().unwrap());
        let vote =
            async |client: &Client, choices: Value| client.post(&votes, json!({ "choices": choices })).await;
        for (client, choices) in
            [(&ada, json!([0])), (&bela, json!([0, 1])), (&bela, json!([2])), (&bela, json!(["x"]))]
        {
            assert_eq!(vote(client, choices).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let voted = vote(&bela, json!(["1"])).await.ok();
        assert_eq!(
            (&voted["voted"], &voted["own_votes"], &voted["voters_count"]),
            (&json!(true), &json!([1]), &json!(1))
        );
        assert_eq!(vote(&bela, json!([0])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.clock.advance(601);
        let over = bela.get(&votes.replace("/votes", "")).await.ok();
        assert_eq!((&over["expired"], &over["options"][1]["votes_count"]), (&json!(true), &json!(1)));
        let bad = json!({ "status": "?", "poll": { "options": ["one"], "expires_in": 600 } });
        assert_eq!(ada.post("/api/v1/statuses", bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_waits_for_its_time() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, ada) = member(north, "ada").await;
    let at = |seconds| plenum::clock::Clock::now(&world.clock).plus_seconds(seconds).to_rfc3339();
    let soon = json!({ "status": "later", "scheduled_at": at(60) });
    assert_eq!(ada.post("/api/v1/statuses", soon).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let written = json!({ "status": "later", "visibility": "unlisted", "scheduled_at": at(600) });
    let waiting = ada.post("/api/v1/statuses", written).await.ok();
    assert_eq!(
        (&waiting["params"]["text"], &waiting["params"]["visibility"]),
        (&json!("later"), &json!("unlisted"))
    );
    let list = "/api/v1/scheduled_statuses";
    assert_eq!(ada.get(list).await.each("id"), [id(&waiting)]);
    let path = format!("{list}/{}", id(&waiting));
    ada.ask(Method::PUT, &path, &[], Some(json!({ "scheduled_at": at(1200) }))).await.ok();
    world.clock.advance(700);
    world.settle().await;
    assert!(ada.get("/api/v1/timelines/home").await.each("id").is_empty(), "not yet");
    world.clock.advance(600);
    world.settle().await;
    assert_eq!(ada.get("/api/v1/timelines/home").await.ok()[0]["content"], "<p>later</p>");
    assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
    let past = json!({ "status": "now", "scheduled_at": at(-5) });
    assert_eq!(ada.post("/api/v1/statuses", past).await.ok()["content"], "<p>now</p>");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_said_to_followers_is_handed_on_to_followers_only() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let (ada, app) = member(north, "ada").await;
        let (_, follower) = member(north, "bela").await;
        let (_, stranger) = member(north, "cora").await;
        follower.post(&format!("/api/v1/accounts/{}/follow", ada.id), json!({})).await.ok();
        let said = json!({ "status": "For friends", "visibility": "private" });
        let private = id(&app.post("/api/v1/statuses", said).await.ok()).to_owned();
        let letter = json!({ "status": "For @bela", "visibility": "direct" });
        let letter = id(&app.post("/api/v1/statuses", letter).await.ok()).to_owned();
        let open = id(&app.post("/api/v1/statuses", json!({ "status": "For all" })).await.ok()).to_owned();
        let boost = async |client: &Client, post: &str, body: Value| {
            client.post(&format!("/api/v1/statuses/{post}/reblog"), body).await
        };
        assert_eq!(boost(&follower, &private, json!({})).await.status, StatusCode::FORBIDDEN);
        assert_eq!(boost(&app, &letter, json!({})).await.status, StatusCode::FORBIDDEN);
        let own = boost(&app, &private, json!({ "visibility": "private" })).await.ok();
        assert_eq!(id(&own["reblog"]), private);
        let page = format!("/api/v1/accounts/{}/statuses", ada.id);
        assert!(follower.get(&page).await.each("id").contains(&id(&own).to_owned()));
        assert!(!stranger.get(&page).await.each("id").contains(&id(&own).to_owned()));
        let outbox = north.stranger().get(&format!("/actors/{}/outbox?page=true", ada.name)).await;
        let listed = outbox.json["orderedItems"].as_array().unwrap();
        assert!(listed.iter().all(|item| item["type"] == "Create"), "{}", outbox.json);

        let narrow = boost(&app, &open, json!({ "visibility": "private" })).await;
        assert_eq!(
            narrow.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "nobody is shown more than they were told"
        );
        let odd = boost(&app, &open, json!({ "visibility": "loud" })).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        boost(&app, &open, json!({ "visibility": "unlisted" })).await.ok();
    })
    .await;
}
