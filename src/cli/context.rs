//! What most commands need first: the log, the database, the site.

use std::cell::RefCell;
use std::io::{IsTerminal, Read};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::SystemTime;

use super::Failure;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::site::Site;
use crate::domain::user::User;
use crate::services::users::HashedPassword;
use crate::store::{Db, Error, Tx, accounts, settings, users};

/// Starts the log on standard error, so that what a command prints can be piped.
pub fn log(config: &Config) {
    // What certificate another server shows is no error of ours, and anybody can bring us to look at
    // one: what became of the request is said where it failed.
    let filter = EnvFilter::new(format!("rustls_platform_verifier=off,{}", config.log.filter.as_str()));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // A second log in one process (tests) is not an error.
    let _ = if config.log.timestamps {
        builder.with_timer(SystemTime).try_init()
    } else {
        builder.without_time().try_init()
    };
}

/// Opens the database of these settings and brings it up to date.
pub async fn database(config: &Config) -> Result<Db, Failure> {
    database_by(config, Clock::System).await
}

/// The same by another clock: the demonstration plays through months.
pub async fn database_by(config: &Config, clock: Clock) -> Result<Db, Failure> {
    config.database.url.create_directory()?;
    let url = config.database.url.secret();
    let tls_ca = config.database.tls_ca.as_deref();
    Ok(Db::open(&url, tls_ca, config.database.connections, clock).await?)
}

/// The site in this database, if it is set up.
pub async fn site(db: &Db) -> Result<Option<Site>, Failure> {
    let site = db.read(|conn| Ok(settings::site(conn)?)).await?;
    if let Some(site) = &site {
        db.set_site(site.clone());
    }
    Ok(site)
}

/// The whole application, for commands that need a site.
pub async fn app(config: Config) -> Result<App, Failure> {
    let db = database(&config).await?;
    let missing = || Failure::new("this site is not set up yet: run `plenum serve` or `plenum setup` first");
    let site = site(&db).await?.ok_or_else(missing)?;
    let config = fit(config, &site.origin)?;
    Ok(App::new(config, db, site)?)
}

/// Makes the settings fit an address that was decided at set-up.
///
/// A site that was set up at `http://localhost:…` to try things out keeps working without a
/// settings file: what its address needs is switched on, and said at every start.
pub fn fit(mut config: Config, origin: &str) -> Result<Config, Failure> {
    let (scheme, host) = origin.split_once("://").unwrap_or(("https", origin));
    if let Some(configured) = config.site.host.as_deref().filter(|configured| *configured != host) {
        let why = format!(
            "site.host is {configured}, but this database belongs to {host}: an address never changes; \
             correct the setting or use another database"
        );
        return Err(Failure::new(why));
    }
    if scheme == "http" {
        config.unsafe_.plain_http = true;
    }
    if host.contains(':') {
        config.unsafe_.ports = true;
    }
    config.check_host(host)?;
    Ok(config)
}

/// The password for a command: from standard input, or asked for twice at the terminal.
pub fn password(from_stdin: bool) -> Result<HashedPassword, Failure> {
    let text = if from_stdin {
        let mut text = String::new();
        std::io::stdin().take(4096).read_to_string(&mut text)?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    } else if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ")?;
        let second = rpassword::prompt_password("Once more: ")?;
        if first != second {
            return Err(Failure::new("the two passwords differ: nothing was changed"));
        }
        first
    } else {
        return Err(Failure::new("there is no terminal to ask for a password: use --password-stdin"));
    };
    Ok(HashedPassword::new(&text)?)
}

/// What a dry run says first.
const DRY: &str = "Nothing is changed. This is what would be done:";

/// Does something, or only does it as far as to see that it would be done and takes it back.
pub async fn decide<T>(
    db: &Db,
    dry: bool,
    work: impl Fn(&mut Tx<'_>) -> Result<T, Error>,
) -> Result<T, Failure> {
    if !dry {
        return Ok(db.write(work).await?);
    }
    let done = RefCell::new(None);
    let tried: Result<(), Error> = db
        .write(|tx| {
            *done.borrow_mut() = Some(work(tx)?);
            // An error takes everything back.
            Err(Refusal::Conflict(DRY.to_owned()).into())
        })
        .await;
    match (done.into_inner(), tried) {
        (Some(done), _) => {
            println!("{DRY}");
            Ok(done)
        }
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Err(Failure::new("nothing was tried")),
    }
}

/// Who acts at the terminal by a name of their own, as far as they may do anything.
pub async fn login(db: &Db, name: &str) -> Result<Id<User>, Failure> {
    let found = db.read(|conn| {
        let user = users::by_name(conn, name)?;
        let account = user.as_ref().map_or(Ok(None), |user| accounts::by_id(conn, user.account_id))?;
        Ok(user.zip(account))
    });
    let (user, account) = found.await?.ok_or_else(|| {
        Failure::new(format!("nobody signs in as {name:?}; `plenum account list` shows who does"))
    })?;
    if account.is_barred() {
        return Err(Failure::new(format!("{name} is frozen or suspended, and does nothing for now")));
    }
    Ok(user.id)
}
