//! What a provider calls the session that a sign-in came from, and the logout tokens that it sent. Nullable, since the version
//! before knows nothing of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in ["provider_session_mac", "provider_subject_mac"] {
            let definition = ColumnDef::new(column).binary().null().to_owned();
            let change = Table::alter().table("session").add_column(definition).to_owned();
            manager.alter_table(change).await?;
            let index = Index::create()
                .name(format!("session_of_{column}"))
                .table("session")
                .col(column)
                .to_owned();
            manager.create_index(index).await?;
        }
        let tokens = Table::create()
            .table("logout_token")
            .col(ColumnDef::new("token_mac").binary().not_null().primary_key())
            .col(ColumnDef::new("expires_at").big_integer().not_null())
            .to_owned();
        manager.create_table(tokens).await?;
        let index = Index::create()
            .name("logout_token_expiry")
            .table("logout_token")
            .col("expires_at")
            .to_owned();
        manager.create_index(index).await
    }
}
