//! Why a command failed, and the exit code that says so.

use std::io;
use std::path::{Path, PathBuf};

use base::InvalidPersonnummer;
use client::api::ProblemCode;
use client::{ClientError, Outcome};
use serde_json::json;

use crate::texts::Language;

/// A command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file or folder can't be used.
    File { path: PathBuf, cause: io::Error },
    /// Neither a home nor the folders of the XDG specification are known.
    NoHome,
    /// There is no profile at the path.
    NoProfile(PathBuf),
    /// The profile can be read by others.
    ProfileReadable(PathBuf),
    /// The profile is not what `valv login` writes.
    ProfileBroken(PathBuf),
    /// The system's private key can be read by others.
    KeyReadable(PathBuf),
    /// The file holds no private key that can be used.
    KeyBroken(PathBuf),
    /// The secret that was given is empty.
    NoSecret,
    /// A recipient, by place from 1, is no personnummer.
    Recipient { place: usize, problem: InvalidPersonnummer },
    /// A recipient looks like a prid or a work account, and is none.
    NotARecipient { place: usize },
    /// Standard input named nobody.
    NoRecipients,
    /// `--email` stands another number of times than `--to`.
    EmailCount,
    /// A file is empty.
    EmptyFile(PathBuf),
    /// A path is no file.
    NotAFile(PathBuf),
    /// An earlier attempt is too old for its key to mean anything to the portal.
    TooOldToContinue,
    /// The message was sent, but its letters could not be written.
    Letters {
        message: String,
        cause: io::Error,
        path: PathBuf,
    },
    /// The portal or the way to it.
    Client(ClientError),
    /// Sending failed, and the same command continues it.
    Continue(ClientError),
}

impl Failure {
    pub(crate) fn file(path: &Path, cause: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            cause,
        }
    }

    pub(crate) fn broken_file(path: &Path) -> Self {
        Self::file(path, io::ErrorKind::InvalidData.into())
    }

    /// The exit code; see `valv --help`.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::File { .. } | Self::NoHome | Self::EmptyFile(_) | Self::NotAFile(_) | Self::Letters { .. } => 1,
            Self::Recipient { .. }
            | Self::NotARecipient { .. }
            | Self::NoRecipients
            | Self::EmailCount
            | Self::NoSecret => 2,
            Self::NoProfile(_)
            | Self::ProfileReadable(_)
            | Self::ProfileBroken(_)
            | Self::KeyReadable(_)
            | Self::KeyBroken(_) => 4,
            Self::TooOldToContinue => 7,
            Self::Continue(_) => 6,
            Self::Client(ClientError::Document { .. } | ClientError::NoRandomNumbers(_)) => 1,
            Self::Client(error) if error.outcome() != Outcome::NotDone => 6,
            Self::Client(ClientError::NotSignedIn(_)) => 4,
            Self::Client(ClientError::Refused(problem)) => match problem.known_code() {
                Some(ProblemCode::InsufficientScope | ProblemCode::NetworkNotAllowed) => 4,
                Some(ProblemCode::NotFound) => 5,
                _ => 3,
            },
            Self::Client(_) => 3,
        }
    }

    /// A word for programs.
    fn code(&self) -> &str {
        match self {
            Self::File { .. } => "file",
            Self::NoHome => "no-home",
            Self::NoProfile(_) => "no-profile",
            Self::ProfileReadable(_) => "profile-readable-by-others",
            Self::ProfileBroken(_) => "profile-broken",
            Self::KeyReadable(_) => "key-readable-by-others",
            Self::KeyBroken(_) => "key-broken",
            Self::NoSecret => "no-secret",
            Self::Recipient { .. } => "invalid-personnummer",
            Self::NotARecipient { .. } => "invalid-recipient",
            Self::NoRecipients => "no-recipients",
            Self::EmailCount => "email-count",
            Self::EmptyFile(_) => "empty-file",
            Self::NotAFile(_) => "not-a-file",
            Self::TooOldToContinue => "too-old-to-continue",
            Self::Letters { .. } => "letters",
            Self::Client(error) | Self::Continue(error) => match error {
                ClientError::Unreachable(_) => "unreachable",
                ClientError::BrokenOff(_) => "broken-off",
                ClientError::NotSignedIn(_) => "not-signed-in",
                ClientError::Refused(problem) => &problem.code,
                ClientError::Unexpected { .. } => "unexpected-answer",
                ClientError::NoRandomNumbers(_) => "no-random-numbers",
                ClientError::Document { .. } => "file",
            },
        }
    }

    /// The error as JSON, with the portal's problem when it is one.
    pub(crate) fn to_json(&self, language: Language) -> serde_json::Value {
        let problem = match self {
            Self::Client(ClientError::Refused(problem)) | Self::Continue(ClientError::Refused(problem)) => {
                Some(problem)
            }
            _ => None,
        };
        json!({ "error": {
            "code": self.code(),
            "message": language.failure(self),
            "exit_code": self.exit_code(),
            "run_again": self.exit_code() == 6,
            "problem": problem,
        }})
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

#[cfg(test)]
mod tests {
    use client::api::{Problem, TokenErrorCode};

    use super::*;

    fn refused(code: ProblemCode) -> u8 {
        Failure::from(ClientError::Refused(Box::new(Problem::new(code)))).exit_code()
    }

    #[test]
    fn the_exit_code_says_what_to_do() {
        assert_eq!(refused(ProblemCode::TypeMismatch), 3);
        assert_eq!(refused(ProblemCode::InsufficientScope), 4);
        assert_eq!(refused(ProblemCode::NotFound), 5);
        assert_eq!(refused(ProblemCode::StillReceiving), 6);
        assert_eq!(refused(ProblemCode::OutOfSpace), 6);
        let signed_out = Failure::Client(ClientError::NotSignedIn(TokenErrorCode::InvalidClient));
        assert_eq!(signed_out.exit_code(), 4);
        assert_eq!(Failure::Client(ClientError::BrokenOff(None)).exit_code(), 6);
    }

    #[test]
    fn an_error_in_json_carries_the_portals_problem() {
        let failure = Failure::from(ClientError::Refused(Box::new(Problem::new(ProblemCode::EmptyFile))));
        let json = failure.to_json(Language::English);
        assert_eq!(json["error"]["code"], "empty-file");
        assert_eq!(json["error"]["problem"]["status"], 422);
        assert_eq!(json["error"]["run_again"], false);
    }
}
