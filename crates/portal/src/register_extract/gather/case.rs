//! A person's cases, with what was sent in them and when it was read: rows, and nothing that somebody wrote.

use base::{CaseId, DeliveryId, DocumentId, MessageId, OrganisationId, RecipientId, Timestamp};
use jiff::tz::TimeZone;
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::{Scope, maybe_time, rows, time};
use crate::register_extract::part::{DeliveryState, KeptCase, KeptDelivery, KeptDocument};
use crate::{Context, Fault, hold, retention};

/// The most cases of one person that are gathered, and the most deliveries of one case.
const MAX_CASES: usize = 5_000;
const MAX_DELIVERIES: usize = 1_000;

macro_rules! cases_of {
    ($whose:literal) => {
        concat!(
            "SELECT cases.id, cases.organisation_id, organisation.name, cases.created_at, cases.closed_at, \
             cases.extended_until, organisation.time_zone FROM cases JOIN organisation ON organisation.id = cases.organisation_id \
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

/// A person's cases, to be gathered one by one.
pub(in crate::register_extract) struct Cases {
    pub(in crate::register_extract) rows: Vec<CaseRow>,
    pub(in crate::register_extract) is_cut: bool,
}

pub(in crate::register_extract) struct CaseRow {
    id: CaseId,
    recipient: RecipientId,
    organisation: OrganisationId,
    name: String,
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
    extended_until: Option<Timestamp>,
    time_zone: String,
}

/// Which cases there are.
pub(in crate::register_extract) async fn cases(context: &Context, scope: Scope) -> Result<Cases, Fault> {
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
            time_zone: row.try_get_by_index(6)?,
        })
    })
    .await?;
    let is_cut = found.len() > MAX_CASES;
    found.truncate(MAX_CASES);
    Ok(Cases { rows: found, is_cut })
}

/// One case, and whether it has more messages than are gathered.
pub(in crate::register_extract) async fn case(context: &Context, case: &CaseRow) -> Result<(KeptCase, bool), Fault> {
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
    let hold = hold::shown(on, case.id, now).await?;
    let zone = TimeZone::get(&case.time_zone).map_err(Fault::new)?;
    let case = KeptCase {
        id: case.id,
        organisation: case.name.clone(),
        created_at: case.created_at,
        closed_at: case.closed_at,
        extended_until: case.extended_until,
        extended_to: case.extended_until.map(|end| retention::last_day_before(end, &zone)),
        held: hold.is_some(),
        held_until: hold.and_then(|hold| hold.keeps_until),
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
