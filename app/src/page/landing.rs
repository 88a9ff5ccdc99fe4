//! The way in: what the portal is, and one button for each way to sign in.

use leptos::prelude::*;

use super::Page;
use crate::component::{SignsInFor, icon, told, way_in};
use crate::context::{Audience, Flash, Layout, PageContext, ProviderChoice};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The landing page.
#[must_use]
pub fn landing(context: &PageContext) -> Page {
    landing_page(&context.layout, &context.providers, context.flash)
}

/// The landing page from values.
#[must_use]
pub fn landing_page(layout: &Layout, providers: &[ProviderChoice], flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(texts.get("landing-document-title"));
    let told = told(texts, flash);
    // One main action: the way in that was used last, when it is known.
    let is_known = providers.iter().any(|provider| provider.last_used);
    let ways_in: Vec<_> = providers
        .iter()
        .map(|provider| {
            let action = format!("/sign-in/{}", provider.name);
            way_in(
                texts,
                provider,
                action,
                provider.last_used || !is_known,
                SignsInFor::Anything,
            )
        })
        .collect();
    let signed_in = layout.audience == Audience::Recipient;
    render(layout, head, move || {
        view! {
            {told}
            <h1>{texts.get("landing-title")}</h1>
            <p class="lead">{texts.get("landing-lead")}</p>
            {if signed_in {
                view! {
                    <a class="button" href="/inbox">
                        {texts.get("to-inbox")}
                        {icon("forward")}
                    </a>
                }
                    .into_any()
            } else {
                view! { <div class="ways-in">{ways_in}</div> }.into_any()
            }}
            <section class="steps" aria-labelledby="steps">
                <h2 id="steps">{texts.get("landing-steps")}</h2>
                <ol>
                    <li>{texts.get("landing-step-sign-in")}</li>
                    <li>{texts.get("landing-step-read")}</li>
                    <li>{texts.get("landing-step-gone")}</li>
                </ol>
            </section>
            <section class="aside" aria-labelledby="safe">
                <h2 id="safe">{texts.get("landing-safe")}</h2>
                <p>{texts.get("landing-safe-body")}</p>
            </section>
        }
    })
}
