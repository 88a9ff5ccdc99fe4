//! Whether the clock agrees with the databases'. On PostgreSQL alone: SQLite's clock is this host's own.

use std::time::Duration;

use base::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::database::Database;
use crate::{Context, Fault};

/// How far the clocks may be apart.
const LONGEST: Duration = Duration::from_secs(1);
/// PostgreSQL's clock in whole milliseconds.
const DATABASE_TIME: &str = "SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS BIGINT)";

/// The clock and a database's are more than a second apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock and a database's are {} ms apart", apart.as_millis())]
pub struct ClockSkew {
    /// By how much, at least.
    pub apart: Duration,
}

/// How far a database's clock is at least from ours, which said `before` when it was asked and `after` when it had answered.
fn apart(before: Timestamp, database: Timestamp, after: Timestamp) -> Duration {
    before.since(database).max(database.since(after))
}

/// Whether a database's clock agrees with ours, which said `before` when it was asked and `after` when it had answered.
fn agree(before: Timestamp, database: Timestamp, after: Timestamp) -> Result<(), ClockSkew> {
    match apart(before, database, after) {
        apart if apart > LONGEST => Err(ClockSkew { apart }),
        _ => Ok(()),
    }
}

/// Why the clock could not be found to agree.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SkewError {
    #[error(transparent)]
    Skew(#[from] ClockSkew),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<SkewError> for Fault {
    fn from(error: SkewError) -> Self {
        match error {
            SkewError::Skew(skew) => Self::new(skew),
            SkewError::Fault(fault) => fault,
        }
    }
}

/// Checks that the clock agrees with both databases' to the second, unless the settings say that it is moved by hand.
///
/// # Errors
///
/// [`SkewError::Skew`]; a fault when a database doesn't answer.
pub(crate) async fn check(context: &Context) -> Result<(), SkewError> {
    if !context.settings.purge.compares_clocks {
        return Ok(());
    }
    for database in [&context.database, context.vault.database()] {
        let checked = check_one(context, database).await;
        if let Err(SkewError::Skew(_)) = checked {
            context.doubt();
        }
        checked?;
    }
    Ok(())
}

async fn check_one(context: &Context, database: &Database) -> Result<(), SkewError> {
    if database.backend() != DbBackend::Postgres {
        return Ok(());
    }
    let question = Statement::from_string(database.backend(), DATABASE_TIME);
    let before = context.clock_time();
    let row = database.reader().query_one_raw(question).await.map_err(Fault::from)?;
    let after = context.clock_time();
    let row = row.ok_or_else(|| Fault::new("the database did not say its time"))?;
    let time: i64 = row.try_get_by_index(0).map_err(Fault::from)?;
    Ok(agree(before, Timestamp::from_millis(time), after)?)
}

#[cfg(test)]
mod tests {
    use base::Clock;

    use super::*;
    use crate::test_support::on_both_databases;
    use crate::{NotReady, Portal};

    #[test]
    fn an_answer_that_took_long_is_no_skew() {
        let at = Timestamp::from_millis;
        assert_eq!(apart(at(1_000), at(1_000), at(9_000)), Duration::ZERO);
        assert_eq!(apart(at(1_000), at(9_000), at(9_000)), Duration::ZERO);
        assert_eq!(apart(at(1_000), at(400), at(1_100)), Duration::from_millis(600));
        assert_eq!(apart(at(1_000), at(1_900), at(1_100)), Duration::from_millis(800));
    }

    #[test]
    fn a_second_is_borne_with_and_a_millisecond_more_is_not_either_way() {
        let at = Timestamp::from_millis;
        for (database, apart) in [
            (0, Some(5_000)),
            (3_999, Some(1_001)),
            (4_000, None),
            (5_000, None),
            (6_020, None),
            (6_021, Some(1_001)),
        ] {
            let skew = apart.map(|millis| ClockSkew {
                apart: Duration::from_millis(millis),
            });
            // The answer took 20 ms.
            assert_eq!(agree(at(5_000), at(database), at(5_020)).err(), skew, "{database}");
        }
    }

    on_both_databases! {
        async fn a_node_whose_clock_is_not_the_databases_is_not_ready_and_runs_no_job(portal: TestPortal) {
            let mut settings = portal.settings.clone();
            settings.purge.compares_clocks = true;
            // The tests' clock stands still on a day of its own.
            let node = Portal::open(settings, portal.clock.clock()).await.unwrap();
            let is_postgres = node.0.database.backend() == DbBackend::Postgres;
            assert_eq!(matches!(node.readiness().await, Err(NotReady::Clock(_))), is_postgres);
            assert_eq!(node.run_key_jobs().await.result().is_err(), is_postgres);
        }

        async fn what_a_clock_said_while_it_was_not_the_databases_is_latched_for_nobody(portal: TestPortal) {
            if portal.portal.0.database.backend() != DbBackend::Postgres {
                return;
            }
            let mut settings = portal.settings.clone();
            settings.purge.compares_clocks = true;
            let right = Clock::system().now().max(portal.now());
            portal.clock.set(right + Duration::from_secs(6 * 86_400));
            let node = Portal::open(settings, portal.clock.clock()).await.unwrap();
            assert!(node.readiness().await.is_err());
            assert!(node.0.now() >= portal.now(), "it is believed for the moment");

            portal.clock.set(Clock::system().now());
            node.0.latch().await.unwrap();
            assert!(node.gauges().await.unwrap().latest_round_at < right + Duration::from_secs(86_400));
            assert!(node.0.now() < right + Duration::from_secs(86_400));
        }

        async fn a_clock_that_is_right_is_ready(portal: TestPortal) {
            let mut settings = portal.settings.clone();
            settings.purge.compares_clocks = true;
            let node = Portal::open(settings, Clock::system()).await.unwrap();
            node.readiness().await.unwrap();
        }
    }
}
