//! `plenum host-list`: lists of rules about servers that this site follows.

use std::collections::HashSet;

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::domain::Refusal;
use crate::domain::counting::counted;
use crate::domain::host::HostStanding;
use crate::domain::host_list::ListDraft;
use crate::domain::id::Id;
use crate::services::host_lists::{self as service, NewList};
use crate::services::listed_rules;
use crate::store::{Db, host_lists};

/// `plenum host-list …`
#[derive(Debug, Args)]
pub struct HostListCommand {
    #[command(subcommand)]
    what: Option<What>,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the lists that are followed. This is also what plain `host-list` does.
    Show,
    /// Follow a list; the running server reads it soon, and then every day.
    Follow {
        /// Where it is.
        url: String,
        /// What you call it.
        #[arg(long)]
        title: String,
        /// Where two lists differ, the one with the higher number wins.
        #[arg(long, default_value_t = 50)]
        priority: i32,
        /// What is new in it takes effect without asking.
        #[arg(long)]
        adopt: bool,
    },
    /// Change how much a list counts and whether it asks.
    Change {
        /// Its key.
        key: i64,
        /// Where two lists differ, the one with the higher number wins.
        #[arg(long)]
        priority: i32,
        /// What is new in it takes effect without asking.
        #[arg(long)]
        adopt: bool,
    },
    /// Follow a list no longer, and take back what came from no other.
    Leave {
        /// Its key.
        key: i64,
        /// Its rules stay, as rules of this site.
        #[arg(long)]
        keep: bool,
    },
    /// Read a list soon, or all of them; the running server does it.
    Read {
        /// Its key.
        key: Option<i64>,
    },
    /// Say that a list is right although it was not believed; it is read again.
    Believe {
        /// Its key.
        key: i64,
        /// The digest of what was not believed, as `show` prints it.
        digest: String,
    },
    /// Show what the lists propose, and what it would have touched in the last 30 days.
    Drafts,
    /// Take proposals over.
    Accept(Chosen),
    /// Do not want proposals, and do not be asked again.
    Refuse(Chosen),
    /// Show the names about which nobody wants to be asked.
    Refused,
    /// Be asked about a name again.
    AskAgain {
        /// The name of a server.
        name: String,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Chosen {
    /// Names of servers.
    names: Vec<String>,
    /// All proposals, if they are still those under which `drafts` printed this word.
    #[arg(long, value_name = "WORD")]
    all_of: Option<String>,
}

impl HostListCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let (db, dry) = (&app.db, self.dry_run);
        let done = match self.what.unwrap_or(What::Show) {
            What::Show => show(db).await,
            What::Follow { url, title, priority, adopt } => {
                follow(db, dry, &NewList { url, title, priority, adopts: adopt }).await
            }
            What::Change { key, priority, adopt } => change(db, dry, key, (priority, adopt)).await,
            What::Leave { key, keep } => leave(db, dry, key, keep).await,
            What::Read { key } => read(db, dry, key).await,
            What::Believe { key, digest } => believe(db, dry, key, &digest).await,
            What::Drafts => drafts(db, app.clock().now()).await,
            What::Accept(chosen) => decide(db, dry, chosen, true).await,
            What::Refuse(chosen) => decide(db, dry, chosen, false).await,
            What::Refused => refused(db).await,
            What::AskAgain { name } => ask_again(db, dry, &name).await,
        };
        app.db.close().await;
        done
    }
}

async fn show(db: &Db) -> Result<(), Failure> {
    for list in db.read(|conn| Ok(host_lists::all(conn)?)).await? {
        let how = if list.adopts { "takes effect without asking" } else { "waits" };
        let read = list.checked_at.map_or("not read yet".to_owned(), Timestamp::to_rfc3339);
        let mut error = list.error.unwrap_or_default();
        if let Some(digest) = &list.doubted {
            error = format!("{error}; `plenum host-list believe {} {digest}` says that it is right", list.id);
        }
        println!(
            "{}  {}  {}  priority {}  {how}  {read}  {error}",
            list.id, list.title, list.url, list.priority
        );
    }
    Ok(())
}

async fn follow(db: &Db, dry: bool, new: &NewList) -> Result<(), Failure> {
    let id = context::decide(db, dry, |tx| service::follow(tx, None, new)).await?;
    println!("{id}  {} is followed.", new.title);
    Ok(())
}

async fn change(db: &Db, dry: bool, key: i64, (priority, adopts): (i32, bool)) -> Result<(), Failure> {
    context::decide(db, dry, |tx| service::change(tx, None, Id::new(key), priority, adopts)).await?;
    println!("It is changed.");
    Ok(())
}

async fn leave(db: &Db, dry: bool, key: i64, keeps: bool) -> Result<(), Failure> {
    let count = context::decide(db, dry, |tx| service::leave(tx, None, Id::new(key), keeps)).await?;
    println!("The list is followed no longer. Rules that are taken back: {count}.");
    Ok(())
}

async fn read(db: &Db, dry: bool, key: Option<i64>) -> Result<(), Failure> {
    context::decide(db, dry, |tx| match key {
        Some(key) => {
            let list = host_lists::by_id(tx, Id::new(key))?.ok_or(Refusal::NotFound)?;
            service::ask(tx, list.id)
        }
        None => service::ask_all(tx),
    })
    .await?;
    println!("The running server reads it now.");
    Ok(())
}

async fn believe(db: &Db, dry: bool, key: i64, digest: &str) -> Result<(), Failure> {
    context::decide(db, dry, |tx| service::believe(tx, None, Id::new(key), digest)).await?;
    println!("It is believed when it is read again and still says the same.");
    Ok(())
}

async fn drafts(db: &Db, now: Timestamp) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let drafts = listed_rules::drafts(conn)?.new;
        let trial = service::try_out(conn, &drafts, now)?;
        Ok((drafts, trial))
    });
    let (drafts, trial) = found.await?;
    for draft in &drafts {
        let before = draft.before.as_ref().map(|before| format!(", instead of: {}", before.effect()));
        let (effect, why) = (draft.decision.effect(), &draft.decision.private_comment);
        println!("{}  {effect}{}; {why}", draft.name, before.unwrap_or_default());
    }
    if drafts.is_empty() {
        return Ok(());
    }
    let servers = counted(i64::try_from(trial.servers).unwrap_or(i64::MAX), "server");
    println!(
        "In the last 30 days {servers} of them sent anything: {}.",
        counted(trial.texts, "contribution")
    );
    for ((count, reach), standing) in
        [(trial.suspended, HostStanding::Suspended), (trial.limited, HostStanding::Limited)]
    {
        if count > 0 {
            println!("If all hold, {} {count}: {}", standing.word(), reach.of_rule(standing));
        }
    }
    println!("To take all of them over: plenum host-list accept --all-of {}", ListDraft::digest(&drafts));
    Ok(())
}

async fn decide(db: &Db, dry: bool, chosen: Chosen, accept: bool) -> Result<(), Failure> {
    let names: HashSet<String> = chosen.names.iter().map(|name| name.to_lowercase()).collect();
    let count = context::decide(db, dry, |tx| {
        let mut drafts = listed_rules::drafts_to_decide(tx)?.new;
        match &chosen.all_of {
            Some(word) if *word != ListDraft::digest(&drafts) => {
                let why = "the lists propose something else by now: look at the drafts once more";
                return Err(Refusal::Conflict(why.to_owned()).into());
            }
            Some(_) => {}
            None => drafts.retain(|draft| names.contains(&draft.name)),
        }
        if accept { listed_rules::accept(tx, None, &drafts) } else { listed_rules::refuse(tx, None, &drafts) }
    });
    println!("Proposals that are decided: {}.", count.await?);
    Ok(())
}

async fn refused(db: &Db) -> Result<(), Failure> {
    for noted in db.read(|conn| Ok(host_lists::refused(conn, "", i64::MAX)?)).await? {
        println!("{}", noted.name);
    }
    Ok(())
}

async fn ask_again(db: &Db, dry: bool, name: &str) -> Result<(), Failure> {
    let name = name.to_lowercase();
    context::decide(db, dry, |tx| listed_rules::ask_again(tx, None, &name)).await?;
    println!("You are asked about {name} again.");
    Ok(())
}
