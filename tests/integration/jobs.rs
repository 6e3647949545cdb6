//! Later work: asked for twice, lost with its worker, put aside and taken up again.

use plenum::clock::Clock;
use plenum::domain::host::Host;
use plenum::domain::id::Id;
use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::store::jobs::{self, StoredJob};
use plenum::store::{Db, hosts, leases};

use crate::harness::databases;
use crate::harness::world::{Instance, World, on_each_engine};

/// How long the workers of these stories hold a job, in seconds.
const LEASE: i64 = 60;

fn job() -> Job {
    Job::FetchAccount { uri: "https://far.example/users/ana".to_owned() }
}

/// A world in which no other work waits.
async fn idle(database: crate::harness::Database) -> World {
    let world = World::on([("north", database)], FederationMode::Open).await;
    world.settle().await;
    world
}

async fn asks(north: &Instance) {
    north.app().db.write(|tx| jobs::enqueue(tx, &job(), tx.now)).await.unwrap();
}

async fn claims(north: &Instance) -> Vec<StoredJob> {
    north.app().db.write(|tx| jobs::claim(tx, 10, LEASE)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_is_asked_for_while_it_is_done_is_done_again() {
    on_each_engine(|database| async {
        let world = idle(database).await;
        let north = world.at("north");
        asks(north).await;
        asks(north).await;
        let first = claims(north).await;
        assert_eq!(first.len(), 1, "the same work waits once");
        assert!(claims(north).await.is_empty(), "it is held");
        asks(north).await;
        let done = north.app().db.write(|tx| Ok(jobs::finish(tx, &first[0])?)).await.unwrap();
        assert_eq!(done, 0, "what was asked for meanwhile is not done yet");
        let second = claims(north).await;
        assert_eq!(second.len(), 1);
        assert_eq!(north.app().db.write(|tx| Ok(jobs::finish(tx, &second[0])?)).await.unwrap(), 1);
        assert_eq!(north.app().db.read(|conn| Ok(jobs::pending(conn)?)).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_with_a_job_keeps_it() {
    on_each_engine(|database| async {
        let world = idle(database).await;
        let (north, db) = (world.at("north"), world.at("north").app().db);
        asks(north).await;
        let mut held = claims(north).await.remove(0);
        world.advance_seconds(50);
        let until = world.clock.now().plus_seconds(LEASE);
        assert!(db.write(|tx| Ok(jobs::renew(tx, &held, until)?)).await.unwrap());
        world.advance_seconds(20);
        assert!(claims(north).await.is_empty(), "the first lease would be over");
        assert!(
            !db.write(|tx| Ok(jobs::renew(tx, &held, until)?)).await.unwrap(),
            "under the old one nobody holds it"
        );
        held.due_at = until;
        assert_eq!(db.write(|tx| Ok(jobs::finish(tx, &held)?)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_a_job_does_not_decide_about_it() {
    on_each_engine(|database| async {
        let world = idle(database).await;
        let north = world.at("north");
        asks(north).await;
        let lost = claims(north).await.remove(0);
        world.advance_seconds(LEASE + 1);
        let held = claims(north).await.remove(0);
        let db = north.app().db;
        db.write(|tx| jobs::release(tx, &lost)).await.unwrap();
        let now = world.clock.now();
        db.write(|tx| Ok(jobs::fail(tx, &lost, "too late", Some(now))?)).await.unwrap();
        db.write(|tx| Ok(jobs::finish(tx, &lost)?)).await.unwrap();
        assert!(claims(north).await.is_empty(), "it still belongs to the second worker");
        db.write(|tx| jobs::release(tx, &held)).await.unwrap();
        assert_eq!(claims(north).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_aside_waits_for_whoever_asks_again() {
    on_each_engine(|database| async {
        let world = idle(database).await;
        let north = world.at("north");
        let db = north.app().db;
        let puts_aside = async || {
            let held = claims(north).await.remove(0);
            db.write(|tx| Ok(jobs::fail(tx, &held, "nobody there", None)?)).await.unwrap();
            world.advance_seconds(LEASE + 1);
            assert!(claims(north).await.is_empty(), "it is put aside");
        };
        asks(north).await;
        puts_aside().await;
        let aside = db.read(|conn| Ok(jobs::aside(conn, 10)?)).await.unwrap();
        assert_eq!(aside, [(job().key(), Some("nobody there".to_owned()))]);
        asks(north).await;
        puts_aside().await;
        assert_eq!(db.write(jobs::take_up).await.unwrap(), 1, "by hand, too");
        assert_eq!(claims(north).await.len(), 1);
    })
    .await;
}

/// A process that starts does not wait for the leases of one that died, and takes nothing from one that
/// is there.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_held_is_free_when_another_one_starts() {
    for database in databases() {
        let open = async || Db::open(&database.url(), None, 4, Clock::System).await.unwrap();
        let dead = open().await;
        let held = dead.write(|tx| {
            jobs::enqueue(tx, &job(), tx.now)?;
            jobs::claim(tx, 10, 600)
        });
        assert_eq!(held.await.unwrap().len(), 1);
        let next = open().await;
        let claims = async || next.write(|tx| jobs::claim(tx, 10, 600)).await.unwrap().len();
        assert_eq!(claims().await, 0, "it is held");
        if !next.is_exclusive() {
            next.write(leases::take_over).await.unwrap();
            assert_eq!(claims().await, 0, "who holds it is there");
        }
        drop(dead);
        // The database notices in its own time that a connection is gone.
        let mut free = 0;
        for _ in 0..10_000 {
            next.write(leases::take_over).await.unwrap();
            free = claims().await;
            if free > 0 {
                break;
            }
        }
        assert_eq!(free, 1, "{}", database.url());
        next.write(leases::take_over).await.unwrap();
        assert_eq!(claims().await, 0, "what it holds itself stays its own");
    }
}

/// Two processes hear of the same server, and want the same work, at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_mean_the_same_make_one_row() {
    for database in databases().into_iter().filter(|database| database.url().starts_with("postgres")) {
        let one = Db::open(&database.url(), None, 4, Clock::System).await.unwrap();
        let other = Db::open(&database.url(), None, 4, Clock::System).await.unwrap();
        for round in 0..20 {
            let name = format!("round-{round}.example");
            let meets = async |db: &Db| -> Id<Host> {
                let made = db.write(|tx| {
                    jobs::enqueue(tx, &Job::FetchNodeInfo { host: name.clone() }, tx.now)?;
                    hosts::ensure(tx, &name)
                });
                made.await.unwrap().id
            };
            let (first, second) = tokio::join!(meets(&one), meets(&other));
            assert_eq!(first, second, "{name}");
        }
        assert_eq!(one.read(|conn| Ok(jobs::pending(conn)?)).await.unwrap(), 20);
        assert_eq!(other.read(|conn| Ok(hosts::all(conn)?.len())).await.unwrap(), 20);
    }
}
