//! The sites of the demonstration behind one port.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use activitypub_federation::config::{Data, FederationConfig};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::super::{Failure, context};
use super::content::{self, CIRCLE, Organization};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl};
use crate::domain::site::FederationMode;
use crate::domain::user::{Role, Roles};
use crate::federation::Federation;
use crate::serve;
use crate::services::setup::{SetUp, SetUpKeys, set_up};
use crate::services::users::{self, HashedPassword, KeyPairs, NewUser};
use crate::store::{deliveries, inbox_items};

/// The password of every login of the demonstration, printed at start.
pub const PASSWORD: &str = "demonstration";
/// How long nothing may move while there is something to exchange.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long nothing may move before the clock is moved.
const STILL: Duration = Duration::from_secs(3);
/// By how many seconds.
const RETRY: i64 = 120;

/// How many sites an earlier run left in this directory.
pub fn kept(directory: &Path) -> usize {
    let is_there = |organization: &Organization| database(directory, organization).exists();
    content::organizations(content::MOST).into_iter().take_while(is_there).count()
}

fn database(directory: &Path, organization: &Organization) -> PathBuf {
    directory.join(&organization.handle).join("plenum.db")
}

/// One of them.
pub struct DemoSite {
    /// Who speaks there.
    pub organization: Organization,
    /// The running site.
    pub federation: FederationConfig<Federation>,
}

impl DemoSite {
    /// What federation code takes.
    pub fn data(&self) -> Data<Federation> {
        self.federation.to_request_data()
    }
}

/// What a site has left to send and to take in.
async fn left(site: &DemoSite) -> Result<i64, Failure> {
    let data = site.data();
    Ok(data.app.db.read(|conn| Ok(deliveries::pending(conn)? + inbox_items::pending(conn)?)).await?)
}

/// The sites, running.
pub struct World {
    /// North, South, East, and in larger sizes more: circle by circle.
    pub sites: Vec<DemoSite>,
    /// In larger sizes also one whom nobody knows.
    pub stranger: Option<DemoSite>,
    clock: Clock,
    port: u16,
    directory: PathBuf,
    temporary: bool,
    stop: watch::Sender<bool>,
    orders: mpsc::Sender<serve::Order>,
    task: Option<JoinHandle<()>>,
}

impl World {
    /// Opens or makes so many sites and starts to serve them; fewer when it is stopped meanwhile.
    #[expect(
        clippy::disallowed_methods,
        reason = "the listener of the demonstration runs beside the scenario"
    )]
    pub async fn open(
        config: &Config,
        port: u16,
        data: Option<&Path>,
        (count, clock): (usize, &Clock),
        end: &watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let temporary = data.is_none();
        let directory = match data {
            Some(directory) => directory.to_owned(),
            None => std::env::temp_dir().join(format!("plenum-demo-{}", std::process::id())),
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(address).await;
        let taken = |error| Failure::new(format!("cannot listen on {address}: {error}; try --port 0"));
        let listener = listener.map_err(taken)?;
        let port = listener.local_addr()?.port();
        let (stop, stopped) = watch::channel(false);
        let making =
            Making { config, directory: &directory, port, clock, password: &HashedPassword::new(PASSWORD)? };
        let mut sites = Vec::new();
        for (place, organization) in content::organizations(count).into_iter().enumerate() {
            if *end.borrow() {
                break;
            }
            // Beyond the first circle nobody signs in to look around.
            let staff = if place < CIRCLE { &STAFF[..] } else { &FEW[..] };
            sites.push(making.site(organization, FederationMode::Quarantine, staff).await?);
        }
        let stranger = match count {
            CIRCLE.. => Some(making.site(content::stranger(), FederationMode::Open, &FEW).await?),
            _ => None,
        };
        let federations = sites.iter().chain(&stranger).map(|site| site.federation.clone()).collect();
        let (orders, given) = mpsc::channel(1);
        let task = tokio::spawn(serve::several(federations, listener, stopped, given));
        Ok(Self {
            sites,
            stranger,
            clock: clock.clone(),
            port,
            directory,
            temporary,
            stop,
            orders,
            task: Some(task),
        })
    }

    /// The sites circle by circle: those of one follow each other.
    pub fn circles(&self) -> Vec<&[DemoSite]> {
        let circles = content::circles(self.sites.len()).into_iter();
        circles.filter_map(|(first, count)| self.sites.get(first..first + count)).collect()
    }

    /// Waits until no site has anything left to send or to take in; not when nothing moves any more.
    pub async fn settle(&self) -> Result<(), Failure> {
        let (mut quiet, mut busy, mut sum) = (0, 0, -1);
        let (mut moved, mut looked) = (Instant::now(), Instant::now());
        while quiet < 3 {
            // The site that was busy is asked first: with two hundred, to ask all of them is work, too.
            match self.busy(busy).await? {
                Some(site) => (busy, quiet) = (site, 0),
                None => quiet += 1,
            }
            if quiet == 0 && looked.elapsed() > STILL {
                let now = self.pending().await?;
                if now == sum {
                    // What did not get through, on a busy machine for example, is tried again by a clock that
                    // stands still.
                    self.clock.advance(RETRY);
                } else {
                    (sum, moved) = (now, Instant::now());
                }
                looked = Instant::now();
            }
            if quiet == 0 && moved.elapsed() > PATIENCE {
                return Err(Failure::new("the sites stopped exchanging before they had finished"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The first site from this place on, and around, that has something left.
    async fn busy(&self, from: usize) -> Result<Option<usize>, Failure> {
        let sites: Vec<&DemoSite> = self.sites.iter().chain(&self.stranger).collect();
        for place in (0..sites.len()).map(|step| (from + step) % sites.len()) {
            if let Some(site) = sites.get(place)
                && left(site).await? > 0
            {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    async fn pending(&self) -> Result<i64, Failure> {
        let mut sum = 0;
        for site in self.sites.iter().chain(&self.stranger) {
            sum += left(site).await?;
        }
        Ok(sum)
    }

    /// What a person reads before looking around.
    pub fn introduction(&self) -> String {
        let mut text =
            String::from("\nThese organizations are running. Everything they say is demonstration data.\n");
        for site in self.sites.iter().take(CIRCLE).chain(&self.stranger) {
            let handle = &site.organization.handle;
            let origin = format!("http://{handle}.localhost:{}", self.port);
            text.push_str(&format!("\n  {:<28} {origin}\n", site.organization.name));
            let people = content::PEOPLE
                .iter()
                .filter(|_| self.stranger.as_ref().is_none_or(|other| !std::ptr::eq(other, site)));
            for (name, what) in people {
                text.push_str(&format!("    {:<16} {what}\n", format!("{name}_{handle}")));
            }
        }
        if let Some(more) = self.sites.len().checked_sub(CIRCLE).filter(|more| *more > 0) {
            text.push_str(&format!("\n  … and {more} more.\n"));
        }
        text.push_str(&format!(
            "\nSign in with any of these names and the password “{PASSWORD}”.\n\n\
             Look at the first statement of North, its third thesis and the replies to it; then at the\n\
             same thread on South and East. Reply as a member of one, and see it arrive at the others.\n\
             Type “stop north” and Enter: its server is gone, its words are not. “start north” brings it back.\n\n\
             Data: {}{}\nCtrl-C stops.\n",
            self.directory.display(),
            if self.temporary { " (removed at the end; --data DIR keeps it)" } else { "" },
        ));
        text
    }

    /// Turns a site off or on, as `stop north` and `start north` say; returns what to tell the person.
    pub async fn obey(&self, line: &str) -> String {
        let mut words = line.split_whitespace();
        let (verb, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let known = self.sites.iter().chain(&self.stranger).find(|site| site.organization.handle == name);
        let (Some(site), "stop" | "start") = (known, verb) else {
            let names: Vec<_> = self.sites.iter().map(|site| site.organization.handle.as_str()).collect();
            return format!("Say “stop” or “start” and one of: {}.", names.join(", "));
        };
        let on = verb == "start";
        let host = site.data().app.site.host.clone();
        if self.orders.send((host, on)).await.is_err() {
            return "The sites are being stopped.".to_owned();
        }
        match on {
            true => format!(
                "{} is back. What was said meanwhile arrives as soon as the others try again.",
                site.organization.name
            ),
            false => format!(
                "{} is off. Look at what the others still show of it, and answer it there.",
                site.organization.name
            ),
        }
    }

    /// The same sites by the machine's clock, after the months of the debate are over.
    pub async fn awake(mut self, config: &Config, end: &watch::Receiver<bool>) -> Result<Self, Failure> {
        self.sleep().await;
        let (port, count) = (self.port, self.sites.len());
        let next = Self::open(config, port, Some(&self.directory), (count, &Clock::System), end).await?;
        Ok(Self { temporary: self.temporary, ..next })
    }

    /// Stops the sites and removes what was only for this run.
    pub async fn close(&mut self) {
        self.sleep().await;
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.directory)
        {
            tracing::warn!(%error, "{} could not be removed", self.directory.display());
        }
    }

    async fn sleep(&mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            // A task that failed has said so in the log.
            let _ = task.await;
        }
        for site in self.sites.iter().chain(&self.stranger) {
            site.data().app.db.close().await;
        }
    }
}

/// Who signs in at a site besides its admin.
const STAFF: [(&str, &[Role]); 3] =
    [("publisher", &[Role::Editor, Role::Publisher]), ("member", &[]), ("moderator", &[Role::Moderator])];
/// The same where nobody looks around.
const FEW: [(&str, &[Role]); 2] = [("publisher", &[Role::Editor, Role::Publisher]), ("member", &[])];

/// What sites are made with.
struct Making<'a> {
    config: &'a Config,
    directory: &'a Path,
    port: u16,
    clock: &'a Clock,
    password: &'a HashedPassword,
}

impl Making<'_> {
    /// Opens one site, and makes it when its database is empty.
    async fn site(
        &self,
        organization: Organization,
        mode: FederationMode,
        staff: &[(&str, &[Role])],
    ) -> Result<DemoSite, Failure> {
        let app = self.app(&organization, mode, staff).await?;
        let federation = Federation::start(app).await?;
        Ok(DemoSite { organization, federation })
    }

    async fn app(
        &self,
        organization: &Organization,
        mode: FederationMode,
        staff: &[(&str, &[Role])],
    ) -> Result<App, Failure> {
        let host = format!("{}.localhost:{}", organization.handle, self.port);
        let mut config = self.config.clone();
        config.media.directory = self.directory.join(&organization.handle).join("media");
        config.database.url = DatabaseUrl::Sqlite(database(self.directory, organization));
        config.site.host = Some(host.clone());
        config.unsafe_.plain_http = true;
        config.unsafe_.ports = true;
        config.unsafe_.private_addresses = "127.0.0.0/8".parse().into_iter().collect();
        let db = context::database_by(&config, self.clock.clone()).await?;
        if let Some(site) = context::site(&db).await? {
            let config = context::fit(config, &site.origin)?;
            return Ok(App::new(config, db, site)?);
        }
        let mut languages = vec![organization.language.to_owned()];
        languages.extend((organization.language != "en").then(|| "en".to_owned()));
        let request = SetUp {
            origin: format!("http://{host}"),
            name: organization.name.clone(),
            handle: organization.handle.clone(),
            description: organization.about.clone(),
            languages,
            federation_mode: mode,
            contact: "This is demonstration data.".to_owned(),
            admin: format!("admin_{}", organization.handle),
        };
        let keys = SetUpKeys::generate()?;
        let (site, _) = db.write(|tx| set_up(tx, &request, self.password, &keys)).await?;
        db.set_site(site.clone());
        let app = App::new(config, db, site)?;
        self.people(&app, organization, staff).await?;
        Ok(app)
    }

    async fn people(
        &self,
        app: &App,
        organization: &Organization,
        staff: &[(&str, &[Role])],
    ) -> Result<(), Failure> {
        for (role, roles) in staff {
            let pairs = KeyPairs::generate()?;
            let name = format!("{role}_{}", organization.handle);
            let display_name = format!("A {role} of {}", organization.name);
            let (display_name, roles) = (display_name.as_str(), Roles::of(roles));
            let new = NewUser { name: &name, display_name, password: self.password, roles };
            app.db.write(|tx| users::create(tx, None, &new, &pairs)).await?;
        }
        Ok(())
    }
}
