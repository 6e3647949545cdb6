//! HTTP signatures: who sent a request, and that nobody changed it on the way.
//!
//! [`check`] does everything that needs no key: it reads the headers, insists on a fixed minimum of
//! covered components, on a signature made for us, now, and over exactly this body. What remains
//! is a [`Claim`]: a key id and the texts which that key must have signed. No function here talks
//! to the network.

mod cavage;
mod digest;
mod rfc9421;

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, DATE, HOST};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use crate::clock::Timestamp;
use crate::domain::host::SignatureScheme;
use crate::domain::keys::{Algorithm, KeyError, SigningKey, VerifyingKey};
use crate::domain::uri::Uri;

/// Headers of which a second one would let two readers see different requests.
const SINGLE: [&str; 6] = ["signature", "signature-input", "digest", "content-digest", "date", "host"];

/// The longest header that is parsed.
const MAX_HEADER: usize = 8 * 1024;

/// How old a signature may be, and how far ahead of our clock (`FEDERATION.md`, "What we accept").
const MAX_AGE: i64 = 65 * 60;
const MAX_AHEAD: i64 = 60 * 60;

/// Why a request does not count as signed: one line for the answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature at all.
    #[error("the request is not signed")]
    Missing,
    /// A header stands twice.
    #[error("the header `{0}` stands more than once")]
    Repeated(&'static str),
    /// A header cannot be read.
    #[error("the header `{0}` cannot be read")]
    Malformed(&'static str),
    /// A component that must be covered is not.
    #[error("the signature must cover {0}")]
    Uncovered(&'static str),
    /// A covered component is not in the request, or we cannot rebuild it.
    #[error("the signature covers `{0}`, which this request does not have")]
    Absent(String),
    /// The label names an algorithm that we do not accept.
    #[error("the signature's algorithm is not acceptable: use RSA with SHA-256 or Ed25519")]
    Algorithm,
    /// The label contradicts the key.
    #[error("the signature's algorithm is not the one of its key")]
    OtherAlgorithm,
    /// The key is not named by a URL.
    #[error("the key id must be an http(s) URL")]
    KeyId,
    /// Too old, from the future, or without a readable time.
    #[error("the signature's time is missing, too old or in the future")]
    Time,
    /// Its `expires` is over.
    #[error("the signature has expired")]
    Expired,
    /// The request is meant for somebody else.
    #[error("the request was not made for a host of this server")]
    Host,
    /// The body is not the one that was signed.
    #[error("the digest does not match the body")]
    Digest,
    /// The key did not sign this.
    #[error("the signature does not fit the key")]
    Mismatch,
    /// We could not sign.
    #[error("the request cannot be signed")]
    Unsignable,
}

impl From<KeyError> for SignatureError {
    fn from(_: KeyError) -> Self {
        Self::Mismatch
    }
}

/// A received request without its body.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a Method,
    /// The target as it stood in the request: below a nested router, the original one.
    pub target: &'a http::Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// Our own origins: `https://plenum.example`, or `http://north.localhost:8081`.
    pub origins: &'a [String],
}

/// For which of our hosts the request is.
#[derive(Clone, Copy, Debug)]
struct Host<'a> {
    /// As the sender wrote it.
    named: &'a str,
    /// Our origin with this host.
    origin: &'a str,
}

impl<'a> RequestHead<'a> {
    /// `X-Forwarded-Host` and its kin are never asked.
    fn host(&self) -> Result<Host<'a>, SignatureError> {
        let header = self.headers.get(HOST).map(HeaderValue::to_str).transpose();
        let header = header.map_err(|_| SignatureError::Malformed("host"))?;
        let authority = self.target.authority().map(http::uri::Authority::as_str);
        let named = match (header, authority) {
            (Some(header), Some(authority)) if !header.eq_ignore_ascii_case(authority) => None,
            (header, authority) => header.or(authority),
        };
        let named = named.ok_or(SignatureError::Host)?;
        let origin = self.origins.iter().find(|origin| is_host_of(origin, named));
        Ok(Host { named, origin: origin.ok_or(SignatureError::Host)? })
    }

    fn path(&self) -> &'a str {
        self.target.path()
    }

    fn path_and_query(&self) -> &'a str {
        self.target.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }

    /// A body, or a method that comes with one, must be covered by a digest.
    fn needs_digest(&self, body: &[u8]) -> bool {
        !body.is_empty() || !matches!(*self.method, Method::GET | Method::HEAD)
    }

    /// The value of a covered header.
    fn field(&self, name: &str) -> Result<Cow<'a, str>, SignatureError> {
        let absent = || SignatureError::Absent(name.to_owned());
        let mut values = self.headers.get_all(name).iter().map(|value| value.to_str().map(str::trim));
        let first = values.next().ok_or_else(absent)?.map_err(|_| absent())?;
        let mut all = Cow::Borrowed(first);
        for value in values {
            let all = all.to_mut();
            all.push_str(", ");
            all.push_str(value.map_err(|_| absent())?);
        }
        Ok(all)
    }

    fn single(&self, name: &'static str) -> Result<&'a str, SignatureError> {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.filter(|value| value.len() <= MAX_HEADER).ok_or(SignatureError::Malformed(name))
    }
}

fn is_host_of(origin: &str, named: &str) -> bool {
    let (default_port, host) = match origin.split_once("://") {
        Some(("https", host)) => (":443", host),
        Some(("http", host)) => (":80", host),
        _ => return false,
    };
    named.strip_suffix(default_port).unwrap_or(named).eq_ignore_ascii_case(host)
}

/// A signature whose every condition holds but the last: that the named key made it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// How the request was signed.
    pub scheme: SignatureScheme,
    /// The key that is said to have signed.
    pub key_id: Uri,
    /// What the label promises about the key; most promise nothing.
    algorithm: Option<Algorithm>,
    signature: Vec<u8>,
    /// What may have been signed; more than one where peers differ.
    texts: Vec<String>,
}

impl Claim {
    /// Whether `key` made this signature. The key's kind decides how, the label may only agree.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), SignatureError> {
        if self.algorithm.is_some_and(|label| label != key.algorithm()) {
            return Err(SignatureError::OtherAlgorithm);
        }
        let fits = |text: &String| key.verify(text.as_bytes(), &self.signature).is_ok();
        if self.texts.iter().any(fits) { Ok(()) } else { Err(SignatureError::Mismatch) }
    }
}

/// Reads who claims to have signed this request; one claim that verifies is enough.
///
/// The body is the bytes as received, empty where there is none.
pub fn check(head: &RequestHead<'_>, body: &[u8], now: Timestamp) -> Result<Vec<Claim>, SignatureError> {
    let repeated = SINGLE.into_iter().find(|name| head.headers.get_all(*name).iter().nth(1).is_some());
    if let Some(name) = repeated {
        return Err(SignatureError::Repeated(name));
    }
    if head.headers.contains_key("signature-input") {
        return rfc9421::claims(head, head.host()?, body, now);
    }
    if head.headers.contains_key("signature") {
        return Ok(vec![cavage::claim(head, head.host()?, body, now)?]);
    }
    Err(SignatureError::Missing)
}

/// What a signature says of time.
#[derive(Clone, Copy, Debug, Default)]
struct Times<'a> {
    created: Option<i64>,
    expires: Option<i64>,
    /// The `Date` header, where it is covered.
    date: Option<&'a str>,
}

impl Times<'_> {
    fn check(&self, now: Timestamp) -> Result<(), SignatureError> {
        let now = now.seconds();
        let date = self.date.map(|date| parse_date(date).ok_or(SignatureError::Time)).transpose()?;
        let fresh = |at: &i64| (now - MAX_AGE..=now + MAX_AHEAD).contains(at);
        let times = [self.created, date];
        if times.iter().all(Option::is_none) || !times.iter().flatten().all(fresh) {
            return Err(SignatureError::Time);
        }
        if self.expires.is_some_and(|expires| expires <= now) {
            return Err(SignatureError::Expired);
        }
        Ok(())
    }
}

fn parse_date(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc2822(text).ok().map(|at| at.timestamp())
}

/// A request that is about to leave.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The method.
    pub method: &'a Method,
    /// Where to.
    pub url: &'a Url,
    /// The activity that is posted, byte for byte; `None` for a GET.
    pub body: Option<&'a [u8]>,
}

impl Outgoing<'_> {
    /// The `Host` header, or `:authority`, that the HTTP client will send.
    fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    fn path_and_query(&self) -> String {
        let path = self.url.path();
        self.url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }
}

/// Who signs requests, and with which key.
#[derive(Clone, Debug)]
pub struct Signer {
    /// The address under which others find the public half.
    pub key_id: Uri,
    /// The key.
    pub key: SigningKey,
}

/// The headers that make `request` a signed one. They hold for minutes: sign again for each try.
pub fn sign(
    scheme: SignatureScheme,
    request: Outgoing<'_>,
    signer: &Signer,
    now: Timestamp,
) -> Result<HeaderMap, SignatureError> {
    let mut headers = HeaderMap::new();
    let date = now.to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    headers.insert(DATE, header(date)?);
    if request.body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(crate::vocab::MEDIA_TYPE));
    }
    match scheme {
        SignatureScheme::Cavage => cavage::sign(&mut headers, request, signer)?,
        SignatureScheme::Rfc9421 => rfc9421::sign(&mut headers, request, signer, now)?,
    }
    Ok(headers)
}

fn header(value: String) -> Result<HeaderValue, SignatureError> {
    HeaderValue::try_from(value).map_err(|_| SignatureError::Unsignable)
}

fn signed(signer: &Signer, text: &str) -> Result<Vec<u8>, SignatureError> {
    signer.key.sign(text.as_bytes()).map_err(|_| SignatureError::Unsignable)
}

#[cfg(test)]
mod tests;
