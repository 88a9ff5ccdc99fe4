//! Gathers what is held about a person. The tables that it goes through are listed beside the test that finds those that it does not.

use base::{CaseId, DeliveryId, DocumentId, MessageId, OrganisationId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

use super::part::{
    DeliveryState, KeptCase, KeptDelivery, KeptDevice, KeptDocument, KeptHold, KeptIdentifier, KeptSession, KeptSignIn,
    KeptTerms, RegisterPart, WaitingMail,
};
use crate::recipient::RecipientIdentifier;
use crate::session::Owner;
use crate::{
    Context, Fault, Portal, RecipientActor, audit, data_request, hold, new_device, notification, past_sign_in,
    retention,
};

/// The most cases of one person that are gathered, and the most deliveries of one case.
const MAX_CASES: usize = 5_000;
const MAX_DELIVERIES: i64 = 1_000;

const CASES: &str = "\
    SELECT cases.id, cases.organisation_id, organisation.name, cases.created_at, cases.closed_at, \
    cases.extended_until FROM cases \
    JOIN organisation ON organisation.id = cases.organisation_id WHERE cases.recipient_id = $1 \
    ORDER BY cases.created_at, cases.id LIMIT $2";

const DELIVERIES: &str = "\
    SELECT delivery.id, delivery.message_id, message.document_type, delivery.sent_at, delivery.notified_at, \
    delivery.opened_at, delivery.expires_at, delivery.expired_at, delivery.revoked_at, delivery.condemned_at, \
    delivery.erased_for \
    FROM delivery JOIN message ON message.id = delivery.message_id \
    WHERE delivery.recipient_id = $1 AND delivery.case_id = $2 ORDER BY delivery.sent_at, delivery.id LIMIT $3";

const DOCUMENTS: &str = "\
    SELECT document.message_id, document.id, document.media_type, document.size, document.minimum_level \
    FROM delivery JOIN document ON document.message_id = delivery.message_id \
    WHERE delivery.recipient_id = $1 AND delivery.case_id = $2 AND document.purged_at IS NULL \
    ORDER BY document.message_id, document.position";

/// Those on whatever an organisation sends the person; one on a single case is that case's.
const HOLDS: &str = "\
    SELECT organisation.name, hold.placed_at FROM hold JOIN organisation ON organisation.id = hold.organisation_id \
    WHERE hold.recipient_id = $1 AND hold.lifted_at IS NULL AND organisation.holds_shown = 1 ORDER BY hold.placed_at";

const EXTRACTS: &str = "\
    SELECT id, ordered_at FROM register_extract WHERE recipient_id = $1 ORDER BY ordered_at";

/// A person's cases, to be gathered one by one.
pub(super) struct Cases {
    pub(super) rows: Vec<CaseRow>,
    pub(super) is_cut: bool,
}

pub(super) struct CaseRow {
    id: CaseId,
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
    let (name, email, main) = match personal {
        Some(personal) => (personal.name, personal.email, Some(personal.identifier)),
        None => (None, None, None),
    };
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
        email,
        mail_refused_at: portal.own_mail(actor).await?.refused_at,
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
        holds: rows(context, HOLDS, [uuid(actor)], |row| {
            Ok(KeptHold {
                organisation: row.try_get_by_index(0)?,
                since: time(row, 1)?,
            })
        })
        .await?,
        cases: Vec::new(),
        acts,
        extracts: rows(context, EXTRACTS, [uuid(actor)], |row| {
            Ok((
                base::RegisterExtractId::from_uuid(row.try_get_by_index(0)?),
                time(row, 1)?,
            ))
        })
        .await?,
        is_cut: more_sign_ins || more_acts || more_requests,
    })
}

fn identifier(identifier: &RecipientIdentifier) -> KeptIdentifier {
    KeptIdentifier {
        kind: identifier.index_kind().to_owned(),
        value: identifier.indexed().to_string(),
    }
}

/// Which cases there are.
pub(super) async fn cases(context: &Context, actor: &RecipientActor) -> Result<Cases, Fault> {
    let limit = i64::try_from(MAX_CASES + 1).unwrap_or(i64::MAX);
    let mut found = rows(context, CASES, [uuid(actor), limit.into()], |row| {
        Ok(CaseRow {
            id: CaseId::from_uuid(row.try_get_by_index(0)?),
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

/// One case.
pub(super) async fn case(context: &Context, actor: &RecipientActor, case: &CaseRow) -> Result<KeptCase, Fault> {
    let on = context.database.reader();
    let now = context.now();
    let id: Value = (*case.id.as_uuid()).into();
    let scope = || [uuid(actor), id.clone(), MAX_DELIVERIES.into()];
    let mut deliveries = rows(context, DELIVERIES, scope(), |row| delivery(row, now)).await?;
    let reasons = retention::reasons(context, on, case.organisation, case.id).await?;
    let documents = rows(context, DOCUMENTS, [uuid(actor), id.clone()], document).await?;
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
    Ok(KeptCase {
        id: case.id,
        organisation: case.name.clone(),
        created_at: case.created_at,
        closed_at: case.closed_at,
        extended_until: case.extended_until,
        held: hold::is_shown(on, case.id).await?,
        deliveries,
    })
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

fn uuid(actor: &RecipientActor) -> Value {
    (*actor.recipient_id().as_uuid()).into()
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
