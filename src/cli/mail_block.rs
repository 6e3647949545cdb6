//! `plenum mail-block`: mail addresses that nobody enters here.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::Refusal;
use crate::domain::mail_block::{MailBlockKind, NewMailBlock};
use crate::services::mail_blocks as service;
use crate::store::mail_blocks;
use crate::store::page::Page;

/// `plenum mail-block …`
#[derive(Debug, Args)]
pub struct MailBlockCommand {
    #[command(subcommand)]
    what: Option<What>,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show what is blocked: domains by name, single addresses by their digests. This is also what
    /// plain `mail-block` does.
    List,
    /// Block the addresses of a domain and of all below it, or one address.
    Add {
        /// mail.example, name@mail.example, or the digest of an address.
        #[arg(value_parser = new)]
        what: NewMailBlock,
    },
    /// Take a block back.
    Remove {
        /// mail.example, name@mail.example, or the digest of an address.
        #[arg(value_parser = new)]
        what: NewMailBlock,
    },
}

fn new(typed: &str) -> Result<NewMailBlock, String> {
    NewMailBlock::parse(typed)
}

impl MailBlockCommand {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        match self.what.unwrap_or(What::List) {
            What::List => {
                let kinds = [MailBlockKind::Domain, MailBlockKind::Address];
                let all = Page::first(i64::MAX);
                for block in db.read(|conn| Ok(mail_blocks::page(conn, &kinds, &all)?)).await? {
                    println!("{}  {}", block.created_at.to_date(), block.value);
                }
            }
            What::Add { what } => {
                let block = context::decide(db, self.dry_run, |tx| service::add(tx, None, &what)).await?;
                println!("Nobody enters it here any more: {}.", block.sentence());
            }
            What::Remove { what } => {
                let removed = context::decide(db, self.dry_run, |tx| {
                    let missing = || Refusal::Conflict("there is no such block".to_owned());
                    let block = mail_blocks::same(tx, &what)?.ok_or_else(missing)?;
                    service::remove(tx, None, block.id)?;
                    Ok(block)
                });
                println!("The block is removed: {}.", removed.await?.sentence());
            }
        }
        db.close().await;
        Ok(())
    }
}
