//! Runs the portal's jobs at intervals, and keeps what is known of providers and places fresh. What is due, and on which node, is the
//! portal's business.

use std::fmt::Debug;
use std::time::Duration;

use portal::{BackupSettings, BackupsPruned, JobsReport, JobsRound, Portal, PurgeStopped};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::places::Places;
use crate::sign_in::Providers;

/// Between looks at the providers, how soon people see that one is back, and at the file of places.
const REFRESH_EVERY: Duration = Duration::from_secs(60);
/// Between looks at what waits of the audit log.
const CHAIN_EVERY: Duration = Duration::from_secs(1);
/// Between looks at the folder of the archives.
const BACKUPS_EVERY: Duration = Duration::from_secs(60 * 60);
/// How long what is to be handed out of an audit log may wait until the log has an error.
const LONGEST_HANDOVER_LAG: Duration = Duration::from_secs(60 * 60);

/// Runs a round of jobs now and then one each `interval`, until `stop` says true. A round under way is finished: the
/// jobs can be broken off anywhere, but then the next start has more to do.
///
/// What waits for the blob store runs beside the rounds that follow, one at a time, so that a store that is slow or hangs
/// doesn't keep keys from being destroyed on time.
pub(crate) async fn run(portal: Portal, interval: Duration, longest_lag: Duration, mut stop: watch::Receiver<bool>) {
    let mut blobs: Option<JoinHandle<()>> = None;
    let mut alarm = Alarm::default();
    loop {
        let round = portal.run_key_jobs().await;
        alarm.look(&round.report);
        tell(&round);
        match portal.purge_lag().await {
            Ok(lag) => alarm.look_at_lag(lag, longest_lag),
            Err(fault) => crate::answer::log_error("the lag of the purge could not be read", &fault),
        }
        match portal.audit_handover_lag().await {
            Ok(lag) => alarm.look_at_handover_lag(lag),
            Err(fault) => crate::answer::log_error("the lag of handing out audit logs could not be read", &fault),
        }
        if blobs.as_ref().is_none_or(JoinHandle::is_finished) {
            let portal = portal.clone();
            blobs = Some(tokio::spawn(async move { tell(&portal.run_blob_jobs().await) }));
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    if let Some(blobs) = blobs
        && blobs.await.is_err()
    {
        tracing::error!("a round of blob jobs broke off");
    }
}

/// Tells once that the purge stands still or lags, that audit logs are not handed out, or that an archive of the key provider is too old,
/// and once that it is no longer so.
#[derive(Default)]
struct Alarm {
    standstill: Episode,
    lagging: Episode,
    waiting: Episode,
    outlived: Episode,
}

impl Alarm {
    /// Looks at what a round did, whatever else failed in it. One that could not find out whether the purge may go on changes nothing.
    fn look(&mut self, report: &JobsReport) {
        if report.unjudged {
            return;
        }
        match (self.standstill.turn(report.stopped.is_some()), report.stopped) {
            (Some(Turn::Begins), Some(PurgeStopped { reason, documents })) => {
                tracing::error!(documents, %reason, "the purge stands still");
            }
            (Some(Turn::Ends), _) => tracing::info!("the purge goes on"),
            _ => {}
        }
    }

    fn look_at_lag(&mut self, lag: Duration, longest: Duration) {
        match self.lagging.turn(is_too_late(lag, longest)) {
            Some(Turn::Begins) => tracing::error!(lag_seconds = lag.as_secs(), "the purge lags behind what is due"),
            Some(Turn::Ends) => tracing::info!("the purge has caught up"),
            None => {}
        }
    }

    fn look_at_handover_lag(&mut self, lag: Duration) {
        match self.waiting.turn(is_too_late(lag, LONGEST_HANDOVER_LAG)) {
            Some(Turn::Begins) => {
                tracing::error!(
                    lag_seconds = lag.as_secs(),
                    "an audit log is not handed out to where it is to go"
                );
            }
            Some(Turn::Ends) => tracing::info!("audit logs are handed out again"),
            None => {}
        }
    }

    /// Looks at the age of the key provider's oldest archive. One that became too old since the last look is no alarm yet: the next takes
    /// it away.
    fn look_at_archives(&mut self, age: Duration, life: Duration) {
        match self.outlived.turn(is_too_late(age, life + BACKUPS_EVERY)) {
            Some(Turn::Begins) => {
                tracing::error!(
                    age_seconds = age.as_secs(),
                    "an archive of the key provider is older than it may be: what was purged since it was made can be undone with it"
                );
            }
            Some(Turn::Ends) => tracing::info!("no archive of the key provider is older than it may be"),
            None => {}
        }
    }
}

/// Whether what has waited for so long is told: not before it has waited longer than it may.
fn is_too_late(lag: Duration, longest: Duration) -> bool {
    lag > longest
}

/// Whether something is so, as it was last seen.
#[derive(Default)]
struct Episode(bool);

/// What changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Begins,
    Ends,
}

impl Episode {
    fn turn(&mut self, is: bool) -> Option<Turn> {
        let turn = if is { Turn::Begins } else { Turn::Ends };
        (std::mem::replace(&mut self.0, is) != is).then_some(turn)
    }
}

/// Logs each thing that failed in a round, and what it did nevertheless.
fn tell(round: &JobsRound<impl Debug>) {
    for fault in &round.faults {
        crate::answer::log_error("something failed in a round of jobs", fault);
    }
    tracing::debug!(report = ?round.report, faults = round.faults.len(), "a round of jobs is done");
}

/// Takes what waits of the audit log into its chains, each second until `stop` says true, so that nobody who acts waits for it.
pub(crate) async fn chain_audit_log(portal: Portal, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(fault) = portal.chain_audit_log().await {
            crate::answer::log_error("the audit log could not be chained", &fault);
        }
        tokio::select! {
            () = tokio::time::sleep(CHAIN_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

/// Lets archives age each hour until `stop` says true, on each node in the folder that it has, apart from the jobs: a folder that
/// hangs holds no purge up.
pub(crate) async fn age_backups(portal: Portal, settings: BackupSettings, mut stop: watch::Receiver<bool>) {
    let aging = async {
        let mut alarm = Alarm::default();
        loop {
            match portal.run_backup_jobs(&settings).await {
                Ok(BackupsPruned { files: 0, ledger }) => tracing::debug!(ledger, "no archive is too old"),
                Ok(BackupsPruned { files, ledger }) => tracing::info!(files, ledger, "old archives were deleted"),
                Err(error) => crate::answer::log_error("the folder of the archives could not be put in order", &error),
            }
            match portal.oldest_provider_archive(&settings).await {
                Ok(age) => alarm.look_at_archives(age, settings.provider_life),
                Err(error) => crate::answer::log_error("the age of the archives could not be read", &error),
            }
            tokio::time::sleep(BACKUPS_EVERY).await;
        }
    };
    tokio::select! {
        () = aging => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Keeps metadata and keys of the providers, and the places, fresh until `stop` says true, on each node for itself. What is under way is then
/// given up.
pub(crate) async fn refresh(providers: Providers, places: Places, mut stop: watch::Receiver<bool>) {
    let refreshing = async {
        loop {
            providers.refresh().await;
            places.renew().await;
            tokio::time::sleep(REFRESH_EVERY).await;
        }
    };
    tokio::select! {
        () = refreshing => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

// What is logged is heard in the tests of `portal` and here alike.
#[cfg(test)]
#[path = "../../crates/portal/src/test_support/log.rs"]
mod log;

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::log::Log;
    use super::*;
    use crate::config::PurgeSection;

    /// What alarms log, each line from its level on: whole, so that nothing else stands there, and nothing of anybody.
    fn told(look: impl FnOnce(&mut Alarm)) -> Vec<String> {
        let log = Log::new();
        let listening = log.listen();
        look(&mut Alarm::default());
        drop(listening);
        let line = |line: &str| line.split_once('Z').unwrap().1.trim().to_owned();
        log.text().lines().map(line).collect()
    }

    #[test]
    fn a_lag_is_told_once_as_an_error_in_seconds_and_its_end_once() {
        let told = told(|alarm| {
            for minutes in [60, 61, 62, 60, 59] {
                alarm.look_at_lag(Duration::from_secs(minutes * 60), Duration::from_secs(60 * 60));
            }
        });
        assert_eq!(
            told,
            [
                "ERROR server::jobs: the purge lags behind what is due lag_seconds=3660",
                "INFO server::jobs: the purge has caught up",
            ]
        );
    }

    #[test]
    fn a_log_that_is_not_handed_out_is_told_once_as_an_error_in_seconds_and_its_end_once() {
        let told = told(|alarm| {
            for minutes in [60, 61, 62, 60, 59] {
                alarm.look_at_handover_lag(Duration::from_secs(minutes * 60));
            }
        });
        assert_eq!(
            told,
            [
                "ERROR server::jobs: an audit log is not handed out to where it is to go lag_seconds=3660",
                "INFO server::jobs: audit logs are handed out again",
            ]
        );
    }

    #[test]
    fn an_archive_is_told_of_once_as_an_error_an_hour_after_its_life_and_its_end_once() {
        let week = Duration::from_secs(7 * 24 * 60 * 60);
        let told = told(|alarm| {
            for minutes in [0, 60, 61, 62, 60, 0] {
                alarm.look_at_archives(week + Duration::from_secs(minutes * 60), week);
            }
        });
        assert_eq!(
            told,
            [
                "ERROR server::jobs: an archive of the key provider is older than it may be: what was purged since it was made can be \
                 undone with it age_seconds=608460",
                "INFO server::jobs: no archive of the key provider is older than it may be",
            ]
        );
    }

    #[test]
    fn a_standstill_is_told_once_as_an_error_with_its_reason_and_its_end_once() {
        let at = |day: i64| Timestamp::from_millis(day * 86_400_000);
        let unforeseen = portal::StopReason::Unforeseen {
            documents: 80,
            allowed: 50,
        };
        let (latest, clock) = (at(20_000), at(20_400));
        let ahead = portal::StopReason::ClockAhead { latest, clock };
        let behind = portal::StopReason::ClockBehind {
            latest: clock,
            clock: latest,
        };
        for (reason, why) in [
            (
                unforeseen,
                "80 documents more than foreseen would go within 24 hours, and 50 may",
            ),
            (
                ahead,
                "the clock says 2025-11-08T00:00:00Z, but the latest round was at 2024-10-04T00:00:00Z",
            ),
            (
                behind,
                "the clock says 2024-10-04T00:00:00Z, which is before the latest round at 2025-11-08T00:00:00Z",
            ),
        ] {
            let stopped = JobsReport {
                stopped: Some(PurgeStopped { reason, documents: 90 }),
                ..JobsReport::default()
            };
            let told = told(|alarm| {
                for report in [&stopped, &stopped, &JobsReport::default(), &JobsReport::default()] {
                    alarm.look(report);
                }
            });
            assert_eq!(
                told,
                [
                    format!("ERROR server::jobs: the purge stands still documents=90 reason={why}"),
                    "INFO server::jobs: the purge goes on".to_owned(),
                ]
            );
        }
    }

    #[test]
    fn a_lag_is_told_from_after_as_many_minutes_as_are_configured() {
        for alarm_minutes in [1, 60, 1440] {
            let purge = PurgeSection {
                alarm_minutes,
                ..PurgeSection::default()
            };
            let limit = Duration::from_secs(u64::from(alarm_minutes) * 60);
            assert!(!is_too_late(Duration::ZERO, purge.longest_lag()));
            assert!(!is_too_late(limit, purge.longest_lag()), "{alarm_minutes} minutes");
            assert!(is_too_late(limit + Duration::from_millis(1), purge.longest_lag()));
        }
        assert_eq!(PurgeSection::default().longest_lag(), Duration::from_secs(60 * 60));
    }

    #[test]
    fn a_lag_that_is_told_lasts_until_it_is_at_the_limit_again() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let mut alarm = Alarm::default();
        let mut is_lagging = |lag| {
            alarm.look_at_lag(lag, minutes(60));
            alarm.lagging.0
        };
        let seen = [59, 60, 61, 300, 60, 61].map(|lag| is_lagging(minutes(lag)));
        assert_eq!(seen, [false, false, true, true, false, true]);
    }

    #[test]
    fn a_round_that_could_not_judge_the_purge_leaves_the_alarm_as_it_is() {
        let reason = portal::StopReason::Unforeseen {
            documents: 80,
            allowed: 50,
        };
        let stopped = JobsReport {
            stopped: Some(PurgeStopped { reason, documents: 80 }),
            ..JobsReport::default()
        };
        let unjudged = JobsReport {
            unjudged: true,
            ..JobsReport::default()
        };
        let mut alarm = Alarm::default();
        let mut stands_still = |report: &JobsReport| {
            alarm.look(report);
            alarm.standstill.0
        };
        let goes_on = JobsReport::default();
        let seen = [&unjudged, &stopped, &unjudged, &goes_on, &unjudged].map(&mut stands_still);
        assert_eq!(seen, [false, true, true, false, false]);
    }

    #[test]
    fn an_episode_is_told_when_it_begins_and_when_it_ends() {
        let mut episode = Episode::default();
        let turns = [false, true, true, false, false, true].map(|is| episode.turn(is));
        let told = [
            None,
            Some(Turn::Begins),
            None,
            Some(Turn::Ends),
            None,
            Some(Turn::Begins),
        ];
        assert_eq!(turns, told);
    }
}
