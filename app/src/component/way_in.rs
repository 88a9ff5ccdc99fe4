//! A way in through an OpenID provider, as a form with a button.

use base::DocumentId;
use leptos::prelude::*;
use portal::AssuranceLevel;

use super::icon;
use crate::context::{DeviceMode, Logo, ProviderChoice};
use crate::texts::Texts;

/// What somebody signs in for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignsInFor {
    /// To get in.
    Anything,
    /// Anew, to read a document that asks for this level.
    Document(DocumentId, AssuranceLevel),
    /// Anew, for what the page at this path asks a fresh sign-in for.
    Page(&'static str),
}

/// One way in: the button, the other device where there is one, and what to know of it. The form posts to `action`.
pub(crate) fn way_in(
    texts: &'static Texts,
    provider: &ProviderChoice,
    action: String,
    main: bool,
    purpose: SignsInFor,
) -> impl IntoView + use<> {
    let ProviderChoice {
        name,
        label,
        logo,
        last_used,
        seems_down,
        mode,
        highest_level: _,
        identifies: _,
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
    let label = unbroken(label);
    let with_label = |text| texts.with(text, &[("provider", label.clone().into())]);
    view! {
        <div class="way-in">
            <form method="post" action=action>
                {match purpose {
                    SignsInFor::Anything => ().into_any(),
                    SignsInFor::Document(id, level) => {
                        view! {
                            <input type="hidden" name="document" value=id.to_string() />
                            <input type="hidden" name="level" value=level.number() />
                        }
                            .into_any()
                    }
                    SignsInFor::Page(path) => view! { <input type="hidden" name="page" value=path /> }.into_any(),
                }}
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

/// The label with no place for a line to end after a lone letter, as in "e-legitimation": hyphens there are U+2011.
fn unbroken(label: &str) -> String {
    let mut unbroken = String::with_capacity(label.len() + 2);
    for word in label.split_inclusive(' ') {
        let mut characters = word.chars();
        match (characters.next(), characters.next()) {
            (Some(letter), Some('-')) => {
                unbroken.extend([letter, '\u{2011}']);
                unbroken.push_str(characters.as_str());
            }
            _ => unbroken.push_str(word),
        }
    }
    unbroken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_does_not_end_a_line_after_a_lone_letter() {
        assert_eq!(unbroken("utländsk e-legitimation"), "utländsk e\u{2011}legitimation");
        assert_eq!(unbroken("e-ID"), "e\u{2011}ID");
        for whole in ["Freja eID+", "SITHS-kort", "Freja - ett sätt", "-", "e", ""] {
            assert_eq!(unbroken(whole), whole);
        }
    }
}
