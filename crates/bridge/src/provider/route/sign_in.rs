//! The sign-in page, its forms and what its script asks.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::answer;
use crate::provider::claims::Subject;
use crate::provider::grant::Grant;
use crate::provider::page::{self, Frame, Live};
use crate::provider::parameters::Parameters;
use crate::provider::sign_in::{Claimed, Method, Return, Shown};
use crate::provider::texts::Language;
use crate::provider::{Bridge, cookie, secret_token};

fn claimed<'a>(id: &'a str, headers: &'a HeaderMap) -> Claimed<'a> {
    Claimed {
        id,
        browser: cookie::read(headers),
    }
}

/// Shows the sign-in, or ends it when it is complete.
pub(super) async fn page(State(bridge): State<Bridge>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let claimed = claimed(&id, &headers);
    let Some(view) = bridge.0.sign_ins.view(claimed) else {
        return gone(&bridge, &headers);
    };
    if matches!(view.shown, Shown::Complete) {
        return complete(&bridge, claimed, &headers);
    }
    let path = format!("/sign-in/{id}");
    let frame = Frame {
        assets: &bridge.0.assets,
        language: view.language,
        language_form: Some(format!("{path}/language")),
        live: matches!(
            view.shown,
            Shown::Starting | Shown::Waiting { .. } | Shown::AwaitingReturn
        ),
    };
    let policy = answer::policy_towards(&view.redirect_uri);
    let body = page::sign_in(&frame, &path, view).into_string();
    (policy, Html(body)).into_response()
}

/// Gives the relying party its code.
fn complete(bridge: &Bridge, claimed: Claimed<'_>, headers: &HeaderMap) -> Response {
    let Some((authorization, identified)) = bridge.0.sign_ins.finish(claimed) else {
        return gone(bridge, headers);
    };
    let number = &identified.user.personal_number;
    let sub = bridge.0.keys.subject().subject(authorization.client.sector(), number);
    let (redirect_uri, state) = (authorization.redirect_uri.clone(), authorization.state.clone());
    let full = authorization.told("temporarily_unavailable", "too many sign-ins at once");
    let grant = Grant {
        authorization,
        subject: Subject {
            sub,
            user: identified.user,
            authenticated_at: identified.at,
        },
        session: secret_token::fresh().expose().clone(),
    };
    match bridge.0.grants.issue_code(grant, bridge.0.clock.now()) {
        Ok(code) => answer::to_relying_party(bridge, &redirect_uri, state.as_deref(), &[("code", code.expose())]),
        Err(_) => answer::told(bridge, &full),
    }
}

/// What the page's script asks each second.
pub(super) async fn status(State(bridge): State<Bridge>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match bridge.0.sign_ins.view(claimed(&id, &headers)) {
        Some(view) => Json(Live::of(view)).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "state": "gone" }))).into_response(),
    }
}

/// Starts anew, by the method that the form names.
pub(super) async fn start(
    State(bridge): State<Bridge>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = field(&body, "method").as_deref().and_then(Method::from_word);
    let Some(method) = method else {
        return back_to(&id);
    };
    match bridge.0.sign_ins.start(claimed(&id, &headers), method).await {
        Some(()) => back_to(&id),
        None => gone(&bridge, &headers),
    }
}

/// Gives the person more time.
pub(super) async fn extend(State(bridge): State<Bridge>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match bridge.0.sign_ins.extend(claimed(&id, &headers)) {
        Some(()) => back_to(&id),
        None => gone(&bridge, &headers),
    }
}

/// Changes the page's language.
pub(super) async fn language(
    State(bridge): State<Bridge>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(language) = field(&body, "language").as_deref().and_then(Language::from_tag) else {
        return back_to(&id);
    };
    match bridge.0.sign_ins.speak(claimed(&id, &headers), language) {
        Some(()) => back_to(&id),
        None => gone(&bridge, &headers),
    }
}

/// Ends the sign-in and tells the relying party.
pub(super) async fn cancel(State(bridge): State<Bridge>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match bridge.0.sign_ins.cancel(claimed(&id, &headers)).await {
        Some(authorization) => answer::told(&bridge, &authorization.told("access_denied", "the person cancelled")),
        None => gone(&bridge, &headers),
    }
}

/// The address that the app opens when an order on this device is done. It gives nothing by itself: only the browser
/// that began goes on.
pub(super) async fn back(
    State(bridge): State<Bridge>,
    Path((id, nonce)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match bridge.0.sign_ins.come_back(claimed(&id, &headers), &nonce).await {
        Return::Home => back_to(&id),
        Return::Elsewhere => Html(page::elsewhere(&answer::frame(&bridge, &headers)).into_string()).into_response(),
    }
}

fn field(body: &[u8], name: &str) -> Option<String> {
    Parameters::parse(body).ok()?.get(name).map(str::to_owned)
}

fn back_to(id: &str) -> Response {
    answer::see_other(&format!("/sign-in/{id}"))
}

fn gone(bridge: &Bridge, headers: &HeaderMap) -> Response {
    let texts = answer::language(headers).texts();
    let page = answer::notice(bridge, headers, texts.gone_title, texts.gone);
    (StatusCode::NOT_FOUND, page).into_response()
}
