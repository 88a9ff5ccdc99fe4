//! The organisation's audit log for its admins and auditors: the page, its newest checkpoint, and an export.

use std::collections::HashMap;

use app::ErrorPage;
use app::page::staff::audit_page;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderMap, header};
use portal::{AuditExportError, CheckpointError, Fault, SeeStaffError, StaffActor, SystemSetUpError};
use serde::Deserialize;

use super::Place;
use super::denied::denied_page;
use super::visitor::Staff;
use crate::state::AppState;
use crate::{answer, flash};

/// From where to go on.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct From {
    older_than: Option<String>,
}

/// `GET /staff/audit`: what happened, the latest first, some at a time.
pub(super) async fn page(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Response {
    let Ok(older_than) = from.older_than.as_deref().map(str::parse::<u64>).transpose() else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    let log = match state.portal().audit_events(&actor, older_than).await {
        Ok(log) => log,
        Err(AuditExportError::Denied(no)) => return denied_page(no, &Place::Audit, &visitor),
        Err(AuditExportError::Fault(fault)) => return answer::fault(&fault, &visitor),
    };
    let names = match names(&state, &actor).await {
        Ok(names) => names,
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    flash::tell(&headers, |flash| {
        audit_page(
            &visitor.layout,
            &log,
            &names,
            older_than.is_none(),
            flash,
            state.time_zone(),
        )
    })
}

/// What the organisation's staff and systems are called. Nobody sees the log who may not see these; if that ever changes, the log goes
/// without names.
async fn names(state: &AppState, actor: &StaffActor) -> Result<HashMap<String, String>, Fault> {
    let mut names = HashMap::new();
    match state.portal().list_staff(actor).await {
        Ok(staff) => names.extend(staff.into_iter().map(|member| (member.id.to_string(), member.name))),
        Err(SeeStaffError::Fault(fault)) => return Err(fault),
        Err(_) => {}
    }
    match state.portal().list_systems(actor, actor.organisation_id()).await {
        Ok(systems) => names.extend(systems.into_iter().map(|system| (system.id.to_string(), system.name))),
        Err(SystemSetUpError::Fault(fault)) => return Err(fault),
        Err(_) => {}
    }
    Ok(names)
}

/// `GET /staff/audit/checkpoint`: the newest checkpoint, to keep elsewhere.
pub(super) async fn checkpoint(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match state.portal().audit_checkpoint(&actor).await {
        Ok(checkpoint) => {
            let name = format!("postvalv-checkpoint-{}.txt", checkpoint.sequence);
            file("text/plain; charset=utf-8", &name, Body::from(checkpoint.to_string()))
        }
        Err(CheckpointError::None) => answer::error(ErrorPage::NotFound, &visitor),
        Err(CheckpointError::Denied(no)) => denied_page(no, &Place::Audit, &visitor),
        Err(CheckpointError::Fault(fault)) => answer::fault(&fault, &visitor),
    }
}

/// `GET /staff/audit/export`: the whole log as JSON lines. What fails half-way breaks the connection off, so that a part never looks
/// whole.
pub(super) async fn export(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    let export = match state.portal().export_audit_log(&actor).await {
        Ok(export) => export,
        Err(AuditExportError::Denied(no)) => return denied_page(no, &Place::Audit, &visitor),
        Err(AuditExportError::Fault(fault)) => return answer::fault(&fault, &visitor),
    };
    let lines = stream::try_unfold(export, |mut export| async {
        let lines = export.next().await.inspect_err(|fault| {
            answer::log_error("an export of the audit log was broken off", fault);
        })?;
        Ok::<_, Fault>(lines.map(|lines| (lines, export)))
    });
    file(
        "application/x-ndjson",
        "postvalv-audit.ndjson",
        Body::from_stream(lines),
    )
}

/// A file to keep, whose name needs no escape.
fn file(media_type: &'static str, name: &str, body: Body) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}
