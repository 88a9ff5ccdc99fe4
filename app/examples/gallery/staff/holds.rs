//! What is held from being purged.

use app::page::staff::{
    HoldRights, LiftForm, LiftProblem, NewHoldForm, NewHoldProblem, hold_page, holds_page, new_hold_page,
};
use app::{Assets, Flash, Language};
use base::{CaseId, HoldId, Ids, Personnummer};
use jiff::civil::Date;
use portal::{Hold, HoldScope, Holds, InvalidHold, KnownAs, LiftedHold, ListPart, SentRecipient};

use super::{Pages, at, further};
use crate::samples::{clock, time_zone};

fn anna() -> SentRecipient {
    Personnummer::from_digits("200001012384").map_or(SentRecipient::Unreadable, |number| {
        SentRecipient::Known(KnownAs::Number(number))
    })
}

fn date(text: &str) -> Date {
    text.parse().unwrap_or_default()
}

fn hold(scope: HoldScope, change: impl FnOnce(&mut Hold)) -> Hold {
    let ids = Ids::new(clock());
    let mut hold = Hold {
        id: ids.next::<HoldId>(),
        scope,
        case: ids.next::<CaseId>(),
        recipient: Some(anna()),
        messages: 1,
        too_late: 0,
        reason: Some("Överklagande till förvaltningsrätten, dnr SN 2026-1187".to_owned()),
        restored: false,
        review_on: date("2027-03-01"),
        review_due: false,
        placed_at: at(-20),
        placed_by: Some("Karin Åkerström".to_owned()),
        lifted: None,
    };
    change(&mut hold);
    hold
}

fn lifted(hold: &mut Hold, is_over: bool) {
    let days = if is_over { -90 } else { -2 };
    hold.lifted = Some(LiftedHold {
        at: at(days),
        by: (!is_over).then(|| "Olle Berg".to_owned()),
        reason: (!is_over).then(|| "Domen har vunnit laga kraft".to_owned()),
        restored: false,
        keeps_until: at(days + 7),
        is_over,
    });
    if is_over {
        (hold.reason, hold.recipient) = (None, Some(SentRecipient::Forgotten));
    }
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let inside = |path| super::inside(language, assets, path);
    let zone = time_zone();
    let due = hold(HoldScope::Recipient, |hold| {
        (hold.messages, hold.too_late, hold.review_due) = (14, 2, true);
        hold.review_on = date("2026-11-20");
    });
    let plain = hold(HoldScope::Case, |_| {});
    let restored = hold(HoldScope::Case, |hold| {
        lifted(hold, false);
        (hold.reason, hold.placed_by, hold.restored) = (None, None, true);
        if let Some(lifted) = &mut hold.lifted {
            (lifted.reason, lifted.by, lifted.restored) = (None, None, true);
        }
    });
    let restored_standing = hold(HoldScope::Case, |hold| {
        (hold.reason, hold.placed_by, hold.restored) = (None, None, true);
    });
    let just_lifted = hold(HoldScope::Case, |hold| lifted(hold, false));
    let holds = Holds {
        standing: vec![due.clone(), plain.clone()],
        more_standing: further(),
        more_lifted: further(),
        lifted: vec![
            just_lifted.clone(),
            hold(HoldScope::Recipient, |hold| lifted(hold, true)),
        ],
        shown_to_recipients: true,
        time_zone: time_zone(),
    };
    let seen = Holds {
        standing: vec![hold(HoldScope::Recipient, |hold| hold.recipient = None), {
            hold(HoldScope::Case, |hold| hold.recipient = None)
        }],
        more_standing: None,
        more_lifted: None,
        lifted: Vec::new(),
        shown_to_recipients: false,
        time_zone: time_zone(),
    };
    let none = Holds {
        standing: Vec::new(),
        ..seen.clone()
    };
    let form = NewHoldForm {
        id: plain.id,
        case: plain.case,
        recipient: anna(),
        scope: HoldScope::Case,
        reason: String::new(),
        review_on: String::new(),
        problem: None,
    };
    let wrong = |problem| NewHoldForm {
        problem: Some(problem),
        ..form.clone()
    };
    let both = InvalidHold {
        reason: true,
        review_on: true,
    };
    let lift = |problem| LiftForm {
        reason: "Domen har vunnit laga kraft".to_owned(),
        problem,
    };
    let one = |hold, form: &LiftForm, is_admin| {
        let rights = HoldRights {
            see_case: is_admin,
            lift: is_admin,
        };
        hold_page(&inside("/staff/holds/x"), hold, form, rights, &zone)
    };
    vec![
        (
            "holds",
            holds_page(
                &inside("/staff/holds"),
                &holds,
                ListPart::Beginning,
                true,
                Some(Flash::HoldPlacedInPart),
            ),
        ),
        (
            "holds-seen",
            holds_page(&inside("/staff/holds"), &seen, ListPart::Beginning, false, None),
        ),
        (
            "holds-more",
            holds_page(
                &inside("/staff/holds"),
                &seen,
                further().map_or(ListPart::Beginning, ListPart::Open),
                false,
                None,
            ),
        ),
        (
            "holds-none",
            holds_page(&inside("/staff/holds"), &none, ListPart::Beginning, true, None),
        ),
        ("hold-new", new_hold_page(&inside("/staff/holds/new"), &form)),
        (
            "hold-new-wrong",
            new_hold_page(&inside("/staff/holds/new"), &wrong(NewHoldProblem::Fields(both))),
        ),
        (
            "hold-new-too-late",
            new_hold_page(&inside("/staff/holds/new"), &wrong(NewHoldProblem::TooLate)),
        ),
        (
            "hold-new-used",
            new_hold_page(&inside("/staff/holds/new"), &wrong(NewHoldProblem::Used)),
        ),
        ("hold", one(&due, &LiftForm::default(), true)),
        (
            "hold-unconfirmed",
            one(&plain, &lift(Some(LiftProblem::ConfirmFirst)), true),
        ),
        ("hold-lifted", one(&just_lifted, &LiftForm::default(), true)),
        ("hold-restored", one(&restored, &LiftForm::default(), true)),
        (
            "hold-restored-standing",
            one(&restored_standing, &LiftForm::default(), true),
        ),
    ]
}
