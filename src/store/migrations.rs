//! The schema, brought up to date at start.

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::Conn;
use super::error::{Error, Fault};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Only one process migrates at a time (any number, spelled "plenum").
const LOCK: &str = "SELECT pg_advisory_lock(7723456)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7723456)";

/// Applies what is missing; refuses a schema that a newer Plenum made.
pub(super) fn run(conn: &mut Conn) -> Result<(), Error> {
    match conn {
        Conn::Sqlite(conn) => up(&mut **conn, SQLITE),
        Conn::Postgres(_) => {
            conn.batch(LOCK)?;
            let result = match conn {
                Conn::Postgres(conn) => up(&mut **conn, POSTGRES),
                Conn::Sqlite(_) => Ok(()),
            };
            conn.batch(UNLOCK)?;
            result
        }
    }
}

fn up<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    ours: EmbeddedMigrations,
) -> Result<(), Error> {
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::from(Fault::Unreachable(format!("the schema cannot be brought up to date: {error}")))
    };
    let known = MigrationSource::<DB>::migrations(&ours).map_err(broken)?;
    let known: Vec<MigrationVersion<'_>> = known.iter().map(|migration| migration.name().version()).collect();
    let applied = harness.applied_migrations().map_err(broken)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        let why = format!(
            "this database was made by a newer Plenum (migration {newer} is unknown to {}): install that version",
            env!("CARGO_PKG_VERSION")
        );
        return Err(Fault::Unreachable(why).into());
    }
    harness.run_pending_migrations(ours).map_err(broken)?;
    Ok(())
}
