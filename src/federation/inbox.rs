//! The inbox: receive is answered when the activity is on disk; what it means is done afterwards, in
//! order, many at a time.

use activitypub_federation::config::Data;
use futures_util::stream::{self, StreamExt};

use super::activities::{self, Arrived, Finding, Found, Need, Outcome, Voucher};
use super::fetch::Budget;
use super::{Federation, FetchError, InboxError, intake, objects, resolve};
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::inbox::InboxItem;
use crate::domain::rebuff::Rebuff;
use crate::store::{Error, Tx, inbox_items, rebuffs};
use crate::vocab::incoming::IncomingActivity;

/// How long an item that needs the network belongs to whoever fetches for it, in seconds.
const LEASE: i64 = 120;
/// How many items are fetched for at the same time.
const SIDE_BY_SIDE: usize = 8;
/// Rounds of fetching for one item; each brings one thing.
const ROUNDS: usize = 12;
/// Attempts before an item is set aside.
const ATTEMPTS: i32 = 8;

/// Verifies what came to an inbox and returns once it is on disk: `POST /inbox` answers 202 then.
pub async fn receive(
    data: &Data<Federation>,
    parts: &http::request::Parts,
    body: impl AsRef<[u8]>,
) -> Result<(), InboxError> {
    intake::receive(data, parts, body.as_ref()).await
}

/// An item with what can be said of it without the database.
struct Read {
    item: InboxItem,
    arrived: Result<Arrived, String>,
}

/// What became of one item within a batch.
enum Verdict {
    Settled,
    Needs,
}

/// Applies what is due, up to `limit` items, oldest first; returns how many were settled.
///
/// Items that need nothing from the network are applied together in one transaction, each in a
/// savepoint, and marked in the same transaction, so that none counts twice. The others follow one
/// by one, as what they need arrives.
pub async fn apply_due(data: &Data<Federation>, limit: usize) -> Result<usize, Error> {
    let (settled, needy) = apply_ready(data, limit).await?;
    let fetched = stream::iter(needy)
        .map(|read| async move { fetch_and_apply(data, read).await })
        .buffer_unordered(SIDE_BY_SIDE)
        .collect::<Vec<_>>()
        .await;
    let mut count = settled;
    for done in fetched {
        done?;
        count += 1;
    }
    Ok(count)
}

async fn apply_ready(data: &Data<Federation>, limit: usize) -> Result<(usize, Vec<Read>), Error> {
    let _turn = data.state.applying.lock().await;
    let now = data.now();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let due = data.app.db.read(|conn| Ok(inbox_items::due(conn, now, limit)?)).await?;
    if due.is_empty() {
        return Ok((0, Vec::new()));
    }
    let read: Vec<Read> = tokio::task::block_in_place(|| due.into_iter().map(Read::new).collect());
    let verdicts = match data.app.db.write(|tx| apply_batch(tx, &read)).await {
        Ok(verdicts) => verdicts,
        Err(error) => {
            tracing::warn!(%error, "a batch of activities could not be applied; each is tried alone");
            apply_alone(data, &read).await?
        }
    };
    let settled = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Settled)).count();
    let needy = read.into_iter().zip(verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Needs));
    Ok((settled, needy.map(|(read, _)| read).collect()))
}

impl Read {
    fn new(item: InboxItem) -> Self {
        let value = serde_json::from_str(&item.body).map_err(|error| error.to_string());
        let activity = value.and_then(|value| IncomingActivity::read(value).map_err(|p| p.to_string()));
        Self { arrived: activity.map(Arrived::read), item }
    }

    /// Whether the activity's own actor signed the request that brought it.
    fn voucher(&self, activity: &IncomingActivity) -> Voucher<'static> {
        if self.item.uri == activity.id.as_str() { Voucher::Actor } else { Voucher::Bearer }
    }
}

fn apply_batch(tx: &mut Tx<'_>, read: &[Read]) -> Result<Vec<Verdict>, Error> {
    let found = Found::new();
    let mut verdicts = Vec::with_capacity(read.len());
    let mut settled = Vec::with_capacity(read.len());
    for read in read {
        verdicts.push(match settle(tx, read, &found)? {
            Some(_) => {
                let until = tx.now.plus_seconds(LEASE);
                inbox_items::lease(tx, read.item.id, until)?;
                Verdict::Needs
            }
            None => {
                settled.push(read.item.id);
                Verdict::Settled
            }
        });
    }
    finish(tx, &settled)?;
    Ok(verdicts)
}

/// Marks what was applied; where another process was faster with any of it, all of it is taken back.
fn finish(tx: &mut Tx<'_>, settled: &[Id<InboxItem>]) -> Result<(), Error> {
    if inbox_items::finish(tx, settled)? < settled.len() {
        return Err(Error::broken("applied by another process"));
    }
    Ok(())
}

/// Applies each item in a transaction of its own, so that a broken one keeps nobody else back.
async fn apply_alone(data: &Data<Federation>, read: &[Read]) -> Result<Vec<Verdict>, Error> {
    let mut verdicts = Vec::with_capacity(read.len());
    for read in read {
        let alone = data.app.db.write(|tx| apply_batch(tx, std::slice::from_ref(read))).await;
        match alone {
            Ok(alone) => verdicts.extend(alone),
            Err(error) => {
                fail(data, read, &error.to_string()).await?;
                verdicts.push(Verdict::Settled);
            }
        }
    }
    Ok(verdicts)
}

/// Applies one item, or says what it needs first.
fn settle(tx: &mut Tx<'_>, read: &Read, found: &Found) -> Result<Option<Need>, Error> {
    let count = |tx: &mut Tx<'_>, why: Rebuff| {
        if let Some(host) = read.item.host_id {
            rebuffs::count(tx, host, why);
        }
    };
    let uri = &read.item.uri;
    let arrived = match &read.arrived {
        Ok(arrived) => arrived,
        Err(why) => {
            tracing::debug!(activity = uri, why, "an activity was refused");
            count(tx, Rebuff::Unreadable);
            return Ok(None);
        }
    };
    let voucher = read.voucher(&arrived.activity);
    match tx.savepoint(|tx| activities::apply(tx, arrived, voucher, found)) {
        Ok(Outcome::Needs(need)) => return Ok(Some(need)),
        Ok(Outcome::Done) => {}
        Ok(Outcome::Ignored(why)) => tracing::debug!(activity = uri, why, "an activity without effect"),
        Ok(Outcome::Rebuffed(why)) => {
            tracing::debug!(activity = uri, ?why, "an activity was not taken in");
            count(tx, why);
        }
        Err(Error::Refused(why)) => {
            tracing::debug!(activity = uri, %why, "an activity was refused");
            count(tx, Rebuff::Forbidden);
        }
        Err(fault @ Error::Fault(_)) => return Err(fault),
    }
    Ok(None)
}

/// Fetches what an item needs, one thing after the other, and applies it.
async fn fetch_and_apply(data: &Data<Federation>, read: Read) -> Result<(), Error> {
    match supply(data, &read).await {
        Ok(()) => Ok(()),
        Err(why) => fail(data, &read, &why).await,
    }
}

async fn supply(data: &Data<Federation>, read: &Read) -> Result<(), String> {
    let budget = Budget::of_activity(data);
    let mut found = Found::new();
    for _ in 0..ROUNDS {
        let need = data.app.db.write(|tx| {
            let need = settle(tx, read, &found)?;
            if need.is_none() {
                finish(tx, &[read.item.id])?;
            }
            Ok(need)
        });
        let need = need.await;
        let Some(need) = need.map_err(|error| error.to_string())? else { return Ok(()) };
        let finding = obtain(data, &need, &budget).await?;
        if found.insert(need, finding).is_some() {
            return Err("what was fetched does not help".to_owned());
        }
    }
    Err("it needs too much".to_owned())
}

/// Applies an activity at once, whatever it needs.
pub(super) async fn perform(
    data: &Data<Federation>,
    arrived: &Arrived,
    voucher: Voucher<'_>,
) -> Result<(), Error> {
    let budget = Budget::of_activity(data);
    let mut found = Found::new();
    for _ in 0..ROUNDS {
        let outcome = data.app.db.write(|tx| activities::apply(tx, arrived, voucher, &found)).await?;
        let Outcome::Needs(need) = outcome else { return Ok(()) };
        let finding = obtain(data, &need, &budget).await.map_err(Error::broken)?;
        found.insert(need, finding);
    }
    Err(Error::broken("the activity needs too much"))
}

/// Fetches one thing. What may be there later is an error: the item is tried again then.
async fn obtain(data: &Data<Federation>, need: &Need, budget: &Budget) -> Result<Finding, String> {
    let result = match need {
        Need::Object(uri) => {
            Box::pin(objects::fetch(data, uri, budget)).await.map(|found| Finding::Object(Box::new(found)))
        }
        Need::Actor(uri) => Box::pin(resolve::actor(data, uri, budget))
            .await
            .map(|account| Finding::Account(Box::new(account), Vec::new())),
        Need::Fresh(uri) => Box::pin(resolve::fresh(data, uri, budget))
            .await
            .map(|(account, aliases)| Finding::Account(Box::new(account), aliases)),
    };
    match result {
        Ok(finding) => Ok(finding),
        Err(FetchError::Gone | FetchError::NotFound) => Ok(Finding::Gone),
        Err(FetchError::Exhausted) => Ok(Finding::Failed("too much would have to be fetched".to_owned())),
        Err(error) if error.is_temporary() => Err(error.to_string()),
        Err(error) => Ok(Finding::Failed(error.to_string())),
    }
}

/// Puts an item off, longer each time, and sets it aside in the end.
async fn fail(data: &Data<Federation>, read: &Read, why: &str) -> Result<(), Error> {
    let attempts = read.item.attempts.saturating_add(1);
    tracing::debug!(activity = read.item.uri, attempts, why, "an activity could not be applied");
    data.app
        .db
        .write(|tx| {
            let due = (attempts < ATTEMPTS).then(|| retry_at(tx.now, attempts));
            inbox_items::fail(tx, &read.item, why, due)?;
            Ok(())
        })
        .await
}

/// One, four, sixteen … minutes later.
fn retry_at(now: Timestamp, attempts: i32) -> Timestamp {
    let exponent = u32::try_from(attempts.clamp(1, 7)).unwrap_or(1) - 1;
    now.plus_seconds(60_i64.saturating_mul(4_i64.saturating_pow(exponent)))
}
