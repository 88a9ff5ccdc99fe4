//! How a directory is told that something can't be done (RFC 7644 section 3.12), and the one place that writes it. What is told
//! repeats nothing of what was sent.

use std::borrow::Cow;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::RequestId;
use http::{HeaderName, HeaderValue, StatusCode, header};
use portal::{Fault, ProvisioningError};
use serde_json::json;
use web::{RequestContext, TooOften};

/// The media type of SCIM (RFC 7644 section 8.1).
pub(super) const MEDIA_TYPE: &str = "application/scim+json";

/// A request that is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScimError {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: Cow<'static, str>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl ScimError {
    const fn new(status: StatusCode, kind: Option<&'static str>, detail: &'static str) -> Self {
        Self {
            status,
            kind,
            detail: Cow::Borrowed(detail),
            header: None,
        }
    }

    /// An error that the status explains.
    pub(crate) fn of(status: StatusCode) -> Self {
        Self::new(status, None, status.canonical_reason().unwrap_or("Error"))
    }

    pub(super) const fn invalid_value(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidValue"), detail)
    }

    pub(super) const fn invalid_syntax(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidSyntax"), detail)
    }

    pub(super) const fn invalid_filter(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidFilter"), detail)
    }

    /// More would have to be looked at than one request may ask for (RFC 7644 section 3.12).
    pub(super) const fn too_many(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("tooMany"), detail)
    }

    pub(super) const fn invalid_path(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidPath"), detail)
    }

    pub(super) const fn no_target(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("noTarget"), detail)
    }

    pub(super) const fn mutability(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("mutability"), detail)
    }

    pub(super) const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, None, "there is no such resource")
    }

    /// No token, or one that isn't good, whatever is wrong with it.
    pub(super) fn unauthenticated() -> Self {
        Self {
            header: Some((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"Bearer realm="postvalv""#),
            )),
            ..Self::new(StatusCode::UNAUTHORIZED, None, "the token is missing or not valid")
        }
    }

    /// An address has used up its allowance.
    pub(super) fn too_often(refused: TooOften) -> Self {
        Self {
            header: Some((header::RETRY_AFTER, HeaderValue::from(refused.retry_after_seconds()))),
            ..Self::of(StatusCode::TOO_MANY_REQUESTS)
        }
    }

    /// What the portal could not do, logged here with its inside and nowhere else.
    pub(super) fn fault(fault: &Fault) -> Self {
        tracing::error!(causes = fault.causes(), "the portal failed");
        Self::of(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer as it is sent, naming the request so that whoever reads the log can find it.
    pub(crate) fn answer(&self, request: RequestId) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_u16().to_string(),
            "detail": format!("{} (request {request})", self.detail),
        });
        if let (Some(kind), Some(members)) = (self.kind, body.as_object_mut()) {
            members.insert("scimType".to_owned(), kind.into());
        }
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some((name, value)) = &self.header {
            headers.insert(name.clone(), value.clone());
        }
        response
    }
}

impl From<ProvisioningError> for ScimError {
    fn from(error: ProvisioningError) -> Self {
        match error {
            ProvisioningError::NotFound => Self::not_found(),
            ProvisioningError::Taken(_) => Self {
                detail: Cow::Owned(error.to_string()),
                ..Self::new(StatusCode::CONFLICT, Some("uniqueness"), "")
            },
            ProvisioningError::TooMany(_) => Self {
                detail: Cow::Owned(error.to_string()),
                ..Self::new(StatusCode::FORBIDDEN, None, "")
            },
            ProvisioningError::Invalid(what) => Self::invalid_value(what),
            ProvisioningError::Immutable(_) => Self {
                detail: Cow::Owned(error.to_string()),
                ..Self::mutability("")
            },
            // As the next request would be answered.
            ProvisioningError::OrganisationGone => Self::unauthenticated(),
            ProvisioningError::Fault(fault) => Self::fault(&fault),
        }
    }
}

impl IntoResponse for ScimError {
    /// The body comes later, from [`write_errors`], which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the error of a refused request as the response's body.
pub(super) async fn write_errors(context: RequestContext, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ScimError>() {
        Some(error) => error.answer(context.id),
        None => response,
    }
}
