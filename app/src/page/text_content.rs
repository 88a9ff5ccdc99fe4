//! From the bytes of a plain text file to text. Old Windows programs still write files in their own encoding, and a
//! person would rather read "år" than "�r".

/// The text in `bytes`: by its byte order mark, else as UTF-8, else as Windows-1252. When the bytes are not all of the
/// file (`complete` is false), a character cut at the end is left out.
pub(super) fn decode(bytes: &[u8], complete: bool) -> String {
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) if !complete && error.error_len().is_none() => {
                String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default()).into_owned()
            }
            Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
        },
    };
    // Control characters show nothing and may turn the direction of what follows.
    text.chars().filter(|character| !hidden(*character)).collect()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0,
    });
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn hidden(character: char) -> bool {
    let control = character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    control || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The WHATWG Encoding Standard's index of windows-1252.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH
            .get(usize::from(byte - 0x80))
            .copied()
            .unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_the_encoding_that_it_is_written_in() {
        assert_eq!(decode("Åtta år – ja".as_bytes(), true), "Åtta år – ja");
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa5", true), "å");
        assert_eq!(decode(b"\xc5tta \xe5r \x96 ja \x80", true), "Åtta år – ja €");
        assert_eq!(decode(b"\xff\xfe\xe5\x00r\x00", true), "år");
        assert_eq!(decode(b"\xfe\xff\x00\xe5\x00r", true), "år");
    }

    #[test]
    fn a_character_that_the_cut_went_through_is_left_out() {
        let bytes = "tre å".as_bytes();
        assert_eq!(decode(&bytes[..bytes.len() - 1], false), "tre ");
    }

    #[test]
    fn what_would_hide_or_turn_text_is_left_out() {
        assert_eq!(decode("a\u{0}b\u{202e}c\n\td".as_bytes(), true), "abc\n\td");
    }
}
