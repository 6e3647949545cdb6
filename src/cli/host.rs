//! `plenum host`: other servers, and what is decided about them.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::host::HostStanding;
use crate::domain::host_rule::{self, Decision};
use crate::domain::host_search::HostSearch;
use crate::import::host_rules as lists;
use crate::services::hosts as service;
use crate::store::{Db, host_rules, host_search, hosts};

/// Servers shown at most.
const SHOWN: i64 = 1_000;

/// `plenum host …`
#[derive(Debug, Args)]
pub struct HostCommand {
    #[command(subcommand)]
    what: What,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the servers we know.
    List {
        /// Only names with this inside.
        part: Option<String>,
    },
    /// Show one server, the rule about it, and what hangs on it.
    Show {
        /// Its name.
        name: String,
    },
    /// Show at once what comes from a server.
    Allow(Rule),
    /// Show what comes from a server and below its name to members only.
    Limit(Rule),
    /// Neither hear nor serve a server and everything below its name.
    Suspend(Rule),
    /// Only reject some things: files, reports, or both.
    Reject(Rule),
    /// Take a rule back, and give back what it took.
    Undo {
        /// The name of the rule.
        name: String,
    },
    /// Take a list of rules in, as other servers hand them out. Rules that are here stay.
    Import {
        /// The file.
        file: PathBuf,
        /// It names servers to let in.
        #[arg(long)]
        allowances: bool,
    },
    /// Print the rules of this site for other servers.
    Export {
        /// The servers that are let in instead.
        #[arg(long)]
        allowances: bool,
    },
}

#[derive(Debug, Args)]
struct Rule {
    /// The name of the server.
    name: String,
    /// The reason that everybody may read.
    #[arg(long, default_value = "", value_name = "TEXT")]
    public_comment: String,
    /// The reason for those who decide.
    #[arg(long, default_value = "", value_name = "TEXT")]
    private_comment: String,
    /// Neither fetch nor show its files.
    #[arg(long)]
    media: bool,
    /// Do not hear its reports.
    #[arg(long)]
    reports: bool,
    /// Show its name only in part in the public list.
    #[arg(long)]
    obfuscate: bool,
    /// Keep the decision out of the public log.
    #[arg(long)]
    private: bool,
}

impl HostCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let (db, own, dry) = (&app.db, app.site.host.as_str(), self.dry_run);
        let done = match self.what {
            What::List { part } => list(db, &part.unwrap_or_default()).await,
            What::Show { name } => show(db, &known(&name, own)?).await,
            What::Allow(rule) => decide(db, dry, (own, HostStanding::Approved), &rule).await,
            What::Limit(rule) => decide(db, dry, (own, HostStanding::Limited), &rule).await,
            What::Suspend(rule) => decide(db, dry, (own, HostStanding::Suspended), &rule).await,
            What::Reject(rule) if !rule.media && !rule.reports => {
                Err(Failure::new("say what is rejected: --media, --reports or both"))
            }
            What::Reject(rule) => decide(db, dry, (own, HostStanding::Unknown), &rule).await,
            What::Undo { name } => undo(db, dry, &known(&name, own)?).await,
            What::Import { file, allowances } => import(db, dry, own, (file.as_path(), allowances)).await,
            What::Export { allowances } => export(db, allowances).await,
        };
        app.db.close().await;
        done
    }
}

fn known(typed: &str, own: &str) -> Result<String, Failure> {
    host_rule::name(typed, own).map_err(Failure::new)
}

async fn list(db: &Db, part: &str) -> Result<(), Failure> {
    let search = HostSearch { part: part.to_lowercase(), ..HostSearch::default() };
    for host in db.read(|conn| Ok(host_search::page(conn, &search, None, SHOWN)?)).await? {
        let software = host.software.as_deref().unwrap_or("-");
        let health = if host.unreachable_since().is_some() { "not reachable" } else { "well" };
        println!("{}  {}  {software}  {health}", host.name, host.standing.word());
    }
    Ok(())
}

async fn show(db: &Db, name: &str) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let (host, rule) = (hosts::by_name(conn, name)?, host_rules::nearest(conn, name)?);
        Ok((host, rule, service::preview(conn, name)?))
    });
    let (host, rule, reach) = found.await?;
    match &host {
        Some(host) => println!("{name}  {}", host.software.as_deref().unwrap_or("software unknown")),
        None => println!("{name}  nothing was ever exchanged with it"),
    }
    match &rule {
        Some(rule) => println!("rule about {}: {}", rule.name, rule.decision().summary()),
        None => println!("no rule; {}", host.map(|host| host.standing).unwrap_or_default().word()),
    }
    println!("If it were suspended: {}", reach.of_rule(HostStanding::Suspended));
    Ok(())
}

async fn decide(
    db: &Db,
    dry: bool,
    (own, standing): (&str, HostStanding),
    rule: &Rule,
) -> Result<(), Failure> {
    let name = known(&rule.name, own)?;
    let decision = Decision {
        standing,
        reject_media: rule.media,
        reject_reports: rule.reports,
        public_comment: rule.public_comment.trim().to_owned(),
        private_comment: rule.private_comment.trim().to_owned(),
        obfuscate: rule.obfuscate,
    };
    let reach = db.read(|conn| service::preview(conn, &name)).await?;
    context::decide(db, dry, |tx| match rule.private {
        true => service::decide_privately(tx, None, &name, &decision),
        false => service::decide(tx, None, &name, &decision),
    })
    .await?;
    println!("{name}: {}", decision.summary());
    if standing != HostStanding::Unknown {
        println!("{}", reach.of_rule(standing));
    }
    Ok(())
}

async fn undo(db: &Db, dry: bool, name: &str) -> Result<(), Failure> {
    if db.read(|conn| Ok(host_rules::by_name(conn, name)?)).await?.is_none() {
        return Err(Failure::new(format!(
            "there is no rule about {name}; `plenum host show {name}` says more"
        )));
    }
    let (reach, above) =
        db.read(|conn| Ok((service::preview(conn, name)?, host_rules::above(conn, name)?))).await?;
    context::decide(db, dry, |tx| service::undo(tx, None, name)).await?;
    match above {
        Some(rule) => println!(
            "The rule about {name} is taken back; the one about {} holds for it now: {}.",
            rule.name,
            rule.decision().summary()
        ),
        None => println!("The rule about {name} is taken back. {}", reach.of_rule(HostStanding::Unknown)),
    }
    Ok(())
}

async fn import(db: &Db, dry: bool, own: &str, (file, allowances): (&Path, bool)) -> Result<(), Failure> {
    let text = std::fs::read(file)?;
    let text = String::from_utf8_lossy(&text);
    let list = if allowances { lists::read_allowances(&text, own) } else { lists::read(&text, own) };
    for (row, why) in &list.refused {
        println!("row {row} is left out: {why}");
    }
    let trial = db.read(|conn| service::preview_list(conn, &list.rules)).await?;
    let taken = context::decide(db, dry, |tx| service::take_in(tx, None, &list.rules)).await?;
    println!("Rules in the list: {}, of which are taken in: {taken}.", list.rules.len());
    for (standing, count, reach) in &trial.parts {
        let what = match standing {
            HostStanding::Unknown => "Files or reports are rejected, and nothing else.".to_owned(),
            HostStanding::Approved | HostStanding::Limited | HostStanding::Suspended => {
                reach.of_rule(*standing).to_string()
            }
        };
        println!("{} {count}: {what}", standing.word());
    }
    for name in &trial.tied {
        println!("Something here hangs on {name}; `plenum host undo {name}` gives it back.");
    }
    for (name, ours, theirs) in &trial.differing {
        println!("{name} stays as it is: here {}, in the list {}", ours.effect(), theirs.effect());
    }
    Ok(())
}

async fn export(db: &Db, allowances: bool) -> Result<(), Failure> {
    let rules = db.read(|conn| Ok(host_rules::all(conn)?)).await?;
    print!("{}", if allowances { lists::write_allowances(&rules) } else { lists::write(&rules) });
    Ok(())
}
