//! What a provider said of a person, and what the record reads there.

use base::{Personnummer, SecretString};
use portal::{ProviderSession, SignInRefusal};
use serde::Serialize;
use serde_json::{Map, Value};

use super::provider::Provider;
use super::verify::{Refused, invalid, refused};
use crate::config::{ClaimPlace, ClaimSource};

/// The longest name that is kept, in characters.
const MAX_NAME_CHARS: usize = 200;

/// What the provider said of the person, in both places.
pub(super) struct Said {
    pub(super) id_token: Map<String, Value>,
    pub(super) user_info: Map<String, Value>,
}

impl Said {
    pub(super) fn at(&self, from: ClaimSource, claim: &str) -> Option<&Value> {
        match from {
            ClaimSource::IdToken => self.id_token.get(claim),
            ClaimSource::UserInfo => self.user_info.get(claim),
        }
        .filter(|value| !value.is_null())
    }

    /// Passes when each required claim has its one value.
    pub(super) fn require(&self, provider: &Provider) -> Result<(), Refused> {
        let met =
            provider.record.required.iter().all(|required| {
                self.at(required.from, &required.claim).and_then(Value::as_str) == Some(&required.value)
            });
        if met {
            Ok(())
        } else {
            Err(refused(
                SignInRefusal::MissingClaim,
                "a required claim is missing or different",
            ))
        }
    }

    /// The person's number. The first place that has anything decides, so that a broken first never hides behind a good second.
    pub(super) fn number(&self, places: &[ClaimPlace]) -> Result<Personnummer, Refused> {
        let missing = |problem| refused(SignInRefusal::MissingClaim, problem);
        let value = places
            .iter()
            .find_map(|place| self.at(place.from, &place.claim))
            .ok_or(missing("there is no personnummer"))?;
        let digits = value.as_str().ok_or(missing("the personnummer is no text"))?;
        Personnummer::from_digits(digits).map_err(|_| missing("the personnummer is not twelve valid digits"))
    }

    /// The provider's own session, for a provider that may end it here.
    pub(super) fn at_provider(&self, provider: &Provider) -> Option<ProviderSession> {
        let text = |claim| {
            self.at(ClaimSource::IdToken, claim)?
                .as_str()
                .map(|text| SecretString::new(text.to_owned()))
        };
        let subject = text("sub").filter(|_| provider.record.back_channel_logout)?;
        Some(ProviderSession {
            subject,
            session: text("sid"),
        })
    }

    /// A text to be shown, such as the name to greet the person with. The first place that has anything decides.
    pub(super) fn text(&self, places: &[ClaimPlace]) -> Option<String> {
        let name = places
            .iter()
            .find_map(|place| self.at(place.from, &place.claim))?
            .as_str()?;
        let name: String = name
            .chars()
            .filter(|character| !character.is_control())
            .take(MAX_NAME_CHARS)
            .collect();
        let name = name.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }
}

/// Claims as the JSON object that they came as.
pub(super) fn object(claims: &impl Serialize) -> Result<Map<String, Value>, Refused> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(invalid("the claims can't be read")),
    }
}
