//! Fetching documents of other servers: guarded, counted, and remembered where it failed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::Method;

use super::egress::{Document, EgressError, Fetched, Hops, Limits};
use super::signature::{self, Outgoing};
use super::{Federation, FetchError};
use crate::domain::host::{HostStanding, SignatureScheme, below};
use crate::domain::site::FederationMode;
use crate::domain::uri::Uri;
use crate::media::{Format, Kind, picture, sniff};
use crate::store::{Conn, Error, host_health, hosts, settings};

/// How much is fetched in five minutes, by what it is.
struct Bound {
    /// What it is counted as, before the name.
    what: &'static str,
    /// From one host.
    host: u32,
    /// From all hosts below one name: for servers that invent names below their own.
    name: u32,
}

/// Honest servers stay far below; a server that names thousands of things on another makes us ask it this often
/// and no more, whether it names them or leads us there.
const DOCUMENTS: Bound = Bound { what: "", host: 300, name: 3000 };
/// Pages show many files.
const FILES: Bound = Bound { what: "file ", host: 1500, name: 5000 };
/// What we ask for where a list is.
const LISTS: &str = "text/csv, text/plain, */*;q=0.5";
/// How long a file may take.
const FILE_TIME: Duration = Duration::from_secs(25);
/// What we ask for where a picture or recording should be.
const ANY_FILE: &str = "image/*, video/*, audio/*";
/// How long a failure is remembered, in seconds.
const TEMPORARY: i64 = 60;
const PERMANENT: i64 = 600;

/// How much may be fetched for one reason: an incoming activity, a person's question.
#[derive(Debug)]
pub struct Budget {
    left: AtomicUsize,
}

impl Budget {
    /// This many requests.
    pub const fn new(requests: usize) -> Self {
        Self { left: AtomicUsize::new(requests) }
    }

    /// What one incoming activity may cost.
    pub fn of_activity(data: &Federation) -> Self {
        Self::new(data.app.config.federation.fetches_per_activity)
    }

    /// How many requests are left.
    pub fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    fn take(&self) -> Result<(), FetchError> {
        let one_less = |left: usize| left.checked_sub(1);
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        taken.map(drop).map_err(|_| FetchError::Exhausted)
    }
}

/// How a fetch failed, as far as it is remembered.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    Gone,
    NotFound,
    Refused(String),
    Temporary(String),
    Led(Uri, String),
}

impl From<Failure> for FetchError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Gone => Self::Gone,
            Failure::NotFound => Self::NotFound,
            Failure::Refused(why) => Self::Refused(why),
            Failure::Temporary(why) => Self::Temporary(why),
            Failure::Led(to, why) => Self::Led { to, why },
        }
    }
}

/// The ActivityStreams document at `uri`, signed for by the instance actor.
///
/// What comes back names the address it came from; it may be another one than `uri`, also on
/// another server, where that was where a redirect led.
pub async fn document(data: &Federation, uri: &Uri, budget: &Budget) -> Result<Document, FetchError> {
    let was_dark = admit(data, uri, budget).await?;
    let now = data.now();
    let sign = |url: &url::Url| {
        let outgoing = Outgoing { method: &Method::GET, url, body: None };
        signature::sign(SignatureScheme::Cavage, outgoing, &data.state.signer, now)
    };
    let hops = Along { data, bound: &DOCUMENTS };
    let result = data.egress.past(&hops).get_activity(uri.as_str(), Some(&sign), limits(data)).await;
    learn(data, uri, was_dark, result.as_ref().err()).await?;
    let document = remember(data, uri, result)?;
    if data.is_ours(&document.uri) {
        return Err(FetchError::Refused("the address leads back to us".to_owned()));
    }
    Ok(document)
}

/// Any other document at `url`: WebFinger, NodeInfo.
pub async fn plain(
    data: &Federation,
    url: &Uri,
    accept: &str,
    budget: &Budget,
) -> Result<Fetched, FetchError> {
    let was_dark = admit(data, url, budget).await?;
    let hops = Along { data, bound: &DOCUMENTS };
    let result = data.egress.past(&hops).get(url.as_str(), accept, None, limits(data)).await;
    learn(data, url, was_dark, result.as_ref().err()).await?;
    remember(data, url, result)
}

/// The picture or recording at `url`, and what its bytes are. It belongs to `owner`, whose server
/// may keep its files elsewhere.
pub async fn file(data: &Federation, owner: &Uri, url: &Uri) -> Result<(Format, Vec<u8>), FetchError> {
    admit_file(data, owner, url).await?;
    let bounds = data.app.storage.bounds();
    let bytes = bounds.image_bytes.max(bounds.recording_bytes);
    let hops = Along { data, bound: &FILES };
    let limits = Limits { bytes, time: FILE_TIME };
    let fetched = data.egress.past(&hops).get(url.as_str(), ANY_FILE, None, limits).await;
    let checked = fetched.and_then(|fetched| {
        let format =
            sniff::format(&fetched.body).filter(|format| fetched.body.len() <= bounds.bytes(*format));
        let size = format.and_then(|format| picture::size(&fetched.body, format));
        let (width, height) = size.unwrap_or_default();
        let small = u64::from(width).saturating_mul(u64::from(height)) <= bounds.pixels;
        let format = format.filter(|format| small && (size.is_some() || format.kind() != Kind::Image));
        let why = || EgressError::Unacceptable("no picture or recording that we show".to_owned());
        format.map(|format| (format, fetched.body)).ok_or_else(why)
    });
    remember(data, url, checked)
}

/// A list of rules about servers: long, and without any signature of ours.
pub async fn list(data: &Federation, url: &Uri) -> Result<Fetched, FetchError> {
    admit(data, url, &Budget::new(1)).await?;
    let limits = Limits { bytes: data.app.config.limits.import_bytes, time: FILE_TIME };
    let hops = Along { data, bound: &DOCUMENTS };
    let result = data.egress.past(&hops).get(url.as_str(), LISTS, None, limits).await;
    remember(data, url, result)
}

/// Whether a file may be had at all, be it from there or from our copy: its owner's server has to
/// be welcome, and the server that keeps it not shut out.
pub async fn admit_owner(data: &Federation, owner: &Uri, url: &Uri) -> Result<(), FetchError> {
    if data.is_ours(url) {
        return Err(FetchError::Refused("this address belongs to us".to_owned()));
    }
    let (owner, keeper) = (owner.host().to_owned(), url.host().to_owned());
    data.app
        .db
        .read(|conn| {
            let shut_out = hosts::standing_of(conn, &keeper)? == HostStanding::Suspended;
            let home = hosts::by_name(conn, &owner)?;
            if home.is_some_and(|host| host.reject_media) {
                return Ok(Err(FetchError::Blocked(format!("files of {owner} are rejected here"))));
            }
            let blocked = || FetchError::Blocked(format!("{keeper} is suspended here"));
            Ok(admits(conn, &owner).and(if shut_out { Err(blocked()) } else { Ok(()) }))
        })
        .await?
}

async fn admit_file(data: &Federation, owner: &Uri, url: &Uri) -> Result<(), FetchError> {
    admit_owner(data, owner, url).await?;
    let now = data.now();
    if let Some(failure) = data.state.failures.get(url, now) {
        return Err(failure.into());
    }
    spend(data, url.host(), &FILES)
}

/// Counts one more request to a host, where it may be asked one more.
fn spend(data: &Federation, host: &str, bound: &Bound) -> Result<(), FetchError> {
    let now = data.now();
    let name = below(host);
    let free = data.state.fetches.take(&format!("{}{host}", bound.what), bound.host, now)
        && (name == host || data.state.fetches.take(&format!("{}*.{name}", bound.what), bound.name, now));
    if free {
        return Ok(());
    }
    Err(FetchError::Spared(format!("{host} was asked as often as we ask one server within a few minutes")))
}

/// The way of one fetch: every host that it is led to is looked at like the first one.
struct Along<'a> {
    data: &'a Federation,
    bound: &'static Bound,
}

#[async_trait]
impl Hops for Along<'_> {
    async fn may_ask(&self, host: &str) -> Result<(), EgressError> {
        let checked = self.data.app.db.read(|conn| {
            if self.bound.what == DOCUMENTS.what {
                return Ok(admits(conn, host));
            }
            // Files may be kept by anybody who is not shut out.
            let shut_out = hosts::standing_of(conn, host)? == HostStanding::Suspended;
            let blocked = || FetchError::Blocked(format!("{host} is suspended here"));
            Ok(if shut_out { Err(blocked()) } else { Ok(()) })
        });
        let checked = checked.await.map_err(FetchError::from).and_then(|checked| checked);
        match checked.and_then(|()| spend(self.data, host, self.bound)) {
            Ok(()) => Ok(()),
            Err(FetchError::Spared(why)) => Err(EgressError::Spared(why)),
            Err(FetchError::Fault(fault)) => {
                tracing::error!(%fault, "it cannot be looked up whether a host may be asked");
                Err(EgressError::Spared("something broke on our side".to_owned()))
            }
            Err(other) => Err(EgressError::Blocked(other.to_string())),
        }
    }
}

fn limits(data: &Federation) -> Limits {
    let config = &data.app.config.federation;
    Limits { bytes: config.document_bytes, time: Duration::from_secs(config.request_seconds) }
}

/// Whether we ask at all. Everything is decided before a name is resolved. Returns whether the server did not
/// answer when it was asked last.
async fn admit(data: &Federation, uri: &Uri, budget: &Budget) -> Result<bool, FetchError> {
    if data.is_ours(uri) {
        return Err(FetchError::Refused("this address belongs to us".to_owned()));
    }
    let now = data.now();
    if let Some(failure) = data.state.failures.get(uri, now) {
        return Err(failure.into());
    }
    let host = uri.host().to_owned();
    let (admitted, dark) =
        data.app.db.read(|conn| Ok((admits(conn, &host), hosts::dark_since(conn, &host)?))).await?;
    admitted?;
    budget.take()?;
    spend(data, &host, &DOCUMENTS)?;
    Ok(dark.is_some())
}

/// Writes down when a server ceases to answer and when it answers again: whoever sends nothing to it knows
/// from nothing else that the copies here cannot be compared with their origin. One that leads elsewhere has
/// answered: the one to which it leads did not.
async fn learn(
    data: &Federation,
    uri: &Uri,
    was_dark: bool,
    error: Option<&EgressError>,
) -> Result<(), FetchError> {
    let elsewhere = |led: &&Uri| led.host() != uri.host() && !data.is_ours(led);
    let led_to = error.and_then(EgressError::led_to).filter(elsewhere);
    let is_dark = error.is_some_and(EgressError::is_dark);
    let own_dark = is_dark && led_to.is_none();
    let led_to = led_to.filter(|_| is_dark);
    if own_dark == was_dark && led_to.is_none() {
        return Ok(());
    }
    let written = data.app.db.write(|tx| {
        match (own_dark, was_dark) {
            (true, false) => host_health::went_dark(tx, uri.host())?,
            (false, true) => host_health::lit(tx, uri.host())?,
            (true, true) | (false, false) => {}
        }
        led_to.map_or(Ok(()), |led| host_health::went_dark(tx, led.host()))
    });
    written.await.map_err(FetchError::from)
}

/// Whether we talk to a host.
pub fn admits(conn: &mut Conn, host: &str) -> Result<(), FetchError> {
    let standing = hosts::standing_of(conn, host).map_err(Error::from)?;
    let blocked = |why: &str| Err(FetchError::Blocked(format!("{host} {why}")));
    match standing {
        HostStanding::Suspended => blocked("is suspended here"),
        HostStanding::Approved => Ok(()),
        HostStanding::Unknown | HostStanding::Limited => {
            match settings::get(conn).map_err(Error::from)?.federation_mode {
                FederationMode::Allowlist => blocked("is not on this server's list"),
                FederationMode::Open | FederationMode::Quarantine => Ok(()),
            }
        }
    }
}

fn remember<T>(data: &Federation, uri: &Uri, result: Result<T, EgressError>) -> Result<T, FetchError> {
    let error = match result {
        Ok(found) => return Ok(found),
        Err(error) => FetchError::from(error),
    };
    let (failure, seconds) = match &error {
        FetchError::Gone => (Failure::Gone, PERMANENT),
        FetchError::NotFound => (Failure::NotFound, PERMANENT),
        FetchError::Refused(why) | FetchError::Blocked(why) => (Failure::Refused(why.clone()), PERMANENT),
        FetchError::Altered(why) => (Failure::Refused((*why).to_owned()), PERMANENT),
        FetchError::Temporary(why) => (Failure::Temporary(why.clone()), TEMPORARY),
        FetchError::Led { to, why } => (Failure::Led(to.clone(), why.clone()), TEMPORARY),
        FetchError::Spared(_) | FetchError::Exhausted | FetchError::Fault(_) => return Err(error),
    };
    let now = data.now();
    data.state.failures.put(uri.clone(), failure, now.plus_seconds(seconds), now);
    Err(error)
}

/// Forgets that an address failed: something says that it is worth another try.
pub(super) fn forget_failure(data: &Federation, uri: &Uri) {
    data.state.failures.remove(uri);
}
