//! Tokens whose apps subscribed to Web Push, in memory only: the database keeps digests, but some apps
//! find the account of a message by the token itself. After a restart they are told none until
//! they call again, with whatever they ask.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tokens remembered at most.
const MOST: usize = 20_000;

/// Tokens by their digests; `None` where the app did not subscribe. Cheap to clone; never shown by
/// `Debug`.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<HashMap<String, Option<String>>>>);

impl Tokens {
    /// Remembers a token.
    pub fn remember(&self, hash: &str, token: &str) {
        self.put(hash, Some(token.to_owned()));
    }

    /// Remembers that the app of a token did not subscribe.
    pub fn pass_over(&self, hash: &str) {
        self.put(hash, None);
    }

    fn put(&self, hash: &str, token: Option<String>) {
        let mut known = self.known();
        if known.len() >= MOST && !known.contains_key(hash) {
            // One makes room, of those without a subscription if there are any near at hand.
            let spare = known.iter().take(MOST / 100).find(|(_, token)| token.is_none());
            let spare = spare.or_else(|| known.iter().next()).map(|(hash, _)| hash.clone());
            spare.and_then(|hash| known.remove(&hash));
        }
        known.insert(hash.to_owned(), token);
    }

    /// The token with this digest, if it is remembered.
    pub fn of(&self, hash: &str) -> Option<String> {
        self.known().get(hash).cloned().flatten()
    }

    /// Whether it is known if the app of this token subscribed.
    pub fn has_seen(&self, hash: &str) -> bool {
        self.known().contains_key(hash)
    }

    /// Forgets a token.
    pub fn forget(&self, hash: &str) {
        self.known().remove(hash);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Option<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tokens")
    }
}
