//! The extract that an organisation makes: what it has registered itself about a person.

use jiff::tz::TimeZone;
use portal::{KeptOrganisationActs, OrganisationAct, OrganisationExtract};

use super::{Columns, Frame, Reader, Setting};
use crate::extract_words::hold_of;
use crate::page::staff::{audit_actor, audit_words};
use crate::pdf::{PdfFailed, Sheets, TEXT, WIDTH, heading};
use crate::texts::{Language, Texts};

/// Columns: when, what, and who did it.
const ACTS: Columns<3> = [(0.0, 122.0), (130.0, 200.0), (340.0, WIDTH - 340.0)];
const ACT_NAMES: [&str; 3] = ["extract-at", "extract-act", "extract-of-act-by"];
/// For the person: in whose log it is, too.
const ACTS_OF: Columns<4> = [(0.0, 122.0), (130.0, 122.0), (260.0, 96.0), (364.0, WIDTH - 364.0)];
const ACT_OF_NAMES: [&str; 4] = ["extract-at", "extract-act", "extract-act-of", "extract-of-act-by"];

/// Makes the document.
///
/// # Errors
///
/// [`PdfFailed`].
pub fn organisation_extract_pdf(
    extract: &OrganisationExtract,
    language: Language,
    time_zone: &TimeZone,
) -> Result<Vec<u8>, PdfFailed> {
    let texts = Texts::of(language);
    let organisation = [("organisation", extract.organisation.clone().into())];
    let setting = Setting {
        texts,
        time_zone,
        cases: &extract.cases,
        handed: &extract.shown,
        reader: Reader::Organisation,
    };
    let frame = Frame {
        lead: vec![
            texts.with("extract-of-pdf-lead", &organisation),
            texts.get("extract-of-pdf-contents"),
        ],
        is_cut: extract.is_cut,
        language,
        at: extract.made_at,
    };
    setting.whole(&frame, |sheets| {
        setting.whom(sheets, extract)?;
        setting.cases(sheets)?;
        setting.requests(sheets, &extract.requests, &[])?;
        setting.acts_about(sheets, &extract.acts)
    })
}

impl Setting<'_> {
    fn whom(&self, sheets: &mut Sheets, extract: &OrganisationExtract) -> Result<(), PdfFailed> {
        heading(sheets, &self.texts.get("extract-of-person"))?;
        sheets.begin_table();
        let kind = match extract.number.kind() {
            base::PersonnummerKind::Personnummer => "personnummer",
            base::PersonnummerKind::Samordningsnummer => "samordningsnummer",
        };
        self.identifier(sheets, kind, extract.number.expose());
        for hold in &extract.holds {
            self.pair(sheets, "extract-hold", &hold_of(self.texts, hold, |at| self.at(at)));
        }
        self.pair(sheets, "extract-of-made-by", &extract.organisation);
        self.pair(sheets, "extract-of-made", &self.at(extract.made_at));
        Ok(())
    }

    fn acts_about(&self, sheets: &mut Sheets, acts: &[OrganisationAct]) -> Result<(), PdfFailed> {
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-of-acts"))?;
        sheets.paragraph(&self.texts.get("extract-of-acts-body"), TEXT);
        sheets.space(5.0);
        let rows = acts
            .iter()
            .map(|act| [self.at(act.at), audit_words(self.texts, &act.action), self.who(act)]);
        self.table(sheets, &ACTS, ACT_NAMES, &rows.collect::<Vec<_>>());
        Ok(())
    }

    /// What organisations did about the person, for the person.
    pub(super) fn acts_of_organisations(
        &self,
        sheets: &mut Sheets,
        organisations: &[KeptOrganisationActs],
    ) -> Result<(), PdfFailed> {
        if organisations.is_empty() {
            return Ok(());
        }
        sheets.space(18.0);
        heading(sheets, &self.texts.get("extract-organisation-acts"))?;
        sheets.paragraph(&self.texts.get("extract-organisation-acts-body"), TEXT);
        sheets.space(5.0);
        let rows = organisations.iter().flat_map(|of| {
            let row = |act: &OrganisationAct| {
                [
                    self.at(act.at),
                    audit_words(self.texts, &act.action),
                    of.organisation.clone(),
                    self.who(act),
                ]
            };
            of.acts.iter().map(row)
        });
        self.table(sheets, &ACTS_OF, ACT_OF_NAMES, &rows.collect::<Vec<_>>());
        Ok(())
    }

    fn who(&self, act: &OrganisationAct) -> String {
        match act.actor_kind.as_str() {
            "recipient" => self.texts.get("extract-of-act-person"),
            kind => audit_actor(self.texts, kind, act.actor.clone()),
        }
    }
}
