//! Keeps the keys of requests, and those of whoever made them, ahead of the days whose secrets are destroyed: a request may wait
//! longer than any retention is.

use base::RecipientId;
use keyring::ContentOwner;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use crate::vault::VaultError;
use crate::{Context, Fault, hold};

/// How many requests are looked at together.
const BATCH: u64 = 100;

/// Wraps the keys of every request for a day far ahead, where theirs comes near. Safe to repeat and to interrupt anywhere. Until it
/// succeeds no day's secret may be destroyed.
///
/// # Errors
///
/// A fault. Keys that are damaged are logged and keep nothing back: nothing opens them.
pub(crate) async fn keep(context: &Context) -> Result<(), Fault> {
    let mut after = Uuid::nil();
    loop {
        let rows = Entity::find()
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .all(context.database.reader())
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        match keep_all(context, &rows).await {
            Err(VaultError::Damaged) => {
                for row in rows.chunks(1) {
                    match keep_all(context, row).await {
                        Err(VaultError::Damaged) => tracing::error!(request = ?after, "a request's key is damaged"),
                        other => other?,
                    }
                }
            }
            other => other?,
        }
    }
}

async fn keep_all(context: &Context, rows: &[Model]) -> Result<(), VaultError> {
    let days = hold::days(context);
    let owners: Vec<ContentOwner> = rows.iter().map(Model::owner).collect();
    let people: Vec<RecipientId> = rows.iter().map(Model::recipient).collect();
    // People first: a key that is damaged must not keep whoever asked from being known.
    context.vault.keep_recipients(&people, days.least, days.until).await?;
    context.vault.keep_content_keys(&owners, days.least, days.until).await
}
