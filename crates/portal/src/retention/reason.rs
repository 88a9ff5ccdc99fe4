//! Why a recipient's messages are kept, as the rules in force say it.

use std::collections::HashMap;

use base::{CaseId, MessageId, OrganisationId};
use sea_orm::{ConnectionTrait, Statement, Value};

use super::rule::{CountedFrom, RetentionReason};
use super::store;
use crate::organisation::{self, Organisation};
use crate::{Context, Fault};

/// The messages of a case that follow a rule: not those whose sender chose the days.
const BY_RULE: &str = "\
    SELECT message.id, message.document_type FROM delivery JOIN message ON message.id = delivery.message_id \
    WHERE delivery.case_id = $1 AND delivery.purged_at IS NULL AND delivery.policy_version IS NOT NULL \
    AND message.retention_days IS NULL";

/// Why a message is kept, and what for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) reason: RetentionReason,
    /// For how many days after its case is closed, where the rule counts from that.
    pub(crate) days_after_closing: Option<u32>,
}

/// Why the messages of a case are kept for as long as they are, where a rule says it.
pub(crate) async fn reasons(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    case: CaseId,
) -> Result<HashMap<MessageId, Kept>, Fault> {
    match organisation::find(on, organisation).await? {
        Some(organisation) => by_rules(context, on, &organisation, case).await,
        None => Ok(HashMap::new()),
    }
}

/// How many days after its closing those messages of a case are kept whose rules count from that.
pub(crate) async fn days_after_closing(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
    case: CaseId,
) -> Result<HashMap<MessageId, u32>, Fault> {
    let kept = by_rules(context, on, organisation, case).await?;
    let days = kept
        .into_iter()
        .filter_map(|(id, kept)| Some((id, kept.days_after_closing?)));
    Ok(days.collect())
}

async fn by_rules(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
    case: CaseId,
) -> Result<HashMap<MessageId, Kept>, Fault> {
    let policy = store::in_force(context, on, organisation).await?.policy;
    let case: Value = (*case.as_uuid()).into();
    let question = Statement::from_sql_and_values(on.get_database_backend(), BY_RULE, [case]);
    let mut kept = HashMap::new();
    for row in on.query_all_raw(question).await? {
        let document_type: Option<String> = row.try_get_by_index(1)?;
        let document_type = document_type.as_deref();
        let term = policy.term(document_type, None, context.settings.retention_ceiling_days);
        let by_rule = Kept {
            reason: policy.rule_for(document_type).reason.clone(),
            days_after_closing: (term.counted_from == CountedFrom::CaseClosed).then_some(term.days),
        };
        kept.insert(MessageId::from_uuid(row.try_get_by_index(0)?), by_rule);
    }
    Ok(kept)
}
