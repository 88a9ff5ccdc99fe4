//! What the portal says of itself and of processors.

use super::{development, load};

#[test]
fn where_the_portal_stands_and_who_are_processors_are_a_few_short_lines() {
    let load_with = |more: &str| {
        load(
            &development().replace("[contact]\n", &format!("[contact]\n{more}\n")),
            &[],
        )
    };
    let (long, longest) = ("å".repeat(201), "å".repeat(200));
    let processors = |count: usize| format!("processors = [{}]", vec!["\"Ett AB (drift)\""; count].join(", "));
    assert!(load_with(&format!("place = \"{longest}\"\n{}", processors(20))).is_ok());
    for (text, key) in [
        (format!("place = \"{long}\""), "contact.place"),
        ("place = \" \"".to_owned(), "contact.place"),
        ("place = \"Luleå\\nSverige\"".to_owned(), "contact.place"),
        (processors(21), "contact.processors"),
        (format!("processors = [\"{long}\"]"), "contact.processors"),
        ("processors = [\"Ett AB\", \"\"]".to_owned(), "contact.processors"),
    ] {
        let Err(problems) = load_with(&text) else {
            panic!("{text}")
        };
        assert!(problems[0].starts_with(key), "{text}: {problems:?}");
    }
}
