//! The database itself refuses to change or delete a row of the audit log.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const SQLITE: &str = "\
    CREATE TRIGGER audit_event_unchangeable BEFORE UPDATE ON audit_event \
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END; \
    CREATE TRIGGER audit_event_undeletable BEFORE DELETE ON audit_event \
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;";

const POSTGRES: &str = "\
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$; \
    CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event \
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
