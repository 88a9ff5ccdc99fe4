//! The kinds of devices that staff and recipients have signed in from, so that a new one can be told of. Owns how a row keeps
//! one, and who is told of it.

mod store;

use base::Timestamp;
use keyring::Field;
use sea_orm::{ConnectionTrait, DbErr};

use crate::session::Owner;
use crate::vault::MacPurpose;
use crate::{Context, Device, NotificationKind, Place, Whereabouts, notification};

/// A kind of device that somebody signed in from for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// The device.
    pub device: Device,
    /// Roughly where, when that was known.
    pub place: Option<Place>,
    /// When.
    pub at: Timestamp,
}

/// Writes down the kind of device that somebody signed in from, and where until they are told; they are written to of a new one. With the very first sign-in
/// there is nothing to tell. Says whether there was.
pub(crate) async fn note(
    context: &Context,
    on: &impl ConnectionTrait,
    owner: Owner,
    from: &Whereabouts,
    is_first_sign_in: bool,
) -> Result<bool, DbErr> {
    let now = context.now().as_millis();
    let (mac, key) = (mac(context, owner, from.device), context.vault.device_key());
    let row = row_of(owner, &mac);
    let place = from.place.as_ref().filter(|_| !is_first_sign_in);
    let row = store::Row {
        device_mac: mac,
        sealed_device: key.seal_field(device_field(owner, &row), &from.device.to_bytes()),
        first_seen_at: now,
        told_at: is_first_sign_in.then_some(now),
        sealed_place: place.map(|place| key.seal_field(place_field(owner, &row), &place.to_bytes())),
    };
    let is_new = store::insert(on, owner, row).await?;
    let is_news = is_new && !is_first_sign_in;
    if is_news {
        notification::announce(context, on, NotificationKind::of_new_device(owner), owner).await?;
    }
    Ok(is_news)
}

/// Whether any device was written down for somebody.
pub(crate) async fn has_any(on: &impl ConnectionTrait, owner: Owner) -> Result<bool, DbErr> {
    store::has_any(on, owner).await
}

/// The devices that somebody was not told of yet, the latest first; `but` the one that they come with.
pub(crate) async fn untold(
    context: &Context,
    on: &impl ConnectionTrait,
    owner: Owner,
    but: Device,
) -> Result<Vec<NewDevice>, DbErr> {
    let rows = store::untold(on, owner, &mac(context, owner, but)).await?;
    Ok(opened(context, owner, &rows))
}

/// Every kind of device that somebody has signed in from, the latest first.
pub(crate) async fn all(context: &Context, on: &impl ConnectionTrait, owner: Owner) -> Result<Vec<NewDevice>, DbErr> {
    let rows = store::all(on, owner).await?;
    Ok(opened(context, owner, &rows))
}

fn opened(context: &Context, owner: Owner, rows: &[store::Row]) -> Vec<NewDevice> {
    let key = context.vault.device_key();
    let device = |row: &store::Row| {
        let bytes = row_of(owner, &row.device_mac);
        // What does not open is unknown: the person must be told of it all the same.
        let device = key.open_field(device_field(owner, &bytes), &row.sealed_device);
        let sealed = row.sealed_place.as_ref();
        let place = sealed.and_then(|sealed| key.open_field(place_field(owner, &bytes), sealed).ok());
        NewDevice {
            device: device.map_or(Device::UNKNOWN, |bytes| Device::from_bytes(&bytes)),
            place: place.and_then(|bytes| Place::from_bytes(&bytes)),
            at: Timestamp::from_millis(row.first_seen_at),
        }
    };
    rows.iter().map(device).collect()
}

/// Somebody has seen what they were told of the time up to `until`, and where it was is forgotten; says whether there was
/// anything. The device that they come with, `but`, stays untold: of a thief's new device its owner is told by the others.
pub(crate) async fn told(
    context: &Context,
    on: &impl ConnectionTrait,
    owner: Owner,
    but: Device,
    until: Timestamp,
) -> Result<bool, DbErr> {
    let now = context.now().as_millis();
    store::set_told(on, owner, &mac(context, owner, but), until.as_millis(), now).await
}

/// Forgets that somebody has signed in from a kind of device: they are told of the next time.
pub(crate) async fn forget_one(
    context: &Context,
    on: &impl ConnectionTrait,
    owner: Owner,
    device: Device,
) -> Result<(), DbErr> {
    store::delete_one(on, owner, &mac(context, owner, device)).await
}

/// Forgets which devices somebody has signed in from.
pub(crate) async fn forget(on: &impl ConnectionTrait, owner: Owner) -> Result<(), DbErr> {
    store::delete(on, owner).await
}

/// Tells the kinds of devices of one person apart.
fn mac(context: &Context, owner: Owner, device: Device) -> Vec<u8> {
    let purpose = match owner {
        Owner::Staff(_) => MacPurpose::StaffDevice,
        Owner::Recipient(_) => MacPurpose::RecipientDevice,
    };
    let key = context.vault.mac_key(purpose);
    key.mac(&[owner.as_uuid().as_bytes(), &device.to_bytes()])
        .as_bytes()
        .to_vec()
}

fn device_field(owner: Owner, row: &[u8]) -> Field<'_> {
    Field::new(store::table(owner), "sealed_device", row)
}

fn place_field(owner: Owner, row: &[u8]) -> Field<'_> {
    Field::new(store::table(owner), "sealed_place", row)
}

/// The primary key as bytes.
fn row_of(owner: Owner, mac: &[u8]) -> Vec<u8> {
    [owner.as_uuid().as_bytes(), mac].concat()
}

#[cfg(test)]
mod tests;
