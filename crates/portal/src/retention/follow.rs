//! Lets deliveries follow the policy: what was sent before a version of it, and what its recipient opens.
//!
//! What is to stay longer gets its keys wrapped for the later day before anything else says so; what is to go earlier keeps them
//! until the purge, which marks their day for compaction. A delivery that has expired is left alone: expiry is final.

use std::collections::BTreeMap;

use base::{CaseId, Day, DeliveryId, DocumentId, MessageId, OrganisationId, RecipientId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::rule::{Counted, RetentionPolicy};
use super::store::{self, VersionedPolicy};
use crate::database::WriteTransaction;
use crate::delivery::entity::{Column, Entity};
use crate::organisation::{self, Organisation};
use crate::{Context, Fault, case, document};

/// How many deliveries follow in one transaction.
const BATCH: i64 = 100;

/// What a delivery's expiry goes by, as it is stored.
pub(super) struct Facts {
    pub(super) sent_at: i64,
    pub(super) opened_at: Option<i64>,
    pub(super) document_type: Option<String>,
    /// What the sender asked for.
    pub(super) retention_days: Option<i32>,
}

impl Facts {
    /// When the delivery expires by a policy.
    pub(super) fn expires_at(
        &self,
        context: &Context,
        organisation: &Organisation,
        policy: &RetentionPolicy,
    ) -> Result<Timestamp, Fault> {
        let requested = self.retention_days.map(u32::try_from).transpose().map_err(Fault::new)?;
        let ceiling = context.settings.retention_ceiling_days;
        let term = policy.term(self.document_type.as_deref(), requested, ceiling);
        let counted = Counted {
            sent: Timestamp::from_millis(self.sent_at),
            opened: self.opened_at.map(Timestamp::from_millis),
        };
        Ok(term.expires_at(counted, &organisation.time_zone))
    }
}

/// A delivery that can be read and follows a policy.
struct Following {
    id: DeliveryId,
    case: CaseId,
    message: MessageId,
    recipient: RecipientId,
    expires_at: Timestamp,
    facts: Facts,
}

/// What [`Following::from_row`] reads, in its order, of deliveries of organisation $1 that can be read at $2.
macro_rules! following {
    () => {
        "SELECT delivery.id, delivery.case_id, delivery.message_id, delivery.recipient_id, delivery.expires_at, \
         delivery.sent_at, delivery.opened_at, message.document_type, message.retention_days \
         FROM delivery JOIN message ON message.id = delivery.message_id \
         WHERE delivery.organisation_id = $1 AND delivery.purged_at IS NULL AND delivery.condemned_at IS NULL \
         AND delivery.revoked_at IS NULL AND delivery.expired_at IS NULL AND delivery.expires_at > $2 \
         AND delivery.recipient_id IS NOT NULL"
    };
}

/// Those that follow a version before $3.
const BEHIND: &str = concat!(
    following!(),
    " AND delivery.policy_version < $3 ORDER BY delivery.id LIMIT $4"
);
/// Those of a case that follow any version.
const OF_CASE: &str = concat!(
    following!(),
    " AND delivery.policy_version IS NOT NULL AND delivery.case_id = $3 ORDER BY delivery.id"
);

impl Following {
    fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: DeliveryId::from_uuid(row.try_get_by_index(0)?),
            case: CaseId::from_uuid(row.try_get_by_index(1)?),
            message: MessageId::from_uuid(row.try_get_by_index(2)?),
            recipient: RecipientId::from_uuid(row.try_get_by_index(3)?),
            expires_at: Timestamp::from_millis(row.try_get_by_index(4)?),
            facts: Facts {
                sent_at: row.try_get_by_index(5)?,
                opened_at: row.try_get_by_index(6)?,
                document_type: row.try_get_by_index(7)?,
                retention_days: row.try_get_by_index(8)?,
            },
        })
    }
}

/// Lets everything that follows an earlier version of its organisation's policy follow the one in force, and says how many
/// deliveries that were. Safe to repeat, to interrupt anywhere, and to run on several nodes at once.
pub(crate) async fn follow(context: &Context) -> Result<u64, Fault> {
    let mut followed = 0;
    for organisation in organisations_behind(context).await? {
        followed += follow_organisation(context, organisation).await?;
    }
    Ok(followed)
}

/// As [`follow`] for one organisation.
pub(super) async fn follow_organisation(context: &Context, organisation: OrganisationId) -> Result<u64, Fault> {
    let reader = context.database.reader();
    let mut followed = 0;
    let Some(organisation) = organisation::find(reader, organisation).await? else {
        return Ok(followed);
    };
    let decided = store::in_force(context, reader, &organisation).await?;
    loop {
        let batch = behind(context, reader, &organisation, decided.version, BATCH).await?;
        if batch.is_empty() {
            return Ok(followed);
        }
        followed += follow_batch(context, &organisation, &decided, &batch).await?;
    }
}

/// How many deliveries still follow an earlier version.
pub(super) async fn count_behind(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    version: i32,
    now: Timestamp,
) -> Result<u64, Fault> {
    const COUNT: &str = "SELECT COUNT(*) FROM delivery WHERE organisation_id = $1 AND purged_at IS NULL \
        AND condemned_at IS NULL AND revoked_at IS NULL AND expired_at IS NULL AND expires_at > $2 AND policy_version < $3";
    let values: [Value; 3] = [(*organisation.as_uuid()).into(), now.as_millis().into(), version.into()];
    let question = Statement::from_sql_and_values(on.get_database_backend(), COUNT, values);
    let row = on.query_one_raw(question).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    u64::try_from(count).map_err(Fault::new)
}

/// The organisations in which something may follow an earlier version.
async fn organisations_behind(context: &Context) -> Result<Vec<OrganisationId>, Fault> {
    const BEHIND: &str = "SELECT id FROM organisation WHERE EXISTS (SELECT 1 FROM delivery \
        WHERE delivery.organisation_id = organisation.id AND delivery.purged_at IS NULL AND delivery.policy_version < \
        (SELECT MAX(version) FROM retention_policy WHERE retention_policy.organisation_id = organisation.id))";
    let reader = context.database.reader();
    let question = Statement::from_string(reader.get_database_backend(), BEHIND);
    let rows = reader.query_all_raw(question).await?;
    let ids: Result<Vec<Uuid>, DbErr> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    Ok(ids?.into_iter().map(OrganisationId::from_uuid).collect())
}

async fn behind(
    context: &Context,
    on: &impl ConnectionTrait,
    organisation: &Organisation,
    version: i32,
    limit: i64,
) -> Result<Vec<Following>, Fault> {
    let values: [Value; 4] = [
        (*organisation.id.as_uuid()).into(),
        context.now().as_millis().into(),
        version.into(),
        limit.into(),
    ];
    let question = Statement::from_sql_and_values(on.get_database_backend(), BEHIND, values);
    let rows = on.query_all_raw(question).await?;
    Ok(rows.iter().map(Following::from_row).collect::<Result<_, _>>()?)
}

async fn follow_batch(
    context: &Context,
    organisation: &Organisation,
    decided: &VersionedPolicy,
    batch: &[Following],
) -> Result<u64, Fault> {
    keep_longer(context, organisation, &decided.policy, batch).await?;
    let transaction = context.database.write().await?;
    let mut cases: Vec<Uuid> = batch.iter().map(|it| *it.case.as_uuid()).collect();
    cases.sort_unstable();
    cases.dedup();
    case::lock(&transaction, &cases).await?;
    let mut followed = 0;
    let mut moves: BTreeMap<Timestamp, Vec<Uuid>> = BTreeMap::new();
    // Somebody may have opened one since; that can only bring its end nearer.
    let again = again(context, &transaction, organisation, decided.version, batch).await?;
    for delivery in &again {
        let expires_at = delivery.facts.expires_at(context, organisation, &decided.policy)?;
        moves.entry(expires_at).or_default().push(*delivery.id.as_uuid());
    }
    for (expires_at, deliveries) in moves {
        let moved = Entity::update_many()
            .col_expr(Column::ExpiresAt, Expr::value(expires_at.as_millis()))
            .col_expr(Column::PolicyVersion, Expr::value(decided.version))
            .filter(Column::Id.is_in(deliveries))
            .exec(&transaction)
            .await?;
        followed += moved.rows_affected;
    }
    transaction.commit().await?;
    Ok(followed)
}

/// The batch as it is under the cases' locks, without what has ended or followed meanwhile.
async fn again(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: &Organisation,
    version: i32,
    batch: &[Following],
) -> Result<Vec<Following>, Fault> {
    let mut found = behind(context, transaction, organisation, version, BATCH).await?;
    found.retain(|now| {
        batch
            .iter()
            .any(|before| before.id == now.id && before.case == now.case)
    });
    Ok(found)
}

/// Wraps keys and keeps people for the later day of whatever is to stay longer.
async fn keep_longer(
    context: &Context,
    organisation: &Organisation,
    policy: &RetentionPolicy,
    batch: &[Following],
) -> Result<(), Fault> {
    let mut longer: BTreeMap<Day, Vec<&Following>> = BTreeMap::new();
    for delivery in batch {
        let expires_at = delivery.facts.expires_at(context, organisation, policy)?;
        if expires_at > delivery.expires_at {
            longer.entry(expires_at.day()).or_default().push(delivery);
        }
    }
    for (day, deliveries) in longer {
        let messages: Vec<Uuid> = deliveries.iter().map(|it| *it.message.as_uuid()).collect();
        let documents: Vec<Uuid> = document::entity::Entity::find()
            .select_only()
            .column(document::entity::Column::Id)
            .filter(document::entity::Column::MessageId.is_in(messages))
            .filter(document::entity::Column::PurgedAt.is_null())
            .into_tuple()
            .all(context.database.reader())
            .await?;
        let owners: Vec<ContentOwner> = deliveries
            .iter()
            .map(|it| ContentOwner::Message(it.message))
            .chain(
                documents
                    .into_iter()
                    .map(DocumentId::from_uuid)
                    .map(ContentOwner::Document),
            )
            .collect();
        context.vault.extend_content_keys(&owners, day).await?;
        let recipients: Vec<RecipientId> = deliveries.iter().map(|it| it.recipient).collect();
        context.vault.extend_recipients(&recipients, day).await?;
    }
    Ok(())
}

/// Brings the end of a case's deliveries nearer by what was just opened of it, and says when each of its messages expires by now.
/// The caller has locked the case.
pub(crate) async fn count_from_opening(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    case: CaseId,
) -> Result<Vec<(MessageId, Timestamp)>, Fault> {
    let Some(organisation) = organisation::find(transaction, organisation).await? else {
        return Err(Fault::new("a case's organisation is missing"));
    };
    let decided = store::in_force(context, transaction, &organisation).await?;
    let values: [Value; 3] = [
        (*organisation.id.as_uuid()).into(),
        context.now().as_millis().into(),
        (*case.as_uuid()).into(),
    ];
    let question = Statement::from_sql_and_values(transaction.get_database_backend(), OF_CASE, values);
    let mut ends = Vec::new();
    for row in &transaction.query_all_raw(question).await? {
        let delivery = Following::from_row(row)?;
        let by_now = delivery.facts.expires_at(context, &organisation, &decided.policy)?;
        // Staying longer is for the job, which has keys wrapped first.
        if by_now < delivery.expires_at {
            Entity::update_many()
                .col_expr(Column::ExpiresAt, Expr::value(by_now.as_millis()))
                .filter(Column::Id.eq(*delivery.id.as_uuid()))
                .exec(transaction)
                .await?;
        }
        ends.push((delivery.message, by_now.min(delivery.expires_at)));
    }
    Ok(ends)
}
