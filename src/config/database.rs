//! `[database]`: where the data is kept.

use std::fmt;
use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::problem::{Origin, Problem};
use super::setting::{Raw, Setting};
use super::sources::Section;

/// The database and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Which database; default: `sqlite:./data/plenum.db`.
    pub url: DatabaseUrl,
    /// Connections to PostgreSQL; default: 16. SQLite needs none of this.
    pub connections: usize,
    /// A PEM file with the authority that signed PostgreSQL's certificate; default: none, the public
    /// authorities.
    pub tls_ca: Option<PathBuf>,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: DatabaseUrl::Sqlite(PathBuf::from("./data/plenum.db")), connections: 16, tls_ca: None }
    }
}

impl Database {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self {
            url: section.get("url", default.url),
            connections: section.number("connections", default.connections, 2..=1000),
            tls_ca: section.get("tls_ca", default.tls_ca),
        }
    }
}

/// Which database to use. Neither `Debug` nor `Display` show a password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// One file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server; the whole URL.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://…`; the error says what is accepted and repeats no secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let accepted = "expected `sqlite:./data/plenum.db` or `postgres://user:password@host/database`";
        let Some((scheme, rest)) = text.trim().split_once(':') else {
            return Err(format!("{accepted}; for a file write `sqlite:` and its path"));
        };
        match scheme {
            "sqlite" => sqlite_path(rest).map(Self::Sqlite),
            "postgres" | "postgresql" => postgres_url(text.trim()).map(Self::Postgres),
            "file" => Err(format!("{accepted}; for a file write `sqlite:` and its path")),
            "mysql" | "mariadb" => Err(format!("{accepted}; MySQL and MariaDB are not supported")),
            other => Err(format!("{accepted}; `{other}:` is neither")),
        }
    }

    /// The URL for opening the database, password included: not for logs.
    pub fn secret(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// Whether there is anything: a SQLite file, or a PostgreSQL server that is taken to be there.
    pub fn exists(&self) -> bool {
        match self {
            Self::Sqlite(file) => file.exists(),
            Self::Postgres(_) => true,
        }
    }

    /// Makes the directory of a SQLite file, readable by its owner only; does nothing when it exists.
    pub fn create_directory(&self) -> Result<(), Problem> {
        let Self::Sqlite(file) = self else { return Ok(()) };
        let Some(parent) = file.parent().filter(|parent| *parent != Path::new("")) else { return Ok(()) };
        match DirBuilder::new().recursive(true).mode(0o700).create(parent) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && parent.is_dir() => Ok(()),
            Err(error) => {
                let why = format!("cannot create the directory {}: {error}", parent.display());
                Err(Problem::new("database.url", Origin::Given, why))
            }
        }
    }
}

fn sqlite_path(rest: &str) -> Result<PathBuf, String> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.ends_with('/') {
        return Err("expected the path of a file after `sqlite:`".to_owned());
    }
    if path.contains(":memory:") {
        return Err("a database in memory would lose everything at each stop; name a file".to_owned());
    }
    if path.contains('?') {
        return Err("SQLite takes no options after `?`; name only the file".to_owned());
    }
    Ok(PathBuf::from(path))
}

fn postgres_url(text: &str) -> Result<String, String> {
    if !text.contains("://") {
        return Err("expected `postgres://` and then user, host and database".to_owned());
    }
    let mode = text.split(['?', '&']).find_map(|pair| pair.strip_prefix("sslmode="));
    match mode {
        None | Some("disable" | "prefer" | "require") => Ok(text.to_owned()),
        Some(other) => Err(format!(
            "`sslmode={other}` is not supported: use `require`, which always verifies the certificate, and \
             `database.tls_ca` for an authority of your own"
        )),
    }
}

impl Setting for DatabaseUrl {
    fn read(raw: &Raw) -> Result<Self, String> {
        Self::parse(&String::read(raw)?)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(out, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
