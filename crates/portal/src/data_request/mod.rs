//! Requests: what people ask organisations to do with what they hold about them – erase it (Regulation (EU) 2016/679, article 17)
//! or put it right (article 16) – and what becomes of that.
//!
//! Owns the request from when it is received until it is purged, the month in which it is to be answered (`rule.rs`), and that what is
//! erased is withdrawn at once and destroyed by the next purge that no hold stops. Its texts are sealed under a key of its own in the
//! vault, which is kept ahead of its day (`keep.rs`) and destroyed with the request.

mod answer;
mod end;
mod entity;
mod error;
mod keep;
mod make;
mod own;
mod rule;
mod settle;
mod store;
#[cfg(test)]
mod tests;
mod texts;
mod view;

pub use answer::{Grant, Granted};
pub(crate) use end::end_all;
pub use error::{AnswerRequestError, MakeRequestError, SeeRequestsError, WithdrawRequestError};
pub(crate) use keep::keep;
pub use make::{NewDataRequest, RequestableCase, RequestableOrganisation};
pub use own::OwnDataRequest;
pub(crate) use own::{asked_of, registered};
pub use rule::{DataRequestKind, DataRequestState};
pub(crate) use settle::{forget_due, settle};
pub(crate) use store::{delete_all_as_told, delete_as_told, existing, give, overdue, recipients_with_requests};
pub use view::{DataRequest, DataRequests, OpenRequests, RequestedCase};
