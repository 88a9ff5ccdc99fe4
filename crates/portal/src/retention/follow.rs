//! Lets deliveries follow the policy: what was sent before a version of it.
//!
//! What is to stay longer gets its keys wrapped for the later day before anything else says so; what is to go earlier keeps them
//! until the purge, which marks their day for compaction. A delivery that has expired is left alone: expiry is final.

use std::collections::BTreeMap;
use std::time::Duration;

use base::{CaseId, Day, DeliveryId, DocumentId, MessageId, OrganisationId, RecipientId, Timestamp};
use keyring::ContentOwner;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Statement,
    UpdateMany, Value,
};
use uuid::Uuid;

use super::calendar;
use super::rule::RetentionPolicy;
use super::store::{self, VersionedPolicy};
use super::term::Counted;
use crate::database::WriteTransaction;
use crate::delivery::entity::{Column, Entity};
use crate::organisation::{self, NotLocked, Organisation};
use crate::{Context, Fault, case, document};

/// How many deliveries follow in one transaction.
const BATCH: i64 = 100;
/// How many batches of an organisation follow in one go, so that nothing else that is due waits long for them.
const BATCHES: u32 = 200;
/// What ends so soon stays as it is: a later end could come when others have seen it gone.
pub(super) const TOO_LATE: Duration = Duration::from_secs(5 * 60);

/// What a delivery's expiry goes by, as it is stored.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) sent_at: i64,
    pub(super) opened_at: Option<i64>,
    pub(super) document_type: Option<String>,
    /// What the sender asked for.
    pub(super) retention_days: Option<i32>,
    /// When its case was closed.
    pub(super) closed_at: Option<i64>,
    /// Until when its case was extended.
    pub(super) extended_until: Option<i64>,
}

impl Facts {
    /// When the delivery expires by a policy under an operator's ceiling, in days.
    pub(super) fn expires_at(
        &self,
        ceiling_days: u32,
        organisation: &Organisation,
        policy: &RetentionPolicy,
    ) -> Result<Timestamp, Fault> {
        let requested = self.retention_days.map(u32::try_from).transpose().map_err(Fault::new)?;
        let term = policy.term(self.document_type.as_deref(), requested, ceiling_days);
        let instant = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        let counted = Counted {
            sent: Timestamp::from_millis(self.sent_at),
            opened: instant(self.opened_at),
            closed: instant(self.closed_at),
            extended: instant(self.extended_until),
        };
        Ok(term.expires_at(counted, &organisation.time_zone))
    }

    /// When the delivery expires by the extension of its case alone.
    pub(super) fn extended(&self, context: &Context, organisation: &Organisation) -> Timestamp {
        let sent = Timestamp::from_millis(self.sent_at);
        let ceiling = calendar::expires_at(sent, context.settings.retention_ceiling_days, &organisation.time_zone);
        self.extended_until.map_or(sent, Timestamp::from_millis).min(ceiling)
    }
}

/// A delivery that can be read.
pub(super) struct Following {
    pub(super) id: DeliveryId,
    case: CaseId,
    pub(super) message: MessageId,
    pub(super) recipient: RecipientId,
    pub(super) expires_at: Timestamp,
    /// The version of the policy that it follows; none when its end was fixed as it was sent.
    pub(super) version: Option<i32>,
    pub(super) facts: Facts,
}

/// What is to stay longer.
pub(super) struct Longer {
    pub(super) message: MessageId,
    pub(super) recipient: RecipientId,
    pub(super) until: Timestamp,
}

/// What [`Following::from_row`] reads, in its order, of deliveries of organisation $1 that can be read at $2.
macro_rules! following {
    () => {
        "SELECT delivery.id, delivery.case_id, delivery.message_id, delivery.recipient_id, delivery.expires_at, \
         delivery.sent_at, delivery.opened_at, message.document_type, message.retention_days, delivery.policy_version, \
         cases.closed_at, cases.extended_until \
         FROM delivery JOIN message ON message.id = delivery.message_id JOIN cases ON cases.id = delivery.case_id \
         WHERE delivery.organisation_id = $1 AND delivery.purged_at IS NULL AND delivery.condemned_at IS NULL \
         AND delivery.revoked_at IS NULL AND delivery.expired_at IS NULL AND delivery.expires_at > $2 \
         AND delivery.recipient_id IS NOT NULL"
    };
}

/// Those that follow a version before $3, after delivery $4.
const BEHIND: &str = concat!(
    following!(),
    " AND delivery.policy_version < $3 AND delivery.id > $4 ORDER BY delivery.id LIMIT $5"
);
/// Those of case $3, whether they follow a version or none.
pub(super) const OF_CASE: &str = concat!(following!(), " AND delivery.case_id = $3 ORDER BY delivery.id");

impl Following {
    pub(super) fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: DeliveryId::from_uuid(row.try_get_by_index(0)?),
            case: CaseId::from_uuid(row.try_get_by_index(1)?),
            message: MessageId::from_uuid(row.try_get_by_index(2)?),
            recipient: RecipientId::from_uuid(row.try_get_by_index(3)?),
            expires_at: Timestamp::from_millis(row.try_get_by_index(4)?),
            version: row.try_get_by_index(9)?,
            facts: Facts {
                sent_at: row.try_get_by_index(5)?,
                opened_at: row.try_get_by_index(6)?,
                document_type: row.try_get_by_index(7)?,
                retention_days: row.try_get_by_index(8)?,
                closed_at: row.try_get_by_index(10)?,
                extended_until: row.try_get_by_index(11)?,
            },
        })
    }
}

/// Lets what follows an earlier version of its organisation's policy follow the one in force, so many at a time, and says how many
/// deliveries that were. Safe to repeat, to interrupt anywhere, and to run on several nodes at once.
///
/// # Errors
///
/// The first fault, after everything else got its turn.
pub(crate) async fn follow(context: &Context) -> Result<u64, Fault> {
    let mut followed = Followed::default();
    for organisation in organisations_behind(context).await? {
        followed.add(follow_organisation(context, organisation).await);
    }
    followed.result()
}

/// As [`follow`] for one organisation that has just decided: its version stands, and what fails is the jobs' to do again.
pub(super) async fn begin(context: &Context, organisation: OrganisationId) {
    if let Err(fault) = follow_organisation(context, organisation).await {
        tracing::error!(
            causes = fault.causes(),
            "what was sent does not all follow the new rules yet"
        );
    }
}

/// As [`follow`] for one organisation.
async fn follow_organisation(context: &Context, organisation: OrganisationId) -> Result<u64, Fault> {
    let reader = context.database.reader();
    let mut followed = Followed::default();
    let Some(organisation) = organisation::find(reader, organisation).await? else {
        return Ok(0);
    };
    let mut after = Uuid::nil();
    for _ in 0..BATCHES {
        let decided = store::in_force(context, reader, &organisation).await?;
        let batch = behind(context, reader, &organisation, decided.version, after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = *last.id.as_uuid();
        match follow_batch(context, &organisation, &decided, &batch).await {
            Ok(count) => followed.add(Ok(count)),
            // One whose keys are damaged must not keep the others back.
            Err(_) => {
                for one in batch.chunks(1) {
                    followed.add(follow_batch(context, &organisation, &decided, one).await);
                }
            }
        }
    }
    followed.result()
}

/// What has followed, and the first fault that kept something from it.
#[derive(Default)]
struct Followed {
    count: u64,
    fault: Option<Fault>,
}

impl Followed {
    fn add(&mut self, result: Result<u64, Fault>) {
        match result {
            Ok(count) => self.count += count,
            Err(fault) => {
                self.fault.get_or_insert(fault);
            }
        }
    }

    fn result(self) -> Result<u64, Fault> {
        self.fault.map_or(Ok(self.count), Err)
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
    after: Uuid,
    limit: i64,
) -> Result<Vec<Following>, Fault> {
    let values: [Value; 5] = [
        (*organisation.id.as_uuid()).into(),
        context.now().as_millis().into(),
        version.into(),
        after.into(),
        limit.into(),
    ];
    let question = Statement::from_sql_and_values(on.get_database_backend(), BEHIND, values);
    let rows = on.query_all_raw(question).await?;
    Ok(rows.iter().map(Following::from_row).collect::<Result<_, _>>()?)
}

/// Lets a batch follow, which is in the order of its ids. Nothing of it does when another version came into force meanwhile.
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
    let again = again(context, &transaction, organisation, decided.version, batch).await?;
    // After the deliveries, as events take it. Until the commit nobody decides on another version.
    match organisation::lock_row(&transaction, organisation.id).await {
        Ok(_) => {}
        // What was sent is withdrawn with it.
        Err(NotLocked::Gone) => return Ok(0),
        Err(NotLocked::Database(error)) => return Err(error.into()),
    }
    if store::in_force(context, &transaction, organisation).await?.version != decided.version {
        return Ok(0);
    }
    let mut moves: BTreeMap<Timestamp, Vec<Uuid>> = BTreeMap::new();
    for delivery in &again {
        let expires_at = delivery.end(context, organisation, &decided.policy)?;
        moves.entry(expires_at).or_default().push(*delivery.id.as_uuid());
    }
    let mut followed = 0;
    for (expires_at, deliveries) in moves {
        let change = Entity::update_many()
            .col_expr(Column::ExpiresAt, Expr::value(expires_at.as_millis()))
            .col_expr(Column::PolicyVersion, Expr::value(decided.version));
        let change = warned_anew(context, change, expires_at);
        let moved = change.filter(Column::Id.is_in(deliveries)).exec(&transaction).await?;
        followed += moved.rows_affected;
    }
    transaction.commit().await?;
    Ok(followed)
}

/// What is not soon gone any more by its new end is warned of again when it is.
pub(super) fn warned_anew(
    context: &Context,
    mut change: UpdateMany<Entity>,
    expires_at: Timestamp,
) -> UpdateMany<Entity> {
    let warnings = context.settings.warnings;
    for (warned_at, window) in [
        (Column::UnreadWarnedAt, warnings.unread),
        (Column::ReadWarnedAt, warnings.read),
    ] {
        if expires_at > context.now() + window {
            change = change.col_expr(warned_at, Expr::value(None::<i64>));
        }
    }
    change
}

impl Following {
    /// When it ends by a policy. Somebody may have opened it since the batch was read, which can only bring its end nearer.
    fn end(
        &self,
        context: &Context,
        organisation: &Organisation,
        policy: &RetentionPolicy,
    ) -> Result<Timestamp, Fault> {
        let ceiling = context.settings.retention_ceiling_days;
        let by_policy = self.facts.expires_at(ceiling, organisation, policy)?;
        let is_too_late = self.expires_at <= context.now() + TOO_LATE;
        Ok(if is_too_late {
            by_policy.min(self.expires_at)
        } else {
            by_policy
        })
    }
}

/// The batch as it is under its locks, without what has ended or followed meanwhile.
async fn again(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: &Organisation,
    version: i32,
    batch: &[Following],
) -> Result<Vec<Following>, Fault> {
    let Some(first) = batch.first() else {
        return Ok(Vec::new());
    };
    // In the order of their ids, as a revocation locks them.
    Entity::find()
        .filter(Column::Id.is_in(batch.iter().map(|it| *it.id.as_uuid())))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(transaction)
        .await?;
    let before_first = Uuid::from_u128(first.id.as_uuid().as_u128().saturating_sub(1));
    let mut found = behind(context, transaction, organisation, version, before_first, BATCH).await?;
    // Whom it was given to meanwhile was not kept for longer, nor what belongs to a case that was opened anew: the next round takes it.
    let of_case = |it: &Following| (it.facts.closed_at, it.facts.extended_until);
    let is_same = |now: &Following, before: &Following| {
        (before.id, before.case, before.recipient) == (now.id, now.case, now.recipient)
            && of_case(before) == of_case(now)
    };
    found.retain(|now| batch.iter().any(|before| is_same(now, before)));
    Ok(found)
}

/// Wraps keys and keeps people for the later day of whatever is to stay longer.
async fn keep_longer(
    context: &Context,
    organisation: &Organisation,
    policy: &RetentionPolicy,
    batch: &[Following],
) -> Result<(), Fault> {
    let mut longer = Vec::new();
    for delivery in batch {
        let until = delivery.end(context, organisation, policy)?;
        if until > delivery.expires_at {
            longer.push(Longer {
                message: delivery.message,
                recipient: delivery.recipient,
                until,
            });
        }
    }
    keep(context, longer).await
}

/// Wraps keys and keeps people for the day on which each of these is to end.
pub(super) async fn keep(context: &Context, longer: impl IntoIterator<Item = Longer>) -> Result<(), Fault> {
    let mut by_day: BTreeMap<Day, Vec<Longer>> = BTreeMap::new();
    for it in longer {
        by_day.entry(it.until.day()).or_default().push(it);
    }
    for (day, longer) in by_day {
        let messages: Vec<Uuid> = longer.iter().map(|it| *it.message.as_uuid()).collect();
        let documents: Vec<Uuid> = document::entity::Entity::find()
            .select_only()
            .column(document::entity::Column::Id)
            .filter(document::entity::Column::MessageId.is_in(messages))
            .filter(document::entity::Column::PurgedAt.is_null())
            .into_tuple()
            .all(context.database.reader())
            .await?;
        let owners: Vec<ContentOwner> = longer
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
        let recipients: Vec<RecipientId> = longer.iter().map(|it| it.recipient).collect();
        context.vault.extend_recipients(&recipients, day).await?;
    }
    Ok(())
}
