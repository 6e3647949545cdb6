//! `plenum queue`: what waits between this server and others, what was put aside, and trying it again.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::store::{Db, Error, Tx, deliveries, hosts, inbox_items, jobs};

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
        /// Only what is for this server; everything when it is left out.
        host: Option<String>,
    },
}

impl Queue {
    /// Runs the command.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let done = match self.what {
            None | Some(What::List) => list(&app.db).await,
            Some(What::Retry { host }) => retry(&app.db, host).await,
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

async fn retry(db: &Db, host: Option<String>) -> Result<(), Failure> {
    let host = host.map(|name| name.to_ascii_lowercase());
    if let Some(name) = &host
        && db.read(|conn| Ok(hosts::by_name(conn, name)?)).await?.is_none()
    {
        return Err(Failure::new(format!(
            "nothing was ever sent to {name:?}; `plenum queue` shows the names"
        )));
    }
    let (outgoing, incoming, later) = db.write(|tx| take_up(tx, host.as_deref())).await?;
    println!("{outgoing} deliveries, {incoming} received activities and {later} jobs are tried again.");
    Ok(())
}

fn take_up(tx: &mut Tx<'_>, only: Option<&str>) -> Result<(usize, usize, usize), Error> {
    let mut outgoing = 0;
    for (name, ..) in deliveries::aside(tx, i64::MAX)? {
        if only.is_none_or(|only| only == name)
            && let Some(host) = hosts::by_name(tx, &name)?
        {
            outgoing += deliveries::take_up(tx, host.id)?;
        }
    }
    if only.is_some() {
        return Ok((outgoing, 0, 0));
    }
    Ok((outgoing, inbox_items::take_up(tx)?, jobs::take_up(tx)?))
}
