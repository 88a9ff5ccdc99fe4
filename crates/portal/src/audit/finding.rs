//! What a verification of the log finds, in words for whoever asked.

use std::fmt;

use base::{OrganisationId, Timestamp};
use uuid::Uuid;

use super::CheckpointHolder;

/// How many findings are named one by one.
const NAMED: usize = 1_000;

/// Something in the log that is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFinding {
    /// A row of a chain.
    Row {
        /// Whose chain; `None` for the installation's own.
        chain: Option<OrganisationId>,
        /// The row's number in it.
        sequence: u64,
        /// What is wrong with it.
        problem: RowProblem,
    },
    /// A chain as a whole.
    Chain {
        /// Whose chain; `None` for the installation's own.
        chain: Option<OrganisationId>,
        /// What is wrong with it.
        problem: ChainProblem,
    },
    /// Rows that a writer numbered are not there.
    NumbersMissing {
        /// The writer: one run of the program.
        writer: Uuid,
        /// The first number without a row.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// Of a writer's rows, more are gone than were deleted when their time was over; these had a number that such rows have.
    OldNumbersMissing {
        /// The writer: one run of the program.
        writer: Uuid,
        /// How many.
        count: u64,
        /// The highest number that such a row has.
        highest: u64,
    },
    /// A row that stands in no chain, although its writer's rows up to its number were taken in: it was inserted, or its place was
    /// removed.
    NotChained {
        /// The row.
        event: Uuid,
        /// Its writer.
        writer: Uuid,
        /// Its number among the writer's.
        counter: i64,
        /// Whether a writer of this installation wrote it so.
        authentic: bool,
    },
}

/// What is wrong with a row of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowProblem {
    /// The row is not as a writer of this installation wrote it: changed, or inserted.
    Changed,
    /// The row is gone; so are those after it up to `last`.
    Removed {
        /// The last one that is gone.
        last: u64,
    },
    /// The row is not the one that was put here: reordered, exchanged, inserted, or, in an export, changed.
    Moved,
    /// The row belongs to another chain.
    Foreign,
    /// What an export says of the row in other words is not what the row says.
    Misquoted,
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainProblem {
    /// The chain is another than the one that the checkpoint was signed for: rows after `after` and up to the checkpoint were changed,
    /// removed, inserted or reordered, and the chain made anew.
    Rewritten {
        /// The latest row before it that an earlier checkpoint proves; 0 for none.
        after: u64,
        /// The checkpoint's row.
        checkpoint: u64,
    },
    /// The chain ends before a row that a checkpoint was signed for.
    Truncated {
        /// The number of its last row.
        last: u64,
        /// The checkpoint's row.
        checkpoint: u64,
    },
    /// Rows were deleted as if their time were over up to one that had not been kept for so long: a checkpoint that somebody held is younger
    /// than the log is kept.
    CutBeforeTime {
        /// The last row that was deleted.
        cut: u64,
        /// The checkpoint's row.
        checkpoint: u64,
    },
    /// The database's note of where the chain ends is not where it ends.
    Head,
    /// What the database says of where the chain was cut when rows' time was over is not what the installation wrote.
    ForgedCut,
    /// No key of the installation signed this checkpoint so.
    ForgedCheckpoint {
        /// The checkpoint's row.
        checkpoint: u64,
    },
}

/// Names a chain.
pub(super) fn chain_name(chain: Option<OrganisationId>) -> String {
    chain.map_or_else(
        || "the installation's own log".to_owned(),
        |id| format!("the log of organisation {id}"),
    )
}

impl fmt::Display for AuditFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Row {
                chain,
                sequence,
                problem,
            } => {
                let chain = chain_name(chain);
                match problem {
                    RowProblem::Changed => write!(f, "{chain}: row {sequence} was changed, or inserted"),
                    RowProblem::Removed { last } if last == sequence => {
                        write!(f, "{chain}: row {sequence} was removed")
                    }
                    RowProblem::Removed { last } => write!(f, "{chain}: rows {sequence} to {last} were removed"),
                    RowProblem::Moved => {
                        write!(
                            f,
                            "{chain}: row {sequence} is not the one that was put there (changed, reordered, exchanged or inserted)"
                        )
                    }
                    RowProblem::Foreign => write!(f, "{chain}: row {sequence} belongs to another log"),
                    RowProblem::Misquoted => {
                        write!(
                            f,
                            "{chain}: what the export says of row {sequence} is not what the row says"
                        )
                    }
                }
            }
            Self::Chain { chain, problem } => {
                let chain = chain_name(chain);
                match problem {
                    ChainProblem::Rewritten { after, checkpoint } => write!(
                        f,
                        "{chain}: rewritten between row {after} and row {checkpoint} (changed, removed, inserted or \
                         reordered), as the checkpoint of row {checkpoint} shows"
                    ),
                    ChainProblem::Truncated { last, checkpoint } => write!(
                        f,
                        "{chain}: cut off after row {last}, as the checkpoint of row {checkpoint} shows"
                    ),
                    ChainProblem::CutBeforeTime { cut, checkpoint } => write!(
                        f,
                        "{chain}: the rows up to {cut} were deleted before their time, as the checkpoint of row {checkpoint} shows, \
                         which is younger than the log is kept"
                    ),
                    ChainProblem::Head => write!(f, "{chain}: does not end where the database says that it ends"),
                    ChainProblem::ForgedCut => {
                        write!(f, "{chain}: what is said of old rows that were deleted was changed")
                    }
                    ChainProblem::ForgedCheckpoint { checkpoint } => {
                        write!(
                            f,
                            "{chain}: the checkpoint of row {checkpoint} is not signed by this installation"
                        )
                    }
                }
            }
            Self::NumbersMissing { writer, first, last } if first == last => {
                write!(f, "writer {writer}: its row {first} was removed")
            }
            Self::NumbersMissing { writer, first, last } => {
                write!(f, "writer {writer}: its rows {first} to {last} were removed")
            }
            Self::OldNumbersMissing { writer, count, highest } => write!(
                f,
                "writer {writer}: {count} of its rows up to {highest} were removed before their time"
            ),
            Self::NotChained {
                event,
                writer,
                counter,
                authentic: true,
            } => write!(
                f,
                "row {event} (writer {writer}, its row {counter}): its place in the chain was removed"
            ),
            Self::NotChained { event, .. } => {
                write!(f, "row {event}: inserted; no writer of this installation wrote it")
            }
        }
    }
}

/// Up to where a checkpoint proves a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The number of the last row that it proves.
    pub sequence: u64,
    /// When it was signed, by the word of who signed.
    pub at: Timestamp,
    /// Which key signed.
    pub key_id: String,
}

/// A chain that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// Whose; `None` for the installation's own.
    pub organisation: Option<OrganisationId>,
    /// The number of the last row that this installation's keys say was deleted when its time was over, or that an export does not have, whatever
    /// became of it; 0 for none.
    pub cut: u64,
    /// The number of its last row.
    pub last: u64,
    /// The last row before the first that was looked at of which a checkpoint was given: it proves none of those that were.
    pub earlier: Option<u64>,
    /// Up to where the newest fitting checkpoint proves it that came from outside the database.
    pub held: Option<Proof>,
    /// As `held`, by the checkpoints of the database itself, which whoever signs could have replaced.
    pub stored: Option<Proof>,
    /// To whom the log says that the latest checkpoint went that was handed out, and for which row.
    pub handed_out: Option<HandedOut>,
    /// Who got checkpoints by themselves, by the word of the database.
    pub holders: Vec<CheckpointHolder>,
}

/// To whom a checkpoint went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOut {
    /// `staff` or `operator`.
    pub kind: String,
    /// The staff member.
    pub id: Option<Uuid>,
    /// When.
    pub at: Timestamp,
    /// The checkpoint's row.
    pub sequence: String,
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Rows that were looked at.
    pub rows: u64,
    /// Rows that no chain has yet, because they are new.
    pub waiting: u64,
    /// The chains.
    pub chains: Vec<ChainReport>,
    /// What is not as it was written, at most 1,000 things.
    pub findings: Vec<AuditFinding>,
    /// How many things more.
    pub more: u64,
}

impl AuditReport {
    pub(super) fn found(&mut self, finding: AuditFinding) {
        if self.findings.len() < NAMED {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}
