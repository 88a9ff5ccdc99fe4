//! The words of a register extract outside its PDF: what its files are called, a message as a text file, and what is missing and why.

use std::fmt::Write as _;

use base::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use portal::{
    DeliveryState, HandedCase, HandedRequest, KeptHold, KeptOrganisationExtract, LeftOut, MessageView, RegisterPart,
};

use crate::texts::{Language, Texts, dates};

/// The words in one language.
pub struct ExtractWords {
    texts: &'static Texts,
    /// The name of the PDF.
    pub pdf_name: String,
    /// The name of the file that says what is missing, in every language.
    pub left_out_name: String,
    /// What a message is called whose title does not open.
    pub untitled: String,
}

/// The words in that language.
#[must_use]
pub fn register_extract_texts(language: Language) -> ExtractWords {
    let texts = Texts::of(language);
    ExtractWords {
        texts,
        pdf_name: format!("{}.pdf", texts.get("extract-file")),
        left_out_name: Language::ALL
            .map(|language| Texts::of(language).get("extract-left-file"))
            .join("-")
            + ".txt",
        untitled: texts.get("extract-untitled"),
    }
}

impl ExtractWords {
    /// What the archive is called: ASCII, and nothing of whose it is.
    #[must_use]
    pub fn archive_name(&self, day: Date) -> String {
        format!("{}-{day}.zip", self.texts.get("extract-file"))
    }

    /// A message as a text file; `None` when its text does not open. Lines end as every system takes them.
    #[must_use]
    pub fn message(&self, organisation: &str, message: &MessageView, time_zone: &TimeZone) -> Option<String> {
        let body = message.body.as_deref()?;
        let title = message.title.as_deref().unwrap_or(&self.untitled);
        let sent = dates::day_and_time(self.texts, message.sent_at, time_zone);
        let words = [("organisation", organisation.to_owned().into()), ("sent", sent.into())];
        let head = self.texts.with("extract-message-head", &words);
        let text = format!("{title}\n{head}\n\n{body}\n");
        // The mark lets editors on Windows know that it is UTF-8.
        Some(format!("\u{feff}{}", text.replace("\r\n", "\n").replace('\n', "\r\n")))
    }

    /// What is not in the archive, and why, in every language; `None` when nothing is missing.
    #[must_use]
    pub fn left_out(&self, part: &RegisterPart, handed: &[HandedCase], requests: &[HandedRequest]) -> Option<String> {
        let missing = missing(part, handed, requests);
        if missing.is_empty() {
            return None;
        }
        let mut text = String::from("\u{feff}");
        for language in Language::ALL {
            let texts = Texts::of(language);
            let _ = write!(text, "{}\r\n\r\n", texts.get("extract-left-title"));
            for left in &missing {
                let what = left.what.clone().unwrap_or_else(|| {
                    let id = [("id", left.id.clone().into())];
                    texts.with(left.key, &id)
                });
                let line = [
                    ("organisation", left.organisation.to_owned().into()),
                    ("what", what.into()),
                    ("why", texts.get(why(left.why)).into()),
                ];
                let _ = write!(text, "– {}\r\n", texts.with("extract-left-line", &line));
            }
            text.push_str("\r\n");
        }
        Some(text)
    }
}

/// Whose hold it is and since when, and until when it keeps what it is on, when it is lifted.
pub(crate) fn hold_of(texts: &Texts, hold: &KeptHold, at: impl Fn(Timestamp) -> String) -> String {
    let words = [
        ("organisation", hold.organisation.clone().into()),
        ("since", at(hold.since).into()),
    ];
    match hold.until {
        None => texts.with("extract-hold-of", &words),
        Some(until) => {
            let until = ("until", at(until).into());
            texts.with("extract-hold-of-lifted", &[words.as_slice(), &[until]].concat())
        }
    }
}

/// Which organisation made an extract, and when; and who of it, where the person may know.
pub(crate) fn made_by(texts: &Texts, extract: &KeptOrganisationExtract, at: String) -> String {
    let made = [("organisation", extract.organisation.clone().into()), ("at", at.into())];
    match &extract.made_by {
        None => texts.with("extract-made-by", &made),
        Some(name) => {
            let name = ("name", name.as_str().into());
            texts.with("extract-made-by-named", &[made.as_slice(), &[name]].concat())
        }
    }
}

/// The key of why something is missing.
pub(crate) const fn why(left: LeftOut) -> &'static str {
    match left {
        LeftOut::Gone => "extract-left-gone",
        LeftOut::LevelTooLow => "extract-left-level",
        LeftOut::Damaged => "extract-left-damaged",
        LeftOut::TermsNotAccepted => "extract-left-terms",
        LeftOut::OnlyForThePerson => "extract-left-only-person",
    }
}

/// Something that is not in the archive.
struct Missing<'a> {
    organisation: &'a str,
    /// What it is called, when that may be told.
    what: Option<String>,
    /// What it is called when not.
    key: &'static str,
    id: String,
    why: LeftOut,
}

fn missing<'a>(part: &'a RegisterPart, handed: &[HandedCase], requests: &'a [HandedRequest]) -> Vec<Missing<'a>> {
    let mut missing = Vec::new();
    for case in &part.cases {
        let handed = handed.iter().find(|handed| handed.case == case.id);
        let organisation = &*case.organisation;
        for delivery in &case.deliveries {
            let message = handed.and_then(|case| case.messages.iter().find(|it| it.message == delivery.message));
            if message.is_none() && delivery.state == DeliveryState::Readable {
                missing.push(Missing {
                    organisation,
                    what: None,
                    key: "extract-left-message",
                    id: delivery.message.to_string(),
                    why: handed.and_then(|case| case.left).unwrap_or(LeftOut::Gone),
                });
            }
        }
        for message in handed.iter().flat_map(|case| &case.messages) {
            // A message without its title is not whole either.
            let damaged = message.title.is_none().then_some(LeftOut::Damaged);
            missing.extend(message.text.left().or(damaged).map(|why| Missing {
                organisation,
                what: message.title.clone(),
                key: "extract-left-message",
                id: message.message.to_string(),
                why,
            }));
            missing.extend(message.documents.iter().filter_map(|document| {
                Some(Missing {
                    organisation,
                    what: document.name.clone(),
                    key: "extract-left-document",
                    id: document.document.to_string(),
                    why: document.handed.left()?,
                })
            }));
        }
    }
    missing.extend(part.requests_gone(requests).map(|request| Missing {
        organisation: &request.organisation,
        what: None,
        key: "extract-left-request",
        id: request.id.to_string(),
        why: LeftOut::Gone,
    }));
    missing
}
