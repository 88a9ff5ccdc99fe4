//! `POST /sign-out`: ends the session here and, when the provider wants it, there (RP-Initiated Logout 1.0).

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use portal::SessionKind;
use tower_sessions::Session;
use url::Url;
use web::PublicOrigin;

use super::{SIGNED_IN, SignedIn};
use crate::answer;
use crate::config::Logout;
use crate::state::AppState;
use crate::visitor::Visitor;

const SIGNED_OUT: &str = "/signed-out";

/// Ends the session. Whoever is not signed in gets the same answer.
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
) -> Response {
    // Read before the session is gone; a session that can't be read is ended all the same.
    let signed_in: Option<SignedIn> = session.get(SIGNED_IN).await.unwrap_or_default();
    if let Some(key) = crate::session::key(&session)
        && let Err(fault) = state.portal().sign_out(&key, &visitor.request).await
    {
        return answer::fault(&fault, &visitor);
    }
    if let Err(error) = session.flush().await {
        return answer::fault(&error, &visitor);
    }
    let away = match signed_in {
        Some(signed_in) => end_session_address(&state, signed_in).await,
        None => None,
    };
    Redirect::to(away.as_deref().unwrap_or(SIGNED_OUT)).into_response()
}

/// Where a provider sends people back to who have signed out.
pub(super) fn signed_out_uri(origin: &PublicOrigin) -> String {
    origin.address_of(SIGNED_OUT)
}

/// Where the browser passes by to end the session at the provider. A provider that is down keeps nobody signed in here.
async fn end_session_address(state: &AppState, signed_in: SignedIn) -> Option<String> {
    let provider = state.providers().get(SessionKind::Recipient, &signed_in.provider)?;
    if provider.record.logout == Logout::None {
        return None;
    }
    let metadata = provider.metadata().await.ok()?;
    let mut address = Url::parse(metadata.additional_metadata().end_session_endpoint.as_deref()?).ok()?;
    {
        let mut query = address.query_pairs_mut();
        query.append_pair("client_id", &provider.record.client_id);
        query.append_pair("post_logout_redirect_uri", &signed_out_uri(state.origin()));
        if let Some(id_token) = &signed_in.id_token {
            query.append_pair("id_token_hint", id_token);
        }
    }
    Some(address.into())
}
