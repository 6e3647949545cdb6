//! What the stories need: databases, servers, people.

pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod debate;
pub(crate) mod elsewhere;
pub(crate) mod entities;
pub(crate) mod openapi;
pub(crate) mod papers;
pub(crate) mod peer;
pub(crate) mod people;
pub(crate) mod postbox;
pub(crate) mod postgres;
pub(crate) mod push;
pub(crate) mod state;
pub(crate) mod stream;
pub(crate) mod world;

use tempfile::TempDir;

/// A fresh database that lives as long as this value.
pub(crate) enum Database {
    /// A file in a directory of its own.
    Sqlite(TempDir),
    /// A database on the test cluster.
    Postgres(postgres::Database),
}

impl Database {
    /// A fresh SQLite database; the schema comes when it is opened.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// What `plenum::store::Db::open` takes.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(directory) => format!("sqlite:{}", directory.path().join("plenum.db").display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }
}

/// One fresh database of each engine: what a test runs through to hold on both.
pub(crate) fn databases() -> Vec<Database> {
    let postgres = postgres::database().map(Database::Postgres);
    [Database::sqlite()].into_iter().chain(postgres).collect()
}
