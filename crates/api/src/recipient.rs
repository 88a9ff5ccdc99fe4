//! Who can be reached, and the form of a personnummer on the wire.

use std::fmt;

use base::{Day, InvalidPersonnummer, Personnummer, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Reads a personnummer or samordningsnummer as a system writes it: twelve digits, with or without a dash before the
/// last four. The century must be written out, since a guess could hand a document to somebody's grandfather.
///
/// # Errors
///
/// [`InvalidPersonnummer`] with what is wrong; a day of birth after `today` counts as no date.
pub fn parse_personnummer(text: &str, today: Day) -> Result<Personnummer, InvalidPersonnummer> {
    if text.bytes().filter(u8::is_ascii_digit).count() == 12 {
        Personnummer::parse(text, today)
    } else {
        Err(InvalidPersonnummer::Form)
    }
}

/// Persons to ask about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchRequest {
    /// One personnummer or samordningsnummer each, `YYYYMMDDNNNN` with or without a dash; at most 1000.
    #[schema(value_type = Vec<String>, max_items = 1000, example = json!(["197701172392", "20000101-2384"]))]
    pub recipients: Vec<SecretString>,
}

impl Serialize for MatchRequest {
    /// Writes the numbers out, for the body of the request.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let numbers: Vec<&str> = self.recipients.iter().map(|number| number.expose().as_str()).collect();
        let mut request = serializer.serialize_struct("MatchRequest", 1)?;
        request.serialize_field("recipients", &numbers)?;
        request.end()
    }
}

impl fmt::Debug for MatchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatchRequest")
            .field("recipients", &self.recipients.len())
            .finish()
    }
}

/// What is known, in the order of the request. The numbers are not repeated.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MatchResponse {
    /// One entry for each number of the request, in its order.
    pub recipients: Vec<RecipientMatch>,
}

/// What a sender may know about a person beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecipientMatch {
    /// Whether the portal has an e-mail address of the person, to tell them where it sends mails. It is the latest that any sender
    /// gave, so `true` tells that somebody has sent to the person, but neither who nor what. A person who wants no mails has none.
    pub has_address: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        "2026-11-22".parse().unwrap()
    }

    #[test]
    fn the_century_is_written_out() {
        for good in ["197701172392", "19770117-2392"] {
            assert_eq!(
                parse_personnummer(good, today()).unwrap().expose(),
                "197701172392",
                "{good}"
            );
        }
        for bad in ["7701172392", "770117-2392", "770117+2392", "19770117239", ""] {
            assert_eq!(
                parse_personnummer(bad, today()),
                Err(InvalidPersonnummer::Form),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_request_prints_no_number() {
        let request = MatchRequest {
            recipients: vec![SecretString::new("197701172392".to_owned())],
        };
        assert_eq!(format!("{request:?}"), "MatchRequest { recipients: 1 }");
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"recipients":["197701172392"]}"#
        );
    }
}
