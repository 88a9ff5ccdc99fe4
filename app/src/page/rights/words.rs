//! What requests are called, how far they have come, and where to complain.

use base::Timestamp;
use leptos::prelude::*;
use portal::{DataRequestKind, DataRequestState, OwnDataRequest};

use crate::page::data_protection::SUPERVISION;
use crate::texts::{Texts, dates};

/// The key of what is asked for.
pub(crate) const fn kind(kind: DataRequestKind) -> &'static str {
    match kind {
        DataRequestKind::Erasure => "request-erasure",
        DataRequestKind::Rectification => "request-rectification",
    }
}

/// How far it has come, as a colour and the key of its words.
const fn state_words(kind: DataRequestKind, state: DataRequestState, waits: bool) -> (&'static str, &'static str) {
    match (state, kind) {
        (DataRequestState::Received, _) => ("state soon", "request-state-received"),
        (DataRequestState::Handling, _) => ("state soon", "request-state-handling"),
        (DataRequestState::Granted, _) if waits => ("state", "request-state-waits"),
        (DataRequestState::Granted, _) => ("state good", "request-state-granted"),
        (DataRequestState::Done, DataRequestKind::Erasure) => ("state good", "request-state-done-erasure"),
        (DataRequestState::Done, DataRequestKind::Rectification) => ("state good", "request-state-done-rectification"),
        (DataRequestState::Declined, _) => ("state bad", "request-state-declined"),
        (DataRequestState::Withdrawn, _) => ("state", "request-state-withdrawn"),
    }
}

/// The key of how far it has come.
pub(crate) const fn state_key(kind: DataRequestKind, state: DataRequestState, waits: bool) -> &'static str {
    state_words(kind, state, waits).1
}

/// How far it has come, in words and a colour.
pub(crate) fn state(
    texts: &Texts,
    kind: DataRequestKind,
    state: DataRequestState,
    waits: bool,
) -> impl IntoView + use<> {
    let (class, key) = state_words(kind, state, waits);
    view! { <span class=class>{texts.get(key)}</span> }
}

/// Whether an answer should have come.
pub(super) fn is_overdue(request: &OwnDataRequest, now: Timestamp) -> bool {
    request.state.is_open() && dates::local_date(now, &request.time_zone) > request.answer_by
}

/// How far the person's own request has come, and whether it is late.
pub(super) fn states(texts: &'static Texts, request: &OwnDataRequest, now: Timestamp) -> impl IntoView + use<> {
    let overdue =
        is_overdue(request, now).then(|| view! { <span class="state bad">{texts.get("request-overdue")}</span> " " });
    let state = state(texts, request.kind, request.state, request.waits);
    view! {
        {overdue}
        {state}
    }
}

/// Where to turn with an answer that one is not satisfied with, or when none comes.
pub(super) fn complain(texts: &'static Texts) -> impl IntoView + use<> {
    view! {
        <p>
            {texts.get("rights-complain")} " "
            <a href=SUPERVISION rel="noreferrer">
                {texts.get("data-rights-supervision")}
            </a>
        </p>
    }
}
