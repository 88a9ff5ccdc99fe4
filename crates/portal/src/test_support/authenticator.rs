//! An authenticator in software, as a phone or a security key would be, with every way to answer wrongly (WebAuthn level 3,
//! sections 6.1 and 6.5). `server`'s tests use this file too.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;

/// An authenticator with one credential, and the browser that asks it.
pub(crate) struct Authenticator {
    key: SigningKey,
    /// The id of its credential.
    pub(crate) id: Vec<u8>,
    /// The page that the browser shows.
    pub(crate) origin: String,
    /// Whether another site holds that page in a frame.
    pub(crate) framed: bool,
    /// The site that it answers to, in place of the one that asks.
    pub(crate) site: Option<&'static str>,
    /// The kind of answer that it says it gives, in place of the one that is asked for.
    pub(crate) kind: Option<&'static str>,
    /// Whether the user touches it.
    pub(crate) present: bool,
    /// Whether the user gives a PIN, a finger or a face.
    pub(crate) verifies: bool,
    /// Whether its credential may be copied to other authenticators, and whether it has been.
    pub(crate) backup: (bool, bool),
    /// The account that it says its credential is of.
    pub(crate) user_handle: Option<Vec<u8>>,
    /// How the browser says that it reached it.
    pub(crate) transports: Option<&'static [&'static str]>,
    /// How often it has signed.
    pub(crate) counter: u32,
}

impl Authenticator {
    /// One of that name; the same name gives a copy of it.
    pub(crate) fn new(name: &str, origin: &str) -> Self {
        let seed = Sha256::digest(name.as_bytes());
        Self {
            key: SigningKey::from_slice(&seed).unwrap(),
            id: Sha256::digest(seed).to_vec(),
            origin: origin.to_owned(),
            framed: false,
            site: None,
            kind: None,
            present: true,
            verifies: true,
            backup: (false, false),
            user_handle: None,
            transports: None,
            counter: 0,
        }
    }

    /// Answers `navigator.credentials.create()`.
    pub(crate) fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let options = &options["publicKey"];
        let point = self.key.verifying_key().as_affine().to_sec1_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // A COSE key of ES256 (RFC 9053, section 7.1.1).
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(x.iter());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(y.iter());
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        attestation.extend(&data);
        let client = self.client_data("webauthn.create", options);
        self.answer(&json!({
            "attestationObject": BASE64.encode(attestation),
            "clientDataJSON": BASE64.encode(client),
            "transports": self.transports,
        }))
    }

    /// Answers `navigator.credentials.get()`, whether or not its credential is one of those that are asked for.
    pub(crate) fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let options = &options["publicKey"];
        self.counter += 1;
        let data = self.data(options["rpId"].as_str().unwrap(), 0);
        let client = self.client_data("webauthn.get", options);
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(&json!({
            "authenticatorData": BASE64.encode(data),
            "clientDataJSON": BASE64.encode(client),
            "signature": BASE64.encode(signature.to_der()),
            "userHandle": self.user_handle.as_ref().map(|handle| BASE64.encode(handle)),
        }))
    }

    fn data(&self, rp: &str, flags: u8) -> Vec<u8> {
        let (eligible, backed_up) = self.backup;
        let flags = [
            (self.present, USER_PRESENT),
            (self.verifies, USER_VERIFIED),
            (eligible, BACKUP_ELIGIBLE),
            (backed_up, BACKED_UP),
        ]
        .into_iter()
        .fold(flags, |flags, (set, flag)| if set { flags | flag } else { flags });
        let mut data = Sha256::digest(self.site.unwrap_or(rp).as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let client = json!({
            "type": self.kind.unwrap_or(kind),
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.framed,
        });
        client.to_string().into_bytes()
    }

    fn answer(&self, response: &Value) -> String {
        let id = BASE64.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }
}
