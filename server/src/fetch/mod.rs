//! What the portal fetches from others: the way out, where it may lead, and keeping what was fetched. Knows not what that is.

mod destinations;
mod http;
mod kept;

pub(crate) use destinations::Destinations;
pub use http::HttpLimits;
pub(crate) use http::{Http, HttpError};
pub(crate) use kept::{Kept, Patience, Unavailable};
