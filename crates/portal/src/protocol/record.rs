//! Leaves come to be in the transaction that erases what they tell of: both are committed or neither, and the id keeps any from
//! being told of twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use base::{MessageId, OrganisationId, PurgedId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::leaf::{AppliedRule, ProtocolLeaf, PurgeReason, PurgedKind, retention_days};
use super::leaf_entity::{Entity, Model};
use crate::case::Extended;
use crate::database::WriteTransaction;
use crate::organisation::Organisation;
use crate::retention::{self, CountedFrom, RetentionPolicy};
use crate::{Context, Fault, case, delivery, message, organisation};

/// How many rows one statement inserts: far below the databases' limits on parameters.
const BATCH: usize = 500;

/// Something whose metadata was erased just now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Erased {
    pub(crate) kind: PurgedKind,
    pub(crate) id: PurgedId,
    pub(crate) message: MessageId,
    pub(crate) organisation: OrganisationId,
    /// A document's size in bytes.
    pub(crate) bytes: Option<u64>,
}

/// What is known of a message when it ends.
struct Ended {
    sent: Timestamp,
    rule: AppliedRule,
}

/// Writes the leaves of what was erased.
pub(crate) async fn record(
    context: &Context,
    transaction: &WriteTransaction,
    erased: &[Erased],
    purged: Timestamp,
) -> Result<(), Fault> {
    let ended = ended_messages(context, transaction, erased).await?;
    let mut rows = Vec::with_capacity(erased.len());
    for erased in erased {
        let message = ended.get(erased.message.as_uuid());
        let Ended { sent, rule } = message.ok_or_else(|| Fault::new("what was purged is of no message"))?;
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce).map_err(|problem| Fault::new(problem.to_string()))?;
        let leaf = ProtocolLeaf {
            organisation: erased.organisation,
            kind: erased.kind,
            id: erased.id,
            message: erased.message,
            document_type: rule.document_type.clone(),
            bytes: erased.bytes,
            sent: *sent,
            purged,
            reason: rule.reason,
            retention_days: rule.retention_days,
            counted_from: rule.counted_from,
            policy_version: rule.policy_version,
            nonce,
        };
        rows.push(Model {
            id: *erased.id.as_uuid(),
            organisation_id: *erased.organisation.as_uuid(),
            message_id: *erased.message.as_uuid(),
            purged_at: purged.as_millis(),
            leaf: leaf.to_text().map_err(Fault::new)?,
            protocol: None,
        });
    }
    for rows in rows.chunks(BATCH) {
        Entity::insert_many(rows.iter().cloned().map(IntoActiveModel::into_active_model))
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// The versions of organisations' policies that were looked up.
type Policies = HashMap<(OrganisationId, i32), RetentionPolicy>;

/// When the messages of what was erased were sent, and by which rule they ended.
async fn ended_messages(
    context: &Context,
    transaction: &WriteTransaction,
    erased: &[Erased],
) -> Result<HashMap<Uuid, Ended>, Fault> {
    use delivery::entity as of_delivery;
    use message::entity as of_message;
    let ids = || erased.iter().map(|erased| *erased.message.as_uuid());
    let mut deliveries: HashMap<Uuid, Vec<of_delivery::Model>> = HashMap::new();
    for row in of_delivery::Entity::find()
        .filter(of_delivery::Column::MessageId.is_in(ids()))
        .all(transaction)
        .await?
    {
        deliveries.entry(row.message_id).or_default().push(row);
    }
    let extended = case::extended(transaction, deliveries.values().flatten().map(|row| row.case_id)).await?;
    let mut organisations: HashMap<Uuid, Organisation> = HashMap::new();
    let mut policies = Policies::new();
    let mut ended = HashMap::new();
    for row in of_message::Entity::find()
        .filter(of_message::Column::Id.is_in(ids()))
        .all(transaction)
        .await?
    {
        let organisation = match organisations.entry(row.organisation_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let id = OrganisationId::from_uuid(row.organisation_id);
                let found = organisation::find_even_deleted(transaction, id).await?;
                unknown.insert(found.ok_or_else(|| Fault::new("a message's organisation is missing"))?)
            }
        };
        let deliveries = deliveries.remove(&row.id).unwrap_or_default();
        let sent = Timestamp::from_millis(row.sent_at);
        let id = row.id;
        let rule = rule(
            context,
            transaction,
            organisation,
            &mut policies,
            row,
            &deliveries,
            &extended,
        )
        .await?;
        ended.insert(id, Ended { sent, rule });
    }
    Ok(ended)
}

/// The rule by which a message with these deliveries ended.
async fn rule(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: &Organisation,
    policies: &mut Policies,
    message: message::entity::Model,
    deliveries: &[delivery::entity::Model],
    extended: &HashMap<Uuid, Extended>,
) -> Result<AppliedRule, Fault> {
    let reason = reason(deliveries);
    let requested = message
        .retention_days
        .map(u32::try_from)
        .transpose()
        .map_err(Fault::new)?;
    let version = deliveries.iter().filter_map(|delivery| delivery.policy_version).max();
    let by_rule = match version {
        Some(version) => {
            let policy = match policies.entry((organisation.id, version)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    unknown.insert(retention::of_version(context, transaction, organisation, version).await?)
                }
            };
            // The rule as it was decided, whatever this node's operator allows by now.
            let term = policy.term(message.document_type.as_deref(), requested, u32::MAX);
            let last = deliveries.iter().max_by_key(|delivery| delivery.expires_at);
            let beyond = last.is_some_and(|last| {
                let extended = extended.get(&last.case_id);
                extended.is_some_and(|case| case.has_prolonged(term, last, &organisation.time_zone))
            });
            (!beyond).then_some((term, version))
        }
        None => None,
    };
    // What no rule ended, a decision about its case alone, or about it as it was sent, did: it was kept for so many days.
    let (retention_days, counted_from, version) = match by_rule {
        Some((term, version)) => (term.days, term.counted_from, Some(version)),
        None => {
            let sent = Timestamp::from_millis(message.sent_at);
            let days = retention_days(sent, last_expiry(deliveries), &organisation.time_zone);
            (days, CountedFrom::Sent, None)
        }
    };
    Ok(AppliedRule {
        document_type: message.document_type,
        reason,
        retention_days,
        counted_from,
        policy_version: version.map(u32::try_from).transpose().map_err(Fault::new)?,
    })
}

/// Why a message with these deliveries ended.
fn reason(deliveries: &[delivery::entity::Model]) -> PurgeReason {
    if deliveries.iter().any(|delivery| delivery.revoked_at.is_none()) {
        PurgeReason::Expired
    } else if deliveries.iter().any(|delivery| delivery.erased_for.is_some()) {
        PurgeReason::Erased
    } else {
        PurgeReason::Revoked
    }
}

/// When the last of these deliveries expires, or would have.
fn last_expiry(deliveries: &[delivery::entity::Model]) -> Timestamp {
    let last = deliveries.iter().map(|delivery| delivery.expires_at).max();
    Timestamp::from_millis(last.unwrap_or_default())
}
