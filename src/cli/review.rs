//! `plenum review`: what waits for a moderator, from a terminal.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::account::Account;
use crate::domain::counting::counted;
use crate::domain::handle::Handle;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::services::review::{self as service, Verdict};
use crate::store::contributions::Viewer;
use crate::store::{Db, accounts, contributions, held, hosts, rejected_authors, views};
use crate::text::{Html, plain};

/// Authors shown at most.
const SHOWN: i64 = 1_000;
/// Letters of a text.
const SHORT: usize = 120;

/// `plenum review …`
#[derive(Debug, Args)]
pub struct Review {
    #[command(subcommand)]
    what: Option<What>,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show what waits, author by author. This is where to begin, and what plain `review`
    /// does.
    List,
    /// Show what waits, and what is to come, to everybody.
    Approve {
        /// Authors (name@host) or servers.
        #[arg(required = true)]
        whom: Vec<String>,
    },
    /// Delete what waits, and do not take it in again; what is to come waits.
    Reject {
        /// Authors (name@host) or servers.
        #[arg(required = true)]
        whom: Vec<String>,
    },
    /// Take back that servers were let in: what was shown by that waits again.
    TakeBack {
        /// Servers.
        #[arg(required = true)]
        servers: Vec<String>,
    },
}

/// Who is decided about.
enum Whom {
    Author(Id<Account>),
    Host(Id<Host>),
}

impl Review {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let done = match self.what.unwrap_or(What::List) {
            What::List => list(&app.db, Viewer::Member(app.site.organization)).await,
            What::Approve { whom } => decide(&app.db, self.dry_run, Verdict::Approve, &whom).await,
            What::Reject { whom } => decide(&app.db, self.dry_run, Verdict::Reject, &whom).await,
            What::TakeBack { servers } => take_back(&app.db, self.dry_run, &servers).await,
        };
        app.db.close().await;
        done
    }
}

async fn list(db: &Db, viewer: Viewer) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let waiting = held::groups(conn, viewer, &(String::new(), Id::new(0)), SHOWN)?;
        let authors: Vec<_> = waiting.iter().map(|one| one.author).collect();
        let newest: Vec<_> = waiting.iter().map(|one| one.last).collect();
        let heads = contributions::by_ids(conn, viewer, &newest)?;
        let rejected = rejected_authors::among(conn, &authors)?;
        Ok((accounts::by_ids(conn, &authors)?, views::load(conn, viewer, heads)?, waiting, rejected))
    });
    let (authors, texts, waiting, rejected) = found.await?;
    for one in &waiting {
        let Some(author) = authors.iter().find(|author| author.id == one.author) else { continue };
        let text = texts.iter().find(|view| view.head.id == one.last);
        let text = text.map(|view| {
            plain::excerpt(
                &plain::single_line(&plain::text(&Html::from_store(view.head.content.clone()))),
                SHORT,
            )
        });
        let before =
            rejected.get(&one.author).map(|known| format!("rejected before on {}  ", known.at.to_date()));
        let (before, text) = (before.unwrap_or_default(), text.unwrap_or_default());
        println!("{}  {}  {before}{text}", author.handle, counted(one.count, "text"));
    }
    if waiting.is_empty() {
        println!("Nothing waits.");
    }
    Ok(())
}

async fn find(db: &Db, named: &str) -> Result<Whom, Failure> {
    let named = named.trim().trim_start_matches('@').to_lowercase();
    let found = db.read(|conn| {
        Ok(match Handle::parse(&named) {
            Some(handle) => accounts::by_handle(conn, &handle)?.map(|account| Whom::Author(account.id)),
            None => hosts::by_name(conn, &named)?.map(|host| Whom::Host(host.id)),
        })
    });
    found.await?.ok_or_else(|| {
        Failure::new(format!("{named:?} is not known here; `plenum review list` shows who waits"))
    })
}

async fn take_back(db: &Db, dry: bool, named: &[String]) -> Result<(), Failure> {
    let mut servers = Vec::new();
    for one in named {
        match find(db, one).await? {
            Whom::Host(host) => servers.push(host),
            Whom::Author(_) => {
                let why = format!("{one} is an author: `plenum moderate account` decides about authors");
                return Err(Failure::new(why));
            }
        }
    }
    let count = context::decide(db, dry, |tx| {
        let mut count = 0_usize;
        for host in &servers {
            count += service::take_back(tx, None, *host)?;
        }
        Ok(count)
    });
    println!("Texts that wait again: {}.", count.await?);
    Ok(())
}

async fn decide(db: &Db, dry: bool, verdict: Verdict, named: &[String]) -> Result<(), Failure> {
    let mut whom = Vec::new();
    for one in named {
        whom.push(find(db, one).await?);
    }
    let count = context::decide(db, dry, |tx| {
        let mut count = 0_usize;
        for one in &whom {
            count += match one {
                Whom::Author(author) => service::authors(tx, None, &[*author], verdict)?,
                Whom::Host(host) => service::host(tx, None, *host, verdict)?,
            };
        }
        Ok(count)
    })
    .await?;
    match verdict {
        Verdict::Approve => println!("Texts shown to everybody: {count}."),
        Verdict::Reject => println!(
            "Texts out of sight: {count}. `plenum moderate removed` says until when they can be taken back."
        ),
    }
    Ok(())
}
