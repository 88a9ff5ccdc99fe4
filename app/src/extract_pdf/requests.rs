//! What a person asked organisations to erase or put right, in an extract.

use base::CaseId;
use portal::{HandedRequest, KeptRequest};

use super::Setting;
use crate::page::rights::{kind, state_key};
use crate::pdf::{PdfFailed, Sheets, TEXT, heading};
use crate::texts::dates;

impl Setting<'_> {
    /// `gone` are those that were registered and could not be handed out.
    pub(super) fn requests(
        &self,
        sheets: &mut Sheets,
        handed: &[HandedRequest],
        gone: &[&KeptRequest],
    ) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        // With the first request.
        sheets.keep_together(110.0);
        let title = self.reader.words("extract-requests", "extract-of-requests");
        heading(sheets, &self.texts.get(title))?;
        if gone.is_empty() && handed.is_empty() {
            let none = self.reader.words("extract-no-requests", "extract-of-no-requests");
            sheets.paragraph(&self.texts.get(none), TEXT);
        }
        for handed in handed {
            self.request(sheets, &handed.request, Some(handed));
        }
        for gone in gone {
            self.request(sheets, gone, None);
        }
        Ok(())
    }

    /// A case as its heading calls it; one that is not in the extract by its id.
    fn case_name(&self, id: CaseId) -> String {
        let mut numbered = self.cases.iter().zip(1..);
        match numbered.find(|(case, _)| case.id == id) {
            Some((case, number)) => self.numbered(number, case),
            None => id.to_string(),
        }
    }

    fn request(&self, sheets: &mut Sheets, request: &KeptRequest, handed: Option<&HandedRequest>) {
        self.title(sheets, &self.texts.get(kind(request.kind)));
        self.pair(sheets, "extract-request-of", &request.organisation);
        let everything = || self.texts.get("extract-request-everything");
        let about = request.case.map_or_else(everything, |case| self.case_name(case));
        self.pair(sheets, "extract-request-case", &about);
        let state = match handed {
            Some(_) => state_key(request.kind, request.state, request.waits),
            None => "extract-state-gone",
        };
        self.pair(sheets, "extract-state", &self.texts.get(state));
        self.pair(sheets, "extract-request-received", &self.at(request.received_at));
        let by = dates::date(self.texts, request.answer_by);
        self.pair(sheets, "extract-request-answer-by", &by);
        for (key, at) in [
            ("extract-request-extended", request.extended_at),
            ("extract-request-answered", request.answered_at),
            ("extract-request-done", request.done_at),
        ] {
            if let Some(at) = at {
                self.pair(sheets, key, &self.at(at));
            }
        }
        // What an earlier version gathered has the instant alone.
        let end = |until| dates::last_day(self.texts, until, self.time_zone);
        let last = request.last_day.map(|day| dates::date(self.texts, day));
        if let Some(last) = last.or_else(|| request.kept_until.map(end)) {
            self.pair(sheets, "extract-request-kept", &last);
        }
        if let Some(handed) = handed {
            for (key, text) in [
                (self.reader.words("request-text", "request-staff-text"), &handed.text),
                ("request-extension", &handed.extension),
                ("request-answer", &handed.answer),
            ] {
                if let Some(text) = text {
                    // A cell has no lines of its own; the JSON has them.
                    let words: Vec<&str> = text.split_whitespace().collect();
                    self.pair(sheets, key, &words.join(" "));
                }
            }
        }
        sheets.space(6.0);
    }
}
