//! Where the site's built files are: logical names to addresses.
//!
//! The build writes `manifest.json` beside the files (`{"main.css": "main.3f2a91.css", …}`). A file's name carries
//! the hash of its content, so browsers may keep it for ever.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The folder that the server answers the site's files from.
const FOLDER: &str = "/assets/";

/// The names of the site's files. Cloning gives the same table.
#[derive(Clone, Debug, Default)]
pub struct Assets(Arc<BTreeMap<String, String>>);

/// The manifest is not a JSON object of names.
#[derive(Debug, thiserror::Error)]
#[error("the site's manifest is not an object of file names")]
pub struct InvalidManifest(#[from] serde_json::Error);

impl Assets {
    /// Reads a `manifest.json`.
    ///
    /// # Errors
    ///
    /// [`InvalidManifest`] when it is not one JSON object whose values are all strings.
    pub fn from_manifest(json: &str) -> Result<Self, InvalidManifest> {
        Ok(Self(Arc::new(serde_json::from_str(json)?)))
    }

    /// The address of the file with that logical name; of the plain name when the build does not know it, which then
    /// answers 404 and breaks no page.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        let file = self.0.get(name).map_or(name, String::as_str);
        format!("{FOLDER}{file}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_its_hashed_name() {
        let assets = Assets::from_manifest(r#"{"main.css": "main.3f2a91.css"}"#).unwrap();
        assert_eq!(assets.url("main.css"), "/assets/main.3f2a91.css");
        assert_eq!(assets.url("other.css"), "/assets/other.css");
    }

    #[test]
    fn a_manifest_is_one_flat_object() {
        assert!(Assets::from_manifest("[]").is_err());
        assert!(Assets::from_manifest(r#"{"main.css": 1}"#).is_err());
    }
}
