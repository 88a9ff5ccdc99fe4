//! The way out to providers: bounded in time and size, following no redirect.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// How much of a provider's patience and talk is borne.
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

/// A provider could not be reached or did not behave. Says what happened and nothing of what was sent or received.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error("the request could not be made")]
    Request(#[source] reqwest::Error),
    #[error("the provider did not answer")]
    Connection(#[source] reqwest::Error),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the provider answered with a redirect")]
    Redirect,
}

/// An HTTP client for providers.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    limits: HttpLimits,
}

impl Http {
    pub(super) fn new(limits: HttpLimits) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(limits.total)
            .connect_timeout(limits.total.min(Duration::from_secs(5)))
            .referer(false)
            .user_agent("postvalv")
            .build()?;
        Ok(Self { client, limits })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(HttpError::Request)?;
        let mut answer = self.client.execute(request).await.map_err(connection)?;
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
}

/// Without the address, whose query may hold what must not be logged.
fn connection(error: reqwest::Error) -> HttpError {
    HttpError::Connection(error.without_url())
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
