//! The vault: keys and the register of persons, in a database of its own.
//!
//! Owns organisation keys, content keys, recipients, and which day's secret each is wrapped for. Vault and portal
//! databases never pretend to be one transaction: every function here is one step of the protocol and can be repeated.
//! Knows no message, no case and no session.

mod addresses;
mod content;
mod content_rows;
mod day;
mod earlier_days;
mod ending;
mod entity;
mod extract;
mod identifiers;
mod identify;
mod migration;
mod organisation;
mod personal;
mod register;
mod wrapping;

use std::sync::Arc;

use base::{Clock, Ids, ObjectId, OrganisationId, TenantId};
use keyring::{BlindIndex, BlindIndexKey, FieldKey, MacKey, RegisterKey};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};
use zeroize::Zeroizing;

use crate::Fault;
use crate::database::{Database, WriteTransaction};
use crate::ledger::{Ledger, LedgerEntry, LedgerError};
use crate::provider::{KeyProvider, ProviderError};
use wrapping::{RecentKeys, column};

pub(crate) use addresses::Addresses;
pub(crate) use identify::{Identified, Person};
pub(crate) use migration::VaultMigrator;

/// How many rows one statement names: far below the databases' limits on parameters (32,766 and 65,535).
const BATCH: usize = 500;
/// The versions of the index key that people are found by, newest first.
const INDEX_VERSIONS: [u32; 1] = [1];
/// The version of a new register key.
const FIRST_VERSION: u32 = 1;

/// A key that can't be made or had.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The vault's database failed.
    #[error("the vault's database failed")]
    Database(#[from] DbErr),
    /// The key provider failed.
    #[error("the key provider failed")]
    Provider(#[from] ProviderError),
    /// A key in the vault does not unwrap, although the provider has what it was wrapped for.
    #[error("a key in the vault is damaged")]
    Damaged,
    /// The organisation has no key: it was never created, or its key was destroyed.
    #[error("the organisation has no key")]
    NoOrganisationKey,
    /// The ledger failed, so nothing was destroyed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Keys can't be wrapped for a day that is over.
    #[error("the day is over")]
    DayOver,
}

impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        Self::new(error)
    }
}

/// What a message authentication code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MacPurpose {
    /// Rows of the audit log.
    Audit,
    /// Up to where the audit log was deleted.
    AuditCut,
    /// Idempotency keys and fingerprints.
    Idempotency,
    /// What providers call sessions and people.
    ProviderSession,
    /// The networks that sessions were signed in from.
    SessionNetwork,
    /// The kinds of devices that a staff member has signed in from.
    StaffDevice,
    /// The kinds of devices that a recipient has signed in from.
    RecipientDevice,
    /// Recovery codes of staff.
    RecoveryCode,
    /// The ids of credentials that passkeys of staff have.
    Passkey,
    /// The codes by which people prove that an e-mail address is theirs.
    AddressCode,
    /// To whom such codes were sent.
    AddressCodeCount,
}

/// The vault. Cloning it gives the same vault.
#[derive(Clone)]
pub(crate) struct Vault {
    database: Database,
    provider: Arc<dyn KeyProvider>,
    ledger: Ledger,
    clock: Clock,
    ids: Ids,
    keys: Arc<FixedKeys>,
    recent: Arc<RecentKeys>,
}

/// The provider's keys that are in use as long as the program runs.
struct FixedKeys {
    index: Vec<(u32, BlindIndexKey)>,
    audit: MacKey,
    audit_cut: MacKey,
    idempotency: MacKey,
    provider_session: MacKey,
    session_network: MacKey,
    staff_device: MacKey,
    recipient_device: MacKey,
    recovery_code: MacKey,
    passkey: MacKey,
    address_code: MacKey,
    address_code_count: MacKey,
    session: FieldKey,
    device: FieldKey,
    address: FieldKey,
    staff: FieldKey,
    hold: FieldKey,
    webhook: FieldKey,
    extract_reason: FieldKey,
    password: Zeroizing<[u8; 32]>,
}

impl Vault {
    /// Opens the vault in its migrated database, with a provider that is established.
    ///
    /// # Errors
    ///
    /// When the database or the provider fails.
    pub(crate) async fn open(
        database: Database,
        provider: Arc<dyn KeyProvider>,
        ledger: Ledger,
        clock: Clock,
    ) -> Result<Self, VaultError> {
        let installation = provider.installation_key().await?;
        let mut index = Vec::new();
        for version in INDEX_VERSIONS {
            index.push((version, provider.blind_index_key(version).await?));
        }
        let keys = FixedKeys {
            index,
            audit: installation.mac_key("audit"),
            audit_cut: installation.mac_key("audit cut"),
            idempotency: installation.mac_key("idempotency"),
            provider_session: installation.mac_key("provider-session"),
            session_network: installation.mac_key("session network"),
            staff_device: installation.mac_key("staff device"),
            recipient_device: installation.mac_key("recipient device"),
            recovery_code: installation.mac_key("recovery code"),
            passkey: installation.mac_key("passkey"),
            address_code: installation.mac_key("address code"),
            address_code_count: installation.mac_key("address code count"),
            session: installation.field_key("session"),
            device: installation.field_key("device"),
            address: installation.field_key("address"),
            staff: installation.field_key("staff"),
            hold: installation.field_key("hold"),
            webhook: installation.field_key("webhook"),
            extract_reason: installation.field_key("extract reason"),
            password: installation.secret("password"),
        };
        let vault = Self {
            database,
            provider,
            ledger,
            ids: Ids::new(clock.clone()),
            clock,
            keys: Arc::new(keys),
            recent: Arc::new(RecentKeys::new()),
        };
        vault.create_register_key().await?;
        Ok(vault)
    }

    /// Makes the register key; does nothing when there is one.
    async fn create_register_key(&self) -> Result<(), VaultError> {
        let key = RegisterKey::generate();
        let wrapped = self.provider.wrap_register_key(&key, FIRST_VERSION).await?;
        let row = entity::register_key::ActiveModel {
            version: Set(column(FIRST_VERSION)?),
            root_version: Set(column(wrapped.root_version)?),
            wrapped_key: Set(wrapped.key.into_bytes()),
        };
        let transaction = self.database.write().await?;
        entity::register_key::Entity::insert(row)
            .on_conflict_do_nothing_on([entity::register_key::Column::Version])
            .exec_without_returning(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// The vault's database.
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    /// The key provider.
    pub(crate) fn provider(&self) -> &dyn KeyProvider {
        &*self.provider
    }

    /// Tells the ledger of what the transaction is about to destroy, durably.
    async fn tell(&self, transaction: &WriteTransaction, entries: &[LedgerEntry]) -> Result<(), VaultError> {
        if entries.is_empty() {
            return Ok(());
        }
        let told = self.ledger.append(entries).await?;
        Ok(told.applied_by(transaction).await?)
    }

    /// The key of authentication codes for a purpose.
    pub(crate) fn mac_key(&self, purpose: MacPurpose) -> &MacKey {
        match purpose {
            MacPurpose::Audit => &self.keys.audit,
            MacPurpose::AuditCut => &self.keys.audit_cut,
            MacPurpose::Idempotency => &self.keys.idempotency,
            MacPurpose::ProviderSession => &self.keys.provider_session,
            MacPurpose::SessionNetwork => &self.keys.session_network,
            MacPurpose::StaffDevice => &self.keys.staff_device,
            MacPurpose::RecipientDevice => &self.keys.recipient_device,
            MacPurpose::RecoveryCode => &self.keys.recovery_code,
            MacPurpose::Passkey => &self.keys.passkey,
            MacPurpose::AddressCode => &self.keys.address_code,
            MacPurpose::AddressCodeCount => &self.keys.address_code_count,
        }
    }

    /// The key that seals sessions' data, together with what the cookie's holder has.
    pub(crate) fn session_key(&self) -> &FieldKey {
        &self.keys.session
    }

    /// The key that seals what a person's list of sign-ins says of device and place. Each of their sessions reads it for all of
    /// them, so it can't be bound to a cookie.
    pub(crate) fn device_key(&self) -> &FieldKey {
        &self.keys.device
    }

    /// The key that seals network addresses in the audit log.
    pub(crate) fn address_key(&self) -> &FieldKey {
        &self.keys.address
    }

    /// The key that seals what is known of staff: names, e-mail addresses, secrets of one-time codes, passkeys.
    pub(crate) fn staff_key(&self) -> &FieldKey {
        &self.keys.staff
    }

    /// The key that seals why holds are placed and lifted.
    pub(crate) fn hold_key(&self) -> &FieldKey {
        &self.keys.hold
    }

    /// The key that seals the addresses to which organisations let things go.
    pub(crate) fn webhook_key(&self) -> &FieldKey {
        &self.keys.webhook
    }

    /// The key that seals why organisations make register extracts.
    pub(crate) fn extract_reason_key(&self) -> &FieldKey {
        &self.keys.extract_reason
    }

    /// What goes into each hash of a password, so that a copy of the database alone can't be tried against a list of passwords.
    pub(crate) fn password_secret(&self) -> &[u8; 32] {
        &self.keys.password
    }

    /// What a staff member of an organisation is found by: the index of the e-mail address in each version of the index key,
    /// newest first. The same address in two organisations has unrelated indexes.
    pub(crate) fn staff_indexes(&self, organisation: OrganisationId, email: &str) -> Vec<(u32, BlindIndex)> {
        let identifier = Zeroizing::new(format!("{organisation} {email}"));
        self.in_each_version("staff e-mail", &identifier)
    }

    /// As [`Vault::staff_indexes`], of a work account: its directory and its user there.
    pub(crate) fn work_account_indexes(
        &self,
        organisation: OrganisationId,
        tenant: TenantId,
        object: ObjectId,
    ) -> Vec<(u32, BlindIndex)> {
        let identifier = Zeroizing::new(format!("{organisation} {tenant} {object}"));
        self.in_each_version("staff work account", &identifier)
    }

    /// What a directory's users and groups are found by: one of their names, which says by its `kind` what it is. The same name
    /// in another organisation, or from another directory, has an unrelated index.
    pub(crate) fn provisioning_indexes(
        &self,
        kind: &'static str,
        organisation: OrganisationId,
        tenant: Option<TenantId>,
        name: &str,
    ) -> Vec<(u32, BlindIndex)> {
        let tenant = tenant.map_or_else(|| "-".to_owned(), |tenant| tenant.to_string());
        let identifier = Zeroizing::new(format!("{organisation} {tenant} {name}"));
        self.in_each_version(kind, &identifier)
    }

    fn in_each_version(&self, kind: &'static str, identifier: &str) -> Vec<(u32, BlindIndex)> {
        let versions = self.keys.index.iter();
        versions
            .map(|(version, key)| (*version, key.index(kind, identifier)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
