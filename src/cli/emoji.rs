//! `plenum emoji`: the small pictures that texts of this site may name between colons.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::media::{Kind, picture, sniff};
use crate::services::emojis::{self, Picture};
use crate::store;

/// The largest picture in bytes: apps load many at once.
const LARGEST: usize = 256 * 1024;
/// The longest side in pixels.
const LONGEST_SIDE: u32 = 512;

/// `plenum emoji …`
#[derive(Debug, Args)]
pub struct EmojiCommand {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the emoji of this site. This is also what plain `emoji` does.
    List,
    /// Add an emoji, or give one another picture.
    Add {
        /// What texts call it, without the colons.
        shortcode: String,
        /// PNG, GIF, WebP or JPEG, at most 256 KiB and 512 pixels wide and high.
        file: PathBuf,
        /// Under which heading apps offer it.
        #[arg(long, default_value = "", value_name = "TEXT")]
        category: String,
    },
    /// Remove an emoji; texts keep its name.
    Remove {
        /// What texts call it.
        shortcode: String,
    },
}

impl EmojiCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        match self.what.unwrap_or(What::List) {
            What::List => {
                for emoji in db.read(|conn| Ok(store::emojis::of_host(conn, "")?)).await? {
                    println!(
                        ":{}:  {}{}  {}",
                        emoji.shortcode,
                        app.site.origin,
                        emoji.path(),
                        emoji.category
                    );
                }
            }
            What::Add { shortcode, file, category } => {
                let bytes = std::fs::read(&file)?;
                let format = sniff::format(&bytes).filter(|format| format.kind() == Kind::Image);
                let size = format.and_then(|format| picture::size(&bytes, format));
                let fits = bytes.len() <= LARGEST
                    && size.is_some_and(|(width, height)| width.max(height) <= LONGEST_SIDE);
                let format = format.filter(|_| fits);
                let format = format.ok_or_else(|| {
                    Failure::new(format!("{}: no picture, or a picture that is too large", file.display()))
                })?;
                let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                let kept = app.storage.put(format, bytes).await?;
                let media_type = format.media_type().to_owned();
                let picture = Picture { file: kept, media_type, bytes: length };
                let emoji = db.write(|tx| emojis::add(tx, &shortcode, &category, &picture)).await?;
                println!(":{}:  {}{}", emoji.shortcode, app.site.origin, emoji.path());
            }
            What::Remove { shortcode } => {
                db.write(|tx| emojis::remove(tx, shortcode.trim_matches(':'))).await?;
                println!("The emoji is removed.");
            }
        }
        db.close().await;
        Ok(())
    }
}
