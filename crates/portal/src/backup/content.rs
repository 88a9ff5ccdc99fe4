//! The archive of content: the portal's database, and after it the blobs of the documents in it. A blob that is purged meanwhile
//! is left out.

use std::io::Write as _;

use base::{DocumentId, OrganisationId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::archive::Archive;
use super::folder::BackupFolder;
use super::{BackupError, BackupSettings, database};
use crate::Context;
use crate::blob::BlobError;
use crate::document::entity::{Column, Entity};

/// How many documents are looked up together.
const BATCH: u64 = 500;
/// How many bytes of a blob are read at once.
const PIECE: usize = 512 * 1024;

pub(super) async fn write(
    context: &Context,
    settings: &BackupSettings,
    folder: &BackupFolder,
    archive: &mut Archive,
) -> Result<(), BackupError> {
    let url = &context.settings.database_url;
    database::write(&context.database, url, settings, folder, archive, "portal").await?;
    if let Some(mark) = context.blobs.read_mark().await? {
        let mark = mark.to_string();
        archive.add("blobs/installation", mark.len() as u64, mark.as_bytes())?;
    }
    let mut after = Uuid::nil();
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
            return Ok(());
        };
        after = *last;
        for (document, organisation) in documents {
            let (document, organisation) = (DocumentId::from_uuid(document), OrganisationId::from_uuid(organisation));
            blob(context, organisation, document, archive).await?;
        }
    }
}

async fn blob(
    context: &Context,
    organisation: OrganisationId,
    document: DocumentId,
    archive: &mut Archive,
) -> Result<(), BackupError> {
    let opened = async {
        let size = context.blobs.size(organisation, document).await?;
        Ok((size, context.blobs.read(organisation, document, 0..size).await?))
    };
    let (size, mut reader) = match opened.await {
        Err(BlobError::Missing) => return Ok(()),
        other => other?,
    };
    let mut file = archive.begin_file(
        &format!("blobs/organisations/{organisation}/documents/{document}"),
        size,
    )?;
    while let Some(piece) = reader.next(PIECE).await? {
        file.write_all(&piece)?;
    }
    file.end()
}
