//! The cases of an extract, with what was sent in them and what became of it.

use std::num::NonZeroU16;

use base::Timestamp;
use portal::{DeliveryState, Handed, HandedDocument, HandedMessage, KeptCase, KeptDelivery, KeptDocument, LeftOut};

use super::{Columns, Reader, Setting};
use crate::extract_words::why;
use crate::pdf::{Colour, PdfFailed, SMALL, Sheets, Style, TEXT, WIDTH, heading};
use crate::texts::{dates, sizes};

const CASE: Style = Style {
    size: 12.0,
    bold: true,
    colour: Colour::Pine,
};
/// What a case begins with, in points: its heading, three lines on it, and the title of its first message with the lines that stay with it.
const CASE_BEGINS: f32 = 160.0;
const DOCUMENTS: Columns<3> = [(0.0, 180.0), (190.0, 56.0), (256.0, WIDTH - 256.0)];
const DOCUMENT_NAMES: [&str; 3] = ["extract-document", "extract-size", "extract-in-archive"];
/// To the organisation's staff no document has a name, and none is in the ZIP file.
const DOCUMENTS_OF: Columns<2> = [(0.0, 246.0), (256.0, WIDTH - 256.0)];
const DOCUMENT_NAMES_OF: [&str; 2] = ["extract-of-file-kind", "extract-size"];

impl Setting<'_> {
    pub(super) fn cases(&self, sheets: &mut Sheets) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        if !self.cases.is_empty() {
            sheets.keep_together(40.0 + CASE_BEGINS);
        }
        heading(sheets, &self.texts.get("extract-cases"))?;
        if self.cases.is_empty() {
            sheets.paragraph(&self.texts.get("extract-no-cases"), TEXT);
        }
        for (number, case) in self.cases.iter().enumerate() {
            self.case(sheets, number + 1, case)?;
        }
        Ok(())
    }

    /// What a case is called.
    pub(super) fn numbered(&self, number: usize, case: &KeptCase) -> String {
        let words = [
            ("number", number.into()),
            ("organisation", case.organisation.clone().into()),
        ];
        self.texts.with("extract-case", &words)
    }

    fn case(&self, sheets: &mut Sheets, number: usize, case: &KeptCase) -> Result<(), PdfFailed> {
        let handed = self.handed.iter().find(|handed| handed.case == case.id);
        let level = NonZeroU16::new(3).ok_or_else(PdfFailed::unexpected)?;
        sheets.space(10.0);
        sheets.keep_together(CASE_BEGINS);
        sheets.heading(level, &self.numbered(number, case), CASE);
        sheets.space(3.0);
        if case.held {
            let held = match case.held_until {
                None => self.texts.get("extract-held"),
                Some(until) => self
                    .texts
                    .with("extract-held-until", &[("until", self.at(until).into())]),
            };
            sheets.paragraph(&held, SMALL);
        }
        if let Some(at) = case.closed_at {
            let words = [("at", self.at(at).into())];
            sheets.paragraph(&self.texts.with("extract-closed", &words), SMALL);
        }
        // What an earlier version gathered has the end of the day alone.
        let end = |until| dates::last_day(self.texts, until, self.time_zone);
        let extended_to = case.extended_to.map(|day| dates::date(self.texts, day));
        if let Some(day) = extended_to.or_else(|| case.extended_until.map(end)) {
            let words = [("day", day.into())];
            sheets.paragraph(&self.texts.with("extract-extended", &words), SMALL);
        }
        let left = handed.and_then(|case| case.left).unwrap_or(LeftOut::Gone);
        let mut told = Vec::new();
        for delivery in &case.deliveries {
            let message = handed.and_then(|case| case.messages.iter().find(|it| it.message == delivery.message));
            told.extend(message.map(|message| message.message));
            self.delivery(sheets, delivery, message, left);
        }
        // What came after the register was gathered and was opened with the case.
        let messages = handed.iter().flat_map(|case| &case.messages);
        for message in messages.filter(|message| !told.contains(&message.message)) {
            self.late(sheets, message);
        }
        Ok(())
    }

    /// `left` is why a message is not there that could be read.
    fn delivery(&self, sheets: &mut Sheets, delivery: &KeptDelivery, message: Option<&HandedMessage>, left: LeftOut) {
        self.title(sheets, &self.titled(message));
        if let Some(kind) = &delivery.document_type {
            self.pair(sheets, "extract-kind", kind);
        }
        self.pair(sheets, "extract-sent", &self.at(delivery.sent_at));
        if let Some(at) = delivery.notified_at {
            self.pair(sheets, "extract-notified", &self.at(at));
        }
        let never = || self.texts.get("extract-never");
        self.pair(
            sheets,
            "extract-opened",
            &delivery.opened_at.map_or_else(never, |at| self.at(at)),
        );
        let end = message.map_or(delivery.expires_at, |message| message.expires_at);
        self.expires(sheets, end);
        let state = match (message, delivery.state, left) {
            (Some(_), _, _) => None,
            (None, DeliveryState::Readable, LeftOut::Gone) => Some("extract-state-gone"),
            (None, DeliveryState::Readable, left) => Some(why(left)),
            (None, DeliveryState::Expired, _) => Some("extract-state-expired"),
            (None, DeliveryState::Revoked, _) => Some("extract-state-revoked"),
            (None, DeliveryState::Erased, _) => {
                Some(self.reader.words("extract-state-erased", "extract-of-state-erased"))
            }
        };
        let left = match delivery.state {
            DeliveryState::Readable => left,
            DeliveryState::Expired | DeliveryState::Revoked | DeliveryState::Erased => LeftOut::Gone,
        };
        if let Some(state) = state {
            self.pair(sheets, "extract-state", &self.texts.get(state));
        }
        self.reason(sheets, &delivery.purpose, &delivery.legal_ground);
        if let Some(message) = message {
            self.text(sheets, message);
        }
        let documents = delivery.documents.iter().map(|document| {
            let handed = message.and_then(|it| it.documents.iter().find(|it| it.document == document.id));
            self.document(document, handed, left)
        });
        self.documents(sheets, &documents.collect::<Vec<_>>());
    }

    /// What a message is called.
    fn titled(&self, message: Option<&HandedMessage>) -> String {
        let title = message.and_then(|message| message.title.clone());
        title.unwrap_or_else(|| self.texts.get("extract-untitled"))
    }

    fn late(&self, sheets: &mut Sheets, message: &HandedMessage) {
        self.title(sheets, &self.titled(Some(message)));
        self.pair(sheets, "extract-sent", &self.at(message.sent_at));
        self.expires(sheets, message.expires_at);
        self.reason(sheets, &message.reason.purpose, &message.reason.legal_ground);
        self.text(sheets, message);
        let documents = message
            .documents
            .iter()
            .map(|document| [self.name(Some(document)), String::new(), self.became(&document.handed)]);
        self.documents(sheets, &documents.collect::<Vec<_>>());
    }

    /// What each is called, its size and what became of it; the last means nothing to the organisation's staff.
    fn documents(&self, sheets: &mut Sheets, rows: &[[String; 3]]) {
        if !rows.is_empty() {
            sheets.space(3.0);
            match self.reader {
                Reader::Person => self.table(sheets, &DOCUMENTS, DOCUMENT_NAMES, rows),
                Reader::Organisation => {
                    let rows = rows.iter().map(|[kind, size, _]| [kind.clone(), size.clone()]);
                    self.table(sheets, &DOCUMENTS_OF, DOCUMENT_NAMES_OF, &rows.collect::<Vec<_>>());
                }
            }
        }
        sheets.space(6.0);
    }

    fn expires(&self, sheets: &mut Sheets, at: Timestamp) {
        self.pair(
            sheets,
            "extract-expires",
            &dates::last_day(self.texts, at, self.time_zone),
        );
    }

    /// Where a message's text is, for whoever has it.
    fn text(&self, sheets: &mut Sheets, message: &HandedMessage) {
        if self.reader == Reader::Person {
            self.pair(sheets, "extract-text", &self.became(&message.text));
        }
    }

    fn reason(&self, sheets: &mut Sheets, purpose: &str, legal_ground: &str) {
        for (key, text) in [("extract-purpose", purpose), ("extract-legal-ground", legal_ground)] {
            if !text.is_empty() {
                self.pair(sheets, key, text);
            }
        }
    }

    fn document(&self, document: &KeptDocument, handed: Option<&HandedDocument>, left: LeftOut) -> [String; 3] {
        let size = sizes::size(self.texts, document.size);
        let name = match self.reader {
            Reader::Person => self.name(handed),
            Reader::Organisation => document.media_type.clone(),
        };
        let became = handed.map_or_else(|| self.texts.get(why(left)), |document| self.became(&document.handed));
        [name, size, became]
    }

    fn name(&self, handed: Option<&HandedDocument>) -> String {
        let name = handed.and_then(|document| document.name.clone());
        name.unwrap_or_else(|| self.texts.get("extract-unnamed"))
    }

    fn became(&self, handed: &Handed) -> String {
        match handed {
            Handed::File(name) => name.clone(),
            Handed::Left(left) => self.texts.get(why(*left)),
        }
    }
}
