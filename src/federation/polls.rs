//! Polls elsewhere: how they stand, as their own server says.

use std::time::Duration;

use activitypub_federation::config::Data;
use tokio::time::timeout;

use super::fetch::Budget;
use super::{Federation, objects};
use crate::domain::contribution::Contribution;
use crate::store::Error;

/// How long somebody who looks at a poll waits for its server.
const PATIENCE: Duration = Duration::from_secs(3);
/// After how many seconds a poll is asked for again.
const FRESH_SECONDS: i64 = 60;
/// Fetches for one poll: the post, and its author where that is stale.
const FETCHES: usize = 2;

/// Takes over how a poll elsewhere stands, unless that was done a moment ago. A server that does not answer
/// in time changes nothing.
pub async fn refresh(data: &Data<Federation>, head: &Contribution) -> Result<(), Error> {
    let now = data.now();
    let asked = &data.state.polls;
    if head.local || asked.get(&head.uri, now).is_some() {
        return Ok(());
    }
    asked.put(head.uri.clone(), (), now.plus_seconds(FRESH_SECONDS), now);
    let found = timeout(PATIENCE, objects::fetch(data, &head.uri, &Budget::new(FETCHES))).await;
    let Ok(Ok(found)) = found else { return Ok(()) };
    match data.app.db.write(|tx| objects::keep(tx, &found)).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
