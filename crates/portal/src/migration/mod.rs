//! The schema of the portal's database. Forward only; each step leaves a schema that the version before it can use.
//! The vault's schema stands in `vault/`.

mod m0001_first;
mod m0002_audit_guard;

use sea_orm_migration::prelude::*;

/// The steps, in order.
#[derive(Debug)]
pub(crate) struct PortalMigrator;

#[async_trait::async_trait]
impl MigratorTrait for PortalMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_first::Migration), Box::new(m0002_audit_guard::Migration)]
    }
}
