//! Verifies an export of the log without a database.

use std::io::{self, BufRead, Read as _};

use base::OrganisationId;

use super::canonical::Hash;
use super::finding::{AuditFinding, AuditReport, ChainProblem, RowProblem};
use super::line::Line;
use super::verify::{ChainVerifier, Place, Source};
use super::{Checkpoint, entity};
use crate::PublicKeys;

/// The longest line of an export that is read, in bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// An export could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum ExportProblem {
    /// The file can't be read.
    #[error("the export can't be read")]
    Read(#[from] io::Error),
    /// A line is no row of an export.
    #[error("line {0} is not a row of an export of the audit log")]
    Line(u64),
    /// A checkpoint is of another log.
    #[error("the checkpoint of row {0} is of another log than the export")]
    OtherLog(u64),
}

/// Verifies an export against checkpoints, with nothing but the public keys: that no row was changed, removed, inserted or
/// reordered up to the newest checkpoint that fits. What it can't tell: whether `source.ip` is what the row has sealed, and whether the
/// rows' codes are right, which takes the installation's keys. One line at a time is in memory.
///
/// # Errors
///
/// [`ExportProblem`].
pub fn verify_audit_export(
    mut export: impl BufRead,
    held: &[Checkpoint],
    keys: &PublicKeys,
) -> Result<AuditReport, ExportProblem> {
    let mut report = AuditReport::default();
    let mut verifier: Option<ChainVerifier> = None;
    let mut text = String::new();
    loop {
        text.clear();
        let number = report.rows.saturating_add(1);
        let read = export.by_ref().take(MAX_LINE_BYTES).read_line(&mut text);
        if read.map_err(|problem| not_text(problem, number))? == 0 {
            break;
        }
        let line: Option<Line> = serde_json::from_str(&text).ok();
        let read = line.and_then(|line| Some((line.row()?, line.previous_hash()?, line)));
        let (row, previous, line) = read.ok_or(ExportProblem::Line(number))?;
        let verifier = match &mut verifier {
            Some(verifier) => verifier,
            None => verifier.insert(begin(&row, previous, &line, held, keys, &mut report)?),
        };
        report.rows = number;
        let (chain, sequence, hash) = (verifier.chain(), line.sequence(), line.hash().unwrap_or_default());
        // Behind a gap the hash before is the line's own word.
        let follows = sequence == verifier.last().saturating_add(1);
        let before = if follows { verifier.hash() } else { &previous };
        if !line.is_of(&row, sequence, before, &hash) {
            let problem = RowProblem::Misquoted;
            report.found(AuditFinding::Row {
                chain,
                sequence,
                problem,
            });
        }
        let place = Place {
            sequence,
            hash: line.hash(),
            row: Some(&row),
            authentic: true,
        };
        verifier.next(&place, &mut report);
    }
    match verifier {
        Some(verifier) => {
            let chain = verifier.finish(&mut report);
            report.chains.push(chain);
        }
        // Nothing is left of a log of which somebody holds checkpoints.
        None => held
            .iter()
            .for_each(|checkpoint| report.found(cut_off(checkpoint, keys))),
    }
    Ok(report)
}

/// What a checkpoint shows of an export without any row.
fn cut_off(held: &Checkpoint, keys: &PublicKeys) -> AuditFinding {
    let checkpoint = held.sequence;
    AuditFinding::Chain {
        chain: held.organisation,
        problem: if held.is_signed_by(keys) {
            ChainProblem::Truncated { last: 0, checkpoint }
        } else {
            ChainProblem::ForgedCheckpoint { checkpoint }
        },
    }
}

fn not_text(problem: io::Error, number: u64) -> ExportProblem {
    match problem.kind() {
        io::ErrorKind::InvalidData => ExportProblem::Line(number),
        _ => ExportProblem::Read(problem),
    }
}

/// Begins with an export's first row, which need not be the chain's.
fn begin(
    row: &entity::Model,
    previous: Hash,
    line: &Line,
    held: &[Checkpoint],
    keys: &PublicKeys,
    report: &mut AuditReport,
) -> Result<ChainVerifier, ExportProblem> {
    let chain = row.organisation_id.map(OrganisationId::from_uuid);
    let mut checkpoints = Vec::new();
    for checkpoint in held {
        if checkpoint.organisation != chain {
            return Err(ExportProblem::OtherLog(checkpoint.sequence));
        }
        if checkpoint.is_signed_by(keys) {
            checkpoints.push((checkpoint.clone(), Source::Held));
        } else {
            let problem = ChainProblem::ForgedCheckpoint {
                checkpoint: checkpoint.sequence,
            };
            report.found(AuditFinding::Chain { chain, problem });
        }
    }
    let before = line.sequence().saturating_sub(1);
    Ok(ChainVerifier::new(chain, before, previous, checkpoints, report))
}
