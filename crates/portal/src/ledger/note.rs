//! A signed note of how far the ledger had come, for places where the ledger does not lie: with it a copy of the ledger is known
//! that was made before. Pure.
//!
//! ```text
//! postvalv ledger head v1
//! installation 0192f0c1-2345-7abc-8def-0123456789ab
//! number 17
//! hash 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
//! at 2026-11-22T09:00:00Z
//! signature kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k 43baae56…
//! ```
//!
//! What is signed is every line but the last. It keeps nobody from putting an older note in its place that the same key signed. What a
//! key signed that was replaced since says nothing: whoever took a copy of that key can have written it.

use base::{InstallationId, Timestamp};

use super::LedgerHead;
use super::signed::{verified, with_signature};
use crate::signing::{PublicKeys, Signature, SigningPurpose};

/// How far an installation's ledger had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LedgerNote {
    pub(super) installation: InstallationId,
    /// The last batch.
    pub(crate) head: LedgerHead,
    /// When the note was made.
    pub(crate) at: Timestamp,
}

/// What a stored note is to this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoredNote {
    /// The newest key signed it so.
    Holds(LedgerNote),
    /// A key signed it that was replaced since.
    OfReplacedKey,
    /// None of the keys signed it so for this installation: it was altered, is another one's, or the key is newer than all that are
    /// known here.
    Unknown,
}

impl LedgerNote {
    /// The lines that are signed.
    pub(super) fn to_text(self) -> String {
        format!(
            "postvalv ledger head v1\ninstallation {}\nnumber {}\nhash {}\nat {}\n",
            self.installation,
            self.head.number,
            hex::encode(self.head.hash),
            self.at.to_rfc3339(),
        )
    }

    /// Reads signed lines; `None` when they are not in the one form that [`LedgerNote::to_text`] gives.
    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        field("postvalv")?;
        let installation = field("installation")?.parse().ok()?;
        let number = field("number")?.parse().ok()?;
        let mut hash = [0; 32];
        hex::decode_to_slice(field("hash")?, &mut hash).ok()?;
        let at = Timestamp::from_jiff(field("at")?.parse().ok()?);
        let note = Self {
            installation,
            head: LedgerHead { number, hash },
            at,
        };
        (note.to_text() == text).then_some(note)
    }

    /// The note with its signature, as it is stored.
    pub(super) fn signed(self, signature: &Signature) -> String {
        with_signature(&self.to_text(), signature)
    }

    /// Reads a stored note and sees which of these keys signed it.
    pub(super) fn verify(stored: &str, installation: InstallationId, keys: &PublicKeys) -> StoredNote {
        let signed = verified(stored, SigningPurpose::LedgerHead, keys);
        let read = signed.and_then(|(text, key)| Some((Self::from_text(text)?, key)));
        match read.filter(|(note, _)| note.installation == installation) {
            Some((note, key)) if key.saturating_add(1) == keys.iter().count() => StoredNote::Holds(note),
            Some(_) => StoredNote::OfReplacedKey,
            None => StoredNote::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_as_it_was_written_and_in_no_other_form() {
        let key = keyring::SigningKey::from_bytes(&[7; 32]);
        let record = crate::provider::SigningKeyRecord {
            version: 1,
            key: key.verifying_key(),
            from: Timestamp::from_millis(0),
        };
        let keys = PublicKeys::of(&[record]);
        let installation: InstallationId = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
        let note = LedgerNote {
            installation,
            head: LedgerHead {
                number: 17,
                hash: [9; 32],
            },
            at: Timestamp::from_millis(1_795_338_000_000),
        };
        let sign = |text: &str, purpose: &'static str| {
            let signature = Signature {
                key_id: keys.iter().next().unwrap().id.clone(),
                bytes: key.sign(purpose, text.as_bytes()),
            };
            with_signature(text, &signature)
        };
        let verify = |stored: &str| LedgerNote::verify(stored, installation, &keys);
        let (text, purpose) = (note.to_text(), "postvalv ledger head v1");
        let stored = sign(&text, purpose);
        assert_eq!(verify(&stored), StoredNote::Holds(note));
        let other = "0192f0c1-2345-7abc-8def-0123456789ac".parse().unwrap();
        assert_eq!(LedgerNote::verify(&stored, other, &keys), StoredNote::Unknown);
        assert_eq!(verify(&sign(&text, "postvalv ledger v1")), StoredNote::Unknown);
        for (was, becomes) in [
            ("number 17", "number 16"),
            ("number 17", "number 017"),
            ("head v1", "head v2"),
            ("09:00:00Z", "09:00:00.000Z"),
        ] {
            let altered = stored.replace(was, becomes);
            assert_ne!(altered, stored);
            assert_eq!(verify(&altered), StoredNote::Unknown, "{becomes}");
            if becomes != "number 16" {
                let signed = sign(&text.replace(was, becomes), purpose);
                assert_eq!(verify(&signed), StoredNote::Unknown, "{becomes}");
            }
        }
        for broken in [&stored[..stored.len() - 1], &stored[1..], "", "\n", &text] {
            assert_eq!(verify(broken), StoredNote::Unknown);
        }
    }

    #[test]
    fn a_note_holds_by_the_newest_key_alone() {
        let [old, new] = [[7; 32], [8; 32]].map(|bytes| keyring::SigningKey::from_bytes(&bytes));
        let [before, after] = [&old, &new].map(|key| crate::provider::SigningKeyRecord {
            version: 1,
            key: key.verifying_key(),
            from: Timestamp::from_millis(0),
        });
        let installation: InstallationId = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
        let note = LedgerNote {
            installation,
            head: LedgerHead {
                number: u64::MAX,
                hash: [9; 32],
            },
            at: Timestamp::from_millis(1_795_338_000_000),
        };
        let [first, both] = [vec![before], vec![before, after]].map(|records| PublicKeys::of(&records));
        let signed = |key: &keyring::SigningKey, place: usize| {
            let signature = Signature {
                key_id: both.iter().nth(place).unwrap().id.clone(),
                bytes: key.sign("postvalv ledger head v1", note.to_text().as_bytes()),
            };
            note.signed(&signature)
        };
        let [by_old, by_new] = [signed(&old, 0), signed(&new, 1)];
        let verify = |stored: &str, keys| LedgerNote::verify(stored, installation, keys);
        assert_eq!(verify(&by_old, &first), StoredNote::Holds(note));
        assert_eq!(verify(&by_old, &both), StoredNote::OfReplacedKey);
        assert_eq!(verify(&by_new, &both), StoredNote::Holds(note));
        assert_eq!(
            verify(&by_new, &first),
            StoredNote::Unknown,
            "an archive of the provider may know fewer keys"
        );
    }
}
