//! A register extract as a document that its person reads: who they are to the portal, their cases with all that was in them, their
//! sign-ins, and what they did.

use std::num::NonZeroU16;

use base::Timestamp;
use jiff::tz::TimeZone;
use krilla::tagging::TableHeaderScope;
use portal::{
    DeliveryState, Handed, HandedCase, HandedDocument, HandedMessage, HandedRequest, KeptCase, KeptDelivery,
    KeptDocument, KeptRequest, LeftOut, RegisterPart, Whereabouts,
};

use crate::extract_words::why;
use crate::page::rights::{kind, state_key};
use crate::page::sessions::{device, place_in_words};
use crate::pdf::{
    About, BRAND, Cell, Colour, PdfFailed, SMALL, SMALL_BOLD, Sheets, Style, TEXT, TITLE, WIDTH, date_time, heading,
    pair,
};
use crate::texts::{Language, Texts, dates, sizes};

/// What the document is made of.
#[derive(Clone, Copy)]
pub struct ExtractPdf<'a> {
    /// What was gathered.
    pub part: &'a RegisterPart,
    /// What was handed out with it.
    pub handed: &'a [HandedCase],
    /// The requests that were.
    pub requests: &'a [HandedRequest],
    /// When that was.
    pub handed_at: Timestamp,
    /// In which language.
    pub language: Language,
    /// Whose times it names.
    pub time_zone: &'a TimeZone,
}

const CASE: Style = Style {
    size: 12.0,
    bold: true,
    colour: Colour::Pine,
};
const MESSAGE: Style = Style {
    size: 10.5,
    bold: true,
    colour: Colour::Ink,
};

/// Where columns begin and how wide they are.
type Columns<const N: usize> = [(f32, f32); N];

const DOCUMENTS: Columns<3> = [(0.0, 180.0), (190.0, 56.0), (256.0, WIDTH - 256.0)];
const SIGN_INS: Columns<3> = [(0.0, 142.0), (152.0, 150.0), (312.0, WIDTH - 312.0)];
const ACTS: Columns<4> = [(0.0, 122.0), (130.0, 140.0), (278.0, 100.0), (386.0, WIDTH - 386.0)];

const SIGN_IN_NAMES: [&str; 3] = ["extract-at", "extract-device", "extract-place"];
const SESSION_NAMES: [&str; 3] = ["extract-since-and-used", "extract-device", "extract-place"];
const DEVICE_NAMES: [&str; 3] = ["extract-first-seen", "extract-device", "extract-place"];
const ACT_NAMES: [&str; 4] = ["extract-at", "extract-act", "extract-act-of", "extract-address"];

/// What a person does, by its stored name and the key of its words.
const WORDS: [(&str, &str); 20] = [
    ("case.opened", "extract-act-case-opened"),
    ("document.viewed", "extract-act-viewed"),
    ("document.downloaded", "extract-act-downloaded"),
    ("document.cut-off", "extract-act-cut-off"),
    ("content.damaged", "extract-act-damaged"),
    ("recipient.signed-in", "extract-act-signed-in"),
    ("recipient.signed-out", "extract-act-signed-out"),
    ("recipient.linked", "extract-act-linked"),
    ("recipient.session-ended", "extract-act-session-ended"),
    ("recipient.sign-in-reported", "extract-act-reported"),
    ("recipient.mail-refused", "extract-act-mail-refused"),
    ("recipient.mail-allowed", "extract-act-mail-allowed"),
    ("recipient.notices-dismissed", "extract-act-dismissed"),
    ("recipient.terms-accepted", "extract-act-terms-accepted"),
    ("recipient.terms-withdrawn", "extract-act-terms-withdrawn"),
    ("data-request.received", "extract-act-asked"),
    ("data-request.withdrawn", "extract-act-asked-no-more"),
    ("register-extract.ordered", "extract-act-ordered"),
    ("register-extract.made", "extract-act-made"),
    ("register-extract.downloaded", "extract-act-handed"),
];

/// The kinds of identifiers, by their stored names and the keys of their words.
const KINDS: [(&str, &str); 5] = [
    ("personnummer", "extract-kind-personnummer"),
    ("samordningsnummer", "extract-kind-samordningsnummer"),
    ("prid", "extract-kind-prid"),
    ("work account", "extract-kind-work-account"),
    ("work account invitation", "extract-kind-invitation"),
];

/// Makes the document.
///
/// # Errors
///
/// [`PdfFailed`].
pub fn extract_pdf(of: &ExtractPdf<'_>) -> Result<Vec<u8>, PdfFailed> {
    let texts = Texts::of(of.language);
    let title = texts.get("extract-title");
    let mut sheets = Sheets::new()?;
    sheets.paragraph("Postvalv", BRAND);
    sheets.space(14.0);
    sheets.heading(NonZeroU16::MIN, &title, TITLE);
    sheets.space(8.0);
    sheets.paragraph(&texts.get("extract-pdf-lead"), TEXT);
    if of.part.is_cut {
        sheets.space(6.0);
        sheets.paragraph(&texts.get("extract-pdf-cut"), TEXT);
    }
    sheets.space(14.0);
    let setting = Setting { of, texts };
    setting.person(&mut sheets)?;
    setting.cases(&mut sheets)?;
    setting.requests(&mut sheets)?;
    setting.sign_ins(&mut sheets)?;
    setting.devices(&mut sheets)?;
    setting.acts(&mut sheets)?;
    let zone = of.time_zone.iana_name().unwrap_or("UTC");
    sheets.space(14.0);
    sheets.paragraph(&texts.with("protocol-pdf-zone", &[("zone", zone.into())]), TEXT);
    let about = About {
        title: title.clone(),
        description: texts.get("extract-pdf-description"),
        language: of.language.tag(),
        author: "Postvalv".to_owned(),
        // Names the document by its moment, and nothing of whose it is.
        id: format!("register-extract-{}", of.handed_at.as_millis()),
        made: date_time(of.handed_at)?,
    };
    let day = dates::day(texts, of.handed_at, of.time_zone);
    sheets.finish(about, |page, pages| {
        let page = texts.with("protocol-pdf-page", &[("page", page.into()), ("pages", pages.into())]);
        (format!("{title} · {day}"), page)
    })
}

struct Setting<'a> {
    of: &'a ExtractPdf<'a>,
    texts: &'static Texts,
}

impl Setting<'_> {
    fn at(&self, at: Timestamp) -> String {
        dates::day_and_time(self.texts, at, self.of.time_zone)
    }

    fn pair(&self, sheets: &mut Sheets, key: &str, value: &str) {
        pair(sheets, &self.texts.get(key), value, TEXT);
    }

    fn person(&self, sheets: &mut Sheets) -> Result<(), PdfFailed> {
        let part = self.of.part;
        heading(sheets, &self.texts.get("extract-person"))?;
        sheets.begin_table();
        for identifier in &part.identifiers {
            let key = KINDS.iter().find(|(kind, _)| *kind == identifier.kind);
            let name = key.map_or_else(|| identifier.kind.clone(), |(_, key)| self.texts.get(key));
            pair(sheets, &name, &identifier.value, TEXT);
        }
        let none = || self.texts.get("extract-none");
        let name = part.name.clone().unwrap_or_else(none);
        self.pair(sheets, "extract-name", &name);
        let email = match &part.email {
            Some(email) => self
                .texts
                .with("extract-email-from", &[("email", email.clone().into())]),
            None => none(),
        };
        self.pair(sheets, "extract-email", &email);
        if let Some(at) = part.mail_refused_at {
            self.pair(sheets, "extract-mail-refused", &self.at(at));
        }
        for mail in &part.waiting_mails {
            self.pair(sheets, "extract-mail-waiting", &self.at(mail.since));
        }
        if let Some(terms) = &part.terms {
            let words = [
                ("version", terms.version.clone().into()),
                ("at", self.at(terms.accepted_at).into()),
            ];
            self.pair(
                sheets,
                "extract-terms",
                &self.texts.with("extract-terms-accepted", &words),
            );
            if let Some(at) = terms.withdrawn_at {
                self.pair(sheets, "extract-terms-withdrawn", &self.at(at));
            }
            self.pair(sheets, "extract-terms-hash", &terms.hash);
        }
        for hold in &part.holds {
            let held = [
                ("organisation", hold.organisation.clone().into()),
                ("since", self.at(hold.since).into()),
            ];
            self.pair(sheets, "extract-hold", &self.texts.with("extract-hold-of", &held));
        }
        self.pair(sheets, "extract-gathered", &self.at(part.gathered_at));
        self.pair(sheets, "extract-handed", &self.at(self.of.handed_at));
        Ok(())
    }

    fn cases(&self, sheets: &mut Sheets) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-cases"))?;
        if self.of.part.cases.is_empty() {
            sheets.paragraph(&self.texts.get("extract-no-cases"), TEXT);
        }
        for (number, case) in self.of.part.cases.iter().enumerate() {
            self.case(sheets, number + 1, case)?;
        }
        Ok(())
    }

    fn case(&self, sheets: &mut Sheets, number: usize, case: &KeptCase) -> Result<(), PdfFailed> {
        let handed = self.of.handed.iter().find(|handed| handed.case == case.id);
        let words = [
            ("number", number.into()),
            ("organisation", case.organisation.clone().into()),
        ];
        let level = NonZeroU16::new(3).ok_or_else(PdfFailed::unexpected)?;
        sheets.space(10.0);
        sheets.heading(level, &self.texts.with("extract-case", &words), CASE);
        sheets.space(3.0);
        if case.held {
            sheets.paragraph(&self.texts.get("extract-held"), SMALL);
        }
        if let Some(at) = case.closed_at {
            let words = [("at", self.at(at).into())];
            sheets.paragraph(&self.texts.with("extract-closed", &words), SMALL);
        }
        if let Some(until) = case.extended_until {
            let words = [("day", dates::last_day(self.texts, until, self.of.time_zone).into())];
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
        let title = message.map_or_else(|| self.texts.get("extract-untitled"), |it| it.title.clone());
        self.title(sheets, &title);
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
        self.pair(sheets, "extract-expires", &self.at(end));
        let state = match (message, delivery.state, left) {
            (Some(_), _, _) => None,
            (None, DeliveryState::Readable, LeftOut::Gone) => Some("extract-state-gone"),
            (None, DeliveryState::Readable, left) => Some(why(left)),
            (None, DeliveryState::Expired, _) => Some("extract-state-expired"),
            (None, DeliveryState::Revoked, _) => Some("extract-state-revoked"),
            (None, DeliveryState::Erased, _) => Some("extract-state-erased"),
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
            self.pair(sheets, "extract-text", &message.file);
        }
        if !delivery.documents.is_empty() {
            self.documents_head(sheets);
        }
        for document in &delivery.documents {
            let handed = message.and_then(|it| it.documents.iter().find(|it| it.document == document.id));
            self.document(sheets, document, handed, left);
        }
        sheets.space(6.0);
    }

    fn late(&self, sheets: &mut Sheets, message: &HandedMessage) {
        self.title(sheets, &message.title);
        self.pair(sheets, "extract-sent", &self.at(message.sent_at));
        self.pair(sheets, "extract-expires", &self.at(message.expires_at));
        self.reason(sheets, &message.reason.purpose, &message.reason.legal_ground);
        self.pair(sheets, "extract-text", &message.file);
        if !message.documents.is_empty() {
            self.documents_head(sheets);
        }
        for document in &message.documents {
            row(
                sheets,
                &DOCUMENTS,
                &[
                    self.name(Some(document)),
                    String::new(),
                    self.became_of(Some(document), LeftOut::Gone),
                ],
                SMALL,
                false,
            );
        }
        sheets.space(6.0);
    }

    /// A message's title, together with the first lines of what follows.
    fn title(&self, sheets: &mut Sheets, title: &str) {
        sheets.space(6.0);
        sheets.keep_together(70.0);
        sheets.paragraph(title, MESSAGE);
        sheets.space(3.0);
        sheets.begin_table();
    }

    fn reason(&self, sheets: &mut Sheets, purpose: &str, legal_ground: &str) {
        for (key, text) in [("extract-purpose", purpose), ("extract-legal-ground", legal_ground)] {
            if !text.is_empty() {
                self.pair(sheets, key, text);
            }
        }
    }

    fn documents_head(&self, sheets: &mut Sheets) {
        let names = ["extract-document", "extract-size", "extract-in-archive"].map(|key| self.texts.get(key));
        sheets.space(3.0);
        sheets.keep_together(40.0);
        sheets.begin_table();
        row(sheets, &DOCUMENTS, &names, SMALL_BOLD, true);
        sheets.rule(3.0, 2.0);
    }

    fn document(&self, sheets: &mut Sheets, document: &KeptDocument, handed: Option<&HandedDocument>, left: LeftOut) {
        let size = sizes::size(self.texts, document.size);
        row(
            sheets,
            &DOCUMENTS,
            &[self.name(handed), size, self.became_of(handed, left)],
            SMALL,
            false,
        );
        sheets.space(2.0);
    }

    fn name(&self, handed: Option<&HandedDocument>) -> String {
        let name = handed.and_then(|document| document.name.clone());
        name.unwrap_or_else(|| self.texts.get("extract-unnamed"))
    }

    fn became_of(&self, handed: Option<&HandedDocument>, left: LeftOut) -> String {
        match handed.map(|document| &document.handed) {
            Some(Handed::File(name)) => name.clone(),
            Some(Handed::Left(left)) => self.texts.get(why(*left)),
            None => self.texts.get(why(left)),
        }
    }

    fn requests(&self, sheets: &mut Sheets) -> Result<(), PdfFailed> {
        let (part, handed) = (self.of.part, self.of.requests);
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-requests"))?;
        if part.requests.is_empty() && handed.is_empty() {
            sheets.paragraph(&self.texts.get("extract-no-requests"), TEXT);
        }
        for handed in handed {
            self.request(sheets, &handed.request, Some(handed));
        }
        for gone in part.requests_gone(handed) {
            self.request(sheets, gone, None);
        }
        Ok(())
    }

    fn request(&self, sheets: &mut Sheets, request: &KeptRequest, handed: Option<&HandedRequest>) {
        self.title(sheets, &self.texts.get(kind(request.kind)));
        self.pair(sheets, "extract-request-of", &request.organisation);
        let case = request.case.map(|case| case.to_string());
        let about = case.unwrap_or_else(|| self.texts.get("extract-request-everything"));
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
        if let Some(until) = request.kept_until {
            let last = dates::last_day(self.texts, until, self.of.time_zone);
            self.pair(sheets, "extract-request-kept", &last);
        }
        if let Some(handed) = handed {
            for (key, text) in [
                ("request-text", &handed.text),
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

    fn sign_ins(&self, sheets: &mut Sheets) -> Result<(), PdfFailed> {
        let part = self.of.part;
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-sign-ins"))?;
        self.table(sheets, &SIGN_INS, SIGN_IN_NAMES);
        for sign_in in &part.sign_ins {
            let mut at = self.at(sign_in.at);
            if let Some(reported) = sign_in.reported_at {
                let words = [("at", self.at(reported).into())];
                at = format!("{at}. {}", self.texts.with("extract-reported", &words));
            }
            self.line(
                sheets,
                &SIGN_INS,
                SIGN_IN_NAMES,
                &[at, device(self.texts, sign_in.from.device), self.place(&sign_in.from)],
            );
        }
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-sessions"))?;
        self.table(sheets, &SIGN_INS, SESSION_NAMES);
        for session in &part.sessions {
            let words = [
                ("since", self.at(session.signed_in_at).into()),
                ("used", self.at(session.last_used_at).into()),
            ];
            let at = self.texts.with("extract-since-used", &words);
            self.line(
                sheets,
                &SIGN_INS,
                SESSION_NAMES,
                &[at, device(self.texts, session.from.device), self.place(&session.from)],
            );
        }
        Ok(())
    }

    fn devices(&self, sheets: &mut Sheets) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-devices"))?;
        self.table(sheets, &SIGN_INS, DEVICE_NAMES);
        for kept in &self.of.part.devices {
            let at = self.at(kept.first_seen_at);
            self.line(
                sheets,
                &SIGN_INS,
                DEVICE_NAMES,
                &[at, device(self.texts, kept.from.device), self.place(&kept.from)],
            );
        }
        Ok(())
    }

    fn acts(&self, sheets: &mut Sheets) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-acts"))?;
        sheets.paragraph(&self.texts.get("extract-acts-body"), TEXT);
        sheets.space(5.0);
        self.table(sheets, &ACTS, ACT_NAMES);
        for act in &self.of.part.acts {
            let words = WORDS.iter().find(|(action, _)| *action == act.action);
            let what = words.map_or_else(|| act.action.clone(), |(_, key)| self.texts.get(key));
            let organisation = act.organisation.clone().unwrap_or_default();
            let address = act.address.clone().unwrap_or_default();
            self.line(
                sheets,
                &ACTS,
                ACT_NAMES,
                &[self.at(act.at), what, organisation, address],
            );
        }
        Ok(())
    }

    fn place(&self, from: &Whereabouts) -> String {
        let place = from.place.as_ref();
        place.map_or_else(
            || self.texts.get("extract-unknown"),
            |place| place_in_words(self.texts, place),
        )
    }

    fn table<const N: usize>(&self, sheets: &mut Sheets, columns: &Columns<N>, keys: [&str; N]) {
        sheets.keep_together(50.0);
        sheets.begin_table();
        row(sheets, columns, &keys.map(|key| self.texts.get(key)), SMALL_BOLD, true);
        sheets.rule(3.0, 2.0);
    }

    /// A row, on a new page below the names of the columns again.
    fn line<const N: usize>(&self, sheets: &mut Sheets, columns: &Columns<N>, names: [&str; N], texts: &[String; N]) {
        let cells = cells(columns, texts, SMALL, false);
        if sheets.keep_together(sheets.height(&cells)) {
            row(sheets, columns, &names.map(|key| self.texts.get(key)), SMALL_BOLD, true);
            sheets.rule(3.0, 2.0);
        }
        sheets.row(&cells);
        sheets.space(3.0);
    }
}

fn row<const N: usize>(sheets: &mut Sheets, columns: &Columns<N>, texts: &[String; N], style: Style, is_header: bool) {
    sheets.row(&cells(columns, texts, style, is_header));
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
