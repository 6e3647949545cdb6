//! How often one name or address may try something, in the memory of one server.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;

/// How long attempts count.
const WINDOW_SECONDS: i64 = 300;
/// Keys remembered at most: strangers must not fill our memory.
const KEYS: usize = 20_000;

/// Counts attempts per key within five minutes.
#[derive(Debug, Default)]
pub struct Throttle {
    seen: Mutex<HashMap<String, Attempts>>,
}

#[derive(Clone, Copy, Debug)]
struct Attempts {
    since: Timestamp,
    count: u32,
}

impl Throttle {
    /// Whether `key` has used up `limit` attempts.
    pub fn is_exhausted(&self, key: &str, limit: u32, now: Timestamp) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(key).is_some_and(|attempts| !over(attempts, now) && attempts.count >= limit)
    }

    /// Counts one attempt.
    pub fn count(&self, key: &str, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= KEYS && !seen.contains_key(key) {
            seen.retain(|_, attempts| !over(attempts, now));
        }
        if seen.len() >= KEYS && !seen.contains_key(key) {
            let oldest = seen.iter().min_by_key(|(_, attempts)| attempts.since).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| seen.remove(&oldest));
        }
        let attempts = seen.entry(key.to_owned()).or_insert(Attempts { since: now, count: 0 });
        if over(attempts, now) {
            *attempts = Attempts { since: now, count: 0 };
        }
        attempts.count = attempts.count.saturating_add(1);
    }

    /// Forgets a key, because it turned out to be in good hands.
    pub fn forget(&self, key: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn over(attempts: &Attempts, now: Timestamp) -> bool {
    attempts.since.plus_seconds(WINDOW_SECONDS) <= now
}
