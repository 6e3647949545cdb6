//! What is asked for often, or while everybody waits to write, is found without a look at everything.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use plenum::clock::Timestamp;
use plenum::domain::critique::Intent;
use plenum::domain::id::Id;
use plenum::store::contributions::Viewer;
use plenum::store::page::Page;
use plenum::store::{
    Conn, Error, account_rules, activities, critiques, deliveries, events, host_health, inbox_items, jobs,
    notifications, positions, put_aside, questions, registers, threads, tombstones,
};

use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// Tables that grow for ever, or as long as others do not answer.
const LARGE: [&str; 6] =
    ["accounts", "activities", "contributions", "deliveries", "inbox_items", "notifications"];

/// Indexes on a few of the rows, or in the order that is wanted: whoever walks one of them walks what is asked for.
const FEW: [&str; 5] = [
    "contributions_deleted",
    "contributions_letters",
    "deliveries_aside",
    "inbox_items_due",
    "inbox_items_parked",
];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The statements that `work` runs on a connection to SQLite.
fn statements(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<(), Error>) -> Vec<String> {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ear = Arc::clone(&heard);
    let Conn::Sqlite(sqlite) = conn else { panic!("plans are read on SQLite") };
    sqlite.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            ear.lock().unwrap().push(query.to_string());
        }
    });
    work(conn).unwrap();
    let Conn::Sqlite(sqlite) = conn else { unreachable!() };
    sqlite.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let heard = heard.lock().unwrap();
    let alone = |text: &String| text.split(" -- binds").next().unwrap_or_default().to_owned();
    heard.iter().map(alone).filter(|text| !text.is_empty()).collect()
}

/// The steps of these statements that walk a large table.
fn walks(conn: &mut Conn, statements: &[String]) -> Vec<String> {
    let Conn::Sqlite(sqlite) = conn else { panic!("plans are read on SQLite") };
    let mut walks = Vec::new();
    for text in statements {
        let query = sql_query(format!("EXPLAIN QUERY PLAN {text}"));
        for Step { detail } in query.load::<Step>(&mut **sqlite).unwrap() {
            let few = FEW.iter().any(|index| detail.ends_with(index));
            let walked = LARGE.iter().any(|table| {
                let range = format!("SEARCH {table} USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
                let whole =
                    detail.strip_prefix("SCAN ").is_some_and(|step| step.split(' ').next() == Some(*table));
                whole || detail == range
            });
            if walked && !few {
                walks.push(format!("{detail}: {text}"));
            }
        }
    }
    walks
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_often_is_found_by_an_index() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let organization = north.organization().await;
    let (viewer, now) = (Viewer::Member(organization.id), world.clock.now());
    let reads = |conn: &mut Conn| {
        let page = Page::first(20);
        registers::copies(conn, viewer)?;
        registers::copies_with(conn, viewer, &organization)?;
        registers::answers(conn, viewer)?;
        registers::answers_of(conn, viewer, &[organization.id])?;
        registers::organizations(conn, page)?;
        registers::objections(conn, viewer, organization.id, page)?;
        questions::newest(conn, viewer, 20)?;
        events::page(conn, viewer, &events::Days::default(), page)?;
        critiques::newest(conn, viewer, &Intent::ALL, 20)?;
        positions::waiting(conn, viewer, 20)?;
        positions::answered_by(conn, viewer, organization.id)?;
        threads::answers_to(conn, viewer, organization.id, 10)?;
        notifications::unread(conn, organization.id)?;
        inbox_items::next_due(conn)?;
        inbox_items::count_due(conn, now, 10)?;
        inbox_items::parked(conn, 10)?;
        jobs::next_due(conn)?;
        jobs::count_due(conn, now, 10)?;
        host_health::next_due(conn)?;
        put_aside::counts(conn)?;
        Ok(())
    };
    let db = north.app().db;
    let found = db.read(|conn| {
        let heard = statements(conn, reads);
        assert!(heard.len() >= 20, "{heard:?}");
        Ok(walks(conn, &heard))
    });
    assert_eq!(found.await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_writes_waits_for_a_look_at_everything() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let organization = north.organization().await;
    let long_ago = Timestamp(0);
    let writes = |conn: &mut Conn| {
        account_rules::drop_deliveries(conn, &organization)?;
        account_rules::drop_unapplied(conn, &organization)?;
        inbox_items::purge(conn, long_ago, 10)?;
        tombstones::purge(conn, long_ago, 10)?;
        deliveries::purge(conn, long_ago, 10)?;
        activities::forget_gone(conn, 10)?;
        notifications::purge(conn, long_ago, 10)?;
        Ok(())
    };
    let db = north.app().db;
    let found = db.write(|tx| {
        let heard = statements(tx, writes);
        assert!(heard.len() >= 9, "{heard:?}");
        Ok(walks(tx, &heard))
    });
    assert_eq!(found.await.unwrap(), Vec::<String>::new());
}

/// Puts a thousand other things into the timelines, from this key on.
async fn much_is_said(north: &Instance, from: i64) {
    let rows: Vec<String> = (0..1_001).map(|at| format!("({}, 0, 0)", from + at)).collect();
    let insert = format!("INSERT INTO feed (id, account_id, contribution_id) VALUES {}", rows.join(", "));
    let db = north.app().db;
    let written = db.write(|tx| {
        Ok(match &mut **tx {
            Conn::Sqlite(conn) => sql_query(&insert).execute(&mut **conn),
            Conn::Postgres(conn) => sql_query(&insert).execute(&mut **conn),
        }?)
    });
    assert_eq!(written.await.unwrap(), 1_001);
}

/// Answers are looked for among the newest of everything first.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_found_whether_they_are_among_the_newest_or_not() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], plenum::domain::site::FederationMode::Open).await;
        let north = world.at("north");
        let ours = north.publishes(statement("A paper").thesis("Bees can count.")).await;
        let ada = north.person("ada", &[]).await;
        let organization = north.organization().await.id;
        let mut said = Vec::new();
        for text in ["one", "two", "three"] {
            world.advance_seconds(1);
            said.insert(0, north.replies(&ada, &ours.head.uri, text).await.head.id);
        }
        let db = north.app().db;
        let found = async |limit: i64| {
            let answers = db.read(|conn| Ok(threads::answers_to(conn, Viewer::Anyone, organization, limit)?));
            answers.await.unwrap().iter().map(|head| head.id).collect::<Vec<_>>()
        };
        let all = async || (found(2).await, found(10).await);
        let expected = (said[..2].to_vec(), said.clone());
        assert_eq!(all().await, expected);
        much_is_said(north, 1).await;
        assert_eq!(all().await, expected, "they are among the newest");
        let later = Id::<u8>::first_at(world.clock.now().plus_seconds(60)).get();
        much_is_said(north, later).await;
        assert_eq!(all().await, expected, "everything else is newer");
    })
    .await;
}
