//! What the purge's brake goes by: how many documents fall due in each hour, as it stood the day before; what somebody announced
//! or confirmed beyond that; and since when the purge waits. And of which deliveries somebody was warned before.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Id, Number, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let forecast = table("purge_forecast", &[("hour", Number), ("documents", Number)], &["hour"]);
        manager.create_table(forecast).await?;
        let announced = table(
            "purge_announced",
            &[("id", Id), ("at", Time), ("documents", Number)],
            &["id"],
        );
        manager.create_table(announced).await?;
        let column = ColumnDef::new("purge_stopped_at").big_integer().null().to_owned();
        let change = Table::alter().table("installation").add_column(column).to_owned();
        manager.alter_table(change).await?;
        for column in ["unread_warned_at", "read_warned_at"] {
            let added = ColumnDef::new(column).big_integer().null().to_owned();
            let change = Table::alter().table("delivery").add_column(added).to_owned();
            manager.alter_table(change).await?;
            manager
                .get_connection()
                .execute_unprepared(&format!(
                    "CREATE INDEX delivery_{column} ON delivery (expires_at) WHERE {column} IS NULL AND purged_at IS NULL"
                ))
                .await?;
        }
        Ok(())
    }
}
