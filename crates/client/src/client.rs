//! The requests.

use std::time::{Duration, Instant};

use api::{
    CLIENT_ASSERTION_TYPE, EventPage, IDEMPOTENCY_KEY_HEADER, MatchRequest, MatchResponse, MessageMetadata,
    MessageReceipt, MessageStatus, Problem, ProblemCode, TokenError, TokenErrorCode, TokenResponse,
};
use base::{Clock, MessageId, Personnummer, SecretString};
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::upload::form;
use crate::{ClientError, ClientKey, DocumentSource, IdempotencyKey, Progress, Server};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// For requests without documents.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// For an upload of which nothing moves, and for the portal's work after its last byte.
const STALL_TIMEOUT: Duration = Duration::from_secs(120);
/// A token that runs out so soon is renewed before a message, which may take long to send.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);
/// The most bytes of an answer that are read.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Who a system is, and how it shows that.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The system's id, as `postvalv system create` prints it.
    pub client_id: String,
    /// How it shows that it is that system.
    pub proof: Proof,
}

/// How a system shows who it is.
#[derive(Clone, Debug)]
pub enum Proof {
    /// By its secret, which it sends.
    Secret(SecretString),
    /// By a key, with which it signs; the portal knows the public half. The key is large, and few are kept.
    Key(Box<ClientKey>),
}

/// A client of one portal for one system.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    server: Server,
    credentials: Credentials,
    token: Mutex<Option<Token>>,
}

#[derive(Clone, Debug)]
struct Token {
    text: SecretString,
    scopes: Vec<String>,
    runs_out: Instant,
}

impl Client {
    /// A client of the portal at `server`. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the system's certificates can't be read.
    pub fn new(server: Server, credentials: Credentials) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("valv/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            // A redirect would carry a secret or a personnummer to somewhere that nobody named.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(ClientError::Unreachable)?;
        Ok(Self {
            http,
            server,
            credentials,
            token: Mutex::new(None),
        })
    }

    /// Gets a token, which shows that the credentials are good, and says which scopes it has.
    ///
    /// # Errors
    ///
    /// [`ClientError::NotSignedIn`] when the credentials are not accepted.
    pub async fn sign_in(&self) -> Result<Vec<String>, ClientError> {
        let token = self.fresh_token().await?;
        let scopes = token.scopes.clone();
        *self.token.lock().await = Some(token);
        Ok(scopes)
    }

    /// For each person, whether the portal has an e-mail address.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn match_recipients(&self, persons: &[Personnummer]) -> Result<MatchResponse, ClientError> {
        let recipients = persons
            .iter()
            .map(|person| SecretString::new(person.expose().to_owned()));
        let request = MatchRequest {
            recipients: recipients.collect(),
        };
        let response = self
            .ask(Method::POST, "/recipients/match", |builder| builder.json(&request))
            .await?;
        read(response).await
    }

    /// Sends a message. `documents` are the bytes of what `metadata` declares, in the same order.
    ///
    /// Is tried once. When [`ClientError::outcome`] is unknown, send the same again with the same key: the portal
    /// answers a repeat with the first receipt.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn send(
        &self,
        key: &IdempotencyKey,
        metadata: &MessageMetadata,
        documents: Vec<DocumentSource>,
        progress: &Progress,
    ) -> Result<MessageReceipt, ClientError> {
        let token = self.token(TOKEN_MARGIN).await?;
        let request = self
            .http
            .request(Method::POST, self.server.api("/messages"))
            .bearer_auth(token.text.expose())
            .header(IDEMPOTENCY_KEY_HEADER, key.as_str())
            .multipart(form(metadata, documents, progress));
        let response = tokio::select! {
            response = request.send() => response.map_err(|error| match progress.take_failure() {
                Some((index, cause)) => ClientError::Document { index, cause },
                None => ClientError::from_reqwest(error),
            })?,
            () = progress.stalled(STALL_TIMEOUT) => return Err(ClientError::BrokenOff(None)),
        };
        read(accepted(response).await?).await
    }

    /// How a message fares.
    ///
    /// # Errors
    ///
    /// [`ClientError`]; [`ProblemCode::NotFound`] also when it is another organisation's.
    pub async fn message(&self, id: MessageId) -> Result<MessageStatus, ClientError> {
        let response = self
            .ask(Method::GET, &format!("/messages/{id}"), |builder| builder)
            .await?;
        read(response).await
    }

    /// Takes a message back.
    ///
    /// # Errors
    ///
    /// As [`Client::message`].
    pub async fn revoke(&self, id: MessageId) -> Result<(), ClientError> {
        self.ask(Method::DELETE, &format!("/messages/{id}"), |builder| builder)
            .await?;
        Ok(())
    }

    /// What happened after the event with the number `after`; at most `limit` events (500 at most).
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub async fn events(&self, after: u64, limit: usize) -> Result<EventPage, ClientError> {
        let query = [("after", after.to_string()), ("limit", limit.to_string())];
        let response = self
            .ask(Method::GET, "/events", |builder| builder.query(&query))
            .await?;
        read(response).await
    }

    /// A request without documents. All of them can be repeated without harm, so one that meets a token that ran out
    /// early (the portal was restored, or its clock moved) is repeated once with a new one.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, ClientError> {
        let mut renewed = false;
        loop {
            let token = self.token(Duration::ZERO).await?;
            let request = self
                .http
                .request(method.clone(), self.server.api(path))
                .timeout(ANSWER_TIMEOUT)
                .bearer_auth(token.text.expose());
            let response = complete(request).send().await.map_err(ClientError::from_reqwest)?;
            if response.status() == StatusCode::UNAUTHORIZED && !renewed {
                renewed = true;
                *self.token.lock().await = None;
                continue;
            }
            return accepted(response).await;
        }
    }

    async fn token(&self, margin: Duration) -> Result<Token, ClientError> {
        let mut current = self.token.lock().await;
        if let Some(token) = current
            .as_ref()
            .filter(|token| Instant::now() + margin < token.runs_out)
        {
            return Ok(token.clone());
        }
        let token = self.fresh_token().await?;
        *current = Some(token.clone());
        Ok(token)
    }

    async fn fresh_token(&self) -> Result<Token, ClientError> {
        let asked_at = Instant::now();
        let endpoint = self.server.api("/token");
        let request = self.http.post(endpoint.clone()).timeout(ANSWER_TIMEOUT);
        let grant = ("grant_type", "client_credentials");
        let client_id = &self.credentials.client_id;
        let request = match &self.credentials.proof {
            Proof::Secret(secret) => request.basic_auth(client_id, Some(secret.expose())).form(&[grant]),
            Proof::Key(key) => {
                let assertion = key
                    .assertion(client_id, endpoint.as_str(), &Clock::system())
                    .map_err(ClientError::NoRandomNumbers)?;
                request.form(&[
                    grant,
                    ("client_assertion_type", CLIENT_ASSERTION_TYPE),
                    ("client_assertion", assertion.expose()),
                ])
            }
        };
        let response = request.send().await.map_err(ClientError::from_reqwest)?;
        let status = response.status();
        let body = bounded_body(response).await?;
        if status.is_success() {
            let token: TokenResponse = parse(status, &body)?;
            return Ok(Token {
                scopes: token.scope.split_ascii_whitespace().map(str::to_owned).collect(),
                runs_out: asked_at + Duration::from_secs(token.expires_in),
                text: token.access_token,
            });
        }
        match serde_json::from_slice::<TokenError>(&body) {
            Ok(error) => Err(ClientError::NotSignedIn(error.error)),
            Err(_) => Err(refusal(status, &body)),
        }
    }
}

async fn accepted(response: Response) -> Result<Response, ClientError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = bounded_body(response).await?;
    Err(refusal(status, &body))
}

fn refusal(status: StatusCode, body: &[u8]) -> ClientError {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) if problem.known_code() == Some(ProblemCode::InvalidToken) => {
            ClientError::NotSignedIn(TokenErrorCode::InvalidClient)
        }
        Ok(problem) => ClientError::Refused(Box::new(problem)),
        Err(_) => ClientError::Unexpected {
            status: status.as_u16(),
        },
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, ClientError> {
    let status = response.status();
    parse(status, &bounded_body(response).await?)
}

fn parse<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(body).map_err(|_| ClientError::Unexpected {
        status: status.as_u16(),
    })
}

async fn bounded_body(mut response: Response) -> Result<Vec<u8>, ClientError> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| ClientError::BrokenOff(Some(error)))?
    {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(ClientError::Unexpected { status });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
