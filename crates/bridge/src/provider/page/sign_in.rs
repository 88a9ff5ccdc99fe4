//! The page where a person identifies.

use maud::{Markup, html};
use serde::Serialize;
use web::QrImage;

use super::layout::Frame;
use crate::provider::sign_in::{DeviceKind, Failure, Method, Shown, View};
use crate::provider::texts::{self, Texts};

/// What changes on the page while an order is pending; the script gets the same as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Live {
    /// `order` while one is pending; anything else is another page, which the script loads.
    pub(crate) state: &'static str,
    /// What the person should do now.
    pub(crate) message: String,
    pub(crate) qr: Option<QrImage>,
    pub(crate) open: Option<String>,
    /// The label of the link that opens the app.
    pub(crate) open_label: &'static str,
    /// How much time is left, in words that change seldom enough to be read out.
    pub(crate) time: String,
    /// Whether to offer more time.
    pub(crate) more_time: bool,
}

/// Under this many seconds more time is offered.
const OFFER_MORE_TIME: u64 = 60;

impl Live {
    pub(crate) fn of(view: View) -> Self {
        let texts = view.language.texts();
        let nothing = |state| Self {
            state,
            message: String::new(),
            qr: None,
            open: None,
            open_label: "",
            time: String::new(),
            more_time: false,
        };
        match view.shown {
            Shown::Starting => Self {
                message: texts.starting.to_owned(),
                ..nothing("order")
            },
            Shown::Waiting {
                hint,
                qr,
                open,
                seconds_left,
                troubled,
            } => Self {
                state: "order",
                message: if troubled {
                    texts.troubled.to_owned()
                } else {
                    texts::pending(view.language, hint, view.method).to_owned()
                },
                // With a code or an unopened app the person has still to begin, and time matters.
                time: if qr.is_some() || is_unopened(hint) {
                    time(texts, seconds_left)
                } else {
                    String::new()
                },
                more_time: seconds_left <= OFFER_MORE_TIME && is_unopened(hint),
                qr: qr.and_then(QrImage::of),
                open,
                open_label: match (is_unopened(hint), view.device) {
                    (false, _) => texts.open_again,
                    (true, DeviceKind::Phone) => texts.open_phone,
                    (true, DeviceKind::Desktop) => texts.open_desktop,
                },
            },
            Shown::AwaitingReturn => nothing("awaiting-return"),
            Shown::Complete => nothing("complete"),
            Shown::Failed(_) => nothing("failed"),
            Shown::Finished => nothing("finished"),
        }
    }
}

const fn is_unopened(hint: bankid::PendingHint) -> bool {
    use bankid::PendingHint::{NoClient, OutstandingTransaction, Unknown};
    matches!(hint, OutstandingTransaction | NoClient | Unknown)
}

/// Whole minutes, then 60, 30 and 10 seconds: a screen reader says it five times and not 180.
fn time(texts: &Texts, seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    if minutes > 1 {
        return texts::fill(texts.time_left, "minutes", &minutes.to_string());
    }
    let rounded = match seconds {
        31.. => "60",
        11..=30 => "30",
        _ => "10",
    };
    texts::fill(texts.time_left_seconds, "seconds", rounded)
}

/// The page, for the sign-in at `path`.
pub(crate) fn sign_in(frame: &Frame<'_>, path: &str, view: View) -> Markup {
    let texts = view.language.texts();
    let name = view.client.name().to_owned();
    let lead = texts::fill(texts.lead, "purpose", view.client.purpose(view.language));
    let title = texts::fill(texts.title, "client", &name);
    let (method, device) = (view.method, view.device);
    match view.shown {
        Shown::Failed(failure) => failed(frame, path, view.language.texts(), failure, method),
        Shown::AwaitingReturn => frame.page(
            texts.awaiting_return_title,
            true,
            &html! {
                h1 { (texts.awaiting_return_title) }
                p.lead { (texts.awaiting_return) }
                (start_button(path, Method::Qr, texts.use_qr, true))
                (cancel(path, texts))
            },
        ),
        Shown::Finished => frame.page(
            texts.finished_title,
            false,
            &html! {
                h1 { (texts.finished_title) }
                p.lead { (texts.finished) }
            },
        ),
        Shown::Complete => frame.page(
            &title,
            false,
            &html! {
                h1 { (texts.complete) }
                p { a.button href=(path) { (texts.continue_) } }
            },
        ),
        Shown::Starting | Shown::Waiting { .. } => {
            let live = Live::of(view);
            frame.page(
                &title,
                false,
                &html! {
                    h1 { (title) }
                    p.lead { (lead) }
                    (order(path, texts, method, &live))
                    (other_way(path, texts, method, device))
                    p.warning { (texts.warning) }
                    (cancel(path, texts))
                },
            )
        }
    }
}

fn order(path: &str, texts: &Texts, method: Method, live: &Live) -> Markup {
    html! {
        div.order.scan[method == Method::Qr] data-status={ (path) "/status" } {
            @if method == Method::ThisDevice {
                a #open .button.big href=[live.open.as_deref()] hidden[live.open.is_none()] { (live.open_label) }
            } @else {
                figure #qr hidden[live.qr.is_none()] data-text=[live.qr.as_ref().map(|qr| qr.text.as_str())] {
                    svg role="img" aria-label=(texts.qr_alternative) shape-rendering="crispEdges"
                        viewBox=[live.qr.as_ref().map(|qr| qr.view_box.as_str())] {
                        path d=[live.qr.as_ref().map(|qr| qr.path.as_str())] {}
                    }
                }
            }
            div {
                p #message .message role="status" { (live.message) }
                p #time .time role="status" { (live.time) }
                form #more method="post" action={ (path) "/extend" } hidden[!live.more_time] {
                    button.quiet { (texts.more_time) }
                }
                @if method == Method::Qr {
                    div #steps hidden[live.qr.is_none()] {
                        ol { @for step in texts.qr_steps { li { (step) } } }
                        p.help { (texts.qr_help) }
                    }
                }
            }
        }
    }
}

fn other_way(path: &str, texts: &Texts, method: Method, device: DeviceKind) -> Markup {
    match (method, device) {
        (Method::ThisDevice, _) => start_button(path, Method::Qr, texts.use_qr, false),
        (Method::Qr, DeviceKind::Phone) => start_button(path, Method::ThisDevice, texts.use_phone, false),
        (Method::Qr, DeviceKind::Desktop) => start_button(path, Method::ThisDevice, texts.use_desktop, false),
    }
}

fn failed(frame: &Frame<'_>, path: &str, texts: &Texts, failure: Failure, method: Method) -> Markup {
    let other = match method {
        Method::ThisDevice => (Method::Qr, texts.use_qr),
        Method::Qr => (Method::ThisDevice, texts.use_phone),
    };
    frame.page(
        texts.failed_title,
        true,
        &html! {
            h1 { (texts.failed_title) }
            p.lead role="alert" { (texts::failure(frame.language, failure)) }
            (start_button(path, method, texts.again, true))
            (start_button(path, other.0, other.1, false))
            (cancel(path, texts))
        },
    )
}

fn start_button(path: &str, method: Method, label: &str, main: bool) -> Markup {
    html! {
        form method="post" action={ (path) "/start" } {
            button.big[main].secondary[!main] name="method" value=(method.word()) { (label) }
        }
    }
}

fn cancel(path: &str, texts: &Texts) -> Markup {
    html! {
        form method="post" action={ (path) "/cancel" } {
            button.quiet { (texts.cancel) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::texts::Language;

    #[test]
    fn the_time_left_is_said_seldom() {
        let texts = Language::English.texts();
        let mut said: Vec<String> = (0..=180).rev().map(|seconds| time(texts, seconds)).collect();
        said.dedup();
        assert_eq!(
            said,
            [
                "You have 3 minutes.",
                "You have 2 minutes.",
                "You have 60 seconds left.",
                "You have 30 seconds left.",
                "You have 10 seconds left."
            ]
        );
    }
}
