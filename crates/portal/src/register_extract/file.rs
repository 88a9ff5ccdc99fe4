//! The extract as JSON, for programs: `docs/register-extract.md` says what each member means.

use std::collections::HashMap;

use base::{MessageId, Timestamp};
use serde_json::{Value, json};

use super::LeftOut;
use super::handed::{HandedCase, HandedDocument, HandedMessage, HandedRequest};
use super::organisation_part::{OrganisationAct, OrganisationExtract};
use super::part::{DeliveryState, KeptCase, KeptDelivery, KeptDocument, KeptHold, KeptRequest, RegisterPart};
use crate::{BrowserFamily, PlaceName, RecipientIdentifier, SystemFamily, Whereabouts};

/// The name of the format.
const FORMAT: &str = "postvalv-register-extract";
/// Changes whenever a member changes its meaning or goes; new ones may come.
const VERSION: u32 = 1;

/// The file: what was gathered, and what was handed out with it.
#[must_use]
pub fn register_extract_json(
    part: &RegisterPart,
    handed: &[HandedCase],
    requests: &[HandedRequest],
    handed_at: Timestamp,
) -> String {
    let of = |id| handed.iter().find(|handed| handed.case == id);
    let cases: Vec<Value> = part.cases.iter().map(|case| self::case(case, of(case.id))).collect();
    let file = json!({
        "format": FORMAT,
        "version": VERSION,
        "made_by": "person",
        "gathered": part.gathered_at.to_rfc3339(),
        "handed_out": handed_at.to_rfc3339(),
        "is_cut": part.is_cut,
        "person": {
            "identifiers": part.identifiers.iter().map(|it| json!({"kind": it.kind, "value": it.value})).collect::<Vec<_>>(),
            "name": part.name,
            "email": part.email,
            "own_email": part.own_email,
            "unproven_email": part.unproven_email,
            "mail_consent": part.mail_consent.as_ref().map(|consent| json!({
                "version": consent.version,
                "hash": consent.hash,
                "given": consent.given_at.to_rfc3339(),
                "withdrawn": at(consent.withdrawn_at),
            })),
            "mail_refused": at(part.mail_refused_at),
            "waiting_mails": part.waiting_mails.iter()
                .map(|mail| json!({"kind": mail.kind, "since": mail.since.to_rfc3339()})).collect::<Vec<_>>(),
        },
        "sessions": part.sessions.iter().map(|session| json!({
            "signed_in": session.signed_in_at.to_rfc3339(),
            "last_used": session.last_used_at.to_rfc3339(),
            "from": from(&session.from),
        })).collect::<Vec<_>>(),
        "devices": part.devices.iter().map(|device| json!({
            "first_seen": device.first_seen_at.to_rfc3339(),
            "from": from(&device.from),
        })).collect::<Vec<_>>(),
        "sign_ins": part.sign_ins.iter().map(|sign_in| json!({
            "at": sign_in.at.to_rfc3339(),
            "from": from(&sign_in.from),
            "is_new_device": sign_in.is_new_device,
            "reported": at(sign_in.reported_at),
        })).collect::<Vec<_>>(),
        "holds": holds(&part.holds),
        "terms": part.terms.as_ref().map(|terms| json!({
            "version": terms.version,
            "hash": terms.hash,
            "accepted": terms.accepted_at.to_rfc3339(),
            "withdrawn": at(terms.withdrawn_at),
        })),
        "requests": self::requests(part, requests),
        "cases": cases,
        "acts": part.acts.iter().map(|act| json!({
            "at": act.at.to_rfc3339(),
            "action": act.action,
            "organisation": act.organisation,
            "target_kind": act.target_kind,
            "target": act.target,
            "address": act.address,
        })).collect::<Vec<_>>(),
        "organisation_acts": part.organisation_acts.iter()
            .flat_map(|of| of.acts.iter().map(|act| organisation_act(&of.organisation, act))).collect::<Vec<_>>(),
        "extracts": part.extracts.iter().map(|(id, ordered)| json!({
            "id": id.to_string(),
            "ordered": ordered.to_rfc3339(),
        })).collect::<Vec<_>>(),
        "organisation_extracts": part.organisation_extracts.iter().map(|extract| json!({
            "organisation": extract.organisation,
            "made": extract.made_at.to_rfc3339(),
            "made_by": extract.made_by,
        })).collect::<Vec<_>>(),
    });
    format!("{file:#}\n")
}

/// The file of an extract that an organisation made. What only the portal knows is `null`: not even whether there is any is told.
#[must_use]
pub fn organisation_extract_json(extract: &OrganisationExtract) -> String {
    let number = RecipientIdentifier::Number(extract.number.clone());
    let shown = |id| extract.shown.iter().find(|shown| shown.case == id);
    let at = extract.made_at.to_rfc3339();
    let file = json!({
        "format": FORMAT,
        "version": VERSION,
        "made_by": "organisation",
        "organisation": extract.organisation,
        "id": extract.id.to_string(),
        "gathered": at,
        "handed_out": at,
        "is_cut": extract.is_cut,
        "person": {
            "identifiers": [{"kind": number.index_kind(), "value": &**number.indexed()}],
            "name": null,
            "email": null,
            "mail_refused": null,
            "waiting_mails": null,
        },
        "sessions": null,
        "devices": null,
        "sign_ins": null,
        "terms": null,
        "extracts": null,
        "organisation_extracts": null,
        "organisation_acts": null,
        "holds": holds(&extract.holds),
        "requests": extract.requests.iter().map(|handed| request(&handed.request, Some(handed))).collect::<Vec<_>>(),
        "cases": extract.cases.iter().map(|case| self::case(case, shown(case.id))).collect::<Vec<_>>(),
        "acts": extract.acts.iter().map(|act| organisation_act(&extract.organisation, act)).collect::<Vec<_>>(),
    });
    format!("{file:#}\n")
}

fn organisation_act(organisation: &str, act: &OrganisationAct) -> Value {
    json!({
        "at": act.at.to_rfc3339(),
        "action": act.action,
        "organisation": organisation,
        "target_kind": act.target_kind,
        "target": act.target,
        "address": null,
        "by": {"kind": act.actor_kind, "name": act.actor},
    })
}

fn holds(holds: &[KeptHold]) -> Vec<Value> {
    holds
        .iter()
        .map(|hold| json!({"organisation": hold.organisation, "since": hold.since.to_rfc3339(), "until": at(hold.until)}))
        .collect()
}

/// What was handed out, and what was registered and is gone.
fn requests(part: &RegisterPart, handed: &[HandedRequest]) -> Vec<Value> {
    let gone = part.requests_gone(handed).map(|kept| request(kept, None));
    let handed = handed.iter().map(|handed| request(&handed.request, Some(handed)));
    handed.chain(gone).collect()
}

fn request(request: &KeptRequest, handed: Option<&HandedRequest>) -> Value {
    json!({
        "id": request.id.to_string(),
        "kind": request.kind.as_str(),
        "organisation": request.organisation,
        "case": request.case.map(|case| case.to_string()),
        "state": request.state.as_str(),
        "waits": request.waits,
        "received": request.received_at.to_rfc3339(),
        "answer_by": request.answer_by.to_string(),
        "extended": at(request.extended_at),
        "answered": at(request.answered_at),
        "done": at(request.done_at),
        "kept_until": at(request.kept_until),
        "text": handed.and_then(|handed| handed.text.as_ref()),
        "extension": handed.and_then(|handed| handed.extension.as_ref()),
        "answer": handed.and_then(|handed| handed.answer.as_ref()),
        "left_out": handed.is_none().then(|| LeftOut::Gone.as_str()),
    })
}

fn case(case: &KeptCase, handed: Option<&HandedCase>) -> Value {
    let left = handed.and_then(|case| case.left).unwrap_or(LeftOut::Gone);
    let mut handed: HashMap<MessageId, &HandedMessage> = handed
        .into_iter()
        .flat_map(|case| case.messages.iter().map(|message| (message.message, message)))
        .collect();
    let mut messages: Vec<Value> = Vec::with_capacity(case.deliveries.len());
    for delivery in &case.deliveries {
        messages.push(message(delivery, handed.remove(&delivery.message), left));
    }
    // What came after the extract was gathered and was opened with the case.
    let mut since: Vec<&HandedMessage> = handed.into_values().collect();
    since.sort_by_key(|message| (message.sent_at, message.message));
    messages.extend(since.into_iter().map(late));
    json!({
        "id": case.id.to_string(),
        "organisation": case.organisation,
        "created": case.created_at.to_rfc3339(),
        "closed": at(case.closed_at),
        "extended_until": at(case.extended_until),
        "held": case.held,
        "held_until": at(case.held_until),
        "messages": messages,
    })
}

fn message(delivery: &KeptDelivery, handed: Option<&HandedMessage>, left: LeftOut) -> Value {
    let (state, left) = match (handed, delivery.state) {
        (Some(_), _) => ("readable", LeftOut::Gone),
        (None, DeliveryState::Readable) => (left.as_str(), left),
        (None, DeliveryState::Expired) => ("expired", LeftOut::Gone),
        (None, DeliveryState::Revoked) => ("revoked", LeftOut::Gone),
        (None, DeliveryState::Erased) => ("erased", LeftOut::Gone),
    };
    let documents: Vec<Value> = delivery
        .documents
        .iter()
        .map(|document| {
            let handed = handed.and_then(|message| message.documents.iter().find(|it| it.document == document.id));
            self::document(document, handed, left)
        })
        .collect();
    json!({
        "id": delivery.message.to_string(),
        "delivery": delivery.id.to_string(),
        "document_type": delivery.document_type,
        "state": state,
        "title": handed.and_then(|message| message.title.as_ref()),
        "text_file": handed.and_then(|message| message.text.file()),
        "text_left_out": handed.and_then(|message| message.text.left()).map(LeftOut::as_str),
        "sent": delivery.sent_at.to_rfc3339(),
        "notified": at(delivery.notified_at),
        "opened": at(delivery.opened_at),
        "expires": handed.map_or(delivery.expires_at, |message| message.expires_at).to_rfc3339(),
        "purpose": delivery.purpose,
        "legal_ground": delivery.legal_ground,
        "documents": documents,
    })
}

fn late(message: &HandedMessage) -> Value {
    json!({
        "id": message.message.to_string(),
        "state": "readable",
        "title": message.title,
        "text_file": message.text.file(),
        "text_left_out": message.text.left().map(LeftOut::as_str),
        "sent": message.sent_at.to_rfc3339(),
        "expires": message.expires_at.to_rfc3339(),
        "purpose": message.reason.purpose,
        "legal_ground": message.reason.legal_ground,
        "documents": message.documents.iter().map(|document| json!({
            "id": document.document.to_string(),
            "name": document.name,
            "file": document.handed.file(),
            "left_out": left_out(Some(document), LeftOut::Gone),
        })).collect::<Vec<_>>(),
    })
}

/// `left` is why a document is not there whose message is not.
fn document(document: &KeptDocument, handed: Option<&HandedDocument>, left: LeftOut) -> Value {
    json!({
        "id": document.id.to_string(),
        "name": handed.and_then(|handed| handed.name.as_ref()),
        "media_type": document.media_type,
        "size": document.size,
        "minimum_level": document.minimum_level,
        "file": handed.and_then(|document| document.handed.file()),
        "left_out": left_out(handed, left),
    })
}

fn left_out(handed: Option<&HandedDocument>, left: LeftOut) -> Option<&'static str> {
    let left = handed.map_or(Some(left), |handed| handed.handed.left());
    left.map(LeftOut::as_str)
}

fn at(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::to_rfc3339)
}

fn from(from: &Whereabouts) -> Value {
    let name = |name: Option<&PlaceName>| name.map(|name| json!({"sv": name.swedish(), "en": name.english()}));
    let place = from.place.as_ref();
    json!({
        "browser": browser(from.device.browser),
        "system": system(from.device.system),
        "city": name(place.and_then(crate::Place::city)),
        "country": name(place.and_then(crate::Place::country)),
    })
}

const fn browser(family: BrowserFamily) -> Option<&'static str> {
    Some(match family {
        BrowserFamily::Chrome => "chrome",
        BrowserFamily::Edge => "edge",
        BrowserFamily::Firefox => "firefox",
        BrowserFamily::Safari => "safari",
        BrowserFamily::SamsungInternet => "samsung-internet",
        BrowserFamily::Opera => "opera",
        BrowserFamily::Unknown => return None,
    })
}

const fn system(family: SystemFamily) -> Option<&'static str> {
    Some(match family {
        SystemFamily::Android => "android",
        SystemFamily::Iphone => "ios",
        SystemFamily::Ipad => "ipados",
        SystemFamily::Mac => "macos",
        SystemFamily::MacOrIpad => "macos-or-ipados",
        SystemFamily::Windows => "windows",
        SystemFamily::Linux => "linux",
        SystemFamily::ChromeOs => "chromeos",
        SystemFamily::Unknown => return None,
    })
}
