//! What a directory is told of what can be done here (RFC 7643 sections 5 to 7, RFC 7644 section 4), and a search over
//! everything.

use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use http::StatusCode;
use portal::{ProvisioningActor, Selected};
use serde_json::{Value, json};

use super::authentication::Directory;
use super::error::ScimError;
use super::request::{Body, MAX_COUNT, Query};
use super::response::{json_response, list};
use super::schema::{GROUP, Schema};
use super::value::Resource;
use super::{ScimState, groups, users};

fn schemas(actor: &ProvisioningActor) -> [&'static Schema; 2] {
    [users::schema(actor), &GROUP]
}

/// `GET /ServiceProviderConfig`
pub(super) async fn service_provider_config(State(state): State<ScimState>, _: Directory) -> Response {
    let unsupported = || json!({ "supported": false });
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": unsupported(),
        "sort": unsupported(),
        "etag": unsupported(),
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token that the organisation's admins or the operator make",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", state.base),
        },
    });
    json_response(StatusCode::OK, &body)
}

/// `/Me`: a directory is nobody's own account (RFC 7644 section 3.11).
pub(super) async fn me(_: Directory) -> ScimError {
    ScimError::of(StatusCode::NOT_IMPLEMENTED)
}

/// What is described can't be filtered (RFC 7644 section 4).
fn described(uri: &http::Uri, resources: impl IntoIterator<Item = Value>) -> Result<Response, ScimError> {
    let query = Query::of_address(uri)?;
    if query.filter.is_some() {
        return Err(ScimError::of(StatusCode::FORBIDDEN));
    }
    let resources = resources.into_iter().filter_map(|resource| match resource {
        Value::Object(resource) => Some(resource),
        _ => None,
    });
    Ok(list(&query, query.selection(None).of(resources.collect())))
}

/// `GET /ResourceTypes`
pub(super) async fn resource_types(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, ScimError> {
    described(&uri, schemas(&actor).map(|schema| schema.resource_type(&state.base)))
}

/// `GET /ResourceTypes/{name}`
pub(super) async fn resource_type(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Path(name): Path<String>,
) -> Result<Response, ScimError> {
    let schema = schemas(&actor).into_iter().find(|schema| schema.name == name);
    let schema = schema.ok_or(ScimError::not_found())?;
    Ok(json_response(StatusCode::OK, &schema.resource_type(&state.base)))
}

/// `GET /Schemas`
pub(super) async fn all_schemas(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, ScimError> {
    described(&uri, schemas(&actor).map(|schema| schema.to_json(&state.base)))
}

/// `GET /Schemas/{urn}`
pub(super) async fn one_schema(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Path(urn): Path<String>,
) -> Result<Response, ScimError> {
    let schema = schemas(&actor)
        .into_iter()
        .find(|schema| schema.urn.eq_ignore_ascii_case(&urn));
    let schema = schema.ok_or(ScimError::not_found())?;
    Ok(json_response(StatusCode::OK, &schema.to_json(&state.base)))
}

/// `POST /.search`: users first, then groups.
pub(super) async fn search(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let query = Query::of_body(&body)?;
    let users = users::found(&state, &actor, &query).await?;
    // Of the groups, those that come after what was shown of the users.
    let of_groups = Query {
        filter: query.filter.clone(),
        start: query.start.saturating_sub(users.total).max(1),
        count: query.count.saturating_sub(users.shown.len()),
        shown: query.shown.clone(),
    };
    let groups = groups::found(&state, &actor, &of_groups).await?;
    let shown: Vec<Resource> = users.shown.into_iter().chain(groups.shown).collect();
    let found = Selected {
        total: users.total + groups.total,
        shown,
    };
    Ok(list(&query, found))
}
