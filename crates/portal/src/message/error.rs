//! What can be wrong with a message, in words that its sender can act on.

use std::time::Duration;

use crate::Fault;
use crate::actor::{MissingScope, Scope};

/// Why a message was not sent. Nothing of it is visible to anyone then.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The idempotency key is empty, longer than 255 bytes, or holds something else than visible ASCII.
    #[error("the idempotency key must be 1 to 255 visible ASCII characters")]
    InvalidIdempotencyKey,
    /// The title is empty, longer than 200 characters, or holds control characters.
    #[error("the title must be 1 to 200 characters in one line")]
    InvalidTitle,
    /// The text is too long or holds control characters other than tabs and line breaks.
    #[error("the text must be at most {limit} characters without control characters")]
    InvalidText {
        /// The most characters.
        limit: usize,
    },
    /// The document type is no short name.
    #[error("the document type must be 1 to 64 letters, digits, dots, dashes or underscores")]
    InvalidDocumentType,
    /// Neither text nor file.
    #[error("the message has neither text nor files")]
    Empty,
    /// Nobody to send to.
    #[error("the message has no recipient")]
    NoRecipient,
    /// More recipients than a message may have.
    #[error("a message may have at most {limit} recipients")]
    TooManyRecipients {
        /// The most recipients.
        limit: usize,
    },
    /// The same person stands twice in the list.
    #[error("recipient {index} stands earlier in the list already")]
    DuplicateRecipient {
        /// Place in the list, from 0.
        index: usize,
    },
    /// The recipient's e-mail address is none.
    #[error("the e-mail address of recipient {index} is not valid")]
    InvalidEmail {
        /// Place in the list, from 0.
        index: usize,
    },
    /// Nobody of the recipient's kind, or of their directory, can sign in as a recipient.
    #[error("recipient {index} has no way in")]
    NoWayIn {
        /// Place in the list, from 0.
        index: usize,
    },
    /// More files than a message may have.
    #[error("a message may have at most {limit} files")]
    TooManyFiles {
        /// The most files.
        limit: usize,
    },
    /// Something is wrong with one file.
    #[error("file {index}: {problem}")]
    File {
        /// Place in the list, from 0.
        index: usize,
        /// What is wrong.
        problem: FileProblem,
    },
    /// The retention is shorter or longer than the organisation's policy and the operator allow.
    #[error("the retention must be {least_days} to {most_days} days")]
    RetentionOutsideLimits {
        /// The shortest retention, in days.
        least_days: u32,
        /// The longest retention, in days.
        most_days: u32,
    },
    /// The idempotency key was used for another message.
    #[error("the idempotency key was used for another message")]
    KeyReused,
    /// Another request with the same idempotency key is still being received.
    #[error("a request with the same idempotency key is still being received")]
    StillReceiving {
        /// When to try again.
        retry_after: Duration,
    },
    /// A file was not sent, or not in the order that the draft names them.
    #[error("file {index} was expected")]
    MissingPart {
        /// The file that should have come, by its place in the list, from 0.
        index: usize,
    },
    /// Parts came after the last file of the draft.
    #[error("more parts than the draft names")]
    UnexpectedPart,
    /// The sender's stream broke, or it took so long that the lease ran out.
    #[error("the upload was interrupted")]
    Interrupted,
    /// The system was disabled since it began, or its organisation deleted.
    #[error("the system was disabled")]
    SystemDisabled,
    /// There is no room left to store it.
    #[error("out of space")]
    OutOfSpace,
    /// The system may not send.
    #[error(transparent)]
    Forbidden(#[from] MissingScope),
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

/// What is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// The name is empty, longer than 255 bytes, a path, a reserved name, or holds characters that deceive.
    #[error("the name is not allowed")]
    Name,
    /// The declared media type is not in the form `type/subtype`.
    #[error("the media type is not in the form type/subtype")]
    MediaType,
    /// The file has no content.
    #[error("the file is empty")]
    Empty,
    /// The file is larger than the limit.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The largest size, in bytes.
        limit: u64,
    },
    /// The content is not of the declared media type.
    #[error("the content is not of the declared media type")]
    TypeMismatch,
    /// The content has another size than declared.
    #[error("the content has another size than declared")]
    SizeMismatch,
    /// The content has another SHA-256 than declared.
    #[error("the content has another SHA-256 than declared")]
    DigestMismatch,
    /// The level that it asks for is below 3, or higher than one of the recipients can sign in at.
    #[error("the level of assurance is not offered")]
    LevelNotOffered,
}

impl<E: Into<Fault>> From<E> for SendError {
    /// A full disk is something that the sender should hear of; what else failed is not.
    fn from(error: E) -> Self {
        let fault = error.into();
        if fault.is_out_of_space() {
            Self::OutOfSpace
        } else {
            Self::Fault(fault)
        }
    }
}

/// Why a system got no answer about what its organisation sent.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The organisation has nothing by that id; said alike of what belongs to another and of what never was.
    #[error("not found")]
    NotFound,
    /// More was asked for than one question may hold.
    #[error("at most {limit} at a time")]
    TooMany {
        /// The most.
        limit: usize,
    },
    /// The token lacks the scope.
    #[error(transparent)]
    Forbidden(#[from] MissingScope),
    /// The system's organisation was deleted since the request began.
    #[error("the system was disabled")]
    SystemDisabled,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl SystemError {
    /// The scope that was missing, when that is the reason.
    #[must_use]
    pub const fn missing_scope(&self) -> Option<Scope> {
        match self {
            Self::Forbidden(MissingScope(scope)) => Some(*scope),
            Self::NotFound | Self::TooMany { .. } | Self::SystemDisabled | Self::Fault(_) => None,
        }
    }
}

impl<E: Into<Fault>> From<E> for SystemError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}
