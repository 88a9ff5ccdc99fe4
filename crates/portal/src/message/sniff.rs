//! Whether a file's content is what its sender says that it is. Known types must begin as their formats do, and text must
//! be text all through; a type that we do not know may hold anything but what is known to be something else.

use super::FileProblem;
use super::format::{Format, KNOWN};

/// How many bytes of the beginning decide. A PDF may have something before its header (ISO 32000-1, annex H, note 13),
/// and a tar archive names itself at byte 257.
const HEAD: usize = 1024;

/// Looks at a file while it streams by.
#[derive(Debug)]
pub(super) struct Sniffer {
    media_type: String,
    rule: Rule,
    head: Vec<u8>,
    judged: bool,
    utf8: Utf8,
}

/// What a declared media type demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// UTF-8 without NUL.
    Text,
    /// No NUL; the encoding is the format's own matter.
    Markup,
    /// Begins as one of the formats of this type.
    Formats(&'static [Format]),
    /// Nothing that is known to be something else.
    Unknown,
    /// Anything.
    Any,
}

impl Rule {
    fn of(media_type: &str) -> Self {
        if let Some((_, formats)) = KNOWN.iter().find(|(known, _)| *known == media_type) {
            return Self::Formats(formats);
        }
        let zip = media_type.ends_with("+zip")
            || media_type.starts_with("application/vnd.openxmlformats-officedocument.")
            || (media_type.starts_with("application/vnd.oasis.opendocument.") && !media_type.ends_with("+xml"));
        if zip {
            Self::Formats(&[Format::Zip])
        } else if media_type == "text/xml" || media_type == "application/xml" || media_type.ends_with("+xml") {
            Self::Markup
        } else if media_type.starts_with("text/") || media_type == "application/json" || media_type.ends_with("+json") {
            Self::Text
        } else if media_type == "application/octet-stream" {
            Self::Any
        } else {
            Self::Unknown
        }
    }
}

impl Sniffer {
    /// A sniffer for a file that is declared to be of `media_type`, in the form of [`super::media_type::accept`].
    pub(super) fn new(media_type: &str) -> Self {
        Self {
            media_type: media_type.to_owned(),
            rule: Rule::of(media_type),
            head: Vec::new(),
            judged: false,
            utf8: Utf8::default(),
        }
    }

    /// Looks at the next bytes.
    ///
    /// # Errors
    ///
    /// [`FileProblem::TypeMismatch`] as soon as it shows.
    pub(super) fn look(&mut self, bytes: &[u8]) -> Result<(), FileProblem> {
        match self.rule {
            Rule::Text if bytes.contains(&0) || !self.utf8.accepts(bytes) => return Err(FileProblem::TypeMismatch),
            Rule::Markup if bytes.contains(&0) => return Err(FileProblem::TypeMismatch),
            _ => {}
        }
        if !self.judged {
            let room = HEAD - self.head.len();
            self.head
                .extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
            if self.head.len() == HEAD {
                self.judge()?;
            }
        }
        Ok(())
    }

    /// The file has ended.
    ///
    /// # Errors
    ///
    /// [`FileProblem::TypeMismatch`].
    pub(super) fn finish(mut self) -> Result<(), FileProblem> {
        if self.rule == Rule::Text && !self.utf8.is_complete() {
            return Err(FileProblem::TypeMismatch);
        }
        if self.judged { Ok(()) } else { self.judge() }
    }

    fn judge(&mut self) -> Result<(), FileProblem> {
        self.judged = true;
        let head = std::mem::take(&mut self.head);
        let fits = match self.rule {
            Rule::Formats(formats) => formats.iter().any(|format| format.begins(&head)),
            Rule::Unknown => !Format::ALL
                .into_iter()
                .any(|format| format.is_distinct() && format.begins(&head) && !self.may_hold(format)),
            Rule::Text | Rule::Markup | Rule::Any => true,
        };
        if fits { Ok(()) } else { Err(FileProblem::TypeMismatch) }
    }

    /// Types of programs may hold programs.
    fn may_hold(&self, format: Format) -> bool {
        let program = [
            "x-executable",
            "x-msdownload",
            "x-elf",
            "x-mach-binary",
            "vnd.microsoft.portable-executable",
        ];
        format == Format::Executable
            && self
                .media_type
                .strip_prefix("application/")
                .is_some_and(|subtype| program.contains(&subtype))
    }
}

/// Checks UTF-8 piece by piece; a character may lie across two pieces.
#[derive(Debug, Default)]
struct Utf8 {
    /// The beginning of a character whose rest has not come yet: at most three bytes.
    pending: Vec<u8>,
}

impl Utf8 {
    fn accepts(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while !self.pending.is_empty() {
            let Some((first, after)) = rest.split_first() else {
                return true;
            };
            self.pending.push(*first);
            rest = after;
            match std::str::from_utf8(&self.pending) {
                Ok(_) => self.pending.clear(),
                Err(problem) if problem.error_len().is_some() => return false,
                Err(_) => {}
            }
        }
        match std::str::from_utf8(rest) {
            Ok(_) => true,
            Err(problem) if problem.error_len().is_some() => false,
            Err(problem) => {
                self.pending
                    .extend_from_slice(rest.get(problem.valid_up_to()..).unwrap_or_default());
                true
            }
        }
    }

    const fn is_complete(&self) -> bool {
        self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sniff(media_type: &str, content: &[u8], piece: usize) -> bool {
        let mut sniffer = Sniffer::new(media_type);
        content.chunks(piece).all(|piece| sniffer.look(piece).is_ok()) && sniffer.finish().is_ok()
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const PDF: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";

    #[test]
    fn content_that_is_what_it_is_said_to_be_passes_in_pieces_of_any_size() {
        let files: [(&str, &[u8]); 9] = [
            ("application/pdf", PDF),
            ("image/png", PNG),
            ("image/jpeg", b"\xFF\xD8\xFF\xE0\0\x10JFIF"),
            ("text/plain", "Hej Åsa 🦉\r\n".as_bytes()),
            ("application/json", b"{\"a\": 1}"),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                b"PK\x03\x04\x14\0",
            ),
            ("application/vnd.oasis.opendocument.text", b"PK\x03\x04\x14\0"),
            ("application/vnd.acme.drawing", b"ACME\0\0\0\x01"),
            ("application/octet-stream", b"MZ\x90\0"),
        ];
        for (media_type, content) in files {
            for piece in [1, 3, 1000] {
                assert!(sniff(media_type, content, piece), "{media_type} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn content_that_is_something_else_is_refused() {
        let files: [(&str, &[u8]); 10] = [
            ("application/pdf", PNG),
            ("application/pdf", b"<html>"),
            ("image/png", PDF),
            ("image/jpeg", b"MZ\x90\0"),
            ("text/plain", PNG),
            ("text/plain", b"caf\xE9"),
            ("text/plain", b"nul\0"),
            ("text/csv", b"\xFF\xFEa\0"),
            ("application/vnd.acme.drawing", b"MZ\x90\0"),
            ("image/x-acme", b"\x7FELF"),
        ];
        for (media_type, content) in files {
            assert!(!sniff(media_type, content, 7), "{media_type}");
        }
    }

    #[test]
    fn a_text_that_ends_in_the_middle_of_a_character_is_refused() {
        assert!(!sniff("text/plain", "å".as_bytes().get(..1).unwrap(), 1));
    }

    #[test]
    fn a_nul_far_into_a_text_is_noticed() {
        let mut content = vec![b'a'; 100_000];
        content.push(0);
        assert!(!sniff("text/plain", &content, 4096));
    }

    #[test]
    fn a_pdf_may_have_something_before_its_header_but_not_much() {
        let mut content = vec![b'\n'; 900];
        content.extend_from_slice(PDF);
        assert!(sniff("application/pdf", &content, 64));
        let mut content = vec![b'\n'; 1100];
        content.extend_from_slice(PDF);
        assert!(!sniff("application/pdf", &content, 64));
    }

    proptest! {
        #[test]
        fn every_text_is_text_in_pieces_of_any_size(text in "[^\\x00]{0,200}", piece in 1_usize..20) {
            prop_assert!(sniff("text/plain", text.as_bytes(), piece));
        }

        #[test]
        fn the_size_of_the_pieces_never_matters(content in prop::collection::vec(any::<u8>(), 0..300), piece in 1_usize..50) {
            for media_type in ["text/plain", "application/pdf", "image/bmp", "application/x-acme"] {
                prop_assert_eq!(sniff(media_type, &content, piece), sniff(media_type, &content, 1000));
            }
        }
    }
}
