//! What a recipient is told of sign-ins from new kinds of devices.

use base::Timestamp;

use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::session::{self, Owner};
use crate::{Fault, NewDevice, Portal, RecipientActor, new_device};

impl Portal {
    /// Kinds of devices that a person signed in from for the first time, until they say that it was them: the latest first, but
    /// the one that this session was signed in from.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn new_devices(&self, actor: &RecipientActor) -> Result<Vec<NewDevice>, Fault> {
        let context = &*self.0;
        let reader = context.database.reader();
        let owner = Owner::Recipient(actor.recipient_id());
        Ok(match session::device_of(context, reader, actor.session()).await? {
            Some(own) => new_device::untold(context, reader, owner, own).await?,
            None => Vec::new(),
        })
    }

    /// The person says of the new kinds of devices up to `until` that it was them, which the audit log says. What came later
    /// they have not seen yet, and the device that their session was signed in from is not among it. Nothing is dismissed in a
    /// session that has ended; and where there is nothing to dismiss, nothing is said.
    ///
    /// # Errors
    ///
    /// A fault; then nothing was dismissed.
    pub async fn dismiss_new_devices(&self, actor: &RecipientActor, until: Timestamp) -> Result<(), Fault> {
        let context = &*self.0;
        let recipient = actor.recipient_id();
        let transaction = context.database.write().await?;
        let Some(own) = session::device_of(context, &transaction, actor.session()).await? else {
            return Ok(());
        };
        if new_device::told(context, &transaction, Owner::Recipient(recipient), own, until).await? {
            let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientNoticesDismissed);
            let entry = entry.about(AuditTarget::Recipient(recipient));
            context.audit.record(&transaction, context.now(), &entry).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
