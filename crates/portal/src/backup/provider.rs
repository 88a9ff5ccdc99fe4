//! The archive of the key provider: the files of its folder as they lie there.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use zeroize::Zeroizing;

use super::BackupError;
use super::archive::Archive;
use crate::provider::DaySecretName;
use crate::{Context, Fault, ProviderSettings};

/// Adds `provider/…`. A day's secret that is destroyed meanwhile is left out.
pub(super) fn write(context: &Context, archive: &mut Archive) -> Result<(), BackupError> {
    let ProviderSettings::Folder(root) = &context.settings.provider;
    for folder in ["", "days", "signing"] {
        let path = root.join(folder);
        let error = |problem| BackupError::File(path.clone(), problem);
        let mut files = BTreeSet::new();
        for entry in fs::read_dir(&path).map_err(error)? {
            let entry = entry.map_err(error)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // What is being written has its name when it is whole.
            if entry.file_type().map_err(error)?.is_file() && !name.ends_with(".tmp") {
                files.insert(name);
            }
        }
        for name in files {
            let content = match fs::read(path.join(&name)) {
                Err(problem) if problem.kind() == io::ErrorKind::NotFound => continue,
                other => Zeroizing::new(other.map_err(error)?),
            };
            let name = [folder, &name].into_iter().filter(|part| !part.is_empty());
            let name = name.collect::<Vec<_>>().join("/");
            archive.add(&format!("provider/{name}"), content.len() as u64, content.as_slice())?;
        }
    }
    Ok(())
}

/// The days' secrets that exist.
pub(super) async fn day_secrets(context: &Context) -> Result<BTreeSet<DaySecretName>, BackupError> {
    let secrets = context.vault.provider().day_secrets().await.map_err(Fault::new)?;
    Ok(secrets.into_iter().collect())
}
