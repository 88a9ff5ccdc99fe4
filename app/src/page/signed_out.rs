//! What a person sees after signing out.

use leptos::prelude::*;

use super::Page;
use crate::component::icon;
use crate::context::Layout;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The signed-out page.
#[must_use]
pub fn signed_out(layout: &Layout) -> Page {
    let texts = Texts::of(layout.language);
    render(layout, Head::plain(texts.get("signed-out-title")), move || {
        view! {
            <h1>{texts.get("signed-out-title")}</h1>
            <p class="lead">{texts.get("signed-out-lead")}</p>
            <p>{texts.get("signed-out-shared-computer")}</p>
            <a class="button quiet" href="/">
                {texts.get("to-start")}
                {icon("forward")}
            </a>
        }
    })
}
