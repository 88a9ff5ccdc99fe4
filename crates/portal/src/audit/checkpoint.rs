//! Checkpoints: what the installation signs of a chain, so that whoever holds one can show that what lies before it was rewritten,
//! by the operator too.
//!
//! ```text
//! postvalv audit checkpoint v1
//! installation 0192f0c1-2345-7abc-8def-0123456789ab
//! organisation 0192f0c1-2345-7abc-8def-0123456789ac     (or "-": the installation's own chain)
//! sequence 1234
//! hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! at 2026-11-22T09:00:00Z
//!
//! signature KEY-ID BASE64
//! ```
//!
//! What is signed are the lines up to and with the one that begins with `at`. Where it goes by itself, it stands in a JSON object:
//! `{"checkpoint": "…"}`.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::{InstallationId, OrganisationId, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyring::SIGNATURE_SIZE;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::canonical::Hash;
use super::chain::{check_noted, from_stored_id, stored_id};
use super::{AuditAction, AuditEntry, AuditFinding, AuditTarget, chain_entity, checkpoint_entity, since_checkpoint};
use crate::provider::ProviderError;
use crate::rights::Action;
use crate::{Context, Denied, Fault, OperatorActor, Portal, PublicKeys, Signature, SigningPurpose, StaffActor};

/// How long after a checkpoint the next one is signed, when something happened.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
const NOT_AS_WRITTEN: &str = "no checkpoint is signed of an audit log that is not as it was written since its last one: run `postvalv audit verify`";
/// How many of the things that were found in such a log are named.
const NAMED: usize = 3;
/// How many stored rows are looked at for checkpoints to hand out.
const LOOKED_AT: u64 = 64;
/// The first line.
const TITLE: &str = "postvalv audit checkpoint v1";

/// A signed statement of how a chain was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose installation it is.
    pub installation: InstallationId,
    /// Whose chain; `None` for the installation's own.
    pub organisation: Option<OrganisationId>,
    /// The number of the chain's last row then.
    pub sequence: u64,
    /// When it was signed, by the word of who signed.
    pub at: Timestamp,
    pub(super) hash: Hash,
    signature: Signature,
}

/// A checkpoint in JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InJson {
    checkpoint: String,
}

/// The text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint of an audit log")]
pub struct InvalidCheckpoint;

/// A checkpoint could not be handed out.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The actor may not have it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// None was signed yet.
    #[error("no checkpoint of this audit log was signed yet")]
    None,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for CheckpointError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Checkpoint {
    /// Whether one of the keys signed it, which had not been replaced by then.
    #[must_use]
    pub fn is_signed_by(&self, keys: &PublicKeys) -> bool {
        self.bears_signature_of(keys) && keys.signed_then(&self.signature.key_id, self.at)
    }

    /// Whether one of the keys signed it, whenever that was.
    pub(super) fn bears_signature_of(&self, keys: &PublicKeys) -> bool {
        let statement = self.statement();
        // The first line is the purpose, which stands before what is signed in any case.
        let message = statement.split_once('\n').map(|(_, rest)| rest).unwrap_or_default();
        keys.verify(SigningPurpose::AuditCheckpoint, message.as_bytes(), &self.signature)
    }

    /// The id of the key that signed it.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.signature.key_id
    }

    /// The file as a JSON object.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&InJson {
            checkpoint: self.to_string(),
        })
    }

    /// Whether another is of the same chain as it was then.
    pub(super) fn is_of_the_same(&self, other: &Self) -> bool {
        let of = |checkpoint: &Self| (checkpoint.installation, checkpoint.organisation, checkpoint.sequence);
        of(self) == of(other) && self.hash == other.hash
    }

    fn statement(&self) -> String {
        let organisation = self.organisation.map_or_else(|| "-".to_owned(), |id| id.to_string());
        format!(
            "{TITLE}\ninstallation {}\norganisation {organisation}\nsequence {}\nhash {}\nat {}\n",
            self.installation,
            self.sequence,
            hex::encode(self.hash),
            self.at.to_rfc3339(),
        )
    }

    fn from_row(installation: InstallationId, row: checkpoint_entity::Model) -> Result<Self, InvalidCheckpoint> {
        let invalid = |_| InvalidCheckpoint;
        Ok(Self {
            installation,
            organisation: from_stored_id(row.chain_id),
            sequence: u64::try_from(row.sequence).map_err(|_| InvalidCheckpoint)?,
            at: Timestamp::from_millis(row.at),
            hash: row.hash.try_into().map_err(invalid)?,
            signature: Signature {
                key_id: row.key_id,
                bytes: row.signature.try_into().map_err(invalid)?,
            },
        })
    }
}

/// The file that is handed out.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = STANDARD.encode(self.signature.bytes);
        writeln!(
            f,
            "{}\nsignature {} {signature}",
            self.statement(),
            self.signature.key_id
        )
    }
}

impl FromStr for Checkpoint {
    type Err = InvalidCheckpoint;

    /// Reads the file, or the JSON object that it stands in.
    fn from_str(text: &str) -> Result<Self, InvalidCheckpoint> {
        if text.starts_with('{') {
            let InJson { checkpoint } = serde_json::from_str(text).map_err(|_| InvalidCheckpoint)?;
            return Self::read(&checkpoint);
        }
        Self::read(text)
    }
}

impl Checkpoint {
    fn read(text: &str) -> Result<Self, InvalidCheckpoint> {
        let read = || {
            let mut lines = text.lines();
            let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
            let title = value("postvalv")?;
            let installation = value("installation")?.parse().ok()?;
            let organisation = match value("organisation")? {
                "-" => None,
                id => Some(id.parse().ok()?),
            };
            let sequence = value("sequence")?.parse().ok()?;
            let mut hash = [0; 32];
            hex::decode_to_slice(value("hash")?, &mut hash).ok()?;
            let at = value("at")?.parse().ok().map(Timestamp::from_jiff)?;
            let empty = lines.next()?;
            let (key_id, signature) = lines.next()?.strip_prefix("signature ")?.split_once(' ')?;
            let bytes: [u8; SIGNATURE_SIZE] = STANDARD.decode(signature).ok()?.try_into().ok()?;
            let whole = TITLE.strip_prefix("postvalv ") == Some(title) && empty.is_empty() && lines.next().is_none();
            whole.then(|| Self {
                installation,
                organisation,
                sequence,
                at,
                hash,
                signature: Signature {
                    key_id: key_id.to_owned(),
                    bytes,
                },
            })
        };
        read().ok_or(InvalidCheckpoint)
    }
}

/// The chains that were found not to be as they were written, and when: looking through one again is for the next hour. Each node finds
/// out for itself.
#[derive(Debug, Default)]
pub(crate) struct RefusedChains(Mutex<HashMap<Uuid, Timestamp>>);

impl RefusedChains {
    fn is_due(&self, chain: Uuid, now: Timestamp) -> bool {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(&chain).is_none_or(|at| *at + INTERVAL <= now || *at > now)
    }

    fn refuse(&self, chain: Uuid, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(chain, now);
    }
}

/// Signs a checkpoint of each chain in which something happened since the last one, an hour after it. Says how many it looked through and
/// refused, since they are not as they were written; each is logged with what was found, and looked through again an hour later.
///
/// # Errors
///
/// The first fault, after every other chain got its turn; before any does when what is noted of how far writers' rows are in the chains was
/// changed.
pub(crate) async fn sign_due(context: &Context) -> Result<u64, Fault> {
    let installation = installation(context).await?;
    let now = context.now();
    let (mut refused, mut first, mut is_checked) = (0, None, false);
    for head in chain_entity::Entity::find().all(context.database.reader()).await? {
        let (chain, last) = (head.id, latest_row(context, head.id).await?);
        let is_due = last.as_ref().is_none_or(|last| {
            let at = Timestamp::from_millis(last.at);
            // One from later than now was signed by a clock that was wrong; one of a row that is not there is for [`sign`] to refuse.
            last.sequence > head.sequence || (last.sequence < head.sequence && (at + INTERVAL <= now || at > now))
        });
        if !is_due || head.sequence == 0 || !context.refused_chains.is_due(chain, now) {
            continue;
        }
        if !std::mem::replace(&mut is_checked, true) {
            // Rows that were passed off as chained are in none, and what is signed would say that nothing is missing.
            check_noted(context).await?;
        }
        match sign(context, installation, head, last, now).await {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                context.refused_chains.refuse(chain, now);
                tell_of_refused(&found);
                refused += 1;
            }
            Err(fault) => {
                first.get_or_insert(fault);
            }
        }
    }
    first.map_or(Ok(refused), Err)
}

fn tell_of_refused(found: &[AuditFinding]) {
    let named: Vec<String> = found.iter().take(NAMED).map(ToString::to_string).collect();
    tracing::error!(found = found.len(), causes = named.join("; "), "{NOT_AS_WRITTEN}");
}

/// Signs how a chain is, unless it is not as it was written: then it says what was found.
async fn sign(
    context: &Context,
    installation: InstallationId,
    head: chain_entity::Model,
    latest: Option<checkpoint_entity::Model>,
    now: Timestamp,
) -> Result<Vec<AuditFinding>, Fault> {
    let found = since_checkpoint::findings(context, installation, &head, latest).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let mut checkpoint = Checkpoint {
        installation,
        organisation: from_stored_id(head.id),
        sequence: u64::try_from(head.sequence).map_err(Fault::new)?,
        at: now,
        hash: head.hash.as_slice().try_into().map_err(Fault::new)?,
        signature: Signature {
            key_id: String::new(),
            bytes: [0; SIGNATURE_SIZE],
        },
    };
    let statement = checkpoint.statement();
    let message = statement.split_once('\n').map(|(_, rest)| rest).unwrap_or_default();
    checkpoint.signature = context
        .sign(SigningPurpose::AuditCheckpoint, message.as_bytes())
        .await?;
    let row = checkpoint_entity::Model {
        chain_id: head.id,
        sequence: head.sequence,
        hash: head.hash,
        at: now.as_millis(),
        key_id: checkpoint.signature.key_id,
        signature: checkpoint.signature.bytes.to_vec(),
    };
    let transaction = context.database.write().await?;
    // When two nodes sign at once, the first one's word stays.
    let place = [checkpoint_entity::Column::ChainId, checkpoint_entity::Column::Sequence];
    checkpoint_entity::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on(place)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(found)
}

/// Which installation this is.
pub(super) async fn installation(context: &Context) -> Result<InstallationId, Fault> {
    let mark = context.vault.provider().mark().await.map_err(Fault::new)?;
    Ok(mark.ok_or_else(|| Fault::new(ProviderError::Taken))?.id)
}

async fn latest_row(context: &Context, chain: Uuid) -> Result<Option<checkpoint_entity::Model>, Fault> {
    let row = checkpoint_entity::Entity::find()
        .filter(checkpoint_entity::Column::ChainId.eq(chain))
        .order_by_desc(checkpoint_entity::Column::Sequence)
        .one(context.database.reader());
    Ok(row.await?)
}

/// Of stored rows the first checkpoints that the installation signed, so many at most. What somebody else put among them is nothing to hand
/// out.
async fn signed(
    context: &Context,
    rows: Vec<checkpoint_entity::Model>,
    count: usize,
) -> Result<Vec<Checkpoint>, Fault> {
    let installation = installation(context).await?;
    let keys = PublicKeys::of(&context.vault.provider().signing_keys().await.map_err(Fault::new)?);
    let checkpoints = rows.into_iter().filter_map(|row| read_row(installation, row));
    Ok(checkpoints
        .filter(|checkpoint| checkpoint.bears_signature_of(&keys))
        .take(count)
        .collect())
}

/// A chain's latest checkpoints, so many at most, the latest first.
async fn latest_ones(context: &Context, chain: Uuid, count: usize) -> Result<Vec<Checkpoint>, Fault> {
    let rows = checkpoint_entity::Entity::find()
        .filter(checkpoint_entity::Column::ChainId.eq(chain))
        .order_by_desc(checkpoint_entity::Column::Sequence)
        .limit(LOOKED_AT)
        .all(context.database.reader())
        .await?;
    signed(context, rows, count).await
}

/// The numbers of the rows that a chain's latest checkpoints are of, so many at most, the latest first.
pub(super) async fn latest_places(context: &Context, chain: Uuid, count: usize) -> Result<Vec<i64>, Fault> {
    let latest = latest_ones(context, chain, count).await?;
    let places = latest.iter().map(|checkpoint| i64::try_from(checkpoint.sequence));
    places.collect::<Result<_, _>>().map_err(Fault::new)
}

/// The first checkpoints of a chain behind a row, so many at most.
pub(super) async fn behind(context: &Context, chain: Uuid, after: i64, count: usize) -> Result<Vec<Checkpoint>, Fault> {
    let rows = checkpoint_entity::Entity::find()
        .filter(checkpoint_entity::Column::ChainId.eq(chain))
        .filter(checkpoint_entity::Column::Sequence.gt(after))
        .order_by_asc(checkpoint_entity::Column::Sequence)
        .limit(LOOKED_AT)
        .all(context.database.reader())
        .await?;
    signed(context, rows, count).await
}

/// The latest checkpoint of a chain.
pub(super) async fn latest(context: &Context, chain: Option<OrganisationId>) -> Result<Option<Checkpoint>, Fault> {
    Ok(latest_ones(context, stored_id(chain), 1).await?.pop())
}

/// Reads a stored checkpoint; `None` when it is none.
pub(super) fn read_row(installation: InstallationId, row: checkpoint_entity::Model) -> Option<Checkpoint> {
    Checkpoint::from_row(installation, row).ok()
}

impl Portal {
    /// The latest checkpoint of the actor's organisation, to keep where the portal's operator can't reach it. The log says who got
    /// which.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub async fn audit_checkpoint(&self, actor: &StaffActor) -> Result<Checkpoint, CheckpointError> {
        self.0.require(actor, Action::SeeAudit).await??;
        let entry = AuditEntry::by_staff(actor, AuditAction::AuditCheckpointHandedOut);
        hand_out(&self.0, Some(actor.organisation_id()), entry).await
    }

    /// The latest checkpoint of an organisation's chain, or of the installation's own, for the operator.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub async fn audit_checkpoint_of(
        &self,
        operator: &OperatorActor,
        chain: Option<OrganisationId>,
    ) -> Result<Checkpoint, CheckpointError> {
        let entry = AuditEntry::by_operator(operator, AuditAction::AuditCheckpointHandedOut);
        hand_out(&self.0, chain, entry).await
    }
}

async fn hand_out(
    context: &Context,
    chain: Option<OrganisationId>,
    entry: AuditEntry<'_>,
) -> Result<Checkpoint, CheckpointError> {
    let checkpoint = latest(context, chain).await?.ok_or(CheckpointError::None)?;
    let sequence = checkpoint.sequence.to_string();
    let entry = entry.detail(&sequence);
    let entry = match chain {
        Some(organisation) => entry
            .within(organisation)
            .about(AuditTarget::Organisation(organisation)),
        None => entry,
    };
    context.record(&entry).await?;
    Ok(checkpoint)
}
