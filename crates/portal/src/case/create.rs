//! Opens a case.

use base::{CaseId, OrganisationId, RecipientId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

use super::entity;

/// Opens a case between an organisation and a recipient.
pub(crate) async fn open(
    transaction: &impl ConnectionTrait,
    id: CaseId,
    organisation: OrganisationId,
    recipient: RecipientId,
    at: Timestamp,
) -> Result<(), DbErr> {
    let row = entity::Model {
        id: *id.as_uuid(),
        organisation_id: *organisation.as_uuid(),
        recipient_id: Some(*recipient.as_uuid()),
        created_at: at.as_millis(),
        closed_at: None,
        extended_until: None,
    };
    entity::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
