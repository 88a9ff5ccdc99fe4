//! What the pages say, in Swedish and English.
//!
//! A table with one column a language: the compiler refuses a column with a missing text. Hints have a function a
//! language, so that a new hint without a text does not compile either.

mod english;
mod hint;
mod swedish;

pub(crate) use hint::{failure, pending};

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Swedish,
    English,
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::Swedish, Self::English];

    /// The language's tag (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    /// The language for a tag such as `sv-SE`, if it is one of ours.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of ours in `ui_locales` (tags in order of preference, with spaces).
    pub(crate) fn from_ui_locales(locales: &str) -> Option<Self> {
        locales.split_whitespace().find_map(Self::from_tag)
    }

    /// The best of ours in `Accept-Language` (RFC 9110 section 12.5.4).
    pub(crate) fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',').take(20) {
            let mut pieces = part.split(';');
            let Some(language) = pieces.next().and_then(Self::from_tag) else {
                continue;
            };
            let quality = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(Some(1.0), |quality| quality.trim().parse().ok())
                .unwrap_or(0.0);
            if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// The texts in this language.
    pub(crate) const fn texts(self) -> &'static Texts {
        match self {
            Self::Swedish => &swedish::TEXTS,
            Self::English => &english::TEXTS,
        }
    }
}

/// Every text of the pages. `{client}`, `{purpose}`, `{minutes}` and `{seconds}` are put in.
pub(crate) struct Texts {
    pub(crate) language_name: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) open_phone: &'static str,
    pub(crate) open_desktop: &'static str,
    pub(crate) open_again: &'static str,
    pub(crate) use_qr: &'static str,
    pub(crate) use_phone: &'static str,
    pub(crate) use_desktop: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) again: &'static str,
    pub(crate) qr_steps: [&'static str; 3],
    pub(crate) qr_alternative: &'static str,
    pub(crate) qr_help: &'static str,
    pub(crate) starting: &'static str,
    pub(crate) troubled: &'static str,
    pub(crate) time_left: &'static str,
    pub(crate) time_left_seconds: &'static str,
    pub(crate) more_time: &'static str,
    pub(crate) warning: &'static str,
    pub(crate) awaiting_return_title: &'static str,
    pub(crate) awaiting_return: &'static str,
    pub(crate) complete: &'static str,
    pub(crate) continue_: &'static str,
    pub(crate) finished_title: &'static str,
    pub(crate) finished: &'static str,
    pub(crate) failed_title: &'static str,
    pub(crate) elsewhere_title: &'static str,
    pub(crate) elsewhere: &'static str,
    pub(crate) gone_title: &'static str,
    pub(crate) gone: &'static str,
    pub(crate) busy_title: &'static str,
    pub(crate) busy_address: &'static str,
    pub(crate) busy_everybody: &'static str,
    pub(crate) untrusted_title: &'static str,
    pub(crate) untrusted: &'static str,
    pub(crate) not_found_title: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) refused_title: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) error_title: &'static str,
    pub(crate) error: &'static str,
    pub(crate) signed_out_title: &'static str,
    pub(crate) signed_out: &'static str,
    pub(crate) request: &'static str,
}

/// Puts a value in for its name in braces.
pub(crate) fn fill(text: &str, name: &str, value: &str) -> String {
    text.replace(&format!("{{{name}}}"), value)
}

/// What the BankID app shows, in its simple Markdown.
pub(crate) fn visible_text(language: Language, client: &str, purpose: &str) -> String {
    match language {
        Language::Swedish => format!(
            "# Legitimera dig hos {client}\n\nDu gör det för att {purpose}.\n\n\
             Avbryt om någon annan har bett dig att legitimera dig."
        ),
        Language::English => format!(
            "# Identify yourself to {client}\n\nYou do it to {purpose}.\n\n\
             Cancel if somebody else asked you to identify yourself."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_that_we_speak() {
        assert_eq!(Language::from_ui_locales("fi en-GB sv"), Some(Language::English));
        assert_eq!(
            Language::from_accept_language("fi,en;q=0.5,sv;q=0.8"),
            Some(Language::Swedish)
        );
        assert_eq!(Language::from_accept_language("sv-SE, en"), Some(Language::Swedish));
        assert_eq!(Language::from_accept_language("sv;q=0, fi"), None);
        assert_eq!(Language::from_accept_language("sven"), None);
    }

    #[test]
    fn the_app_is_told_who_asks_and_why_within_its_limit() {
        let (client, purpose) = ("å".repeat(60), "ö".repeat(120));
        for language in Language::ALL {
            let text = visible_text(language, &client, &purpose);
            assert!(text.contains(&client) && text.contains(&purpose));
            assert!(bankid::VisibleText::for_auth(&text).is_ok());
        }
    }
}
