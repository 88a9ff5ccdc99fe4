//! Wrong tries within a complete session. They are counted for the session and not for the account: so nobody outside bars its
//! owner, whatever they try at the sign-in, and whoever took a session over has few guesses before it ends.

use sea_orm::{ConnectionTrait, DbErr};

use super::lock::Tries;
use super::{entity, store};
use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::{Context, Fault, StaffActor, session};

/// What became of a session in which something wrong was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterWrongTry {
    GoesOn,
    Ended,
}

/// The wrong tries within the actor's session; `None` when it has ended.
pub(super) async fn tries(on: &impl ConnectionTrait, actor: &StaffActor) -> Result<Option<Tries>, DbErr> {
    let found = session::staff_tries(on, actor.session(), actor.staff_id()).await?;
    Ok(found.map(|(failures, last_failure_at)| Tries {
        failures,
        last_failure_at,
    }))
}

/// Counts a wrong try after `before`, with a line in the audit log that says `what` was wrong. The caller has the account's row
/// locked, so that of several at once each is counted.
pub(super) async fn note_wrong_try(
    context: &Context,
    transaction: &WriteTransaction,
    actor: &StaffActor,
    row: &entity::Model,
    before: Tries,
    what: &'static str,
) -> Result<AfterWrongTry, Fault> {
    let about = AuditTarget::Staff(actor.staff_id());
    let tries = before.after_failure_within(context.clock_time());
    store::note_untold(transaction, row).await?;
    let entry = AuditEntry::by_staff(actor, AuditAction::StaffSignInRefused).about(about);
    let entry = entry.detail(what);
    context.audit.record(transaction, context.now(), &entry).await?;
    if !tries.ends_session() {
        session::note_staff_tries(transaction, actor.session(), tries.failures, tries.last_failure_at).await?;
        return Ok(AfterWrongTry::GoesOn);
    }
    session::end(context, transaction, actor.session()).await?;
    let entry = AuditEntry::by_staff(actor, AuditAction::StaffSessionEnded).about(about);
    let entry = entry.detail("wrong-tries");
    context.audit.record(transaction, context.now(), &entry).await?;
    Ok(AfterWrongTry::Ended)
}

/// Forgets wrong tries within the actor's session, since something right was given.
pub(super) async fn forget(transaction: &WriteTransaction, actor: &StaffActor) -> Result<(), DbErr> {
    session::note_staff_tries(transaction, actor.session(), 0, None).await
}
