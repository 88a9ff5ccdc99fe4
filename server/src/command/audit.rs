//! `postvalv audit`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::OrganisationId;
use clap::{Args, Subcommand};
use portal::{AuditReceiverKind, AuditReport, ChainReport, Checkpoint, Proof, PublicKeys, verify_audit_export};

use super::{answer, operator};

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Print the latest signed checkpoint of a log, to keep where nobody who runs the portal can reach it.
    Checkpoint(OfLog),
    /// Print a log as JSON lines, with the field names of the Elastic Common Schema.
    Export(OfLog),
    /// Verify the whole log: its rows, its chains, and the checkpoints that somebody kept.
    Verify(Verify),
}

/// Whose log.
#[derive(Debug, Args)]
pub struct OfLog {
    /// The organisation [default: the installation's own log, of what belongs to no organisation].
    #[arg(long, value_name = "ID")]
    organisation: Option<OrganisationId>,
}

/// What to verify against.
#[derive(Debug, Args)]
pub struct Verify {
    /// A checkpoint that was kept elsewhere, or a folder of them; may be given several times. Only one of these proves the log against
    /// who runs the portal.
    #[arg(long, value_name = "FILE|FOLDER")]
    checkpoint: Vec<PathBuf>,
    /// Verify this export of a log and no database, with the keys alone; needs no configuration.
    #[arg(long, value_name = "FILE", requires = "keys")]
    export: Option<PathBuf>,
    /// The public keys, as somebody kept them [default: those of the key provider].
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

pub(super) async fn run(config: &Path, command: AuditCommand) -> anyhow::Result<()> {
    if let AuditCommand::Verify(Verify {
        checkpoint,
        export: Some(export),
        keys: Some(keys),
    }) = &command
    {
        let file = std::fs::File::open(export).with_context(|| format!("{} can't be read", export.display()))?;
        let (held, keys) = (Held::read(checkpoint)?, read_keys(keys)?);
        let report = verify_audit_export(std::io::BufReader::new(file), &held.checkpoints, &keys);
        let report = report.with_context(|| export.display().to_string())?;
        return tell(&report, &held, LooksAt::Export);
    }
    let (portal, clock) = super::open(&super::load(config)?).await?;
    let actor = operator(&clock);
    match command {
        AuditCommand::Checkpoint(OfLog { organisation }) => {
            let checkpoint = portal.audit_checkpoint_of(&actor, organisation).await?;
            answer(checkpoint.to_string().trim_end());
        }
        AuditCommand::Export(OfLog { organisation }) => {
            let mut export = portal.export_audit_log_of(&actor, organisation).await?;
            while let Some(lines) = export.next().await? {
                answer(lines.trim_end());
            }
        }
        AuditCommand::Verify(Verify { checkpoint, keys, .. }) => {
            let held = Held::read(&checkpoint)?;
            let keys = match keys {
                Some(path) => read_keys(&path)?,
                None => portal.signing_keys().await?,
            };
            let report = portal.verify_audit_log(&actor, &held.checkpoints, &keys).await?;
            tell(&report, &held, LooksAt::Database)?;
        }
    }
    portal.close().await;
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}

/// Checkpoints that somebody kept, each with its file.
struct Held {
    checkpoints: Vec<Checkpoint>,
    files: Vec<PathBuf>,
}

impl Held {
    /// Reads files, and all files in folders and in those within.
    fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut held = Self {
            checkpoints: Vec::new(),
            files: Vec::new(),
        };
        let mut waiting = paths.to_vec();
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                let within = std::fs::read_dir(&path).with_context(|| format!("{} can't be read", path.display()))?;
                for entry in within {
                    let entry = entry.with_context(|| format!("{} can't be read", path.display()))?;
                    // Links could lead round in circles.
                    if !entry.file_type()?.is_symlink() {
                        waiting.push(entry.path());
                    }
                }
            } else {
                let checkpoint = read(&path)?.parse().with_context(|| path.display().to_string())?;
                held.checkpoints.push(checkpoint);
                held.files.push(path);
            }
        }
        Ok(held)
    }

    /// The file of a checkpoint.
    fn file(&self, organisation: Option<OrganisationId>, proof: &Proof) -> Option<&Path> {
        let is_it = |checkpoint: &Checkpoint| {
            checkpoint.organisation == organisation
                && checkpoint.sequence == proof.sequence
                && checkpoint.at == proof.at
        };
        let place = self.checkpoints.iter().position(is_it)?;
        self.files.get(place).map(PathBuf::as_path)
    }
}

fn read_keys(path: &Path) -> anyhow::Result<PublicKeys> {
    PublicKeys::from_json(&read(path)?).with_context(|| path.display().to_string())
}

/// What was verified.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LooksAt {
    /// The database, which knows what was deleted and why.
    Database,
    /// A file, which may begin anywhere.
    Export,
}

/// Says what was found.
///
/// # Errors
///
/// When the log is not as it was written.
fn tell(report: &AuditReport, held: &Held, looks_at: LooksAt) -> anyhow::Result<()> {
    answer(&format!("rows    {}", report.rows));
    answer(&format!("waiting {}", report.waiting));
    for chain in &report.chains {
        answer(&line(chain, held, looks_at));
        if let Some(note) = note(chain, looks_at) {
            answer(&format!("NOTE    {note}"));
        }
    }
    for finding in &report.findings {
        answer(&format!("FOUND   {finding}"));
    }
    if report.more > 0 {
        answer(&format!("FOUND   {} things more", report.more));
    }
    let found = u64::try_from(report.findings.len())
        .unwrap_or(u64::MAX)
        .saturating_add(report.more);
    match found {
        0 => Ok(()),
        1 => bail!("the audit log is not as it was written: 1 thing was found"),
        found => bail!("the audit log is not as it was written: {found} things were found"),
    }
}

/// What a checkpoint that was given did not show.
fn note(chain: &ChainReport, looks_at: LooksAt) -> Option<String> {
    let (row, log, first) = (chain.earlier?, name(chain), chain.cut.saturating_add(1));
    Some(match looks_at {
        LooksAt::Database if row == chain.cut => {
            format!(
                "log {log}: the checkpoint of row {row} proves none of the rows that are left, since those before {first} are gone"
            )
        }
        LooksAt::Database => format!(
            "log {log}: the checkpoint of row {row} proves none of the rows that are left, since those before {first} are gone; whether \
             the time of those behind row {row} was over, it does not show"
        ),
        LooksAt::Export => format!(
            "log {log}: the checkpoint of row {row} proves none of the rows in the file, which begins with row {first}; what became of \
             the rows before it, this file does not show"
        ),
    })
}

fn name(chain: &ChainReport) -> String {
    chain.organisation.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

fn line(chain: &ChainReport, held: &Held, looks_at: LooksAt) -> String {
    let organisation = name(chain);
    let proven = |proof: &Option<Proof>, by: &str| match proof {
        Some(Proof { sequence, at, key_id }) => {
            format!("proven to row {sequence} by {by} of {} (key {key_id})", at.to_rfc3339())
        }
        None => format!("not proven by {by}"),
    };
    let file = chain
        .held
        .as_ref()
        .and_then(|proof| held.file(chain.organisation, proof))
        .map_or_else(String::new, |file| format!(" in {}", file.display()));
    let holders: String = chain
        .holders
        .iter()
        .map(|holder| {
            let who = match holder.kind {
                AuditReceiverKind::Webhook => "webhook at",
                AuditReceiverKind::Bucket | AuditReceiverKind::Syslog => "bucket",
            };
            let at = holder.at.to_rfc3339();
            format!("; the {who} {} got that of row {} at {at}", holder.place, holder.row)
        })
        .collect();
    let handed_out = chain.handed_out.as_ref().map_or_else(
        || "no checkpoint was handed out".to_owned(),
        |to| {
            let who = to.id.map_or_else(String::new, |id| format!(" {id}"));
            let at = to.at.to_rfc3339();
            format!("the checkpoint of row {} went to {}{who} at {at}", to.sequence, to.kind)
        },
    );
    let first = chain.cut.saturating_add(1);
    let rows = match (chain.cut, looks_at) {
        (0, _) => format!("{} rows", chain.last),
        (_, LooksAt::Database) => format!(
            "rows {first} to {}, those before were cut off with the installation's keys",
            chain.last
        ),
        (_, LooksAt::Export) => format!("rows {first} to {}, those before are not in the file", chain.last),
    };
    format!(
        "log {organisation}: {rows}; {}{file}; {}; {handed_out}{holders}",
        proven(&chain.held, "a checkpoint that was given"),
        proven(&chain.stored, "a checkpoint that the database has"),
    )
}
