//! `postvalv protocol`

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::OrganisationId;
use clap::{Args, Subcommand};
use portal::{PublicKeys, SignedStatement, VerifiedFile};

use super::{answer, load, operator};

/// What to do with the protocols of what was purged.
#[derive(Debug, Subcommand)]
pub enum ProtocolCommand {
    /// Check protocols or proofs that were handed out, with the public keys alone: no configuration, database or network is used.
    Verify(Verify),
    /// List an organisation's protocols, the latest first: number, when it was closed, documents, messages, bytes and root.
    List {
        /// The organisation's id.
        #[arg(long, value_name = "ID")]
        organisation: OrganisationId,
    },
    /// Print a protocol as JSON, as admins and auditors download it.
    Show(Show),
}

/// What to check.
#[derive(Debug, Args)]
pub struct Verify {
    /// Protocols or proofs as JSON. Of several protocols that follow each other, that they do is checked too.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The public keys, from /.well-known/postvalv-signing-keys.json [default: postvalv-signing-keys.json beside the first file].
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

/// Which protocol.
#[derive(Debug, Args)]
pub struct Show {
    /// The organisation's id.
    #[arg(long, value_name = "ID")]
    organisation: OrganisationId,
    /// The protocol's number.
    #[arg(long)]
    number: u64,
}

/// The largest file that is read, in bytes: several times what the largest protocol comes to.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

pub(super) async fn run(config: &Path, command: ProtocolCommand) -> anyhow::Result<()> {
    match command {
        ProtocolCommand::Verify(arguments) => verify(&arguments),
        ProtocolCommand::List { organisation } => {
            let (portal, clock) = super::open(&load(config)?).await?;
            let actor = operator(&clock);
            let mut before = None;
            loop {
                let page = portal.purge_protocols(&actor, organisation, before).await?;
                for signed in &page.statements {
                    let stated = signed.statement();
                    answer(&format!(
                        "{:>6}  {}  {:>6}  {:>6}  {:>12}  {}",
                        stated.number,
                        stated.closed.to_rfc3339(),
                        stated.documents,
                        stated.messages,
                        stated.bytes,
                        stated.root
                    ));
                }
                before = page.before;
                if before.is_none() {
                    break;
                }
            }
            portal.close().await;
            Ok(())
        }
        ProtocolCommand::Show(Show { organisation, number }) => {
            let (portal, clock) = super::open(&load(config)?).await?;
            let protocol = portal.purge_protocol(&operator(&clock), organisation, number).await?;
            answer(protocol.to_json().trim_end());
            portal.close().await;
            Ok(())
        }
    }
}

fn verify(arguments: &Verify) -> anyhow::Result<()> {
    let beside = || {
        arguments
            .files
            .first()
            .map(|file| file.with_file_name("postvalv-signing-keys.json"))
    };
    let keys = arguments.keys.clone().or_else(beside).unwrap_or_default();
    let text = read(&keys).with_context(|| format!("the public keys can't be read from {}", keys.display()))?;
    let keys = PublicKeys::from_json(&text).with_context(|| format!("{} is refused", keys.display()))?;
    let mut checked = Vec::new();
    for path in &arguments.files {
        let text = read(path).with_context(|| format!("{} can't be read", path.display()))?;
        let file = VerifiedFile::check(&text, &keys).with_context(|| format!("{} is refused", path.display()))?;
        answer(&format!("{} holds\n{}", path.display(), told(&file)));
        checked.push(file.signed().clone());
    }
    SignedStatement::check_order(&mut checked)?;
    Ok(())
}

/// What a file says, for people.
fn told(file: &VerifiedFile) -> String {
    let signed = file.signed();
    let stated = signed.statement();
    let mut text = String::new();
    if let VerifiedFile::Proof(proof) = file {
        let leaf = proof.leaf();
        text.push_str(&format!(
            "  {:<13} {}\n  sent          {}\n  purged        {}\n",
            leaf.kind.as_str(),
            leaf.id,
            leaf.sent.to_rfc3339(),
            leaf.purged.to_rfc3339(),
        ));
    }
    let previous = stated.previous.map_or_else(|| "-".to_owned(), |hash| hash.to_string());
    text.push_str(&format!(
        "  organisation  {} ({})\n  protocol      {}\n  first purged  {}\n  last purged   {}\n  closed        {}\n  \
         documents     {}\n  messages      {}\n  bytes         {}\n  root          {}\n  previous      {previous}\n  \
         key           {}",
        stated.organisation_name,
        stated.organisation,
        stated.number,
        stated.first_purged.to_rfc3339(),
        stated.last_purged.to_rfc3339(),
        stated.closed.to_rfc3339(),
        stated.documents,
        stated.messages,
        stated.bytes,
        stated.root,
        signed.signature().key_id,
    ));
    text
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(read)? > MAX_BYTES {
        bail!("it is larger than any such file");
    }
    Ok(text)
}
