//! What the organisation has sent, and what became of it.

use app::page::staff::sent_messages_page;
use app::{Assets, Flash, Language};
use base::{CaseId, DeliveryId, Ids, MessageId, Personnummer};
use portal::{DeliveryStatus, KnownAs, SentDelivery, SentMessage, SentMessages, SentRecipient};

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
}
