//! What the installation signs with a key of its own, so that others can check it without trusting whoever runs it: Ed25519, the
//! secret in the key provider. Owns what signatures are for, the keys' public list and their replacement.

mod public_keys;

use keyring::SIGNATURE_SIZE;

use crate::audit::{AuditAction, AuditEntry};
use crate::provider::{KeyProvider, ProviderError};
use crate::{Context, Fault, OperatorActor, Portal};
pub use public_keys::{InvalidPublicKeys, PublicKey, PublicKeys};

/// The version of the installation's first key.
const FIRST_VERSION: u32 = 1;

/// What a signature is for. One that was made for one purpose holds for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningPurpose {
    /// A checkpoint of an audit log.
    AuditCheckpoint,
    /// A statement of what was purged.
    PurgeProtocol,
    /// A batch of the ledger.
    Ledger,
    /// A note of how far the ledger had come.
    LedgerHead,
}

impl SigningPurpose {
    /// The line that stands before what is signed. Never changes its meaning.
    const fn line(self) -> &'static str {
        match self {
            Self::AuditCheckpoint => "postvalv audit checkpoint v1",
            Self::PurgeProtocol => "postvalv purge protocol v1",
            Self::Ledger => "postvalv ledger v1",
            Self::LedgerHead => "postvalv ledger head v1",
        }
    }
}

/// A signature and which key made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The key's id, as in [`PublicKey::id`].
    pub key_id: String,
    /// The signature itself (RFC 8032).
    pub bytes: [u8; SIGNATURE_SIZE],
}

/// Signs with a provider's newest key.
///
/// # Errors
///
/// When the key provider fails.
pub(crate) async fn sign(
    provider: &dyn KeyProvider,
    purpose: SigningPurpose,
    message: &[u8],
) -> Result<Signature, ProviderError> {
    let (key, bytes) = provider.sign(purpose.line(), message).await?;
    Ok(Signature {
        key_id: public_keys::key_id(&key),
        bytes,
    })
}

impl Context {
    /// Signs with the installation's newest key.
    ///
    /// # Errors
    ///
    /// When the key provider fails.
    pub(crate) async fn sign(&self, purpose: SigningPurpose, message: &[u8]) -> Result<Signature, Fault> {
        sign(self.vault.provider(), purpose, message).await.map_err(Fault::new)
    }

    /// Makes the installation's first signing key, unless there is one; of several nodes that start at once, one does.
    pub(crate) async fn create_signing_key(&self) -> Result<(), Fault> {
        let provider = self.vault.provider();
        if provider.signing_keys().await.map_err(Fault::new)?.is_empty() {
            let added = provider.add_signing_key(FIRST_VERSION, self.now()).await;
            added.map_err(Fault::new)?;
        }
        Ok(())
    }
}

impl Portal {
    /// The public halves of all keys that sign for the installation or have done so, oldest first.
    ///
    /// # Errors
    ///
    /// When the key provider fails.
    pub async fn signing_keys(&self) -> Result<PublicKeys, Fault> {
        let records = self.0.vault.provider().signing_keys().await.map_err(Fault::new)?;
        Ok(PublicKeys::of(&records))
    }

    /// Lets a new key sign from now on and destroys the secret half of the one before, whose signatures still hold; that of the note
    /// beside the archives does not, so that is to be made anew ([`Portal::note_ledger`]).
    ///
    /// # Errors
    ///
    /// A fault, also when somebody else replaced the key at the same time. When the ledger can't be written, the new key signs already, and
    /// whoever has the one before can still write to the ledger until it has something new to tell.
    pub async fn rotate_signing_key(&self, operator: &OperatorActor) -> Result<PublicKeys, Fault> {
        let context = &*self.0;
        let provider = context.vault.provider();
        let records = provider.signing_keys().await.map_err(Fault::new)?;
        let replaced = records
            .last()
            .map(|record| (record.version, public_keys::key_id(&record.key)));
        let entry = AuditEntry::by_operator(operator, AuditAction::SigningKeyRotated);
        let version = match &replaced {
            Some((version, id)) => {
                context.record(&entry.detail(id)).await?;
                version.saturating_add(1)
            }
            None => {
                context.record(&entry).await?;
                FIRST_VERSION
            }
        };
        let added = provider.add_signing_key(version, context.now()).await;
        if !added.map_err(Fault::new)? {
            return Err(Fault::new(ProviderError::Taken));
        }
        let told = context.ledger.mark().await?;
        told.applied(context).await?;
        self.signing_keys().await
    }
}

#[cfg(test)]
mod tests;
