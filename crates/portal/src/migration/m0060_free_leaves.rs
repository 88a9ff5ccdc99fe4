//! An index of what was purged and stands in no protocol yet, in the order in which protocols take it. PostgreSQL does not take a null as
//! a value by which the columns after it are in order, so by the index of protocols it sorted everything that waits for each few.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index =
            "CREATE INDEX purge_leaf_free ON purge_leaf (organisation_id, purged_at, id) WHERE protocol IS NULL";
        manager.get_connection().execute_unprepared(index).await.map(drop)
    }
}
