//! What an organisation's admins do about a request: take care of it, take longer, grant it, decline it.
//!
//! A request is answered once: whoever is second, after a colleague or after the person who took it back, learns that it was.

use std::collections::BTreeSet;

use base::{CaseId, DataRequestId, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, UpdateMany};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::rule::{self, DataRequestKind, DataRequestState};
use super::texts::{Text, key, seal};
use super::{AnswerRequestError, settle, store, view};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::event::{EventKind, NewEvent};
use crate::ledger::LedgerEntry;
use crate::rights::Action;
use crate::session::Owner;
use crate::{
    Context, Denied, Fault, NotificationKind, Portal, StaffActor, case, delivery, event, notification, organisation,
};

/// What is granted.
#[derive(Clone)]
pub struct Grant {
    /// The cases to erase, of a request for erasure.
    pub cases: Vec<CaseId>,
    /// What the person reads; must say something unless every case that they ask for is erased.
    pub answer: String,
}

/// What came of granting a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// How many messages were withdrawn from the person.
    pub erased: u64,
    /// Whether something of it is held, and waits for that to end before it is destroyed.
    pub waits: bool,
}

impl Portal {
    /// Somebody of the organisation takes care of a request.
    ///
    /// # Errors
    ///
    /// [`AnswerRequestError`].
    pub async fn take_up_request(&self, actor: &StaffActor, request: DataRequestId) -> Result<(), AnswerRequestError> {
        let context = &*self.0;
        find(context, actor, request).await?;
        let transaction = context.database.write().await?;
        let change = store::change_open(request)
            .col_expr(Column::State, DataRequestState::Handling.as_str().into())
            .col_expr(Column::TakenUpBy, Expr::value(*actor.staff_id().as_uuid()));
        changed(&transaction, change).await?;
        record(context, &transaction, actor, AuditAction::DataRequestTakenUp, request).await?;
        Ok(transaction.commit().await?)
    }

    /// The organisation takes two months more, for a reason that the person reads (article 12(3)). Once, and before the first is over.
    ///
    /// # Errors
    ///
    /// [`AnswerRequestError`].
    pub async fn extend_request(
        &self,
        actor: &StaffActor,
        request: DataRequestId,
        reason: &str,
    ) -> Result<(), AnswerRequestError> {
        let context = &*self.0;
        let row = find(context, actor, request).await?;
        let reason = rule::said(reason, true).ok_or(AnswerRequestError::InvalidText)?;
        let now = context.now();
        if row.extended_at.is_some() || row.due_at <= now.as_millis() {
            return Err(AnswerRequestError::TooLateToExtend);
        }
        let organisation = organisation::find(context.database.reader(), row.organisation()).await?;
        let organisation = organisation.ok_or(Denied::OrganisationGone)?;
        let received_at = Timestamp::from_millis(row.received_at);
        let due_at = rule::due_at(received_at, true, &organisation.time_zone);
        let due_at = due_at.ok_or_else(|| Fault::new("no month is left in the calendar"))?;
        let sealed = sealed(context, &row, Text::Extension, &reason).await?;
        let transaction = context.database.write().await?;
        let change = store::change_open(request)
            .filter(Column::ExtendedAt.is_null())
            .col_expr(Column::State, DataRequestState::Handling.as_str().into())
            .col_expr(Column::TakenUpBy, Expr::value(*actor.staff_id().as_uuid()))
            .col_expr(Column::DueAt, due_at.as_millis().into())
            .col_expr(Column::ExtendedAt, now.as_millis().into())
            .col_expr(Column::SealedExtension, Expr::value(sealed));
        changed(&transaction, change).await?;
        // The person must be told within the first month.
        announce(context, &transaction, &row).await?;
        record(context, &transaction, actor, AuditAction::DataRequestExtended, request).await?;
        Ok(transaction.commit().await?)
    }

    /// Declines a request, for a reason that the person reads.
    ///
    /// # Errors
    ///
    /// [`AnswerRequestError`].
    pub async fn decline_request(
        &self,
        actor: &StaffActor,
        request: DataRequestId,
        reason: &str,
    ) -> Result<(), AnswerRequestError> {
        let context = &*self.0;
        let row = find(context, actor, request).await?;
        let reason = rule::said(reason, true).ok_or(AnswerRequestError::InvalidText)?;
        let answer = Answer {
            state: DataRequestState::Declined,
            sealed: sealed(context, &row, Text::Answer, &reason).await?,
            purge_at: settle::purge_at(context, row.organisation(), context.now()).await?,
        };
        let transaction = context.database.write().await?;
        changed(&transaction, answer.change(context, actor, &row)).await?;
        announce(context, &transaction, &row).await?;
        record(context, &transaction, actor, AuditAction::DataRequestDeclined, request).await?;
        Ok(transaction.commit().await?)
    }

    /// Grants a request. For erasure the chosen cases are withdrawn from the person at once, and destroyed by the next purge; what is
    /// held waits until the hold is over. What was to be put right, the organisation has put right itself, and says how.
    ///
    /// # Errors
    ///
    /// [`AnswerRequestError`].
    pub async fn grant_request(
        &self,
        actor: &StaffActor,
        request: DataRequestId,
        grant: &Grant,
    ) -> Result<Granted, AnswerRequestError> {
        let context = &*self.0;
        let row = find(context, actor, request).await?;
        let is_erasure = row.kind()? == DataRequestKind::Erasure;
        let answer = rule::said(&grant.answer, !is_erasure).ok_or(AnswerRequestError::InvalidText)?;
        let sealed = sealed(context, &row, Text::Answer, &answer).await?;
        let now = context.now();
        let purge_at = settle::purge_at(context, row.organisation(), now).await?;
        let chosen: BTreeSet<CaseId> = grant.cases.iter().copied().collect();
        let ids: Vec<Uuid> = chosen.iter().map(|case| *case.as_uuid()).collect();
        let transaction = context.database.write().await?;
        // Cases before requests, as everybody locks them.
        case::lock(&transaction, &ids).await?;
        // Who asks may have turned out to be somebody else since, and what they have with them.
        let row = store::lock_open(&transaction, request).await?;
        let row = row.ok_or(AnswerRequestError::AlreadyAnswered)?;
        let there = match is_erasure {
            true => view::cases(context, &transaction, &row).await?,
            false => Vec::new(),
        };
        let is_there = |case: &CaseId| there.iter().any(|there| there.id == *case);
        if !chosen.iter().all(is_there) || (chosen.is_empty() && !there.is_empty()) {
            return Err(AnswerRequestError::InvalidCases);
        }
        if chosen.len() < there.len() && answer.is_empty() {
            return Err(AnswerRequestError::InvalidText);
        }
        let cases: Vec<CaseId> = chosen.into_iter().collect();
        let (organisation, recipient) = (row.organisation(), row.recipient());
        let erased = delivery::erase(&transaction, organisation, recipient, &cases, request, now).await?;
        // What is going already, or was erased for another request, is waited for too.
        let is_done = !is_erasure || settle::is_done(&transaction, request).await?;
        let answer = Answer {
            // Where nothing is to be destroyed, all is done with the answer.
            state: match is_done {
                true => DataRequestState::Done,
                false => DataRequestState::Granted,
            },
            sealed,
            purge_at,
        };
        changed(&transaction, answer.change(context, actor, &row)).await?;
        announce(context, &transaction, &row).await?;
        let withdrawn: Vec<NewEvent> = erased
            .iter()
            .filter(|erased| !erased.was_revoked)
            .map(|erased| NewEvent {
                kind: EventKind::Revoked,
                message: erased.message,
                delivery: erased.id,
            })
            .collect();
        event::record(&transaction, organisation, now, &withdrawn).await?;
        let id = request.to_string();
        for case in &cases {
            let entry = AuditEntry::by_staff(actor, AuditAction::CaseErased)
                .about(AuditTarget::Case(*case))
                .detail(&id);
            context.audit.record(&transaction, now, &entry).await?;
        }
        record(context, &transaction, actor, AuditAction::DataRequestGranted, request).await?;
        let waits = is_erasure && view::waits(context, &transaction, request).await?;
        let entries: Vec<LedgerEntry> = erased.iter().map(|erased| LedgerEntry::Erased(erased.id)).collect();
        if !entries.is_empty() {
            // Before it holds: a restored copy must not give back what a person was told is gone. Last of all: what is told of an
            // erasure that failed is taken back some minutes later.
            let told = context.ledger.append(&entries).await.map_err(Fault::from)?;
            told.applied_by(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(Granted {
            erased: u64::try_from(erased.len()).unwrap_or(u64::MAX),
            waits,
        })
    }
}

/// The request of the actor's organisation, for who may answer it now.
async fn find(context: &Context, actor: &StaffActor, request: DataRequestId) -> Result<Model, AnswerRequestError> {
    let allowed: Result<(), Denied> = context.require(actor, Action::AnswerRequest).await?;
    allowed?;
    let row = store::of_organisation(context.database.reader(), actor.organisation_id(), request).await?;
    let row = row.ok_or(AnswerRequestError::NotFound)?;
    match row.state()?.is_open() {
        true => Ok(row),
        false => Err(AnswerRequestError::AlreadyAnswered),
    }
}

/// A text under the request's key. Where that is gone an answer must still be possible, and none can be read.
async fn sealed(
    context: &Context,
    row: &Model,
    which: Text,
    text: &str,
) -> Result<Option<Vec<u8>>, AnswerRequestError> {
    let key = key(context, row).await?;
    if key.is_none() {
        tracing::error!(request = %row.request_id(), "a request's key is gone; what is answered is not kept");
    }
    Ok(key.and_then(|key| seal(&key, row.request_id(), which, text)))
}

/// An answer to a request.
struct Answer {
    state: DataRequestState,
    sealed: Option<Vec<u8>>,
    /// When the request is deleted, if all is done with the answer.
    purge_at: Timestamp,
}

impl Answer {
    /// The change that it makes, while nobody else has answered.
    fn change(&self, context: &Context, actor: &StaffActor, row: &Model) -> UpdateMany<Entity> {
        let now = context.now();
        let mut change = store::change_open(row.request_id())
            .col_expr(Column::State, self.state.as_str().into())
            .col_expr(Column::AnsweredAt, now.as_millis().into())
            .col_expr(Column::AnsweredBy, Expr::value(*actor.staff_id().as_uuid()))
            .col_expr(Column::SealedAnswer, Expr::value(self.sealed.clone()));
        if self.state != DataRequestState::Granted {
            change = change
                .col_expr(Column::DoneAt, now.as_millis().into())
                .col_expr(Column::PurgeAt, self.purge_at.as_millis().into());
        }
        change
    }
}

async fn changed(transaction: &WriteTransaction, change: UpdateMany<Entity>) -> Result<(), AnswerRequestError> {
    match change.exec(transaction).await?.rows_affected {
        0 => Err(AnswerRequestError::AlreadyAnswered),
        _ => Ok(()),
    }
}

async fn announce(context: &Context, transaction: &WriteTransaction, row: &Model) -> Result<(), Fault> {
    let person = Owner::Recipient(row.recipient());
    Ok(notification::announce(context, transaction, NotificationKind::RequestAnswered, person).await?)
}

async fn record(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    action: AuditAction,
    request: DataRequestId,
) -> Result<(), Fault> {
    let entry = AuditEntry::by_staff(actor, action).about(AuditTarget::DataRequest(request));
    context.audit.record(transaction, context.now(), &entry).await
}
