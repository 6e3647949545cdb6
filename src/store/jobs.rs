//! Later work, in rows.

use diesel::prelude::{Queryable, Selectable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::Error;
use super::conn::{Conn, run};
use super::one_of::one_of;
use super::tx::{Event, Tx};
use super::verbatim::{JOBS_ASIDE, JOBS_WAITING};
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::schema::jobs;

/// A job that waits.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct StoredJob {
    /// Our key.
    pub id: Id<StoredJob>,
    /// The job as JSON.
    pub payload: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is due; of a job that was claimed, when its lease ends, which tells it from a later one.
    pub due_at: Timestamp,
}

/// Adds a job; when the same waits already, the earlier due time counts. One that was put aside gets
/// another chance.
pub fn enqueue(tx: &mut Tx<'_>, job: &Job, due: Timestamp) -> Result<(), Error> {
    let key = job.key();
    // Most of what is asked for twice waits already: then there is nothing to write.
    let known = jobs::table.filter(jobs::key.eq(&key)).select((jobs::dead, jobs::due_at));
    let known: Option<(bool, Timestamp)> = run!(tx, first, known).optional()?;
    if known.is_some_and(|(dead, at)| !dead && at <= due) {
        return Ok(());
    }
    let payload = serde_json::to_string(job).map_err(|error| Error::broken(error.to_string()))?;
    let row = (
        jobs::key.eq(&key),
        jobs::payload.eq(payload),
        jobs::attempts.eq(0),
        jobs::due_at.eq(due),
        jobs::dead.eq(false),
        jobs::created_at.eq(tx.now),
    );
    let insert = diesel::insert_into(jobs::table).values(row).on_conflict(jobs::key).do_nothing();
    if run!(tx, execute, insert)? == 0 {
        let same = || jobs::table.filter(jobs::key.eq(&key));
        let again = (jobs::due_at.eq(due), jobs::attempts.eq(0), jobs::dead.eq(false));
        run!(tx, execute, diesel::update(same().filter(jobs::dead.eq(true))).set(again))?;
        let later = same().filter(jobs::due_at.gt(due));
        run!(tx, execute, diesel::update(later).set(jobs::due_at.eq(due)))?;
    }
    tx.after_commit(Event::Jobs);
    Ok(())
}

/// How many jobs are due, counted up to `most`.
pub fn count_due(conn: &mut Conn, now: Timestamp, most: i64) -> QueryResult<usize> {
    let query = jobs::table
        .filter(JOBS_WAITING)
        .filter(jobs::due_at.le(now))
        .order((jobs::due_at, jobs::id))
        .limit(most)
        .select(jobs::id);
    let due: Vec<Id<StoredJob>> = run!(conn, load, query)?;
    Ok(due.len())
}

/// When the next job is due; of one that is done at the moment, when its lease ends.
pub fn next_due(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    let query = jobs::table.filter(JOBS_WAITING).order((jobs::due_at, jobs::id)).select(jobs::due_at);
    run!(conn, first, query).optional()
}

/// Takes up to `limit` jobs that are due and moves their due time to the end of the lease, so that
/// nobody else takes them meanwhile, and everybody may when this process dies.
pub fn claim(tx: &mut Tx<'_>, limit: i64, lease_seconds: i64) -> Result<Vec<StoredJob>, Error> {
    let (now, until) = (tx.now, tx.now.plus_seconds(lease_seconds));
    let due = jobs::table
        .filter(JOBS_WAITING)
        .filter(jobs::due_at.le(now))
        .order((jobs::due_at, jobs::id))
        .limit(limit);
    let waiting: Vec<StoredJob> = run!(tx, load, due.select(StoredJob::as_select()))?;
    let mut claimed = Vec::new();
    for mut job in waiting {
        let free = jobs::table.filter(jobs::id.eq(job.id)).filter(jobs::due_at.le(now));
        let mine = (jobs::due_at.eq(until), jobs::leased_by.eq(Some(tx.process.to_owned())));
        if run!(tx, execute, diesel::update(free).set(mine))? > 0 {
            job.due_at = until;
            claimed.push(job);
        }
    }
    Ok(claimed)
}

/// The row of a job as long as its lease is the one under which it was claimed. Afterwards somebody
/// else does it, or it was asked for once more: then it is not over with what was done until now.
macro_rules! held {
    ($job:expr) => {
        jobs::table.find($job.id).filter(jobs::due_at.eq($job.due_at))
    };
}

/// The job is done.
pub fn finish(conn: &mut Conn, job: &StoredJob) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(held!(job)))
}

/// The job failed: it is tried again at `due`, or never when `due` is `None`.
pub fn fail(conn: &mut Conn, job: &StoredJob, error: &str, due: Option<Timestamp>) -> QueryResult<usize> {
    let change = (
        jobs::attempts.eq(jobs::attempts + 1),
        jobs::error.eq(error),
        jobs::dead.eq(due.is_none()),
        jobs::due_at.eq(due.unwrap_or(job.due_at)),
        jobs::leased_by.eq(None::<String>),
    );
    run!(conn, execute, diesel::update(held!(job)).set(change))
}

/// The job was not finished and is not to blame: somebody takes it again at once.
pub fn release(tx: &mut Tx<'_>, job: &StoredJob) -> Result<(), Error> {
    let free = (jobs::due_at.eq(tx.now), jobs::leased_by.eq(None::<String>));
    run!(tx, execute, diesel::update(held!(job)).set(free))?;
    Ok(())
}

/// What was put aside, newest first: which job, and why.
pub fn aside(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(String, Option<String>)>> {
    let query = jobs::table.filter(JOBS_ASIDE).order(jobs::id.desc()).limit(limit);
    run!(conn, load, query.select((jobs::key, jobs::error)))
}

/// Does again what was put aside; returns how much that is.
pub fn take_up(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let now = tx.now;
    let aside = jobs::table.filter(JOBS_ASIDE);
    // They count as asked for now: otherwise they would be forgotten before they were tried often.
    let again = (jobs::dead.eq(false), jobs::attempts.eq(0), jobs::due_at.eq(now), jobs::created_at.eq(now));
    let taken = run!(tx, execute, diesel::update(aside).set(again))?;
    tx.after_commit(Event::Jobs);
    Ok(taken)
}

/// How many jobs wait, whenever they are due.
pub fn pending(conn: &mut Conn) -> QueryResult<i64> {
    run!(conn, get_result, jobs::table.filter(JOBS_WAITING).count())
}

/// Everything that waits or was put aside, with its key.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<(Id<StoredJob>, String)>> {
    run!(conn, load, jobs::table.order(jobs::id).select((jobs::id, jobs::payload)))
}

/// Drops a job that waits and is not wanted any more.
pub fn cancel(conn: &mut Conn, job: &Job) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(jobs::table.filter(jobs::key.eq(job.key()))))
}

/// Goes on holding a job that takes longer than its lease; `false` where somebody else has it.
pub fn renew(tx: &mut Tx<'_>, job: &StoredJob, until: Timestamp) -> QueryResult<bool> {
    let change = diesel::update(held!(job)).set(jobs::due_at.eq(until));
    Ok(run!(tx, execute, change)? > 0)
}

/// Drops jobs that make no sense any more.
pub fn delete(conn: &mut Conn, ids: &[Id<StoredJob>]) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(jobs::table.filter(one_of(jobs::id, ids))))
}

/// Forgets what was put aside and asked for before `when`.
pub fn purge(conn: &mut Conn, when: Timestamp) -> QueryResult<usize> {
    let old = jobs::table.filter(JOBS_ASIDE).filter(jobs::created_at.lt(when));
    run!(conn, execute, diesel::delete(old))
}
