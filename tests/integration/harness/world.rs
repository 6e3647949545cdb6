//! Several whole servers in one process, on loopback, that move only when a story says so.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use activitypub_federation::config::{Data, FederationConfig};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use plenum::app::App;
use plenum::clock::{Clock, Timestamp};
use plenum::config::{Config, DatabaseUrl, Mail, MailServer};
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::site::FederationMode;
use plenum::federation::Federation;
use plenum::services::setup::{SetUp, SetUpKeys, set_up};
use plenum::services::users::{HashedPassword, KeyPairs};
use plenum::store::Db;
use plenum::{http, jobs, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::postbox::Postbox;
use super::{Database, databases};

/// 24 November 2026, 12:00: where the clock of every story stands at first.
const START: Timestamp = Timestamp(1_795_521_600_000);
/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Some servers and the clock they share.
pub(crate) struct World {
    pub(crate) clock: Clock,
    instances: Vec<Instance>,
}

/// One server of one organization.
pub(crate) struct Instance {
    pub(crate) name: &'static str,
    pub(crate) host: String,
    pub(crate) federation: FederationConfig<Federation>,
    dark: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
    _database: Database,
    _files: TempDir,
}

/// The same story on each engine.
pub(crate) async fn on_each_engine<F, S>(story: S)
where
    S: Fn(Database) -> F,
    F: Future<Output = ()>,
{
    for database in databases() {
        story(database).await;
    }
}

impl World {
    /// Servers of these names on SQLite, in open mode, so that strangers are heard at once.
    pub(crate) async fn of<const N: usize>(names: [&'static str; N]) -> Self {
        let databases = (0..N).map(|_| Database::sqlite());
        Self::on(names.into_iter().zip(databases), FederationMode::Open).await
    }

    /// Servers on these databases in this mode.
    pub(crate) async fn on(
        places: impl IntoIterator<Item = (&'static str, Database)>,
        mode: FederationMode,
    ) -> Self {
        let clock = Clock::fixed(START);
        let mut instances = Vec::new();
        for (name, database) in places {
            instances.push(Instance::start(name, database, mode, (clock.clone(), Mail::default())).await);
        }
        Self { clock, instances }
    }

    /// North on this database, which sends its letters by this mail server.
    pub(crate) async fn posting(database: Database, postbox: &Postbox) -> Self {
        let clock = Clock::fixed(START);
        let mail = Mail {
            server: Some(MailServer::parse(&postbox.url()).unwrap()),
            from: Some("North <north@mail.example>".parse().unwrap()),
        };
        let north = Instance::start("north", database, FederationMode::Open, (clock.clone(), mail)).await;
        Self { clock, instances: vec![north] }
    }

    /// North and South, on these databases, of which South follows North.
    pub(crate) async fn listening(databases: [Database; 2], mode: FederationMode) -> Self {
        let world = Self::on(["north", "south"].into_iter().zip(databases), mode).await;
        world.at("south").follows(world.at("north")).await;
        world.settle().await;
        world
    }

    /// North and South, on these databases, which follow each other.
    pub(crate) async fn neighbours(databases: [Database; 2], mode: FederationMode) -> Self {
        let world = Self::listening(databases, mode).await;
        world.at("north").follows(world.at("south")).await;
        world.settle().await;
        world
    }

    /// The server of this name.
    pub(crate) fn at(&self, name: &str) -> &Instance {
        self.instances.iter().find(|instance| instance.name == name).unwrap()
    }

    /// Runs what is due on every server until nothing is left; fails when that does not end.
    pub(crate) async fn settle(&self) {
        for _ in 0..50 {
            let mut done = 0;
            for instance in self.instances.iter().filter(|instance| !instance.is_dark()) {
                done += instance.work().await.unwrap();
            }
            if done == 0 {
                return;
            }
        }
        panic!("after 50 rounds there is still work to do");
    }

    /// Moves the clock; what became due is run by the next [`World::settle`].
    pub(crate) fn advance_hours(&self, hours: i64) {
        self.clock.advance(hours * 3600);
    }

    /// Moves the clock by seconds, for two versions that must differ.
    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.clock.advance(seconds);
    }
}

impl Instance {
    async fn start(
        name: &'static str,
        database: Database,
        mode: FederationMode,
        (clock, mail): (Clock, Mail),
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let host = format!("{name}.localhost:{}", listener.local_addr().unwrap().port());
        let mut config = Config::default();
        config.database.url = DatabaseUrl::parse(&database.url()).unwrap();
        let files = tempfile::tempdir().unwrap();
        config.media.directory = files.path().join("media");
        config.site.host = Some(host.clone());
        config.mail = mail;
        config.unsafe_.plain_http = true;
        config.unsafe_.ports = true;
        config.unsafe_.private_addresses = vec!["127.0.0.0/8".parse().unwrap()];
        let db = Db::open(&database.url(), None, 4, clock).await.unwrap();
        let request = SetUp {
            origin: format!("http://{host}"),
            name: format!("Organization {name}"),
            handle: name.to_owned(),
            languages: vec!["en".to_owned()],
            federation_mode: mode,
            admin: format!("{name}_admin"),
            ..SetUp::default()
        };
        let password = password();
        let (site, _) = db.write(|tx| set_up(tx, &request, &password, &keys())).await.unwrap();
        db.set_site(site.clone());
        let app = App::new(config, db, site).unwrap();
        let federation = Federation::start(app).await.unwrap();
        let dark = Arc::new(AtomicBool::new(false));
        let router = http::router(federation.clone()).layer(from_fn_with_state(Arc::clone(&dark), lights));
        let (stop, stopped) = watch::channel(false);
        let limits = Config::default().http;
        drop(serve::streams(federation.clone(), stopped.clone()));
        #[expect(clippy::disallowed_methods, reason = "a server of a story runs beside it")]
        tokio::spawn(async move { serve::answer(&listener, router, &limits, stopped).await });
        Self { name, host, federation, dark, stop, _database: database, _files: files }
    }

    /// Does once what is due, and says how much that was. In a task, as a server does it: the thread
    /// of the story itself may miss a wake-up while it waits for PostgreSQL in the middle.
    #[expect(clippy::disallowed_methods, reason = "the server's work runs where a server runs it")]
    pub(crate) fn work(&self) -> JoinHandle<usize> {
        let data = self.data();
        tokio::spawn(async move { jobs::run_due(&data).await.unwrap() })
    }

    /// What federation code takes.
    pub(crate) fn data(&self) -> Data<Federation> {
        self.federation.to_request_data()
    }

    /// The application below the doors, for direct looks.
    pub(crate) fn app(&self) -> App {
        self.data().app.clone()
    }

    /// `http://name.localhost:port`.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.host)
    }

    /// The organization's handle.
    pub(crate) fn handle(&self) -> String {
        format!("{}@{}", self.name, self.host)
    }

    /// From now on others get no answer, and this server does nothing.
    pub(crate) fn goes_dark(&self) {
        self.dark.store(true, Ordering::SeqCst);
    }

    /// It is back.
    pub(crate) fn returns(&self) {
        self.dark.store(false, Ordering::SeqCst);
    }

    fn is_dark(&self) -> bool {
        self.dark.load(Ordering::SeqCst)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// A server without light answers like a proxy whose backend is gone.
async fn lights(State(dark): State<Arc<AtomicBool>>, request: Request, next: Next) -> Response {
    if dark.load(Ordering::SeqCst) {
        return (StatusCode::BAD_GATEWAY, "nobody home").into_response();
    }
    next.run(request).await
}

/// The password of everybody, hashed cheaply enough for tests.
pub(crate) fn password() -> HashedPassword {
    HashedPassword::new(PASSWORD).unwrap()
}

/// Keys that need no waiting: one RSA key for all, and a fresh Ed25519 key each.
pub(crate) fn pair() -> KeyPairs {
    let rsa = include_bytes!("../../fixtures/keys/rsa-1.pk8");
    KeyPairs {
        rsa: SigningKey::from_pkcs8(Algorithm::Rsa, rsa).unwrap(),
        ed25519: SigningKey::generate(Algorithm::Ed25519).unwrap(),
    }
}

fn keys() -> SetUpKeys {
    SetUpKeys { organization: pair(), forum: pair(), instance: pair(), admin: pair() }
}
