//! The client: JSON over mutual TLS, against one environment and its pinned certificate authority.

use std::time::Duration;

use base::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::{CallError, refusal};
use crate::order::{Collected, OrderRef, StartedOrder, collected};
use crate::request::{AuthRequest, SignRequest};

/// BankID's production environment.
pub const PRODUCTION_URL: &str = "https://appapi2.bankid.com/rp/v6.0/";
/// BankID's test environment.
pub const TEST_URL: &str = "https://appapi2.test.bankid.com/rp/v6.0/";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// A completion with its signature is some 20 KiB.
const MAX_ANSWER: usize = 256 * 1024;

/// What the client needs to know.
#[derive(Debug)]
pub struct ClientSettings {
    /// The API's address, which ends in `/rp/v6.0/`; https alone.
    pub base_url: Url,
    /// The certificate authority of that environment (PEM, one or more certificates). No other is trusted.
    pub certificate_authority: Vec<u8>,
    /// Who we are towards BankID.
    pub identity: Identity,
}

/// The relying party's certificate and key, as BankID's customer got them from their bank.
#[derive(Debug)]
pub struct Identity {
    /// The certificate with its chain, PEM.
    pub certificate: Vec<u8>,
    /// The private key, PEM (PKCS#8).
    pub private_key: SecretString,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is not https, or does not end in a slash.
    #[error("the BankID address must be https and end with a slash")]
    Address,
    /// The certificate authority is not PEM with at least one certificate.
    #[error("the certificate authority is not a PEM certificate")]
    CertificateAuthority,
    /// Certificate and key are not PEM, or do not belong together.
    #[error("the relying party's certificate and key are not usable PEM")]
    Identity(#[source] reqwest::Error),
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[source] reqwest::Error),
}

/// A client of the API. Cloning is cheap and shares the connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base_url: Url,
}

impl Client {
    /// Sets up TLS; makes no call.
    ///
    /// # Errors
    ///
    /// [`SetupError`] with what is wrong in the settings.
    pub fn new(settings: &ClientSettings) -> Result<Self, SetupError> {
        if settings.base_url.scheme() != "https" || !settings.base_url.path().ends_with('/') {
            return Err(SetupError::Address);
        }
        let authorities = reqwest::Certificate::from_pem_bundle(&settings.certificate_authority)
            .map_err(|_| SetupError::CertificateAuthority)?;
        if authorities.is_empty() {
            return Err(SetupError::CertificateAuthority);
        }
        let mut pem = settings.identity.certificate.clone();
        pem.push(b'\n');
        pem.extend_from_slice(settings.identity.private_key.expose().as_bytes());
        let identity = reqwest::Identity::from_pem(&pem);
        zeroize::Zeroize::zeroize(&mut pem);
        let mut builder = reqwest::Client::builder()
            .use_rustls_tls()
            .https_only(true)
            .tls_built_in_root_certs(false)
            .identity(identity.map_err(SetupError::Identity)?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT);
        for authority in authorities {
            builder = builder.add_root_certificate(authority);
        }
        Ok(Self {
            http: builder.build().map_err(SetupError::Tls)?,
            base_url: settings.base_url.clone(),
        })
    }

    /// Starts an identification.
    ///
    /// # Errors
    ///
    /// [`CallError`]; no order exists then, or none that anybody can open.
    pub async fn auth(&self, request: &AuthRequest) -> Result<StartedOrder, CallError> {
        self.call("auth", request).await
    }

    /// Starts a signature.
    ///
    /// # Errors
    ///
    /// As [`Client::auth`].
    pub async fn sign(&self, request: &SignRequest) -> Result<StartedOrder, CallError> {
        self.call("sign", request).await
    }

    /// Asks how an order is doing. BankID wants this every two seconds and never faster than once a second.
    ///
    /// # Errors
    ///
    /// [`CallError`]; the order lives on when [`CallError::is_passing`].
    pub async fn collect(&self, order: &OrderRef) -> Result<Collected, CallError> {
        collected(&self.post("collect", &Reference::of(order)).await?)
    }

    /// Cancels a pending order.
    ///
    /// # Errors
    ///
    /// [`CallError`]; the order then runs out by itself.
    pub async fn cancel(&self, order: &OrderRef) -> Result<(), CallError> {
        self.post("cancel", &Reference::of(order)).await.map(drop)
    }

    async fn call<T: DeserializeOwned>(&self, method: &str, body: &impl Serialize) -> Result<T, CallError> {
        serde_json::from_slice(&self.post(method, body).await?)
            .map_err(|_| CallError::Unexpected("the answer is not the expected JSON"))
    }

    async fn post(&self, method: &str, body: &impl Serialize) -> Result<Vec<u8>, CallError> {
        let url = self
            .base_url
            .join(method)
            .map_err(|_| CallError::Unexpected("the address can't be extended"))?;
        let response = self.http.post(url).json(body).send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let body = bounded(response).await?;
        if status == 200 {
            Ok(body)
        } else {
            Err(refusal(status, &body))
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    order_ref: &'a str,
}

impl<'a> Reference<'a> {
    fn of(order: &'a OrderRef) -> Self {
        Self {
            order_ref: order.expose(),
        }
    }
}

async fn bounded(mut response: reqwest::Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(CallError::Unexpected("the answer is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unreachable(error: reqwest::Error) -> CallError {
    CallError::Unreachable(error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(address: &str, authority: &str) -> ClientSettings {
        ClientSettings {
            base_url: address.parse().unwrap(),
            certificate_authority: authority.as_bytes().to_vec(),
            identity: Identity {
                certificate: b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----".to_vec(),
                private_key: SecretString::new("not a key".to_owned()),
            },
        }
    }

    #[test]
    fn the_address_is_https_and_a_folder() {
        for address in ["http://127.0.0.1/rp/v6.0/", "https://127.0.0.1/rp/v6.0"] {
            assert!(matches!(Client::new(&settings(address, "")), Err(SetupError::Address)));
        }
    }

    #[test]
    fn no_authority_is_not_every_authority() {
        assert!(matches!(
            Client::new(&settings(PRODUCTION_URL, "")),
            Err(SetupError::CertificateAuthority)
        ));
    }

    #[test]
    fn settings_do_not_print_the_key() {
        assert!(!format!("{:?}", settings(TEST_URL, "")).contains("not a key"));
    }
}
