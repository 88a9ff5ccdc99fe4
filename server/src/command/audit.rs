//! `postvalv audit`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::OrganisationId;
use clap::{Args, Subcommand};
use portal::{AuditReport, ChainReport, Checkpoint, Proof, PublicKeys, verify_audit_export};

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
    /// A checkpoint that was kept elsewhere; may be given several times. Only one of these proves the log against who runs the portal.
    #[arg(long, value_name = "FILE")]
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
        let (held, keys) = (read_checkpoints(checkpoint)?, read_keys(keys)?);
        let report = verify_audit_export(std::io::BufReader::new(file), &held, &keys);
        return tell(&report.with_context(|| export.display().to_string())?);
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
            let held = read_checkpoints(&checkpoint)?;
            let keys = match keys {
                Some(path) => read_keys(&path)?,
                None => portal.signing_keys().await?,
            };
            let report = portal.verify_audit_log(&actor, &held, &keys).await?;
            tell(&report)?;
        }
    }
    portal.close().await;
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}

fn read_checkpoints(paths: &[PathBuf]) -> anyhow::Result<Vec<Checkpoint>> {
    let read = |path: &PathBuf| read(path)?.parse().with_context(|| path.display().to_string());
    paths.iter().map(read).collect()
}

fn read_keys(path: &Path) -> anyhow::Result<PublicKeys> {
    PublicKeys::from_json(&read(path)?).with_context(|| path.display().to_string())
}

/// Says what was found.
///
/// # Errors
///
/// When the log is not as it was written.
fn tell(report: &AuditReport) -> anyhow::Result<()> {
    answer(&format!("rows    {}", report.rows));
    answer(&format!("waiting {}", report.waiting));
    for chain in &report.chains {
        answer(&line(chain));
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

fn line(chain: &ChainReport) -> String {
    let organisation = chain.organisation.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let proven = |proof: &Option<Proof>, by: &str| match proof {
        Some(Proof { sequence, at, key_id }) => {
            format!("proven to row {sequence} by {by} of {} (key {key_id})", at.to_rfc3339())
        }
        None => format!("not proven by {by}"),
    };
    let handed_out = chain.handed_out.as_ref().map_or_else(
        || "no checkpoint was handed out".to_owned(),
        |to| {
            let who = to.id.map_or_else(String::new, |id| format!(" {id}"));
            let at = to.at.to_rfc3339();
            format!("the checkpoint of row {} went to {}{who} at {at}", to.sequence, to.kind)
        },
    );
    let rows = match chain.cut {
        0 => format!("{} rows", chain.last),
        cut => format!(
            "rows {} to {}, those before were deleted when their time was over",
            cut + 1,
            chain.last
        ),
    };
    format!(
        "log {organisation}: {rows}; {}; {}; {handed_out}",
        proven(&chain.held, "a checkpoint that was given"),
        proven(&chain.stored, "a checkpoint that the database has"),
    )
}
