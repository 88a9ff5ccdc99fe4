//! Every word that people read, in Swedish and English: Fluent files in `locales/`, translated on the server alone.

pub mod dates;
pub mod purging;
pub mod sizes;

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

/// The files of a language, in the order in which people meet their texts.
const fn files(language: Language) -> [&'static str; 16] {
    match language {
        Language::Swedish => [
            include_str!("../../locales/sv/common.ftl"),
            include_str!("../../locales/sv/reading.ftl"),
            include_str!("../../locales/sv/sessions.ftl"),
            include_str!("../../locales/sv/history.ftl"),
            include_str!("../../locales/sv/staff.ftl"),
            include_str!("../../locales/sv/administration.ftl"),
            include_str!("../../locales/sv/retention.ftl"),
            include_str!("../../locales/sv/holds.ftl"),
            include_str!("../../locales/sv/requests.ftl"),
            include_str!("../../locales/sv/protocols.ftl"),
            include_str!("../../locales/sv/audit.ftl"),
            include_str!("../../locales/sv/errors.ftl"),
            include_str!("../../locales/sv/accessibility.ftl"),
            include_str!("../../locales/sv/data.ftl"),
            include_str!("../../locales/sv/extract.ftl"),
            include_str!("../../locales/sv/notifications.ftl"),
        ],
        Language::English => [
            include_str!("../../locales/en/common.ftl"),
            include_str!("../../locales/en/reading.ftl"),
            include_str!("../../locales/en/sessions.ftl"),
            include_str!("../../locales/en/history.ftl"),
            include_str!("../../locales/en/staff.ftl"),
            include_str!("../../locales/en/administration.ftl"),
            include_str!("../../locales/en/retention.ftl"),
            include_str!("../../locales/en/holds.ftl"),
            include_str!("../../locales/en/requests.ftl"),
            include_str!("../../locales/en/protocols.ftl"),
            include_str!("../../locales/en/audit.ftl"),
            include_str!("../../locales/en/errors.ftl"),
            include_str!("../../locales/en/accessibility.ftl"),
            include_str!("../../locales/en/data.ftl"),
            include_str!("../../locales/en/extract.ftl"),
            include_str!("../../locales/en/notifications.ftl"),
        ],
    }
}

static SWEDISH: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::Swedish));
static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::load(Language::English));

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
    fn load(language: Language) -> Self {
        let locale = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // The marks that isolate inserted text would end up in letters and in what people copy.
        bundle.set_use_isolating(false);
        for file in files(language) {
            let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(rest, _)| rest);
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The messages of a language: key and the names that its text fills in.
    fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in files(language).iter().flat_map(|file| file.lines()) {
            if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                line.split(" =").next().unwrap().clone_into(&mut key);
                assert!(
                    messages.insert(key.clone(), BTreeSet::new()).is_none(),
                    "{key} stands twice"
                );
            }
            if line.starts_with('#') {
                continue;
            }
            for variable in line.split('$').skip(1) {
                let name = variable
                    .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .next()
                    .unwrap();
                messages.get_mut(&key).unwrap().insert(name.to_owned());
            }
        }
        messages
    }

    /// Every string literal in the sources that could be a key.
    fn literals(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                literals(&path, found);
            } else {
                found.extend(fs::read_to_string(&path).unwrap().split('"').map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_file_parses_whole() {
        for language in Language::ALL {
            for file in files(language) {
                if let Err((_, errors)) = FluentResource::try_new(file.to_owned()) {
                    panic!("{}: {errors:?}", language.tag());
                }
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_texts_with_the_same_values() {
        assert_eq!(messages(Language::Swedish), messages(Language::English));
    }

    #[test]
    fn every_text_is_used() {
        let mut found = BTreeSet::new();
        literals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let unused: Vec<_> = messages(Language::Swedish)
            .into_keys()
            .filter(|key| !found.contains(key))
            .collect();
        assert!(unused.is_empty(), "used nowhere: {unused:?}");
    }

    #[test]
    fn no_text_is_missing() {
        let known = messages(Language::Swedish);
        let mut found = BTreeSet::new();
        literals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let prefixes = [
            "landing-",
            "inbox-",
            "case-",
            "document-",
            "preview-",
            "error-",
            "accessibility-",
            "sessions-",
            "signed-out-",
        ];
        // Names of files, styles and parts of pages look like keys too.
        let others = ["document-title", "preview-frame", "preview-files"];
        let missing: Vec<_> = found
            .into_iter()
            .filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix)))
            .filter(|text| text.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
            .filter(|text| !known.contains_key(text) && !prefixes.contains(&text.as_str()))
            .filter(|text| !others.contains(&text.as_str()))
            .collect();
        assert!(missing.is_empty(), "in no file: {missing:?}");
    }

    #[test]
    fn numbers_are_counted_in_words() {
        let swedish = Texts::of(Language::Swedish);
        assert_eq!(swedish.with("documents", &[("count", 1.into())]), "1 dokument");
        let english = Texts::of(Language::English);
        assert_eq!(english.with("documents", &[("count", 1.into())]), "1 document");
        assert_eq!(english.with("documents", &[("count", 12.into())]), "12 documents");
        assert_eq!(english.with("documents", &[("count", 0.into())]), "no documents");
    }

    #[test]
    fn a_browser_gets_the_language_that_it_prefers() {
        for (header, expected) in [
            ("sv-SE,sv;q=0.9,en;q=0.8", Language::Swedish),
            ("en-GB,en;q=0.9", Language::English),
            ("fi;q=1, en;q=0.5, sv;q=0.4", Language::English),
            ("EN", Language::English),
            ("de, fr;q=0.5", Language::Swedish),
            ("en;q=0", Language::Swedish),
            ("", Language::Swedish),
            (";;;,q=,en;q=x", Language::Swedish),
        ] {
            assert_eq!(Language::preferred(header), expected, "{header}");
        }
    }
}
