//! The sealed texts of requests, each under the request's own key.

use std::collections::HashMap;

use base::{DataRequestId, OrganisationId};
use keyring::{ContentKey, ContentOwner, Field};
use uuid::Uuid;

use super::entity::Model;
use crate::{Context, Fault};

/// Which of a request's texts.
#[derive(Clone, Copy)]
pub(super) enum Text {
    /// What the person asks for.
    Request,
    /// Why the organisation takes longer.
    Extension,
    /// What it answers.
    Answer,
}

impl Text {
    const fn column(self) -> &'static str {
        match self {
            Self::Request => "sealed_text",
            Self::Extension => "sealed_extension",
            Self::Answer => "sealed_answer",
        }
    }

    const fn of(self, row: &Model) -> Option<&Vec<u8>> {
        match self {
            Self::Request => row.sealed_text.as_ref(),
            Self::Extension => row.sealed_extension.as_ref(),
            Self::Answer => row.sealed_answer.as_ref(),
        }
    }
}

/// Seals a text; nothing when it is empty.
pub(super) fn seal(key: &ContentKey, id: DataRequestId, which: Text, text: &str) -> Option<Vec<u8>> {
    let place = Field::new("data_request", which.column(), id.as_bytes());
    (!text.is_empty()).then(|| key.seal_field(place, text.as_bytes()))
}

/// A request's key.
pub(super) async fn key(context: &Context, row: &Model) -> Result<Option<ContentKey>, Fault> {
    let organisation = OrganisationId::from_uuid(row.organisation_id);
    Ok(context.vault.content_key(organisation, row.owner()).await?)
}

/// The texts of some requests, opened.
pub(super) struct Texts(HashMap<Uuid, ContentKey>);

impl Texts {
    /// Without any key, so that nothing opens.
    pub(super) fn none() -> Self {
        Self(HashMap::new())
    }

    /// With the keys of these requests.
    pub(super) async fn of(context: &Context, rows: &[Model]) -> Result<Self, Fault> {
        let owner = |row: &Model| (OrganisationId::from_uuid(row.organisation_id), row.owner());
        let owners: Vec<(OrganisationId, ContentOwner)> = rows.iter().map(owner).collect();
        let keys = context.vault.content_keys(&owners).await?;
        let keys = rows.iter().zip(keys);
        Ok(Self(keys.filter_map(|(row, key)| Some((row.id, key?))).collect()))
    }

    /// A text; `None` when there is none, its key is destroyed, or what is stored was altered, which is logged.
    pub(super) fn open(&self, row: &Model, which: Text) -> Option<String> {
        let (sealed, key) = (which.of(row)?, self.0.get(&row.id)?);
        let id = row.request_id();
        let opened = key.open_text(Field::new("data_request", which.column(), id.as_bytes()), sealed);
        if opened.is_err() {
            tracing::error!(request = %id, column = which.column(), "a stored text of a request is damaged");
        }
        opened.ok()
    }
}
