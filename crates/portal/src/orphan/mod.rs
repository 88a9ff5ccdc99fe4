//! Orphans: content keys and blobs that nothing in the portal's database names.
//!
//! No path of ours leaves any: an intent names each before it is made, and the purge deletes each before what names it goes. What
//! does is outside the program – a power failure that undid a deletion, a database that was put back to before, a fault of ours. So
//! they are looked for once a day and deleted, when they are old enough and few. Many are rather a sign that the database is the
//! wrong one: then nothing is deleted until the operator says so.
//!
//! Owns what counts as an orphan. Knows ids only.

mod named;

use std::collections::BTreeSet;
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
/// How long after a look that failed the next one is.
const AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);
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
    #[error("there are {0} orphans, which is more than was said")]
    More(u64),
    /// As many as the operator spoke of are deleted, and there are more by now.
    #[error("{0} orphans are deleted, as many as was said, and by now there are more")]
    MoreMeanwhile(u64),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What to do with what is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Count,
    /// No more than so many, whatever became an orphan since they were counted.
    Delete {
        most: u64,
    },
}

/// What a look found: with [`Then::Delete`] what it deleted.
struct Found {
    orphans: Orphans,
    /// Whether there was one more than might be deleted.
    more: bool,
}

impl Portal {
    /// Counts what nothing has named for seven days. Changes nothing.
    ///
    /// # Errors
    ///
    /// A fault.
    pub async fn orphans(&self) -> Result<Orphans, Fault> {
        Ok(look(&self.0, Then::Count).await?.orphans)
    }

    /// Deletes what nothing has named for seven days, if it is no more than so many, and says how many it was. Never deletes more.
    ///
    /// # Errors
    ///
    /// [`DeleteOrphansError`]; after a fault some may be deleted.
    pub async fn delete_orphans(&self, operator: &OperatorActor, most: u64) -> Result<Orphans, DeleteOrphansError> {
        let context = &*self.0;
        let found = look(context, Then::Count).await?.orphans;
        if found.all() > most {
            return Err(DeleteOrphansError::More(found.all()));
        }
        let detail = found.all().to_string();
        let entry = AuditEntry::by_operator(operator, AuditAction::OrphansConfirmed).detail(&detail);
        context.record(&entry).await?;
        let deleted = look(context, Then::Delete { most }).await?;
        if deleted.more {
            return Err(DeleteOrphansError::MoreMeanwhile(deleted.orphans.all()));
        }
        Ok(deleted.orphans)
    }
}

/// Looks for orphans when nobody did for a day, deletes them when they are few, and says how many there were. When that fails, it is done
/// again an hour later.
pub(crate) async fn sweep_due(context: &Context) -> Result<Orphans, Fault> {
    let now = context.certain_now();
    if !take_turn(context, now).await? {
        return Ok(Orphans::default());
    }
    let swept = sweep(context).await;
    if swept.is_err()
        && let Err(fault) = give_turn_back(context, now).await
    {
        tracing::error!(
            error = fault.causes(),
            "the turn to look for orphans could not be given back"
        );
    }
    swept
}

async fn sweep(context: &Context) -> Result<Orphans, Fault> {
    let found = look(context, Then::Count).await?.orphans;
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
    // What is beyond that by now is tomorrow's.
    Ok(look(context, Then::Delete { most: MOST }).await?.orphans)
}

/// Whether it is this node's turn to look: once a day for all nodes together.
async fn take_turn(context: &Context, now: Timestamp) -> Result<bool, Fault> {
    const TAKE: &str = "UPDATE installation SET orphans_looked_at = $1 \
        WHERE orphans_looked_at IS NULL OR orphans_looked_at <= $2 OR orphans_looked_at > $1";
    let transaction = context.database.write().await?;
    let values = [now.as_millis().into(), (now - EVERY).as_millis().into()];
    let take = Statement::from_sql_and_values(transaction.get_database_backend(), TAKE, values);
    let taken = transaction.execute_raw(take).await?.rows_affected() > 0;
    transaction.commit().await?;
    Ok(taken)
}

/// Lets some node look again soon, unless one has taken a turn since.
async fn give_turn_back(context: &Context, taken: Timestamp) -> Result<(), Fault> {
    const GIVE_BACK: &str = "UPDATE installation SET orphans_looked_at = $1 WHERE orphans_looked_at = $2";
    let transaction = context.database.write().await?;
    let values = [
        (taken - EVERY + AGAIN_AFTER).as_millis().into(),
        taken.as_millis().into(),
    ];
    let give_back = Statement::from_sql_and_values(transaction.get_database_backend(), GIVE_BACK, values);
    transaction.execute_raw(give_back).await?;
    Ok(transaction.commit().await?)
}

async fn look(context: &Context, then: Then) -> Result<Found, Fault> {
    installation::check_keys(&context.database, &context.vault).await?;
    let oldest = context.certain_now() - SAFETY_AGE;
    let mut look = Look {
        context,
        before: oldest,
        left: match then {
            Then::Count => None,
            Then::Delete { most } => Some(most),
        },
        found: Found {
            orphans: Orphans::default(),
            more: false,
        },
    };
    look.keys().await?;
    look.blobs().await?;
    Ok(look.found)
}

/// A look at everything that is there.
struct Look<'a> {
    context: &'a Context,
    /// What was made later is no orphan.
    before: Timestamp,
    /// How many may still be deleted; `None` when they are only counted.
    left: Option<u64>,
    found: Found,
}

impl Look<'_> {
    async fn keys(&mut self) -> Result<(), Fault> {
        let vault = &self.context.vault;
        let mut after = Uuid::nil();
        while !self.found.more {
            let owners = vault.content_owners_after(after, PAGE).await?;
            let Some(last) = owners.last() else { break };
            after = *last;
            let orphans = self.orphans_among(owners.into_iter()).await?;
            if self.left.is_none() {
                self.found.orphans.keys += orphans.len() as u64;
                continue;
            }
            let owners = vault.kinds_of(&orphans).await?;
            let owners = self.take(owners);
            let targets = owners.iter().map(|owner| match owner {
                keyring::ContentOwner::Message(message) => AuditTarget::Message(*message),
                keyring::ContentOwner::Document(document) => AuditTarget::Document(*document),
                keyring::ContentOwner::Request(request) => AuditTarget::DataRequest(*request),
            });
            tell(self.context, targets, "key").await?;
            vault.destroy_content_keys(&owners).await?;
            self.found.orphans.keys += owners.len() as u64;
        }
        Ok(())
    }

    async fn blobs(&mut self) -> Result<(), Fault> {
        if self.found.more {
            return Ok(());
        }
        let mut store = StoreGate::default();
        let Some(blobs) = store.blobs(self.context).await else {
            return store.problem().map_or(Ok(()), Err);
        };
        let mut pages = blobs.documents().try_chunks(PAGE);
        while !self.found.more
            && let Some(page) = pages.try_next().await.map_err(|problem| Fault::from(problem.1))?
        {
            let ids = page.iter().map(|(_, document)| *document.as_uuid());
            let orphans = self.orphans_among(ids).await?;
            if self.left.is_none() {
                self.found.orphans.blobs += orphans.len() as u64;
                continue;
            }
            let is_orphan = |(_, document): &(OrganisationId, DocumentId)| orphans.contains(document.as_uuid());
            let orphans = self.take(page.into_iter().filter(is_orphan).collect());
            let targets = orphans.iter().map(|(_, document)| AuditTarget::Document(*document));
            tell(self.context, targets, "blob").await?;
            for (organisation, document) in orphans {
                blobs.delete(organisation, document).await?;
                self.found.orphans.blobs += 1;
            }
        }
        Ok(())
    }

    async fn orphans_among(&self, ids: impl Iterator<Item = Uuid>) -> Result<BTreeSet<Uuid>, Fault> {
        let old = ids.filter(|id| was_made_before(*id, self.before)).collect();
        Ok(named::unnamed(self.context, old).await?)
    }

    /// Those of some orphans that may be deleted; that there are more is noted.
    fn take<T>(&mut self, mut orphans: Vec<T>) -> Vec<T> {
        let left = self.left.unwrap_or(0);
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        self.found.more |= orphans.len() > most;
        orphans.truncate(most);
        self.left = Some(left.saturating_sub(orphans.len() as u64));
        orphans
    }
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
