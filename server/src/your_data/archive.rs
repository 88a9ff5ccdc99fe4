//! The archive that a person gets with their register extract: what was gathered, as a PDF and as JSON, and with it all that they can
//! read at this moment. Each case is opened and each document decrypted as when they read it in a page, with the same conditions and
//! the same lines in the audit log, chunk by chunk on its way out.
//!
//! The register comes last, so that it says of each thing what became of it.

use std::error::Error;
use std::io;

use app::{ExtractPdf, Language, extract_pdf, register_extract_texts};
use axum::body::Body;
use base::{DocumentId, RegisterExtractId, Timestamp};
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use jiff::tz::TimeZone;
use portal::{
    ContentUse, DeliveryState, Fault, Handed, HandedCase, HandedDocument, HandedMessage, KeptCase, LeftOut,
    ListedDocument, MessageView, Portal, ReadError, RecipientActor, RegisterPart, register_extract_json,
};
use tokio::sync::mpsc;

use super::file_names::FileNames;
use super::turns::{ExtractTurn, ExtractTurns};
use super::zip_file::ZipFile;
use crate::answer;

/// How many pieces wait to be sent: with chunks of 64 KiB this and what is being decrypted is what an archive holds in memory, besides
/// the register.
const WAITING: usize = 2;

/// Why an archive broke off. The receiver sees a broken connection, so that nothing partial looks whole.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("nobody receives the archive any more")]
    NobodyThere,
    #[error("the right to it has ended")]
    RightEnded,
    #[error("a document broke off")]
    Content(#[from] portal::ContentError),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the archive can't be written")]
    Zip(#[from] io::Error),
    #[error("the register can't be set")]
    Pdf(#[from] app::PdfFailed),
    #[error("the task that sets the register ended")]
    Task(#[from] tokio::task::JoinError),
    #[error("there is no place to set the register")]
    NoPlace(#[from] tokio::sync::AcquireError),
}

/// What an archive is made of.
pub(super) struct Archive {
    pub(super) portal: Portal,
    pub(super) actor: RecipientActor,
    pub(super) turns: ExtractTurns,
    /// The person's, until all of it is written or nobody reads it any more.
    pub(super) turn: ExtractTurn,
    pub(super) extract: RegisterExtractId,
    pub(super) part: RegisterPart,
    pub(super) language: Language,
    pub(super) time_zone: TimeZone,
    pub(super) now: Timestamp,
}

/// What goes to the person: pieces, and a word that all have gone, without which the connection is broken.
enum Piece {
    Bytes(Bytes),
    Complete,
}

type Sender = mpsc::Sender<Piece>;

impl Archive {
    /// Writes the archive while it is read.
    pub(super) fn into_body(self) -> Body {
        let (sender, receiver) = mpsc::channel(WAITING);
        let span = tracing::Span::current();
        tokio::spawn(tracing::Instrument::instrument(
            async move {
                match Box::pin(self.write(&sender)).await {
                    Ok(()) => drop(sender.send(Piece::Complete).await),
                    Err(Broken::NobodyThere | Broken::RightEnded) => {}
                    Err(error) => answer::log_error("a register extract broke off", &error),
                }
            },
            span,
        ));
        Body::from_stream(pieces(receiver))
    }

    async fn write(self, out: &Sender) -> Result<(), Broken> {
        let mut zip = ZipFile::new(self.now, &self.time_zone);
        let mut names = FileNames::default();
        let words = register_extract_texts(self.language);
        // Taken before any sender's, so that they are found where they are expected.
        let pdf_name = names.path(&[], &words.pdf_name);
        let json_name = names.path(&[], "register-extract.json");
        let left_name = names.path(&[], &words.left_out_name);
        let mut handed = Vec::new();
        let readable = |case: &&KeptCase| {
            case.deliveries
                .iter()
                .any(|delivery| delivery.state == DeliveryState::Readable)
        };
        for (number, case) in self.part.cases.iter().filter(readable).enumerate() {
            if let Some(case) = self.case(number + 1, case, &mut names, &mut zip, out).await? {
                handed.push(case);
            }
        }
        self.may_go_on().await?;
        let requests = self.portal.hand_out_requests(&self.actor).await?;
        let json = register_extract_json(&self.part, &handed, &requests, self.now);
        send(out, zip.whole(&json_name, json.as_bytes())?).await?;
        let left_out = words.left_out(&self.part, &handed, &requests);
        let Self {
            turns,
            turn: _turn,
            part,
            language,
            time_zone,
            now,
            ..
        } = self;
        let place = turns.place().await?;
        let pdf = tokio::task::spawn_blocking(move || {
            // Set to its end, whoever waits for it.
            let _place = place;
            extract_pdf(&ExtractPdf {
                part: &part,
                handed: &handed,
                requests: &requests,
                handed_at: now,
                language,
                time_zone: &time_zone,
            })
        });
        send(out, zip.whole(&pdf_name, &pdf.await??)?).await?;
        if let Some(left_out) = left_out {
            send(out, zip.whole(&left_name, left_out.as_bytes())?).await?;
        }
        send(out, zip.finish()?).await
    }

    async fn may_go_on(&self) -> Result<(), Broken> {
        match self.portal.may_hand_out(&self.actor, self.extract).await? {
            true => Ok(()),
            false => Err(Broken::RightEnded),
        }
    }

    /// Opens a case and hands out what is in it; `None` when nothing of it can be read any more.
    async fn case(
        &self,
        number: usize,
        case: &KeptCase,
        names: &mut FileNames,
        zip: &mut ZipFile,
        out: &Sender,
    ) -> Result<Option<HandedCase>, Broken> {
        if !self.actor.has_accepted_terms() {
            return Ok(Some(nothing_of(case, LeftOut::TermsNotAccepted)));
        }
        self.may_go_on().await?;
        let view = match self.portal.case(&self.actor, case.id).await {
            Ok(view) => view,
            Err(ReadError::Fault(fault)) => return Err(fault.into()),
            Err(_) => return Ok(None),
        };
        let folder = names.folder(&format!("{number:03} {}", view.organisation));
        let mut messages = Vec::with_capacity(view.messages.len());
        for message in view.messages.into_iter().rev() {
            messages.push(
                self.message(message, &view.organisation, &folder, names, zip, out)
                    .await?,
            );
        }
        Ok(Some(HandedCase {
            case: case.id,
            left: None,
            messages,
        }))
    }

    async fn message(
        &self,
        message: MessageView,
        organisation: &str,
        folder: &str,
        names: &mut FileNames,
        zip: &mut ZipFile,
        out: &Sender,
    ) -> Result<HandedMessage, Broken> {
        let words = register_extract_texts(self.language);
        let day = message.sent_at.to_jiff().to_zoned(self.time_zone.clone()).date();
        let text = match words.message(organisation, &message, &self.time_zone) {
            None => Handed::Left(LeftOut::Damaged),
            Some(text) => {
                let title = message.title.as_deref().unwrap_or(&words.untitled);
                let file = names.path(&[folder], &format!("{day} {title}.txt"));
                send(out, zip.whole(&file, text.as_bytes())?).await?;
                Handed::File(file)
            }
        };
        let mut documents = Vec::with_capacity(message.documents.len());
        for document in message.documents {
            let (id, name, handed) = match document {
                ListedDocument::Locked { id, .. } => (id, None, Handed::Left(LeftOut::LevelTooLow)),
                ListedDocument::Damaged { id } => (id, None, Handed::Left(LeftOut::Damaged)),
                ListedDocument::Open(summary) => {
                    let path = names.path(&[folder], &format!("{day} {}", summary.file_name));
                    let handed = self.document(summary.id, path, zip, out).await?;
                    (summary.id, Some(summary.file_name), handed)
                }
            };
            documents.push(HandedDocument {
                document: id,
                name,
                handed,
            });
        }
        Ok(HandedMessage {
            message: message.id,
            title: message.title,
            sent_at: message.sent_at,
            expires_at: message.expires_at,
            reason: message.reason,
            text,
            documents,
        })
    }

    /// Decrypts a document into the archive. Once its entry has begun, whatever fails breaks the archive off.
    async fn document(&self, id: DocumentId, path: String, zip: &mut ZipFile, out: &Sender) -> Result<Handed, Broken> {
        // A case may have many that are too small for their streams to ask.
        self.may_go_on().await?;
        let content = self
            .portal
            .open_content(&self.actor, id, ContentUse::Download, None)
            .await;
        let mut content = match content {
            Ok(content) => content,
            Err(ReadError::LevelTooLow { .. }) => return Ok(Handed::Left(LeftOut::LevelTooLow)),
            Err(ReadError::Damaged) => return Ok(Handed::Left(LeftOut::Damaged)),
            Err(ReadError::Fault(fault)) => return Err(fault.into()),
            Err(ReadError::NotFound | ReadError::RangeNotSatisfiable { .. }) => {
                // When it is the right to all of it that has ended, nothing more goes out at all.
                self.may_go_on().await?;
                return Ok(Handed::Left(LeftOut::Gone));
            }
        };
        send(out, zip.begin(&path, content.size)?).await?;
        while let Some(piece) = content.stream.next().await {
            send(out, zip.write(&piece?)?).await?;
        }
        Ok(Handed::File(path))
    }
}

const fn nothing_of(case: &KeptCase, left: LeftOut) -> HandedCase {
    HandedCase {
        case: case.id,
        left: Some(left),
        messages: Vec::new(),
    }
}

async fn send(out: &Sender, piece: Bytes) -> Result<(), Broken> {
    if piece.is_empty() {
        return Ok(());
    }
    out.send(Piece::Bytes(piece)).await.map_err(|_| Broken::NobodyThere)
}

/// The pieces as a body. Whoever wrote them and left without a word broke off.
fn pieces(receiver: mpsc::Receiver<Piece>) -> impl stream::Stream<Item = Result<Bytes, Box<dyn Error + Send + Sync>>> {
    stream::unfold(Some(receiver), |receiver| async {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(receiver))),
            Some(Piece::Complete) => None,
            None => Some((Err("the archive broke off".into()), None)),
        }
    })
}
