//! Where the log goes by itself: each receiver, how far it has come, and what went wrong last.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{AuditReceiverKind, AuditReceiverState, HandoverFailure};

use crate::component::icon;
use crate::texts::{Texts, dates};

/// To whom the log goes by itself, and how far it has come.
pub(super) fn receivers(
    texts: &'static Texts,
    receivers: &[AuditReceiverState],
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let body = if receivers.is_empty() {
        "audit-receivers-none"
    } else {
        "audit-receivers-body"
    };
    let cards: Vec<_> = receivers
        .iter()
        .map(|receiver| receiver_card(texts, receiver, time_zone))
        .collect();
    view! {
        <section>
            <h2>{texts.get("audit-receivers-title")}</h2>
            <p>{texts.get(body)}</p>
            {(!cards.is_empty()).then(|| view! { <ul class="cards">{cards}</ul> })}
        </section>
    }
}

/// One of them.
pub(super) fn receiver_card(
    texts: &'static Texts,
    receiver: &AuditReceiverState,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let what = match receiver.kind {
        AuditReceiverKind::Syslog => "audit-receiver-syslog",
        AuditReceiverKind::Bucket => "audit-receiver-bucket",
        AuditReceiverKind::Webhook => "audit-receiver-webhook",
    };
    let (all, some) = match receiver.kind {
        AuditReceiverKind::Syslog => ("audit-receiver-all", "audit-receiver-some"),
        AuditReceiverKind::Bucket | AuditReceiverKind::Webhook => ("audit-receiver-newest", "audit-receiver-older"),
    };
    let far = match receiver.row {
        0 => texts.get("audit-receiver-nothing"),
        row if row == receiver.last => texts.with(all, &[("row", row.to_string().into())]),
        row => texts.with(
            some,
            &[
                ("row", row.to_string().into()),
                ("last", receiver.last.to_string().into()),
            ],
        ),
    };
    let told = |key: &str, at: Timestamp| {
        let at = dates::day_and_time(texts, at, time_zone);
        texts.with(key, &[("at", at.into())])
    };
    let succeeded = receiver.succeeded_at.map(|at| told("audit-receiver-succeeded", at));
    let waiting = receiver.waiting_since.map(|at| told("audit-receiver-waiting", at));
    let failed = receiver.failure.map(|(failure, at)| {
        view! {
            <div class="notice wrong">
                {icon("info")}
                <p>
                    {told("audit-receiver-failed", at)} " " {failure_words(texts, receiver.kind, failure)} " "
                    {texts.get("audit-receiver-again")}
                </p>
            </div>
        }
    });
    view! {
        <li class="card">
            <h3>{receiver.place.clone()}</h3>
            <ul class="facts">
                <li>{texts.get(what)}</li>
                <li>{far}</li>
                {succeeded.map(|succeeded| view! { <li>{succeeded}</li> })}
                {waiting.map(|waiting| view! { <li>{waiting}</li> })}
            </ul>
            {failed}
        </li>
    }
}

/// What happened, and what to do about it.
fn failure_words(texts: &Texts, kind: AuditReceiverKind, failure: HandoverFailure) -> String {
    let is_webhook = matches!(kind, AuditReceiverKind::Webhook);
    let key = match failure {
        HandoverFailure::Answered(status) => {
            let key = if matches!(status, 301 | 302 | 303 | 307 | 308) {
                "audit-receiver-redirected"
            } else {
                "audit-receiver-answered"
            };
            return texts.with(key, &[("status", status.to_string().into())]);
        }
        HandoverFailure::Refused if matches!(kind, AuditReceiverKind::Bucket) => "audit-receiver-denied",
        HandoverFailure::Refused if is_webhook => "audit-receiver-webhook-refused",
        HandoverFailure::Unreachable if is_webhook => "audit-receiver-webhook-unreachable",
        HandoverFailure::NotLocked => "audit-receiver-not-locked",
        HandoverFailure::OtherHistory => "audit-receiver-other-history",
        HandoverFailure::Unreachable => "audit-receiver-unreachable",
        HandoverFailure::NotAllowed => "audit-receiver-not-allowed",
        HandoverFailure::Certificate => "audit-receiver-certificate",
        HandoverFailure::Refused => "audit-receiver-refused",
        HandoverFailure::BrokenOff => "audit-receiver-broken-off",
        HandoverFailure::TimedOut => "audit-receiver-timed-out",
        HandoverFailure::NotAsWritten => "audit-receiver-not-as-written",
        HandoverFailure::Inside => "audit-receiver-inside",
    };
    texts.get(key)
}
