//! `[unsafe]`: switches for trying things out on one machine, refused when the host is public.

use ipnet::IpNet;

use super::sources::Section;

/// Protections that are switched off; all of them stay on by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsafe {
    /// Whether `http` takes the place of `https`, here and to other servers; default: false.
    pub plain_http: bool,
    /// Whether host names may carry a port (`north.localhost:8081`); default: false.
    pub ports: bool,
    /// Ranges of addresses that requests to other servers may reach although they are not public;
    /// default: none.
    pub private_addresses: Vec<IpNet>,
}

impl Unsafe {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self {
            plain_http: section.get("plain_http", default.plain_http),
            ports: section.get("ports", default.ports),
            private_addresses: section.get("private_addresses", default.private_addresses),
        }
    }

    /// The switches that are on, each with what it means, for the log.
    pub fn warnings(&self) -> Vec<String> {
        let ranges: Vec<String> = self.private_addresses.iter().map(ToString::to_string).collect();
        let mut warnings = Vec::new();
        if self.plain_http {
            warnings.push("unsafe.plain_http is on: passwords and activities travel unencrypted".to_owned());
        }
        if self.ports {
            warnings.push("unsafe.ports is on: host names may carry a port".to_owned());
        }
        if !ranges.is_empty() {
            let ranges = ranges.join(", ");
            warnings
                .push(format!("unsafe.private_addresses is on: other servers can make us reach {ranges}"));
        }
        warnings
    }

    /// The names of the switches that are on.
    pub(super) fn switched_on(&self) -> Vec<&'static str> {
        let switches = [
            (self.plain_http, "unsafe.plain_http"),
            (self.ports, "unsafe.ports"),
            (!self.private_addresses.is_empty(), "unsafe.private_addresses"),
        ];
        switches.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect()
    }
}
