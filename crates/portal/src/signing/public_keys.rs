//! The public halves of the signing keys, as a JSON Web Key Set (RFC 7517, RFC 8037) that says of each key when it signed.

use std::time::Duration;

use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyring::VerifyingKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Signature, SigningPurpose};
use crate::provider::SigningKeyRecord;

/// How much later a node that had the key in hand when it was replaced may say that it signed.
const REPLACED_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The public half of a signing key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// The key's thumbprint (RFC 7638), in base64url: it follows from the key, so nobody can give another key the same.
    pub id: String,
    /// Since when it signs.
    pub signed_from: Timestamp,
    /// Until when it signed; `None` for the key that signs now.
    pub signed_until: Option<Timestamp>,
    key: VerifyingKey,
}

/// All keys of an installation, oldest first.
#[derive(Debug, Clone)]
pub struct PublicKeys(Vec<PublicKey>);

/// The text is no list of public keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of public keys as /.well-known/postvalv-signing-keys.json gives it")]
pub struct InvalidPublicKeys;

impl PublicKeys {
    /// The keys that a provider has, which gives them oldest first.
    pub(crate) fn of(records: &[SigningKeyRecord]) -> Self {
        let ends = records.iter().skip(1).map(|next| Some(next.from)).chain([None]);
        let keys = records.iter().zip(ends).map(|(record, signed_until)| PublicKey {
            id: key_id(&record.key),
            signed_from: record.from,
            signed_until,
            key: record.key,
        });
        Self(keys.collect())
    }

    /// The keys, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter()
    }

    /// Whether one of the keys made the signature, for this purpose and message.
    ///
    /// Not whether the key signed then: what a statement says of its time is the signer's word, which [`PublicKeys::signed_then`] holds
    /// against the key.
    #[must_use]
    pub fn verify(&self, purpose: SigningPurpose, message: &[u8], signature: &Signature) -> bool {
        let key = self.0.iter().find(|key| key.id == signature.key_id);
        key.is_some_and(|key| key.key.verify(purpose.line(), message, &signature.bytes))
    }

    /// Whether a key had not been replaced at the time of which a statement says that it is. Whoever has the secret half of one that was
    /// replaced can still sign for an earlier time, and only for that.
    #[must_use]
    pub fn signed_then(&self, key_id: &str, at: Timestamp) -> bool {
        let key = self.0.iter().find(|key| key.id == key_id);
        key.is_some_and(|key| key.signed_until.is_none_or(|until| at <= until + REPLACED_WITHIN))
    }

    /// The keys as a JSON Web Key Set.
    #[must_use]
    pub fn to_json(&self) -> String {
        let keys = self.0.iter().map(|key| Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
            kid: key.id.clone(),
            x: URL_SAFE_NO_PAD.encode(key.key.as_bytes()),
            signed_from: key.signed_from.to_rfc3339(),
            signed_until: key.signed_until.map(Timestamp::to_rfc3339),
        });
        let set = JwkSet { keys: keys.collect() };
        // Writing plain texts to memory can't fail.
        serde_json::to_string_pretty(&set).unwrap_or_default()
    }

    /// Reads what [`PublicKeys::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// When it is something else, or a key's id is not its own.
    pub fn from_json(text: &str) -> Result<Self, InvalidPublicKeys> {
        let set: JwkSet = serde_json::from_str(text).map_err(|_| InvalidPublicKeys)?;
        let keys = set.keys.into_iter().map(|jwk| {
            let bytes = URL_SAFE_NO_PAD.decode(&jwk.x).ok()?;
            let key = VerifyingKey::from_bytes(bytes.as_slice().try_into().ok()?).ok()?;
            let is_ours = jwk.kty == "OKP" && jwk.crv == "Ed25519" && jwk.kid == key_id(&key);
            let signed_until = jwk.signed_until.map(|text| instant(&text));
            (is_ours && signed_until != Some(None)).then_some(PublicKey {
                id: jwk.kid,
                signed_from: instant(&jwk.signed_from)?,
                signed_until: signed_until.flatten(),
                key,
            })
        });
        keys.collect::<Option<_>>().map(Self).ok_or(InvalidPublicKeys)
    }
}

/// The thumbprint of a key (RFC 7638 section 3, RFC 8037 section 2): SHA-256 of its required members in order.
pub(super) fn key_id(key: &VerifyingKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(Timestamp::from_jiff)
}

#[derive(Serialize, Deserialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    alg: String,
    #[serde(rename = "use")]
    usage: String,
    kid: String,
    x: String,
    signed_from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_until: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(bytes: [u8; 32], from: i64) -> SigningKeyRecord {
        SigningKeyRecord {
            version: 1,
            key: keyring::SigningKey::from_bytes(&bytes).verifying_key(),
            from: Timestamp::from_millis(from),
        }
    }

    /// RFC 8037 appendix A.3.
    #[test]
    fn a_keys_id_is_its_thumbprint() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(x).unwrap().try_into().unwrap();
        let key = VerifyingKey::from_bytes(&bytes).unwrap();
        assert_eq!(key_id(&key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn the_list_reads_as_it_was_written_and_says_when_each_key_signed() {
        let keys = PublicKeys::of(&[record([1; 32], 1_000), record([2; 32], 2_000)]);
        let read = PublicKeys::from_json(&keys.to_json()).unwrap();
        let times: Vec<_> = read.iter().map(|key| (key.signed_from, key.signed_until)).collect();
        let at = Timestamp::from_millis;
        assert_eq!(times, [(at(1_000), Some(at(2_000))), (at(2_000), None)]);
        assert!(read.iter().map(|key| &key.id).eq(keys.iter().map(|key| &key.id)));
    }

    #[test]
    fn a_replaced_key_signs_nothing_of_later() {
        let keys = PublicKeys::of(&[record([1; 32], 1_000), record([2; 32], 2_000)]);
        let [old, new] = [0, 1].map(|number| keys.iter().nth(number).unwrap().id.clone());
        let at = |millis| Timestamp::from_millis(2_000 + millis);
        assert!(keys.signed_then(&old, at(-1)) && keys.signed_then(&old, at(300_000)));
        assert!(!keys.signed_then(&old, at(300_001)));
        assert!(keys.signed_then(&new, at(i64::MAX / 2)) && !keys.signed_then("another", at(0)));
    }

    #[test]
    fn a_list_that_gives_a_key_anothers_id_is_refused() {
        let one = PublicKeys::of(&[record([1; 32], 1_000)]);
        let other = PublicKeys::of(&[record([2; 32], 1_000)]);
        let id = |keys: &PublicKeys| keys.iter().next().unwrap().id.clone();
        let forged = one.to_json().replace(&id(&one), &id(&other));
        for text in [forged.as_str(), "", "{}", r#"{"keys":[{"kty":"RSA"}]}"#] {
            assert_eq!(PublicKeys::from_json(text).err(), Some(InvalidPublicKeys), "{text}");
        }
    }
}
