//! Whether a file's content is what its sender says that it is. Known types must begin as their formats do, and text must
//! be text all through; a type that we do not know may hold anything but what is known to be something else.

use super::FileProblem;

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

/// A format that can be told by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Pdf,
    Png,
    Jpeg,
    Gif,
    Webp,
    Tiff,
    Bmp,
    Heif,
    Avif,
    Zip,
    Gzip,
    SevenZip,
    Rar,
    Xz,
    Bzip2,
    Tar,
    Ole,
    Rtf,
    Mp4,
    Matroska,
    Mp3,
    Wav,
    Ogg,
    Flac,
    Executable,
}

/// Media types whose formats we know.
const KNOWN: &[(&str, &[Format])] = &[
    ("application/pdf", &[Format::Pdf]),
    ("image/png", &[Format::Png]),
    ("image/apng", &[Format::Png]),
    ("image/jpeg", &[Format::Jpeg]),
    ("image/gif", &[Format::Gif]),
    ("image/webp", &[Format::Webp]),
    ("image/tiff", &[Format::Tiff]),
    ("image/bmp", &[Format::Bmp]),
    ("image/heic", &[Format::Heif]),
    ("image/heif", &[Format::Heif]),
    ("image/avif", &[Format::Avif]),
    ("application/zip", &[Format::Zip]),
    ("application/gzip", &[Format::Gzip]),
    ("application/x-7z-compressed", &[Format::SevenZip]),
    ("application/vnd.rar", &[Format::Rar]),
    ("application/x-xz", &[Format::Xz]),
    ("application/x-bzip2", &[Format::Bzip2]),
    ("application/x-tar", &[Format::Tar]),
    ("application/msword", &[Format::Ole]),
    ("application/vnd.ms-excel", &[Format::Ole]),
    ("application/vnd.ms-powerpoint", &[Format::Ole]),
    ("application/vnd.ms-outlook", &[Format::Ole]),
    ("application/rtf", &[Format::Rtf]),
    ("text/rtf", &[Format::Rtf]),
    ("application/java-archive", &[Format::Zip]),
    ("video/mp4", &[Format::Mp4]),
    ("audio/mp4", &[Format::Mp4]),
    ("video/quicktime", &[Format::Mp4]),
    ("video/webm", &[Format::Matroska]),
    ("audio/webm", &[Format::Matroska]),
    ("video/x-matroska", &[Format::Matroska]),
    ("audio/mpeg", &[Format::Mp3]),
    ("audio/wav", &[Format::Wav]),
    ("audio/ogg", &[Format::Ogg]),
    ("video/ogg", &[Format::Ogg]),
    ("audio/flac", &[Format::Flac]),
];

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

impl Format {
    const ALL: [Self; 25] = [
        Self::Pdf,
        Self::Png,
        Self::Jpeg,
        Self::Gif,
        Self::Webp,
        Self::Tiff,
        Self::Bmp,
        Self::Heif,
        Self::Avif,
        Self::Zip,
        Self::Gzip,
        Self::SevenZip,
        Self::Rar,
        Self::Xz,
        Self::Bzip2,
        Self::Tar,
        Self::Ole,
        Self::Rtf,
        Self::Mp4,
        Self::Matroska,
        Self::Mp3,
        Self::Wav,
        Self::Ogg,
        Self::Flac,
        Self::Executable,
    ];

    fn begins(self, head: &[u8]) -> bool {
        let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
        let any = |magics: &[&[u8]]| magics.iter().any(|magic| head.starts_with(magic));
        let brand = |brands: &[&[u8; 4]]| at(4, b"ftyp") && brands.iter().any(|brand| at(8, *brand));
        match self {
            Self::Pdf => head.windows(5).any(|window| window == b"%PDF-"),
            Self::Png => at(0, b"\x89PNG\r\n\x1a\n"),
            Self::Jpeg => at(0, b"\xFF\xD8\xFF"),
            Self::Gif => any(&[b"GIF87a", b"GIF89a"]),
            Self::Webp => at(0, b"RIFF") && at(8, b"WEBP"),
            Self::Tiff => any(&[b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]),
            Self::Bmp => at(0, b"BM"),
            Self::Heif => brand(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"]),
            Self::Avif => brand(&[b"avif", b"avis", b"mif1"]),
            Self::Zip => any(&[b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"]),
            Self::Gzip => at(0, b"\x1F\x8B\x08"),
            Self::SevenZip => at(0, b"7z\xBC\xAF\x27\x1C"),
            Self::Rar => at(0, b"Rar!\x1A\x07"),
            Self::Xz => at(0, b"\xFD7zXZ\0"),
            Self::Bzip2 => at(0, b"BZh"),
            Self::Tar => at(257, b"ustar"),
            Self::Ole => at(0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
            Self::Rtf => at(0, b"{\\rtf"),
            Self::Mp4 => at(4, b"ftyp"),
            Self::Matroska => at(0, b"\x1A\x45\xDF\xA3"),
            Self::Mp3 => at(0, b"ID3") || matches!(head, [0xFF, second, ..] if second & 0xE6 == 0xE2),
            Self::Wav => at(0, b"RIFF") && at(8, b"WAVE"),
            Self::Ogg => at(0, b"OggS"),
            Self::Flac => at(0, b"fLaC"),
            Self::Executable => any(&[
                b"MZ",
                b"\x7FELF",
                b"\xCF\xFA\xED\xFE",
                b"\xCE\xFA\xED\xFE",
                b"\xCA\xFE\xBA\xBE",
            ]),
        }
    }

    /// The beginning is so distinct that ordinary content of another type does not have it by chance.
    const fn is_distinct(self) -> bool {
        !matches!(
            self,
            Self::Bmp | Self::Mp3 | Self::Tiff | Self::Bzip2 | Self::Mp4 | Self::Zip | Self::Pdf | Self::Ole
        )
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
