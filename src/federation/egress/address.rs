//! Which addresses are public, and the resolver that hands out no others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::policy::EgressPolicy;

const fn v4(address: [u8; 4], length: u8) -> Ipv4Net {
    let [a, b, c, d] = address;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

/// What IANA's special-purpose registry withholds from the public internet, and multicast.
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

const fn v6(first: u16, second: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), length)
}

/// Global unicast: nothing outside is handed to servers.
const UNICAST_V6: Ipv6Net = v6(0x2000, 0, 3);

/// Protocol assignments and tunnels (Teredo among them), documentation, 6to4.
const SPECIAL_V6: [Ipv6Net; 4] =
    [v6(0x2001, 0, 23), v6(0x2001, 0xdb8, 32), v6(0x2002, 0, 16), v6(0x3fff, 0, 20)];

/// NAT64: an IPv4 address in the last 32 bits, reached through a gateway of the network we are in.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 96);

/// Whether an address is global unicast.
pub fn is_global(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|range| range.contains(&address)),
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., high, low] = address.segments();
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_global(Ipv4Addr::new(a, b, c, d).into())
        }
        IpAddr::V6(address) => {
            UNICAST_V6.contains(&address) && !SPECIAL_V6.iter().any(|range| range.contains(&address))
        }
    }
}

/// A name that leads to an address we do not connect to.
#[derive(Debug, thiserror::Error)]
#[error("the name `{name}` leads to {address}, which is not public")]
pub(super) struct NotPublic {
    name: String,
    address: IpAddr,
}

/// Resolves names in the moment of connecting; the checked addresses are the ones connected to, so
/// that a name cannot change in between.
pub(super) struct Resolver {
    policy: Arc<EgressPolicy>,
}

impl Resolver {
    pub(super) fn new(policy: Arc<EgressPolicy>) -> Self {
        Self { policy }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.policy);
        let name = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        Box::pin(async move {
            let found = look_up(&name).await?;
            // One bad address spoils the name: whoever mixes them wants us to take the wrong one.
            if let Some(bad) = found.iter().find(|found| !policy.permits(found.ip())) {
                return Err(NotPublic { name, address: bad.ip() }.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

async fn look_up(name: &str) -> Result<Vec<SocketAddr>, std::io::Error> {
    // RFC 6761: these names are this machine, whatever a name server says.
    if name == "localhost" || name.ends_with(".localhost") {
        return Ok(vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0)]);
    }
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}
