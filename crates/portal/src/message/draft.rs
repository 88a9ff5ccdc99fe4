//! The draft of a message and the rules that need nothing but the draft.

use std::collections::HashSet;

use super::{FileProblem, SendError, file_name, media_type, text};
use crate::{AssuranceLevel, IdentifierKind, Limits, RecipientIdentifier, WaysIn};

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
    /// What they are known by.
    pub identifier: RecipientIdentifier,
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
    /// How sure a provider must be of the recipient who reads it; when not given, as sure as lets them in.
    pub minimum_level: Option<AssuranceLevel>,
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
    pub(super) fn check(mut self, limits: &Limits, ways_in: &WaysIn) -> Result<CheckedDraft, SendError> {
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
        self.check_ways_in(ways_in)?;
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

impl MessageDraft {
    /// Checks that whoever gets the message can get in to it, and to each of its documents.
    fn check_ways_in(&self, ways_in: &WaysIn) -> Result<(), SendError> {
        for (index, recipient) in self.recipients.iter().enumerate() {
            let highest = match recipient.identifier.kind() {
                IdentifierKind::Number => Some(ways_in.numbers),
                IdentifierKind::Prid => ways_in.prids,
                IdentifierKind::WorkAccount(tenant) => ways_in.directories.get(&tenant).copied(),
            };
            let highest = highest.ok_or(SendError::NoWayIn { index })?;
            for (file, declared) in self.files.iter().enumerate() {
                if declared.minimum_level.is_some_and(|minimum| minimum > highest) {
                    let problem = FileProblem::LevelNotOffered;
                    return Err(SendError::File { index: file, problem });
                }
            }
        }
        Ok(())
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
        if !seen.insert(&recipient.identifier) {
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
    use crate::WorkInvitation;

    const TENANT: &str = "11111111-2222-4333-8444-555555555555";

    fn person(number: &str) -> RecipientAddress {
        RecipientAddress {
            identifier: RecipientIdentifier::Number(base::Personnummer::from_digits(number).unwrap()),
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
                minimum_level: None,
            }],
        }
    }

    fn ways_in() -> WaysIn {
        WaysIn {
            numbers: AssuranceLevel::Three,
            prids: None,
            directories: [(TENANT.parse().unwrap(), AssuranceLevel::Two)].into(),
        }
    }

    fn invited(tenant: &str, email: &str) -> RecipientAddress {
        RecipientAddress {
            identifier: RecipientIdentifier::Invitation(WorkInvitation::new(tenant.parse().unwrap(), email).unwrap()),
            email: None,
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
        draft.check(&limits, &ways_in()).err().unwrap()
    }

    #[test]
    fn a_good_draft_passes_with_its_title_trimmed() {
        let mut draft = draft();
        draft.title = " Beslut ".to_owned();
        assert_eq!(
            draft.check(&Limits::default(), &ways_in()).ok().unwrap().title,
            "Beslut"
        );
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
    fn a_work_account_is_invited_by_the_address_of_a_directory_that_lets_recipients_in() {
        use SendError as E;
        let mut good = draft();
        good.recipients = vec![invited(TENANT, "karin@norrby.example")];
        assert!(good.check(&Limits::default(), &ways_in()).is_ok());
        let foreigner = RecipientAddress {
            identifier: RecipientIdentifier::Prid("NO:05068907693".parse().unwrap()),
            email: None,
        };
        assert!(matches!(
            refusal(|draft| draft.recipients[1] = foreigner),
            E::NoWayIn { index: 1 }
        ));
        let other = "99999999-2222-4333-8444-555555555555";
        assert!(matches!(
            refusal(|draft| draft.recipients[1] = invited(other, "karin@norrby.example")),
            E::NoWayIn { index: 1 }
        ));
    }

    #[test]
    fn a_document_asks_for_no_higher_level_than_each_of_its_recipients_can_sign_in_at() {
        let asks = |level: AssuranceLevel, recipient: RecipientAddress| {
            let mut draft = draft();
            draft.files[0].minimum_level = Some(level);
            draft.recipients[1] = recipient;
            draft.check(&Limits::default(), &ways_in()).err()
        };
        let not_offered = |error: Option<SendError>| {
            matches!(
                error,
                Some(SendError::File {
                    index: 0,
                    problem: FileProblem::LevelNotOffered
                })
            )
        };
        assert!(asks(AssuranceLevel::Three, person("197701172392")).is_none());
        assert!(not_offered(asks(AssuranceLevel::Four, person("197701172392"))));
        assert!(not_offered(asks(
            AssuranceLevel::Three,
            invited(TENANT, "karin@norrby.example")
        )));
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
