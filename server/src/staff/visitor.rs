//! Which staff member asks, worked out once a request; and the extractors through which alone a handler gets to them, so that
//! none can forget to ask.

use std::sync::Arc;

use app::{Audience, ErrorPage, Flash, SignInProblem, StaffFrame, StaffSection};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{Method, StatusCode};
use portal::{Action, OpenRequests, Portal, SignInStep, StaffActor, StaffCandidate, StaffNotices, StaffVisitor};
use tower_sessions::Session;
use web::RequestContext;

use super::{Place, last_organisation, return_to};
use crate::state::AppState;
use crate::visitor::{Visitor, leave_for};
use crate::{answer, cookie, flash, session, session_end};

/// How far somebody has come in signing in.
#[derive(Clone)]
enum Standing {
    Nobody(Why),
    Candidate(Arc<StaffCandidate>),
    SignedIn(Arc<StaffActor>),
}

/// Why somebody is nobody.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// There is no session that holds.
    Gone,
    /// Their organisation does not let its staff in from this network.
    Network,
    /// More is asked for than when they signed in.
    MoreAsked,
}

/// Works out who asks and puts it into the request's extensions, with what they should be told.
pub(crate) async fn recognise(
    State(state): State<AppState>,
    context: RequestContext,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut visitor = Visitor::unknown(&state, context, &parts);
    visitor.layout.audience = Audience::StaffVisitor;
    let standing = match session::staff_key(&session) {
        None => Standing::Nobody(Why::Gone),
        Some(key) => match state.portal().staff_visitor(&key, visitor.request.clone()).await {
            Ok(StaffVisitor::Gone) => Standing::Nobody(Why::Gone),
            Ok(StaffVisitor::NetworkNotAllowed) => Standing::Nobody(Why::Network),
            Ok(StaffVisitor::MoreAsked) => Standing::Nobody(Why::MoreAsked),
            Ok(StaffVisitor::Candidate(candidate)) => Standing::Candidate(Arc::new(candidate)),
            Ok(StaffVisitor::Staff(actor)) => {
                // A form leads on to a page, which tells it then.
                let notices = if parts.method.is_safe() {
                    state.portal().staff_notices(&actor).await
                } else {
                    Ok(StaffNotices::default())
                };
                let notices = match notices {
                    Ok(notices) => notices,
                    Err(fault) => return answer::fault(&fault, &visitor),
                };
                let requests = if parts.method.is_safe() {
                    state.portal().open_requests(&actor).await
                } else {
                    Ok(OpenRequests::default())
                };
                let requests = match requests {
                    Ok(requests) => requests,
                    Err(fault) => return answer::fault(&fault, &visitor),
                };
                visitor.layout.audience = Audience::Staff(frame(&actor, !notices.is_empty(), requests));
                parts.extensions.insert(Arc::new(notices));
                let is_private = Place::parse(&visitor.layout.path).is_some_and(|place| place.is_private());
                let leave_for = leave_for(&parts, &visitor.layout, is_private);
                let ends_in = session_end::ends_in(actor.session_end(), state.clock().now(), leave_for);
                visitor.layout.session_ends_in = Some(ends_in);
                Standing::SignedIn(Arc::new(actor))
            }
            Err(fault) => return answer::fault(&fault, &visitor),
        },
    };
    parts.extensions.insert(visitor);
    parts.extensions.insert(standing);
    parts.extensions.insert(state.portal().clone());
    next.run(Request::from_parts(parts, body)).await
}

/// The parts of the portal that a role gives.
fn frame(actor: &StaffActor, has_notices: bool, requests: OpenRequests) -> StaffFrame {
    let right = |section: &StaffSection| match section {
        StaffSection::Cases => Action::SeeCases,
        StaffSection::Members => Action::SeeStaff,
        StaffSection::Systems => Action::SeeSystems,
        StaffSection::Provisioning => Action::SeeProvisioning,
        StaffSection::Retention => Action::SeeRetention,
        StaffSection::Holds => Action::SeeHolds,
        StaffSection::Requests => Action::SeeRequests,
        StaffSection::Extracts => Action::MakeRegisterExtract,
        StaffSection::SignInRules => Action::SeeSignInRules,
        StaffSection::Protocols => Action::SeePurgeProtocols,
        StaffSection::Audit => Action::SeeAudit,
        StaffSection::Account => Action::OwnAccount,
    };
    StaffFrame {
        organisation: actor.organisation_name().to_owned(),
        sections: StaffSection::ALL
            .into_iter()
            .filter(|section| actor.role().allows(right(section)))
            .collect(),
        has_notices,
        requests,
    }
}

/// Lets only staff through whose role allows the action; the audit log says who asked for what theirs does not. Who is not signed
/// in gets the answer of the handler's extractor.
pub(crate) async fn require(action: Action, request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let actor = match extensions.get() {
        Some(Standing::SignedIn(actor)) if !actor.role().allows(action) => Arc::clone(actor),
        _ => return next.run(request).await,
    };
    let (Some(portal), Some(visitor)) = (
        extensions.get::<Portal>().cloned(),
        extensions.get::<Visitor>().cloned(),
    ) else {
        return unrecognised();
    };
    match portal.record_denied_staff(&actor, action).await {
        Ok(()) => answer::error(ErrorPage::Forbidden, &visitor),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}

/// What [`recognise`] worked out. Without it, which can only be a mistake of ours, nobody gets anywhere.
fn recognised(parts: &Parts) -> Option<(Visitor, Standing)> {
    parts
        .extensions
        .get::<Visitor>()
        .cloned()
        .zip(parts.extensions.get().cloned())
}

fn unrecognised() -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// A staff member who is signed in. Others are sent to sign in, and come back to the page that they wanted.
pub(crate) struct Staff {
    pub(crate) actor: Arc<StaffActor>,
    pub(crate) visitor: Visitor,
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let (visitor, standing) = recognised(parts).ok_or_else(unrecognised)?;
        match standing {
            Standing::SignedIn(actor) => Ok(Self { actor, visitor }),
            Standing::Candidate(candidate) => {
                Err(Redirect::to(&place_of(candidate.step()).to_string()).into_response())
            }
            Standing::Nobody(why) => Err(sign_in_first(parts, &visitor, why)),
        }
    }
}

fn sign_in_first(parts: &Parts, visitor: &Visitor, why: Why) -> Response {
    // The session is there still, for when they are back on a network that is allowed.
    if why == Why::Network {
        return answer::error(ErrorPage::SignInFailed(SignInProblem::NetworkNotAllowed), visitor);
    }
    let navigates = parts
        .headers
        .get("sec-fetch-dest")
        .is_none_or(|dest| dest == "document");
    if parts.method != Method::GET || !navigates {
        return answer::error(ErrorPage::SessionEnded, visitor);
    }
    let came_with_session = cookie::read(&parts.headers, session::STAFF_COOKIE).is_some();
    // The cookie says nothing any more, and would have the next page say the same again.
    let forgotten = came_with_session
        .then(|| cookie::forget(session::STAFF_COOKIE))
        .flatten();
    let told = match why {
        Why::MoreAsked => Flash::MoreAsked,
        _ if came_with_session => Flash::SessionEnded,
        _ => Flash::SignInFirst,
    };
    let sign_in = last_organisation::read(&parts.headers).map_or(Place::Organisation, Place::SignIn);
    let mut response = Redirect::to(&sign_in.to_string()).into_response();
    let page = return_to::remember(parts.uri.path());
    let lines = flash::leave(told).into_iter().chain(page).chain(forgotten);
    cookie::set(response.headers_mut(), lines);
    response
}

/// The page for a step of the sign-in.
pub(super) const fn place_of(step: SignInStep) -> Place {
    match step {
        SignInStep::SecondFactor => Place::SecondFactor,
        SignInStep::SetUpSecondFactor => Place::SecondFactorSetUp,
        SignInStep::ChangePassword => Place::PasswordRenewal,
        SignInStep::Complete => Place::Landing,
    }
}

/// Somebody who gave the right password and has a step before them. Who is signed in goes on to the cases, others to the sign-in.
pub(crate) struct Candidate {
    pub(crate) candidate: Arc<StaffCandidate>,
    pub(crate) visitor: Visitor,
}

impl<S: Sync> FromRequestParts<S> for Candidate {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let (visitor, standing) = recognised(parts).ok_or_else(unrecognised)?;
        match standing {
            Standing::Candidate(candidate) => Ok(Self { candidate, visitor }),
            Standing::SignedIn(_) => Err(Redirect::to(&Place::Landing.to_string()).into_response()),
            Standing::Nobody(why) => Err(sign_in_first(parts, &visitor, why)),
        }
    }
}

/// Anybody, on the pages that lead in.
pub(crate) struct Anybody {
    /// Whether somebody is signed in as staff.
    pub(crate) is_signed_in: bool,
    /// Who is.
    pub(crate) actor: Option<Arc<StaffActor>>,
    pub(crate) visitor: Visitor,
}

impl<S: Sync> FromRequestParts<S> for Anybody {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let (visitor, standing) = recognised(parts).ok_or_else(unrecognised)?;
        let actor = match standing {
            Standing::SignedIn(actor) => Some(actor),
            Standing::Candidate(_) | Standing::Nobody(_) => None,
        };
        Ok(Self {
            is_signed_in: actor.is_some(),
            actor,
            visitor,
        })
    }
}
