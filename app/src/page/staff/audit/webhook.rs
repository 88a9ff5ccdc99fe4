//! The webhook that an organisation's checkpoints go to, and the forms by which admins change it.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::AuditReceiverState;

use super::receiver::receiver_card;
use crate::component::form::{Field, Kind};
use crate::texts::Texts;

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

/// To which webhook checkpoints go, how far it has come, and the forms that change it.
pub(super) fn webhook(
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
