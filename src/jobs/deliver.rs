//! Serves hosts: what waits for one goes out in order, and no host waits for another.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use activitypub_federation::config::{Data, FederationConfig};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{PATIENCE, wake};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::host::{Host, HostStanding, SignatureScheme};
use crate::domain::id::{Id, random};
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::federation::delivery::{Outcome, deliver};
use crate::federation::signature::Signer;
use crate::store::activities::Activity;
use crate::store::deliveries::{self, Delivery, Visit};
use crate::store::{Error, Event, keys};

/// How long a host belongs to the worker that claimed it; longer than a window can take.
const LEASE_SECONDS: i64 = 300;
/// Rows of one host that are held in memory at a time.
const WINDOW: i64 = 100;
/// A delivery that failed so often is put aside. A host that is down sees fewer tries in a week, so
/// this meets only what fails while other things to the same host go through.
const ATTEMPTS: i32 = 20;
/// Waiting times after the first, second, … failure in a row, in seconds; then daily.
const SCHEDULE: [i64; 9] = [30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600];
const DAY: i64 = 24 * 3600;

type Row = (Delivery, Activity);

/// Serves every host that is due, one window each; returns how many rows were settled.
pub(super) async fn run_due(data: &Data<Federation>) -> Result<usize, Error> {
    let hosts = claim(data, 64).await?;
    let mut visits: FuturesUnordered<_> = hosts.into_iter().map(|host| serve(data, host)).collect();
    let mut settled = 0;
    while let Some(done) = visits.next().await {
        settled += done?;
    }
    Ok(settled)
}

/// Serves hosts until the stop, each in a task of its own, as many at a time as the settings say.
pub(super) async fn work(config: &FederationConfig<Federation>, mut stop: watch::Receiver<bool>) {
    let data = config.to_request_data();
    let seats = data.app.config.federation.deliveries;
    let mut events = data.app.db.events();
    let mut visits = JoinSet::new();
    while !*stop.borrow() {
        let free = i64::try_from(seats.saturating_sub(visits.len())).unwrap_or(0);
        let hosts = if free > 0 { claim(&data, free).await } else { Ok(Vec::new()) };
        let hosts = hosts.unwrap_or_else(|error| {
            tracing::error!(%error, "no host could be claimed");
            Vec::new()
        });
        let more = !hosts.is_empty();
        for host in hosts {
            let config = config.clone();
            visits.spawn(async move { visit(&config.to_request_data(), host).await });
        }
        if more {
            continue;
        }
        tokio::select! {
            Some(_) = visits.join_next() => {}
            () = wake(&mut events, Event::Deliveries) => {}
            () = tokio::time::sleep(PATIENCE) => {}
            () = crate::app::stopped(&mut stop) => {}
        }
    }
    while visits.join_next().await.is_some() {}
}

async fn visit(data: &Data<Federation>, host: Host) {
    let name = host.name.clone();
    if let Err(error) = serve(data, host).await {
        tracing::error!(%error, host = name, "a host could not be served; its lease runs out by itself");
    }
}

async fn claim(data: &Data<Federation>, limit: i64) -> Result<Vec<Host>, Error> {
    data.app.db.write(|tx| deliveries::claim(tx, limit, LEASE_SECONDS)).await
}

/// What happened during one window.
#[derive(Default)]
struct Tally {
    finished: Vec<Id<Delivery>>,
    failed: Vec<(Id<Delivery>, Option<u16>, String, bool)>,
    later: Option<(String, Option<Duration>)>,
    scheme: Option<SignatureScheme>,
}

/// Sends one window of what waits for a host, writes down what happened, and lets go of the host.
async fn serve(data: &Data<Federation>, host: Host) -> Result<usize, Error> {
    let mut rows = match host.standing {
        HostStanding::Suspended => Vec::new(),
        HostStanding::Unknown | HostStanding::Approved | HostStanding::Limited => {
            data.app.db.read(|conn| Ok(deliveries::waiting(conn, host.id, WINDOW)?)).await?
        }
    };
    if host.failures > 0 {
        rows = probe(rows);
    }
    let tally = send(data, &host, rows).await?;
    settle(data, &host, &tally).await?;
    Ok(tally.finished.len() + tally.failed.iter().filter(|(_, _, _, dead)| *dead).count())
}

/// After a failure a single row finds out how the host is; the rest waits until it went through.
///
/// It is one that was tried least among those that are next for their object: a row that the host
/// can never take must not keep all the others away from it.
fn probe(rows: Vec<Row>) -> Vec<Row> {
    let mut seen = HashSet::new();
    let next = rows.into_iter().filter(|(_, activity)| seen.insert(activity.object_uri.clone()));
    next.min_by_key(|(delivery, _)| (delivery.attempts, delivery.id)).into_iter().collect()
}

/// Sends rows: those about one thing in order, those about different things side by side.
async fn send(data: &Data<Federation>, host: &Host, rows: Vec<Row>) -> Result<Tally, Error> {
    let signers = signers(data, &rows).await?;
    let mut chains: Vec<(Uri, Vec<Row>)> = Vec::new();
    for row in rows {
        match chains.iter_mut().find(|(object, _)| *object == row.1.object_uri) {
            Some((_, chain)) => chain.push(row),
            None => chains.push((row.1.object_uri.clone(), vec![row])),
        }
    }
    let side_by_side = data.app.config.federation.deliveries_per_host;
    let mut waiting = chains.into_iter().map(|(_, rows)| chain(data, host, &signers, rows));
    let mut running: FuturesUnordered<_> = waiting.by_ref().take(side_by_side).collect();
    let mut tally = Tally::default();
    while let Some(done) = running.next().await {
        tally.finished.extend(done.finished);
        tally.failed.extend(done.failed);
        tally.scheme = done.scheme.or(tally.scheme);
        tally.later = tally.later.or(done.later);
        if tally.later.is_none() {
            running.extend(waiting.next());
        }
    }
    Ok(tally)
}

async fn chain(
    data: &Data<Federation>,
    host: &Host,
    signers: &HashMap<Id<Account>, Signer>,
    rows: Vec<Row>,
) -> Tally {
    let mut tally = Tally::default();
    let mut scheme = host.signature;
    for (delivery, activity) in rows {
        let Some(signer) = signers.get(&activity.account_id) else {
            tally.failed.push((delivery.id, None, "its author has no key any more".to_owned(), true));
            continue;
        };
        match deliver(data, signer, scheme, &delivery.inbox, &activity.body).await {
            Outcome::Delivered(used) => {
                tally.finished.push(delivery.id);
                scheme = used;
                tally.scheme = (used != host.signature).then_some(used);
            }
            Outcome::Dead { status, why } => tally.failed.push((delivery.id, status, why, true)),
            Outcome::Later { status, why, retry_after } => {
                let dead = delivery.attempts + 1 >= ATTEMPTS;
                tally.failed.push((delivery.id, status, why.clone(), dead));
                tally.later = Some((why, retry_after));
                break;
            }
        }
    }
    tally
}

async fn signers(data: &Data<Federation>, rows: &[Row]) -> Result<HashMap<Id<Account>, Signer>, Error> {
    let mut authors: Vec<Id<Account>> = rows.iter().map(|(_, activity)| activity.account_id).collect();
    authors.sort_unstable();
    authors.dedup();
    data.app
        .db
        .read(|conn| {
            let mut signers = HashMap::new();
            for author in authors {
                if let Ok(key) = keys::signing(conn, author, Algorithm::Rsa) {
                    signers.insert(author, Signer { key_id: key.uri, key: key.key });
                }
            }
            Ok(signers)
        })
        .await
}

async fn settle(data: &Data<Federation>, host: &Host, tally: &Tally) -> Result<(), Error> {
    let jitter = random::<1>().map_or(0, |[byte]| i64::from(byte));
    let days = i64::from(data.app.config.federation.retry_days);
    data.app
        .db
        .write(|tx| {
            deliveries::finish(tx, &tally.finished)?;
            for (id, status, why, dead) in &tally.failed {
                deliveries::fail(tx, *id, status.map(i32::from), why, *dead)?;
            }
            let failure = match &tally.later {
                Some((why, retry_after)) => {
                    let given_up = tx.now.plus_seconds(-days * DAY);
                    deliveries::give_up(tx, host.id, given_up, why)?;
                    Some((again(tx.now, host.failures, *retry_after, jitter), why.as_str()))
                }
                None => None,
            };
            let answered = tally.failed.iter().any(|(_, status, _, dead)| *dead && status.is_some());
            let success = failure.is_none() && (answered || !tally.finished.is_empty());
            let visit = Visit { host: host.id, success, failure, signature: tally.scheme };
            deliveries::release(tx, &visit)
        })
        .await
}

/// When a host is tried again: later after each failure in a row, give or take a fifth, and never
/// before it wants to be.
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
