//! What the portal does with personal data, for anybody to read.

use leptos::prelude::*;

use super::Page;
use crate::component::set_part;
use crate::context::Layout;
use crate::data_protection::{DataProtection, parts};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The supervising authority, Integritetsskyddsmyndigheten.
pub(super) const SUPERVISION: &str = "https://www.imy.se/";

/// The page on data protection.
#[must_use]
pub fn data_protection(layout: &Layout, facts: &DataProtection) -> Page {
    let texts = Texts::of(layout.language);
    let email = layout.contact.as_ref().map(|contact| contact.email.as_str());
    let set = |line: String| match email {
        Some(email) => set_part(&line, email, mail_link).into_any(),
        None => line.into_any(),
    };
    let sections: Vec<_> = parts(texts, facts, layout.contact.as_ref())
        .into_iter()
        .enumerate()
        .map(|(number, part)| {
            let id = format!("part-{number}");
            let labelled = id.clone();
            let lines: Vec<_> = part
                .lines
                .into_iter()
                .map(|line| view! { <li>{set(line)}</li> })
                .collect();
            let own = part.own.map(|(href, name)| {
                view! {
                    <p>
                        <a href=href>{texts.get(name)}</a>
                    </p>
                }
            });
            view! {
                <section aria-labelledby=labelled>
                    <h2 id=id>{part.title}</h2>
                    <ul>{lines}</ul>
                    {own}
                </section>
            }
        })
        .collect();
    render(layout, Head::plain(texts.get("data-title")), move || {
        view! {
            <h1>{texts.get("data-title")}</h1>
            <p class="lead">{texts.get("data-lead")}</p>
            {sections}
            <section aria-labelledby="rights">
                <h2 id="rights">{texts.get("data-rights")}</h2>
                <p>{texts.get("data-rights-body")}</p>
                <p>
                    <a href="/your-data">{texts.get("extract-page-title")}</a>
                </p>
                <p>
                    <a href="/rights">{texts.get("rights-title")}</a>
                </p>
                <p>
                    <a href=SUPERVISION rel="noreferrer">
                        {texts.get("data-rights-supervision")}
                    </a>
                </p>
            </section>
        }
    })
}

fn mail_link(email: String) -> impl IntoView {
    let address = format!("mailto:{email}");
    view! { <a href=address>{email}</a> }
}
