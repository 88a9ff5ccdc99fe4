//! Signing in through an OpenID provider, and recipients' signing out. Staff's own pages for it are in `staff`.
//!
//! Owns the start, the callback and their state; `docs/security.md` says which attack each check answers. The code flow
//! with PKCE (RFC 7636), state and nonce; nothing that the provider says is believed before [`verify`] has checked it.

mod answered;
mod attempt;
mod back_channel;
mod callback;
mod check;
mod client_key;
mod device_mode;
mod front_channel;
mod identity;
mod jws;
mod logo;
mod provider;
mod said;
mod sign_out;
mod start;
mod user_info;
mod verify;
mod work_account;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Clock, TenantId};
use portal::{SessionKind, SignInRefusal};
use tower_sessions::Session;
use web::PublicOrigin;

pub(crate) use answered::{Answer, Failure};
pub(crate) use attempt::StaffAttempt;
pub(crate) use back_channel::{back_channel_logout, back_channel_paths};
pub(crate) use callback::callback;
pub(crate) use client_key::jwks;
pub(crate) use device_mode::fitting;
pub(crate) use front_channel::front_channel_logout;
pub(crate) use logo::logo;
use provider::Provider;
pub(crate) use sign_out::sign_out;
pub(crate) use start::start;
pub(crate) use work_account::{Begun, NotBegun, begin_work_account, finish_work_account};

use app::{DeviceMode, Language, ProviderChoice, SignInProblem};

use crate::answer::chain;
use crate::config::ProviderSection;
use crate::fetch::{Http, HttpLimits};

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
pub struct Providers(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    records: BTreeMap<String, Arc<Provider>>,
    /// Directories that were asked for, by the record's name: as many as organisations have.
    directories: Mutex<BTreeMap<(String, TenantId), Arc<Provider>>>,
}

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
        let http = Http::new(limits)?;
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
        Ok(Self(Arc::new(Inside {
            records: providers.collect(),
            directories: Mutex::default(),
        })))
    }

    /// The directory that staff of an organisation come by through the provider of this name; `None` where that is no provider for
    /// staff, or one of another directory.
    fn directory(&self, name: &str, tenant: TenantId) -> Option<Arc<Provider>> {
        let provider = self.any(name).filter(|it| it.record.kind.lets_in(SessionKind::Staff))?;
        if !provider.record.has_issuer_per_tenant() {
            return (provider.record.tenant() == Some(tenant)).then_some(provider);
        }
        let mut directories = self.0.directories.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = directories.entry((name.to_owned(), tenant));
        Some(Arc::clone(
            directory.or_insert_with(|| Arc::new(provider.of_directory(tenant))),
        ))
    }

    /// The provider of this name, if those of that kind sign in through it: nobody gets in by the others' way.
    fn get(&self, kind: SessionKind, name: &str) -> Option<Arc<Provider>> {
        self.any(name).filter(|provider| provider.record.kind.lets_in(kind))
    }

    /// The provider of this name, whoever signs in through it.
    fn any(&self, name: &str) -> Option<Arc<Provider>> {
        self.0.records.get(name).map(Arc::clone)
    }

    /// What the provider of this name says of itself, or that directory of it, and what of it would not work; `None` when there is
    /// no such provider, or none of that directory.
    pub(crate) async fn check(
        &self,
        name: &str,
        tenant: Option<TenantId>,
        origin: &PublicOrigin,
    ) -> Option<check::Report> {
        let provider = match tenant {
            Some(tenant) => self.directory(name, tenant)?,
            None => self.any(name)?,
        };
        Some(check::check(&provider, origin).await)
    }

    /// Fetches what will soon be needed of the providers and is not known or getting old; all at once.
    pub async fn refresh(&self) {
        let one_issuer = |provider: &&Arc<Provider>| !provider.record.has_issuer_per_tenant();
        let records = self.0.records.values().filter(one_issuer).cloned();
        let directories: Vec<_> = {
            let directories = self.0.directories.lock().unwrap_or_else(PoisonError::into_inner);
            directories.values().cloned().collect()
        };
        let all: Vec<_> = records.chain(directories).collect();
        futures::future::join_all(all.iter().map(|provider| provider.refresh())).await;
    }

    fn of_kind(&self, kind: SessionKind) -> impl Iterator<Item = &Arc<Provider>> {
        self.0
            .records
            .values()
            .filter(move |provider| provider.record.kind.lets_in(kind))
    }

    /// How many ways in there are for those of that kind.
    pub(crate) fn count(&self, kind: SessionKind) -> usize {
        self.of_kind(kind).count()
    }

    /// The ways in for recipients: first the one of this name, which was used last, then the others in the order of their names;
    /// `mode` fits the device. Asks no provider anything.
    pub(crate) fn choices(&self, language: Language, last_used: Option<&str>, mode: DeviceMode) -> Vec<ProviderChoice> {
        let several = self.count(SessionKind::Recipient) > 1;
        let choice = |provider: &Arc<Provider>| ProviderChoice {
            last_used: several && last_used == Some(&provider.name),
            mode: provider.record.this_device.is_some().then_some(mode),
            ..way_in(provider, language)
        };
        let mut choices: Vec<_> = self.of_kind(SessionKind::Recipient).map(choice).collect();
        choices.sort_by_key(|choice| !choice.last_used);
        choices
    }

    /// The ways in for staff of an organisation with this directory. Asks no provider anything.
    pub(crate) fn directories(&self, tenant: TenantId, language: Language) -> Vec<ProviderChoice> {
        let of_staff = self.of_kind(SessionKind::Staff);
        let directories = of_staff.filter_map(|provider| self.directory(&provider.name, tenant));
        directories.map(|provider| way_in(&provider, language)).collect()
    }
}

fn way_in(provider: &Provider, language: Language) -> ProviderChoice {
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
        last_used: false,
        seems_down: provider.seems_down(),
        mode: None,
        highest_level: record.highest_level(),
        identifies: record.identifies(),
    }
}

/// The name of the provider that vouched for whoever is signed in to the session, when that can be read.
pub(crate) async fn came_by(session: &Session) -> Option<String> {
    let signed_in: Option<SignedIn> = session.get(SIGNED_IN).await.unwrap_or_default();
    signed_in.map(|signed_in| signed_in.provider)
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

/// Where a provider sends people back to; another address for each provider, so that none answers for another.
fn redirect_uri(origin: &PublicOrigin, kind: SessionKind, provider: &str) -> String {
    origin.address_of(&match kind {
        SessionKind::Recipient => format!("/sign-in/{provider}/callback"),
        SessionKind::Staff => format!("/staff/work-account/{provider}/callback"),
    })
}

/// What a refusal tells the person.
pub(crate) const fn problem(refusal: SignInRefusal) -> SignInProblem {
    match refusal {
        SignInRefusal::Cancelled => SignInProblem::Cancelled,
        SignInRefusal::Mismatch => SignInProblem::Lost,
        SignInRefusal::InvalidAnswer => SignInProblem::NotTrusted,
        SignInRefusal::LevelTooLow => SignInProblem::LevelTooLow,
        SignInRefusal::MissingClaim => SignInProblem::NoIdentity,
        SignInRefusal::ProviderUnavailable => SignInProblem::ProviderUnavailable,
    }
}
