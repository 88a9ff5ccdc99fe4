//! Checkpoints to the addresses that organisations chose. Whoever chose one must not learn of the operator's networks by it, so the way out is
//! the one of everything whose address somebody outside chose: what a name leads to is judged when it is connected to, no redirect is
//! followed, and of the answer the status alone is read.
//!
//! An address may hold a secret of its receiver, and neither it nor what the network says of it is logged.

use std::error::Error;
use std::io;
use std::time::Duration;

use http::{Request, StatusCode, header};
use portal::{HandoverFailure, HandoverOutcome, Portal, TakenHandover, WebhookAddress, WebhookDelivery};
use reqwest::Certificate;
use tokio_rustls::rustls;

use crate::answer::log_error;
use crate::config::{Config, certificates};
use crate::fetch::{Destinations, Http, HttpError, HttpLimits};

/// No address can be gone to.
#[derive(Debug, thiserror::Error)]
pub enum WebhookProblem {
    /// The authorities that are to be trusted can't be used.
    #[error("the certificates that are to be trusted can't be read")]
    Authorities,
    /// The HTTP client can't be made.
    #[error("no client for webhooks can be made")]
    Client(#[source] reqwest::Error),
}

/// The way to all webhooks.
#[derive(Debug)]
pub struct Webhooks {
    http: Http,
}

impl Webhooks {
    /// How much is borne of an address; far less than what the portal leases a handover for.
    pub const LIMITS: HttpLimits = HttpLimits {
        total: Duration::from_secs(10),
        max_bytes: 0,
    };

    /// The way, as far as the configuration lets it lead.
    ///
    /// # Errors
    ///
    /// [`WebhookProblem`].
    pub fn new(config: &Config, limits: HttpLimits) -> Result<Self, WebhookProblem> {
        let trusted = match &config.audit.webhook.authorities {
            Some(pem) => certificates(pem).ok_or(WebhookProblem::Authorities)?,
            None => Vec::new(),
        };
        let trusted: Result<Vec<_>, _> = trusted.iter().map(|der| Certificate::from_der(der)).collect();
        let trusted = trusted.map_err(|_| WebhookProblem::Authorities)?;
        let http = Http::trusting(trusted, limits, destinations(config)).map_err(WebhookProblem::Client)?;
        Ok(Self { http })
    }

    /// Hands over the first of what was taken.
    pub(super) async fn hand_over(&self, portal: &Portal, taken: &TakenHandover) -> HandoverOutcome {
        let WebhookDelivery { address, row, body } = match portal.audit_webhook_delivery(taken).await {
            Ok(Some(delivery)) => delivery,
            Ok(None) => return HandoverOutcome::GivenBack,
            Err(fault) => {
                log_error("a checkpoint could not be read for a webhook", &fault);
                return HandoverOutcome::Failed(HandoverFailure::Inside);
            }
        };
        match self.post(&address, body).await {
            Ok(()) => HandoverOutcome::HandedOver(row),
            Err(failure) => HandoverOutcome::Failed(failure),
        }
    }

    async fn post(&self, address: &WebhookAddress, body: Vec<u8>) -> Result<(), HandoverFailure> {
        let request = Request::post(address.url().as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|_| HandoverFailure::Inside)?;
        let answered = self.http.send_for_status(request).await;
        outcome(answered.map_err(|error| failure(&error, address))?)
    }
}

/// Where webhooks may lead.
pub(crate) fn destinations(config: &Config) -> Destinations {
    Destinations {
        networks: config.audit.webhook.allowed_networks.clone(),
        loopback: false,
    }
}

/// Whether the receiver has it, by what it answered. A redirect is an answer like any other.
fn outcome(status: StatusCode) -> Result<(), HandoverFailure> {
    if status.is_success() {
        Ok(())
    } else {
        Err(HandoverFailure::Answered(status.as_u16()))
    }
}

fn failure(error: &HttpError, address: &WebhookAddress) -> HandoverFailure {
    match error {
        HttpError::NotAllowed(_) if address.url().domain().is_some() => {
            tracing::warn!("a webhook leads to a network that audit.webhook.allowed_networks does not name");
            // What an inner name leads to is nobody's business: it looks like a name that does not answer.
            HandoverFailure::Unreachable
        }
        HttpError::NotAllowed(_) => HandoverFailure::NotAllowed,
        HttpError::Connection(error) if error.is_timeout() => HandoverFailure::TimedOut,
        HttpError::Connection(error) => match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
                HandoverFailure::Certificate
            }
            Some(_) => HandoverFailure::Refused,
            None if error.is_connect() => HandoverFailure::Unreachable,
            None => HandoverFailure::BrokenOff,
        },
        HttpError::Request(_) | HttpError::TooLong(_) | HttpError::Redirect => HandoverFailure::Inside,
    }
}

/// What TLS says, wherever it stands among the causes.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut cause = Some(error);
    while let Some(inside) = cause {
        if let Some(tls) = inside.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        // An error of input and output names the cause of what it holds, and not what it holds.
        let held = inside.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match held {
            Some(held) => Some(held),
            None => inside.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_has_it_when_it_says_so_and_no_redirect_does() {
        for (status, expected) in [
            (200, Ok(())),
            (202, Ok(())),
            (204, Ok(())),
            (301, Err(HandoverFailure::Answered(301))),
            (304, Err(HandoverFailure::Answered(304))),
            (308, Err(HandoverFailure::Answered(308))),
            (401, Err(HandoverFailure::Answered(401))),
            (410, Err(HandoverFailure::Answered(410))),
            (503, Err(HandoverFailure::Answered(503))),
        ] {
            assert_eq!(outcome(StatusCode::from_u16(status).unwrap()), expected, "{status}");
        }
    }
}
