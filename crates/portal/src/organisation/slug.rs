//! An organisation's name in addresses: lower-case ASCII letters, digits and dashes, made of its name when it is created.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use unicode_normalization::UnicodeNormalization;

use super::entity::{Column, Entity};

/// The longest that is made of a name: with a number behind it, still shorter than an id, so that one is never taken for the
/// other.
const MAX_CHARS: usize = 28;
/// What a name gives in which nothing is left.
const NAMELESS: &str = "organisation";
/// What stands in the same place of an address and is no organisation.
const TAKEN: [&str; 24] = [
    "account",
    "audit",
    "cases",
    "confirm",
    "do",
    "invitation",
    "invitations",
    "members",
    "messages",
    "new",
    "notices",
    "organisation",
    "password",
    "recovery-codes",
    "rules",
    "second-factor",
    "security",
    "sessions",
    "settings",
    "sign-in",
    "sign-in-rules",
    "sign-out",
    "staff",
    "systems",
];

/// What a name gives: letters without their marks, a dash for everything between words.
fn of(name: &str) -> String {
    let mut slug = String::new();
    for character in name.to_lowercase().nfd() {
        if slug.len() == MAX_CHARS {
            break;
        }
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !is_mark(character) && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        NAMELESS.to_owned()
    } else {
        slug.to_owned()
    }
}

/// The marks that letters are taken apart into: ring, diaeresis, acute and so on.
const fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// The first that nobody has: the slug itself, then with `-2`, `-3` and so on behind it.
fn first_free(slug: &str, taken: &[String]) -> String {
    let is_free = |slug: &str| !TAKEN.contains(&slug) && !taken.iter().any(|taken| taken == slug);
    if is_free(slug) {
        return slug.to_owned();
    }
    let mut number = 2_u64;
    loop {
        let numbered = format!("{slug}-{number}");
        if is_free(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

/// A slug for a name that no organisation has yet.
pub(super) async fn free(on: &impl ConnectionTrait, name: &str) -> Result<String, DbErr> {
    let slug = of(name);
    let taken: Vec<Option<String>> = Entity::find()
        .select_only()
        .column(Column::Slug)
        .filter(Column::Slug.starts_with(&slug))
        .into_tuple()
        .all(on)
        .await?;
    let taken: Vec<String> = taken.into_iter().flatten().collect();
    Ok(first_free(&slug, &taken))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_gives_letters_without_marks_and_dashes_between_words() {
        for (name, slug) in [
            ("Norrby kommun", "norrby-kommun"),
            ("Östersunds  kommun (ÖK)", "ostersunds-kommun-ok"),
            ("Åkersberga & Älvsjö", "akersberga-alvsjo"),
            ("Région Île-de-France", "region-ile-de-france"),
            ("  - Vård 24/7 -  ", "vard-24-7"),
            ("北京", "organisation"),
            ("…", "organisation"),
        ] {
            assert_eq!(of(name), slug, "{name}");
        }
        assert_eq!(of(&"å".repeat(100)), "a".repeat(MAX_CHARS));
    }

    #[test]
    fn what_is_taken_gets_a_number() {
        let taken = ["norrby".to_owned(), "norrby-2".to_owned(), "norrby-kommun".to_owned()];
        assert_eq!(first_free("norrby", &taken), "norrby-3");
        assert_eq!(first_free("norr", &taken), "norr");
        assert_eq!(first_free("account", &[]), "account-2");
        assert_eq!(first_free(NAMELESS, &[]), "organisation-2");
    }

    proptest! {
        #[test]
        fn a_slug_is_never_empty_and_never_an_id(name in ".{0,120}") {
            let slug = first_free(&of(&name), &[]);
            prop_assert!(!slug.is_empty() && slug.len() < 36);
            prop_assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        }
    }
}
