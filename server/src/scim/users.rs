//! `/Users`: the organisation's staff.

use axum::extract::{OriginalUri, Path, State};
use axum::response::{IntoResponse, Response};
use base::StaffId;
use http::StatusCode;
use portal::{ProvisionedUser, ProvisioningActor, Selected, UserAttributes, UserKey};

use super::authentication::Directory;
use super::condition::{Work, keeps};
use super::error::ScimError;
use super::filter::{Filter, Literal, Operator, Test};
use super::request::{Body, Query};
use super::resource::{self, Shown};
use super::response::{self, made, sent};
use super::schema::{Schema, USER, WORK_USER};
use super::value::{self, Resource};
use super::{ScimState, patch};

/// How users are described to this directory.
pub(super) const fn schema(actor: &ProvisioningActor) -> &'static Schema {
    if actor.tenant().is_some() { &WORK_USER } else { &USER }
}

/// The id in an address; what is no id is nobody's.
pub(super) fn id(text: &str) -> Result<StaffId, ScimError> {
    text.parse().map_err(|_| ScimError::not_found())
}

/// `POST /Users`
pub(super) async fn create(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let shown = Query::of_address(&uri)?.shown;
    let said = value::resource(schema(&actor), &body)?;
    let user = state
        .portal
        .provision_user(&actor, resource::user_attributes(&said, true))
        .await?;
    Ok(made(&shown, resource::user(&user, &state.base)))
}

/// `GET /Users/{id}`
pub(super) async fn read(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
) -> Result<Response, ScimError> {
    let shown = Query::of_address(&uri)?.shown;
    let user = state.portal.provisioned_user(&actor, id(&user)?).await?;
    Ok(sent(&shown.of(resource::user(&user, &state.base))))
}

/// `PUT /Users/{id}`: what is not said is unassigned, but for whether they are active and, where it can't change, who they are.
pub(super) async fn replace(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let shown = Query::of_address(&uri)?.shown;
    let said = value::resource(schema(&actor), &body)?;
    let is_work = actor.tenant().is_some();
    let change = |before: &ProvisionedUser| {
        let mut after = resource::user_attributes(&said, before.attributes.active);
        if is_work && after.external_id.is_none() {
            after.external_id.clone_from(&before.attributes.external_id);
        }
        Ok(after)
    };
    changed(&state, &actor, &user, &shown, change).await
}

/// `PATCH /Users/{id}`
pub(super) async fn change(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
    Path(user): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let shown = Query::of_address(&uri)?.shown;
    let operations = patch::operations(schema(&actor), &body)?;
    let (schema, base) = (schema(&actor), state.base.clone());
    let change = |before: &ProvisionedUser| {
        let mut after = resource::user(before, &base);
        patch::apply(schema, &mut after, &operations)?;
        Ok(resource::user_attributes(&after, before.attributes.active))
    };
    changed(&state, &actor, &user, &shown, change).await
}

async fn changed(
    state: &ScimState,
    actor: &ProvisioningActor,
    user: &str,
    shown: &Shown,
    change: impl FnOnce(&ProvisionedUser) -> Result<UserAttributes, ScimError> + Send,
) -> Result<Response, ScimError> {
    let user = state.portal.change_provisioned_user(actor, id(user)?, change).await?;
    Ok(sent(&shown.of(resource::user(&user, &state.base))))
}

/// `DELETE /Users/{id}`
pub(super) async fn delete(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Path(user): Path<String>,
) -> Result<Response, ScimError> {
    state.portal.remove_provisioned_user(&actor, id(&user)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /Users`
pub(super) async fn list(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, ScimError> {
    let query = Query::of_address(&uri)?;
    Ok(response::list(&query, found(&state, &actor, &query).await?))
}

/// `POST /Users/.search`
pub(super) async fn search(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let query = Query::of_body(&body)?;
    Ok(response::list(&query, found(&state, &actor, &query).await?))
}

/// The users that are asked for. One that is named is found without looking at the others.
pub(super) async fn found(
    state: &ScimState,
    actor: &ProvisioningActor,
    query: &Query,
) -> Result<Selected<Resource>, ScimError> {
    let (schema, base) = (schema(actor), &*state.base);
    let resource = |user: &ProvisionedUser| resource::user(user, base);
    let key = match query
        .filter
        .as_ref()
        .and_then(names)
        .and_then(|(name, value)| key(name, value))
    {
        Some(Ok(key)) => key,
        Some(Err(NoId)) => return Ok(Selected::default()),
        None => UserKey::All,
    };
    let work = &Work::of_a_list();
    let keeps =
        |filter| move |user: &ProvisionedUser| !work.is_used_up() && keeps(schema, filter, &resource(user), work);
    let keep = query.filter.as_ref().map(keeps);
    let selection = query.selection(keep.as_ref().map(|keep| keep as _));
    let selected = state.portal.find_provisioned_users(actor, key, &selection).await?;
    if work.is_used_up() {
        return Err(ScimError::too_many("the filter has to look at too much"));
    }
    Ok(selected.map(|user| resource(&user)))
}

/// A text that is no id, so that nobody has it.
struct NoId;

fn key<'a>(name: &str, value: &'a str) -> Option<Result<UserKey<'a>, NoId>> {
    match name.to_ascii_lowercase().as_str() {
        "id" => Some(value.parse().map(UserKey::Id).map_err(|_| NoId)),
        "username" => Some(Ok(UserKey::UserName(value))),
        "externalid" => Some(Ok(UserKey::ExternalId(value))),
        _ => None,
    }
}

/// The name that everything which the filter keeps must have, if there is one: the attribute, and what it is equal to.
pub(super) fn names(filter: &Filter) -> Option<(&str, &str)> {
    match filter {
        Filter::Term {
            name,
            of: None,
            test: Test::Compare(Operator::Equal, Literal::Text(text)),
        } if name.part.is_none() && name.schema.is_none() => {
            let text = text.written.as_str();
            let is_name = ["id", "userName", "externalId", "displayName"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&name.attribute));
            is_name.then_some((name.attribute.as_str(), text))
        }
        // Of a user, displayName names nobody alone, so another name is looked for first.
        Filter::All(filters) => {
            let mut found: Vec<(&str, &str)> = filters.iter().filter_map(names).collect();
            found.sort_by_key(|(name, _)| name.eq_ignore_ascii_case("displayName"));
            found.first().copied()
        }
        Filter::Term { .. } | Filter::Any(_) | Filter::Not(_) => None,
    }
}
