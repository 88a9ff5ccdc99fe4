//! The primitives: AES-256-GCM, HKDF-SHA-256, HMAC-SHA-256 and random bytes. Private to this crate: each function here
//! is safe only with a key, a nonce and a context that its caller chose rightly.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::OpenError;

/// Bytes of a key.
pub(crate) const KEY_SIZE: usize = 32;
/// Bytes of an AES-GCM nonce (NIST SP 800-38D, section 5.2.1.1).
pub(crate) const NONCE_SIZE: usize = 12;
/// Bytes of an AES-GCM tag.
pub(crate) const TAG_SIZE: usize = 16;

/// A secret of 256 bits, wiped when dropped. It neither prints nor clones.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Key([u8; KEY_SIZE]);

impl Key {
    pub(crate) const fn from_bytes(bytes: [u8; KEY_SIZE]) -> Self {
        Self(bytes)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Result<Self, OpenError> {
        bytes.try_into().map(Self).map_err(|_| OpenError)
    }

    pub(crate) fn generate() -> Self {
        let mut key = Self([0; KEY_SIZE]);
        fill_random(&mut key.0);
        key
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; KEY_SIZE] {
        &self.0
    }

    /// HKDF-SHA-256 (RFC 5869) of this key with an empty salt.
    pub(crate) fn derive(&self, info: &[u8]) -> Self {
        let mut derived = Self([0; KEY_SIZE]);
        hkdf(&self.0, None, info, &mut derived.0);
        derived
    }
}

/// Fills `bytes` from the operating system.
///
/// # Panics
///
/// When it has none to give, since nothing safe can be done without them.
#[expect(clippy::expect_used, reason = "without random numbers nothing safe can be done")]
pub(crate) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random numbers");
}

/// HKDF-SHA-256 (RFC 5869). `output` is at most 255 × 32 bytes, which every caller keeps by its type.
#[expect(clippy::expect_used, reason = "the output is 64 bytes at most, HKDF gives 8,160")]
pub(crate) fn hkdf(input: &[u8], salt: Option<&[u8]>, info: &[u8], output: &mut [u8]) {
    Hkdf::<Sha256>::new(salt, input)
        .expand(info, output)
        .expect("the output is short enough for HKDF");
}

fn hmac_state(key: &Key, message: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104)")]
    let mut state = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes any key");
    state.update(message);
    state
}

/// HMAC-SHA-256 (RFC 2104).
pub(crate) fn hmac(key: &Key, message: &[u8]) -> [u8; 32] {
    hmac_state(key, message).finalize().into_bytes().into()
}

/// Whether `expected` is the HMAC-SHA-256 of `message`, in constant time.
pub(crate) fn hmac_matches(key: &Key, message: &[u8], expected: &[u8; 32]) -> bool {
    hmac_state(key, message).verify(&(*expected).into()).is_ok()
}

/// AES-256-GCM with an expanded key. The one place where bulk data meets a cipher.
pub(crate) struct Cipher(Aes256Gcm);

impl Cipher {
    pub(crate) fn new(key: &Key) -> Self {
        Self(Aes256Gcm::new(key.as_bytes().into()))
    }

    /// Encrypts `data` where it lies and gives the tag. A nonce must never come twice under one key.
    #[expect(
        clippy::expect_used,
        reason = "AES-GCM takes 64 GiB at once, no caller has more than a chunk"
    )]
    pub(crate) fn seal(&self, nonce: &[u8; NONCE_SIZE], context: &[u8], data: &mut [u8]) -> [u8; TAG_SIZE] {
        self.0
            .encrypt_inout_detached(nonce.into(), context, InOutBuf::from(data))
            .expect("the data is short enough for AES-GCM")
            .into()
    }

    /// Checks the tag and then decrypts `data` where it lies; data that fails is left as it was.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE_SIZE],
        context: &[u8],
        data: &mut [u8],
        tag: &[u8; TAG_SIZE],
    ) -> Result<(), OpenError> {
        self.0
            .decrypt_inout_detached(nonce.into(), context, InOutBuf::from(data), tag.into())
            .map_err(|_| OpenError)
    }
}

/// Seals a short value under a random nonce: version 1 ‖ nonce ‖ ciphertext ‖ tag.
pub(crate) fn seal_short(key: &Key, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE_SIZE];
    fill_random(&mut nonce);
    seal_short_with_nonce(key, context, plaintext, &nonce)
}

/// As [`seal_short`] with a given nonce, for test vectors.
pub(crate) fn seal_short_with_nonce(key: &Key, context: &[u8], plaintext: &[u8], nonce: &[u8; NONCE_SIZE]) -> Vec<u8> {
    // The full size from the start: growing would leave a copy of the plaintext behind in freed memory.
    let mut sealed = Vec::with_capacity(SHORT_OVERHEAD + plaintext.len());
    sealed.push(SHORT_VERSION);
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(plaintext);
    let (_, data) = sealed.split_at_mut(1 + NONCE_SIZE);
    let tag = Cipher::new(key).seal(nonce, context, data);
    sealed.extend_from_slice(&tag);
    sealed
}

/// Opens what [`seal_short`] made.
pub(crate) fn open_short(key: &Key, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (&version, rest) = sealed.split_first().ok_or(OpenError)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_SIZE>().ok_or(OpenError)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_SIZE>().ok_or(OpenError)?;
    if version != SHORT_VERSION {
        return Err(OpenError);
    }
    let mut plaintext = Zeroizing::new(ciphertext.to_vec());
    Cipher::new(key).open(nonce, context, &mut plaintext, tag)?;
    Ok(plaintext)
}

/// The first byte of what [`seal_short`] makes.
pub(crate) const SHORT_VERSION: u8 = 1;
/// How many bytes [`seal_short`] adds.
pub(crate) const SHORT_OVERHEAD: usize = 1 + NONCE_SIZE + TAG_SIZE;

/// A purpose followed by values, each after its length (four bytes, big-endian), so that no two lists of values give the
/// same bytes.
pub(crate) struct Context(Vec<u8>);

impl Context {
    /// Begins with a purpose, one of the constants of this crate; none is the beginning of another.
    pub(crate) fn new(purpose: &'static str) -> Self {
        Self(purpose.as_bytes().to_vec())
    }

    /// Adds bytes of a fixed length as they are.
    pub(crate) fn fixed<const N: usize>(mut self, bytes: &[u8; N]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a value after its length.
    pub(crate) fn value(mut self, value: &[u8]) -> Self {
        // A value of 4 GiB or more doesn't occur; if it did, the saturated length would still stand before it.
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // The input of a blind index passes through here.
        self.0.zeroize();
    }
}
