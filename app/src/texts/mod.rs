//! Every word that people read, in Swedish and English: Fluent files in `locales/`, translated on the server alone.

pub mod dates;
pub mod sizes;

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Swedish, which a person gets who asks for nothing we have.
    #[default]
    Swedish,
    /// English.
    English,
}

impl Language {
    /// Every language, in the order of the language form.
    pub const ALL: [Self; 2] = [Self::Swedish, Self::English];

    /// The language's tag (BCP 47): `sv` or `en`; also the value of the language form and cookie.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    /// The language with exactly that tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language that an `Accept-Language` header (RFC 9110, section 12.5.4) prefers among ours.
    #[must_use]
    pub fn preferred(accept_language: &str) -> Self {
        let mut best = (Self::default(), 0.0);
        for range in accept_language.split(',').take(32) {
            let (range, quality) = range.split_once(';').unwrap_or((range, "q=1"));
            let primary = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let quality = quality
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok())
                .unwrap_or(0.0);
            if let Some(language) = Self::from_tag(&primary)
                && quality > best.1
            {
                best = (language, quality);
            }
        }
        best.0
    }
}

/// The texts of one language.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

static SWEDISH: LazyLock<Texts> = LazyLock::new(|| {
    Texts::load(
        Language::Swedish,
        &[
            include_str!("../../locales/sv/common.ftl"),
            include_str!("../../locales/sv/reading.ftl"),
            include_str!("../../locales/sv/errors.ftl"),
            include_str!("../../locales/sv/accessibility.ftl"),
        ],
    )
});

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| {
    Texts::load(
        Language::English,
        &[
            include_str!("../../locales/en/common.ftl"),
            include_str!("../../locales/en/reading.ftl"),
            include_str!("../../locales/en/errors.ftl"),
            include_str!("../../locales/en/accessibility.ftl"),
        ],
    )
});

impl Texts {
    /// The texts of a language.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Swedish => &SWEDISH,
            Language::English => &ENGLISH,
        }
    }

    /// A part of a file that does not parse is left out; a test holds that no file has one.
    fn load(language: Language, files: &[&str]) -> Self {
        let locale = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // The marks that isolate inserted text would end up in letters and in what people copy.
        bundle.set_use_isolating(false);
        for file in files {
            let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(rest, _)| rest);
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    /// The language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The text under that key.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// The text under that key with values filled in.
    #[must_use]
    pub fn with(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.format(key, Some(&arguments))
    }

    /// An unknown key shows itself; a test holds that there is none.
    fn format(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        self.bundle
            .format_pattern(pattern, arguments, &mut Vec::new())
            .into_owned()
    }
}

/// A value for [`Texts::with`].
pub type Value<'a> = FluentValue<'a>;

/// Text as a value, borrowed or owned.
#[must_use]
pub fn value<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    FluentValue::String(text.into())
}
