//! What keeps a deleted organisation from being erased: one list of conditions, by which the jobs go and of which the operator is told.

use base::{OrganisationId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

use super::finder;
use crate::actor::OperatorActor;
use crate::{Context, Fault, Portal, audit, hold};

/// Something that a deleted organisation still waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureObstacle {
    /// Uploads that were begun, until the sweeper has forgotten them.
    Upload,
    /// Deliveries that are not purged.
    Delivery,
    /// Messages whose texts are not erased.
    Message,
    /// Documents that are not purged.
    Document,
    /// Lines that stand in no protocol yet.
    ProtocolLine,
    /// Requests that their persons may read.
    Request,
    /// Holds of which it is kept what was said.
    Hold,
    /// A webhook that has no checkpoint yet which tells of the deletion.
    Webhook,
    /// Content keys; those that nothing else names are the orphans'.
    ContentKey,
}

/// How much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasureWait {
    /// What is waited for.
    pub obstacle: ErasureObstacle,
    /// How many.
    pub count: u64,
    /// When the last of it is over by itself, where that is known.
    pub until: Option<Timestamp>,
}

/// Rows in the portal's database that a deleted organisation waits for.
struct Condition {
    obstacle: ErasureObstacle,
    /// Where they lie.
    table: &'static str,
    /// Which of the organisation's they are.
    which: &'static str,
    /// The instant with which a row is over, where it is known.
    over: Option<&'static str>,
}

const fn condition(
    obstacle: ErasureObstacle,
    table: &'static str,
    which: &'static str,
    over: Option<&'static str>,
) -> Condition {
    Condition {
        obstacle,
        table,
        which,
        over,
    }
}

const CONDITIONS: [Condition; 7] = [
    condition(ErasureObstacle::Upload, "intent", "1 = 1", None),
    condition(ErasureObstacle::Delivery, "delivery", "purged_at IS NULL", None),
    condition(ErasureObstacle::Message, "message", "sealed_title IS NOT NULL", None),
    condition(ErasureObstacle::Document, "document", "purged_at IS NULL", None),
    condition(ErasureObstacle::ProtocolLine, "purge_leaf", "protocol IS NULL", None),
    condition(ErasureObstacle::Request, "data_request", "1 = 1", Some("purge_at")),
    condition(ErasureObstacle::Hold, "hold", "settled_at IS NULL", Some("lifted_at")),
];

impl Condition {
    fn rows(&self) -> String {
        let Self { table, which, .. } = self;
        format!("FROM {table} WHERE {table}.organisation_id = organisation.id AND {which}")
    }
}

/// The organisations that were deleted and for which nothing of the portal's database is waited, with when they were.
pub(super) async fn due(on: &impl ConnectionTrait) -> Result<Vec<(OrganisationId, Timestamp)>, DbErr> {
    let none: String = CONDITIONS
        .iter()
        .map(|condition| format!(" AND NOT EXISTS (SELECT 1 {})", condition.rows()))
        .collect();
    let query = format!(
        "SELECT id, deleted_at FROM organisation WHERE deleted_at IS NOT NULL AND erased_at IS NULL{none} ORDER BY id"
    );
    let rows = on
        .query_all_raw(Statement::from_string(on.get_database_backend(), query))
        .await?;
    let read = |row: &QueryResult| {
        let (id, deleted_at): (Uuid, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok((OrganisationId::from_uuid(id), Timestamp::from_millis(deleted_at)))
    };
    rows.iter().map(read).collect()
}

/// What of the portal's database is waited for.
async fn rows_waited_for(on: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Vec<ErasureWait>, DbErr> {
    let columns: Vec<String> = CONDITIONS
        .iter()
        .map(|condition| {
            let (over, rows) = (condition.over.unwrap_or("NULL"), condition.rows());
            // Of one whose end is not known yet, nobody can say when the last is over.
            let last = format!("CASE WHEN COUNT(*) = COUNT({over}) THEN CAST(MAX({over}) AS BIGINT) END");
            format!("(SELECT COUNT(*) {rows}), (SELECT {last} {rows})")
        })
        .collect();
    let query = format!("SELECT {} FROM organisation WHERE id = $1", columns.join(", "));
    let values: [Value; 1] = [(*organisation.as_uuid()).into()];
    let question = Statement::from_sql_and_values(on.get_database_backend(), query, values);
    let Some(row) = on.query_one_raw(question).await? else {
        return Ok(Vec::new());
    };
    let mut waits = Vec::new();
    for (index, condition) in CONDITIONS.iter().enumerate() {
        let count: i64 = row.try_get_by_index(2 * index)?;
        let over: Option<i64> = row.try_get_by_index(2 * index + 1)?;
        let over = over.map(Timestamp::from_millis);
        waits.push(ErasureWait {
            obstacle: condition.obstacle,
            count: u64::try_from(count).unwrap_or_default(),
            until: match condition.obstacle {
                ErasureObstacle::Hold => over.map(hold::keeps_until),
                _ => over,
            },
        });
    }
    Ok(waits)
}

impl Portal {
    /// What a deleted organisation still waits for before the last of it is erased; nothing when the next round of jobs erases it, and of
    /// one that is erased or was never deleted. Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn erasure_waits(
        &self,
        _actor: &OperatorActor,
        organisation: OrganisationId,
    ) -> Result<Vec<ErasureWait>, Fault> {
        waits(&self.0, organisation).await
    }
}

async fn waits(context: &Context, organisation: OrganisationId) -> Result<Vec<ErasureWait>, Fault> {
    let reader = context.database.reader();
    let found = finder::find_even_deleted(reader, organisation).await?;
    let Some(deleted_at) = found
        .filter(|found| found.erased_at.is_none())
        .and_then(|found| found.deleted_at)
    else {
        return Ok(Vec::new());
    };
    let mut waits = rows_waited_for(reader, organisation).await?;
    context.clock_step().await?;
    let webhook = audit::webhook_waits(context, organisation, deleted_at).await?;
    waits.push(ErasureWait {
        obstacle: ErasureObstacle::Webhook,
        count: u64::from(webhook.is_some()),
        until: webhook,
    });
    waits.push(ErasureWait {
        obstacle: ErasureObstacle::ContentKey,
        count: context.vault.count_content_keys_of(organisation).await?,
        until: None,
    });
    waits.retain(|wait| wait.count > 0);
    Ok(waits)
}
