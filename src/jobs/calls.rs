//! One pair of eyes for each site: it hears what is committed, looks what became due by itself, and calls the
//! workers. A process may hold hundreds of sites, and workers that looked for themselves would cost the same
//! when there is nothing to do.

use std::time::Duration;

use activitypub_federation::config::FederationConfig;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, watch};

use super::PATIENCE;
use crate::clock::Timestamp;
use crate::federation::Federation;
use crate::store::{Db, Event, host_health, inbox_items, jobs};

/// The shortest time between two looks.
const LEAST: Duration = Duration::from_millis(50);

/// By what the workers are called. A call that comes while all of them work is kept for the next who is free.
#[derive(Default)]
pub(super) struct Calls {
    /// Received activities are due.
    pub(super) inbox: Notify,
    /// Jobs are due.
    pub(super) jobs: Notify,
    /// Hosts are due.
    pub(super) deliveries: Notify,
}

impl Calls {
    fn pass_on(&self, event: &Event) {
        match event {
            Event::Inbox => self.inbox.notify_one(),
            Event::Jobs => self.jobs.notify_one(),
            Event::Deliveries => self.deliveries.notify_one(),
            Event::Listeners
            | Event::Placed(_)
            | Event::Changed(_)
            | Event::Gone(_)
            | Event::Announced(_)
            | Event::Unannounced(_)
            | Event::Reacted { .. }
            | Event::Merged(_)
            | Event::Notified { .. } => {}
        }
    }

    fn everybody(&self) {
        for call in [&self.inbox, &self.jobs, &self.deliveries] {
            call.notify_one();
        }
    }
}

/// Calls whoever is needed, until the stop.
pub(super) async fn watch(
    config: &FederationConfig<Federation>,
    calls: &Calls,
    mut stop: watch::Receiver<bool>,
) {
    let db = config.to_request_data().app.db.clone();
    let mut events = db.events();
    loop {
        let pause = tokio::time::sleep(look(&db, calls).await);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                heard = events.recv() => match heard {
                    Ok(event) => calls.pass_on(&event),
                    Err(RecvError::Lagged(_)) => calls.everybody(),
                    Err(RecvError::Closed) => return,
                },
                () = &mut pause => break,
                () = crate::app::stopped(&mut stop) => return,
            }
        }
    }
}

/// Calls for what is due, whoever wrote it: the command line and other processes say nothing. Returns when
/// to look again.
async fn look(db: &Db, calls: &Calls) -> Duration {
    let due = db
        .read(|conn| Ok([inbox_items::next_due(conn)?, jobs::next_due(conn)?, host_health::next_due(conn)?]));
    let due = match due.await {
        Ok(due) => due,
        Err(error) => {
            tracing::error!(%error, "what is due could not be looked up");
            return PATIENCE;
        }
    };
    let now = db.clock().now();
    for (due, call) in due.iter().zip([&calls.inbox, &calls.jobs, &calls.deliveries]) {
        if due.is_some_and(|due| due <= now) {
            call.notify_one();
        }
    }
    let next = due.into_iter().flatten().filter(|due| *due > now).min();
    next.map_or(PATIENCE, |next| until(now, next))
}

fn until(now: Timestamp, next: Timestamp) -> Duration {
    let wait = u64::try_from(next.0.saturating_sub(now.0)).unwrap_or(u64::MAX);
    Duration::from_millis(wait).clamp(LEAST, PATIENCE)
}
