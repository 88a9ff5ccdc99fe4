//! Reads filters and paths out of their words, by descent.

use std::iter::Peekable;

use super::token::{self, Token};
use super::{Filter, Literal, Name, Operator, Test, Unreadable};

/// The longest filter or path, in bytes.
const MAX_BYTES: usize = 4096;
/// How deep conditions may lie in each other.
const MAX_DEPTH: usize = 16;
/// How many conditions there may be.
pub(super) const MAX_TERMS: usize = 200;

pub(super) struct Reader {
    tokens: Peekable<std::vec::IntoIter<Token>>,
    terms: usize,
}

impl Reader {
    pub(super) fn new(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MAX_BYTES {
            return Err(Unreadable("the filter is too long"));
        }
        Ok(Self {
            tokens: token::all(text)?.into_iter().peekable(),
            terms: 0,
        })
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.tokens.next()
    }

    pub(super) fn peek(&mut self) -> Option<&Token> {
        self.tokens.peek()
    }

    pub(super) fn end(&mut self) -> Result<(), Unreadable> {
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

    pub(super) fn any(&mut self, depth: usize) -> Result<Filter, Unreadable> {
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
    pub(super) fn values(&mut self, name: &mut Name, depth: usize) -> Result<Filter, Unreadable> {
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
            Some(Token::Text(text)) => Literal::Text(text.into()),
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

fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '$')
        && characters.all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
}

/// An attribute's name, with what stands around it.
pub(super) fn name(word: &str) -> Result<Name, Unreadable> {
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
