//! File formats that can be told by their first bytes, and the media types that name them.

/// A format that can be told by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
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
pub(super) const KNOWN: &[(&str, &[Format])] = &[
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

impl Format {
    /// Every format there is.
    pub(super) const ALL: [Self; 25] = [
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

    /// Whether a file that begins so is of this format.
    pub(super) fn begins(self, head: &[u8]) -> bool {
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
    pub(super) const fn is_distinct(self) -> bool {
        !matches!(
            self,
            Self::Bmp | Self::Mp3 | Self::Tiff | Self::Bzip2 | Self::Mp4 | Self::Zip | Self::Pdf | Self::Ole
        )
    }
}
