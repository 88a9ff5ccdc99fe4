//! The beginnings of chains that were deleted when the log's own retention ended. The guards let a row go only behind what is written
//! down here. Nodes of the version before delete nothing.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Number};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const SQLITE: &str = "\
    DROP TRIGGER audit_event_undeletable; DROP TRIGGER audit_link_undeletable; \
    CREATE TRIGGER audit_event_undeletable BEFORE DELETE ON audit_event \
    WHEN NOT EXISTS (SELECT 1 FROM audit_link l JOIN audit_cut c ON c.chain_id = l.chain_id \
    WHERE l.event_id = OLD.id AND l.sequence <= c.sequence) \
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END; \
    CREATE TRIGGER audit_link_undeletable BEFORE DELETE ON audit_link \
    WHEN NOT EXISTS (SELECT 1 FROM audit_cut c WHERE c.chain_id = OLD.chain_id AND OLD.sequence <= c.sequence) \
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;";

const POSTGRES: &str = "\
    CREATE FUNCTION refuse_early_audit_event_deletion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    IF NOT EXISTS (SELECT 1 FROM audit_link l JOIN audit_cut c ON c.chain_id = l.chain_id \
    WHERE l.event_id = OLD.id AND l.sequence <= c.sequence) \
    THEN RAISE EXCEPTION 'the audit log is append-only'; END IF; RETURN OLD; END $$; \
    CREATE FUNCTION refuse_early_audit_link_deletion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    IF NOT EXISTS (SELECT 1 FROM audit_cut c WHERE c.chain_id = OLD.chain_id AND OLD.sequence <= c.sequence) \
    THEN RAISE EXCEPTION 'the audit log is append-only'; END IF; RETURN OLD; END $$; \
    DROP TRIGGER audit_event_append_only ON audit_event; DROP TRIGGER audit_link_append_only ON audit_link; \
    CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR TRUNCATE ON audit_event \
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change(); \
    CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR TRUNCATE ON audit_link \
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change(); \
    CREATE TRIGGER audit_event_undeletable BEFORE DELETE ON audit_event \
    FOR EACH ROW EXECUTE FUNCTION refuse_early_audit_event_deletion(); \
    CREATE TRIGGER audit_link_undeletable BEFORE DELETE ON audit_link \
    FOR EACH ROW EXECUTE FUNCTION refuse_early_audit_link_deletion();";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let cut = [("chain_id", Id), ("sequence", Number), ("hash", Bytes), ("mac", Bytes)];
        manager.create_table(table("audit_cut", &cut, &["chain_id"])).await?;
        let of_writer = [("writer_id", Id), ("rows", Number), ("highest", Number), ("mac", Bytes)];
        manager
            .create_table(table("audit_writer_cut", &of_writer, &["writer_id"]))
            .await?;
        let guard = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(guard).await?;
        Ok(())
    }
}
