//! What every page has around it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::provider::assets::Assets;
use crate::provider::texts::Language;

/// The frame of a page.
pub(crate) struct Frame<'a> {
    pub(crate) assets: &'a Assets,
    pub(crate) language: Language,
    /// Where the form that changes the language posts to, when there is something to come back to.
    pub(crate) language_form: Option<String>,
    /// Whether the page runs the script, and refreshes itself without it.
    pub(crate) live: bool,
}

impl Frame<'_> {
    /// The whole document.
    pub(crate) fn page(&self, title: &str, alert: bool, content: &Markup) -> Markup {
        let texts = self.language.texts();
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { (title) }
                    link rel="preload" href=(self.assets.font) as="font" type="font/woff2" crossorigin;
                    link rel="stylesheet" href=(self.assets.style);
                    link rel="icon" href=(self.assets.icon) type="image/svg+xml";
                    @if self.live {
                        noscript { meta http-equiv="refresh" content="2"; }
                        script src=(self.assets.script) defer {}
                    }
                }
                body {
                    a.skip href="#content" { (texts.skip) }
                    header {
                        div.inner {
                            span.mark {
                                @match &self.assets.logotype {
                                    Some(address) => img src=(address) alt="" width="36" height="36";,
                                    None => (mark()),
                                }
                                span { (texts.mark) }
                            }
                            @if let Some(action) = &self.language_form {
                                (language_form(action, self.language))
                            }
                        }
                    }
                    main #content tabindex="-1" data-alert[alert] { (content) }
                }
            }
        }
    }
}

fn language_form(action: &str, now: Language) -> Markup {
    html! {
        form.language method="post" action=(action) {
            @for language in Language::ALL {
                @if language != now {
                    button name="language" value=(language.tag()) lang=(language.tag()) {
                        (language.texts().language_name)
                    }
                }
            }
        }
    }
}

/// A neutral mark: a person's card. BankID's own is a trademark.
fn mark() -> Markup {
    PreEscaped(
        r#"<svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true" focusable="false"><rect x="2.5" y="4.5" width="19" height="15" rx="3" fill="none" stroke="currentColor" stroke-width="1.8"/><circle cx="8.6" cy="10.4" r="2.1" fill="currentColor"/><path d="M5 16c.5-2 1.9-3 3.6-3s3.1 1 3.6 3" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/><path d="M15 10h3.6M15 13.6h3.6" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></svg>"#
            .to_owned(),
    )
}
