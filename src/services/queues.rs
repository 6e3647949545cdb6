//! Trying again what was put aside between this server and others, or giving it up.

use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::counting::counted;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::store::put_aside::{self, Piece};
use crate::store::{Conn, Error, Tx, audit, deliveries, hosts, inbox_items, jobs, queues};

/// How much was tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Deliveries.
    pub deliveries: usize,
    /// Received activities.
    pub received: usize,
    /// Other work.
    pub jobs: usize,
}

/// Tries again what was put aside: of one server, or everything.
pub fn retry(tx: &mut Tx<'_>, user: Option<Id<User>>, only: Option<Id<Host>>) -> Result<Taken, Error> {
    let mut taken = Taken::default();
    let about = match only {
        Some(id) => {
            let host = hosts::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
            taken.deliveries = deliveries::take_up(tx, id)?;
            taken.received = queues::take_up_parked(tx, id)?;
            host.name
        }
        None => {
            for (name, ..) in deliveries::aside(tx, i64::MAX)? {
                if let Some(host) = hosts::by_name(tx, &name)? {
                    taken.deliveries += deliveries::take_up(tx, host.id)?;
                }
            }
            taken.received = inbox_items::take_up(tx)?;
            taken.jobs = jobs::take_up(tx)?;
            String::new()
        }
    };
    let count = taken.deliveries + taken.received + taken.jobs;
    if count > 0 {
        audit::record(tx, user, "queue.retry", &about, &count.to_string())?;
    }
    Ok(taken)
}

/// From when on a queue counts as standing still, in seconds.
const STILL: i64 = 600;

/// What is wrong between this server and others, in sentences; nothing when all goes well. Servers that do
/// not answer are their own affair and no trouble of ours.
pub fn troubles(conn: &mut Conn, now: Timestamp) -> Result<Vec<String>, Error> {
    let is_old = |at: &Timestamp| at.plus_seconds(STILL) < now;
    let mut said = Vec::new();
    if let Some((host, at)) = queues::oldest(conn)?.filter(|(_, at)| is_old(at)) {
        said.push(format!("The oldest delivery to a server that answers waits {}: {host}.", span(at, now)));
    }
    if let Some(at) = inbox_items::next_due(conn)?.filter(is_old) {
        said.push(format!("The oldest received activity waits {} to be applied.", span(at, now)));
    }
    if let Some(at) = jobs::next_due(conn)?.filter(is_old) {
        said.push(format!("The oldest job is {} late.", span(at, now)));
    }
    Ok(said)
}

/// How long it is from one moment to another, in words.
pub fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = (to.0 - from.0).max(0) / 60_000;
    match minutes {
        0 => "less than a minute".to_owned(),
        1..120 => counted(minutes, "minute"),
        120..2880 => counted(minutes / 60, "hour"),
        _ => counted(minutes / 1440, "day"),
    }
}

/// Tries one thing again that was put aside; `about` is the server, or the job.
pub fn retry_one(tx: &mut Tx<'_>, user: Id<User>, about: &str, piece: Piece) -> Result<(), Error> {
    let taken = put_aside::take_up(tx, piece)?;
    one(tx, user, "queue.retry", about, taken)
}

/// Gives one thing up that was put aside.
pub fn give_up_one(tx: &mut Tx<'_>, user: Id<User>, about: &str, piece: Piece) -> Result<(), Error> {
    let gone = put_aside::forget(tx, piece)?;
    one(tx, user, "queue.give_up", about, gone)
}

fn one(tx: &mut Tx<'_>, user: Id<User>, action: &str, about: &str, count: usize) -> Result<(), Error> {
    if count == 0 {
        return Err(Refusal::Conflict("it is not put aside any more".to_owned()).into());
    }
    audit::record(tx, Some(user), action, about, "1")
}

/// Gives up what was put aside for a server and what could not be applied from it.
pub fn give_up(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Host>) -> Result<usize, Error> {
    let host = hosts::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let (outgoing, incoming) = queues::forget_aside(tx, id)?;
    let count = outgoing + incoming;
    if count > 0 {
        audit::record(tx, user, "queue.give_up", &host.name, &count.to_string())?;
    }
    Ok(count)
}
