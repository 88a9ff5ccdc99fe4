//! Closing: what was purged since the last protocol becomes the next one, numbered, summed up, tied to the one before, and signed.
//! One transaction a protocol, under the organisation's lock, so that of many nodes one closes and a crash leaves a whole protocol or
//! none.

use base::OrganisationId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::statement::{self, ProtocolStatement};
use super::{entity, leaf_entity};
use crate::audit::{AuditAction, AuditEntry};
use crate::{Context, Fault, SigningPurpose, organisation};

/// Takes the organisation's oldest leaves that stand in no protocol.
const TAKE_LEAVES: &str = "UPDATE purge_leaf SET protocol = $1 WHERE id IN (SELECT id FROM purge_leaf \
    WHERE protocol IS NULL AND organisation_id = $2 ORDER BY purged_at, id LIMIT $3)";

/// Closes protocols over everything that was purged and stands in none, for every organisation, and says how many. Protocols hold at
/// most `limit` leaves each.
///
/// # Errors
///
/// The first fault, after every other organisation got its turn.
pub(crate) async fn close(context: &Context, limit: u64) -> Result<u64, Fault> {
    use leaf_entity::{Column, Entity};
    let organisations: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::OrganisationId)
        .distinct()
        .filter(Column::Protocol.is_null())
        .order_by_asc(Column::OrganisationId)
        .into_tuple()
        .all(context.database.reader())
        .await?;
    let (mut closed, mut first) = (0, None);
    for organisation in organisations {
        loop {
            match close_next(context, OrganisationId::from_uuid(organisation), limit).await {
                Ok(true) => closed += 1,
                Ok(false) => break,
                Err(fault) => {
                    first.get_or_insert(fault);
                    break;
                }
            }
        }
    }
    first.map_or(Ok(closed), Err)
}

/// Closes the organisation's next protocol; `false` when there is nothing to close it over.
async fn close_next(context: &Context, id: OrganisationId, limit: u64) -> Result<bool, Fault> {
    let transaction = context.database.write().await?;
    let organisation = organisation::lock_row(&transaction, id).await?;
    let organisation = organisation.ok_or_else(|| Fault::new("an organisation with leaves is missing"))?;
    let before = entity::Entity::find()
        .filter(entity::Column::OrganisationId.eq(organisation.id))
        .order_by_desc(entity::Column::Number)
        .one(&transaction)
        .await?;
    let number = before.as_ref().map_or(1, |before| before.number + 1);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let take = Statement::from_sql_and_values(
        transaction.get_database_backend(),
        TAKE_LEAVES,
        [number.into(), organisation.id.into(), limit.into()],
    );
    if transaction.execute_raw(take).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let leaves = super::store::leaves(&transaction, id, number).await?;
    let sum = statement::sum(id, leaves.iter().map(String::as_str));
    let sum = sum.ok_or_else(|| Fault::new("a leaf of what was purged is damaged"))?;
    let now = context.now();
    let text = ProtocolStatement {
        organisation: id,
        organisation_name: organisation.name,
        number: u64::try_from(number).map_err(Fault::new)?,
        first_purged: sum.first_purged,
        last_purged: sum.last_purged,
        closed: now,
        documents: sum.documents,
        messages: sum.messages,
        bytes: sum.bytes,
        rules: sum.rules,
        root: sum.root,
        previous: before.map(|before| statement::hash_of_statement(&before.statement)),
    }
    .to_text()
    .map_err(Fault::new)?;
    let signature = context.sign(SigningPurpose::PurgeProtocol, text.as_bytes()).await?;
    let row = entity::Model {
        organisation_id: organisation.id,
        number,
        statement: text,
        key_id: signature.key_id,
        signature: signature.bytes.to_vec(),
    };
    entity::Entity::insert(row.into_active_model())
        .exec_without_returning(&transaction)
        .await?;
    let detail = number.to_string();
    let entry = AuditEntry::by_portal(AuditAction::PurgeProtocolClosed)
        .within(id)
        .detail(&detail);
    context.audit.record(&transaction, now, &entry).await?;
    transaction.commit().await?;
    Ok(true)
}
