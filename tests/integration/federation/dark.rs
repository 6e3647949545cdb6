//! A server goes dark: what it said stays readable and provable elsewhere, and the debate goes on.

use plenum::domain::account::AccountKind;
use plenum::domain::contribution::Kind;
use plenum::domain::exchange::SetDigest;
use plenum::domain::trust::Trust;
use plenum::domain::uri::Uri;
use plenum::federation::exchange;
use plenum::federation::lookup::{self, Meant};
use plenum::http::web::present;
use plenum::services::{completeness, posts};
use plenum::store::contributions::Viewer;
use plenum::store::{exchanges, hosts};
use serde_json::json;

use crate::harness::debate::{answer, position_of, qid_of};
use crate::harness::papers::{context, copy, core_of, tells};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World};

const ASKED: &str = "Did the deployment stabilise the situation?";

/// North is known to South and East; West follows those two and has never heard of North.
async fn four() -> World {
    let world = World::of(["north", "south", "east", "west"]).await;
    let follows = [
        ("south", "north"),
        ("east", "north"),
        ("north", "south"),
        ("east", "south"),
        ("south", "east"),
        ("west", "south"),
        ("west", "east"),
    ];
    for (one, other) in follows {
        world.at(one).follows(world.at(other)).await;
    }
    world.settle().await;
    world
}

/// Whoever shows a copy leads programs to its origin, which does not answer, and has the copy itself.
async fn leads_to_a_copy(south: &Instance, west: &Instance, of: &Uri) {
    let shown = Uri::ours(&south.origin(), &present::path(&south.sees(of).await.unwrap()));
    lookup::anywhere(&west.data(), shown.as_str()).await.expect("South has it");
    let dark = west.app().db.read(|conn| Ok(hosts::dark_since(conn, shown.host())?)).await.unwrap();
    assert_eq!(dark, None, "South did answer");
}

/// Nobody follows West, and the origin hands nothing on: the others hear all the same what is said there.
async fn goes_on(world: &World, thesis: &Uri) {
    let west = world.at("west");
    let carl = west.person("carl", &[]).await;
    let reply = west.replies(&carl, thesis, "The other bees do.").await;
    world.settle().await;
    for name in ["south", "east"] {
        assert!(world.at(name).sees(&reply.head.uri).await.is_some(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_knew_the_origin_gets_its_texts_from_others() {
    let world = four().await;
    let (north, south, west) = (world.at("north"), world.at("south"), world.at("west"));
    let draft = statement("On bees").thesis("Bees can count.").thesis("Bees can dance.");
    let published = north.publishes(draft).await;
    let question = north.asks(ASKED, &["Yes", "No"]).await;
    let qid = qid_of(&question);
    world.settle().await;
    north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    south.answers(&qid, &answer("undecided", "", "We lack reports."), "").await.unwrap();
    world.settle().await;
    north.goes_dark();

    leads_to_a_copy(south, west, &published.head.uri).await;
    let found = lookup::anywhere(&west.data(), published.head.uri.as_str()).await.expect("from a copy");
    let Meant::Contribution(head) = found else { panic!("a statement") };
    assert_eq!((head.kind, head.title.as_deref()), (Kind::Statement, Some("On bees")));
    world.settle().await;
    let copy = west.sees(&published.head.uri).await.expect("the statement is here");
    assert_eq!(copy.author.kind, AccountKind::Organization);
    assert_eq!(copy.author.uri, published.author.uri);
    let second = thesis_of(&published, 2);
    let thesis = west.sees(&second).await.expect("its theses came with it");
    for head in [&copy.head, &thesis.head] {
        assert_eq!(head.trust, Some(Trust::Attested), "only others know whose key that is");
    }
    let southern = south.sees(&published.head.uri).await.unwrap();
    assert_eq!(southern.head.trust, Some(Trust::Delivered));

    // The debate goes on without its first speaker.
    let bela = south.person("bela", &[]).await;
    let reply = south.replies(&bela, &second, "And who watches the dance?").await;
    world.settle().await;
    assert!(world.at("east").sees(&reply.head.uri).await.is_some());

    // West adopts the question and gets every position, North's among them, from South and East.
    let southern = Uri::ours(&south.origin(), &format!("/q/{qid}"));
    lookup::anywhere(&west.data(), southern.as_str()).await.expect("a copy of the question");
    west.adopts(&southern).await.expect("adopted");
    world.settle().await;
    let stands = west.stands(&qid).await;
    let answers: Vec<_> =
        stands.iter().map(|(_, certainty, answer, _)| (*certainty, answer.as_str())).collect();
    assert_eq!(answers, [("decided", "Yes"), ("undecided", "")], "{stands:?}");

    goes_on(&world, &second).await;

    // North returns and hears what was said meanwhile.
    north.returns();
    west.answers(&qid, &answer("rejects-framing", "", "There was no stability to restore."), "")
        .await
        .unwrap();
    for _ in 0..4 {
        world.advance_hours(13);
        world.settle().await;
    }
    assert!(north.sees(&reply.head.uri).await.is_some(), "the reply waited for it");
    let everywhere = west.stands(&qid).await;
    assert_eq!(everywhere.len(), 3);
    for name in ["north", "south"] {
        assert_eq!(world.at(name).stands(&qid).await, everywhere, "{name}");
    }
    // East carries the question only as a copy of others: it asks them when somebody opens it.
    let east = world.at("east");
    exchange::reconcile(&east.data(), &qid).await.unwrap();
    assert_eq!(east.stands(&qid).await, everywhere);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_people_cite_leads_to_the_copy_while_its_server_is_dark() {
    let world = four().await;
    let (north, south) = (world.at("north"), world.at("south"));
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let question = north.asks(ASKED, &["Yes", "No"]).await;
    let qid = qid_of(&question);
    let stands = north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    world.settle().await;
    north.goes_dark();
    let thesis = thesis_of(&published, 1);
    let (statement, position) = (&published.head, &stands.head);
    let pages = [
        (statement.url.clone(), &statement.uri),
        (format!("{}/versions/1", statement.url), &statement.uri),
        (format!("{}/theses/1", statement.url), &thesis),
        (format!("{}/theses/k1?note=published", statement.url), &thesis),
        (question.head.url.clone(), &question.head.uri),
        (position.url.clone(), &position.uri),
        (format!("{}/versions/1", position.url), &position.uri),
    ];
    let (db, origin) = (south.app().db, south.origin());
    let found =
        async |page: &Uri| db.read(|conn| lookup::known(conn, &origin, Viewer::Anyone, page)).await.unwrap();
    for (page, expected) in &pages {
        let page = Uri::parse(page).unwrap();
        let Some(Meant::Contribution(head)) = found(&page).await else { panic!("{page}") };
        assert_eq!(head.uri, **expected, "{page}");
    }
    // What somebody else says of North's pages leads nowhere.
    let claimed = format!("{}/statements/on-ants", north.origin());
    let mallory = Peers::new();
    let actor = mallory.person("far", "mallory");
    let note = json!({ "url": claimed, "to": ["https://www.w3.org/ns/activitystreams#Public"] });
    let mut said = actor.note("/1", "<p>Ants.</p>");
    said.as_object_mut().unwrap().extend(note.as_object().unwrap().clone());
    mallory.publish(&said);
    lookup::anywhere(&south.data(), said["id"].as_str().unwrap()).await.expect("it is there");
    assert!(found(&Uri::parse(&claimed).unwrap()).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_prove_is_looked_at_anew_when_somebody_asks() {
    let world = World::of(["north", "south", "east", "west"]).await;
    for (one, other) in [("south", "north"), ("east", "north"), ("south", "east"), ("east", "south")] {
        world.at(one).follows(world.at(other)).await;
    }
    world.settle().await;
    let (north, south, west) = (world.at("north"), world.at("south"), world.at("west"));
    let question = north.asks(ASKED, &["Yes", "No"]).await;
    let qid = qid_of(&question);
    world.settle().await;
    for carrier in [south, world.at("east")] {
        carrier.adopts(&question.head.uri).await.expect("adopted");
    }
    north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    world.settle().await;
    north.goes_dark();

    let southern = Uri::ours(&south.origin(), &format!("/q/{qid}"));
    lookup::anywhere(&west.data(), southern.as_str()).await.expect("a copy of the question");
    west.adopts(&southern).await.expect("adopted");
    world.settle().await;
    assert!(west.stands(&qid).await.is_empty(), "West follows nobody who could vouch for North");
    let unproven = async || west.app().db.read(|conn| Ok(exchanges::unproven(conn, &qid)?)).await.unwrap();
    assert_eq!(unproven().await, 1);
    west.follows(south).await;
    west.follows(world.at("east")).await;
    world.settle().await;
    world.advance_seconds(60);
    let db = west.app().db;
    db.write(|tx| completeness::resync_question(tx, Viewer::Anyone, &qid)).await.unwrap();
    world.settle().await;
    assert_eq!((west.stands(&qid).await.len(), unproven().await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_late_gets_the_conversation_from_others() {
    let world = four().await;
    let (north, south, west) = (world.at("north"), world.at("south"), world.at("west"));
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.settle().await;
    let (bela, thesis) = (south.person("bela", &[]).await, thesis_of(&published, 1));
    let reply = south.replies(&bela, &thesis, "And who watches the dance?").await.head.uri;
    let dora = world.at("east").person("dora", &[]).await;
    world.settle().await;
    let answer = world.at("east").replies(&dora, &reply, "The other bees do.").await.head.uri;
    let hidden = south.replies(&bela, &thesis, "I take it back.").await;
    south.app().db.write(|tx| posts::delete(tx, &bela, hidden.head.id)).await.unwrap();
    world.settle().await;
    north.goes_dark();

    lookup::anywhere(&west.data(), published.head.uri.as_str()).await.expect("from a copy");
    world.settle().await;
    let thread = west.thread(&published.head.uri).await;
    assert!(thread.contains(&reply.to_string()) && thread.contains(&answer.to_string()), "{thread:?}");
    assert_eq!(thread.len(), 4, "the statement, its thesis and what answers it: {thread:?}");
    let listed = format!("/.well-known/plenum/thread?id={}", published.head.uri);
    let listed = south.document(&listed).await;
    assert_eq!(listed["orderedItems"].as_array().unwrap().len(), 4);
    assert!(!listed.to_string().contains(hidden.head.uri.as_str()), "what was deleted is on no list");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_anybody_noticed_reaches_the_others_too() {
    let world = four().await;
    let (north, west) = (world.at("north"), world.at("west"));
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.settle().await;
    lookup::anywhere(&west.data(), published.head.uri.as_str()).await.expect("North still answers");
    world.settle().await;
    let carl = west.person("carl", &[]).await;
    let heard = async |reply: &Uri| {
        let mut heard = Vec::new();
        for name in ["south", "east"] {
            heard.extend(world.at(name).sees(reply).await.map(|_| name));
        }
        heard
    };

    north.goes_dark();
    let thesis = thesis_of(&published, 1);
    let first = west.replies(&carl, &thesis, "And who watches the dance?").await.head.uri;
    world.settle().await;
    assert_eq!(heard(&first).await, [""; 0], "West believes that North hands it on");
    world.advance_seconds(150);
    world.settle().await;
    assert_eq!(heard(&first).await, ["south", "east"]);
    let second = west.replies(&carl, &thesis, "The other bees do.").await.head.uri;
    world.settle().await;
    assert_eq!(heard(&second).await, ["south", "east"], "now it is known");

    north.returns();
    world.advance_seconds(3600);
    world.settle().await;
    assert_eq!(north.thread(&published.head.uri).await.len(), 4, "North hears both when it comes back");
}

#[tokio::test(flavor = "multi_thread")]
async fn sites_that_agree_ask_once_and_move_little() {
    let world = four().await;
    let (north, south) = (world.at("north"), world.at("south"));
    let question = north.asks(ASKED, &[]).await;
    let qid = qid_of(&question);
    world.settle().await;
    south.answers(&qid, &answer("decided", "No", "It froze it."), "").await.unwrap();
    world.settle().await;
    world.advance_hours(2);
    world.settle().await;
    for (name, other) in [("north", "south"), ("south", "north")] {
        let db = world.at(name).app().db;
        let site = world.at(name).data();
        let other = plenum::federation::resolve::account(&site, &world.at(other).handle()).await.unwrap();
        let checked = db.read(|conn| Ok((exchanges::of(conn, &qid)?, exchanges::listed(conn, &qid)?)));
        let (checked, listed) = checked.await.unwrap();
        let one = checked.iter().find(|one| one.account_id == other.id).expect("they compared");
        assert!(one.agrees && one.error.is_none(), "{name}: {one:?}");
        assert!(listed.iter().any(|(by, _)| *by == other.id), "{name} knows what the other lists");
    }
    let position = Uri::ours(&south.origin(), &format!("/q/{qid}/position"));
    assert_eq!(position_of(&north.sees(&position).await.unwrap()).answer, "No");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_nothing_sees_all_the_same_that_an_origin_is_dark() {
    let world = four().await;
    let (north, south, east, west) =
        (world.at("north"), world.at("south"), world.at("east"), world.at("west"));
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let question = north.asks(ASKED, &["Yes", "No"]).await;
    let qid = qid_of(&question);
    world.settle().await;
    let stand = north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    south.adopts(&question.head.uri).await.expect("adopted");
    east.adopts(&question.head.uri).await.expect("adopted");
    world.settle().await;
    // Nobody has anything to send to North, whose light goes out.
    north.goes_dark();
    let southern = Uri::ours(&south.origin(), &format!("/q/{qid}"));
    lookup::anywhere(&west.data(), southern.as_str()).await.expect("a copy of the question");
    west.adopts(&southern).await.expect("adopted");
    lookup::anywhere(&west.data(), published.head.uri.as_str()).await.expect("from a copy");
    world.advance_hours(2);
    world.settle().await;
    let page = async |site: &Instance, uri: &Uri| {
        let view = site.sees(uri).await.expect("it is here");
        site.browser().open(&present::path(&view)).await
    };
    for site in [south, east, west] {
        let name = site.name;
        for uri in [&published.head.uri, &stand.head.uri] {
            let page = page(site, uri).await;
            let sentence = format!("{} has not been reachable since", north.host);
            assert!(page.says(&sentence), "{name}: {}", page.texts(".origin").concat());
        }
        let own = Uri::ours(&site.origin(), &format!("/q/{qid}"));
        let map = page(site, &own).await;
        assert!(map.says("copy, not reachable since"), "{name}: {}", map.texts("table").concat());
        let map = format!("/api/plenum/v1/questions/{qid}/map");
        let rows = site.stranger().get(&map).await.ok();
        assert!(rows.to_string().contains("\"unreachable_since\":\"2026-"), "{name}: {rows}");
    }
    // A light that is on again is seen as well.
    north.returns();
    for _ in 0..3 {
        world.advance_hours(13);
        world.settle().await;
    }
    for site in [south, east, west] {
        let page = page(site, &stand.head.uri).await;
        assert!(!page.says("has not been reachable"), "{}", site.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agreement_costs_one_small_request() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let other = peers.actor("b", "mal", "Organization");
    let qid = qid_of(&north.asks(ASKED, &[]).await);
    let stand = north.answers(&qid, &answer("decided", "No", "It froze it."), "").await.unwrap();
    world.settle().await;
    let theirs = copy(&peers, "b", &other, (&core_of(north, &qid).await, &qid));
    peers.publish(&theirs);
    let list = format!("/q/{qid}/positions");
    let digest = position_of(&stand).digest.clone();
    peers.publish(&json!({
        "@context": context(), "id": peers.url("b", &list), "type": "OrderedCollection", "totalItems": 1,
        "first": peers.url("b", &format!("{list}?page=true")),
        "plenum:setDigest": SetDigest::of([(&stand.head.uri, digest.as_str())]).to_hex(),
        "plenum:deletionDigest": SetDigest::of([]).to_hex(),
    }));
    tells(&world, &other, north, "Create", &theirs).await;
    for _ in 0..3 {
        let before = peers.requests();
        exchange::reconcile(&north.data(), &qid).await.unwrap();
        assert_eq!(peers.requests() - before, 1, "one request for one question");
        world.advance_hours(1);
    }
    assert!(peers.requests_for("b", &list) >= 3);
    // What is answered to such a request, with its headers, is less than a kilobyte.
    let entrance = north.document(&list).await.to_string();
    assert!(entrance.len() < 900, "{}: {entrance}", entrance.len());
}
