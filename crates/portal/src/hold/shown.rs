//! What a case's recipient sees of holds, where the organisation lets them.

use base::{CaseId, Timestamp};
use sea_orm::{ConnectionTrait, Statement, Value};
use serde::{Deserialize, Serialize};

use super::condition::protects_since;
use super::rule::keeps_until;
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::organisation;
use crate::rights::Action;
use crate::{Fault, HoldError, Portal, StaffActor};

/// A hold that the recipient of a case may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownHold {
    /// Until when it keeps what it is on, when it is lifted.
    pub keeps_until: Option<Timestamp>,
}

impl ShownHold {
    /// By when it was lifted.
    pub(crate) fn lifted(at: Option<Timestamp>) -> Self {
        Self {
            keeps_until: at.map(keeps_until),
        }
    }
}

/// The hold that keeps a case longest, also in the days after it was lifted, where its organisation lets its recipient see that.
pub(crate) async fn shown(on: &impl ConnectionTrait, case: CaseId, now: Timestamp) -> Result<Option<ShownHold>, Fault> {
    const SHOWN: &str = "SELECT hold.lifted_at FROM cases JOIN organisation ON organisation.id = cases.organisation_id \
        JOIN hold ON hold.organisation_id = cases.organisation_id \
        AND (hold.case_id = cases.id OR hold.recipient_id = cases.recipient_id) \
        WHERE cases.id = $1 AND organisation.holds_shown = 1 AND (hold.lifted_at IS NULL OR hold.lifted_at > $2) \
        ORDER BY CASE WHEN hold.lifted_at IS NULL THEN 0 ELSE 1 END, hold.lifted_at DESC LIMIT 1";
    let values: [Value; 2] = [(*case.as_uuid()).into(), protects_since(now).as_millis().into()];
    let question = Statement::from_sql_and_values(on.get_database_backend(), SHOWN, values);
    let Some(row) = on.query_one_raw(question).await? else {
        return Ok(None);
    };
    let lifted_at: Option<i64> = row.try_get_by_index(0)?;
    Ok(Some(ShownHold::lifted(lifted_at.map(Timestamp::from_millis))))
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
