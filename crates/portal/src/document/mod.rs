//! Documents as their recipient reads them. Owns what a page may show of one, byte ranges, and the stream of decrypted
//! content. Knows nothing of HTTP.

mod content;
mod create;
pub(crate) mod entity;
mod preview;
mod range;
mod reader;
mod texts;
mod view;

pub use content::{Content, ContentError, ContentUse};
pub(crate) use create::{NewDocument, create};
pub use preview::Preview;
pub use range::RequestedRange;
pub(crate) use texts::summary;
pub use view::{DocumentSummary, DocumentView};

use crate::Fault;
use crate::vault::VaultError;

/// Why something can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not exist, is no longer there, or belongs to somebody else: which one is not said.
    #[error("not found")]
    NotFound,
    /// No byte of the document lies in the range that was asked for (RFC 9110 section 15.5.17).
    #[error("the range lies outside the document")]
    RangeNotSatisfiable {
        /// The document's size in bytes.
        size: u64,
    },
    /// What is stored is missing or was altered, so nothing of it is shown. The audit log says so.
    #[error("what is stored is damaged")]
    Damaged,
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for ReadError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<VaultError> for ReadError {
    fn from(error: VaultError) -> Self {
        Self::Fault(error.into())
    }
}
