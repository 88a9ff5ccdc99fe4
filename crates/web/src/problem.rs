//! Problem details for HTTP APIs (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

/// An error that a program can read: `application/problem+json`.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// What kind of problem, as a stable address that documentation can stand at; `about:blank` when the status says
    /// it all.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[serde(serialize_with = "status_code")]
    status: StatusCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten)]
    members: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn status_code<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem of the kind `kind` (an address, absolute or relative) with a short title that is the same each time.
    #[must_use]
    pub fn new(status: StatusCode, kind: &str, title: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            title: title.to_owned(),
            status,
            detail: None,
            request_id: None,
            members: Map::new(),
        }
    }

    /// A problem that the status alone explains.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        Self::new(status, "about:blank", status.canonical_reason().unwrap_or("Error"))
    }

    /// Says what is wrong this time and what to do about it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the request, so that whoever reads the log can find it.
    #[must_use]
    pub fn request(mut self, id: base::RequestId) -> Self {
        self.request_id = Some(id.to_string());
        self
    }

    /// Adds an extension member (RFC 9457 section 3.2).
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        (self.status, [(header::CONTENT_TYPE, content_type)], body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_the_members_of_rfc_9457() {
        let problem = Problem::new(StatusCode::CONFLICT, "/problems/key-reused", "The key was used before")
            .detail("Use a new key.")
            .member("limit", 3);
        assert_eq!(
            serde_json::to_value(problem).unwrap(),
            serde_json::json!({
                "type": "/problems/key-reused",
                "title": "The key was used before",
                "status": 409,
                "detail": "Use a new key.",
                "limit": 3,
            })
        );
    }
}
