//! Lets links in: paced, and bounded in total and per address, before any TLS.

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use socket2::{SockRef, TcpKeepalive};
use tmtp_platform::subscriber;
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::task::TaskTracker;

use crate::{edge::Shared, link, options::Options};

/// Octets that wait in the kernel to be sent for the first time.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT_OCTETS: u32 = 64 * 1024;

/// Addresses whose pace is remembered before those are forgotten that did not come of late.
const ADDRESSES_MAX: usize = 10_000;

/// How many links there are, in all and by address.
#[derive(Debug)]
pub struct Doors {
    links_max: usize,
    per_address_max: usize,
    loopback_exempt: bool,
    pace: DefaultDirectRateLimiter,
    /// For each address, so that one that comes and goes does not use up the pace of all.
    address_pace: DefaultKeyedRateLimiter<IpAddr>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    links: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A link's place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    doors: Arc<Doors>,
    address: Option<IpAddr>,
}

impl Doors {
    pub fn new(options: &Options) -> Self {
        let a_second = |count| Quota::per_second(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        Self {
            links_max: options.links_max as usize,
            per_address_max: options.links_per_address_max as usize,
            loopback_exempt: options.loopback_exempt,
            pace: RateLimiter::direct(a_second(options.accepts_per_second)),
            address_pace: RateLimiter::keyed(a_second(options.links_per_address_max)),
            counts: Mutex::default(),
        }
    }

    /// Takes a place for a link from this address, or says which limit is reached.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Place, &'static str> {
        let counted = (!(self.loopback_exempt && address.is_loopback())).then(|| subscriber(address));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.links >= self.links_max {
            return Err("links");
        }
        if let Some(address) = counted {
            if counts.by_address.get(&address).is_some_and(|links| *links >= self.per_address_max) {
                return Err("links per address");
            }
            if self.address_pace.check_key(&address).is_err() {
                return Err("links per address a second");
            }
            *counts.by_address.entry(address).or_default() += 1;
        }
        counts.links += 1;
        if self.address_pace.len() > ADDRESSES_MAX {
            self.address_pace.retain_recent();
        }
        metrics::gauge!("tmtp_links", "state" => "arriving").increment(1.0);
        Ok(Place { doors: Arc::clone(self), address: counted })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.doors.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.links -= 1;
        metrics::gauge!("tmtp_links", "state" => "arriving").decrement(1.0);
        if let Some(address) = self.address
            && let Some(links) = counts.by_address.get_mut(&address)
        {
            *links -= 1;
            if *links == 0 {
                counts.by_address.remove(&address);
            }
        }
    }
}

/// Accepts for as long as it is polled. What cannot be let in is closed at once.
pub async fn run(edge: Arc<Shared>, listener: TcpListener, links: TaskTracker) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((tcp, peer)) => let_in(&edge, tcp, peer, &links).await,
            Err(error) => {
                tracing::warn!(%error, "accepting failed");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn let_in(edge: &Arc<Shared>, tcp: TcpStream, peer: SocketAddr, links: &TaskTracker) {
    let place = match edge.doors.admit(peer.ip()) {
        Ok(place) => place,
        Err(limit) => {
            metrics::counter!("tmtp_edge_links_refused_total", "limit" => limit).increment(1);
            return;
        }
    };
    // Those that are refused take nothing of it.
    edge.doors.pace.until_ready().await;
    if let Err(error) = prepare(&tcp) {
        return tracing::debug!(%error, "the link is gone already");
    }
    let edge = Arc::clone(edge);
    links.spawn(async move {
        let _place = place;
        link::serve(edge, tcp).await;
    });
}

fn prepare(tcp: &TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    limit_unsent(tcp)?;
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(20));
    SockRef::from(tcp).set_tcp_keepalive(&keepalive)
}

/// What the kernel holds back for a slow client counts as written, an ack among it: it must not be much, or the client
/// would ask again for what was answered long ago.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn limit_unsent(tcp: &TcpStream) -> io::Result<()> {
    SockRef::from(tcp).set_tcp_notsent_lowat(UNSENT_OCTETS)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn limit_unsent(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors(loopback_exempt: bool) -> Arc<Doors> {
        let options =
            Options { links_max: 3, links_per_address_max: 2, loopback_exempt, ..Options::default() };
        Arc::new(Doors::new(&options))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_gets_no_more_than_its_share_and_a_place_given_back_is_free_again() {
        let doors = doors(false);
        let first = doors.admit(address("192.0.2.1")).unwrap();
        let _second = doors.admit(address("192.0.2.1")).unwrap();
        assert_eq!(doors.admit(address("192.0.2.1")).unwrap_err(), "links per address");
        let _other = doors.admit(address("192.0.2.2")).unwrap();
        assert_eq!(doors.admit(address("192.0.2.3")).unwrap_err(), "links");
        drop(first);
        doors.admit(address("192.0.2.3")).unwrap();
        assert_eq!(doors.counts.lock().unwrap().by_address[&address("192.0.2.1")], 1);
    }

    #[test]
    fn an_address_that_comes_and_goes_is_let_in_no_more_often_than_it_may_hold_links() {
        let doors = doors(false);
        for _ in 0..2 {
            doors.admit(address("192.0.2.1")).unwrap();
        }
        assert_eq!(doors.admit(address("192.0.2.1")).unwrap_err(), "links per address a second");
        assert!(doors.counts.lock().unwrap().by_address.is_empty());
        doors.admit(address("192.0.2.2")).unwrap();
    }

    #[test]
    fn addresses_of_one_ipv6_network_share() {
        let doors = doors(false);
        let _first = doors.admit(address("2001:db8::1")).unwrap();
        let _second = doors.admit(address("2001:db8::2")).unwrap();
        assert!(doors.admit(address("2001:db8::3")).is_err());
        doors.admit(address("2001:db8:0:1::3")).unwrap();
    }

    #[test]
    fn loopback_is_free_of_the_limit_per_address_where_the_operator_says_so() {
        let exempt = doors(true);
        let places: Vec<_> = (0..3).map(|_| exempt.admit(address("127.0.0.1")).unwrap()).collect();
        assert_eq!(exempt.admit(address("127.0.0.1")).unwrap_err(), "links");
        drop(places);
        assert!(exempt.counts.lock().unwrap().by_address.is_empty());
    }
}
