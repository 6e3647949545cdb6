//! What every door shares: settings, the database and its clock. Cheap to clone.

pub mod differences;
pub mod mailer;
pub mod networks;
pub mod passwords;
pub mod storage;
pub mod streams;
pub mod tokens;
mod usage;

use std::sync::Arc;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::site::Site;
use crate::store::{Db, Error};
use differences::Differences;
use mailer::Mailer;
use networks::Networks;
use passwords::Passwords;
use storage::Storage;
use streams::Streams;
use tokens::Tokens;
use usage::Usage;

/// One running server. Two of them run in one process without knowing of each other.
#[derive(Clone)]
pub struct App {
    /// The settings it was started with.
    pub config: Arc<Config>,
    /// Its database.
    pub db: Db,
    /// Where it is and who speaks there.
    pub site: Arc<Site>,
    /// Its files.
    pub storage: Storage,
    /// The streams that apps hold open.
    pub streams: Streams,
    /// The networks that are kept out.
    pub networks: Networks,
    /// Tokens that some messages to apps name.
    pub tokens: Tokens,
    /// Where passwords are compared.
    pub passwords: Arc<Passwords>,
    /// Where versions of texts are compared.
    pub differences: Arc<Differences>,
    /// By whom letters are sent; `None` where no mail server is named.
    pub mailer: Option<Arc<Mailer>>,
    usage: Usage,
}

impl App {
    /// Puts a server together; makes the directory of its files where it is missing.
    pub fn new(config: Config, db: Db, site: Site) -> Result<Self, Error> {
        let storage = Storage::open(&config.media)?;
        let streams = Streams::new(config.http.streams, config.http.connections / 2);
        let mailer = Mailer::of(&config.mail, &site.host)?.map(Arc::new);
        Ok(Self {
            config: Arc::new(config),
            db,
            site: Arc::new(site),
            storage,
            streams,
            networks: Networks::default(),
            tokens: Tokens::default(),
            passwords: Arc::default(),
            differences: Arc::default(),
            mailer,
            usage: Usage::default(),
        })
    }

    /// The time by this server's clock.
    pub fn clock(&self) -> &Clock {
        self.db.clock()
    }
}

/// Resolves once `stop` is true or its sender is gone.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
