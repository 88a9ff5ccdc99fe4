//! Messages: what an organisation's system sends, how it comes in, and what its sender may know and do afterwards.
//!
//! Owns the draft and its rules, the upload, the status that the sender sees and the revocation. What recipients see
//! stands in `case`, `delivery` and `document`.

mod attempt;
mod draft;
pub(crate) mod entity;
mod error;
mod file_name;
mod fingerprint;
mod format;
#[cfg(any(test, feature = "bench"))]
mod many;
mod media_type;
mod publish;
mod receipt;
mod receive;
mod revoke;
mod sniff;
mod status;
#[cfg(test)]
mod tests;
mod text;
mod upload;

pub use draft::{DeclaredFile, MessageDraft, RecipientAddress};
pub use error::{FileProblem, SendError, SystemError};
#[cfg(any(test, feature = "bench"))]
pub use many::ManyMessages;
pub use receipt::{DeliveryReceipt, MessageReceipt};
pub use status::{DeliveryStatus, MessageStatus};
pub(crate) use text::{is_document_type, is_email, is_line, is_text, turns_text};
pub use upload::Upload;
