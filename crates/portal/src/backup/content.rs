//! The archive of content: the portal's database, and after it the blobs of the documents in it. A blob that is purged meanwhile
//! is left out; one that is lost too, and counted.

use std::io::Write as _;

use base::{DocumentId, OrganisationId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::archive::Archive;
use super::folder::BackupFolder;
use super::{BackupError, BackupSettings, database};
use crate::blob::BlobError;
use crate::document::entity::{Column, Entity};
use crate::{Context, delivery};

/// How many documents are looked up together.
const BATCH: u64 = 500;
/// How many bytes of a blob are read at once.
const PIECE: usize = 512 * 1024;

/// Says how many blobs of documents that have not ended are lost.
pub(super) async fn write(
    context: &Context,
    settings: &BackupSettings,
    folder: &BackupFolder,
    archive: &mut Archive,
) -> Result<u64, BackupError> {
    let url = &context.settings.database_url;
    database::write(&context.database, url, settings, folder, archive, "portal").await?;
    if let Some(mark) = context.blobs.read_mark().await? {
        let mark = mark.to_string();
        archive.add("blobs/installation", mark.len() as u64, mark.as_bytes())?;
    }
    let (mut after, mut lost) = (Uuid::nil(), 0);
    loop {
        let documents: Vec<(Uuid, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::OrganisationId])
            .filter(Column::PurgedAt.is_null())
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(context.database.reader())
            .await?;
        let Some((last, _)) = documents.last() else {
            return Ok(lost);
        };
        after = *last;
        for (document, organisation) in documents {
            let (document, organisation) = (DocumentId::from_uuid(document), OrganisationId::from_uuid(organisation));
            if !blob(context, organisation, document, archive).await? {
                lost += u64::from(is_standing(context, document).await?);
            }
        }
    }
}

/// Whether a document has a delivery that nobody has marked as ended: nothing takes its blob away then.
async fn is_standing(context: &Context, document: DocumentId) -> Result<bool, BackupError> {
    let reader = context.database.reader();
    let found = Entity::find_by_id(*document.as_uuid()).one(reader).await?;
    let Some(row) = found else { return Ok(false) };
    let standing = delivery::entity::Entity::find()
        .filter(delivery::entity::Column::MessageId.eq(row.message_id))
        .filter(delivery::entity::Column::CondemnedAt.is_null())
        .filter(delivery::entity::Column::PurgedAt.is_null());
    Ok(standing.count(reader).await? > 0)
}

/// Archives a blob; `false` when there is none.
async fn blob(
    context: &Context,
    organisation: OrganisationId,
    document: DocumentId,
    archive: &mut Archive,
) -> Result<bool, BackupError> {
    let opened = async {
        let size = context.blobs.size(organisation, document).await?;
        Ok((size, context.blobs.read(organisation, document, 0..size).await?))
    };
    let (size, mut reader) = match opened.await {
        Err(BlobError::Missing) => return Ok(false),
        other => other?,
    };
    let mut file = archive.begin_file(
        &format!("blobs/organisations/{organisation}/documents/{document}"),
        size,
    )?;
    while let Some(piece) = reader.next(PIECE).await? {
        file.write_all(&piece)?;
    }
    file.end()?;
    Ok(true)
}
