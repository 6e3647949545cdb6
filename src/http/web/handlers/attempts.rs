//! How often passwords and codes may be tried, and what somebody reads who tried too often.
//!
//! Nothing of this is kept anywhere but in memory, and there for five minutes: neither the names nor the
//! addresses of those who try.

use axum::http::StatusCode;

use crate::clock::Timestamp;
use crate::http::error::PageError;
use crate::http::throttle::Throttle;

/// So many times as many attempts as one address has for one name, it has for all names together: many
/// people may share it.
const OF_ADDRESS: u32 = 5;
/// So many times as many a name has from all addresses together: a few strangers must not lock anybody out.
const OF_NAME: u32 = 20;

/// An attempt to sign in, as it is counted: for this name from this address, and for each of both alone.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pair: String,
    address: String,
    name: String,
}

impl Attempt {
    /// By this name, from this address as the proxies that we believe say it.
    pub(super) fn of(name: &str, peer: &str) -> Self {
        Self {
            pair: format!("name {name} at {peer}"),
            address: format!("address {peer}"),
            name: format!("name {name}"),
        }
    }

    /// Asking for a letter, which uses up nobody's attempts to sign in.
    pub(super) fn for_letter(name: &str, peer: &str) -> Self {
        Self {
            pair: format!("letter for {name} asked by {peer}"),
            address: format!("letters asked by {peer}"),
            name: format!("letters for {name}"),
        }
    }

    /// Counts it before it is looked at: of many at the same moment no more pass than of as many one after the
    /// other. Where there were too many, until when.
    pub(super) fn count(&self, throttle: &Throttle, limit: u32, now: Timestamp) -> Result<(), Timestamp> {
        // What has used up its own attempts uses up nobody else's: the narrowest first.
        let limits = [
            (&self.pair, limit),
            (&self.address, limit.saturating_mul(OF_ADDRESS)),
            (&self.name, limit.saturating_mul(OF_NAME)),
        ];
        for (key, limit) in limits {
            throttle.try_count(key, limit, now).map_err(|left| left.reset)?;
        }
        Ok(())
    }

    /// It was a good one. What others tried by the same name, or from the same address, goes on counting.
    pub(super) fn succeeded(&self, throttle: &Throttle) {
        throttle.forget(&self.pair);
        throttle.give_back(&self.address);
        throttle.give_back(&self.name);
    }

    /// The password is another one: what was tried before is over.
    pub(super) fn is_over(&self, throttle: &Throttle) {
        throttle.forget(&self.pair);
        throttle.forget(&self.name);
    }
}

/// What counts how often somebody who is signed in gives a wrong password: no stranger can use it up.
pub(super) fn own(name: &str) -> String {
    format!("own {name}")
}

/// Counts an attempt of somebody who is signed in before it is looked at.
pub(super) fn attempt(throttle: &Throttle, key: &str, limit: u32, now: Timestamp) -> Result<(), PageError> {
    throttle.try_count(key, limit, now).map(drop).map_err(|left| {
        let why = format!("Too many attempts. You can try again from {} on.", minute(left.reset));
        PageError::new(StatusCode::TOO_MANY_REQUESTS, why)
    })
}

/// The minute at which something is over for sure.
pub(super) fn minute(until: Timestamp) -> String {
    until.plus_seconds(59).to_utc().format("%H:%M UTC").to_string()
}
