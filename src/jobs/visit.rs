//! A visit to one host: a window of what waits for it goes out, and what happened is kept in mind.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use activitypub_federation::config::Data;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::host::{Host, SignatureScheme};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::federation::delivery::{Outcome, Post, deliver, signer};
use crate::federation::signature::Signer;
use crate::federation::{Federation, FetchError, fetch};
use crate::store::activities::Activity;
use crate::store::deliveries::{self, Delivery};
use crate::store::host_health::Lease;
use crate::store::{Conn, Error};

/// After this long no further row is sent: what arrived is written down before the lease ends.
pub(super) const VISIT: Duration = Duration::from_secs(30);

type Row = (Delivery, Activity);

/// A visit that is over and not yet written down.
pub(super) struct Done {
    pub(super) lease: Lease,
    pub(super) tally: Tally,
}

/// A row that did not arrive.
pub(super) struct Failed {
    pub(super) id: Id<Delivery>,
    pub(super) inbox: Uri,
    pub(super) attempts: i32,
    pub(super) queued: Timestamp,
    pub(super) status: Option<u16>,
    pub(super) why: String,
    pub(super) retry_after: Option<Duration>,
    pub(super) down: bool,
}

/// What happened during a visit.
#[derive(Default)]
pub(super) struct Tally {
    /// These arrived.
    pub(super) finished: Vec<Id<Delivery>>,
    /// These will never be taken.
    pub(super) refused: Vec<Failed>,
    /// These may be taken later.
    pub(super) failed: Vec<Failed>,
    /// The signature the host took, where it is another one than before.
    pub(super) scheme: Option<SignatureScheme>,
    /// Why the host gets nothing at all.
    pub(super) barred: Option<String>,
    /// Whether something broke on our side.
    pub(super) broken: bool,
}

impl Tally {
    /// Whether the host took anything, or at least answered for good reason that it will not.
    pub(super) fn progress(&self) -> bool {
        !self.finished.is_empty() || self.refused.iter().any(|row| row.status.is_some())
    }

    /// Whether sending more now would be of no use.
    fn hopeless(&self) -> bool {
        self.failed.iter().any(|row| row.down) || (!self.failed.is_empty() && !self.progress())
    }

    fn add(&mut self, other: Self) {
        self.finished.extend(other.finished);
        self.refused.extend(other.refused);
        self.failed.extend(other.failed);
        self.scheme = other.scheme.or(self.scheme);
        self.broken |= other.broken;
    }
}

/// Sends what may go out to a host, until the window is empty, the time is over or `stop` is true.
pub(super) async fn visit(data: &Data<Federation>, lease: Lease, stop: &watch::Receiver<bool>) -> Done {
    let tally = serve(data, &lease.host, stop).await.unwrap_or_else(|error| {
        tracing::error!(%error, host = lease.host.name, "a host could not be served");
        Tally { broken: true, ..Tally::default() }
    });
    Done { lease, tally }
}

async fn serve(data: &Data<Federation>, host: &Host, stop: &watch::Receiver<bool>) -> Result<Tally, Error> {
    let end = Instant::now() + VISIT;
    let now = data.app.clock().now();
    let look = |conn: &mut Conn| match fetch::admits(conn, &host.name) {
        Ok(()) => Ok(Ok(deliveries::waiting(conn, host.id, now)?)),
        // Decided now and not when it was queued: a suspension holds for what waits, too.
        Err(FetchError::Blocked(why)) => Ok(Err(why)),
        Err(error) => Err(error.into()),
    };
    let rows = match data.app.db.read(look).await? {
        Ok(rows) if host.failures > 0 => probe(rows),
        Ok(rows) => rows,
        Err(why) => return Ok(Tally { barred: Some(why), ..Tally::default() }),
    };
    let mut signers = HashMap::new();
    for (_, activity) in &rows {
        if let Entry::Vacant(place) = signers.entry(activity.account_id) {
            place.insert(signer(data, activity.account_id).await?);
        }
    }
    let go = || !*stop.borrow() && Instant::now() < end;
    Ok(send(data, host, &signers, rows, &go).await)
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
async fn send(
    data: &Data<Federation>,
    host: &Host,
    signers: &HashMap<Id<Account>, Option<Signer>>,
    rows: Vec<Row>,
    go: &impl Fn() -> bool,
) -> Tally {
    let mut places: HashMap<Uri, usize> = HashMap::new();
    let mut chains: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        let place = *places.entry(row.1.object_uri.clone()).or_insert(chains.len());
        match chains.get_mut(place) {
            Some(chain) => chain.push(row),
            None => chains.push(vec![row]),
        }
    }
    let side_by_side = data.app.config.federation.deliveries_per_host;
    let mut waiting = chains.into_iter().map(|rows| chain(data, host.signature, signers, rows, go));
    let mut running: FuturesUnordered<_> = waiting.by_ref().take(side_by_side).collect();
    let mut tally = Tally::default();
    while let Some(done) = running.next().await {
        tally.add(done);
        if !tally.hopeless() {
            running.extend(waiting.next());
        }
    }
    tally
}

async fn chain(
    data: &Data<Federation>,
    known: SignatureScheme,
    signers: &HashMap<Id<Account>, Option<Signer>>,
    rows: Vec<Row>,
    go: &impl Fn() -> bool,
) -> Tally {
    let mut tally = Tally::default();
    let mut scheme = known;
    for (delivery, activity) in rows {
        if !go() {
            break;
        }
        match data.app.db.read(|conn| Ok(deliveries::waits(conn, delivery.id)?)).await {
            Ok(true) => {}
            // Dropped since the window was read: its host is suspended by now, or what it tells is taken back.
            Ok(false) => continue,
            Err(error) => {
                tracing::error!(%error, "a delivery could not be looked at");
                tally.broken = true;
                break;
            }
        }
        let outcome = match signers.get(&activity.account_id).and_then(Option::as_ref) {
            Some(signer) => {
                post(data, scheme, Post { signer, inbox: &delivery.inbox, body: &activity.body }).await
            }
            None => Outcome::Dead { status: None, why: "its author has no key any more".to_owned() },
        };
        let failed = |status, why, retry_after, down| Failed {
            id: delivery.id,
            inbox: delivery.inbox,
            attempts: delivery.attempts,
            queued: delivery.created_at,
            status,
            why,
            retry_after,
            down,
        };
        match outcome {
            Outcome::Delivered(used) => {
                tally.finished.push(delivery.id);
                scheme = used;
                tally.scheme = (used != known).then_some(used);
            }
            Outcome::Dead { status, why } => tally.refused.push(failed(status, why, None, false)),
            Outcome::Later { status, why, retry_after, down } => {
                tally.failed.push(failed(status, why, retry_after, down));
                break;
            }
        }
    }
    tally
}

/// A row that breaks our own code is put aside like one that nobody wants.
async fn post(data: &Data<Federation>, scheme: SignatureScheme, post: Post<'_>) -> Outcome {
    let sent = AssertUnwindSafe(deliver(data, scheme, post)).catch_unwind().await;
    let broke = |_| Outcome::Dead { status: None, why: "sending it broke this server's code".to_owned() };
    sent.unwrap_or_else(broke)
}
