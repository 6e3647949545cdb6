//! What an organization published before it was followed arrives whole, also after an interruption.

use plenum::domain::uri::Uri;
use plenum::federation::resolve;
use plenum::services::relations;
use plenum::store::completeness;
use serde_json::{Value, json};

use crate::harness::peer::{Actor, PUBLIC, Peers};
use crate::harness::world::World;

/// A page of an outbox with these notes, newest first.
fn page(author: &Actor, name: &str, numbers: std::ops::Range<u32>, next: Option<&str>) -> Value {
    let outbox = format!("{}/outbox", author.id);
    let create = |number: u32| {
        let published = format!("2026-10-{:02}T08:00:00Z", number + 1);
        let mut note = author.note(&number.to_string(), &format!("<p>Number {number}</p>"));
        note["published"] = json!(published);
        json!({
            "id": format!("{}/creates/{number}", author.id), "type": "Create", "actor": author.id,
            "published": published, "to": [PUBLIC], "object": note,
        })
    };
    let mut page = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": format!("{outbox}{name}"),
        "type": "OrderedCollectionPage",
        "orderedItems": numbers.rev().map(create).collect::<Vec<_>>(),
    });
    if let Some(next) = next {
        page["next"] = json!(format!("{outbox}{next}"));
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_catalogue_goes_on_where_it_stopped() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let author = peers.actor("b", "mal", "Organization");
    let outbox = format!("{}/outbox", author.id);
    let entrance = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": outbox, "type": "OrderedCollection",
        "totalItems": 9, "first": format!("{outbox}?page=1"),
    });
    peers.publish(&entrance);
    peers.publish(&page(&author, "?page=1", 6..9, Some("?page=2")));
    peers.status(&format!("{outbox}?page=2"), "503 Service Unavailable");
    peers.publish(&page(&author, "?page=3", 0..3, None));

    let data = north.data();
    let account = resolve::account(&data, &author.id).await.unwrap();
    let organization = north.organization().await;
    data.app.db.write(|tx| relations::follow(tx, &organization, &account)).await.unwrap();
    let accept = json!({ "type": "Follow", "actor": organization.uri.as_str(), "object": author.id });
    assert_eq!(author.sends(north, &author.does("Accept", accept)), 202);
    world.settle().await;
    let state =
        async || data.app.db.read(|conn| Ok(completeness::catalogue(conn, account.id)?)).await.unwrap();
    let stopped = state().await.expect("it was begun");
    assert_eq!((stopped.taken, stopped.finished_at), (3, None));
    assert_eq!(stopped.next.map(|uri| uri.to_string()), Some(format!("{outbox}?page=2")));
    assert_eq!(stopped.complete_to.map(|at| at.to_rfc3339()).as_deref(), Some("2026-10-07T08:00:00Z"));

    peers.publish(&page(&author, "?page=2", 3..6, Some("?page=3")));
    world.advance_hours(1);
    world.settle().await;
    let finished = state().await.unwrap();
    assert_eq!((finished.taken, finished.finished_at.is_some()), (9, true));
    assert_eq!(finished.complete_to.map(|at| at.to_rfc3339()).as_deref(), Some("2026-10-01T08:00:00Z"));
    let path = Uri::parse(&outbox).unwrap().to_url().unwrap().path().to_owned();
    assert_eq!(peers.requests_for("b", &format!("{path}?page=1")), 1, "the first page is not asked again");
    for number in 0..9 {
        let uri = Uri::parse(&format!("{}/notes/{number}", author.id)).unwrap();
        assert!(north.sees(&uri).await.is_some(), "note {number}");
    }
}
