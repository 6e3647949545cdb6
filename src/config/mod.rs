//! The settings: one TOML file and the environment, every mistake reported at once.
//!
//! Later wins: defaults, then the file, then variables named `PLENUM_<SECTION>_<FIELD>` (and
//! `DATABASE_URL`). Each section is one file here; `config/plenum.toml` shows them all.

mod database;
mod federation;
mod http;
mod limits;
mod log;
mod mail;
mod media;
mod problem;
mod setting;
mod site;
mod sources;
mod unsafe_;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use database::{Database, DatabaseUrl};
pub use federation::Federation;
pub use http::Http;
pub use limits::Limits;
pub use log::{Log, LogFilter};
pub use mail::{Mail, MailServer, Sealing};
pub use media::{Media, Secret};
pub use problem::{Origin, Problem, Problems};
pub use site::{Site, is_public_host, parse_host};
use sources::Sources;
pub use unsafe_::Unsafe;

/// The settings file that is read when it exists and no other is named.
pub const DEFAULT_FILE: &str = "plenum.toml";

/// All settings of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `[site]`
    pub site: Site,
    /// `[http]`
    pub http: Http,
    /// `[database]`
    pub database: Database,
    /// `[federation]`
    pub federation: Federation,
    /// `[limits]`
    pub limits: Limits,
    /// `[media]`
    pub media: Media,
    /// `[mail]`
    pub mail: Mail,
    /// `[log]`
    pub log: Log,
    /// `[unsafe]`
    pub unsafe_: Unsafe,
}

/// The variables of this process; what is not UTF-8 is replaced, so that it is complained about.
#[expect(clippy::disallowed_methods, reason = "settings are the one place that reads the environment")]
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

impl Config {
    /// Reads the file and the environment `env`; all mistakes come back together.
    ///
    /// The file is `path`, else the one `PLENUM_CONFIG` names, else [`DEFAULT_FILE`] if it exists.
    pub fn load(path: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Self, Problems> {
        let mut sources = Sources::default();
        let mut variables: Vec<(String, String)> = env.collect();
        let named = take(&mut variables, "PLENUM_CONFIG").filter(|name| !name.is_empty());
        let database = take(&mut variables, "DATABASE_URL").filter(|url| !url.is_empty());
        let origin = path.is_none().then(|| Origin::Environment("PLENUM_CONFIG".to_owned()));
        let path = path.map(PathBuf::from).or_else(|| named.map(PathBuf::from));
        add_file(&mut sources, path, origin);
        for (name, value) in variables {
            sources.add_variable(&name, value);
        }
        if let Some(url) = database {
            sources.add_database_url(url);
        }
        let config = Self::read(&mut sources);
        let problems = sources.finish();
        if problems.is_empty() { Ok(config) } else { Err(Problems(problems)) }
    }

    /// Every setting as `section.field`, in the order of the sections.
    pub fn keys() -> Vec<String> {
        let mut sources = Sources::default();
        Self::read(&mut sources);
        sources.known().to_vec()
    }

    fn read(sources: &mut Sources) -> Self {
        let mut config = Self {
            site: Site::read(sources.section("site")),
            http: Http::read(sources.section("http")),
            database: Database::read(sources.section("database")),
            federation: Federation::read(sources.section("federation")),
            limits: Limits::read(sources.section("limits")),
            media: Media::read(sources.section("media")),
            mail: Mail::read(sources.section("mail")),
            log: Log::read(sources.section("log")),
            unsafe_: Unsafe::read(sources.section("unsafe")),
        };
        config.agree(sources);
        config
    }

    /// What single settings cannot show: whether they fit together.
    fn agree(&mut self, sources: &mut Sources) {
        if let Some(host) = self.site.host.take() {
            match self.checked_host(&host) {
                Ok(host) => self.site.host = Some(host),
                Err(problem) => sources.complain(&problem.key, sources.origin(&problem.key), problem.why),
            }
        }
        if self.database.tls_ca.is_some() && matches!(self.database.url, DatabaseUrl::Sqlite(_)) {
            let why = "is for PostgreSQL, but database.url names a SQLite file; remove one of the two";
            sources.complain("database.tls_ca", sources.origin("database.tls_ca"), why.to_owned());
        }
        let key = self.media.s3_key.is_some() && self.media.s3_secret.is_some();
        if self.media.s3_bucket.is_some() && !key {
            let why = "needs media.s3_key and media.s3_secret beside it";
            sources.complain("media.s3_bucket", sources.origin("media.s3_bucket"), why.to_owned());
        }
        let (server, from) = (self.mail.server.is_some(), self.mail.from.is_some());
        if server != from {
            let (key, other) =
                if server { ("mail.server", "mail.from") } else { ("mail.from", "mail.server") };
            sources.complain(key, sources.origin(key), format!("needs {other} beside it"));
        }
        if self.federation.deliveries_per_host > self.federation.deliveries {
            let (key, all) = ("federation.deliveries_per_host", self.federation.deliveries);
            let why = format!("is more than federation.deliveries ({all}) allows for all hosts together");
            sources.complain(key, sources.origin(key), why);
        }
    }

    /// Whether this server may call itself `host`: a host name, a port only with `unsafe.ports`, and
    /// a public name only while nothing in `[unsafe]` is on.
    pub fn check_host(&self, host: &str) -> Result<(), Problem> {
        self.checked_host(host).map(|_| ())
    }

    /// [`Self::check_host`], and the form in which the name is stored.
    pub fn checked_host(&self, host: &str) -> Result<String, Problem> {
        let refused = |why: String| Problem::new("site.host", Origin::Given, why);
        let (name, port) = parse_host(host).map_err(refused)?;
        if port.is_some() && !self.unsafe_.ports {
            let why = format!(
                "`{host}` carries a port: write only the name, and let a reverse proxy serve it on the \
                 usual port (or set unsafe.ports to try things out on one machine)"
            );
            return Err(refused(why));
        }
        let switches = self.unsafe_.switched_on();
        if is_public_host(&name) && !switches.is_empty() {
            let why = format!(
                "`{name}` is a public name, but {} is on, which is only for trying things out on one \
                 machine; remove it or use a name such as `north.localhost`",
                switches.join(", ")
            );
            return Err(refused(why));
        }
        Ok(port.map_or(name.clone(), |port| format!("{name}:{port}")))
    }

    /// What must be said at every start: each unsafe switch that is on.
    pub fn warnings(&self) -> Vec<String> {
        self.unsafe_.warnings()
    }

    /// `https`, or `http` where `unsafe.plain_http` says so.
    pub const fn scheme(&self) -> &'static str {
        if self.unsafe_.plain_http { "http" } else { "https" }
    }
}

/// Adds the settings file. One that was named must exist; the default one need not.
fn add_file(sources: &mut Sources, path: Option<PathBuf>, origin: Option<Origin>) {
    let optional = path.is_none();
    let path = path.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    match std::fs::read_to_string(&path) {
        Ok(text) => sources.add_file(&path, &text),
        Err(error) if optional && error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            let why = format!("cannot read the settings file {}: {error}", path.display());
            let origin = if optional { None } else { origin };
            sources.complain("", origin.unwrap_or(Origin::File { path, line: 0 }), why);
        }
    }
}

fn take(variables: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let place = variables.iter().position(|(other, _)| other == name)?;
    Some(variables.swap_remove(place).1)
}
