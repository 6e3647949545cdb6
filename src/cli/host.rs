//! `plenum host`: other servers, and what is decided about them.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::counting::counted;
use crate::domain::host::HostStanding;
use crate::domain::host_rule::{self, Decision};
use crate::domain::host_search::HostSearch;
use crate::domain::id::Id;
use crate::domain::taken_list::{TakenList, given_back, in_words};
use crate::import::host_rules as lists;
use crate::services::hosts as service;
use crate::services::taken_lists as whole_lists;
use crate::services::uploaded_lists::{self, Choices, Said};
use crate::store::page::Page;
use crate::store::{Db, host_rules, host_search, hosts, taken_lists};

/// Servers shown at most.
const SHOWN: i64 = 1_000;

/// `plenum host …`
#[derive(Debug, Args)]
pub struct HostCommand {
    #[command(subcommand)]
    what: Option<What>,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the servers we know. This is also what plain `host` does.
    List {
        /// Only names with this inside.
        part: Option<String>,
        /// Also servers about which nothing is decided and with which nothing was ever exchanged.
        #[arg(long)]
        all: bool,
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
    /// Take a list of rules in, as other servers hand them out. Rules that are here stay, and servers on which
    /// something here hangs are left out.
    Import(Import),
    /// Show the lists that were taken in, the latest first.
    Taken,
    /// Take a list back that was taken in: each of its rules that nobody changed since.
    TakeBack {
        /// Its key, as `taken` prints it.
        key: i64,
    },
    /// Print the rules of this site for other servers.
    Export {
        /// The servers that are let in instead.
        #[arg(long)]
        allowances: bool,
    },
}

#[derive(Debug, Args)]
struct Import {
    /// The file.
    file: PathBuf,
    /// It names servers to let in.
    #[arg(long)]
    allowances: bool,
    /// Take the rules about servers on which something here hangs in, too.
    #[arg(long)]
    tied: bool,
    /// What you call it; the name of the file where you say nothing.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Why it is taken in, for everybody.
    #[arg(long, default_value = "", value_name = "TEXT")]
    reason: String,
    /// Keep it out of the public log.
    #[arg(long)]
    private: bool,
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
        let done = match self.what.unwrap_or(What::List { part: None, all: false }) {
            What::List { part, all } => list(db, &part.unwrap_or_default(), all).await,
            What::Show { name } => show(db, &known(&name, own)?).await,
            What::Allow(rule) => decide(db, dry, (own, HostStanding::Approved), &rule).await,
            What::Limit(rule) => decide(db, dry, (own, HostStanding::Limited), &rule).await,
            What::Suspend(rule) => decide(db, dry, (own, HostStanding::Suspended), &rule).await,
            What::Reject(rule) => reject(db, dry, own, &rule).await,
            What::Undo { name } => undo(db, dry, &known(&name, own)?).await,
            What::Import(list) => import(db, dry, own, &list).await,
            What::Taken => taken(db).await,
            What::TakeBack { key } => take_back(db, dry, Id::new(key)).await,
            What::Export { allowances } => export(db, allowances).await,
        };
        app.db.close().await;
        done
    }
}

fn known(typed: &str, own: &str) -> Result<String, Failure> {
    host_rule::name(typed, own).map_err(Failure::new)
}

async fn list(db: &Db, part: &str, strangers: bool) -> Result<(), Failure> {
    let search = HostSearch { part: part.to_lowercase(), strangers, ..HostSearch::default() };
    for host in db.read(|conn| Ok(host_search::page(conn, &search, None, SHOWN)?)).await? {
        let software = host.software.as_deref().unwrap_or("-");
        let health = match (host.unreachable_since(), host.last_seen_at.or(host.last_success_at)) {
            (Some(_), _) => "not reachable",
            (None, Some(_)) => "well",
            (None, None) => "nothing was exchanged yet",
        };
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

async fn reject(db: &Db, dry: bool, own: &str, rule: &Rule) -> Result<(), Failure> {
    if !rule.media && !rule.reports {
        return Err(Failure::new("say what is rejected: --media, --reports or both"));
    }
    decide(db, dry, (own, HostStanding::Unknown), rule).await
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
    let known = db.read(|conn| Ok(host_rules::by_name(conn, name)?)).await?.ok_or_else(|| {
        Failure::new(format!("there is no rule about {name}; `plenum host show {name}` says more"))
    })?;
    let (reach, above) =
        db.read(|conn| Ok((service::preview(conn, name)?, host_rules::above(conn, name)?))).await?;
    context::decide(db, dry, |tx| service::undo(tx, None, name)).await?;
    if known.allowed_before {
        println!("The rule about {name} is taken back, and it is let in again as before.");
        return Ok(());
    }
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

async fn import(db: &Db, dry: bool, own: &str, import: &Import) -> Result<(), Failure> {
    let text = std::fs::read(&import.file)?;
    let text = String::from_utf8_lossy(&text);
    let list = if import.allowances { lists::read_allowances(&text, own) } else { lists::read(&text, own) };
    let whole = db.read(|conn| service::preview_list(conn, &list.rules)).await?;
    let except: HashSet<String> =
        if import.tied { HashSet::new() } else { whole.tied.iter().cloned().collect() };
    let rules: Vec<(String, Decision)> =
        list.rules.iter().filter(|(name, _)| !except.contains(name)).cloned().collect();
    let trial = db.read(|conn| service::preview_list(conn, &rules)).await?;
    let (choices, said) = (Choices::default(), import.said());
    let taken =
        context::decide(db, dry, |tx| uploaded_lists::take_in(tx, None, &rules, (&choices, &said))).await?;
    for (row, why) in &list.refused {
        println!("row {row} is left out: {why}");
    }
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
    for name in &whole.tied {
        match import.tied {
            true => println!("Something here hangs on {name}; `plenum host undo {name}` gives it back."),
            false => println!("{name} is left out: something here hangs on it. With --tied it is taken in."),
        }
    }
    for (name, ours, theirs) in &trial.differing {
        println!("{name} stays as it is: here {}, in the list {}", ours.effect(), theirs.effect());
    }
    if taken > 0 && !dry {
        println!("`plenum host taken` shows the list, and `plenum host take-back` takes it back as a whole.");
    }
    Ok(())
}

impl Import {
    fn said(&self) -> Said {
        let file = self.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let title = self.title.clone().or(file).unwrap_or_default();
        Said { title, reason: self.reason.clone(), private: self.private }
    }
}

async fn taken(db: &Db) -> Result<(), Failure> {
    for list in db.read(|conn| Ok(taken_lists::page(conn, &Page::first(SHOWN))?)).await? {
        let back = if list.taken_back_at.is_some() { ", taken back" } else { "" };
        let rules = counted(i64::from(list.rules), "rule");
        println!("{}  {}  {rules}, taken in on {}{back}", list.id, list.title, list.created_at.to_date());
    }
    Ok(())
}

async fn take_back(db: &Db, dry: bool, id: Id<TakenList>) -> Result<(), Failure> {
    let trial = db.read(|conn| whole_lists::preview(conn, id)).await?;
    let count = context::decide(db, dry, |tx| whole_lists::take_back(tx, None, id)).await?;
    println!("Rules that are taken back: {count}.");
    if !trial.gone.is_empty() {
        println!("None is left of: {}.", in_words(&trial.gone));
    }
    for (name, before, listed) in &trial.restored {
        println!("{name}: {} again, instead of {}", before.effect(), listed.effect());
    }
    for name in &trial.listed {
        println!("{name} stays: a list that is followed says it, too.");
    }
    for name in &trial.changed {
        println!("{name} stays as it is: somebody decided about it since.");
    }
    println!("{}", given_back(trial.aside));
    Ok(())
}

async fn export(db: &Db, allowances: bool) -> Result<(), Failure> {
    let rules = db.read(|conn| Ok(host_rules::all(conn)?)).await?;
    print!("{}", if allowances { lists::write_allowances(&rules) } else { lists::write(&rules) });
    Ok(())
}
