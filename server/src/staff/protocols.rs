//! The protocols of what was purged: pages and files for admins and auditors.

use app::page::staff::{IdProblem, proofs_page, protocol_page, protocols_page};
use app::{ErrorPage, ProtocolPdf, protocol_pdf};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::PurgedId;
use http::{HeaderValue, StatusCode, header};
use portal::{ProtocolError, PurgeProtocol, StaffActor};
use serde::Deserialize;

use super::Place;
use super::denied::denied_page;
use super::id::Id;
use super::place::ordinal;
use super::visitor::Staff;
use crate::query::Query;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, signing_keys};

/// From where to go on.
#[derive(Deserialize)]
pub(super) struct From {
    before: Option<String>,
}

/// `GET /staff/protocols`: the organisation's protocols, the latest first, some at a time.
pub(super) async fn list(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(from): Query<From>,
) -> Response {
    let before = match from.before.as_deref().map(ordinal) {
        None => None,
        Some(Some(number)) => Some(number),
        Some(None) => return answer::error(ErrorPage::NotFound, &visitor),
    };
    shown(&state, &actor, &visitor, before, None).await
}

async fn shown(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    before: Option<u64>,
    looked_for: Option<(&str, IdProblem)>,
) -> Response {
    let found = state.portal().purge_protocols(actor, actor.organisation_id(), before);
    let protocols = match found.await {
        Ok(protocols) => protocols,
        Err(error) => return refused(error, &Place::Protocols, visitor),
    };
    let is_first = before.is_none();
    let mut page = protocols_page(&visitor.layout, &protocols, is_first, looked_for, state.time_zone());
    page.status = match looked_for {
        None => page.status,
        Some((_, IdProblem::Malformed)) => StatusCode::UNPROCESSABLE_ENTITY,
        Some((_, IdProblem::Unknown)) => StatusCode::NOT_FOUND,
    };
    page.into_response()
}

/// `GET /staff/protocols/{number}`
pub(super) async fn one(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Path(number): Path<String>,
) -> Response {
    match find(&state, &actor, &visitor, &number).await {
        Ok(protocol) => protocol_page(&visitor.layout, protocol.signed(), state.time_zone()).into_response(),
        Err(refusal) => refusal,
    }
}

/// `GET /staff/protocols/{number}/pdf`: in the page's language.
pub(super) async fn pdf(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Path(number): Path<String>,
) -> Response {
    let protocol = match find(&state, &actor, &visitor, &number).await {
        Ok(protocol) => protocol,
        Err(refusal) => return refusal,
    };
    let made = protocol_pdf(&ProtocolPdf {
        signed: protocol.signed(),
        language: visitor.layout.language,
        time_zone: state.time_zone(),
        keys_address: &state.origin().address_of(signing_keys::PATH),
    });
    match made {
        Ok(content) => file(&actor, &number, "pdf", content),
        Err(failed) => answer::fault(&failed, &visitor),
    }
}

/// `GET /staff/protocols/{number}/json`
pub(super) async fn json(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Path(number): Path<String>,
) -> Response {
    match find(&state, &actor, &visitor, &number).await {
        Ok(protocol) => file(&actor, &number, "json", protocol.to_json().into_bytes()),
        Err(refusal) => refusal,
    }
}

/// `GET /staff/protocols/{number}/csv`
pub(super) async fn csv(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Path(number): Path<String>,
) -> Response {
    match find(&state, &actor, &visitor, &number).await {
        Ok(protocol) => file(&actor, &number, "csv", protocol.to_csv().into_bytes()),
        Err(refusal) => refusal,
    }
}

/// The protocol that an address names, or the page that says what is wrong.
async fn find(
    state: &AppState,
    actor: &StaffActor,
    visitor: &Visitor,
    number: &str,
) -> Result<PurgeProtocol, Response> {
    let number = ordinal(number).ok_or_else(|| answer::error(ErrorPage::NotFound, visitor))?;
    let found = state.portal().purge_protocol(actor, actor.organisation_id(), number);
    found
        .await
        .map_err(|error| refused(error, &Place::Protocol(number), visitor))
}

/// What somebody looks for.
#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    id: String,
}

/// `GET /staff/protocols/proofs`: leads on to the proofs of what was looked for.
pub(super) async fn search(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(search): Query<Search>,
) -> Response {
    let text = search.id.trim();
    let problem = match text.to_ascii_lowercase().parse() {
        Ok(id) => match proofs(&state, &actor, id).await {
            Ok(_) => return Redirect::to(&Place::Proofs(id).to_string()).into_response(),
            Err(ProtocolError::NotFound) => IdProblem::Unknown,
            Err(error) => return refused(error, &Place::Protocols, &visitor),
        },
        Err(_) => IdProblem::Malformed,
    };
    shown(&state, &actor, &visitor, None, Some((text, problem))).await
}

/// `GET /staff/protocols/proofs/{id}`: of a document, or of a message and its documents.
pub(super) async fn proofs_of(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<PurgedId>,
) -> Response {
    match proofs(&state, &actor, id).await {
        Ok(proofs) => proofs_page(&visitor.layout, id, &proofs, state.time_zone()).into_response(),
        Err(error) => refused(error, &Place::Proofs(id), &visitor),
    }
}

/// `GET /staff/protocols/proofs/{id}/json`: the proof of one document or message.
pub(super) async fn proof(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<PurgedId>,
) -> Response {
    match proofs(&state, &actor, id).await {
        Ok(proofs) => match proofs.iter().find(|proof| proof.leaf().id == id) {
            Some(proof) => file(&actor, &format!("bevis-{id}"), "json", proof.to_json().into_bytes()),
            None => answer::error(ErrorPage::NotFound, &visitor),
        },
        Err(error) => refused(error, &Place::Proofs(id), &visitor),
    }
}

async fn proofs(
    state: &AppState,
    actor: &StaffActor,
    id: PurgedId,
) -> Result<Vec<portal::InclusionProof>, ProtocolError> {
    state
        .portal()
        .inclusion_proofs(actor, actor.organisation_id(), id)
        .await
}

/// A file to keep, named after the organisation and what it is.
fn file(actor: &StaffActor, name: &str, kind: &'static str, content: Vec<u8>) -> Response {
    let media_type = match kind {
        "pdf" => "application/pdf",
        "json" => "application/json",
        _ => "text/csv; charset=utf-8; header=present",
    };
    // Neither a slug, a number nor an id has anything that needs an escape.
    let organisation = actor
        .organisation_slug()
        .map(|slug| format!("{slug}-"))
        .unwrap_or_default();
    let disposition = format!("attachment; filename=\"gallringsprotokoll-{organisation}{name}.{kind}\"");
    let mut response = ([(header::CONTENT_TYPE, media_type)], content).into_response();
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

fn refused(error: ProtocolError, place: &Place, visitor: &Visitor) -> Response {
    match error {
        ProtocolError::Denied(no) => denied_page(no, place, visitor),
        ProtocolError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        ProtocolError::Fault(fault) => answer::fault(&fault, visitor),
    }
}
