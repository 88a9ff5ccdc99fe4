//! Writes a document's row.

use base::{DocumentId, MessageId, OrganisationId};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use super::entity;
use crate::{AssuranceLevel, Fault};

/// A document whose content lies in the blob store.
pub(crate) struct NewDocument<'a> {
    pub(crate) id: DocumentId,
    pub(crate) message: MessageId,
    pub(crate) organisation: OrganisationId,
    pub(crate) position: usize,
    pub(crate) sealed_file_name: Vec<u8>,
    pub(crate) media_type: &'a str,
    pub(crate) size: u64,
    pub(crate) minimum_level: Option<AssuranceLevel>,
}

/// Adds a document to its message.
pub(crate) async fn create(transaction: &impl ConnectionTrait, new: NewDocument<'_>) -> Result<(), Fault> {
    let row = entity::Model {
        id: *new.id.as_uuid(),
        message_id: *new.message.as_uuid(),
        organisation_id: *new.organisation.as_uuid(),
        position: i32::try_from(new.position).map_err(Fault::new)?,
        sealed_file_name: Some(new.sealed_file_name),
        media_type: new.media_type.to_owned(),
        size: i64::try_from(new.size).map_err(Fault::new)?,
        purged_at: None,
        minimum_level: new.minimum_level.map(|level| level.number().into()),
    };
    entity::Entity::insert(row.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
