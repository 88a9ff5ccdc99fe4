//! Rows of the log to one receiver by syslog over TLS (RFC 5425).
//!
//! The protocol has no acknowledgements. So rows count as handed over when the receiver, a while after it was sent the last
//! of them, still had the connection open, and then ended it in its turn when we did: it was alive, and had read everything that
//! came before. A connection that ends in any other way counts for nothing, and everything that went over it is sent again.
//! A row that can't be read ends a connection in order, before that row, so that what came before it counts.

use std::io;
use std::time::Duration;

use portal::{AuditReceiver, AuditRow, AuditRowsError, HandoverFailure, HandoverOutcome, Portal, TakenHandover};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::ServerName;

use super::message::frame;
use super::tls::{TlsProblem, connector};
use crate::answer::log_error;
use crate::config::Config;

/// How much of a receiver's patience and talk is borne.
#[derive(Clone, Copy, Debug)]
pub struct SyslogLimits {
    /// For connecting, for agreeing on TLS, for taking some hundred rows, and for ending the connection: each.
    pub step: Duration,
    /// For how long the receiver must keep the connection open after the last row.
    pub settling: Duration,
    /// For one connection as a whole; less than what the portal leases a handover for.
    pub total: Duration,
    /// How many rows go over one connection, give or take some hundred.
    pub rows: usize,
}

impl Default for SyslogLimits {
    fn default() -> Self {
        Self {
            step: Duration::from_secs(15),
            settling: Duration::from_secs(5),
            total: Duration::from_secs(2 * 60),
            rows: 20_000,
        }
    }
}

/// A receiver has nothing to say; what it says all the same is read up to so many bytes.
const TALK_MAX: usize = 64 * 1024;

/// The way to one receiver.
pub struct Syslog {
    receiver: AuditReceiver,
    host: String,
    port: u16,
    /// The portal's name in messages.
    own_host: String,
    connector: TlsConnector,
    limits: SyslogLimits,
}

impl Syslog {
    /// The ways to all receivers that the configuration names.
    ///
    /// # Errors
    ///
    /// [`TlsProblem`].
    pub fn all(config: &Config) -> Result<Vec<Self>, TlsProblem> {
        Self::all_within(config, SyslogLimits::default())
    }

    /// As [`Syslog::all`], with other limits.
    ///
    /// # Errors
    ///
    /// [`TlsProblem`].
    pub fn all_within(config: &Config, limits: SyslogLimits) -> Result<Vec<Self>, TlsProblem> {
        let own_host = config.origin.host_and_port();
        let own_host = match own_host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => own_host,
        };
        let of = |(name, section): (&String, _)| {
            let section: &crate::config::SyslogSection = section;
            Ok(Self {
                receiver: section.receiver(name),
                host: section.host.clone(),
                port: section.port,
                own_host: own_host.to_owned(),
                connector: connector(section)?,
                limits,
            })
        };
        config.audit.syslog.iter().map(of).collect()
    }

    /// Who gets what goes this way.
    pub(super) const fn receiver(&self) -> &AuditReceiver {
        &self.receiver
    }

    /// Hands over what was taken, or its beginning.
    pub(super) async fn hand_over(&self, portal: &Portal, taken: &TakenHandover) -> HandoverOutcome {
        let sending = self.send(portal, taken);
        let sent = timeout(self.limits.total, sending)
            .await
            .unwrap_or(Err(HandoverFailure::TimedOut));
        sent.map_or_else(HandoverOutcome::Failed, HandoverOutcome::HandedOver)
    }

    /// Sends rows over a connection of its own, and says up to which the receiver has them.
    async fn send(&self, portal: &Portal, taken: &TakenHandover) -> Result<u64, HandoverFailure> {
        let unread = |error| self.tell(&error);
        let mut waiting = portal.audit_handover_rows(taken).await.map_err(unread)?;
        let mut rows = waiting.next().await.map_err(unread)?;
        let (mut reader, mut writer) = tokio::io::split(self.connect().await?);
        let (mut count, mut last) = (0, taken.after());
        while let Some(row) = rows.last() {
            last = row.sequence;
            self.write(&mut reader, &mut writer, &rows).await?;
            count += rows.len();
            rows = if count < self.limits.rows {
                // The next handover begins with what could not be read, at once, and tells.
                waiting.next().await.unwrap_or_default()
            } else {
                Vec::new()
            };
        }
        tokio::select! {
            () = sleep(self.limits.settling) => {}
            () = ended(&mut reader) => return Err(HandoverFailure::BrokenOff),
        }
        self.end(reader, writer).await?;
        Ok(last)
    }

    /// Says why nothing more of a log goes to the receiver.
    fn tell(&self, error: &AuditRowsError) -> HandoverFailure {
        match error {
            AuditRowsError::NotAsWritten(row) => {
                let receiver = &self.receiver.name;
                tracing::error!(
                    receiver,
                    row,
                    "an audit log is handed over no further than to a row that is not as this installation wrote it: run \
                     `postvalv audit verify`"
                );
                HandoverFailure::NotAsWritten
            }
            AuditRowsError::Fault(fault) => {
                log_error("an audit log could not be read for a receiver", fault);
                HandoverFailure::Inside
            }
        }
    }

    async fn connect(&self) -> Result<TlsStream<TcpStream>, HandoverFailure> {
        let late = |_| HandoverFailure::TimedOut;
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let stream = timeout(self.limits.step, connecting).await.map_err(late)?;
        let stream = stream.map_err(|_| HandoverFailure::Unreachable)?;
        let name = ServerName::try_from(self.host.clone()).map_err(|_| HandoverFailure::Unreachable)?;
        let agreeing = self.connector.connect(name, stream);
        let agreed = timeout(self.limits.step, agreeing).await.map_err(late)?;
        agreed.map_err(|error| of_handshake(&error))
    }

    async fn write(
        &self,
        reader: &mut ReadHalf<TlsStream<TcpStream>>,
        writer: &mut WriteHalf<TlsStream<TcpStream>>,
        rows: &[AuditRow],
    ) -> Result<(), HandoverFailure> {
        let frames: Vec<u8> = rows.iter().flat_map(|row| frame(&self.own_host, row)).collect();
        let writing = async {
            writer.write_all(&frames).await?;
            writer.flush().await
        };
        let written = tokio::select! {
            written = timeout(self.limits.step, writing) => written,
            () = ended(reader) => return Err(HandoverFailure::BrokenOff),
        };
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(HandoverFailure::BrokenOff),
            Err(_) => Err(HandoverFailure::TimedOut),
        }
    }

    /// Ends the connection, and waits until the receiver has: it then has read what came before.
    async fn end(
        &self,
        mut reader: ReadHalf<TlsStream<TcpStream>>,
        mut writer: WriteHalf<TlsStream<TcpStream>>,
    ) -> Result<(), HandoverFailure> {
        let ending = async {
            writer.shutdown().await?;
            let mut talk = (&mut reader).take(TALK_MAX as u64);
            tokio::io::copy(&mut talk, &mut tokio::io::sink()).await
        };
        match timeout(self.limits.step, ending).await {
            Ok(Ok(_)) => Ok(()),
            // Receivers that leave out the last word of TLS end the connection all the same; one with something unread resets it.
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            Ok(Err(_)) => Err(HandoverFailure::BrokenOff),
            Err(_) => Err(HandoverFailure::TimedOut),
        }
    }
}

/// Waits until the receiver ends the connection, or talks too much.
async fn ended(reader: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 1024];
    let mut heard = 0;
    while heard <= TALK_MAX {
        match reader.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(more) => heard += more,
        }
    }
}

fn of_handshake(error: &io::Error) -> HandoverFailure {
    let inside = error
        .get_ref()
        .and_then(|inside| inside.downcast_ref::<rustls::Error>());
    match inside {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            HandoverFailure::Certificate
        }
        Some(_) => HandoverFailure::Refused,
        None => HandoverFailure::BrokenOff,
    }
}
