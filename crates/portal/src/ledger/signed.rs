//! Texts with a signature as their last line, as the ledger writes them. Pure.

use crate::signing::{PublicKeys, Signature, SigningPurpose};

/// The text, which ends with a line's end, and after it its signature.
pub(super) fn with_signature(text: &str, signature: &Signature) -> String {
    format!(
        "{text}signature {} {}\n",
        signature.key_id,
        hex::encode(signature.bytes)
    )
}

/// The text without its signature, and the place of the key that made it; `None` when it is not what one of these keys signed for this
/// purpose.
pub(super) fn verified<'a>(stored: &'a str, purpose: SigningPurpose, keys: &PublicKeys) -> Option<(&'a str, usize)> {
    let (text, last) = stored.strip_suffix('\n')?.rsplit_once('\n')?;
    let text = stored.get(..=text.len())?;
    let (key_id, digits) = last.strip_prefix("signature ")?.split_once(' ')?;
    let mut bytes = [0; keyring::SIGNATURE_SIZE];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    let signature = Signature {
        key_id: key_id.to_owned(),
        bytes,
    };
    let holds = keys.verify(purpose, text.as_bytes(), &signature);
    let key = keys.iter().position(|key| key.id == signature.key_id)?;
    holds.then_some((text, key))
}
