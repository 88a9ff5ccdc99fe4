//! Idempotency keys of messages whose sending has not ended.
//!
//! A key is drawn before the first byte goes out and kept until the portal's answer has come. It lies in a file whose
//! name is a fingerprint of the whole message: an HMAC under a random secret of this user, since an unkeyed hash of a
//! personnummer could be tried out in seconds. The file holds the key and a time, and nothing of the message. So the
//! same command finds the same key, and the portal recognises the repeat.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::{Clock, Timestamp};
use client::api::MessageMetadata;
use client::{IdempotencyKey, Server};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::failure::Failure;
use crate::folder;

/// For how long a key is used again. The portal remembers keys for seven days; the difference is for clocks and for
/// the time that sending takes.
const MAX_AGE: Duration = Duration::from_secs(6 * 24 * 60 * 60);

/// After this time nothing is known of the attempt any more, and its file goes.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// One block of SHA-256: the key that HMAC (RFC 2104) takes as it is.
const SECRET_BYTES: usize = 64;

/// The keys of one user.
pub(crate) struct PendingKeys {
    folder: PathBuf,
    secret: [u8; SECRET_BYTES],
    clock: Clock,
}

/// The key of one message, kept until it is forgotten.
#[derive(Debug)]
pub(crate) struct PendingKey {
    key: IdempotencyKey,
    path: PathBuf,
    resumed: bool,
}

#[derive(Serialize, Deserialize)]
struct Record {
    key: String,
    began_at: Timestamp,
}

impl PendingKeys {
    /// The keys kept in `folder`, which is created when missing.
    pub(crate) fn open(folder: &Path, clock: Clock) -> Result<Self, Failure> {
        let keys = folder.join("pending");
        folder::create_private(&keys)?;
        Ok(Self {
            secret: read_or_create_secret(&folder.join("fingerprint-key"))?,
            folder: keys,
            clock,
        })
    }

    /// The key for a message that `client_id` sends to `server`: the one of an attempt that has not ended, or a new
    /// one, which is on disk when this returns.
    pub(crate) fn key_for(
        &self,
        server: &Server,
        client_id: &str,
        metadata: &MessageMetadata,
    ) -> Result<PendingKey, Failure> {
        let path = self.folder.join(self.fingerprint(server, client_id, metadata));
        let record = Record {
            key: IdempotencyKey::random().as_str().to_owned(),
            began_at: self.clock.now(),
        };
        // Written aside and linked into place, so that of two runs at once both use one key.
        match write_new(&self.folder, &path, &record) {
            Ok(()) => self.pending(&path, &record, false),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let record = read_record(&path)?;
                let age = self.clock.now().since(record.began_at);
                if age > MAX_AGE {
                    return Err(Failure::TooOldToContinue);
                }
                self.pending(&path, &record, true)
            }
            Err(error) => Err(Failure::file(&path, error)),
        }
    }

    fn pending(&self, path: &Path, record: &Record, resumed: bool) -> Result<PendingKey, Failure> {
        Ok(PendingKey {
            key: record.key.parse().map_err(|_| Failure::broken_file(path))?,
            path: path.to_owned(),
            resumed,
        })
    }

    /// Forgets an earlier attempt to send the message, if there was one.
    pub(crate) fn forget(&self, server: &Server, client_id: &str, metadata: &MessageMetadata) -> Result<(), Failure> {
        remove(&self.folder.join(self.fingerprint(server, client_id, metadata)))
    }

    /// Removes what is left of attempts long past. What can't be read or removed stays; the next run tries again.
    pub(crate) fn clean(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let forgotten =
                read_record(&path).is_ok_and(|record| self.clock.now().since(record.began_at) > FORGOTTEN_AFTER);
            if forgotten {
                let _stays_for_the_next_run = fs::remove_file(&path);
            }
        }
    }

    fn fingerprint(&self, server: &Server, client_id: &str, metadata: &MessageMetadata) -> String {
        let metadata = serde_json::to_vec(metadata).unwrap_or_default();
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&self.secret.into());
        for part in [
            b"valv pending message 1".as_slice(),
            server.to_string().as_bytes(),
            client_id.as_bytes(),
            &metadata,
        ] {
            // The lengths keep two different lists of parts from running together to the same bytes.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        hex::encode(mac.finalize().into_bytes())
    }
}

impl PendingKey {
    /// The key to send with.
    pub(crate) fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    /// Whether it comes from an earlier run.
    pub(crate) fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Forgets the key: the sending has ended and is known to have.
    pub(crate) fn end(self) -> Result<(), Failure> {
        remove(&self.path)
    }
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file(path, error)),
        _ => Ok(()),
    }
}

fn read_record(path: &Path) -> Result<Record, Failure> {
    let text = fs::read(path).map_err(|error| Failure::file(path, error))?;
    serde_json::from_slice(&text).map_err(|_| Failure::broken_file(path))
}

fn write_new(folder: &Path, path: &Path, record: &Record) -> io::Result<()> {
    let text = serde_json::to_vec(record).map_err(io::Error::other)?;
    persist_new(folder, path, &text)
}

/// Writes a file that did not exist, whole and synced with its folder, or fails with `AlreadyExists`.
fn persist_new(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}

fn read_or_create_secret(path: &Path) -> Result<[u8; SECRET_BYTES], Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(|error| Failure::file(path, io::Error::other(error.to_string())))?;
    match persist_new(folder, path, &secret) {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let stored = fs::read(path).map_err(|error| Failure::file(path, error))?;
            stored.try_into().map_err(|_| Failure::broken_file(path))
        }
        Err(error) => Err(Failure::file(path, error)),
    }
}

#[cfg(test)]
mod tests {
    use base::{ManualClock, SecretString};
    use client::api::Recipient;
    use tempfile::TempDir;

    use super::*;

    struct Setting {
        folder: TempDir,
        clock: ManualClock,
    }

    impl Setting {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                clock: ManualClock::at(Timestamp::from_millis(1_795_000_000_000)),
            }
        }

        fn keys(&self) -> PendingKeys {
            PendingKeys::open(self.folder.path(), self.clock.clock()).unwrap()
        }

        fn key_for(&self, metadata: &MessageMetadata) -> Result<PendingKey, Failure> {
            self.keys().key_for(&server(), "client", metadata)
        }

        fn advance_days(&self, days: u64) {
            self.clock.advance(Duration::from_secs(days * 24 * 60 * 60));
        }
    }

    fn server() -> Server {
        "https://post.example.se".parse().unwrap()
    }

    fn message(title: &str) -> MessageMetadata {
        MessageMetadata {
            title: title.to_owned(),
            body: String::new(),
            document_type: None,
            retention_days: None,
            recipients: vec![Recipient {
                personnummer: Some(SecretString::new("197701172392".to_owned())),
                ..Recipient::default()
            }],
            documents: Vec::new(),
        }
    }

    #[test]
    fn the_same_message_gets_the_same_key_until_it_has_ended() {
        let setting = Setting::new();
        let first = setting.key_for(&message("Beslut")).unwrap();
        let second = setting.key_for(&message("Beslut")).unwrap();
        assert_eq!(first.key(), second.key());
        assert_eq!((first.is_resumed(), second.is_resumed()), (false, true));
        second.end().unwrap();
        let third = setting.key_for(&message("Beslut")).unwrap();
        assert_ne!(first.key(), third.key());
        assert!(!third.is_resumed());
    }

    #[test]
    fn another_message_portal_or_system_gets_another_key() {
        let setting = Setting::new();
        let keys = setting.keys();
        let first = setting.key_for(&message("Beslut")).unwrap();
        let others = [
            keys.key_for(&server(), "client", &message("Beslut 2")).unwrap(),
            keys.key_for(&server(), "another", &message("Beslut")).unwrap(),
            keys.key_for(
                &"https://another.example.se".parse().unwrap(),
                "client",
                &message("Beslut"),
            )
            .unwrap(),
        ];
        for other in &others {
            assert_ne!(first.key(), other.key());
        }
    }

    #[test]
    fn a_key_that_the_portal_may_have_forgotten_is_not_used_again() {
        let setting = Setting::new();
        setting.key_for(&message("Beslut")).unwrap();
        setting.advance_days(6);
        assert!(setting.key_for(&message("Beslut")).unwrap().is_resumed());
        setting.advance_days(1);
        assert!(matches!(
            setting.key_for(&message("Beslut")),
            Err(Failure::TooOldToContinue)
        ));
        setting.keys().forget(&server(), "client", &message("Beslut")).unwrap();
        assert!(!setting.key_for(&message("Beslut")).unwrap().is_resumed());
    }

    #[test]
    fn what_is_long_past_is_cleaned_away() {
        let setting = Setting::new();
        setting.key_for(&message("Beslut")).unwrap();
        setting.advance_days(89);
        setting.keys().clean();
        assert!(setting.key_for(&message("Beslut")).is_err());
        setting.advance_days(2);
        setting.keys().clean();
        assert!(setting.key_for(&message("Beslut")).is_ok());
    }

    #[test]
    fn the_disk_tells_nothing_of_the_message() {
        use sha2::Digest;

        let setting = Setting::new();
        setting.key_for(&message("Beslut")).unwrap();
        let unkeyed = hex::encode(Sha256::digest(b"197701172392"));
        for entry in fs::read_dir(setting.folder.path().join("pending")).unwrap().flatten() {
            let name = entry.file_name().into_string().unwrap();
            let content = fs::read_to_string(entry.path()).unwrap();
            for text in [&name, &content] {
                assert!(!text.contains("197701172392") && !text.contains("Beslut") && !text.contains(&unkeyed));
            }
        }
        let another = Setting::new();
        another.key_for(&message("Beslut")).unwrap();
        let name = |setting: &Setting| {
            let mut entries = fs::read_dir(setting.folder.path().join("pending")).unwrap();
            entries.next().unwrap().unwrap().file_name()
        };
        assert_ne!(
            name(&setting),
            name(&another),
            "the fingerprint depends on the user's own secret"
        );
    }

    #[test]
    fn a_file_cut_short_is_an_error_and_no_new_key() {
        let setting = Setting::new();
        let key = setting.key_for(&message("Beslut")).unwrap();
        fs::write(&key.path, "{").unwrap();
        assert!(setting.key_for(&message("Beslut")).is_err());
    }
}
