//! The chains of the audit log, how far each writer's rows are in them, and their signed checkpoints. Nodes of the version before
//! write rows as they did; a node of this version takes them into the chains.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Number, Text, Time};
use super::table::table;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const SQLITE: &str = "\
    CREATE TRIGGER audit_link_unchangeable BEFORE UPDATE ON audit_link \
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END; \
    CREATE TRIGGER audit_link_undeletable BEFORE DELETE ON audit_link \
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;";

const POSTGRES: &str = "\
    CREATE TRIGGER audit_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link \
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let link = [
            ("chain_id", Id),
            ("sequence", Number),
            ("event_id", Id),
            ("hash", Bytes),
        ];
        let checkpoint = [
            ("chain_id", Id),
            ("sequence", Number),
            ("hash", Bytes),
            ("at", Time),
            ("key_id", Text),
            ("signature", Bytes),
        ];
        for table in [
            table(
                "audit_chain",
                &[("id", Id), ("sequence", Number), ("hash", Bytes)],
                &["id"],
            ),
            table("audit_link", &link, &["chain_id", "sequence"]),
            table(
                "audit_chained",
                &[("writer_id", Id), ("counter", Number)],
                &["writer_id"],
            ),
            table("audit_checkpoint", &checkpoint, &["chain_id", "sequence"]),
        ] {
            manager.create_table(table).await?;
        }
        let mut once = Index::create();
        once.name("audit_link_of_event")
            .table("audit_link")
            .col("event_id")
            .unique();
        manager.create_index(once).await?;
        let guard = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(guard).await?;
        Ok(())
    }
}
