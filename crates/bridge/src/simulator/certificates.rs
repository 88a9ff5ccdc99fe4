//! The test certificate authority, the API's own certificate, and one for the relying party.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// Where the certificates of one folder lie; all PEM.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The authority's certificate, for both sides.
    pub authority: PathBuf,
    /// The API's certificate.
    pub server: PathBuf,
    /// The API's key.
    pub server_key: PathBuf,
    /// The relying party's certificate.
    pub client: PathBuf,
    /// The relying party's key.
    pub client_key: PathBuf,
}

/// The certificates can't be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file can't be written.
    #[error("{0}: can't be written: {1}")]
    File(PathBuf, io::Error),
    /// A certificate can't be made.
    #[error("a certificate can't be made: {0}")]
    Certificate(#[from] rcgen::Error),
}

impl CertificateFiles {
    /// The files of `folder`, whether or not they are there.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            authority: folder.join("authority.pem"),
            server: folder.join("server.pem"),
            server_key: folder.join("server.key.pem"),
            client: folder.join("client.pem"),
            client_key: folder.join("client.key.pem"),
        }
    }

    /// The files of `folder`; makes them, with a new authority, unless all are there.
    ///
    /// # Errors
    ///
    /// [`CertificateError`].
    pub fn ensure(folder: &Path) -> Result<Self, CertificateError> {
        let files = Self::in_folder(folder);
        let all = [
            &files.authority,
            &files.server,
            &files.server_key,
            &files.client,
            &files.client_key,
        ];
        if all.iter().all(|path| path.exists()) {
            return Ok(files);
        }
        fs::create_dir_all(folder).map_err(|error| CertificateError::File(folder.to_owned(), error))?;
        let authority = authority()?;
        let (server, server_key) = leaf(
            &authority,
            "BankID simulator",
            ExtendedKeyUsagePurpose::ServerAuth,
            &["localhost", "127.0.0.1", "::1"],
        )?;
        let (client, client_key) = leaf(
            &authority,
            "Relying party of the BankID simulator",
            ExtendedKeyUsagePurpose::ClientAuth,
            &[],
        )?;
        write(&files.authority, &authority.pem())?;
        write(&files.server, &server)?;
        write(&files.server_key, &server_key)?;
        write(&files.client, &client)?;
        write(&files.client_key, &client_key)?;
        Ok(files)
    }
}

/// Long enough for any clock that a test sets.
fn dated(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = dated(CertificateParams::default());
    params
        .distinguished_name
        .push(DnType::CommonName, "BankID simulator, test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn leaf(
    authority: &CertifiedIssuer<'static, KeyPair>,
    name: &str,
    usage: ExtendedKeyUsagePurpose,
    hosts: &[&str],
) -> Result<(String, String), rcgen::Error> {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut params = dated(CertificateParams::new(hosts)?);
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, authority)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn write(path: &Path, text: &str) -> Result<(), CertificateError> {
    let written = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())
    };
    written().map_err(|error| CertificateError::File(path.to_owned(), error))
}
