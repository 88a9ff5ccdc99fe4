//! The extract that a person gets: who they are to the portal, their cases with all that was in them, their sign-ins, and what they did.

use base::Timestamp;
use jiff::tz::TimeZone;
use portal::{HandedCase, HandedRequest, KeptRequest, RegisterPart, Whereabouts};

use super::{Columns, Frame, Reader, Setting};
use crate::extract_words::{hold_of, made_by};
use crate::page::sessions::{device, place_in_words};
use crate::pdf::{PdfFailed, Sheets, TEXT, WIDTH, heading};
use crate::texts::{Language, Texts};

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

const SIGN_INS: Columns<3> = [(0.0, 142.0), (152.0, 150.0), (312.0, WIDTH - 312.0)];
const ACTS: Columns<4> = [(0.0, 122.0), (130.0, 140.0), (278.0, 100.0), (386.0, WIDTH - 386.0)];

const SIGN_IN_NAMES: [&str; 3] = ["extract-at", "extract-device", "extract-place"];
const SESSION_NAMES: [&str; 3] = ["extract-since-and-used", "extract-device", "extract-place"];
const DEVICE_NAMES: [&str; 3] = ["extract-first-seen", "extract-device", "extract-place"];
const ACT_NAMES: [&str; 4] = ["extract-at", "extract-act", "extract-act-of", "extract-address"];

/// What a person does, by its stored name and the key of its words.
const WORDS: [(&str, &str); 26] = [
    ("case.opened", "extract-act-case-opened"),
    ("case.history-seen", "extract-act-case-history-seen"),
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
    ("recipient.address-given", "extract-act-address-given"),
    ("recipient.address-proven", "extract-act-address-proven"),
    ("recipient.address-code-wrong", "extract-act-address-code-wrong"),
    ("recipient.address-dropped", "extract-act-address-dropped"),
    ("recipient.mail-consent-withdrawn", "extract-act-mail-consent-withdrawn"),
    ("recipient.notices-dismissed", "extract-act-dismissed"),
    ("recipient.terms-accepted", "extract-act-terms-accepted"),
    ("recipient.terms-withdrawn", "extract-act-terms-withdrawn"),
    ("data-request.received", "extract-act-asked"),
    ("data-request.withdrawn", "extract-act-asked-no-more"),
    ("register-extract.ordered", "extract-act-ordered"),
    ("register-extract.made", "extract-act-made"),
    ("register-extract.downloaded", "extract-act-handed"),
];

/// Makes the document.
///
/// # Errors
///
/// [`PdfFailed`].
pub fn extract_pdf(of: &ExtractPdf<'_>) -> Result<Vec<u8>, PdfFailed> {
    let texts = Texts::of(of.language);
    let part = of.part;
    let setting = Setting {
        texts,
        time_zone: of.time_zone,
        cases: &part.cases,
        handed: of.handed,
        reader: Reader::Person,
    };
    let frame = Frame {
        lead: vec![texts.get("extract-pdf-lead")],
        is_cut: part.is_cut,
        language: of.language,
        at: of.handed_at,
    };
    let gone: Vec<&KeptRequest> = part.requests_gone(of.requests).collect();
    setting.whole(&frame, |sheets| {
        setting.person(sheets, of)?;
        setting.cases(sheets)?;
        setting.requests(sheets, of.requests, &gone)?;
        setting.sign_ins(sheets, part)?;
        setting.devices(sheets, part)?;
        setting.acts(sheets, part)?;
        setting.acts_of_organisations(sheets, &part.organisation_acts)
    })
}

impl Setting<'_> {
    fn person(&self, sheets: &mut Sheets, of: &ExtractPdf<'_>) -> Result<(), PdfFailed> {
        let part = of.part;
        heading(sheets, &self.texts.get("extract-person"))?;
        sheets.begin_table();
        for identifier in &part.identifiers {
            self.identifier(sheets, &identifier.kind, &identifier.value);
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
        if let Some(email) = &part.own_email {
            self.pair(sheets, "extract-own-email", email);
        }
        if let Some(email) = &part.unproven_email {
            self.pair(sheets, "extract-unproven-email", email);
        }
        if let Some(consent) = &part.mail_consent {
            let words = [
                ("version", consent.version.clone().into()),
                ("at", self.at(consent.given_at).into()),
            ];
            let given = self.texts.with("extract-mail-consent-given", &words);
            self.pair(sheets, "extract-mail-consent", &given);
            if let Some(at) = consent.withdrawn_at {
                self.pair(sheets, "extract-mail-consent-withdrawn", &self.at(at));
            }
            self.pair(sheets, "extract-mail-consent-hash", &consent.hash);
        }
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
            self.pair(sheets, "extract-hold", &hold_of(self.texts, hold, |at| self.at(at)));
        }
        for extract in &part.organisation_extracts {
            let made = made_by(self.texts, extract, self.at(extract.made_at));
            self.pair(sheets, "extract-by-organisation", &made);
        }
        self.pair(sheets, "extract-gathered", &self.at(part.gathered_at));
        self.pair(sheets, "extract-handed", &self.at(of.handed_at));
        Ok(())
    }

    fn sign_ins(&self, sheets: &mut Sheets, part: &RegisterPart) -> Result<(), PdfFailed> {
        let sign_ins = part.sign_ins.iter().map(|sign_in| {
            let mut at = self.at(sign_in.at);
            if let Some(reported) = sign_in.reported_at {
                let words = [("at", self.at(reported).into())];
                at = format!("{at}. {}", self.texts.with("extract-reported", &words));
            }
            [at, device(self.texts, sign_in.from.device), self.place(&sign_in.from)]
        });
        let sign_ins: Vec<_> = sign_ins.collect();
        self.headed_table(sheets, "extract-sign-ins", &SIGN_INS, SIGN_IN_NAMES, &sign_ins)?;
        let sessions = part.sessions.iter().map(|session| {
            let words = [
                ("since", self.at(session.signed_in_at).into()),
                ("used", self.at(session.last_used_at).into()),
            ];
            let at = self.texts.with("extract-since-used", &words);
            [at, device(self.texts, session.from.device), self.place(&session.from)]
        });
        let sessions: Vec<_> = sessions.collect();
        self.headed_table(sheets, "extract-sessions", &SIGN_INS, SESSION_NAMES, &sessions)
    }

    fn devices(&self, sheets: &mut Sheets, part: &RegisterPart) -> Result<(), PdfFailed> {
        let devices = part.devices.iter().map(|kept| {
            let at = self.at(kept.first_seen_at);
            [at, device(self.texts, kept.from.device), self.place(&kept.from)]
        });
        let devices: Vec<_> = devices.collect();
        self.headed_table(sheets, "extract-devices", &SIGN_INS, DEVICE_NAMES, &devices)
    }

    fn acts(&self, sheets: &mut Sheets, part: &RegisterPart) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-acts"))?;
        sheets.paragraph(&self.texts.get("extract-acts-body"), TEXT);
        sheets.space(5.0);
        let acts = part.acts.iter().map(|act| {
            let words = WORDS.iter().find(|(action, _)| *action == act.action);
            let what = words.map_or_else(|| act.action.clone(), |(_, key)| self.texts.get(key));
            let organisation = act.organisation.clone().unwrap_or_default();
            let address = act.address.clone().unwrap_or_default();
            [self.at(act.at), what, organisation, address]
        });
        self.table(sheets, &ACTS, ACT_NAMES, &acts.collect::<Vec<_>>());
        Ok(())
    }

    fn place(&self, from: &Whereabouts) -> String {
        let place = from.place.as_ref();
        place.map_or_else(
            || self.texts.get("extract-unknown"),
            |place| place_in_words(self.texts, place),
        )
    }
}
