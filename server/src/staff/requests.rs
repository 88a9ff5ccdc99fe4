//! The pages on which admins see what people ask the organisation to erase and correct, and answer it.

use std::collections::BTreeSet;

use app::page::staff::{AnswerForm, AnswerProblem, RequestAnswer, request_page, requests_page};
use app::{ErrorPage, Flash};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use base::{CaseId, DataRequestId};
use http::HeaderMap;
use portal::{Action, AnswerRequestError, Denied, Grant, Granted, ListPart, SeeRequestsError, StaffActor};
use serde::Deserialize;
use url::form_urlencoded;

use super::Place;
use super::denied::denied;
use super::id::Id;
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use crate::form_body::Form;
use crate::query::Query;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// From where to go on, in one of the page's lists.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct From {
    open_after: Option<String>,
    answered_before: Option<String>,
}

/// `GET /staff/requests`: those that wait, the one that is due first, and the others, the latest first; some at a time.
pub(super) async fn list(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Response {
    let part = ListPart::parse(from.open_after.as_deref(), from.answered_before.as_deref());
    let Ok(part) = part else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    match state.portal().data_requests(&actor, part).await {
        Ok(requests) => flash::tell(&headers, |flash| requests_page(&visitor.layout, &requests, part, flash)),
        Err(error) => not_seen(error, &Place::Requests, &visitor),
    }
}

/// `GET /staff/requests/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<DataRequestId>,
    headers: HeaderMap,
) -> Response {
    let may_answer = actor.role().allows(Action::AnswerRequest);
    match state.portal().data_request(&actor, id).await {
        Ok((request, cases, zone)) => flash::tell(&headers, |flash| {
            request_page(&visitor.layout, &request, &cases, None, may_answer, &zone, flash)
        }),
        Err(error) => not_seen(error, &Place::Requests, &visitor),
    }
}

/// `POST /staff/requests/{id}/take-up`
pub(super) async fn take_up(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<DataRequestId>,
) -> Response {
    let filled_in = FilledIn::of(RequestAnswer::TakeUp, String::new());
    match state.portal().take_up_request(&actor, id).await {
        Ok(()) => done(&Place::Request(id), Flash::RequestTakenUp),
        Err(error) => filled_in.refused(&state, &actor, &visitor, id, error).await,
    }
}

/// Why more time is taken.
#[derive(Deserialize)]
pub(super) struct Extension {
    #[serde(default)]
    extension: String,
}

/// `POST /staff/requests/{id}/extend`
pub(super) async fn extend(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<DataRequestId>,
    Form(given): Form<Extension>,
) -> Response {
    match state.portal().extend_request(&actor, id, &given.extension).await {
        Ok(()) => done(&Place::Request(id), Flash::RequestExtended),
        Err(error) => {
            let filled_in = FilledIn::of(RequestAnswer::Extend, given.extension);
            filled_in.refused(&state, &actor, &visitor, id, error).await
        }
    }
}

/// Why a request is declined.
#[derive(Deserialize)]
pub(super) struct Refusal {
    #[serde(default)]
    reason: String,
}

/// `POST /staff/requests/{id}/decline`
pub(super) async fn decline(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<DataRequestId>,
    Form(given): Form<Refusal>,
) -> Response {
    match state.portal().decline_request(&actor, id, &given.reason).await {
        Ok(()) => done(&Place::Request(id), Flash::RequestDeclined),
        Err(error) => {
            let filled_in = FilledIn::of(RequestAnswer::Decline, given.reason);
            filled_in.refused(&state, &actor, &visitor, id, error).await
        }
    }
}

/// `POST /staff/requests/{id}/grant`. Boxes of one name come several times, which is read by hand.
pub(super) async fn grant(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<DataRequestId>,
    body: Bytes,
) -> Response {
    let (mut cases, mut words) = (BTreeSet::new(), String::new());
    for (name, value) in form_urlencoded::parse(&body) {
        match &*name {
            "answer" => words = value.into_owned(),
            "case" => match value.parse::<CaseId>() {
                Ok(case) => {
                    cases.insert(case);
                }
                Err(_) => return answer::error(ErrorPage::BadRequest, &visitor),
            },
            _ => {}
        }
    }
    let grant = Grant {
        cases: cases.iter().copied().collect(),
        answer: words.clone(),
    };
    match state.portal().grant_request(&actor, id, &grant).await {
        Ok(Granted { waits: true, .. }) => done(&Place::Request(id), Flash::RequestGrantedWaits),
        Ok(Granted { .. }) => done(&Place::Request(id), Flash::RequestGranted),
        Err(error) => {
            let filled_in = FilledIn {
                cases,
                ..FilledIn::of(RequestAnswer::Grant, words)
            };
            filled_in.refused(&state, &actor, &visitor, id, error).await
        }
    }
}

/// What was filled in, which stays on the page with what was wrong.
struct FilledIn {
    answer: RequestAnswer,
    cases: BTreeSet<CaseId>,
    words: String,
}

impl FilledIn {
    const fn of(answer: RequestAnswer, words: String) -> Self {
        Self {
            answer,
            cases: BTreeSet::new(),
            words,
        }
    }

    async fn refused(
        self,
        state: &AppState,
        actor: &StaffActor,
        visitor: &Visitor,
        id: DataRequestId,
        error: AnswerRequestError,
    ) -> Response {
        let problem = match error {
            AnswerRequestError::InvalidText => AnswerProblem::Words,
            AnswerRequestError::InvalidCases => AnswerProblem::Cases,
            AnswerRequestError::AlreadyAnswered => AnswerProblem::AlreadyAnswered,
            AnswerRequestError::TooLateToExtend => AnswerProblem::TooLateToExtend,
            AnswerRequestError::Denied(Denied::StepUpNeeded) => AnswerProblem::ConfirmFirst,
            AnswerRequestError::Denied(no) => return denied(no, &Place::Requests, visitor),
            AnswerRequestError::NotFound => return answer::error(ErrorPage::NotFound, visitor),
            AnswerRequestError::Fault(fault) => return answer::fault(&fault, visitor),
        };
        let Self { answer, cases, words } = self;
        let form = AnswerForm {
            answer,
            cases,
            words,
            problem,
        };
        match state.portal().data_request(actor, id).await {
            Ok((request, cases, zone)) => unprocessable(request_page(
                &visitor.layout,
                &request,
                &cases,
                Some(&form),
                true,
                &zone,
                None,
            )),
            Err(SeeRequestsError::NotFound) if problem == AnswerProblem::ConfirmFirst => {
                denied(Denied::StepUpNeeded, &Place::Requests, visitor)
            }
            Err(error) => not_seen(error, &Place::Requests, visitor),
        }
    }
}

fn not_seen(error: SeeRequestsError, back: &Place, visitor: &Visitor) -> Response {
    match error {
        SeeRequestsError::Denied(no) => denied(no, back, visitor),
        SeeRequestsError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        SeeRequestsError::Fault(fault) => answer::fault(&fault, visitor),
    }
}
