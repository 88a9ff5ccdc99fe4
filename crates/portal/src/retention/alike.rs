//! Which of some names another one may be a misspelling of. Pure.

/// The most slips of the pen between a name and another that it is taken for.
const MOST_SLIPS: usize = 2;
/// A name of fewer characters for each slip is rather another word.
const CHARS_FOR_A_SLIP: usize = 3;

/// Of these names the one that is most like a name, if any is so much like it that one may be the other misspelt: a letter or two left
/// out, added, exchanged, or swapped with the next. The case of letters does not count. Of several that are equally alike the first.
pub(super) fn most_alike<'a>(name: &str, others: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let chars = name.chars().count();
    let alike = others.into_iter().filter_map(|other| {
        let lowercase = other.to_lowercase();
        let others_chars = lowercase.chars().count();
        let may_slip = MOST_SLIPS.min(chars.min(others_chars) / CHARS_FOR_A_SLIP);
        // Most are told apart by their length, which is cheap.
        if chars.abs_diff(others_chars) > may_slip {
            return None;
        }
        let slips = strsim::osa_distance(&name, &lowercase);
        (slips <= may_slip).then_some((slips, other))
    });
    alike.min_by_key(|(slips, _)| *slips).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN_USE: [&str; 4] = ["beslut", "brev", "delgivning", "kallelse"];

    #[test]
    fn a_slip_or_two_are_seen_through() {
        for (name, other) in [
            ("besult", Some("beslut")),
            ("beslutt", Some("beslut")),
            ("beslu", Some("beslut")),
            ("Beslut-", Some("beslut")),
            ("besluten", Some("beslut")),
            ("kalelse", Some("kallelse")),
            ("kallesle", Some("kallelse")),
            ("delgivningar", Some("delgivning")),
            ("bref", Some("brev")),
            ("breven", None),
            ("beslutande", None),
            ("faktura", None),
            ("", None),
        ] {
            assert_eq!(most_alike(name, IN_USE), other, "{name}");
        }
    }

    #[test]
    fn short_names_are_words_of_their_own() {
        assert_eq!(most_alike("pm", ["am", "pmx"]), None);
        assert_eq!(most_alike("svat", ["svar"]), Some("svar"));
        assert_eq!(most_alike("svat", ["svit-2", "sant"]), None);
    }

    #[test]
    fn the_most_alike_wins_and_of_equals_the_first() {
        assert_eq!(
            most_alike("beslut1", ["beslut22", "beslut2", "beslut3"]),
            Some("beslut2")
        );
    }
}
