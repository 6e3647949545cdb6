//! `plenum settings`: what the admins decide for the whole site, from a terminal.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::account::AccountKind;
use crate::domain::handle::Handle;
use crate::domain::position::ListingPolicy;
use crate::domain::settings::Setting;
use crate::domain::uri::Uri;
use crate::services;
use crate::store::{Db, accounts, hosts, listing_allowances, reach, settings};

/// `plenum settings …`
#[derive(Debug, Args)]
pub struct SettingsCommand {
    #[command(subcommand)]
    what: Option<What>,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show every setting. This is also what plain `settings` does.
    Show,
    /// Change one setting.
    Set {
        /// Its name, as `show` prints it.
        #[arg(value_parser = key)]
        key: Setting,
        /// What it should say.
        value: String,
    },
    /// Show the organizations whose positions are listed where `listing_policy` is `chosen`.
    Chosen,
    /// Put an organization on that list.
    Choose {
        /// Its address or its handle.
        organization: String,
    },
    /// Take an organization off that list. What is listed of it stays so.
    LeaveOut {
        /// Its address or its handle.
        organization: String,
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
        let dry = self.dry_run;
        let done = match self.what.unwrap_or(What::Show) {
            What::Show => show(&app.db).await,
            What::Set { key, value } => set(&app.db, dry, key, &value).await,
            What::Chosen => chosen(&app.db).await,
            What::Choose { organization } => choose(&app.db, dry, &organization, true).await,
            What::LeaveOut { organization } => choose(&app.db, dry, &organization, false).await,
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

async fn chosen(db: &Db) -> Result<(), Failure> {
    let (policy, chosen) =
        db.read(|conn| Ok((settings::get(conn)?.listing_policy, listing_allowances::all(conn)?))).await?;
    for uri in &chosen {
        println!("{uri}");
    }
    if policy != ListingPolicy::Chosen {
        println!("The list is not used: listing_policy = {}", policy.as_str());
    }
    Ok(())
}

/// Puts somebody on the list, or takes it off.
async fn choose(db: &Db, dry: bool, named: &str, on: bool) -> Result<(), Failure> {
    let list = db.read(|conn| Ok(listing_allowances::all(conn)?)).await?;
    let known = match Uri::parse(named.trim()) {
        // Whoever is on the list can be taken off, whether its account is still here or not.
        Some(uri) if list.contains(&uri) => Some(uri),
        typed => known(db, named.trim(), typed).await?,
    };
    let unknown = || {
        let why =
            "no organization with this address or handle is known here; look it up on this server first";
        Failure::new(format!("{named}: {why}"))
    };
    let uri = known.ok_or_else(unknown)?;
    let changed = context::decide(db, dry, |tx| services::settings::choose_one(tx, None, &uri, on)).await?;
    match (changed, on) {
        (false, _) => println!("It says that already: nothing was changed."),
        (true, true) => println!("{uri} is on the list now."),
        (true, false) => println!("{uri} is no longer on the list. What is listed of it stays so."),
    }
    Ok(())
}

async fn known(db: &Db, named: &str, typed: Option<Uri>) -> Result<Option<Uri>, Failure> {
    let handle = Handle::parse(named);
    let found = db.read(|conn| match (&typed, &handle) {
        (Some(uri), _) => Ok(accounts::by_uri(conn, uri)?),
        (None, Some(handle)) => Ok(accounts::by_handle(conn, handle)?),
        (None, None) => Ok(None),
    });
    let organization = found.await?.filter(|account| account.kind == AccountKind::Organization);
    Ok(organization.map(|account| account.uri))
}

async fn set(db: &Db, dry: bool, setting: Setting, value: &str) -> Result<(), Failure> {
    let (before, touched) = db
        .read(|conn| {
            let strangers = hosts::not_allowed(conn)?;
            Ok((settings::get(conn)?, reach::of(conn, &strangers)?))
        })
        .await?;
    let mut new = before.clone();
    setting.put(&mut new, value).map_err(|why| Failure::new(format!("{}: {why}", setting.as_str())))?;
    let changed = context::decide(db, dry, |tx| services::settings::change(tx, None, &new)).await?;
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
