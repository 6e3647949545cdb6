//! The one client for everything we ask of other servers.
//!
//! It connects only to addresses that were checked in the moment of connecting, uses no proxy,
//! keeps no cookies, unpacks nothing, and follows redirects itself, each under the same rules as
//! the first address. There is no other way out.

mod address;
mod document;
mod error;
mod policy;

use std::sync::Arc;
use std::time::Duration;

pub use address::is_global;
use async_trait::async_trait;
pub use document::{ACCEPT, Document, is_activity_json};
pub use error::EgressError;
use http::header::{ACCEPT as ACCEPT_HEADER, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue};
pub use policy::{EgressPolicy, same_origin};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use url::Url;

use super::signature::SignatureError;

/// Redirects after the first request.
const MAX_REDIRECTS: usize = 3;

/// How much of the answer to a delivery is read: enough for its one line of reason.
const MAX_ANSWER: usize = 4 * 1024;

/// How long we listen to that text.
const ANSWER: Duration = Duration::from_secs(2);

/// How long a connection may take to stand, within the deadline of its request.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a connection is kept for the next request to the same host.
const IDLE: Duration = Duration::from_secs(60);

/// Who is asked before a redirect is followed to another host: what keeps us from asking a host keeps us from
/// being led to it.
#[async_trait]
pub trait Hops: Send + Sync {
    /// Whether this host may be asked now.
    async fn may_ask(&self, host: &str) -> Result<(), EgressError>;
}

/// Signs a GET to this URL; called again for every redirect.
pub type Sign<'a> = &'a (dyn Fn(&Url) -> Result<HeaderMap, SignatureError> + Send + Sync);

/// How much one fetch may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body in bytes.
    pub bytes: usize,
    /// The longest time, name resolution and redirects included.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1024 * 1024, time: Duration::from_secs(10) }
    }
}

/// What a GET brought.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Where it came from, after redirects.
    pub final_url: Url,
    /// The `Content-Type` as sent; empty when there is none or more than one.
    pub media_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What another server said to a POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostOutcome {
    /// The status code; redirects are answers like any other.
    pub status: u16,
    /// When to come back, if it said so.
    pub retry_after: Option<Duration>,
    /// The start of the answer's text.
    pub answer: String,
}

/// The client. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Egress {
    client: Client,
    policy: Arc<EgressPolicy>,
}

impl Egress {
    /// Builds the client: certificates of this machine, if it has any, and Mozilla's compiled in.
    pub fn new(policy: EgressPolicy) -> Result<Self, EgressError> {
        let policy = Arc::new(policy);
        let broken = |error: reqwest::Error| EgressError::refused(format!("no HTTP client: {error}"));
        let roots: Result<Vec<Certificate>, _> =
            webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der)).collect();
        let client = Client::builder()
            .user_agent(&policy.user_agent)
            .dns_resolver(address::Resolver::new(Arc::clone(&policy)))
            .tls_certs_merge(roots.map_err(broken)?)
            .https_only(!policy.plain_http)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(8)
            .build()
            .map_err(broken)?;
        Ok(Self { client, policy })
    }

    /// The rules this client follows.
    pub fn policy(&self) -> &EgressPolicy {
        &self.policy
    }

    /// The bare client, for the library that insists on having one: it checks addresses, but only
    /// [`Egress::get`] and [`Egress::post`] keep every rule.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The same client, which asks before it is led to another host.
    pub fn past<'a>(&'a self, hops: &'a dyn Hops) -> Past<'a> {
        Past { egress: self, hops: Some(hops) }
    }

    /// Fetches a document: status 200 only, at most [`Limits::bytes`], up to three redirects.
    pub async fn get(
        &self,
        url: &str,
        accept: &str,
        sign: Option<Sign<'_>>,
        limits: Limits,
    ) -> Result<Fetched, EgressError> {
        Past { egress: self, hops: None }.get(url, accept, sign, limits).await
    }

    /// `url` is where the request stands, also when the time is over before an answer.
    async fn follow(
        &self,
        url: &mut Url,
        (accept, sign): (&str, Option<Sign<'_>>),
        hops: Option<&dyn Hops>,
        bytes: usize,
    ) -> Result<Fetched, EgressError> {
        let mut seen: Vec<Url> = Vec::new();
        loop {
            let response = self.ask(url, accept, sign).await?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return read(url.clone(), response, bytes).await;
            }
            let next = self.next(url, response.headers())?;
            seen.push(url.clone());
            if seen.len() > MAX_REDIRECTS {
                return Err(EgressError::refused(format!("more than {MAX_REDIRECTS} redirects")));
            }
            if seen.contains(&next) {
                return Err(EgressError::refused("a redirect leads back"));
            }
            if let Some(hops) = hops.filter(|_| !same_origin(url, &next)) {
                hops.may_ask(&policy::host(&next)).await?;
            }
            *url = next;
        }
    }

    async fn ask(&self, url: &Url, accept: &str, sign: Option<Sign<'_>>) -> Result<Response, EgressError> {
        let mut headers = match sign {
            Some(sign) => sign(url).map_err(|error| EgressError::refused(error.to_string()))?,
            None => HeaderMap::new(),
        };
        let accept = HeaderValue::from_str(accept).map_err(|_| EgressError::refused("an unusable Accept"))?;
        headers.insert(ACCEPT_HEADER, accept);
        Ok(self.client.get(url.clone()).headers(headers).send().await?)
    }

    /// Where a redirect leads, under the same rules as the first address.
    fn next(&self, from: &Url, headers: &HeaderMap) -> Result<Url, EgressError> {
        let location = single(headers, &LOCATION).ok_or_else(|| EgressError::bad("a redirect to nowhere"))?;
        policy::check_text(location)?;
        let mut next = from.join(location).map_err(|_| EgressError::bad("a redirect to nowhere"))?;
        next.set_fragment(None);
        if from.scheme() == "https" && next.scheme() != "https" {
            return Err(EgressError::refused("a redirect from https to http"));
        }
        if next.origin().ascii_serialization() == self.policy.own_origin {
            return Err(EgressError::refused("a redirect to ourselves"));
        }
        self.policy.check_url(next.as_str())
    }

    /// Posts to an inbox. An answer of any status is an outcome; only what kept us from getting
    /// one is an error.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
        deadline: Duration,
    ) -> Result<PostOutcome, EgressError> {
        let url = self.policy.check_url(url)?;
        let exchange = async { Ok(self.client.post(url).headers(headers).body(body).send().await?) };
        let response = within(deadline, exchange).await?;
        let status = response.status().as_u16();
        let retry_after = error::retry_after(response.headers());
        // The status has been said: a text that never ends does not take it back.
        let answer = tokio::time::timeout(ANSWER, start(response)).await.unwrap_or_default();
        Ok(PostOutcome { status, retry_after, answer })
    }
}

/// The client on a way along which hosts are looked at before they are asked.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    egress: &'a Egress,
    hops: Option<&'a dyn Hops>,
}

impl Past<'_> {
    /// Like [`Egress::get`].
    pub async fn get(
        &self,
        url: &str,
        accept: &str,
        sign: Option<Sign<'_>>,
        limits: Limits,
    ) -> Result<Fetched, EgressError> {
        let first = self.egress.policy.check_url(url)?;
        let mut url = first.clone();
        let followed = self.egress.follow(&mut url, (accept, sign), self.hops, limits.bytes);
        let found = within(limits.time, followed).await;
        found.map_err(|error| if url == first { error } else { error.at(&url) })
    }
}

async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, EgressError>>,
) -> Result<T, EgressError> {
    // On the heap: a request with its TLS state is large, and callers stack several of these.
    let work = Box::pin(work);
    tokio::time::timeout(time, work)
        .await
        .unwrap_or_else(|_| Err(EgressError::temporary("no answer in time")))
}

async fn read(final_url: Url, mut response: Response, limit: usize) -> Result<Fetched, EgressError> {
    if response.status().as_u16() != 200 {
        return Err(EgressError::of_status(response.status().as_u16(), response.headers()));
    }
    let headers = response.headers();
    let plain = headers.get_all(CONTENT_ENCODING).iter().all(|value| value == "identity");
    if !plain {
        return Err(EgressError::bad("the answer is compressed, which we did not ask for"));
    }
    let media_type = single(headers, &CONTENT_TYPE).unwrap_or_default().to_owned();
    let too_large = || EgressError::bad(format!("the document is larger than {limit} bytes"));
    if response
        .content_length()
        .is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit))
    {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { final_url, media_type, body })
}

/// The start of an answer on one line. What breaks after the status does not matter any more.
async fn start(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < MAX_ANSWER {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        bytes.extend(chunk.iter().take(MAX_ANSWER - bytes.len()));
    }
    let text = String::from_utf8_lossy(&bytes);
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The value of a header that stands exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().and_then(|value| value.to_str().ok());
    first.filter(|_| values.next().is_none())
}
