//! The schema of the portal's database. Forward only; each step leaves a schema that the version before it can use.
//! The vault's schema stands in `vault/`.

mod m0001_first;
mod m0002_audit_guard;
mod m0003_inbox_index;
mod m0004_session_device;
mod m0007_provider_session;

use sea_orm_migration::prelude::*;

/// The steps, in order.
#[derive(Debug)]
pub(crate) struct PortalMigrator;

#[async_trait::async_trait]
impl MigratorTrait for PortalMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first::Migration),
            Box::new(m0002_audit_guard::Migration),
            Box::new(m0003_inbox_index::Migration),
            Box::new(m0004_session_device::Migration),
            Box::new(m0007_provider_session::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{TestPortal, columns};

    #[tokio::test]
    async fn both_databases_have_the_same_schema() {
        let Some(postgres) = TestPortal::on_postgres().await else {
            return;
        };
        let sqlite = TestPortal::on_sqlite().await;
        let (sqlite, postgres) = (&sqlite.portal.0, &postgres.portal.0);
        let portal = columns(&sqlite.database).await;
        assert!(portal.len() > 15);
        assert_eq!(portal, columns(&postgres.database).await);
        let vault = columns(sqlite.vault.database()).await;
        assert_eq!(vault, columns(postgres.vault.database()).await);
    }
}
