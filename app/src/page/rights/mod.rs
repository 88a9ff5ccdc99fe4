//! A person's rights: what they can ask for and have asked for, the form that asks an organisation, and the page of one request.

mod form;
mod list;
mod one;
mod words;

pub use form::{NewRequestForm, NewRequestProblem, new_request, new_request_page};
pub use list::{rights, rights_page};
pub use one::{own_request, own_request_page};
pub(crate) use words::{kind, state, state_key};
