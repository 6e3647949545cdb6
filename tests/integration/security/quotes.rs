//! Consents to quotes that are stolen, forged or over (security item 48).

use plenum::domain::relation::FollowState;
use plenum::federation::resolve;
use plenum::services::publish::activity_uri;
use plenum::store::relations;
use serde_json::{Value, json};

use super::{ParseUri, Scene};
use crate::harness::client::Client;
use crate::harness::peer::Actor;

impl Scene {
    /// A member of T follows both, so that T hears what they say.
    async fn heard(&self) -> Client {
        let reader = self.t().person("rita", &[]).await;
        for actor in [&self.vic, &self.mal] {
            let far = resolve::account(&self.t().data(), &actor.id).await.unwrap();
            let db = self.t().app().db;
            let follow = db.write(|tx| {
                let uri = activity_uri(tx)?;
                relations::insert(tx, reader.id, far.id, &uri, FollowState::Accepted)
            });
            follow.await.unwrap();
        }
        self.t().client("rita", "read").await
    }

    /// `author` quotes `quoted` in a post; what the reader is shown of that.
    async fn quotes(&self, reader: &Client, author: &Actor, post: &Value) -> Value {
        assert_eq!(author.sends(self.t(), &author.does("Create", post.clone())), 202);
        self.world.settle().await;
        self.shown(reader, post).await
    }

    async fn shown(&self, reader: &Client, post: &Value) -> Value {
        let head = self.t().sees(&post["id"].as_str().unwrap().parse_uri()).await.expect("it is here").head;
        reader.get(&format!("/api/v1/statuses/{}", head.id)).await.ok()["quote"].clone()
    }
}

fn quoting(author: &Actor, path: &str, quoted: &Value, stamp: Option<&str>) -> Value {
    let mut post = author.note(path, "<p>Look</p>");
    post["quote"] = quoted["id"].clone();
    if let Some(stamp) = stamp {
        post["quoteAuthorization"] = json!(stamp);
    }
    post
}

/// A consent at this address, by its owner, to being quoted in `quoting`.
fn stamp(address: &str, owner: &Actor, quoting: &str, quoted: &Value) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": address,
        "type": "QuoteAuthorization",
        "attributedTo": owner.id,
        "interactingObject": quoting,
        "interactionTarget": quoted["id"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn item_48_a_consent_counts_only_for_what_it_names_and_by_whom_it_is() {
    let scene = Scene::acquainted().await;
    let reader = scene.heard().await;
    let (vic, mal) = (&scene.vic, &scene.mal);
    let neighbour = scene.peers.person("v", "vera");
    let (said, other) = (vic.note("said", "<p>Bees</p>"), vic.note("other", "<p>Wasps</p>"));
    for note in [&said, &other] {
        scene.peers.publish(note);
        assert_eq!(vic.sends(scene.t(), &vic.does("Create", note.clone())), 202);
    }
    scene.world.settle().await;
    let at = |server: &str, name: &str| scene.peers.url(server, &format!("/stamps/{name}"));
    let id = |name: &str| format!("{}/notes/{name}", mal.id);
    let hidden = |word: &str| json!({ "state": word, "quoted_status": null });

    let without = quoting(mal, "without", &said, None);
    assert_eq!(scene.quotes(&reader, mal, &without).await, hidden("pending"));
    let mut wrong_kind = stamp(&at("v", "kind"), vic, &id("kind"), &said);
    wrong_kind["type"] = json!("LikeAuthorization");
    let mut elsewhere = stamp(&at("v", "moved"), vic, &id("moved"), &said);
    elsewhere["id"] = json!(at("v", "else"));
    for (name, forged) in [
        ("target", stamp(&at("v", "target"), vic, &id("target"), &other)),
        ("host", stamp(&at("a", "host"), vic, &id("host"), &said)),
        ("own", stamp(&at("a", "own"), mal, &id("own"), &said)),
        ("post", stamp(&at("v", "post"), vic, &id("without"), &said)),
        ("author", stamp(&at("v", "author"), &neighbour, &id("author"), &said)),
        ("kind", wrong_kind),
    ] {
        scene.peers.publish(&forged);
        let post = quoting(mal, name, &said, forged["id"].as_str());
        assert_eq!(scene.quotes(&reader, mal, &post).await, hidden("rejected"), "{name}");
    }
    scene.peers.serve(&at("v", "moved"), &elsewhere);
    let post = quoting(mal, "moved", &said, Some(&at("v", "moved")));
    assert_eq!(scene.quotes(&reader, mal, &post).await, hidden("rejected"), "it calls itself otherwise");
    let post = quoting(mal, "missing", &said, Some(&at("v", "missing")));
    assert_eq!(scene.quotes(&reader, mal, &post).await, hidden("rejected"));

    let valid = stamp(&at("v", "valid"), vic, &id("valid"), &said);
    scene.peers.publish(&valid);
    let post = quoting(mal, "valid", &said, valid["id"].as_str());
    let shown = scene.quotes(&reader, mal, &post).await;
    assert_eq!((&shown["state"], &shown["quoted_status"]["uri"]), (&json!("accepted"), &said["id"]));
    // Only who gave it takes it back.
    for (thief, object) in [(mal, valid["id"].clone()), (&neighbour, valid.clone())] {
        assert_eq!(thief.sends(scene.t(), &thief.does("Delete", object)), 202);
        scene.world.settle().await;
        assert_eq!(scene.shown(&reader, &post).await["state"], "accepted");
    }
    assert_eq!(vic.sends(scene.t(), &vic.does("Delete", valid.clone())), 202);
    scene.world.settle().await;
    assert_eq!(scene.shown(&reader, &post).await, hidden("revoked"));
    let mut again = post.clone();
    again["updated"] = json!("2026-11-24T12:30:00Z");
    scene.world.advance_seconds(3600);
    assert_eq!(mal.sends(scene.t(), &mal.does("Update", again)), 202);
    scene.world.settle().await;
    assert_eq!(scene.shown(&reader, &post).await, hidden("revoked"), "the same paper is no new consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_or_answers_for_somebody_else() {
    let scene = Scene::acquainted().await;
    let asks = |quoting: &str| {
        let mut request = scene.mal.does("QuoteRequest", scene.statement.as_str());
        request["instrument"] = json!(quoting);
        request
    };
    let of_vic = quoting(&scene.vic, "1", &json!({ "id": scene.statement.as_str() }), None);
    scene.peers.publish(&of_vic);
    let before = scene.before().await;
    let mut embedded = asks("");
    embedded["instrument"] = of_vic.clone();
    let mut taken = of_vic.clone();
    taken["id"] = json!(format!("{}/notes/taken", scene.mal.id));
    let mut forged = asks("");
    forged["instrument"] = taken;
    for request in [asks(of_vic["id"].as_str().unwrap()), embedded, forged] {
        assert_eq!(scene.mal.sends(scene.t(), &request), 202);
    }
    // A consent of ours is ours alone to give, and to take.
    let own = format!("{}/stamps/mine", scene.t().origin());
    let mut accept = scene.mal.does("Accept", scene.statement.as_str());
    accept["result"] = json!(own);
    assert_eq!(scene.mal.sends(scene.t(), &accept), 202);
    assert_eq!(scene.mal.sends(scene.t(), &scene.mal.does("Delete", own)), 202);
    scene.unchanged(&before, 0).await;
}
