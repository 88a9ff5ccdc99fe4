//! Closing a case, and opening it again.
//!
//! Closing brings nearer what a rule counts from it. Opening again moves it away, so keys come first; what has ended meanwhile stays
//! ended, and the days begin anew when the case is closed the next time.

use base::{CaseId, DeliveryId, MessageId, OrganisationId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::CaseError;
use super::entity::{Column, Entity, Model};
use crate::actor::{Scope, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::event::{self, EventKind, NewEvent};
use crate::message::SystemError;
use crate::retention::{Nearing, Prolonging};
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, StaffActor, delivery, organisation, retention};

/// Who decides about a case.
#[derive(Clone, Copy)]
enum Decider<'a> {
    Staff(&'a StaffActor),
    System(&'a SystemActor),
}

impl<'a> Decider<'a> {
    const fn organisation(self) -> OrganisationId {
        match self {
            Self::Staff(actor) => actor.organisation_id(),
            Self::System(actor) => actor.organisation_id(),
        }
    }

    fn entry(self, action: AuditAction) -> AuditEntry<'a> {
        match self {
            Self::Staff(actor) => AuditEntry::by_staff(actor, action),
            Self::System(actor) => AuditEntry::by_system(actor, action),
        }
    }
}

impl Portal {
    /// Closes a case of the actor's organisation. What a rule counts from that ends so many days from now, and never later than it
    /// would have. Closing a closed one changes nothing.
    ///
    /// # Errors
    ///
    /// [`CaseError::Denied`], [`CaseError::NotFound`], [`CaseError::Fault`].
    pub async fn close_case(&self, actor: &StaffActor, case: CaseId) -> Result<(), CaseError> {
        let context = &*self.0;
        context.require(actor, Action::CloseCase).await??;
        close(context, Decider::Staff(actor), case).await
    }

    /// Opens a closed case of the actor's organisation again. What a rule counts from closing is kept as if it had never been closed;
    /// what has ended meanwhile stays ended. Opening an open one changes nothing.
    ///
    /// # Errors
    ///
    /// [`CaseError::Denied`], [`CaseError::NotFound`], [`CaseError::Fault`].
    pub async fn reopen_case(&self, actor: &StaffActor, case: CaseId) -> Result<(), CaseError> {
        let context = &*self.0;
        context.require(actor, Action::CloseCase).await??;
        reopen(context, Decider::Staff(actor), case).await
    }

    /// As [`Portal::close_case`], for a system.
    ///
    /// # Errors
    ///
    /// [`SystemError::Forbidden`] without the scope [`Scope::MessagesSend`]; [`SystemError::NotFound`] also when the case is another
    /// organisation's; [`SystemError::SystemDisabled`].
    pub async fn close_case_by_system(&self, actor: &SystemActor, case: CaseId) -> Result<(), SystemError> {
        actor.require(Scope::MessagesSend)?;
        close(&self.0, Decider::System(actor), case).await.map_err(for_system)
    }

    /// As [`Portal::reopen_case`], for a system.
    ///
    /// # Errors
    ///
    /// As [`Portal::close_case_by_system`].
    pub async fn reopen_case_by_system(&self, actor: &SystemActor, case: CaseId) -> Result<(), SystemError> {
        actor.require(Scope::MessagesSend)?;
        reopen(&self.0, Decider::System(actor), case).await.map_err(for_system)
    }
}

fn for_system(error: CaseError) -> SystemError {
    match error {
        CaseError::NotFound => SystemError::NotFound,
        CaseError::Denied(Denied::OrganisationGone) => SystemError::SystemDisabled,
        CaseError::Fault(fault) => SystemError::Fault(fault),
        other => SystemError::Fault(Fault::new(other.to_string())),
    }
}

async fn close(context: &Context, by: Decider<'_>, case: CaseId) -> Result<(), CaseError> {
    // What others have seen expire must not be told of because this node's clock is behind.
    context.latch().await?;
    let now = context.now();
    let transaction = context.database.write().await?;
    if locked(&transaction, by.organisation(), case).await?.closed_at.is_some() {
        return Ok(());
    }
    set_closed(&transaction, case, Some(now)).await?;
    retention::count_anew(context, &transaction, by.organisation(), case, Nearing::Closed).await?;
    tell(
        context,
        transaction,
        by,
        case,
        (AuditAction::CaseClosed, EventKind::CaseClosed),
        now,
    )
    .await
}

async fn reopen(context: &Context, by: Decider<'_>, case: CaseId) -> Result<(), CaseError> {
    context.latch().await?;
    let reader = context.database.reader();
    let organisation = organisation::find(reader, by.organisation()).await?;
    let organisation = organisation.ok_or(Denied::OrganisationGone)?;
    let change = Prolonging::Reopened;
    loop {
        if own(reader, organisation.id, case).await?.closed_at.is_none() {
            return Ok(());
        }
        let seen = retention::plan(context, reader, &organisation, case, change).await?;
        retention::keep_planned(context, &seen).await?;
        let transaction = context.database.write().await?;
        if locked(&transaction, organisation.id, case).await?.closed_at.is_none() {
            return Ok(());
        }
        let planned = retention::plan(context, &transaction, &organisation, case, change).await?;
        // What came meanwhile, or is to stay even longer, gets its keys first.
        if !retention::is_kept(&planned, &seen) {
            continue;
        }
        set_closed(&transaction, case, None).await?;
        retention::prolong(context, &transaction, &planned).await?;
        let said = (AuditAction::CaseReopened, EventKind::CaseReopened);
        return tell(context, transaction, by, case, said, context.now()).await;
    }
}

/// Tells the organisation and the log of what was done to a case, and commits it.
async fn tell(
    context: &Context,
    transaction: WriteTransaction,
    by: Decider<'_>,
    case: CaseId,
    (action, kind): (AuditAction, EventKind),
    now: Timestamp,
) -> Result<(), CaseError> {
    let happened = living(&transaction, case, now).await?.into_iter().map(|row| NewEvent {
        kind,
        message: MessageId::from_uuid(row.message_id),
        delivery: DeliveryId::from_uuid(row.id),
    });
    event::record(&transaction, by.organisation(), now, &happened.collect::<Vec<_>>()).await?;
    let entry = by.entry(action).about(AuditTarget::Case(case));
    context.audit.record(&transaction, now, &entry).await?;
    transaction.commit().await?;
    Ok(())
}

/// As [`own`], of an organisation that stays, and nobody else decides about it until the transaction ends.
async fn locked(
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    case: CaseId,
) -> Result<Model, CaseError> {
    super::lock(transaction, &[*case.as_uuid()]).await?;
    if !organisation::stays(transaction, organisation).await? {
        return Err(Denied::OrganisationGone.into());
    }
    own(transaction, organisation, case).await
}

/// A case of an organisation; another's is not found.
pub(super) async fn own(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    case: CaseId,
) -> Result<Model, CaseError> {
    let found = Entity::find_by_id(*case.as_uuid())
        .filter(Column::OrganisationId.eq(*organisation.as_uuid()))
        .one(on)
        .await?;
    found.ok_or(CaseError::NotFound)
}

async fn set_closed(transaction: &WriteTransaction, case: CaseId, at: Option<Timestamp>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ClosedAt, Expr::value(at.map(Timestamp::as_millis)))
        .filter(Column::Id.eq(*case.as_uuid()))
        .exec(transaction)
        .await?;
    Ok(())
}

/// The deliveries of a case that can be read.
async fn living(
    transaction: &WriteTransaction,
    case: CaseId,
    now: Timestamp,
) -> Result<Vec<delivery::entity::Model>, DbErr> {
    use delivery::entity::{Column, Entity};
    Entity::find()
        .filter(Column::CaseId.eq(*case.as_uuid()))
        .filter(Column::PurgedAt.is_null())
        .filter(Column::CondemnedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiredAt.is_null())
        .filter(Column::ExpiresAt.gt(now.as_millis()))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await
}
