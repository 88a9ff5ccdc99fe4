//! Starting and cancelling orders at BankID.

use bankid::{AuthRequest, CallError, OrderRef, PendingHint, Requirement, VisibleText, Web};

use super::super::secret_token::{self, TokenDigest};
use super::attempt::{Attempt, Order, Phase};
use super::{Failure, SignIns};
use crate::provider::texts;

impl SignIns {
    /// Starts the order that a sign-in in [`Phase::Starting`] waits for.
    pub(super) async fn start_order(&self, key: TokenDigest) {
        let nonce = secret_token::fresh();
        let return_nonce = TokenDigest::of_fresh(&nonce);
        let now = self.clock.now();
        let prepared = self
            .attempts()
            .get_mut(&key, now)
            .and_then(|attempt| match attempt.phase {
                Phase::Starting { asked_at, .. } => Some((self.request(attempt, nonce.expose()), asked_at)),
                _ => None,
            });
        let Some((request, this_start)) = prepared else {
            return;
        };
        let answer = self.bankid.auth(&request).await;
        let now = self.clock.now();
        let abandoned = {
            let mut attempts = self.attempts();
            let waiting = attempts.get_mut(&key, now).and_then(|attempt| match attempt.phase {
                Phase::Starting {
                    method,
                    window_ends,
                    asked_at,
                } if asked_at == this_start => Some((attempt, method, window_ends)),
                _ => None,
            });
            match (waiting, answer) {
                (Some((attempt, method, window_ends)), Ok(started)) => {
                    attempt.phase = Phase::Waiting(Box::new(Order {
                        started,
                        method,
                        started_at: now,
                        window_ends,
                        hint: PendingHint::OutstandingTransaction,
                        asked_at: now,
                        collecting: false,
                        troubled: false,
                        return_nonce,
                        returned: false,
                    }));
                    None
                }
                (Some((attempt, method, _)), Err(error)) => {
                    log(&error, "an order could not be started");
                    attempt.phase = Phase::Failed {
                        failure: Failure::Unavailable,
                        method,
                    };
                    None
                }
                // The person cancelled or chose another way meanwhile.
                (None, Ok(started)) => Some(started.order_ref),
                (None, Err(_)) => None,
            }
        };
        if let Some(order) = abandoned {
            self.cancel_quietly(&order).await;
        }
    }

    fn request(&self, attempt: &Attempt, nonce: &str) -> AuthRequest {
        let client = &attempt.authorization.client;
        let text = texts::visible_text(attempt.language, client.name(), client.purpose(attempt.language));
        // Name and purpose were bounded at the start, so the text always fits.
        let visible = VisibleText::for_auth(&text).ok();
        let origin = &self.settings.origin;
        let back = origin.address_of(&format!("/back/{}/{nonce}", attempt.id.expose()));
        let visitor = &attempt.visitor;
        AuthRequest {
            end_user_ip: visitor.address,
            user_visible_data_format: visible.is_some().then_some(AuthRequest::SIMPLE_MARKDOWN),
            user_visible_data: visible,
            return_url: Some(visitor.own_form_of(&back)),
            return_risk: true,
            web: (!visitor.user_agent.is_empty()).then(|| Web {
                referring_domain: self.settings.host.clone(),
                user_agent: visitor.user_agent.clone(),
                device_identifier: visitor.identifier.clone(),
            }),
            requirement: self.settings.require_pin.then(|| Requirement {
                pin_code: Some(true),
                ..Requirement::default()
            }),
        }
    }

    /// Cancels an order that nobody waits for. If BankID can't be told, the order runs out by itself.
    pub(super) async fn cancel_quietly(&self, order: &OrderRef) {
        if let Err(error) = self.bankid.cancel(order).await {
            log(&error, "an order could not be cancelled");
        }
    }
}

pub(super) fn log(error: &CallError, what: &'static str) {
    let source = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(%error, source, what, "BankID");
}
