//! `plenum network`: networks from which nobody joins, or of which nothing is answered.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::account::day;
use super::{Failure, context};
use crate::app::App;
use crate::config::Config;
use crate::domain::Refusal;
use crate::domain::counting::{counted, number};
use crate::domain::date::Day;
use crate::domain::network_rule::{self, Bar, NewNetworkRule};
use crate::services::network_rules as service;
use crate::services::sign_ins::last_day;
use crate::store::{Error, network_rules};

/// `plenum network …`
#[derive(Debug, Args)]
pub struct NetworkCommand {
    #[command(subcommand)]
    what: Option<What>,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the rules. This is also what plain `network` does.
    List,
    /// Keep networks out.
    Bar(Rules),
    /// Take the rules about networks back.
    Undo {
        /// As `list` shows them.
        #[arg(required = true)]
        networks: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct Rules {
    /// What is kept out: people who want to join, everything, or only the uninvited, which is a note.
    #[arg(value_parser = bar, value_name = "joining|everything|uninvited")]
    bar: Bar,
    /// Such as 203.0.113.0/24 or 2001:db8::/32, or single addresses.
    networks: Vec<String>,
    /// A file with one network in each line.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Why, for those who decide.
    #[arg(long, default_value = "", value_name = "TEXT")]
    comment: String,
    /// The last day, such as 2027-01-31; without it the rules hold until somebody takes them back.
    #[arg(long, value_parser = day, value_name = "DAY")]
    until: Option<Day>,
}

fn bar(word: &str) -> Result<Bar, String> {
    Bar::parse(word).ok_or_else(|| "expected joining, everything or uninvited".to_owned())
}

impl NetworkCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let done = match self.what.unwrap_or(What::List) {
            What::List => list(&app).await,
            What::Bar(rules) => keep_out(&app, self.dry_run, &rules).await,
            What::Undo { networks } => undo(&app, self.dry_run, &networks).await,
        };
        app.db.close().await;
        done
    }
}

async fn list(app: &App) -> Result<(), Failure> {
    let now = app.clock().now();
    for rule in app.db.read(|conn| Ok(network_rules::all(conn, now)?)).await? {
        let until = rule.ends_at.map(|end| format!(", until {}", last_day(end))).unwrap_or_default();
        let line = format!("{:<20} {}{until}  {}", rule.network, rule.bar.word(), rule.comment);
        println!("{}", line.trim_end());
    }
    Ok(())
}

/// All of them or none: a list with a mistake in it is mended first.
async fn keep_out(app: &App, dry: bool, rules: &Rules) -> Result<(), Failure> {
    let mut typed = rules.networks.clone();
    if let Some(file) = &rules.from {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned());
        typed.extend(lines.filter(|line| !line.is_empty()));
    }
    if typed.is_empty() {
        return Err(Failure::new("name at least one network, or a file with --from"));
    }
    let ends_at = rules.until.and_then(Day::end);
    let rule = |typed: &String| {
        let network = network_rule::parse(typed).map_err(Failure::new)?;
        Ok(NewNetworkRule { network, bar: rules.bar, comment: rules.comment.clone(), ends_at })
    };
    let new = typed.iter().map(rule).collect::<Result<Vec<_>, Failure>>()?;
    let proxies = &app.config.site.proxies;
    let written = context::decide(&app.db, dry, |tx| {
        for rule in &new {
            let known = network_rules::by_network(tx, &rule.network.to_string())?;
            service::put(tx, None, (known.as_ref(), rule), (proxies, None))?;
        }
        Ok(())
    });
    written.await?;
    println!("From {}: {}.", counted(number(new.len()), "network"), rules.bar.sentence());
    Ok(())
}

async fn undo(app: &App, dry: bool, networks: &[String]) -> Result<(), Failure> {
    let parsed = networks.iter().map(|typed| network_rule::parse(typed).map_err(Failure::new));
    let parsed = parsed.collect::<Result<Vec<_>, _>>()?;
    let undone = context::decide(&app.db, dry, |tx| {
        for network in &parsed {
            let missing = || Error::from(Refusal::Conflict(format!("There is no rule about {network}.")));
            let rule = network_rules::by_network(tx, &network.to_string())?.ok_or_else(missing)?;
            service::undo(tx, None, rule.id)?;
        }
        Ok(())
    });
    undone.await?;
    println!("Rules that are taken back: {}.", parsed.len());
    Ok(())
}
