//! Many small blobs in a folder, for measuring how they are deleted. For tests, and behind the feature `bench`, which no program of ours turns on.

use std::path::Path;

use base::{DocumentId, OrganisationId};

use super::path_of;
use crate::Fault;

/// Makes the folder of an organisation's blobs.
///
/// # Errors
///
/// When it can't be made.
pub(crate) fn prepare_folder(folder: &Path, organisation: OrganisationId) -> Result<(), Fault> {
    let any = path_of(organisation, DocumentId::from_uuid(uuid::Uuid::nil()));
    let of_organisation = folder.join(any.as_ref());
    let parent = of_organisation.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(Fault::new)
}

/// Writes a blob, durable when the operating system likes.
///
/// # Errors
///
/// When it can't be written.
pub(crate) fn write_unsynced(
    folder: &Path,
    organisation: OrganisationId,
    document: DocumentId,
    content: &[u8],
) -> Result<(), Fault> {
    std::fs::write(folder.join(path_of(organisation, document).as_ref()), content).map_err(Fault::new)
}
