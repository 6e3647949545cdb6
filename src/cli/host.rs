//! `plenum host`: other servers, and what is decided about them.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::host::HostStanding;
use crate::domain::host_rule::{self, Decision};
use crate::services::hosts as service;
use crate::store::{Db, host_rules, hosts};

/// Servers shown at most.
const SHOWN: i64 = 1_000;

/// `plenum host …`
#[derive(Debug, Args)]
pub struct HostCommand {
    #[command(subcommand)]
    what: What,
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
}

impl HostCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let (db, own) = (&app.db, app.site.host.as_str());
        let done = match self.what {
            What::List { part } => list(db, &part.unwrap_or_default()).await,
            What::Show { name } => show(db, &known(&name, own)?).await,
            What::Allow(rule) => decide(db, own, HostStanding::Approved, &rule).await,
            What::Limit(rule) => decide(db, own, HostStanding::Limited, &rule).await,
            What::Suspend(rule) => decide(db, own, HostStanding::Suspended, &rule).await,
            What::Reject(rule) if !rule.media && !rule.reports => {
                Err(Failure::new("say what is rejected: --media, --reports or both"))
            }
            What::Reject(rule) => decide(db, own, HostStanding::Unknown, &rule).await,
            What::Undo { name } => undo(db, &known(&name, own)?).await,
        };
        app.db.close().await;
        done
    }
}

fn known(typed: &str, own: &str) -> Result<String, Failure> {
    host_rule::name(typed, own).map_err(Failure::new)
}

async fn list(db: &Db, part: &str) -> Result<(), Failure> {
    let part = part.to_lowercase();
    for host in db.read(|conn| Ok(host_rules::hosts_page(conn, &part, None, "", SHOWN)?)).await? {
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

async fn decide(db: &Db, own: &str, standing: HostStanding, rule: &Rule) -> Result<(), Failure> {
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
    db.write(|tx| service::decide(tx, None, &name, &decision)).await?;
    println!("{name}: {}", decision.summary());
    if standing != HostStanding::Unknown {
        println!("{}", reach.of_rule(standing));
    }
    Ok(())
}

async fn undo(db: &Db, name: &str) -> Result<(), Failure> {
    if db.read(|conn| Ok(host_rules::by_name(conn, name)?)).await?.is_none() {
        return Err(Failure::new(format!(
            "there is no rule about {name}; `plenum host show {name}` says more"
        )));
    }
    db.write(|tx| service::undo(tx, None, name)).await?;
    println!("The rule about {name} is taken back, and what it took is given back.");
    Ok(())
}
