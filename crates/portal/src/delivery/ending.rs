//! What is soon gone, as its recipient is warned of it.

use base::{RecipientId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::finder::readable;
use crate::{Context, NotificationKind};

const ENDING_UNREAD: &str = concat!(
    "SELECT DISTINCT CASE WHEN delivery.address_given = 1 THEN organisation.name END FROM delivery JOIN organisation ON organisation.id = delivery.organisation_id WHERE ",
    readable!(),
    " AND (delivery.address_given = 1 OR $5 = 1) AND delivery.unread_warned_at >= $4 AND delivery.opened_at IS NULL \
     AND delivery.expires_at <= $3"
);
const ENDING_READ: &str = concat!(
    "SELECT DISTINCT CASE WHEN delivery.address_given = 1 THEN organisation.name END FROM delivery JOIN organisation ON organisation.id = delivery.organisation_id WHERE ",
    readable!(),
    " AND (delivery.address_given = 1 OR $5 = 1) AND delivery.read_warned_at >= $4 AND delivery.opened_at IS NOT NULL \
     AND delivery.expires_at <= $3"
);

/// The names of the senders whose messages a person is to be warned of: what can be read at this instant, ends as soon as it did when
/// the warning was due, and is still unread, or was read, as it was then. Of what was warned of before `since` a mail told earlier. Whose sender gave no address counts only when `of_all` is told, and is not named.
pub(crate) async fn ending(
    context: &Context,
    recipient: RecipientId,
    kind: NotificationKind,
    since: Timestamp,
    now: Timestamp,
    of_all: bool,
) -> Result<Vec<Option<String>>, DbErr> {
    let (sql, window) = match kind {
        NotificationKind::EndingUnread => (ENDING_UNREAD, context.settings.warnings.unread),
        NotificationKind::EndingRead => (ENDING_READ, context.settings.warnings.read),
        _ => return Ok(Vec::new()),
    };
    let values = [
        (*recipient.as_uuid()).into(),
        now.as_millis().into(),
        (now + window).as_millis().into(),
        since.as_millis().into(),
        i32::from(of_all).into(),
    ];
    let reader = context.database.reader();
    let query = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
    let rows = reader.query_all_raw(query).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
