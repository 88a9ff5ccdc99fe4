//! What comes to life again with a copy although it may have ended since, and is ended by a restore.

use crate::audit::{AuditAction, AuditEntry};
use crate::{Context, Fault, OperatorActor, session, staff, system};

/// What was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Revived {
    pub(super) sessions: u64,
    pub(super) access_tokens: u64,
    pub(super) invitations: u64,
}

/// Ends everybody's sessions, systems' access tokens and invitations that nobody had accepted, and says in the audit log that the
/// installation is a restored one.
pub(super) async fn end(context: &Context, operator: &OperatorActor, generation: i64) -> Result<Revived, Fault> {
    let transaction = context.database.write().await?;
    let ended = Revived {
        sessions: session::end_all(context, &transaction).await?,
        access_tokens: system::end_all_tokens(&transaction).await?,
        invitations: staff::void_all_invitations(&transaction).await?,
    };
    let generation = generation.to_string();
    let entry = AuditEntry::by_operator(operator, AuditAction::InstallationRestored).detail(&generation);
    context.audit.record(&transaction, context.now(), &entry).await?;
    transaction.commit().await?;
    Ok(ended)
}
