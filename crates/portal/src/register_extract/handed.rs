//! What was handed out with an extract: what senders wrote, as it was found at that moment.

use base::{CaseId, DocumentId, MessageId, Timestamp};

use crate::RetentionReason;

/// A case that was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedCase {
    /// The case.
    pub case: CaseId,
    /// Whether a text of it does not open, so that nothing of it is handed out.
    pub is_damaged: bool,
    /// Its messages, the earliest first.
    pub messages: Vec<HandedMessage>,
}

/// A message that was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedMessage {
    /// The message.
    pub message: MessageId,
    /// Its title.
    pub title: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
    /// Why it is kept until then.
    pub reason: RetentionReason,
    /// The file in the archive that has its text.
    pub file: String,
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

/// Why something is not in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// It expired or was taken back after the extract was ordered.
    Gone,
    /// It asks for a higher level of assurance than the person signed in at.
    LevelTooLow,
    /// What is stored of it does not open.
    Damaged,
}

impl LeftOut {
    /// The reason's name in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::LevelTooLow => "level-too-low",
            Self::Damaged => "damaged",
        }
    }
}
