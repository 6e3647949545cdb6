//! Later work: asked for twice, lost with its worker, put aside and taken up again.

use std::time::Duration;

use plenum::clock::Clock;
use plenum::domain::host::Host;
use plenum::domain::id::Id;
use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::store::jobs::{self, StoredJob};
use plenum::store::{Db, hosts, leases};
use tokio::sync::watch;
use tokio::time::timeout;

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

/// Resolves when no job of these waits any more.
async fn done(north: &Instance, asked: &[Job]) {
    let keys: Vec<String> = asked.iter().map(|job| serde_json::to_string(job).unwrap()).collect();
    let waits = async || {
        let all = north.app().db.read(|conn| Ok(jobs::all(conn)?)).await.unwrap();
        all.iter().any(|(_, payload)| keys.contains(payload))
    };
    let over = async {
        while waits().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), over).await.expect("the workers look what is due");
}

/// The command line writes into the same database and tells nobody, and time passes without a word.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_was_told_of_is_done_all_the_same() {
    for database in databases() {
        let url = database.url();
        let world = idle(database).await;
        let north = world.at("north");
        let (stop, stopped) = watch::channel(false);
        let workers = plenum::jobs::start(north.federation.clone(), stopped);
        let other = Db::open(&url, None, 2, world.clock.clone()).await.unwrap();
        // More than there are workers.
        let asked: Vec<Job> = (1..=8).map(|host| Job::PassOn { host }).collect();
        let later = Job::PassOn { host: 9 };
        let written = other.write(|tx| {
            for job in &asked {
                jobs::enqueue(tx, job, tx.now)?;
            }
            let due = tx.now.plus_seconds(3600);
            jobs::enqueue(tx, &later, due)
        });
        written.await.unwrap();
        done(north, &asked).await;
        let waiting = north.app().db.read(|conn| Ok(jobs::all(conn)?)).await.unwrap();
        let text = serde_json::to_string(&later).unwrap();
        assert!(waiting.iter().any(|(_, payload)| *payload == text), "it is not due yet");
        world.advance_hours(1);
        done(north, std::slice::from_ref(&later)).await;
        stop.send_replace(true);
        workers.await.unwrap();
    }
}
