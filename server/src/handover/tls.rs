//! What makes a connection to a receiver safe: TLS 1.2 or 1.3, the receiver's certificate checked, ours shown where it is asked for.

use std::sync::Arc;

use base::SecretString;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::config::{SyslogSection, certificates, private_key};

/// No connection to a receiver can be made safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsProblem {
    /// The authorities that are to be trusted can't be used.
    #[error("the certificates that are to be trusted can't be read")]
    Roots,
    /// Our certificate and its key don't fit, or the key is of a kind that can't be used.
    #[error("client_certificate and client_key can't be used together")]
    Client,
}

/// What connects to the receiver that a section names.
pub(super) fn connector(section: &SyslogSection) -> Result<TlsConnector, TlsProblem> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| TlsProblem::Roots)?
        .with_root_certificates(roots(section.authorities.as_ref())?);
    let config = match (&section.client_certificate, &section.client_key) {
        (Some(certificate), Some(key)) => {
            let certificate = certificates(certificate).ok_or(TlsProblem::Client)?;
            let key = private_key(key).ok_or(TlsProblem::Client)?;
            let config = config.with_client_auth_cert(certificate, key);
            config.map_err(|_| TlsProblem::Client)?
        }
        _ => config.with_no_client_auth(),
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

fn roots(authorities: Option<&SecretString>) -> Result<RootCertStore, TlsProblem> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(authorities) => {
            for certificate in certificates(authorities).ok_or(TlsProblem::Roots)? {
                roots.add(certificate).map_err(|_| TlsProblem::Roots)?;
            }
        }
        None => {
            // A machine's store may hold what nobody can read any more.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(TlsProblem::Roots);
    }
    Ok(roots)
}
