//! How a system gets a token for what it signed: with a key that is registered, or with one that it publishes. What is published
//! is fetched by the caller between two calls: the portal says which key sets may decide, and is given what was found there.

use std::sync::Arc;

use base::{CredentialId, SecretString, SystemId, Timestamp};

use super::administration::find_enabled;
use super::assertion::{Assertion, AssertionProblem};
use super::credential::{self, KeySet};
use super::token::{IssuedToken, Proven, TokenError};
use super::used_assertion;
use crate::actor::{RequestInfo, Scope};
use crate::{Fault, Portal};

/// An assertion as it came.
#[derive(Clone, Copy, Debug)]
pub struct PresentedAssertion<'a> {
    /// The signed object.
    pub assertion: &'a SecretString,
    /// For one of whom it must be.
    pub audiences: &'a [String],
    /// The client's id as it stood beside it, if it did.
    pub named: Option<&'a str>,
}

/// A key set in which the key that an assertion names may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedKeySet {
    /// The credential that it is.
    pub credential: CredentialId,
    /// Where it is published.
    pub address: String,
    /// The key's name.
    pub key_id: String,
}

/// What was found at the address of a key set.
#[derive(Clone, Debug)]
pub struct FetchedKeySet {
    /// The credential that it is.
    pub credential: CredentialId,
    /// The keys.
    pub keys: Arc<KeySet>,
}

impl PresentedAssertion<'_> {
    /// The assertion and which system it says that it is from, if what it claims is good at this time.
    fn read(&self, now: Timestamp) -> Result<(Assertion, SystemId), TokenError> {
        let assertion = Assertion::parse(self.assertion).map_err(TokenError::InvalidAssertion)?;
        let client = assertion
            .check(self.audiences, now)
            .map_err(TokenError::InvalidAssertion)?;
        if self.named.is_some_and(|named| named != client.to_string()) {
            return Err(TokenError::InvalidAssertion(AssertionProblem::Subject));
        }
        Ok((assertion, client))
    }
}

impl Portal {
    /// The key sets that may decide whether an assertion is good, for [`Portal::issue_token_by_assertion`]: none when it names no
    /// key, or one that is registered, or when there is no such system. Anybody can bring this about: nothing is proven yet.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidAssertion`], [`TokenError::Fault`].
    pub async fn wanted_key_sets(&self, presented: &PresentedAssertion<'_>) -> Result<Vec<WantedKeySet>, TokenError> {
        let context = &*self.0;
        let now = context.now();
        let (assertion, client) = presented.read(context.clock_time())?;
        let Some(key_id) = assertion.key_id() else {
            return Ok(Vec::new());
        };
        let reader = context.database.reader();
        if find_enabled(reader, client).await?.is_none() {
            return Ok(Vec::new());
        }
        for row in credential::valid_keys(reader, client, now).await? {
            if credential::stored_key(&row)?.key_id == key_id {
                return Ok(Vec::new());
            }
        }
        let wanted = |row: credential::entity::Model| {
            Some(WantedKeySet {
                credential: CredentialId::from_uuid(row.id),
                address: row.key_set_address?,
                key_id: key_id.to_owned(),
            })
        };
        let rows = credential::valid_key_sets(reader, client, now).await?;
        Ok(rows.into_iter().filter_map(wanted).collect())
    }

    /// Issues an access token for an assertion that a system signed with a registered key, or with the one of a key set that it
    /// names. Otherwise as [`Portal::issue_token`].
    ///
    /// # Errors
    ///
    /// [`TokenError`]; [`TokenError::InvalidClient`] when no key of the system made the signature, or there is no such system.
    pub async fn issue_token_by_assertion(
        &self,
        presented: &PresentedAssertion<'_>,
        fetched: &[FetchedKeySet],
        requested: Option<&[Scope]>,
        request: RequestInfo,
    ) -> Result<IssuedToken, TokenError> {
        let context = &*self.0;
        let clock_time = context.clock_time();
        let (assertion, client) = presented.read(clock_time)?;
        let reader = context.database.reader();
        let system = find_enabled(reader, client).await?;
        let signer = self.signer(&assertion, client, fetched).await?;
        let (Some(system), Some(row)) = (system, signer) else {
            return Err(TokenError::InvalidClient);
        };
        let proven = Proven {
            system,
            credential: CredentialId::from_uuid(row.id),
            ends: row.expires_at.map(Timestamp::from_millis),
        };
        let transaction = context.database.write().await?;
        used_assertion::use_up(&transaction, client, &assertion, clock_time).await?;
        self.give_token(transaction, proven, requested, request).await
    }

    /// The credential whose key made the signature.
    async fn signer(
        &self,
        assertion: &Assertion,
        client: SystemId,
        fetched: &[FetchedKeySet],
    ) -> Result<Option<credential::entity::Model>, Fault> {
        let context = &*self.0;
        let (reader, now) = (context.database.reader(), context.now());
        for row in credential::valid_keys(reader, client, now).await? {
            if assertion.is_signed_by(&credential::stored_key(&row)?) {
                return Ok(Some(row));
            }
        }
        // In a set, the name chooses the key.
        if assertion.key_id().is_none() || fetched.is_empty() {
            return Ok(None);
        }
        let has_signed = |row: &credential::entity::Model| {
            let found = fetched.iter().find(|set| *set.credential.as_uuid() == row.id);
            found.is_some_and(|set| set.keys.keys().iter().any(|key| assertion.is_signed_by(key)))
        };
        let rows = credential::valid_key_sets(reader, client, now).await?;
        Ok(rows.into_iter().find(has_signed))
    }
}

#[cfg(test)]
#[path = "signed_tests.rs"]
mod tests;
