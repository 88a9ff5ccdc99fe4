//! Sizes of files as people read them: `84 kB`, `1,2 MB`. Decimal units (SI), as file managers on phones use.

use super::Texts;

/// A size in bytes for people.
#[must_use]
pub fn size(texts: &Texts, bytes: u64) -> String {
    let (unit, scale) = match bytes {
        0..1_000 => ("B", 1),
        1_000..1_000_000 => ("kB", 1_000),
        1_000_000..1_000_000_000 => ("MB", 1_000_000),
        _ => ("GB", 1_000_000_000),
    };
    let tenths = (bytes * 10 + scale / 2) / scale;
    let number = if tenths < 100 && scale >= 1_000_000 {
        format!("{}{}{}", tenths / 10, texts.get("decimal-sign"), tenths % 10)
    } else {
        ((tenths + 5) / 10).to_string()
    };
    format!("{number}\u{a0}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn sizes_are_rounded_as_people_say_them() {
        let swedish = |bytes| size(Texts::of(Language::Swedish), bytes).replace('\u{a0}', " ");
        assert_eq!(swedish(1), "1 B");
        assert_eq!(swedish(83_600), "84 kB");
        assert_eq!(swedish(1_240_000), "1,2 MB");
        assert_eq!(swedish(2_147_483_648), "2,1 GB");
        assert_eq!(swedish(48_300_000), "48 MB");
        assert_eq!(size(Texts::of(Language::English), 1_240_000), "1.2\u{a0}MB");
    }
}
