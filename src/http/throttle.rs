//! How often one name or address may try something, in the memory of one server.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;

/// How long attempts count, where nothing else is said.
const WINDOW_SECONDS: i64 = 300;
/// Keys remembered at most: strangers must not fill our memory.
const KEYS: usize = 20_000;

/// Counts attempts per key within a while.
#[derive(Debug)]
pub struct Throttle {
    window: i64,
    seen: Mutex<Seen>,
}

/// What is remembered. When there is no room, the oldest goes first of what has attempts left: what has none must
/// not get new ones because somebody makes up names.
#[derive(Debug, Default)]
struct Seen {
    attempts: HashMap<Arc<str>, Attempts>,
    /// The keys with attempts left, the oldest first.
    open: BTreeSet<(Timestamp, Arc<str>)>,
    /// The others.
    spent: BTreeSet<(Timestamp, Arc<str>)>,
}

#[derive(Clone, Copy, Debug)]
struct Attempts {
    since: Timestamp,
    count: u32,
    limit: u32,
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
        let known = self.known(&self.lock(), key, limit, now);
        let remaining = limit.saturating_sub(known.count);
        Left { limit, remaining, reset: known.since.plus_seconds(self.window) }
    }

    /// Whether `key` has used up `limit` attempts.
    pub fn is_exhausted(&self, key: &str, limit: u32, now: Timestamp) -> bool {
        self.left(key, limit, now).remaining == 0
    }

    /// Counts one attempt if `key` has one left of `limit`; both in one step, so that no two take the
    /// last one. What is left then comes back, also where nothing was.
    pub fn try_count(&self, key: &str, limit: u32, now: Timestamp) -> Result<Left, Left> {
        let mut seen = self.lock();
        let known = self.known(&seen, key, limit, now);
        let reset = known.since.plus_seconds(self.window);
        if known.count >= limit {
            return Err(Left { limit, remaining: 0, reset });
        }
        let count = known.count.saturating_add(1);
        self.keep(&mut seen, key, Attempts { count, ..known }, now);
        Ok(Left { limit, remaining: limit.saturating_sub(count), reset })
    }

    /// Counts one attempt, whether or not one is left of `limit`.
    pub fn count(&self, key: &str, limit: u32, now: Timestamp) {
        let mut seen = self.lock();
        let known = self.known(&seen, key, limit, now);
        self.keep(&mut seen, key, Attempts { count: known.count.saturating_add(1), ..known }, now);
    }

    /// Takes one attempt back, because it was a good one.
    pub fn give_back(&self, key: &str) {
        let mut seen = self.lock();
        if let Some(known) = seen.attempts.get(key).copied() {
            seen.put(key, Attempts { count: known.count.saturating_sub(1), ..known });
        }
    }

    /// Forgets a key, because it turned out to be in good hands.
    pub fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `key` did in the window that is open; one that opens now where none is.
    fn known(&self, seen: &Seen, key: &str, limit: u32, now: Timestamp) -> Attempts {
        let known = seen.attempts.get(key).filter(|attempts| attempts.since > self.latest_over(now));
        known.map_or(Attempts { since: now, count: 0, limit }, |known| Attempts { limit, ..*known })
    }

    /// Windows that opened then, or before, are over.
    fn latest_over(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(-self.window)
    }

    /// Remembers a key; others make room where there is none.
    fn keep(&self, seen: &mut Seen, key: &str, attempts: Attempts, now: Timestamp) {
        if !seen.attempts.contains_key(key) {
            seen.make_room(self.latest_over(now));
        }
        seen.put(key, attempts);
    }
}

impl Attempts {
    const fn is_spent(&self) -> bool {
        self.count >= self.limit
    }
}

impl Seen {
    fn put(&mut self, key: &str, attempts: Attempts) {
        self.remove(key);
        let key: Arc<str> = key.into();
        self.attempts.insert(Arc::clone(&key), attempts);
        self.line(attempts.is_spent()).insert((attempts.since, key));
    }

    fn remove(&mut self, key: &str) {
        if let Some((key, attempts)) = self.attempts.remove_entry(key) {
            self.line(attempts.is_spent()).remove(&(attempts.since, key));
        }
    }

    const fn line(&mut self, spent: bool) -> &mut BTreeSet<(Timestamp, Arc<str>)> {
        if spent { &mut self.spent } else { &mut self.open }
    }

    /// Forgets what is over, and one key more where there are too many.
    fn make_room(&mut self, over: Timestamp) {
        for spent in [false, true] {
            while let Some(key) = self.oldest(spent, over) {
                self.remove(&key);
            }
        }
        if self.attempts.len() >= KEYS {
            let any = Timestamp(i64::MAX);
            if let Some(key) = self.oldest(false, any).or_else(|| self.oldest(true, any)) {
                self.remove(&key);
            }
        }
    }

    /// The oldest key of a line, if it is from then or before.
    fn oldest(&mut self, spent: bool, latest: Timestamp) -> Option<Arc<str>> {
        let (since, key) = self.line(spent).first()?;
        (*since <= latest).then(|| Arc::clone(key))
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

    #[test]
    fn what_has_no_attempts_left_is_forgotten_last() {
        let throttle = Throttle::within(60);
        let now = Timestamp(1_000_000);
        let mut last = Ok(());
        for _ in 0..4 {
            last = throttle.try_count("ada", 3, now).map(drop).map_err(drop);
        }
        assert_eq!(last, Err(()));
        throttle.try_count("bela", 3, now).unwrap();
        for number in 0..25_000 {
            throttle.try_count(&format!("made up {number}"), 3, now.plus_seconds(1)).unwrap();
        }
        assert!(throttle.is_exhausted("ada", 3, now.plus_seconds(59)));
        assert_eq!(throttle.left("bela", 3, now.plus_seconds(59)).remaining, 3, "there is no room for all");
        assert_eq!(throttle.lock().attempts.len(), KEYS);
        // Where all have none left, it is the oldest that goes, and after a while all do.
        for number in 0..25_000 {
            throttle.try_count(&format!("used up {number}"), 1, now.plus_seconds(2)).unwrap();
        }
        assert!(!throttle.is_exhausted("ada", 3, now.plus_seconds(59)));
        throttle.try_count("cleo", 3, now.plus_seconds(62)).unwrap();
        let seen = throttle.lock();
        assert_eq!((seen.attempts.len(), seen.open.len(), seen.spent.len()), (1, 1, 0));
    }

    #[test]
    fn what_is_given_back_is_there_again() {
        let throttle = Throttle::within(60);
        let now = Timestamp(1_000_000);
        throttle.try_count("ada", 1, now).unwrap();
        throttle.give_back("ada");
        throttle.try_count("ada", 1, now).unwrap();
        throttle.try_count("ada", 1, now).unwrap_err();
        throttle.forget("ada");
        throttle.count("ada", 1, now);
        assert!(throttle.is_exhausted("ada", 1, now));
        let seen = throttle.lock();
        assert_eq!((seen.attempts.len(), seen.open.len(), seen.spent.len()), (1, 0, 1));
    }
}
