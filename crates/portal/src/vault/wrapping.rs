//! Finding the key that wraps: from the vault's own key, wrapped by the provider's root key, and the provider's day secret.
//!
//! What is unwrapped or derived is used for a minute at most, so that an inbox doesn't unwrap the same key a hundred times,
//! and leaves the memory with the next round of jobs. Content keys never stay.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Day, OrganisationId, Timestamp};
use keyring::{OrganisationKey, RegisterKey, WrappedKey, WrappingKey};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::{organisation_key, register_key};
use super::{Vault, VaultError};
use crate::provider::{DaySecretName, RootWrapped, SecretVersion};

/// How long an unwrapped key is used without asking the provider again.
const MAX_AGE: Duration = Duration::from_secs(60);
/// How many keys of a kind stay in memory.
const MAX_KEYS: usize = 1024;

/// Whose keys are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    Organisation(OrganisationId),
    Register,
}

/// What a wrapped key says about what wrapped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WrappedFor {
    pub(super) scope: Scope,
    /// The version of the organisation's key or of the register key.
    pub(super) key_version: SecretVersion,
    pub(super) secret: DaySecretName,
}

/// The vault's own key of a scope.
enum ScopeKey {
    Organisation(OrganisationId, OrganisationKey),
    Register(RegisterKey),
}

/// Unwrapped keys, each with when it was unwrapped.
pub(super) struct Recent<K, V>(Mutex<HashMap<K, (Timestamp, Arc<V>)>>);

impl<K: Eq + Hash, V> Recent<K, V> {
    fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    fn get(&self, key: &K, now: Timestamp) -> Option<Arc<V>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, value) = keys.get(key)?;
        is_recent(*since, now).then(|| Arc::clone(value))
    }

    fn put(&self, key: K, value: V, now: Timestamp) -> Arc<V> {
        let value = Arc::new(value);
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_KEYS {
            keys.retain(|_, (since, _)| is_recent(*since, now));
        }
        if keys.len() < MAX_KEYS {
            keys.insert(key, (now, Arc::clone(&value)));
        }
        value
    }

    /// Drops what is too old to be used again.
    fn drop_old(&self, now: Timestamp) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, (since, _)| is_recent(*since, now));
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Whether a key that was unwrapped at `since` may still be used; not when the clock has gone back since.
fn is_recent(since: Timestamp, now: Timestamp) -> bool {
    since <= now && now.since(since) < MAX_AGE
}

/// What is kept for a minute.
pub(super) struct RecentKeys {
    scopes: Recent<(Scope, SecretVersion), ScopeKey>,
    wrapping: Recent<WrappedFor, WrappingKey>,
}

impl RecentKeys {
    pub(super) fn new() -> Self {
        Self {
            scopes: Recent::new(),
            wrapping: Recent::new(),
        }
    }

    /// Forgets every organisation's key and what came from it, as when one was destroyed.
    pub(super) fn forget_organisation_keys(&self) {
        self.scopes.clear();
        self.wrapping.clear();
    }

    /// Forgets all wrapping keys, as when a day secret was destroyed.
    pub(super) fn forget_wrapping_keys(&self) {
        self.wrapping.clear();
    }
}

impl Vault {
    /// Wipes unwrapped keys that are too old to be used again: another node may have destroyed what they came from.
    pub(crate) fn drop_old_keys(&self) {
        let now = self.clock.now();
        self.recent.scopes.drop_old(now);
        self.recent.wrapping.drop_old(now);
    }

    /// The newest version of a scope's key.
    pub(super) async fn newest_version<C: ConnectionTrait>(
        &self,
        connection: &C,
        scope: Scope,
    ) -> Result<SecretVersion, VaultError> {
        let version = match scope {
            Scope::Organisation(organisation) => organisation_key::Entity::find()
                .filter(organisation_key::Column::OrganisationId.eq(*organisation.as_uuid()))
                .order_by_desc(organisation_key::Column::Version)
                .one(connection)
                .await?
                .map(|row| row.version),
            Scope::Register => register_key::Entity::find()
                .order_by_desc(register_key::Column::Version)
                .one(connection)
                .await?
                .map(|row| row.version),
        };
        number(version.ok_or(VaultError::NoOrganisationKey)?)
    }

    async fn scope_key<C: ConnectionTrait>(
        &self,
        connection: &C,
        scope: Scope,
        version: SecretVersion,
    ) -> Result<Arc<ScopeKey>, VaultError> {
        let now = self.clock.now();
        if let Some(key) = self.recent.scopes.get(&(scope, version), now) {
            return Ok(key);
        }
        let key = match scope {
            Scope::Organisation(organisation) => {
                let row = organisation_key::Entity::find_by_id((*organisation.as_uuid(), column(version)?))
                    .one(connection)
                    .await?
                    .ok_or(VaultError::NoOrganisationKey)?;
                let wrapped = root_wrapped(row.root_version, row.wrapped_key)?;
                let key = self.provider.unwrap_organisation_key(&wrapped, organisation, version);
                ScopeKey::Organisation(organisation, key.await?)
            }
            Scope::Register => {
                let row = register_key::Entity::find_by_id(column(version)?)
                    .one(connection)
                    .await?
                    .ok_or(VaultError::Damaged)?;
                let wrapped = root_wrapped(row.root_version, row.wrapped_key)?;
                ScopeKey::Register(self.provider.unwrap_register_key(&wrapped, version).await?)
            }
        };
        Ok(self.recent.scopes.put((scope, version), key, now))
    }

    /// The key that unwraps what was wrapped so; `None` when the day's secret is destroyed.
    pub(super) async fn unwrapping_key<C: ConnectionTrait>(
        &self,
        connection: &C,
        wrapped_for: WrappedFor,
    ) -> Result<Option<Arc<WrappingKey>>, VaultError> {
        let now = self.clock.now();
        if let Some(key) = self.recent.wrapping.get(&wrapped_for, now) {
            return Ok(Some(key));
        }
        let Some(secret) = self.provider.day_secret(wrapped_for.secret).await? else {
            return Ok(None);
        };
        self.derive(connection, wrapped_for, &secret, now).await.map(Some)
    }

    /// The key to wrap with; makes the day's secret when it is missing. The caller holds the day
    /// ([`Vault::hold_day`]), so that it isn't destroyed meanwhile.
    pub(super) async fn wrapping_key<C: ConnectionTrait>(
        &self,
        connection: &C,
        wrapped_for: WrappedFor,
    ) -> Result<Arc<WrappingKey>, VaultError> {
        let now = self.clock.now();
        if let Some(key) = self.recent.wrapping.get(&wrapped_for, now) {
            return Ok(key);
        }
        let secret = self.provider.find_or_create_day_secret(wrapped_for.secret).await?;
        self.derive(connection, wrapped_for, &secret, now).await
    }

    async fn derive<C: ConnectionTrait>(
        &self,
        connection: &C,
        wrapped_for: WrappedFor,
        secret: &keyring::DaySecret,
        now: Timestamp,
    ) -> Result<Arc<WrappingKey>, VaultError> {
        let key = self
            .scope_key(connection, wrapped_for.scope, wrapped_for.key_version)
            .await?;
        let day = wrapped_for.secret.day;
        let key = match &*key {
            ScopeKey::Organisation(organisation, key) => WrappingKey::for_organisation(key, secret, *organisation, day),
            ScopeKey::Register(key) => WrappingKey::for_register(key, secret, day),
        };
        Ok(self.recent.wrapping.put(wrapped_for, key, now))
    }
}

/// What a row says about what wrapped its key.
pub(super) fn wrapped_for(
    scope: Scope,
    key_version: i32,
    day: i32,
    secret_version: i32,
) -> Result<WrappedFor, VaultError> {
    Ok(WrappedFor {
        scope,
        key_version: number(key_version)?,
        secret: DaySecretName {
            day: Day::from_number(day),
            version: number(secret_version)?,
        },
    })
}

fn root_wrapped(root_version: i32, key: Vec<u8>) -> Result<RootWrapped, VaultError> {
    Ok(RootWrapped {
        root_version: number(root_version)?,
        key: WrappedKey::from_bytes(key),
    })
}

/// A version from a column.
pub(super) fn number(column: i32) -> Result<SecretVersion, VaultError> {
    SecretVersion::try_from(column).map_err(|_| VaultError::Damaged)
}

/// A version for a column.
pub(super) fn column(version: SecretVersion) -> Result<i32, VaultError> {
    i32::try_from(version).map_err(|_| VaultError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_too_old_to_be_used_leaves_the_memory() {
        let recent = Recent::new();
        let start = Timestamp::from_millis(0);
        let key = Arc::downgrade(&recent.put("scope", "key", start));
        recent.drop_old(start + MAX_AGE / 2);
        assert!(recent.get(&"scope", start + MAX_AGE / 2).is_some());
        recent.drop_old(start + MAX_AGE);
        assert!(key.upgrade().is_none());
    }
}
