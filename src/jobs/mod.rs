//! The door for the clock: what is due is done, whoever asked for it.
//!
//! All work is rows; a worker holds some of them on lease. A crash lets the lease run out, and
//! somebody takes the work again.

mod archive;
mod deliver;
mod later;
mod letters;
mod visit;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use activitypub_federation::config::{Data, FederationConfig};
use futures_util::FutureExt;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::domain::job::Job;
use crate::federation::{Federation, inbox};
use crate::store::{Error, Event, jobs, leases};

/// Received activities that are applied in one go.
const BATCH: usize = 128;
/// Workers on the inbox: while one waits for another server, the next applies what came meanwhile.
const INBOX_WORKERS: usize = 3;
/// How long a worker sleeps when nobody wakes it: the precision of what becomes due by itself.
const PATIENCE: Duration = Duration::from_secs(2);
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
        let mut workers = JoinSet::new();
        for _ in 0..INBOX_WORKERS {
            let (config, stop) = (config.clone(), stop.clone());
            workers.spawn(async move {
                repeat(&config, stop, Event::Inbox, async |data, _| inbox::apply_due(data, BATCH).await)
                    .await;
            });
        }
        for _ in 0..config.to_request_data().app.config.federation.workers {
            let (config, stop) = (config.clone(), stop.clone());
            workers.spawn(async move {
                repeat(&config, stop, Event::Jobs, async |data, stop| later::run_one(data, stop).await).await;
            });
        }
        let (deliverer, until) = (config.clone(), stop.clone());
        workers.spawn(async move { deliver::work(&deliverer, until).await });
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

/// Repeats `work` as long as it finds something to do, and again when woken, until the stop. Work
/// that breaks takes no worker with it.
async fn repeat(
    config: &FederationConfig<Federation>,
    mut stop: watch::Receiver<bool>,
    event: Event,
    work: impl AsyncFn(&Data<Federation>, &watch::Receiver<bool>) -> Result<usize, Error>,
) {
    let mut events = config.to_request_data().app.db.events();
    while !*stop.borrow() {
        let data = config.to_request_data();
        match AssertUnwindSafe(work(&data, &stop)).catch_unwind().await {
            Ok(Ok(0)) => {}
            Ok(Ok(_)) => continue,
            Ok(Err(error)) => {
                tracing::error!(%error, ?event, "work failed and is tried again");
                tokio::time::sleep(PATIENCE).await;
            }
            Err(_) => {
                tracing::error!(?event, "work broke off in the middle and is tried again");
                tokio::time::sleep(PATIENCE).await;
            }
        }
        tokio::select! {
            () = wake(&mut events, &event) => {}
            () = tokio::time::sleep(PATIENCE) => {}
            () = crate::app::stopped(&mut stop) => {}
        }
    }
}

/// Resolves when `event` was committed. A listener that fell behind looks for itself.
async fn wake(events: &mut tokio::sync::broadcast::Receiver<Event>, event: &Event) {
    loop {
        match events.recv().await {
            Ok(heard) if heard == *event => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
