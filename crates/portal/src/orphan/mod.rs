//! Orphans: content keys and blobs that nothing in the portal's database names.
//!
//! No path of ours leaves any: an intent names each before it is made, and the purge deletes each before what names it goes. What
//! does is outside the program – a power failure that undid a deletion, a database that was put back to before, a fault of ours. So
//! they are looked for once a day and deleted, when they are old enough and few. Many are rather a sign that the database is the
//! wrong one: then nothing is deleted until the operator says so.
//!
//! Owns what counts as an orphan. Knows ids only.

mod named;

use std::time::Duration;

use base::{DocumentId, OrganisationId, Timestamp};
use futures::TryStreamExt;
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::audit::{AuditAction, AuditEntry, AuditTarget};
use crate::installation::{self, StoreGate};
use crate::{Context, Fault, OperatorActor, Portal};

/// How long something must have been there before it counts as an orphan.
const SAFETY_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How many of them go without a word of the operator's.
const MOST: u64 = 50;
/// How often they are looked for.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many ids are looked up together.
const PAGE: usize = 500;

/// How many orphans there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Orphans {
    /// Content keys whose message, document or request is gone.
    pub keys: u64,
    /// Blobs whose document is gone.
    pub blobs: u64,
}

impl Orphans {
    /// Both together.
    #[must_use]
    pub const fn all(self) -> u64 {
        self.keys.saturating_add(self.blobs)
    }
}

/// Orphans can't be deleted as was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeleteOrphansError {
    /// There are more than the operator spoke of.
    #[error("there are {0}, which is more than was said")]
    More(u64),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What to do with what is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Count,
    Delete,
}

impl Portal {
    /// Counts what nothing has named for seven days. Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn orphans(&self) -> Result<Orphans, Fault> {
        look(&self.0, Then::Count).await
    }

    /// Deletes what nothing has named for seven days, if it is no more than so many, and says how many it was.
    ///
    /// # Errors
    ///
    /// [`DeleteOrphansError`]; after a fault some may be deleted.
    pub async fn delete_orphans(&self, operator: &OperatorActor, most: u64) -> Result<Orphans, DeleteOrphansError> {
        let context = &*self.0;
        let found = look(context, Then::Count).await?;
        if found.all() > most {
            return Err(DeleteOrphansError::More(found.all()));
        }
        let detail = found.all().to_string();
        let entry = AuditEntry::by_operator(operator, AuditAction::OrphansConfirmed).detail(&detail);
        context.record(&entry).await?;
        Ok(look(context, Then::Delete).await?)
    }
}

/// Looks for orphans when nobody did for a day, deletes them when they are few, and says how many there were.
pub(crate) async fn sweep_due(context: &Context) -> Result<Orphans, Fault> {
    if !take_turn(context).await? {
        return Ok(Orphans::default());
    }
    let found = look(context, Then::Count).await?;
    if found.all() > MOST {
        let Orphans { keys, blobs } = found;
        tracing::error!(keys, blobs, "keys and blobs that nothing names wait for the operator");
        let detail = found.all().to_string();
        let entry = AuditEntry::by_portal(AuditAction::OrphansFound).detail(&detail);
        context.record(&entry).await?;
        return Ok(found);
    }
    if found.all() == 0 {
        return Ok(found);
    }
    look(context, Then::Delete).await
}

/// Whether it is this node's turn to look: once a day for all nodes together.
async fn take_turn(context: &Context) -> Result<bool, Fault> {
    const TAKE: &str = "UPDATE installation SET orphans_looked_at = $1 \
        WHERE orphans_looked_at IS NULL OR orphans_looked_at <= $2 OR orphans_looked_at > $1";
    let now = context.certain_now();
    let transaction = context.database.write().await?;
    let values = [now.as_millis().into(), (now - EVERY).as_millis().into()];
    let take = Statement::from_sql_and_values(transaction.get_database_backend(), TAKE, values);
    let taken = transaction.execute_raw(take).await?.rows_affected() > 0;
    transaction.commit().await?;
    Ok(taken)
}

async fn look(context: &Context, then: Then) -> Result<Orphans, Fault> {
    installation::check_keys(&context.database, &context.vault).await?;
    let oldest = context.certain_now() - SAFETY_AGE;
    Ok(Orphans {
        keys: keys(context, oldest, then).await?,
        blobs: blobs(context, oldest, then).await?,
    })
}

async fn keys(context: &Context, before: Timestamp, then: Then) -> Result<u64, Fault> {
    let (mut found, mut after) = (0, Uuid::nil());
    loop {
        let owners = context.vault.content_owners_after(after, PAGE).await?;
        let Some(last) = owners.last() else {
            return Ok(found);
        };
        after = *last;
        let old = owners.into_iter().filter(|owner| was_made_before(*owner, before));
        let orphans = named::unnamed(context, old.collect()).await?;
        if then == Then::Count {
            found += orphans.len() as u64;
            continue;
        }
        let owners = context.vault.kinds_of(&orphans).await?;
        let targets = owners.iter().map(|owner| match owner {
            keyring::ContentOwner::Message(message) => AuditTarget::Message(*message),
            keyring::ContentOwner::Document(document) => AuditTarget::Document(*document),
            keyring::ContentOwner::Request(request) => AuditTarget::DataRequest(*request),
        });
        tell(context, targets, "key").await?;
        context.vault.destroy_content_keys(&owners).await?;
        found += owners.len() as u64;
    }
}

async fn blobs(context: &Context, before: Timestamp, then: Then) -> Result<u64, Fault> {
    let mut store = StoreGate::default();
    let Some(blobs) = store.blobs(context).await else {
        return store.problem().map_or(Ok(0), Err);
    };
    let mut found = 0;
    let mut pages = blobs.documents().try_chunks(PAGE);
    while let Some(page) = pages.try_next().await.map_err(|problem| Fault::from(problem.1))? {
        let old = page.iter().map(|(_, document)| *document.as_uuid());
        let old = old.filter(|document| was_made_before(*document, before)).collect();
        let orphans = named::unnamed(context, old).await?;
        if then == Then::Count {
            found += orphans.len() as u64;
            continue;
        }
        let is_orphan = |(_, document): &&(OrganisationId, DocumentId)| orphans.contains(document.as_uuid());
        let orphans: Vec<_> = page.iter().filter(is_orphan).collect();
        let targets = orphans.iter().map(|(_, document)| AuditTarget::Document(*document));
        tell(context, targets, "blob").await?;
        for (organisation, document) in orphans {
            blobs.delete(*organisation, *document).await?;
            found += 1;
        }
    }
    Ok(found)
}

/// Writes down what goes, before it does.
async fn tell(context: &Context, targets: impl Iterator<Item = AuditTarget>, what: &str) -> Result<(), Fault> {
    let entry = |target| {
        AuditEntry::by_portal(AuditAction::OrphanDeleted)
            .about(target)
            .detail(what)
    };
    let entries: Vec<_> = targets.map(entry).collect();
    if entries.is_empty() {
        return Ok(());
    }
    let transaction = context.database.write().await?;
    context.audit.record_all(&transaction, context.now(), &entries).await?;
    Ok(transaction.commit().await?)
}

/// By the time in its id (RFC 9562 section 5.7). What has none is left alone.
fn was_made_before(id: Uuid, before: Timestamp) -> bool {
    let made = id.get_timestamp().map(|made| made.to_unix());
    made.is_some_and(|(seconds, nanoseconds)| {
        let millis = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000);
        millis.saturating_add(i64::from(nanoseconds / 1_000_000)) < before.as_millis()
    })
}

#[cfg(test)]
mod tests;
