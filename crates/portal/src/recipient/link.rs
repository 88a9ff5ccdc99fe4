//! Who it is that signs in, which the audit log knows before the register, and what refers to people who turned out to be somebody else
//! and is that person's from now on.

use base::{Day, RecipientId};

use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::database::WriteTransaction;
use crate::session::{self, Owner};
use crate::vault::{Identified, Person};
use crate::{
    Context, Fault, Identity, RecipientActor, case, data_request, delivery, hold, new_device, notification,
    past_sign_in, recipient, register_extract, terms,
};

/// How often it is looked again who somebody is when that changed while it was told.
const ATTEMPTS: u32 = 5;

/// Finds or creates whoever a provider vouches for, as [`Vault::person`](crate::vault::Vault::person) does, and keeps them until that day.
/// The audit log knows before the register what somebody is known by from now on, and who they were besides. That does not wait for the
/// sign-in, which may fail; should it, those for whom nothing is left are forgotten.
pub(super) async fn identify(
    context: &Context,
    who: &Identity,
    until: Day,
    provider: &str,
    acting: impl Fn(RecipientId) -> RecipientActor,
) -> Result<Person, Fault> {
    let (identifier, others) = (who.identifier(), who.others());
    let mut told = None;
    for _ in 0..ATTEMPTS {
        match context.vault.person(&identifier, &others, until, told.as_ref()).await? {
            Identified::Known(person) => return Ok(person),
            Identified::Untold(person) => {
                tell(context, &acting(person.id), &person.linked, provider).await?;
                told = Some(person);
            }
        }
    }
    Err(Fault::new("who somebody is changed each time that it was told"))
}

async fn tell(context: &Context, actor: &RecipientActor, linked: &[RecipientId], provider: &str) -> Result<(), Fault> {
    let now = context.now();
    let transaction = context.database.write().await?;
    let mut people: Vec<_> = linked.iter().copied().chain([actor.recipient_id()]).collect();
    // In one order, so that two transactions can't wait for each other.
    people.sort_unstable();
    for person in &people {
        recipient::may_be_forgotten(&transaction, *person, now).await?;
    }
    for person in people {
        let entry = AuditEntry::by_recipient(actor, AuditAction::RecipientLinked)
            .about(AuditTarget::Recipient(person))
            .detail(provider);
        context.audit.record(&transaction, now, &entry).await?;
    }
    Ok(transaction.commit().await?)
}

/// Gives what refers to these people to another, and ends their sessions. Can be repeated: a message that was on its way to one of
/// them comes to the other when they sign in the next time. What the person said of mails may have changed by it, so
/// [`notification::erase_unwanted`] must follow.
pub(super) async fn give(
    context: &Context,
    transaction: &WriteTransaction,
    linked: &[RecipientId],
    to: RecipientId,
) -> Result<(), Fault> {
    if linked.is_empty() {
        return Ok(());
    }
    // Cases first and all at once, as everybody else locks them.
    if case::give(transaction, linked, to).await? > 0 {
        delivery::give(transaction, linked, to).await?;
    }
    hold::give(transaction, linked, to).await?;
    data_request::give(transaction, linked, to).await?;
    for from in linked {
        session::end_all_of_recipient(context, transaction, *from).await?;
    }
    let mut linked = linked.to_vec();
    linked.sort_unstable();
    for from in &linked {
        recipient::may_be_forgotten(transaction, *from, context.now()).await?;
        // After that row, as when somebody is forgotten, so that the two can't wait for each other.
        new_device::forget(transaction, Owner::Recipient(*from)).await?;
        terms::forget(transaction, *from).await?;
    }
    past_sign_in::give(transaction, &linked, to).await?;
    register_extract::withdraw(transaction, &linked).await?;
    register_extract::give(transaction, &linked, to).await?;
    Ok(notification::give(context, transaction, &linked, to).await?)
}
