//! The rules about servers in memory, for the question that every request to an inbox asks.
//!
//! The rules of the database say how often they changed. Whoever writes what arrived compares that in the
//! same transaction and reads the rules anew where another process, or a person at a terminal, was faster:
//! a rule holds from the moment in which it was decided, wherever that was.

use std::sync::{PoisonError, RwLock};

use super::fetch;
use crate::domain::host::HostStanding;
use crate::domain::host_list::RuleBook;
use crate::domain::site::FederationMode;
use crate::federation::FetchError;
use crate::store::{Conn, Error, host_rules, settings};

/// What is known of the rules.
#[derive(Default)]
struct Known {
    /// How often they had changed; `None` before they were read.
    version: Option<i64>,
    book: RuleBook,
    allowlist: bool,
}

/// The rules, kept true by [`Gate::renew`].
#[derive(Default)]
pub(super) struct Gate(RwLock<Known>);

impl Gate {
    /// Reads the rules again where they changed.
    pub(super) fn renew(&self, conn: &mut Conn) -> Result<(), Error> {
        let version = host_rules::version(conn)?;
        if self.0.read().unwrap_or_else(PoisonError::into_inner).version == Some(version) {
            return Ok(());
        }
        let book = RuleBook::new(host_rules::standings(conn)?);
        let allowlist = settings::get(conn)?.federation_mode == FederationMode::Allowlist;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) =
            Known { version: Some(version), book, allowlist };
        Ok(())
    }

    /// Whether a server may have to be refused; who is let in by a rule or by nobody's rule is not asked
    /// about any further.
    fn suspects(&self, host: &str) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match known.book.standing_of(host) {
            HostStanding::Suspended => true,
            HostStanding::Approved => false,
            HostStanding::Limited | HostStanding::Unknown => known.allowlist,
        }
    }

    /// Whether we talk to a server; the rules must have been renewed in this transaction.
    pub(super) fn admits(&self, conn: &mut Conn, host: &str) -> Result<(), FetchError> {
        if self.suspects(host) { fetch::admits(conn, host) } else { Ok(()) }
    }
}
