//! Serves hosts: what waits for one goes out in order, and no host waits for another.

use std::time::Duration;

use activitypub_federation::config::{Data, FederationConfig};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};

use super::visit::{Done, Failed, Tally, VISIT, visit};
use super::{LONGEST, PATIENCE};
use crate::clock::Timestamp;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::random;
use crate::domain::job::Job;
use crate::federation::Federation;
use crate::store::deliveries::{self, Failure};
use crate::store::host_health::{self, Lease, Visit};
use crate::store::{Error, Tx, accounts, hosts, jobs};

/// Waiting times after the first, second, … failure in a row, in seconds; then daily.
const SCHEDULE: [i64; 9] = [30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600];
const DAY: i64 = 24 * 3600;
/// A host that answers, if only with errors, is asked again after this long at the latest: one row
/// that it stumbles over must not keep new ones away from it.
const STUMBLING: i64 = 600;
/// Time for what a visit and its end may take beyond its requests.
const MARGIN: i64 = 20;
/// Accounts that are looked at when an inbox is gone.
const GONE: i64 = 20;

/// Serves every host that is due, one window each; returns how many hosts that were.
pub(super) async fn run_due(data: &Data<Federation>) -> Result<usize, Error> {
    let (_going, stop) = watch::channel(false);
    let leases = round(data, &[], data.app.config.federation.deliveries).await?;
    let visits: FuturesUnordered<_> = leases.into_iter().map(|lease| visit(data, lease, &stop)).collect();
    let done: Vec<Done> = visits.collect().await;
    round(data, &done, 0).await?;
    Ok(done.len())
}

/// Serves hosts until the stop, each in a task of its own, as many at a time as the settings say.
pub(super) async fn work(
    config: &FederationConfig<Federation>,
    mut stop: watch::Receiver<bool>,
    call: &Notify,
) {
    let data = config.to_request_data();
    let seats = data.app.config.federation.deliveries;
    let mut visits = JoinSet::new();
    let mut done: Vec<Done> = Vec::new();
    loop {
        let stopping = *stop.borrow();
        let free = if stopping { 0 } else { seats.saturating_sub(visits.len()) };
        match round(&data, &done, free).await {
            Ok(leases) => {
                done.clear();
                set_out(&mut visits, config, &stop, leases);
            }
            // What is done stays in mind until it can be written down.
            Err(error) => {
                tracing::error!(%error, "deliveries could not be written down");
                tokio::time::sleep(PATIENCE).await;
            }
        }
        if stopping && visits.is_empty() && done.is_empty() {
            return;
        }
        let patience = if done.is_empty() { LONGEST } else { PATIENCE };
        tokio::select! {
            Some(ended) = visits.join_next() => keep(&mut done, ended),
            () = call.notified() => {}
            () = tokio::time::sleep(patience) => {}
            () = crate::app::stopped(&mut stop), if !stopping => {}
        }
        // What ended meanwhile is written down in the same transaction.
        while let Some(ended) = visits.try_join_next() {
            keep(&mut done, ended);
        }
    }
}

fn set_out(
    visits: &mut JoinSet<Done>,
    config: &FederationConfig<Federation>,
    stop: &watch::Receiver<bool>,
    leases: Vec<Lease>,
) {
    for lease in leases {
        let (config, stop) = (config.clone(), stop.clone());
        visits.spawn(async move { visit(&config.to_request_data(), lease, &stop).await });
    }
}

fn keep(done: &mut Vec<Done>, ended: Result<Done, JoinError>) {
    match ended {
        Ok(visit) => done.push(visit),
        Err(error) => tracing::error!(%error, "a visit broke off; the lease of its host runs out by itself"),
    }
}

/// One transaction: what the visits brought is written down, their hosts are let go, and up to
/// `free` others are taken. None at all where there is nothing to write down and nobody is due.
async fn round(data: &Data<Federation>, done: &[Done], free: usize) -> Result<Vec<Lease>, Error> {
    if done.is_empty() && (free == 0 || !is_due(data).await?) {
        return Ok(Vec::new());
    }
    let config = &data.app.config.federation;
    let request = i64::try_from(config.request_seconds).unwrap_or(DAY);
    let lease = i64::try_from(VISIT.as_secs()).unwrap_or(DAY) + request + MARGIN;
    let days = i64::from(config.retry_days);
    data.app
        .db
        .write(|tx| {
            for visit in done {
                settle(tx, visit, days)?;
            }
            match i64::try_from(free) {
                Ok(free) if free > 0 => host_health::claim(tx, free, lease),
                _ => Ok(Vec::new()),
            }
        })
        .await
}

async fn is_due(data: &Data<Federation>) -> Result<bool, Error> {
    let next = data.app.db.read(|conn| Ok(host_health::next_due(conn)?)).await?;
    Ok(next.is_some_and(|due| due <= data.app.clock().now()))
}

/// Writes down what happened during a visit and lets go of the host.
fn settle(tx: &mut Tx<'_>, done: &Done, days: i64) -> Result<(), Error> {
    let Done { lease, tally } = done;
    let progress = tally.progress();
    let now = tx.now;
    let given_up = now.plus_seconds(-days * DAY);
    let jitter = random::<1>().map_or(0, |[byte]| i64::from(byte));
    deliveries::finish(tx, &tally.finished)?;
    // As it is now: it may have been heard of, or parted with, meanwhile.
    let host = hosts::by_id(tx, lease.host.id)?.unwrap_or_else(|| lease.host.clone());
    for row in &tally.refused {
        write_down(tx, row, true, None)?;
        if row.status == Some(410) && host.standing != HostStanding::Suspended {
            look_after(tx, lease, row)?;
        }
    }
    for row in &tally.failed {
        // Where the host is to blame, its own time counts; where other rows went through, the row's.
        let own = (progress || !row.down).then(|| again(now, row.attempts, None, jitter));
        write_down(tx, row, row.queued <= given_up, own)?;
    }
    let failures = if progress { 0 } else { host.failures };
    let trouble = trouble(tally, now, failures, jitter);
    if let Some((_, why)) = trouble {
        give_up(tx, tally, &host, given_up, why)?;
    }
    if let Some(why) = &tally.barred {
        deliveries::put_aside(tx, host.id, now, why)?;
    }
    let pause = tally.broken.then(|| now.plus_seconds(SCHEDULE.first().copied().unwrap_or(DAY)));
    let visit =
        Visit { host: host.id, lease: lease.until, progress, trouble, pause, signature: tally.scheme };
    host_health::release(tx, &visit)
}

/// Puts aside everything for a host that took nothing for so long, else what waited so long.
fn give_up(tx: &mut Tx<'_>, tally: &Tally, host: &Host, since: Timestamp, why: &str) -> Result<(), Error> {
    let now = tx.now;
    if !tally.progress() && host.failing_since.is_some_and(|first| first <= since) {
        deliveries::put_aside(tx, host.id, now, why)?;
    } else if tally.failed.iter().any(|row| row.down) {
        deliveries::put_aside(tx, host.id, since, why)?;
    }
    Ok(())
}

fn write_down(tx: &mut Tx<'_>, row: &Failed, dead: bool, due_at: Option<Timestamp>) -> Result<(), Error> {
    let status = row.status.map(i32::from);
    deliveries::fail(tx, row.id, &Failure { status, error: &row.why, dead, due_at })?;
    Ok(())
}

/// An inbox is gone for good: whether its owner is, their own address says.
fn look_after(tx: &mut Tx<'_>, lease: &Lease, row: &Failed) -> Result<(), Error> {
    let now = tx.now;
    for account in accounts::behind(tx, lease.host.id, &row.inbox, GONE)? {
        jobs::enqueue(tx, &Job::FetchAccount { uri: account.uri.to_string() }, now)?;
    }
    Ok(())
}

/// Whether the host as a whole has to be given time, how much, and why.
fn trouble(tally: &Tally, now: Timestamp, failures: i32, jitter: i64) -> Option<(Timestamp, &str)> {
    let asked = tally.failed.iter().filter_map(|row| row.retry_after).max();
    if let Some(row) = tally.failed.iter().find(|row| row.down) {
        return Some((again(now, failures, asked, jitter), &row.why));
    }
    let row = tally.failed.first().filter(|_| !tally.progress())?;
    let soon = now.plus_seconds(STUMBLING);
    Some((again(now, failures, asked, jitter).min(soon), &row.why))
}

/// When to try again: later after each failure in a row, give or take a fifth, and never before the
/// host wants to be asked.
fn again(now: Timestamp, failures: i32, retry_after: Option<Duration>, jitter: i64) -> Timestamp {
    let index = usize::try_from(failures).unwrap_or(usize::MAX);
    let wait = SCHEDULE.get(index).copied().unwrap_or(DAY);
    let wait = wait * (80 + jitter * 40 / 255) / 100;
    let asked = retry_after.map_or(0, |wait| i64::try_from(wait.as_secs()).unwrap_or(DAY).min(7 * DAY));
    now.plus_seconds(wait.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_and_obeys_the_host() {
        let wait = |failures, retry_after: Option<u64>, jitter| {
            again(Timestamp(0), failures, retry_after.map(Duration::from_secs), jitter).seconds()
        };
        assert_eq!(wait(0, None, 0), 24);
        assert_eq!(wait(0, None, 255), 36);
        assert_eq!(wait(2, None, 0), 480);
        assert_eq!(wait(100, None, 0), DAY * 80 / 100);
        assert_eq!(wait(0, Some(7_000), 128), 7_000);
        assert_eq!(wait(0, Some(u64::MAX), 0), DAY);
    }
}
