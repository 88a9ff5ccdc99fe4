//! A document that asks for a higher level of assurance than its reader signed in at: what it takes to read it. Owns which ways in
//! are offered: those through which the same person comes at that level.

use axum::http::StatusCode;
use base::DocumentId;
use leptos::prelude::*;
use portal::{AssuranceLevel, IdentifierKind, RecipientActor};

use super::Page;
use super::error::fault;
use crate::component::{SignsInFor, Tone, back_link, notice, way_in};
use crate::context::{Layout, PageContext, ProviderChoice};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The page of a document that asks for `level`.
pub(super) async fn locked_document(
    context: &PageContext,
    actor: &RecipientActor,
    id: DocumentId,
    level: AssuranceLevel,
) -> Page {
    let kind = match context.portal.identifier_kind(actor).await {
        Ok(kind) => kind,
        Err(problem) => return fault(&context.layout, &problem),
    };
    let mut providers = context.providers.clone();
    providers.retain(|provider| {
        let is_the_same = context.came_by.as_deref() == Some(&*provider.name);
        leads_to(provider, level, kind, is_the_same)
    });
    locked_document_page(&context.layout, id, level, &providers)
}

/// Whether somebody who is known by this kind of identifier comes through the provider as the same person, and at `level`. Through
/// the one by which they came they do, also when it is by a number that is bound to an e-ID of another country; through another they may
/// turn out to be somebody else, to whom the document does not exist.
pub(super) fn leads_to(
    provider: &ProviderChoice,
    level: AssuranceLevel,
    kind: Option<IdentifierKind>,
    came_by_it: bool,
) -> bool {
    let is_known = kind.is_some_and(|kind| provider.identifies.contains(&kind));
    (is_known || came_by_it) && provider.highest_level >= Some(level)
}

/// The page from values, with the ways in that it offers.
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
        .map(|provider| {
            way_in(
                texts,
                provider,
                format!("/sign-in/{}", provider.name),
                true,
                SignsInFor::Document(id, level),
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

#[cfg(test)]
mod tests {
    use AssuranceLevel::{Four, Three, Two};
    use IdentifierKind::{Number, Prid, WorkAccount};

    use super::*;

    fn provider(highest_level: AssuranceLevel, identifies: IdentifierKind) -> ProviderChoice {
        ProviderChoice {
            name: "provider".to_owned(),
            label: "Provider".to_owned(),
            logo: None,
            last_used: false,
            seems_down: false,
            mode: None,
            highest_level: Some(highest_level),
            identifies: vec![identifies],
        }
    }

    #[test]
    fn a_way_in_is_offered_by_which_the_same_person_comes_at_the_level() {
        let tenant = |number| WorkAccount(format!("{number}1111111-2222-4333-8444-555555555555").parse().unwrap());
        for (highest, identifies, known, came_by_it, offered) in [
            (Four, Number, Some(Number), false, true),
            (Three, Number, Some(Number), true, false),
            (Four, Number, Some(Prid), false, false),
            (Four, Prid, Some(Prid), true, true),
            (Four, Prid, Some(Number), false, false),
            // Whose number is bound to the e-ID by which they came.
            (Four, Prid, Some(Number), true, true),
            (Four, tenant(1), Some(tenant(1)), false, true),
            (Four, tenant(1), Some(tenant(2)), false, false),
            (Two, tenant(1), Some(tenant(1)), true, false),
            (Four, Number, None, false, false),
        ] {
            let provider = provider(highest, identifies);
            let offers = leads_to(&provider, Four, known, came_by_it);
            assert_eq!(offers, offered, "{highest:?} {identifies:?} {known:?} {came_by_it}");
        }
    }
}
