//! Tokens whose apps subscribed to Web Push, in memory only: the database keeps digests, but some apps
//! find the account of a message by the token itself. After a restart they are told none until
//! they call again.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Tokens remembered at most.
const MOST: usize = 20_000;

/// Tokens by their digests. Cheap to clone; never shown by `Debug`.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<HashMap<String, String>>>);

impl Tokens {
    /// Remembers a token.
    pub fn remember(&self, hash: &str, token: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(hash.to_owned(), token.to_owned());
    }

    /// The token with this digest, if it is remembered.
    pub fn of(&self, hash: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// Forgets a token.
    pub fn forget(&self, hash: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(hash);
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tokens")
    }
}
