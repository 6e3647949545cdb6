//! `[mail]`: by whom letters are sent, if any are.

use std::fmt;

use lettre::message::Mailbox;
use url::Url;

use super::setting::{Raw, Setting};
use super::site::is_public_host;
use super::sources::Section;

/// What letters need. Without a server none are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// The admin's own server; default: none.
    pub server: Option<MailServer>,
    /// From whom the letters come; default: none.
    pub from: Option<Mailbox>,
}

impl Mail {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self { server: section.get("server", default.server), from: section.get("from", default.from) }
    }
}

/// A server that takes letters. Neither `Debug` nor `Display` show a password.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    address: Url,
    /// How letters are kept from whoever listens on the way.
    pub sealing: Sealing,
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Before the first word (`smtps://`).
    AtOnce,
    /// After it was asked for, and nothing is said before (`smtp://…?tls=required`).
    Asked,
    /// Never: within this machine or a private network.
    None,
}

impl MailServer {
    /// Reads `smtps://…` or `smtp://…`; the error says what is accepted and repeats no secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let accepted =
            "expected `smtps://user:password@host:465` or `smtp://user:password@host:587?tls=required`";
        let mut address = Url::parse(text.trim()).map_err(|_| accepted.to_owned())?;
        let host = address.host_str().filter(|host| !host.is_empty()).ok_or(accepted)?.to_owned();
        let (sealing, port) = match (address.scheme(), address.query()) {
            ("smtps", None) => (Sealing::AtOnce, 465),
            ("smtp", Some("tls=required")) => (Sealing::Asked, 587),
            ("smtp", None) => (Sealing::None, 25),
            _ => return Err(accepted.to_owned()),
        };
        // Whoever listens on the way would choose the next password.
        if sealing == Sealing::None && is_public_host(&host) {
            return Err(format!(
                "letters to {host} could be read on their way: write `?tls=required` behind it"
            ));
        }
        address.set_query(None);
        let port = address.port().unwrap_or(port);
        let kept = address.set_port(Some(port)).and_then(|()| address.set_scheme("smtp"));
        kept.map_err(|()| accepted.to_owned())?;
        Ok(Self { address, sealing })
    }

    /// The host.
    pub fn host(&self) -> &str {
        self.address.host_str().unwrap_or_default()
    }

    /// User, password, host and port as an address, whatever the sealing: not for logs.
    pub fn reveal(&self) -> &str {
        self.address.as_str()
    }
}

impl Setting for MailServer {
    fn read(raw: &Raw) -> Result<Self, String> {
        Self::parse(&String::read(raw)?)
    }
}

impl Setting for Mailbox {
    fn read(raw: &Raw) -> Result<Self, String> {
        let expected = "expected an address such as `Discussion <discussion@example.org>`";
        String::read(raw)?.parse().map_err(|_| expected.to_owned())
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.host(), self.address.port().unwrap_or_default())
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
