//! A private PostgreSQL cluster for this test process, and a fresh database on it for each test.
//!
//! `TEST_DATABASE_URL` names a running server instead (its role must be allowed to create
//! databases). Without server programs the tests are skipped, loudly; with
//! `PLENUM_TEST_REQUIRE_POSTGRES=1` they fail.

use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use plenum::clock::Clock;
use plenum::store::Db;
use tokio::runtime::Builder;
use url::Url;

/// The database with our schema on a cluster of our own.
const TEMPLATE: &str = "plenum_template";

/// A server that databases can be made on.
struct Server {
    /// Where databases are made from: any database of the server, as a role that may.
    admin: Url,
    /// Whether the server outlives us, so that our databases must be removed.
    borrowed: bool,
    /// The database that is copied for each test.
    template: &'static str,
    /// The shell that stops our cluster when its standard input, held here, is closed: at our
    /// exit, also after a crash.
    _watchdog: Option<Child>,
}

/// A database that no other test uses.
pub(crate) struct Database {
    url: String,
    remove: Option<(Url, String)>,
}

impl Database {
    /// `postgres://…`
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((admin, name)) = &self.remove {
            let removed = execute(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            if let Err(why) = removed {
                loud(&format!("the test database {name} stays behind: {why}"));
            }
        }
    }
}

/// A fresh database, its schema there or made when it is opened; `None` where no PostgreSQL is
/// installed.
pub(crate) fn database() -> Option<Database> {
    server().map(Server::create)
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref()
}

fn start() -> Option<Server> {
    if let Some(url) = variable("TEST_DATABASE_URL") {
        let admin = Url::parse(&url).expect("TEST_DATABASE_URL is a URL");
        return Some(Server { admin, borrowed: true, template: "template0", _watchdog: None });
    }
    let Some(programs) = find_programs() else {
        let why = "no `initdb` and `pg_ctl` found: install PostgreSQL's server, or name the directory of \
                   its programs in PLENUM_TEST_POSTGRES_BIN, or a server in TEST_DATABASE_URL";
        assert!(variable("PLENUM_TEST_REQUIRE_POSTGRES").is_none_or(|value| value == "0"), "{why}");
        loud(&format!("PostgreSQL tests SKIPPED: {why}"));
        return None;
    };
    let (admin, watchdog) = start_cluster(&programs);
    let server = Server { admin, borrowed: false, template: TEMPLATE, _watchdog: Some(watchdog) };
    server.make_template();
    Some(server)
}

impl Server {
    /// Makes our schema once: copying it takes half the time of making it.
    fn make_template(&self) {
        self.execute(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0"));
        let url = at(&self.admin, TEMPLATE).to_string();
        aside(|| {
            let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let opened = runtime.block_on(Db::open(&url, None, 1, Clock::System));
            opened.map(drop).unwrap_or_else(|error| panic!("the schema cannot be made: {error}"));
        });
        // A template is copied only while nobody is connected to it.
        self.execute(&format!("ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false"));
        self.execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'"
        ));
    }

    fn create(&self) -> Database {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("plenum_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {}", self.template));
        let url = at(&self.admin, &name).to_string();
        Database { url, remove: self.borrowed.then(|| (self.admin.clone(), name)) }
    }

    fn execute(&self, statement: &str) {
        execute(&self.admin, statement).unwrap_or_else(|why| panic!("PostgreSQL: {why}: {statement}"));
    }
}

/// `admin`, but another database.
fn at(admin: &Url, database: &str) -> Url {
    let mut url = admin.clone();
    url.set_path(database);
    url
}

fn execute(url: &Url, statement: &str) -> Result<(), String> {
    let run = async {
        let connected = tokio_postgres::connect(url.as_str(), tokio_postgres::NoTls).await;
        let (client, connection) = connected.map_err(|error| format!("{error:?}"))?;
        tokio::select! {
            done = client.batch_execute(statement) => done.map_err(|error| format!("{error:?}")),
            ended = connection => Err(format!("the connection ended: {ended:?}")),
        }
    };
    aside(|| Builder::new_current_thread().enable_all().build().unwrap().block_on(run))
}

/// Does `work` on a thread of its own: an asynchronous test may not start another runtime itself.
fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

/// The directory with the server's programs.
fn find_programs() -> Option<PathBuf> {
    if let Some(named) = variable("PLENUM_TEST_POSTGRES_BIN") {
        assert!(
            has_programs(Path::new(&named)),
            "PLENUM_TEST_POSTGRES_BIN: no `initdb` and `pg_ctl` in {named}"
        );
        return Some(PathBuf::from(named));
    }
    let path = variable("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(["/usr/local/bin", "/usr/local/pgsql/bin"].map(PathBuf::from));
    // Debian keeps one directory per version outside the path; the newest first.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    places.extend(versions.into_iter().rev());
    places.into_iter().find(|place| has_programs(place))
}

fn has_programs(place: &Path) -> bool {
    ["initdb", "pg_ctl"].iter().all(|program| place.join(program).is_file())
}

/// The shell script of the watchdog: `$1` programs, `$2` directory. It makes and starts the
/// cluster, says so, waits until its standard input ends and removes everything.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP PIPE
bin=$1 dir=$2
cd "$dir" &&
"$bin/initdb" -D data -U plenum -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 &&
"$bin/pg_ctl" -D data -l log -w -t 60 -o "-c listen_addresses= -c unix_socket_directories='$dir' \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
    -c wal_level=minimal -c max_wal_senders=0 -c max_connections=300" start >>log 2>&1 &&
echo ready || cat log
cat >/dev/null
"$bin/pg_ctl" -D data -m immediate -w stop >/dev/null 2>&1
cd / && rm -rf "$dir"
"#;

/// Starts a cluster that only a Unix socket in a private directory leads to.
fn start_cluster(programs: &Path) -> (Url, Child) {
    let user = unprivileged_user();
    let directory = tempfile::Builder::new().prefix("plenum-pg-").tempdir_in(base_directory()).unwrap();
    let mut command = Command::new("/bin/sh");
    if let Some((uid, gid)) = user {
        std::os::unix::fs::chown(directory.path(), Some(uid), Some(gid)).unwrap();
        command.uid(uid).gid(gid);
    }
    // The watchdog removes it: it outlives us.
    let directory = directory.keep();
    let mut watchdog = command
        .args(["-c", WATCHDOG, "sh"])
        .args([programs, &directory])
        .env_clear()
        .env("PATH", variable("PATH").unwrap_or_default())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = [0; 6];
    let mut output = watchdog.stdout.take().unwrap();
    if output.read_exact(&mut said).is_err() || &said != b"ready\n" {
        drop(watchdog.stdin.take());
        let mut log = String::from_utf8_lossy(&said).into_owned();
        let _ = output.read_to_string(&mut log);
        panic!("the PostgreSQL test cluster does not start:\n{log}");
    }
    let socket = directory.to_str().unwrap().replace('/', "%2F");
    let url = format!("postgres://plenum@{socket}/postgres?sslmode=disable");
    (Url::parse(&url).unwrap(), watchdog)
}

/// Whom the cluster runs as when we are root, which PostgreSQL refuses.
fn unprivileged_user() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    let user = find("postgres").or_else(|| find("nobody"));
    Some(user.expect("root needs a user `postgres` or `nobody` to run PostgreSQL as"))
}

/// The directory for temporary files, if every user can reach it and a socket's path fits.
fn base_directory() -> PathBuf {
    let usual = std::env::temp_dir();
    let reachable = usual
        .ancestors()
        .all(|part| std::fs::metadata(part).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0));
    if reachable && usual.as_os_str().len() < 60 { usual } else { PathBuf::from("/tmp") }
}

#[expect(clippy::disallowed_methods, reason = "how to find a server is a matter of the machine")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Says `sentence` past the test runner, which keeps the output of passing tests to itself.
pub(crate) fn loud(sentence: &str) {
    let _ = writeln!(std::io::stderr(), "\n*** {sentence}\n");
}

#[test]
fn every_test_has_a_database_of_its_own() {
    let Some(one) = database() else { return };
    let two = database().unwrap();
    let [one, two] = [&one, &two].map(|database| Url::parse(database.url()).unwrap());
    execute(&one, "CREATE TABLE mine (id INT)").expect("it is ours alone");
    execute(&one, "SELECT * FROM mine").expect("it is there");
    assert!(execute(&two, "SELECT * FROM mine").unwrap_err().contains("42P01"));
}
