//! A register extract as a document: what its person reads, and what an organisation reads that made one of its own.

mod cases;
mod organisation;
mod person;
mod requests;

use std::num::NonZeroU16;

use base::Timestamp;
use jiff::tz::TimeZone;
use krilla::tagging::TableHeaderScope;
use portal::{HandedCase, KeptCase};

use crate::pdf::{
    About, BRAND, Cell, Colour, PdfFailed, SMALL, SMALL_BOLD, Sheets, Style, TEXT, TITLE, date_time, heading, pair,
};
use crate::texts::{Language, Texts, dates};

pub use organisation::organisation_extract_pdf;
pub use person::{ExtractPdf, extract_pdf};

/// Where columns begin and how wide they are.
type Columns<const N: usize> = [(f32, f32); N];

const MESSAGE: Style = Style {
    size: 10.5,
    bold: true,
    colour: Colour::Ink,
};

/// The kinds of identifiers, by their stored names and the keys of their words.
const KINDS: [(&str, &str); 5] = [
    ("personnummer", "extract-kind-personnummer"),
    ("samordningsnummer", "extract-kind-samordningsnummer"),
    ("prid", "extract-kind-prid"),
    ("work account", "extract-kind-work-account"),
    ("work account invitation", "extract-kind-invitation"),
];

/// The room above and below the line between the names of a table's columns and its rows.
const RULE: (f32, f32) = (3.0, 2.0);
/// How high a heading above a table is at most.
const HEADED: f32 = 50.0;

/// What stands around an extract.
struct Frame {
    /// What it is, a paragraph each.
    lead: Vec<String>,
    is_cut: bool,
    language: Language,
    /// When it was handed out.
    at: Timestamp,
}

/// To whom it speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// The person whom it is about.
    Person,
    /// The organisation that made it.
    Organisation,
}

impl Reader {
    /// The key of the words for this reader.
    const fn words(self, to_person: &'static str, to_organisation: &'static str) -> &'static str {
        match self {
            Self::Person => to_person,
            Self::Organisation => to_organisation,
        }
    }
}

/// What both kinds of extracts have, and how it is set.
struct Setting<'a> {
    texts: &'static Texts,
    time_zone: &'a TimeZone,
    cases: &'a [KeptCase],
    /// What became of what was sent in them.
    handed: &'a [HandedCase],
    reader: Reader,
}

impl Setting<'_> {
    /// A whole document, with `body` between what all begin and end with.
    fn whole(
        &self,
        frame: &Frame,
        body: impl FnOnce(&mut Sheets) -> Result<(), PdfFailed>,
    ) -> Result<Vec<u8>, PdfFailed> {
        let texts = self.texts;
        let title = texts.get("extract-title");
        let mut sheets = Sheets::new()?;
        sheets.paragraph("Postvalv", BRAND);
        sheets.space(14.0);
        sheets.heading(NonZeroU16::MIN, &title, TITLE);
        for paragraph in &frame.lead {
            sheets.space(8.0);
            sheets.paragraph(paragraph, TEXT);
        }
        if frame.is_cut {
            sheets.space(6.0);
            sheets.paragraph(&texts.get("extract-pdf-cut"), TEXT);
        }
        sheets.space(14.0);
        body(&mut sheets)?;
        let zone = self.time_zone.iana_name().unwrap_or("UTC");
        sheets.space(14.0);
        sheets.paragraph(&texts.with("protocol-pdf-zone", &[("zone", zone.into())]), TEXT);
        let description = self
            .reader
            .words("extract-pdf-description", "extract-of-pdf-description");
        let about = About {
            title: title.clone(),
            description: texts.get(description),
            language: frame.language.tag(),
            author: "Postvalv".to_owned(),
            // Names the document by its moment, and nothing of whose it is.
            id: format!("register-extract-{}", frame.at.as_millis()),
            made: date_time(frame.at)?,
        };
        let day = dates::day(texts, frame.at, self.time_zone);
        sheets.finish(about, |page, pages| {
            let page = texts.with("protocol-pdf-page", &[("page", page.into()), ("pages", pages.into())]);
            (format!("{title} · {day}"), page)
        })
    }

    fn at(&self, at: Timestamp) -> String {
        dates::day_and_time(self.texts, at, self.time_zone)
    }

    fn identifier(&self, sheets: &mut Sheets, kind: &str, value: &str) {
        let key = KINDS.iter().find(|(known, _)| *known == kind);
        let name = key.map_or_else(|| kind.to_owned(), |(_, key)| self.texts.get(key));
        pair(sheets, &name, value, TEXT);
    }

    /// A message's title, together with the first lines of what follows.
    fn title(&self, sheets: &mut Sheets, title: &str) {
        sheets.space(6.0);
        sheets.keep_together(70.0);
        sheets.paragraph(title, MESSAGE);
        sheets.space(3.0);
        sheets.begin_table();
    }

    fn pair(&self, sheets: &mut Sheets, key: &str, value: &str) {
        pair(sheets, &self.texts.get(key), value, TEXT);
    }

    /// A table, on each page below the names of its columns, which never stand there without a row.
    fn table<const N: usize>(&self, sheets: &mut Sheets, columns: &Columns<N>, names: [&str; N], rows: &[[String; N]]) {
        sheets.keep_together(self.begins(sheets, columns, names, rows));
        sheets.begin_table();
        self.names(sheets, columns, names);
        for (number, texts) in rows.iter().enumerate() {
            let cells = cells(columns, texts, SMALL, false);
            if number > 0 && sheets.keep_together(sheets.height(&cells)) {
                self.names(sheets, columns, names);
            }
            sheets.row(&cells);
            sheets.space(3.0);
        }
    }

    /// How high the names of a table's columns and its first row are together.
    fn begins<const N: usize>(
        &self,
        sheets: &Sheets,
        columns: &Columns<N>,
        names: [&str; N],
        rows: &[[String; N]],
    ) -> f32 {
        let names = names.map(|key| self.texts.get(key));
        let names = sheets.height(&cells(columns, &names, SMALL_BOLD, true));
        let first = rows
            .first()
            .map_or(0.0, |texts| sheets.height(&cells(columns, texts, SMALL, false)));
        names + RULE.0 + RULE.1 + first
    }

    fn names<const N: usize>(&self, sheets: &mut Sheets, columns: &Columns<N>, names: [&str; N]) {
        let names = names.map(|key| self.texts.get(key));
        sheets.row(&cells(columns, &names, SMALL_BOLD, true));
        sheets.rule(RULE.0, RULE.1);
    }

    /// A heading and the table below it, which begins on the same page.
    fn headed_table<const N: usize>(
        &self,
        sheets: &mut Sheets,
        key: &str,
        columns: &Columns<N>,
        names: [&str; N],
        rows: &[[String; N]],
    ) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        sheets.keep_together(HEADED + self.begins(sheets, columns, names, rows));
        heading(sheets, &self.texts.get(key))?;
        self.table(sheets, columns, names, rows);
        Ok(())
    }
}

fn cells<'a, const N: usize>(
    columns: &Columns<N>,
    texts: &'a [String; N],
    style: Style,
    is_header: bool,
) -> Vec<Cell<'a>> {
    texts
        .iter()
        .zip(columns)
        .map(|(text, &(left, width))| Cell {
            text,
            style,
            left,
            width,
            at_right: false,
            header: is_header.then_some(TableHeaderScope::Column),
        })
        .collect()
}
