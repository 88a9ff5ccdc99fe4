//! The rows of passkeys, and what of them is sealed.

use base::{PasskeyId, StaffId, Timestamp};
use keyring::Field;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use webauthn_rs::prelude::Passkey;

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::vault::MacPurpose;
use crate::{Context, Device, Fault};

/// A passkey as it is stored, opened.
pub(super) struct Stored {
    pub(super) id: PasskeyId,
    pub(super) passkey: Passkey,
    pub(super) added_at: Timestamp,
}

/// A passkey to be.
pub(super) struct NewPasskey<'a> {
    /// What the person calls it.
    pub(super) name: &'a str,
    pub(super) passkey: &'a Passkey,
    /// The kind of device to tell the person of.
    pub(super) device: Option<Device>,
}

/// Where a column of a row stands: bound to the account too, so that no row can be given to somebody else.
fn place<'a>(row: &'a [u8], column: &'static str) -> Field<'a> {
    Field::new("staff_passkey", column, row)
}

fn row_of(staff: StaffId, id: PasskeyId) -> Vec<u8> {
    [&staff.as_bytes()[..], &id.as_bytes()[..]].concat()
}

fn seal_passkey(context: &Context, staff: StaffId, id: PasskeyId, passkey: &Passkey) -> Result<Vec<u8>, Fault> {
    let bytes = serde_json::to_vec(passkey).map_err(Fault::new)?;
    let row = row_of(staff, id);
    Ok(context
        .vault
        .staff_key()
        .seal_field(place(&row, "sealed_credential"), &bytes))
}

/// What the person calls a passkey.
pub(super) fn name(context: &Context, row: &Model) -> Result<String, Fault> {
    let bytes = row_of(StaffId::from_uuid(row.staff_id), PasskeyId::from_uuid(row.id));
    let opened = context
        .vault
        .staff_key()
        .open_text(place(&bytes, "sealed_name"), &row.sealed_name);
    opened.map_err(Fault::new)
}

/// Somebody's passkeys, oldest first.
pub(super) async fn rows(on: &impl ConnectionTrait, staff: StaffId) -> Result<Vec<Model>, Fault> {
    let rows = Entity::find()
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

/// The same, opened.
pub(super) async fn passkeys(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
) -> Result<Vec<Stored>, Fault> {
    let rows = rows(on, staff).await?;
    let open = |row: Model| {
        let id = PasskeyId::from_uuid(row.id);
        let bytes = row_of(staff, id);
        let opened = context
            .vault
            .staff_key()
            .open_field(place(&bytes, "sealed_credential"), &row.sealed_credential)
            .map_err(Fault::new)?;
        let passkey = serde_json::from_slice(&opened).map_err(Fault::new)?;
        Ok(Stored {
            id,
            passkey,
            added_at: Timestamp::from_millis(row.created_at),
        })
    };
    rows.into_iter().map(open).collect()
}

/// Writes down a new passkey.
pub(super) async fn insert(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    new: &NewPasskey<'_>,
    now: Timestamp,
) -> Result<(), Fault> {
    let id: PasskeyId = context.ids.next();
    let bytes = row_of(staff, id);
    let key = context.vault.staff_key();
    let mac = context.vault.mac_key(MacPurpose::Passkey);
    let device = new.device.map(Device::to_bytes);
    let row = Model {
        id: *id.as_uuid(),
        staff_id: *staff.as_uuid(),
        credential_mac: mac.mac(&[staff.as_bytes(), new.passkey.cred_id()]).as_bytes().to_vec(),
        sealed_name: key.seal_field(place(&bytes, "sealed_name"), new.name.as_bytes()),
        sealed_credential: seal_passkey(context, staff, id, new.passkey)?,
        created_at: now.as_millis(),
        last_used_at: None,
        sealed_untold_device: device.map(|device| key.seal_field(place(&bytes, "sealed_untold_device"), &device)),
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(on)
        .await?;
    Ok(())
}

/// Writes down a passkey as it is after it was used.
pub(super) async fn note_use(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    used: &Stored,
    now: Timestamp,
) -> Result<(), Fault> {
    let change = ActiveModel {
        id: Set(*used.id.as_uuid()),
        sealed_credential: Set(seal_passkey(context, staff, used.id, &used.passkey)?),
        last_used_at: Set(Some(now.as_millis())),
        ..ActiveModel::default()
    };
    Entity::update(change).exec(on).await?;
    Ok(())
}

/// The kinds of devices that passkeys were added from before then, of which the person was not told yet, and when.
pub(super) async fn untold(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    before: Timestamp,
) -> Result<Vec<(Device, Timestamp)>, DbErr> {
    let rows = Entity::find().filter(untold_before(staff, before)).all(on).await?;
    let device = |row: &Model| {
        let bytes = row_of(staff, PasskeyId::from_uuid(row.id));
        let place = place(&bytes, "sealed_untold_device");
        let sealed = row.sealed_untold_device.as_ref();
        let opened = sealed.and_then(|sealed| context.vault.staff_key().open_field(place, sealed).ok());
        // What does not open is unknown: the person must be told of it all the same.
        let device = opened.map_or(Device::UNKNOWN, |bytes| Device::from_bytes(&bytes));
        (device, Timestamp::from_millis(row.created_at))
    };
    Ok(rows.iter().map(device).collect())
}

/// The person was told of those up to `until`.
pub(super) async fn told(
    on: &impl ConnectionTrait,
    staff: StaffId,
    before: Timestamp,
    until: Timestamp,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::SealedUntoldDevice, None::<Vec<u8>>.into())
        .filter(untold_before(staff, before))
        .filter(Column::CreatedAt.lte(until.as_millis()))
        .exec(on)
        .await?;
    Ok(())
}

fn untold_before(staff: StaffId, before: Timestamp) -> Condition {
    Condition::all()
        .add(Column::StaffId.eq(*staff.as_uuid()))
        .add(Column::SealedUntoldDevice.is_not_null())
        .add(Column::CreatedAt.lt(before.as_millis()))
}

/// Deletes one of somebody's passkeys; says `false` when they have no such.
pub(super) async fn delete(on: &impl ConnectionTrait, staff: StaffId, id: PasskeyId) -> Result<bool, Fault> {
    let deleted = Entity::delete_by_id(*id.as_uuid())
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .exec(on)
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// Deletes all of them.
pub(super) async fn delete_all(on: &impl ConnectionTrait, staff: StaffId) -> Result<(), Fault> {
    Entity::delete_many()
        .filter(Column::StaffId.eq(*staff.as_uuid()))
        .exec(on)
        .await?;
    Ok(())
}
