//! Goes along a chain and says where it is not as it was written. Pure: the rows come from the database or from an export.

use std::collections::HashMap;

use base::OrganisationId;
use uuid::Uuid;

use super::Checkpoint;
use super::canonical::{Hash, link_hash};
use super::chain::stored_id;
use super::entity::Model;
use super::finding::{AuditFinding, AuditReport, ChainProblem, ChainReport, Proof, RowProblem};

/// Where a checkpoint came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// From outside: somebody held it.
    Held,
    /// From the database itself.
    Stored,
}

/// A row with its place in the chain.
pub(super) struct Place<'a> {
    pub(super) sequence: u64,
    /// What the chain's hash is said to be up to and with this row; `None` when it is no hash.
    pub(super) hash: Option<Hash>,
    /// The row; `None` when it is gone.
    pub(super) row: Option<&'a Model>,
    /// Whether the row is as its writer wrote it, as far as that can be told here.
    pub(super) authentic: bool,
}

/// Goes along one chain.
pub(super) struct ChainVerifier {
    chain: Option<OrganisationId>,
    cut: u64,
    last: u64,
    hash: Hash,
    /// In the order of their rows, the last one first.
    checkpoints: Vec<(Checkpoint, Source)>,
    /// Those that somebody held of rows that are not looked at.
    earlier: Vec<Checkpoint>,
    /// The last number of each writer so far: its rows come into the chain in their order.
    counters: HashMap<Uuid, i64>,
    held: Option<Proof>,
    stored: Option<Proof>,
}

impl ChainVerifier {
    /// Begins behind row `last`, up to where the chain's hash is `hash`, with checkpoints of this chain that are rightly signed.
    pub(super) fn new(
        chain: Option<OrganisationId>,
        last: u64,
        hash: Hash,
        checkpoints: Vec<(Checkpoint, Source)>,
        report: &mut AuditReport,
    ) -> Self {
        let (earlier, mut checkpoints): (Vec<_>, Vec<_>) = checkpoints
            .into_iter()
            .partition(|(checkpoint, _)| checkpoint.sequence <= last);
        // That of the last row before the first still says how the chain was there, and proves nothing of those behind it.
        for (other, _) in earlier.iter().filter(|(it, _)| it.sequence == last && it.hash != hash) {
            let (after, checkpoint) = (0, other.sequence);
            let problem = ChainProblem::Rewritten { after, checkpoint };
            report.found(AuditFinding::Chain { chain, problem });
        }
        checkpoints.sort_by_key(|(checkpoint, _)| std::cmp::Reverse(checkpoint.sequence));
        Self {
            chain,
            cut: last,
            last,
            hash,
            checkpoints,
            earlier: earlier
                .into_iter()
                .filter(|(_, source)| *source == Source::Held)
                .map(|(checkpoint, _)| checkpoint)
                .collect(),
            counters: HashMap::new(),
            held: None,
            stored: None,
        }
    }

    /// The checkpoints that somebody held of rows that are not looked at.
    pub(super) fn earlier(&self) -> &[Checkpoint] {
        &self.earlier
    }

    /// Whose chain it is.
    pub(super) const fn chain(&self) -> Option<OrganisationId> {
        self.chain
    }

    /// The number of the last row so far.
    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    /// The chain's hash so far, as its places say.
    pub(super) const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The next row.
    pub(super) fn next(&mut self, place: &Place<'_>, report: &mut AuditReport) {
        let chain = self.chain;
        let sequence = place.sequence;
        let mut found = |sequence, problem| {
            report.found(AuditFinding::Row {
                chain,
                sequence,
                problem,
            });
        };
        let follows = sequence == self.last.saturating_add(1);
        if sequence <= self.last {
            found(sequence, RowProblem::Moved);
            return;
        }
        if !follows {
            let last = sequence.saturating_sub(1);
            found(self.last.saturating_add(1), RowProblem::Removed { last });
        }
        match place.row {
            None => found(sequence, RowProblem::Removed { last: sequence }),
            Some(_) if !place.authentic => found(sequence, RowProblem::Changed),
            Some(row) if row.organisation_id.unwrap_or_default() != stored_id(chain) => {
                found(sequence, RowProblem::Foreign);
            }
            Some(row) => {
                let number = i64::try_from(sequence).unwrap_or(i64::MAX);
                // Behind a gap the chain's hash is not known, and each row is judged by the place before it.
                let expected = link_hash(stored_id(chain), number, &self.hash, row);
                let before = self.counters.insert(row.writer_id, row.counter);
                let is_later = before.is_none_or(|before| before < row.counter);
                if !is_later || (follows && place.hash != Some(expected)) {
                    found(sequence, RowProblem::Moved);
                }
            }
        }
        self.last = sequence;
        self.hash = place.hash.unwrap_or_default();
        self.compare(report);
    }

    /// Compares the chain with the checkpoints up to where it is.
    fn compare(&mut self, report: &mut AuditReport) {
        while let Some((checkpoint, source)) = self.checkpoints.pop_if(|(next, _)| next.sequence <= self.last) {
            if checkpoint.sequence == self.last && checkpoint.hash == self.hash {
                let proof = Some(Proof {
                    sequence: checkpoint.sequence,
                    at: checkpoint.at,
                    key_id: checkpoint.key_id().to_owned(),
                });
                match source {
                    Source::Held => self.held = proof,
                    Source::Stored => self.stored = proof,
                }
            } else {
                let proven = [&self.held, &self.stored].into_iter().flatten();
                report.found(AuditFinding::Chain {
                    chain: self.chain,
                    problem: ChainProblem::Rewritten {
                        after: proven.map(|proof| proof.sequence).max().unwrap_or(0),
                        checkpoint: checkpoint.sequence,
                    },
                });
            }
        }
    }

    /// The end of the chain.
    pub(super) fn finish(self, report: &mut AuditReport) -> ChainReport {
        if let Some((newest, _)) = self.checkpoints.first() {
            report.found(AuditFinding::Chain {
                chain: self.chain,
                problem: ChainProblem::Truncated {
                    last: self.last,
                    checkpoint: newest.sequence,
                },
            });
        }
        ChainReport {
            organisation: self.chain,
            cut: self.cut,
            last: self.last,
            earlier: self.earlier.iter().map(|checkpoint| checkpoint.sequence).max(),
            held: self.held,
            stored: self.stored,
            handed_out: None,
            holders: Vec::new(),
        }
    }
}
