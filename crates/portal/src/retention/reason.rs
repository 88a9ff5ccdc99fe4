//! Why a recipient's messages are kept, as the rules in force say it.

use std::collections::HashMap;

use base::{CaseId, MessageId, OrganisationId};
use sea_orm::{ConnectionTrait, Statement, Value};

use super::rule::RetentionReason;
use super::store;
use crate::{Context, Fault, organisation};

/// The messages of a case that follow a rule: not those whose sender chose the days.
const BY_RULE: &str = "\
    SELECT message.id, message.document_type FROM delivery JOIN message ON message.id = delivery.message_id \
    WHERE delivery.case_id = $1 AND delivery.purged_at IS NULL AND delivery.policy_version IS NOT NULL \
    AND message.retention_days IS NULL";

/// Why the messages of a case are kept for as long as they are, where a rule says it.
pub(crate) async fn reasons(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    case: CaseId,
) -> Result<HashMap<MessageId, RetentionReason>, Fault> {
    let Some(organisation) = organisation::find(on, organisation).await? else {
        return Ok(HashMap::new());
    };
    let policy = store::in_force(context, on, &organisation).await?.policy;
    let case: Value = (*case.as_uuid()).into();
    let question = Statement::from_sql_and_values(on.get_database_backend(), BY_RULE, [case]);
    let mut reasons = HashMap::new();
    for row in on.query_all_raw(question).await? {
        let document_type: Option<String> = row.try_get_by_index(1)?;
        let reason = &policy.rule_for(document_type.as_deref()).reason;
        reasons.insert(MessageId::from_uuid(row.try_get_by_index(0)?), reason.clone());
    }
    Ok(reasons)
}
