//! The rules about networks in memory: every request asks them before anything else is done for it.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Timestamp;
use crate::domain::network_rule::{Bar, NetworkBook};
use crate::store::{Db, Error, host_rules, network_rules};

/// What is known of the rules. Cheap to clone.
#[derive(Clone, Default)]
pub struct Networks(Arc<RwLock<Known>>);

#[derive(Clone, Default)]
struct Known {
    /// The second in which somebody looked whether they changed.
    looked: Option<i64>,
    /// How often they had changed then.
    version: Option<i64>,
    /// How often they were changed here: whoever read them before that keeps what was read to itself.
    changes: u64,
    book: Arc<NetworkBook>,
}

impl Networks {
    /// What is kept out of where this address is. Whether the rules changed, here or in another process or at a
    /// terminal, is looked at once a second.
    pub async fn bar(&self, db: &Db, address: IpAddr) -> Option<Bar> {
        let now = db.clock().now();
        let known = self.known();
        if known.looked == Some(now.seconds()) {
            return known.book.bar(address, now);
        }
        match self.renew(db, &known, now).await {
            Ok(book) => book.bar(address, now),
            // A database that does not answer is no reason to forget what it said.
            Err(error) => {
                tracing::warn!(%error, "the rules about networks could not be read");
                known.book.bar(address, now)
            }
        }
    }

    /// Looks at the rules again before the next answer: they were changed here.
    pub fn forget(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.looked = None;
        known.changes = known.changes.wrapping_add(1);
    }

    async fn renew(&self, db: &Db, known: &Known, now: Timestamp) -> Result<Arc<NetworkBook>, Error> {
        let read = db.read(|conn| {
            let version = host_rules::version(conn)?;
            let same = known.version == Some(version);
            let rules = if same { None } else { Some(network_rules::all(conn, now)?) };
            Ok((version, rules))
        });
        let (version, rules) = read.await?;
        let book = rules.map_or_else(|| Arc::clone(&known.book), |rules| Arc::new(NetworkBook::new(&rules)));
        let mut newest = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if newest.changes == known.changes {
            newest.looked = Some(now.seconds());
            newest.version = Some(version);
            newest.book = Arc::clone(&book);
        }
        Ok(book)
    }

    fn known(&self) -> Known {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Networks {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Networks")
    }
}
