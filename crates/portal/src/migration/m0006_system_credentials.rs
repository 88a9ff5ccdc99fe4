//! Several credentials for a system, from where it may come, and what its organisation is told of them.
//!
//! The version before knows one secret, in `system.secret_hash`, and no networks. So the column stays; what it holds from now
//! on stands in docs/decisions/0011-system-credentials.md.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Every system's secret becomes its first credential. A system has one at most, so its id serves as the credential's too.
const TAKE_OVER: &str = "INSERT INTO system_credential (id, system_id, kind, secret_hash, created_at) \
    SELECT id, id, 'secret', secret_hash, created_at FROM system";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [credential(), assertion(), event()] {
            manager.create_table(table).await?;
        }
        let indexes = [
            ("system_credential_of_system", "system_credential", "system_id"),
            ("system_credential_end", "system_credential", "expires_at"),
            ("client_assertion_expiry", "client_assertion", "expires_at"),
        ];
        for (name, table, column) in indexes {
            let index = Index::create().name(name).table(table).col(column).to_owned();
            manager.create_index(index).await?;
        }
        let networks = ColumnDef::new("allowed_networks")
            .text()
            .not_null()
            .default("")
            .to_owned();
        let credential = ColumnDef::new("credential_id").uuid().null().to_owned();
        for (table, column) in [("system", networks), ("access_token", credential)] {
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        manager.get_connection().execute_unprepared(TAKE_OVER).await?;
        Ok(())
    }
}

fn credential() -> TableCreateStatement {
    Table::create()
        .table("system_credential")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("system_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("secret_hash").binary().null())
        .col(ColumnDef::new("public_key").text().null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("expires_at").big_integer().null())
        .col(ColumnDef::new("warned_at").big_integer().null())
        .col(ColumnDef::new("last_used_at").big_integer().null())
        .col(ColumnDef::new("withdrawn_at").big_integer().null())
        .foreign_key(
            ForeignKey::create()
                .from("system_credential", "system_id")
                .to("system", "id"),
        )
        .to_owned()
}

/// The signed assertions that were used, so that none is used twice.
fn assertion() -> TableCreateStatement {
    Table::create()
        .table("client_assertion")
        .col(ColumnDef::new("system_id").uuid().not_null())
        .col(ColumnDef::new("jti_hash").binary().not_null())
        .col(ColumnDef::new("expires_at").big_integer().not_null())
        .primary_key(Index::create().col("system_id").col("jti_hash"))
        .foreign_key(
            ForeignKey::create()
                .from("client_assertion", "system_id")
                .to("system", "id"),
        )
        .to_owned()
}

/// Events that concern no message. They share their numbers with the table `event`, whose messages can't be absent.
fn event() -> TableCreateStatement {
    Table::create()
        .table("system_event")
        .col(ColumnDef::new("organisation_id").uuid().not_null())
        .col(ColumnDef::new("sequence").big_integer().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("system_id").uuid().not_null())
        .col(ColumnDef::new("credential_id").uuid().not_null())
        .col(ColumnDef::new("expires_at").big_integer().not_null())
        .col(ColumnDef::new("at").big_integer().not_null())
        .primary_key(Index::create().col("organisation_id").col("sequence"))
        .foreign_key(
            ForeignKey::create()
                .from("system_event", "organisation_id")
                .to("organisation", "id"),
        )
        .to_owned()
}
