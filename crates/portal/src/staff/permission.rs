//! Whether a staff member may do what a use case is asked for. That somebody asked for what their role does not allow is for
//! those to know who answer for the organisation, so it is written down.

use crate::audit::{AuditAction, AuditEntry};
use crate::rights::Action;
use crate::{Context, Denied, Fault, Portal, StaffActor};

impl Context {
    /// As [`StaffActor::require`]; a refusal by role leaves a line in the audit log. A confirmation that is asked for leaves
    /// none: it is no refusal, but the way on.
    ///
    /// # Errors
    ///
    /// A fault: then the refusal is not in the audit log.
    pub(crate) async fn require(&self, actor: &StaffActor, action: Action) -> Result<Result<(), Denied>, Fault> {
        let allowed = actor.require(action);
        if allowed == Err(Denied::Forbidden) {
            self.record_denied(actor, action).await?;
        }
        Ok(allowed)
    }

    /// Writes down that a staff member was refused by role.
    ///
    /// # Errors
    ///
    /// As [`Context::require`].
    pub(crate) async fn record_denied(&self, actor: &StaffActor, action: Action) -> Result<(), Fault> {
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffDenied);
        self.record(&entry.detail(action.as_str())).await
    }
}

impl Portal {
    /// Writes down that a staff member was refused by role before any use case was asked, as where a page is shut to the role.
    ///
    /// # Errors
    ///
    /// A fault: then the refusal is not in the audit log.
    pub async fn record_denied_staff(&self, actor: &StaffActor, action: Action) -> Result<(), Fault> {
        self.0.record_denied(actor, action).await
    }
}
