//! The typeface of documents: how wide a text is, where its lines break, and the glyphs to draw. One character, one glyph: enough for
//! languages in Latin letters, which is what the typeface has.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::PdfFailed;

const REGULAR: &[u8] = include_bytes!("../../fonts/AtkinsonHyperlegibleNext-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/AtkinsonHyperlegibleNext-SemiBold.ttf");

/// What stands for a character that the typeface lacks.
const REPLACEMENT: char = '?';

/// One weight of the typeface.
pub(crate) struct Typeface {
    pub(crate) font: Font,
    metrics: FontRef<'static>,
    units: f32,
}

impl Typeface {
    pub(crate) fn regular() -> Result<Self, PdfFailed> {
        Self::of(REGULAR)
    }

    pub(crate) fn bold() -> Result<Self, PdfFailed> {
        Self::of(BOLD)
    }

    fn of(data: &'static [u8]) -> Result<Self, PdfFailed> {
        let font = Font::new(data.into(), 0).ok_or_else(PdfFailed::unexpected)?;
        let metrics = FontRef::new(data).map_err(PdfFailed::of)?;
        Ok(Self {
            units: font.units_per_em(),
            font,
            metrics,
        })
    }

    /// The text with another character in place of those that the typeface lacks.
    pub(crate) fn drawable(&self, text: &str) -> String {
        let map = self.metrics.charmap();
        let known = |character: char| map.map(character).is_some_and(|glyph| glyph.to_u32() != 0);
        // The typeface has no hyphen that lines don't end at; ours end at spaces alone.
        let plain = |character| if character == '\u{2011}' { '-' } else { character };
        text.chars()
            .map(plain)
            .map(|character| if known(character) { character } else { REPLACEMENT })
            .collect()
    }

    /// The glyphs of a drawable text, with advances for a size of 1.
    pub(crate) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let (map, widths) = (
            self.metrics.charmap(),
            self.metrics.glyph_metrics(Size::unscaled(), LocationRef::default()),
        );
        text.char_indices()
            .map(|(place, character)| {
                let glyph = map.map(character).unwrap_or_default();
                let advance = widths.advance_width(glyph).unwrap_or(0.0) / self.units;
                let range = place..place + character.len_utf8();
                KrillaGlyph::new(GlyphId::new(glyph.to_u32()), advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }

    /// How wide a text is at a size, in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance).sum::<f32>() * size
    }

    /// The text in lines of at most `room` points. A word that is longer breaks where it must.
    pub(crate) fn lines(&self, text: &str, size: f32, room: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split(' ') {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if self.width(&longer, size) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for character in word.chars() {
                line.push(character);
                if self.width(&line, size) > room && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, character.to_string()));
                }
            }
        }
        lines.push(line);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_within_words_only_when_they_must() {
        let typeface = Typeface::regular().unwrap();
        let room = typeface.width("gallrade handlingar", 10.0);
        let lines = |text| typeface.lines(text, 10.0, room + 0.1);
        assert_eq!(lines("gallrade handlingar"), ["gallrade handlingar"]);
        assert_eq!(lines("gallrade handlingar här"), ["gallrade handlingar", "här"]);
        let long = "a".repeat(100);
        let broken = lines(&long);
        assert!(broken.len() > 1);
        assert_eq!(broken.concat(), long);
    }

    #[test]
    fn what_the_typeface_lacks_is_replaced() {
        let typeface = Typeface::bold().unwrap();
        assert_eq!(typeface.drawable("Åsele kommun – 4\u{a0}§"), "Åsele kommun – 4\u{a0}§");
        assert_eq!(typeface.drawable("e\u{2011}post"), "e-post");
        assert_eq!(typeface.drawable("ὦ漢"), "??");
    }
}
