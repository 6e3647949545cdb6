//! The address a request came from, through the reverse proxies we believe.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use activitypub_federation::config::Data;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use crate::federation::Federation;

/// Who connects, as a key to count by: an IPv4 address, or the /64 network of an IPv6 one.
#[derive(Clone, Debug)]
pub struct Peer(pub String);

/// The address itself, as long as the request lasts, or the stream that it opens: it is kept nowhere. `None` where
/// nothing connected, as in a test without a listener.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let Address(address) = Address::from_request_parts(parts, state).await?;
        Ok(Self(address.map_or_else(String::new, network)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let data = Data::<Federation>::from_request_parts(parts, state).await;
        let proxies = data.map(|data| data.app.config.site.proxies.clone()).unwrap_or_default();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Self(peer.map(|peer| behind(peer, &parts.headers, &proxies))))
    }
}

/// The last address that no proxy of ours wrote about itself. Sockets that listen to both kinds of addresses write
/// the older ones in the newer form: here they become the older ones again.
fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let ours = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        forwarded.flat_map(|value| value.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    let mut address = peer.to_canonical();
    for hop in hops.into_iter().rev() {
        if !ours(&address) {
            break;
        }
        address = hop.to_canonical();
    }
    address
}

fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}
