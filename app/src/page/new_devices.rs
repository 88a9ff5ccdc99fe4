//! What a person is told of sign-ins from new kinds of devices, until they say that it was them.

use base::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::NewDevice;

use super::sessions::{device, moment, place_in_words};
use crate::component::icon;
use crate::texts::Texts;

/// The notice, when there is something to tell.
pub(super) fn new_devices(
    texts: &'static Texts,
    new: &[NewDevice],
    now: Timestamp,
    time_zone: &TimeZone,
) -> Option<impl IntoView + use<>> {
    // What comes after the latest of these is not dismissed with them.
    let until = new.iter().map(|new| new.at).max()?;
    let count = [("count", new.len().into())];
    let devices: Vec<_> = new
        .iter()
        .map(|new| {
            let at = moment(texts, new.at, now, time_zone);
            let mut words = vec![("device", device(texts, new.device).into()), ("at", at.into())];
            let text = match &new.place {
                Some(place) => {
                    words.push(("place", place_in_words(texts, place).into()));
                    texts.with("new-devices-place", &words)
                }
                None => texts.with("new-devices-one", &words),
            };
            view! { <li>{text}</li> }
        })
        .collect();
    Some(view! {
        <section class="notice new-devices" aria-labelledby="new-devices">
            {icon("info")}
            <div>
                <h2 id="new-devices">{texts.with("new-devices-title", &count)}</h2>
                <ul class="devices">{devices}</ul>
                <p>{texts.get("new-devices-not-me")}</p>
                <div class="answers">
                    <form method="post" action="/inbox/new-devices">
                        <input type="hidden" name="until" value=until.as_millis().to_string() />
                        <button class="link">{texts.with("new-devices-was-me", &count)}</button>
                    </form>
                    <a class="link" href="/sessions">{texts.get("new-devices-sessions")}</a>
                </div>
            </div>
        </section>
    })
}
