//! The door for the clock: what is due is done, whoever asked for it.
//!
//! All work is rows; a worker holds some of them on lease. A crash lets the lease run out, and
//! somebody takes the work again.

mod archive;
mod calls;
mod deliver;
mod later;
mod letters;
mod visit;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use activitypub_federation::config::{Data, FederationConfig};
use futures_util::FutureExt;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::Timestamp;
use crate::domain::job::Job;
use crate::federation::{Federation, inbox};
use crate::store::{Conn, Error, inbox_items, jobs, leases};
use calls::Calls;

/// Received activities that are applied in one go.
const BATCH: usize = 128;
/// Workers on the inbox: while one waits for another server, the next applies what came meanwhile.
const INBOX_WORKERS: usize = 3;
/// How long nobody looks what is due: what other processes wrote waits so long, at most.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a worker sleeps when nobody calls it, should whoever calls be gone.
const LONGEST: Duration = Duration::from_secs(60);
/// How long workers may take to finish what they hold when the server stops.
const FAREWELL: Duration = Duration::from_secs(20);

/// Does everything that is due now, once, and returns how much that was. Tests call it until it
/// returns 0; the server runs the same three parts side by side.
pub async fn run_due(data: &Data<Federation>) -> Result<usize, Error> {
    let applied = inbox::apply_due(data, BATCH).await?;
    let delivered = deliver::run_due(data).await?;
    let worked = later::run_due(data).await?;
    Ok(applied + delivered + worked)
}

/// Starts the workers; the handle ends after `stop` turned true and they let go of what they held.
#[expect(
    clippy::disallowed_methods,
    reason = "workers are tasks of their own, and this waits for all of them"
)]
pub fn start(config: FederationConfig<Federation>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        // Before anybody claims anything: afterwards it could not be told from what the dead held.
        schedule(&config).await;
        let calls = Arc::new(Calls::default());
        let mut workers = JoinSet::new();
        for _ in 0..INBOX_WORKERS {
            let (config, stop, calls) = (config.clone(), stop.clone(), Arc::clone(&calls));
            workers.spawn(async move {
                let apply = async |data: &_, _: &_| inbox::apply_due(data, BATCH).await;
                repeat(&config, stop, (&INBOX, &calls.inbox), apply).await;
            });
        }
        for _ in 0..config.to_request_data().app.config.federation.workers {
            let (config, stop, calls) = (config.clone(), stop.clone(), Arc::clone(&calls));
            workers.spawn(async move {
                let work = async |data: &_, stop: &_| later::run_one(data, stop).await;
                repeat(&config, stop, (&JOBS, &calls.jobs), work).await;
            });
        }
        let (deliverer, until, called) = (config.clone(), stop.clone(), Arc::clone(&calls));
        workers.spawn(async move { deliver::work(&deliverer, until, &called.deliveries).await });
        let (watcher, until) = (config.clone(), stop.clone());
        workers.spawn(async move { calls::watch(&watcher, &calls, until).await });
        let mut stop = stop;
        crate::app::stopped(&mut stop).await;
        let ended = async { while workers.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, ended).await.is_err() {
            tracing::warn!("some work was cut off; it is in the database and goes on at the next start");
        }
    })
}

/// Puts the regular work into its row, and takes over what a process that died still held.
async fn schedule(config: &FederationConfig<Federation>) {
    let data = config.to_request_data();
    let done = data.app.db.write(|tx| {
        leases::take_over(tx)?;
        let now = tx.now;
        jobs::enqueue(tx, &Job::Cleanup, now)
    });
    if let Err(error) = done.await {
        tracing::error!(%error, "the regular work could not be scheduled");
    }
}

/// What waits in a row for several workers.
struct Line {
    /// Its name in the log.
    name: &'static str,
    /// How much of it one worker takes.
    share: usize,
    /// How much of it is due, as far as that is more than the given number.
    due: fn(&mut Conn, Timestamp, i64) -> Result<usize, Error>,
}

const INBOX: Line =
    Line { name: "inbox", share: BATCH, due: |conn, now, most| Ok(inbox_items::count_due(conn, now, most)?) };
const JOBS: Line =
    Line { name: "jobs", share: 1, due: |conn, now, most| Ok(jobs::count_due(conn, now, most)?) };

/// Repeats `work` as long as there is something to do, and again when called, until the stop. Work
/// that breaks takes no worker with it.
async fn repeat(
    config: &FederationConfig<Federation>,
    mut stop: watch::Receiver<bool>,
    (line, call): (&Line, &Notify),
    work: impl AsyncFn(&Data<Federation>, &watch::Receiver<bool>) -> Result<usize, Error>,
) {
    while !*stop.borrow() {
        let data = config.to_request_data();
        let done =
            async { if anything(&data, line, call).await? { work(&data, &stop).await } else { Ok(0) } };
        match AssertUnwindSafe(done).catch_unwind().await {
            Ok(Ok(0)) => {}
            Ok(Ok(_)) => continue,
            Ok(Err(error)) => {
                tracing::error!(%error, line = line.name, "work failed and is tried again");
                tokio::time::sleep(PATIENCE).await;
            }
            Err(_) => {
                tracing::error!(line = line.name, "work broke off in the middle and is tried again");
                tokio::time::sleep(PATIENCE).await;
            }
        }
        tokio::select! {
            () = call.notified() => {}
            () = tokio::time::sleep(LONGEST) => {}
            () = crate::app::stopped(&mut stop) => {}
        }
    }
}

/// Whether anything is due; where it is more than one worker takes, the next one is called. Looking disturbs
/// nobody, and taking would be a write transaction.
async fn anything(data: &Data<Federation>, line: &Line, call: &Notify) -> Result<bool, Error> {
    let (now, most) = (data.app.clock().now(), i64::try_from(line.share).unwrap_or(i64::MAX));
    let due = data.app.db.read(|conn| (line.due)(conn, now, most.saturating_add(1))).await?;
    if due > line.share {
        call.notify_one();
    }
    Ok(due > 0)
}
