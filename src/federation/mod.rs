//! The network: fetch, verify, receive, deliver, resolve.
//!
//! The ActivityPub library gives the types and the policy; bytes, keys, queues and time are ours
//! (`ARCHITECTURE.md`, "Where things are decided").

pub mod activities;
pub mod backfill;
mod cache;
pub mod cards;
pub mod catalogue;
mod commit;
pub mod copies;
pub mod counts;
mod deletions;
pub mod delivery;
pub mod egress;
mod error;
pub mod exchange;
pub mod fetch;
mod gate;
pub mod history;
pub mod host_lists;
pub mod inbox;
mod intake;
mod keys;
pub mod links;
pub mod lookup;
pub mod media;
pub mod objects;
pub mod pins;
pub mod polls;
pub mod push;
pub mod quotes;
pub mod resolve;
pub mod signature;
pub mod successions;
pub mod transfer;
pub mod webfinger;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use activitypub_federation::config::{FederationConfig, UrlVerifier};
use activitypub_federation::error::Error as LibraryError;
use async_trait::async_trait;
use url::Url;

use self::cache::{Bounded, Flights, Quota};
use self::commit::Committer;
use self::egress::{Egress, EgressPolicy};
pub use self::error::{FetchError, InboxError};
use self::fetch::Failure;
use self::gate::Gate;
use self::keys::KnownKey;
pub use self::keys::signed_by;
use self::signature::Signer;
use crate::app::App;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;
use crate::store::{self, Error};

/// Files of other servers that are fetched at the same time; each is in memory as a whole.
const DOWNLOADS: usize = 4;

/// What everything that talks to other servers shares. Cheap to clone.
#[derive(Clone)]
pub struct Federation {
    /// What every door shares.
    pub app: App,
    /// The one way out.
    pub egress: Egress,
    state: Arc<State>,
}

/// What one running server remembers of the others in memory: a restart loses nothing but time.
struct State {
    /// The instance actor signs what we fetch.
    signer: Signer,
    /// Our accounts' keys, parsed.
    signers: Bounded<Id<Account>, Signer>,
    keys: Bounded<Uri, Arc<KnownKey>>,
    /// Keys that were refetched a short while ago because a signature did not fit.
    refetched: Bounded<Uri, ()>,
    /// Addresses that brought nothing, so that nobody makes us ask again and again.
    failures: Bounded<Uri, Failure>,
    /// Polls elsewhere that were asked for a moment ago.
    polls: Bounded<Uri, ()>,
    flights: Flights,
    fetches: Quota,
    arrivals: Quota,
    /// Files that are held in memory at the same time.
    downloads: tokio::sync::Semaphore,
    /// Bytes of copies of files that came since all of them were counted.
    uncounted: AtomicI64,
    committer: Committer,
    gate: Gate,
    /// Held while due items are applied, so that they are applied in their order.
    applying: tokio::sync::Mutex<()>,
}

impl Federation {
    /// Sets up the traffic with other servers.
    pub async fn start(app: App) -> Result<FederationConfig<Self>, Error> {
        let instance = app.site.instance;
        let signing = app.db.read(|conn| store::keys::signing(conn, instance, Algorithm::Rsa)).await?;
        let policy = EgressPolicy::of(&app.config, &app.site.origin);
        let egress = Egress::new(policy).map_err(|error| Error::broken(error.to_string()))?;
        let state = State {
            signer: Signer { key_id: signing.uri, key: signing.key },
            signers: Bounded::new(1_000),
            keys: Bounded::new(10_000),
            refetched: Bounded::new(10_000),
            failures: Bounded::new(10_000),
            polls: Bounded::new(10_000),
            flights: Flights::default(),
            fetches: Quota::new(10_000, 300),
            arrivals: Quota::new(10_000, 300),
            downloads: tokio::sync::Semaphore::new(DOWNLOADS),
            uncounted: AtomicI64::new(0),
            committer: Committer::default(),
            gate: Gate::default(),
            applying: tokio::sync::Mutex::default(),
        };
        let domain = app.site.host.clone();
        let client = reqwest_middleware::ClientBuilder::new(egress.client()).build();
        let federation = Self { app, egress, state: Arc::new(state) };
        FederationConfig::builder()
            .domain(domain)
            .app_data(federation)
            .client(client)
            .url_verifier(Box::new(Closed))
            .build()
            .await
            .map_err(|error| Error::broken(error.to_string()))
    }

    /// The time by this server's clock.
    fn now(&self) -> Timestamp {
        self.app.clock().now()
    }

    /// Whether an address belongs to us.
    fn is_ours(&self, uri: &Uri) -> bool {
        uri.origin() == self.app.site.origin
    }
}

/// The library's own fetching and sending stays closed: everything goes through [`egress`].
#[derive(Clone)]
struct Closed;

#[async_trait]
impl UrlVerifier for Closed {
    async fn verify(&self, _: &Url) -> Result<(), LibraryError> {
        Err(LibraryError::UrlVerificationError("requests go out through `federation::egress` only"))
    }
}
