//! The header and the footer.

use leptos::prelude::*;

use super::icon;
use crate::context::Layout;
use crate::texts::{Language, Texts};

/// The brand, the language form and, for somebody who is signed in, the way out.
pub(crate) fn header(layout: &Layout) -> impl IntoView + use<> {
    let texts = Texts::of(layout.language);
    let home = if layout.signed_in { "/inbox" } else { "/" };
    let languages: Vec<_> = Language::ALL
        .into_iter()
        .filter(|language| *language != layout.language)
        .map(language_button)
        .collect();
    let sign_out = layout.signed_in.then(|| {
        view! {
            <form method="post" action="/sign-out">
                <button class="link">
                    {icon("sign-out")}
                    {texts.get("sign-out")}
                </button>
            </form>
        }
    });
    view! {
        <header class="top">
            <div class="inner">
                <a class="brand" href=home>
                    {icon("mark")}
                    "Postvalv"
                </a>
                <div class="tools">
                    <form method="post" action="/language">
                        <input type="hidden" name="to" value=layout.path.clone()/>
                        {languages}
                    </form>
                    {sign_out}
                </div>
            </div>
        </header>
    }
}

/// A button that is named in the language that it leads to.
fn language_button(language: Language) -> impl IntoView {
    let own_name = Texts::of(language).get("language-name");
    view! {
        <button class="link" name="language" value=language.tag() lang=language.tag()>
            {own_name}
        </button>
    }
}

/// Who runs the portal, where the person is signed in, and the accessibility statement.
pub(crate) fn footer(layout: &Layout) -> impl IntoView + use<> {
    let texts = Texts::of(layout.language);
    let operator = layout
        .contact
        .as_ref()
        .map(|contact| texts.with("footer-operator", &[("operator", contact.operator.as_str().into())]));
    let sessions = layout
        .signed_in
        .then(|| view! { <a href="/sessions">{texts.get("sessions-title")}</a> });
    view! {
        <footer class="bottom">
            <div class="inner">
                {operator.map(|operator| view! { <p>{operator}</p> })}
                <p class="links">
                    {sessions}
                    <a href="/accessibility">{texts.get("accessibility-title")}</a>
                </p>
            </div>
        </footer>
    }
}
