//! What names keys and blobs.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{Context, data_request, document, intent, message};

/// Those of these ids that nothing names: no upload under way, no message with its texts, no document with its content, no request.
///
/// Uploads are asked first: one that comes to its end meanwhile is found as a message.
pub(super) async fn unnamed(context: &Context, mut ids: BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>, DbErr> {
    let reader = context.database.reader();
    if ids.is_empty() {
        return Ok(ids);
    }
    let of_intents: Vec<Uuid> = {
        use intent::entity::{Column, Entity};
        let found = Entity::find().select_only().column(Column::MessageId);
        let found = found.filter(Column::MessageId.is_in(ids.iter().copied()));
        found.into_tuple().all(reader).await?
    };
    let of_intent_documents: Vec<Uuid> = {
        use intent::document_entity::{Column, Entity};
        let found = Entity::find().select_only().column(Column::DocumentId);
        let found = found.filter(Column::DocumentId.is_in(ids.iter().copied()));
        found.into_tuple().all(reader).await?
    };
    let messages: Vec<Uuid> = {
        use message::entity::{Column, Entity};
        let found = Entity::find().select_only().column(Column::Id);
        let found = found.filter(Column::Id.is_in(ids.iter().copied()));
        found
            .filter(Column::SealedTitle.is_not_null())
            .into_tuple()
            .all(reader)
            .await?
    };
    let documents: Vec<Uuid> = {
        use document::entity::{Column, Entity};
        let found = Entity::find().select_only().column(Column::Id);
        let found = found.filter(Column::Id.is_in(ids.iter().copied()));
        found
            .filter(Column::PurgedAt.is_null())
            .into_tuple()
            .all(reader)
            .await?
    };
    let requests = data_request::existing(reader, ids.iter().copied()).await?;
    for named in [of_intents, of_intent_documents, messages, documents, requests]
        .into_iter()
        .flatten()
    {
        ids.remove(&named);
    }
    Ok(ids)
}
