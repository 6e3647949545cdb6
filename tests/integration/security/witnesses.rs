//! Keys of somebody who cannot be asked: retired ones, and those that only others say to have seen.

use plenum::clock::Timestamp;
use plenum::domain::account::Account;
use plenum::domain::question::Core;
use plenum::domain::relation::FollowState;
use plenum::domain::trust::Trust;
use plenum::domain::uri::Uri;
use plenum::federation::fetch::{self, Budget};
use plenum::federation::{copies, lookup, resolve};
use plenum::store::{accounts, host_health, hosts, relations};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::harness::debate::qid_of;
use crate::harness::papers::{THEN, context, copy, core_of, hands, note, position, question, tells, uri};
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
fn vouches(at: &Instance, peers: &Peers, witness: (&str, &Actor), author: &Actor, text: &Value) {
    vouches_for(at, peers, witness, (author, &author.document()), text);
}

/// Like [`vouches`], for this description of the author.
fn vouches_for(
    at: &Instance,
    peers: &Peers,
    (server, witness): (&str, &Actor),
    (author, described): (&Actor, &Value),
    text: &Value,
) {
    let now = at.app().clock().now();
    let seen = json!({
        "@context": context(), "type": "plenum:KeyAttestation",
        "attributedTo": witness.id, "plenum:actor": author.id,
        "plenum:keys": [{ "plenum:key": author.ed25519.verifying_key().to_multibase() }],
    });
    hands(peers, server, &format!("keys?actor={}", encoded(&author.id)), &witness.prove(&seen, now));
    let description = author.prove(described, now);
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

/// Whether an account of this address is here.
async fn is_known(at: &Instance, author: &Actor) -> bool {
    let uri = author.uri();
    at.app().db.read(|conn| Ok(accounts::by_uri(conn, &uri)?)).await.unwrap().is_some()
}

/// What a server says that it runs.
async fn runs_plenum(at: &Instance, host: &str) {
    let db = at.app().db;
    db.write(|tx| {
        let host = hosts::ensure(tx, host)?;
        Ok(hosts::describe(tx, host.id, "plenum 1.0.0", None)?)
    })
    .await
    .unwrap();
}

/// Somebody who would like to speak for an organization on the server `a`, with keys of their own.
fn forger_of(peers: &Peers, name: &str) -> Actor {
    let stranger = peers.actor("x", "mal", "Organization");
    Actor { rsa: stranger.rsa, ed25519: stranger.ed25519, ..peers.actor("a", name, "Organization") }
}

/// Two organizations that ours follows.
async fn two_witnesses(at: &Instance, peers: &Peers) -> [(&'static str, Actor); 2] {
    let witnesses = ["c", "d"].map(|server| (server, peers.actor(server, "moe", "Organization")));
    for (_, witness) in &witnesses {
        follows(at, witness).await;
    }
    witnesses
}

#[tokio::test(flavor = "multi_thread")]
async fn who_carries_a_question_vouches_for_nobody() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let asked = north.asks("Did it rain?", &["Yes", "No"]).await;
    let qid = qid_of(&asked);
    let carriers = ["c", "d"].map(|server| (server, peers.actor(server, "moe", "Organization")));
    for (server, carrier) in &carriers {
        let copy = copy(&peers, server, carrier, (&core_of(north, &qid).await, &qid));
        tells(&world, carrier, north, "Create", &copy).await;
        assert!(north.sees(&uri(&copy)).await.is_some());
    }
    let forger = forger_of(&peers, "vic");
    let forged = position(&peers.url("a", &format!("/q/{qid}/position")), &forger, &qid, (1, "No"), THEN);
    goes_dark(&peers, &forger, &forged);
    for (server, carrier) in &carriers {
        vouches(north, &peers, (server, carrier), &forger, &forged);
    }
    assert_eq!(looks_for(&world, north, &forged).await, None, "whoever wants to can carry a question");
    assert!(!is_known(north, &forger).await, "and nobody is made by that on somebody else's server");
    for (server, carrier) in &carriers {
        follows(north, carrier).await;
        runs_plenum(north, &peers.host(server)).await;
    }
    let found = looks_for(&world, north, &forged).await;
    assert_eq!(
        found,
        Some((String::new(), Some(Trust::Attested))),
        "their word counts once ours follows them"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_bound_opens_no_door_to_copies() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("a", "vic", "Organization");
    let real = fact(&peers, &author, "It rained.", THEN);
    let forger =
        Actor { ed25519: forger_of(&peers, "vic").ed25519, ..peers.actor("a", "vic", "Organization") };
    let forged = fact(&peers, &forger, "It never rained.", THEN);
    for (server, witness) in &two_witnesses(north, &peers).await {
        vouches(north, &peers, (server, witness), &forger, &forged);
    }
    // The honest server is there all the time.
    peers.publish(&author.document());
    peers.publish(&real);
    for number in 0..400 {
        let address = Uri::parse(&peers.url("a", &format!("/nothing/{number}"))).unwrap();
        fetch::document(&north.data(), &address, &Budget::new(1)).await.unwrap_err();
    }
    assert_eq!(peers.requests_like("/nothing/"), 300, "as often as we ask one server");
    let _ = lookup::anywhere(&north.data(), real["id"].as_str().unwrap()).await;
    assert!(
        north.sees(&uri(&real)).await.is_none(),
        "it is not asked for the moment, and nobody speaks for it"
    );
    assert!(!is_known(north, &author).await);
    let found = looks_for(&world, north, &real).await;
    assert_eq!(found, Some(("It rained.".to_owned(), Some(Trust::Fetched))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_only_others_saw_signs_no_requests_and_gives_way() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let us = north.organization().await.uri;
    let author = peers.actor("a", "vic", "Organization");
    let (forger, squatter) = (forger_of(&peers, "ned"), forger_of(&peers, "sam"));
    let forged = fact(&peers, &forger, "It never rained.", THEN);
    let mut other = fact(&peers, &squatter, "It snowed.", THEN);
    other["id"] = json!(peers.url("a", "/events/2"));
    // The squatter says that the key at somebody else's address is its own.
    let mut described = squatter.document();
    described["publicKey"]["id"] = json!(format!("{}#main-key", author.id));
    goes_dark(&peers, &forger, &forged);
    goes_dark(&peers, &squatter, &other);
    for (server, witness) in &two_witnesses(north, &peers).await {
        vouches(north, &peers, (server, witness), &forger, &forged);
        vouches_for(north, &peers, (server, witness), (&squatter, &described), &other);
    }
    for text in [&forged, &other] {
        assert!(looks_for(&world, north, text).await.is_some(), "two vouch for it");
    }
    let like = || forger.does("Like", us.as_str());
    assert_eq!(forger.sends(north, &like()), 503, "nobody can say whose key that is");
    // Its server is back, and shows other keys.
    peers.publish(&peers.actor("a", "ned", "Organization").document());
    world.advance_seconds(700);
    assert_eq!(forger.sends(north, &like()), 401);
    assert_eq!(author.sends(north, &author.does("Like", us.as_str())), 202, "its key's address is its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_many_that_are_followed_is_asked_too() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("a", "vic", "Organization");
    resolve::account(&north.data(), &author.id).await.unwrap();
    let followed: Vec<_> = (0..15)
        .map(|number| format!("p{number}"))
        .map(|server| (peers.actor(&server, "moe", "Organization"), server))
        .collect();
    for (one, _) in &followed {
        follows(north, one).await;
    }
    let real = fact(&peers, &author, "It rained.", THEN);
    let (_, qid) = question(&peers, "a", &author, "Did it rain?");
    goes_dark(&peers, &author, &real);
    // The first one is away, and that is known.
    let first = peers.host("p0");
    north.app().db.write(|tx| host_health::went_dark(tx, &first)).await.unwrap();

    // Nobody has it: whoever asked hears how many were asked.
    north.person("pia", &[]).await;
    let page = async |address: &str| {
        let path = format!("/authorize_interaction?uri={}", encoded(address));
        north.signed_in("pia").await.open(&path).await
    };
    let page_of_text = page(real["id"].as_str().unwrap()).await;
    assert!(page_of_text.says("15 organizations were asked for a copy"), "{}", page_of_text.body);
    let page_of_question = page(&peers.url("a", &format!("/q/{qid}"))).await;
    assert!(
        page_of_question.says("15 organizations were asked for this question"),
        "{}",
        page_of_question.body
    );

    let (last, server) = followed.last().unwrap();
    let id = encoded(real["id"].as_str().unwrap());
    hands(&peers, server, &format!("copy?id={id}"), &author.prove(&real, north.app().clock().now()));
    let found = looks_for(&world, north, &real).await;
    assert_eq!(found, Some(("It rained.".to_owned(), Some(Trust::Proven))));
    let asked = Core::new("Did it rain?", "en", &author.uri(), Timestamp::parse(THEN).unwrap()).unwrap();
    let carried = copy(&peers, server, last, (&asked.to_json(), &qid));
    peers.publish(&carried);
    world.advance_seconds(700);
    lookup::anywhere(&north.data(), qid.as_str()).await.expect("the last one carries it");
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
