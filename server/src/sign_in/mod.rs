//! Recipients' sign-in through an OpenID provider, and signing out.
//!
//! Owns the start, the callback and their state; `docs/security.md` says which attack each check answers. The code flow
//! with PKCE (RFC 7636), state and nonce; nothing that the provider says is believed before [`verify`] has checked it.

mod attempt;
mod back_channel;
mod callback;
mod check;
mod client_key;
mod device_mode;
mod http;
mod jws;
mod logo;
mod provider;
mod said;
mod sign_out;
mod start;
mod user_info;
mod verify;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Clock;
use portal::SignInRefusal;
use web::PublicOrigin;

pub use self::http::HttpLimits;
pub(crate) use back_channel::{back_channel_logout, back_channel_paths};
pub(crate) use callback::callback;
pub(crate) use client_key::jwks;
pub(crate) use device_mode::fitting;
pub(crate) use logo::logo;
use provider::Provider;
pub(crate) use sign_out::sign_out;
pub(crate) use start::start;

use app::{DeviceMode, Language, ProviderChoice, SignInProblem};

use crate::answer::chain;
use crate::config::ProviderSection;

/// Session key: who vouched for the person, for signing out.
const SIGNED_IN: &str = "signed_in";

/// What signing out must know.
#[derive(serde::Serialize, serde::Deserialize)]
struct SignedIn {
    provider: String,
    /// Kept only when the provider wants it as a hint.
    id_token: Option<String>,
}

/// The configured providers. Cloning gives the same ones.
#[derive(Clone, Debug)]
pub struct Providers(Arc<BTreeMap<String, Arc<Provider>>>);

impl Providers {
    /// Takes the records. Asks no provider anything: the portal starts whether or not they are up.
    ///
    /// # Errors
    ///
    /// When the HTTP client can't be made, for want of certificates of authorities.
    pub fn new(
        records: &BTreeMap<String, ProviderSection>,
        clock: &Clock,
        limits: HttpLimits,
        allow_loopback: bool,
    ) -> Result<Self, reqwest::Error> {
        let http = http::Http::new(limits)?;
        let providers = records.iter().map(|(name, record)| {
            let provider = Provider::new(
                name.clone(),
                record.clone(),
                http.clone(),
                clock.clone(),
                allow_loopback,
            );
            (name.clone(), Arc::new(provider))
        });
        Ok(Self(Arc::new(providers.collect())))
    }

    fn get(&self, name: &str) -> Option<Arc<Provider>> {
        self.0.get(name).map(Arc::clone)
    }

    /// What the provider of this name says of itself, and what of it would not work; `None` when there is no such provider.
    pub(crate) async fn check(&self, name: &str, origin: &PublicOrigin) -> Option<check::Report> {
        let provider = self.get(name)?;
        Some(check::check(&provider, origin).await)
    }

    /// Fetches what will soon be needed of the providers and is not known or getting old; all at once.
    pub async fn refresh(&self) {
        futures::future::join_all(self.0.values().map(|provider| provider.refresh())).await;
    }

    /// How many ways in there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The ways in: first the one of this name, which was used last, then the others in the order of their names; `mode`
    /// fits the device. Asks no provider anything.
    pub(crate) fn choices(&self, language: Language, last_used: Option<&str>, mode: DeviceMode) -> Vec<ProviderChoice> {
        let several = self.count() > 1;
        let choice = |provider: &Arc<Provider>| {
            let record = &provider.record;
            let label = match (language, &record.label_en) {
                (Language::English, Some(label)) => label,
                _ => &record.label,
            };
            ProviderChoice {
                name: provider.name.clone(),
                label: label.clone(),
                logo: provider.logo.as_ref().map(|logo| app::Logo {
                    address: logo::path(&provider.name),
                    width: logo.width,
                    height: logo.height,
                }),
                last_used: several && last_used == Some(&provider.name),
                seems_down: provider.seems_down(),
                mode: record.this_device.is_some().then_some(mode),
            }
        };
        let mut choices: Vec<_> = self.0.values().map(choice).collect();
        choices.sort_by_key(|choice| !choice.last_used);
        choices
    }
}

/// Where browsers may be sent by a form: what `form-action` must allow besides ourselves.
pub(crate) fn form_origins(records: &BTreeMap<String, ProviderSection>) -> Vec<String> {
    let mut origins: Vec<String> = Vec::new();
    for record in records.values() {
        if let Ok(issuer) = url::Url::parse(&record.issuer) {
            origins.push(issuer.origin().ascii_serialization());
        }
        origins.extend(record.redirect_origins.iter().map(PublicOrigin::to_string));
    }
    origins.sort();
    origins.dedup();
    origins
}

fn redirect_uri(origin: &PublicOrigin, provider: &str) -> String {
    origin.address_of(&format!("/sign-in/{provider}/callback"))
}

const fn problem(refusal: SignInRefusal) -> SignInProblem {
    match refusal {
        SignInRefusal::Cancelled => SignInProblem::Cancelled,
        SignInRefusal::Mismatch => SignInProblem::Lost,
        SignInRefusal::InvalidAnswer => SignInProblem::NotTrusted,
        SignInRefusal::LevelTooLow => SignInProblem::LevelTooLow,
        SignInRefusal::MissingClaim => SignInProblem::NoIdentity,
        SignInRefusal::ProviderUnavailable => SignInProblem::ProviderUnavailable,
    }
}
