//! What can be written after `valv`.

use std::path::PathBuf;

use base::MessageId;
use clap::{Args, Parser, Subcommand};
use client::{IdempotencyKey, Server};

use crate::texts::Language;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  something on this computer failed: a file, a folder
  2  the command is written wrongly
  3  the portal refused; what is wrong must be mended first
  4  not logged in, or the system may not do this
  5  the portal has no such message
  6  not done yet, or not known whether it was: run the same command again
  7  an earlier attempt ended unknown too long ago to be continued (see --again)";

/// Sends confidential documents through Postvalv and follows what happens to them.
///
/// Messages are in Swedish when LC_ALL, LC_MESSAGES or LANG begins with sv, otherwise in English.
#[derive(Parser)]
#[command(name = "valv", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// The file with the portal's address and the system's credentials, written by `valv login` [default:
    /// postvalv/valv.toml in $XDG_CONFIG_HOME or ~/.config].
    #[arg(long, global = true, env = "VALV_PROFILE", value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,

    /// Answer in JSON on standard output, and errors in JSON on standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// The language of messages.
    #[arg(long, global = true, value_enum)]
    pub(crate) language: Option<Language>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Save a system's credentials for the commands that follow, after trying them.
    Login(Login),
    /// Send a message, with documents or without.
    ///
    /// Safe to run again after a break: until the answer has come, the message's idempotency key is kept on this
    /// computer under a keyed fingerprint of the whole message, so the same command continues the same sending and
    /// nothing arrives twice. After success the same command sends a new message.
    Send(Send),
    /// Say how a message fares.
    Status(Named),
    /// List what has happened to the organisation's messages, oldest first.
    Events(Events),
    /// Take a message back: from now on nobody can read it.
    Revoke(Named),
}

#[derive(Args)]
pub(crate) struct Login {
    /// The portal's address, such as https://post.example.se.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Server,

    /// The system's id.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: String,

    /// A file with the system's private key, P-256 in PEM (PKCS #8), to sign with in place of sending a secret. The profile
    /// names the file, which must stay where it is.
    #[arg(long, value_name = "FILE", conflicts_with = "secret_file")]
    pub(crate) key: Option<PathBuf>,

    /// What the key is called (`kid`) in the key set that the system publishes. A registered key needs no name.
    #[arg(long, value_name = "KID", requires = "key")]
    pub(crate) key_id: Option<String>,

    /// A file with the system's secret. Without it the secret is taken from VALV_CLIENT_SECRET, or else asked for (or
    /// read from standard input when that is no terminal).
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Send {
    /// Who gets the message: a personnummer with the century, YYYYMMDDNNNN; or the prid of an e-ID of another country,
    /// CC:IDENTIFIER; or a work account, DIRECTORY/E-MAIL; once for each person. With - they are read
    /// from standard input, one on each line, so that they need not stand in the shell's history; an e-mail address
    /// may follow on the same line.
    #[arg(long, required = true, value_name = "RECIPIENT")]
    pub(crate) to: Vec<String>,

    /// The recipient's e-mail address; once for each --to, in the same order. The portal tells them there that something waits,
    /// and nothing else, where its operator has set up a mail server and they have not refused mails.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Vec<String>,

    /// What the message is about, in one line.
    #[arg(long)]
    pub(crate) title: String,

    /// The text of the message.
    #[arg(long, value_name = "TEXT", conflicts_with = "body_file")]
    pub(crate) body: Option<String>,

    /// A file with the text of the message.
    #[arg(long, value_name = "FILE")]
    pub(crate) body_file: Option<PathBuf>,

    /// Your own name for this kind of message, such as decision. It must say nothing of a person.
    #[arg(long, value_name = "NAME")]
    pub(crate) document_type: Option<String>,

    /// For how many whole days the message may be read [default: as your organisation has decided].
    #[arg(long, value_name = "DAYS")]
    pub(crate) retention_days: Option<u32>,

    /// The media type of the files, when their names do not tell it.
    #[arg(long, value_name = "TYPE")]
    pub(crate) media_type: Option<String>,

    /// The least level of assurance, 3 or 4, at which the recipients must have signed in to read the files.
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(3..=4))]
    pub(crate) minimum_level: Option<u8>,

    /// A folder for the letters to print and post, one text file for each recipient, named by the message's id and 1, 2
    /// and so on in the order of the recipients. A file that is there already is never overwritten.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) letters: Option<PathBuf>,

    /// A key of your own instead of one that valv keeps: for programs that remember it themselves.
    #[arg(long, value_name = "KEY", conflicts_with = "again")]
    pub(crate) idempotency_key: Option<IdempotencyKey>,

    /// Send as a new message even if an earlier attempt to send the same ended unknown. It may then arrive twice.
    #[arg(long)]
    pub(crate) again: bool,

    /// The documents.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Named {
    /// The message's id, as `valv send` printed it.
    #[arg(value_name = "ID")]
    pub(crate) id: MessageId,
}

#[derive(Args)]
pub(crate) struct Events {
    /// Keep running, and print events as they happen.
    #[arg(long)]
    pub(crate) follow: bool,

    /// Begin after the event with this number.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub(crate) after: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_recipient_takes_no_file_with_it() {
        let arguments = Arguments::try_parse_from([
            "valv",
            "send",
            "--to",
            "200001012384",
            "--to",
            "200001012392",
            "--title",
            "Beslut",
            "a.pdf",
            "b.pdf",
        ]);
        let Command::Send(send) = arguments.unwrap().command else {
            panic!("another command");
        };
        assert_eq!((send.to.len(), send.files.len()), (2, 2));
    }
}
