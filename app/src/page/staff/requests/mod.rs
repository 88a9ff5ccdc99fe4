//! Requests for erasure and rectification as the organisation sees them: the list, and the page of one with what answers it.

mod list;
mod one;

pub use list::requests_page;
pub use one::{AnswerForm, AnswerProblem, RequestAnswer, request_page};
