//! Where a sign-in came from, for the person to recognise it by: the kind of device, roughly where, and whether it was in the
//! network that they use now. Owns how the row of a session keeps it.
//!
//! Any session of the person must be able to open it, so it is sealed under a key of the installation alone, unlike the rest
//! of the row. What does not open is unknown: the person must be able to see and end the session all the same.

use std::net::IpAddr;

use base::is_public_address;
use keyring::Field;

use super::{Device, Place, SessionKey, entity};
use crate::Context;
use crate::vault::MacPurpose;

/// What is known of where somebody signs in from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The kind of device.
    pub device: Device,
    /// Roughly where it is.
    pub place: Option<Place>,
}

impl Whereabouts {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        device: Device::UNKNOWN,
        place: None,
    };
}

/// What a session's row keeps of it.
pub(super) struct Kept {
    pub(super) sealed_device: Vec<u8>,
    pub(super) sealed_place: Option<Vec<u8>>,
    pub(super) network_mac: Option<Vec<u8>>,
}

/// Seals what a session's row is to keep. Of the address, only a code of its network is kept.
pub(super) fn keep(context: &Context, session: &SessionKey, from: &Whereabouts, address: Option<IpAddr>) -> Kept {
    let (row, key) = (session.hash(), context.vault.device_key());
    let sealed = |place: &Place| key.seal_field(place_field(row), &place.to_bytes());
    let code = |network: Vec<u8>| {
        let key = context.vault.mac_key(MacPurpose::SessionNetwork);
        key.mac(&[row, &network]).as_bytes().to_vec()
    };
    Kept {
        sealed_device: key.seal_field(device_field(row), &from.device.to_bytes()),
        sealed_place: from.place.as_ref().map(sealed),
        network_mac: address.and_then(network).map(code),
    }
}

/// The device that a session was signed in from.
pub(super) fn device(context: &Context, row: &entity::Model) -> Device {
    let field = device_field(&row.key_hash);
    let opened = row
        .sealed_device
        .as_ref()
        .and_then(|sealed| context.vault.device_key().open_field(field, sealed).ok());
    opened.map_or(Device::UNKNOWN, |bytes| Device::from_bytes(&bytes))
}

/// Roughly where a session was signed in from.
pub(super) fn place(context: &Context, row: &entity::Model) -> Option<Place> {
    let sealed = row.sealed_place.as_ref()?;
    let opened = context
        .vault
        .device_key()
        .open_field(place_field(&row.key_hash), sealed);
    Place::from_bytes(&opened.ok()?)
}

/// Whether a session was signed in from the network of this address.
pub(super) fn is_of_network(context: &Context, row: &entity::Model, address: Option<IpAddr>) -> bool {
    let (Some(code), Some(network)) = (&row.network_mac, address.and_then(network)) else {
        return false;
    };
    let key = context.vault.mac_key(MacPurpose::SessionNetwork);
    key.verify(&[&row.key_hash, &network], code)
}

/// What a household, a workplace or a few hundred customers of a provider have in common: the first 24 bits of an IPv4 address,
/// the first 48 of an IPv6 address. An address of an inner network says nothing of where somebody is.
fn network(address: IpAddr) -> Option<Vec<u8>> {
    let address = Some(address.to_canonical()).filter(|address| is_public_address(*address))?;
    let prefix = match address {
        IpAddr::V4(address) => address.octets().get(..3)?.to_vec(),
        IpAddr::V6(address) => address.octets().get(..6)?.to_vec(),
    };
    Some(prefix)
}

fn device_field(row: &[u8]) -> Field<'_> {
    Field::new("session", "sealed_device", row)
}

fn place_field(row: &[u8]) -> Field<'_> {
    Field::new("session", "sealed_place", row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let of = |address: &str| network(address.parse().unwrap());
        of(one).is_some() && of(one) == of(other)
    }

    #[test]
    fn neighbours_share_a_network_and_inner_networks_are_none() {
        assert!(same("192.0.2.1", "192.0.2.254"));
        assert!(same("192.0.2.1", "::ffff:192.0.2.7"));
        assert!(same("2001:db8:1:2::3", "2001:db8:1:ffff::"));
        assert!(!same("192.0.2.1", "192.0.3.1"));
        assert!(!same("2001:db8:1::1", "2001:db8:2::1"));
        for inner in ["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fd00::1", "fe80::1"] {
            assert!(!same(inner, inner), "{inner}");
        }
    }
}
