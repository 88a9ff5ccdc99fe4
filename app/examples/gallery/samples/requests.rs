//! What people ask organisations for.

use app::page::{NewRequestForm, NewRequestProblem};
use portal::{DataRequestKind, DataRequestState, OwnDataRequest, RequestableCase, RequestableOrganisation};

use super::{NOW, days_ago, ids, time_zone};

/// A person's requests: in hand, waiting for a hold, declined, granted, and one whose answer should have come.
pub(crate) fn own_requests() -> Vec<OwnDataRequest> {
    let request = |state: DataRequestState, waits, number| OwnDataRequest {
        id: ids().next(),
        organisation: "Länsstyrelsen i Västernorrlands län".to_owned(),
        time_zone: time_zone(),
        case: (number % 2 == 1).then(|| ids().next()),
        kind: if number == 3 {
            DataRequestKind::Rectification
        } else {
            DataRequestKind::Erasure
        },
        state,
        waits,
        text: (number != 2).then(|| "Adressen är fel.\nDet ska vara Storgatan 2 <script>alert(1)</script>.".to_owned()),
        received_at: days_ago(20),
        answer_by: (if number == 5 { days_ago(3) } else { NOW })
            .to_jiff()
            .to_zoned(time_zone())
            .date(),
        extension: (number == 1).then(|| "Vi behöver fråga en annan myndighet.".to_owned()),
        answered_at: (!state.is_open()).then(|| days_ago(2)),
        answer: matches!(number, 3 | 4).then(|| "Beslutet är rätt, eftersom adressen gällde den dagen.".to_owned()),
        done_at: (number == 3).then(|| days_ago(2)),
        kept_until: (number == 3).then(|| days_ago(-28)),
        organisation_deleted: false,
    };
    vec![
        request(DataRequestState::Handling, false, 1),
        request(DataRequestState::Granted, true, 2),
        request(DataRequestState::Declined, false, 3),
        request(DataRequestState::Granted, false, 4),
        request(DataRequestState::Received, false, 5),
    ]
}

/// Whom a person can ask.
pub(crate) fn requestable() -> Vec<RequestableOrganisation> {
    let case = |title: Option<&str>| RequestableCase {
        id: ids().next(),
        title: title.map(str::to_owned),
        sent_at: days_ago(3),
    };
    vec![
        RequestableOrganisation {
            id: ids().next(),
            name: "Exempelkommunen".to_owned(),
            time_zone: time_zone(),
            cases: vec![case(Some("Beslut om förskoleplats")), case(None)],
        },
        RequestableOrganisation {
            id: ids().next(),
            name: "Länsstyrelsen i Västernorrlands län".to_owned(),
            time_zone: time_zone(),
            cases: Vec::new(),
        },
    ]
}

/// Forms of requests: empty, and with each thing that can be wrong.
pub(crate) fn request_forms() -> Vec<NewRequestForm> {
    let form = |problem: Option<NewRequestProblem>| NewRequestForm {
        form: ids().next(),
        about: String::new(),
        kind: problem.map(|_| DataRequestKind::Rectification),
        text: String::new(),
        problem,
    };
    [
        None,
        Some(NewRequestProblem::About),
        Some(NewRequestProblem::Kind),
        Some(NewRequestProblem::Text),
        Some(NewRequestProblem::TooMany),
        Some(NewRequestProblem::NothingThere),
    ]
    .map(form)
    .into()
}
