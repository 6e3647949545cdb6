//! How much an app may ask, how it is told, and tokens in unusual places.

use axum::http::{Method, StatusCode};
use chrono::DateTime;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::client::{Client, Reply};
use crate::harness::world::{Instance, World};
use plenum::services::users;

async fn token(north: &Instance, name: &str) -> String {
    north.app().db.write(|tx| users::token(tx, name, false, "read write")).await.unwrap()
}

fn remaining(reply: &Reply) -> u32 {
    reply.headers["x-ratelimit-remaining"].to_str().unwrap().parse().unwrap()
}

async fn home(app: &Client) -> Reply {
    app.get("/api/v1/timelines/home").await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_much_is_told_when_to_come_back() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    for name in ["ada", "bela"] {
        north.person(name, &[]).await;
    }
    let server = north.stranger_with(|config| config.limits.requests = 3).await;
    let (ada, bela) =
        (server.bearing(&token(north, "ada").await), server.bearing(&token(north, "bela").await));
    for left in [2, 1, 0] {
        let reply = home(&ada).await;
        assert_eq!((reply.status, remaining(&reply)), (StatusCode::OK, left));
        assert_eq!(reply.headers["x-ratelimit-limit"], "3");
    }
    let refused = home(&ada).await;
    assert_eq!((refused.status, remaining(&refused)), (StatusCode::TOO_MANY_REQUESTS, 0));
    assert_eq!(refused.json["error"], "Too many requests");
    let reset = DateTime::parse_from_rfc3339(refused.headers["x-ratelimit-reset"].to_str().unwrap()).unwrap();
    assert_eq!(reset.timestamp(), world.clock.now().seconds() + 300);
    assert_eq!(refused.headers["retry-after"], "300");
    assert_eq!(home(&bela).await.status, StatusCode::OK, "others are not to blame");
    world.advance_seconds(300);
    assert_eq!(home(&ada).await.status, StatusCode::OK);

    // Made-up tokens are counted where they come from.
    for invented in ["a", "b", "c"] {
        assert_eq!(home(&server.bearing(invented)).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(home(&server.bearing("d")).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_have_a_limit_of_their_own() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let server = north.stranger_with(|config| config.limits.deletions = 1).await;
    let ada = server.bearing(&token(north, "ada").await);
    let mut posts = Vec::new();
    for text in ["one", "two"] {
        let post = ada.post("/api/v1/statuses", json!({ "status": text })).await.ok();
        posts.push(format!("/api/v1/statuses/{}", post["id"].as_str().unwrap()));
    }
    let first = ada.ask(Method::DELETE, &posts[0], &[], None).await;
    assert_eq!((first.status, remaining(&first)), (StatusCode::OK, 0));
    let second = ada.ask(Method::DELETE, &posts[1], &[], None).await;
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ada.get(&posts[1]).await.status, StatusCode::OK, "reading goes on");

    let open = north.stranger_with(|config| config.limits.requests = 0).await;
    let reply = home(&open.bearing(&token(north, "ada").await)).await;
    assert!(!reply.headers.contains_key("x-ratelimit-limit"), "all three headers or none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_come_in_the_body() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.person("ada", &[]).await;
    let token = token(north, "ada").await;
    let form = format!("status=by+form&access_token={token}");
    let said = north.stranger().form("/api/v1/statuses", &form).await.ok();
    assert_eq!([&said["content"], &said["account"]["acct"]], ["<p>by form</p>", "ada"]);
    let body = json!({ "status": "by json", "bearer_token": token });
    let said = north.stranger().post("/api/v1/statuses", body).await.ok();
    assert_eq!(said["content"], "<p>by json</p>");
    let bad = north.stranger().form("/api/v1/statuses", "status=x&access_token=nonsense").await;
    assert_eq!(bad.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_arrives_although_nobody_wanted_the_body() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let port: u16 = north.host.rsplit(':').next().unwrap().parse().unwrap();
    for (path, status) in
        [("/api/v1/accounts", 403), ("/api/v1/statuses", 401), ("/api/v1/none", 404), ("/none", 404)]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let body = "x".repeat(300_000);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: multipart/form-data; boundary=edge\r\n\
             Content-Length: {}\r\n\r\n",
            north.host,
            body.len()
        );
        // The end of the body is not there yet when the answer is known.
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body.as_bytes()[..1000]).await.unwrap();
        stream.flush().await.unwrap();
        stream.write_all(&body.as_bytes()[1000..]).await.unwrap();
        let again = format!("GET /health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", north.host);
        stream.write_all(again.as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        assert!(answers.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answers}");
        assert!(answers.ends_with("OK"), "the connection is still good: {answers}");
    }
}
