//! Mails: how one is handed to the operator's mail server (`[mail]`). Owns the way there and what the server's answers mean;
//! what is sent, and when, is the portal's outbox.
//!
//! Answers of a mail server often repeat an address, so no word of them goes further: only their codes do.

mod message;
mod round;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Ids};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message};
use web::PublicOrigin;

use crate::config::{Encryption, MailSection};

pub(crate) use round::run;

/// The way to the mail server. Cloning gives the same.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    section: MailSection,
    from: Address,
    origin: PublicOrigin,
    hello: ClientId,
    clock: Clock,
    ids: Ids,
}

/// A step on the way of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Connecting, with TLS where that comes first, and greeting.
    Connect,
    /// Going over to TLS.
    StartTls,
    /// Saying who we are.
    SignIn,
    /// Naming the sender.
    Sender,
    /// Naming the recipient.
    Recipient,
    /// Handing over the mail.
    Content,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting to the mail server",
            Self::StartTls => "going over to TLS",
            Self::SignIn => "signing in to the mail server",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Content => "handing over the mail",
        })
    }
}

/// How long the mail server may take to say goodbye.
const PARTING: Duration = Duration::from_secs(2);

/// A mail was not handed over. Says nothing of whom it is for, and no word of the mail server's.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail server took too long.
    #[error("the mail server did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// It answered that it will not.
    #[error("{step} failed: the mail server answered {code}")]
    Answered {
        /// To what.
        step: Step,
        /// Its code (RFC 5321 section 4.2).
        code: u16,
    },
    /// It does not let us send, whoever to: what its answer is about is this portal, its address or its rights (class 7 of RFC 3463).
    #[error("{step} failed: the mail server does not let the portal send, and answered {code}")]
    Barred {
        /// To what.
        step: Step,
        /// Its code (RFC 5321 section 4.2).
        code: u16,
    },
    /// It could not be reached, or its certificate does not hold.
    #[error("{step} failed: {problem}")]
    Unreachable {
        /// When.
        step: Step,
        /// What the connection said.
        problem: String,
    },
    /// It does not offer TLS, or no way to sign in that we know.
    #[error("{0} failed: the mail server does not offer it")]
    NotOffered(Step),
    /// What it answered is no SMTP.
    #[error("{0} failed: the mail server's answer can't be understood")]
    Misunderstood(Step),
    /// The mail can't be handed to it as it is.
    #[error("the address needs a mail server with SMTPUTF8, or is none")]
    Address,
    /// The certificates that are trusted here can't be used.
    #[error("the certificates that are trusted on this machine can't be read")]
    Roots,
}

impl MailError {
    /// Whether it is the mail's recipient that is refused for good, so that trying again does not help.
    fn is_final(&self) -> bool {
        match self {
            Self::Answered { step, code } => {
                // There is no such mailbox. Other refusals may be about us, and end when somebody mends that.
                *step == Step::Recipient && matches!(code, 550 | 551 | 553)
            }
            Self::Address => true,
            _ => false,
        }
    }

    /// Whether the mail server is of no use to any mail now.
    fn is_general(&self) -> bool {
        match self {
            Self::Answered { step, .. } => !matches!(step, Step::Recipient | Step::Content),
            Self::Address => false,
            _ => true,
        }
    }
}

impl Mailer {
    /// The way to the mail server that the configuration names.
    ///
    /// # Errors
    ///
    /// [`MailError::Address`] when mails come from no address, which a valid configuration does not say.
    pub fn new(section: &MailSection, origin: &PublicOrigin, clock: &Clock) -> Result<Self, MailError> {
        let from = section.from.parse().map_err(|_| MailError::Address)?;
        let host = origin.host_and_port();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        Ok(Self(Arc::new(Inner {
            section: section.clone(),
            from,
            hello: ClientId::Domain(host.to_owned()),
            origin: origin.clone(),
            clock: clock.clone(),
            ids: Ids::new(clock.clone()),
        })))
    }

    /// Goes the whole way to the mail server and hands over nothing.
    ///
    /// # Errors
    ///
    /// [`MailError`].
    pub async fn check(&self) -> Result<(), MailError> {
        self.in_time(async {
            let mut connection = self.connect().await?;
            // It has answered all that matters.
            let _parting = connection.quit().await;
            Ok(())
        })
        .await
    }

    /// Hands a mail to the mail server.
    async fn send(&self, to: &Address, message: &Message) -> Result<(), MailError> {
        let handed_over = async {
            let mut connection = self.connect().await?;
            let sent = self.hand_over(&mut connection, to, message).await;
            Ok((connection, sent))
        };
        let (mut connection, sent) = self.in_time(handed_over).await?;
        // What was taken is taken, however we part.
        let _parting = tokio::time::timeout(PARTING, connection.abort()).await;
        sent
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let Inner { section, hello, .. } = &*self.0;
        let tls = match section.encryption {
            Encryption::None => None,
            Encryption::Tls | Encryption::StartTls => Some(self.tls().await?),
        };
        let (at_once, later) = match section.encryption {
            Encryption::StartTls => (None, tls),
            Encryption::Tls | Encryption::None => (tls, None),
        };
        let server = (section.host.as_str(), section.port());
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(section.timeout()), hello, at_once, None)
            .await
            .map_err(|error| of_step(Step::Connect, &error))?;
        if let Some(tls) = later {
            // Without it this is an error, so that nobody on the way can take it out.
            let done = connection.starttls(tls, hello).await;
            done.map_err(|error| of_step(Step::StartTls, &error))?;
        }
        if let (Some(user), Some(password)) = (&section.user_name, &section.password) {
            let credentials = Credentials::new(user.clone(), password.expose().clone());
            let done = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            done.map_err(|error| of_step(Step::SignIn, &error))?;
        }
        Ok(connection)
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        to: &Address,
        message: &Message,
    ) -> Result<(), MailError> {
        let content = message.formatted();
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(to).is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::Address);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !content.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let done = connection
            .command(Mail::new(Some(self.0.from.clone()), parameters))
            .await;
        done.map_err(|error| of_step(Step::Sender, &error))?;
        let done = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        done.map_err(|error| of_step(Step::Recipient, &error))?;
        let done = connection.command(Data).await;
        done.map_err(|error| of_step(Step::Content, &error))?;
        let done = connection.message(&content).await;
        done.map_err(|error| of_step(Step::Content, &error))?;
        Ok(())
    }

    /// What makes a connection safe: the certificates that this machine trusts, as for everything else that is fetched.
    async fn tls(&self) -> Result<TlsParameters, MailError> {
        let host = self.0.section.host.clone();
        let parameters = tokio::task::spawn_blocking(move || TlsParameters::new_rustls(host)).await;
        parameters.ok().and_then(Result::ok).ok_or(MailError::Roots)
    }

    /// A server that hangs is waited for so long and no longer.
    async fn in_time<T>(&self, work: impl Future<Output = Result<T, MailError>>) -> Result<T, MailError> {
        let limit = self.0.section.timeout();
        let done = tokio::time::timeout(limit, work).await;
        done.unwrap_or(Err(MailError::TimedOut(limit)))
    }
}

/// What went wrong, without what the mail server said.
fn of_step(step: Step, error: &lettre::transport::smtp::Error) -> MailError {
    use std::error::Error as _;
    if let Some(code) = error.status() {
        let is_about_us = matches!(step, Step::Recipient | Step::Content)
            && error.source().is_some_and(|answer| answer.to_string().contains("5.7."));
        if is_about_us {
            let code = code.into();
            return MailError::Barred { step, code };
        }
        MailError::Answered {
            step,
            code: code.into(),
        }
    } else if error.is_client() {
        MailError::NotOffered(step)
    } else if error.is_response() {
        MailError::Misunderstood(step)
    } else {
        let problem = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        MailError::Unreachable { step, problem }
    }
}
