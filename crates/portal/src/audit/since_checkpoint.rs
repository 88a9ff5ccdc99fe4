//! Whether a chain is, behind its latest checkpoint, what the writers of this installation wrote. Nothing else is signed: who has the
//! database alone can't have the installation vouch for what they made of it.

use base::InstallationId;
use sea_orm::EntityTrait;

use super::canonical::chain_start;
use super::chain::from_stored_id;
use super::check::{look, places};
use super::finding::{AuditFinding, AuditReport, ChainProblem};
use super::verify::ChainVerifier;
use super::{chain_entity, checkpoint, checkpoint_entity, cut_entity};
use crate::{Context, Fault, PublicKeys};

/// Goes from a chain's latest checkpoint to its head, and says what is not so: every row is authentic, and the hashes lead there. Nothing
/// when all is as it was written.
///
/// # Errors
///
/// A fault.
pub(super) async fn findings(
    context: &Context,
    installation: InstallationId,
    head: &chain_entity::Model,
    latest: Option<checkpoint_entity::Model>,
) -> Result<Vec<AuditFinding>, Fault> {
    let chain = from_stored_id(head.id);
    let only = |problem| Ok(vec![AuditFinding::Chain { chain, problem }]);
    let reader = context.database.reader();
    let cut = cut_entity::Entity::find_by_id(head.id).one(reader).await?;
    let (first, hash) = match (latest, cut) {
        (Some(latest), _) => {
            let checkpoint = u64::try_from(latest.sequence).unwrap_or_default();
            let keys = PublicKeys::of(&context.vault.provider().signing_keys().await.map_err(Fault::new)?);
            let latest = checkpoint::read_row(installation, latest).filter(|latest| latest.bears_signature_of(&keys));
            match latest {
                Some(latest) => (latest.sequence, latest.hash),
                None => return only(ChainProblem::ForgedCheckpoint { checkpoint }),
            }
        }
        (None, Some(cut)) => match cut.read(&context.vault) {
            Some(cut) => cut,
            None => return only(ChainProblem::ForgedCut),
        },
        (None, None) => (0, chain_start(*installation.as_uuid(), head.id)),
    };
    if i64::try_from(first).is_ok_and(|first| first > head.sequence) {
        return only(ChainProblem::Head);
    }
    let mut report = AuditReport::default();
    let mut verifier = ChainVerifier::new(chain, first, hash, Vec::new(), &mut report);
    let mut after = i64::try_from(first).map_err(Fault::new)?;
    while after < head.sequence {
        let mut rows = places(reader, head.id, after).await?;
        // What was chained since is the next checkpoint's.
        let left = usize::try_from(head.sequence - after).unwrap_or(usize::MAX);
        rows.truncate(left);
        let Some(last) = rows.last() else { break };
        after = last.try_get_by_index(0)?;
        look(context, &rows, &mut verifier, &mut report)?;
    }
    let ends_there = u64::try_from(head.sequence) == Ok(verifier.last()) && head.hash == verifier.hash().as_slice();
    if !ends_there {
        let problem = ChainProblem::Head;
        report.found(AuditFinding::Chain { chain, problem });
    }
    Ok(report.findings)
}
