//! What the organisation has sent, and what became of it.

use app::page::staff::{CaseRights, ExtendForm, ExtendProblem, sent_messages_page, staff_case_page};
use app::{Assets, Flash, Language};
use base::{CaseId, DeliveryId, Ids, MessageId, Personnummer};
use jiff::civil::Date;
use portal::{
    CaseExtension, DeliveryStatus, KnownAs, SentDelivery, SentMessage, SentMessages, SentRecipient, StaffCase,
    StaffCaseMessage,
};

use super::{Pages, at};
use crate::samples::{NOW, clock, time_zone};

fn delivery(number: &str, change: impl FnOnce(&mut DeliveryStatus)) -> SentDelivery {
    let ids = Ids::new(clock());
    let mut status = DeliveryStatus {
        delivery: ids.next::<DeliveryId>(),
        case: ids.next::<CaseId>(),
        notified_at: None,
        opened_at: None,
        expires_at: at(14),
        expired: false,
        revoked_at: None,
        purged_at: None,
    };
    change(&mut status);
    let recipient = match Personnummer::from_digits(number) {
        _ if !status.is_living() => SentRecipient::Forgotten,
        Ok(number) => SentRecipient::Known(KnownAs::Number(number)),
        Err(_) if number.contains('@') => SentRecipient::Known(KnownAs::WorkAccount(Some(number.to_owned()))),
        Err(_) => match number.parse() {
            Ok(prid) => SentRecipient::Known(KnownAs::Prid(prid)),
            Err(_) => SentRecipient::Unreadable,
        },
    };
    let held = status.expired || status.revoked_at.is_some();
    SentDelivery {
        recipient,
        status,
        held,
    }
}

fn message(title: Option<&str>, days: i64, deliveries: Vec<SentDelivery>) -> SentMessage {
    SentMessage {
        id: Ids::new(clock()).next::<MessageId>(),
        title: title.map(str::to_owned),
        sent_at: at(days),
        document_type: title.map(|_| "beslut".to_owned()),
        deliveries,
    }
}

/// Messages in every state.
pub(crate) fn sent() -> SentMessages {
    let messages = vec![
        message(
            Some("Beslut om bistånd enligt socialtjänstlagen"),
            -1,
            vec![
                delivery("200001012384", |status| status.opened_at = Some(at(0))),
                delivery("197701172392", |_| {}),
                delivery("200001012392", |status| status.expires_at = at(2)),
                delivery("damaged", |_| {}),
                delivery("NO:05068907693", |_| {}),
                delivery("karin.ek@norrby.example", |_| {}),
            ],
        ),
        message(
            Some("Underrättelse om tillfartsvägsbestämmelser"),
            -12,
            vec![delivery("200001012384", |status| status.revoked_at = Some(at(-3)))],
        ),
        message(
            None,
            -40,
            vec![
                delivery("200001012384", |status| status.purged_at = Some(at(-10))),
                delivery("200001012384", |status| status.expired = true),
            ],
        ),
    ];
    SentMessages {
        older_than: messages.last().map(|last| last.id),
        messages,
    }
}

/// A case that is open.
fn case() -> StaffCase {
    let sent = message(
        Some("Beslut om bistånd enligt socialtjänstlagen"),
        -1,
        vec![delivery("200001012384", |_| {})],
    );
    let messages = sent.deliveries.into_iter().map(|delivery| StaffCaseMessage {
        title: sent.title.clone(),
        sent_at: sent.sent_at,
        document_type: sent.document_type.clone(),
        status: delivery.status,
        held: false,
        days_after_closing: Some(30),
    });
    StaffCase {
        id: Ids::new(clock()).next::<CaseId>(),
        recipient: delivery("200001012384", |_| {}).recipient,
        closed_at: None,
        messages: messages.collect(),
        extensions: Vec::new(),
        extensible: Some((date("2026-12-07"), date("2027-11-21"))),
        time_zone: time_zone(),
    }
}

fn date(text: &str) -> Date {
    text.parse().unwrap_or_default()
}

/// The pages of one case.
fn of_one(language: Language, assets: &Assets) -> Pages {
    let one = |case: &StaffCase, form: &ExtendForm, both: bool, flash| {
        let rights = CaseRights {
            close: true,
            extend: both,
        };
        let layout = super::inside(language, assets, "/staff/cases/x");
        staff_case_page(&layout, case, form, rights, flash, NOW)
    };
    let closed = StaffCase {
        closed_at: Some(at(-1)),
        extensions: vec![
            CaseExtension {
                last_day: date("2026-12-06"),
                reason: Some("Överklagande till förvaltningsrätten, dnr SN 2026-1187".to_owned()),
                at: at(-1),
                by: Some("Karin Åkerström".to_owned()),
            },
            CaseExtension {
                last_day: date("2026-11-30"),
                reason: None,
                at: at(-9),
                by: None,
            },
        ],
        ..case()
    };
    let fully = StaffCase {
        extensible: None,
        ..case()
    };
    let mut gone = StaffCase {
        recipient: SentRecipient::Forgotten,
        extensible: None,
        ..case()
    };
    for message in &mut gone.messages {
        (message.title, message.status.purged_at) = (None, Some(at(-1)));
    }
    let wrong = ExtendForm {
        last_day: "2028-01-01".to_owned(),
        reason: "Överklagande".to_owned(),
        problem: Some(ExtendProblem::AboveCeiling(date("2027-11-21"))),
    };
    let empty = ExtendForm::default();
    vec![
        ("case", one(&case(), &empty, true, None)),
        ("case-closed", one(&closed, &empty, true, Some(Flash::CaseExtended))),
        ("case-of-sender", one(&closed, &empty, false, Some(Flash::CaseClosed))),
        ("case-extended-fully", one(&fully, &empty, true, None)),
        ("case-wrong", one(&case(), &wrong, true, None)),
        ("case-gone", one(&gone, &empty, true, None)),
    ]
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let (now, zone) = (NOW, time_zone());
    let inside = |path| super::inside(language, assets, path);
    let nothing = SentMessages {
        messages: Vec::new(),
        older_than: None,
    };
    vec![
        (
            "cases",
            sent_messages_page(&inside("/staff/cases"), &sent(), true, true, None, now, &zone),
        ),
        (
            "cases-older",
            sent_messages_page(
                &inside("/staff/cases"),
                &sent(),
                false,
                false,
                Some(Flash::PasswordChanged),
                now,
                &zone,
            ),
        ),
        (
            "cases-empty",
            sent_messages_page(&inside("/staff/cases"), &nothing, true, false, None, now, &zone),
        ),
    ]
    .into_iter()
    .chain(of_one(language, assets))
    .collect()
}
