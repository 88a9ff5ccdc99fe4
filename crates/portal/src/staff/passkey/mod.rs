//! Passkeys: a second factor that a page elsewhere can't lure anybody into giving. How one is added and removed, and how it is
//! given at sign-in and to confirm. An account has passkeys, codes from an app, or both; recovery codes stand in for either.

mod add;
mod ceremony;
pub(crate) mod entity;
mod give;
mod relying_party;
mod store;

use base::{PasskeyId, StaffId, Timestamp};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use super::second_factor::{SecondFactorError, recovery_code};
use super::sign_in::{demands, rules_of};
use super::{NewSecondFactor, SecondFactorKind, SecondFactors, entity as member_entity};
use crate::actor::StaffActor;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::rights::Action;
use crate::session::{self, Owner};
use crate::{Context, Denied, Fault, NotificationKind, Portal, notification};

pub use add::PasskeyAdded;
pub use give::PasskeyConfirms;
pub(crate) use relying_party::RelyingParty;

/// A passkey as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnPasskey {
    /// Its id.
    pub id: PasskeyId,
    /// What they call it.
    pub name: String,
    /// When they added it.
    pub added_at: Timestamp,
    /// When they last used it.
    pub last_used_at: Option<Timestamp>,
}

impl OwnPasskey {
    /// How many somebody may have.
    pub const MAX: usize = 10;
    /// The longest name, in characters (Unicode scalar values).
    pub const MAX_NAME_CHARS: usize = 60;
}

impl std::fmt::Debug for OwnPasskey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnPasskey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Portal {
    /// Whether there can be passkeys: they belong to a host's name, so a portal that is reached by a number has none.
    #[must_use]
    pub fn has_passkeys(&self) -> bool {
        self.0.relying_party.is_some()
    }

    /// Removes one of a staff member's own passkeys, and ends their other sessions. With the last second factor the recovery
    /// codes go too.
    ///
    /// # Errors
    ///
    /// [`SecondFactorError`]; [`SecondFactorError::Overtaken`] when they have no such passkey.
    pub async fn remove_passkey(&self, actor: &StaffActor, id: PasskeyId) -> Result<(), SecondFactorError> {
        self.0.require(actor, Action::ChangeOwnSecondFactor).await??;
        let (context, staff) = (&*self.0, actor.staff_id());
        let transaction = context.database.write().await?;
        let row = super::store::lock(&transaction, staff).await?;
        let row = row.ok_or(SecondFactorError::Overtaken)?;
        if !store::delete(&transaction, staff, id).await? {
            return Err(SecondFactorError::Overtaken);
        }
        let left = store::rows(&transaction, staff).await?.len();
        let second_factors = SecondFactors {
            passkeys: left > 0,
            ..row.second_factors()
        };
        let rules = rules_of(&transaction, row.organisation()).await?;
        let rules = rules.ok_or(Denied::OrganisationGone)?;
        // What was deleted comes back, since nothing is committed.
        if !second_factors.any() && demands(context, &row, &rules, context.clock_time()).second_factor_required {
            return Err(SecondFactorError::Required);
        }
        note_count(&transaction, &row, left).await?;
        if !second_factors.any() {
            recovery_code::delete(&transaction, staff).await?;
        }
        session::end_all_of_staff(context, &transaction, staff, Some(actor.session())).await?;
        let kind = NotificationKind::StaffSecondFactorChanged;
        notification::announce(context, &transaction, kind, Owner::Staff(staff)).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffPasskeyRemoved).about(AuditTarget::Staff(staff));
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Somebody's passkeys as they see them.
pub(in crate::staff) async fn own(
    context: &Context,
    on: &impl ConnectionTrait,
    row: &member_entity::Model,
) -> Result<Vec<OwnPasskey>, Fault> {
    let rows = store::rows(on, row.staff_id()).await?;
    let own = |row: &entity::Model| {
        Ok(OwnPasskey {
            id: PasskeyId::from_uuid(row.id),
            name: store::name(context, row)?,
            added_at: Timestamp::from_millis(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp::from_millis),
        })
    };
    rows.iter().map(own).collect()
}

/// The passkeys that were added before then, of which the person was not told yet.
pub(in crate::staff) async fn untold(
    context: &Context,
    on: &impl ConnectionTrait,
    staff: StaffId,
    before: Timestamp,
) -> Result<Vec<NewSecondFactor>, Fault> {
    let rows = store::untold(context, on, staff, before).await?;
    let new = |(device, at)| NewSecondFactor {
        kind: SecondFactorKind::Passkey,
        device,
        at,
    };
    Ok(rows.into_iter().map(new).collect())
}

/// The person was told of those up to `until`.
pub(in crate::staff) async fn told(
    transaction: &WriteTransaction,
    staff: StaffId,
    before: Timestamp,
    until: Timestamp,
) -> Result<(), Fault> {
    Ok(store::told(transaction, staff, before, until).await?)
}

/// Takes all of somebody's passkeys away.
pub(in crate::staff) async fn forget(transaction: &WriteTransaction, row: &member_entity::Model) -> Result<(), Fault> {
    store::delete_all(transaction, row.staff_id()).await?;
    note_count(transaction, row, 0).await
}

/// Writes down how many passkeys somebody has. With the last goes what authenticators know the account by.
async fn note_count(transaction: &WriteTransaction, row: &member_entity::Model, count: usize) -> Result<(), Fault> {
    let mut change = member_entity::ActiveModel {
        id: Set(row.id),
        passkeys: Set(Some(i32::try_from(count).map_err(Fault::new)?)),
        ..member_entity::ActiveModel::default()
    };
    if count == 0 {
        change.sealed_passkey_handle = Set(None);
    }
    member_entity::Entity::update(change).exec(transaction).await?;
    Ok(())
}
