//! Passkeys of staff, and what was asked of one within a session. What is added to tables that were there is nullable, since the
//! version before knows nothing of it.

use sea_orm_migration::prelude::*;

use super::table::Kind::{Bytes, Id, Time};
use super::table::{refers, table};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let passkey = table(
            "staff_passkey",
            &[
                ("id", Id),
                ("staff_id", Id),
                ("credential_mac", Bytes),
                ("sealed_name", Bytes),
                ("sealed_credential", Bytes),
                ("created_at", Time),
                ("last_used_at?", Time),
            ],
            &["id"],
        );
        manager
            .create_table(refers(passkey, "staff_id", "staff_member"))
            .await?;
        let columns = [
            ("staff_member", ColumnDef::new("passkeys").integer().null().to_owned()),
            (
                "staff_member",
                ColumnDef::new("sealed_passkey_handle").binary().null().to_owned(),
            ),
            ("session", ColumnDef::new("sealed_ceremony").binary().null().to_owned()),
        ];
        for (table, column) in columns {
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX staff_passkey_credential ON staff_passkey (staff_id, credential_mac)",
            )
            .await?;
        Ok(())
    }
}
