//! A batch of entries as it is signed and stored: its canonical text, and whether one follows another. Pure.
//!
//! ```text
//! postvalv ledger v1
//! installation 0192f0c1-2345-7abc-8def-0123456789ab
//! number 17
//! at 2026-11-22T09:00:00Z
//! previous 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
//! purged message 0192f0c1-2345-7abc-8def-0123456789ab
//! signature kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k 43baae56…
//! ```
//!
//! What is signed and hashed is every line but the last. `previous` is the hash of the batch before, `-` in the first. The version is
//! the lowest that knows the entries, so that a program of then reads on until the first that it does not know, and refuses that.

use base::{InstallationId, Timestamp};
use sha2::{Digest as _, Sha256};

use super::entry::LedgerEntry;
use super::signed::verified;
use crate::Context;
use crate::database::Database;
use crate::signing::{PublicKeys, SigningPurpose};

/// The newest version of batches that this program writes and reads.
const NEWEST: u32 = 4;

/// A place in the ledger: a batch and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LedgerHead {
    /// The batch's number, from 1 without gaps.
    pub(crate) number: u64,
    /// The SHA-256 hash of the batch's signed lines, which holds the hash of the batch before.
    pub(crate) hash: [u8; 32],
}

/// Entries that were written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LedgerBatch {
    pub(super) installation: InstallationId,
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(super) previous: Option<[u8; 32]>,
    pub(crate) entries: Vec<LedgerEntry>,
}

impl LedgerBatch {
    /// The lines that are hashed and signed.
    pub(super) fn to_text(&self) -> String {
        let previous = self.previous.map_or_else(|| "-".to_owned(), hex::encode);
        let mut text = format!(
            "postvalv ledger v{}\ninstallation {}\nnumber {}\nat {}\nprevious {previous}\n",
            self.version(),
            self.installation,
            self.number,
            self.at.to_rfc3339(),
        );
        for entry in &self.entries {
            text.push_str(&format!("{entry}\n"));
        }
        text
    }

    /// Reads signed lines; `None` when they are not in the one form that [`LedgerBatch::to_text`] gives.
    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        // What the version says is compared with the entries, as everything is, by writing it again.
        field("postvalv")?;
        let installation = field("installation")?.parse().ok()?;
        let number = field("number")?.parse().ok()?;
        let at = Timestamp::from_jiff(field("at")?.parse().ok()?);
        let previous = match field("previous")? {
            "-" => None,
            digits => {
                let mut hash = [0; 32];
                hex::decode_to_slice(digits, &mut hash).ok()?;
                Some(hash)
            }
        };
        let batch = Self {
            installation,
            number,
            at,
            previous,
            entries: lines.map(|line| line.parse().ok()).collect::<Option<_>>()?,
        };
        (batch.to_text() == text).then_some(batch)
    }

    /// The lowest version that knows what it says.
    fn version(&self) -> u32 {
        self.entries.iter().map(LedgerEntry::since).max().unwrap_or(1)
    }

    /// Whether a stored batch says that it is of a version that this program does not know.
    pub(super) fn is_newer(stored: &str) -> bool {
        let title = stored.lines().next().unwrap_or_default();
        let version = title.strip_prefix("postvalv ledger v").map(str::parse::<u32>);
        matches!(version, Some(Ok(version)) if version > NEWEST)
    }

    /// Reads a stored batch and checks its signature, and gives the place of the key that made it; `None` when it is not what one of these
    /// keys signed.
    pub(super) fn verify(stored: &str, keys: &PublicKeys) -> Option<(Self, usize)> {
        let (text, key) = verified(stored, SigningPurpose::Ledger, keys)?;
        Some((Self::from_text(text)?, key))
    }

    /// Whether it is this installation's batch after that place.
    pub(super) fn follows(&self, installation: InstallationId, before: Option<LedgerHead>) -> bool {
        self.installation == installation
            && self.number == number_after(before)
            && self.previous == before.map(|head| head.hash)
    }

    /// Whether the vault does what it tells of.
    pub(super) fn is_of_vault(&self) -> bool {
        self.entries.iter().any(LedgerEntry::is_of_vault)
    }

    /// The database where whoever wrote it writes down that it is done, and where it is taken back.
    pub(super) fn database<'a>(&self, context: &'a Context) -> &'a Database {
        match self.is_of_vault() {
            true => context.vault.database(),
            false => &context.database,
        }
    }

    /// Whether it tells of something that whoever wrote it may have failed to do.
    pub(super) fn can_be_taken_back(&self) -> bool {
        let is_so = |entry: &LedgerEntry| matches!(entry, LedgerEntry::TakenBack(_) | LedgerEntry::Restored(_));
        !self.entries.iter().all(is_so)
    }

    /// Its place.
    pub(crate) fn head(&self) -> LedgerHead {
        LedgerHead {
            number: self.number,
            hash: Sha256::digest(self.to_text()).into(),
        }
    }
}

/// The number of the batch after that place.
pub(super) fn number_after(place: Option<LedgerHead>) -> u64 {
    place.map_or(1, |head| head.number.saturating_add(1))
}
