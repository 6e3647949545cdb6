//! Later work: fetching what is missing, and tidying up.

use activitypub_federation::config::Data;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::uri::Uri;
use crate::federation::{Federation, backfill, resolve};
use crate::services::relations;
use crate::store::jobs::{self, StoredJob};
use crate::store::{Error, Tx, accounts, inbox_items, tombstones, undone, users};

/// How long a job belongs to the worker that claimed it.
const LEASE_SECONDS: i64 = 600;
/// Tries before a job is put aside with its error.
const ATTEMPTS: i32 = 6;
const DAY: i64 = 24 * 3600;

/// Does what is due, side by side; returns how many jobs were settled.
pub(super) async fn run_due(data: &Data<Federation>) -> Result<usize, Error> {
    let workers = i64::try_from(data.app.config.federation.workers).unwrap_or(1);
    let claimed = data.app.db.write(|tx| jobs::claim(tx, workers, LEASE_SECONDS)).await?;
    let count = claimed.len();
    let mut running: FuturesUnordered<_> = claimed.into_iter().map(|job| run(data, job)).collect();
    while let Some(done) = running.next().await {
        done?;
    }
    Ok(count)
}

async fn run(data: &Data<Federation>, stored: StoredJob) -> Result<(), Error> {
    let parsed = serde_json::from_str::<Job>(&stored.payload);
    let result = match &parsed {
        Ok(job) => perform(data, job).await,
        Err(error) => Err(Error::broken(format!("an unreadable job: {error}"))),
    };
    let Err(error) = result else {
        let daily = matches!(parsed, Ok(Job::Cleanup));
        return data.app.db.write(|tx| finish(tx, &stored, daily)).await;
    };
    let why = error.to_string();
    tracing::debug!(job = stored.payload, why, "a job failed");
    data.app
        .db
        .write(|tx| {
            let tries = stored.attempts + 1;
            let wait = 60_i64.saturating_mul(1 << (2 * stored.attempts.clamp(0, 10)));
            let due = (tries < ATTEMPTS).then(|| tx.now.plus_seconds(wait));
            jobs::fail(tx, stored.id, &why, due)?;
            Ok(())
        })
        .await
}

/// A finished job goes; regular work comes back tomorrow.
fn finish(tx: &mut Tx<'_>, stored: &StoredJob, daily: bool) -> Result<(), Error> {
    jobs::finish(tx, stored.id)?;
    if daily {
        let tomorrow = tx.now.plus_seconds(DAY);
        jobs::enqueue(tx, &Job::Cleanup, tomorrow)?;
    }
    Ok(())
}

async fn perform(data: &Data<Federation>, job: &Job) -> Result<(), Error> {
    let address = |text: &str| Uri::parse(text).ok_or_else(|| Error::broken(format!("{text} is no address")));
    match job {
        Job::FetchParent { uri } => backfill::parent(data, &address(uri)?).await,
        Job::FetchReplies { contribution } => backfill::replies(data, Id::new(*contribution)).await,
        Job::FetchTheses { statement } => backfill::theses(data, Id::new(*statement)).await,
        Job::FetchAccount { uri } => resolve::refresh(data, &address(uri)?).await,
        Job::FetchOutbox { account } => backfill::outbox(data, Id::new(*account)).await,
        Job::FetchNodeInfo { host } => backfill::nodeinfo(data, host).await,
        Job::FollowForum { follower, forum } => follow_forum(data, *follower, forum).await,
        Job::Cleanup => cleanup(data).await,
    }
}

async fn follow_forum(data: &Data<Federation>, follower: i64, forum: &str) -> Result<(), Error> {
    let forum = resolve::account(data, forum).await?;
    data.app
        .db
        .write(|tx| match accounts::by_id(tx, Id::new(follower))? {
            Some(follower) => relations::follow(tx, &follower, &forum),
            None => Ok(()),
        })
        .await
}

/// Removes what is over.
async fn cleanup(data: &Data<Federation>) -> Result<(), Error> {
    data.app
        .db
        .write(|tx| {
            let now = tx.now;
            users::purge(tx, now)?;
            inbox_items::purge(tx, now.plus_seconds(-30 * DAY))?;
            tombstones::purge(tx, now.plus_seconds(-30 * DAY))?;
            undone::purge(tx, now.plus_seconds(-DAY))?;
            Ok(())
        })
        .await
}
