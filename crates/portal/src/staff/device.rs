//! The kinds of devices that a staff member has signed in from, so that a new one can be told of.

use base::{StaffId, Timestamp};
use keyring::Field;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::device_entity::{Column, Entity, Model};
use crate::vault::MacPurpose;
use crate::{Context, Device, Place, Whereabouts};

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

/// Writes down the kind of device that somebody signed in from, and where until they are told. With the very first sign-in
/// there is nothing to tell.
pub(super) async fn note(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    from: &Whereabouts,
    is_first_sign_in: bool,
) -> Result<(), DbErr> {
    let now = context.now().as_millis();
    let (mac, key) = (mac(context, staff, from.device), context.vault.device_key());
    let row = row_of(staff, &mac);
    let place = from.place.as_ref().filter(|_| !is_first_sign_in);
    let row = Model {
        staff_id: *staff.as_uuid(),
        device_mac: mac,
        sealed_device: key.seal_field(device_field(&row), &from.device.to_bytes()),
        first_seen_at: now,
        told_at: is_first_sign_in.then_some(now),
        sealed_place: place.map(|place| key.seal_field(place_field(&row), &place.to_bytes())),
    };
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::StaffId, Column::DeviceMac])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(on)
        .await?;
    Ok(())
}

/// The devices that the person was not told of yet, the latest first; `but` the one that they come with.
pub(super) async fn untold(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    but: Device,
) -> Result<Vec<NewDevice>, DbErr> {
    let rows = Entity::find()
        .filter(untold_but(context, staff, but))
        .order_by_desc(Column::FirstSeenAt)
        .all(on)
        .await?;
    let key = context.vault.device_key();
    let device = |row: &Model| {
        let bytes = row_of(staff, &row.device_mac);
        // What does not open is unknown: the person must be told of it all the same.
        let device = key.open_field(device_field(&bytes), &row.sealed_device);
        let sealed = row.sealed_place.as_ref();
        let place = sealed.and_then(|sealed| key.open_field(place_field(&bytes), sealed).ok());
        NewDevice {
            device: device.map_or(Device::UNKNOWN, |bytes| Device::from_bytes(&bytes)),
            place: place.and_then(|bytes| Place::from_bytes(&bytes)),
            at: Timestamp::from_millis(row.first_seen_at),
        }
    };
    Ok(rows.iter().map(device).collect())
}

/// The person has seen what they were told, and where it was is forgotten. The device that they come with, `but`, stays untold: of a thief's new device its owner
/// is told by the others.
pub(super) async fn told(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    but: Device,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ToldAt, Some(context.now().as_millis()).into())
        .col_expr(Column::SealedPlace, None::<Vec<u8>>.into())
        .filter(untold_but(context, staff, but))
        .exec(on)
        .await?;
    Ok(())
}

fn untold_but(context: &Context, staff: StaffId, but: Device) -> Condition {
    Condition::all()
        .add(Column::StaffId.eq(*staff.as_uuid()))
        .add(Column::ToldAt.is_null())
        .add(Column::DeviceMac.ne(mac(context, staff, but)))
}

/// Tells the kinds of devices of one person apart.
fn mac(context: &Context, staff: StaffId, device: Device) -> Vec<u8> {
    let key = context.vault.mac_key(MacPurpose::StaffDevice);
    key.mac(&[staff.as_bytes(), &device.to_bytes()]).as_bytes().to_vec()
}

fn device_field(row: &[u8]) -> Field<'_> {
    Field::new("staff_device", "sealed_device", row)
}

fn place_field(row: &[u8]) -> Field<'_> {
    Field::new("staff_device", "sealed_place", row)
}

/// The primary key as bytes.
fn row_of(staff: StaffId, mac: &[u8]) -> Vec<u8> {
    [staff.as_bytes(), mac].concat()
}
