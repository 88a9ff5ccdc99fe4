//! The accessibility statement (tillgänglighetsredogörelse) that lagen (2018:1937) om tillgänglighet till digital
//! offentlig service, 13 §, asks for: how accessible the service is, how to complain, and who supervises.

use leptos::prelude::*;

use super::Page;
use crate::component::icon;
use crate::context::Layout;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The form for reports at the supervising authority, Myndigheten för digital förvaltning.
const SUPERVISION: &str = "https://www.digg.se/tdosanmalan";

/// The accessibility statement.
#[must_use]
pub fn accessibility(layout: &Layout) -> Page {
    let texts = Texts::of(layout.language);
    let contact = layout.contact.clone();
    let intro = match &contact {
        Some(contact) => texts.with(
            "accessibility-operator",
            &[("operator", contact.operator.clone().into())],
        ),
        None => texts.get("accessibility-no-operator"),
    };
    let complain = contact.map(|contact| {
        let address = format!("mailto:{}", contact.email);
        view! {
            <p>
                <a class="button quiet" href=address>
                    {icon("mail")}
                    {contact.email}
                </a>
            </p>
        }
    });
    let complain_body = if complain.is_some() {
        "accessibility-complain-body"
    } else {
        "accessibility-complain-sender"
    };
    render(layout, Head::plain(texts.get("accessibility-title")), move || {
        view! {
            <h1>{texts.get("accessibility-heading")}</h1>
            <p class="lead">{intro}</p>
            <section aria-labelledby="how">
                <h2 id="how">{texts.get("accessibility-how")}</h2>
                <p>{texts.get("accessibility-how-body")}</p>
            </section>
            <section aria-labelledby="limits">
                <h2 id="limits">{texts.get("accessibility-limits")}</h2>
                <ul>
                    <li>{texts.get("accessibility-limit-documents")}</li>
                    <li>{texts.get("accessibility-limit-preview")}</li>
                    <li>{texts.get("accessibility-limit-time")}</li>
                </ul>
            </section>
            <section aria-labelledby="complain">
                <h2 id="complain">{texts.get("accessibility-complain")}</h2>
                <p>{texts.get(complain_body)}</p>
                {complain}
            </section>
            <section aria-labelledby="supervision">
                <h2 id="supervision">{texts.get("accessibility-supervision")}</h2>
                <p>{texts.get("accessibility-supervision-body")}</p>
                <p>
                    <a href=SUPERVISION rel="noreferrer">
                        {texts.get("accessibility-supervision-link")}
                    </a>
                </p>
            </section>
            <section aria-labelledby="tested">
                <h2 id="tested">{texts.get("accessibility-tested")}</h2>
                <p>{texts.get("accessibility-tested-body")}</p>
            </section>
        }
    })
}
