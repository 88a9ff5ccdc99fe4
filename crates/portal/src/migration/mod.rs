//! The schema of the portal's database. Forward only; each step leaves a schema that the version before it can use.
//! The vault's schema stands in `vault/`.

mod m0001_first;
mod m0002_audit_guard;
mod m0003_inbox_index;
mod m0004_session_device;
mod m0005_staff;
mod m0006_system_credentials;
mod m0007_provider_session;
mod m0008_message_of_organisation;
mod m0009_session_tries;
mod m0010_work_accounts;
mod m0011_provisioning;
mod m0012_passkeys;
mod m0013_session_place;
mod m0014_key_sets;
mod m0015_minimum_level;
mod m0016_who_shut_an_account;
mod m0017_new_second_factors;
mod m0018_recipient_devices;
mod m0019_unsent_notifications;
mod m0020_audit_chain;
mod m0023_purge_protocols;
mod m0025_retention;
mod m0026_address_given;
mod m0027_holds;
mod m0028_ledger_place;
mod m0029_purge_brake;
mod m0030_own_view;
mod m0031_audit_cut;
mod m0032_restored_holds;
mod m0033_register_extracts;
mod m0035_case_decisions;
mod m0036_retention_approval;
mod m0037_audit_handover;
mod m0039_data_requests;
mod m0040_terms;
mod m0041_purge_indexes;
mod m0042_orphans;
mod m0043_audit_webhooks;
mod m0044_organisation_extracts;
mod m0045_mail_consent;
mod m0047_audit_counting;
mod m0048_mail_consent_told;
mod m0049_deleted_organisations;
mod m0051_names_shown;
mod m0054_ledger_batches;
mod m0056_whose_announcement;
mod m0057_hold_forms;
mod m0060_free_leaves;
mod m0061_lists_of_staff;
mod table;

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
            Box::new(m0005_staff::Migration),
            Box::new(m0006_system_credentials::Migration),
            Box::new(m0007_provider_session::Migration),
            Box::new(m0008_message_of_organisation::Migration),
            Box::new(m0009_session_tries::Migration),
            Box::new(m0010_work_accounts::Migration),
            Box::new(m0011_provisioning::Migration),
            Box::new(m0012_passkeys::Migration),
            Box::new(m0013_session_place::Migration),
            Box::new(m0014_key_sets::Migration),
            Box::new(m0015_minimum_level::Migration),
            Box::new(m0016_who_shut_an_account::Migration),
            Box::new(m0017_new_second_factors::Migration),
            Box::new(m0018_recipient_devices::Migration),
            Box::new(m0019_unsent_notifications::Migration),
            Box::new(m0020_audit_chain::Migration),
            Box::new(m0023_purge_protocols::Migration),
            Box::new(m0025_retention::Migration),
            Box::new(m0026_address_given::Migration),
            Box::new(m0027_holds::Migration),
            Box::new(m0028_ledger_place::Migration),
            Box::new(m0029_purge_brake::Migration),
            Box::new(m0030_own_view::Migration),
            Box::new(m0031_audit_cut::Migration),
            Box::new(m0032_restored_holds::Migration),
            Box::new(m0033_register_extracts::Migration),
            Box::new(m0035_case_decisions::Migration),
            Box::new(m0036_retention_approval::Migration),
            Box::new(m0037_audit_handover::Migration),
            Box::new(m0039_data_requests::Migration),
            Box::new(m0040_terms::Migration),
            Box::new(m0041_purge_indexes::Migration),
            Box::new(m0042_orphans::Migration),
            Box::new(m0045_mail_consent::Migration),
            Box::new(m0043_audit_webhooks::Migration),
            Box::new(m0044_organisation_extracts::Migration),
            Box::new(m0047_audit_counting::Migration),
            Box::new(m0048_mail_consent_told::Migration),
            Box::new(m0051_names_shown::Migration),
            Box::new(m0054_ledger_batches::Migration),
            Box::new(m0049_deleted_organisations::Migration),
            Box::new(m0056_whose_announcement::Migration),
            Box::new(m0057_hold_forms::Migration),
            Box::new(m0060_free_leaves::Migration),
            Box::new(m0061_lists_of_staff::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, Statement};

    use super::PortalMigrator;
    use crate::database::Database;
    use crate::database::testing::on_each_database;
    use crate::test_support::{TestPortal, columns};

    #[tokio::test]
    async fn each_systems_secret_becomes_its_first_credential() {
        on_each_database(async |databases| {
            let database = Database::connect(&databases.portal).await.unwrap();
            database.migrate_before::<PortalMigrator>("m0006").await;
            let (organisation, system) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
            let backend = database.backend();
            for (sql, values) in [
                (
                    "INSERT INTO organisation (id, name, retention_days, time_zone, event_sequence, created_at) \
                     VALUES ($1, 'Norrby', 30, 'Europe/Stockholm', 0, 1)",
                    vec![organisation.into()],
                ),
                (
                    "INSERT INTO system (id, organisation_id, name, secret_hash, scopes, created_at) \
                     VALUES ($1, $2, 'old', $3, '', 7)",
                    vec![system.into(), organisation.into(), vec![9_u8; 32].into()],
                ),
            ] {
                let transaction = database.write().await.unwrap();
                let insert = Statement::from_sql_and_values(backend, sql, values);
                transaction.execute_raw(insert).await.unwrap();
                transaction.commit().await.unwrap();
            }
            database.migrate::<PortalMigrator>().await.unwrap();
            let query = "SELECT c.system_id, c.secret_hash, c.created_at, s.allowed_networks \
                FROM system_credential c JOIN system s ON s.id = c.system_id WHERE c.kind = 'secret'";
            let rows = database
                .reader()
                .query_all_raw(Statement::from_string(backend, query))
                .await
                .unwrap();
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0].try_get::<uuid::Uuid>("", "system_id").unwrap(), system);
            assert_eq!(rows[0].try_get::<Vec<u8>>("", "secret_hash").unwrap(), [9; 32]);
            assert_eq!(rows[0].try_get::<i64>("", "created_at").unwrap(), 7);
            assert_eq!(rows[0].try_get::<String>("", "allowed_networks").unwrap(), "");
            database.close().await.unwrap();
        })
        .await;
    }

    #[tokio::test]
    async fn of_accounts_that_are_shut_the_time_tells_who_shut_them() {
        on_each_database(async |databases| {
            let database = Database::connect(&databases.portal).await.unwrap();
            database.migrate_before::<PortalMigrator>("m0016").await;
            let backend = database.backend();
            let transaction = database.write().await.unwrap();
            let organisation = uuid::Uuid::from_u128(1);
            let insert = async |sql: &str, values: Vec<sea_orm::Value>| {
                let insert = Statement::from_sql_and_values(backend, sql, values);
                transaction.execute_raw(insert).await.unwrap();
            };
            insert(
                "INSERT INTO organisation (id, name, retention_days, time_zone, event_sequence, created_at) \
                 VALUES ($1, 'Norrby', 30, 'Europe/Stockholm', 0, 1)",
                vec![organisation.into()],
            )
            .await;
            for (number, deactivated_at, shut_at) in [
                (2_u8, None, Some(5_i64)),
                (3, Some(5_i64), Some(5)),
                (4, Some(6), Some(5)),
            ] {
                let staff = uuid::Uuid::from_u128(number.into());
                insert(
                    "INSERT INTO staff_member (id, organisation_id, role, index_version, email_index, sealed_name, \
                     sealed_email, failures, untold_failures, created_at, deactivated_at) \
                     VALUES ($1, $2, 'sender', 1, $3, $3, $3, 0, 0, 1, $4)",
                    vec![
                        staff.into(),
                        organisation.into(),
                        vec![number].into(),
                        deactivated_at.into(),
                    ],
                )
                .await;
                insert(
                    "INSERT INTO provisioned_staff (staff_id, organisation_id, shut_at, created_at, changed_at) \
                     VALUES ($1, $2, $3, 1, 1)",
                    vec![staff.into(), organisation.into(), shut_at.into()],
                )
                .await;
            }
            transaction.commit().await.unwrap();
            database.migrate::<PortalMigrator>().await.unwrap();
            let query = Statement::from_string(backend, "SELECT deactivated_by FROM staff_member ORDER BY id");
            let rows = database.reader().query_all_raw(query).await.unwrap();
            let by: Vec<Option<String>> = rows
                .iter()
                .map(|row| row.try_get("", "deactivated_by").unwrap())
                .collect();
            assert_eq!(by, [None, Some("directory".to_owned()), Some("admin".to_owned())]);
            database.close().await.unwrap();
        })
        .await;
    }

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
