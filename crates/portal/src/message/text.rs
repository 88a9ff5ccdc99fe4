//! Which characters the texts of a message may hold.

/// Whether a character changes the direction of the text around it without being seen (Unicode UAX #9, explicit
/// formatting characters and marks), so that a text reads otherwise than it is.
pub(crate) const fn turns_text(character: char) -> bool {
    matches!(
        character,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a text is one line of 1 to `limit` characters, with something to see in it and nothing that deceives.
pub(crate) fn is_line(text: &str, limit: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= limit
        && !text.chars().any(|character| {
            character.is_control() || turns_text(character) || matches!(character, '\u{2028}' | '\u{2029}')
        })
}

/// Whether a text of several lines has at most `limit` characters and nothing that deceives.
pub(crate) fn is_text(text: &str, limit: usize) -> bool {
    text.chars().count() <= limit
        && !text.chars().any(|character| {
            (character.is_control() && !matches!(character, '\n' | '\r' | '\t')) || turns_text(character)
        })
}

/// Whether a text has the form of an e-mail address that mail servers accept (RFC 5321 section 4.1.2, without quoted
/// local parts and address literals).
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|character| character.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character))
    };
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part
                .chars()
                .all(|character| character.is_alphanumeric() || character == '-')
    };
    text.len() <= 254
        && local.len() <= 64
        && local.split('.').all(atom)
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// Whether a text is a sender's name for a kind of document.
pub(crate) fn is_document_type(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_that_shows_something() {
        for title in ["Beslut", "Beslut om förskoleplats – Åsa 🦉", "قرار"] {
            assert!(is_line(title, 200), "{title}");
        }
        for title in ["", "  ", "a\nb", "a\u{0}b", "a\u{202E}fdp.exe", "a\u{2028}b", "\u{7f}"] {
            assert!(!is_line(title, 200), "{title:?}");
        }
        assert!(is_line(&"å".repeat(200), 200));
        assert!(!is_line(&"å".repeat(201), 200));
    }

    #[test]
    fn a_text_may_have_lines_and_tabs_but_no_other_control_characters() {
        assert!(is_text("Hej!\r\n\n\tVälkommen", 100));
        assert!(is_text("", 100));
        assert!(!is_text("bell\u{7}", 100));
        assert!(!is_text("\u{1b}[31m", 100));
        assert!(!is_text("\u{2067}", 100));
        assert!(!is_text("aaa", 2));
    }

    #[test]
    fn an_email_address_has_a_mailbox_and_a_domain() {
        for good in ["asa@example.se", "a.b+c@sub.example.org", "åsa@exempel.se"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "asa",
            "@example.se",
            "asa@",
            "asa@localhost",
            "a b@example.se",
            "a@b@",
            ".a@example.se",
            "a..b@example.se",
            "asa@example..se",
            "asa@-example.se",
            "asa@example.se\r\nBcc: x@example.se",
            "Åsa <asa@example.se>",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
        assert!(!is_email(&format!("{}@example.se", "a".repeat(65))));
    }

    #[test]
    fn a_document_type_is_a_short_name() {
        assert!(is_document_type("decision.preschool_2026-1"));
        for bad in ["", "two words", "åäö", "a/b"] {
            assert!(!is_document_type(bad), "{bad:?}");
        }
        assert!(!is_document_type(&"a".repeat(65)));
    }
}
