//! `[federation]`: how much this server asks of others and how long it tries.

use super::sources::Section;

/// The traffic with other servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federation {
    /// Background jobs that run side by side; default: 4.
    pub workers: usize,
    /// Deliveries on their way at the same time, over all hosts; default: 64.
    pub deliveries: usize,
    /// Deliveries on their way to one host at the same time; default: 4.
    pub deliveries_per_host: usize,
    /// Days after which a delivery that never succeeded is given up; default: 7.
    pub retry_days: u32,
    /// The longest time in seconds for one outgoing request, redirects included; default: 10.
    pub request_seconds: u64,
    /// The largest document in bytes that is read from another server; default: 1 MiB.
    pub document_bytes: usize,
    /// Documents fetched because of one incoming activity; default: 30.
    pub fetches_per_activity: usize,
    /// How many parents of a reply are followed upwards; default: 20.
    pub fetch_depth: usize,
    /// Contributions fetched when one thread is completed; default: 500.
    pub fetches_per_thread: usize,
    /// Where other administrators find a person: an address or a URL for the `User-Agent`;
    /// default: none, only the site's URL is named.
    pub contact: Option<String>,
}

impl Default for Federation {
    fn default() -> Self {
        Self {
            workers: 4,
            deliveries: 64,
            deliveries_per_host: 4,
            retry_days: 7,
            request_seconds: 10,
            document_bytes: 1024 * 1024,
            fetches_per_activity: 30,
            fetch_depth: 20,
            fetches_per_thread: 500,
            contact: None,
        }
    }
}

impl Federation {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self {
            workers: section.number("workers", default.workers, 1..=64),
            deliveries: section.number("deliveries", default.deliveries, 1..=4096),
            deliveries_per_host: section.number("deliveries_per_host", default.deliveries_per_host, 1..=64),
            retry_days: section.number("retry_days", default.retry_days, 1..=90),
            request_seconds: section.number("request_seconds", default.request_seconds, 1..=120),
            document_bytes: section.number("document_bytes", default.document_bytes, 65_536..=16_777_216),
            fetches_per_activity: section.number(
                "fetches_per_activity",
                default.fetches_per_activity,
                1..=1000,
            ),
            fetch_depth: section.number("fetch_depth", default.fetch_depth, 0..=200),
            fetches_per_thread: section.number("fetches_per_thread", default.fetches_per_thread, 0..=10_000),
            contact: section.get("contact", default.contact),
        }
    }
}
