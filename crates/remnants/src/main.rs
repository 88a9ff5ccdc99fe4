//! `remnants FOLDER PROVIDER`: prints, one JSON line each, everything that opens of the raw files in a folder with the
//! secrets in a provider's folder. Content is printed in hexadecimal, so that a test can look for its canaries.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use remnants::{Opened, Remnant};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(provider), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("usage: remnants FOLDER PROVIDER");
        return ExitCode::from(2);
    };
    match remnants::examine(&folder, &provider) {
        Ok(found) => {
            found.iter().for_each(print);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(remnant: &Remnant) {
    let (kind, text, day) = match &remnant.opened {
        Opened::Key(owner, day) => ("key", owner.clone(), Some(day.to_string())),
        Opened::Text(text) => ("text", text.clone(), None),
        Opened::FileName(name) => ("file_name", name.clone(), None),
        Opened::Content(content) => ("content", hex::encode(content), None),
        Opened::Personal(text) => ("personal", text.clone(), None),
    };
    let places: Vec<&str> = remnant.places.iter().map(|place| &**place).collect();
    println!(
        "{}",
        serde_json::json!({ "kind": kind, "opened": text, "day": day, "places": places })
    );
}
