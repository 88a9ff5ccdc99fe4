//! Who shut an account of staff, an admin or the directory. Nullable, since the version before knows nothing of it and tells the
//! two apart by time, as is still done of what it wrote.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("deactivated_by").text().null().to_owned();
        let change = Table::alter().table("staff_member").add_column(column).to_owned();
        manager.alter_table(change).await?;
        let connection = manager.get_connection();
        connection
            .execute_unprepared(
                "UPDATE staff_member SET deactivated_by = 'directory' WHERE EXISTS (SELECT 1 FROM provisioned_staff \
                 WHERE staff_id = staff_member.id AND shut_at = staff_member.deactivated_at)",
            )
            .await?;
        connection
            .execute_unprepared(
                "UPDATE staff_member SET deactivated_by = 'admin' \
                 WHERE deactivated_at IS NOT NULL AND deactivated_by IS NULL",
            )
            .await?;
        Ok(())
    }
}
