//! What an organization published before it was followed arrives whole, also after an interruption.

use plenum::domain::job::Job;
use plenum::domain::uri::Uri;
use plenum::federation::resolve;
use plenum::services::relations;
use plenum::store::{accounts, completeness, contributions, jobs};
use serde_json::{Value, json};

use crate::crash::{Server, free_port, open, plenum as command, set_up, until};
use crate::harness::peer::{Actor, PUBLIC, Peers};
use crate::harness::world::World;

/// A page of an outbox with these notes, newest first.
fn page(author: &Actor, name: &str, numbers: std::ops::Range<u32>, next: Option<&str>) -> Value {
    let outbox = format!("{}/outbox", author.id);
    let create = |number: u32| {
        let (day, minute) = (number % 28 + 1, number / 28);
        let published = format!("2026-10-{day:02}T08:{minute:02}:00Z");
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

/// Notes in the catalogue that is fetched by a server that keeps being killed, and on one page.
const NOTES: u32 = 400;
const ON_A_PAGE: u32 = 10;
const PAGES: u32 = NOTES / ON_A_PAGE;

/// Puts the whole catalogue on the author's server.
fn shelve(peers: &Peers, author: &Actor) {
    let outbox = format!("{}/outbox", author.id);
    peers.publish(&json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": outbox, "type": "OrderedCollection",
        "totalItems": NOTES, "first": format!("{outbox}?page=0"),
    }));
    for number in 0..PAGES {
        let newest = NOTES - number * ON_A_PAGE;
        let next = format!("?page={}", number + 1);
        let next = (number + 1 < PAGES).then_some(next.as_str());
        let numbers = newest - ON_A_PAGE..newest;
        peers.publish(&page(author, &format!("?page={number}"), numbers, next));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_catalogue_survives_kill_9_and_fetches_no_page_twice() {
    let (home, port, peers) = (tempfile::TempDir::new().unwrap(), free_port().await, Peers::new());
    set_up(home.path(), port);
    let author = peers.actor("b", "mal", "Organization");
    let outbox = format!("{}/outbox", author.id);
    shelve(&peers, &author);
    // Somebody looks the organization up.
    let token = command(home.path(), port, &["account", "token", "ana", "--scopes", "read write"]).output();
    let token = String::from_utf8(token.unwrap().stdout).unwrap();
    let client = reqwest::Client::builder().resolve("north.localhost", ([127, 0, 0, 1], port).into());
    let client = client.build().unwrap();
    let server = Server::start(home.path(), port);
    let mut url = url::Url::parse(&format!("http://north.localhost:{port}/api/v2/search")).unwrap();
    url.query_pairs_mut().append_pair("q", &author.id).append_pair("resolve", "true");
    assert_eq!(client.get(url).bearer_auth(token.trim()).send().await.unwrap().status(), 200);
    server.kill();

    let db = open(home.path()).await;
    let known = db.read(|conn| Ok(accounts::by_uri(conn, &author.uri())?)).await.unwrap();
    let account = known.expect("it is known now").id;
    let taken = async || {
        let state = db.read(|conn| Ok(completeness::catalogue(conn, account)?)).await.unwrap();
        state.map_or((0, false), |state| (state.taken, state.finished_at.is_some()))
    };
    let job = Job::FetchOutbox { account: account.get(), round: 0 };
    db.write(|tx| jobs::enqueue(tx, &job, tx.now)).await.unwrap();
    let (mut kills, mut done) = (0, false);
    while !done {
        // What a killed process had begun is taken over by the next one, long before its lease is over.
        let server = Server::start(home.path(), port);
        let enough = if kills < 3 { taken().await.0 + 70 } else { i32::MAX };
        done = until(async || {
            let (taken, finished) = taken().await;
            (finished || taken >= enough).then_some(finished)
        })
        .await;
        server.kill();
        kills += 1;
    }
    assert!(kills > 3, "it was killed in the middle");
    let path = Uri::parse(&outbox).unwrap().to_url().unwrap().path().to_owned();
    let asked: usize =
        (0..PAGES).map(|number| peers.requests_for("b", &format!("{path}?page={number}"))).sum();
    let most = usize::try_from(PAGES + kills).unwrap();
    assert!(asked <= most, "{asked} requests for {PAGES} pages in {kills} lives");
    for number in 0..NOTES {
        let uri = Uri::parse(&format!("{}/notes/{number}", author.id)).unwrap();
        assert!(db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap().is_some(), "{number}");
    }
}
