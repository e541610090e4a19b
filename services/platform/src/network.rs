//! Networks, as settings name them, and what of an address tells subscribers apart.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

/// A network, as `10.0.0.0/8` or `2001:db8::/32`; a single address is one as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that names no network.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no network: write it as 10.0.0.0/8, or as one address, without bits beyond the prefix")]
pub struct NoNetwork(String);

impl Network {
    /// Whether the address is in it. An IPv4 address counts as such also where it is written as IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.address)
    }
}

/// The address with nothing beyond the prefix; `None` when it has fewer bits than that.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(v4) => {
            let beyond = u32::MAX.checked_shr(prefix).unwrap_or(0);
            (prefix <= 32).then(|| IpAddr::V4((v4.to_bits() & !beyond).into()))
        }
        IpAddr::V6(v6) => {
            let beyond = u128::MAX.checked_shr(prefix).unwrap_or(0);
            (prefix <= 128).then(|| IpAddr::V6((v6.to_bits() & !beyond).into()))
        }
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let refused = || NoNetwork(text.chars().take(64).collect());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| refused())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(whole), str::parse).map_err(|_| refused())?;
        let clean = masked(address, prefix) == Some(address) && address.to_canonical() == address;
        if clean { Ok(Self { address, prefix }) } else { Err(refused()) }
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// What tells subscribers apart: an IPv4 address, or the /64 of an IPv6 address, which one subscriber has whole.
pub fn subscriber(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    if address.is_ipv6() { masked(address, 64).unwrap_or(address) } else { address }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_that_begin_as_it_does() {
        let holds = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3") && !holds("10.0.0.0/8", "2001:db8::a00:1"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("0.0.0.0/0", "203.0.113.1") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("::1", "::1"));
    }

    #[test]
    fn what_is_no_network_is_refused_with_a_hint() {
        for bad in ["", "10.0.0.0/33", "10.0.0.1/8", "::/129", "proxy", "10.0.0.0/", "::ffff:10.0.0.0/104"] {
            let error = bad.parse::<Network>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{bad}`")), "{error}");
        }
        assert_eq!(String::from("10.0.0.0/8".parse::<Network>().unwrap()), "10.0.0.0/8");
    }

    #[test]
    fn a_subscriber_with_many_addresses_is_one() {
        let of = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2:0:0:1"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
