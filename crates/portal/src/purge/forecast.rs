//! What falls due when, in documents by hours: the forecast that is written down each day for the next, and what has come of it.
//!
//! A document counts in each hour in which deliveries of its message end, and a message without documents counts as one.

use std::collections::BTreeMap;
use std::time::Duration;

use base::{AnnouncementId, OrganisationId, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Statement,
    Value,
};

use super::{announced_entity, forecast_entity};
use crate::database::WriteTransaction;
use crate::{Context, Fault, hold};

/// Over how long what was not foreseen is added up.
pub(super) const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a forecast and an announcement are kept.
const KEPT: Duration = Duration::from_secs(8 * 24 * 60 * 60);
const MILLIS_PER_HOUR: i64 = 3_600_000;

/// Documents by the hour, in whole hours since 1970-01-01T00:00Z.
pub(super) type Hours = BTreeMap<i64, u64>;

/// Documents by the hour of the deliveries that a query in brackets gives as pairs of message and hour, each once.
macro_rules! documents_by_hour {
    ($ending:expr) => {
        concat!(
            "SELECT hour, CAST(SUM(CASE WHEN documents = 0 THEN 1 ELSE documents END) AS BIGINT) FROM \
             (SELECT ending.hour AS hour, (SELECT COUNT(*) FROM document WHERE document.message_id = ending.message_id) \
             AS documents FROM (",
            $ending,
            ") ending) counted GROUP BY hour"
        )
    };
}

/// When a delivery is due: at its end, or when a hold that was lifted lets it go.
macro_rules! due {
    () => {
        "(CASE WHEN kept_until > expires_at THEN kept_until ELSE expires_at END)"
    };
}

/// Deliveries that nobody has revoked, marked or held and that end before $1; `$since` is the SQL of [`hold::protects_since`]'s instant.
macro_rules! standing {
    ($since:literal) => {
        concat!(
            "SELECT message_id, ",
            due!(),
            " / 3600000 AS hour FROM delivery WHERE purged_at IS NULL AND condemned_at IS NULL AND revoked_at IS NULL \
             AND expires_at < $1 AND ",
            due!(),
            " < $1 AND NOT ",
            hold::held!("delivery", $since)
        )
    };
}

const DUE: &str = documents_by_hour!(concat!("SELECT DISTINCT * FROM (", standing!("$2"), ") standing"));
/// Those that end from $2 on.
const TO_COME: &str = documents_by_hour!(concat!(
    "SELECT DISTINCT * FROM (",
    standing!("$3"),
    " AND ",
    due!(),
    " >= $2) standing"
));
/// With what expired and was marked after $2.
const DUE_OR_GONE: &str = documents_by_hour!(concat!(
    standing!("$3"),
    " UNION SELECT message_id, ",
    due!(),
    " / 3600000 AS hour FROM delivery WHERE condemned_at > $2 AND revoked_at IS NULL AND expires_at < $1"
));
/// What expired and was marked after $2 and no later than $3.
const GONE: &str = documents_by_hour!(concat!(
    "SELECT DISTINCT message_id, ",
    due!(),
    " / 3600000 AS hour FROM delivery WHERE condemned_at > $2 AND condemned_at <= $3 AND revoked_at IS NULL \
     AND expires_at < $1"
));
/// What ended for organisation $1 by rules later than version $2.
const ENDED: &str = documents_by_hour!(concat!(
    "SELECT DISTINCT message_id, ",
    due!(),
    " / 3600000 AS hour FROM delivery WHERE organisation_id = $1 AND policy_version > $2 AND revoked_at IS NULL \
     AND expires_at < $3 AND (condemned_at IS NOT NULL OR NOT ",
    hold::held!("delivery", "$4"),
    ")"
));
const ANNOUNCED: &str =
    "SELECT CAST(COALESCE(SUM(documents), 0) AS BIGINT) FROM purge_announced WHERE at > $1 AND at <= $2";
/// Documents, and messages without any that have deliveries left.
const LIVING: &str = "\
    SELECT (SELECT COUNT(*) FROM document WHERE purged_at IS NULL) + ( \
    SELECT COUNT(DISTINCT delivery.message_id) FROM delivery WHERE delivery.purged_at IS NULL \
    AND NOT EXISTS (SELECT 1 FROM document WHERE document.message_id = delivery.message_id))";

/// What is due at an instant.
pub(super) async fn due(on: &impl ConnectionTrait, now: Timestamp) -> Result<Hours, DbErr> {
    hours(on, DUE, [after(now), since(now)]).await
}

/// What is due at an instant or went, because it had expired, in the window before it.
pub(super) async fn due_or_gone(on: &impl ConnectionTrait, now: Timestamp) -> Result<Hours, DbErr> {
    let window = (now - WINDOW).as_millis().into();
    hours(on, DUE_OR_GONE, [after(now), window, since(now)]).await
}

/// What was foreseen for the hours until an instant and had not gone when the window before it began: what went of an hour days ago
/// lets nothing else go whose end was moved to that hour.
pub(super) async fn foreseen(on: &impl ConnectionTrait, now: Timestamp) -> Result<Hours, DbErr> {
    let kept = now - KEPT;
    let rows = forecast_entity::Entity::find()
        .filter(forecast_entity::Column::Hour.lte(hour(now)))
        // What is marked was due before, so of these hours everything that went went since.
        .filter(forecast_entity::Column::Hour.gt(hour(kept)))
        .all(on)
        .await?;
    let from_until = [kept, now - WINDOW].map(|at| at.as_millis().into());
    let gone = hours(on, GONE, [after(now)].into_iter().chain(from_until)).await?;
    let left = |hour, foreseen: u64| foreseen.saturating_sub(gone.get(&hour).copied().unwrap_or(0));
    let left = rows
        .into_iter()
        .map(|row| (row.hour, left(row.hour, count(row.documents))));
    Ok(left.collect())
}

/// How many documents somebody announced or confirmed in the two windows before an instant.
pub(super) async fn announced(on: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    // What is announced goes at the end of a day, and counts as gone for a window after that.
    let from = now - WINDOW - WINDOW;
    number(on, ANNOUNCED, [from.as_millis().into(), now.as_millis().into()]).await
}

/// How many documents there are, counted as what falls due is.
pub(super) async fn living(on: &impl ConnectionTrait) -> Result<u64, DbErr> {
    number(on, LIVING, []).await
}

/// Notes that so many documents will go beyond what was foreseen when the day began, by rules that an organisation decided on who saw how
/// many. It takes the place of what the organisation announced earlier that day: that goes by no rule any more, or is among these, or has
/// ended, and what has ended stays announced. `version` is that of the rules by which the day was foreseen.
pub(crate) async fn announce_rules(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: OrganisationId,
    version: i32,
    documents: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    use announced_entity::{Column, Entity};
    let today = Condition::all()
        .add(Column::OrganisationId.eq(*organisation.as_uuid()))
        .add(Column::At.gte(now.day().start().as_millis()));
    let earlier = Entity::find().filter(today.clone()).all(transaction).await?;
    let earlier: u64 = earlier.iter().map(|row| count(row.documents)).sum();
    let mut ended = 0;
    if earlier > 0 {
        let organisation = (*organisation.as_uuid()).into();
        let values = [organisation, version.into(), after(now), since(now)];
        ended = hours(transaction, ENDED, values).await?.values().sum();
    }
    Entity::delete_many().filter(today).exec(transaction).await?;
    let documents = documents.saturating_add(earlier.min(ended));
    announce(context, transaction, Some(organisation), documents, now).await
}

/// Notes that so many documents will go beyond what was foreseen, since somebody decided it who saw how many.
pub(super) async fn announce(
    context: &Context,
    transaction: &WriteTransaction,
    organisation: Option<OrganisationId>,
    documents: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    let id: AnnouncementId = context.ids.next();
    let row = announced_entity::Model {
        id: *id.as_uuid(),
        at: now.as_millis(),
        documents: i64::try_from(documents).map_err(Fault::new)?,
        organisation_id: organisation.map(|id| *id.as_uuid()),
    };
    announced_entity::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Writes down what falls due tomorrow, as it stands now; the first time also for the rest of today, of which nobody could.
pub(super) async fn record(context: &Context, now: Timestamp) -> Result<(), Fault> {
    use forecast_entity::{Column, Entity};
    let reader = context.database.reader();
    let tomorrow = now.day().plus_days(1);
    let is_first = Entity::find().one(reader).await?.is_none();
    let from = if is_first { now } else { tomorrow.start() };
    let (first, end) = (hour(from), hour(tomorrow.end()));
    let values = [
        tomorrow.end().as_millis().into(),
        from.as_millis().into(),
        since(tomorrow.end()),
    ];
    let found = hours(reader, TO_COME, values).await?;
    let wanted: Hours = (first..end)
        .map(|hour| (hour, found.get(&hour).copied().unwrap_or(0)))
        .collect();
    let rows = Entity::find()
        .filter(Column::Hour.gte(first))
        .filter(Column::Hour.lt(end))
        .order_by_asc(Column::Hour)
        .all(reader)
        .await?;
    let stands: Hours = rows.into_iter().map(|row| (row.hour, count(row.documents))).collect();
    if stands == wanted {
        return Ok(());
    }
    let rows: Result<Vec<_>, Fault> = wanted
        .into_iter()
        .map(|(hour, documents)| {
            let documents = i64::try_from(documents).map_err(Fault::new)?;
            Ok(forecast_entity::Model { hour, documents }.into_active_model())
        })
        .collect();
    let transaction = context.database.write().await?;
    let replace = sea_orm::sea_query::OnConflict::column(Column::Hour)
        .update_column(Column::Documents)
        .to_owned();
    Entity::insert_many(rows?)
        .on_conflict(replace)
        .exec_without_returning(&transaction)
        .await?;
    Entity::delete_many()
        .filter(Column::Hour.lt(hour(now - KEPT)))
        .exec(&transaction)
        .await?;
    announced_entity::Entity::delete_many()
        .filter(announced_entity::Column::At.lt((now - KEPT).as_millis()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// What ends at an instant has ended by then.
fn since(now: Timestamp) -> Value {
    hold::protects_since(now).as_millis().into()
}

fn after(now: Timestamp) -> Value {
    (now + Duration::from_millis(1)).as_millis().into()
}

/// The hour that an instant is in.
pub(crate) const fn hour(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(MILLIS_PER_HOUR)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

async fn hours(
    on: &impl ConnectionTrait,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Hours, DbErr> {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, values);
    let rows = on.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, count(row.try_get_by_index(1)?))))
        .collect()
}

async fn number(
    on: &impl ConnectionTrait,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, values);
    let row = on.query_one_raw(statement).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0)).map(count)
}
