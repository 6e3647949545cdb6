//! Which servers may take part, in both directions.

use plenum::domain::account::Account;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::job::Job;
use plenum::domain::relation::FollowState;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::federation::{lookup, resolve};
use plenum::services::{self, relations};
use plenum::store::contributions::{self, Viewer};
use plenum::store::{self, Error, hosts, inbox_items, jobs, settings};

use super::sink::{Behind, Sink, follower, pending, sends};
use crate::harness::Database;
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

async fn mode(instance: &Instance, mode: FederationMode) {
    let db = instance.app().db;
    let change = db.write(|tx| {
        let mut new = settings::get(tx)?;
        new.federation_mode = mode;
        services::settings::change(tx, None, &new)
    });
    change.await.unwrap();
}

async fn decide(instance: &Instance, host: &str, standing: HostStanding) {
    let decision = Decision { standing, ..Decision::default() };
    rule(instance, host, &decision).await;
}

async fn rule(instance: &Instance, host: &str, decision: &Decision) {
    let db = instance.app().db;
    db.write(|tx| services::hosts::decide(tx, None, host, decision)).await.unwrap();
}

/// The path of an address.
fn path(uri: &Uri) -> &str {
    &uri.as_str()[uri.origin().len()..]
}

async fn is_here(instance: &Instance, uri: &str) -> bool {
    let uri = Uri::parse(uri).unwrap();
    instance.app().db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowlist_holds_in_both_directions() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, sink, peers) = (world.at("north"), Sink::open("sink").await, Peers::new());
        let (vic, mal) = (peers.person("a", "vic"), peers.person("b", "mal"));
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        follower(north, &sink, "ana", Behind::Shared).await;
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("1", &bees.head.uri, "before"))), 202);
        world.settle().await;
        // What waits is dropped by the decision itself, in both directions.
        sends(north, "one", "a").await;
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("2", &bees.head.uri, "waiting"))), 202);
        assert_eq!(pending(north).await, 1);
        mode(north, FederationMode::Allowlist).await;
        assert_eq!(pending(north).await, 0);
        world.settle().await;
        assert!(!is_here(north, vic.note("2", "")["id"].as_str().unwrap()).await);
        // Nobody outside the list is heard or asked, not even for the key.
        let before = peers.requests();
        assert_eq!(mal.sends(north, &mal.does("Create", mal.reply("1", &bees.head.uri, "hello"))), 403);
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("3", &bees.head.uri, "again"))), 403);
        assert_eq!(vic.get(north, path(&bees.head.uri)).send(), 403, "a signed request for a document");
        let handle = format!("mal@{}", peers.host("b"));
        assert!(resolve::account(&north.data(), &handle).await.is_err(), "looked up by somebody here");
        assert!(lookup::anywhere(&north.data(), &mal.id).await.is_err());
        sends(north, "two", "b").await;
        world.settle().await;
        assert_eq!(peers.requests(), before, "nothing is fetched from there");
        assert!(sink.arrived().is_empty(), "nothing is delivered there");
        // Whoever stands on the list is heard and served.
        for name in [peers.host("b"), sink.host.clone()] {
            decide(north, &name, HostStanding::Approved).await;
        }
        assert_eq!(mal.sends(north, &mal.does("Create", mal.reply("1", &bees.head.uri, "hello"))), 202);
        sends(north, "three", "c").await;
        world.settle().await;
        assert!(is_here(north, mal.note("1", "")["id"].as_str().unwrap()).await);
        assert_eq!(sink.arrived(), ["three"], "what was dropped stays dropped");
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("4", &bees.head.uri, "still"))), 403);
    })
    .await;
}

/// Somebody of north follows somebody elsewhere, who accepts.
async fn befriends(world: &World, anna: &Account, vic: &Actor) -> Account {
    let north = world.at("north");
    let db = north.app().db;
    let far = resolve::account(&north.data(), &vic.id).await.unwrap();
    db.write(|tx| relations::follow(tx, anna, &far)).await.unwrap();
    let follow = db.read(|conn| Ok(store::relations::follow(conn, anna.id, far.id)?)).await.unwrap();
    assert_eq!(vic.sends(north, &vic.does("Accept", follow.unwrap().uri.as_str())), 202);
    world.settle().await;
    far
}

/// Somebody else boosts what a suspended one wrote: it is not shown for that.
async fn hands_on(world: &World, mal: &Actor, uri: &Uri) {
    let north = world.at("north");
    assert_eq!(mal.sends(north, &mal.does("Announce", uri.as_str())), 202);
    world.settle().await;
    assert!(north.sees(uri).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_reaches_everything_at_once_and_can_be_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (vic, mal) = (peers.person("a", "vic"), peers.person("b", "mal"));
        let anna = north.person("anna", &[]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let organization = north.organization().await;
        let db = north.app().db;
        assert_eq!(vic.sends(north, &vic.does("Follow", organization.uri.as_str())), 202);
        let answer = vic.reply("1", &bees.head.uri, "To five.");
        assert_eq!(vic.sends(north, &vic.does("Create", answer.clone())), 202);
        world.settle().await;
        let far = befriends(&world, &anna, &vic).await;
        let both = async || {
            let found = db.read(|conn| {
                let out = store::relations::follows(conn, anna.id, far.id)?;
                Ok((out, store::relations::follows(conn, far.id, organization.id)?))
            });
            found.await.unwrap()
        };
        assert_eq!(both().await, (true, true));
        let uri = Uri::parse(answer["id"].as_str().unwrap()).unwrap();
        assert!(north.sees(&uri).await.is_some());
        // Something waits in every queue.
        sends(north, "waiting", "x").await;
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("2", &bees.head.uri, "waiting"))), 202);
        let job = Job::FetchAccount { uri: vic.id.clone() };
        db.write(|tx| jobs::enqueue(tx, &job, tx.now)).await.unwrap();
        let waiting = async || {
            let found = db.read(|conn| Ok((inbox_items::pending(conn)?, jobs::pending(conn)?)));
            found.await.unwrap()
        };
        let (received, later) = waiting().await;
        let queued = pending(north).await;
        assert!(queued >= 1 && received == 1);
        decide(north, &peers.host("a"), HostStanding::Suspended).await;
        assert_eq!((both().await, pending(north).await), ((false, false), 0));
        assert_eq!(waiting().await, (0, later - 1));
        for viewer in [Viewer::Anyone, Viewer::Member(anna.id)] {
            assert!(north.view(viewer, &uri).await.is_none(), "{viewer:?}");
        }
        let before = peers.requests();
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("3", &bees.head.uri, "more"))), 403);
        assert_eq!(vic.get(north, path(&bees.head.uri)).send(), 403);
        hands_on(&world, &mal, &uri).await;
        assert_eq!(peers.requests_for("a", path(&uri)), 0);
        assert!(peers.requests() <= before + 2, "only the one who handed it on was looked up");
        let mut browser = north.signed_in("anna").await;
        assert!(browser.open("/settings/severed").await.says(&format!("vic@{}", peers.host("a"))));
        assert_eq!(browser.open(&format!("/@vic@{}", peers.host("a"))).await.status, 404);
        decide(north, &peers.host("a"), HostStanding::Unknown).await;
        assert_eq!(both().await, (true, true), "everybody follows whom they followed");
        assert!(north.sees(&uri).await.is_some(), "it is shown as before");
        assert!(browser.open("/settings/severed").await.says("None of yours was ended"));
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("4", &bees.head.uri, "back"))), 202);
        world.settle().await;
        assert!(is_here(north, vic.note("4", "")["id"].as_str().unwrap()).await);
        assert!(!is_here(north, vic.note("2", "")["id"].as_str().unwrap()).await, "what was dropped is gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_rule_holds_for_names_below() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let (deep, other) = (peers.person("deep.a", "vic"), peers.person("good.a", "mal"));
    let sends =
        |actor: &Actor, path: &str| actor.sends(north, &actor.does("Create", actor.note(path, "hello")));
    assert_eq!((sends(&deep, "1"), sends(&other, "1")), (202, 202));
    world.settle().await;
    decide(north, &peers.host("a"), HostStanding::Suspended).await;
    assert_eq!((sends(&deep, "2"), sends(&other, "2")), (403, 403), "names we knew");
    assert_eq!(sends(&peers.person("new.a", "vic"), "1"), 403, "a name nobody ever heard of");
    decide(north, &peers.host("good.a"), HostStanding::Approved).await;
    assert_eq!((sends(&deep, "3"), sends(&other, "3")), (403, 202), "an exception is one name");
    assert_eq!(sends(&peers.person("x.good.a", "vic"), "1"), 403, "and opens nothing below it");
    decide(north, &peers.host("good.a"), HostStanding::Unknown).await;
    assert_eq!(sends(&other, "4"), 403, "what is above holds again");
    decide(north, &peers.host("a"), HostStanding::Unknown).await;
    assert_eq!((sends(&deep, "5"), sends(&other, "5")), (202, 202));
    let own = north.host.clone();
    for name in [own.as_str(), "com", "co.uk", "127.0.0.1", "[::1]:80", "b*d.org", "no name", ""] {
        let db = north.app().db;
        let decision = Decision { standing: HostStanding::Suspended, ..Decision::default() };
        let refused = db.write(|tx| services::hosts::decide(tx, None, name, &decision)).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_limited_is_seen_by_members_and_asks_before_following() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let vic = peers.person("a", "vic");
        let anna = north.person("anna", &[]).await;
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let note = vic.reply("1", &bees.head.uri, "before");
        assert_eq!(vic.sends(north, &vic.does("Create", note.clone())), 202);
        world.settle().await;
        let shown = async |path: &str| {
            let uri = Uri::parse(vic.note(path, "")["id"].as_str().unwrap()).unwrap();
            let member = north.view(Viewer::Member(anna.id), &uri).await.is_some();
            (north.sees(&uri).await.is_some(), member)
        };
        assert_eq!(shown("1").await, (true, true));
        decide(north, &peers.host("a"), HostStanding::Limited).await;
        assert_eq!(shown("1").await, (false, true), "at once");
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("2", &bees.head.uri, "after"))), 202);
        let organization = north.organization().await;
        assert_eq!(vic.sends(north, &vic.does("Follow", organization.uri.as_str())), 202);
        world.settle().await;
        assert_eq!(shown("2").await, (false, true));
        let far = resolve::account(&north.data(), &vic.id).await.unwrap();
        let db = north.app().db;
        let follow =
            db.read(|conn| Ok(store::relations::follow(conn, far.id, organization.id)?)).await.unwrap();
        assert_eq!(follow.unwrap().state, FollowState::Pending);
        let mut admin = north.signed_in("north_admin").await;
        assert!(!admin.open("/admin/review").await.says("before"), "that was decided and does not wait");
        decide(north, &peers.host("a"), HostStanding::Unknown).await;
        assert_eq!(shown("1").await, (true, true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_reports_can_be_rejected_alone() {
    let world = World::on([("north", Database::sqlite())], FederationMode::Open).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let vic = peers.person("a", "vic");
    let media = Decision { reject_media: true, reject_reports: true, ..Decision::default() };
    rule(north, &peers.host("a"), &media).await;
    let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let mut note = vic.reply("1", &bees.head.uri, "with a picture");
    let url = peers.url("a", "/cat.png");
    note["attachment"] = serde_json::json!([{ "type": "Document", "mediaType": "image/png", "url": url }]);
    assert_eq!(vic.sends(north, &vic.does("Create", note.clone())), 202);
    assert_eq!(vic.sends(north, &vic.does("Flag", bees.head.uri.as_str())), 202);
    world.settle().await;
    let view = north.sees(&Uri::parse(note["id"].as_str().unwrap()).unwrap()).await.expect("it is shown");
    assert!(view.media.is_empty());
    let mut admin = north.signed_in("north_admin").await;
    assert!(!admin.open("/notifications").await.says("reported"), "no report is heard");
    let host = peers.host("a");
    let known = north.app().db.read(|conn| Ok(hosts::by_name(conn, &host)?)).await.unwrap().unwrap();
    assert_eq!(known.standing, HostStanding::Unknown);
    rule(north, &host, &Decision::default()).await;
    note["id"] = serde_json::json!(format!("{}/notes/2", vic.id));
    assert_eq!(vic.sends(north, &vic.does("Create", note.clone())), 202);
    assert_eq!(vic.sends(north, &vic.does("Flag", bees.head.uri.as_str())), 202);
    world.settle().await;
    let view = north.sees(&Uri::parse(note["id"].as_str().unwrap()).unwrap()).await.unwrap();
    assert_eq!(view.media.len(), 1, "without the rule they are taken");
    assert!(admin.open("/notifications").await.says("reported"));
}
