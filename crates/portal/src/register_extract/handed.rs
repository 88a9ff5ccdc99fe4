//! What was handed out with an extract: what senders wrote, and what was written in requests, as it was found at that moment.

use base::{CaseId, DocumentId, MessageId, Timestamp};

use super::KeptRequest;
use crate::RetentionReason;

/// A request for erasure or rectification, with what was written in it.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedRequest {
    /// The request as it stood then.
    pub request: KeptRequest,
    /// What the person wrote.
    pub text: Option<String>,
    /// Why the organisation took longer, in its words.
    pub extension: Option<String>,
    /// What the organisation answered.
    pub answer: Option<String>,
}

/// A case that was to be opened.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedCase {
    /// The case.
    pub case: CaseId,
    /// Why nothing of it is handed out.
    pub left: Option<LeftOut>,
    /// Its messages, the earliest first.
    pub messages: Vec<HandedMessage>,
}

/// A message that was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedMessage {
    /// The message.
    pub message: MessageId,
    /// Its title; `None` when what is stored of it does not open.
    pub title: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
    /// Why it is kept until then.
    pub reason: RetentionReason,
    /// What became of its text.
    pub text: Handed,
    /// Its documents, in the sender's order.
    pub documents: Vec<HandedDocument>,
}

/// A document.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedDocument {
    /// The document.
    pub document: DocumentId,
    /// The sender's name for the file, as far as it may be told.
    pub name: Option<String>,
    /// What became of it.
    pub handed: Handed,
}

/// What became of something.
#[derive(Clone, PartialEq, Eq)]
pub enum Handed {
    /// It is the file of this name in the archive.
    File(String),
    /// It is not in the archive.
    Left(LeftOut),
}

impl Handed {
    /// The file of the archive that it is.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File(name) => Some(name),
            Self::Left(_) => None,
        }
    }

    /// Why it is not in the archive.
    #[must_use]
    pub const fn left(&self) -> Option<LeftOut> {
        match self {
            Self::File(_) => None,
            Self::Left(why) => Some(*why),
        }
    }
}

/// Why something is not in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// It expired or was taken back after the extract was ordered.
    Gone,
    /// It asks for a higher level of assurance than the person signed in at.
    LevelTooLow,
    /// What is stored of it does not open.
    Damaged,
    /// The person has not accepted the terms, without which nobody reads what was sent.
    TermsNotAccepted,
    /// An organisation made the extract, whose staff read nothing of what was sent.
    OnlyForThePerson,
}

impl LeftOut {
    /// The reason's name in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::LevelTooLow => "level-too-low",
            Self::Damaged => "damaged",
            Self::TermsNotAccepted => "terms-not-accepted",
            Self::OnlyForThePerson => "only-for-the-person",
        }
    }
}
