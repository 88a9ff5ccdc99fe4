//! The way in: what the portal is, and one button for each way to sign in.

use leptos::prelude::*;

use super::Page;
use crate::component::{icon, told};
use crate::context::{Audience, DeviceMode, Flash, Layout, Logo, PageContext, ProviderChoice};
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
        .map(|provider| sign_in_form(texts, provider, provider.last_used || !is_known))
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

fn sign_in_form(texts: &'static Texts, provider: &ProviderChoice, main: bool) -> impl IntoView + use<> {
    let ProviderChoice {
        name,
        label,
        logo,
        last_used,
        seems_down,
        mode,
    } = provider;
    let (used_id, down_id) = (format!("{name}-used"), format!("{name}-down"));
    let ids = [last_used.then_some(&*used_id), seems_down.then_some(&*down_id)];
    let described_by: Vec<&str> = ids.into_iter().flatten().collect();
    let described_by = (!described_by.is_empty()).then(|| described_by.join(" "));
    // Pressing Enter takes the first button of a form.
    let instead = mode.map(DeviceMode::opposite);
    let other_text = match instead {
        Some(DeviceMode::ThisDevice) => "landing-on-this-device",
        _ => "landing-on-other-device",
    };
    let in_form = |mode: Option<DeviceMode>| mode.map(|mode| ("device", mode.name())).unzip();
    let (mode_field, mode_name): (Option<&str>, Option<&str>) = in_form(*mode);
    let (other_field, other_name): (Option<&str>, Option<&str>) = in_form(instead);
    let with_label = |text| texts.with(text, &[("provider", label.clone().into())]);
    view! {
        <div class="way-in">
            <form method="post" action=format!("/sign-in/{name}")>
                <button
                    class="button"
                    class:quiet=!main
                    name=mode_field
                    value=mode_name
                    aria-describedby=described_by
                >
                    {match logo {
                        Some(Logo { address, width, height }) => {
                            view! { <img class="logo" src=address.clone() width=*width height=*height alt="" /> }
                                .into_any()
                        }
                        None => icon("person").into_any(),
                    }}
                    {with_label("landing-sign-in")}
                </button>
                {instead
                    .map(|_| {
                        view! {
                            <button class="link" name=other_field value=other_name>
                                {with_label(other_text)}
                            </button>
                        }
                    })}
            </form>
            {last_used.then(|| view! { <p id=used_id>{texts.get("landing-last-used")}</p> })}
            {seems_down
                .then(|| {
                    view! {
                        <p id=down_id class="down">
                            {icon("info")}
                            <span>{with_label("landing-provider-down")}</span>
                        </p>
                    }
                })}
        </div>
    }
}
