//! Quotes between servers: asking, agreeing, seeing it from a third place, and thinking better of it.

use axum::http::Method;
use plenum::domain::account::Account;
use plenum::domain::job::Job;
use plenum::domain::relation::FollowState;
use plenum::domain::uri::Uri;
use plenum::federation::resolve;
use plenum::services::publish::activity_uri;
use plenum::services::relations;
use plenum::store::{self, jobs};
use plenum::vocab::incoming;
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::peer::{Actor, Peers};
use crate::harness::world::{Instance, World};

fn uri(document: &Value) -> Uri {
    Uri::parse(document["uri"].as_str().or(document["id"].as_str()).unwrap()).unwrap()
}

async fn member(at: &Instance, name: &str) -> (Account, Client) {
    (at.person(name, &[]).await, at.client(name, "read write").await)
}

/// A member of one server follows somebody on another.
async fn follows(world: &World, at: &Instance, follower: &Account, followee: &str) {
    let followee = resolve::account(&at.data(), followee).await.unwrap();
    at.app().db.write(|tx| relations::follow(tx, follower, &followee)).await.unwrap();
    world.settle().await;
}

async fn key(at: &Instance, uri: &Uri) -> String {
    resolve::contribution(&at.data(), uri.as_str()).await.unwrap().id.to_string()
}

async fn quotes(client: &Client, key: &str, text: &str) -> Value {
    let body = json!({ "status": text, "quoted_status_id": key });
    client.post("/api/v1/statuses", body).await.ok()
}

/// What a reader at this server sees of the quote in a post.
async fn quote(at: &Instance, client: &Client, post: &Uri) -> Value {
    let head = at.sees(post).await.expect("the post is here").head;
    client.get(&format!("/api/v1/statuses/{}", head.id)).await.ok()["quote"].clone()
}

/// The consent at this path, if it stands.
async fn paper(at: &Instance, path: &str) -> Option<Value> {
    let reply = at.stranger().get(path).await;
    reply.status.is_success().then_some(reply.json)
}

fn activities(state: &str) -> Vec<Value> {
    let lines = state.split("activities:\n").nth(1).unwrap().split("deliveries:").next().unwrap();
    let body = |line: &str| {
        let (start, end) = (line.find('{')?, line.rfind('}')?);
        serde_json::from_str(&line[start..=end].replace("''", "'")).ok()
    };
    lines.lines().filter_map(body).collect()
}

async fn sent(at: &Instance, kind: &str) -> Vec<Value> {
    activities(&at.state().await).into_iter().filter(|activity| activity["type"] == kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_of_another_server_is_asked_for_seen_by_a_third_and_taken_back() {
    let world = World::of(["north", "south", "east"]).await;
    let (north, south, east) = (world.at("north"), world.at("south"), world.at("east"));
    let (_, sonja) = member(south, "sonja").await;
    let (ada_account, ada) = member(north, "ada").await;
    let (emil_account, emil) = member(east, "emil").await;
    follows(&world, east, &emil_account, &ada_account.uri.to_string()).await;
    let bees = sonja.post("/api/v1/statuses", json!({ "status": "Bees" })).await.ok();
    let there = key(north, &uri(&bees)).await;
    let approval = ada.get(&format!("/api/v1/statuses/{there}")).await.ok()["quote_approval"].clone();
    assert_eq!(approval, json!({ "automatic": ["public"], "manual": [], "current_user": "automatic" }));

    let post = quotes(&ada, &there, "Look").await;
    assert_eq!(post["quote"], json!({ "state": "pending", "quoted_status": null }));
    let post = uri(&post);
    world.settle().await;
    for (at, client) in [(north, &ada), (south, &sonja), (east, &emil)] {
        let seen = quote(at, client, &post).await;
        assert_eq!(seen["state"], "accepted", "{}", at.name);
        assert_eq!(seen["quoted_status"]["uri"], bees["uri"], "{}", at.name);
    }
    let list = sonja.get(&format!("/api/v1/statuses/{}/quotes", bees["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        (list[0]["uri"].as_str(), list[0]["account"]["username"].as_str()),
        (Some(post.as_str()), Some("ada"))
    );
    let told = sonja.get("/api/v1/notifications").await.ok();
    assert_eq!((&told[0]["type"], &told[0]["status"]["uri"]), (&json!("quote"), &json!(post.as_str())));

    let document = sent(north, "Update").await.pop().unwrap()["object"].clone();
    let stamp = document["quoteAuthorization"].as_str().unwrap().to_owned();
    for name in ["quote", "quoteUri", "_misskey_quote"] {
        assert_eq!(document[name], bees["uri"]);
    }
    assert!(
        document["content"].as_str().unwrap().starts_with("<p class=\"quote-inline\">RE: "),
        "{document}"
    );
    let path = stamp.strip_prefix(&south.origin()).expect("it stands where sonja lives");
    let stands = paper(south, path).await.expect("everybody can read it");
    let read = incoming::stamp(&stands).unwrap();
    assert_eq!((read.id.as_str(), &read.quoting, &read.quoted), (&*stamp, &post, &uri(&bees)));
    assert!(stands["proof"].is_object() && stands["attributedTo"] == bees["account"]["uri"]);

    let quoting = list[0]["id"].as_str().unwrap();
    let revoke = format!("/api/v1/statuses/{}/quotes/{quoting}/revoke", bees["id"].as_str().unwrap());
    assert_eq!(sonja.post(&revoke, json!({})).await.ok()["quote"]["state"], "revoked");
    world.settle().await;
    for (at, client) in [(north, &ada), (south, &sonja), (east, &emil)] {
        let hidden = json!({ "state": "revoked", "quoted_status": null });
        assert_eq!(quote(at, client, &post).await, hidden, "{}", at.name);
    }
    assert!(paper(south, path).await.is_none(), "the paper is gone");
    let last = sent(north, "Update").await.pop().unwrap();
    assert!(last["object"].get("quoteAuthorization").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_be_quoted_says_no() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let (_, sonja) = member(south, "sonja").await;
    let (_, ada) = member(north, "ada").await;
    let bees = sonja.post("/api/v1/statuses", json!({ "status": "Bees" })).await.ok();
    let there = key(north, &uri(&bees)).await;
    // The change has not arrived when Ada quotes.
    let path = format!("/api/v1/statuses/{}/interaction_policy", bees["id"].as_str().unwrap());
    let nobody = Some(json!({ "quote_approval_policy": "nobody" }));
    sonja.ask(Method::PUT, &path, &[], nobody).await.ok();
    let post = uri(&quotes(&ada, &there, "Look").await);
    world.settle().await;
    let refused = json!({ "state": "rejected", "quoted_status": null });
    assert_eq!(quote(north, &ada, &post).await, refused);
    assert_eq!(sent(south, "Reject").await.len(), 1);
    assert!(sent(south, "Accept").await.is_empty());
    assert_eq!(sonja.get("/api/v1/notifications").await.ok(), json!([]));
}

/// A post that quotes, in the words of different servers.
fn quoting(author: &Actor, path: &str, quoted: &str) -> Value {
    let mut post = author
        .note(path, "<p class=\"quote-inline\">RE: <a href=\"https://v.example/1\">1</a></p><p>Look</p>");
    post["quote"] = json!(quoted);
    post
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_of_another_kind_ask_and_are_answered() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (_, ada) = member(north, "ada").await;
    let vic = peers.person("v", "vic");
    let bees = ada.post("/api/v1/statuses", json!({ "status": "Bees" })).await.ok();
    let target = bees["uri"].as_str().unwrap();
    // As Mastodon asks: the post is in the request, and is for followers only.
    let mut post = quoting(&vic, "1", target);
    post["to"] = json!([format!("{}/followers", vic.id)]);
    post["cc"] = json!([]);
    let mut request = vic.does("QuoteRequest", target);
    request["instrument"] = post.clone();
    assert_eq!(vic.sends(north, &request), 202);
    world.settle().await;
    let accept = sent(north, "Accept").await.pop().expect("ada agrees");
    assert_eq!(
        (&accept["object"]["id"], &accept["object"]["type"]),
        (&request["id"], &json!("QuoteRequest"))
    );
    assert_eq!((&accept["object"]["instrument"], &accept["actor"]), (&post["id"], &bees["account"]["uri"]));
    let stamp = accept["result"].as_str().unwrap();
    let path = stamp.strip_prefix(&north.origin()).unwrap();
    assert!(paper(north, path).await.is_some());
    // Asking again gives the same paper; asking with an address has it fetched.
    let mut repeated = vic.does("QuoteRequest", target);
    repeated["instrument"] = post.clone();
    assert_eq!(vic.sends(north, &repeated), 202);
    let public = quoting(&vic, "2", target);
    peers.publish(&public);
    let mut second = vic.does("QuoteRequest", target);
    second["instrument"] = public["id"].clone();
    assert_eq!(vic.sends(north, &second), 202);
    world.settle().await;
    let papers: Vec<_> = sent(north, "Accept").await.iter().map(|accept| accept["result"].clone()).collect();
    assert_eq!(papers.iter().filter(|paper| **paper == stamp).count(), 2);
    assert_eq!(papers.len(), 3);
    assert_eq!(
        ada.get(&format!("/api/v1/statuses/{}", bees["id"].as_str().unwrap())).await.ok()["quotes_count"],
        1
    );
    // A post that quotes something else gets no paper for this.
    let other = quoting(&vic, "3", "https://elsewhere.example/1");
    let mut third = vic.does("QuoteRequest", target);
    third["instrument"] = other;
    assert_eq!(vic.sends(north, &third), 202);
    world.settle().await;
    assert_eq!(sent(north, "Reject").await.len(), 1);
    // Once the post is gone, so is the paper; and an older server's words do as well.
    assert_eq!(vic.sends(north, &vic.does("Delete", post["id"].clone())), 202);
    let mut misskey = vic.note("4", "<p>Look</p>");
    misskey["_misskey_quote"] = json!(target);
    misskey["quoteUrl"] = json!(target);
    assert_eq!(vic.sends(north, &vic.does("Create", misskey.clone())), 202);
    world.settle().await;
    assert!(paper(north, path).await.is_none());
    assert_eq!(quote(north, &ada, &uri(&misskey)).await["state"], "accepted");
    assert_eq!(vic.sends(north, &vic.does("Undo", second.clone())), 202);
    world.settle().await;
    assert_eq!(quote(north, &ada, &uri(&public)).await["state"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_of_ours_waits_for_the_answer_of_its_authors_server() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (_, ada) = member(north, "ada").await;
    let (vic, mal) = (peers.person("v", "vic"), peers.person("a", "mal"));
    resolve::account(&north.data(), &mal.id).await.unwrap();
    let mut said = vic.note("said", "<p>Bees</p>");
    said["interactionPolicy"] = json!({ "canQuote": { "manualApproval": "as:Public" } });
    peers.publish(&said);
    let there = key(north, &uri(&said)).await;
    let approval = ada.get(&format!("/api/v1/statuses/{there}")).await.ok()["quote_approval"].clone();
    assert_eq!(approval, json!({ "automatic": [], "manual": ["public"], "current_user": "manual" }));
    let post = uri(&quotes(&ada, &there, "Look").await);
    let request = sent(north, "QuoteRequest").await.pop().unwrap();
    assert_eq!((&request["object"], &request["instrument"]["id"]), (&said["id"], &json!(post.as_str())));
    let state = async || quote(north, &ada, &post).await["state"].clone();
    let answers = async |actor: &Actor, verb: &str, result: Option<String>| {
        let mut answer = actor.does(verb, request["id"].clone());
        if let Some(result) = result {
            answer["result"] = json!(result);
        }
        assert_eq!(actor.sends(north, &answer), 202);
        world.settle().await;
    };
    answers(&mal, "Accept", Some(format!("{}/stamps/1", mal.id))).await;
    answers(&vic, "Accept", Some(format!("{}/stamps/1", mal.id))).await;
    assert_ne!(state().await, "accepted", "a consent stands where its author lives");
    answers(&vic, "Reject", None).await;
    assert_eq!(state().await, "rejected");
    let stamp = format!("{}/stamps/1", vic.id);
    answers(&vic, "Accept", Some(stamp.clone())).await;
    assert_eq!(state().await, "accepted");
    assert_eq!(sent(north, "Update").await.pop().unwrap()["object"]["quoteAuthorization"], stamp);
    assert_eq!(vic.sends(north, &vic.does("Delete", stamp)), 202);
    world.settle().await;
    assert_eq!(state().await, "revoked");
    assert!(sent(north, "Update").await.pop().unwrap()["object"].get("quoteAuthorization").is_none());
    let gone = vic.does("Delete", said["id"].clone());
    assert_eq!(vic.sends(north, &gone), 202);
    world.settle().await;
    assert_eq!(state().await, "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_was_taken_back_while_we_were_away_is_missed_later() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (_, ada) = member(north, "ada").await;
    let vic = peers.person("v", "vic");
    let mut said = vic.note("said", "<p>Bees</p>");
    said["interactionPolicy"] = json!({ "canQuote": { "automaticApproval": "as:Public" } });
    peers.publish(&said);
    let there = key(north, &uri(&said)).await;
    let post = uri(&quotes(&ada, &there, "Look").await);
    let request = sent(north, "QuoteRequest").await.pop().unwrap();
    let stamp = format!("{}/stamps/1", vic.id);
    peers.publish(&json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": stamp, "type": "QuoteAuthorization",
        "attributedTo": vic.id, "interactingObject": post.as_str(), "interactionTarget": said["id"],
    }));
    let mut yes = vic.does("Accept", request["id"].clone());
    yes["result"] = json!(stamp);
    assert_eq!(vic.sends(north, &yes), 202);
    world.settle().await;
    let path = format!("/{}", stamp.splitn(4, '/').nth(3).unwrap());
    let asked = || peers.requests_for("v", &path);
    let state = async || quote(north, &ada, &post).await["state"].clone();
    let passes = async |days: i64| {
        world.advance_hours(days * 24);
        north.app().db.write(|tx| jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
        world.settle().await;
        world.advance_hours(12);
        world.settle().await;
    };
    passes(1).await;
    assert_eq!((asked(), state().await), (0, json!("accepted")), "not every day");
    passes(5).await;
    assert_eq!((asked(), state().await), (1, json!("accepted")), "after a week, and it stands");
    peers.status(&stamp, "410 Gone");
    passes(23).await;
    assert_eq!((asked(), state().await), (2, json!("revoked")), "after a month, and it is gone");
    assert!(sent(north, "Update").await.pop().unwrap()["object"].get("quoteAuthorization").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_within_quotes_are_fetched_to_a_depth_and_shown_on_pages() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (reader, rita) = member(north, "rita").await;
    let vic = peers.person("v", "vic");
    let far = resolve::account(&north.data(), &vic.id).await.unwrap();
    let db = north.app().db;
    let follow = db.write(|tx| {
        let uri = activity_uri(tx)?;
        store::relations::insert(tx, reader.id, far.id, &uri, FollowState::Accepted)
    });
    follow.await.unwrap();
    // Each of vic's posts quotes the one before; oneself needs no consent.
    let mut chain = vec![vic.note("0", "<p>The beginning</p>")];
    for number in 1..=4 {
        let before = chain.last().unwrap()["id"].as_str().unwrap().to_owned();
        chain.push(quoting(&vic, &number.to_string(), &before));
    }
    chain.iter().for_each(|note| peers.publish(note));
    assert_eq!(vic.sends(north, &vic.does("Create", chain[4].clone())), 202);
    world.settle().await;
    let last = uri(&chain[4]);
    let seen = quote(north, &rita, &last).await;
    assert_eq!((&seen["state"], &seen["quoted_status"]["uri"]), (&json!("accepted"), &chain[3]["id"]));
    assert_eq!(seen["quoted_status"]["quote"]["state"], "accepted");
    assert!(north.sees(&uri(&chain[2])).await.is_some(), "two steps");
    assert!(north.sees(&uri(&chain[1])).await.is_none(), "and no more");
    let deepest = quote(north, &rita, &uri(&chain[2])).await;
    assert_eq!(deepest, json!({ "state": "pending", "quoted_status": null }));

    let path = format!("/c/{}", north.sees(&last).await.unwrap().head.id);
    let page = north.browser().open(&path).await;
    assert_eq!(page.texts(".post figure.quoted figcaption .author"), ["vic"]);
    assert!(page.attribute(".post .prose.quotes .quote-inline a", "href").is_some(), "hidden by style only");
    let path = format!("/c/{}", north.sees(&uri(&chain[2])).await.unwrap().head.id);
    let page = north.browser().open(&path).await;
    assert!(page.says("has not yet agreed") && page.texts("figure.quoted").is_empty());
    assert_eq!(vic.sends(north, &vic.does("Delete", chain[3]["id"].clone())), 202);
    world.settle().await;
    assert_eq!(quote(north, &rita, &last).await["state"], "deleted");
    let path = format!("/c/{}", north.sees(&last).await.unwrap().head.id);
    assert!(north.browser().open(&path).await.says("What is quoted here was deleted."));
}
