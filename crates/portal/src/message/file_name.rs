//! Which file names a sender may give: those that can be saved under that name on every system and look like what they
//! are.

use unicode_normalization::UnicodeNormalization;

use super::text::turns_text;

/// The longest name, in bytes of UTF-8 (the limit of common file systems).
const MAX_BYTES: usize = 255;

/// Names that Windows keeps for devices, whatever their extension (Microsoft, "Naming Files, Paths, and Namespaces").
const DEVICES: [&str; 24] = [
    "CON", "PRN", "AUX", "NUL", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT0",
    "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// The name in Unicode's composed form (NFC), or `None` when it is not allowed.
pub(super) fn accept(name: &str) -> Option<String> {
    // Composing never makes a text longer than three times (UAX #15), so what is far too long is not even looked at.
    if name.len() > 4 * MAX_BYTES {
        return None;
    }
    let name: String = name.nfc().collect();
    let allowed = !name.is_empty()
        && name.len() <= MAX_BYTES
        && !name.starts_with(' ')
        && !name.ends_with([' ', '.'])
        && !name.chars().any(is_refused)
        && !is_device(&name);
    allowed.then_some(name)
}

/// What separates folders or streams, what Windows refuses, what can't be seen, and what turns the text.
fn is_refused(character: char) -> bool {
    character.is_control()
        || turns_text(character)
        || matches!(character, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(
            character,
            '\u{00AD}' | '\u{180E}' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}'
                | '\u{206A}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{E0000}'..='\u{E007F}'
        )
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_names_are_allowed() {
        for name in [
            "beslut.pdf",
            "Beslut om förskola (2026-11).pdf",
            ".gitignore",
            "قرار.pdf",
            "決定書.pdf",
            "a",
        ] {
            assert_eq!(accept(name).as_deref(), Some(name), "{name}");
        }
    }

    #[test]
    fn a_name_is_stored_composed() {
        assert_eq!(accept("A\u{30A}sa.pdf").as_deref(), Some("\u{C5}sa.pdf"));
    }

    #[test]
    fn a_path_is_no_name() {
        for name in [
            "../beslut.pdf",
            "a/b",
            "a\\b",
            "C:beslut.pdf",
            "..",
            ".",
            "/etc/passwd",
            "beslut.pdf:stream",
        ] {
            assert_eq!(accept(name), None, "{name}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        for name in ["a\u{0}.pdf", "a\n.pdf", "a\r\nb.pdf", "a\u{7f}.pdf", "a\u{9b}.pdf"] {
            assert_eq!(accept(name), None, "{name:?}");
        }
    }

    #[test]
    fn names_that_look_like_another_are_refused() {
        for name in [
            "beslut\u{202E}fdp.exe",
            "a\u{2066}b.pdf",
            "a\u{200B}.pdf",
            "a\u{200F}.pdf",
            "\u{FEFF}a.pdf",
        ] {
            assert_eq!(accept(name), None, "{name:?}");
        }
    }

    #[test]
    fn names_that_windows_keeps_or_drops_are_refused() {
        for name in [
            "CON",
            "con.pdf",
            "Lpt1.txt",
            "nul .txt",
            "beslut.pdf.",
            "beslut.pdf ",
            " beslut.pdf",
            "a?.pdf",
        ] {
            assert_eq!(accept(name), None, "{name:?}");
        }
        assert!(accept("console.pdf").is_some());
    }

    #[test]
    fn a_name_has_at_most_255_bytes() {
        assert!(accept(&"a".repeat(255)).is_some());
        assert_eq!(accept(&"a".repeat(256)), None);
        assert_eq!(accept(&"å".repeat(128)), None);
        assert_eq!(accept(""), None);
    }

    proptest! {
        #[test]
        fn what_is_allowed_stays_the_same_when_it_is_checked_again(name in "\\PC{0,40}") {
            if let Some(accepted) = accept(&name) {
                prop_assert_eq!(accept(&accepted), Some(accepted.clone()));
                prop_assert!(!accepted.contains(['/', '\\', '\0']));
            }
        }
    }
}
