//! A message on its way in: files one by one, then all of it at once or nothing.

use bytes::Bytes;
use futures::Stream;
use keyring::MacKey;

use super::attempt::{Attempt, Begun, Retention};
use super::draft::CheckedDraft;
use super::receive::receive;
use super::{MessageDraft, MessageReceipt, SendError, fingerprint, publish, receipt};
use crate::actor::{Scope, SystemActor};
use crate::idempotency::IdempotencyKey;
use crate::vault::MacPurpose;
use crate::{Portal, organisation, retention};

/// A message whose files are being received. Nothing is visible until [`Upload::finish`]; dropping it gives it up.
pub struct Upload {
    portal: Portal,
    actor: SystemActor,
    draft: CheckedDraft,
    /// The SHA-256 of each file that was received.
    digests: Vec<[u8; 32]>,
    work: Work,
}

/// What the upload does with what it receives.
enum Work {
    /// Stores it.
    Store(Box<Attempt>),
    /// Compares it with an earlier request that had the same idempotency key.
    Compare(receipt::Earlier),
    /// Nothing more: the upload failed.
    GivenUp,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload")
            .field("draft", &*self.draft)
            .field("received", &self.digests.len())
            .finish_non_exhaustive()
    }
}

impl Portal {
    /// Begins to receive a message. For a repeat of an earlier request (same system and key) the upload reads and
    /// compares, and stores nothing.
    ///
    /// # Errors
    ///
    /// [`SendError`] with what the sender can mend.
    pub async fn begin_message(
        &self,
        actor: &SystemActor,
        key: IdempotencyKey,
        draft: MessageDraft,
    ) -> Result<Upload, SendError> {
        actor.require(Scope::MessagesSend)?;
        let context = &*self.0;
        let draft = draft.check(&context.settings.limits, &context.settings.ways_in)?;
        let organisation = organisation::find(context.database.reader(), actor.organisation_id())
            .await?
            .ok_or(SendError::SystemDisabled)?;
        let ceiling_days = context.settings.retention_ceiling_days;
        let decided = retention::in_force(context, context.database.reader(), &organisation).await?;
        if let Some(days) = draft.retention_days {
            let allowed = decided.policy.allows(days, ceiling_days);
            allowed.map_err(|limits| SendError::RetentionOutsideLimits {
                least_days: limits.least,
                most_days: limits.most,
            })?;
        }
        let retention = Retention {
            term: decided
                .policy
                .term(draft.document_type.as_deref(), draft.retention_days, ceiling_days),
            version: decided.version,
        };
        let row = key.row(self.idempotency_key(), actor.system_id());
        let begun = Attempt::begin(self.clone(), organisation, row, draft.files.len(), retention).await?;
        Ok(Upload {
            portal: self.clone(),
            actor: actor.clone(),
            draft,
            digests: Vec::new(),
            work: match begun {
                Begun::Attempt(attempt) => Work::Store(attempt),
                Begun::Earlier(earlier) => Work::Compare(earlier),
            },
        })
    }

    fn idempotency_key(&self) -> &MacKey {
        self.0.vault.mac_key(MacPurpose::Idempotency)
    }
}

impl Upload {
    /// Receives the content of file number `index` of the draft; the files come in the draft's order.
    ///
    /// # Errors
    ///
    /// [`SendError`]; the upload is given up then and accepts nothing more.
    pub async fn document<S, E>(&mut self, index: usize, content: S) -> Result<(), SendError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Send,
    {
        match self.receive(index, content).await {
            Ok(digest) => {
                self.digests.push(digest);
                Ok(())
            }
            Err(problem) => {
                self.give_up().await;
                Err(problem)
            }
        }
    }

    async fn receive<S, E>(&mut self, index: usize, content: S) -> Result<[u8; 32], SendError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Send,
    {
        let attempt = match &mut self.work {
            Work::Store(attempt) => Some(&mut **attempt),
            Work::Compare(_) => None,
            Work::GivenUp => return Err(SendError::Interrupted),
        };
        let expected = self.digests.len();
        let Some(file) = self.draft.files.get(expected) else {
            return Err(SendError::UnexpectedPart);
        };
        if index != expected {
            return Err(SendError::MissingPart { index: expected });
        }
        receive(index, file, content, attempt).await
    }

    /// Makes the whole message visible, or nothing of it.
    ///
    /// # Errors
    ///
    /// [`SendError`], such as a file that never came.
    pub async fn finish(mut self) -> Result<MessageReceipt, SendError> {
        let result = self.conclude().await;
        if result.is_err() {
            self.give_up().await;
        }
        result
    }

    async fn conclude(&mut self) -> Result<MessageReceipt, SendError> {
        let received = self.digests.len();
        if received < self.draft.files.len() && !matches!(self.work, Work::GivenUp) {
            return Err(SendError::MissingPart { index: received });
        }
        let values = fingerprint::values(&self.draft, &self.digests);
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_slice()).collect();
        let mac = self.portal.idempotency_key();
        match &mut self.work {
            Work::Store(attempt) => {
                let fingerprint = mac.mac(&values);
                // On the heap, so that whoever awaits an upload does not carry the largest step of it.
                Box::pin(publish::publish(attempt, &self.actor, &self.draft, &fingerprint)).await
            }
            Work::Compare(earlier) if mac.verify(&values, &earlier.fingerprint) => {
                Ok(receipt::load(self.portal.0.database.reader(), earlier.message).await?)
            }
            Work::Compare(_) => Err(SendError::KeyReused),
            Work::GivenUp => Err(SendError::Interrupted),
        }
    }

    async fn give_up(&mut self) {
        if let Work::Store(attempt) = std::mem::replace(&mut self.work, Work::GivenUp) {
            attempt.give_up().await;
        }
    }
}
