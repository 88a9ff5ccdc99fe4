//! A document that asks for a higher level of assurance than its reader signed in at: what it takes to read it.

use axum::http::StatusCode;
use base::DocumentId;
use leptos::prelude::*;
use portal::AssuranceLevel;

use super::Page;
use crate::component::{Tone, back_link, notice, way_in};
use crate::context::{Layout, ProviderChoice};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The page from values: of `providers` it shows those through which people sign in at `level`.
#[must_use]
pub fn locked_document_page(
    layout: &Layout,
    id: DocumentId,
    level: AssuranceLevel,
    providers: &[ProviderChoice],
) -> Page {
    let texts = Texts::of(layout.language);
    let number = [("level", level.number().into())];
    let lead = texts.with("locked-lead", &number);
    let ways_in: Vec<_> = providers
        .iter()
        .filter(|provider| provider.highest_level >= Some(level))
        .map(|provider| {
            way_in(
                texts,
                provider,
                format!("/sign-in/{}", provider.name),
                true,
                Some((id, level)),
            )
        })
        .collect();
    let mut page = render(layout, Head::plain(texts.get("locked-title")), move || {
        view! {
            {back_link("/inbox".to_owned(), texts.get("inbox-title"))}
            <h1>{texts.get("locked-title")}</h1>
            <p class="lead">{lead}</p>
            {if ways_in.is_empty() {
                notice(Tone::Calm, texts.get("locked-no-way-in")).into_any()
            } else {
                view! {
                    <div class="ways-in">{ways_in}</div>
                    <p class="hint">{texts.get("locked-signs-out")}</p>
                }
                    .into_any()
            }}
        }
    });
    page.status = StatusCode::FORBIDDEN;
    page
}
