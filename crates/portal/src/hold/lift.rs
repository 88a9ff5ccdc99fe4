//! Lifting a hold.

use base::{HoldId, MessageId, OrganisationId, StaffId, Timestamp};
use keyring::Field;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::entity::{Column, Entity, Model};
use super::rule::{self, HoldScope};
use super::{HoldError, condition, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::ledger::LedgerEntry;
use crate::rights::Action;
use crate::{Context, Fault, OperatorActor, Portal, StaffActor, delivery};

impl Portal {
    /// Lifts a hold of the actor's organisation, for a reason of one line and at most 200 characters. Seven days later it keeps nothing
    /// any more: what has ended by then is destroyed, also what was revoked meanwhile.
    ///
    /// # Errors
    ///
    /// [`HoldError`]; after [`HoldError::Fault`] it stands.
    pub async fn lift_hold(&self, actor: &StaffActor, hold: HoldId, reason: &str) -> Result<(), HoldError> {
        let context = &*self.0;
        context.require(actor, Action::LiftHold).await??;
        let reason = rule::reason(reason).ok_or(HoldError::InvalidReason)?;
        // The seven days begin no earlier than what others have acted on, and by no clock that may be wrong.
        context.latch().await?;
        let now = context.certain_now();
        let (transaction, row) = loop {
            let transaction = context.database.write().await?;
            let row = store::find(&transaction, actor.organisation_id(), hold).await?;
            let row = row.ok_or(HoldError::NotFound)?;
            // What is its recipient's may have become another's meanwhile.
            if let Some(row) = store::locked(&transaction, &row).await? {
                break (transaction, row);
            }
        };
        let end = Lifting {
            at: now,
            by: Some(actor.staff_id()),
            sealed_reason: Some(seal(context, hold, Said::OnLifting, reason)),
        };
        if !end.apply(&transaction, &row).await? {
            return Err(HoldError::AlreadyLifted);
        }
        let id = hold.to_string();
        let entry = AuditEntry::by_staff(actor, AuditAction::HoldLifted)
            .about(target(&row))
            .detail(&id);
        context.audit.record(&transaction, now, &entry).await?;
        // So that a restored copy does not keep what may go, and whom it names, for ever.
        let told = context.ledger.append(&[LedgerEntry::Lifted(hold)]).await?;
        told.applied_by(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// Lifts every hold of an organisation that is deleted, and says which: nobody is left who could. The caller tells the ledger.
pub(crate) async fn lift_all(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    at: Timestamp,
    by: Option<&OperatorActor>,
) -> Result<Vec<HoldId>, Fault> {
    let rows = Entity::find()
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .filter(Column::LiftedAt.is_null())
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    let mut lifted = Vec::new();
    for row in rows {
        let lifting = Lifting {
            at,
            by: None,
            sealed_reason: None,
        };
        if !lifting.apply(transaction, &row).await? {
            continue;
        }
        let id = row.hold_id().to_string();
        let entry = AuditEntry::by_operator_or_portal(by, AuditAction::HoldLifted)
            .within(organisation)
            .about(target(&row))
            .detail(&id);
        context.audit.record(transaction, at, &entry).await?;
        lifted.push(row.hold_id());
    }
    Ok(lifted)
}

/// How a hold is lifted.
pub(super) struct Lifting {
    /// When its seven days begin.
    pub(super) at: Timestamp,
    /// Who lifts it, when that is known.
    pub(super) by: Option<StaffId>,
    /// Why, when that is known.
    pub(super) sealed_reason: Option<Vec<u8>>,
}

impl Lifting {
    /// Lifts the hold, unless somebody did before. Says whether it did. The caller has locked what it is on.
    pub(super) async fn apply(self, transaction: &WriteTransaction, row: &Model) -> Result<bool, DbErr> {
        let lifted = Entity::update_many()
            .col_expr(Column::LiftedAt, self.at.as_millis().into())
            .col_expr(Column::LiftedBy, Expr::value(self.by.map(|by| *by.as_uuid())))
            .col_expr(Column::SealedLiftReason, Expr::value(self.sealed_reason))
            .filter(Column::Id.eq(row.id))
            .filter(Column::LiftedAt.is_null())
            .exec(transaction)
            .await?;
        if lifted.rows_affected == 0 {
            return Ok(false);
        }
        use delivery::entity as of;
        of::Entity::update_many()
            .col_expr(of::Column::KeptUntil, rule::keeps_until(self.at).as_millis().into())
            .filter(store::deliveries_of(row))
            .exec(transaction)
            .await?;
        Ok(true)
    }
}

/// Notes until when holds that were lifted before keep the deliveries of a message that is just sent.
pub(crate) async fn note_lifted(
    transaction: &WriteTransaction,
    message: MessageId,
    now: Timestamp,
) -> Result<(), DbErr> {
    use delivery::entity::{Column, Entity};
    let kept_until = condition::kept_by_lifted(now);
    Entity::update_many()
        .col_expr(Column::KeptUntil, Expr::cust(kept_until.clone()))
        .filter(Column::MessageId.eq(*message.as_uuid()))
        .filter(Expr::cust(format!("{kept_until} IS NOT NULL")))
        .exec(transaction)
        .await?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use sea_orm::EntityTrait;

    use crate::case;
    use crate::hold::{HoldScope, entity};
    use crate::test_support::{Norrby, TestPortal};

    #[tokio::test]
    async fn a_hold_is_lifted_when_whoever_gives_its_cases_to_another_is_done_and_takes_nothing_before() {
        // On SQLite whoever is before has the turn to write.
        let Some(test) = TestPortal::on_postgres().await else {
            return;
        };
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let hold = norrby.hold(&test, &sent, HoldScope::Recipient).await;
        let admin = norrby.admin(&test).await;
        let holder = test.portal.0.database.write().await.unwrap();
        case::lock(&holder, &[*sent.deliveries[0].case.as_uuid()])
            .await
            .unwrap();
        let node = test.another_node().await;
        let lifting = tokio::spawn(async move { node.lift_hold(&admin, hold, "Tvisten är avgjord").await });
        test.connections_wait(1).await;
        // As linking does, after the cases: whoever lifts must not have this row while waiting for them.
        let row = entity::Entity::find().one(&holder).await.unwrap().unwrap();
        entity::Entity::update_many()
            .col_expr(
                entity::Column::RecipientId,
                sea_orm::sea_query::Expr::value(row.recipient_id),
            )
            .exec(&holder)
            .await
            .unwrap();
        holder.commit().await.unwrap();
        lifting.await.unwrap().unwrap();
        assert_eq!(test.audited("hold.lifted").await, 1);
    }
}
