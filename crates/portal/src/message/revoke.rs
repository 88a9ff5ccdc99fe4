//! Revocation: the sender takes a message back.

use base::{DeliveryId, MessageId};

use super::SystemError;
use super::status::find_own;
use crate::actor::{Scope, SystemActor};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::event::{self, EventKind, NewEvent};
use crate::ledger::LedgerEntry;
use crate::{Fault, Portal, delivery};

impl Portal {
    /// Takes a message back: nobody can read it from now on, and the next purge destroys it. Doing it twice is fine.
    ///
    /// # Errors
    ///
    /// [`SystemError::Forbidden`] without the scope [`Scope::MessagesSend`]; [`SystemError::NotFound`] also when the
    /// message is another organisation's.
    pub async fn revoke_message(&self, actor: &SystemActor, message: MessageId) -> Result<(), SystemError> {
        actor.require(Scope::MessagesSend)?;
        let context = &*self.0;
        let now = context.now();
        let transaction = context.database.write().await?;
        find_own(&transaction, actor.organisation_id(), message).await?;
        let revoked: Vec<DeliveryId> = delivery::revoke(&transaction, message, now).await?;
        let is_new = !revoked.is_empty();
        let happened: Vec<_> = revoked
            .into_iter()
            .map(|delivery| NewEvent {
                kind: EventKind::Revoked,
                message,
                delivery,
            })
            .collect();
        event::record(&transaction, actor.organisation_id(), now, &happened).await?;
        let entry = AuditEntry::by_system(actor, AuditAction::MessageRevoked).about(AuditTarget::Message(message));
        context.audit.record(&transaction, now, &entry).await?;
        if is_new {
            // Before it holds: a restored copy must not give back what a sender was told is gone. Last of all: what is told of a
            // revocation that failed is taken back some minutes later, or done by a start before that.
            let told = context.ledger.append(&[LedgerEntry::Revoked(message)]).await;
            told.map_err(Fault::from)?.applied_by(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
