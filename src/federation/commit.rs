//! Grouped commits: activities that arrive at the same time become durable together.
//!
//! Whoever finds nobody writing writes for everybody who waits; the others hear of it. So one
//! `fsync` serves many senders, and nobody is answered before the own activity is on disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use super::gate::Gate;
use super::{Federation, InboxError};
use crate::domain::account::{Account, AccountState};
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::store::inbox_items::{self, NewItem};
use crate::store::{Error, Event, Tx, accounts, host_health};

/// Activities that are written in one transaction.
const MOST: usize = 256;

/// An activity that waits to be written.
pub(super) struct Arrival {
    pub(super) item: NewItem,
    pub(super) signer: Id<Account>,
    /// Name of the signer's host.
    pub(super) host: String,
}

struct Queued {
    arrival: Arrival,
    answer: oneshot::Sender<Verdict>,
}

/// `Ok` once the activity is on disk; a refusal where we do not talk to its sender.
type Verdict = Result<(), InboxError>;

#[derive(Default)]
pub(super) struct Committer {
    queue: Mutex<Vec<Queued>>,
    writing: tokio::sync::Mutex<()>,
}

impl Committer {
    /// Returns once the activity is on disk.
    pub(super) async fn commit(&self, data: &Federation, arrival: Arrival) -> Verdict {
        let (answer, mut answered) = oneshot::channel();
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push(Queued { arrival, answer });
        loop {
            let _turn = tokio::select! {
                biased;
                verdict = &mut answered => return verdict.unwrap_or_else(|_| Err(unavailable())),
                turn = self.writing.lock() => turn,
            };
            // The one who wrote before us may have answered us while we got the turn.
            if let Ok(verdict) = answered.try_recv() {
                return verdict;
            }
            self.write(data).await;
        }
    }

    /// Writes what waits. The queue is emptied inside the transaction: until then nothing is taken
    /// from it, so that a request that is cut off takes nobody else's activity with it.
    async fn write(&self, data: &Federation) {
        let taken: Mutex<Vec<Queued>> = Mutex::new(Vec::new());
        let written = data.app.db.write(|tx| {
            let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
            if taken.is_empty() {
                let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
                let most = queue.len().min(MOST);
                taken.extend(queue.drain(..most));
            }
            let arrivals: Vec<&Arrival> = taken.iter().map(|queued| &queued.arrival).collect();
            write(tx, &data.state.gate, &arrivals)
        });
        let written = written.await;
        let taken = taken.into_inner().unwrap_or_else(PoisonError::into_inner);
        match written {
            Ok(verdicts) => {
                for (queued, verdict) in taken.into_iter().zip(verdicts) {
                    // A sender that went away needs no answer.
                    let _ = queued.answer.send(verdict);
                }
            }
            Err(error) => {
                tracing::error!(%error, "received activities could not be stored; their senders try again");
                // Nothing may have been taken: the database did not even begin.
                let waiting = std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
                for queued in taken.into_iter().chain(waiting) {
                    let _ = queued.answer.send(Err(unavailable()));
                }
            }
        }
    }
}

fn unavailable() -> InboxError {
    InboxError::Unavailable("the activity could not be stored: try again later".to_owned())
}

/// Keeps activities, except those of whom we do not talk to. The decision is made in the same
/// transaction, so that a suspension holds from the moment in which it returns.
fn write(tx: &mut Tx<'_>, gate: &Gate, arrivals: &[&Arrival]) -> Result<Vec<Verdict>, Error> {
    gate.renew(tx)?;
    let mut hosts: HashMap<&str, Verdict> = HashMap::new();
    for arrival in arrivals {
        if !hosts.contains_key(arrival.host.as_str()) {
            let admitted = gate.admits(tx, &arrival.host).map_err(InboxError::from);
            hosts.insert(&arrival.host, admitted);
        }
    }
    let signers: Vec<Id<Account>> = arrivals.iter().map(|arrival| arrival.signer).collect();
    let signers: HashMap<_, _> =
        accounts::by_ids(tx, &signers)?.into_iter().map(|account| (account.id, account)).collect();
    let mut verdicts = Vec::with_capacity(arrivals.len());
    let mut heard: Vec<Id<Host>> = Vec::new();
    for arrival in arrivals {
        let of_host = hosts.get(arrival.host.as_str()).cloned().unwrap_or(Ok(()));
        let verdict = of_host.and_then(|()| admits(signers.get(&arrival.signer)));
        if verdict.is_ok() {
            inbox_items::insert(tx, &arrival.item)?;
            heard.extend(arrival.item.host_id);
        }
        verdicts.push(verdict);
    }
    heard.sort_unstable();
    heard.dedup();
    for host in heard {
        host_health::heard(tx, host)?;
    }
    tx.after_commit(Event::Inbox);
    Ok(verdicts)
}

fn admits(signer: Option<&Account>) -> Verdict {
    let refused = |why: &str| Err(InboxError::Forbidden(why.to_owned()));
    match signer {
        None => refused("the sender's account is not known any more"),
        Some(account) if account.is_barred() => refused("this account is suspended or frozen here"),
        Some(account) if account.state == AccountState::Deleted => refused("this account was deleted"),
        Some(_) => Ok(()),
    }
}
