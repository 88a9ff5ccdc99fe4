//! Protocols and proofs as files that others keep and check (`docs/purge-protocol.md`). Owns their JSON and CSV, and whether what a file
//! says holds: pure, with the public keys alone.

use std::collections::BTreeSet;

use base::PurgedId;
use serde::{Deserialize, Serialize};

use super::hexadecimal;
use super::leaf::ProtocolLeaf;
use super::merkle::{self, Hash};
use super::statement::{self, ProtocolStatement, hash_of_statement};
use crate::{PublicKeys, Signature, SigningPurpose};

/// The first line of a protocol's CSV.
const CSV_HEADER: &str = "kind,id,message,document_type,bytes,sent,purged,reason,retention_days,counted_from,policy_version,nonce,leaf_hash\r\n";

/// A statement with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    pub(super) statement: ProtocolStatement,
    pub(super) text: String,
    pub(super) signature: Signature,
}

impl SignedStatement {
    /// What is stated.
    #[must_use]
    pub const fn statement(&self) -> &ProtocolStatement {
        &self.statement
    }

    /// The signature over [`SignedStatement::text`].
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// What is signed, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The hash by which the organisation's next protocol names this one.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash_of_statement(&self.text)
    }

    /// Sorts checked statements, and checks that of an organisation's protocols with numbers that follow each other, each names the one
    /// before. What lies between others is not asked for.
    ///
    /// # Errors
    ///
    /// [`ProtocolRefused::Order`] or [`ProtocolRefused::Twice`].
    pub fn check_order(statements: &mut [Self]) -> Result<(), ProtocolRefused> {
        statements.sort_by_key(|signed| (signed.statement.organisation, signed.statement.number));
        for pair in statements.windows(2) {
            let [before, after] = pair else { continue };
            let (one, next) = (&before.statement, &after.statement);
            if one.organisation != next.organisation {
                continue;
            }
            if one.number == next.number && before.text != after.text {
                return Err(ProtocolRefused::Twice { number: one.number });
            }
            if one.number.checked_add(1) == Some(next.number) && next.previous != Some(before.hash()) {
                return Err(ProtocolRefused::Order { number: next.number });
            }
        }
        Ok(())
    }
}

/// A whole protocol: the statement, and a leaf for each document and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeProtocol {
    pub(super) signed: SignedStatement,
    pub(super) leaves: Vec<String>,
}

/// A leaf, and the proof that a protocol is over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    pub(super) signed: SignedStatement,
    pub(super) leaf: ProtocolLeaf,
    pub(super) leaf_text: String,
    pub(super) index: u64,
    pub(super) path: Vec<Hash>,
}

/// Why a file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolRefused {
    /// It is no file of ours, or damaged beyond reading.
    #[error("this is no purge protocol and no proof of one, or the file is damaged")]
    Unreadable,
    /// The keys at hand don't have the one that the file names.
    #[error("the file is signed with the key {0}, which is not among the public keys")]
    UnknownKey(String),
    /// What is signed is not what the file says.
    #[error("the signature does not hold: the statement or the signature was changed, or somebody else signed it")]
    Signature,
    /// The key that signed had been replaced by the time that the statement gives.
    #[error(
        "the statement says that it was signed when its key {0} had been replaced: whoever signed it has a key that they should not have"
    )]
    KeyReplaced(String),
    /// The leaves are not those that the statement sums up.
    #[error("the statement is signed, but the list of what was purged is not the one that it was signed for")]
    Leaves,
    /// The proof leads elsewhere than to the statement's root.
    #[error("the statement is signed, but the proof does not show that the document or message belongs to it")]
    Proof,
    /// A protocol names another as the one before than the one at hand.
    #[error("protocol {number} does not follow on the one before it that is at hand, though both are signed")]
    Order {
        /// The later one's number.
        number: u64,
    },
    /// There are several protocols with one number, as after an older copy of the database was put back.
    #[error("there are several protocols {number} of one organisation, each signed, that differ")]
    Twice {
        /// Their number.
        number: u64,
    },
}

/// A file whose every part was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifiedFile {
    /// A whole protocol.
    Protocol(PurgeProtocol),
    /// The proof of one document or message.
    Proof(InclusionProof),
}

/// What stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "format", deny_unknown_fields)]
enum Written {
    #[serde(rename = "postvalv purge protocol v1")]
    Protocol {
        statement: String,
        signature: WrittenSignature,
        leaves: Vec<String>,
    },
    #[serde(rename = "postvalv purge proof v1")]
    Proof {
        statement: String,
        signature: WrittenSignature,
        leaf: String,
        index: u64,
        path: Vec<Hash>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    key: String,
    #[serde(with = "hexadecimal")]
    value: [u8; 64],
}

impl WrittenSignature {
    fn of(signature: &Signature) -> Self {
        Self {
            key: signature.key_id.clone(),
            value: signature.bytes,
        }
    }
}

impl PurgeProtocol {
    /// The statement and its signature.
    #[must_use]
    pub const fn signed(&self) -> &SignedStatement {
        &self.signed
    }

    /// What was purged, in the order of the tree.
    pub fn leaves(&self) -> impl Iterator<Item = ProtocolLeaf> {
        self.leaves.iter().filter_map(|text| ProtocolLeaf::from_text(text))
    }

    /// The protocol as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        written(&Written::Protocol {
            statement: self.signed.text.clone(),
            signature: WrittenSignature::of(&self.signed.signature),
            leaves: self.leaves.clone(),
        })
    }

    /// The leaves as CSV (RFC 4180), one a line in the order of the tree, for reading in a spreadsheet. It is not signed.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = CSV_HEADER.to_owned();
        for (text, leaf) in self
            .leaves
            .iter()
            .filter_map(|text| Some((text, ProtocolLeaf::from_text(text)?)))
        {
            let line = csv_line(&leaf, Hash::of_leaf(text.as_bytes()));
            csv.push_str(&line);
        }
        csv
    }

    /// The proofs of the leaves of documents and messages, of those that are in this protocol, in the order of the tree. Reads every leaf
    /// and hashes the tree for each proof: some milliseconds each in a full protocol, so not on a thread that others wait for.
    #[must_use]
    pub fn proofs_of(&self, ids: &BTreeSet<PurgedId>) -> Vec<InclusionProof> {
        let hashes = statement::hashes(self.leaves.iter().map(String::as_str));
        let leaves = self.leaves.iter().enumerate();
        let theirs = leaves.filter_map(|(index, text)| {
            let leaf = ProtocolLeaf::from_text(text).filter(|leaf| ids.contains(&leaf.id))?;
            Some(InclusionProof {
                signed: self.signed.clone(),
                leaf,
                leaf_text: text.clone(),
                index: u64::try_from(index).ok()?,
                path: merkle::proof(&hashes, index)?,
            })
        });
        theirs.collect()
    }
}

impl InclusionProof {
    /// The statement and its signature.
    #[must_use]
    pub const fn signed(&self) -> &SignedStatement {
        &self.signed
    }

    /// What was purged.
    #[must_use]
    pub const fn leaf(&self) -> &ProtocolLeaf {
        &self.leaf
    }

    /// The proof as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        written(&Written::Proof {
            statement: self.signed.text.clone(),
            signature: WrittenSignature::of(&self.signed.signature),
            leaf: self.leaf_text.clone(),
            index: self.index,
            path: self.path.clone(),
        })
    }
}

impl VerifiedFile {
    /// Reads a protocol or a proof and checks all that it says: the signature, that the leaves are those that were signed for and
    /// come to what the statement says, or that the proof leads to its root.
    ///
    /// # Errors
    ///
    /// [`ProtocolRefused`], whatever part was changed.
    pub fn check(text: &str, keys: &PublicKeys) -> Result<Self, ProtocolRefused> {
        match serde_json::from_str(text).map_err(|_| ProtocolRefused::Unreadable)? {
            Written::Protocol {
                statement,
                signature,
                leaves,
            } => {
                let signed = check_signature(statement, signature, keys)?;
                let sum = statement::sum(signed.statement.organisation, leaves.iter().map(String::as_str));
                if sum.is_some_and(|sum| signed.statement.sums_up(&sum)) {
                    Ok(Self::Protocol(PurgeProtocol { signed, leaves }))
                } else {
                    Err(ProtocolRefused::Leaves)
                }
            }
            Written::Proof {
                statement,
                signature,
                leaf: leaf_text,
                index,
                path,
            } => {
                let signed = check_signature(statement, signature, keys)?;
                let (hash, stated) = (Hash::of_leaf(leaf_text.as_bytes()), &signed.statement);
                let leaf = ProtocolLeaf::from_text(&leaf_text).ok_or(ProtocolRefused::Proof)?;
                let is_included = merkle::is_included(hash, index, stated.leaves(), &path, stated.root);
                if !is_included || leaf.organisation != stated.organisation {
                    return Err(ProtocolRefused::Proof);
                }
                Ok(Self::Proof(InclusionProof {
                    signed,
                    leaf,
                    leaf_text,
                    index,
                    path,
                }))
            }
        }
    }

    /// The statement and its signature.
    #[must_use]
    pub const fn signed(&self) -> &SignedStatement {
        match self {
            Self::Protocol(protocol) => &protocol.signed,
            Self::Proof(proof) => &proof.signed,
        }
    }
}

fn check_signature(
    text: String,
    signature: WrittenSignature,
    keys: &PublicKeys,
) -> Result<SignedStatement, ProtocolRefused> {
    let signature = Signature {
        key_id: signature.key,
        bytes: signature.value,
    };
    if !keys.iter().any(|key| key.id == signature.key_id) {
        return Err(ProtocolRefused::UnknownKey(signature.key_id));
    }
    if !keys.verify(SigningPurpose::PurgeProtocol, text.as_bytes(), &signature) {
        return Err(ProtocolRefused::Signature);
    }
    let statement = ProtocolStatement::from_text(&text).ok_or(ProtocolRefused::Unreadable)?;
    if !keys.signed_then(&signature.key_id, statement.closed) {
        return Err(ProtocolRefused::KeyReplaced(signature.key_id));
    }
    Ok(SignedStatement {
        statement,
        text,
        signature,
    })
}

fn written(file: &Written) -> String {
    // Writing plain texts and numbers to memory can't fail.
    let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
    text.push('\n');
    text
}

/// No value can hold a comma, a quotation mark or a line end.
fn csv_line(leaf: &ProtocolLeaf, hash: Hash) -> String {
    let rule = leaf.rule();
    format!(
        "{},{},{},{},{},{},{},{},{},{},{},{},{hash}\r\n",
        leaf.kind.as_str(),
        leaf.id,
        leaf.message,
        rule.document_type.unwrap_or_default(),
        leaf.bytes.map(|bytes| bytes.to_string()).unwrap_or_default(),
        leaf.sent.to_rfc3339(),
        leaf.purged.to_rfc3339(),
        rule.reason.as_str(),
        rule.retention_days,
        rule.counted_from.as_str(),
        rule.policy_version
            .map(|version| version.to_string())
            .unwrap_or_default(),
        hex::encode(leaf.nonce),
    )
}
