//! The document container: header, key commitment, and chunks that can each be opened on their own. The byte format is in
//! `docs/container.md` and frozen by `vectors/container.json`.
//!
//! ```text
//! prefix (64 bytes)  magic "postvalv file" ‖ format version 1 ‖ suite 1 ‖ log2(chunk size) 16 ‖ salt (16) ‖ commitment (32)
//! chunk i            AES-256-GCM of 64 KiB, the last one shorter, each with its tag (16)
//! ```

use std::ops::Range;

use zeroize::Zeroizing;

use crate::hazmat::{Cipher, Context, KEY_SIZE, Key, NONCE_SIZE, TAG_SIZE, fill_random, hkdf};
use crate::{ContentKey, OpenError, TooLarge};

/// Plaintext bytes of a full chunk: 64 KiB.
pub const CHUNK_SIZE: usize = 1 << LOG2_CHUNK_SIZE;
/// Container bytes of a full chunk.
pub const SEALED_CHUNK_SIZE: usize = CHUNK_SIZE + TAG_SIZE;
/// Container bytes before the first chunk.
pub const PREFIX_SIZE: usize = HEADER_SIZE + COMMITMENT_SIZE;

const MAGIC: &[u8; 13] = b"postvalv file";
const FORMAT_VERSION: u8 = 1;
/// HKDF-SHA-256 and AES-256-GCM.
const SUITE: u8 = 1;
const LOG2_CHUNK_SIZE: u8 = 16;
const SALT_SIZE: usize = 16;
const HEADER_SIZE: usize = MAGIC.len() + 3 + SALT_SIZE;
const COMMITMENT_SIZE: usize = 32;
/// 2^32 chunks, 256 TiB of plaintext: far more than anybody stores, far less than any counter here holds.
const MAX_CHUNKS: u64 = 1 << 32;

const CHUNK: u64 = CHUNK_SIZE as u64;
const SEALED_CHUNK: u64 = SEALED_CHUNK_SIZE as u64;
const PREFIX: u64 = PREFIX_SIZE as u64;
const TAG: u64 = TAG_SIZE as u64;

/// How many bytes the container of a document has.
///
/// # Errors
///
/// When the document is larger than a container can hold (256 TiB).
pub fn container_size(plaintext_size: u64) -> Result<u64, TooLarge> {
    let chunks = plaintext_size.div_ceil(CHUNK).max(1);
    if chunks > MAX_CHUNKS {
        return Err(TooLarge);
    }
    Ok(PREFIX + plaintext_size + chunks * TAG)
}

/// How many bytes of plaintext a container of this size has; each size belongs to one only.
///
/// # Errors
///
/// When no container has this size.
pub fn plaintext_size(container_size: u64) -> Result<u64, OpenError> {
    let body = container_size.checked_sub(PREFIX).ok_or(OpenError)?;
    let chunks = body.div_ceil(SEALED_CHUNK);
    let plaintext = body.checked_sub(chunks * TAG).ok_or(OpenError)?;
    // Refuses a last chunk of nothing but a tag after a full one, and a last chunk too short for its tag.
    if chunks == 0 || chunks > MAX_CHUNKS || self::container_size(plaintext) != Ok(container_size) {
        return Err(OpenError);
    }
    Ok(plaintext)
}

/// The file key's cipher and the commitment to it, from the content key and everything the container is bound to.
fn derive(key: &ContentKey, header: &[u8; HEADER_SIZE]) -> (Cipher, Zeroizing<[u8; COMMITMENT_SIZE]>) {
    let (_, salt) = header.split_at(HEADER_SIZE - SALT_SIZE);
    let info = Context::new("postvalv document container v1")
        .fixed(header)
        .value(key.organisation().as_bytes())
        .value(key.content().id());
    let mut okm = Zeroizing::new([0; KEY_SIZE + COMMITMENT_SIZE]);
    hkdf(key.key.as_bytes(), Some(salt), info.as_bytes(), &mut *okm);
    let mut file_key = Zeroizing::new([0; KEY_SIZE]);
    let mut commitment = Zeroizing::new([0; COMMITMENT_SIZE]);
    let (left, right) = okm.split_at(KEY_SIZE);
    file_key.copy_from_slice(left);
    commitment.copy_from_slice(right);
    (Cipher::new(&Key::from_bytes(*file_key)), commitment)
}

/// The chunk's number in eleven bytes, then 1 for the last chunk and 0 for the others. So the order of the chunks and
/// where they end are part of what the tags protect.
fn nonce(index: u64, last: bool) -> [u8; NONCE_SIZE] {
    let mut nonce = [0; NONCE_SIZE];
    if let Some(counter) = nonce.get_mut(3..11) {
        counter.copy_from_slice(&index.to_be_bytes());
    }
    if let Some(flag) = nonce.last_mut() {
        *flag = u8::from(last);
    }
    nonce
}

/// Seals a document of any length, which need not be known beforehand, holding one chunk in memory.
///
/// Without [`Sealer::finish`] the container has no last chunk and does not open.
pub struct Sealer {
    cipher: Cipher,
    index: u64,
    /// Plaintext of the chunk that is being filled. It has room for the tag too, so that it is never moved.
    pending: Zeroizing<Vec<u8>>,
}

impl Sealer {
    /// Begins a container under the document's key, and gives its first bytes.
    #[must_use]
    pub fn new(key: &ContentKey) -> (Self, [u8; PREFIX_SIZE]) {
        let mut salt = [0; SALT_SIZE];
        fill_random(&mut salt);
        Self::with_salt(key, &salt)
    }

    pub(crate) fn with_salt(key: &ContentKey, salt: &[u8; SALT_SIZE]) -> (Self, [u8; PREFIX_SIZE]) {
        let mut header = [0; HEADER_SIZE];
        let parts = MAGIC
            .iter()
            .chain(&[FORMAT_VERSION, SUITE, LOG2_CHUNK_SIZE])
            .chain(salt);
        header.iter_mut().zip(parts).for_each(|(byte, part)| *byte = *part);
        let (cipher, commitment) = derive(key, &header);
        let mut prefix = [0; PREFIX_SIZE];
        let parts = header.iter().chain(commitment.iter());
        prefix.iter_mut().zip(parts).for_each(|(byte, part)| *byte = *part);
        let sealer = Self {
            cipher,
            index: 0,
            pending: Zeroizing::new(Vec::with_capacity(SEALED_CHUNK_SIZE)),
        };
        (sealer, prefix)
    }

    /// Takes in plaintext and hands each sealed chunk to `emit`, in order.
    ///
    /// # Errors
    ///
    /// When the document is larger than a container can hold (256 TiB).
    pub fn push(&mut self, mut plaintext: &[u8], mut emit: impl FnMut(Vec<u8>)) -> Result<(), TooLarge> {
        while !plaintext.is_empty() {
            // A full chunk waits until more comes, since only then is it not the last.
            if self.pending.len() == CHUNK_SIZE {
                emit(self.seal_pending(false)?);
            }
            let room = CHUNK_SIZE - self.pending.len();
            let (now, later) = plaintext.split_at(room.min(plaintext.len()));
            self.pending.extend_from_slice(now);
            plaintext = later;
        }
        Ok(())
    }

    /// Seals the last chunk.
    ///
    /// # Errors
    ///
    /// When the document is larger than a container can hold (256 TiB).
    pub fn finish(mut self) -> Result<Vec<u8>, TooLarge> {
        self.seal_pending(true)
    }

    fn seal_pending(&mut self, last: bool) -> Result<Vec<u8>, TooLarge> {
        if self.index >= MAX_CHUNKS {
            return Err(TooLarge);
        }
        let next = Zeroizing::new(Vec::with_capacity(if last { 0 } else { SEALED_CHUNK_SIZE }));
        let mut chunk = std::mem::replace(&mut self.pending, next);
        let tag = self.cipher.seal(&nonce(self.index, last), &[], &mut chunk);
        chunk.extend_from_slice(&tag);
        self.index += 1;
        Ok(std::mem::take(&mut *chunk))
    }
}

/// Opens a document's container, as a whole or any part of it.
pub struct Opener {
    cipher: Cipher,
    plaintext_size: u64,
}

/// Where a range of plaintext lies in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The number of the first chunk that is needed.
    pub first_chunk: u64,
    /// The bytes of the container to fetch: whole chunks.
    pub container: Range<u64>,
    /// How many plaintext bytes of the first chunk come before the range.
    pub skip: usize,
}

impl Opener {
    /// Begins to open a container of `container_size` bytes, whose first [`PREFIX_SIZE`] bytes are `prefix`.
    ///
    /// # Errors
    ///
    /// When the header is not ours, the size is impossible, or the key is not the one it was sealed with, for this very
    /// organisation and document.
    pub fn new(key: &ContentKey, prefix: &[u8; PREFIX_SIZE], container_size: u64) -> Result<Self, OpenError> {
        let (header, commitment) = prefix.split_first_chunk::<HEADER_SIZE>().ok_or(OpenError)?;
        let (magic, rest) = header.split_at(MAGIC.len());
        if magic != MAGIC || !rest.starts_with(&[FORMAT_VERSION, SUITE, LOG2_CHUNK_SIZE]) {
            return Err(OpenError);
        }
        let plaintext_size = plaintext_size(container_size)?;
        let (cipher, expected) = derive(key, header);
        if !base::constant_time_eq(&*expected, commitment) {
            return Err(OpenError);
        }
        Ok(Self { cipher, plaintext_size })
    }

    /// Bytes of plaintext. Proven only when the last chunk opens: until then it follows from the container's size alone.
    #[must_use]
    pub const fn plaintext_size(&self) -> u64 {
        self.plaintext_size
    }

    /// How many chunks there are; at least one.
    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.plaintext_size.div_ceil(CHUNK).max(1)
    }

    /// Where a range of the plaintext lies; what lies beyond the end is cut off. An empty range at or after the end needs
    /// the last chunk, so that a document of zero bytes is authenticated too.
    #[must_use]
    pub fn span(&self, range: Range<u64>) -> Span {
        let last_chunk = self.chunks() - 1;
        let start = range.start.min(self.plaintext_size);
        let end = range.end.clamp(start, self.plaintext_size);
        let first = (start / CHUNK).min(last_chunk);
        let final_chunk = (end.saturating_sub(1) / CHUNK).clamp(first, last_chunk);
        let container_end = PREFIX + self.plaintext_size + self.chunks() * TAG;
        Span {
            first_chunk: first,
            container: PREFIX + first * SEALED_CHUNK..(PREFIX + (final_chunk + 1) * SEALED_CHUNK).min(container_end),
            skip: usize::try_from(start - first * CHUNK).unwrap_or(CHUNK_SIZE),
        }
    }

    /// Opens chunk number `index` where it lies. `chunk` is the whole sealed chunk; its plaintext is then the slice that
    /// is returned.
    ///
    /// # Errors
    ///
    /// When the chunk is not that one of this container, whole and unchanged. No plaintext is left behind then.
    pub fn open_chunk<'a>(&self, index: u64, chunk: &'a mut [u8]) -> Result<&'a mut [u8], OpenError> {
        let last_chunk = self.chunks() - 1;
        let expected = match index.cmp(&last_chunk) {
            std::cmp::Ordering::Less => CHUNK,
            std::cmp::Ordering::Equal => self.plaintext_size - last_chunk * CHUNK,
            std::cmp::Ordering::Greater => return Err(OpenError),
        };
        let (data, tag) = chunk.split_last_chunk_mut::<TAG_SIZE>().ok_or(OpenError)?;
        if u64::try_from(data.len()) != Ok(expected) {
            return Err(OpenError);
        }
        self.cipher.open(&nonce(index, index == last_chunk), &[], data, tag)?;
        Ok(data)
    }

    /// Opens the whole chunks that lie one after another in `chunks`, the first of them number `first_chunk`, and hands
    /// `emit` where in `chunks` each one's plaintext then lies.
    ///
    /// # Errors
    ///
    /// As [`Opener::open_chunk`]; chunks before the one that failed have been handed over.
    pub fn open_chunks(
        &self,
        first_chunk: u64,
        chunks: &mut [u8],
        mut emit: impl FnMut(Range<usize>),
    ) -> Result<(), OpenError> {
        let mut start = 0;
        for (index, chunk) in (first_chunk..).zip(chunks.chunks_mut(SEALED_CHUNK_SIZE)) {
            let sealed = chunk.len();
            let plaintext = self.open_chunk(index, chunk)?.len();
            emit(start..start + plaintext);
            start += sealed;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
