//! The draft of a message and the rules that need nothing but the draft.

use std::collections::HashSet;

use base::Personnummer;

use super::{FileProblem, SendError, file_name, media_type, text};
use crate::Limits;

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// A message as its sender describes it, before the files come.
#[derive(Clone)]
pub struct MessageDraft {
    /// One line that says what it is; the recipient sees it in the inbox. 1 to 200 characters.
    pub title: String,
    /// Plain text; may be empty when there are files.
    pub body: String,
    /// The sender's name for this kind of document, such as `decision`; retention policies go by it.
    pub document_type: Option<String>,
    /// How many days it may be read, when not the organisation's default.
    pub retention_days: Option<u32>,
    /// Who gets it, each in a case of their own.
    pub recipients: Vec<RecipientAddress>,
    /// The files that follow, in this order.
    pub files: Vec<DeclaredFile>,
}

impl std::fmt::Debug for MessageDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageDraft")
            .field("document_type", &self.document_type)
            .field("retention_days", &self.retention_days)
            .field("recipients", &self.recipients.len())
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// A person to send to.
#[derive(Clone)]
pub struct RecipientAddress {
    /// Who it is.
    pub personnummer: Personnummer,
    /// Where to tell them that something waits.
    pub email: Option<String>,
}

impl std::fmt::Debug for RecipientAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecipientAddress([secret])")
    }
}

/// What the sender says of a file before it comes.
#[derive(Clone)]
pub struct DeclaredFile {
    /// The file's name, without folders; at most 255 bytes.
    pub name: String,
    /// Its media type, such as `application/pdf`.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content, when the sender knows it.
    pub sha256: Option<[u8; 32]>,
}

impl std::fmt::Debug for DeclaredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeclaredFile")
            .field("media_type", &self.media_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// A draft that keeps every rule, with names and types in the form in which they are stored.
pub(super) struct CheckedDraft(MessageDraft);

impl std::ops::Deref for CheckedDraft {
    type Target = MessageDraft;

    fn deref(&self) -> &MessageDraft {
        &self.0
    }
}

impl MessageDraft {
    /// Checks everything that can be checked before the files come, except the retention.
    pub(super) fn check(mut self, limits: &Limits) -> Result<CheckedDraft, SendError> {
        self.title = self.title.trim().to_owned();
        if !text::is_line(&self.title, MAX_TITLE_CHARS) {
            return Err(SendError::InvalidTitle);
        }
        if !text::is_text(&self.body, limits.max_text_chars) {
            let limit = limits.max_text_chars;
            return Err(SendError::InvalidText { limit });
        }
        if self
            .document_type
            .as_deref()
            .is_some_and(|name| !text::is_document_type(name))
        {
            return Err(SendError::InvalidDocumentType);
        }
        if self.files.is_empty() && self.body.trim().is_empty() {
            return Err(SendError::Empty);
        }
        check_recipients(&self.recipients, limits.max_recipients)?;
        if self.files.len() > limits.max_files {
            let limit = limits.max_files;
            return Err(SendError::TooManyFiles { limit });
        }
        for (index, file) in self.files.iter_mut().enumerate() {
            check_file(file, limits.max_file_bytes).map_err(|problem| SendError::File { index, problem })?;
        }
        Ok(CheckedDraft(self))
    }
}

fn check_recipients(recipients: &[RecipientAddress], limit: usize) -> Result<(), SendError> {
    if recipients.is_empty() {
        return Err(SendError::NoRecipient);
    }
    if recipients.len() > limit {
        return Err(SendError::TooManyRecipients { limit });
    }
    let mut seen = HashSet::new();
    for (index, recipient) in recipients.iter().enumerate() {
        if !seen.insert(&recipient.personnummer) {
            return Err(SendError::DuplicateRecipient { index });
        }
        if recipient.email.as_deref().is_some_and(|email| !text::is_email(email)) {
            return Err(SendError::InvalidEmail { index });
        }
    }
    Ok(())
}

fn check_file(file: &mut DeclaredFile, limit: u64) -> Result<(), FileProblem> {
    file.name = file_name::accept(&file.name).ok_or(FileProblem::Name)?;
    file.media_type = media_type::accept(&file.media_type).ok_or(FileProblem::MediaType)?;
    match file.size {
        0 => Err(FileProblem::Empty),
        size if size > limit => Err(FileProblem::TooLarge { limit }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: &str) -> RecipientAddress {
        RecipientAddress {
            personnummer: Personnummer::from_digits(number).unwrap(),
            email: None,
        }
    }

    fn draft() -> MessageDraft {
        MessageDraft {
            title: "Beslut om förskoleplats".to_owned(),
            body: String::new(),
            document_type: Some("decision".to_owned()),
            retention_days: None,
            recipients: vec![person("200001012384"), person("197701172392")],
            files: vec![DeclaredFile {
                name: "beslut.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                size: 1000,
                sha256: None,
            }],
        }
    }

    fn refusal(change: impl FnOnce(&mut MessageDraft)) -> SendError {
        let mut draft = draft();
        change(&mut draft);
        let limits = Limits {
            max_file_bytes: 1000,
            max_files: 2,
            max_recipients: 2,
            max_text_chars: 10,
        };
        draft.check(&limits).err().unwrap()
    }

    #[test]
    fn a_good_draft_passes_with_its_title_trimmed() {
        let mut draft = draft();
        draft.title = " Beslut ".to_owned();
        assert_eq!(draft.check(&Limits::default()).ok().unwrap().title, "Beslut");
    }

    #[test]
    fn each_mistake_has_a_refusal_of_its_own() {
        use SendError as E;
        assert!(matches!(refusal(|draft| draft.title.clear()), E::InvalidTitle));
        assert!(matches!(
            refusal(|draft| draft.body = "a".repeat(11)),
            E::InvalidText { limit: 10 }
        ));
        assert!(matches!(
            refusal(|draft| draft.document_type = Some("två ord".to_owned())),
            E::InvalidDocumentType
        ));
        assert!(matches!(refusal(|draft| draft.files.clear()), E::Empty));
        assert!(matches!(refusal(|draft| draft.recipients.clear()), E::NoRecipient));
        assert!(matches!(
            refusal(|draft| draft.recipients.push(person("200001012392"))),
            E::TooManyRecipients { limit: 2 }
        ));
        assert!(matches!(
            refusal(|draft| draft.recipients[1] = person("200001012384")),
            E::DuplicateRecipient { index: 1 }
        ));
        assert!(matches!(
            refusal(|draft| draft.recipients[1].email = Some("nobody".to_owned())),
            E::InvalidEmail { index: 1 }
        ));
        assert!(matches!(
            refusal(|draft| draft.files = vec![draft.files[0].clone(); 3]),
            E::TooManyFiles { limit: 2 }
        ));
    }

    #[test]
    fn each_mistake_in_a_file_names_the_file() {
        let problem = |change: fn(&mut DeclaredFile)| match refusal(|draft| {
            draft.files.push(draft.files[0].clone());
            change(&mut draft.files[1]);
        }) {
            SendError::File { index: 1, problem } => problem,
            other => panic!("{other}"),
        };
        assert_eq!(problem(|file| file.name = "../x".to_owned()), FileProblem::Name);
        assert_eq!(
            problem(|file| file.media_type = "pdf".to_owned()),
            FileProblem::MediaType
        );
        assert_eq!(problem(|file| file.size = 0), FileProblem::Empty);
        assert_eq!(problem(|file| file.size = 1001), FileProblem::TooLarge { limit: 1000 });
    }

    #[test]
    fn a_draft_does_not_print_what_it_says() {
        let text = format!("{:?}", draft());
        for secret in ["förskoleplats", "beslut.pdf", "2000"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
