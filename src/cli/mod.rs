//! The door for a person at a terminal.

pub mod account;
pub mod check;
pub mod context;
pub mod demo;
pub mod emoji;
pub mod host;
pub mod host_lists;
pub mod import;
pub mod log;
pub mod mail_block;
pub mod migrate;
pub mod moderate;
pub mod network;
pub mod notices;
pub mod queue;
pub mod review;
pub mod serve;
pub mod settings;
pub mod setup;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{self, Config};
use crate::store::Error;

/// A federated discussion server: organizations publish theses and answer each other.
///
/// Free software under the AGPL-3.0; the source is at the address of `plenum --version`.
#[derive(Debug, Parser)]
#[command(name = "plenum", version = concat!(env!("CARGO_PKG_VERSION"), " (", env!("CARGO_PKG_REPOSITORY"), ")"))]
pub struct Command {
    /// Settings file; without it ./plenum.toml is read if it exists.
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Run the server. The first run prints a link to set the site up.
    Serve,
    /// Set the site up from the command line instead of the page.
    Setup(setup::Setup),
    /// People who sign in, their roles, passwords, invitations and tokens.
    Account(account::Account),
    /// Turn a text or Markdown file into a draft statement.
    Import(import::Import),
    /// Invented organizations on this machine that follow and answer each other: three, eight or 200.
    Demo(demo::Demo),
    /// Look at the site the way another server does.
    Check,
    /// What waits between this server and others, what was put aside, and trying it again.
    Queue(queue::Queue),
    /// What holds for the whole site: its name, which servers may take part, who may reply.
    Settings(settings::SettingsCommand),
    /// Other servers, and what is decided about them.
    Host(host::HostCommand),
    /// Networks from which nobody joins, or of which nothing is answered.
    Network(network::NetworkCommand),
    /// Lists of rules about servers that this site follows.
    HostList(host_lists::HostListCommand),
    /// What waits for a moderator.
    Review(review::Review),
    /// Single accounts, reports, objections, and rules about texts.
    Moderate(moderate::Moderate),
    /// E-mail addresses that nobody enters here.
    MailBlock(mail_block::MailBlockCommand),
    /// Who decided what, and whether the log is whole.
    Log(log::Log),
    /// The rules of the site, which apps show and reports name.
    Rules(notices::Rules),
    /// The small pictures that texts of this site may name between colons.
    Emoji(emoji::EmojiCommand),
    /// What apps show to every member for a while.
    Announcements(notices::Announcements),
    /// Bring the database up to date and stop.
    Migrate,
}

/// What ends a command with a message for the person who typed it.
#[derive(Debug)]
pub struct Failure {
    why: String,
    /// Whoever read what it printed wants no more of it.
    unread: bool,
}

impl Failure {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), unread: false }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<config::Problem> for Failure {
    fn from(problem: config::Problem) -> Self {
        Self::new(problem.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self { unread: error.kind() == ErrorKind::BrokenPipe, ..Self::new(error.to_string()) }
    }
}

/// What the standard library says where `println!` cannot print, which has no other way to report it.
const CLOSED: &str = "failed printing to stdout: Broken pipe";

/// Lets a command end without a word when nobody reads any more what it prints, as in `plenum host list | head`.
/// What it had to write is written: commands print last.
fn end_quietly_unread() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str().is_some_and(|why| why.starts_with(CLOSED)) {
            std::process::exit(0);
        }
        before(panic);
    }));
}

/// Runs a command and says on standard error why it failed.
pub fn run(command: Command) -> ExitCode {
    if !matches!(command.what, What::Serve | What::Demo(_)) {
        end_quietly_unread();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the program cannot start: {error}")),
    };
    let result = match Config::load(command.config.as_deref(), config::environment()) {
        Ok(config) => {
            context::log(&config);
            runtime.block_on(dispatch(command.what, config))
        }
        Err(problems) => Err(Failure::new(problems.to_string())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.unread => ExitCode::SUCCESS,
        Err(failure) => fail(&failure.why),
    }
}

#[expect(clippy::cognitive_complexity, reason = "one arm for each command, with nothing in it but a call")]
async fn dispatch(what: What, config: Config) -> Result<(), Failure> {
    match what {
        What::Serve => serve::run(config).await,
        What::Setup(setup) => setup.run(config).await,
        What::Account(account) => account.run(config).await,
        What::Import(import) => import.run(config).await,
        What::Demo(demo) => Box::pin(demo.run(config)).await,
        What::Check => check::run(config).await,
        What::Queue(queue) => queue.run(config).await,
        What::Settings(settings) => settings.run(config).await,
        What::Host(host) => host.run(config).await,
        What::Network(network) => network.run(config).await,
        What::HostList(list) => list.run(config).await,
        What::Review(review) => review.run(config).await,
        What::Moderate(moderate) => moderate.run(config).await,
        What::MailBlock(block) => block.run(config).await,
        What::Log(log) => log.run(config).await,
        What::Rules(rules) => rules.run(config).await,
        What::Emoji(emoji) => emoji.run(config).await,
        What::Announcements(announcements) => announcements.run(config).await,
        What::Migrate => migrate::run(config).await,
    }
}

#[expect(clippy::print_stderr, reason = "a command says on standard error why it failed")]
fn fail(why: &str) -> ExitCode {
    eprintln!("plenum: {}", why.trim_end());
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Command::command().debug_assert();
    }
}
