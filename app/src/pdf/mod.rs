//! Documents as PDF: A4, PDF/A-2a and PDF/UA-1, set in our typeface. Owns pages, styles and the parts that several documents are made
//! of; what a document says is its own module's.

mod sheet;
mod typeface;

use std::num::NonZeroU16;

use base::Timestamp;
use jiff::tz::TimeZone;
use krilla::metadata::DateTime;
use krilla::tagging::TableHeaderScope;

pub(crate) use sheet::{About, Cell, Colour, Sheets, Style, WIDTH};

/// The document could not be made, which would be a mistake of ours: what was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the PDF could not be made: {0}")]
pub struct PdfFailed(String);

impl PdfFailed {
    pub(crate) fn of(problem: impl std::fmt::Debug) -> Self {
        Self(format!("{problem:?}"))
    }

    pub(crate) fn unexpected() -> Self {
        Self("a number or a file is out of bounds".to_owned())
    }
}

pub(crate) const TITLE: Style = style(25.0, true, Colour::Ink);
pub(crate) const HEADING: Style = style(14.0, true, Colour::Ink);
pub(crate) const BRAND: Style = style(11.0, true, Colour::Pine);
pub(crate) const TEXT: Style = style(10.5, false, Colour::Ink);
pub(crate) const LABEL: Style = style(10.5, false, Colour::Soft);
pub(crate) const SMALL: Style = style(9.5, false, Colour::Ink);
/// Of such a size that a root has one line.
pub(crate) const CODE: Style = style(9.2, false, Colour::Ink);
pub(crate) const SMALL_BOLD: Style = style(9.5, true, Colour::Ink);

const fn style(size: f32, bold: bool, colour: Colour) -> Style {
    Style { size, bold, colour }
}

const BELOW_HEADING: f32 = 5.0;

/// Where the values of pairs begin.
const VALUES: f32 = 126.0;

/// A heading of the second level, with room below.
pub(crate) fn heading(sheets: &mut Sheets, text: &str) -> Result<(), PdfFailed> {
    let level = NonZeroU16::new(2).ok_or_else(PdfFailed::unexpected)?;
    sheets.heading(level, text, HEADING);
    sheets.space(BELOW_HEADING);
    Ok(())
}

/// How high such a heading is with that room, in points.
pub(crate) fn heading_height(sheets: &Sheets, text: &str) -> f32 {
    sheets.text_height(text, HEADING) + BELOW_HEADING
}

/// A name and its value beside it.
pub(crate) fn pair(sheets: &mut Sheets, name: &str, value: &str, style: Style) {
    sheets.row(&[
        Cell {
            text: name,
            style: LABEL,
            left: 0.0,
            width: VALUES - 10.0,
            at_right: false,
            header: Some(TableHeaderScope::Row),
        },
        Cell {
            text: value,
            style,
            left: VALUES,
            width: WIDTH - VALUES,
            at_right: false,
            header: None,
        },
    ]);
    sheets.space(3.0);
}

/// An instant as a PDF has it.
pub(crate) fn date_time(at: Timestamp) -> Result<DateTime, PdfFailed> {
    let utc = at.to_jiff().to_zoned(TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).map_err(PdfFailed::of);
    Ok(DateTime::new(u16::try_from(utc.year()).map_err(PdfFailed::of)?)
        .month(part(utc.month())?)
        .day(part(utc.day())?)
        .hour(part(utc.hour())?)
        .minute(part(utc.minute())?)
        .second(part(utc.second())?)
        .utc_offset_hour(0)
        .utc_offset_minute(0))
}
