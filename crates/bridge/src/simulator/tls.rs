//! Serving the API over mutual TLS: who has no certificate of our authority is turned away in the handshake.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::certificates::CertificateFiles;

const HANDSHAKE: Duration = Duration::from_secs(10);

/// TLS can't be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS can't be set up from {path}: {problem}")]
pub struct TlsError {
    path: String,
    problem: String,
}

/// Serves `router` on `listener` until `shutdown` resolves.
///
/// # Errors
///
/// When the certificates can't be used; once serving has begun, none.
pub async fn serve_api(
    listener: TcpListener,
    router: Router,
    certificates: &CertificateFiles,
    shutdown: impl Future<Output = ()>,
) -> Result<(), TlsError> {
    let acceptor = TlsAcceptor::from(Arc::new(config(certificates)?));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HANDSHAKE);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut shutdown => return Ok(()),
        };
        let (acceptor, http) = (acceptor.clone(), http.clone());
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
                        tracing::debug!(%error, "a connection broke");
                    }
                }
                Ok(Err(error)) => tracing::info!(%error, "turned away in the handshake"),
                Err(_) => tracing::info!("a handshake took too long"),
            }
        });
    }
}

fn config(files: &CertificateFiles) -> Result<ServerConfig, TlsError> {
    let error = |path: &Path, problem: String| TlsError {
        path: path.display().to_string(),
        problem,
    };
    let certificates = |path: &Path| -> Result<Vec<CertificateDer<'static>>, TlsError> {
        CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect)
            .map_err(|problem| error(path, problem.to_string()))
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates(&files.authority)?);
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|problem| error(&files.authority, problem.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&files.server_key)
        .map_err(|problem| error(&files.server_key, problem.to_string()))?;
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|problem| error(&files.server, problem.to_string()))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates(&files.server)?, key)
        .map_err(|problem| error(&files.server, problem.to_string()))
}
