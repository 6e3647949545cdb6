//! One connection, to SQLite or to PostgreSQL.

use std::path::Path;

use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::{Connection, QueryResult, SqliteConnection};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::pooled_connection::deadpool::Object;

use super::error::{Error, Fault};

/// The PostgreSQL arm: pure Rust underneath, synchronous to its callers.
pub(super) type PgArm = AsyncConnectionWrapper<Object<AsyncPgConnection>>;

/// A connection. Queries are written once and run with the macro `run!` on either arm.
pub enum Conn {
    /// SQLite.
    Sqlite(Box<SqliteConnection>),
    /// PostgreSQL.
    Postgres(Box<AsyncConnectionWrapper<Object<AsyncPgConnection>>>),
}

/// Runs one statement on whichever engine the connection is: `run!(conn, load, query)` with
/// `load`, `first`, `get_result`, `get_results` or `execute`.
macro_rules! run {
    ($conn:expr, $method:ident, $query:expr) => {{
        let conn: &mut $crate::store::Conn = &mut *$conn;
        match conn {
            $crate::store::Conn::Sqlite(conn) => diesel::RunQueryDsl::$method($query, &mut **conn),
            $crate::store::Conn::Postgres(conn) => diesel::RunQueryDsl::$method($query, &mut **conn),
        }
    }};
}
pub(crate) use run;

/// What every SQLite connection sets. FULL: what was answered with success survives power loss.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA mmap_size = 268435456; PRAGMA cache_size = -8000; \
    PRAGMA temp_store = MEMORY;";

/// Opens a SQLite file; a reader refuses every write.
pub(super) fn open_sqlite(path: &Path, reader: bool) -> Result<Conn, Error> {
    let unreachable = |why: String| Error::from(Fault::Unreachable(format!("{}: {why}", path.display())));
    let mut conn =
        SqliteConnection::establish(&path.to_string_lossy()).map_err(|e| unreachable(e.to_string()))?;
    let pragmas = conn.batch_execute(PRAGMAS);
    pragmas.map_err(|error| unreachable(error.to_string()))?;
    if reader {
        conn.batch_execute("PRAGMA query_only = ON").map_err(|error| unreachable(error.to_string()))?;
    }
    Ok(Conn::Sqlite(Box::new(conn)))
}

impl Conn {
    /// Starts a transaction, or a savepoint within one.
    pub(super) fn begin(&mut self, writes: bool) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => {
                type Manager = <SqliteConnection as Connection>::TransactionManager;
                let depth = Manager::transaction_manager_status_mut(&mut **conn).transaction_depth()?;
                match (depth, writes) {
                    (None, true) => Manager::begin_transaction_sql(&mut **conn, "BEGIN IMMEDIATE"),
                    (None, false) | (Some(_), _) => Manager::begin_transaction(&mut **conn),
                }
            }
            Self::Postgres(conn) => {
                type Manager = <PgArm as Connection>::TransactionManager;
                let depth = Manager::transaction_manager_status_mut(&mut **conn).transaction_depth()?;
                Manager::begin_transaction(&mut **conn)?;
                match (depth, writes) {
                    (None, false) => conn.batch_execute("SET TRANSACTION READ ONLY"),
                    (None, true) | (Some(_), _) => Ok(()),
                }
            }
        }
    }

    /// Ends what [`Conn::begin`] started: keeps it or takes it back.
    pub(super) fn end(&mut self, keep: bool) -> QueryResult<()> {
        macro_rules! end {
            ($conn:expr, $manager:ty) => {
                match keep {
                    true => <$manager>::commit_transaction(&mut **$conn),
                    false => <$manager>::rollback_transaction(&mut **$conn),
                }
            };
        }
        match self {
            Self::Sqlite(conn) => end!(conn, <SqliteConnection as Connection>::TransactionManager),
            Self::Postgres(conn) => end!(conn, <PgArm as Connection>::TransactionManager),
        }
    }

    /// Runs one or more statements given as text; only for texts without any value in them.
    pub(super) fn batch(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
    }
}
