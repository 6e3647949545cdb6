//! `plenum rules` and `plenum announcements`: what the admins tell everybody.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::domain::id::Id;
use crate::services::notices;
use crate::store;

/// `plenum rules …`
#[derive(Debug, Args)]
pub struct Rules {
    #[command(subcommand)]
    what: Option<RulesWhat>,
}

#[derive(Debug, Subcommand)]
enum RulesWhat {
    /// Show the rules with their keys. This is also what plain `rules` does.
    List,
    /// Add a rule after the others.
    Add {
        /// The rule in a few words.
        text: String,
        /// More about it.
        #[arg(long, default_value = "", value_name = "TEXT")]
        hint: String,
    },
    /// Remove a rule.
    Remove {
        /// Its key, as the list shows it.
        key: i64,
    },
}

impl Rules {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        match self.what.unwrap_or(RulesWhat::List) {
            RulesWhat::List => {
                for rule in db.read(|conn| Ok(store::notices::rules(conn)?)).await? {
                    println!("{}  {}. {}", rule.id, rule.rank, rule.text);
                }
            }
            RulesWhat::Add { text, hint } => {
                let rule = db.write(|tx| notices::add_rule(tx, &text, &hint)).await?;
                println!("{}  {}. {}", rule.id, rule.rank, rule.text);
            }
            RulesWhat::Remove { key } => {
                db.write(|tx| notices::remove_rule(tx, Id::new(key))).await?;
                println!("The rule is removed.");
            }
        }
        db.close().await;
        Ok(())
    }
}

/// `plenum announcements …`
#[derive(Debug, Args)]
pub struct Announcements {
    #[command(subcommand)]
    what: Option<AnnouncementsWhat>,
}

#[derive(Debug, Subcommand)]
enum AnnouncementsWhat {
    /// Show what is announced now, with keys. This is also what plain `announcements` does.
    List,
    /// Announce something to the members.
    Publish {
        /// What it says, Markdown.
        text: String,
        /// When what it is about begins: 2026-11-24T18:00:00Z.
        #[arg(long, value_parser = moment, value_name = "TIME")]
        from: Option<Timestamp>,
        /// When it is over and is not shown any more.
        #[arg(long, value_parser = moment, value_name = "TIME")]
        until: Option<Timestamp>,
    },
    /// Take an announcement back.
    Withdraw {
        /// Its key, as the list shows it.
        key: i64,
    },
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "expected a date and time such as 2026-11-24T18:00:00Z".to_owned())
}

impl Announcements {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        match self.what.unwrap_or(AnnouncementsWhat::List) {
            AnnouncementsWhat::List => {
                let now = app.clock().now();
                for one in db.read(|conn| Ok(store::notices::announcements(conn, now)?)).await? {
                    println!("{}  {}  {}", one.id, one.published_at.to_rfc3339(), one.markdown);
                }
            }
            AnnouncementsWhat::Publish { text, from, until } => {
                let one = db.write(|tx| notices::announce(tx, &text, from, until)).await?;
                println!("{}  is announced.", one.id);
            }
            AnnouncementsWhat::Withdraw { key } => {
                db.write(|tx| notices::withdraw(tx, Id::new(key))).await?;
                println!("The announcement is withdrawn.");
            }
        }
        db.close().await;
        Ok(())
    }
}
