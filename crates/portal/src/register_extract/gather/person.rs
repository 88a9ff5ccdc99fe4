//! All that is held about a person, for themselves: everything but the cases.

use base::RegisterExtractId;

use super::{Scope, holds, rows, time};
use crate::recipient::RecipientIdentifier;
use crate::register_extract::by_organisation;
use crate::register_extract::part::{
    KeptDevice, KeptIdentifier, KeptMailConsent, KeptSession, KeptSignIn, KeptTerms, RegisterPart, WaitingMail,
};
use crate::session::Owner;
use crate::vault::Addresses;
use crate::{Fault, Portal, RecipientActor, audit, data_request, new_device, notification, past_sign_in};

/// The most extracts that organisations made which are gathered.
const MAX_MADE: u32 = 1_000;

const EXTRACTS: &str = "\
    SELECT id, ordered_at FROM register_extract WHERE recipient_id = $1 ORDER BY ordered_at";

/// Everything but the cases.
pub(in crate::register_extract) async fn about_person(
    portal: &Portal,
    actor: &RecipientActor,
) -> Result<RegisterPart, Fault> {
    let context = &*portal.0;
    let (recipient, now) = (actor.recipient_id(), context.now());
    let on = context.database.reader();
    let personal = context.vault.personal(recipient).await?;
    let earlier = context.vault.earlier_identifiers(recipient).await?;
    let (name, addresses, main) = match personal {
        Some(personal) => (personal.name, personal.addresses, Some(personal.identifier)),
        None => (None, Addresses::default(), None),
    };
    let mail = portal.own_mail(actor).await?;
    let devices = new_device::all(context, on, Owner::Recipient(recipient)).await?;
    let (sign_ins, more_sign_ins) = past_sign_in::kept_of(context, actor).await?;
    let (acts, more_acts) = audit::acts_of(context, recipient).await?;
    let (organisation_acts, more_organisation_acts) = audit::acts_by_others(context, recipient).await?;
    let sessions = portal.sessions_of(actor).await?;
    let (requests, more_requests) = data_request::registered(context, actor).await?;
    let terms = portal.own_terms(actor).await?.accepted;
    Ok(RegisterPart {
        gathered_at: now,
        identifiers: main.iter().chain(&earlier).map(identifier).collect(),
        name,
        email: addresses.given,
        own_email: addresses.own,
        unproven_email: addresses.unproven,
        mail_consent: mail.consent.map(|given| KeptMailConsent {
            hash: given.consent.hash(),
            version: given.consent.version,
            given_at: given.given_at,
            withdrawn_at: given.withdrawn_at,
        }),
        mail_refused_at: mail.refused_at,
        waiting_mails: notification::waiting_of(on, Owner::Recipient(recipient))
            .await?
            .into_iter()
            .map(|(kind, since)| WaitingMail { kind, since })
            .collect(),
        sessions: sessions
            .into_iter()
            .map(|session| KeptSession {
                signed_in_at: session.signed_in_at,
                last_used_at: session.last_used_at,
                from: crate::Whereabouts {
                    device: session.device,
                    place: session.place,
                },
            })
            .collect(),
        devices: devices
            .into_iter()
            .map(|device| KeptDevice {
                first_seen_at: device.at,
                from: crate::Whereabouts {
                    device: device.device,
                    place: device.place,
                },
            })
            .collect(),
        sign_ins: sign_ins
            .into_iter()
            .map(|sign_in| KeptSignIn {
                at: sign_in.at,
                from: sign_in.from,
                is_new_device: sign_in.is_new_device,
                reported_at: sign_in.reported_at,
            })
            .collect(),
        terms: terms.map(|accepted| KeptTerms {
            hash: accepted.terms.hash(),
            version: accepted.terms.version,
            accepted_at: accepted.at,
            withdrawn_at: accepted.withdrawn_at,
        }),
        requests,
        holds: holds(context, Scope::own(actor)).await?,
        cases: Vec::new(),
        acts,
        organisation_acts,
        extracts: rows(context, EXTRACTS, [Scope::own(actor).recipient()], |row| {
            Ok((RegisterExtractId::from_uuid(row.try_get_by_index(0)?), time(row, 1)?))
        })
        .await?,
        organisation_extracts: by_organisation::about(context, actor, MAX_MADE).await?,
        is_cut: more_sign_ins || more_acts || more_organisation_acts || more_requests,
    })
}

fn identifier(identifier: &RecipientIdentifier) -> KeptIdentifier {
    KeptIdentifier {
        kind: identifier.index_kind().to_owned(),
        value: identifier.indexed().to_string(),
    }
}
