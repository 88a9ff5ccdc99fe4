//! The organisation's audit log: what happened, the latest first, its newest checkpoint, the way to an export, to whom it
//! goes by itself, and the webhook that its checkpoints go to.

use std::collections::HashMap;

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{AuditEvent, AuditEvents, AuditReceiverKind, AuditReceiverState, HandoverFailure};

use crate::component::form::{Field, Kind, confirm_first, title};
use crate::component::{icon, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// What an admin fills in to let checkpoints go to a webhook.
#[derive(Clone, Debug, Default)]
pub struct WebhookForm {
    /// The address, when it was filled in.
    pub address: String,
    /// What was wrong.
    pub problem: Option<WebhookFormProblem>,
}

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookFormProblem {
    /// It is no address of a webhook.
    Address,
    /// The operator lets nobody be sent there.
    NotAllowed,
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// The page. `names` are those of the organisation's staff and systems by their ids; `is_first` says that nothing newer was left out; there is a
/// form for who may decide about the webhook.
#[must_use]
pub fn audit_page(
    layout: &Layout,
    log: &AuditEvents,
    names: &HashMap<String, String>,
    is_first: bool,
    form: Option<&WebhookForm>,
    flash: Option<Flash>,
    time_zone: &TimeZone,
) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let entries: Vec<_> = log
        .events
        .iter()
        .map(|event| entry(texts, event, names, time_zone))
        .collect();
    let older = log.older_than.map(|row| format!("/staff/audit?older-than={row}"));
    let files = is_first.then(|| {
        let files = files(texts, log.checkpoint, time_zone);
        view! {
            {files}
            {receivers(texts, &log.receivers, time_zone)}
            {webhook(texts, log.webhook.as_ref(), form, time_zone)}
        }
    });
    let problem = form.and_then(|form| form.problem);
    let confirm = (problem == Some(WebhookFormProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let head = Head::plain(title(texts, "audit-title", problem.is_some()));
    render(layout, head, move || {
        view! {
            {told}
            {confirm}
            <h1>{texts.get("audit-title")}</h1>
            {files}
            {if entries.is_empty() {
                view! {
                    <section>
                        <div class="empty">
                            {icon("mark")}
                            <h2>{texts.get("audit-empty")}</h2>
                        </div>
                    </section>
                }
                    .into_any()
            } else {
                view! {
                    <section>
                        <p class="lead">{texts.get("audit-lead")}</p>
                        <ul class="cards">{entries}</ul>
                    </section>
                }
                    .into_any()
            }}
            <nav class="pages" aria-label=texts.get("audit-pages")>
                {(!is_first).then(|| view! { <a class="button quiet" href="/staff/audit">{texts.get("audit-latest")}</a> })}
                {older.map(|older| view! { <a class="button quiet" href=older>{texts.get("audit-older")}</a> })}
            </nav>
        }
    })
}

/// What can be taken away: the newest checkpoint, and everything.
fn files(texts: &'static Texts, checkpoint: Option<(u64, Timestamp)>, time_zone: &TimeZone) -> impl IntoView + use<> {
    let latest = checkpoint.map(|(row, at)| {
        let at = dates::day_and_time(texts, at, time_zone);
        texts.with(
            "audit-checkpoint-latest",
            &[("row", row.to_string().into()), ("at", at.into())],
        )
    });
    let get = latest.is_some().then(|| {
        view! {
            <p>
                <a class="button quiet" href="/staff/audit/checkpoint">
                    {texts.get("audit-checkpoint-get")}
                </a>
            </p>
        }
    });
    view! {
        <section>
            <h2>{texts.get("audit-checkpoint-title")}</h2>
            <p>{texts.get("audit-checkpoint-body")}</p>
            <p>{latest.unwrap_or_else(|| texts.get("audit-checkpoint-none"))}</p>
            {get}
        </section>
        <section>
            <h2>{texts.get("audit-export-title")}</h2>
            <p>{texts.get("audit-export-body")}</p>
            <p>
                <a class="button quiet" href="/staff/audit/export">
                    {texts.get("audit-export-get")}
                </a>
            </p>
        </section>
    }
}

/// To whom the log goes by itself, and how far it has come.
fn receivers(texts: &'static Texts, receivers: &[AuditReceiverState], time_zone: &TimeZone) -> impl IntoView + use<> {
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

/// To which webhook checkpoints go, how far it has come, and the forms that change it.
fn webhook(
    texts: &'static Texts,
    state: Option<&AuditReceiverState>,
    form: Option<&WebhookForm>,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let is_set = state.is_some();
    let card = state.map(|state| {
        let card = receiver_card(texts, state, time_zone);
        view! { <ul class="cards">{card}</ul> }
    });
    let set = form.map(|form| webhook_form(texts, is_set, form));
    let remove = (is_set && form.is_some()).then(|| {
        view! {
            <form method="post" action="/staff/audit/webhook/remove" class="actions">
                <button class="button quiet">{texts.get("audit-webhook-remove")}</button>
            </form>
        }
    });
    view! {
        <section aria-labelledby="webhook">
            <h2 id="webhook">{texts.get("audit-webhook-title")}</h2>
            <p>{texts.get("audit-webhook-body")}</p>
            {(!is_set).then(|| view! { <p>{texts.get("audit-webhook-none")}</p> })}
            {card}
            {set}
            {remove}
        </section>
    }
}

fn webhook_form(texts: &'static Texts, is_set: bool, form: &WebhookForm) -> impl IntoView + use<> {
    let wrong = match form.problem {
        Some(WebhookFormProblem::Address) => Some("audit-webhook-address-wrong"),
        Some(WebhookFormProblem::NotAllowed) => Some("audit-webhook-address-not-allowed"),
        Some(WebhookFormProblem::ConfirmFirst) | None => None,
    };
    let label = if is_set {
        "audit-webhook-address-new"
    } else {
        "audit-webhook-address"
    };
    let address = Field::new("address", Kind::WebAddress, texts.get(label))
        .hint(texts.get("audit-webhook-address-hint"))
        .value(&form.address)
        .problem(wrong.map(|wrong| texts.get(wrong)));
    view! {
        <form method="post" action="/staff/audit/webhook" class="form" novalidate>
            {address.view()} <button class="button quiet">{texts.get("audit-webhook-save")}</button>
        </form>
    }
}

fn receiver_card(texts: &'static Texts, receiver: &AuditReceiverState, time_zone: &TimeZone) -> impl IntoView + use<> {
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
        HandoverFailure::Inside => "audit-receiver-inside",
    };
    texts.get(key)
}

fn entry(
    texts: &'static Texts,
    event: &AuditEvent,
    names: &HashMap<String, String>,
    time_zone: &TimeZone,
) -> impl IntoView + use<> {
    let what = audit_words(texts, &event.action);
    let at = dates::day_and_time(texts, event.at, time_zone);
    let row = texts.with("audit-row", &[("row", event.row.to_string().into())]);
    let from = event
        .address
        .clone()
        .map(|address| texts.with("audit-from", &[("address", address.into())]));
    let about = event
        .target
        .clone()
        .map(|id| texts.with("audit-about", &[("id", id.into())]));
    view! {
        <li class="card">
            <h2>{what}</h2>
            <ul class="facts">
                <li>{at}</li>
                <li>{who(texts, event, names)}</li>
                {from.map(|from| view! { <li>{from}</li> })}
                {about.map(|about| view! { <li>{about}</li> })}
                <li>{row}</li>
            </ul>
        </li>
    }
}

/// What was done, in words.
pub(crate) fn audit_words(texts: &Texts, action: &str) -> String {
    match WORDS.iter().find(|(known, _)| *known == action) {
        Some((_, key)) => texts.get(key),
        None => texts.with("audit-other", &[("action", action.to_owned().into())]),
    }
}

/// Who did it, in words.
fn who(texts: &Texts, event: &AuditEvent, names: &HashMap<String, String>) -> String {
    let name = event.actor_id.as_ref().and_then(|id| names.get(id)).cloned();
    audit_actor(texts, &event.actor_kind, name)
}

/// Who that is, in words: the kind of actor by its stored name, and the name of staff and systems as far as it is known.
pub(crate) fn audit_actor(texts: &Texts, kind: &str, name: Option<String>) -> String {
    match (kind, name) {
        ("staff", Some(name)) => name,
        ("staff", None) => texts.get("audit-actor-staff-unknown"),
        ("system", Some(name)) => texts.with("audit-actor-system", &[("name", name.into())]),
        ("system", None) => texts.get("audit-actor-system-unknown"),
        ("recipient", _) => texts.get("audit-actor-recipient"),
        ("directory", _) => texts.get("audit-actor-directory"),
        ("operator", _) => texts.get("audit-actor-operator"),
        ("provider", _) => texts.get("audit-actor-provider"),
        ("portal", _) => texts.get("audit-actor-portal"),
        _ => texts.get("audit-actor-nobody"),
    }
}

/// What the actions that stand in organisations' logs are called.
const WORDS: [(&str, &str); 104] = [
    ("organisation.created", "audit-organisation-created"),
    ("organisation.deleted", "audit-organisation-deleted"),
    ("organisation.erased", "audit-organisation-erased"),
    ("tenant.added", "audit-tenant-added"),
    ("tenant.removed", "audit-tenant-removed"),
    ("system.created", "audit-system-created"),
    ("system.disabled", "audit-system-disabled"),
    ("system.networks-changed", "audit-system-networks-changed"),
    ("system.scopes-changed", "audit-system-scopes-changed"),
    ("system.outside-networks", "audit-system-outside-networks"),
    ("credential.added", "audit-credential-added"),
    ("credential.withdrawn", "audit-credential-withdrawn"),
    ("credential.ending", "audit-credential-ending"),
    ("token.issued", "audit-token-issued"),
    ("token.refused", "audit-token-refused"),
    ("recipients.matched", "audit-recipients-matched"),
    ("recipient.sign-in-reported", "audit-recipient-sign-in-reported"),
    ("message.sent", "audit-message-sent"),
    ("message.status-read", "audit-message-status-read"),
    ("message.revoked", "audit-message-revoked"),
    ("case.opened", "audit-case-opened"),
    ("cases.listed", "audit-cases-listed"),
    ("document.viewed", "audit-document-viewed"),
    ("document.downloaded", "audit-document-downloaded"),
    ("document.cut-off", "audit-document-cut-off"),
    ("content.damaged", "audit-content-damaged"),
    ("delivery.purged", "audit-delivery-purged"),
    ("document.purged", "audit-document-purged"),
    ("message.purged", "audit-message-purged"),
    ("staff.invited", "audit-staff-invited"),
    ("staff.invitation-accepted", "audit-staff-invitation-accepted"),
    ("staff.password-accepted", "audit-staff-password-accepted"),
    ("staff.signed-in", "audit-staff-signed-in"),
    ("staff.sign-in-refused", "audit-staff-sign-in-refused"),
    ("staff.created", "audit-staff-created"),
    ("staff.locked", "audit-staff-locked"),
    ("staff.unlocked", "audit-staff-unlocked"),
    ("staff.signed-out", "audit-staff-signed-out"),
    ("staff.signed-out-by-provider", "audit-staff-signed-out-by-provider"),
    ("staff.signed-out-in-frame", "audit-staff-signed-out-in-frame"),
    ("staff.session-ended", "audit-staff-session-ended"),
    ("staff.denied", "audit-staff-denied"),
    ("staff.confirmed", "audit-staff-confirmed"),
    ("staff.notices-dismissed", "audit-staff-notices-dismissed"),
    ("staff.password-changed", "audit-staff-password-changed"),
    ("staff.second-factor-set", "audit-staff-second-factor-set"),
    ("staff.second-factor-removed", "audit-staff-second-factor-removed"),
    ("staff.recovery-codes-made", "audit-staff-recovery-codes-made"),
    ("staff.passkey-added", "audit-staff-passkey-added"),
    ("staff.passkey-removed", "audit-staff-passkey-removed"),
    ("staff.role-changed", "audit-staff-role-changed"),
    ("staff.validity-changed", "audit-staff-validity-changed"),
    ("staff.deactivated", "audit-staff-deactivated"),
    ("staff.reactivated", "audit-staff-reactivated"),
    ("staff.names-shown-changed", "audit-staff-names-shown-changed"),
    ("sign-in-rules.changed", "audit-sign-in-rules-changed"),
    ("retention.changed", "audit-retention-changed"),
    ("retention.change-asked", "audit-retention-change-asked"),
    ("retention.change-withdrawn", "audit-retention-change-withdrawn"),
    ("retention.approval-changed", "audit-retention-approval-changed"),
    ("case.closed", "audit-case-closed"),
    ("case.reopened", "audit-case-reopened"),
    ("case.extended", "audit-case-extended"),
    ("hold.placed", "audit-hold-placed"),
    ("hold.lifted", "audit-hold-lifted"),
    ("holds.shown-changed", "audit-holds-shown-changed"),
    ("holds.listed", "audit-holds-listed"),
    ("data-request.received", "audit-data-request-received"),
    ("data-request.withdrawn", "audit-data-request-withdrawn"),
    ("data-request.taken-up", "audit-data-request-taken-up"),
    ("data-request.extended", "audit-data-request-extended"),
    ("data-request.declined", "audit-data-request-declined"),
    ("data-request.granted", "audit-data-request-granted"),
    ("data-request.carried-out", "audit-data-request-carried-out"),
    ("data-request.purged", "audit-data-request-purged"),
    ("data-requests.listed", "audit-data-requests-listed"),
    ("case.erased", "audit-case-erased"),
    ("register-extract.made-by-organisation", "audit-register-extract-made"),
    ("register-extract.nothing-found", "audit-register-extract-nothing"),
    ("purge-protocol.closed", "audit-purge-protocol-closed"),
    ("purge-protocols.listed", "audit-purge-protocols-listed"),
    ("purge-protocol.handed-out", "audit-purge-protocol-handed-out"),
    ("purge-proof.handed-out", "audit-purge-proof-handed-out"),
    ("notification.given-up", "audit-notification-given-up"),
    ("notification.refused", "audit-notification-refused"),
    ("provisioning.token-created", "audit-provisioning-token-created"),
    ("provisioning.token-withdrawn", "audit-provisioning-token-withdrawn"),
    ("provisioning.token-refused", "audit-provisioning-token-refused"),
    ("staff.provisioned", "audit-staff-provisioned"),
    ("staff.provisioning-changed", "audit-staff-provisioning-changed"),
    ("staff.provisioning-ended", "audit-staff-provisioning-ended"),
    ("group.created", "audit-group-created"),
    ("group.changed", "audit-group-changed"),
    ("group.deleted", "audit-group-deleted"),
    ("group.member-added", "audit-group-member-added"),
    ("group.member-removed", "audit-group-member-removed"),
    ("audit.listed", "audit-audit-listed"),
    ("audit.exported", "audit-audit-exported"),
    ("audit.row-left-out", "audit-audit-row-left-out"),
    ("audit.cut", "audit-audit-cut"),
    ("audit.checkpoint-handed-out", "audit-audit-checkpoint-handed-out"),
    ("audit.receiver-added", "audit-audit-receiver-added"),
    ("audit.webhook-set", "audit-audit-webhook-set"),
    ("audit.webhook-removed", "audit-audit-webhook-removed"),
];
