//! How often one name or address may try something, in the memory of one server.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;

/// How long attempts count, where nothing else is said.
const WINDOW_SECONDS: i64 = 300;
/// Keys remembered at most: strangers must not fill our memory.
const KEYS: usize = 20_000;

/// Counts attempts per key within a while.
#[derive(Debug)]
pub struct Throttle {
    window: i64,
    seen: Mutex<HashMap<String, Attempts>>,
}

#[derive(Clone, Copy, Debug)]
struct Attempts {
    since: Timestamp,
    count: u32,
}

/// What a key may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// So many attempts in all.
    pub limit: u32,
    /// So many more.
    pub remaining: u32,
    /// When it begins anew.
    pub reset: Timestamp,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::within(WINDOW_SECONDS)
    }
}

impl Throttle {
    /// Counts within so many seconds.
    pub fn within(window: i64) -> Self {
        Self { window, seen: Mutex::default() }
    }

    /// What `key` may still do of `limit` attempts.
    pub fn left(&self, key: &str, limit: u32, now: Timestamp) -> Left {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.get(key).filter(|attempts| !self.is_over(attempts, now));
        let (since, count) = known.map_or((now, 0), |attempts| (attempts.since, attempts.count));
        Left { limit, remaining: limit.saturating_sub(count), reset: since.plus_seconds(self.window) }
    }

    fn is_over(&self, attempts: &Attempts, now: Timestamp) -> bool {
        attempts.since.plus_seconds(self.window) <= now
    }

    /// Whether `key` has used up `limit` attempts.
    pub fn is_exhausted(&self, key: &str, limit: u32, now: Timestamp) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(key).is_some_and(|attempts| !self.is_over(attempts, now) && attempts.count >= limit)
    }

    /// Counts one attempt if `key` has one left of `limit`; both in one step, so that no two take the
    /// last one. What is left then comes back, also where nothing was.
    pub fn try_count(&self, key: &str, limit: u32, now: Timestamp) -> Result<Left, Left> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let attempts = self.attempts(&mut seen, key, now);
        let reset = attempts.since.plus_seconds(self.window);
        if attempts.count >= limit {
            return Err(Left { limit, remaining: 0, reset });
        }
        attempts.count = attempts.count.saturating_add(1);
        Ok(Left { limit, remaining: limit.saturating_sub(attempts.count), reset })
    }

    /// Counts one attempt.
    pub fn count(&self, key: &str, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let attempts = self.attempts(&mut seen, key, now);
        attempts.count = attempts.count.saturating_add(1);
    }

    /// What `key` did in the window that is open; others make room where there is none.
    fn attempts<'a>(
        &self,
        seen: &'a mut HashMap<String, Attempts>,
        key: &str,
        now: Timestamp,
    ) -> &'a mut Attempts {
        if seen.len() >= KEYS && !seen.contains_key(key) {
            seen.retain(|_, attempts| !self.is_over(attempts, now));
        }
        if seen.len() >= KEYS && !seen.contains_key(key) {
            let oldest = seen.iter().min_by_key(|(_, attempts)| attempts.since).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| seen.remove(&oldest));
        }
        let attempts = seen.entry(key.to_owned()).or_insert(Attempts { since: now, count: 0 });
        if self.is_over(attempts, now) {
            *attempts = Attempts { since: now, count: 0 };
        }
        attempts
    }

    /// Takes one attempt back, because it was a good one.
    pub fn give_back(&self, key: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(attempts) = seen.get_mut(key) {
            attempts.count = attempts.count.saturating_sub(1);
        }
    }

    /// Forgets a key, because it turned out to be in good hands.
    pub fn forget(&self, key: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn no_two_take_the_last_attempt() {
        let throttle = Throttle::within(60);
        let now = Timestamp(1_000_000);
        let takes = || (0..100).filter(|_| throttle.try_count("ada", 150, now).is_ok()).count();
        let taken: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(takes)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 150);
        let none = Left { limit: 150, remaining: 0, reset: now.plus_seconds(60) };
        assert_eq!(throttle.try_count("ada", 150, now), Err(none));
        let one = Left { limit: 150, remaining: 149, reset: now.plus_seconds(120) };
        assert_eq!(throttle.try_count("ada", 150, now.plus_seconds(60)), Ok(one));
    }
}
