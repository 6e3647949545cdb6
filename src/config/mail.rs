//! `[mail]`: by whom letters are sent, if any are.

use std::fmt;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
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
pub struct MailServer(String);

impl MailServer {
    /// Reads `smtps://…` or `smtp://…`; the error says what is accepted and repeats no secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let accepted = "expected `smtps://user:password@host:465` or `smtp://user:password@host:587?tls=required`";
        let url = Url::parse(text.trim()).map_err(|_| accepted.to_owned())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(accepted)?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, how)| how.into_owned());
        let sealed = match (url.scheme(), tls.as_deref()) {
            ("smtps", _) | ("smtp", Some("required")) => true,
            ("smtp", None | Some("opportunistic")) => false,
            _ => return Err(accepted.to_owned()),
        };
        // Whoever listens on the way would choose the next password.
        if !sealed && is_public_host(host) {
            return Err(format!("letters to {host} could be read on their way: write `?tls=required` behind it"));
        }
        let usable = AsyncSmtpTransport::<Tokio1Executor>::from_url(text.trim());
        usable.map(|_| Self(text.trim().to_owned())).map_err(|_| accepted.to_owned())
    }

    /// The whole address, password included: not for logs.
    pub fn reveal(&self) -> &str {
        &self.0
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
        let rest = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        let rest = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        out.write_str(rest.split(['/', '?']).next().unwrap_or_default())
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
