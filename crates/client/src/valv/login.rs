//! `valv login`.

use std::env;
use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use base::SecretString;
use client::{Client, Credentials, Proof};
use serde_json::json;

use crate::arguments::Login;
use crate::failure::Failure;
use crate::output::Output;
use crate::profile::{self, Profile};
use crate::texts::Language;

pub(crate) async fn login(arguments: Login, path: &Path, output: Output) -> Result<(), Failure> {
    let (proof, key_file) = match &arguments.key {
        Some(file) => {
            // The profile is read from wherever `valv` runs next.
            let file = fs::canonicalize(file).map_err(|error| Failure::file(file, error))?;
            (profile::read_key(&file, arguments.key_id)?, Some(file))
        }
        None => (
            Proof::Secret(secret(arguments.secret_file.as_deref(), output.language)?),
            None,
        ),
    };
    let profile = Profile {
        server: arguments.server,
        credentials: Credentials {
            client_id: arguments.client_id.trim().to_owned(),
            proof,
        },
        key_file,
    };
    let client = Client::new(profile.server.clone(), profile.credentials.clone())?;
    let scopes = client.sign_in().await?;
    profile.save(path)?;
    let server = profile.server.to_string();
    let answer = json!({ "server": server, "scopes": scopes, "profile": path });
    output.answer(&answer, |language| {
        vec![language.logged_in(&server, &scopes.join(", "), &path.display().to_string())]
    });
    Ok(())
}

fn secret(file: Option<&Path>, language: Language) -> Result<SecretString, Failure> {
    let text = match (file, env::var("VALV_CLIENT_SECRET")) {
        (Some(path), _) => fs::read_to_string(path).map_err(|error| Failure::file(path, error))?,
        (None, Ok(text)) => text,
        (None, Err(_)) if io::stdin().is_terminal() => ask(language)?,
        (None, Err(_)) => {
            let mut line = String::new();
            io::stdin()
                .lock()
                .read_line(&mut line)
                .map_err(|error| Failure::file(Path::new("-"), error))?;
            line
        }
    };
    let text = SecretString::new(text);
    match text.expose().trim() {
        "" => Err(Failure::NoSecret),
        secret => Ok(SecretString::new(secret.to_owned())),
    }
}

fn ask(language: Language) -> Result<String, Failure> {
    let fail = |error| Failure::file(Path::new("/dev/tty"), error);
    let mut terminal = console::Term::stderr();
    terminal.write_all(language.ask_for_secret().as_bytes()).map_err(fail)?;
    terminal.read_secure_line().map_err(fail)
}
