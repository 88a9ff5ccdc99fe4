//! What a record of the database says, as a place: which of its names are taken.

use std::collections::BTreeMap;

use portal::{Place, PlaceName};
use serde::Deserialize;

/// What countries are called in Swedish, by their two letters (ISO 3166-1 alpha-2), as in Unicode CLDR 48: the databases that
/// one gets for nothing have no Swedish.
const SWEDISH_COUNTRIES: &str = include_str!("countries-sv.txt");

/// A record in the form of GeoLite2 City and DB-IP City Lite; what else it has is left alone.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow, default)]
    city: Entry<'a>,
    #[serde(borrow, default)]
    country: Entry<'a>,
}

#[derive(Debug, Default, Deserialize)]
struct Entry<'a> {
    /// By language, as a BCP 47 tag.
    #[serde(borrow, default)]
    names: BTreeMap<&'a str, &'a str>,
    #[serde(borrow, default)]
    iso_code: Option<&'a str>,
}

impl Record<'_> {
    /// The place, in the words of the record; `None` when it names neither city nor country.
    pub(super) fn place(&self) -> Option<Place> {
        let country = self.country.iso_code.and_then(in_swedish);
        Place::new(self.city.name(None), self.country.name(country))
    }
}

impl Entry<'_> {
    /// Each language's own name or, where there is none, the English one or any. `otherwise` stands in for the Swedish one.
    fn name(&self, otherwise: Option<&str>) -> Option<PlaceName> {
        let named = |language: &str| self.names.get(language).copied();
        let english = named("en").or_else(|| self.names.values().next().copied());
        let swedish = named("sv").or(otherwise).or(english);
        PlaceName::new(swedish?, english.or(swedish)?)
    }
}

fn in_swedish(code: &str) -> Option<&'static str> {
    let mut countries = SWEDISH_COUNTRIES.lines().filter_map(|line| line.split_once(' '));
    countries.find(|(country, _)| *country == code).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In Swedish and English.
    fn words(name: Option<&PlaceName>) -> Option<(&str, &str)> {
        name.map(|name| (name.swedish(), name.english()))
    }

    fn entry<'a>(names: &[(&'a str, &'a str)], iso_code: Option<&'a str>) -> Entry<'a> {
        Entry {
            names: names.iter().copied().collect(),
            iso_code,
        }
    }

    fn place(city: Entry<'_>, country: Entry<'_>) -> Option<Place> {
        Record { city, country }.place()
    }

    #[test]
    fn a_city_and_its_country_are_named_in_each_language() {
        let city = entry(&[("sv", "Göteborg"), ("en", "Gothenburg"), ("de", "Göteborg")], None);
        let country = entry(&[("sv", "Sverige"), ("en", "Sweden")], Some("SE"));
        let place = place(city, country).unwrap();
        assert_eq!(words(place.city()), Some(("Göteborg", "Gothenburg")));
        assert_eq!(words(place.country()), Some(("Sverige", "Sweden")));
    }

    #[test]
    fn a_city_without_a_name_in_the_language_has_its_english_one_or_any() {
        for (names, want) in [
            (&[("de", "Wien"), ("en", "Vienna")][..], ("Vienna", "Vienna")),
            (&[("de", "Wien")], ("Wien", "Wien")),
            (&[("ru", "Вена"), ("sv", "Wien")], ("Wien", "Вена")),
        ] {
            let place = place(entry(names, None), Entry::default()).unwrap();
            assert_eq!((words(place.city()), place.country()), (Some(want), None));
        }
    }

    #[test]
    fn a_country_is_named_in_swedish_by_its_letters_when_the_database_does_not() {
        for (code, names, want) in [
            (Some("IS"), &[("en", "Iceland")][..], ("Island", "Iceland")),
            (
                Some("IS"),
                &[("en", "Iceland"), ("sv", "Ísland")],
                ("Ísland", "Iceland"),
            ),
            (Some("IS"), &[], ("Island", "Island")),
            (Some("??"), &[("en", "Atlantis")], ("Atlantis", "Atlantis")),
            (None, &[("en", "Atlantis")], ("Atlantis", "Atlantis")),
        ] {
            let place = place(Entry::default(), entry(names, code)).unwrap();
            assert_eq!((place.city(), words(place.country())), (None, Some(want)));
        }
    }

    #[test]
    fn a_record_without_names_is_no_place() {
        assert_eq!(place(Entry::default(), Entry::default()), None);
        assert_eq!(place(entry(&[("en", " ")], None), entry(&[], Some("??"))), None);
    }

    #[test]
    fn every_country_has_two_letters_and_one_name() {
        let codes: Vec<&str> = SWEDISH_COUNTRIES.lines().map(|line| &line[..2]).collect();
        assert!(codes.len() > 240 && codes.is_sorted_by(|one, next| one < next));
        for line in SWEDISH_COUNTRIES.lines() {
            let (code, name) = line.split_once(' ').unwrap();
            assert!(
                code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()),
                "{line}"
            );
            let kept = PlaceName::new(name, name).unwrap();
            assert_eq!(kept.swedish(), name);
        }
    }
}
