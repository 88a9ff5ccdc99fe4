//! What this portal is to an authenticator: a relying party, known by the host of its address (WebAuthn, section 5.1.2).
//! Pure: what is asked, and whether the answer is one to it.

use serde::Deserialize;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, Credential, CredentialID, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::Fault;

/// What authenticators call the portal when they ask their owner.
const NAME: &str = "Postvalv";

/// The longest id of a credential, in bytes (WebAuthn, section 7.1, step 25).
const MAX_ID_BYTES: usize = 1023;
/// How a browser reaches an authenticator (WebAuthn, section 5.8.4), as far as the library knows.
const TRANSPORTS: [&str; 5] = ["usb", "nfc", "ble", "internal", "hybrid"];

/// The portal to an authenticator.
pub(crate) struct RelyingParty(Webauthn);

/// What is asked, as the browser's script takes it, and what the answer is checked against.
pub(super) struct Asked<S> {
    pub(super) options: String,
    pub(super) state: S,
}

/// Why an answer is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAccepted {
    /// It is no answer to what was asked: of another challenge, site or credential, without the user's verification, or not
    /// signed by the key.
    Wrong,
    /// The signature counter did not go on, so that there may be a copy of the authenticator.
    Counter,
}

/// Whom a passkey is for.
pub(super) struct Holder<'a> {
    pub(super) handle: Uuid,
    pub(super) email: &'a str,
    pub(super) name: &'a str,
}

impl RelyingParty {
    /// The portal that people reach at that address; `None` when its host is no name but a number, to which no passkey can
    /// belong.
    pub(crate) fn at(origin: &str) -> Result<Option<Self>, Fault> {
        let origin = Url::parse(origin).map_err(Fault::new)?;
        let Some(host) = origin.domain() else {
            return Ok(None);
        };
        let party = WebauthnBuilder::new(host, &origin).and_then(|builder| builder.rp_name(NAME).build());
        party.map(Self).map(Some).map_err(Fault::new)
    }

    /// Asks for a new passkey, of an authenticator that has none of these and that verifies its user.
    pub(super) fn ask_for_new(
        &self,
        holder: &Holder<'_>,
        there: Vec<CredentialID>,
    ) -> Result<Asked<PasskeyRegistration>, Fault> {
        let asked = self
            .0
            .start_passkey_registration(holder.handle, holder.email, holder.name, Some(there));
        let (options, state) = asked.map_err(Fault::new)?;
        Ok(Asked {
            options: serde_json::to_string(&options).map_err(Fault::new)?,
            state,
        })
    }

    /// The passkey that an answer brings.
    pub(super) fn new_passkey(&self, answer: &str, state: &PasskeyRegistration) -> Result<Passkey, NotAccepted> {
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| NotAccepted::Wrong)?;
        let passkey = self.0.finish_passkey_registration(&answer, state);
        let passkey = passkey.map_err(|_| NotAccepted::Wrong)?;
        if passkey.cred_id().is_empty() || passkey.cred_id().len() > MAX_ID_BYTES {
            return Err(NotAccepted::Wrong);
        }
        Ok(with_transports(passkey, &answer))
    }

    /// Asks for proof by one of these passkeys.
    pub(super) fn ask_for_proof(&self, passkeys: &[Passkey]) -> Result<Asked<PasskeyAuthentication>, Fault> {
        let asked = self.0.start_passkey_authentication(passkeys);
        let (options, state) = asked.map_err(Fault::new)?;
        Ok(Asked {
            options: serde_json::to_string(&options).map_err(Fault::new)?,
            state,
        })
    }

    /// Which passkey an answer proves, of the account that authenticators know by `handle`. An answer that names another account
    /// is none (WebAuthn, section 7.2, step 6); the library doesn't look at it.
    pub(super) fn proof(
        &self,
        answer: &str,
        state: &PasskeyAuthentication,
        handle: Option<Uuid>,
    ) -> Result<AuthenticationResult, NotAccepted> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| NotAccepted::Wrong)?;
        // Some browsers write an empty one where an authenticator keeps none.
        let named = answer.get_user_unique_id().filter(|named| !named.is_empty());
        if named.is_some_and(|named| handle.is_none_or(|handle| handle.as_bytes() != named)) {
            return Err(NotAccepted::Wrong);
        }
        if !is_of_a_page_of_ours(&answer.response.client_data_json) {
            return Err(NotAccepted::Wrong);
        }
        let result = self.0.finish_passkey_authentication(&answer, state);
        let result = result.map_err(|problem| match problem {
            WebauthnError::CredentialPossibleCompromise => NotAccepted::Counter,
            _ => NotAccepted::Wrong,
        })?;
        if result.user_verified() {
            Ok(result)
        } else {
            Err(NotAccepted::Wrong)
        }
    }
}

/// The passkey after a proof. What was asked knows the counter of then; this is the one of now, so that of two answers with one
/// count the second is refused in whichever session it comes.
pub(super) fn after_proof(mut passkey: Passkey, proof: &AuthenticationResult) -> Result<Passkey, NotAccepted> {
    if !goes_on(Credential::from(passkey.clone()).counter, proof.counter()) {
        return Err(NotAccepted::Counter);
    }
    match passkey.update_credential(proof) {
        Some(_) => Ok(passkey),
        None => Err(NotAccepted::Wrong),
    }
}

/// Whether the browser showed the page by itself, and not in a frame of another site (WebAuthn, section 7.2, step 12). The library
/// looks at this for a new passkey only.
fn is_of_a_page_of_ours(client_data: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct ClientData {
        #[serde(rename = "crossOrigin", default)]
        cross_origin: bool,
    }
    serde_json::from_slice(client_data).is_ok_and(|data: ClientData| !data.cross_origin)
}

/// The passkey with the ways on which its browser reached the authenticator, so that another browser looks for it there. The
/// library keeps them of attested ones only, since nobody signs them: they are a hint, and bar nothing if they are wrong. Where
/// there was one that the library has no word for, there is no hint, since it would be missing among the others.
fn with_transports(passkey: Passkey, answer: &RegisterPublicKeyCredential) -> Passkey {
    let told = answer.response.transports.as_deref().unwrap_or_default();
    let transports: Vec<_> = TRANSPORTS
        .iter()
        .filter_map(|transport| transport.parse().ok())
        .filter(|transport| told.contains(transport))
        .collect();
    let is_whole = !transports.is_empty() && told.iter().all(|transport| transports.contains(transport));
    let mut credential = Credential::from(passkey);
    credential.transports = is_whole.then_some(transports);
    Passkey::from(credential)
}

/// Whether a counter goes on. Zero and zero again is an authenticator that doesn't count (WebAuthn, section 6.1.1).
const fn goes_on(before: u32, now: u32) -> bool {
    now > before || (now == 0 && before == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_goes_on_or_is_none() {
        for (before, now, expected) in [
            (0, 0, true),
            (0, 1, true),
            (1, 2, true),
            (7, 7, false),
            (7, 6, false),
            (7, 0, false),
            (u32::MAX, 0, false),
        ] {
            assert_eq!(goes_on(before, now), expected, "{before} {now}");
        }
    }

    #[test]
    fn passkeys_belong_to_a_name_and_not_to_a_number() {
        for (origin, possible) in [
            ("https://post.example.se", true),
            ("http://localhost:3000", true),
            ("https://192.0.2.7", false),
            ("https://[2001:db8::1]:8443", false),
        ] {
            assert_eq!(RelyingParty::at(origin).unwrap().is_some(), possible, "{origin}");
        }
        assert!(RelyingParty::at("no address").is_err());
    }

    #[test]
    fn what_is_asked_wants_verification_of_the_user_and_no_word_of_the_maker() {
        let party = RelyingParty::at("https://post.example.se").unwrap().unwrap();
        let handle = Uuid::from_u128(7);
        let holder = Holder {
            handle,
            email: "karin@norrby.example",
            name: "Karin",
        };
        let asked = party.ask_for_new(&holder, vec![vec![1, 2, 3]]).unwrap();
        let options: serde_json::Value = serde_json::from_str(&asked.options).unwrap();
        let options = &options["publicKey"];
        assert_eq!(options["rp"]["id"], "post.example.se");
        assert_eq!(options["attestation"], "none");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["excludeCredentials"][0]["id"], "AQID");
        assert_eq!(options["timeout"], 300_000);
    }
}
