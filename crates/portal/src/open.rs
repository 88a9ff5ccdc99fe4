//! Opening, checking and closing a portal: all its parts, and that they belong together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};

use base::{Clock, Ids};

use crate::audit::{AuditWriter, RefusedChains};
use crate::installation::{self, Installation, InstallationError};
use crate::ledger::LedgerError;
use crate::retention::Turns;
use crate::skew::{self, ClockSkew, SkewError};
use crate::staff::{HashingPool, RelyingParty};
use crate::{Context, Fault, Portal, Settings, ledger};

/// The portal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Portal and vault were given the same database.
    #[error("the portal and the vault need a database each, but both have the same address")]
    SameDatabase,
    /// A part can't be opened, or the parts do not belong together.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The ledger is not whole up to where the databases know it: the portal would bring back what was purged.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The portal can't serve now.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// A database does not answer.
    #[error("a database does not answer")]
    Database(#[source] Fault),
    /// This host's clock is not the databases': what ends would end at another instant than on other nodes.
    #[error(transparent)]
    Clock(ClockSkew),
    /// The parts do not belong together any more, or one of them can't be read.
    #[error(transparent)]
    Installation(#[from] InstallationError),
}

impl Portal {
    /// Opens the databases, brings their schemas up to date, and checks that all parts belong to one installation, which
    /// is made when all of them are new. Then catches up with the ledger: what was purged, revoked or forgotten after the
    /// databases were copied is so again before anybody gets in.
    ///
    /// # Errors
    ///
    /// [`OpenError`] with what the operator can mend.
    pub async fn open(settings: Settings, clock: Clock) -> Result<Self, OpenError> {
        Ok(Self::open_and_follow(settings, clock).await?.0)
    }

    /// As [`Portal::open`]; says too how many batches of the ledger the databases did not know.
    pub(crate) async fn open_and_follow(settings: Settings, clock: Clock) -> Result<(Self, u64), OpenError> {
        let context = assemble(settings, clock).await?;
        // First, since what is caught up with may be told to the ledger in turn.
        context.create_signing_key().await?;
        let batches = ledger::follow(&context).await?;
        Ok((Self(Arc::new(context)), batches))
    }

    /// Opens copies to be examined, as somebody would who stole them: whatever the ledger says of them.
    ///
    /// # Errors
    ///
    /// As [`Portal::open`].
    #[cfg(any(test, feature = "forensics"))]
    pub async fn open_copies(settings: Settings, clock: Clock) -> Result<Self, OpenError> {
        Ok(Self(Arc::new(assemble(settings, clock).await?)))
    }

    /// Whether everything that the portal needs answers, belongs together and agrees on the time.
    ///
    /// # Errors
    ///
    /// [`NotReady`] with what is wrong.
    pub async fn readiness(&self) -> Result<(), NotReady> {
        let context = &*self.0;
        for database in [&context.database, context.vault.database()] {
            let answer = database.ping().await;
            answer.map_err(|problem| NotReady::Database(problem.into()))?;
        }
        skew::check(context).await.map_err(|problem| match problem {
            SkewError::Skew(skew) => NotReady::Clock(skew),
            SkewError::Fault(fault) => NotReady::Database(fault),
        })?;
        installation::check(&context.database, &context.vault, &context.blobs).await?;
        let known = context.ledger.head().await;
        context.ledger.check(known).await.map_err(InstallationError::from)?;
        // Only what comes in waits for this: a purge goes on, since keys must be destroyed whatever a bucket keeps.
        context.blobs.check().await.map_err(InstallationError::from)?;
        Ok(())
    }

    /// Closes the databases. Requests that still run fail.
    pub async fn close(&self) {
        for database in [&self.0.database, self.0.vault.database()] {
            if let Err(error) = database.clone().close().await {
                tracing::warn!(error = %error, "a database connection was already broken when it was closed");
            }
        }
    }
}

/// Opens all parts of an installation and puts them together.
async fn assemble(settings: Settings, clock: Clock) -> Result<Context, OpenError> {
    if settings.database_url == settings.vault_url {
        return Err(OpenError::SameDatabase);
    }
    let ids = Ids::new(clock.clone());
    let parts = Installation::open(&settings, &clock, &ids).await?;
    let context = Context {
        clock,
        audit: AuditWriter::new(ids.clone(), parts.vault.clone()),
        passwords: HashingPool::new(parts.vault.password_secret(), settings.staff.password_cost)?,
        relying_party: RelyingParty::at(&settings.origin)?,
        ids,
        settings,
        database: parts.database,
        vault: parts.vault,
        blobs: parts.blobs,
        ledger: parts.ledger,
        latest: AtomicI64::new(i64::MIN),
        is_doubted: AtomicBool::new(false),
        refused_chains: RefusedChains::default(),
        effects: Turns::default(),
        due_weeks: Turns::default(),
    };
    context.latch().await?;
    Ok(context)
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;

    use super::*;
    use crate::test_support::{TestPortal, on_both_databases};

    on_both_databases! {
        async fn a_portal_opens_again_and_is_ready(portal: TestPortal) {
            portal.portal.readiness().await.unwrap();
            portal.another_node().await.readiness().await.unwrap();
        }

        async fn many_nodes_may_open_at_once(portal: TestPortal) {
            let nodes = futures::future::join_all((0..4).map(|_| portal.another_node())).await;
            for node in nodes {
                node.readiness().await.unwrap();
            }
        }

        async fn portal_and_vault_must_not_share_a_database(portal: TestPortal) {
            let mut settings = portal.settings.clone();
            settings.vault_url = settings.database_url.clone();
            let refused = Portal::open(settings, portal.clock.clock()).await;
            assert!(matches!(refused.err(), Some(OpenError::SameDatabase)));
        }

        async fn a_clock_that_goes_back_does_not_turn_back_the_portals_time(portal: TestPortal) {
            portal.portal.run_jobs().await.unwrap();
            let latest = portal.now();
            portal.clock.advance_millis(-86_400_000);
            assert_eq!(portal.portal.0.now(), latest);
            assert_eq!(portal.another_node().await.0.now(), latest);
        }

        async fn no_job_runs_while_a_part_is_of_another_generation(portal: TestPortal) {
            let day_before = portal.portal.run_jobs().await.unwrap();
            assert_eq!(day_before.days, 0);
            let transaction = portal.portal.0.vault.database().write().await.unwrap();
            transaction.execute_unprepared("UPDATE installation SET generation = 2").await.unwrap();
            transaction.commit().await.unwrap();
            portal.clock.advance_millis(86_400_000);
            let secrets = portal.portal.0.vault.provider().day_secrets().await.unwrap();
            assert!(portal.portal.run_jobs().await.is_err());
            assert_eq!(portal.portal.0.vault.provider().day_secrets().await.unwrap().len(), secrets.len());
            let unready = portal.portal.readiness().await;
            assert!(matches!(unready, Err(NotReady::Installation(InstallationError::Mismatch(_)))));
        }

        async fn a_part_of_another_installation_is_noticed(portal: TestPortal) {
            let other = TestPortal::on_sqlite().await;
            let mut settings = portal.settings.clone();
            settings.provider = other.settings.provider.clone();
            let refused = Portal::open(settings, portal.clock.clock()).await;
            assert!(matches!(refused.err(), Some(OpenError::Installation(InstallationError::Mismatch(_)))));
        }
    }

    #[tokio::test]
    async fn a_closed_portal_is_not_ready() {
        let portal = TestPortal::on_sqlite().await;
        portal.portal.close().await;
        assert!(matches!(portal.portal.readiness().await, Err(NotReady::Database(_))));
    }
}
