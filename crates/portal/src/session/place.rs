//! Roughly where on the map a person signed in from, in the words of whoever keeps a list of networks and places. The network
//! address itself is not here.

use crate::message::turns_text;

/// The longest name that is kept, in bytes; what is longer is cut, and ends with [`CUT`].
const MAX_BYTES: usize = 96;
/// What stands where a name was cut.
const CUT: char = '…';
/// A name's room in what is stored: its length, and as many bytes as it may have.
const ROOM: usize = 1 + MAX_BYTES;

/// What a place is called in each language of the pages: one line, at most 96 bytes, with nothing that turns the text around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlaceName {
    swedish: String,
    english: String,
}

impl PlaceName {
    /// A place that is called so. Characters that are not seen or turn the text around them are left out, and what is too long
    /// is cut; `None` when nothing is left of either.
    #[must_use]
    pub fn new(swedish: &str, english: &str) -> Option<Self> {
        let (swedish, english) = (clean(swedish), clean(english));
        (!swedish.is_empty() && !english.is_empty()).then_some(Self { swedish, english })
    }

    /// In Swedish.
    #[must_use]
    pub fn swedish(&self) -> &str {
        &self.swedish
    }

    /// In English.
    #[must_use]
    pub fn english(&self) -> &str {
        &self.english
    }
}

/// Roughly where a person signed in from: near a city, or just in a country. Worked out from the network address, so it helps
/// to recognise a sign-in and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    city: Option<PlaceName>,
    country: Option<PlaceName>,
}

impl Place {
    /// A place of which as much is known; `None` when nothing is.
    #[must_use]
    pub fn new(city: Option<PlaceName>, country: Option<PlaceName>) -> Option<Self> {
        (city.is_some() || country.is_some()).then_some(Self { city, country })
    }

    /// The city that it is near, when one is known.
    #[must_use]
    pub const fn city(&self) -> Option<&PlaceName> {
        self.city.as_ref()
    }

    /// The country, when it is known.
    #[must_use]
    pub const fn country(&self) -> Option<&PlaceName> {
        self.country.as_ref()
    }

    /// As many bytes whatever the place, so that the sealed value's length says nothing.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 * ROOM);
        for name in [&self.city, &self.country] {
            for text in [
                name.as_ref().map(PlaceName::swedish),
                name.as_ref().map(PlaceName::english),
            ] {
                let text = text.unwrap_or_default().as_bytes();
                let end = bytes.len() + ROOM;
                // A name has at most 96 bytes.
                bytes.push(u8::try_from(text.len()).unwrap_or(0));
                bytes.extend_from_slice(text);
                bytes.resize(end, 0);
            }
        }
        bytes
    }

    /// What [`Self::to_bytes`] wrote; `None` when it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut texts = bytes.chunks_exact(ROOM).map(|room| {
            let (length, text) = room.split_first()?;
            std::str::from_utf8(text.get(..usize::from(*length))?).ok()
        });
        let city = PlaceName::new(texts.next()??, texts.next()??);
        let country = PlaceName::new(texts.next()??, texts.next()??);
        Self::new(city, country)
    }
}

/// A name in one line that is what it seems to be, and not too long.
fn clean(name: &str) -> String {
    let mut clean = String::new();
    for word in name.split(|character: char| character.is_whitespace() || character.is_control()) {
        let seen = word.chars().filter(|character| !turns_text(*character));
        let before = clean.len();
        if !clean.is_empty() {
            clean.push(' ');
        }
        let start = clean.len();
        clean.extend(seen);
        if clean.len() == start {
            clean.truncate(before);
        }
        if clean.len() > MAX_BYTES {
            let mut end = MAX_BYTES - CUT.len_utf8();
            while !clean.is_char_boundary(end) {
                end -= 1;
            }
            clean.truncate(end);
            clean.truncate(clean.trim_end().len());
            clean.push(CUT);
            break;
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(swedish: &str, english: &str) -> Option<PlaceName> {
        PlaceName::new(swedish, english)
    }

    #[test]
    fn a_place_comes_back_as_it_was_stored_and_has_always_the_same_length() {
        let country = name("Sverige", "Sweden");
        let places = [
            Place::new(name("Göteborg", "Gothenburg"), country.clone()),
            Place::new(None, country),
            Place::new(name("Å", "Å"), None),
            Place::new(name(&"ö".repeat(100), &"中".repeat(100)), name(&"a".repeat(96), "b")),
        ];
        for place in places.map(Option::unwrap) {
            let bytes = place.to_bytes();
            assert_eq!(bytes.len(), 388);
            assert_eq!(Place::from_bytes(&bytes), Some(place));
        }
    }

    #[test]
    fn of_nothing_there_is_no_place() {
        assert_eq!(Place::new(None, None), None);
        assert_eq!(name("", "Sweden"), None);
        assert_eq!(name("Sverige", " \u{200F}\n"), None);
        for bytes in [&[][..], &[0; 388], &[255; 388], &[1; 387], &[97; 388]] {
            assert_eq!(Place::from_bytes(bytes), None);
        }
    }

    #[test]
    fn a_name_is_one_short_line_that_is_what_it_seems_to_be() {
        for (given, kept) in [
            (" Luleå ", "Luleå"),
            ("Upplands\r\nVäsby", "Upplands Väsby"),
            ("a \u{202E}\u{2066} b\u{0}c", "a b c"),
            ("\u{202E}Luleå\u{200F}", "Luleå"),
            ("<b>Luleå</b>", "<b>Luleå</b>"),
            ("قرية", "قرية"),
        ] {
            assert_eq!(clean(given), kept);
        }
        assert_eq!(clean(&"a".repeat(96)), "a".repeat(96));
        assert_eq!(clean(&"a".repeat(97)), format!("{}…", "a".repeat(93)));
        assert_eq!(clean(&"ö".repeat(1_000_000)), format!("{}…", "ö".repeat(46)));
        assert_eq!(clean(&"ö ".repeat(1_000)).len(), 95);
    }
}
