//! What stands in a PDF, as a program reads it that is not ours: poppler's.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The text of a PDF in the order in which it is read, with its lines and spaces as one space.
pub(crate) fn text_of(pdf: &[u8]) -> String {
    read(pdf, &[]).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the program reads with these options.
pub(crate) fn read(pdf: &[u8], options: &[&str]) -> String {
    let reading = Command::new("pdftotext")
        .args(options)
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut reading) = reading else {
        panic!("pdftotext can't be run: apt-get install poppler-utils");
    };
    // It reads everything before it writes anything.
    reading.stdin.take().unwrap().write_all(pdf).unwrap();
    let read = reading.wait_with_output().unwrap();
    assert!(read.status.success());
    String::from_utf8(read.stdout).unwrap()
}
