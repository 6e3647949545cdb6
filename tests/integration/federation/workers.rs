//! Several workers who write the same row at once: nobody's work is thrown back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use plenum::domain::account::Account;
use plenum::domain::contribution::{Contribution, Kind};
use plenum::domain::id::Id;
use plenum::domain::question::Qid;
use plenum::domain::rebuff::Rebuff;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::store::completeness::{self, ThreadCheck};
use plenum::store::exchanges::{self, Exchange};
use plenum::store::tombstones::{self, Tombstone};
use plenum::store::{Error, Tx, hosts, rebuffs};

use crate::harness::debate::qid_of;
use crate::harness::world::{World, on_each_engine};

/// How often, and by how many at once.
const ROUNDS: usize = 10;
const WORKERS: usize = 2;

/// What they all come to know at once.
#[derive(Clone)]
struct News {
    host: String,
    qid: Qid,
    account: Id<Account>,
    thread: Id<Contribution>,
}

impl News {
    fn at(&self, path: &str) -> Uri {
        Uri::parse(&format!("https://{}/{path}", self.host)).unwrap()
    }

    fn keep(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let now = tx.now;
        rebuffs::note(tx, &self.host, Rebuff::Flood)?;
        tombstones::insert(tx, &self.at("n/1"))?;
        let mark = Tombstone {
            uri: self.at("p/1"),
            created_at: now,
            kind: Some(Kind::Position),
            qid: Some(self.qid.clone()),
            digest: None,
            document: Some("{}".to_owned()),
        };
        tombstones::keep(tx, &mark)?;
        let exchange = Exchange {
            qid: self.qid.clone(),
            account_id: self.account,
            digest: "0".repeat(64),
            agrees: true,
            error: None,
            checked_at: now,
            deletions: String::new(),
        };
        exchanges::put(tx, &exchange)?;
        exchanges::set_listed(tx, &self.qid, self.account, &[self.at("p/2")])?;
        let check = ThreadCheck { contribution_id: self.thread, claimed: 1, checked_at: now };
        Ok(completeness::put_thread(tx, &check)?)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "several workers at once")]
async fn two_workers_count_and_remember_the_same_thing_at_once() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        for round in 0..ROUNDS {
            let question = north.asks(&format!("Why {round}?"), &[]).await;
            let host = format!("flood-{round}.example");
            let (account, thread, qid) = (question.author.id, question.head.id, qid_of(&question));
            let db = north.app().db;
            db.write(|tx| hosts::ensure(tx, &host)).await.unwrap();
            let news = News { host: host.clone(), qid: qid.clone(), account, thread };
            let start = Arc::new(Barrier::new(WORKERS));
            let work = (0..WORKERS).map(|_| {
                let (db, news, start) = (north.app().db, news.clone(), Arc::clone(&start));
                let (alone, met) = (db.is_exclusive(), AtomicBool::new(false));
                let keeping = async move {
                    db.write(|tx| {
                        // SQLite lets the second begin only when the first is done.
                        if !alone && !met.swap(true, Ordering::SeqCst) {
                            start.wait();
                        }
                        news.keep(tx)
                    })
                    .await
                };
                tokio::spawn(keeping)
            });
            let work: Vec<_> = work.collect();
            for worker in work {
                worker.await.unwrap().unwrap();
            }
            let kept = db.read(|conn| {
                let counted = rebuffs::all(conn, 100)?.into_iter().find(|(name, ..)| *name == host);
                let checked = (exchanges::of(conn, &qid)?.len(), exchanges::listed(conn, &qid)?.len());
                Ok((
                    counted.map(|(_, _, times, _, _)| times),
                    checked,
                    tombstones::addresses(conn, &qid)?.len(),
                ))
            });
            let all = i64::try_from(WORKERS).unwrap();
            assert_eq!(kept.await.unwrap(), (Some(all), (1, 1), 1));
        }
    })
    .await;
}
