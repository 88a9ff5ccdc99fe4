//! The outbox of mails: a row for each kind and person at most. The one before had a row for each delivery, which nobody sent;
//! those go, and a purge deletes what the version before still writes there.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Id, SmallNumber, Text, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let outbox = table(
            "unsent_notification",
            &[
                ("kind", Text),
                ("person_id", Id),
                ("first_at", Time),
                ("last_at", Time),
                ("due_at", Time),
                ("attempts", SmallNumber),
            ],
            &["kind", "person_id"],
        );
        manager.create_table(outbox).await?;
        for (name, column) in [
            ("unsent_notification_due", "due_at"),
            ("unsent_notification_age", "first_at"),
            ("unsent_notification_of_person", "person_id"),
        ] {
            let index = Index::create()
                .name(name)
                .table("unsent_notification")
                .col(column)
                .to_owned();
            manager.create_index(index).await?;
        }
        let connection = manager.get_connection();
        connection.execute_unprepared("DELETE FROM notification").await?;
        Ok(())
    }
}
