//! Whether an organisation's recipients are told the names of its staff, and the names for those who are.

use std::collections::{BTreeSet, HashMap};

use base::StaffId;

use super::{ChangeStaffError, SeeStaffError, member, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::rights::Action;
use crate::{Context, Fault, Portal, RecipientActor, StaffActor, organisation};

impl Portal {
    /// Whether the recipients of the actor's organisation are told the names of its staff.
    ///
    /// # Errors
    ///
    /// [`SeeStaffError::Denied`], [`SeeStaffError::Fault`].
    pub async fn shows_staff_names(&self, actor: &StaffActor) -> Result<bool, SeeStaffError> {
        let context = &*self.0;
        context.require(actor, Action::SeeStaff).await??;
        Ok(organisation::shows_names(context.database.reader(), actor.organisation_id()).await?)
    }

    /// Decides whether the recipients of the actor's organisation are told the names of its staff, also for what was done before.
    ///
    /// # Errors
    ///
    /// [`ChangeStaffError::Denied`], [`ChangeStaffError::Fault`].
    pub async fn show_staff_names(&self, actor: &StaffActor, shown: bool) -> Result<(), ChangeStaffError> {
        let context = &*self.0;
        context.require(actor, Action::ShowStaffNames).await??;
        let organisation = actor.organisation_id();
        let transaction = context.database.write().await?;
        organisation::set_names_shown(&transaction, organisation, shown).await?;
        let entry = AuditEntry::by_staff(actor, AuditAction::StaffNamesShownChanged)
            .about(AuditTarget::Organisation(organisation))
            .detail(if shown { "shown" } else { "hidden" });
        context.audit.record(&transaction, context.now(), &entry).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The names of those of the staff members whose organisation lets its recipients know them, for a recipient who is signed in. Somebody
/// whose account is shut has the name that it has; who has no account any more has none.
pub(crate) async fn names_for(
    context: &Context,
    _reader: &RecipientActor,
    staff: &BTreeSet<StaffId>,
) -> Result<HashMap<StaffId, String>, Fault> {
    let rows = store::find_shown(context.database.reader(), staff).await?;
    // A name that does not open must not keep people from seeing who read their papers: it is as if it were not shown.
    let named = rows.iter().filter_map(|row| match member::name(context, row) {
        Ok(name) => Some((row.staff_id(), name)),
        Err(fault) => {
            tracing::error!(causes = fault.causes(), "the name of a staff member does not open");
            None
        }
    });
    Ok(named.collect())
}
