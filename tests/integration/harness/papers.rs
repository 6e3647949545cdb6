//! What organizations on foreign servers publish in a debate, as documents that a story may alter.

use plenum::clock::Timestamp;
use plenum::domain::question::{Core, Qid};
use plenum::domain::uri::Uri;
use plenum::store;
use plenum::vocab::proof;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::peer::{Actor, PUBLIC, Peers};
use super::world::{Instance, World};
use crate::security::elsewhere::response;

/// When everything of foreign servers was published, an hour before a story begins.
pub(crate) const THEN: &str = "2026-11-24T11:00:00Z";

/// The context of our kinds.
pub(crate) fn context() -> Value {
    json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/data-integrity/v2",
        { "plenum": "urn:plenum:v1#" },
    ])
}

/// The parts that every document of a peer has.
pub(crate) fn note(author: &Actor, id: &str, updated: &str) -> Value {
    json!({
        "@context": context(),
        "id": id,
        "type": "Note",
        "attributedTo": author.id,
        "content": "<p>We say so.</p>",
        "published": THEN,
        "updated": updated,
        "to": [PUBLIC],
        "cc": [],
    })
}

/// A peer's copy of a question of its own, with a core that its qid is made of.
pub(crate) fn question(peers: &Peers, server: &str, author: &Actor, text: &str) -> (Value, Qid) {
    let asked = Timestamp::parse(THEN).unwrap();
    let core = Core::new(text, "en", &author.uri(), asked).unwrap();
    let qid = core.qid().unwrap();
    (copy(peers, server, author, (&core.to_json(), &qid)), qid)
}

/// A peer's copy of a question that somebody asked.
pub(crate) fn copy(peers: &Peers, server: &str, author: &Actor, (core, qid): (&Value, &Qid)) -> Value {
    let mut document = note(author, &peers.url(server, &format!("/q/{qid}")), THEN);
    document["plenum:kind"] = json!("Question");
    document["plenum:qid"] = json!(qid.as_str());
    document["plenum:core"] = core.clone();
    document["name"] = core["text"].clone();
    document["plenum:rev"] = json!(1);
    document
}

/// A peer's position, revision `rev`.
pub(crate) fn position(
    id: &str,
    author: &Actor,
    qid: &Qid,
    (rev, said): (i32, &str),
    updated: &str,
) -> Value {
    let mut document = note(author, id, updated);
    document["plenum:kind"] = json!("Position");
    document["plenum:qid"] = json!(qid.as_str());
    document["plenum:certainty"] = json!("decided");
    document["plenum:answer"] = json!({ "en": said });
    document["plenum:rev"] = json!(rev);
    document
}

/// So many signed versions of a position, each of which names the one before it; they say what `word` makes
/// of their numbers.
pub(crate) fn chain(
    (id, author, qid): (&str, &Actor, &Qid),
    length: i32,
    now: Timestamp,
    word: impl Fn(i32) -> String,
) -> Vec<Value> {
    let mut versions: Vec<Value> = Vec::new();
    for number in 1..=length {
        let updated = format!("2026-11-24T{:02}:{:02}:00Z", 6 + number / 60, number % 60);
        let mut document = position(id, author, qid, (number, &word(number)), &updated);
        if let Some(before) = versions.last() {
            document["plenum:prev"] = json!(proof::digest(before).unwrap());
        }
        versions.push(author.prove(&document, now));
    }
    versions
}

/// Sends a document in a Create or Update, and lets it be applied.
pub(crate) async fn tells(world: &World, author: &Actor, to: &Instance, verb: &str, document: &Value) {
    assert_eq!(author.sends(to, &author.does(verb, document.clone())), 202);
    world.settle().await;
}

/// The address of a document.
pub(crate) fn uri(document: &Value) -> Uri {
    Uri::parse(document["id"].as_str().unwrap()).unwrap()
}

/// The core of a question that this organization carries.
pub(crate) async fn core_of(instance: &Instance, qid: &Qid) -> Value {
    let app = instance.app();
    let found = app.db.read(|conn| Ok(store::questions::of_account(conn, qid, app.site.organization)?));
    let (_, question) = found.await.unwrap().expect("it is carried here");
    serde_json::from_str(&question.core).unwrap()
}

/// From now on this foreign server hands out one version of something.
pub(crate) fn hands_out(peers: &Peers, server: &str, number: i32, version: &Value) {
    let id: String = form_urlencoded::byte_serialize(version["id"].as_str().unwrap().as_bytes()).collect();
    hands(peers, server, &format!("copy?rev={number}&id={id}"), version);
}

/// From now on this foreign server hands out a copy of something, or what else it is asked about it.
pub(crate) fn hands(peers: &Peers, server: &str, what: &str, document: &Value) {
    let url = peers.url(server, &format!("/.well-known/plenum/{what}"));
    let headers = "Content-Type: application/vnd.plenum.copy+json\r\n";
    peers.answer(&url, Some(response("200 OK", headers, &document.to_string())));
}
