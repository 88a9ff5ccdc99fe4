//! The way out: bounded in time and size, following no redirect.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::Certificate;

use super::destinations::{Destinations, NotAllowed, Resolver};

/// How much of somebody's patience and talk is borne.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// Time for one request, from connecting to the last byte.
    pub total: Duration,
    /// The longest response body, in bytes.
    pub max_bytes: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(10),
            max_bytes: 256 * 1024,
        }
    }
}

/// Somebody could not be reached or did not behave. Says what happened and nothing of what was sent or received.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("the request could not be made")]
    Request(#[source] reqwest::Error),
    #[error("the provider did not answer")]
    Connection(#[source] reqwest::Error),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the provider answered with a redirect")]
    Redirect,
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
}

/// An HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    limits: HttpLimits,
    /// Where it may go; anywhere when absent.
    destinations: Option<Destinations>,
}

impl Http {
    /// A client for addresses that the operator chose.
    pub(crate) fn new(limits: HttpLimits) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: builder(limits).build()?,
            limits,
            destinations: None,
        })
    }

    /// A client for addresses that somebody else chose. It goes straight there: a proxy would resolve names for itself, and no
    /// connection is used twice.
    pub(crate) fn restricted(limits: HttpLimits, destinations: Destinations) -> Result<Self, reqwest::Error> {
        Self::trusting(Vec::new(), limits, destinations)
    }

    /// As [`Http::restricted`], trusting these authorities besides those that this machine trusts.
    pub(crate) fn trusting(
        authorities: Vec<Certificate>,
        limits: HttpLimits,
        destinations: Destinations,
    ) -> Result<Self, reqwest::Error> {
        let builder = authorities
            .into_iter()
            .fold(builder(limits), reqwest::ClientBuilder::add_root_certificate);
        let client = builder
            .no_proxy()
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(Resolver(destinations.clone())))
            .build()?;
        Ok(Self {
            client,
            limits,
            destinations: Some(destinations),
        })
    }

    /// Sends a request, and gives what was answered.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.execute(request).await?;
        if answer.status().is_redirection() {
            return Err(HttpError::Redirect);
        }
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        while let Some(chunk) = answer.chunk().await.map_err(connection)? {
            if response.body().len() + chunk.len() > self.limits.max_bytes {
                return Err(HttpError::TooLong(self.limits.max_bytes));
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }

    /// Sends a request, and gives the status of the answer, a redirect's too. What else was answered is not read.
    pub(crate) async fn send_for_status(&self, request: HttpRequest) -> Result<StatusCode, HttpError> {
        Ok(self.execute(request).await?.status())
    }

    async fn execute(&self, request: HttpRequest) -> Result<reqwest::Response, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(HttpError::Request)?;
        if let Some(destinations) = &self.destinations {
            // A host that is a number is never resolved.
            destinations.check_literal(request.url())?;
        }
        self.client.execute(request).await.map_err(connection)
    }
}

fn builder(limits: HttpLimits) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(limits.total)
        .connect_timeout(limits.total.min(Duration::from_secs(5)))
        .referer(false)
        .user_agent("postvalv")
}

/// Without the address, whose query may hold what must not be logged.
fn connection(error: reqwest::Error) -> HttpError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(inside) = cause {
        if let Some(not_allowed) = inside.downcast_ref::<NotAllowed>() {
            return HttpError::NotAllowed(*not_allowed);
        }
        cause = inside.source();
    }
    HttpError::Connection(error.without_url())
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// What comes of asking this host on loopback, where something listens, with loopback allowed or not; and whether anybody
    /// connected.
    async fn ask(host: &str, loopback: bool) -> (Result<u16, HttpError>, bool) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{host}:{}/", listener.local_addr().unwrap().port());
        let serving = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let _asked = connection.read(&mut [0; 1024]).await.unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            connection.write_all(answer).await.unwrap();
        });
        let networks = Vec::new();
        let http = Http::restricted(HttpLimits::default(), Destinations { networks, loopback }).unwrap();
        let request = http::Request::get(address).body(Vec::new()).unwrap();
        let answer = http.send(request).await.map(|answer| answer.status().as_u16());
        let connected = serving.is_finished() || answer.is_ok();
        serving.abort();
        (answer, connected)
    }

    #[tokio::test]
    async fn a_name_and_a_number_that_lead_inside_are_not_connected_to() {
        for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"] {
            let (answer, connected) = ask(host, false).await;
            assert!(matches!(answer, Err(HttpError::NotAllowed(_))), "{host}: {answer:?}");
            assert!(!connected, "{host}");
        }
        for host in ["localhost", "127.0.0.1"] {
            assert!(matches!(ask(host, true).await, (Ok(204), true)), "{host}");
        }
    }
}
