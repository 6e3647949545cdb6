//! Words put into somebody's mouth: by collections of others, by cores, by keys of groups.

use plenum::domain::job::Job;
use plenum::domain::question::{Core, Qid};
use plenum::domain::uri::Uri;
use plenum::store::{self, jobs};
use serde_json::{Value, json};

use crate::harness::debate::qid_of;
use crate::harness::papers;
use crate::harness::peer::{Actor, PUBLIC, Peers};
use crate::harness::world::{Instance, World};

const ASKED: &str = "Did the deployment stabilise the situation?";
const TIME: &str = "2026-11-24T11:00:00Z";

/// Sends a document in a Create, and lets it be applied.
async fn tells(world: &World, author: &Actor, to: &Instance, document: &Value) {
    assert_eq!(author.sends(to, &author.does("Create", document.clone())), 202);
    world.settle().await;
}

fn uri(document: &Value) -> Uri {
    Uri::parse(document["id"].as_str().unwrap()).unwrap()
}

/// Whoever can name a collection on their own server cannot have others speak in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_context_says_nothing_in_the_name_of_another_server() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (honest, liar) = (peers.actor("a", "org", "Organization"), peers.person("b", "mal"));
    let root = north.asks(ASKED, &[]).await;
    // The honest one answers in a thread whose context the liar serves.
    let context = peers.url("b", "/contexts/1");
    let mut answer = honest.reply("1", &root.head.uri, "<p>We have counted.</p>");
    answer["context"] = json!(context);
    peers.publish(&answer);
    tells(&world, &honest, north, &answer).await;
    let kept = north.sees(&uri(&answer)).await.expect("the answer is here");

    let mut forged = honest.reply("2", &uri(&answer), "<p>We take it all back.</p>");
    forged["context"] = json!(context);
    let real = liar.reply("3", &uri(&answer), "<p>Is that so?</p>");
    peers.publish(&json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": context, "type": "OrderedCollection", "totalItems": 2, "orderedItems": [forged, real],
    }));
    let db = north.app().db;
    let job = Job::FetchReplies { contribution: kept.head.id.get() };
    db.write(|tx| {
        let now = tx.now;
        jobs::enqueue(tx, &job, now)
    })
    .await
    .unwrap();
    world.settle().await;
    assert!(north.sees(&uri(&real)).await.is_some(), "the server of the collection speaks for itself");
    assert!(north.sees(&uri(&forged)).await.is_none(), "and for nobody else");
}

/// A copy of a question whose core says who asked.
fn copy(peers: &Peers, carrier: &Actor, asker: &str, text: &str) -> (Value, Qid) {
    let core = json!({ "asked": TIME, "askedBy": asker, "lang": "en", "text": text, "v": 1 });
    let qid = Core::read(&core).and_then(|core| core.qid()).unwrap();
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", { "plenum": "urn:plenum:v1#" }],
        "id": peers.url("b", &format!("/q/{qid}")),
        "type": "Note",
        "attributedTo": carrier.id,
        "content": format!("<p>{text}</p>"),
        "name": text,
        "published": TIME,
        "to": [PUBLIC],
        "cc": [],
        "plenum:kind": "Question",
        "plenum:qid": qid.as_str(),
        "plenum:core": core,
        "plenum:rev": 1,
    });
    (document, qid)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_in_our_name() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    let us = north.organization().await;
    let (forged, _) = copy(&peers, &liar, us.uri.as_str(), "Why are we wrong?");
    tells(&world, &liar, north, &forged).await;
    assert!(north.sees(&uri(&forged)).await.is_none());
    assert!(!north.browser().open("/questions").await.says("Why are we wrong?"));

    // What others are said to have asked is shown as what it is: the word of whoever carries it.
    let (hearsay, _) = copy(&peers, &liar, &peers.url("a", "/actors/org"), "Who said so?");
    tells(&world, &liar, north, &hearsay).await;
    let page = north.sees(&uri(&hearsay)).await.expect("it is a question like any other");
    let page = north.browser().open(&format!("/questions/{}", page.head.id)).await;
    assert!(page.says("So this copy says"));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_decide_in_which_group_an_answer_stands() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let liar = peers.actor("b", "mal", "Organization");
    let asked = north.asks(ASKED, &["Yes", "No"]).await;
    let qid = qid_of(&asked);
    let position = |language: &str, said: &str, key: &str| {
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", { "plenum": "urn:plenum:v1#" }],
            "id": peers.url("b", "/p/1"),
            "type": "Note",
            "attributedTo": liar.id,
            "content": "<p>We say so.</p>",
            "contentMap": { language: "<p>We say so.</p>" },
            "published": TIME,
            "to": [PUBLIC],
            "plenum:kind": "Position",
            "plenum:qid": qid.as_str(),
            "plenum:certainty": "decided",
            "plenum:answer": { language: said },
            "plenum:answerKey": key,
            "plenum:rev": 1,
        })
    };
    let key = |text: &str| plenum::domain::question::AnswerKey::of(text).as_str().to_owned();
    tells(&world, &liar, north, &position("en", "No", &key("Yes"))).await;
    let db = north.app().db;
    let rows = db.read(|conn| Ok(store::positions::on(conn, store::contributions::Viewer::Anyone, &qid)?));
    let rows = rows.await.unwrap();
    assert_eq!(rows[0].1.answer_key.as_ref().map(|key| key.as_str()), Some(key("No").as_str()));

    // A translation is taken at its author's word.
    let other = peers.actor("c", "org", "Organization");
    let mut translated = position("ru", "Да", &key("Yes"));
    translated["id"] = json!(peers.url("c", "/p/1"));
    translated["attributedTo"] = json!(other.id);
    tells(&world, &other, north, &translated).await;
    let rows = db.read(|conn| Ok(store::positions::on(conn, store::contributions::Viewer::Anyone, &qid)?));
    let rows = rows.await.unwrap();
    assert_eq!(rows[1].1.answer_key.as_ref().map(|key| key.as_str()), Some(key("Yes").as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_that_nobody_follows_is_heard_only_so_much_in_a_day() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let flood = peers.actor("b", "mal", "Organization");
    for number in 0..105 {
        let (question, _) = copy(&peers, &flood, &flood.id, &format!("Question number {number}?"));
        assert_eq!(flood.sends(north, &flood.does("Create", question)), 202);
    }
    world.settle().await;
    let db = north.app().db;
    let here = async || {
        let viewer = store::contributions::Viewer::Anyone;
        db.read(|conn| Ok(store::questions::newest(conn, viewer, 1000)?.len())).await.unwrap()
    };
    assert_eq!(here().await, 100);
    let (old, _) = copy(&peers, &flood, &flood.id, "And what is dated back?");
    let dated = |question: &Value, time: &str| {
        let mut question = question.clone();
        question["published"] = json!(time);
        question
    };
    tells(&world, &flood, north, &dated(&old, "2026-01-01T12:00:00Z")).await;
    assert_eq!(here().await, 100, "an older date opens no door");
    world.advance_hours(25);
    let (question, _) = copy(&peers, &flood, &flood.id, "And on the next day?");
    tells(&world, &flood, north, &question).await;
    assert_eq!(here().await, 101);
}

/// Something that stood in a thread of ours is gone, and whoever says so first puts words into its author's mouth.
#[tokio::test(flavor = "multi_thread")]
async fn what_leads_us_to_find_something_gone_is_nobodys_word() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let asked = north.asks(ASKED, &[]).await;
    let qid = qid_of(&asked);
    let (author, liar) = (peers.actor("a", "org", "Organization"), peers.person("b", "mal"));
    let fan = peers.person("c", "fan");
    let forum = north.organization().await.forum.expect("the organization has a Forum");
    assert_eq!(fan.sends(north, &fan.does("Follow", forum.as_str())), 202);
    world.settle().await;
    let mut stand = papers::position(&peers.url("a", "/p/1"), &author, &qid, (1, "Yes"), TIME);
    stand["inReplyTo"] = json!(asked.head.uri);
    tells(&world, &author, north, &stand).await;
    assert!(north.sees(&uri(&stand)).await.is_some());
    assert!(north.state().await.contains("Announce"), "the Forum hands on what is said in its threads");

    peers.status(stand["id"].as_str().unwrap(), "410 Gone");
    let words = "We never believed a word of it.";
    let mut forged = stand.clone();
    forged["content"] = json!(format!("<p>{words}</p>"));
    let mut update = author.does("Update", forged);
    update["proof"] = json!({ "type": "DataIntegrityProof", "verificationMethod": "mine" });
    assert_eq!(liar.sends(north, &update), 202);
    world.settle().await;
    assert!(north.sees(&uri(&stand)).await.is_none(), "its origin says that it is gone");
    assert!(!north.state().await.contains(words), "and nobody said this");
    let list = async || north.document(&format!("/q/{qid}/deletions")).await["orderedItems"].clone();
    assert_eq!(list().await, json!([]));

    let object = json!({ "id": stand["id"], "type": "Tombstone" });
    let delete = author.prove(&author.does("Delete", object), north.app().clock().now());
    assert_eq!(author.sends(north, &delete), 202);
    world.settle().await;
    assert_eq!(list().await, json!([delete]), "the author's own word is kept once it comes");
}

/// Whoever hands on an earlier version says when it was made and where it belongs.
#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_version_stands_at_a_true_day_and_in_the_group_of_its_words() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
    let now = north.app().clock().now();
    let key = |text: &str| plenum::domain::question::AnswerKey::of(text);
    let mut kept = Vec::new();
    for (server, made) in [("b", "2999-01-01T00:00:00Z"), ("c", "2026-11-22T11:00:00Z")] {
        let author = peers.actor(server, "mal", "Organization");
        let id = peers.url(server, "/p/1");
        let mut first = papers::position(&id, &author, &qid, (1, "No"), made);
        first["published"] = json!("2026-11-22T11:00:00Z");
        first["contentMap"] = json!({ "en": first["content"] });
        first["plenum:answerKey"] = json!(key("Yes").as_str());
        let first = author.prove(&first, now);
        let mut second = papers::position(&id, &author, &qid, (2, "Yes"), "2026-11-24T11:10:00Z");
        second["published"] = first["published"].clone();
        second["plenum:prev"] = json!(plenum::vocab::proof::digest(&first).unwrap());
        papers::hands_out(&peers, server, 1, &first);
        tells(&world, &author, north, &author.prove(&second, now)).await;
        let id = north.sees(&uri(&second)).await.expect("the later one is here").head.id;
        let db = north.app().db;
        let earlier = db.read(|conn| Ok(store::revisions::by_number(conn, id, 1)?)).await.unwrap();
        kept.push(earlier.expect("and the earlier one was found"));
    }
    assert!(kept.iter().all(|version| version.created_at <= north.app().clock().now()), "{kept:?}");
    let on = async |day: &str| {
        let day = plenum::domain::date::Day::parse(day);
        let viewer = store::contributions::Viewer::Anyone;
        let db = north.app().db;
        let map = db.read(|conn| plenum::services::maps::of(conn, viewer, &qid, &[], day)).await.unwrap();
        map.rows.iter().map(|row| (row.held.revision, row.held.key.clone())).collect::<Vec<_>>()
    };
    assert_eq!(on("2026-11-23").await, [(1, Some(key("No")))], "in the group of its words");
    assert_eq!(on("2026-11-24").await, [(2, Some(key("Yes"))), (2, Some(key("Yes")))]);
}
