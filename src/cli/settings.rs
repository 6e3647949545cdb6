//! `plenum settings`: what the admins decide for the whole site, from a terminal.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::settings::Setting;
use crate::services;
use crate::store::{Db, hosts, reach, settings};

/// `plenum settings …`
#[derive(Debug, Args)]
pub struct SettingsCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show every setting.
    Show,
    /// Change one setting.
    Set {
        /// Its name, as `show` prints it.
        #[arg(value_parser = key)]
        key: Setting,
        /// What it should say.
        value: String,
    },
}

fn key(word: &str) -> Result<Setting, String> {
    let words = Setting::ALL.map(Setting::as_str).join(", ");
    Setting::parse(word).ok_or_else(|| format!("expected one of {words}"))
}

impl SettingsCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let done = match self.what {
            What::Show => show(&app.db).await,
            What::Set { key, value } => set(&app.db, key, &value).await,
        };
        app.db.close().await;
        done
    }
}

async fn show(db: &Db) -> Result<(), Failure> {
    let current = db.read(|conn| Ok(settings::get(conn)?)).await?;
    for setting in Setting::ALL {
        println!("{} = {}", setting.as_str(), setting.get(&current));
    }
    Ok(())
}

async fn set(db: &Db, setting: Setting, value: &str) -> Result<(), Failure> {
    let (before, touched) = db
        .read(|conn| {
            let strangers = hosts::not_allowed(conn)?;
            Ok((settings::get(conn)?, reach::of(conn, &strangers)?))
        })
        .await?;
    let mut new = before.clone();
    setting.put(&mut new, value).map_err(|why| Failure::new(format!("{}: {why}", setting.as_str())))?;
    let changed = db.write(|tx| services::settings::change(tx, None, &new)).await?;
    if changed.is_empty() {
        println!("It says that already: nothing was changed.");
        return Ok(());
    }
    println!("{} = {}", setting.as_str(), setting.get(&new));
    if new.federation_mode != before.federation_mode {
        println!("{}", touched.of_mode(new.federation_mode));
    }
    Ok(())
}
