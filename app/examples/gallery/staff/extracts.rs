//! The page on which admins make extracts, in every state worth seeing, and such an extract.

use app::page::staff::{ExtractForm, ExtractFormProblem, extracts_page};
use app::{Assets, Flash, Language};
use base::{Ids, InvalidPersonnummer, Personnummer, RegisterExtractId};
use portal::{
    DeliveryState, Handed, HandedCase, HandedRequest, KeptHold, LeftOut, MadeOrganisationExtract, OrganisationAct,
    OrganisationExtract, OrganisationExtracts,
};

use super::{Pages, at, inside};
use crate::samples::{NOW, clock, register, register_requests, time_zone};

fn id() -> RegisterExtractId {
    Ids::new(clock()).next()
}

/// An extract of so many cases of an organisation with a long name.
pub(crate) fn extract(cases: usize) -> Result<OrganisationExtract, InvalidPersonnummer> {
    let organisation = "Överförmyndarnämnden i Östra Göinge kommun".to_owned();
    let (part, handed) = register(cases);
    let cases = part.cases.into_iter().map(|mut case| {
        case.organisation.clone_from(&organisation);
        if let Some(delivery) = case
            .deliveries
            .first_mut()
            .filter(|it| it.state == DeliveryState::Revoked)
        {
            delivery.state = DeliveryState::Erased;
        }
        case
    });
    let left = || Handed::Left(LeftOut::OnlyForThePerson);
    let shown = handed.into_iter().map(|mut case: HandedCase| {
        for message in &mut case.messages {
            message.text = left();
            for document in &mut message.documents {
                document.name = None;
                document.handed = left();
            }
        }
        case
    });
    let act = |days: i64, action: &str, kind: &str, actor: Option<&str>| OrganisationAct {
        at: at(-days),
        action: action.to_owned(),
        actor_kind: kind.to_owned(),
        actor: actor.map(str::to_owned),
        target_kind: None,
        target: None,
    };
    let asked = register_requests().into_iter().map(|mut asked: HandedRequest| {
        asked.request.organisation.clone_from(&organisation);
        asked
    });
    Ok(OrganisationExtract {
        id: id(),
        organisation: organisation.clone(),
        number: Personnummer::from_digits("200001012384")?,
        made_at: NOW,
        cases: cases.collect(),
        shown: shown.collect(),
        requests: asked.collect(),
        holds: vec![KeptHold {
            organisation,
            since: at(-3),
            until: Some(at(4)),
        }],
        acts: vec![
            act(
                0,
                "register-extract.made-by-organisation",
                "staff",
                Some("Karin Åkerström"),
            ),
            act(2, "cases.listed", "staff", Some("Karin Åkerström")),
            act(2, "data-request.declined", "staff", None),
            act(9, "document.viewed", "recipient", None),
            act(9, "case.opened", "recipient", None),
            act(
                20,
                "message.sent",
                "system",
                Some("Verksamhetssystemet för ekonomiskt bistånd"),
            ),
        ],
        is_cut: false,
    })
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let layout = inside(language, assets, "/staff/extracts");
    let made = |found, who: Option<&str>, reason: &str| MadeOrganisationExtract {
        made_at: at(-2),
        made_by: who.map(str::to_owned),
        reason: reason.to_owned(),
        found,
    };
    let some = OrganisationExtracts {
        made: vec![
            made(
                true,
                Some("Karin Åkerström"),
                "Begäran per brev 3 november, dnr 2026-1187",
            ),
            made(
                false,
                None,
                "Begäran om registerutdrag enligt artikel 15 i dataskyddsförordningen, arbetslöshetsförsäkringsärendet",
            ),
        ],
        time_zone: time_zone(),
    };
    let none = OrganisationExtracts {
        made: Vec::new(),
        time_zone: time_zone(),
    };
    let blank = ExtractForm {
        id: id(),
        number: String::new(),
        reason: String::new(),
        problem: None,
    };
    let wrong = |problem| ExtractForm {
        number: "20000101-2385".to_owned(),
        reason: "Begäran per brev".to_owned(),
        problem: Some(problem),
        ..blank.clone()
    };
    let page =
        |made: Option<&OrganisationExtracts>, form: &ExtractForm, flash| extracts_page(&layout, made, form, flash);
    let again = |problem| page(Some(&some), &wrong(problem), None);
    vec![
        ("extracts", page(Some(&some), &blank, None)),
        ("extracts-none", page(Some(&none), &blank, Some(Flash::ExtractNothing))),
        (
            "extracts-wrong-number",
            again(ExtractFormProblem::Number(InvalidPersonnummer::CheckDigit)),
        ),
        (
            "extracts-wrong-form",
            again(ExtractFormProblem::Number(InvalidPersonnummer::Form)),
        ),
        (
            "extracts-wrong-date",
            again(ExtractFormProblem::Number(InvalidPersonnummer::Date)),
        ),
        ("extracts-wrong-reason", again(ExtractFormProblem::Reason)),
        ("extracts-used", again(ExtractFormProblem::Used)),
        ("extracts-too-many", again(ExtractFormProblem::TooMany)),
        ("extracts-under-way", again(ExtractFormProblem::UnderWay)),
        (
            "extracts-confirm",
            page(None, &wrong(ExtractFormProblem::ConfirmFirst), None),
        ),
    ]
}
