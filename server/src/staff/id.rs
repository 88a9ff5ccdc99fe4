//! The id in a page's address.

use std::str::FromStr;

use app::ErrorPage;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::Response;
use http::request::Parts;

use crate::answer;

/// The `{id}` of the route. What is no id is nobody's, so it is not found.
pub(super) struct Id<T>(pub(super) T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let found = RawPathParams::from_request_parts(parts, state).await.ok();
        let mut values = found.iter().flatten();
        let id = values.find_map(|(name, value)| (name == "id").then_some(value));
        match id.and_then(|id| id.parse().ok()) {
            Some(id) => Ok(Self(id)),
            None => Err(answer::error_for(ErrorPage::NotFound, parts.extensions.get())),
        }
    }
}
