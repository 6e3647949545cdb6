//! What is remembered for a while in memory: bounded, so that strangers cannot fill it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

use crate::clock::Timestamp;

/// A map whose entries end by time, and of which the oldest ones go when it is full.
pub(super) struct Bounded<K, V> {
    most: usize,
    entries: Mutex<HashMap<K, (V, Timestamp)>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Bounded<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, entries: Mutex::new(HashMap::new()) }
    }

    pub(super) fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|(_, until)| *until > now).map(|(value, _)| value.clone())
    }

    pub(super) fn put(&self, key: K, value: V, until: Timestamp, now: Timestamp) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= self.most && !entries.contains_key(&key) {
            entries.retain(|_, (_, until)| *until > now);
            if entries.len() >= self.most {
                let mut ends: Vec<Timestamp> = entries.values().map(|(_, until)| *until).collect();
                ends.sort_unstable();
                let quarter = ends.get(ends.len() / 4).copied().unwrap_or(now);
                entries.retain(|_, (_, until)| *until > quarter);
            }
        }
        if entries.len() < self.most || entries.contains_key(&key) {
            entries.insert(key, (value, until));
        }
    }

    pub(super) fn remove(&self, key: &K) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// Counts events per name in windows of time.
pub(super) struct Quota {
    windows: Bounded<String, (u32, Timestamp)>,
    seconds: i64,
}

impl Quota {
    pub(super) fn new(most_names: usize, seconds: i64) -> Self {
        Self { windows: Bounded::new(most_names), seconds }
    }

    /// Counts one more event; `false` when there were `most` in this window already.
    pub(super) fn take(&self, name: &str, most: u32, now: Timestamp) -> bool {
        let name = name.to_owned();
        let fresh = (0, now.plus_seconds(self.seconds));
        let (count, end) = self.windows.get(&name, now).unwrap_or(fresh);
        if count >= most {
            return false;
        }
        self.windows.put(name, (count + 1, end), end, now);
        true
    }
}

/// Lets one task at a time work on a name; the others wait and find its result.
#[derive(Default)]
pub(super) struct Flights {
    locks: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

impl Flights {
    /// Waits until nobody else works on this name.
    pub(super) async fn enter(&self, name: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            if locks.len() > 1000 {
                locks.retain(|_, lock| lock.strong_count() > 0);
            }
            let known = locks.get(name).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let lock = Arc::new(tokio::sync::Mutex::new(()));
                locks.insert(name.to_owned(), Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn entries_end_and_are_never_more_than_allowed() {
        let cache = Bounded::new(4);
        for key in 0..100 {
            cache.put(key, key, NOW.plus_seconds(key + 1), NOW);
        }
        assert_eq!(cache.get(&99, NOW), Some(99));
        assert_eq!(cache.get(&99, NOW.plus_seconds(100)), None);
        assert!(cache.entries.lock().unwrap().len() <= 4);
    }

    #[test]
    fn a_quota_ends_with_its_window() {
        let quota = Quota::new(10, 60);
        assert!(quota.take("a.test", 2, NOW) && quota.take("a.test", 2, NOW));
        assert!(!quota.take("a.test", 2, NOW.plus_seconds(59)));
        assert!(quota.take("b.test", 2, NOW));
        assert!(quota.take("a.test", 2, NOW.plus_seconds(60)));
    }
}
