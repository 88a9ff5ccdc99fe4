//! Indexes by which a purge finds its next batch without passing what it has done. They are of the rows alone that are meant, since
//! databases take a null for rare, and would look through all that lives for a few that are named.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEXES: [&str; 4] = [
    // What nobody has marked, by its end.
    "CREATE INDEX delivery_standing ON delivery (expires_at, id) WHERE condemned_at IS NULL",
    "CREATE INDEX delivery_taken_back ON delivery (revoked_at) WHERE condemned_at IS NULL AND revoked_at IS NOT NULL",
    // What is marked, in the order in which it was.
    "CREATE INDEX delivery_marked ON delivery (condemned_at, id) WHERE purged_at IS NULL AND condemned_at IS NOT NULL",
    "CREATE INDEX delivery_left ON delivery (expires_at) WHERE purged_at IS NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        for replaced in ["delivery_expiry", "delivery_revoked", "delivery_condemned"] {
            let replaced = Index::drop().name(replaced).table("delivery").to_owned();
            manager.drop_index(replaced).await?;
        }
        Ok(())
    }
}
