//! `plenum log`: who decided what, and whether the log is whole.

use std::io::Write;

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::id::Id;
use crate::services::log as service;
use crate::store::{Db, audit};

/// Entries that are read at a time.
const STRETCH: i64 = 1_000;
/// Entries that are shown where nobody says how many.
const NEWEST: i64 = 50;

/// `plenum log …`
#[derive(Debug, Args)]
pub struct Log {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the newest entries. This is also what plain `log` does.
    List {
        /// Only what begins so: host, account, report …
        #[arg(default_value = "")]
        action: String,
        /// How many.
        #[arg(long, default_value_t = NEWEST)]
        most: i64,
    },
    /// Print the whole log, an entry a line, with everything that is needed to check it elsewhere.
    Export,
    /// Follow the whole chain of seals, and print the newest one.
    Verify {
        /// A seal that was written down earlier: it has to be part of the log.
        #[arg(long, default_value = "")]
        seal: String,
    },
    /// Show an entry to everybody, in words for them.
    Show {
        /// Its key, as the list shows it.
        key: i64,
        /// What was decided.
        what: String,
        /// Why.
        reason: String,
    },
    /// Show an entry to everybody no longer.
    Hide {
        /// Its key.
        key: i64,
    },
}

impl Log {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        let done = match self.what.unwrap_or(What::List { action: String::new(), most: NEWEST }) {
            What::List { action, most } => list(db, &action, most).await,
            What::Export => export(db).await,
            What::Verify { seal } => verify(db, &seal.trim().to_lowercase()).await,
            What::Show { key, what, reason } => {
                db.write(|tx| service::show(tx, None, Id::new(key), &what, &reason)).await?;
                println!("Everybody reads it on {}/about/moderation.", app.site.origin);
                Ok(())
            }
            What::Hide { key } => {
                db.write(|tx| service::hide(tx, None, Id::new(key))).await?;
                println!("Only those who may read the log read it from now on.");
                Ok(())
            }
        };
        app.db.close().await;
        done
    }
}

async fn list(db: &Db, action: &str, most: i64) -> Result<(), Failure> {
    let entries = db.read(|conn| Ok(audit::page(conn, Id::new(i64::MAX), action, most)?)).await?;
    for entry in entries.iter().rev() {
        let at = entry.created_at.to_rfc3339();
        println!("{}  {at}  {}  {}  {}", entry.id, entry.action, entry.subject, entry.detail);
    }
    Ok(())
}

async fn export(db: &Db) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut last = Id::new(0);
    loop {
        let entries = db.read(|conn| Ok(audit::after(conn, last, STRETCH)?)).await?;
        let Some(newest) = entries.last() else { return Ok(()) };
        last = newest.id;
        for entry in &entries {
            out.write_all(service::line(entry).as_bytes())?;
        }
    }
}

async fn verify(db: &Db, seal: &str) -> Result<(), Failure> {
    let (chain, found) = db.read(|conn| Ok(audit::verify(conn, seal)?)).await?;
    if let Some(id) = chain.broken_at {
        return Err(Failure::new(format!(
            "the log was changed from outside: entry {id} does not follow from those before it"
        )));
    }
    if !found {
        return Err(Failure::new("the log is whole, but the seal that you gave is not part of it"));
    }
    println!("All {} entries are as they were written. The newest seal: {}", chain.length, chain.tip);
    Ok(())
}
