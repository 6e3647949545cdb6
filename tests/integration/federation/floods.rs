//! More of the debate than anybody could read, sent by servers that nobody here knows.

use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::federation::resolve;
use plenum::services::relations;
use plenum::store::contributions::{self, Viewer};
use serde_json::{Value, json};

use crate::harness::papers::{THEN, note, question, uri};
use crate::harness::peer::{Actor, Peers};
use crate::harness::world::{Instance, World, on_each_engine};

/// An entry of a peer's chronology.
fn fact(peers: &Peers, author: &Actor, number: usize) -> Value {
    let mut document = note(author, &peers.url("b", &format!("/events/{number}")), THEN);
    document["plenum:kind"] = json!("Event");
    document["name"] = json!(format!("Something happened for the {number}th time"));
    document["plenum:date"] = json!("2022-01-05");
    document["plenum:rev"] = json!(1);
    document
}

/// How many of these are here.
async fn here(at: &Instance, documents: &[Value]) -> usize {
    let uris: Vec<_> = documents.iter().map(uri).collect();
    at.app().db.read(|conn| Ok(contributions::by_uris(conn, Viewer::Anyone, &uris)?)).await.unwrap().len()
}

/// What admins read about the exchange with other servers.
async fn admins_read(at: &Instance) -> crate::harness::browser::Page {
    at.person("ada", &[Role::Admin]).await;
    at.signed_in("ada").await.open("/admin/federation").await
}

#[tokio::test(flavor = "multi_thread")]
async fn naming_us_opens_no_door_for_a_flood_of_texts() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("b", "mal", "Organization");
    let us = north.organization().await.uri;
    let mut facts: Vec<Value> = (0..203).map(|number| fact(&peers, &author, number)).collect();
    for fact in &mut facts {
        fact["cc"] = json!([us]);
        assert_eq!(author.sends(north, &author.does("Create", fact.clone())), 202);
    }
    world.settle().await;
    assert_eq!(here(north, &facts).await, 200);
    let page = admins_read(north).await;
    let host = peers.host("b");
    let sentence =
        format!("{host} sends too much of organizations that nobody here follows: 3 texts not taken in");
    assert!(page.says(&sentence), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn invented_organizations_of_one_server_share_its_bound() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let organizations = ["mal", "moe", "max"].map(|name| peers.actor("b", name, "Organization"));
    let mut facts = Vec::new();
    for (number, author) in (0..404).zip(organizations.iter().cycle()) {
        let fact = fact(&peers, author, number);
        assert_eq!(author.sends(north, &author.does("Create", fact.clone())), 202);
        facts.push(fact);
    }
    world.settle().await;
    assert_eq!(here(north, &facts).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn invented_servers_below_one_name_share_a_bound() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let mut asked = Vec::new();
    for server in (0..11).map(|number| format!("h{number}.w")) {
        let author = peers.actor(&server, "mal", "Organization");
        for number in 0..101 {
            let (question, _) = question(&peers, &server, &author, &format!("What of case {number}?"));
            assert_eq!(author.sends(north, &author.does("Create", question.clone())), 202);
            asked.push(question);
        }
        world.settle().await;
    }
    assert_eq!(here(north, &asked).await, 1000, "ten servers' worth");
    let (elsewhere, _) = question(&peers, "b", &peers.actor("b", "mal", "Organization"), "And what of us?");
    let author = peers.actor("b", "mal", "Organization");
    assert_eq!(author.sends(north, &author.does("Create", elsewhere.clone())), 202);
    world.settle().await;
    assert_eq!(here(north, &[elsewhere]).await, 1, "nobody else's room is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_for_us_alone_is_none() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let author = peers.actor("b", "mal", "Organization");
        let us = north.organization().await.uri;
        let (mut whispered, _) = question(&peers, "b", &author, "What of case 1?");
        whispered["to"] = json!([us]);
        assert_eq!(author.sends(north, &author.does("Create", whispered.clone())), 202);
        let (mut closed, _) = question(&peers, "b", &author, "What of case 2?");
        closed["to"] = json!([format!("{}/followers", author.id)]);
        closed["cc"] = json!([us]);
        assert_eq!(author.sends(north, &author.does("Create", closed.clone())), 202);
        world.settle().await;
        for document in [&whispered, &closed] {
            let uri = uri(document);
            let known = north.app().db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap();
            assert!(known.is_none(), "{document}");
        }
        assert!(admins_read(north).await.says("sends what our rules refuse: 2 activities not taken in"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_followed_is_heard_whole_and_takes_nobody_elses_room() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (followed, stranger) =
        (peers.actor("b", "vic", "Organization"), peers.actor("b", "mal", "Organization"));
    let account = resolve::account(&north.data(), followed.id.as_str()).await.unwrap();
    let organization = north.organization().await;
    north.app().db.write(|tx| relations::follow(tx, &organization, &account)).await.unwrap();
    let mut asked = Vec::new();
    for number in 0..103 {
        let (question, _) = question(&peers, "b", &followed, &format!("What of case {number}?"));
        assert_eq!(followed.sends(north, &followed.does("Create", question.clone())), 202);
        asked.push(question);
    }
    let (other, _) = question(&peers, "b", &stranger, "And what of us?");
    assert_eq!(stranger.sends(north, &stranger.does("Create", other.clone())), 202);
    world.settle().await;
    assert_eq!(here(north, &asked).await, 103);
    assert_eq!(here(north, &[other]).await, 1);
}
