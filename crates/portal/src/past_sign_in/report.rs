//! A person says of one of their sign-ins that it was not them.

use std::collections::BTreeSet;

use base::SessionId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::entity::{Column, Entity};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::delivery::Finder;
use crate::session::{self, Owner};
use crate::{Fault, Portal, RecipientActor, new_device};

/// A sign-in could not be reported.
#[derive(Debug, thiserror::Error)]
pub enum ReportSignInError {
    /// No sign-in of this person that is kept has that id, or it is that of the session that asks.
    #[error("there is no such sign-in")]
    NotFound,
    /// Something inside failed; nothing was reported and no session ended.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Portal {
    /// The person says that a sign-in was not theirs: every session of theirs but the one that asks ends, and the audit log says so, the
    /// installation's and that of each organisation of whose messages the person can read any, since somebody else may have read them.
    /// Of the next sign-in from that kind of device they are told as of a new one. A sign-in is reported once; again, it only ends sessions. Says whether this was the first time.
    ///
    /// # Errors
    ///
    /// See [`ReportSignInError`].
    pub async fn report_sign_in(&self, actor: &RecipientActor, id: SessionId) -> Result<bool, ReportSignInError> {
        let context = &*self.0;
        let (recipient, now) = (actor.recipient_id(), context.now());
        let theirs = || Entity::find_by_id(*id.as_uuid()).filter(Column::RecipientId.eq(*recipient.as_uuid()));
        let row = theirs().one(context.database.reader()).await.map_err(Fault::from)?;
        let Some(row) = row.filter(|_| actor.sign_in() != Some(id)) else {
            return Err(ReportSignInError::NotFound);
        };
        let readable = Finder::regardless_of_terms(actor, now)
            .deliveries(context.database.reader())
            .await;
        let senders: BTreeSet<_> = readable
            .map_err(Fault::from)?
            .iter()
            .map(|delivery| delivery.organisation)
            .collect();
        let transaction = context.database.write().await.map_err(Fault::from)?;
        session::end_others(context, &transaction, actor).await?;
        let reported = Entity::update_many()
            .col_expr(Column::ReportedAt, Some(now.as_millis()).into())
            .filter(Column::Id.eq(*id.as_uuid()))
            .filter(Column::RecipientId.eq(*recipient.as_uuid()))
            .filter(Column::ReportedAt.is_null())
            .exec(&transaction)
            .await
            .map_err(Fault::from)?;
        let is_first = reported.rows_affected > 0;
        if is_first {
            // Of that kind of device the person is told again, unless it is the kind that they have themselves.
            let own = session::device_of(context, &transaction, actor.session()).await;
            let reported = super::from(context, &row).device;
            if own.map_err(Fault::from)?.is_some_and(|own| own != reported) {
                let forgotten =
                    new_device::forget_one(context, &transaction, Owner::Recipient(recipient), reported).await;
                forgotten.map_err(Fault::from)?;
            }
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientSignInReported);
            let audit = &context.audit;
            audit
                .record(&transaction, now, &entry.about(AuditTarget::Session(id)))
                .await?;
            for sender in senders {
                let entry = entry.within(sender).about(AuditTarget::Recipient(recipient));
                audit.record(&transaction, now, &entry).await?;
            }
        }
        transaction.commit().await.map_err(Fault::from)?;
        Ok(is_first)
    }
}
