//! `plenum account`: people who sign in.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::user::{Role, Roles};
use crate::services::users::{self, KeyPairs, NewUser};
use crate::services::{second_factors, sign_ins};
use crate::store;

/// `plenum account …`
#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a login and its account.
    Create {
        /// Sign-in and account name.
        name: String,
        /// What the user may do besides being a member; may be given more than once.
        #[arg(long, value_parser = role)]
        role: Vec<Role>,
        /// Name as people read it.
        #[arg(long, default_value = "", value_name = "NAME")]
        display_name: String,
        /// Read the password from standard input instead of asking.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Replace what a user may do.
    Role {
        /// Sign-in name.
        name: String,
        /// The new roles; none leaves a plain member.
        #[arg(long, value_parser = role)]
        role: Vec<Role>,
    },
    /// Give a user another password; open sessions and tokens end.
    Password {
        /// Sign-in name.
        name: String,
        /// Read the password from standard input instead of asking.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Print a link by which a user chooses another password, once, within a day.
    Link {
        /// Sign-in name.
        name: String,
    },
    /// Close a login: nobody signs in with it, and everything that is open ends.
    Close {
        /// Sign-in name.
        name: String,
    },
    /// Open a login again.
    Open {
        /// Sign-in name.
        name: String,
    },
    /// Sign a user in without a one-time code again, because the device that shows it is lost.
    SecondFactorOff {
        /// Sign-in name.
        name: String,
    },
    /// Print a link with which somebody makes their own account.
    Invite {
        /// What the new user may do.
        #[arg(long, value_parser = role)]
        role: Vec<Role>,
    },
    /// Print an access token for a bot or a client app.
    Token {
        /// Sign-in name.
        name: String,
        /// What the token may do.
        #[arg(long, default_value = "read", value_name = "SCOPES")]
        scopes: String,
        /// Speak as the organization instead of as the person.
        #[arg(long)]
        organization: bool,
    },
    /// Show who can sign in.
    List,
}

fn role(word: &str) -> Result<Role, String> {
    let words: Vec<_> = Role::ALL.into_iter().map(Role::as_str).collect();
    Role::parse(word).ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

impl Account {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        match self.what {
            What::Create { name, role, display_name, password_stdin } => {
                let password = context::password(password_stdin)?;
                let pairs = KeyPairs::generate()?;
                let roles = Roles::of(&role);
                let new = NewUser { name: &name, display_name: &display_name, password: &password, roles };
                let user = db.write(|tx| users::create(tx, None, &new, &pairs)).await?;
                println!("{} can sign in at {}/sign-in ({}).", user.name, app.site.origin, user.roles);
            }
            What::Role { name, role } => {
                let roles = Roles::of(&role);
                db.write(|tx| users::set_roles(tx, None, &name, roles)).await?;
                println!("{name} is now: {roles}.");
            }
            What::Password { name, password_stdin } => {
                let password = context::password(password_stdin)?;
                db.write(|tx| users::set_password(tx, None, &name, &password)).await?;
                println!("{name} has another password; open sessions and tokens ended.");
            }
            What::Link { name } => {
                let secret = db.write(|tx| sign_ins::link(tx, None, &name)).await?;
                println!("{}/password/{secret}", app.site.origin);
            }
            What::Close { name } => {
                db.write(|tx| sign_ins::disable(tx, None, &name, "")).await?;
                println!("{name} cannot sign in any more; open sessions and tokens ended.");
            }
            What::Open { name } => {
                db.write(|tx| sign_ins::enable(tx, None, &name)).await?;
                println!("{name} can sign in again.");
            }
            What::SecondFactorOff { name } => {
                db.write(|tx| second_factors::reset(tx, None, &name)).await?;
                println!("{name} signs in with the password alone until a new device is set up.");
            }
            What::Invite { role } => {
                let secret = db.write(|tx| users::invite(tx, None, Roles::of(&role))).await?;
                println!("{}/invite/{secret}", app.site.origin);
            }
            What::Token { name, scopes, organization } => {
                let token = db.write(|tx| users::token(tx, &name, organization, &scopes)).await?;
                println!("{token}");
            }
            What::List => {
                for user in db.read(|conn| Ok(store::users::all(conn)?)).await? {
                    println!("{:<24} {}", user.name, user.roles);
                }
            }
        }
        db.close().await;
        Ok(())
    }
}
