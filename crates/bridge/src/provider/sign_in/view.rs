//! What a page may know of a sign-in.

use std::sync::Arc;

use bankid::{AutostartUrls, PendingHint, qr};
use base::Timestamp;

use super::attempt::{Attempt, Phase};
use super::{DeviceKind, Failure, Method};
use crate::provider::client::Client;
use crate::provider::texts::Language;

/// A sign-in as its page shows it.
pub(crate) struct View {
    pub(crate) client: Arc<Client>,
    pub(crate) redirect_uri: String,
    pub(crate) language: Language,
    pub(crate) device: DeviceKind,
    /// The method in use, or last used.
    pub(crate) method: Method,
    pub(crate) shown: Shown,
}

/// The page's main part.
pub(crate) enum Shown {
    /// An order is on its way.
    Starting,
    /// An order waits.
    Waiting {
        hint: PendingHint,
        /// The QR code's text, while there is something to scan.
        qr: Option<String>,
        /// The link that opens the app on this device.
        open: Option<String>,
        /// Seconds until quiet renewal ends.
        seconds_left: u64,
        /// BankID answered the last question with an error that may pass.
        troubled: bool,
    },
    /// The person is known, but has not come back to this browser.
    AwaitingReturn,
    /// The relying party may have its answer.
    Complete,
    /// It stopped.
    Failed(Failure),
    /// The relying party has its answer, in another tab.
    Finished,
}

pub(super) fn of(attempt: &Attempt, autostart: &AutostartUrls, now: Timestamp) -> View {
    let (method, shown) = match &attempt.phase {
        Phase::Starting { method, .. } => (*method, Shown::Starting),
        Phase::Waiting(order) => {
            let started = &order.started;
            let (code, open) = match order.method {
                Method::Qr => {
                    let seconds = now.since(order.started_at).as_secs();
                    let code = || qr::text(&started.qr_start_token, &started.qr_start_secret, seconds);
                    (order.is_unopened().then(code), None)
                }
                Method::ThisDevice => {
                    let link = match attempt.visitor.device {
                        DeviceKind::Phone => autostart.on_phone(&started.auto_start_token),
                        DeviceKind::Desktop => autostart.on_desktop(&started.auto_start_token),
                    };
                    (None, Some(link))
                }
            };
            let shown = Shown::Waiting {
                hint: order.hint,
                qr: code,
                open,
                seconds_left: order.window_ends.since(now).as_secs(),
                troubled: order.troubled,
            };
            (order.method, shown)
        }
        Phase::Identified { method, .. } => {
            let complete = attempt.is_complete();
            (
                *method,
                if complete {
                    Shown::Complete
                } else {
                    Shown::AwaitingReturn
                },
            )
        }
        Phase::Failed { failure, method } => (*method, Shown::Failed(*failure)),
        Phase::Finished => (Method::Qr, Shown::Finished),
    };
    View {
        client: Arc::clone(&attempt.authorization.client),
        redirect_uri: attempt.authorization.redirect_uri.clone(),
        language: attempt.language,
        device: attempt.visitor.device,
        method,
        shown,
    }
}
