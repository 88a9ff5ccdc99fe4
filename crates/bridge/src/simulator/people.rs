//! The test people: numbers that Skatteverket publishes for tests, with invented names.

use base::Personnummer;
use serde::Serialize;

/// Somebody who can approve an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    #[serde(rename = "personalNumber")]
    pub(crate) number: String,
    pub(crate) given_name: String,
    pub(crate) surname: String,
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.surname)
    }
}

/// Number, first name, last name.
const PEOPLE: [(&str, &str, &str); 3] = [
    ("200001012384", "Alma", "Exempelsson"),
    ("200001012392", "Björn", "Testberg"),
    ("197701172392", "Cecilia", "Provgren"),
];

pub(crate) fn all() -> impl Iterator<Item = Person> {
    PEOPLE.iter().map(|(number, given_name, surname)| Person {
        number: (*number).to_owned(),
        given_name: (*given_name).to_owned(),
        surname: (*surname).to_owned(),
    })
}

/// The person with this number: one of ours, or somebody made up for any other valid number.
pub(crate) fn with_number(number: &str) -> Option<Person> {
    Personnummer::from_digits(number).ok()?;
    all().find(|person| person.number == number).or_else(|| {
        Some(Person {
            number: number.to_owned(),
            given_name: "Någon".to_owned(),
            surname: "Annan".to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_person_has_a_valid_number() {
        assert!(all().all(|person| with_number(&person.number) == Some(person)));
        assert_eq!(with_number("200001012385"), None);
    }
}
