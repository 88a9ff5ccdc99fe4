//! What a person did and what organisations did about them, as the logs have it, for the person; and what was done about a person in an
//! organisation's log, for that organisation. Nothing of what other recipients did: that is theirs.

use std::collections::BTreeSet;

use base::{OrganisationId, RecipientId, StaffId, Timestamp};
use keyring::Field;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use uuid::Uuid;

use crate::{Context, Fault, KeptAct, KeptOrganisationActs, OrganisationAct, organisation, staff};

/// How many rows are given.
const ROWS: usize = 10_000;

/// Looked for by what was done to what, since there is no index of who did it. Who has opened a case, or looked at who
/// has, is its recipient, perhaps under the id by which they were known before.
const ACTS: &str = "\
    SELECT e.at, e.action, organisation.name, e.target_kind, e.target_id, e.id, e.sealed_address FROM audit_event e \
    LEFT JOIN organisation ON organisation.id = e.organisation_id \
    WHERE e.actor_kind = 'recipient' AND (e.actor_id = $1 OR e.actor_id IN ( \
    SELECT o.actor_id FROM cases JOIN audit_event o ON o.target_id = cases.id \
    WHERE cases.recipient_id = $1 AND o.action IN ('case.opened', 'case.history-seen') AND o.actor_kind = 'recipient')) \
    AND e.target_id IN ( \
    SELECT document.id FROM delivery JOIN document ON document.message_id = delivery.message_id \
    WHERE delivery.recipient_id = $1 \
    UNION ALL SELECT delivery.message_id FROM delivery WHERE delivery.recipient_id = $1 \
    UNION ALL SELECT cases.id FROM cases WHERE cases.recipient_id = $1 \
    UNION ALL SELECT past_sign_in.id FROM past_sign_in WHERE past_sign_in.recipient_id = $1 \
    UNION ALL SELECT register_extract.id FROM register_extract WHERE register_extract.recipient_id = $1 \
    UNION ALL SELECT data_request.id FROM data_request WHERE data_request.recipient_id = $1 \
    UNION ALL SELECT $1) \
    ORDER BY e.at DESC, e.counter DESC, e.id DESC LIMIT $2";

/// What was done in the log of one organisation about a person: with its cases with them, what was sent in these and what they asked of
/// it, or about the person as such. Others may have been sent the same, and what they did is left out. Of holds, only where the person may
/// see them.
macro_rules! about {
    ($by:literal) => {
        concat!(
            "SELECT e.at, e.action, e.actor_kind, e.actor_id, system.name, e.target_kind, e.target_id \
             FROM audit_event e \
             LEFT JOIN system ON system.id = e.actor_id AND system.organisation_id = $2 \
             WHERE e.organisation_id = $2 AND (e.actor_kind <> 'recipient'",
            $by,
            ") AND (e.action NOT IN ('hold.placed', 'hold.lifted') \
             OR EXISTS (SELECT 1 FROM organisation WHERE organisation.id = $2 AND organisation.holds_shown = 1)) \
             AND e.target_id IN ( \
             SELECT document.id FROM delivery JOIN document ON document.message_id = delivery.message_id \
             WHERE delivery.recipient_id = $1 AND delivery.organisation_id = $2 \
             UNION ALL SELECT delivery.message_id FROM delivery \
             WHERE delivery.recipient_id = $1 AND delivery.organisation_id = $2 \
             UNION ALL SELECT delivery.id FROM delivery \
             WHERE delivery.recipient_id = $1 AND delivery.organisation_id = $2 \
             UNION ALL SELECT cases.id FROM cases WHERE cases.recipient_id = $1 AND cases.organisation_id = $2 \
             UNION ALL SELECT data_request.id FROM data_request \
             WHERE data_request.recipient_id = $1 AND data_request.organisation_id = $2 \
             UNION ALL SELECT $1) \
             ORDER BY e.at DESC, e.counter DESC, e.id DESC LIMIT $3"
        )
    };
}
const ABOUT: &str = about!(
    " OR e.actor_id = $1 OR e.actor_id IN ( \
     SELECT o.actor_id FROM cases JOIN audit_event o ON o.target_id = cases.id \
     WHERE cases.recipient_id = $1 AND cases.organisation_id = $2 \
     AND o.action IN ('case.opened', 'case.history-seen') AND o.actor_kind = 'recipient')"
);
/// Without what the person did, so that nobody who is signed in as them can put it out of sight by doing much.
const BY_OTHERS: &str = about!("");

/// The organisations in whose logs there is something about a person.
const ORGANISATIONS: &str = "\
    SELECT organisation.id, organisation.name FROM organisation WHERE organisation.id IN ( \
    SELECT cases.organisation_id FROM cases WHERE cases.recipient_id = $1 \
    UNION ALL SELECT data_request.organisation_id FROM data_request WHERE data_request.recipient_id = $1 \
    UNION ALL SELECT e.organisation_id FROM audit_event e WHERE e.target_id = $1) \
    ORDER BY organisation.name, organisation.id";

/// What was done about a person in an organisation's log, the latest first, and whether there was more. Where recipients did it from is
/// no organisation's to know, and who they are in the portal is not told either.
pub(crate) async fn acts_about(
    context: &Context,
    organisation: OrganisationId,
    recipient: RecipientId,
) -> Result<(Vec<OrganisationAct>, bool), Fault> {
    about(context, ABOUT, organisation, recipient, ROWS).await
}

/// What organisations and their systems did about a person, for the person, by organisation, and whether there was more.
pub(crate) async fn acts_by_others(
    context: &Context,
    recipient: RecipientId,
) -> Result<(Vec<KeptOrganisationActs>, bool), Fault> {
    let on = context.database.reader();
    let values: [Value; 1] = [(*recipient.as_uuid()).into()];
    let statement = Statement::from_sql_and_values(on.get_database_backend(), ORGANISATIONS, values);
    let (mut found, mut left) = (Vec::new(), ROWS);
    for row in on.query_all_raw(statement).await? {
        let organisation = OrganisationId::from_uuid(row.try_get_by_index(0)?);
        let (acts, is_cut) = about(context, BY_OTHERS, organisation, recipient, left).await?;
        left -= acts.len();
        if !acts.is_empty() {
            let organisation = row.try_get_by_index(1)?;
            found.push(KeptOrganisationActs { organisation, acts });
        }
        if is_cut {
            return Ok((found, true));
        }
    }
    Ok((found, false))
}

/// What one of the statements above finds, no more than `most` of it, and whether there was more.
async fn about(
    context: &Context,
    statement: &'static str,
    organisation: OrganisationId,
    recipient: RecipientId,
    most: usize,
) -> Result<(Vec<OrganisationAct>, bool), Fault> {
    let on = context.database.reader();
    let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
    let values: [Value; 3] = [
        (*recipient.as_uuid()).into(),
        (*organisation.as_uuid()).into(),
        limit.into(),
    ];
    let rows = on
        .query_all_raw(Statement::from_sql_and_values(
            on.get_database_backend(),
            statement,
            values,
        ))
        .await?;
    let is_cut = rows.len() > most;
    let (mut acts, mut by) = (Vec::with_capacity(rows.len().min(most)), Vec::new());
    for row in rows.iter().take(most) {
        let actor_kind: String = row.try_get_by_index(2)?;
        let actor: Option<Uuid> = row.try_get_by_index(3)?;
        let target_kind: Option<String> = row.try_get_by_index(5)?;
        let target: Option<Uuid> = row.try_get_by_index(6)?;
        by.push(actor.filter(|_| actor_kind == "staff").map(StaffId::from_uuid));
        acts.push(OrganisationAct {
            at: Timestamp::from_millis(row.try_get_by_index(0)?),
            action: row.try_get_by_index(1)?,
            actor: row.try_get_by_index(4)?,
            target: target.filter(|id| id != recipient.as_uuid()).map(|id| id.to_string()),
            actor_kind,
            target_kind,
        });
    }
    // The person gets the extract in the end, and is told no more names than on their own pages.
    let is_told = organisation::shows_names(on, organisation).await?;
    let staff: BTreeSet<StaffId> = by.iter().flatten().filter(|_| is_told).copied().collect();
    let names = staff::names(context, on, organisation, &staff).await?;
    for (act, by) in acts.iter_mut().zip(by) {
        if let Some(name) = by.and_then(|by| names.get(&by)) {
            act.actor = Some(name.clone());
        }
    }
    Ok((acts, is_cut))
}

/// What a person who is signed in did with what is theirs still, the latest first, and whether there was more.
pub(crate) async fn acts_of(context: &Context, recipient: RecipientId) -> Result<(Vec<KeptAct>, bool), DbErr> {
    let on = context.database.reader();
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let values: [Value; 2] = [(*recipient.as_uuid()).into(), limit.into()];
    let rows = on
        .query_all_raw(Statement::from_sql_and_values(on.get_database_backend(), ACTS, values))
        .await?;
    let is_cut = rows.len() > ROWS;
    let acts = rows.iter().take(ROWS).map(|row| {
        let target: Option<Uuid> = row.try_get_by_index(4)?;
        let id: Uuid = row.try_get_by_index(5)?;
        let sealed: Option<Vec<u8>> = row.try_get_by_index(6)?;
        let place = Field::new("audit_event", "sealed_address", id.as_bytes());
        let open = |sealed: Vec<u8>| context.vault.address_key().open_text(place, &sealed).ok();
        Ok(KeptAct {
            at: Timestamp::from_millis(row.try_get_by_index(0)?),
            action: row.try_get_by_index(1)?,
            organisation: row.try_get_by_index(2)?,
            target_kind: row.try_get_by_index(3)?,
            target: target.map(|id| id.to_string()),
            address: sealed.and_then(open),
        })
    });
    Ok((acts.collect::<Result<_, DbErr>>()?, is_cut))
}
