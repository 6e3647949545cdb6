//! How much the site is used: the numbers stand on pages for everybody and are counted once an hour.

use std::sync::{Arc, Mutex, PoisonError};

use super::App;
use crate::clock::Timestamp;
use crate::store::Error;
use crate::store::usage::{self, Numbers};

/// For how long numbers are told before they are counted again.
const KEPT_SECONDS: i64 = 3600;

/// Numbers, and when they were counted. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage(Arc<Mutex<Option<(Timestamp, Numbers)>>>);

impl App {
    /// How much the site is used, at most an hour old.
    pub async fn usage(&self) -> Result<Numbers, Error> {
        let now = self.clock().now();
        let known = self.usage.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, numbers)) = known.filter(|(at, _)| at.plus_seconds(KEPT_SECONDS) > now) {
            return Ok(numbers);
        }
        let numbers = self.db.read(|conn| Ok(usage::numbers(conn, now)?)).await?;
        *self.usage.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, numbers.clone()));
        Ok(numbers)
    }
}
