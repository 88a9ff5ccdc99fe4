//! What a provider said of a person, and what the record reads there.

use base::{Personnummer, Prid, SecretString};
use portal::{ProviderSession, SignInRefusal};
use serde::Serialize;
use serde_json::{Map, Value};

use super::provider::Provider;
use super::verify::{Refused, invalid, refused};
use crate::config::{ClaimPlace, ClaimSource, ProviderSection};

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
        let met = provider.record.required.iter().all(|required| {
            let claim = self.at(required.from, &required.claim);
            claim.is_some_and(|claim| required.value.is(claim))
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

    /// A number, where there is one. The first place that has anything decides, so that a broken first never hides behind a good
    /// second.
    pub(super) fn number(&self, places: &[ClaimPlace]) -> Result<Option<Personnummer>, Refused> {
        let Some(value) = self.first(places) else {
            return Ok(None);
        };
        let digits = value.as_str().ok_or(missing("the personnummer is no text"))?;
        let number = Personnummer::from_digits(digits);
        number
            .map(Some)
            .map_err(|_| missing("the personnummer is not twelve valid digits"))
    }

    /// The provisional identifier of somebody with an e-ID of another country, where there is one; the first place that has anything
    /// decides.
    pub(super) fn prid(&self, places: &[ClaimPlace]) -> Result<Option<Prid>, Refused> {
        let Some(value) = self.first(places) else {
            return Ok(None);
        };
        let prid = value.as_str().and_then(|text| text.parse().ok());
        prid.map(Some).ok_or(missing("the prid is none"))
    }

    /// What stands in the first place that has anything.
    pub(super) fn first(&self, places: &[ClaimPlace]) -> Option<&Value> {
        places.iter().find_map(|place| self.at(place.from, &place.claim))
    }

    /// The provider's own session, for a provider that may end it here.
    pub(super) fn at_provider(&self, record: &ProviderSection) -> Option<ProviderSession> {
        let text = |claim| {
            self.at(ClaimSource::IdToken, claim)?
                .as_str()
                .map(|text| SecretString::new(text.to_owned()))
        };
        let may_end = record.back_channel_logout || record.front_channel_logout;
        may_end.then(|| ProviderSession {
            subject: text("sub").filter(|_| record.back_channel_logout),
            session: text("sid"),
        })
    }

    /// A text to be shown, such as the name to greet the person with. The first place that has anything decides.
    pub(super) fn text(&self, places: &[ClaimPlace]) -> Option<String> {
        let name = self.first(places)?.as_str()?;
        let name: String = name
            .chars()
            .filter(|character| !character.is_control())
            .take(MAX_NAME_CHARS)
            .collect();
        let name = name.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }
}

pub(super) const fn missing(problem: &'static str) -> Refused {
    refused(SignInRefusal::MissingClaim, problem)
}

/// Claims as the JSON object that they came as.
pub(super) fn object(claims: &impl Serialize) -> Result<Map<String, Value>, Refused> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(invalid("the claims can't be read")),
    }
}
