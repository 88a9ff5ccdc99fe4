//! `bankid-bridge`: an OpenID Provider whose people identify with BankID.
//!
//! Owns the OpenID protocol, the sign-in page and the orders at BankID. Every sign-in is a new identification: there is
//! no session here that could sign anybody in without BankID. What is under way lives in memory of one process.
//!
//! From the inside out: rules over values (`authorization`, `claims`, `pkce`, `sign_in::attempt`), what is remembered
//! (`grant`, `sign_in`, `keys`), pages and texts, routes.

mod assets;
mod authorization;
mod claims;
mod client;
mod cookie;
mod grant;
mod jwt;
mod keys;
mod page;
mod parameters;
mod pkce;
mod route;
mod secret_token;
mod settings;
mod sign_in;
mod subject;
mod texts;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bankid::{AutostartUrls, ClientSettings, Identity};
use base::{Clock, Ids};
use web::config::ListenSection;
use web::{Guard, HeaderPolicy, Network, OriginRule, PublicOrigin};

pub use settings::{
    BankIdSection, ClientSection, KeysSection, LimitsSection, PageSection, SOURCE as SETTINGS_SOURCE, Settings,
};

use assets::Assets;
use client::Clients;
use grant::Grants;
use keys::Keys;
use sign_in::{SignInSettings, SignIns};

/// The bridge. Cloning shares it.
#[derive(Clone)]
pub struct Bridge(Arc<Context>);

struct Context {
    origin: PublicOrigin,
    clock: Clock,
    clients: Clients,
    keys: Keys,
    grants: Grants,
    sign_ins: Arc<SignIns>,
    assets: Assets,
    trusted_proxies: Vec<Network>,
    idle: Duration,
}

/// The bridge can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file that the configuration names can't be read.
    #[error("{key}: can't be read: {error}")]
    File {
        /// The configuration's key.
        key: &'static str,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// The BankID client can't be set up.
    #[error("bankid: {0}")]
    BankId(#[from] bankid::SetupError),
    /// The bridge's own keys can't be used.
    #[error("keys: {0}")]
    Keys(#[from] keys::KeyError),
}

const DAY: Duration = Duration::from_secs(86_400);

impl Bridge {
    /// Sets everything up; makes no call to BankID.
    ///
    /// # Errors
    ///
    /// [`StartError`] with what is wrong in the configuration.
    pub fn open(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let Settings {
            origin,
            listen:
                ListenSection {
                    trusted_proxies,
                    idle_seconds,
                    ..
                },
            bankid: section,
            keys,
            limits,
            page,
            clients,
            ..
        } = settings;
        let read = |key, path: &std::path::Path| std::fs::read(path).map_err(|error| StartError::File { key, error });
        let bankid = bankid::Client::new(&ClientSettings {
            base_url: section.url,
            certificate_authority: read("bankid.certificate_authority", &section.certificate_authority)?,
            identity: Identity {
                certificate: read("bankid.certificate", &section.certificate)?,
                private_key: section.private_key,
            },
        })?;
        let logotype = page.logotype.map(|path| read("page.logotype", &path)).transpose()?;
        let host = url::Url::parse(origin.as_str())
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default();
        let sign_in = SignInSettings {
            origin: origin.clone(),
            host,
            autostart: AutostartUrls {
                phone: section.autostart_phone,
                desktop: section.autostart_desktop,
            },
            highest_risk: section.highest_risk,
            require_pin: section.require_pin,
            orders_per_minute: limits.orders_per_minute,
            capacity: limits.sign_ins,
        };
        Ok(Self(Arc::new(Context {
            origin,
            clients: Clients::new(clients),
            keys: Keys::open(&keys.folder, DAY * keys.rotate_days, clock.clone())?,
            grants: Grants::new(limits.grants),
            sign_ins: Arc::new(SignIns::new(bankid, clock.clone(), sign_in)),
            assets: Assets::new(logotype.as_deref()),
            trusted_proxies,
            idle: Duration::from_secs(idle_seconds.into()),
            clock,
        })))
    }

    /// Every route, behind the guard.
    pub fn router(&self) -> Router {
        let context = Arc::clone(&self.0);
        let refuse = self.clone();
        web::guard::guard(
            route::routes(self.clone()),
            Guard {
                ids: Ids::new(context.clock.clone()),
                trusted_proxies: context.trusted_proxies.clone(),
                headers: HeaderPolicy::new(&context.origin, route::CONTENT_POLICY),
                // Relying parties call these without a cookie of ours; a browser sent there from another site brings
                // none either, since the cookie is SameSite=Lax.
                origin: OriginRule::new(&context.origin, &["/authorize", "/token", "/userinfo", "/end-session"]),
                idle: context.idle,
                refuse: Arc::new(move |refusal, request, head| route::refuse(&refuse, refusal, request, head)),
            },
        )
    }

    /// Asks BankID about every order that is due, and returns when all answers are in. [`Bridge::run`] does it on its
    /// beat; tests do it by hand.
    pub async fn collect_due(&self) {
        self.0.sign_ins.collect_due().await;
    }

    /// Forgets what has run out and rotates keys. [`Bridge::run`] does it every half minute.
    pub async fn tidy(&self) {
        self.0.sign_ins.sweep().await;
        self.0.grants.sweep(self.0.clock.now());
        if let Err(error) = self.0.keys.rotate() {
            tracing::error!(%error, "the keys can't be rotated");
        }
    }

    /// Works in the background, for as long as it is polled.
    pub async fn run(&self) {
        let mut beat = tokio::time::interval(sign_in::BEAT);
        let mut tidy = tokio::time::interval(Duration::from_secs(30));
        let mut under_way = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                _ = beat.tick() => {
                    // A slow answer holds nobody up: an order that awaits one is not due.
                    let bridge = self.clone();
                    under_way.spawn(async move { bridge.collect_due().await });
                }
                _ = tidy.tick() => {
                    let bridge = self.clone();
                    under_way.spawn(async move { bridge.tidy().await });
                }
                Some(_) = under_way.join_next() => {}
            }
        }
    }
}
