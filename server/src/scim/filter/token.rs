//! The words of filters and paths.

use std::iter::Peekable;
use std::str::CharIndices;

use super::Unreadable;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Open(char),
    Close(char),
}

/// Every word of a text.
pub(super) fn all(text: &str) -> Result<Vec<Token>, Unreadable> {
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
