//! The program while it serves, as a process of its own.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::harness::App;

/// Far more than it takes to start and to do anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// It runs until this is dropped.
pub(crate) struct Serving {
    program: Child,
    log: NamedTempFile,
}

impl Serving {
    /// Starts it on a port of its own, by the tests' clock as it stands now, which goes on from there. The test's own node ends first.
    pub(crate) async fn start(app: &App) -> Self {
        app.portal.close().await;
        let log = NamedTempFile::new().unwrap();
        let program = app
            .program()
            .arg("serve")
            .env("POSTVALV__LISTEN__ADDRESS", "127.0.0.1:0")
            .stdout(Stdio::null())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        Self { program, log }
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// Waits until this is so, while the program runs.
    pub(crate) async fn until(&mut self, is_so: impl AsyncFn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self).await {
            assert!(begun.elapsed() < PATIENCE, "{}", self.log());
            assert!(self.program.try_wait().unwrap().is_none(), "{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(self.program.try_wait().unwrap().is_none(), "{}", self.log());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended = self.program.kill();
        let _reaped = self.program.wait();
    }
}
