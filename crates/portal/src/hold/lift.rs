//! Lifting a hold.

use base::HoldId;
use keyring::Field;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::entity::{Column, Entity, Model};
use super::rule::{self, HoldScope};
use super::{HoldError, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::rights::Action;
use crate::{Context, Portal, StaffActor, delivery};

impl Portal {
    /// Lifts a hold of the actor's organisation, for a reason of one line and at most 200 characters. Seven days later it keeps nothing
    /// any more: what has ended by then is destroyed, also what was revoked meanwhile.
    ///
    /// # Errors
    ///
    /// [`HoldError`].
    pub async fn lift_hold(&self, actor: &StaffActor, hold: HoldId, reason: &str) -> Result<(), HoldError> {
        let context = &*self.0;
        context.require(actor, Action::LiftHold).await??;
        let reason = rule::reason(reason).ok_or(HoldError::InvalidReason)?;
        // The seven days begin no earlier than what others have acted on, and by no clock that may be wrong.
        context.latch().await?;
        let now = context.certain_now();
        let transaction = context.database.write().await?;
        let row = store::find(&transaction, actor.organisation_id(), hold).await?;
        let row = row.ok_or(HoldError::NotFound)?;
        let lifted = Entity::update_many()
            .col_expr(Column::LiftedAt, now.as_millis().into())
            .col_expr(Column::LiftedBy, Expr::value(*actor.staff_id().as_uuid()))
            .col_expr(
                Column::SealedLiftReason,
                Expr::value(seal(context, hold, Said::OnLifting, reason)),
            )
            .filter(Column::Id.eq(row.id))
            .filter(Column::LiftedAt.is_null())
            .exec(&transaction)
            .await?;
        if lifted.rows_affected == 0 {
            return Err(HoldError::AlreadyLifted);
        }
        let kept = delivery::entity::Entity::update_many()
            .col_expr(
                delivery::entity::Column::KeptUntil,
                rule::keeps_until(now).as_millis().into(),
            )
            .filter(delivery::entity::Column::OrganisationId.eq(row.organisation_id))
            .filter(
                Condition::any()
                    .add(delivery::entity::Column::CaseId.eq(row.case_id))
                    .add(delivery::entity::Column::RecipientId.eq(row.recipient_id)),
            )
            .filter(delivery::entity::Column::CondemnedAt.is_null())
            .filter(delivery::entity::Column::PurgedAt.is_null());
        kept.exec(&transaction).await?;
        let id = hold.to_string();
        let entry = AuditEntry::by_staff(actor, AuditAction::HoldLifted)
            .about(target(&row))
            .detail(&id);
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// What the log says that a hold is on.
pub(super) fn target(row: &Model) -> AuditTarget {
    match (row.scope(), row.recipient_id) {
        (HoldScope::Recipient, Some(recipient)) => AuditTarget::Recipient(base::RecipientId::from_uuid(recipient)),
        _ => AuditTarget::Case(row.case()),
    }
}

/// When a reason was given.
#[derive(Clone, Copy)]
pub(super) enum Said {
    OnPlacing,
    OnLifting,
}

impl Said {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::OnPlacing => "sealed_reason",
            Self::OnLifting => "sealed_lift_reason",
        }
    }
}

pub(super) fn seal(context: &Context, hold: HoldId, said: Said, reason: &str) -> Vec<u8> {
    let place = Field::new("hold", said.column(), hold.as_bytes());
    context.vault.hold_key().seal_field(place, reason.as_bytes())
}
