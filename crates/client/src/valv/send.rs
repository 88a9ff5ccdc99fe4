//! `valv send`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use base::Clock;
use client::api::{DeclaredDocument, MessageMetadata, MessageReceipt};
use client::{Client, ClientError, IdempotencyKey, Outcome, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::Send;
use crate::failure::Failure;
use crate::files::OpenFile;
use crate::folder;
use crate::output::Output;
use crate::pending::{PendingKey, PendingKeys};
use crate::profile::Profile;
use crate::recipients;
use crate::texts::Language;

/// The largest text that is read from a file; the portal takes far less.
const MAX_BODY_BYTES: u64 = 1024 * 1024;

pub(crate) async fn send(arguments: Send, profile: Profile, output: Output) -> Result<(), Failure> {
    let clock = Clock::system();
    let recipients = recipients::read(&arguments.to, &arguments.email, io::stdin().lock(), clock.now().day())?;
    let body = match (&arguments.body, &arguments.body_file) {
        (Some(text), _) => text.clone(),
        (None, Some(path)) => read_text(path)?,
        (None, None) => String::new(),
    };
    let files = arguments
        .files
        .iter()
        .map(|path| OpenFile::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(folder) = &arguments.letters {
        try_folder(folder)?;
    }
    let client_id = profile.credentials.client_id.clone();
    let client = Client::new(profile.server.clone(), profile.credentials)?;
    // Before the files are read, which may take a while: wrong credentials are told at once.
    client.sign_in().await?;
    let (mut documents, files) = declare(files, arguments.media_type.as_deref(), output.language).await?;
    for document in &mut documents {
        document.minimum_level = arguments.minimum_level;
    }
    let metadata = MessageMetadata {
        title: arguments.title,
        body,
        document_type: arguments.document_type,
        retention_days: arguments.retention_days,
        recipients,
        documents,
    };
    let sending = Sending {
        client: &client,
        metadata: &metadata,
        files,
        output,
    };
    let receipt = match &arguments.idempotency_key {
        Some(key) => sending.once(key).await.map_err(Failure::from)?,
        None => {
            let keys = PendingKeys::open(&folder::state().ok_or(Failure::NoHome)?, clock)?;
            keys.clean();
            if arguments.again {
                keys.forget(&profile.server, &client_id, &metadata)?;
            }
            sending
                .continuing(keys.key_for(&profile.server, &client_id, &metadata)?)
                .await?
        }
    };
    let letters = arguments.letters.as_deref();
    let written = letters.map_or(Ok(()), |folder| write_letters(folder, &receipt));
    // Nothing gives a letter twice: what could not be written stands in the whole answer.
    let output = if written.is_ok() { output } else { output.in_full() };
    output.answer(&receipt, |language| told(language, &receipt, letters));
    written
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let size = fs::metadata(path).map_err(|error| Failure::file(path, error))?.len();
    if size > MAX_BODY_BYTES {
        return Err(Failure::file(path, io::ErrorKind::FileTooLarge.into()));
    }
    fs::read_to_string(path).map_err(|error| Failure::file(path, error))
}

/// Hashes the files on a thread of its own.
async fn declare(
    mut files: Vec<OpenFile>,
    media_type: Option<&str>,
    language: Language,
) -> Result<(Vec<DeclaredDocument>, Vec<OpenFile>), Failure> {
    let media_type = media_type.map(str::to_owned);
    let bar = bar(files.iter().map(OpenFile::size).sum(), language.reading_files());
    let hashed = tokio::task::spawn_blocking(move || {
        let declared = files
            .iter_mut()
            .map(|file| file.declare(media_type.as_deref(), |bytes| bar.inc(bytes)))
            .collect::<Result<Vec<_>, _>>();
        bar.finish_and_clear();
        declared.map(|declared| (declared, files))
    });
    hashed
        .await
        .map_err(|_| Failure::file(Path::new("-"), io::ErrorKind::Other.into()))?
}

struct Sending<'a> {
    client: &'a Client,
    metadata: &'a MessageMetadata,
    files: Vec<OpenFile>,
    output: Output,
}

impl Sending<'_> {
    /// Sends with a key that is kept until the outcome is known.
    async fn continuing(self, pending: PendingKey) -> Result<MessageReceipt, Failure> {
        if pending.is_resumed() {
            self.output.remark(self.output.language.continuing());
        }
        match self.once(pending.key()).await {
            Ok(receipt) => {
                pending.end()?;
                Ok(receipt)
            }
            // A refusal of a first attempt ends it. After an attempt that ended unknown a refusal (of a disabled
            // system, say) tells nothing of that one, so its key stays.
            Err(error) if error.outcome() == Outcome::NotDone => {
                if !pending.is_resumed() {
                    pending.end()?;
                }
                Err(error.into())
            }
            Err(error) => Err(Failure::Continue(error)),
        }
    }

    async fn once(self, key: &IdempotencyKey) -> Result<MessageReceipt, ClientError> {
        let total = self.metadata.documents.iter().map(|document| document.size).sum();
        let bar = bar(total, self.output.language.sending());
        let progress = Progress::default();
        let sources = self.files.into_iter().map(OpenFile::into_source).collect();
        let shown = async {
            loop {
                bar.set_position(progress.bytes());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let result = tokio::select! {
            result = self.client.send(key, self.metadata, sources, &progress) => result,
            never = shown => never,
        };
        bar.finish_and_clear();
        result
    }
}

/// A bar on standard error; nothing when that is no terminal.
fn bar(bytes: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {binary_bytes} / {binary_total_bytes} {eta}");
    let bar = ProgressBar::new(bytes).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Makes the letters' folder and tries to write there, before anything is sent.
fn try_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    let path = folder.join(format!(".valv-{}", std::process::id()));
    File::create_new(&path)
        .and_then(|_file| fs::remove_file(&path))
        .map_err(|error| Failure::file(folder, error))
}

fn write_letters(folder: &Path, receipt: &MessageReceipt) -> Result<(), Failure> {
    let fail = |path: &Path, cause| Failure::Letters {
        message: receipt.id.to_string(),
        path: path.to_owned(),
        cause,
    };
    for (index, delivery) in receipt.deliveries.iter().enumerate() {
        let path = folder.join(format!("{}-{}.txt", receipt.id, index + 1));
        write_letter(&path, &delivery.letter).map_err(|error| fail(&path, error))?;
    }
    Ok(())
}

/// Writes a letter to a new file. One that is there already is left alone, and is no failure when it says the same: the
/// command was run again.
fn write_letter(path: &Path, letter: &str) -> io::Result<()> {
    match File::create_new(path) {
        Ok(mut file) => file.write_all(letter.as_bytes()).inspect_err(|_| {
            // Half a letter is nothing to post, and would be in the way.
            let _gone = fs::remove_file(path);
        }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_same(path, letter)? => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_same(path: &Path, letter: &str) -> io::Result<bool> {
    let size = fs::metadata(path)?.len();
    Ok(usize::try_from(size) == Ok(letter.len()) && fs::read(path)? == letter.as_bytes())
}

fn told(language: Language, receipt: &MessageReceipt, letters: Option<&Path>) -> Vec<String> {
    let mut lines = vec![language.sent(&receipt.id.to_string(), receipt.repeated)];
    for (index, delivery) in receipt.deliveries.iter().enumerate() {
        lines.push(language.recipient_can_read(index + 1, delivery.expires_at));
    }
    lines.extend(letters.map(|folder| language.letters_written(&folder.display().to_string())));
    lines
}
