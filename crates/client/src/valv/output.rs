//! What a command answers: sentences for people, JSON for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::texts::Language;

/// How to answer.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    pub(crate) language: Language,
    pub(crate) json: bool,
}

impl Output {
    /// Writes the answer as JSON, or as the lines that `sentences` gives. A reader who has gone (`valv … | head`) is no
    /// error.
    pub(crate) fn answer<T: Serialize>(self, value: &T, sentences: impl FnOnce(Language) -> Vec<String>) {
        let mut lines = if self.json {
            serde_json::to_string(value).unwrap_or_default()
        } else {
            sentences(self.language).join("\n")
        };
        lines.push('\n');
        let mut out = io::stdout().lock();
        let _gone = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
    }

    /// The same, with the whole answer as JSON whatever was asked for.
    pub(crate) fn in_full(self) -> Self {
        Self { json: true, ..self }
    }

    /// Says something beside the answer, to people only.
    pub(crate) fn remark(self, sentence: &str) {
        if !self.json {
            let _gone = writeln!(io::stderr().lock(), "{sentence}");
        }
    }

    /// Whether whoever reads the answers has gone, as far as can be told by writing nothing.
    pub(crate) fn is_closed(self) -> bool {
        io::stdout().lock().flush().is_err()
    }
}
