//! The schema of the vault's database. Forward only; each step leaves a schema that the version before it can use.

mod m0001_first;
mod m0002_earlier_days;
mod m0003_ended_days;
mod m0004_linked_recipients;
mod m0005_ledger_place;
mod m0007_extract_keys;
mod m0008_own_addresses;
mod m0009_ledger_batches;

use sea_orm_migration::prelude::*;

/// The steps, in order.
#[derive(Debug)]
pub(crate) struct VaultMigrator;

#[async_trait::async_trait]
impl MigratorTrait for VaultMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first::Migration),
            Box::new(m0002_earlier_days::Migration),
            Box::new(m0003_ended_days::Migration),
            Box::new(m0004_linked_recipients::Migration),
            Box::new(m0005_ledger_place::Migration),
            Box::new(m0007_extract_keys::Migration),
            Box::new(m0008_own_addresses::Migration),
            Box::new(m0009_ledger_batches::Migration),
        ]
    }
}
