//! Where the time comes from. The one place that asks the system.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::Timestamp;

/// The clock that all code reads. Cloning it gives the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    System,
    /// The system's time plus the whole milliseconds written in a file; development only.
    Offset(PathBuf),
    Manual(AtomicI64),
}

/// The file with the clock's offset exists but can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the clock offset file {path} {problem}")]
pub struct ClockError {
    path: PathBuf,
    problem: &'static str,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Source::System))
    }

    /// The system's clock plus the whole milliseconds written in the file at `path`, read anew at each call, so that
    /// several programs can be moved at once. A missing file means no offset. For development mode alone: the caller
    /// refuses it in production.
    ///
    /// # Errors
    ///
    /// When the file exists but holds no whole number.
    pub fn with_offset_file(path: &Path) -> Result<Self, ClockError> {
        read_offset(path)?;
        Ok(Self(Arc::new(Source::Offset(path.to_owned()))))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::System => system_now(),
            // A file that broke after the start is no reason to fall back: the offset counts as zero until it is mended.
            Source::Offset(path) => {
                Timestamp::from_millis(system_now().as_millis().saturating_add(read_offset(path).unwrap_or(0)))
            }
            Source::Manual(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }
}

fn read_offset(path: &Path) -> Result<i64, ClockError> {
    let error = |problem| ClockError {
        path: path.to_owned(),
        problem,
    };
    match std::fs::read_to_string(path) {
        Ok(text) => text
            .trim()
            .parse()
            .map_err(|_| error("does not hold a whole number of milliseconds")),
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(_) => Err(error("can't be read")),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the time comes from the system"
)]
fn system_now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// A clock that stands still until a test moves it.
#[derive(Clone, Debug)]
pub struct ManualClock(Clock);

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self(Clock(Arc::new(Source::Manual(AtomicI64::new(start.as_millis())))))
    }

    /// The clock to hand to the code under test.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.0.clone()
    }

    /// Moves the clock, backwards when `millis` is negative.
    pub fn advance_millis(&self, millis: i64) {
        if let Source::Manual(now) = &*self.0.0 {
            now.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: std::time::Duration) {
        self.advance_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        if let Source::Manual(millis) = &*self.0.0 {
            millis.store(now.as_millis(), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let manual = ManualClock::at(Timestamp::from_millis(10));
        let clock = manual.clock();
        assert_eq!(clock.now(), Timestamp::from_millis(10));
        manual.advance_millis(-3);
        assert_eq!(clock.now(), Timestamp::from_millis(7));
    }

    #[test]
    fn an_offset_file_moves_every_clock_that_reads_it() {
        let path = std::env::temp_dir().join(format!("postvalv-clock-{}", std::process::id()));
        let clock = Clock::with_offset_file(&path).unwrap();
        let before = clock.now();
        std::fs::write(&path, "86400000\n").unwrap();
        assert!(clock.now().since(before).as_millis() >= 86_400_000);
        std::fs::write(&path, "tomorrow").unwrap();
        assert!(Clock::with_offset_file(&path).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
