//! `[providers.NAME]`: an OpenID provider through which recipients or staff sign in. A record, not code.

mod claims;
mod validation;

use std::collections::BTreeMap;
use std::path::PathBuf;

use base::{SecretString, TenantId};
use portal::{AssuranceLevel, IdentifierKind, SessionKind};
use serde::Deserialize;
use url::Url;
use web::PublicOrigin;

use super::{Logo, Preset};

pub use claims::{ClaimPlace, ClaimSource, RequiredClaim, RequiredValue};

/// An OpenID provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSection {
    /// Where keys that are left out come from; none means the defaults below.
    pub preset: Option<Preset>,
    /// Who signs in through it.
    #[serde(default)]
    pub kind: ProviderKind,
    /// What the button says, in Swedish.
    pub label: String,
    /// What the button says in English; the Swedish label unless given.
    pub label_en: Option<String>,
    /// A PNG file with the provider's logotype, for the button.
    pub logo: Option<PathBuf>,
    /// The issuer, exactly as its metadata and tokens write it. For work accounts it holds the id of a directory of Entra ID; for staff
    /// alone it may hold `{tenantid}` in its place, and then each organisation's directory is asked.
    pub issuer: String,
    /// Our name at the provider.
    pub client_id: String,
    /// How we prove to the token endpoint who we are.
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
    /// Our secret at the provider, for the methods that send it.
    pub client_secret: Option<SecretString>,
    /// Our private key, for `private_key_jwt`: P-256, PKCS #8 in PEM.
    pub client_key: Option<SecretString>,
    /// Scopes to ask for besides `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether it knows recipients by a work account (`tid` and `oid`), as it always knows staff.
    #[serde(default)]
    pub work_accounts: bool,
    /// Where the personnummer stands: the first place that has a value decides. For recipients alone.
    #[serde(default)]
    pub number: Vec<ClaimPlace>,
    /// Where the samordningsnummer stands that a person had before the personnummer; also asked for through `claims`.
    #[serde(default)]
    pub previous_number: Vec<ClaimPlace>,
    /// Where the provisional identifier of people with an e-ID of another country stands.
    #[serde(default)]
    pub prid: Vec<ClaimPlace>,
    /// Where the number stands that such a person has in Sweden. It counts with a binding of `identity_bindings` alone.
    #[serde(default)]
    pub mapped_number: Vec<ClaimPlace>,
    /// Where it stands how that number was bound to the e-ID: addresses parted by semicolons.
    #[serde(default)]
    pub identity_binding: Vec<ClaimPlace>,
    /// The bindings one of which suffices.
    #[serde(default)]
    pub identity_bindings: Vec<String>,
    /// Where the person's name stands: the first place that has a value decides; none means no greeting.
    #[serde(default)]
    pub name: Vec<ClaimPlace>,
    /// Where the e-mail addresses of a work account stand. The first that has a value is shown; each answers invitations of a
    /// recipient.
    #[serde(default)]
    pub email: Vec<ClaimPlace>,
    /// The role that each value of the claim `roles` gives a staff member (App Roles of Entra ID).
    #[serde(default)]
    pub roles: BTreeMap<String, StaffRole>,
    /// Claims that must have one certain value.
    #[serde(default)]
    pub required: Vec<RequiredClaim>,
    /// Accepted `acr` values and the assurance level that each stands for: 3 or 4, and for work accounts 2 too.
    #[serde(default)]
    pub levels: BTreeMap<String, i16>,
    /// The level of tokens without `acr`, for a provider that sends none; needs `required`, but for work accounts, whose level is 2
    /// unless the operator vouches for more.
    pub level_without_acr: Option<i16>,
    /// Whether UserInfo must be signed (OpenID Connect Core 1.0 section 5.3.2); where not, it may be.
    #[serde(default)]
    pub signed_user_info: bool,
    /// Algorithms that ID tokens, and UserInfo when it is signed, may be signed with.
    #[serde(default = "ProviderSection::default_algorithms")]
    pub algorithms: Vec<Algorithm>,
    /// `acr_values` to ask for.
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// Whether to ask for the accepted `acr` values as an essential claim (Swedish OIDC profile).
    #[serde(default)]
    pub essential_acr: bool,
    /// How long ago a recipient may have authenticated, in seconds; also sent as `max_age`.
    #[serde(default = "ProviderSection::default_max_age")]
    pub max_age_seconds: u32,
    /// More parameters of the authorization request.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// What is asked for when the person identifies with an app on the device where they read.
    pub this_device: Option<DeviceParameters>,
    /// What is asked for when they identify with another, such as their phone beside a computer.
    pub other_device: Option<DeviceParameters>,
    /// What signing out does at the provider.
    #[serde(default)]
    pub logout: Logout,
    /// Whether the provider may end sessions here (OpenID Connect Back-Channel Logout 1.0).
    #[serde(default)]
    pub back_channel_logout: bool,
    /// Whether the provider may end sessions here from a frame in the person's browser (OpenID Connect Front-Channel Logout 1.0).
    #[serde(default)]
    pub front_channel_logout: bool,
    /// Origins besides the provider's own that signing in passes through by redirects (browsers apply `form-action` to
    /// each).
    #[serde(default)]
    pub redirect_origins: Vec<PublicOrigin>,
}

/// Who signs in through a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Recipients, whom it knows by their number, or by a work account where the record says so.
    #[default]
    Recipient,
    /// Staff with a work account, whom it knows by `tid` and `oid` (Entra ID).
    Staff,
    /// Both, each by pages of their own, with their work account.
    Both,
}

impl ProviderKind {
    /// Whether people of this kind sign in through it.
    #[must_use]
    pub const fn lets_in(self, kind: SessionKind) -> bool {
        match self {
            Self::Recipient => matches!(kind, SessionKind::Recipient),
            Self::Staff => matches!(kind, SessionKind::Staff),
            Self::Both => true,
        }
    }
}

/// A role that a provider can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct StaffRole(pub portal::Role);

impl TryFrom<String> for StaffRole {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse().map(Self).map_err(|_| "must be sender, admin or auditor")
    }
}

/// The level of a work account whose directory the operator does not vouch for.
const WORK_ACCOUNT_LEVEL: i16 = 2;

/// Stands in an issuer for the id of a directory, each of which is an issuer of its own.
const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// What is asked for in one device mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceParameters {
    /// `acr_values` to ask for, in place of the record's.
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// More parameters of the authorization request, besides the record's.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// An algorithm that signs what a provider says (RFC 7518 section 3.1). Those with a shared secret, and `none`, are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
}

/// How we prove to the token endpoint who we are (OpenID Connect Core 1.0 section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// By our secret in the `Authorization` header.
    #[default]
    ClientSecretBasic,
    /// By our secret in the form.
    ClientSecretPost,
    /// By a signature of our own key (RFC 7523).
    PrivateKeyJwt,
}

/// What signing out does at the provider (OpenID Connect RP-Initiated Logout 1.0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Logout {
    /// Nothing: the session there ends by itself.
    #[default]
    None,
    /// The browser passes by the end-session endpoint, which knows us by client id.
    EndSession,
    /// The same with the ID token as a hint; refused when the ID token holds the personnummer, since the hint stands in
    /// an address.
    EndSessionWithHint,
}

impl Algorithm {
    /// Its registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }
}

impl ClientAuthentication {
    /// Its registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

impl ProviderSection {
    fn default_algorithms() -> Vec<Algorithm> {
        vec![Algorithm::Es256, Algorithm::Ps256, Algorithm::Rs256]
    }

    const fn default_max_age() -> u32 {
        300
    }

    /// Whether each directory has an issuer of its own, of which the record's is the pattern.
    #[must_use]
    pub fn has_issuer_per_tenant(&self) -> bool {
        self.issuer.contains(TENANT_PLACEHOLDER)
    }

    /// Whether an issuer says of itself that it is this provider, or a directory of it.
    #[must_use]
    pub fn is_issuer(&self, issuer: &str) -> bool {
        let Some((before, after)) = self.issuer.split_once(TENANT_PLACEHOLDER) else {
            return issuer == self.issuer;
        };
        let tenant = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        tenant.is_some_and(|tenant| tenant.parse::<TenantId>().is_ok())
    }

    /// The issuer that a directory is; the record's own where that is of one directory alone.
    #[must_use]
    pub fn issuer_of(&self, tenant: TenantId) -> String {
        self.issuer.replace(TENANT_PLACEHOLDER, &tenant.to_string())
    }

    /// Whether it knows people by a work account.
    #[must_use]
    pub fn knows_work_accounts(&self) -> bool {
        self.work_accounts || self.kind != ProviderKind::Recipient
    }

    /// The one directory whose users sign in through it, where there is one.
    #[must_use]
    pub fn tenant(&self) -> Option<TenantId> {
        let mut parts = self.issuer.split('/').filter_map(|part| part.parse().ok());
        parts.next().filter(|_| self.knows_work_accounts())
    }

    /// The level of a recipient whose token has this `acr`; `None` when that lets nobody in.
    #[must_use]
    pub fn level(&self, acr: Option<&str>) -> Option<AssuranceLevel> {
        // A directory's `acr` says nothing unless the record says what.
        let is_mute = self.knows_work_accounts() && self.levels.is_empty();
        let number = match acr.filter(|_| !is_mute) {
            Some(acr) => self.levels.get(acr).copied(),
            None => self.level_without_acr.or(is_mute.then_some(WORK_ACCOUNT_LEVEL)),
        };
        number.and_then(AssuranceLevel::from_number)
    }

    /// The highest level at which it lets recipients in.
    #[must_use]
    pub fn highest_level(&self) -> Option<AssuranceLevel> {
        let known = self.levels.values().copied().filter_map(AssuranceLevel::from_number);
        known.chain(self.level(None)).max()
    }

    /// The kinds of identifiers by which it knows recipients. A number that is bound to an e-ID of another country is not among them:
    /// few have one.
    #[must_use]
    pub fn identifies(&self) -> Vec<IdentifierKind> {
        if let Some(tenant) = self.tenant() {
            return vec![IdentifierKind::WorkAccount(tenant)];
        }
        let number = (!self.number.is_empty()).then_some(IdentifierKind::Number);
        let prid = (!self.prid.is_empty()).then_some(IdentifierKind::Prid);
        number.into_iter().chain(prid).collect()
    }

    /// Whether anything is read from UserInfo.
    #[must_use]
    pub fn wants_user_info(&self) -> bool {
        let places = self
            .number
            .iter()
            .chain(&self.previous_number)
            .chain(&self.prid)
            .chain(&self.mapped_number)
            .chain(&self.identity_binding)
            .chain(&self.name)
            .chain(&self.email)
            .map(|place| place.from);
        places
            .chain(self.required.iter().map(|required| required.from))
            .any(|from| from == ClaimSource::UserInfo)
    }
}

/// Whether `text` is an address that we may fetch or send a person to: TLS, or loopback when that is allowed.
#[must_use]
pub(crate) fn is_endpoint(text: &str, allow_loopback: bool) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let origin = url.origin().ascii_serialization().parse::<PublicOrigin>();
    let fit = origin.is_ok_and(|origin| origin.is_tls() || allow_loopback);
    fit && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
}
