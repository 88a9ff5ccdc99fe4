//! What somebody is told of a second factor that was set up for their account, so that one that isn't theirs comes to light: the
//! kind of device and when, in every session that began after it. The session in which it was set up neither tells it nor says
//! that it was seen.

use base::Timestamp;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::audit::AuditAction;
use crate::database::WriteTransaction;
use crate::staff::member::{self, Sealed};
use crate::staff::{entity, passkey};
use crate::{Context, Device, Fault, StaffActor};

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactorKind {
    /// An app with one-time codes.
    App,
    /// A passkey.
    Passkey,
}

impl SecondFactorKind {
    /// What the audit log calls it that one was set up.
    pub(super) const fn set(self) -> AuditAction {
        match self {
            Self::App => AuditAction::StaffSecondFactorSet,
            Self::Passkey => AuditAction::StaffPasskeyAdded,
        }
    }

    /// What the audit log calls a sign-in that goes on with a new one.
    pub(super) const fn as_proof(self) -> &'static str {
        match self {
            Self::App => "new-second-factor",
            Self::Passkey => "new-passkey",
        }
    }
}

/// A second factor that was set up, of which its owner was not told yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSecondFactor {
    /// What it is.
    pub kind: SecondFactorKind,
    /// The kind of device that it was set up from.
    pub device: Device,
    /// When.
    pub at: Timestamp,
}

/// What the person is to be told in the actor's session, the latest first.
pub(in crate::staff) async fn untold(
    context: &Context,
    on: &impl sea_orm::ConnectionTrait,
    actor: &StaffActor,
    row: &entity::Model,
) -> Result<Vec<NewSecondFactor>, Fault> {
    let mut untold = if row.second_factors().passkeys {
        passkey::untold(context, on, actor.staff_id(), actor.signed_in_at()).await?
    } else {
        Vec::new()
    };
    untold.extend(untold_app(context, actor, row));
    untold.sort_by_key(|new| std::cmp::Reverse(new.at));
    Ok(untold)
}

/// The person has seen what they were told in the actor's session of the time up to `until`.
pub(in crate::staff) async fn told(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    row: &entity::Model,
    until: Timestamp,
) -> Result<(), Fault> {
    passkey::told(transaction, actor.staff_id(), actor.signed_in_at(), until).await?;
    if untold_app(context, actor, row).is_some_and(|app| app.at <= until) {
        let change = entity::ActiveModel {
            id: Set(row.id),
            sealed_untold_code_device: Set(None),
            ..entity::ActiveModel::default()
        };
        entity::Entity::update(change).exec(transaction).await?;
    }
    Ok(())
}

fn untold_app(context: &Context, actor: &StaffActor, row: &entity::Model) -> Option<NewSecondFactor> {
    let (sealed, at) = (row.sealed_untold_code_device.as_ref()?, row.code_set_at?);
    let at = Timestamp::from_millis(at);
    // What does not open is unknown: the person must be told of it all the same.
    let device = member::open(context, row.staff_id(), Sealed::UntoldCodeDevice, sealed);
    (at < actor.signed_in_at()).then(|| NewSecondFactor {
        kind: SecondFactorKind::App,
        device: device.map_or(Device::UNKNOWN, |bytes| Device::from_bytes(&bytes)),
        at,
    })
}
