//! `POST /sign-in/{provider}`: the way to the provider.

use app::{DeviceMode, ErrorPage, Language, SignInProblem};
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::Timestamp;
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{AuthenticationContextClass, CsrfToken, LanguageTag, Nonce, PkceCodeChallenge, Scope};
use portal::{AssuranceLevel, SessionKind, SignInRefusal};
use serde_json::{Map, Value, json};
use tower_sessions::Session;

use super::attempt::{self, Attempt, StaffAttempt};
use super::device_mode::Choice;
use super::provider::{Metadata, Provider};
use super::{redirect_uri, verify};
use crate::config::{ClaimSource, ProviderSection};
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, cookie, return_to};

/// Random bytes of state and nonce: twice what the Swedish profile asks for.
const RANDOM_BYTES: u32 = 32;

/// Begins a sign-in: a new session id, fresh state, nonce and PKCE verifier, and off to the provider. Each costs a row,
/// and what goes wrong with it a line in the audit log, so an address may begin only so many that it does not end.
pub(crate) async fn start(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    form: Result<Form<Choice>, Response>,
) -> Response {
    let Some(provider) = state.providers().get(SessionKind::Recipient, &name) else {
        return answer::error(ErrorPage::NotFound, &visitor);
    };
    if let Err(refused) = state.sign_ins().take(visitor.request.address, state.clock().now()) {
        return answer::too_often(refused, &visitor);
    }
    let Ok(metadata) = provider.metadata().await else {
        let refusal = SignInRefusal::ProviderUnavailable;
        if let Err(fault) = state.portal().record_failed_sign_in(refusal, &visitor.request).await {
            return answer::fault(&fault, &visitor);
        }
        return answer::error(ErrorPage::SignInFailed(SignInProblem::ProviderUnavailable), &visitor);
    };
    let choice = form.map(|Form(choice)| choice).unwrap_or_default();
    let going = choice.page().and_then(|page| return_to::remember(&page.to_string()));
    let asked = Asked {
        redirect: redirect_uri(state.origin(), SessionKind::Recipient, &name),
        language: visitor.layout.language,
        mode: choice.mode(visitor.mode),
        minimum_level: choice.minimum_level(),
        // A person's own words are asked for each time, whoever signed in on this device before.
        anew: true,
        max_age_seconds: Some(provider.record.max_age_seconds),
        staff: None,
    };
    let Ok((address, attempt)) = request(&provider, &metadata, asked, state.clock().now()) else {
        return answer::error(ErrorPage::Internal, &visitor);
    };
    // Somebody who is signed in and begins anew is no longer signed in.
    if visitor.actor.is_some()
        && let Some(key) = crate::session::key(&session)
        && let Err(fault) = state.portal().sign_out(&key, &visitor.request).await
    {
        return answer::fault(&fault, &visitor);
    }
    let begun = async {
        session.cycle_id().await?;
        session.remove_value(super::SIGNED_IN).await?;
        attempt::remember(&session, attempt).await
    };
    match begun.await {
        Ok(()) => {
            let mut response = Redirect::to(&address).into_response();
            cookie::set(response.headers_mut(), going);
            response
        }
        Err(error) => answer::fault(&error, &visitor),
    }
}

/// What a sign-in asks of the provider, besides what its record says.
pub(crate) struct Asked {
    pub(crate) redirect: String,
    pub(crate) language: Language,
    pub(crate) mode: DeviceMode,
    /// What a document asks for, when the person signs in for one that asks for more than the portal itself.
    pub(crate) minimum_level: Option<AssuranceLevel>,
    /// Whether the person proves who they are now, even if the provider knows them already.
    pub(crate) anew: bool,
    /// How long before now they may have done so; `None` when that is left to the provider.
    pub(crate) max_age_seconds: Option<u32>,
    pub(crate) staff: Option<StaffAttempt>,
}

/// The address to send the browser to, and what to remember of it.
pub(super) fn request(
    provider: &Provider,
    metadata: &Metadata,
    asked: Asked,
    now: Timestamp,
) -> Result<(String, Attempt), verify::Refused> {
    let record = &provider.record;
    let client = verify::client(provider, metadata, &asked.redirect)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            || CsrfToken::new_random_len(RANDOM_BYTES),
            || Nonce::new_random_len(RANDOM_BYTES),
        )
        .set_pkce_challenge(challenge)
        .add_ui_locale(LanguageTag::new(asked.language.tag().to_owned()));
    if asked.anew {
        request = request.add_prompt(CoreAuthPrompt::Login);
    }
    if let Some(seconds) = asked.max_age_seconds {
        request = request.set_max_age(std::time::Duration::from_secs(seconds.into()));
    }
    for scope in &record.scopes {
        request = request.add_scope(Scope::new(scope.clone()));
    }
    let of_mode = match asked.mode {
        DeviceMode::ThisDevice => &record.this_device,
        DeviceMode::OtherDevice => &record.other_device,
    };
    let of_mode = of_mode.as_ref();
    let acr_values = of_mode
        .map(|of_mode| &of_mode.acr_values)
        .filter(|values| !values.is_empty());
    for value in acr_values.unwrap_or(&record.acr_values) {
        request = request.add_auth_context_value(AuthenticationContextClass::new(value.clone()));
    }
    if let Some(claims) = claims(record, &asked) {
        request = request.add_extra_param("claims", claims.to_string());
    }
    // What the mode says comes after the record's own and replaces it.
    let mut parameters = record.parameters.clone();
    parameters.extend(of_mode.map(|of_mode| of_mode.parameters.clone()).unwrap_or_default());
    for (name, value) in parameters {
        request = request.add_extra_param(name, value);
    }
    let (address, state, nonce) = request.url();
    let attempt = Attempt {
        provider: provider.name.clone(),
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        started_at: now,
        max_age_seconds: asked.max_age_seconds,
        staff: asked.staff,
    };
    Ok((address.into(), attempt))
}

/// What is asked for claim by claim (OpenID Connect Core 1.0 section 5.5): the level, where the record wants it to be essential, and
/// a number that the person had before, which no scope asks for.
fn claims(record: &ProviderSection, asked: &Asked) -> Option<Value> {
    if asked.staff.is_some() {
        return None;
    }
    let mut claims = Map::new();
    for place in &record.previous_number {
        let member = match place.from {
            ClaimSource::IdToken => "id_token",
            ClaimSource::UserInfo => "userinfo",
        };
        claims.entry(member).or_insert_with(|| json!({}))[&place.claim] = Value::Null;
    }
    if record.essential_acr {
        let suffices = |number: &i16| AssuranceLevel::from_number(*number) >= asked.minimum_level;
        let values = record.levels.iter().filter(|(_, number)| suffices(number));
        let values: Vec<&String> = values.map(|(acr, _)| acr).collect();
        claims.entry("id_token").or_insert_with(|| json!({}))["acr"] = json!({"essential": true, "values": values});
    }
    (!claims.is_empty()).then_some(Value::Object(claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(minimum_level: Option<AssuranceLevel>) -> Asked {
        Asked {
            redirect: String::new(),
            language: Language::Swedish,
            mode: DeviceMode::ThisDevice,
            minimum_level,
            anew: true,
            max_age_seconds: None,
            staff: None,
        }
    }

    fn record(more: &str) -> ProviderSection {
        let text = format!("label = 'BankID'\nissuer = 'https://issuer.example'\nclient_id = 'postvalv'\n{more}");
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn a_document_that_asks_for_more_narrows_the_levels_that_are_asked_for() {
        let record = record("essential_acr = true\nlevels = { three = 3, four = 4 }");
        let values = |level| claims(&record, &asked(level)).unwrap()["id_token"]["acr"]["values"].clone();
        assert_eq!(values(None), json!(["four", "three"]));
        assert_eq!(values(Some(AssuranceLevel::Three)), json!(["four", "three"]));
        assert_eq!(values(Some(AssuranceLevel::Four)), json!(["four"]));
    }

    #[test]
    fn the_number_that_somebody_had_before_is_asked_for_where_it_stands() {
        let record = record("previous_number = [{ from = 'user_info', claim = 'https://id.example/before' }]");
        let expected = json!({"userinfo": {"https://id.example/before": null}});
        assert_eq!(claims(&record, &asked(None)), Some(expected));
        assert_eq!(claims(&self::record(""), &asked(Some(AssuranceLevel::Four))), None);
    }
}
