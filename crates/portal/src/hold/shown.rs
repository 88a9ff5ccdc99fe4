//! What a case's recipient sees of holds, where the organisation lets them.

use base::CaseId;
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::organisation;
use crate::rights::Action;
use crate::{Fault, HoldError, Portal, StaffActor};

/// Whether there is a hold on the case that has not been lifted, and its organisation lets its recipient see that.
pub(crate) async fn is_shown(on: &impl ConnectionTrait, case: CaseId) -> Result<bool, Fault> {
    const SHOWN: &str = "SELECT 1 FROM cases JOIN organisation ON organisation.id = cases.organisation_id \
        WHERE cases.id = $1 AND organisation.holds_shown = 1 AND EXISTS (SELECT 1 FROM hold \
        WHERE hold.organisation_id = cases.organisation_id AND hold.lifted_at IS NULL \
        AND (hold.case_id = cases.id OR hold.recipient_id = cases.recipient_id))";
    let case: Value = (*case.as_uuid()).into();
    let question = Statement::from_sql_and_values(on.get_database_backend(), SHOWN, [case]);
    Ok(on.query_one_raw(question).await?.is_some())
}

impl Portal {
    /// Decides whether the recipients of the actor's organisation may see that there is a hold on a case of theirs.
    ///
    /// # Errors
    ///
    /// [`HoldError::Denied`], [`HoldError::Fault`].
    pub async fn show_holds(&self, actor: &StaffActor, shown: bool) -> Result<(), HoldError> {
        let context = &*self.0;
        context.require(actor, Action::PlaceHold).await??;
        let organisation = actor.organisation_id();
        let transaction = context.database.write().await?;
        organisation::set_holds_shown(&transaction, organisation, shown).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::HoldsShownChanged)
            .about(AuditTarget::Organisation(organisation))
            .detail(if shown { "shown" } else { "hidden" });
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}
