//! Trying again what was put aside between this server and others, or giving it up.

use crate::domain::Refusal;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::store::{Error, Tx, audit, deliveries, hosts, inbox_items, jobs, queues};

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
