//! What is told of a person, to whom and where.
//!
//! Source: OpenID Connect Core 1.0 and "Claims and Scopes Specification for the Swedish OpenID Connect Profile" 1.0.

use bankid::User;
use base::{PersonnummerKind, Timestamp};
use serde_json::{Map, Value, json};

use super::authorization::LOA3;
use super::client::Client;

/// The claims of the Swedish profile that carry a number; a person has exactly one of them.
pub(crate) const NUMBER_CLAIMS: [&str; 2] = [
    "https://id.oidc.se/claim/personalIdentityNumber",
    "https://id.oidc.se/claim/coordinationNumber",
];

const NUMBER_SCOPE: &str = "https://id.oidc.se/scope/naturalPersonNumber";
const INFO_SCOPE: &str = "https://id.oidc.se/scope/naturalPersonInfo";

/// Scopes that mean something here.
pub(crate) const SCOPES: [&str; 4] = ["openid", "profile", INFO_SCOPE, NUMBER_SCOPE];

/// How the person identified (RFC 8176): with something they have and something they know or are.
const METHODS: [&str; 2] = ["mfa", "pop"];

/// Lifetime of an ID token in seconds; the Swedish profile allows five minutes at most.
const ID_TOKEN_SECONDS: i64 = 300;

/// What a relying party asked to be told. Unknown scopes are ignored (RFC 6749 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scopes {
    profile: bool,
    info: bool,
    number: bool,
    number_by_claim: bool,
}

impl Scopes {
    /// Reads `scope`; `None` without `openid`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let has = |scope: &str| text.split(' ').any(|asked| asked == scope);
        has("openid").then(|| Self {
            profile: has("profile"),
            info: has(INFO_SCOPE),
            number: has(NUMBER_SCOPE),
            number_by_claim: false,
        })
    }

    /// The number was asked for by the `claims` parameter.
    pub(crate) const fn with_number(self) -> Self {
        Self {
            number_by_claim: true,
            ..self
        }
    }

    pub(crate) const fn number(self) -> bool {
        self.number || self.number_by_claim
    }

    const fn names(self) -> bool {
        self.profile || self.info
    }

    /// The scopes that were granted, for the token response.
    pub(crate) fn granted(self) -> String {
        let granted = [
            (true, SCOPES[0]),
            (self.profile, SCOPES[1]),
            (self.info, SCOPES[2]),
            (self.number, SCOPES[3]),
        ];
        let names: Vec<&str> = granted
            .iter()
            .filter(|(given, _)| *given)
            .map(|(_, scope)| *scope)
            .collect();
        names.join(" ")
    }
}

/// A person who has identified, as one relying party may know them.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// Pairwise identifier.
    pub(crate) sub: String,
    pub(crate) user: User,
    pub(crate) authenticated_at: Timestamp,
}

/// What an ID token says beside the person.
#[derive(Debug)]
pub(crate) struct IdTokenContext<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) session: &'a str,
    /// Left half of the access token's SHA-256, Base64url.
    pub(crate) access_token_hash: &'a str,
    pub(crate) now: Timestamp,
}

/// The claims of an ID token.
pub(crate) fn id_token(subject: &Subject, client: &Client, scopes: Scopes, context: &IdTokenContext<'_>) -> Value {
    let issued_at = context.now.as_seconds();
    let mut claims = object(json!({
        "iss": context.issuer,
        "sub": subject.sub,
        "aud": client.id,
        "iat": issued_at,
        "exp": issued_at + ID_TOKEN_SECONDS,
        "auth_time": subject.authenticated_at.as_seconds(),
        "acr": LOA3,
        "amr": METHODS,
        "sid": context.session,
        "at_hash": context.access_token_hash,
    }));
    if let Some(nonce) = context.nonce {
        claims.insert("nonce".to_owned(), nonce.into());
    }
    if client.number_in_id_token() && scopes.number() {
        insert_number(&mut claims, subject, client);
    }
    Value::Object(claims)
}

/// The claims of UserInfo.
pub(crate) fn user_info(subject: &Subject, client: &Client, scopes: Scopes) -> Map<String, Value> {
    let mut claims = object(json!({ "sub": subject.sub }));
    if scopes.names() {
        claims.insert("name".to_owned(), subject.user.name.as_str().into());
        claims.insert("given_name".to_owned(), subject.user.given_name.as_str().into());
        claims.insert("family_name".to_owned(), subject.user.surname.as_str().into());
    }
    if scopes.number() {
        insert_number(&mut claims, subject, client);
    }
    claims
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn insert_number(claims: &mut Map<String, Value>, subject: &Subject, client: &Client) {
    let number = &subject.user.personal_number;
    let [personnummer, samordningsnummer] = NUMBER_CLAIMS;
    let claim = match number.kind() {
        PersonnummerKind::Personnummer => personnummer,
        PersonnummerKind::Samordningsnummer => samordningsnummer,
    };
    let names = client.number_aliases().iter().map(String::as_str).chain([claim]);
    for name in names {
        claims.insert(name.to_owned(), number.expose().into());
    }
}

#[cfg(test)]
mod tests {
    use base::Personnummer;

    use super::super::client::tests::portal;
    use super::*;

    fn tolvan(number: &str) -> Subject {
        Subject {
            sub: "abc".to_owned(),
            user: User {
                personal_number: Personnummer::from_digits(number).unwrap(),
                name: "Tolvan Test".to_owned(),
                given_name: "Tolvan".to_owned(),
                surname: "Test".to_owned(),
            },
            authenticated_at: Timestamp::from_millis(1_000_000),
        }
    }

    fn everything() -> Scopes {
        Scopes::parse(&SCOPES.join(" ")).unwrap()
    }

    #[test]
    fn user_info_has_the_number_under_the_profiles_name_and_the_alias() {
        let claims = user_info(&tolvan("200001012384"), &portal(), everything());
        assert_eq!(
            claims["https://id.oidc.se/claim/personalIdentityNumber"],
            "200001012384"
        );
        assert_eq!(claims["ssn"], "200001012384");
        assert!(!claims.contains_key("https://id.oidc.se/claim/coordinationNumber"));
        assert_eq!(claims["name"], "Tolvan Test");
        assert_eq!(claims["given_name"], "Tolvan");
        assert_eq!(claims["family_name"], "Test");
    }

    #[test]
    fn a_samordningsnummer_has_a_claim_of_its_own() {
        let number = (0..10)
            .map(|digit| format!("19770177239{digit}"))
            .find(|digits| Personnummer::from_digits(digits).is_ok())
            .unwrap();
        let claims = user_info(&tolvan(&number), &portal(), everything());
        assert_eq!(claims["https://id.oidc.se/claim/coordinationNumber"], number);
        assert!(!claims.contains_key("https://id.oidc.se/claim/personalIdentityNumber"));
    }

    #[test]
    fn what_was_not_asked_for_is_not_told() {
        let claims = user_info(&tolvan("200001012384"), &portal(), Scopes::parse("openid").unwrap());
        assert_eq!(Value::Object(claims), json!({ "sub": "abc" }));
    }

    #[test]
    fn the_id_token_has_level_and_time_and_no_number() {
        let context = IdTokenContext {
            issuer: "https://bankid.example",
            nonce: Some("n"),
            session: "s",
            access_token_hash: "h",
            now: Timestamp::from_millis(1_010_500),
        };
        let claims = id_token(&tolvan("200001012384"), &portal(), everything(), &context);
        assert_eq!(
            claims,
            json!({
                "iss": "https://bankid.example", "sub": "abc", "aud": "portal", "iat": 1010, "exp": 1310,
                "auth_time": 1000, "acr": LOA3, "amr": ["mfa", "pop"], "sid": "s", "at_hash": "h", "nonce": "n",
            })
        );
    }

    #[test]
    fn granted_scopes_are_those_that_mean_something() {
        assert_eq!(
            Scopes::parse("openid email profile").unwrap().granted(),
            "openid profile"
        );
        assert_eq!(Scopes::parse("profile"), None);
        assert_eq!(everything().granted(), SCOPES.join(" "));
    }
}
