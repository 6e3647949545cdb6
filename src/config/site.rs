//! `[site]`: who this server is to the world.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::sources::Section;

/// What the world sees of this server before anything is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The public host name, such as `debate.example.org`; default: none, which is good for a try on this machine.
    ///
    /// Every address this server publishes contains it, so it cannot change after the set-up.
    pub host: Option<String>,
    /// Reverse proxies whose `X-Forwarded-For` is believed; default: this machine
    /// (`127.0.0.0/8`, `::1/128`).
    pub proxies: Vec<IpNet>,
}

impl Default for Site {
    fn default() -> Self {
        let networks =
            [IpNet::new(Ipv4Addr::LOCALHOST.into(), 8), IpNet::new(Ipv6Addr::LOCALHOST.into(), 128)];
        Self { host: None, proxies: networks.into_iter().flatten().map(|network| network.trunc()).collect() }
    }
}

impl Site {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self { host: section.get("host", default.host), proxies: section.get("proxies", default.proxies) }
    }
}

/// The host name and the port in `text`, in the one form we store: lower case, ASCII.
///
/// The error says what a host name looks like; whether it may have a port is for the caller.
pub fn parse_host(text: &str) -> Result<(String, Option<u16>), String> {
    let text = text.trim();
    if text.contains("//") || text.contains('/') {
        return Err(format!("expected a host name without `https://` and `/`, found `{text}`"));
    }
    let (name, port) = split_port(text)?;
    if parse_address(name).is_some() {
        return Ok((name.to_ascii_lowercase(), port));
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let refused = || format!("expected a host name such as `debate.example.org`, found `{text}`");
    let ascii = idna::domain_to_ascii(name).map_err(|_| refused())?;
    let well_formed = ascii.len() <= 253 && ascii.split('.').all(is_label);
    let numeric = ascii.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
    if well_formed && !numeric { Ok((ascii, port)) } else { Err(refused()) }
}

/// Whether `host` (with or without port) is a name strangers can reach.
///
/// Not public are `localhost`, `*.localhost`, `*.test`, `*.example`, `*.local`, names without a dot
/// and IP addresses of private ranges.
pub fn is_public_host(host: &str) -> bool {
    let name = split_port(host).map_or(host, |(name, _)| name);
    if let Some(address) = parse_address(name) {
        return is_public_address(address);
    }
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    match name.rsplit_once('.') {
        None => false,
        Some((_, top)) => !matches!(top, "localhost" | "test" | "example" | "local"),
    }
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), String> {
    let split = text.rsplit_once(':').filter(|(name, _)| !name.contains(':') || name.ends_with(']'));
    let Some((name, port)) = split else { return Ok((text, None)) };
    let number = port.parse().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| format!("expected a port from 1 to 65535, found `{port}`"))?;
    Ok((name, Some(number)))
}

fn parse_address(name: &str) -> Option<IpAddr> {
    match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => name.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

const fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !(v4.is_private() || v4.is_loopback() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

fn is_label(label: &str) -> bool {
    let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}
