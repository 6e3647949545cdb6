//! `plenum setup`: everything the set-up page asks, as flags.

use clap::Args;

use super::{Failure, context};
use crate::config::Config;
use crate::domain::site::FederationMode;
use crate::services::setup::{SetUp, SetUpKeys, set_up};

/// Flags of `plenum setup`.
#[derive(Debug, Args)]
pub struct Setup {
    /// Host name of the site, fixed for good; taken from site.host when it is left out.
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Name of the organization.
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// The part of its handle before the @.
    #[arg(long, value_name = "NAME")]
    handle: String,
    /// Languages, the main one first.
    #[arg(long, value_delimiter = ',', default_value = "en", value_name = "TAGS")]
    languages: Vec<String>,
    /// Who is let in: quarantine, open or allowlist.
    #[arg(long, default_value = "quarantine", value_parser = mode, value_name = "MODE")]
    federation: FederationMode,
    /// A few sentences about the organization, Markdown.
    #[arg(long, default_value = "", value_name = "TEXT")]
    description: String,
    /// How to reach a person, shown on /about.
    #[arg(long, default_value = "", value_name = "TEXT")]
    contact: String,
    /// Name of the first admin.
    #[arg(long, value_name = "NAME")]
    admin: String,
    /// Read the admin's password from standard input instead of asking.
    #[arg(long)]
    password_stdin: bool,
}

fn mode(word: &str) -> Result<FederationMode, String> {
    FederationMode::parse(word).ok_or_else(|| "expected quarantine, open or allowlist".to_owned())
}

impl Setup {
    /// Sets the site up.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let host = self.host.or_else(|| config.site.host.clone());
        let missing = || Failure::new("say under which host name others reach the site: --host NAME");
        let host = config.checked_host(&host.ok_or_else(missing)?)?;
        let origin = format!("{}://{host}", config.scheme());
        let config = context::fit(config, &origin)?;
        let password = context::password(self.password_stdin)?;
        let request = SetUp {
            origin,
            name: self.organization,
            handle: self.handle,
            description: self.description,
            languages: self.languages,
            federation_mode: self.federation,
            contact: self.contact,
            admin: self.admin,
        };
        let db = context::database(&config).await?;
        let keys = SetUpKeys::generate()?;
        let (site, admin) = db.write(|tx| set_up(tx, &request, &password, &keys)).await?;
        db.close().await;
        println!("{} is set up at {}. Sign in as {}.", request.name, site.origin, admin.name);
        Ok(())
    }
}
