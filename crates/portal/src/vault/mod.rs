//! The vault: keys and the register of persons, in a database of its own.
//!
//! Owns organisation keys, content keys, recipients and which day secret each is wrapped for. Vault and portal databases
//! never pretend to be one transaction: every function here is one step of the protocol and can be repeated.

use base::{Clock, Day, OrganisationId, Personnummer, RecipientId, SecretString};
pub(crate) use keyring::ContentOwner;
use keyring::{ContentKey, FieldKey, MacKey};
use sea_orm::DbErr;

use crate::Fault;
use crate::database::DatabaseError;
use crate::provider::ProviderError;

/// A key that can't be made or had.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The vault's database failed.
    #[error("the vault's database failed")]
    Database(#[from] DbErr),
    /// The vault's database can't be opened.
    #[error("the vault can't be opened")]
    Open(#[from] DatabaseError),
    /// The key provider failed.
    #[error("the key provider failed")]
    Provider(#[from] ProviderError),
    /// A key in the vault does not unwrap, although the provider has what it was wrapped for.
    #[error("a key in the vault is damaged")]
    Damaged,
    /// The organisation has no key: it was never created, or its key was destroyed.
    #[error("the organisation has no key")]
    NoOrganisationKey,
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
    /// Idempotency keys and fingerprints.
    Idempotency,
}

/// What the register knows of a person.
pub(crate) struct Personal {
    /// The person's number.
    pub(crate) personnummer: Personnummer,
    /// The name that the identity provider gave at the latest sign-in.
    pub(crate) name: Option<String>,
    /// The address for notifications.
    pub(crate) email: Option<String>,
}

/// The vault. Cloning it gives the same vault.
#[derive(Clone)]
pub(crate) struct Vault {}

impl Vault {
    /// Makes an organisation's key; does nothing when it has one.
    pub(crate) async fn create_organisation_key(&self, organisation: OrganisationId) -> Result<(), VaultError> {
        todo!("{organisation:?}")
    }

    /// Makes a fresh key for each owner, wrapped for `day`, and commits them before any is handed out.
    pub(crate) async fn new_content_keys(
        &self,
        organisation: OrganisationId,
        owners: &[ContentOwner],
        day: Day,
    ) -> Result<Vec<ContentKey>, VaultError> {
        todo!("{organisation:?} {owners:?} {day:?}")
    }

    /// The key of a message or document; `None` when it was destroyed or its day is over.
    pub(crate) async fn content_key(
        &self,
        organisation: OrganisationId,
        owner: ContentOwner,
    ) -> Result<Option<ContentKey>, VaultError> {
        todo!("{organisation:?} {owner:?}")
    }

    /// As [`Vault::content_key`], for many: one answer each, in the order asked.
    pub(crate) async fn content_keys(
        &self,
        owners: &[(OrganisationId, ContentOwner)],
    ) -> Result<Vec<Option<ContentKey>>, VaultError> {
        todo!("{owners:?}")
    }

    /// Destroys keys; fine when they are gone already.
    pub(crate) async fn destroy_content_keys(&self, owners: &[ContentOwner]) -> Result<(), VaultError> {
        todo!("{owners:?}")
    }

    /// Wraps keys for another day, earlier or later. Keys that are gone stay gone.
    pub(crate) async fn rewrap_content_keys(&self, owners: &[ContentOwner], day: Day) -> Result<(), VaultError> {
        todo!("{owners:?} {day:?}")
    }

    /// Finds a person by number or creates them, and keeps them at least until the end of `until`. Call it right before
    /// the portal transaction that refers to them: [`Vault::forget_recipients`] spares who was asked for here within
    /// the last hour.
    pub(crate) async fn recipient(&self, number: &Personnummer, until: Day) -> Result<RecipientId, VaultError> {
        todo!("{number:?} {until:?}")
    }

    /// Finds people by number: one answer each, in the order asked.
    pub(crate) async fn find_recipients(
        &self,
        numbers: &[Personnummer],
    ) -> Result<Vec<Option<RecipientId>>, VaultError> {
        todo!("{}", numbers.len())
    }

    /// What the register knows of a person; `None` when they were forgotten.
    pub(crate) async fn personal(&self, recipient: RecipientId) -> Result<Option<Personal>, VaultError> {
        todo!("{recipient:?}")
    }

    /// Which of these people have an address for notifications.
    pub(crate) async fn have_email(&self, recipients: &[RecipientId]) -> Result<Vec<bool>, VaultError> {
        todo!("{recipients:?}")
    }

    /// Sets or removes a person's name.
    pub(crate) async fn set_name(&self, recipient: RecipientId, name: Option<&str>) -> Result<(), VaultError> {
        todo!("{recipient:?} {}", name.is_some())
    }

    /// Sets or removes a person's address for notifications.
    pub(crate) async fn set_email(&self, recipient: RecipientId, email: Option<&str>) -> Result<(), VaultError> {
        todo!("{recipient:?} {}", email.is_some())
    }

    /// Keeps a person at least until the end of a day.
    pub(crate) async fn extend_recipient(&self, recipient: RecipientId, until: Day) -> Result<(), VaultError> {
        todo!("{recipient:?} {until:?}")
    }

    /// Forgets people, except who was asked for with [`Vault::recipient`] within the last hour.
    pub(crate) async fn forget_recipients(&self, recipients: &[RecipientId]) -> Result<(), VaultError> {
        todo!("{recipients:?}")
    }

    /// Makes the secrets of the days until `last` where they are missing.
    pub(crate) async fn prepare_days(&self, last: Day) -> Result<(), VaultError> {
        todo!("{last:?}")
    }

    /// Destroys the secrets of all days before `day`, and gives the days whose secrets were destroyed.
    pub(crate) async fn destroy_days_before(&self, day: Day) -> Result<Vec<Day>, VaultError> {
        todo!("{day:?}")
    }

    /// Wraps what still lives in marked days for new secrets and destroys the old ones.
    pub(crate) async fn compact_marked_days(&self) -> Result<Vec<Day>, VaultError> {
        todo!()
    }

    /// The key of authentication codes for a purpose.
    pub(crate) fn mac_key(&self, purpose: MacPurpose) -> &MacKey {
        todo!("{purpose:?}")
    }

    /// The key that seals sessions' data.
    pub(crate) fn session_key(&self) -> &FieldKey {
        todo!()
    }

    /// The key that seals network addresses in the audit log.
    pub(crate) fn address_key(&self) -> &FieldKey {
        todo!()
    }
}
