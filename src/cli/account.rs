//! `plenum account`: people who sign in.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::config::Config;
use crate::domain::account::AccountState;
use crate::domain::date::Day;
use crate::domain::user::{Role, Roles};
use crate::services::sign_ins::last_day;
use crate::services::users::{self, KeyPairs, NewUser};
use crate::services::{second_factors, sign_ins};
use crate::store::{self, Db};

/// `plenum account …`
#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    what: Option<What>,
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
        /// The last day on which they hold, such as 2026-12-05; afterwards the roles from before hold again.
        #[arg(long, value_parser = day, value_name = "DAY")]
        until: Option<Day>,
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
    /// Show who can sign in. This is also what plain `account` does.
    List,
}

fn role(word: &str) -> Result<Role, String> {
    let words: Vec<_> = Role::OFFERED.into_iter().map(Role::as_str).collect();
    Role::parse(word).ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

pub(super) fn day(word: &str) -> Result<Day, String> {
    Day::parse(word).ok_or_else(|| "expected a day such as 2026-12-05".to_owned())
}

async fn give(db: &Db, name: &str, roles: Roles, until: Option<Day>) -> Result<(), Failure> {
    let end = until.and_then(Day::end);
    db.write(|tx| sign_ins::grant(tx, None, name, (roles, end))).await?;
    match end {
        Some(end) => println!("{name} is now: {roles}, until {}.", last_day(end)),
        None => println!("{name} is now: {roles}."),
    }
    Ok(())
}

/// Who can sign in, until when roles hold, and whose login is closed.
async fn list(db: &Db) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let ends = store::sign_ins::role_ends(conn)?;
        let mut found = Vec::new();
        for user in store::users::all(conn)? {
            let account = store::accounts::by_id(conn, user.account_id)?;
            let left = account.is_none_or(|account| account.state == AccountState::Deleted);
            let end = ends.iter().find(|(id, ..)| *id == user.id).map(|(_, then, at)| (*then, *at));
            found.push((user, end, left));
        }
        Ok(found)
    });
    for (user, end, left) in found.await? {
        let until = end.map(|(then, at)| format!(", until {}, and then {then}", last_day(at)));
        let state = match (left, user.disabled_at) {
            (true, _) => "  left, the account is deleted",
            (false, Some(_)) => "  closed",
            (false, None) => "",
        };
        println!("{:<24} {}{}{state}", user.name, user.roles, until.unwrap_or_default());
    }
    Ok(())
}

impl Account {
    /// Runs one of the commands.
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let db = &app.db;
        match self.what.unwrap_or(What::List) {
            What::Create { name, role, display_name, password_stdin } => {
                let password = context::password(password_stdin)?;
                let pairs = KeyPairs::generate()?;
                let roles = Roles::of(&role);
                let new = NewUser { name: &name, display_name: &display_name, password: &password, roles };
                let user = db.write(|tx| users::create(tx, None, &new, &pairs)).await?;
                println!("{} can sign in at {}/sign-in ({}).", user.name, app.site.origin, user.roles);
            }
            What::Role { name, role, until } => give(db, &name, Roles::of(&role), until).await?,
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
                println!(
                    "{name} signs in with the password alone until a new device is set up; open sessions and tokens \
                     ended."
                );
            }
            What::Invite { role } => {
                let secret = db.write(|tx| users::invite(tx, None, Roles::of(&role))).await?;
                println!("{}/invite/{secret}", app.site.origin);
            }
            What::Token { name, scopes, organization } => {
                let token = db.write(|tx| users::token(tx, &name, organization, &scopes)).await?;
                println!("{token}");
            }
            What::List => list(db).await?,
        }
        db.close().await;
        Ok(())
    }
}
