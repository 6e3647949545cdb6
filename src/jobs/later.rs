//! Later work: fetching what is missing, and tidying up.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use activitypub_federation::config::Data;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use super::{archive, letters};
use crate::clock::Timestamp;
use crate::domain::contribution::Contribution;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::federation::{
    Federation, backfill, cards, catalogue, counts, exchange, history, host_lists, links, pins, push, quotes,
    resolve, successions, transfer,
};
use crate::services::{self, media, relations};
use crate::store::held::Source;
use crate::store::jobs::{self, StoredJob};
use crate::store::scheduled::{self, Scheduled};
use crate::store::{
    self, Error, Tx, accounts, deliveries, host_health, hosts, inbox_items, mutes, notifications, tombstones,
    undone, users,
};

/// How long a job belongs to the worker that claimed it.
const LEASE_SECONDS: i64 = 600;
/// How often whoever goes on with a job says so.
const RENEWED: Duration = Duration::from_secs(200);
/// How long a job may still run when the server stops; then it is given back.
const GRACE: Duration = Duration::from_secs(5);
const DAY: i64 = 24 * 3600;
/// Hosts that were given up so many days ago are not asked any more whether they are back.
const PROBED_DAYS: i64 = 90;

/// Does what is due, side by side; returns how many jobs were settled.
pub(super) async fn run_due(data: &Data<Federation>) -> Result<usize, Error> {
    let (_going, stop) = watch::channel(false);
    let workers = i64::try_from(data.app.config.federation.workers).unwrap_or(1);
    let now = data.app.clock().now();
    if data.app.db.read(|conn| Ok(jobs::count_due(conn, now, 1)?)).await? == 0 {
        return Ok(0);
    }
    let claimed = data.app.db.write(|tx| jobs::claim(tx, workers, LEASE_SECONDS)).await?;
    let count = claimed.len();
    let mut running: FuturesUnordered<_> = claimed.into_iter().map(|job| run(data, job, &stop)).collect();
    while let Some(done) = running.next().await {
        done?;
    }
    Ok(count)
}

/// Does one job, if one is due. A worker holds no more than it works on: a long job delays none.
pub(super) async fn run_one(data: &Data<Federation>, stop: &watch::Receiver<bool>) -> Result<usize, Error> {
    let claimed = data.app.db.write(|tx| jobs::claim(tx, 1, LEASE_SECONDS)).await?;
    let count = claimed.len();
    for job in claimed {
        run(data, job, stop).await?;
    }
    Ok(count)
}

async fn run(data: &Data<Federation>, stored: StoredJob, stop: &watch::Receiver<bool>) -> Result<(), Error> {
    let parsed = serde_json::from_str::<Job>(&stored.payload);
    // An archive with many films takes longer than a lease.
    let work = async {
        match &parsed {
            Ok(job) => perform(data, job).await,
            Err(error) => Err(Error::broken(format!("an unreadable job: {error}"))),
        }
    };
    let broke = |_| Err(Error::broken("it broke this server's code"));
    let held = Mutex::new(stored);
    let result = tokio::select! {
        result = AssertUnwindSafe(work).catch_unwind() => Some(result.unwrap_or_else(broke)),
        () = cut_off(stop.clone()) => None,
        () = go_on_holding(data, &held) => None,
    };
    let stored = held.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Some(result) = result else {
        return data.app.db.write(|tx| jobs::release(tx, &stored)).await;
    };
    let Err(error) = result else {
        return data.app.db.write(|tx| finish(tx, &stored, parsed.as_ref().ok())).await;
    };
    let why = error.to_string();
    tracing::debug!(job = stored.payload, why, "a job failed");
    let most = parsed.as_ref().map_or(0, tries);
    let missed = matches!(error, Error::Fault(_)) || !parsed.as_ref().is_ok_and(is_ornament);
    data.app
        .db
        .write(|tx| {
            let wait = 60_i64.saturating_mul(1 << (2 * stored.attempts.clamp(0, 10)));
            let due = (stored.attempts + 1 < most).then(|| tx.now.plus_seconds(wait));
            if due.is_none() && !missed {
                return finish(tx, &stored, parsed.as_ref().ok());
            }
            if due.is_none() && parsed.as_ref().is_ok_and(is_letter) {
                tracing::error!(why, "a letter was given up; it is put aside under /admin/federation/jobs");
            }
            jobs::fail(tx, &stored, &why, due)?;
            Ok(())
        })
        .await
}

/// Whether nobody misses what a job was to bring: a page or server that does not tell of itself is no trouble
/// of ours, and what troubles admins should not drown in such.
const fn is_ornament(job: &Job) -> bool {
    matches!(
        job,
        Job::FetchCard { .. } | Job::FetchNodeInfo { .. } | Job::CheckLinks { .. } | Job::CountAccount { .. }
    )
}

/// Whether it sends a letter. Somebody waits for it who cannot know why it does not come.
const fn is_letter(job: &Job) -> bool {
    matches!(job, Job::ConfirmAddress { .. } | Job::SendPassword { .. })
}

/// Renews the lease of a job as long as it is done, or until somebody else has it.
async fn go_on_holding(data: &Data<Federation>, held: &Mutex<StoredJob>) {
    loop {
        tokio::time::sleep(RENEWED).await;
        let stored = held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let renewed = data.app.db.write(|tx| {
            let until = tx.now.plus_seconds(LEASE_SECONDS);
            Ok(jobs::renew(tx, &stored, until)?.then_some(until))
        });
        match renewed.await {
            Ok(Some(until)) => held.lock().unwrap_or_else(PoisonError::into_inner).due_at = until,
            // What is done under a lease that is lost counts for nothing, but is not torn apart.
            Ok(None) => return std::future::pending().await,
            Err(error) => tracing::warn!(%error, "a lease could not be renewed; trying again"),
        }
    }
}

async fn cut_off(mut stop: watch::Receiver<bool>) {
    crate::app::stopped(&mut stop).await;
    tokio::time::sleep(GRACE).await;
}

/// How often a job is tried before it is put aside with its error.
const fn tries(job: &Job) -> i32 {
    match job {
        Job::FetchNodeInfo { .. }
        | Job::TellPoll { .. }
        | Job::CheckLinks { .. }
        | Job::SeekSuccessor { .. }
        | Job::FetchCard { .. }
        | Job::CountAccount { .. } => 2,
        Job::TakeIn { .. } => 3,
        Job::FetchParent { .. }
        | Job::FetchReplies { .. }
        | Job::FetchQuote { .. }
        | Job::FetchAccount { .. }
        | Job::FetchPins { .. }
        | Job::FetchOutbox { .. }
        | Job::FetchHistory { .. }
        | Job::FollowForum { .. }
        | Job::PublishScheduled { .. }
        | Job::ClosePoll { .. }
        | Job::EndMutes { .. }
        | Job::EndRoles { .. }
        | Job::PassOn { .. }
        | Job::Push { .. }
        | Job::FetchHostList { .. }
        | Job::Archive { .. }
        | Job::ReleaseAuthor { .. }
        | Job::ReleaseHost { .. }
        | Job::ReleaseFollowed { .. }
        | Job::ConfirmAddress { .. }
        | Job::SendPassword { .. }
        | Job::RemoveFile { .. } => 6,
        // Four days: a statement without its theses is nothing.
        Job::FetchTheses { .. } => 8,
        // Never given up: without it the server fills up, sites drift apart, and what people were told is
        // deleted stays.
        Job::Cleanup | Job::Reconcile { .. } | Job::Expel { .. } => i32::MAX,
    }
}

/// A finished job goes; regular work comes back later.
fn finish(tx: &mut Tx<'_>, stored: &StoredJob, job: Option<&Job>) -> Result<(), Error> {
    let done = jobs::finish(tx, stored)? > 0;
    if done
        && let Some(job) = job
        && let Some(seconds) = job.again()
    {
        let later = tx.now.plus_seconds(seconds);
        jobs::enqueue(tx, job, later)?;
    }
    Ok(())
}

#[expect(
    clippy::cognitive_complexity,
    reason = "one arm for each kind of job, with nothing in it but a call"
)]
async fn perform(data: &Data<Federation>, job: &Job) -> Result<(), Error> {
    match job {
        Job::FetchParent { uri } => fetch_parent(data, uri).await,
        Job::FetchReplies { contribution } => backfill::replies(data, Id::new(*contribution)).await,
        Job::FetchTheses { statement } => backfill::theses(data, Id::new(*statement)).await,
        Job::FetchQuote { contribution, depth } => quotes::settle(data, Id::new(*contribution), *depth).await,
        Job::FetchAccount { uri } => fetch_account(data, uri).await,
        Job::FetchPins { uri } => pins::fetch(data, &address(uri)?).await,
        Job::CountAccount { account } => counts::ask(data, Id::new(*account)).await,
        Job::FetchOutbox { account, round } => catalogue::fetch_on(data, Id::new(*account), *round).await,
        Job::FetchHistory { position, round, below } => {
            history::go_on(data, Id::new(*position), *round, below.as_ref()).await
        }
        Job::Reconcile { qid } => reconcile(data, qid).await,
        Job::FetchNodeInfo { host } => nodeinfo(data, host).await,
        Job::FollowForum { follower, forum } => follow_forum(data, *follower, forum).await,
        Job::PublishScheduled { scheduled, .. } => publish_scheduled(data, Id::new(*scheduled)).await,
        Job::Push { subscription, notification } => {
            push::send(data, Id::new(*subscription), Id::new(*notification)).await
        }
        Job::RemoveFile { file } => data.app.storage.delete(file).await,
        Job::ClosePoll { contribution, .. } => close_poll(data, Id::new(*contribution)).await,
        Job::EndMutes { .. } => end_mutes(data).await,
        Job::EndRoles { user, due } => end_roles(data, Id::new(*user), Timestamp(*due)).await,
        Job::TakeIn { account, row } => transfer::take_in(data, Id::new(*account), row).await,
        Job::FetchCard { url } => cards::fetch(data, url).await,
        Job::TellPoll { contribution, .. } => {
            let id = Id::new(*contribution);
            data.app.db.write(|tx| services::polls::tell(tx, id)).await
        }
        Job::CheckLinks { account } => links::check(data, Id::new(*account)).await,
        Job::SeekSuccessor { account, .. } => successions::seek(data, Id::new(*account)).await,
        Job::PassOn { host } => pass_on(data, Id::new(*host)).await,
        Job::FetchHostList { list } => host_lists::fetch(data, Id::new(*list)).await,
        Job::Archive { account } => archive::make(data, Id::new(*account)).await,
        Job::Expel { .. } => expel(data).await,
        Job::ReleaseAuthor { author, until } => {
            release(data, Source::Author(Id::new(*author)), Timestamp(*until)).await
        }
        Job::ReleaseHost { host, until } => {
            release(data, Source::Host(Id::new(*host)), Timestamp(*until)).await
        }
        Job::ReleaseFollowed { host, until } => {
            release(data, Source::Followed(Id::new(*host)), Timestamp(*until)).await
        }
        Job::ConfirmAddress { user } => letters::confirmation(data, Id::new(*user)).await,
        Job::SendPassword { user } => letters::new_password(data, Id::new(*user)).await,
        Job::Cleanup => cleanup(data).await,
    }
}

fn address(text: &str) -> Result<Uri, Error> {
    Uri::parse(text).ok_or_else(|| Error::broken(format!("{text} is no address")))
}

async fn fetch_parent(data: &Data<Federation>, uri: &str) -> Result<(), Error> {
    backfill::parent(data, &address(uri)?).await
}

async fn fetch_account(data: &Data<Federation>, uri: &str) -> Result<(), Error> {
    let uri = address(uri)?;
    resolve::refresh(data, &uri).await?;
    pins::fetch(data, &uri).await
}

async fn reconcile(data: &Data<Federation>, qid: &str) -> Result<(), Error> {
    let qid = Qid::parse(qid).ok_or_else(|| Error::broken(format!("{qid} is no question")))?;
    exchange::reconcile(data, &qid).await
}

async fn close_poll(data: &Data<Federation>, id: Id<Contribution>) -> Result<(), Error> {
    data.app.db.write(|tx| services::polls::close(tx, id)).await
}

async fn pass_on(data: &Data<Federation>, host: Id<Host>) -> Result<(), Error> {
    data.app.db.write(|tx| services::publish::pass_on(tx, host)).await
}

async fn expel(data: &Data<Federation>) -> Result<(), Error> {
    while data.app.db.write(services::condemnations::expel_some).await? {}
    Ok(())
}

async fn release(data: &Data<Federation>, source: Source, until: Timestamp) -> Result<(), Error> {
    let mut after = Some(Id::new(0));
    while let Some(place) = after {
        after = data.app.db.write(|tx| services::held::release_some(tx, source, (until, place))).await?;
    }
    Ok(())
}

async fn end_mutes(data: &Data<Federation>) -> Result<(), Error> {
    data.app
        .db
        .write(|tx| {
            let now = tx.now;
            mutes::expire(tx, now)?;
            Ok(())
        })
        .await
}

async fn end_roles(data: &Data<Federation>, user: Id<User>, due: Timestamp) -> Result<(), Error> {
    data.app.db.write(|tx| services::sign_ins::end_grant(tx, user, due)).await
}

async fn follow_forum(data: &Data<Federation>, follower: i64, forum: &str) -> Result<(), Error> {
    let forum = resolve::account(data, forum).await?;
    data.app
        .db
        .write(|tx| match accounts::by_id(tx, Id::new(follower))? {
            Some(follower) => relations::follow_if_wanted(tx, &follower, &forum),
            None => Ok(()),
        })
        .await
}

/// Publishes a post whose time has come. One that was moved to another time has a job for that time.
async fn publish_scheduled(data: &Data<Federation>, id: Id<Scheduled>) -> Result<(), Error> {
    let found = data.app.db.read(|conn| Ok(scheduled::by_id(conn, id)?)).await?;
    let Some(found) = found else { return Ok(()) };
    let written = services::scheduled::Written::read(&found)?;
    let answered = written.in_reply_to_id.map(Id::new);
    let mentions = resolve::mentioned_beside(data, &written.text, answered).await?;
    data.app.db.write(|tx| services::scheduled::publish(tx, id, &mentions)).await
}

/// Finds out what a host runs; one that says so is alive.
async fn nodeinfo(data: &Data<Federation>, name: &str) -> Result<(), Error> {
    backfill::nodeinfo(data, name).await?;
    data.app
        .db
        .write(|tx| match hosts::by_name(tx, name)? {
            Some(host) if host.software.as_ref().is_some_and(|software| !software.is_empty()) => {
                host_health::revive(tx, host.id)
            }
            Some(_) | None => Ok(()),
        })
        .await
}

/// Removes what is over, and asks the hosts that were given up whether they are back. Each step is a transaction
/// of its own, so that nobody waits long for any of them.
async fn cleanup(data: &Data<Federation>) -> Result<(), Error> {
    let (db, cached) = (&data.app.db, data.app.config.media.cache_days);
    for step in STEPS {
        db.write(step).await?;
    }
    db.write(|tx| media::purge(tx, cached)).await?;
    for some in IN_PIECES {
        while i64::try_from(db.write(some).await?).unwrap_or(PIECE) >= PIECE {}
    }
    db.write(probe).await
}

/// Rows that are removed in one transaction.
const PIECE: i64 = 5_000;
/// For how many days an account finds what it was told and has read.
const TOLD_DAYS: i64 = 180;

/// A part of a cleanup: a transaction of its own.
type Step<T> = fn(&mut Tx<'_>) -> Result<T, Error>;

/// What a cleanup does at once.
const STEPS: [Step<()>; 11] = [
    |tx| {
        let over = tx.now;
        users::purge(tx, over)?;
        Ok(())
    },
    |tx| {
        let over = ago(tx, 30);
        jobs::purge(tx, over)?;
        Ok(())
    },
    |tx| {
        let over = ago(tx, 30);
        store::cards::purge(tx, over)?;
        Ok(())
    },
    |tx| {
        let over = ago(tx, 30);
        store::rebuffs::purge(tx, over)?;
        Ok(())
    },
    |tx| {
        let over = ago(tx, 1);
        undone::purge(tx, over)?;
        Ok(())
    },
    |tx| {
        let over = ago(tx, 7);
        store::content_rules::purge(tx, over)?;
        Ok(())
    },
    |tx| {
        let over = ago(tx, 1);
        store::uploaded_lists::purge(tx, over)?;
        Ok(())
    },
    services::quotes::look_again,
    services::host_lists::ask_all,
    services::archives::purge,
    services::condemnations::try_again,
];

/// What may be so much that it is removed piece by piece; each says how much it removed.
const IN_PIECES: [Step<usize>; 6] = [
    |tx| {
        let over = ago(tx, 30);
        Ok(inbox_items::purge(tx, over, PIECE)?)
    },
    |tx| {
        let over = ago(tx, 30);
        Ok(tombstones::purge(tx, over, PIECE)?)
    },
    |tx| {
        let over = ago(tx, 30);
        Ok(deliveries::purge(tx, over, PIECE)?)
    },
    |tx| {
        let over = ago(tx, TOLD_DAYS);
        Ok(notifications::purge(tx, over, PIECE)?)
    },
    |tx| Ok(store::activities::forget_gone(tx, PIECE)?),
    // Few, but only after what they signed.
    |tx| {
        store::keys::forget_gone(tx)?;
        Ok(0)
    },
];

fn ago(tx: &Tx<'_>, days: i64) -> Timestamp {
    tx.now.plus_seconds(-days * DAY)
}

/// Each host that was given up is asked once a day, and not all of them at the same time.
fn probe(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now;
    let away = host_health::given_up(tx, now.plus_seconds(-PROBED_DAYS * DAY))?;
    let step = DAY / i64::try_from(away.len().max(1)).unwrap_or(DAY);
    for (host, wait) in away.into_iter().zip((0..).step_by(usize::try_from(step).unwrap_or(1).max(1))) {
        jobs::enqueue(tx, &Job::FetchNodeInfo { host: host.name }, now.plus_seconds(wait))?;
    }
    Ok(())
}
