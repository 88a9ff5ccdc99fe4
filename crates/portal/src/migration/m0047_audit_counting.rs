//! Lets a row of the audit log be numbered in the statement that inserts it, on SQLite: what stands alone is one statement then. Whoever
//! takes numbers first and inserts then finds them counted.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const COUNT: &str = "CREATE TRIGGER audit_event_counted AFTER INSERT ON audit_event BEGIN \
    UPDATE audit_writer SET next_counter = NEW.counter + 1 WHERE id = NEW.writer_id AND next_counter = NEW.counter; END";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            manager.get_connection().execute_unprepared(COUNT).await?;
        }
        Ok(())
    }
}
