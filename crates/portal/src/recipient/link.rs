//! What refers to people who turned out to be somebody else, and is that person's from now on.

use base::RecipientId;

use crate::database::WriteTransaction;
use crate::{Context, Fault, case, delivery, notification, recipient, session};

/// Gives what refers to these people to another, and ends their sessions; says whether there was anything. Can be repeated: a
/// message that was on its way to one of them comes to the other when they sign in the next time.
pub(super) async fn give(
    context: &Context,
    transaction: &WriteTransaction,
    linked: &[RecipientId],
    to: RecipientId,
) -> Result<bool, Fault> {
    let mut anything = false;
    // In one order, so that two transactions can't wait for each other.
    let mut linked = linked.to_vec();
    linked.sort_unstable();
    for from in linked {
        let cases = case::give(transaction, from, to).await?;
        if cases > 0 {
            delivery::give(transaction, from, to).await?;
            notification::give(transaction, from, to).await?;
        }
        let sessions = session::end_all_of_recipient(context, transaction, from).await?;
        anything |= cases > 0 || sessions > 0;
        recipient::may_be_forgotten(transaction, from, context.now()).await?;
    }
    Ok(anything)
}
