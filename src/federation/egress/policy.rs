//! Which URLs may be asked for at all, decided before any name is resolved.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use super::address::is_global;
use super::error::EgressError;
use crate::config::Config;

/// Longer addresses are no addresses; `Uri` draws the same line.
const MAX_URL: usize = 2000;

/// Endings of names that never belong to the public internet.
const LOCAL_ENDINGS: [&str; 4] = [".local", ".internal", ".home.arpa", ".lan"];

/// Endings of names for which we must not even ask the public name service.
const HIDDEN_ENDINGS: [&str; 2] = [".onion", ".i2p"];

/// The rules of the outgoing side. The defaults are those of a public server; everything else is
/// an `[unsafe]` setting.
#[derive(Clone, Debug, Default)]
pub struct EgressPolicy {
    /// How we call ourselves.
    pub user_agent: String,
    /// Whether `http` is acceptable, too.
    pub plain_http: bool,
    /// Whether a URL may name a port.
    pub ports: bool,
    /// Ranges that may be reached although they are not public.
    pub private_addresses: Vec<IpNet>,
    /// Our own address: no redirect may make us ask ourselves.
    pub own_origin: String,
}

impl EgressPolicy {
    /// The rules of a site, from its settings; `origin` is its own address.
    pub fn of(config: &Config, origin: &str) -> Self {
        let contact = config.federation.contact.as_ref().map(|contact| format!("; {contact}"));
        let version = env!("CARGO_PKG_VERSION");
        Self {
            user_agent: format!("Plenum/{version} (+{origin}{})", contact.unwrap_or_default()),
            plain_http: config.unsafe_.plain_http,
            ports: config.unsafe_.ports,
            private_addresses: config.unsafe_.private_addresses.clone(),
            own_origin: origin.to_owned(),
        }
    }

    /// Whether we may connect to this address.
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_global(address) || self.private_addresses.iter().any(|range| range.contains(&address))
    }

    /// Reads a URL that is about to be requested.
    pub fn check_url(&self, text: &str) -> Result<Url, EgressError> {
        let url = self.check_id(text)?;
        if url.fragment().is_some() {
            return Err(EgressError::refused("a URL with a fragment names no document"));
        }
        Ok(url)
    }

    /// Reads the address of a thing on another server, in its one canonical form. Keys may be named
    /// with a fragment.
    pub fn check_id(&self, text: &str) -> Result<Url, EgressError> {
        check_text(text)?;
        let url = Url::parse(text).map_err(|_| EgressError::refused("this is no URL"))?;
        if url.as_str().len() > MAX_URL {
            return Err(EgressError::refused("the URL is too long"));
        }
        if url.scheme() != "https" && !(self.plain_http && url.scheme() == "http") {
            return Err(EgressError::refused("only https is asked"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::refused("a URL with a user name"));
        }
        if url.port().is_some() && !self.ports {
            return Err(EgressError::refused("a URL with a port"));
        }
        self.check_host(&url)?;
        Ok(url)
    }

    fn check_host(&self, url: &Url) -> Result<(), EgressError> {
        let private = !self.private_addresses.is_empty();
        let acceptable = match url.host() {
            None => false,
            Some(Host::Ipv4(address)) => self.permits_literal(address.into()),
            Some(Host::Ipv6(address)) => self.permits_literal(address.into()),
            Some(Host::Domain(name)) => {
                let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
                let local = !name.contains('.') || ends(&LOCAL_ENDINGS);
                !name.ends_with('.') && !ends(&HIDDEN_ENDINGS) && (private || !local)
            }
        };
        if acceptable {
            Ok(())
        } else {
            Err(EgressError::refused("the URL's host is none of the public internet"))
        }
    }

    /// Bare addresses have no certificate and no name to hold to account: only private ones that
    /// the settings name.
    fn permits_literal(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.private_addresses.iter().any(|range| range.contains(&address))
    }
}

/// Refuses what a parser would silently repair: two parsers may repair it differently.
pub(super) fn check_text(text: &str) -> Result<(), EgressError> {
    if text.len() > MAX_URL {
        return Err(EgressError::refused("the URL is too long"));
    }
    let odd = |char: char| char.is_control() || char.is_whitespace() || char == '\\';
    let lower = text.to_ascii_lowercase();
    if text.contains(odd) || ["%00", "%0a", "%0d"].iter().any(|escape| lower.contains(escape)) {
        return Err(EgressError::refused("the URL holds characters that no URL needs"));
    }
    Ok(())
}

/// The host of a URL as [`Uri`](crate::domain::uri::Uri) names it.
pub(super) fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// Whether two URLs belong to the same server: scheme, host and port.
pub fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}
