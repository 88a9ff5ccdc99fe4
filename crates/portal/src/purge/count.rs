//! What a purge would do now, without doing it.

use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

use super::PurgeReport;
use crate::{Context, Fault, hold};

/// A delivery that has ended, is not held and is not purged; `$1` is the instant, `$2` since when lifted holds still keep what they are on.
macro_rules! ended {
    ($delivery:literal) => {
        concat!(
            "(",
            $delivery,
            ".purged_at IS NULL AND (",
            $delivery,
            ".condemned_at IS NOT NULL OR ((",
            $delivery,
            ".expires_at <= $1 OR ",
            $delivery,
            ".revoked_at IS NOT NULL) AND NOT ",
            hold::held!($delivery, "$2"),
            ")))"
        )
    };
}

/// The messages whose last delivery has ended.
macro_rules! ended_messages {
    () => {
        concat!(
            "SELECT ending.message_id FROM delivery ending WHERE ",
            ended!("ending"),
            " AND NOT EXISTS (SELECT 1 FROM delivery living WHERE living.message_id = ending.message_id \
             AND living.purged_at IS NULL AND NOT ",
            ended!("living"),
            ")"
        )
    };
}

const DELIVERIES: &str = concat!("SELECT COUNT(*) FROM delivery WHERE ", ended!("delivery"));
const MESSAGES: &str = concat!(
    "SELECT COUNT(*) FROM message WHERE sealed_title IS NOT NULL AND id IN (",
    ended_messages!(),
    ")"
);
const DOCUMENTS: &str = concat!(
    "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM document \
     WHERE purged_at IS NULL AND message_id IN (",
    ended_messages!(),
    ")"
);
/// People named as forgettable or with an ending delivery, who keep neither a living delivery nor a session nor a hold.
const RECIPIENTS: &str = concat!(
    "SELECT COUNT(*) FROM (SELECT recipient_id FROM forgettable UNION \
     SELECT recipient_id FROM delivery WHERE recipient_id IS NOT NULL AND ",
    ended!("delivery"),
    ") person \
     WHERE NOT EXISTS (SELECT 1 FROM delivery living WHERE living.recipient_id = person.recipient_id \
     AND living.purged_at IS NULL AND NOT ",
    ended!("living"),
    ") \
     AND NOT EXISTS (SELECT 1 FROM session WHERE session.recipient_id = person.recipient_id) \
     AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.recipient_id = person.recipient_id \
     AND (hold.lifted_at IS NULL OR hold.lifted_at > $2))"
);

/// Counts what is due.
pub(super) async fn due(context: &Context) -> Result<PurgeReport, Fault> {
    let reader = context.database.reader();
    let now = context.now();
    let now: [Value; 2] = [now.as_millis().into(), hold::protects_since(now).as_millis().into()];
    let [deliveries] = numbers(reader, DELIVERIES, &now).await?;
    let [messages] = numbers(reader, MESSAGES, &now).await?;
    let [documents, bytes] = numbers(reader, DOCUMENTS, &now).await?;
    let [recipients] = numbers(reader, RECIPIENTS, &now).await?;
    Ok(PurgeReport {
        deliveries,
        messages,
        documents,
        bytes,
        recipients,
    })
}

async fn numbers<const N: usize>(
    on: &impl ConnectionTrait,
    sql: &'static str,
    now: &[Value; 2],
) -> Result<[u64; N], DbErr> {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, now.clone());
    let mut numbers = [0; N];
    if let Some(row) = on.query_one_raw(statement).await? {
        for (place, number) in numbers.iter_mut().enumerate() {
            *number = u64::try_from(row.try_get_by_index::<i64>(place)?).unwrap_or(0);
        }
    }
    Ok(numbers)
}
