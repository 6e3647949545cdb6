//! What moderators reject or remove is out of sight at once, comes back when they think better of it, and is
//! deleted later; what they let in is shown however much it is.

use axum::http::StatusCode;
use diesel::{RunQueryDsl, sql_query};
use plenum::domain::contribution::State;
use plenum::domain::id::Id;
use plenum::domain::job::Job;
use plenum::domain::site::{FederationMode, Settings};
use plenum::domain::user::Role;
use plenum::services::{condemnations, settings};
use plenum::store::{self, Conn, Db, contributions, jobs, tombstones};
use serde_json::json;

use super::{presses, says, uri_of};
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

async fn state(north: &Instance, actor: &Actor, path: &str) -> State {
    let uri = uri_of(&actor.note(path, ""));
    north.app().db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap().unwrap().state
}

async fn is_buried(north: &Instance, actor: &Actor, path: &str) -> bool {
    let uri = uri_of(&actor.note(path, ""));
    north.app().db.read(|conn| Ok(tombstones::contains(conn, &uri)?)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rejected_can_be_taken_back_until_it_is_deleted() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!((says(north, &vic, "1", &bees), says(north, &vic, "2", &bees)), (202, 202));
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let list = mona.open("/admin/review").await;
        let host = list.attribute("button[value^='reject host']", "value").unwrap();
        assert!(presses(&mut mona, &list, &host, &[]).await.says("Rejected."));
        assert_eq!(state(north, &vic, "1").await, State::Withheld, "out of sight at once");
        world.settle().await;
        let removed = mona.open("/admin/removed").await;
        assert!(removed.says("2 texts") && removed.says("mona"), "{}", removed.body);
        let folded = removed.texts("tbody details p");
        let said = |what: &str| folded.iter().any(|line| line.contains("vic@") && line.ends_with(what));
        assert!(folded.len() == 2 && said("said 1") && said("said 2"), "{folded:?}");
        let key = removed.attribute("tbody button", "value").unwrap();
        assert!(presses(&mut mona, &removed, &key, &[]).await.says("Taken back."));
        assert_eq!(
            (state(north, &vic, "1").await, state(north, &vic, "2").await),
            (State::Held, State::Held)
        );

        let list = mona.open("/admin/review").await;
        presses(&mut mona, &list, &host, &[]).await;
        // The author's own word counts meanwhile.
        assert_eq!(vic.sends(north, &vic.does("Delete", vic.note("2", "")["id"].clone())), 202);
        world.settle().await;
        let removed = mona.open("/admin/removed").await;
        let key = removed.attribute("tbody button", "value").unwrap();
        presses(&mut mona, &removed, &key, &[]).await;
        assert_eq!(
            (state(north, &vic, "1").await, state(north, &vic, "2").await),
            (State::Held, State::Deleted)
        );

        let list = mona.open("/admin/review").await;
        presses(&mut mona, &list, &host, &[]).await;
        let removed = mona.open("/admin/removed").await;
        let key = removed.attribute("tbody button", "value").unwrap();
        world.advance_hours(71);
        world.settle().await;
        assert!(!is_buried(north, &vic, "1").await, "not before its time");
        world.advance_hours(2);
        world.settle().await;
        assert!(is_buried(north, &vic, "1").await);
        assert_eq!(state(north, &vic, "1").await, State::Deleted);
        let late = presses(&mut mona, &removed, &key, &[]).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND, "{}", late.body);
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        assert_eq!(state(north, &vic, "1").await, State::Deleted, "and it is not taken in again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_obeys_the_rules_of_the_meantime() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        assert_eq!(says(north, &vic, "1", &bees), 202);
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let host = peers.host("a");
        let asked = admin.open(&format!("/admin/remove?by=host&of={host}&hours=24")).await;
        assert!(asked.says("Delete 1 text?") && asked.says("after 3 days"), "{}", asked.body);
        assert!(admin.send(&asked, "main form", &[]).await.says("Removed."));
        let db = north.app().db;
        let suspended = plenum::domain::host_rule::Decision {
            standing: plenum::domain::host::HostStanding::Suspended,
            ..plenum::domain::host_rule::Decision::default()
        };
        db.write(|tx| plenum::services::hosts::decide(tx, None, &host, &suspended)).await.unwrap();
        let open = db.read(|conn| Ok(store::condemnations::open(conn, world.clock.now())?)).await.unwrap();
        assert_eq!(db.write(|tx| condemnations::take_back(tx, None, open[0].id)).await.unwrap(), 1);
        assert_eq!(state(north, &vic, "1").await, State::Withheld, "its server is suspended by now");
        db.write(|tx| plenum::services::hosts::undo(tx, None, &host)).await.unwrap();
        assert_eq!(state(north, &vic, "1").await, State::Current);

        let at_once = db.write(|tx| {
            let now = store::settings::get(tx)?;
            settings::change(tx, None, &Settings { grace_days: 0, ..now })
        });
        at_once.await.unwrap();
        let asked = admin.open(&format!("/admin/remove?by=host&of={host}&hours=24")).await;
        admin.send(&asked, "main form", &[]).await;
        world.settle().await;
        assert!(is_buried(north, &vic, "1").await, "no days of grace");
    })
    .await;
}

/// Makes the database refuse to empty one contribution, or lets it again.
async fn guards(db: &Db, id: i64, on: bool) {
    let done = db.write(|tx| {
        Ok(match &mut **tx {
            Conn::Sqlite(conn) if on => sql_query(format!(
                "CREATE TRIGGER guard BEFORE UPDATE ON contributions WHEN OLD.id = {id} \
                 BEGIN SELECT RAISE(ABORT, 'it is guarded'); END"
            ))
            .execute(&mut **conn),
            Conn::Sqlite(conn) => sql_query("DROP TRIGGER guard").execute(&mut **conn),
            Conn::Postgres(conn) if on => {
                sql_query(
                    "CREATE FUNCTION guard() RETURNS trigger AS $$ BEGIN RAISE 'it is guarded'; END $$ \
                     LANGUAGE plpgsql",
                )
                .execute(&mut **conn)?;
                sql_query(format!(
                    "CREATE TRIGGER guard BEFORE UPDATE ON contributions FOR EACH ROW WHEN (OLD.id = {id}) \
                     EXECUTE FUNCTION guard()"
                ))
                .execute(&mut **conn)
            }
            Conn::Postgres(conn) => sql_query("DROP TRIGGER guard ON contributions").execute(&mut **conn),
        }?)
    });
    done.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_deleted_keeps_nothing_else_from_it() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        for path in ["1", "2", "3"] {
            assert_eq!(says(north, &vic, path, &bees), 202);
        }
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let asked = admin.open(&format!("/admin/remove?by=host&of={}&hours=0", peers.host("a"))).await;
        admin.send(&asked, "main form", &[]).await;
        let db = north.app().db;
        let uri = uri_of(&vic.note("1", ""));
        let bad = db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap().unwrap().id;
        guards(&db, bad.get(), true).await;
        world.advance_hours(73);
        // Two at once take different rows, or wait for each other.
        let other = north.app().db;
        let (first, second) =
            tokio::join!(db.write(condemnations::expel_some), other.write(condemnations::expel_some));
        assert!(first.unwrap() || second.unwrap());
        world.settle().await;
        assert!(is_buried(north, &vic, "2").await && is_buried(north, &vic, "3").await);
        assert!(!is_buried(north, &vic, "1").await);
        let page = admin.open("/admin/federation").await;
        assert!(page.says("Could not be deleted") && page.says("it is guarded"), "{}", page.body);
        guards(&db, bad.get(), false).await;
        world.advance_hours(25);
        db.write(|tx| jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
        world.settle().await;
        assert!(is_buried(north, &vic, "1").await, "it is tried again");
        assert!(!admin.open("/admin/federation").await.says("Could not be deleted"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_much_that_waits_is_let_in_step_by_step() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let vic = peers.person("a", "vic");
        for number in 0..130 {
            assert_eq!(says(north, &vic, &number.to_string(), &bees), 202);
        }
        world.advance_hours(7);
        let mut fresh = vic.reply("fresh", &bees, "<p>just now</p>");
        fresh["published"] = json!("2026-11-24T18:30:00Z");
        assert_eq!(vic.sends(north, &vic.does("Create", fresh)), 202);
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let list = admin.open("/admin/review").await;
        let host = list.attribute("button[value^='approve host']", "value").unwrap();
        let asked = presses(&mut admin, &list, &host, &[]).await;
        assert!(asked.says("131 contributions that wait for a moderator are shown now"), "{}", asked.body);
        assert!(admin.send(&asked, "main form", &[]).await.says("Approved."));
        let shown = async || {
            let mut shown = 0;
            for number in 0..130 {
                shown += usize::from(state(north, &vic, &number.to_string()).await == State::Current);
            }
            shown
        };
        assert_eq!(shown().await, 100, "the first of it at once");
        world.settle().await;
        assert_eq!((shown().await, state(north, &vic, "fresh").await), (130, State::Current));
        let announced = north.document("/actors/north_forum/outbox?page=true").await.to_string();
        assert!(announced.contains("/notes/fresh"), "{announced}");
        assert!(!announced.contains("/notes/12"), "what is hours old is no news");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_from_many_servers_goes_with_three_clicks() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let crowd: Vec<Actor> = (0..30).map(|number| peers.person(&format!("s{number}"), "bot")).collect();
        for bot in &crowd {
            let note = bot.reply("1", &bees, "<p>Join our Honeypot!</p>");
            assert_eq!(bot.sends(north, &bot.does("Create", note)), 202);
        }
        let good = peers.person("good", "ana");
        assert_eq!(says(north, &good, "1", &bees), 202);
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let fields = [("kind", "words"), ("pattern", "honeypot"), ("before", "24")];
        let form = mona.open("/admin/rules/new").await;
        let asked = mona.send(&form, "main form", &fields).await;
        assert!(asked.says("30 texts of what is here already wait, too"), "{}", asked.body);
        let made = mona.send(&asked, "main form", &[]).await;
        assert!(made.says("Delete 30 texts?"), "{}", made.body);
        assert_eq!(state(north, &crowd[0], "1").await, State::Held, "out of the public's sight already");

        // Whoever made a mistake removes the rule, and all is as it was.
        let rules = mona.open("/admin/rules").await;
        let key = rules.attribute("tbody button", "value").unwrap();
        presses(&mut mona, &rules, &key, &[]).await;
        for bot in &crowd {
            assert_eq!(state(north, bot, "1").await, State::Current);
        }
        let form = mona.open("/admin/rules/new").await;
        let asked = mona.send(&form, "main form", &fields).await;
        let made = mona.send(&asked, "main form", &[]).await;
        assert!(mona.send(&made, "main form", &[]).await.says("Removed."));
        for bot in &crowd {
            assert_eq!(state(north, bot, "1").await, State::Withheld);
        }
        assert_eq!(state(north, &good, "1").await, State::Current, "nobody else is touched");
        let removed = mona.open("/admin/removed").await;
        assert!(removed.says("30 texts") && removed.says("honeypot"), "{}", removed.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_strangers_is_rejected_as_it_was_seen() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let crowd: Vec<Actor> = (0..30).map(|number| peers.person(&format!("s{number}"), "bot")).collect();
        for bot in &crowd {
            assert_eq!(says(north, bot, "1", &bees), 202);
        }
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let seen = mona.open("/admin/review").await;
        let late = peers.person("late", "ana");
        assert_eq!(says(north, &late, "1", &bees), 202);
        world.settle().await;
        let refused = presses(&mut mona, &seen, "reject page", &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
        assert_eq!(state(north, &crowd[0], "1").await, State::Held, "nothing happened");
        let seen = mona.open("/admin/review").await;
        assert!(presses(&mut mona, &seen, "reject page", &[]).await.says("Rejected."));
        assert!(mona.open("/admin/review").await.says("Nothing waits."));
        let removed = mona.open("/admin/removed").await;
        assert!(removed.says("31 texts") && removed.says("30 other authors"), "{}", removed.body);
        let key = Id::parse(&removed.attribute("tbody button", "value").unwrap()).unwrap();
        let db = north.app().db;
        let entries = db.read(|conn| Ok(store::audit::all(conn)?)).await.unwrap();
        let each = entries.iter().filter(|entry| entry.action == "account.reject").count();
        assert_eq!(each, 31, "an entry for each of them");
        assert_eq!(db.write(|tx| condemnations::take_back(tx, None, key)).await.unwrap(), 31);
        assert_eq!(state(north, &late, "1").await, State::Held);
    })
    .await;
}
