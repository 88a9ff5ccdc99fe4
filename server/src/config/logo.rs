//! A provider's logotype: a picture that the operator has the right to show and gives as a file.

use std::io::Read as _;
use std::path::Path;

/// The largest file, in bytes: it is part of the page that everybody loads first.
const MAX_BYTES: usize = 64 * 1024;

/// The widest and highest picture, in pixels.
const MAX_PIXELS: u32 = 1024;

/// What a PNG file begins with: its signature, and the chunk that says the size (PNG specification, sections 5.2 and
/// 11.2.2).
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";

/// A picture in PNG. Other formats are refused: an SVG may hold scripts and addresses, and need not be looked through when
/// nobody needs one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logo {
    pub(crate) png: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Logo {
    /// Reads the picture, or says what is wrong with the file.
    pub(crate) fn read(path: &Path) -> Result<Self, &'static str> {
        let file = std::fs::File::open(path).map_err(|_| "the file can't be opened")?;
        let mut png = Vec::new();
        let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX) + 1;
        let read = file.take(limit).read_to_end(&mut png);
        read.map_err(|_| "the file can't be read")?;
        Self::of(png)
    }

    fn of(png: Vec<u8>) -> Result<Self, &'static str> {
        if png.len() > MAX_BYTES {
            return Err("the file must have at most 65536 bytes");
        }
        let size = png.strip_prefix(SIGNATURE).and_then(|rest| {
            let (width, rest) = rest.split_first_chunk()?;
            let (height, _) = rest.split_first_chunk()?;
            Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
        });
        let (width, height) = size.ok_or("the file must be a PNG picture")?;
        if [width, height].iter().all(|pixels| (1..=MAX_PIXELS).contains(pixels)) {
            Ok(Self { png, width, height })
        } else {
            Err("the picture must have at most 1024 by 1024 pixels")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, bytes: usize) -> Vec<u8> {
        let mut png = [SIGNATURE, &width.to_be_bytes(), &height.to_be_bytes()].concat();
        png.resize(bytes, 0);
        png
    }

    #[test]
    fn a_small_png_is_a_logo_and_its_size_is_known() {
        let logo = Logo::of(png(300, 100, MAX_BYTES)).unwrap();
        assert_eq!((logo.width, logo.height), (300, 100));
        assert!(Logo::of(png(1024, 1024, 100)).is_ok());
    }

    #[test]
    fn anything_else_is_refused() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for (content, problem) in [
            (Vec::new(), "must be a PNG"),
            (svg.to_vec(), "must be a PNG"),
            (b"GIF89a\x01\x00\x01\x00".to_vec(), "must be a PNG"),
            (png(1, 1, 20), "must be a PNG"),
            (png(300, 100, MAX_BYTES + 1), "at most 65536 bytes"),
            (png(1025, 1, 100), "at most 1024"),
            (png(1, u32::MAX, 100), "at most 1024"),
            (png(0, 1, 100), "at most 1024"),
        ] {
            let given = Logo::of(content).unwrap_err();
            assert!(given.contains(problem), "{given}");
        }
        assert_eq!(
            Logo::read(Path::new("/nowhere/logo.png")),
            Err("the file can't be opened")
        );
    }
}
