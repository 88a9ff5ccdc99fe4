//! The tokens that directories come with: 256 random bits, of which a hash is kept. Owns how many there may be and for how long.

use std::time::Duration;

use base::{OrganisationId, ProvisioningTokenId, SecretString, TenantId, Timestamp};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use super::{entity, store};
use crate::actor::{Denied, ProvisioningActor, RequestInfo};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::message::is_line;
use crate::organisation::{self, MAX_NAME_CHARS};
use crate::rights::Action;
use crate::system::secret;
use crate::{Administrator, Fault, Portal};

/// A token begins so, and scanners for leaked secrets can find it.
const PREFIX: &str = "postvalv_provisioning_";
/// The most tokens of an organisation that hold at once: two, so that a new one can be put in place before the old one goes.
const MAX_TOKENS: usize = 2;
/// The longest that a token may be made to hold, in days.
const MAX_DAYS: u32 = 730;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How exactly it is known when a token was last used: writing it down each time would cost a transaction a request.
const USE_STEP: Duration = Duration::from_secs(60);

/// A token to make.
#[derive(Clone, Debug)]
pub struct NewProvisioningToken {
    /// What it is called; 1 to 100 characters.
    pub name: String,
    /// The directory of Entra ID whose work accounts it provisions; without one, people sign in with passwords.
    pub tenant: Option<TenantId>,
    /// How many days it holds: 1 to [`Portal::MAX_PROVISIONING_TOKEN_DAYS`].
    pub days: u32,
}

/// A token that was just made. It is shown this once.
#[derive(Debug)]
pub struct ProvisioningTokenMade {
    /// Names the token.
    pub id: ProvisioningTokenId,
    /// What the directory sends.
    pub token: SecretString,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Whether a token lets a directory in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisioningTokenState {
    /// It does.
    Valid,
    /// It would, but its directory is none of the organisation's any more.
    DirectoryRemoved,
    /// Its time is over.
    Ended,
    /// Somebody took it back.
    Withdrawn,
}

/// A token as those see it who administer it: never what the directory sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisioningToken {
    /// Names it.
    pub id: ProvisioningTokenId,
    /// What it is called.
    pub name: String,
    /// The directory of Entra ID that it is bound to.
    pub tenant: Option<TenantId>,
    /// Whether it lets a directory in now.
    pub state: ProvisioningTokenState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
}

/// A token was not made, listed or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningTokenError {
    /// The name is empty, too long, or holds control characters.
    #[error("the name must be 1 to 100 characters in one line")]
    InvalidName,
    /// There is no such organisation or token, or none that the actor may know of.
    #[error("not found")]
    NotFound,
    /// The directory is none of the organisation's.
    #[error("that directory is none of the organisation's: the operator adds it first")]
    UnknownTenant,
    /// As many hold as may at once.
    #[error("{limit} tokens hold already: withdraw one first")]
    TooMany {
        /// The most.
        limit: usize,
    },
    /// The period is zero days or too long.
    #[error("a token holds for 1 to {max_days} days")]
    InvalidPeriod {
        /// The longest, in days.
        max_days: u32,
    },
    /// The actor may not do this, or not now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ProvisioningTokenError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// No directory comes with this token.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningTokenRefused {
    /// It is unknown, has ended, was withdrawn, or its directory is none of the organisation's any more: all alike.
    #[error("the token is not valid")]
    Invalid,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ProvisioningTokenRefused {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl entity::token::Model {
    fn state(&self, now: Timestamp) -> ProvisioningTokenState {
        if self.withdrawn_at.is_some() {
            ProvisioningTokenState::Withdrawn
        } else if self.expires_at <= now.as_millis() {
            ProvisioningTokenState::Ended
        } else {
            ProvisioningTokenState::Valid
        }
    }

    fn tenant(&self) -> Option<TenantId> {
        self.tenant_id.map(TenantId::from_uuid)
    }
}

impl Portal {
    /// The longest that a directory's token may be made to hold, in days.
    pub const MAX_PROVISIONING_TOKEN_DAYS: u32 = MAX_DAYS;
    /// How long a directory's token holds unless something else is said, in days.
    pub const PROVISIONING_TOKEN_DAYS: u32 = 365;

    /// Makes a token by which an organisation's directory provisions its staff, and shows it this once. Two hold at once at most:
    /// to rotate, make one, put it in place, and withdraw the other.
    ///
    /// # Errors
    ///
    /// [`ProvisioningTokenError`].
    pub async fn create_provisioning_token(
        &self,
        by: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
        new: NewProvisioningToken,
    ) -> Result<ProvisioningTokenMade, ProvisioningTokenError> {
        let (by, context) = (by.into(), &*self.0);
        by.require(&self.0, Action::ChangeProvisioning).await??;
        if !by.reaches(organisation) {
            return Err(ProvisioningTokenError::NotFound);
        }
        let name = new.name.trim();
        if !is_line(name, MAX_NAME_CHARS) {
            return Err(ProvisioningTokenError::InvalidName);
        }
        if !(1..=MAX_DAYS).contains(&new.days) {
            return Err(ProvisioningTokenError::InvalidPeriod { max_days: MAX_DAYS });
        }
        let now = context.now();
        let token = secret::generate(PREFIX)?;
        let transaction = context.database.write().await?;
        let gone = by.organisation_gone().map(ProvisioningTokenError::Denied);
        organisation::lock_row(&transaction, organisation)
            .await
            .map_err(|problem| problem.or_gone(gone.unwrap_or(ProvisioningTokenError::NotFound)))?;
        if let Some(tenant) = new.tenant
            && !organisation::has_tenant(&transaction, organisation, tenant).await?
        {
            return Err(ProvisioningTokenError::UnknownTenant);
        }
        let others = store::tokens(&transaction, organisation).await?;
        let valid = others
            .iter()
            .filter(|row| row.state(now) == ProvisioningTokenState::Valid);
        if valid.count() >= MAX_TOKENS {
            return Err(ProvisioningTokenError::TooMany { limit: MAX_TOKENS });
        }
        let id: ProvisioningTokenId = context.ids.next();
        let expires_at = now + DAY * new.days;
        let row = entity::token::Model {
            id: *id.as_uuid(),
            organisation_id: *organisation.as_uuid(),
            tenant_id: new.tenant.map(|tenant| *tenant.as_uuid()),
            name: name.to_owned(),
            token_hash: secret::hash(&token),
            created_at: now.as_millis(),
            expires_at: expires_at.as_millis(),
            last_used_at: None,
            withdrawn_at: None,
        };
        store::insert_token(&transaction, row).await?;
        let entry = by
            .entry(AuditAction::ProvisioningTokenCreated, *organisation.as_uuid())
            .about(AuditTarget::ProvisioningToken(id));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(ProvisioningTokenMade { id, token, expires_at })
    }

    /// The tokens of an organisation's directories, oldest first, also those that hold no more.
    ///
    /// # Errors
    ///
    /// [`ProvisioningTokenError`].
    pub async fn list_provisioning_tokens(
        &self,
        by: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
    ) -> Result<Vec<ProvisioningToken>, ProvisioningTokenError> {
        let (by, context) = (by.into(), &*self.0);
        by.require(&self.0, Action::SeeProvisioning).await??;
        let reader = context.database.reader();
        if !by.reaches(organisation) || organisation::find(reader, organisation).await?.is_none() {
            return Err(ProvisioningTokenError::NotFound);
        }
        let now = context.now();
        let rows = store::tokens(reader, organisation).await?;
        let tenants = organisation::tenants_of(reader, organisation).await?;
        let state = |row: &entity::token::Model| match row.state(now) {
            ProvisioningTokenState::Valid if row.tenant().is_some_and(|tenant| !tenants.contains(&tenant)) => {
                ProvisioningTokenState::DirectoryRemoved
            }
            state => state,
        };
        let seen = rows.into_iter().map(|row| ProvisioningToken {
            id: ProvisioningTokenId::from_uuid(row.id),
            tenant: row.tenant(),
            state: state(&row),
            created_at: Timestamp::from_millis(row.created_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            last_used_at: row.last_used_at.map(Timestamp::from_millis),
            name: row.name,
        });
        Ok(seen.collect())
    }

    /// Takes a token back, from the next request on. Doing it again is no error. What the directory made stays.
    ///
    /// # Errors
    ///
    /// [`ProvisioningTokenError`].
    pub async fn withdraw_provisioning_token(
        &self,
        by: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
        token: ProvisioningTokenId,
    ) -> Result<(), ProvisioningTokenError> {
        let (by, context) = (by.into(), &*self.0);
        by.require(&self.0, Action::ChangeProvisioning).await??;
        let now = context.now();
        let transaction = context.database.write().await?;
        let row = store::lock_token(&transaction, token).await?;
        let row = row.filter(|row| by.reaches(organisation) && row.organisation_id == *organisation.as_uuid());
        let row = row.ok_or(ProvisioningTokenError::NotFound)?;
        if row.withdrawn_at.is_some() {
            return Ok(());
        }
        let mut change = row.into_active_model();
        change.withdrawn_at = Set(Some(now.as_millis()));
        change.update(&transaction).await?;
        let entry = by
            .entry(AuditAction::ProvisioningTokenWithdrawn, *organisation.as_uuid())
            .about(AuditTarget::ProvisioningToken(token));
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The directory that comes with a token. It is looked up by its hash, which tells nobody anything of another's token by the
    /// time that it takes.
    ///
    /// # Errors
    ///
    /// [`ProvisioningTokenRefused`].
    pub async fn provisioning_actor(
        &self,
        token: &SecretString,
        request: RequestInfo,
    ) -> Result<ProvisioningActor, ProvisioningTokenRefused> {
        let context = &*self.0;
        let (reader, now) = (context.database.reader(), context.now());
        let row = store::find_token(reader, &secret::hash(token)).await?;
        let row = row.filter(|row| row.state(now) == ProvisioningTokenState::Valid);
        let row = row.ok_or(ProvisioningTokenRefused::Invalid)?;
        let organisation = OrganisationId::from_uuid(row.organisation_id);
        if organisation::find_row(reader, organisation).await?.is_none() {
            return Err(ProvisioningTokenRefused::Invalid);
        }
        let tenant = row.tenant();
        if let Some(tenant) = tenant
            && !organisation::has_tenant(reader, organisation, tenant).await?
        {
            return Err(ProvisioningTokenRefused::Invalid);
        }
        let id = ProvisioningTokenId::from_uuid(row.id);
        let lately = (now - USE_STEP).as_millis();
        if row.last_used_at.is_none_or(|used| used <= lately) {
            let transaction = context.database.write().await?;
            store::note_use(&transaction, id, now).await?;
            transaction.commit().await?;
        }
        Ok(ProvisioningActor::new(id, organisation, tenant, request))
    }

    /// Says in the audit log that somebody came with a token that is none of a directory's. A caller does so within what it allows
    /// one address to fill the log with.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn record_refused_provisioning_token(&self, request: &RequestInfo) -> Result<(), Fault> {
        let entry = AuditEntry::by_nobody(AuditAction::ProvisioningTokenRefused, request);
        self.0.record(&entry).await
    }
}
