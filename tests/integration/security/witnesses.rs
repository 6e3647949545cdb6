//! Keys of somebody who cannot be asked: retired ones, and those that only others say to have seen.

use plenum::domain::account::Account;
use plenum::domain::relation::FollowState;
use plenum::domain::trust::Trust;
use plenum::domain::uri::Uri;
use plenum::federation::fetch::Budget;
use plenum::federation::{copies, lookup, resolve};
use plenum::store::relations;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::harness::papers::{THEN, context, hands, note, uri};
use crate::harness::peer::{Actor, Peers};
use crate::harness::world::{Instance, World};

const LATER: &str = "2026-11-24T11:30:00Z";

/// Something that an organization put into its chronology.
fn fact(peers: &Peers, author: &Actor, said: &str, updated: &str) -> Value {
    let mut document = note(author, &peers.url("a", "/events/1"), updated);
    document["plenum:kind"] = json!("Event");
    document["name"] = json!(said);
    document["plenum:date"] = json!("2022-01-05");
    document["plenum:rev"] = json!(if updated == THEN { 1 } else { 2 });
    document
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// Our organization follows one of another server, which agreed.
async fn follows(at: &Instance, other: &Actor) -> Account {
    let account = resolve::account(&at.data(), &other.id).await.unwrap();
    let organization = at.organization().await.id;
    let activity = Uri::parse(&format!("{}/c/follow-{}", at.origin(), other.name)).unwrap();
    let db = at.app().db;
    db.write(|tx| relations::insert(tx, organization, account.id, &activity, FollowState::Accepted))
        .await
        .unwrap();
    account
}

/// From now on nobody is home at the author's server.
fn goes_dark(peers: &Peers, author: &Actor, of: &Value) {
    for address in [author.id.as_str(), of["id"].as_str().unwrap()] {
        peers.status(address, "503 Service Unavailable");
    }
}

/// From now on a witness says that the author signs with this key, and hands out the author's description and
/// a text.
fn vouches(at: &Instance, peers: &Peers, (server, witness): (&str, &Actor), author: &Actor, text: &Value) {
    let now = at.app().clock().now();
    let seen = json!({
        "@context": context(), "type": "plenum:KeyAttestation",
        "attributedTo": witness.id, "plenum:actor": author.id,
        "plenum:keys": [{ "plenum:key": author.ed25519.verifying_key().to_multibase() }],
    });
    hands(peers, server, &format!("keys?actor={}", encoded(&author.id)), &witness.prove(&seen, now));
    let description = author.prove(&author.document(), now);
    hands(peers, server, &format!("copy?id={}", encoded(&author.id)), &description);
    let copy = author.prove(text, now);
    hands(peers, server, &format!("copy?id={}", encoded(text["id"].as_str().unwrap())), &copy);
}

async fn looks_for(world: &World, at: &Instance, text: &Value) -> Option<(String, Option<Trust>)> {
    // What failed a moment ago is not asked for again at once.
    world.advance_seconds(700);
    let _ = lookup::anywhere(&at.data(), text["id"].as_str().unwrap()).await;
    let view = at.sees(&uri(text)).await?;
    Some((view.head.title.unwrap_or_default(), view.head.trust))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_nobody_here_saw_takes_two_witnesses_that_agree() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("a", "vic", "Organization");
    let real = fact(&peers, &author, "It rained.", THEN);
    // Somebody would like to speak for it.
    let forger = Actor {
        ed25519: peers.actor("x", "max", "Organization").ed25519,
        ..peers.actor("a", "vic", "Organization")
    };
    let forged = fact(&peers, &forger, "It never rained.", THEN);
    goes_dark(&peers, &author, &real);
    let witnesses = ["c", "d", "e"].map(|server| (server, peers.actor(server, "moe", "Organization")));
    let [(first, one), (second, two), (third, three)] = &witnesses;

    vouches(north, &peers, (first, one), &author, &real);
    assert_eq!(looks_for(&world, north, &real).await, None, "nobody whom we follow saw it");
    follows(north, one).await;
    assert_eq!(looks_for(&world, north, &real).await, None, "one witness is none");
    vouches(north, &peers, (second, two), &forger, &forged);
    follows(north, two).await;
    assert_eq!(looks_for(&world, north, &real).await, None, "and two that contradict each other are none");
    vouches(north, &peers, (third, three), &author, &real);
    assert_eq!(looks_for(&world, north, &real).await, None, "nobody follows the third");
    follows(north, three).await;
    let found = looks_for(&world, north, &real).await;
    assert_eq!(found, Some(("It rained.".to_owned(), Some(Trust::Attested))), "the liar is outvoted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_key_proves_what_was_and_says_nothing_new() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let before = peers.actor("a", "vic", "Organization");
    let witness = peers.actor("c", "moe", "Organization");
    follows(north, &witness).await;
    resolve::account(&north.data(), &before.id).await.unwrap();
    // The author takes another key, and North hears of it.
    let after = peers.actor("a", "vic", "Organization");
    world.advance_seconds(60);
    resolve::refresh(&north.data(), &before.uri()).await.unwrap();
    let now = north.app().clock().now();
    let old = fact(&peers, &before, "It rained.", THEN);
    goes_dark(&peers, &after, &old);
    let copy = before.prove(&old, now);
    hands(&peers, "c", &format!("copy?id={}", encoded(old["id"].as_str().unwrap())), &copy);
    let found = looks_for(&world, north, &old).await;
    assert_eq!(found, Some(("It rained.".to_owned(), Some(Trust::Proven))), "an old copy is as good as ever");

    // Whoever found the old key speaks in nobody's name.
    let now = north.app().clock().now();
    let stolen = before.prove(&fact(&peers, &before, "It never rained.", LATER), now);
    let refused = copies::proven(&north.data(), &stolen, stolen.to_string(), &Budget::new(10)).await;
    assert!(refused.unwrap_err().to_string().contains("no longer uses the key"));
    let update = before.prove(&before.does("Update", stolen), now);
    assert_eq!(witness.sends(north, &update), 202);
    world.settle().await;
    assert_eq!(north.sees(&uri(&old)).await.unwrap().head.title.as_deref(), Some("It rained."));
    // The key in use does.
    let honest = after.prove(&after.does("Update", fact(&peers, &after, "It rained a little.", LATER)), now);
    assert_eq!(witness.sends(north, &honest), 202);
    world.settle().await;
    assert_eq!(north.sees(&uri(&old)).await.unwrap().head.title.as_deref(), Some("It rained a little."));
}
