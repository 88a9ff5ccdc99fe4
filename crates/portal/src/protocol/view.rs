//! What an organisation sees of its protocols.

use base::{OrganisationId, PurgedId};

use super::file::{InclusionProof, PurgeProtocol, SignedStatement};
use super::statement::ProtocolStatement;
use super::{entity, store};
use crate::audit::{AuditAction, AuditTarget};
use crate::system::Administrator;
use crate::{Action, Context, Denied, Fault, Portal, Signature};

/// How many protocols are shown at a time.
const PAGE: usize = 50;

/// How many leaves are looked up for one id: a message and all its documents.
const MAX_FOUND: u64 = 100;

/// Some of an organisation's protocols, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeProtocols {
    /// Their signed statements.
    pub statements: Vec<SignedStatement>,
    /// Where to go on; `None` when these were the last.
    pub before: Option<u64>,
}

/// Protocols could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The actor may not see them.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The organisation has none with that number or for that id.
    #[error("there is no such protocol")]
    NotFound,
    /// Something inside failed.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for ProtocolError {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Portal {
    /// An organisation's protocols with numbers below `before`, or its latest. The log tells of each look, and of what is handed out.
    ///
    /// # Errors
    ///
    /// [`ProtocolError`]; not found also when the organisation isn't the actor's.
    pub async fn purge_protocols(
        &self,
        actor: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
        before: Option<u64>,
    ) -> Result<PurgeProtocols, ProtocolError> {
        let context = &*self.0;
        let actor = actor.into();
        may_see(context, actor, organisation).await?;
        let before = before.and_then(|before| i64::try_from(before).ok());
        let reader = context.database.reader();
        let mut rows = store::protocols(reader, organisation, before, PAGE as u64 + 1).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let statements: Vec<SignedStatement> = rows
            .into_iter()
            .map(SignedStatement::from_row)
            .collect::<Result<_, _>>()?;
        record(context, actor, AuditAction::PurgeProtocolsListed, organisation, None).await?;
        Ok(PurgeProtocols {
            before: statements.last().filter(|_| more).map(|last| last.statement.number),
            statements,
        })
    }

    /// An organisation's protocol with this number, whole.
    ///
    /// # Errors
    ///
    /// [`ProtocolError`]; not found also when the organisation isn't the actor's.
    pub async fn purge_protocol(
        &self,
        actor: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
        number: u64,
    ) -> Result<PurgeProtocol, ProtocolError> {
        let context = &*self.0;
        let actor = actor.into();
        may_see(context, actor, organisation).await?;
        let number = i64::try_from(number).map_err(|_| ProtocolError::NotFound)?;
        let protocol = find(context, organisation, number).await?;
        let number = number.to_string();
        record(
            context,
            actor,
            AuditAction::PurgeProtocolHandedOut,
            organisation,
            Some(&number),
        )
        .await?;
        Ok(protocol)
    }

    /// The proofs of a document, or of a message and its documents; of those that stand in a protocol.
    ///
    /// # Errors
    ///
    /// [`ProtocolError`]; not found when there are none, also when the organisation isn't the actor's.
    pub async fn inclusion_proofs(
        &self,
        actor: impl Into<Administrator<'_>>,
        organisation: OrganisationId,
        id: PurgedId,
    ) -> Result<Vec<InclusionProof>, ProtocolError> {
        let context = &*self.0;
        let actor = actor.into();
        may_see(context, actor, organisation).await?;
        let found = store::leaves_of(context.database.reader(), organisation, *id.as_uuid(), MAX_FOUND).await?;
        let mut proofs = Vec::with_capacity(found.len());
        // What ends together stands next to each other, in one protocol as a rule.
        for found in found.chunk_by(|one, next| one.protocol == next.protocol) {
            let Some(number) = found.first().and_then(|leaf| leaf.protocol) else {
                continue;
            };
            // Leaves are taken for a protocol before it stands.
            let protocol = match find(context, organisation, number).await {
                Ok(protocol) => protocol,
                Err(ProtocolError::NotFound) => continue,
                Err(other) => return Err(other),
            };
            let ids = found.iter().map(|leaf| PurgedId::from_uuid(leaf.id)).collect();
            let of_protocol = tokio::task::spawn_blocking(move || protocol.proofs_of(&ids));
            proofs.extend(of_protocol.await.map_err(Fault::new)?);
        }
        if proofs.is_empty() {
            return Err(ProtocolError::NotFound);
        }
        // Of a message or a document, as it was found.
        let id = id.to_string();
        record(
            context,
            actor,
            AuditAction::PurgeProofHandedOut,
            organisation,
            Some(&id),
        )
        .await?;
        Ok(proofs)
    }
}

async fn may_see(
    context: &Context,
    actor: Administrator<'_>,
    organisation: OrganisationId,
) -> Result<(), ProtocolError> {
    actor.require(context, Action::SeePurgeProtocols).await??;
    if actor.reaches(organisation) {
        Ok(())
    } else {
        Err(ProtocolError::NotFound)
    }
}

/// Writes down what is about to be handed out.
async fn record(
    context: &Context,
    actor: Administrator<'_>,
    action: AuditAction,
    organisation: OrganisationId,
    detail: Option<&str>,
) -> Result<(), Fault> {
    let entry = actor.entry(action, *organisation.as_uuid());
    let entry = entry.about(AuditTarget::Organisation(organisation));
    match detail {
        Some(detail) => context.record(&entry.detail(detail)).await,
        None => context.record(&entry).await,
    }
}

async fn find(context: &Context, organisation: OrganisationId, number: i64) -> Result<PurgeProtocol, ProtocolError> {
    let reader = context.database.reader();
    let row = store::protocol(reader, organisation, number).await?;
    let signed = SignedStatement::from_row(row.ok_or(ProtocolError::NotFound)?)?;
    Ok(PurgeProtocol {
        signed,
        leaves: store::leaves(reader, organisation, number).await?,
    })
}

impl SignedStatement {
    fn from_row(row: entity::Model) -> Result<Self, Fault> {
        let damaged = || Fault::new("a stored purge protocol is damaged");
        Ok(Self {
            statement: ProtocolStatement::from_text(&row.statement).ok_or_else(damaged)?,
            text: row.statement,
            signature: Signature {
                key_id: row.key_id,
                bytes: row.signature.try_into().map_err(|_| damaged())?,
            },
        })
    }
}
