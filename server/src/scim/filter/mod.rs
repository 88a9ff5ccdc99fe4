//! Reading filters (RFC 7644 section 3.4.2.2) and the paths of changes (section 3.5.2): pure, strict and bounded. Entra's
//! `emails[type eq "work"].value eq "…"`, which the grammar of filters does not have, is read too.

mod reader;
mod token;

use reader::Reader;
use token::Token;

/// A filter or path that can't be read, or is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// A text that values are compared with, made ready once for all of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    pub(super) written: String,
    /// In the form in which capitals make no difference.
    pub(super) caseless: String,
    /// The instant that it is, if it is one.
    pub(super) instant: Option<jiff::Timestamp>,
}

impl From<String> for Text {
    fn from(written: String) -> Self {
        Self {
            caseless: portal::caseless(&written),
            instant: written.parse().ok(),
            written,
        }
    }
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(Text),
    Boolean(bool),
    Number(f64),
    Null,
}

/// The name of an attribute, perhaps with its schema before it and a part behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) schema: Option<String>,
    pub(super) attribute: String,
    pub(super) part: Option<String>,
}

/// What is asked of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Present,
    Compare(Operator, Literal),
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// The attribute; of its values, those that the inner filter keeps; and what is asked of them.
    Term {
        name: Name,
        of: Option<Box<Filter>>,
        test: Test,
    },
}

impl Filter {
    /// Whether it asks for an attribute.
    pub(super) fn names(&self, attribute: &str) -> bool {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().any(|filter| filter.names(attribute)),
            Self::Not(filter) => filter.names(attribute),
            Self::Term { name, .. } => name.attribute.eq_ignore_ascii_case(attribute),
        }
    }

    /// How many conditions it has.
    pub(super) fn conditions(&self) -> usize {
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().map(Self::conditions).sum(),
            Self::Not(filter) => filter.conditions(),
            Self::Term { of, .. } => 1 + of.as_ref().map_or(0, |of| of.conditions()),
        }
    }
}

/// The path of a change: an attribute, perhaps some of its values, perhaps a part of each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) name: Name,
    pub(super) of: Option<Filter>,
}

/// Reads a filter.
pub(super) fn filter(text: &str) -> Result<Filter, Unreadable> {
    let mut reader = Reader::new(text)?;
    let filter = reader.any(0)?;
    reader.end()?;
    Ok(filter)
}

/// Reads the path of a change.
pub(super) fn path(text: &str) -> Result<Path, Unreadable> {
    let mut reader = Reader::new(text)?;
    let Some(Token::Word(word)) = reader.next() else {
        return Err(Unreadable("an attribute's name is missing"));
    };
    let mut name = reader::name(&word)?;
    let of = match reader.peek() {
        Some(Token::Open('[')) => Some(reader.values(&mut name, 0)?),
        _ => None,
    };
    reader.end()?;
    Ok(Path { name, of })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn term(name: &str, operator: Operator, value: &str) -> Filter {
        Filter::Term {
            name: reader::name(name).unwrap(),
            of: None,
            test: Test::Compare(operator, Literal::Text(value.to_owned().into())),
        }
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closest() {
        let a = || term("userName", Operator::Equal, "a");
        let b = || term("displayName", Operator::Contains, "b");
        let c = || term("externalId", Operator::StartsWith, "c");
        let text = r#"userName eq "a" or displayName CO "b" and externalId Sw "c""#;
        assert_eq!(
            filter(text).unwrap(),
            Filter::Any(vec![a(), Filter::All(vec![b(), c()])])
        );
        let text = r#"(userName eq "a" or displayName co "b") and not (externalId sw "c")"#;
        let not = Filter::Not(Box::new(c()));
        assert_eq!(
            filter(text).unwrap(),
            Filter::All(vec![Filter::Any(vec![a(), b()]), not])
        );
    }

    #[test]
    fn what_directories_ask_for_is_read() {
        let work = || Box::new(term("type", Operator::Equal, "work"));
        let of_work = |part: Option<&str>, test| Filter::Term {
            name: Name {
                schema: None,
                attribute: "emails".to_owned(),
                part: part.map(str::to_owned),
            },
            of: Some(work()),
            test,
        };
        let is = Test::Compare(Operator::Equal, Literal::Text("k@norrby.example".to_owned().into()));
        let text = r#"emails[type eq "work"].value eq "k@norrby.example""#;
        assert_eq!(filter(text).unwrap(), of_work(Some("value"), is));
        assert_eq!(
            filter(r#"emails[type eq "work"]"#).unwrap(),
            of_work(None, Test::Present)
        );
        for text in [
            "meta.lastModified gt \"2011-05-13T04:42:34Z\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName sw \"J\"",
            "emails[type eq \"work\" and value co \"@example.com\"] and active eq true",
            "title pr and not(active eq False)",
            "userName eq \"a \\\"quoted\\\" \\u00e5\"",
            "age ge -1.5e3 or nickName eq null",
        ] {
            assert!(filter(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_filter_tells_which_attributes_it_asks_for() {
        let text = r#"displayName eq "a" and (externalId pr or not (MEMBERS.value eq "b"))"#;
        let read = filter(text).unwrap();
        assert!(read.names("members") && read.names("displayname") && !read.names("value"));
        assert!(!filter(r#"members[value eq "b"]"#).unwrap().names("displayName"));
    }

    #[test]
    fn paths_name_attributes_values_and_parts() {
        let read = path(r#"emails[type eq "work"].value"#).unwrap();
        assert_eq!(read.name.part.as_deref(), Some("value"));
        assert_eq!(read.of, Some(term("type", Operator::Equal, "work")));
        let read = path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department").unwrap();
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        assert_eq!(
            (read.name.schema.as_deref(), read.name.attribute.as_str()),
            (Some(urn), "department")
        );
        assert_eq!(path("name.givenName").unwrap().name.part.as_deref(), Some("givenName"));
        for text in [
            "",
            "emails[",
            "emails[type eq \"work\"",
            "emails[]",
            "a b",
            "a.b.c",
            "1a",
            "emails[type eq \"w\"].",
            "\"a\"",
        ] {
            assert!(path(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in [
            "",
            "userName",
            "userName eq",
            "userName is \"a\"",
            "eq \"a\"",
            "userName eq a",
            "userName eq \"a",
            "userName eq \"a\" and",
            "(userName pr",
            "userName pr)",
            "not userName pr",
            "userName pr userName pr",
            "emails[type eq \"work\"",
            "userName eq \"\\x\"",
            "userName = \"a\"",
            "\u{0}",
            "userName eq (\"a\")",
        ] {
            assert!(filter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bombs_are_refused_before_they_cost_anything() {
        let deep = format!("{}a pr{}", "(".repeat(17), ")".repeat(17));
        assert_eq!(filter(&deep), Err(Unreadable("the filter is too deep")));
        let nots = format!("{}a pr{}", "not (".repeat(600), ")".repeat(600));
        assert!(filter(&nots).is_err());
        let wide = vec!["a pr"; 201].join(" or ");
        assert_eq!(filter(&wide), Err(Unreadable("the filter has too many conditions")));
        let long = format!("a eq \"{}\"", "x".repeat(5000));
        assert_eq!(filter(&long), Err(Unreadable("the filter is too long")));
    }

    proptest! {
        #[test]
        fn nothing_from_outside_breaks_the_reader(text in "\\PC{0,200}") {
            let _ = (filter(&text), path(&text));
        }

        #[test]
        fn nothing_that_looks_like_a_filter_breaks_it_either(
            words in proptest::collection::vec("(and|or|not|eq|pr|\\(|\\)|\\[|\\]|a|a\\.b|\"x\"|true|1|\\.v)", 0..40),
        ) {
            let _ = (filter(&words.join(" ")), path(&words.join("")));
        }
    }
}
