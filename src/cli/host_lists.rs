//! `plenum host-list`: lists of rules about servers that this site follows.

use std::collections::HashSet;

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::services::host_lists::{self as service, NewList};
use crate::store::{Db, host_lists};

/// `plenum host-list …`
#[derive(Debug, Args)]
pub struct HostListCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the lists that are followed.
    Show,
    /// Follow a list; the running server reads it soon, and then every day.
    Follow {
        /// Where it is.
        url: String,
        /// What you call it.
        #[arg(long)]
        title: String,
        /// Where two lists differ, the one with the higher number is right.
        #[arg(long, default_value_t = 50)]
        priority: i32,
        /// What is new in it holds at once.
        #[arg(long)]
        adopt: bool,
    },
    /// Follow a list no longer, and take back what came from no other.
    Leave {
        /// Its key.
        key: i64,
    },
    /// Show what the lists propose, and what it would have touched in the last 30 days.
    Drafts,
    /// Take proposals over; all of them where none is named.
    Accept {
        /// Names of servers.
        names: Vec<String>,
    },
    /// Do not want proposals, and do not be asked again; all of them where none is named.
    Refuse {
        /// Names of servers.
        names: Vec<String>,
    },
}

impl HostListCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        let done = match self.what {
            What::Show => show(db).await,
            What::Follow { url, title, priority, adopt } => {
                follow(db, &NewList { url, title, priority, adopts: adopt }).await
            }
            What::Leave { key } => leave(db, key).await,
            What::Drafts => drafts(db, app.clock().now()).await,
            What::Accept { names } => decide(db, names, true).await,
            What::Refuse { names } => decide(db, names, false).await,
        };
        app.db.close().await;
        done
    }
}

async fn show(db: &Db) -> Result<(), Failure> {
    for list in db.read(|conn| Ok(host_lists::all(conn)?)).await? {
        let how = if list.adopts { "holds at once" } else { "waits" };
        let read = list.checked_at.map_or("not read yet".to_owned(), Timestamp::to_rfc3339);
        let error = list.error.unwrap_or_default();
        println!(
            "{}  {}  {}  priority {}  {how}  {read}  {error}",
            list.id, list.title, list.url, list.priority
        );
    }
    Ok(())
}

async fn follow(db: &Db, new: &NewList) -> Result<(), Failure> {
    let id = db.write(|tx| service::follow(tx, None, new)).await?;
    println!("{id}  {} is followed.", new.title);
    Ok(())
}

async fn leave(db: &Db, key: i64) -> Result<(), Failure> {
    let count = db.write(|tx| service::leave(tx, None, Id::new(key))).await?;
    println!("The list is followed no longer; {count} rules are taken back.");
    Ok(())
}

async fn drafts(db: &Db, now: Timestamp) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let drafts = service::drafts(conn)?;
        let tried = service::try_out(conn, &drafts.new, now)?;
        Ok((drafts, tried))
    });
    let (drafts, (reach, servers, texts)) = found.await?;
    for (name, decision) in &drafts.new {
        println!("{name}  {}", decision.summary());
    }
    if !drafts.new.is_empty() {
        println!("In the last 30 days {servers} of these servers sent {texts} contributions.");
        println!("If all hold: {}", reach.of_rule(HostStanding::Suspended));
    }
    Ok(())
}

async fn decide(db: &Db, names: Vec<String>, accept: bool) -> Result<(), Failure> {
    let count = db.write(|tx| {
        let names: HashSet<String> = if names.is_empty() {
            service::drafts(tx)?.new.into_iter().map(|(name, _)| name).collect()
        } else {
            names.iter().map(|name| name.to_lowercase()).collect()
        };
        if accept { service::accept(tx, None, &names) } else { service::refuse(tx, None, &names) }
    });
    println!("{} proposals are decided.", count.await?);
    Ok(())
}
