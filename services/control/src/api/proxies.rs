//! Who asks, when proxies stand between: the one place that reads `X-Forwarded-For`.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use tmtp_platform::Network;

use super::{Shared, serve::Peer};

/// Most entries that are looked at: as many proxies may stand in a row.
const ENTRIES_MAX: usize = 32;

/// Puts the client in the place of the proxy that connected, for all that comes after.
pub(super) async fn name_client(State(api): State<Shared>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(Peer(peer))) = request.extensions().get::<ConnectInfo<Peer>>().copied() {
        let client = client(&api.trusted_proxies, peer, request.headers());
        request.extensions_mut().insert(ConnectInfo(Peer(client)));
    }
    next.run(request).await
}

/// From right to left, each proxy that is trusted is believed who came to it. Who came first where all are trusted; the
/// peer where an entry is no address or there are too many.
fn client(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut nearest = peer;
    let mut entries = headers.get_all("x-forwarded-for").iter().rev().flat_map(|line| {
        // A line that is no text has one entry that is no address.
        line.to_str().unwrap_or("?").rsplit(',')
    });
    for _ in 0..ENTRIES_MAX {
        if !is_trusted(nearest) {
            return nearest;
        }
        match entries.next().map(address) {
            Some(Some(before)) => nearest = before,
            Some(None) => return peer,
            None => return nearest,
        }
    }
    peer
}

/// An entry: an address, as some proxies write it with a port, or in brackets.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let found = bare.parse().ok().or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()));
    found.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const NAME: HeaderName = HeaderName::from_static("x-forwarded-for");

    fn seen(peer: &str, lines: &[&[u8]]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8:a::/48"].map(|network| network.parse().unwrap());
        let line = |text: &&[u8]| HeaderValue::from_bytes(text).map(|value| (NAME, value));
        let headers = lines.iter().map(line).collect::<Result<Vec<_>, _>>().unwrap();
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(name, value);
        }
        client(&trusted, peer.parse().unwrap(), &all).to_string()
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        assert_eq!(seen("203.0.113.9", &[b"198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::ffff:10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_itself_wrote_is_not_believed() {
        assert_eq!(seen("10.0.0.1", &[b"192.0.2.66, 198.51.100.1, 10.2.0.3"]), "198.51.100.1");
        assert_eq!(
            seen("10.0.0.1", &[b"192.0.2.66", b"rubbish,198.51.100.1", b"10.2.0.3,10.9.9.9"]),
            "198.51.100.1"
        );
        assert_eq!(seen("10.0.0.1", &[b"10.3.3.3, 10.2.0.3"]), "10.3.3.3", "all are trusted: who came first");
    }

    #[test]
    fn addresses_come_with_ports_and_brackets_and_of_both_kinds() {
        for (entry, address) in [
            ("198.51.100.1:4711", "198.51.100.1"),
            ("2001:db8:1::1", "2001:db8:1::1"),
            ("[2001:db8:1::1]", "2001:db8:1::1"),
            ("[2001:db8:1::1]:4711", "2001:db8:1::1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            let line = format!("{entry}, 2001:db8:a::1");
            assert_eq!(seen("10.0.0.1", &[line.as_bytes()]), address, "{entry}");
        }
    }

    #[test]
    fn what_is_malformed_or_too_long_leaves_the_peer() {
        for line in ["", "unknown", "198.51.100.1;", "198.51.100.1,,10.1.1.1", "_hidden, 10.1.1.1"] {
            assert_eq!(seen("10.0.0.1", &[line.as_bytes()]), "10.0.0.1", "{line}");
        }
        assert_eq!(seen("10.0.0.1", &[b"\xff\xfe"]), "10.0.0.1");
        let far = format!("198.51.100.1{}", ",10.1.1.1".repeat(ENTRIES_MAX));
        assert_eq!(seen("10.0.0.1", &[far.as_bytes()]), "10.0.0.1");
    }
}
