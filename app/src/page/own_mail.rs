//! The mails that a person gets from the portal: to which address, and the way to have it erased and get no more.

use leptos::prelude::*;
use portal::OwnMail;

use super::error::fault;
use super::{ErrorPage, Page, error_page};
use crate::component::{back_link, icon, told};
use crate::context::{Flash, Layout, PageContext};
use crate::shell::{Head, render};
use crate::texts::Texts;

/// The page of the person who is signed in.
pub async fn own_mail(context: &PageContext) -> Page {
    let Some(actor) = &context.actor else {
        return error_page(&context.layout, ErrorPage::SessionEnded);
    };
    match context.portal.own_mail(actor).await {
        Ok(mail) => own_mail_page(&context.layout, &mail, context.flash),
        Err(problem) => fault(&context.layout, &problem),
    }
}

/// The page of mails from values.
#[must_use]
pub fn own_mail_page(layout: &Layout, mail: &OwnMail, flash: Option<Flash>) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let is_refused = mail.refused_at.is_some();
    let state = match &mail.address {
        // Erasing it failed: they can ask again.
        Some(address) if is_refused || !mail.is_sent => texts.with("mail-kept", &[("address", address.clone().into())]),
        _ if is_refused => texts.get("mail-refused"),
        Some(address) => texts.with("mail-address", &[("address", address.clone().into())]),
        None => texts.get("mail-no-address"),
    };
    let not_sent = (!mail.is_sent).then(|| view! { <p>{texts.get("mail-not-sent")}</p> });
    let (about, action, button) = if is_refused && mail.address.is_none() {
        ("mail-allow-body", "/mail/allow", "mail-allow")
    } else if mail.address.is_some() {
        ("mail-refuse-body", "/mail/refuse", "mail-refuse")
    } else {
        ("mail-refuse-body", "/mail/refuse", "mail-refuse-none")
    };
    render(layout, Head::plain(texts.get("mail-title")), move || {
        view! {
            {back_link("/inbox".to_owned(), texts.get("inbox-title"))}
            {told}
            <h1>{texts.get("mail-title")}</h1>
            <p class="lead">{state}</p>
            {not_sent}
            <p>{texts.get("mail-from-where")}</p>
            <p>{texts.get(about)}</p>
            <form method="post" action=action class="actions">
                <button class="button">{icon("mail")} {texts.get(button)}</button>
            </form>
        }
    })
}
