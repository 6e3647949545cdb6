//! The database handle: whole units of work, one blocking section each.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Pool;
use tokio::sync::{Semaphore, SemaphorePermit, broadcast};

use super::conn::{Conn, open_sqlite};
use super::error::{Error, Fault};
use super::rebuffs::Counts;
use super::tx::{Event, Tx};
use super::{hearsay, leases, migrations, postgres, rebuffs};
use crate::clock::Clock;
use crate::domain::id::{Mint, token};
use crate::domain::site::Site;

/// How often a unit of work is done again when others were faster.
const ATTEMPTS: u32 = 5;
/// Events that a listener may be behind.
const EVENTS: usize = 2048;
/// How long after a lost connection the other processes are listened to again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// Readers of a SQLite file; they refuse every write.
const SQLITE_READERS: usize = 4;

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    clock: Clock,
    mint: Mint,
    site: RwLock<Option<Arc<Site>>>,
    events: broadcast::Sender<Event>,
    /// What this process calls itself among those on the same database.
    name: String,
}

enum Engine {
    /// One writer behind a fair semaphore and a few readers: never one pool for both.
    Sqlite {
        writer: Slots,
        readers: Slots,
    },
    Postgres {
        pool: Pool<AsyncPgConnection>,
        server: postgres::Server,
    },
}

/// Connections to one SQLite file. A connection that was lost (a panic in the middle of a
/// transaction) is simply not put back; the next user opens another.
struct Slots {
    path: PathBuf,
    reader: bool,
    free: Mutex<Vec<Conn>>,
    seats: Semaphore,
}

impl Slots {
    fn new(path: &Path, reader: bool, seats: usize) -> Self {
        let free = Mutex::new(Vec::new());
        Self { path: path.to_owned(), reader, free, seats: Semaphore::new(seats) }
    }

    async fn take(&self) -> Result<(Conn, SemaphorePermit<'_>), Error> {
        let closed = |_| Fault::Unreachable("the database is being closed".to_owned());
        let seat = self.seats.acquire().await.map_err(closed)?;
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match free {
            Some(conn) => Ok((conn, seat)),
            None => Ok((open_sqlite(&self.path, self.reader)?, seat)),
        }
    }

    fn put(&self, conn: Conn) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }
}

impl Db {
    /// Opens the database at `url` and brings its schema up to date.
    ///
    /// `sqlite:PATH` (the file is made when it is missing) or `postgres://…`; `tls_ca` is a PEM
    /// file for a PostgreSQL server whose certificate no public authority signed.
    pub async fn open(url: &str, tls_ca: Option<&Path>, pool: usize, clock: Clock) -> Result<Self, Error> {
        let name = token();
        let engine = match url.split_once(':') {
            Some(("sqlite", path)) => {
                let path = Path::new(path.strip_prefix("//").unwrap_or(path));
                Engine::Sqlite {
                    writer: Slots::new(path, false, 1),
                    readers: Slots::new(path, true, SQLITE_READERS),
                }
            }
            Some(("postgres" | "postgresql", _)) => {
                let server = postgres::Server::new(url, tls_ca, &leases::called(&name))?;
                Engine::Postgres { pool: server.pool(pool)?, server }
            }
            _ => {
                let why = format!("the database URL {url:?} starts with neither sqlite: nor postgres:");
                return Err(Fault::Unreachable(why).into());
            }
        };
        let (events, _) = broadcast::channel(EVENTS);
        let (mint, site) = (Mint::default(), RwLock::new(None));
        let shared = Shared { engine, clock, mint, site, events, name };
        let db = Self { shared: Arc::new(shared) };
        db.with_writer(migrations::run).await?;
        Ok(db)
    }

    /// Whether this process is the only one that works on the database: SQLite has one server.
    pub fn is_exclusive(&self) -> bool {
        matches!(self.shared.engine, Engine::Sqlite { .. })
    }

    /// The clock of this server.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Tells every later [`Tx`] which site this is.
    pub fn set_site(&self, site: Site) {
        let mut place = self.shared.site.write().unwrap_or_else(PoisonError::into_inner);
        *place = Some(Arc::new(site));
    }

    /// Hears what is committed from now on. A listener that falls behind misses hints, never
    /// work: the work itself is rows.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// Passes on what other processes on this database commit, for as long as it is awaited. A SQLite
    /// file has one server, so there is nothing to pass on.
    pub async fn listen(&self) {
        let Engine::Postgres { server, .. } = &self.shared.engine else {
            return std::future::pending().await;
        };
        loop {
            let hear = |notice: &str| {
                for event in hearsay::heard(notice, &self.shared.name) {
                    let _ = self.shared.events.send(event);
                }
            };
            let error = server.listen(hear).await;
            tracing::warn!(%error, "other processes on the database are not heard; trying again");
            tokio::time::sleep(LISTEN_AGAIN).await;
            // What ended meanwhile was not heard.
            let _ = self.shared.events.send(Event::Listeners);
        }
    }

    /// Reads. The connection refuses writes.
    pub async fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        let read = |conn: &mut Conn| {
            conn.begin(false)?;
            let result = work(conn);
            conn.end(false)?;
            result
        };
        match &self.shared.engine {
            Engine::Sqlite { readers, .. } => {
                let (mut conn, _seat) = readers.take().await?;
                let result = tokio::task::block_in_place(|| read(&mut conn));
                readers.put(conn);
                result
            }
            Engine::Postgres { pool, .. } => postgres::work(pool, read).await,
        }
    }

    /// Changes the world: `work` runs in one transaction, and again from the start when another
    /// transaction was in its way. It must not have effects outside the database.
    pub async fn write<T>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.with_writer(|conn| self.transact(conn, &work)).await
    }

    fn transact<T>(
        &self,
        conn: &mut Conn,
        work: &impl Fn(&mut Tx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut attempt = 1;
        loop {
            let site = self.shared.site.read().unwrap_or_else(PoisonError::into_inner).clone();
            let now = self.shared.clock.now();
            conn.begin(true)?;
            let process = self.shared.name.as_str();
            let (mint, events) = (&self.shared.mint, Vec::new());
            let rebuffs = Counts::new();
            let mut tx = Tx { conn, site, mint, events, rebuffs, rules: None, process, now };
            let mut result = work(&mut tx);
            if result.is_ok()
                && let Err(error) = rebuffs::write_down(&mut tx)
            {
                result = Err(error);
            }
            let events = tx.events;
            if result.is_ok()
                && let Err(error) = hearsay::tell(conn, &self.shared.name, &events)
            {
                result = Err(error.into());
            }
            let ended = conn.end(result.is_ok()).map_err(Error::from);
            match result.and_then(|value| ended.map(|()| value)) {
                Ok(value) => {
                    for event in events {
                        // Nobody listening is fine: the rows are there.
                        let _ = self.shared.events.send(event);
                    }
                    return Ok(value);
                }
                Err(error) if error.is_transient() && attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn with_writer<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        match &self.shared.engine {
            Engine::Sqlite { writer, .. } => {
                let (mut conn, _seat) = writer.take().await?;
                let result = tokio::task::block_in_place(|| work(&mut conn));
                writer.put(conn);
                result
            }
            Engine::Postgres { pool, .. } => postgres::work(pool, work).await,
        }
    }

    /// Waits until no unit of work runs and lets SQLite tidy its log; for a clean stop.
    pub async fn close(&self) {
        if let Engine::Sqlite { writer, readers } = &self.shared.engine {
            let patience = Duration::from_secs(10);
            let idle = tokio::time::timeout(patience, writer.seats.acquire()).await;
            readers.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
            writer.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
            drop(idle);
        }
    }
}
