//! A file system that is really small, to be really filled.
//!
//! A test that needs one runs itself again as a process of its own, in a mount namespace of its own with a tmpfs, so that
//! nothing is left mounted whatever happens. That needs root, or user namespaces; in a container that permits neither, the
//! container's own `/dev/shm` serves when it is as small as containers make it.

use std::fs::File;
use std::future::Future;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Tells the second process where the small disk is.
const DISK: &str = "POSTVALV_TEST_SMALL_DISK";

/// Tells the second process which file to make when it has come to the end of the test.
const DONE: &str = "POSTVALV_TEST_SMALL_DISK_DONE";

/// The most that `/dev/shm` may hold to be filled.
const SMALL: u64 = 256 * 1024 * 1024;

/// A small file system, with what fills it.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Leaves no room for a single byte more.
    pub(crate) fn fill(&self) {
        let mut filler = File::options().append(true).create(true).open(self.filler()).unwrap();
        for size in [1 << 20, 4096, 1] {
            let block = vec![b'x'; size];
            let problem = loop {
                if let Err(problem) = filler.write_all(&block) {
                    break problem;
                }
            };
            assert_eq!(problem.kind(), ErrorKind::StorageFull);
        }
    }

    /// Makes room.
    pub(crate) fn empty(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

/// Runs the body of the test `name` (its path in this program) with a small disk.
///
/// # Panics
///
/// When the body does, and when there is no way to a small disk here: a test that can't run must not look as if it had.
pub(crate) fn on_small_disk<F: Future<Output = ()>>(name: &str, body: impl FnOnce(SmallDisk) -> F) {
    if let Some(disk) = std::env::var_os(DISK) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(body(SmallDisk(disk.into())));
        return std::fs::write(std::env::var_os(DONE).unwrap(), "").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let told = tempfile::tempdir().unwrap();
    let done = told.path().join("done");
    let ways: [&[&str]; 2] = [&["--mount"], &["--mount", "--map-root-user"]];
    for way in ways {
        if mounted(way, folder.path(), &done, &["true"]) {
            let itself = std::env::current_exe().unwrap();
            let again = [itself.to_str().unwrap(), "--exact", name, "--nocapture"];
            assert!(
                mounted(way, folder.path(), &done, &again),
                "{name} failed on the small disk"
            );
            assert!(
                done.exists(),
                "{name} is not what the test is called: nothing ran on the small disk"
            );
            return;
        }
    }
    let shared = Path::new("/dev/shm");
    assert!(
        is_small(shared),
        "a small file system can't be mounted here, nor is /dev/shm small: run this as root or permit user namespaces"
    );
    let folder = tempfile::tempdir_in(shared).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(body(SmallDisk(folder.path().to_owned())));
}

/// Whether a command succeeds in a mount namespace of its own, in which a small disk is mounted at `folder`.
fn mounted(way: &[&str], folder: &Path, done: &Path, command: &[&str]) -> bool {
    let trial = command == ["true"];
    let output = || if trial { Stdio::null() } else { Stdio::inherit() };
    Command::new("unshare")
        .args(way)
        .args(["sh", "-c"])
        .arg(format!("mount -t tmpfs -o size=16m tmpfs \"${DISK}\" && exec \"$@\""))
        .arg("sh")
        .args(command)
        .env(DISK, folder)
        .env(DONE, done)
        .stdin(Stdio::null())
        .stdout(output())
        .stderr(output())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether the file system at `path` holds little, as `df` says in blocks of 1 KiB.
fn is_small(path: &Path) -> bool {
    let Ok(answer) = Command::new("df").args(["--output=size", "-k"]).arg(path).output() else {
        return false;
    };
    let text = String::from_utf8_lossy(&answer.stdout);
    let size = text.lines().nth(1).and_then(|line| line.trim().parse::<u64>().ok());
    size.is_some_and(|blocks| blocks * 1024 <= SMALL)
}
