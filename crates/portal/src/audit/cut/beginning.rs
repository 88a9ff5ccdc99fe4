//! Which rows at the beginning of a chain are to go: those whose time is over as their writers wrote it. Who has the database alone can
//! change a time there, and gets nothing destroyed by it.

use base::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryResult, Statement};
use uuid::Uuid;

use crate::audit::canonical::{Hash, chain_start};
use crate::audit::chain::from_stored_id;
use crate::audit::check::{look, places};
use crate::audit::finding::AuditReport;
use crate::audit::verify::ChainVerifier;
use crate::audit::{checkpoint, cut_entity};
use crate::{Context, Fault};

/// When the first row behind $2 was written, by the database's word; NULL when it is gone.
const FIRST: &str = "\
    SELECT l.sequence, e.at FROM audit_link l LEFT JOIN audit_event e ON e.id = l.event_id \
    WHERE l.chain_id = $1 AND l.sequence > $2 ORDER BY l.sequence LIMIT 1";

/// How a chain begins.
pub(super) enum Beginning {
    /// Nothing is to go.
    Kept,
    /// These rows are, a batch at most, and each is as it was written.
    Due(Due),
    /// One of those that would be next is not as it was written.
    NotAsWritten {
        /// The first such row; 0 for what is said of where the chain begins.
        row: u64,
    },
}

/// Rows to go.
pub(super) struct Due {
    /// The chain's first row.
    pub(super) first: i64,
    /// The last one that goes.
    pub(super) last: i64,
    /// The chain's hash up to and with it.
    pub(super) hash: Hash,
}

impl Due {
    /// How many they are.
    pub(super) const fn rows(&self) -> u64 {
        (self.last - self.first + 1).unsigned_abs()
    }
}

/// Verifies a chain from its first row to the first that is not to go, a batch at most: each row's code, its place, and the hash of each.
///
/// # Errors
///
/// A fault.
pub(super) async fn of(
    context: &Context,
    chain: Uuid,
    is_due: impl Fn(i64, Timestamp) -> bool,
) -> Result<Beginning, Fault> {
    let reader = context.database.reader();
    let noted = cut_entity::Entity::find_by_id(chain).one(reader).await?;
    let begins = match &noted {
        Some(cut) => cut.read(&context.vault),
        None => {
            let installation = checkpoint::installation(context).await?;
            Some((0, chain_start(*installation.as_uuid(), chain)))
        }
    };
    let Some((cut, start)) = begins else {
        return Ok(Beginning::NotAsWritten { row: 0 });
    };
    let before = i64::try_from(cut).map_err(Fault::new)?;
    // Most of the time nothing is to go, and this is all that is read.
    let first = Statement::from_sql_and_values(reader.get_database_backend(), FIRST, [chain.into(), before.into()]);
    let first = reader.query_one_raw(first).await?;
    let Some((sequence, at)) = first.as_ref().map(place).transpose()? else {
        return Ok(Beginning::Kept);
    };
    if at.is_some_and(|at| !is_due(sequence, at)) {
        return Ok(Beginning::Kept);
    }
    let mut report = AuditReport::default();
    let mut verifier = ChainVerifier::new(from_stored_id(chain), cut, start, Vec::new(), &mut report);
    let (mut last, mut hash) = (before, start);
    for row in &places(reader, chain, before).await? {
        look(context, std::slice::from_ref(row), &mut verifier, &mut report)?;
        if !report.findings.is_empty() {
            let now_noted = cut_entity::Entity::find_by_id(chain).one(reader).await?;
            if now_noted != noted {
                // Another node cut it meanwhile.
                return Ok(Beginning::Kept);
            }
            return Ok(Beginning::NotAsWritten { row: verifier.last() });
        }
        // It is what was written, and so is its time.
        let (sequence, at): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(6)?);
        if !is_due(sequence, Timestamp::from_millis(at)) {
            break;
        }
        (last, hash) = (sequence, *verifier.hash());
    }
    let first = before.saturating_add(1);
    Ok(match last >= first {
        true => Beginning::Due(Due { first, last, hash }),
        false => Beginning::Kept,
    })
}

fn place(row: &QueryResult) -> Result<(i64, Option<Timestamp>), DbErr> {
    let at: Option<i64> = row.try_get_by_index(1)?;
    Ok((row.try_get_by_index(0)?, at.map(Timestamp::from_millis)))
}
