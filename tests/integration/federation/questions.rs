//! Questions on the wire: long ones, and more of them than anybody could read.

use plenum::domain::question::Core;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::debate::qid_of;
use crate::harness::peer::{Actor, PUBLIC, Peers};
use crate::harness::world::{World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn a_long_question_has_a_short_title_for_others_and_stays_whole() {
    on_each_engine(|database| async {
        let world = World::listening([Database::sqlite(), database], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let text = format!("{}, and who decided it?", "What happened on each day ".repeat(18).trim());
        assert!(text.chars().count() > 400);
        let asked = north.asks(&text, &[]).await;
        let qid = qid_of(&asked);
        world.settle().await;
        let document = north.document(&format!("/q/{qid}")).await;
        let name = document["name"].as_str().unwrap();
        assert!(name.chars().count() <= 200 && name.starts_with("What happened"), "{name}");
        assert_eq!(document["plenum:core"]["text"], json!(text));
        assert!(document["content"].as_str().unwrap().contains(&text));
        let there = south.sees(&asked.head.uri).await.expect("it arrived");
        assert_eq!((qid_of(&there), there.head.title.as_deref()), (qid.clone(), Some(text.as_str())));
        // Handed on by South, it is still the same question.
        let copy = south.adopts(&asked.head.uri).await.unwrap();
        assert_eq!((qid_of(&copy), copy.head.title.as_deref()), (qid, Some(text.as_str())));
    })
    .await;
}

/// A question that an organization elsewhere asks.
fn asks(peers: &Peers, author: &Actor, number: u32) -> Value {
    let at = plenum::clock::Timestamp::parse("2026-11-24T11:00:00Z").unwrap();
    let core = Core::new(&format!("What of case {number}?"), "en", &author.uri(), at).unwrap();
    let qid = core.qid().unwrap();
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", { "plenum": "urn:plenum:v1#" }],
        "id": peers.url("b", &format!("/q/{qid}")),
        "type": "Note",
        "attributedTo": author.id,
        "name": core.text(),
        "content": "<p>What of it?</p>",
        "published": "2026-11-24T11:00:00Z",
        "to": [PUBLIC],
        "plenum:kind": "Question",
        "plenum:qid": qid.as_str(),
        "plenum:core": core.to_json(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_questions_ends_and_admins_read_how_large_it_was() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let organizations = ["mal", "moe", "max"].map(|name| peers.actor("b", name, "Organization"));
        let known = async || {
            let list = north.stranger().get("/api/plenum/v1/questions?limit=80&origin=elsewhere").await;
            let (first, next) = (list.link("next"), list.ok().as_array().unwrap().len());
            let more = match first {
                Some(next) => north.stranger().get(&next).await.ok().as_array().unwrap().len(),
                None => 0,
            };
            next + more
        };
        for (number, author) in (0..103).zip(organizations.iter().cycle()) {
            let mut question = asks(&peers, author, number);
            // Naming us in each of them opens no door.
            question["cc"] = json!([north.organization().await.uri.as_str()]);
            assert_eq!(author.sends(north, &author.does("Create", question)), 202);
        }
        world.settle().await;
        assert_eq!(known().await, 100);
        north.person("ada", &[Role::Admin]).await;
        let page = north.signed_in("ada").await.open("/admin/federation").await;
        assert!(page.says("3 questions not taken in"));
        // A day later the server is heard again.
        world.advance_hours(25);
        let late = asks(&peers, &organizations[0], 200);
        assert_eq!(organizations[0].sends(north, &organizations[0].does("Create", late)), 202);
        world.settle().await;
        assert_eq!(known().await, 101);
    })
    .await;
}
