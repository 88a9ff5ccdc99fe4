//! The organisation's audit log for its admins and auditors: the page, its newest checkpoint, an export, and the webhook that admins let
//! checkpoints go to.

use std::collections::HashMap;

use app::page::staff::{WebhookForm, WebhookFormProblem, audit_page};
use app::{ErrorPage, Flash};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderMap, header};
use portal::{
    Action, AuditExportError, ChangeWebhookError, CheckpointError, Denied, Fault, SeeStaffError, StaffActor,
    SystemSetUpError, WebhookAddress,
};
use serde::Deserialize;

use super::Place;
use super::denied::{denied, denied_page};
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::query::Query;
use crate::state::AppState;
use crate::visitor::Visitor;
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
    flash::tell_loaded(&headers, async |flash| {
        shown(&state, &actor, &visitor, older_than, None, flash).await
    })
    .await
}

/// The page, perhaps with what was filled in and what was wrong with it.
async fn shown(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    older_than: Option<u64>,
    filled_in: Option<WebhookForm>,
    flash: Option<Flash>,
) -> Response {
    let log = match state.portal().audit_events(actor, older_than).await {
        Ok(log) => log,
        Err(AuditExportError::Denied(no)) => return denied_page(no, &Place::Audit, visitor),
        Err(AuditExportError::Fault(fault)) => return answer::fault(&fault, visitor),
    };
    let names = match names(state, actor).await {
        Ok(names) => names,
        Err(fault) => return answer::fault(&fault, visitor),
    };
    let is_wrong = filled_in.is_some();
    let may_change = actor.role().allows(Action::ChangeAuditWebhook);
    let form = may_change.then(|| filled_in.unwrap_or_default());
    let page = audit_page(
        &visitor.layout,
        &log,
        &names,
        older_than.is_none(),
        form.as_ref(),
        flash,
        state.time_zone(),
    );
    if is_wrong {
        unprocessable(page)
    } else {
        page.into_response()
    }
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

/// An address as it was filled in.
#[derive(Deserialize)]
pub(super) struct Webhook {
    address: String,
}

/// `POST /staff/audit/webhook`: lets checkpoints go to this address. Whether anybody answers there, the page tells afterwards.
pub(super) async fn set_webhook(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Webhook>,
) -> Response {
    let problem = match actor.require(Action::ChangeAuditWebhook) {
        Ok(()) => match WebhookAddress::parse(&given.address) {
            Err(_) => WebhookFormProblem::Address,
            Ok(address) if state.webhooks().check_literal(address.url()).is_err() => WebhookFormProblem::NotAllowed,
            Ok(address) => match state.portal().set_audit_webhook(&actor, &address).await {
                Ok(()) => return done(&Place::Audit, Flash::WebhookSaved),
                Err(error) => return refused(error, &visitor),
            },
        },
        // What was filled in stays on the page meanwhile.
        Err(Denied::StepUpNeeded) => WebhookFormProblem::ConfirmFirst,
        Err(no) => return denied(no, &Place::Audit, &visitor),
    };
    let form = WebhookForm {
        address: given.address,
        problem: Some(problem),
    };
    shown(&state, &actor, &visitor, None, Some(form), None).await
}

/// `POST /staff/audit/webhook/remove`
pub(super) async fn remove_webhook(State(state): State<AppState>, Staff { actor, visitor }: Staff) -> Response {
    match state.portal().remove_audit_webhook(&actor).await {
        Ok(()) => done(&Place::Audit, Flash::WebhookRemoved),
        Err(error) => refused(error, &visitor),
    }
}

fn refused(error: ChangeWebhookError, visitor: &Visitor) -> Response {
    match error {
        ChangeWebhookError::Denied(no) => denied(no, &Place::Audit, visitor),
        ChangeWebhookError::Fault(fault) => answer::fault(&fault, visitor),
    }
}
