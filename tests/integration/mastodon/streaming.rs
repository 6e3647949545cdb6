//! Streams: what happens reaches those who may see it, as it happens, and nobody else.

use axum::http::{Method, StatusCode};
use plenum::domain::account::Account;
use plenum::domain::site::FederationMode;
use plenum::services::posts::{self, NewPost};
use plenum::services::{notices, relations, users};
use plenum::store::Db;
use plenum::text::Markdown;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::harness::Database;
use crate::harness::client::Client;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine, password};

async fn world(database: Database) -> World {
    World::on([("north", database)], FederationMode::Open).await
}

async fn token(north: &Instance, name: &str, scopes: &str) -> String {
    north.app().db.write(|tx| users::token(tx, name, false, scopes)).await.unwrap()
}

async fn member(north: &Instance, name: &str) -> (Account, Client, String) {
    let account = north.person(name, &[]).await;
    let token = token(north, name, "read write").await;
    (account, north.with_token(&token), token)
}

async fn follow(north: &Instance, follower: &Account, followee: &Account) {
    north.app().db.write(|tx| relations::follow(tx, follower, followee)).await.unwrap();
}

async fn says(client: &Client, text: &str, visibility: &str) -> String {
    let body = json!({ "status": text, "visibility": visibility });
    client.post("/api/v1/statuses", body).await.ok()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_stream_shows_what_the_home_page_shows() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, ada_app, token) = member(north, "ada").await;
        let (bela, bela_app, _) = member(north, "bela").await;
        let (_, cleo_app, _) = member(north, "cleo").await;
        follow(north, &ada, &bela).await;
        let mut socket = north.socket(&token).await;
        socket.subscribes("user", json!({})).await;

        // What she must not or does not want to see comes first, and nothing of it arrives.
        says(&cleo_app, "to nobody in particular", "public").await;
        says(&bela_app, "for others only", "direct").await;
        let post = says(&bela_app, "Counting is a <b>virtue</b>", "private").await;
        let (stream, event, status) = socket.frame().await;
        assert_eq!((stream.as_str(), event.as_str()), ("user", "update"));
        assert_eq!(status, ada_app.get(&format!("/api/v1/statuses/{post}")).await.ok());

        world.advance_seconds(60);
        let path = format!("/api/v1/statuses/{post}");
        bela_app.ask(Method::PUT, &path, &[], Some(json!({ "status": "A vice" }))).await.ok();
        let (_, event, status) = socket.frame().await;
        assert_eq!((event.as_str(), &status["content"]), ("status.update", &json!("<p>A vice</p>")));

        let own = says(&ada_app, "I answer nobody", "public").await;
        assert_eq!(socket.frame().await.2["id"], own.as_str());
        bela_app.post(&format!("/api/v1/statuses/{own}/reblog"), json!({})).await.ok();
        assert_eq!(socket.frame().await.1, "notification", "it stands there already");
        let far = says(&cleo_app, "to somebody after all", "public").await;
        let boost = bela_app.post(&format!("/api/v1/statuses/{far}/reblog"), json!({})).await.ok();
        let (_, event, status) = socket.frame().await;
        assert_eq!((event.as_str(), &status["id"]), ("update", &boost["id"]));
        assert_eq!(status["reblog"]["id"], far.as_str());
        bela_app.post(&format!("/api/v1/statuses/{far}/unreblog"), json!({})).await.ok();
        let boosted: i64 = boost["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(socket.frame().await, ("user".to_owned(), "delete".to_owned(), json!(boosted)));
        bela_app.ask(Method::DELETE, &path, &[], None).await.ok();
        let post: i64 = post.parse().unwrap();
        assert_eq!(socket.frame().await, ("user".to_owned(), "delete".to_owned(), json!(post)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn public_streams_are_told_apart_by_name() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, _, token) = member(north, "ada").await;
        let (_, bela_app, _) = member(north, "bela").await;
        let mut socket = north.socket(&token).await;
        socket.subscribes("public", json!({})).await;
        socket.subscribes("public:local", json!({})).await;
        socket.subscribes("public:remote", json!({})).await;
        socket.subscribes("public:media", json!({})).await;
        socket.subscribes("hashtag", json!({ "tag": "Counting" })).await;
        socket.subscribes("hashtag", json!({ "tag": "Counting" })).await;
        says(&bela_app, "not for everybody #counting", "unlisted").await;
        let post = says(&bela_app, "for everybody #counting", "public").await;
        let mut streams = Vec::new();
        for _ in 0..3 {
            let (stream, event, status) = socket.frame().await;
            assert_eq!((event.as_str(), &status["id"]), ("update", &json!(post)));
            streams.push(stream);
        }
        streams.sort();
        assert_eq!(streams, ["hashtag Counting", "public", "public:local"]);

        for (stream, more) in [("public", json!({})), ("hashtag", json!({ "tag": "Counting" }))] {
            let mut message = json!({ "type": "unsubscribe", "stream": stream });
            message["tag"] = more["tag"].clone();
            socket.says(message).await;
        }
        socket.subscribes("public:local", json!({})).await;
        let view = north.publishes(statement("On counting").thesis("Counting helps")).await;
        let (stream, _, status) = socket.frame().await;
        assert_eq!(
            (stream.as_str(), &status["id"]),
            ("public:local", &json!(view.head.id.get().to_string()))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_token_and_takes_scopes() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, _, first) = member(north, "ada").await;
        member(north, "bela").await;
        let mut socket = north.socket(&first).await;
        socket.subscribes("user", json!({})).await;
        let mut lines = north.lines("user", &first).await;
        let db = north.app().db;
        db.write(|tx| users::set_password(tx, None, "ada", &password())).await.unwrap();
        assert!(matches!(socket.next().await, Some(Ok(Message::Close(_))) | None));
        lines.ends().await;
        assert_eq!(north.app().streams.count(), 0);

        let refused = |error| match error {
            Err(Error::Http(response)) => response.status().as_u16(),
            other => panic!("{:?}", other.map(|_| ())),
        };
        assert_eq!(refused(north.upgrades(&format!("?access_token={first}"), &[]).await), 401);
        assert_eq!(refused(north.upgrades("", &[]).await), 401);
        assert_eq!(refused(north.upgrades("?access_token=nonsense", &[]).await), 401);
        let write = token(north, "bela", "write").await;
        assert_eq!(refused(north.upgrades(&format!("?access_token={write}"), &[]).await), 403);

        let narrow = token(north, "bela", "read:notifications").await;
        let mut socket = north.socket(&narrow).await;
        socket.says(json!({ "type": "subscribe", "stream": "public" })).await;
        assert_eq!(socket.hears().await["status"], 401);
        socket.subscribes("user:notification", json!({})).await;
        let app = north.with_token(&narrow);
        assert_eq!(app.get("/api/v1/streaming/user").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_closes_nothing_but_a_binary_frame_does() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, app, token) = member(north, "ada").await;
    let (_, other, _) = member(north, "bela").await;
    let protocol = [("Sec-WebSocket-Protocol", token.as_str())];
    let (mut socket, response) = north.upgrades("?stream=public:local", &protocol).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], token.as_str());
    for odd in ["", "{", "[]", "null", "{\"type\":7}", "{\"type\":\"subscribe\"", "{\"type\":\"x\"}"] {
        socket.sends(Message::text(odd)).await;
    }
    for bad in [
        json!({ "stream": "list" }),
        json!({ "stream": "hashtag" }),
        json!({ "stream": "list", "list": "7" }),
    ] {
        let mut message = bad;
        message["type"] = json!("subscribe");
        socket.says(message).await;
        let refused = socket.hears().await;
        assert!(refused["error"].is_string() && refused["status"].is_u64(), "{refused}");
    }
    says(&other, "still there", "public").await;
    assert_eq!(socket.frame().await.0, "public:local");
    socket.sends(Message::binary(vec![1, 2, 3])).await;
    let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else { panic!("no goodbye") };
    assert_eq!(frame.code, CloseCode::Unsupported);

    assert_eq!(app.get("/api/v1/streaming").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.get("/api/v1/streaming/nonsense").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/api/v1/streaming/hashtag").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.get("/api/v1/streaming/list?list=7").await.status, StatusCode::NOT_FOUND);
    assert_eq!(north.stranger().get("/api/v1/streaming/public").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_carry_the_same() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (ada, _, token) = member(north, "ada").await;
    let (bela, bela_app, _) = member(north, "bela").await;
    follow(north, &ada, &bela).await;
    let mut home = north.lines("user", &token).await;
    let mut tagged = north.lines("hashtag/local?tag=sums", &token).await;
    let post = says(&bela_app, "line one\nline two #sums", "public").await;
    for lines in [&mut home, &mut tagged] {
        let (event, data) = lines.event().await;
        let status: Value = serde_json::from_str(&data).unwrap();
        assert_eq!((event.as_str(), &status["id"]), ("update", &json!(post)));
    }
    bela_app.ask(Method::DELETE, &format!("/api/v1/statuses/{post}"), &[], None).await.ok();
    assert_eq!(home.event().await, ("delete".to_owned(), post.clone()));
    assert_eq!(tagged.event().await, ("delete".to_owned(), post));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_letters_and_tags_come_as_lines_too() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (ada, ada_app, token) = member(north, "ada").await;
    let (bela, bela_app, bela_token) = member(north, "bela").await;
    let (_, cleo_app, _) = member(north, "cleo").await;
    follow(north, &ada, &bela).await;
    let list = ada_app.post("/api/v1/lists", json!({ "title": "Friends" })).await.ok();
    let list = list["id"].as_str().unwrap();
    let ids = json!({ "account_ids": [bela.id.get().to_string()] });
    ada_app.post(&format!("/api/v1/lists/{list}/accounts"), ids).await.ok();
    let of_the_list = format!("/api/v1/streaming/list?list={list}");
    assert_eq!(north.with_token(&bela_token).get(&of_the_list).await.status, StatusCode::NOT_FOUND);
    let mut listed = north.lines(&format!("list?list={list}"), &token).await;
    let mut letters = north.lines("direct", &token).await;
    let mut tagged = north.lines("hashtag?tag=sums", &token).await;
    says(&cleo_app, "@ada between us", "direct").await;
    let post = says(&bela_app, "for all #sums", "public").await;
    let (event, data) = letters.event().await;
    let conversation: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (event.as_str(), conversation["accounts"][0]["acct"].as_str()),
        ("conversation", Some("cleo"))
    );
    for lines in [&mut listed, &mut tagged] {
        let (event, data) = lines.event().await;
        let status: Value = serde_json::from_str(&data).unwrap();
        assert_eq!((event.as_str(), &status["id"]), ("update", &json!(post)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_on_the_same_database_is_heard() {
    on_each_engine(async |database| {
        if matches!(database, Database::Sqlite(_)) {
            return;
        }
        let url = database.url();
        let world = world(database).await;
        let north = world.at("north");
        let (ada, _, token) = member(north, "ada").await;
        let other = Db::open(&url, None, 2, world.clock.clone()).await.unwrap();
        let site = north.app().site;
        other.set_site(site.as_ref().clone());
        let mut socket = north.socket(&token).await;
        socket.subscribes("user", json!({})).await;
        let post = |text: &str| NewPost {
            markdown: Markdown::new(text),
            language: "en".to_owned(),
            ..NewPost::default()
        };
        // The listening connection is made in the background: what was said before it may be missed.
        let mut heard = None;
        for round in 0..100 {
            let said = post(&format!("from the other side {round}"));
            let view = other.write(|tx| posts::publish(tx, &ada, &said)).await.unwrap();
            if let Ok(frame) =
                tokio::time::timeout(std::time::Duration::from_millis(200), socket.frame()).await
            {
                heard = Some((frame.2["id"].clone(), json!(view.head.id.get().to_string())));
                break;
            }
        }
        let (heard, said) = heard.expect("something is heard");
        assert_eq!(heard, said);
        other.write(|tx| users::set_password(tx, None, "ada", &password())).await.unwrap();
        assert!(matches!(socket.next().await, Some(Ok(Message::Close(_))) | None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_come_once_for_each_name() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada_app, token) = member(north, "ada").await;
        let (_, bela_app, bela_token) = member(north, "bela").await;
        let mut socket = north.socket(&token).await;
        socket.subscribes("user", json!({})).await;
        socket.subscribes("user:notification", json!({})).await;
        let narrow = self::token(north, "ada", "read:statuses").await;
        let mut without = north.socket(&narrow).await;
        without.subscribes("user", json!({})).await;
        let mut other = north.socket(&bela_token).await;
        other.subscribes("user", json!({})).await;
        let post = says(&ada_app, "like this", "public").await;
        bela_app.post(&format!("/api/v1/statuses/{post}/favourite"), json!({})).await.ok();
        assert_eq!(socket.frame().await.1, "update");
        let mut streams = Vec::new();
        for _ in 0..2 {
            let (stream, event, payload) = socket.frame().await;
            assert_eq!((event.as_str(), &payload["type"]), ("notification", &json!("favourite")));
            assert_eq!(payload["status"]["id"], post.as_str());
            assert_eq!(payload["account"]["acct"], "bela");
            let id = payload["id"].as_str().unwrap();
            let page = ada_app.get(&format!("/api/v1/notifications/{id}")).await.ok();
            assert_eq!((&page["type"], &page["created_at"]), (&payload["type"], &payload["created_at"]));
            streams.push(stream);
        }
        streams.sort();
        assert_eq!(streams, ["user", "user:notification"]);
        // Neither a token without the scope nor another account hears of it: the next thing is what they said.
        assert_eq!(without.frame().await.1, "update");
        let last = says(&ada_app, "over", "public").await;
        assert_eq!(without.frame().await.2["id"], last.as_str());
        let own = says(&bela_app, "mine", "public").await;
        assert_eq!(other.frame().await.2["id"], own.as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_streamed_to_its_owner() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, ada_app, token) = member(north, "ada").await;
        let (bela, bela_app, bela_token) = member(north, "bela").await;
        let (_, cleo_app, _) = member(north, "cleo").await;
        follow(north, &ada, &bela).await;
        let list = ada_app.post("/api/v1/lists", json!({ "title": "Friends" })).await.ok();
        let list = list["id"].as_str().unwrap();
        let ids = json!({ "account_ids": [bela.id.get().to_string()] });
        ada_app.post(&format!("/api/v1/lists/{list}/accounts"), ids).await.ok();
        let mut socket = north.socket(&token).await;
        socket.subscribes("list", json!({ "list": list })).await;
        let mut thief = north.socket(&bela_token).await;
        thief.says(json!({ "type": "subscribe", "stream": "list", "list": list })).await;
        assert_eq!(thief.hears().await["status"], 401);
        says(&cleo_app, "not on it", "public").await;
        let post = says(&bela_app, "on it", "public").await;
        let (stream, _, status) = socket.frame().await;
        assert_eq!((stream, &status["id"]), (format!("list {list}"), &json!(post)));
        bela_app.ask(Method::DELETE, &format!("/api/v1/statuses/{post}"), &[], None).await.ok();
        assert_eq!(socket.frame().await.1, "delete");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_reach_those_who_take_part() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada_app, token) = member(north, "ada").await;
        let (_, bela_app, stranger) = member(north, "bela").await;
        let (_, cleo_app, _) = member(north, "cleo").await;
        let mut socket = north.socket(&token).await;
        socket.subscribes("direct", json!({})).await;
        let mut other = north.socket(&stranger).await;
        other.subscribes("direct", json!({})).await;
        other.subscribes("public", json!({})).await;
        let post = says(&cleo_app, "@ada a word with you", "direct").await;
        let (stream, event, conversation) = socket.frame().await;
        assert_eq!((stream.as_str(), event.as_str()), ("direct", "conversation"));
        assert_eq!(conversation, ada_app.get("/api/v1/conversations").await.ok()[0]);
        assert_eq!(conversation["last_status"]["id"], post.as_str());
        // Others hear nothing of it: the next thing they hear is for everybody.
        let open = says(&cleo_app, "for everybody", "public").await;
        assert_eq!(other.frame().await.2["id"], open.as_str());
        // Nor does who writes to her in the same thread hear of what somebody else writes to her there.
        for app in [&bela_app, &cleo_app] {
            let letter = json!({ "status": "@ada a word", "visibility": "direct", "in_reply_to_id": open });
            let letter = app.post("/api/v1/statuses", letter).await.ok();
            assert_eq!(socket.frame().await.2["last_status"]["id"], letter["id"]);
        }
        assert_eq!(other.frame().await.1, "conversation", "their own");
        let open = says(&cleo_app, "for everybody, too", "public").await;
        assert_eq!(other.frame().await.2["id"], open.as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_compressed_for_those_who_can_read_them() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let (_, app, _) = member(north, "ada").await;
    app.post("/api/v1/statuses", json!({ "status": "over and over ".repeat(30) })).await.ok();
    let home = "/api/v1/timelines/home";
    let encoding = async |path: &str, accepted: &[(&str, &str)]| {
        let (status, headers) = app.head_of(Method::GET, path, accepted).await;
        assert_eq!(status, StatusCode::OK);
        headers.get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    let gzip = [("accept-encoding", "gzip, deflate, br")];
    assert_eq!(encoding(home, &[]).await, None);
    assert_eq!(encoding(home, &gzip).await.as_deref(), Some("gzip"));
    assert_eq!(encoding("/api/v1/streaming/user", &gzip).await, None, "a stream must not wait to be packed");
}

#[tokio::test(flavor = "multi_thread")]
async fn announcements_reach_every_member() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (_, ada_app, token) = member(north, "ada").await;
        let mut socket = north.socket(&token).await;
        socket.subscribes("user", json!({})).await;
        let db = north.app().db;
        let said = db.write(|tx| notices::announce(tx, "We *move* on Sunday", None, None)).await.unwrap();
        let (_, event, announcement) = socket.frame().await;
        assert_eq!(event, "announcement");
        assert_eq!(announcement, ada_app.get("/api/v1/announcements").await.ok()[0]);
        let thumb = format!("/api/v1/announcements/{}/reactions/%F0%9F%91%8D", said.id);
        for (method, count) in [(Method::PUT, 1), (Method::DELETE, 0)] {
            ada_app.ask(method, &thumb, &[], None).await.ok();
            let (_, event, reaction) = socket.frame().await;
            assert_eq!(event, "announcement.reaction");
            let expected = json!({ "name": "👍", "count": count, "announcement_id": said.id.to_string() });
            assert_eq!(reaction, expected);
        }
        db.write(|tx| notices::withdraw(tx, said.id)).await.unwrap();
        let gone = ("user".to_owned(), "announcement.delete".to_owned(), json!(said.id.get()));
        assert_eq!(socket.frame().await, gone);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_leaves_every_stream_that_carried_it() {
    on_each_engine(async |database| {
        let world = world(database).await;
        let north = world.at("north");
        let (ada, app, token) = member(north, "ada").await;
        let (bela, bela_app, _) = member(north, "bela").await;
        let (_, cleo_app, cleo_token) = member(north, "cleo").await;
        follow(north, &ada, &bela).await;
        let list = app.post("/api/v1/lists", json!({ "title": "Friends" })).await.ok()["id"].clone();
        let on_list = json!({ "account_ids": [bela.id.to_string()] });
        app.post(&format!("/api/v1/lists/{}/accounts", list.as_str().unwrap()), on_list).await.ok();
        cleo_app.post("/api/v1/tags/counting/follow", json!({})).await.ok();
        let (_, dora_app, _) = member(north, "dora").await;

        let mut home = north.socket(&token).await;
        home.subscribes("user", json!({})).await;
        let mut friends = north.socket(&token).await;
        friends.subscribes("list", json!({ "list": list })).await;
        let mut curious = north.socket(&cleo_token).await;
        curious.subscribes("user", json!({})).await;

        let post = says(&dora_app, "A virtue #counting", "public").await;
        assert_eq!(curious.frame().await.2["id"], post.as_str(), "by its hashtag");
        let boost = bela_app.post(&format!("/api/v1/statuses/{post}/reblog"), json!({})).await.ok();
        for socket in [&mut home, &mut friends] {
            assert_eq!(socket.frame().await.2["id"], boost["id"], "as a boost");
        }
        dora_app.ask(Method::DELETE, &format!("/api/v1/statuses/{post}"), &[], None).await.ok();
        let (_, event, key) = curious.frame().await;
        assert_eq!((event.as_str(), key.to_string()), ("delete", post.clone()));
        let (_, event, key) = friends.frame().await;
        assert_eq!((event.as_str(), &json!(key.to_string())), ("delete", &boost["id"]));
        let mut gone = Vec::new();
        for _ in 0..2 {
            let (_, event, key) = home.frame().await;
            assert_eq!(event, "delete");
            gone.push(key.to_string());
        }
        assert!(gone.contains(&boost["id"].as_str().unwrap().to_owned()), "{gone:?}");
    })
    .await;
}
