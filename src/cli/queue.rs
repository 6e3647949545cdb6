//! `plenum queue`: what waits between this server and others, what was put aside, and trying it again.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::host::Host;
use crate::services::queues as service;
use crate::store::{Db, deliveries, hosts, inbox_items, jobs};

/// Hosts and activities shown at most.
const SHOWN: i64 = 200;

/// `plenum queue …`
#[derive(Debug, Args)]
pub struct Queue {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show what waits and what was put aside, and why. This is also what plain `queue` does.
    List,
    /// Try again what was put aside: deliveries, received activities, and jobs.
    Retry {
        /// Only what is between this server and us; everything when it is left out.
        host: Option<String>,
    },
    /// Give up what was put aside between a server and us.
    GiveUp {
        /// Its name.
        host: String,
    },
}

impl Queue {
    /// Runs the command.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let done = match self.what {
            None | Some(What::List) => list(&app.db).await,
            Some(What::Retry { host }) => retry(&app.db, host).await,
            Some(What::GiveUp { host }) => give_up(&app.db, &host).await,
        };
        app.db.close().await;
        done
    }
}

async fn list(db: &Db) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let waiting = (deliveries::pending(conn)?, inbox_items::pending(conn)?, jobs::pending(conn)?);
        let parked = inbox_items::parked(conn, SHOWN)?;
        Ok((waiting, deliveries::aside(conn, SHOWN)?, parked, jobs::aside(conn, SHOWN)?))
    });
    let ((outgoing, incoming, later), aside, parked, undone) = found.await?;
    println!("{outgoing} deliveries, {incoming} received activities and {later} jobs wait.");
    for (host, count, why) in &aside {
        println!("put aside for {host}: {count} ({})", why.as_deref().unwrap_or("no reason was kept"));
    }
    for item in &parked {
        println!(
            "could not be applied: {} ({})",
            item.uri,
            item.error.as_deref().unwrap_or("no reason was kept")
        );
    }
    for (job, why) in &undone {
        println!("could not be done: {job} ({})", why.as_deref().unwrap_or("no reason was kept"));
    }
    if !aside.is_empty() || !parked.is_empty() || !undone.is_empty() {
        println!("`plenum queue retry` tries these again.");
    }
    Ok(())
}

async fn named(db: &Db, name: &str) -> Result<Host, Failure> {
    let name = name.to_ascii_lowercase();
    db.read(|conn| Ok(hosts::by_name(conn, &name)?)).await?.ok_or_else(|| {
        Failure::new(format!("nothing was ever sent to {name:?}; `plenum queue` shows the names"))
    })
}

async fn retry(db: &Db, host: Option<String>) -> Result<(), Failure> {
    let host = match host {
        Some(name) => Some(named(db, &name).await?.id),
        None => None,
    };
    let taken = db.write(|tx| service::retry(tx, None, host)).await?;
    println!(
        "{} deliveries, {} received activities and {} jobs are tried again.",
        taken.deliveries, taken.received, taken.jobs
    );
    Ok(())
}

async fn give_up(db: &Db, name: &str) -> Result<(), Failure> {
    let host = named(db, name).await?;
    let count = db.write(|tx| service::give_up(tx, None, host.id)).await?;
    println!("{count} that were put aside for {} are given up.", host.name);
    Ok(())
}
