//! Messages: what an organisation's system sends, how it comes in, and what its sender may know and do afterwards.
//!
//! Owns the draft and its rules, the upload, the status that the sender sees and the revocation. What recipients see
//! stands in `case`, `delivery` and `document`.

mod draft;
pub(crate) mod entity;
mod error;
mod status;
mod upload;

pub use draft::{DeclaredFile, MessageDraft, RecipientAddress};
pub use error::{FileProblem, SendError, SystemError};
pub use status::{DeliveryStatus, MessageStatus};
pub use upload::{DeliveryReceipt, MessageReceipt, Upload};
