//! The form that asks for a passkey. What it does stands in `public/passkey.js`; without JavaScript, or where the browser has no
//! passkeys, it says so and is not there.

use leptos::prelude::*;

use super::icon;
use crate::context::Layout;
use crate::texts::Texts;

/// What a form asks an authenticator for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// To make a passkey.
    Create,
    /// To prove one.
    Get,
}

/// A form with a passkey.
pub(crate) struct PasskeyForm {
    pub(crate) does: Does,
    /// The address of the page, which leads on where something else is asked for first. After a form that was refused, the browser
    /// has that form's address.
    pub(crate) page: &'static str,
    /// Where it goes; what is to be asked stands under it, at `…/options`.
    pub(crate) action: &'static str,
    /// The key of what its button says.
    pub(crate) button: &'static str,
    /// The key of what is said to whose browser can't do it.
    pub(crate) otherwise: &'static str,
}

/// Shows it with what is to be filled in. A page has one.
pub(crate) fn passkey_form<V: IntoView>(layout: &Layout, form: &PasskeyForm, fields: V) -> impl IntoView + use<V> {
    let texts = Texts::of(layout.language);
    let script = layout.assets.url("passkey.js");
    let does = match form.does {
        Does::Create => "create",
        Does::Get => "get",
    };
    let otherwise = texts.get(form.otherwise);
    view! {
        <form
            id="passkey"
            method="post"
            action=form.action
            class="form"
            novalidate
            hidden
            data-does=does
            data-ask=format!("{}/options", form.action)
            data-page=form.page
            data-waiting=texts.get("passkey-waiting")
            data-cancelled=texts.get("passkey-cancelled")
            data-known=texts.get("passkey-known")
            data-often=texts.get("passkey-too-often")
            data-failed=texts.get("passkey-failed")
        >
            {fields}
            <input type="hidden" name="answer"/>
            <button class="button">{texts.get(form.button)} {icon("forward")}</button>
            <p id="passkey-status" role="status"></p>
        </form>
        <p id="passkey-otherwise" class="without-script">
            {otherwise}
        </p>
        <script type="module" src=script nonce=layout.nonce.clone()></script>
    }
}
