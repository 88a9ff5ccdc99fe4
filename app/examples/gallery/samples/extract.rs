//! The copy of what is held about a person.

use jiff::civil::date;
use portal::{
    BrowserFamily, DataRequestKind, DataRequestState, DeliveryState, Device, ExtractState, Handed, HandedCase,
    HandedDocument, HandedMessage, HandedRequest, KeptAct, KeptCase, KeptDelivery, KeptDevice, KeptDocument, KeptHold,
    KeptIdentifier, KeptMailConsent, KeptOrganisationActs, KeptOrganisationExtract, KeptRequest, KeptSession,
    KeptSignIn, KeptTerms, LeftOut, OrganisationAct, OwnExtract, Place, PlaceName, RegisterPart, RetentionReason,
    SystemFamily, WaitingMail, Whereabouts,
};

use super::{NOW, days_ago, ids, midnight, terms, time_zone};

/// Orders of the copy of what is held about a person, in every state.
pub(crate) fn extracts() -> [OwnExtract; 3] {
    let order = |days, state| OwnExtract {
        id: ids().next(),
        ordered_at: days_ago(days),
        state,
    };
    let until = days_ago(-1);
    [
        order(0, ExtractState::UnderWay { done: 40, total: 120 }),
        order(0, ExtractState::Ready { until }),
        order(1, ExtractState::Broken),
    ]
}

/// Extracts that organisations made.
pub(crate) fn extracts_made() -> Vec<KeptOrganisationExtract> {
    let made = |organisation: &str, days, by: Option<&str>| KeptOrganisationExtract {
        organisation: organisation.to_owned(),
        made_at: days_ago(days),
        made_by: by.map(str::to_owned),
    };
    vec![
        made("Norrby kommun", 0, Some("Karin Åkerström")),
        made("Överförmyndarnämnden i Östra Göinge kommun", 40, None),
    ]
}

fn organisation_act((days, action): (i64, &str)) -> OrganisationAct {
    OrganisationAct {
        at: days_ago(days),
        action: action.to_owned(),
        actor_kind: "system".to_owned(),
        actor: Some("Verksamhetssystemet".to_owned()),
        target_kind: None,
        target: None,
    }
}

/// What an extract is made of, with so many cases: long words, long names, and something of each kind.
pub(crate) fn register(cases: usize) -> (RegisterPart, Vec<HandedCase>) {
    let near = PlaceName::new("Luleå", "Luleå");
    let from = || Whereabouts {
        device: Device {
            browser: BrowserFamily::Firefox,
            system: SystemFamily::Windows,
        },
        place: Place::new(near.clone(), PlaceName::new("Sverige", "Sweden")),
    };
    let act = |days, action: &str| KeptAct {
        at: days_ago(days),
        action: action.to_owned(),
        organisation: Some("Myndigheten för samhällsskydd och beredskap".to_owned()),
        target_kind: None,
        target: None,
        address: Some("2001:db8:4006:812::200e".to_owned()),
    };
    let cases: Vec<_> = (0..cases).map(register_case).collect();
    let (cases, handed): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let part = RegisterPart {
        gathered_at: days_ago(0),
        identifiers: vec![KeptIdentifier {
            kind: "personnummer".to_owned(),
            value: "200001012384".to_owned(),
        }],
        name: Some("Anna Andersson".to_owned()),
        email: Some("anna.andersson@forsknings-och-utvecklingsbolaget.example".to_owned()),
        mail_refused_at: None,
        waiting_mails: vec![WaitingMail {
            kind: "waiting".to_owned(),
            since: days_ago(0),
        }],
        sessions: vec![KeptSession {
            signed_in_at: days_ago(0),
            last_used_at: NOW,
            from: from(),
        }],
        devices: vec![KeptDevice {
            first_seen_at: days_ago(80),
            from: from(),
        }],
        sign_ins: (0..30)
            .map(|days| KeptSignIn {
                at: days_ago(days),
                from: from(),
                is_new_device: false,
                reported_at: (days == 3).then(|| days_ago(2)),
            })
            .collect(),
        own_email: Some("anna@example.se".to_owned()),
        unproven_email: Some("anna.andersson@example.se".to_owned()),
        mail_consent: Some(KeptMailConsent {
            version: "1".to_owned(),
            hash: app::mail_consent().hash(),
            given_at: days_ago(3),
            withdrawn_at: Some(days_ago(1)),
        }),
        terms: Some(KeptTerms {
            version: terms().version,
            hash: terms().hash(),
            accepted_at: days_ago(90),
            withdrawn_at: Some(days_ago(1)),
        }),
        requests: vec![register_request(0).request],
        holds: vec![KeptHold {
            organisation: "Överförmyndarnämnden i Östra Göinge kommun".to_owned(),
            since: days_ago(12),
            until: None,
        }],
        cases,
        acts: [
            "case.opened",
            "document.viewed",
            "document.downloaded",
            "recipient.signed-in",
        ]
        .into_iter()
        .cycle()
        .zip(0..60)
        .map(|(action, days)| act(days, action))
        .collect(),
        organisation_acts: vec![KeptOrganisationActs {
            organisation: "Myndigheten för samhällsskydd och beredskap".to_owned(),
            acts: [(1, "message.revoked"), (2, "message.sent")]
                .map(organisation_act)
                .to_vec(),
        }],
        extracts: Vec::new(),
        organisation_extracts: extracts_made(),
        is_cut: true,
    };
    (part, handed.into_iter().flatten().collect())
}

fn register_case(number: usize) -> (KeptCase, Option<HandedCase>) {
    let (organisation, state) = match number % 3 {
        0 => ("Norrby kommun", DeliveryState::Readable),
        1 => ("Överförmyndarnämnden i Östra Göinge kommun", DeliveryState::Readable),
        _ => ("Region Norr", DeliveryState::Revoked),
    };
    let documents: Vec<_> = (0..3)
        .map(|size| KeptDocument {
            id: ids().next(),
            media_type: "application/pdf".to_owned(),
            size: 248_300 * (size + 1),
            minimum_level: None,
        })
        .collect();
    let delivery = KeptDelivery {
        id: ids().next(),
        message: ids().next(),
        document_type: Some("decision".to_owned()),
        sent_at: days_ago(20),
        notified_at: Some(days_ago(20)),
        opened_at: number.is_multiple_of(2).then(|| days_ago(19)),
        expires_at: midnight(40),
        state,
        purpose: "Handläggning av ansökan om försörjningsstöd".to_owned(),
        legal_ground: "4 kap. 1 § socialtjänstlagen (2001:453)".to_owned(),
        documents,
    };
    let folder = format!("{:03} {organisation}", number + 1);
    let handed = (state == DeliveryState::Readable).then(|| HandedMessage {
        message: delivery.message,
        title: Some(
            "Beslut om sjukpenninggrundande inkomst och arbetslöshetsförsäkringsersättningsberäkningsunderlag"
                .to_owned(),
        ),
        sent_at: delivery.sent_at,
        expires_at: delivery.expires_at,
        reason: RetentionReason::default(),
        text: Handed::File(format!("{folder}/2026-11-02 Beslut.txt")),
        documents: delivery
            .documents
            .iter()
            .enumerate()
            .map(|(place, document)| HandedDocument {
                document: document.id,
                name: (place < 2)
                    .then(|| "Underlag för arbetslöshetsförsäkringsersättning och sjukpenning.pdf".to_owned()),
                handed: match place {
                    0 => Handed::File(format!(
                        "{folder}/2026-11-02 Underlag för arbetslöshetsförsäkringsersättning och.pdf"
                    )),
                    1 => Handed::Left(LeftOut::Damaged),
                    _ => Handed::Left(LeftOut::LevelTooLow),
                },
            })
            .collect(),
    });
    let case = KeptCase {
        id: ids().next(),
        organisation: organisation.to_owned(),
        created_at: days_ago(20),
        closed_at: (number == 1).then(|| days_ago(2)),
        extended_until: number.is_multiple_of(3).then(|| midnight(40)),
        extended_to: number.is_multiple_of(3).then(|| date(2026, 12, 31)),
        held: number == 1,
        held_until: (number == 1).then(|| midnight(6)),
        deliveries: vec![delivery],
    };
    let handed = handed.map(|message| HandedCase {
        case: case.id,
        left: None,
        messages: vec![message],
    });
    (case, handed)
}

/// The requests that are handed out with an extract.
pub(crate) fn register_requests() -> Vec<HandedRequest> {
    (1..4).map(register_request).collect()
}

fn register_request(number: usize) -> HandedRequest {
    let (kind, state) = match number {
        0 | 1 => (DataRequestKind::Rectification, DataRequestState::Handling),
        2 => (DataRequestKind::Erasure, DataRequestState::Granted),
        _ => (DataRequestKind::Erasure, DataRequestState::Declined),
    };
    HandedRequest {
        request: KeptRequest {
            id: ids().next(),
            organisation: "Överförmyndarnämnden i Östra Göinge kommun".to_owned(),
            case: (number != 2).then(|| ids().next()),
            kind,
            state,
            waits: number == 2,
            received_at: days_ago(20),
            answer_by: NOW.to_jiff().to_zoned(time_zone()).date(),
            extended_at: (number == 1).then(|| days_ago(10)),
            answered_at: (!state.is_open()).then(|| days_ago(2)),
            done_at: (number == 3).then(|| days_ago(2)),
            kept_until: (number == 3).then(|| midnight(28)),
            last_day: (number == 3).then(|| midnight(27).to_jiff().to_zoned(time_zone()).date()),
        },
        text: (number != 2).then(|| "Adressen är fel.\nDet ska vara Storgatan 2.".to_owned()),
        extension: (number == 1).then(|| "Vi behöver fråga en annan myndighet.".to_owned()),
        answer: (number == 3).then(|| {
            "Vi måste bevara beslutet enligt arkivlagen.\n\nDu kan klaga hos Integritetsskyddsmyndigheten.".to_owned()
        }),
    }
}
