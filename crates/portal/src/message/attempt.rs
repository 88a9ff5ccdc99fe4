//! One attempt to store a message: its claim on the idempotency key, its intent, its keys and the lease on all of them.

use std::time::Duration;

use base::{Day, Timestamp};
use keyring::{ContentKey, ContentOwner};

use super::SendError;
use super::receipt::Earlier;
use crate::idempotency::{Claim, Row};
use crate::intent::{self, Intent};
use crate::organisation::Organisation;
use crate::retention::{Counted, Term};
use crate::{Context, Fault, Portal, organisation};

/// How long an attempt may be silent before others may clear it away. Longer than any idle timeout of an upload.
const LEASE: Duration = Duration::from_secs(5 * 60);
/// How often a running attempt renews its lease.
const RENEWED_EVERY: Duration = Duration::from_secs(60);
/// The longest that a sender is told to wait for another attempt: most end well before their lease does.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// What came of beginning.
pub(super) enum Begun {
    /// The sender's key is new: store what comes.
    Attempt(Box<Attempt>),
    /// The sender's key has made a message already.
    Earlier(Earlier),
}

/// How long a message may be read.
#[derive(Clone, Copy)]
pub(super) struct Retention {
    pub(super) term: Term,
    /// The version of the policy that says so.
    pub(super) version: i32,
}

impl Retention {
    fn expires_at(self, sent: Timestamp, organisation: &Organisation) -> Timestamp {
        self.term.expires_at(Counted::sent_at(sent), &organisation.time_zone)
    }
}

/// An attempt to store one message. Given up when it is dropped before [`Attempt::settle`].
pub(super) struct Attempt {
    portal: Portal,
    pub(super) organisation: Organisation,
    pub(super) row: Row,
    pub(super) intent: Intent,
    /// How long the message may be read, by which version of the organisation's policy.
    pub(super) retention: Retention,
    /// The day that the keys are wrapped for.
    pub(super) day: Day,
    keys: Vec<ContentKey>,
    renewed_at: Timestamp,
    settled: bool,
}

impl Attempt {
    /// Claims the idempotency row and declares the intent in one transaction, then has the keys made.
    pub(super) async fn begin(
        portal: Portal,
        organisation: Organisation,
        row: Row,
        files: usize,
        retention: Retention,
    ) -> Result<Begun, SendError> {
        let context = &*portal.0;
        let now = context.now();
        let intent = Intent {
            id: context.ids.next(),
            organisation: organisation.id,
            message: context.ids.next(),
            documents: std::iter::repeat_with(|| context.ids.next()).take(files).collect(),
        };
        let transaction = context.database.write().await?;
        match row.claim(&transaction, intent.message, now, now + LEASE).await? {
            Claim::Ours => {}
            Claim::Complete { message, fingerprint } => return Ok(Begun::Earlier(Earlier { message, fingerprint })),
            Claim::Receiving { until } => {
                let retry_after = until.since(now).clamp(Duration::from_secs(1), RETRY_AFTER);
                return Err(SendError::StillReceiving { retry_after });
            }
        }
        if !organisation::stays(&transaction, organisation.id).await? {
            return Err(SendError::SystemDisabled);
        }
        intent.declare(&transaction, now + LEASE).await?;
        transaction.commit().await?;
        let day = retention.expires_at(now, &organisation).day();
        let mut attempt = Box::new(Self {
            portal,
            organisation,
            row,
            intent,
            retention,
            day,
            keys: Vec::new(),
            renewed_at: now,
            settled: false,
        });
        match attempt.make_keys().await {
            Ok(()) => Ok(Begun::Attempt(attempt)),
            Err(problem) => {
                attempt.give_up().await;
                Err(problem)
            }
        }
    }

    async fn make_keys(&mut self) -> Result<(), SendError> {
        let owners = self.owners();
        let vault = &self.portal.0.vault;
        self.keys = vault.new_content_keys(self.organisation.id, &owners, self.day).await?;
        Ok(())
    }

    /// What has a content key: the message, then its documents in order.
    pub(super) fn owners(&self) -> Vec<ContentOwner> {
        let documents = self.intent.documents.iter().copied();
        std::iter::once(ContentOwner::Message(self.intent.message))
            .chain(documents.map(ContentOwner::Document))
            .collect()
    }

    pub(super) fn context(&self) -> &Context {
        &self.portal.0
    }

    /// When what is sent at `sent` expires.
    pub(super) fn expires_at(&self, sent: Timestamp) -> Timestamp {
        self.retention.expires_at(sent, &self.organisation)
    }

    /// The message's content key.
    pub(super) fn message_key(&self) -> Result<&ContentKey, Fault> {
        self.keys.first().ok_or_else(missing_key)
    }

    /// The content key of document number `index`.
    pub(super) fn document_key(&self, index: usize) -> Result<&ContentKey, Fault> {
        self.keys.get(index + 1).ok_or_else(missing_key)
    }

    /// Renews the lease when it is time. Fails when the attempt was condemned or lost its claim meanwhile.
    pub(super) async fn keep_alive(&mut self) -> Result<(), SendError> {
        let now = self.context().now();
        if now.since(self.renewed_at) < RENEWED_EVERY {
            return Ok(());
        }
        let transaction = self.context().database.write().await?;
        let stands = self.intent.renew(&transaction, now + LEASE).await?
            && self.row.renew(&transaction, self.intent.message, now + LEASE).await?;
        if !stands {
            return Err(SendError::Interrupted);
        }
        transaction.commit().await?;
        self.renewed_at = now;
        Ok(())
    }

    /// The message is visible: there is nothing left to give up.
    pub(super) const fn settle(&mut self) {
        self.settled = true;
    }

    /// Lets the sender try again at once and removes what was stored. What fails here is left to the sweeper.
    pub(super) async fn give_up(mut self: Box<Self>) {
        let given_up = Remains {
            portal: self.portal.clone(),
            row: self.row.clone(),
            intent: self.intent.clone(),
        };
        given_up.clear().await;
        self.settled = true;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        // The request's connection broke. Outside a runtime there is nobody to clear up but the sweeper.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let remains = Remains {
                portal: self.portal.clone(),
                row: self.row.clone(),
                intent: self.intent.clone(),
            };
            runtime.spawn(async move { remains.clear().await });
        }
    }
}

/// What an attempt leaves behind when it is given up.
struct Remains {
    portal: Portal,
    row: Row,
    intent: Intent,
}

impl Remains {
    async fn clear(&self) {
        if let Err(problem) = self.try_clear().await {
            tracing::warn!(message = %self.intent.message, error = problem.causes(), "an upload was left to the sweeper");
        }
    }

    async fn try_clear(&self) -> Result<(), Fault> {
        let context = &*self.portal.0;
        let transaction = context.database.write().await?;
        self.row.release(&transaction, self.intent.message).await?;
        transaction.commit().await?;
        intent::sweep_one(context, self.intent.id).await
    }
}

fn missing_key() -> Fault {
    Fault::new("the vault made fewer keys than it was asked for")
}
