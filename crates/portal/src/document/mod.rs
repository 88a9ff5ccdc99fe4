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
pub use view::{DocumentSummary, DocumentView, ListedDocument};

use base::DocumentId;

use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::delivery::{Finder, ReadableDocument};
use crate::vault::VaultError;
use crate::{AssuranceLevel, Context, Fault, RecipientActor};

/// Why something can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not exist, is no longer there, or belongs to somebody else: which one is not said.
    #[error("not found")]
    NotFound,
    /// It asks for a higher level of assurance than the person signed in at.
    #[error("the document asks for a higher level of assurance")]
    LevelTooLow {
        /// The level that it asks for.
        level: AssuranceLevel,
    },
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

/// Why a document was not found: the person signed in at too low a level for it, or it is not theirs to know of.
async fn locked_or_missing(context: &Context, finder: Finder, document: DocumentId) -> ReadError {
    match finder.locked_document(context.database.reader(), document).await {
        Ok(Some(level)) => ReadError::LevelTooLow { level },
        Ok(None) => ReadError::NotFound,
        Err(error) => error.into(),
    }
}

/// Tells a document that does not open from one that was purged since its row was read, and writes the former to the
/// audit log.
async fn missing_or_damaged(context: &Context, actor: &RecipientActor, row: &ReadableDocument) -> ReadError {
    match is_damaged(context, actor, row).await {
        Ok(true) => ReadError::Damaged,
        Ok(false) => ReadError::NotFound,
        Err(fault) => ReadError::Fault(fault),
    }
}

async fn is_damaged(context: &Context, actor: &RecipientActor, row: &ReadableDocument) -> Result<bool, Fault> {
    let finder = Finder::new(actor, context.now());
    if finder.document(context.database.reader(), row.id).await?.is_none() {
        return Ok(false);
    }
    let entry = AuditEntry::by_recipient(actor, AuditAction::ContentDamaged)
        .within(row.organisation)
        .about(AuditTarget::Document(row.id));
    context.record(&entry).await?;
    Ok(true)
}

#[cfg(test)]
mod tests;
