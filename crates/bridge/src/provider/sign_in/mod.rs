//! A person signing in: from the relying party's request, through one or several orders at BankID, and back.
//!
//! Owns the sign-ins under way and every call to BankID. Orders are collected here, centrally and on their own beat, no
//! matter how often a page asks. Knows no HTTP and no HTML.

mod attempt;
mod collect;
mod order;
mod view;
mod visitor;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bankid::{AutostartUrls, OrderRef, Risk};
use base::{Clock, SecretString};
use web::store::{Full, Store};
use web::{PublicOrigin, RateLimit};

use attempt::{Attempt, Phase};
pub(crate) use attempt::{Failure, Identified, Method};
pub(crate) use collect::BEAT;
pub(crate) use view::{Shown, View};
pub(crate) use visitor::{DeviceKind, Visitor};

use super::authorization::Authorization;
use super::secret_token::{self, TokenDigest};
use super::texts::Language;

/// How long a sign-in may take as a whole.
pub(crate) const SIGN_IN_LIFETIME: Duration = Duration::from_secs(600);
/// How long orders are renewed quietly, counted from when the person last asked for one.
pub(crate) const WINDOW: Duration = Duration::from_secs(180);

/// How long a request waits for BankID before its page says that we wait.
const PATIENCE: Duration = Duration::from_secs(3);

/// How sign-ins are done.
pub(crate) struct SignInSettings {
    pub(crate) origin: PublicOrigin,
    /// The origin's host name, for BankID.
    pub(crate) host: String,
    pub(crate) autostart: AutostartUrls,
    pub(crate) highest_risk: Risk,
    pub(crate) require_pin: bool,
    pub(crate) orders_per_minute: u32,
    pub(crate) capacity: usize,
}

/// The sign-ins under way.
pub(crate) struct SignIns {
    bankid: bankid::Client,
    clock: Clock,
    settings: SignInSettings,
    attempts: Mutex<Store<TokenDigest, Attempt>>,
    orders: RateLimit,
}

/// A sign-in that has begun.
pub(crate) struct Begun {
    /// Names it in addresses.
    pub(crate) id: SecretString,
    /// For the browser's cookie.
    pub(crate) browser: SecretString,
}

/// A sign-in can't begin now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Busy {
    /// This address started too many.
    Address,
    /// Everybody together did.
    Everybody,
}

/// Which sign-in a request is about, and from which browser: both must fit.
#[derive(Clone, Copy)]
pub(crate) struct Claimed<'a> {
    pub(crate) id: &'a str,
    pub(crate) browser: Option<&'a str>,
}

/// What became of the return address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Return {
    /// The browser that began came back.
    Home,
    /// Another browser did.
    Elsewhere,
}

impl SignIns {
    pub(crate) fn new(bankid: bankid::Client, clock: Clock, settings: SignInSettings) -> Self {
        Self {
            bankid,
            clock,
            attempts: Mutex::new(Store::new(settings.capacity)),
            orders: RateLimit::per_minute(settings.orders_per_minute),
            settings,
        }
    }

    fn attempts(&self) -> MutexGuard<'_, Store<TokenDigest, Attempt>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_order(&self, visitor: &Visitor) -> bool {
        self.orders.take(Some(visitor.address), self.clock.now()).is_ok()
    }

    /// Begins a sign-in and starts its first order: on a phone for the app there, elsewhere for a QR code.
    pub(crate) async fn begin(
        self: &Arc<Self>,
        authorization: Authorization,
        visitor: Visitor,
        language: Language,
        browser: Option<&str>,
    ) -> Result<Begun, Busy> {
        if !self.take_order(&visitor) {
            return Err(Busy::Address);
        }
        let now = self.clock.now();
        let (id, browser) = (secret_token::fresh(), self.browser(browser));
        let method = match visitor.device {
            DeviceKind::Phone => Method::ThisDevice,
            DeviceKind::Desktop => Method::Qr,
        };
        let attempt = Attempt {
            id: id.clone(),
            authorization,
            visitor: visitor.with_identifier(&browser),
            language,
            browser: TokenDigest::of_fresh(&browser),
            phase: Phase::starting(method, now),
        };
        let key = TokenDigest::of_fresh(&id);
        self.attempts()
            .insert(key, attempt, now, SIGN_IN_LIFETIME)
            .map_err(|Full| Busy::Everybody)?;
        self.order_soon(key, None).await;
        Ok(Begun { id, browser })
    }

    /// Several tabs of a browser share its cookie; a browser with nothing under way gets a new one.
    fn browser(&self, cookie: Option<&str>) -> SecretString {
        let known = cookie.and_then(TokenDigest::of).is_some_and(|digest| {
            let now = self.clock.now();
            self.attempts()
                .iter_mut(now)
                .any(|(_, attempt)| attempt.browser == digest)
        });
        match cookie {
            Some(cookie) if known => SecretString::new(cookie.to_owned()),
            _ => secret_token::fresh(),
        }
    }

    /// Runs `act` on the sign-in if the browser is the one that began it.
    fn with<T>(&self, claimed: Claimed<'_>, act: impl FnOnce(TokenDigest, &mut Attempt) -> T) -> Option<T> {
        let key = TokenDigest::of(claimed.id)?;
        let browser = TokenDigest::of(claimed.browser?)?;
        let now = self.clock.now();
        let mut attempts = self.attempts();
        let attempt = attempts.get_mut(&key, now)?;
        (attempt.browser == browser).then(|| act(key, attempt))
    }

    /// What the page shows now. `None` when there is no such sign-in in this browser.
    pub(crate) fn view(&self, claimed: Claimed<'_>) -> Option<View> {
        let now = self.clock.now();
        self.with(claimed, |_, attempt| view::of(attempt, &self.settings.autostart, now))
    }

    /// Starts anew, by this method; the order under way is cancelled. `None` when there is no such sign-in.
    pub(crate) async fn start(self: &Arc<Self>, claimed: Claimed<'_>, method: Method) -> Option<()> {
        let now = self.clock.now();
        let visitor = self.with(claimed, |_, attempt| attempt.visitor.clone())?;
        let allowed = self.take_order(&visitor);
        let (key, abandoned) = self.with(claimed, |key, attempt| {
            if attempt.is_over() {
                return (key, None);
            }
            let abandoned = attempt.abandon();
            attempt.phase = if allowed {
                Phase::starting(method, now)
            } else {
                Phase::Failed {
                    failure: Failure::TooMany,
                    method,
                }
            };
            (key, abandoned)
        })?;
        self.order_soon(key, abandoned).await;
        Some(())
    }

    /// Cancels the order that was left and starts the one that is waited for. Waits a little for BankID; when it is slow
    /// the page says so, and neither a browser that goes away nor one that asks again disturbs what is under way.
    async fn order_soon(self: &Arc<Self>, key: TokenDigest, abandoned: Option<OrderRef>) {
        let this = Arc::clone(self);
        let under_way = tokio::spawn(async move {
            let cancel = async {
                if let Some(order) = abandoned {
                    this.cancel_quietly(&order).await;
                }
            };
            futures::join!(cancel, this.start_order(key));
        });
        // Only waiting ends with the time: the task goes on.
        let _waited = tokio::time::timeout(PATIENCE, under_way).await;
    }

    /// Gives the person three more minutes.
    pub(crate) fn extend(&self, claimed: Claimed<'_>) -> Option<()> {
        let now = self.clock.now();
        self.with(claimed, |_, attempt| attempt.extend(now))
    }

    /// Changes the language of the pages.
    pub(crate) fn speak(&self, claimed: Claimed<'_>, language: Language) -> Option<()> {
        self.with(claimed, |_, attempt| attempt.language = language)
    }

    /// Ends the sign-in because the person wants to. Gives the request, to answer the relying party.
    pub(crate) async fn cancel(&self, claimed: Claimed<'_>) -> Option<Authorization> {
        let (authorization, abandoned) = self.with(claimed, |_, attempt| {
            let abandoned = attempt.abandon();
            let open = !attempt.is_over();
            attempt.phase = Phase::Finished;
            (open.then(|| attempt.authorization.clone()), abandoned)
        })?;
        if let Some(order) = abandoned {
            self.cancel_quietly(&order).await;
        }
        authorization
    }

    /// The app sent a browser to the return address.
    pub(crate) async fn come_back(self: &Arc<Self>, claimed: Claimed<'_>, nonce: &str) -> Return {
        let Some(nonce) = TokenDigest::of(nonce) else {
            return Return::Elsewhere;
        };
        let now = self.clock.now();
        let Some(due) = self.with(claimed, |key, attempt| {
            attempt.come_back(nonce);
            attempt.take_due(now).map(|order| (key, order))
        }) else {
            return Return::Elsewhere;
        };
        if let Some((key, order)) = due {
            let this = Arc::clone(self);
            let under_way = tokio::spawn(async move { this.collect_one(key, order).await });
            let _waited = tokio::time::timeout(PATIENCE, under_way).await;
        }
        Return::Home
    }

    /// Takes the person out of a sign-in that is complete. Once; `None` otherwise.
    pub(crate) fn finish(&self, claimed: Claimed<'_>) -> Option<(Authorization, Identified)> {
        self.with(claimed, |_, attempt| {
            attempt
                .finish()
                .map(|identified| (attempt.authorization.clone(), identified))
        })
        .flatten()
    }
}
