//! Gathers what is held about a person: all of it for themselves, or what one organisation has registered for that organisation. The
//! tables that it goes through are listed beside the test that finds those that it does not.

use std::collections::HashMap;

use base::{
    CaseId, DeliveryId, DocumentId, MessageId, OrganisationId, Personnummer, RecipientId, RegisterExtractId, Timestamp,
};
use keyring::{ContentOwner, Field};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, Statement, Value};
use uuid::Uuid;

use super::by_organisation;
use super::handed::{Handed, HandedCase, HandedDocument, HandedMessage, LeftOut};
use super::organisation_part::OrganisationExtract;
use super::part::{
    DeliveryState, KeptCase, KeptDelivery, KeptDevice, KeptDocument, KeptHold, KeptIdentifier, KeptMailConsent,
    KeptSession, KeptSignIn, KeptTerms, RegisterPart, WaitingMail,
};
use crate::recipient::RecipientIdentifier;
use crate::session::Owner;
use crate::vault::Addresses;
use crate::{
    Context, Fault, Portal, RecipientActor, RetentionReason, StaffActor, audit, data_request, hold, message,
    new_device, notification, organisation, past_sign_in, retention,
};

/// The most cases of one person that are gathered, and the most deliveries of one case.
const MAX_CASES: usize = 5_000;
const MAX_DELIVERIES: usize = 1_000;

/// The most deliveries that an organisation's extract has, which is made while somebody waits.
const MAX_AT_ONCE: usize = 20_000;
/// The most extracts that organisations made which are gathered.
const MAX_MADE: u32 = 1_000;

macro_rules! cases_of {
    ($whose:literal) => {
        concat!(
            "SELECT cases.id, cases.organisation_id, organisation.name, cases.created_at, cases.closed_at, \
             cases.extended_until FROM cases JOIN organisation ON organisation.id = cases.organisation_id \
             WHERE cases.recipient_id = $1",
            $whose,
            " ORDER BY cases.created_at, cases.id LIMIT $2"
        )
    };
}
const CASES: &str = cases_of!("");
const CASES_OF_ORGANISATION: &str = cases_of!(" AND cases.organisation_id = $3");

const DELIVERIES: &str = "\
    SELECT delivery.id, delivery.message_id, message.document_type, delivery.sent_at, delivery.notified_at, \
    delivery.opened_at, delivery.expires_at, delivery.expired_at, delivery.revoked_at, delivery.condemned_at, \
    delivery.erased_for \
    FROM delivery JOIN message ON message.id = delivery.message_id \
    WHERE delivery.recipient_id = $1 AND delivery.case_id = $2 AND delivery.organisation_id = $4 \
    ORDER BY delivery.sent_at, delivery.id LIMIT $3";

const DOCUMENTS: &str = "\
    SELECT document.message_id, document.id, document.media_type, document.size, document.minimum_level \
    FROM delivery JOIN document ON document.message_id = delivery.message_id \
    WHERE delivery.recipient_id = $1 AND delivery.case_id = $2 AND delivery.organisation_id = $3 \
    AND document.purged_at IS NULL \
    ORDER BY document.message_id, document.position";

/// Those on whatever an organisation sends the person; one on a single case is that case's.
macro_rules! holds_of {
    ($whose:literal) => {
        concat!(
            "SELECT organisation.name, hold.placed_at FROM hold \
             JOIN organisation ON organisation.id = hold.organisation_id \
             WHERE hold.recipient_id = $1 AND hold.lifted_at IS NULL AND organisation.holds_shown = 1",
            $whose,
            " ORDER BY hold.placed_at"
        )
    };
}
const HOLDS: &str = holds_of!("");
const HOLDS_OF_ORGANISATION: &str = holds_of!(" AND hold.organisation_id = $2");

/// Whether there is a hold that has not been lifted on all that an organisation sends somebody, also where they are not told.
const IS_HELD: &str =
    "SELECT 1 FROM hold WHERE recipient_id = $1 AND organisation_id = $2 AND lifted_at IS NULL LIMIT 1";

const EXTRACTS: &str = "\
    SELECT id, ordered_at FROM register_extract WHERE recipient_id = $1 ORDER BY ordered_at";

/// What is gathered. Made of who acts alone, so that nobody's extract has another's rows.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    recipient: RecipientId,
    /// Whose alone; `None` for everybody's.
    organisation: Option<OrganisationId>,
}

impl Scope {
    /// What anybody has about the person who acts.
    pub(super) const fn own(actor: &RecipientActor) -> Self {
        Self {
            recipient: actor.recipient_id(),
            organisation: None,
        }
    }

    /// What the organisation of the staff member who acts has about somebody.
    const fn of_organisation(actor: &StaffActor, recipient: RecipientId) -> Self {
        Self {
            recipient,
            organisation: Some(actor.organisation_id()),
        }
    }

    fn recipient(self) -> Value {
        (*self.recipient.as_uuid()).into()
    }
}

/// A person's cases, to be gathered one by one.
pub(super) struct Cases {
    pub(super) rows: Vec<CaseRow>,
    pub(super) is_cut: bool,
}

pub(super) struct CaseRow {
    id: CaseId,
    recipient: RecipientId,
    organisation: OrganisationId,
    name: String,
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
    extended_until: Option<Timestamp>,
}

/// Everything but the cases.
pub(super) async fn about_person(portal: &Portal, actor: &RecipientActor) -> Result<RegisterPart, Fault> {
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
        extracts: rows(context, EXTRACTS, [Scope::own(actor).recipient()], |row| {
            Ok((RegisterExtractId::from_uuid(row.try_get_by_index(0)?), time(row, 1)?))
        })
        .await?,
        organisation_extracts: by_organisation::about(context, actor, MAX_MADE).await?,
        is_cut: more_sign_ins || more_acts || more_requests,
    })
}

fn identifier(identifier: &RecipientIdentifier) -> KeptIdentifier {
    KeptIdentifier {
        kind: identifier.index_kind().to_owned(),
        value: identifier.indexed().to_string(),
    }
}

async fn holds(context: &Context, scope: Scope) -> Result<Vec<KeptHold>, DbErr> {
    let (sql, whose) = match scope.organisation {
        None => (HOLDS, None),
        Some(organisation) => (HOLDS_OF_ORGANISATION, Some((*organisation.as_uuid()).into())),
    };
    let values = [scope.recipient()].into_iter().chain(whose);
    rows(context, sql, values, |row| {
        Ok(KeptHold {
            organisation: row.try_get_by_index(0)?,
            since: time(row, 1)?,
        })
    })
    .await
}

/// Everything that the organisation of who acts has registered about a person; `None` when it has nothing.
pub(super) async fn of_organisation(
    context: &Context,
    actor: &StaffActor,
    recipient: RecipientId,
    number: &Personnummer,
    id: RegisterExtractId,
) -> Result<Option<OrganisationExtract>, Fault> {
    let (scope, on) = (Scope::of_organisation(actor, recipient), context.database.reader());
    let organisation = organisation::find(on, actor.organisation_id()).await?;
    let organisation = organisation.ok_or_else(|| Fault::new("a staff member's organisation is missing"))?;
    let found = cases(context, scope).await?;
    let (requests, more_requests) = data_request::asked_of(context, actor, recipient).await?;
    let held = [scope.recipient(), (*organisation.id.as_uuid()).into()];
    let is_held = !rows(context, IS_HELD, held, |_| Ok(())).await?.is_empty();
    let (acts, more_acts) = audit::acts_about(context, organisation.id, recipient).await?;
    if found.rows.is_empty() && requests.is_empty() && !is_held {
        return Ok(None);
    }
    let mut extract = OrganisationExtract {
        id,
        organisation: organisation.name,
        number: number.clone(),
        made_at: context.now(),
        cases: Vec::with_capacity(found.rows.len()),
        shown: Vec::with_capacity(found.rows.len()),
        requests,
        holds: holds(context, scope).await?,
        acts,
        is_cut: found.is_cut || more_requests || more_acts,
    };
    let mut deliveries = 0;
    for row in &found.rows {
        if deliveries >= MAX_AT_ONCE {
            extract.is_cut = true;
            break;
        }
        let (case, is_cut) = case(context, row).await?;
        extract.is_cut |= is_cut;
        deliveries += case.deliveries.len();
        extract.shown.push(shown(context, organisation.id, &case).await?);
        extract.cases.push(case);
    }
    Ok(Some(extract))
}

/// What the organisation's staff may see of what was sent in a case and can be read: the titles, as on their page of the case.
async fn shown(context: &Context, organisation: OrganisationId, case: &KeptCase) -> Result<HandedCase, Fault> {
    let readable: Vec<&KeptDelivery> = case
        .deliveries
        .iter()
        .filter(|delivery| delivery.state == DeliveryState::Readable)
        .collect();
    let ids = readable.iter().map(|delivery| *delivery.message.as_uuid());
    let sealed: HashMap<Uuid, Option<Vec<u8>>> = message::entity::Entity::find()
        .filter(message::entity::Column::Id.is_in(ids))
        .filter(message::entity::Column::OrganisationId.eq(*organisation.as_uuid()))
        .all(context.database.reader())
        .await?
        .into_iter()
        .map(|row| (row.id, row.sealed_title))
        .collect();
    let owners: Vec<_> = readable
        .iter()
        .map(|delivery| (organisation, ContentOwner::Message(delivery.message)))
        .collect();
    let keys = context.vault.content_keys(&owners).await?;
    let messages = readable.into_iter().zip(keys).filter_map(|(delivery, key)| {
        let sealed = sealed.get(delivery.message.as_uuid())?.as_ref()?;
        let place = Field::new("message", "sealed_title", delivery.message.as_bytes());
        let title = key?.open_text(place, sealed).ok()?;
        Some(HandedMessage {
            message: delivery.message,
            title,
            sent_at: delivery.sent_at,
            expires_at: delivery.expires_at,
            reason: RetentionReason {
                purpose: delivery.purpose.clone(),
                legal_ground: delivery.legal_ground.clone(),
            },
            text: Handed::Left(LeftOut::OnlyForThePerson),
            documents: delivery.documents.iter().map(only_for_the_person).collect(),
        })
    });
    Ok(HandedCase {
        case: case.id,
        // Of what can be read and is not there after all.
        left: Some(LeftOut::Damaged),
        messages: messages.collect(),
    })
}

const fn only_for_the_person(document: &KeptDocument) -> HandedDocument {
    HandedDocument {
        document: document.id,
        name: None,
        handed: Handed::Left(LeftOut::OnlyForThePerson),
    }
}

/// Which cases there are.
pub(super) async fn cases(context: &Context, scope: Scope) -> Result<Cases, Fault> {
    let limit = i64::try_from(MAX_CASES + 1).unwrap_or(i64::MAX);
    let (sql, whose) = match scope.organisation {
        None => (CASES, None),
        Some(organisation) => (CASES_OF_ORGANISATION, Some((*organisation.as_uuid()).into())),
    };
    let values = [scope.recipient(), limit.into()].into_iter().chain(whose);
    let mut found = rows(context, sql, values, |row| {
        Ok(CaseRow {
            id: CaseId::from_uuid(row.try_get_by_index(0)?),
            recipient: scope.recipient,
            organisation: OrganisationId::from_uuid(row.try_get_by_index(1)?),
            name: row.try_get_by_index(2)?,
            created_at: time(row, 3)?,
            closed_at: maybe_time(row, 4)?,
            extended_until: maybe_time(row, 5)?,
        })
    })
    .await?;
    let is_cut = found.len() > MAX_CASES;
    found.truncate(MAX_CASES);
    Ok(Cases { rows: found, is_cut })
}

/// One case, and whether it has more messages than are gathered.
pub(super) async fn case(context: &Context, case: &CaseRow) -> Result<(KeptCase, bool), Fault> {
    let on = context.database.reader();
    let now = context.now();
    let value = |id: &Uuid| -> Value { (*id).into() };
    let (whose, id) = (value(case.recipient.as_uuid()), value(case.id.as_uuid()));
    let organisation = value(case.organisation.as_uuid());
    let limit = i64::try_from(MAX_DELIVERIES + 1).unwrap_or(i64::MAX);
    let scope = [whose.clone(), id.clone(), limit.into(), organisation.clone()];
    let mut deliveries = rows(context, DELIVERIES, scope, |row| delivery(row, now)).await?;
    let is_cut = deliveries.len() > MAX_DELIVERIES;
    deliveries.truncate(MAX_DELIVERIES);
    let reasons = retention::reasons(context, on, case.organisation, case.id).await?;
    let documents = rows(context, DOCUMENTS, [whose, id, organisation], document).await?;
    for delivery in &mut deliveries {
        if let Some(reason) = reasons.get(&delivery.message) {
            delivery.purpose.clone_from(&reason.reason.purpose);
            delivery.legal_ground.clone_from(&reason.reason.legal_ground);
        }
    }
    for (message, document) in documents {
        let of = deliveries.iter_mut().find(|delivery| delivery.message == message);
        if let Some(delivery) = of {
            delivery.documents.push(document);
        }
    }
    let case = KeptCase {
        id: case.id,
        organisation: case.name.clone(),
        created_at: case.created_at,
        closed_at: case.closed_at,
        extended_until: case.extended_until,
        held: hold::is_shown(on, case.id).await?,
        deliveries,
    };
    Ok((case, is_cut))
}

fn delivery(row: &QueryResult, now: Timestamp) -> Result<KeptDelivery, DbErr> {
    let expires_at = time(row, 6)?;
    let (expired, revoked, condemned): (Option<i64>, Option<i64>, Option<i64>) = (
        row.try_get_by_index(7)?,
        row.try_get_by_index(8)?,
        row.try_get_by_index(9)?,
    );
    let erased_for: Option<Uuid> = row.try_get_by_index(10)?;
    let state = if erased_for.is_some() {
        DeliveryState::Erased
    } else if revoked.is_some() {
        DeliveryState::Revoked
    } else if expired.is_some() || condemned.is_some() || expires_at <= now {
        DeliveryState::Expired
    } else {
        DeliveryState::Readable
    };
    Ok(KeptDelivery {
        id: DeliveryId::from_uuid(row.try_get_by_index(0)?),
        message: MessageId::from_uuid(row.try_get_by_index(1)?),
        document_type: row.try_get_by_index(2)?,
        sent_at: time(row, 3)?,
        notified_at: maybe_time(row, 4)?,
        opened_at: maybe_time(row, 5)?,
        expires_at,
        state,
        purpose: String::new(),
        legal_ground: String::new(),
        documents: Vec::new(),
    })
}

fn document(row: &QueryResult) -> Result<(MessageId, KeptDocument), DbErr> {
    let size: i64 = row.try_get_by_index(3)?;
    let document = KeptDocument {
        id: DocumentId::from_uuid(row.try_get_by_index(1)?),
        media_type: row.try_get_by_index(2)?,
        size: u64::try_from(size).map_err(|_| DbErr::Type("a document's size is negative".to_owned()))?,
        minimum_level: row.try_get_by_index(4)?,
    };
    Ok((MessageId::from_uuid(row.try_get_by_index(0)?), document))
}

fn time(row: &QueryResult, column: usize) -> Result<Timestamp, DbErr> {
    row.try_get_by_index(column).map(Timestamp::from_millis)
}

fn maybe_time(row: &QueryResult, column: usize) -> Result<Option<Timestamp>, DbErr> {
    let at: Option<i64> = row.try_get_by_index(column)?;
    Ok(at.map(Timestamp::from_millis))
}

async fn rows<T>(
    context: &Context,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
    read: impl Fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<Vec<T>, DbErr> {
    let on = context.database.reader();
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, values);
    on.query_all_raw(statement).await?.iter().map(read).collect()
}
