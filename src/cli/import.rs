//! `plenum import`: a file becomes a draft, and says what it was not sure of.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, context};
use crate::config::Config;
use crate::domain::user::{Role, User};
use crate::import::{self, Options, markdown, report};
use crate::services::{drafts as service, statements};
use crate::store::{Db, users};

/// Flags of `plenum import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Plain text or Markdown.
    file: PathBuf,
    /// Language of the text, such as en; guessed when it is left out.
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Print draft and report as JSON instead of the report.
    #[arg(long)]
    json: bool,
    /// Print the draft as Markdown instead of the report, to be corrected and imported again.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Publish at once in the organization's name. Without it nothing is published.
    #[arg(long)]
    publish: bool,
    /// Who publishes; needed where several people may.
    #[arg(long, value_name = "NAME", requires = "publish")]
    by: Option<String>,
}

impl Import {
    /// Reads the file, prints what was found, and keeps the draft where there is a site.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let name = self.file.display().to_string();
        let bytes = import::open(&self.file).map_err(|error| Failure::new(format!("{name}: {error}")))?;
        let options = Options { language: self.language.clone() };
        let found = import::read(&name, &bytes, &options);
        let found = found.map_err(|error| Failure::new(format!("{name}: {error}")))?;
        if self.json {
            let json = serde_json::to_string_pretty(&report::as_json(&found));
            println!("{}", json.map_err(|error| Failure::new(error.to_string()))?);
        } else if self.markdown {
            print!("{}", markdown::write(&found.draft));
        } else {
            print!("{}", report::render(&found));
        }
        let quiet = self.json || self.markdown;
        if quiet && !self.publish {
            return Ok(());
        }
        if !self.publish && !config.database.url.exists() {
            println!("\nThere is no site here yet, so the draft was not kept. --markdown prints it.");
            return Ok(());
        }
        let app = context::app(config).await?;
        if self.publish {
            let user = publisher(&app.db, self.by.as_deref()).await?;
            let view = app.db.write(|tx| statements::publish(tx, &user, found.draft.clone())).await?;
            println!("\nPublished by {}: {}", user.name, view.head.url);
        } else {
            let id = app.db.write(|tx| service::import(tx, None, &found)).await?;
            println!("\nKept as a draft: {}/publish?draft={id}", app.site.origin);
            println!("Nothing is published before somebody confirms it there, or with --publish here.");
        }
        app.db.close().await;
        Ok(())
    }
}

/// Who publishes: the one that is named, or the only one who may.
async fn publisher(db: &Db, name: Option<&str>) -> Result<User, Failure> {
    let all = db.read(|conn| Ok(users::all(conn)?)).await?;
    let mut may = all.into_iter().filter(|user| user.roles.has(Role::Publisher));
    let found = match name {
        Some(name) => may.find(|user| user.name == name),
        None => may.next().filter(|_| may.next().is_none()),
    };
    found.ok_or_else(|| {
        Failure::new("say with --by who publishes; it has to be somebody with the role publisher")
    })
}
