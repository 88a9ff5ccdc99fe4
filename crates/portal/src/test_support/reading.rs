//! People who sign in and read, for tests.

use base::Timestamp;
use futures::TryStreamExt;
use sea_orm::{ConnectionTrait as _, DbBackend, EntityTrait, Statement};

use super::{TestPortal, number};
use crate::audit::entity::{Entity as AuditRows, Model as AuditRow};
use crate::{
    AssuranceLevel, Content, ContentError, ContentUse, DeliveryReceipt, Event, Identity, ListedDocument,
    MessageReceipt, ReadError, RecipientActor, RequestedRange, SessionCreation, SessionKey, SystemActor,
    VerifiedIdentity, Whereabouts,
};

/// Test person number `index` as a provider vouches for them.
pub(crate) fn identity(index: usize, now: Timestamp) -> VerifiedIdentity {
    VerifiedIdentity {
        identity: Identity::Number {
            number: number(index),
            previous: None,
            prid: None,
        },
        name: Some(format!("Testperson {index}")),
        level: AssuranceLevel::Three,
        at_provider: None,
        provider: "bankid".to_owned(),
        authenticated_at: now,
    }
}

/// A document in a list that can be read.
pub(crate) fn document_id(listed: &ListedDocument) -> base::DocumentId {
    match listed {
        ListedDocument::Open(document) => document.id,
        ListedDocument::Locked { .. } => panic!("the document is locked"),
        ListedDocument::Damaged { .. } => panic!("the document is damaged"),
    }
}

/// The rest of a stream, joined.
pub(crate) async fn bytes_of(content: Content) -> Result<Vec<u8>, ContentError> {
    let pieces: Vec<_> = content.stream.try_collect().await?;
    Ok(pieces.concat())
}

/// The content of a message's only document, as its first recipient gets it.
pub(crate) async fn read(test: &TestPortal, sent: &MessageReceipt) -> Result<Vec<u8>, ReadError> {
    read_as(test, &test.sign_in(0).await, &sent.deliveries[0]).await
}

/// The content of a delivery's only document, as somebody gets it who is signed in.
pub(crate) async fn read_as(
    test: &TestPortal,
    person: &RecipientActor,
    delivery: &DeliveryReceipt,
) -> Result<Vec<u8>, ReadError> {
    let case = test.portal.case(person, delivery.case).await?;
    let document = document_id(&case.messages[0].documents[0]);
    Ok(bytes_of(test.view(person, document, None).await?).await.unwrap())
}

impl TestPortal {
    /// Signs test person number `index` in, to a session of their own.
    pub(crate) async fn sign_in(&self, index: usize) -> RecipientActor {
        self.sign_in_to(&SessionKey::of(format!("session of person {index}").as_bytes()), index)
            .await
    }

    /// Signs test person number `index` in to a new session with that key.
    pub(crate) async fn sign_in_to(&self, key: &SessionKey, index: usize) -> RecipientActor {
        self.sign_in_from(Whereabouts::UNKNOWN, key, index).await
    }

    /// The same from there.
    pub(crate) async fn sign_in_from(&self, from: Whereabouts, key: &SessionKey, index: usize) -> RecipientActor {
        self.identify(key, identity(index, self.now()), from).await
    }

    /// Signs somebody in to a new session with that key.
    pub(crate) async fn identify(&self, key: &SessionKey, who: VerifiedIdentity, from: Whereabouts) -> RecipientActor {
        self.portal.delete_session(key).await.unwrap();
        let created = self.portal.create_session(key, b"{}").await.unwrap();
        assert_eq!(created, SessionCreation::Created);
        let signed_in = self.portal.sign_in_recipient(key, who, from, self.request()).await;
        signed_in.unwrap()
    }

    /// The document that a delivery brings, opened to be viewed.
    pub(crate) async fn view(
        &self,
        actor: &RecipientActor,
        document: base::DocumentId,
        range: Option<RequestedRange>,
    ) -> Result<Content, ReadError> {
        self.portal.open_content(actor, document, ContentUse::View, range).await
    }

    /// The only document of a delivery's case.
    pub(crate) async fn only_document(&self, actor: &RecipientActor, delivery: &DeliveryReceipt) -> base::DocumentId {
        let case = self.portal.case(actor, delivery.case).await.unwrap();
        document_id(&case.messages[0].documents[0])
    }

    /// Everything that a system's organisation was told.
    pub(crate) async fn all_events(&self, system: &SystemActor) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.sequence);
            let more = self.portal.events(system, after, 1000).await.unwrap();
            if more.is_empty() {
                return events;
            }
            events.extend(more);
        }
    }

    /// The audit log, in the order written.
    pub(crate) async fn audit_log(&self) -> Vec<AuditRow> {
        let mut rows = AuditRows::find().all(self.portal.0.database.reader()).await.unwrap();
        rows.sort_by_key(|row| (row.at, row.writer_id, row.counter));
        rows
    }

    /// How the database would answer a question, a line for each step.
    pub(crate) async fn plan(&self, mut question: Statement) -> Vec<String> {
        let database = &self.portal.0.database;
        let transaction = database.write().await.unwrap();
        let (explain, column) = match database.backend() {
            DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
            _ => {
                // In a small table it would look through everything, whatever indexes there are.
                for scan in ["seqscan", "bitmapscan"] {
                    let off = format!("SET LOCAL enable_{scan} = off");
                    transaction.execute_unprepared(&off).await.unwrap();
                }
                ("EXPLAIN", "QUERY PLAN")
            }
        };
        question.sql = format!("{explain} {}", question.sql);
        let steps = transaction.query_all_raw(question).await.unwrap();
        steps.iter().map(|step| step.try_get("", column).unwrap()).collect()
    }

    /// How often the audit log holds an action.
    pub(crate) async fn audited(&self, action: &str) -> usize {
        self.details(action).await.len()
    }

    /// The details of the rows of an action, in their order.
    pub(crate) async fn details(&self, action: &str) -> Vec<Option<String>> {
        let log = self.audit_log().await.into_iter();
        log.filter(|row| row.action == action).map(|row| row.detail).collect()
    }
}
