//! Tokens whose apps subscribed to Web Push, in memory only: the database keeps digests, but some apps
//! find the account of a message by the token itself. After a restart they are told none until
//! they call again, with whatever they ask.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tokens remembered at most.
const MOST: usize = 20_000;
/// For how long it is believed that the app of a token did not subscribe: it may do so at another process.
const BELIEVED: Duration = Duration::from_secs(300);

/// Tokens by their digests; `None` where the app did not subscribe. Cheap to clone; never shown by
/// `Debug`.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<HashMap<String, Known>>>);

/// What is known of a token, and since when.
struct Known {
    token: Option<String>,
    since: Instant,
}

impl Tokens {
    /// Remembers a token.
    pub fn remember(&self, hash: &str, token: &str) {
        self.put(hash, Some(token.to_owned()));
    }

    /// Remembers for a while that the app of a token did not subscribe, unless it did so in this moment.
    pub fn pass_over(&self, hash: &str) {
        self.put(hash, None);
    }

    fn put(&self, hash: &str, token: Option<String>) {
        let mut known = self.known();
        if token.is_none() && known.get(hash).is_some_and(|known| known.token.is_some()) {
            return;
        }
        if known.len() >= MOST && !known.contains_key(hash) {
            // One makes room, of those without a subscription if there are any near at hand.
            let spare = known.iter().take(MOST / 100).find(|(_, known)| known.token.is_none());
            let spare = spare.or_else(|| known.iter().next()).map(|(hash, _)| hash.clone());
            spare.and_then(|hash| known.remove(&hash));
        }
        known.insert(hash.to_owned(), Known { token, since: Instant::now() });
    }

    /// The token with this digest, if it is remembered.
    pub fn of(&self, hash: &str) -> Option<String> {
        self.known().get(hash).and_then(|known| known.token.clone())
    }

    /// Whether it is known if the app of this token subscribed.
    pub fn has_seen(&self, hash: &str) -> bool {
        let recent = |known: &Known| known.token.is_some() || known.since.elapsed() < BELIEVED;
        self.known().get(hash).is_some_and(recent)
    }

    /// Forgets a token.
    pub fn forget(&self, hash: &str) {
        self.known().remove(hash);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tokens")
    }
}
