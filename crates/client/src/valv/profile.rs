//! Which portal and which system: a file that only its owner may read.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base::SecretString;
use client::{ClientKey, Credentials, Proof, Server};
use serde::Deserialize;

use crate::failure::Failure;

const COMMENT: &str = "# A system's access to Postvalv, written by `valv login`. Whoever reads this, or the key it names, can send as that system.";

/// What stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    server: String,
    client_id: String,
    client_secret: Option<SecretString>,
    client_key_file: Option<PathBuf>,
    client_key_id: Option<String>,
}

/// A portal and the credentials of a system there.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) server: Server,
    pub(crate) credentials: Credentials,
    /// Where the key lies, when it is by a key.
    pub(crate) key_file: Option<PathBuf>,
}

/// The file that the arguments name, or the one of this user.
pub(crate) fn path(named: Option<&Path>) -> Result<PathBuf, Failure> {
    match named {
        Some(path) => Ok(path.to_owned()),
        None => Ok(crate::folder::configuration().ok_or(Failure::NoHome)?.join("valv.toml")),
    }
}

/// Reads the system's private key, which the portal knows by that name. One that others can read is refused, as a profile is.
pub(crate) fn read_key(path: &Path, key_id: Option<String>) -> Result<Proof, Failure> {
    let metadata = fs::metadata(path).map_err(|error| Failure::file(path, error))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Failure::KeyReadable(path.to_owned()));
    }
    let pem = SecretString::new(fs::read_to_string(path).map_err(|error| Failure::file(path, error))?);
    let key = ClientKey::from_pem(&pem).map_err(|_| Failure::KeyBroken(path.to_owned()))?;
    Ok(Proof::Key(Box::new(key.named(key_id))))
}

impl Profile {
    /// Reads the file at `path`. One that others can read is refused, since the secret would be theirs already.
    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::NoProfile(path.to_owned()),
            _ => Failure::file(path, error),
        })?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(Failure::ProfileReadable(path.to_owned()));
        }
        let text = SecretString::new(fs::read_to_string(path).map_err(|error| Failure::file(path, error))?);
        // The parser's message quotes the line that is wrong, which may be the secret's.
        let content: Content = toml::from_str(text.expose()).map_err(|_| Failure::ProfileBroken(path.to_owned()))?;
        let broken = || Failure::ProfileBroken(path.to_owned());
        let proof = match (content.client_secret, &content.client_key_file) {
            (Some(secret), None) => Proof::Secret(secret),
            (None, Some(file)) => read_key(file, content.client_key_id)?,
            (Some(_), Some(_)) | (None, None) => return Err(broken()),
        };
        Ok(Self {
            server: content.server.parse().map_err(|_| broken())?,
            credentials: Credentials {
                client_id: content.client_id,
                proof,
            },
            key_file: content.client_key_file,
        })
    }

    /// Writes the file at once and whole, readable by its owner alone.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let proof = match (&self.credentials.proof, &self.key_file) {
            (Proof::Secret(secret), _) => format!("client_secret = {}", quoted(secret.expose())),
            (Proof::Key(key), file) => {
                let file = file.as_deref().and_then(Path::to_str);
                let file = file.ok_or_else(|| Failure::broken_file(self.key_file.as_deref().unwrap_or(path)))?;
                let key_id = key
                    .key_id()
                    .map(|key_id| format!("\nclient_key_id = {}", quoted(key_id)));
                format!("client_key_file = {}{}", quoted(file), key_id.unwrap_or_default())
            }
        };
        let proof = SecretString::new(proof);
        let text = SecretString::new(format!(
            "{COMMENT}\nserver = {}\nclient_id = {}\n{}\n",
            quoted(&self.server.to_string()),
            quoted(&self.credentials.client_id),
            proof.expose(),
        ));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        crate::folder::create_private(folder)?;
        // Temporary files are created with mode 600.
        let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(text.expose().as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)
        });
        written.map(drop).map_err(|error| Failure::file(path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile {
            server: "https://post.example.se".parse().unwrap(),
            credentials: Credentials {
                client_id: "0192f0c1-2345-7abc-8def-0123456789ab".to_owned(),
                proof: Proof::Secret(SecretString::new("a \"quoted\" secret".to_owned())),
            },
            key_file: None,
        }
    }

    #[test]
    fn a_profile_reads_back_and_belongs_to_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/valv.toml");
        profile().save(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = Profile::load(&path).unwrap();
        assert_eq!(read.server, profile().server);
        assert!(matches!(read.credentials.proof, Proof::Secret(secret) if secret.expose() == "a \"quoted\" secret"));
    }

    #[test]
    fn a_profile_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("valv.toml");
        profile().save(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Profile::load(&path), Err(Failure::ProfileReadable(_))));
    }

    #[test]
    fn a_missing_or_broken_profile_says_so_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("valv.toml");
        assert!(matches!(Profile::load(&path), Err(Failure::NoProfile(_))));
        fs::write(&path, "client_secret = hemlig\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let failure = Profile::load(&path).unwrap_err();
        assert!(matches!(failure, Failure::ProfileBroken(_)));
        assert!(!format!("{failure:?}").contains("hemlig"));
    }
}
