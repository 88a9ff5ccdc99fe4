//! The fields of addresses' queries, of which other ones are refused by a page of ours.

use std::convert::Infallible;

use app::ErrorPage;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::answer;

/// The fields that a page is asked for with. Whoever sends others is answered by our own page, in their language; axum's own `Query`
/// answers with a line of English.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let fields = read(parts).map(Self);
        fields.ok_or_else(|| answer::error_for(ErrorPage::BadRequest, parts.extensions.get()))
    }
}

/// The fields that something else than a page is asked for with, which answers others itself: `None` for those.
pub(crate) struct MaybeQuery<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for MaybeQuery<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(read(parts)))
    }
}

#[expect(clippy::disallowed_types, reason = "its refusal is replaced here")]
fn read<T: DeserializeOwned>(parts: &Parts) -> Option<T> {
    let read = axum::extract::Query::try_from_uri(&parts.uri);
    read.ok().map(|fields| fields.0)
}
