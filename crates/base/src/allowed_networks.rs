//! From where somebody may come: a bounded list of IP networks. Owns how the list is written and what it means. Knows
//! nobody whom it is about, and not how an address was learnt (see `web`, which believes trusted proxies alone).

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// IPv4-mapped IPv6 addresses (`::ffff:0:0/96`, RFC 4291 section 2.5.5.2) begin with so many fixed bits.
const MAPPED_PREFIX: u8 = 96;

/// The networks that somebody may come from. **An empty list means from anywhere.**
///
/// Written as addresses and networks in CIDR notation (RFC 4632, RFC 4291 section 2.3) with commas, spaces or line breaks
/// between, in any order. Kept in one canonical form: sorted (IPv4 first), each network once, an IPv4-mapped IPv6 network
/// as the IPv4 network that it is. [`fmt::Display`] writes that form, with `, ` between, and reading it gives the same
/// list again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AllowedNetworks(Vec<IpNet>);

/// The text is no list of networks. Entries count from 1, and the text itself isn't repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNetworks {
    /// An entry is neither an address nor a network.
    #[error("number {entry} is no address and no network such as 192.0.2.0/24")]
    Form {
        /// Which one.
        entry: usize,
    },
    /// An entry has bits behind its prefix, such as `192.0.2.7/24`: either the one address is meant or the whole network.
    #[error(
        "number {entry} has address bits behind its prefix: write the network's first address, or one address alone"
    )]
    HostBits {
        /// Which one.
        entry: usize,
    },
    /// There are too many.
    #[error("there may be {limit} networks at most", limit = AllowedNetworks::MAX)]
    TooMany,
}

impl AllowedNetworks {
    /// The most networks in a list.
    pub const MAX: usize = 50;

    /// The list that lets everybody in, from anywhere.
    #[must_use]
    pub const fn anywhere() -> Self {
        Self(Vec::new())
    }

    /// Whether the list lets everybody in, since it is empty.
    #[must_use]
    pub const fn is_anywhere(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether somebody at `address` may come in. An IPv4 address that came over an IPv6 socket counts as itself, so
    /// `::/0` lets no IPv4 address in.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.is_anywhere() || self.0.iter().any(|network| network.contains(&address))
    }

    /// As [`AllowedNetworks::allows`]; whoever has no known address comes in only when everybody does.
    #[must_use]
    pub fn allows_known(&self, address: Option<IpAddr>) -> bool {
        address.map_or(self.is_anywhere(), |address| self.allows(address))
    }

    /// The networks, each as it is written in the list.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = impl fmt::Display> {
        self.0.iter().map(Written)
    }
}

impl FromStr for AllowedNetworks {
    type Err = InvalidNetworks;

    fn from_str(text: &str) -> Result<Self, InvalidNetworks> {
        let mut networks = Vec::new();
        let entries = text.split(|mark: char| mark == ',' || mark.is_whitespace());
        for (number, entry) in (1..).zip(entries.filter(|entry| !entry.is_empty())) {
            if number > Self::MAX {
                return Err(InvalidNetworks::TooMany);
            }
            networks.push(network(entry, number)?);
        }
        networks.sort_unstable();
        networks.dedup();
        Ok(Self(networks))
    }
}

/// Reads one entry: an address alone is the network that holds nothing else.
fn network(text: &str, entry: usize) -> Result<IpNet, InvalidNetworks> {
    let network: IpNet = match text.parse::<IpAddr>() {
        Ok(address) => address.into(),
        Err(_) => text.parse().map_err(|_| InvalidNetworks::Form { entry })?,
    };
    if network != network.trunc() {
        return Err(InvalidNetworks::HostBits { entry });
    }
    Ok(match network {
        IpNet::V4(_) => network,
        IpNet::V6(network) => unmapped(network).map_or(IpNet::V6(network), IpNet::V4),
    })
}

/// The IPv4 network that an IPv4-mapped IPv6 network is.
fn unmapped(network: Ipv6Net) -> Option<Ipv4Net> {
    let address = Ipv6Addr::to_ipv4_mapped(&network.network())?;
    let prefix = network.prefix_len().checked_sub(MAPPED_PREFIX)?;
    Ipv4Net::new(address, prefix).ok()
}

/// One network as text: an address alone when it holds nothing else.
struct Written<'a>(&'a IpNet);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

impl fmt::Display for AllowedNetworks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, network) in self.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            network.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn list(text: &str) -> AllowedNetworks {
        text.parse().unwrap()
    }

    fn allows(networks: &str, address: &str) -> bool {
        list(networks).allows(address.parse().unwrap())
    }

    #[test]
    fn a_list_lets_in_what_lies_in_one_of_its_networks() {
        assert!(allows("192.0.2.0/24, 198.51.100.7", "192.0.2.200"));
        assert!(allows("192.0.2.0/24, 198.51.100.7", "198.51.100.7"));
        assert!(!allows("192.0.2.0/24, 198.51.100.7", "198.51.100.8"));
        assert!(!allows("192.0.2.0/24", "192.0.3.0"));
        assert!(allows("2001:db8::/32", "2001:db8:1::1"));
        assert!(!allows("2001:db8::/32", "2001:db9::1"));
        assert!(!allows("2001:db8::/32", "192.0.2.1"));
    }

    #[test]
    fn an_empty_list_lets_everybody_in_also_without_an_address() {
        for text in ["", " \r\n", ",,"] {
            assert!(list(text).is_anywhere());
            assert!(allows(text, "192.0.2.1") && allows(text, "2001:db8::1"));
            assert!(list(text).allows_known(None));
        }
        assert!(!list("0.0.0.0/0").allows_known(None));
        assert!(list("0.0.0.0/0").allows_known(Some(Ipv4Addr::LOCALHOST.into())));
    }

    #[test]
    fn an_ipv4_mapped_address_is_its_ipv4_address_on_both_sides() {
        assert!(allows("192.0.2.0/24", "::ffff:192.0.2.1"));
        assert!(allows("::ffff:192.0.2.0/120", "192.0.2.1"));
        assert!(!allows("::/0", "192.0.2.1"));
        assert!(!allows("::/0", "::ffff:192.0.2.1"));
        assert!(allows("::/0", "2001:db8::1"));
        assert_eq!(list("::ffff:0:0/96").to_string(), "0.0.0.0/0");
    }

    #[test]
    fn a_list_is_written_in_one_form_however_it_was_given() {
        let written = "192.0.2.0/24, 198.51.100.7, 2001:db8::/32";
        for text in [
            written,
            "2001:DB8:0::/32\r\n198.51.100.7/32\n192.0.2.0/24\n",
            "198.51.100.7,192.0.2.0/24 , 192.0.2.0/24,::ffff:198.51.100.7\t2001:db8::/32",
        ] {
            assert_eq!(list(text).to_string(), written);
        }
        assert_eq!(list(written).iter().len(), 3);
    }

    #[test]
    fn a_mistake_is_named_by_its_place_and_not_repeated() {
        let wrong = |text: &str| text.parse::<AllowedNetworks>().unwrap_err();
        for text in [
            "x",
            "192.0.2.0/33",
            "::/129",
            "192.0.2/24",
            "192.0.2.0/",
            "/24",
            "192.0.2.0/-1",
            "::1%eth0",
        ] {
            assert_eq!(wrong(text), InvalidNetworks::Form { entry: 1 }, "{text}");
        }
        assert_eq!(wrong("192.0.2.0/24, proxy.example"), InvalidNetworks::Form { entry: 2 });
        assert_eq!(wrong("::1 192.0.2.7/24"), InvalidNetworks::HostBits { entry: 2 });
        assert_eq!(wrong("2001:db8::1/32"), InvalidNetworks::HostBits { entry: 1 });
        assert!(!wrong("proxy.example").to_string().contains("proxy"));
    }

    #[test]
    fn a_list_has_fifty_networks_at_most() {
        let many = |count: usize| vec!["192.0.2.0/24"; count].join("\n").parse::<AllowedNetworks>();
        assert!(many(50).is_ok());
        assert_eq!(many(51), Err(InvalidNetworks::TooMany));
    }

    /// Networks of both kinds, their host bits cut off.
    fn networks() -> impl Strategy<Value = IpNet> {
        let of_four = (any::<u32>(), 0..=32_u8)
            .prop_map(|(bits, prefix)| IpNet::new(Ipv4Addr::from_bits(bits).into(), prefix).unwrap());
        let of_six = (any::<u128>(), 0..=128_u8)
            .prop_map(|(bits, prefix)| IpNet::new(Ipv6Addr::from_bits(bits).into(), prefix).unwrap());
        prop_oneof![of_four, of_six].prop_map(|network| network.trunc())
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_what_is_read_is_canonical(text in "[0-9a-f:./, \n]{0,60}") {
            if let Ok(read) = text.parse::<AllowedNetworks>() {
                prop_assert_eq!(list(&read.to_string()), read);
            }
        }

        #[test]
        fn what_is_written_reads_back_and_holds_its_own_ends(given in prop::collection::vec(networks(), 0..=50)) {
            let text: Vec<String> = given.iter().map(ToString::to_string).collect();
            let read = list(&text.join("\n"));
            prop_assert_eq!(&list(&read.to_string()), &read);
            for network in given {
                prop_assert!(read.allows(network.network()));
                prop_assert!(read.allows(network.broadcast()));
            }
        }

        #[test]
        fn an_address_is_in_exactly_when_its_leading_bits_are_the_networks(
            network: u32, prefix in 0..=32_u8, address: u32,
        ) {
            let bits = |value: u32| format!("{value:032b}").chars().take(prefix.into()).collect::<String>();
            let whole = IpNet::new(Ipv4Addr::from_bits(network).into(), prefix).unwrap().trunc();
            let inside = list(&whole.to_string()).allows(Ipv4Addr::from_bits(address).into());
            prop_assert_eq!(inside, bits(network) == bits(address));
        }
    }
}
