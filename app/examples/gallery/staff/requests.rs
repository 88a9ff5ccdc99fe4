//! Requests, in every state worth seeing.

use app::page::staff::{AnswerForm, AnswerProblem, RequestAnswer, request_page, requests_page};
use app::{Assets, Flash, Language};
use base::{Ids, Personnummer};
use portal::{
    DataRequest, DataRequestKind, DataRequestState, DataRequests, KnownAs, ListPart, RequestedCase, SentRecipient,
};

use super::{Pages, at, further, inside};
use crate::samples::{NOW, clock, time_zone};

fn request(kind: DataRequestKind, state: DataRequestState) -> DataRequest {
    let is_open = state.is_open();
    DataRequest {
        id: Ids::new(clock()).next(),
        kind,
        state,
        waits: false,
        case: None,
        recipient: Some(
            Personnummer::from_digits("200001012384").map_or(SentRecipient::Unreadable, |number| {
                SentRecipient::Known(KnownAs::Number(number))
            }),
        ),
        text: Some(
            "Jag vill att ni tar bort det gamla beslutet.\nDet gäller inte längre <script>alert(1)</script>."
                .to_owned(),
        ),
        received_at: at(-20),
        answer_by: NOW.to_jiff().to_zoned(time_zone()).date(),
        overdue: false,
        extended_at: None,
        extension: None,
        may_extend: is_open,
        taken_up_by: (state == DataRequestState::Handling).then(|| "Karin Åkerström".to_owned()),
        answered_at: (!is_open).then(|| at(-2)),
        answered_by: (!is_open).then(|| "Karin Åkerström".to_owned()),
        answer: (!is_open)
            .then(|| "Vi måste bevara beslutet enligt arkivlagen, så länge det kan överklagas.".to_owned()),
        done_at: None,
        kept_until: (state == DataRequestState::Declined).then(|| at(28)),
    }
}

/// Two cases, of which one is held.
fn cases() -> Vec<RequestedCase> {
    let case = |document_type: Option<&str>, held| RequestedCase {
        id: Ids::new(clock()).next(),
        document_type: document_type.map(str::to_owned),
        sent_at: at(-40),
        messages: 2,
        documents: 3,
        held,
    };
    vec![case(Some("beslut.forskola"), true), case(None, false)]
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let zone = time_zone();
    let cases = cases();
    let inside = |path| inside(language, assets, path);
    let erasure = |state| request(DataRequestKind::Erasure, state);
    let overdue = DataRequest {
        overdue: true,
        may_extend: false,
        ..erasure(DataRequestState::Handling)
    };
    let waits = DataRequest {
        waits: true,
        ..erasure(DataRequestState::Granted)
    };
    let all = DataRequests {
        open: vec![
            overdue.clone(),
            request(DataRequestKind::Rectification, DataRequestState::Received),
        ],
        more_open: further(),
        more_answered: further(),
        answered: vec![waits.clone(), erasure(DataRequestState::Declined)],
        time_zone: zone.clone(),
    };
    let none = DataRequests {
        open: Vec::new(),
        more_open: None,
        more_answered: None,
        answered: Vec::new(),
        time_zone: zone.clone(),
    };
    let one = |request: &DataRequest, cases: &[RequestedCase], form: Option<&AnswerForm>, may_answer| {
        request_page(
            &inside("/staff/requests/x"),
            request,
            cases,
            form,
            may_answer,
            &zone,
            None,
        )
    };
    let wrong = |answer, problem| AnswerForm {
        answer,
        cases: cases.last().map(|case| case.id).into_iter().collect(),
        words: String::new(),
        problem,
    };
    let seen = DataRequest {
        recipient: None,
        text: None,
        ..erasure(DataRequestState::Received)
    };
    let put_right = request(DataRequestKind::Rectification, DataRequestState::Received);
    vec![
        (
            "requests",
            requests_page(
                &inside("/staff/requests"),
                &all,
                ListPart::Beginning,
                Some(Flash::RequestGranted),
            ),
        ),
        (
            "requests-none",
            requests_page(&inside("/staff/requests"), &none, ListPart::Beginning, None),
        ),
        (
            "request-erasure",
            one(&erasure(DataRequestState::Received), &cases, None, true),
        ),
        ("request-overdue", one(&overdue, &[], None, true)),
        ("request-rectification", one(&put_right, &[], None, true)),
        (
            "request-wrong-words",
            one(
                &put_right,
                &[],
                Some(&wrong(RequestAnswer::Decline, AnswerProblem::Words)),
                true,
            ),
        ),
        (
            "request-wrong-cases",
            one(
                &overdue,
                &cases,
                Some(&wrong(RequestAnswer::Grant, AnswerProblem::Cases)),
                true,
            ),
        ),
        (
            "request-confirm",
            one(
                &overdue,
                &cases,
                Some(&wrong(RequestAnswer::Grant, AnswerProblem::ConfirmFirst)),
                true,
            ),
        ),
        ("request-waits", one(&waits, &[], None, true)),
        (
            "request-declined",
            one(&erasure(DataRequestState::Declined), &[], None, true),
        ),
        ("request-seen", one(&seen, &cases, None, false)),
    ]
}
