//! How often passwords and codes may be tried, and what somebody reads who tried too often.
//!
//! Nothing of this is kept anywhere but in memory, and there for five minutes: neither the names nor the
//! addresses of those who try.

use axum::http::StatusCode;

use crate::clock::Timestamp;
use crate::http::error::PageError;
use crate::http::throttle::Throttle;

/// What is counted where. Strangers crowd nobody out who is not one: what they make up has a place of its own.
#[derive(Debug, Default)]
pub struct Attempts {
    /// Signing in by a name and a password.
    pub(super) sign_ins: Throttle,
    /// What else strangers ask for: letters, and where their own server is.
    pub(super) wishes: Throttle,
    /// Codes and passwords of those who gave the right password before, and what is done for them.
    pub(super) members: Throttle,
}

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
        let of_address = limit.saturating_mul(OF_ADDRESS);
        // Whoever has used up what an address has leaves no more names in our memory.
        let left = throttle.left(&self.address, of_address, now);
        if left.remaining == 0 {
            return Err(left.reset);
        }
        // What has used up its own attempts uses up nobody else's: the narrowest first.
        let limits =
            [(&self.pair, limit), (&self.address, of_address), (&self.name, limit.saturating_mul(OF_NAME))];
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u32 = 10;
    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn nobody_gets_new_attempts_by_making_up_names() {
        let throttle = Throttle::default();
        let ada = Attempt::of("ada", "203.0.113.9");
        let from_elsewhere = |number: u32| Attempt::of("ada", &format!("198.51.100.{number}"));
        let tries = |attempt: &Attempt| attempt.count(&throttle, LIMIT, NOW).is_ok();
        assert_eq!((0..20).filter(|_| tries(&ada)).count(), 10);
        assert_eq!((0..200).filter(|number| tries(&from_elsewhere(*number))).count(), 190, "of the name");
        let other = |number: u32| Attempt::of(&format!("name{number}"), "203.0.113.9");
        assert_eq!((0..25_000).filter(|number| tries(&other(*number))).count(), 40, "of the address");
        let late = throttle.left(&other(24_999).pair, LIMIT, NOW);
        assert_eq!(late.remaining, LIMIT, "names that come too late leave nothing in memory");
        assert!(!tries(&ada));
        assert!(!tries(&other(0)));
        assert!(!tries(&from_elsewhere(201)), "by nobody, from anywhere");
        assert!(tries(&Attempt::of("bela", "198.51.100.201")), "others go on");
    }
}
