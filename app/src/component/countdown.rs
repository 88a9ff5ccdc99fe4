//! The countdown to the end of a session: hidden until little time is left. What it does stands in `public/countdown.js`; without
//! JavaScript the next request is refused, which the server sees to in any case.

use leptos::prelude::*;

use crate::context::{Audience, Layout, SessionEndsIn};
use crate::texts::Texts;

/// The countdown, for somebody who is signed in.
pub(crate) fn countdown(layout: &Layout) -> Option<impl IntoView + use<>> {
    let SessionEndsIn {
        left,
        can_stay,
        leave_for,
    } = layout.session_ends_in.clone()?;
    let address = match layout.audience {
        Audience::Recipient => "/session",
        Audience::Staff(_) => "/staff/session",
        Audience::Visitor | Audience::StaffVisitor => return None,
    };
    let texts = Texts::of(layout.language);
    let script = layout.assets.url("countdown.js");
    Some(view! {
        <section
            id="countdown"
            class="countdown"
            hidden
            aria-label=texts.get("countdown-title")
            data-address=address
            data-leave-for=leave_for
            data-seconds=left.as_secs().to_string()
            data-can-stay=can_stay.to_string()
            data-idle=texts.get("countdown-idle")
            data-absolute=texts.get("countdown-absolute")
        >
            <div class="inner">
                <p id="countdown-text" aria-hidden="true"></p>
                <p id="countdown-clock" class="clock" aria-hidden="true"></p>
                <button id="countdown-stay" class="button" type="button">
                    {texts.get("countdown-stay")}
                </button>
            </div>
        </section>
        <p id="countdown-spoken" class="unseen" role="status"></p>
        <script type="module" src=script nonce=layout.nonce.clone()></script>
    })
}
