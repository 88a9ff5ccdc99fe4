//! What PostgreSQL does to bytes on their way to a file, undone where it would cut a value in two: the page headers of
//! its write-ahead log, and the chunks of TOAST. (`src/include/access/xlog_internal.h` and `heaptoast.h` of version 15.)

/// Bytes of a page of the log.
const LOG_PAGE: usize = 8192;
/// The high byte of the magic number of a log page, the same since version 13.
const LOG_MAGIC: u8 = 0xd1;
/// Set in the second word of a log page's header when it is the longer one that begins a file.
const LONG_HEADER: u8 = 0x02;
const LONG_HEADER_SIZE: usize = 40;
const HEADER_SIZE: usize = 24;
/// Bytes of a chunk of TOAST; only the last is shorter.
const CHUNK: usize = 1996;
/// The longest value that stands in a row itself, with some room.
const MAX_IN_ROW: usize = 8192;

/// Whether a file belongs to `template0`, to which nobody can connect, so that nothing of ours gets there: what it holds is
/// PostgreSQL's own, and lies in every other database too.
pub(crate) fn is_pristine(place: &str) -> bool {
    place.contains("/base/4/")
}

/// The bytes of a file, without page headers where it is a file of PostgreSQL's log, so that what runs over the border of
/// two pages is whole.
pub(crate) fn without_page_headers(file: Vec<u8>) -> Vec<u8> {
    if !file.len().is_multiple_of(LOG_PAGE) || !file.chunks(LOG_PAGE).next().is_some_and(is_log_page) {
        return file;
    }
    file.chunks(LOG_PAGE)
        .flat_map(|page| {
            let header = match page {
                _ if !is_log_page(page) => 0,
                [_, _, info, ..] if info & LONG_HEADER != 0 => LONG_HEADER_SIZE,
                _ => HEADER_SIZE,
            };
            page.get(header..).unwrap_or_default()
        })
        .copied()
        .collect()
}

fn is_log_page(page: &[u8]) -> bool {
    matches!(page, [_, LOG_MAGIC, _, 0, ..])
}

/// The whole of a long value of which something begins at `start`, when PostgreSQL's own length stands before it: in a row
/// or in TOAST.
pub(crate) fn whole_value(bytes: &[u8], start: usize) -> Option<Vec<u8>> {
    let length = length_before(bytes, start)?;
    let first = bytes.get(start..start.checked_add(length)?)?;
    match chunk_before(bytes, start) {
        Some((value, 0)) if length <= CHUNK => Some(chunks(bytes, value, first)),
        _ => Some(first.to_vec()),
    }
}

/// The length in the four bytes before a value, of which the two lowest bits are clear and the rest counts the four bytes
/// too.
fn length_before(bytes: &[u8], start: usize) -> Option<usize> {
    let header = word_before(bytes, start)?;
    let length = usize::try_from(header / 4).ok()?.checked_sub(4)?;
    (header % 4 == 0 && (1..=MAX_IN_ROW).contains(&length)).then_some(length)
}

/// The value's id and the chunk's number, when what begins at `start` is a chunk of TOAST.
fn chunk_before(bytes: &[u8], start: usize) -> Option<(u32, u32)> {
    Some((
        word_before(bytes, start.checked_sub(8)?)?,
        word_before(bytes, start.checked_sub(4)?)?,
    ))
}

fn word_before(bytes: &[u8], end: usize) -> Option<u32> {
    let (_, word) = bytes.get(..end)?.split_last_chunk::<4>()?;
    Some(u32::from_le_bytes(*word))
}

/// Puts a value in TOAST together from its first chunk and the others, wherever in the file they lie.
fn chunks(bytes: &[u8], value: u32, first: &[u8]) -> Vec<u8> {
    let mut whole = first.to_vec();
    let mut last = first.len();
    let mut number: u32 = 1;
    while last == CHUNK {
        let Some(chunk) = chunk(bytes, value, number) else {
            break;
        };
        whole.extend_from_slice(chunk);
        last = chunk.len();
        number += 1;
    }
    whole
}

fn chunk(bytes: &[u8], value: u32, number: u32) -> Option<&[u8]> {
    let mut head = [0; 8];
    head[..4].copy_from_slice(&value.to_le_bytes());
    head[4..].copy_from_slice(&number.to_le_bytes());
    let mut places = bytes
        .windows(head.len())
        .enumerate()
        .filter(|(_, window)| *window == head);
    places.find_map(|(place, _)| {
        let start = place + head.len() + 4;
        let length = length_before(bytes, start).filter(|length| *length <= CHUNK)?;
        bytes.get(start..start + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_page(info: u8, header: usize, fill: u8) -> Vec<u8> {
        let mut page = vec![fill; LOG_PAGE];
        page[..header].fill(0xee);
        page[..4].copy_from_slice(&[0x10, LOG_MAGIC, info, 0]);
        page
    }

    #[test]
    fn what_runs_over_the_border_of_two_log_pages_is_put_together() {
        let pages = [log_page(2, 40, 1), log_page(0, 24, 2), vec![0; LOG_PAGE]].concat();
        let expected = [vec![1; LOG_PAGE - 40], vec![2; LOG_PAGE - 24], vec![0; LOG_PAGE]].concat();
        assert!(without_page_headers(pages) == expected);
    }

    #[test]
    fn other_files_stay_as_they_are() {
        for file in [vec![], vec![7; LOG_PAGE], vec![7; 100]] {
            assert!(without_page_headers(file.clone()) == file);
        }
    }

    fn toasted(value: u32, chunks: &[(u32, &[u8])]) -> Vec<u8> {
        let mut file = vec![0xaa; 50];
        for (number, chunk) in chunks {
            file.extend(value.to_le_bytes());
            file.extend(number.to_le_bytes());
            file.extend((u32::try_from(chunk.len() + 4).unwrap() * 4).to_le_bytes());
            file.extend(*chunk);
            file.extend([0xbb; 31]);
        }
        file
    }

    #[test]
    fn a_value_in_toast_is_put_together_in_whatever_order_its_chunks_lie() {
        let value: Vec<u8> = (0..2500_u16).flat_map(u16::to_be_bytes).collect();
        let parts: Vec<&[u8]> = value.chunks(CHUNK).collect();
        let file = toasted(20_000, &[(2, parts[2]), (0, parts[0]), (1, parts[1])]);
        let start = file.windows(100).position(|window| window == &value[..100]).unwrap();
        assert!(whole_value(&file, start) == Some(value));
    }

    #[test]
    fn a_value_in_its_row_has_the_length_that_stands_before_it() {
        let mut file = vec![9; 70];
        file.extend((704_u32 * 4).to_le_bytes());
        file.extend([7; 900]);
        assert_eq!(whole_value(&file, 74), Some(vec![7; 700]));
        for start in [0, 3, 4, 2000] {
            assert_eq!(whole_value(&file, start), None);
        }
    }
}
