//! How what was asked for is sent.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use portal::Selected;
use serde_json::{Value, json};

use super::error::MEDIA_TYPE;
use super::request::Query;
use super::resource::Shown;
use super::value::Resource;

/// JSON as SCIM sends it.
pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))];
    (status, content_type, body.to_string()).into_response()
}

/// A resource.
pub(super) fn sent(resource: &Resource) -> Response {
    json_response(StatusCode::OK, &Value::Object(resource.clone()))
}

/// A resource that was just made, with its address.
pub(super) fn made(shown: &Shown, resource: Resource) -> Response {
    let location = resource.get("meta").and_then(|meta| meta.get("location")?.as_str());
    let location = location.and_then(|location| HeaderValue::from_str(location).ok());
    let mut response = json_response(StatusCode::CREATED, &Value::Object(shown.of(resource)));
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A list (RFC 7644 section 3.4.2).
pub(super) fn list(query: &Query, selected: Selected<Resource>) -> Response {
    let resources: Vec<Value> = selected
        .shown
        .into_iter()
        .map(|resource| Value::Object(query.shown.of(resource)))
        .collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": selected.total,
        "startIndex": query.start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    json_response(StatusCode::OK, &body)
}
