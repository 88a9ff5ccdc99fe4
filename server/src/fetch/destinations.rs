//! To which network addresses a request may lead whose address somebody outside chose, so that nobody makes the portal ask
//! its own neighbours (server-side request forgery). Judged of what a name resolves to when it is connected to, and of nothing
//! looked up before.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;
use url::{Host, Url};
use web::Network;

/// What is not somebody's own on the internet (IANA IPv4 Special-Purpose Address Registry, RFC 6890), and multicast.
const NOT_GLOBAL_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Where global unicast addresses of IPv6 lie (RFC 4291 section 2.4): nothing else has been given to anybody.
const GLOBAL_V6: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// What lies there and is not somebody's own (IANA IPv6 Special-Purpose Address Registry): protocols with Teredo, two ranges for
/// documentation, and 6to4, in which an IPv4 address hides.
const NOT_GLOBAL_V6: [([u16; 8], u32); 4] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// IPv4 addresses as a network with IPv6 alone writes them (RFC 6052 section 2.1): the last 32 bits.
const TRANSLATED: ([u16; 8], u32) = ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// The addresses that may be connected to.
#[derive(Clone, Debug)]
pub(crate) struct Destinations {
    /// Networks besides the internet's.
    pub(crate) networks: Vec<Network>,
    /// Whether the host itself is one.
    pub(crate) loopback: bool,
}

/// The address lies where nobody but the operator may send the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the network address is not allowed")]
pub(crate) struct NotAllowed;

impl Destinations {
    fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_global(address)
            || (self.loopback && address.is_loopback())
            || self.networks.iter().any(|network| network.contains(address))
    }

    /// Passes unless the host is a number that is not allowed.
    pub(crate) fn check_literal(&self, url: &Url) -> Result<(), NotAllowed> {
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(NotAllowed),
        };
        if self.allows(address) { Ok(()) } else { Err(NotAllowed) }
    }

    /// Those of a name's addresses that are allowed.
    fn select(&self, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, NotAllowed> {
        let allowed: Vec<_> = found.filter(|address| self.allows(address.ip())).collect();
        if allowed.is_empty() {
            return Err(NotAllowed);
        }
        Ok(allowed)
    }
}

/// Resolves names for connections, and gives nothing that is not allowed.
pub(super) struct Resolver(pub(super) Destinations);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let destinations = self.0.clone();
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let allowed: Addrs = Box::new(destinations.select(found)?.into_iter());
            Ok(allowed)
        })
    }
}

/// Whether an address is one of the internet's, for one receiver.
fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) if is_in_v6(address, TRANSLATED) => {
            let [.., a, b, c, d] = address.octets();
            is_global_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(address) => {
            is_in_v6(address, GLOBAL_V6) && !NOT_GLOBAL_V6.into_iter().any(|network| is_in_v6(address, network))
        }
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let is_in = |(network, prefix): ([u8; 4], u32)| {
        let differing = address.to_bits() ^ Ipv4Addr::from(network).to_bits();
        differing.leading_zeros() >= prefix
    };
    !NOT_GLOBAL_V4.into_iter().any(is_in)
}

fn is_in_v6(address: Ipv6Addr, (network, prefix): ([u16; 8], u32)) -> bool {
    let differing = address.to_bits() ^ Ipv6Addr::from(network).to_bits();
    differing.leading_zeros() >= prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destinations(networks: &[&str], loopback: bool) -> Destinations {
        Destinations {
            networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
            loopback,
        }
    }

    fn allows(destinations: &Destinations, address: &str) -> bool {
        destinations.allows(address.parse().unwrap())
    }

    #[test]
    fn the_internet_is_allowed_and_nothing_near() {
        let nobody = destinations(&[], false);
        for address in [
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2a00:1450::1",
            "2001:200::1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(allows(&nobody, address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allows(&nobody, address), "{address}");
        }
    }

    #[test]
    fn the_operators_own_networks_are_allowed_besides_and_loopback_where_it_is() {
        let own = destinations(&["10.1.0.0/16", "fd12::/16"], false);
        assert!(allows(&own, "10.1.2.3") && allows(&own, "fd12::1") && allows(&own, "::ffff:10.1.2.3"));
        assert!(!allows(&own, "10.2.0.1") && !allows(&own, "127.0.0.1") && !allows(&own, "::1"));
        let development = destinations(&[], true);
        assert!(allows(&development, "127.0.0.1") && allows(&development, "::1"));
        assert!(!allows(&development, "10.1.2.3") && !allows(&development, "169.254.169.254"));
    }

    #[test]
    fn a_host_that_is_a_number_is_judged_however_it_is_written() {
        let nobody = destinations(&[], false);
        let check = |address: &str| nobody.check_literal(&Url::parse(address).unwrap());
        for address in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254:8443/",
        ] {
            assert_eq!(check(address), Err(NotAllowed), "{address}");
        }
        assert_eq!(check("https://8.8.8.8/"), Ok(()));
        assert_eq!(check("https://127.0.0.1.example.se/"), Ok(()));
    }

    #[test]
    fn of_several_addresses_of_a_name_the_allowed_ones_are_left() {
        let nobody = destinations(&[], false);
        let select = |found: &[&str]| {
            let found = found.iter().map(|address| format!("{address}:0").parse().unwrap());
            nobody.select(found).map(|left| left.len())
        };
        assert_eq!(select(&["10.0.0.1", "8.8.8.8", "[::1]"]), Ok(1));
        assert_eq!(select(&["10.0.0.1", "[::1]"]), Err(NotAllowed));
        assert_eq!(select(&[]), Err(NotAllowed));
    }

    #[tokio::test]
    async fn a_name_is_resolved_to_what_is_allowed() {
        let resolve = async |loopback| {
            let name = "localhost".parse().unwrap();
            let found = Resolver(destinations(&[], loopback)).resolve(name).await;
            found.map(Iterator::count).map_err(|error| error.is::<NotAllowed>())
        };
        assert_eq!(resolve(false).await, Err(true));
        assert!(resolve(true).await.is_ok_and(|found| found > 0));
    }
}
