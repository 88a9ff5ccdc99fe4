//! Parameters of OAuth requests, from a query or a form.

use url::form_urlencoded;

/// Parameters by name. One that stands twice is an error (RFC 6749 section 3.1), an empty one counts as absent.
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter stands twice, or there are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

const MAX_PARAMETERS: usize = 50;

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            if parameters.len() >= MAX_PARAMETERS || parameters.iter().any(|(known, _)| *known == name) {
                return Err(Malformed);
            }
            parameters.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(parameters))
    }

    /// The parameter's value, unless it is absent or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_stands_once_or_not_at_all() {
        let parameters = Parameters::parse(b"a=1&b=&c=%C3%A5").unwrap();
        assert_eq!(parameters.get("a"), Some("1"));
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("c"), Some("å"));
        assert!(Parameters::parse(b"a=1&a=1").is_err());
    }
}
