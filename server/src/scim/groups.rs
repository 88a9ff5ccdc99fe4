//! `/Groups`: groups of the organisation's staff.

use axum::extract::{OriginalUri, Path, State};
use axum::response::{IntoResponse, Response};
use base::GroupId;
use http::StatusCode;
use portal::{GroupKey, GroupMembers, ProvisionedGroup, ProvisioningActor, Selected, Selection};

use super::authentication::Directory;
use super::condition::{Work, keeps};
use super::error::ScimError;
use super::request::{Body, Query};
use super::resource;
use super::response::{self, made, sent};
use super::schema::GROUP;
use super::users::names;
use super::value::{self, Resource};
use super::{ScimState, patch};

fn id(text: &str) -> Result<GroupId, ScimError> {
    text.parse().map_err(|_| ScimError::not_found())
}

/// `POST /Groups`
pub(super) async fn create(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let shown = Query::of_address(&uri)?.shown;
    let said = value::resource(&GROUP, &body)?;
    let (attributes, members) = resource::group_attributes(&said)?;
    let group = state.portal.provision_group(&actor, &attributes, &members).await?;
    Ok(made(&shown, resource::group(&group, &state.base, true)))
}

/// `GET /Groups/{id}`
pub(super) async fn read(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
    Path(group): Path<String>,
) -> Result<Response, ScimError> {
    let shown = Query::of_address(&uri)?.shown;
    let with_members = shown.has("members");
    let members = if with_members {
        GroupMembers::Shown
    } else {
        GroupMembers::Unasked
    };
    let (key, all) = (GroupKey::Id(id(&group)?), Selection::default());
    let found = state.portal.find_provisioned_groups(&actor, key, members, &all).await?;
    let group = found.shown.first().ok_or(ScimError::not_found())?;
    Ok(sent(&shown.of(resource::group(group, &state.base, with_members))))
}

/// `PUT /Groups/{id}`
pub(super) async fn replace(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
    Path(group): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let shown = Query::of_address(&uri)?.shown;
    let said = value::resource(&GROUP, &body)?;
    let said = resource::group_attributes(&said)?;
    let change = |_: &ProvisionedGroup| Ok::<_, ScimError>(said);
    let group = state
        .portal
        .change_provisioned_group(&actor, id(&group)?, change)
        .await?;
    Ok(sent(&shown.of(resource::group(&group, &state.base, true))))
}

/// `PATCH /Groups/{id}`: answers without the group, which may have thousands of members.
pub(super) async fn change(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Path(group): Path<String>,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let operations = patch::operations(&GROUP, &body)?;
    let base = state.base.clone();
    let change = |before: &ProvisionedGroup| {
        let mut after = resource::group(before, &base, true);
        patch::apply(&GROUP, &mut after, &operations)?;
        resource::group_attributes(&after)
    };
    state
        .portal
        .change_provisioned_group(&actor, id(&group)?, change)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE /Groups/{id}`
pub(super) async fn delete(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Path(group): Path<String>,
) -> Result<Response, ScimError> {
    state.portal.remove_provisioned_group(&actor, id(&group)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /Groups`
pub(super) async fn list(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, ScimError> {
    let query = Query::of_address(&uri)?;
    Ok(response::list(&query, found(&state, &actor, &query).await?))
}

/// `POST /Groups/.search`
pub(super) async fn search(
    State(state): State<ScimState>,
    Directory(actor): Directory,
    Body(body): Body,
) -> Result<Response, ScimError> {
    let query = Query::of_body(&body)?;
    Ok(response::list(&query, found(&state, &actor, &query).await?))
}

/// The groups that are asked for. One that is named is found without looking at the others, and members are read where they are
/// sent or asked for.
pub(super) async fn found(
    state: &ScimState,
    actor: &ProvisioningActor,
    query: &Query,
) -> Result<Selected<Resource>, ScimError> {
    let key = match query.filter.as_ref().and_then(names) {
        Some((name, value)) if name.eq_ignore_ascii_case("displayName") => GroupKey::DisplayName(value),
        Some((name, value)) if name.eq_ignore_ascii_case("id") => match value.parse() {
            Ok(id) => GroupKey::Id(id),
            Err(_) => return Ok(Selected::default()),
        },
        _ => GroupKey::All,
    };
    let are_sent = query.shown.has("members");
    let are_tested = query.filter.as_ref().is_some_and(|filter| filter.names("members"));
    let members = match (are_tested, are_sent) {
        (true, _) => GroupMembers::Tested,
        (false, true) => GroupMembers::Shown,
        (false, false) => GroupMembers::Unasked,
    };
    let resource = |group: &ProvisionedGroup, with_members| resource::group(group, &state.base, with_members);
    let (resource, work) = (&resource, &Work::of_a_list());
    let keeps = |filter| {
        move |group: &ProvisionedGroup| !work.is_used_up() && keeps(&GROUP, filter, &resource(group, are_tested), work)
    };
    let keep = query.filter.as_ref().map(keeps);
    let selection = query.selection(keep.as_ref().map(|keep| keep as _));
    let selected = state
        .portal
        .find_provisioned_groups(actor, key, members, &selection)
        .await?;
    if work.is_used_up() {
        return Err(ScimError::too_many("the filter has to look at too much"));
    }
    Ok(selected.map(|group| resource(&group, are_sent)))
}
