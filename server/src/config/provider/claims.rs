//! Where a record reads what a provider says of a person, and what must stand there.

use std::fmt;

use serde::Deserialize;

/// Where a claim is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimSource {
    /// The ID token.
    IdToken,
    /// The UserInfo endpoint.
    UserInfo,
}

/// A claim and where it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimPlace {
    /// Where it is read.
    pub from: ClaimSource,
    /// The claim's name.
    pub claim: String,
}

/// A claim that must have one certain value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredClaim {
    /// Where it is read.
    pub from: ClaimSource,
    /// The claim's name.
    pub claim: String,
    /// Its only accepted value.
    pub value: RequiredValue,
}

/// The value that a claim must have, of the same type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RequiredValue {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Truth(bool),
}

impl RequiredValue {
    /// Whether a claim has it.
    #[must_use]
    pub fn is(&self, claim: &serde_json::Value) -> bool {
        match self {
            Self::Text(text) => claim.as_str() == Some(text),
            Self::Number(number) => claim.as_i64() == Some(*number),
            Self::Truth(truth) => claim.as_bool() == Some(*truth),
        }
    }
}

impl fmt::Display for RequiredValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Truth(truth) => truth.fmt(f),
        }
    }
}
