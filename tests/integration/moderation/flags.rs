//! Reports from elsewhere: in the shapes that other programs send, about whom they may be, and how many.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use plenum::domain::rebuff::Rebuff;
use plenum::domain::report::Report;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::store::page::Page;
use plenum::store::reports::Wanted;
use plenum::store::{Conn, accounts, rebuffs, reports, settings};
use serde_json::{Value, json};

use super::{says, uri_of};
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many texts are kept of what was reported.
async fn texts(north: &Instance) -> i64 {
    let sql = "SELECT COUNT(*) AS count FROM evidence_texts";
    let db = north.app().db;
    let count = db.read(|conn| {
        Ok(match conn {
            Conn::Sqlite(conn) => sql_query(sql).get_result::<Count>(&mut **conn),
            Conn::Postgres(conn) => sql_query(sql).get_result::<Count>(&mut **conn),
        }?)
    });
    count.await.unwrap().count
}

/// The reports that wait, the latest first.
async fn waiting(north: &Instance) -> Vec<Report> {
    let wanted = Wanted { open: true, ..Wanted::default() };
    let db = north.app().db;
    let found = db.read(|conn| Ok(reports::page(conn, &wanted, &Page::first(500))?));
    found.await.unwrap()
}

/// How many reports were refused.
async fn refused(north: &Instance) -> i64 {
    let all = north.app().db.read(|conn| Ok(rebuffs::all(conn, 99)?)).await.unwrap();
    all.iter().filter(|row| row.1 == Rebuff::Reports).map(|row| row.2).sum()
}

fn reports_with(actor: &Actor, object: Value, words: &str) -> Value {
    let mut flag = actor.does("Flag", object);
    flag["content"] = json!(words);
    flag
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_of_one_reporter_and_one_server_is_bounded() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        north.person("anna", &[]).await;
        let app = north.client("anna", "read write").await;
        let said = app.post("/api/v1/statuses", json!({ "status": "Bees can count." })).await.ok();
        let crowd: Vec<Actor> =
            ["b1", "b2", "b3", "b4", "b5", "b6"].map(|name| peers.person("big", name)).into();
        for _ in 0..22 {
            assert_eq!(crowd[0].sends(north, &reports_with(&crowd[0], said["uri"].clone(), "no")), 202);
        }
        world.settle().await;
        assert_eq!((waiting(north).await.len(), refused(north).await), (20, 2), "of one reporter");
        assert_eq!(texts(north).await, 1, "the same text is kept once");
        for one in &crowd[1..] {
            for _ in 0..20 {
                assert_eq!(one.sends(north, &reports_with(one, said["uri"].clone(), "no")), 202);
            }
        }
        world.settle().await;
        assert_eq!((waiting(north).await.len(), refused(north).await), (100, 22), "of one server");
        let other = peers.person("small", "vic");
        assert_eq!(other.sends(north, &reports_with(&other, said["uri"].clone(), "no")), 202);
        world.settle().await;
        let last = waiting(north).await.remove(0);
        let kept = north.app().db.read(|conn| Ok(reports::evidence(conn, last.id)?)).await.unwrap();
        assert_eq!(kept[0].content, "Bees can count.", "another server is heard, with what it is about");
        world.advance_hours(25);
        assert_eq!(crowd[0].sends(north, &reports_with(&crowd[0], said["uri"].clone(), "no")), 202);
        world.settle().await;
        assert_eq!(waiting(north).await.len(), 102, "the next day it is heard again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_report_is_about_five_people_at_most() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let mut named = Vec::new();
        for name in ["one", "two", "three", "four", "five", "six", "seven"] {
            named.push(north.person(name, &[]).await.uri);
        }
        let vic = peers.person("a", "vic");
        assert_eq!(vic.sends(north, &reports_with(&vic, json!(named), "all of them")), 202);
        world.settle().await;
        assert_eq!((waiting(north).await.len(), refused(north).await), (5, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_server_hides_no_report_behind_another() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bela = north.person("bela", &[]).await;
        north.person("anna", &[]).await;
        north.person("mona", &[Role::Moderator]).await;
        let told = async || {
            let app = north.client("mona", "read admin:read").await;
            let all = app.get("/api/v1/notifications?types[]=admin.report&limit=80").await.ok();
            all.as_array().unwrap().len()
        };
        let crowd = ["b1", "b2", "b3", "b4", "b5", "b6"].map(|name| peers.person("big", name));
        for (number, one) in crowd.iter().enumerate() {
            for _ in 0..2 {
                assert_eq!(one.sends(north, &reports_with(one, json!(bela.uri), "threats")), 202);
            }
            world.settle().await;
            assert_eq!(told().await, (number + 1).min(5), "of each account once, of a server five times");
        }
        let other = peers.person("small", "vic");
        assert_eq!(other.sends(north, &reports_with(&other, json!(bela.uri), "threats")), 202);
        world.settle().await;
        assert_eq!(told().await, 6);
        let app = north.client("anna", "read write").await;
        for (category, count) in [("other", 7), ("other", 7), ("legal", 8), ("legal", 9)] {
            let body = json!({ "account_id": bela.id.to_string(), "category": category });
            app.post("/api/v1/reports", body).await.ok();
            assert_eq!(told().await, count, "{category}");
        }
    })
    .await;
}

/// The reports that other programs send about one text of somebody on a third server.
fn shapes(reporter: &Actor, forum: &str, spammer: &str, text: &str) -> Vec<(&'static str, Value)> {
    let id = |number: u8| format!("{}/reports/{number}", reporter.id);
    let context = "https://www.w3.org/ns/activitystreams";
    vec![
        (
            "Lemmy",
            json!({
                "@context": ["https://join-lemmy.org/context.json", context],
                "actor": reporter.id, "to": [forum], "object": text, "summary": "buys followers",
                "type": "Flag", "id": id(1), "audience": forum,
            }),
        ),
        (
            "PieFed",
            json!({
                "id": id(2), "type": "Flag", "actor": reporter.id, "object": text, "@context": [context],
                "audience": forum, "to": [forum], "summary": "buys followers",
            }),
        ),
        (
            "Mbin",
            json!({
                "@context": [context], "id": id(3), "type": "Flag", "actor": reporter.id, "object": [text],
                "audience": forum, "to": [forum], "summary": "buys followers", "content": "buys followers",
            }),
        ),
        (
            "GoToSocial",
            json!({
                "@context": context, "actor": reporter.id, "content": "buys followers", "id": id(4),
                "object": [spammer, text], "to": spammer, "type": "Flag",
            }),
        ),
        (
            "Mastodon",
            json!({
                "@context": context, "id": id(5), "type": "Flag", "actor": reporter.id,
                "content": "buys followers", "object": [spammer, text],
            }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_say_in_threads_of_ours_is_reported_to_us() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let spammer = peers.person("spam", "sam");
        assert_eq!(says(north, &spammer, "1", &bees), 202);
        world.settle().await;
        let text = format!("{}/notes/1", spammer.id);
        let db = north.app().db;
        let forum = db.read(|conn| {
            let site = settings::site(conn)?.unwrap();
            Ok(accounts::by_id(conn, site.forum)?.unwrap().uri.to_string())
        });
        let forum = forum.await.unwrap();
        let reporter = peers.person("reader", "rita");
        for (number, (program, flag)) in shapes(&reporter, &forum, &spammer.id, &text).into_iter().enumerate()
        {
            assert_eq!(reporter.sends(north, &flag), 202, "{program}");
            world.settle().await;
            let found = waiting(north).await;
            assert_eq!(found.len(), number + 1, "{program}");
            assert_eq!((found[0].items.as_str(), found[0].content.as_str()), (&*text, "buys followers"));
        }
        // A group hands on what its own people report, without their signature.
        let group = peers.actor("lemmy", "bees", "Group");
        let mut flag = shapes(&reporter, &group.id, &spammer.id, &text).remove(0).1;
        flag["id"] = json!(format!("{}/reports/9", reporter.id));
        let mut announce = group.does("Announce", flag);
        announce["cc"] = json!([format!("{}/followers", group.id)]);
        assert_eq!(group.sends(north, &announce), 202);
        world.settle().await;
        let found = waiting(north).await;
        let reporters: std::collections::HashSet<_> = found.iter().map(|one| one.reporter_id).collect();
        assert_eq!((found.len(), reporters.len()), (6, 2), "it is the report of the group");

        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open(&format!("/admin/reports/{}", found[0].id)).await;
        assert!(page.says("said 1") && page.says("buys followers"), "{}", page.body);
        let form = admin.open(&page.attribute("main a[href$=decide]", "href").unwrap()).await;
        let asked = admin.send(&form, "main form", &[("outcome", "remove")]).await;
        assert!(asked.says("deleted after 3 days: 1 reported contribution"), "{}", asked.body);
        assert!(admin.send(&asked, "main form", &[]).await.says("Changed."));
        assert!(north.sees(&uri_of(&json!({ "id": text }))).await.is_none(), "it is removed here");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_none_of_our_business_or_was_never_shown_is_not_kept() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        north.person("anna", &[]).await;
        let app = north.client("anna", "read write").await;
        let sam = peers.person("spam", "sam");
        let elsewhere = sam.note("1", "<p>in a thread of others</p>");
        peers.publish(&elsewhere);
        let path =
            format!("/api/v2/search?type=statuses&resolve=true&q={}", elsewhere["id"].as_str().unwrap());
        assert_eq!(app.get(&path).await.ok()["statuses"].as_array().unwrap().len(), 1);
        let said = app.post("/api/v1/statuses", json!({ "status": "to myself", "visibility": "direct" }));
        let (letter, reporter) = (said.await.ok(), peers.person("reader", "rita"));
        for object in [elsewhere["id"].clone(), letter["uri"].clone(), json!([sam.id])] {
            assert_eq!(reporter.sends(north, &reports_with(&reporter, object, "look")), 202);
        }
        world.settle().await;
        assert_eq!((waiting(north).await.len(), texts(north).await), (0, 0));
        let to_her = json!({
            "status": format!("@rita@{} psst", peers.host("reader")), "visibility": "direct",
        });
        let letter = app.post("/api/v1/statuses", to_her).await.ok();
        let flag = reports_with(&reporter, letter["uri"].clone(), "she writes me");
        assert_eq!(reporter.sends(north, &flag), 202);
        world.settle().await;
        assert_eq!((waiting(north).await.len(), texts(north).await), (1, 1), "who got it may report it");
    })
    .await;
}
