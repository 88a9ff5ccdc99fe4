//! Which sign-ins were from another country than the person's before. A pure rule over what is kept.

use std::collections::HashSet;

use crate::PlaceName;

/// What the rule asks of a sign-in.
pub(super) struct Seen<'a> {
    /// The country that it was from, when that is known.
    pub(super) country: Option<&'a PlaceName>,
    /// Whether the person said that it was not them. What is somebody else's makes no country the person's.
    pub(super) is_reported: bool,
}

/// Which of these sign-ins, the earliest first, were from a country that none of those before was from. Where there is nothing to
/// compare with, none is.
pub(super) fn new_countries(sign_ins: &[Seen<'_>]) -> Vec<bool> {
    let mut known = HashSet::new();
    let mut new = Vec::with_capacity(sign_ins.len());
    for sign_in in sign_ins {
        let country = sign_in.country;
        new.push(!known.is_empty() && country.is_some_and(|country| !known.contains(country)));
        if !sign_in.is_reported {
            known.extend(country);
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(sign_ins: &[(&str, bool)]) -> Vec<bool> {
        let countries: Vec<_> = sign_ins.iter().map(|(name, _)| PlaceName::new(name, name)).collect();
        let seen = countries.iter().zip(sign_ins).map(|(country, (_, is_reported))| Seen {
            country: country.as_ref(),
            is_reported: *is_reported,
        });
        new_countries(&seen.collect::<Vec<_>>())
    }

    #[test]
    fn a_country_is_new_once_and_the_first_is_not() {
        let sign_ins = [
            ("Sverige", false),
            ("Sverige", false),
            ("Norge", false),
            ("Norge", false),
        ];
        assert_eq!(judged(&sign_ins), [false, false, true, false]);
        assert_eq!(judged(&[("", false), ("Norge", false)]), [false, false]);
        assert_eq!(
            judged(&[("Norge", false), ("", false), ("Sverige", false)]),
            [false, false, true]
        );
        assert!(judged(&[]).is_empty());
    }

    #[test]
    fn what_was_somebody_elses_stays_new() {
        let sign_ins = [("Sverige", false), ("Norge", true), ("Norge", false), ("Norge", false)];
        assert_eq!(judged(&sign_ins), [false, true, true, false]);
        assert_eq!(judged(&[("Norge", true), ("Sverige", false)]), [false, false]);
    }
}
