//! The brake: whether what has expired may be purged, or waits until the operator says so.
//!
//! It stops the purge when the clock is far from the latest round, and when more falls due than was foreseen the day before. What
//! waits can't be read. Only [`judge`] makes a [`Release`], and nothing is purged because of its time without one; what was
//! revoked needs none, since its sender said so.

use std::fmt;

use base::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::forecast::{self, Hours};
use crate::audit::{AuditAction, AuditEntry};
use crate::latch::ClockStep;
use crate::{Context, Fault, OperatorActor, Portal, installation, skew};

/// So many documents may always go in a window, however few there are.
const LEAST: u64 = 50;

/// What had expired at an instant may be purged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Release {
    until: Timestamp,
}

impl Release {
    /// The instant.
    pub(crate) const fn until(&self) -> Timestamp {
        self.until
    }
}

/// The purge stands still until the operator does something; only what was revoked is purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurgeStopped {
    /// Why.
    pub reason: StopReason,
    /// How many documents have expired by the clock and wait.
    pub documents: u64,
}

/// Why the purge stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The clock is further ahead of the latest round than the settings let it step at once: it is wrong, or no round has been for
    /// that long.
    ClockAhead {
        /// The latest instant that the installation acted on.
        latest: Timestamp,
        /// The time by the clock.
        clock: Timestamp,
    },
    /// The clock is more than a minute before the latest instant that the installation acted on. It goes on when that has come again.
    ClockBehind {
        /// The latest instant that the installation acted on.
        latest: Timestamp,
        /// The time by the clock.
        clock: Timestamp,
    },
    /// More documents would have gone in 24 hours than may without a word.
    Unforeseen {
        /// How many more than were foreseen or announced.
        documents: u64,
        /// How many that may be.
        allowed: u64,
    },
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClockAhead { latest, clock } => write!(
                f,
                "the clock says {}, but the latest round was at {}",
                clock.to_rfc3339(),
                latest.to_rfc3339()
            ),
            Self::ClockBehind { latest, clock } => write!(
                f,
                "the clock says {}, which is before the latest round at {}",
                clock.to_rfc3339(),
                latest.to_rfc3339()
            ),
            Self::Unforeseen { documents, allowed } => write!(
                f,
                "{documents} documents more than foreseen would go within 24 hours, and {allowed} may"
            ),
        }
    }
}

/// What was asked for can't be confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmPurgeError {
    /// The purge does not stand still.
    #[error("nothing waits for confirmation")]
    NothingWaits,
    /// The clock is behind: there is nothing to confirm but a clock to put right.
    #[error("the clock is behind the latest round; put it right, or wait until it has caught up")]
    ClockBehind,
    /// More waits than the operator spoke of.
    #[error("{documents} documents wait, which is more than was confirmed")]
    More {
        /// How many wait.
        documents: u64,
    },
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How many documents went, or would go, beyond what was foreseen for their hours.
fn unforeseen(due_or_gone: &Hours, foreseen: &Hours) -> u64 {
    let beyond = |(hour, documents): (&i64, &u64)| documents.saturating_sub(foreseen.get(hour).copied().unwrap_or(0));
    due_or_gone.iter().map(beyond).sum()
}

/// How many documents may go beyond what was foreseen and announced.
fn allowed(living: u64, percent: u32) -> u64 {
    // The quotient fits, since the share is at most the whole.
    let share = u128::from(living) * u128::from(percent.min(100)) / 100;
    u64::try_from(share).unwrap_or(u64::MAX).max(LEAST)
}

/// Whether what has expired may be purged now. Writes down once that it may not.
pub(crate) async fn judge(context: &Context) -> Result<Result<Release, PurgeStopped>, Fault> {
    let step = context.latch().await?;
    let judged = look(context, step).await?;
    note(context, judged.as_ref().err()).await?;
    Ok(judged)
}

/// As [`judge`], without writing anything down.
async fn look(context: &Context, step: ClockStep) -> Result<Result<Release, PurgeStopped>, Fault> {
    let reader = context.database.reader();
    let (reason, until) = match step {
        ClockStep::Ahead { latest, clock } => (Some(StopReason::ClockAhead { latest, clock }), clock),
        ClockStep::Behind { latest, clock } => (Some(StopReason::ClockBehind { latest, clock }), latest),
        ClockStep::Taken(now) => (None, now),
    };
    let due = forecast::due(reader, until).await?;
    let reason = match reason {
        Some(reason) => Some(reason),
        None if due.is_empty() => None,
        None => too_much(context, until).await?,
    };
    Ok(match reason {
        None => Ok(Release { until }),
        Some(reason) => Err(PurgeStopped {
            reason,
            documents: due.values().sum(),
        }),
    })
}

async fn too_much(context: &Context, now: Timestamp) -> Result<Option<StopReason>, Fault> {
    let reader = context.database.reader();
    let due_or_gone = forecast::due_or_gone(reader, now).await?;
    let beyond = unforeseen(&due_or_gone, &forecast::foreseen(reader, now).await?);
    let documents = beyond.saturating_sub(forecast::announced(reader, now).await?);
    if documents <= LEAST {
        return Ok(None);
    }
    let allowed = allowed(
        forecast::living(reader).await?,
        context.settings.purge.unforeseen_percent,
    );
    Ok((documents > allowed).then_some(StopReason::Unforeseen { documents, allowed }))
}

/// Writes down, once for all nodes, that the purge stands still, or that it goes on. A clock that is behind is each node's own, and
/// ends by itself.
async fn note(context: &Context, stopped: Option<&PurgeStopped>) -> Result<(), Fault> {
    const STOPPED: &str = "SELECT purge_stopped_at FROM installation";
    const STOP: &str = "UPDATE installation SET purge_stopped_at = $1 WHERE purge_stopped_at IS NULL";
    const GO_ON: &str = "UPDATE installation SET purge_stopped_at = NULL WHERE purge_stopped_at IS NOT NULL";
    if matches!(
        stopped,
        Some(PurgeStopped {
            reason: StopReason::ClockBehind { .. },
            ..
        })
    ) {
        return Ok(());
    }
    let reader = context.database.reader();
    let backend = reader.get_database_backend();
    let row = reader.query_one_raw(Statement::from_string(backend, STOPPED)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the installation".to_owned()))?;
    let is_noted = row.try_get_by_index::<Option<i64>>(0)?.is_some();
    if is_noted == stopped.is_some() {
        return Ok(());
    }
    let now = context.now();
    let transaction = context.database.write().await?;
    let change = match stopped {
        Some(_) => Statement::from_sql_and_values(backend, STOP, [now.as_millis().into()]),
        None => Statement::from_string(backend, GO_ON),
    };
    if transaction.execute_raw(change).await?.rows_affected() > 0
        && let Some(stopped) = stopped
    {
        let detail = stopped.documents.to_string();
        let entry = AuditEntry::by_portal(AuditAction::PurgeStopped).detail(&detail);
        context.audit.record(&transaction, now, &entry).await?;
    }
    transaction.commit().await?;
    Ok(())
}

impl Portal {
    /// Why the purge stands still now, if it does. Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn purge_stopped(&self) -> Result<Option<PurgeStopped>, Fault> {
        let context = &*self.0;
        Ok(look(context, context.clock_step().await?).await?.err())
    }

    /// Lets what waits be purged by the next rounds, if it is no more than so many documents; with it the clock's time counts as the
    /// right one.
    ///
    /// # Errors
    ///
    /// [`ConfirmPurgeError`].
    pub async fn confirm_purge(&self, operator: &OperatorActor, documents: u64) -> Result<(), ConfirmPurgeError> {
        let context = &*self.0;
        installation::check_keys(&context.database, &context.vault)
            .await
            .map_err(Fault::from)?;
        // With it the clock's time would count for every node.
        skew::check(context).await.map_err(Fault::from)?;
        let step = context.latch().await?;
        let Some(stopped) = look(context, step).await?.err() else {
            return Err(ConfirmPurgeError::NothingWaits);
        };
        let now = match step {
            ClockStep::Taken(now) => now,
            ClockStep::Ahead { clock, .. } => clock,
            ClockStep::Behind { .. } => return Err(ConfirmPurgeError::ClockBehind),
        };
        if stopped.documents > documents {
            return Err(ConfirmPurgeError::More {
                documents: stopped.documents,
            });
        }
        let transaction = context.database.write().await.map_err(Fault::from)?;
        context.take(&transaction, now).await?;
        // What went already in these 24 hours may be the greater part of what is too much.
        let beyond = match stopped.reason {
            StopReason::Unforeseen { documents, .. } => documents,
            StopReason::ClockAhead { .. } | StopReason::ClockBehind { .. } => 0,
        };
        forecast::announce(context, &transaction, None, stopped.documents.max(beyond), now).await?;
        let detail = stopped.documents.to_string();
        let entry = AuditEntry::by_operator(operator, AuditAction::PurgeConfirmed).detail(&detail);
        context.audit.record(&transaction, now, &entry).await?;
        transaction.commit().await.map_err(Fault::from)?;
        context.learn(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
