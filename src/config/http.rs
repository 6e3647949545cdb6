//! `[http]`: where the server listens and how much it takes from one request.

use std::net::{Ipv4Addr, SocketAddr};

use super::sources::Section;

/// How requests come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// The address the server listens on; default: `127.0.0.1:8080`, behind a reverse proxy.
    pub listen: SocketAddr,
    /// The largest request body in bytes; default: 1 MiB, which is also the largest activity other
    /// servers send.
    pub body_bytes: usize,
    /// The longest time in seconds that a client may take to send the head of a request, also of the
    /// next one on the same connection; default: 10.
    pub header_seconds: u64,
    /// The longest time in seconds that one request may take; default: 30.
    pub request_seconds: u64,
    /// Connections served at the same time, further ones wait; default: 8192.
    pub connections: usize,
    /// Streams that apps hold open at the same time; default: 4096.
    pub streams: usize,
    /// Seconds that requests in progress get to finish when the server stops; default: 20.
    pub shutdown_seconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            body_bytes: 1024 * 1024,
            header_seconds: 10,
            request_seconds: 30,
            connections: 8192,
            streams: 4096,
            shutdown_seconds: 20,
        }
    }
}

impl Http {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self {
            listen: section.get("listen", default.listen),
            body_bytes: section.number("body_bytes", default.body_bytes, 65_536..=67_108_864),
            header_seconds: section.number("header_seconds", default.header_seconds, 1..=120),
            request_seconds: section.number("request_seconds", default.request_seconds, 1..=600),
            connections: section.number("connections", default.connections, 8..=1_000_000),
            streams: section.number("streams", default.streams, 0..=1_000_000),
            shutdown_seconds: section.number("shutdown_seconds", default.shutdown_seconds, 0..=300),
        }
    }
}
