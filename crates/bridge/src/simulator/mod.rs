//! `bankid-simulator`: BankID's side of the Relying Party API, for development and tests.
//!
//! Speaks the API over mutual TLS with a certificate authority of its own, plays the person's phone on a page, and
//! misbehaves when told to over a control API. Written from the API's documentation and not from our client, so that one's
//! mistakes don't hide the other's; they share the QR code's arithmetic alone, which has a documented example.

mod api;
mod behaviour;
pub mod certificates;
mod control;
mod order;
mod orders;
mod people;
mod phone;
mod settings;
mod tls;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse as _;
use base::{Clock, Ids};
use http::StatusCode;
use web::{Guard, HeaderPolicy, OriginRule, PublicOrigin, Refusal};

pub use settings::{ApiSection, SOURCE as SETTINGS_SOURCE, Settings};
pub use tls::{TlsError, serve_api};

use behaviour::Behaviour;
use orders::Orders;

/// The simulator. Cloning shares it.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    clock: Clock,
    origin: PublicOrigin,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    orders: Orders,
    behaviour: Behaviour,
}

impl Simulator {
    /// A simulator without orders, whose phone page browsers reach at `origin`.
    #[must_use]
    pub fn new(origin: PublicOrigin, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            origin,
            state: Mutex::default(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Relying Party API, to be served with [`serve_api`].
    pub fn api(&self) -> Router {
        api::routes(self.clone())
    }

    /// The phone page and the control API, for loopback.
    pub fn phone(&self) -> Router {
        let origin = &self.0.origin;
        web::guard::guard(
            phone::routes(self.clone()).merge(control::routes(self.clone())),
            Guard {
                ids: Ids::new(self.0.clock.clone()),
                trusted_proxies: Vec::new(),
                headers: HeaderPolicy::new(
                    origin,
                    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                ),
                origin: OriginRule::new(origin, &["/control/"]),
                idle: Duration::from_secs(60),
                refuse: Arc::new(|refusal, _, _| match refusal {
                    Refusal::ForeignOrigin => StatusCode::FORBIDDEN.into_response(),
                    Refusal::Panicked => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                }),
            },
        )
    }
}
