//! `name@host`, the way people write an account.

use std::fmt;

use super::Refusal;

/// A handle, folded to lower case: `redbloc@red.example`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    /// The name before the `@`.
    pub name: String,
    /// The host after it, with a port where it is not the default one.
    pub host: String,
}

impl Handle {
    /// Reads `name@host`, `@name@host` or `acct:name@host`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let text = text.strip_prefix('@').unwrap_or(text);
        let (name, host) = text.split_once('@')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        let host_ok =
            !host.is_empty() && host.len() <= 260 && host.chars().all(plain) && !host.ends_with('.');
        (is_name(name) && host_ok).then(|| Self::new(name, host))
    }

    /// A handle from parts that are known to be good.
    pub fn new(name: &str, host: &str) -> Self {
        Self { name: name.to_ascii_lowercase(), host: host.to_ascii_lowercase() }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.name, self.host)
    }
}

/// Whether another server may call an account so: what Mastodon accepts, at most 100 characters.
pub fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let inner = |c: char| word(c) || matches!(c, '.' | '-');
    name.len() <= 100 && name.chars().all(inner) && name.starts_with(word) && name.ends_with(word)
}

/// Checks a name for an account of ours: 3 to 30 of `a-z 0-9 _`.
pub fn check_local_name(name: &str) -> Result<(), Refusal> {
    let fits = (3..=30).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if fits {
        return Ok(());
    }
    Err(Refusal::invalid("name", "use 3 to 30 of the characters a-z, 0-9 and _"))
}
