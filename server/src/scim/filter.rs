//! Reading filters (RFC 7644 section 3.4.2.2) and the paths of changes (section 3.5.2): pure, strict and bounded. Entra's
//! `emails[type eq "work"].value eq "…"`, which the grammar of filters does not have, is read too.

use std::iter::Peekable;
use std::str::CharIndices;

/// The longest filter or path, in bytes.
const MAX_BYTES: usize = 4096;
/// How deep conditions may lie in each other.
const MAX_DEPTH: usize = 16;
/// How many conditions there may be.
const MAX_TERMS: usize = 200;

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

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(String),
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
    let mut name = name(&word)?;
    let of = match reader.peek() {
        Some(Token::Open('[')) => Some(reader.values(&mut name, 0)?),
        _ => None,
    };
    reader.end()?;
    Ok(Path { name, of })
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Open(char),
    Close(char),
}

struct Reader {
    tokens: Peekable<std::vec::IntoIter<Token>>,
    terms: usize,
}

impl Reader {
    fn new(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MAX_BYTES {
            return Err(Unreadable("the filter is too long"));
        }
        Ok(Self {
            tokens: tokens(text)?.into_iter().peekable(),
            terms: 0,
        })
    }

    fn next(&mut self) -> Option<Token> {
        self.tokens.next()
    }

    fn peek(&mut self) -> Option<&Token> {
        self.tokens.peek()
    }

    fn end(&mut self) -> Result<(), Unreadable> {
        self.peek()
            .map_or(Ok(()), |_| Err(Unreadable("there is more than one filter")))
    }

    /// Whether the next word is this one, which is then passed.
    fn passes(&mut self, keyword: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        if is_it {
            self.next();
        }
        is_it
    }

    fn any(&mut self, depth: usize) -> Result<Filter, Unreadable> {
        self.chain(depth, "or", Self::all, Filter::Any)
    }

    fn all(&mut self, depth: usize) -> Result<Filter, Unreadable> {
        self.chain(depth, "and", Self::one, Filter::All)
    }

    fn chain(
        &mut self,
        depth: usize,
        keyword: &str,
        read: fn(&mut Self, usize) -> Result<Filter, Unreadable>,
        join: fn(Vec<Filter>) -> Filter,
    ) -> Result<Filter, Unreadable> {
        let first = read(self, depth)?;
        let mut filters = vec![first];
        while self.passes(keyword) {
            filters.push(read(self, depth)?);
        }
        match (filters.pop(), filters.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => {
                filters.extend(last);
                Ok(join(filters))
            }
        }
    }

    fn one(&mut self, depth: usize) -> Result<Filter, Unreadable> {
        if depth >= MAX_DEPTH {
            return Err(Unreadable("the filter is too deep"));
        }
        match self.next() {
            Some(Token::Open('(')) => {
                let inner = self.any(depth + 1)?;
                self.close(')')?;
                Ok(inner)
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") => {
                if self.next() != Some(Token::Open('(')) {
                    return Err(Unreadable("not is followed by a parenthesis"));
                }
                let inner = self.any(depth + 1)?;
                self.close(')')?;
                Ok(Filter::Not(Box::new(inner)))
            }
            Some(Token::Word(word)) => self.term(&word, depth),
            _ => Err(Unreadable("an attribute's name is missing")),
        }
    }

    fn close(&mut self, bracket: char) -> Result<(), Unreadable> {
        if self.next() == Some(Token::Close(bracket)) {
            Ok(())
        } else {
            Err(Unreadable("a bracket is not closed"))
        }
    }

    fn term(&mut self, word: &str, depth: usize) -> Result<Filter, Unreadable> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(Unreadable("the filter has too many conditions"));
        }
        let mut name = name(word)?;
        let of = match self.peek() {
            Some(Token::Open('[')) => Some(Box::new(self.values(&mut name, depth)?)),
            _ => None,
        };
        let ends = match self.peek() {
            None | Some(Token::Close(_)) => true,
            Some(Token::Word(word)) => word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("or"),
            Some(_) => false,
        };
        // Values that some filter keeps are a condition by themselves.
        let test = if of.is_some() && name.part.is_none() && ends {
            Test::Present
        } else {
            self.test()?
        };
        Ok(Filter::Term { name, of, test })
    }

    /// The filter in brackets behind an attribute, and the part of it that may follow.
    fn values(&mut self, name: &mut Name, depth: usize) -> Result<Filter, Unreadable> {
        self.next();
        let filter = self.any(depth + 1)?;
        self.close(']')?;
        if let Some(Token::Word(word)) = self.peek()
            && let Some(part) = word.strip_prefix('.')
        {
            if name.part.is_some() || !is_name(part) {
                return Err(Unreadable("a part of a value has no such name"));
            }
            name.part = Some(part.to_owned());
            self.next();
        }
        Ok(filter)
    }

    fn test(&mut self) -> Result<Test, Unreadable> {
        let Some(Token::Word(word)) = self.next() else {
            return Err(Unreadable("an operator is missing"));
        };
        let operator = match word.to_ascii_lowercase().as_str() {
            "pr" => return Ok(Test::Present),
            "eq" => Operator::Equal,
            "ne" => Operator::NotEqual,
            "co" => Operator::Contains,
            "sw" => Operator::StartsWith,
            "ew" => Operator::EndsWith,
            "gt" => Operator::Greater,
            "ge" => Operator::GreaterOrEqual,
            "lt" => Operator::Less,
            "le" => Operator::LessOrEqual,
            _ => return Err(Unreadable("there is no such operator")),
        };
        let literal = match self.next() {
            Some(Token::Text(text)) => Literal::Text(text),
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                "null" => Literal::Null,
                number => Literal::Number(number.parse().map_err(|_| Unreadable("a value is not JSON"))?),
            },
            _ => return Err(Unreadable("a value is missing")),
        };
        Ok(Test::Compare(operator, literal))
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Unreadable> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        found.push(match first {
            ' ' | '\t' => continue,
            '(' | '[' => Token::Open(first),
            ')' | ']' => Token::Close(first),
            '"' => Token::Text(quoted(text, start, &mut rest)?),
            _ if is_word(first) => {
                let mut word = String::from(first);
                while let Some((_, next)) = rest.next_if(|(_, next)| is_word(*next)) {
                    word.push(next);
                }
                Token::Word(word)
            }
            _ => return Err(Unreadable("there is a character that belongs to nothing")),
        });
    }
    Ok(found)
}

const fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | ':' | '_' | '-' | '$' | '+')
}

/// A text in quotation marks, as JSON writes it.
fn quoted(text: &str, start: usize, rest: &mut Peekable<CharIndices<'_>>) -> Result<String, Unreadable> {
    let mut escaped = false;
    for (place, character) in rest.by_ref() {
        match character {
            '"' if !escaped => {
                let literal = text.get(start..=place).unwrap_or_default();
                return serde_json::from_str(literal).map_err(|_| Unreadable("a text is not JSON"));
            }
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    Err(Unreadable("a text does not end"))
}

fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '$')
        && characters.all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
}

fn name(word: &str) -> Result<Name, Unreadable> {
    let (schema, rest) = match word.rsplit_once(':') {
        Some((schema, rest)) => (Some(schema.to_owned()), rest),
        None => (None, word),
    };
    let (attribute, part) = match rest.split_once('.') {
        Some((attribute, part)) => (attribute, Some(part)),
        None => (rest, None),
    };
    if is_name(attribute) && part.is_none_or(is_name) {
        Ok(Name {
            schema,
            attribute: attribute.to_owned(),
            part: part.map(str::to_owned),
        })
    } else {
        Err(Unreadable("an attribute has no such name"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn term(name: &str, operator: Operator, value: &str) -> Filter {
        Filter::Term {
            name: super::name(name).unwrap(),
            of: None,
            test: Test::Compare(operator, Literal::Text(value.to_owned())),
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
        let is = Test::Compare(Operator::Equal, Literal::Text("k@norrby.example".to_owned()));
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
