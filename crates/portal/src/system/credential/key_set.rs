//! Sets of keys that systems publish (RFC 7517 section 5): how one is read. Knows neither where it came from nor an assertion.

use serde::Deserialize;
use serde_json::Value;

use super::PublicKey;

/// The most keys that a set may hold, fit or not.
const MAX_KEYS: usize = 100;

/// The keys of a set that may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet(Vec<PublicKey>);

/// The text is no set of keys that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeySet {
    /// It is no JSON Web Key Set, or holds too many keys.
    #[error("this is no JSON Web Key Set of {MAX_KEYS} keys at most")]
    Form,
    /// None of its keys could be registered by itself.
    #[error("none of the keys is for signatures with ES256, EdDSA, RS256 or PS256, public and strong enough")]
    NoFitKey,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a JSON Web Key Set. What could not be registered by itself is left out: keys for something else, weak ones, and
    /// those whose private half stands there too.
    ///
    /// # Errors
    ///
    /// [`InvalidKeySet`].
    pub fn parse(text: &[u8]) -> Result<Self, InvalidKeySet> {
        let set: Set = serde_json::from_slice(text).map_err(|_| InvalidKeySet::Form)?;
        if set.keys.len() > MAX_KEYS {
            return Err(InvalidKeySet::Form);
        }
        let keys = set.keys.into_iter();
        let fit: Vec<_> = keys.filter_map(|key| PublicKey::from_json(key).ok()).collect();
        if fit.is_empty() {
            return Err(InvalidKeySet::NoFitKey);
        }
        Ok(Self(fit))
    }

    /// Whether there is a key of that name: its `kid`, or else its thumbprint (RFC 7638).
    #[must_use]
    pub fn names(&self, key_id: &str) -> bool {
        self.0.iter().any(|key| key.key_id == key_id)
    }

    /// The keys.
    pub(in crate::system) fn keys(&self) -> &[PublicKey] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ed25519(more: &Value) -> Value {
        let mut key =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "fit" });
        let (Value::Object(members), Value::Object(more)) = (&mut key, more.clone()) else {
            panic!("members");
        };
        members.extend(more);
        key
    }

    fn parse(keys: &[Value]) -> Result<KeySet, InvalidKeySet> {
        KeySet::parse(json!({ "keys": keys, "more": 1 }).to_string().as_bytes())
    }

    #[test]
    fn what_may_sign_is_taken_and_the_rest_left_out() {
        let set = parse(&[
            json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "symmetric" }),
            json!({ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "kid": "curve" }),
            json!("no key"),
            ed25519(&json!({ "kid": "encrypts", "use": "enc" })),
            ed25519(&json!({ "kid": "makes", "key_ops": ["sign"] })),
            ed25519(&json!({ "kid": "otherwise", "alg": "ES256" })),
            ed25519(&json!({ "kid": "whole", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" })),
            ed25519(&json!({})),
            ed25519(&json!({ "kid": "checks", "use": "sig", "key_ops": ["verify"], "alg": "EdDSA" })),
        ]);
        let set = set.unwrap();
        let names: Vec<_> = set.keys().iter().map(|key| key.key_id.as_str()).collect();
        assert_eq!(names, ["fit", "checks"]);
        assert!(set.names("fit") && !set.names("whole") && !set.names(""));
    }

    #[test]
    fn a_key_without_a_name_is_called_by_its_thumbprint() {
        let mut key = ed25519(&json!({}));
        key.as_object_mut().unwrap().remove("kid");
        // RFC 8037 appendix A.3.
        assert!(
            parse(&[key])
                .unwrap()
                .names("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        );
    }

    #[test]
    fn what_is_no_set_or_has_nothing_fit_is_refused() {
        for text in ["", "[]", "{}", "<html>", r#"{"keys":{}}"#, r#"{"keys":null}"#] {
            assert_eq!(KeySet::parse(text.as_bytes()), Err(InvalidKeySet::Form), "{text}");
        }
        let many = |count| parse(&vec![ed25519(&json!({})); count]);
        assert!(many(MAX_KEYS).is_ok());
        assert_eq!(many(MAX_KEYS + 1), Err(InvalidKeySet::Form));
        let private = ed25519(&json!({ "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }));
        for keys in [vec![], vec![private]] {
            assert_eq!(parse(&keys), Err(InvalidKeySet::NoFitKey));
        }
    }
}
