//! A case, opened.

use base::{CaseId, MessageId, Timestamp};
use jiff::tz::TimeZone;

use crate::{DocumentSummary, Portal, ReadError, RecipientActor};

/// A case with its messages.
#[derive(Clone, PartialEq)]
pub struct CaseView {
    /// The case.
    pub id: CaseId,
    /// The sender's name.
    pub organisation: String,
    /// The title of the latest message.
    pub title: String,
    /// When the first of its messages goes.
    pub expires_at: Timestamp,
    /// The sender's time zone, in which its times are shown.
    pub time_zone: TimeZone,
    /// The messages that can be read now, the latest first.
    pub messages: Vec<MessageView>,
}

/// A message in a case.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageView {
    /// The message.
    pub id: MessageId,
    /// Its title.
    pub title: String,
    /// Its text; plain, may be empty.
    pub body: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
    /// Its documents, in the sender's order.
    pub documents: Vec<DocumentSummary>,
}

impl Portal {
    /// A case with what can be read in it now. The first time, its deliveries become opened, which the organisation
    /// is told; each time, the audit log says so before anything is shown.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`] also for somebody else's case; [`ReadError::Damaged`] when a text does not open;
    /// [`ReadError::Fault`].
    pub async fn case(&self, actor: &RecipientActor, case: CaseId) -> Result<CaseView, ReadError> {
        todo!()
    }
}
