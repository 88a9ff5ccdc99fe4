//! The way in with a password, and the way out.

use app::page::staff::{StaffSignIn, staff_organisation_page, staff_sign_in_page, staff_signed_out_page};
use app::{ErrorPage, Page, ProviderChoice};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::SecretString;
use http::{HeaderMap, StatusCode};
use portal::{Fault, Organisation, StaffSignInError};
use serde::Deserialize;
use tower_sessions::Session;

use super::visitor::Anybody;
use super::{Place, last_organisation, steps, work_account};
use crate::form_body::Form;
use crate::query::Query;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, flash, session};

/// What the page that asks for the organisation sends to itself.
#[derive(Deserialize)]
pub(super) struct Which {
    organisation: Option<String>,
    /// The person wants to choose, although the browser knows one.
    other: Option<String>,
}

/// `GET /staff/sign-in`: which organisation? Who said so goes on to its page, and so does who said so last time.
pub(super) async fn organisation(
    State(state): State<AppState>,
    Anybody {
        is_signed_in, visitor, ..
    }: Anybody,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    if is_signed_in {
        return Redirect::to(&Place::Landing.to_string()).into_response();
    }
    let given = which
        .organisation
        .as_deref()
        .map(str::trim)
        .filter(|given| !given.is_empty());
    let known = match given {
        Some(given) => Some(given.to_lowercase()),
        None if which.other.is_none() => last_organisation::read(&headers),
        None => None,
    };
    let Some(address) = known else {
        return staff_organisation_page(&visitor.layout, None).into_response();
    };
    match state.portal().organisation_at(&address).await {
        Ok(Some(_)) => Redirect::to(&Place::SignIn(address).to_string()).into_response(),
        Ok(None) => unprocessable(staff_organisation_page(
            &visitor.layout,
            Some(given.unwrap_or_default()),
        )),
        Err(fault) => answer::fault(&fault, &visitor),
    }
}

/// `GET /staff/sign-in/{organisation}`: the form for e-mail address and password.
pub(super) async fn form(
    State(state): State<AppState>,
    Anybody {
        is_signed_in, visitor, ..
    }: Anybody,
    Path(address): Path<String>,
    headers: HeaderMap,
) -> Response {
    if is_signed_in {
        return Redirect::to(&Place::Landing.to_string()).into_response();
    }
    let organisation = match state.portal().organisation_at(&address).await {
        Ok(Some(organisation)) => organisation,
        Ok(None) => return answer::error(ErrorPage::NotFound, &visitor),
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    let ways = match ways_in(&state, &visitor, &organisation).await {
        Ok(ways) => ways,
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    flash::tell(&headers, |flash| {
        staff_sign_in_page(
            &visitor.layout,
            &StaffSignIn {
                organisation: &organisation.name,
                address: &address,
                email: "",
                refused: false,
                work_accounts: ways.work_accounts,
                by_password: ways.by_password,
                flash,
            },
        )
    })
}

/// How an organisation's staff get in.
struct WaysIn {
    work_accounts: Vec<ProviderChoice>,
    by_password: bool,
}

async fn ways_in(state: &AppState, visitor: &Visitor, organisation: &Organisation) -> Result<WaysIn, Fault> {
    Ok(WaysIn {
        work_accounts: work_account::choices(state, visitor, organisation.id).await?,
        by_password: state.portal().lets_passwords_in(organisation.id).await?,
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: SecretString,
}

/// `POST /staff/sign-in/{organisation}`: tries the password. What was wrong is not told.
pub(super) async fn password(
    State(state): State<AppState>,
    Anybody { visitor, .. }: Anybody,
    Path(address): Path<String>,
    session: Session,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Response {
    if let Err(refused) = state.staff_tries().take(visitor.request.address, state.clock().now()) {
        return answer::too_often(refused, &visitor);
    }
    let organisation = match state.portal().organisation_at(&address).await {
        Ok(Some(organisation)) => organisation,
        Ok(None) => return answer::error(ErrorPage::NotFound, &visitor),
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    let proof = state
        .portal()
        .staff_password(&address, &given.email, &given.password, &visitor.request)
        .await;
    match proof {
        Ok(proof) => {
            let mut response = steps::go_on(&state, &visitor, &session, proof, &headers).await;
            cookie::set(response.headers_mut(), last_organisation::remember(&address));
            response
        }
        Err(StaffSignInError::Refused) => {
            let ways = match ways_in(&state, &visitor, &organisation).await {
                Ok(ways) => ways,
                Err(fault) => return answer::fault(&fault, &visitor),
            };
            let sign_in = StaffSignIn {
                work_accounts: ways.work_accounts,
                by_password: ways.by_password,
                organisation: &organisation.name,
                address: &address,
                email: &given.email,
                refused: true,
                flash: None,
            };
            let mut page = staff_sign_in_page(&visitor.layout, &sign_in);
            page.status = StatusCode::UNAUTHORIZED;
            page.into_response()
        }
        Err(error) => steps::refused(&error, &visitor),
    }
}

/// `POST /staff/sign-out`: ends the session. Whoever is not signed in gets the same answer.
pub(super) async fn sign_out(
    State(state): State<AppState>,
    Anybody { visitor, .. }: Anybody,
    session: Session,
) -> Response {
    if let Some(key) = session::staff_key(&session)
        && let Err(fault) = state.portal().sign_out_staff(&key, &visitor.request).await
    {
        return answer::fault(&fault, &visitor);
    }
    match session.flush().await {
        Ok(()) => Redirect::to(&Place::SignedOut.to_string()).into_response(),
        Err(error) => answer::fault(&error, &visitor),
    }
}

/// `GET /staff/signed-out`
pub(super) async fn signed_out(Anybody { visitor, .. }: Anybody) -> Page {
    staff_signed_out_page(&visitor.layout)
}

/// A page that shows a form again, with what was wrong.
pub(super) fn unprocessable(mut page: Page) -> Response {
    page.status = StatusCode::UNPROCESSABLE_ENTITY;
    page.into_response()
}
