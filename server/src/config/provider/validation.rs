//! Which records are refused at start, and what is to be done about each.

use base::SecretString;
use p256::ecdsa::SigningKey;
use p256::pkcs8::DecodePrivateKey as _;
use portal::{AssuranceLevel, SessionKind};
use web::config::{Check, Mode};

use super::{
    ClaimSource, ClientAuthentication, DeviceParameters, Logo, Logout, ProviderSection, TENANT_PLACEHOLDER, is_endpoint,
};

impl ProviderSection {
    pub(in crate::config) fn validate(&self, mode: Mode, check: &mut Check) {
        check.that(!self.label.trim().is_empty(), "label", "must not be empty");
        if let Some(problem) = self.logo.as_deref().and_then(|path| Logo::read(path).err()) {
            check.problem("logo", problem);
        }
        check.that(!self.client_id.is_empty(), "client_id", "must not be empty");
        self.validate_authentication(check);
        check.that(
            is_endpoint(&self.issuer, mode.is_development()),
            "issuer",
            "must be an https:// address without query (plain http to loopback when mode = \"development\")",
        );
        check.that(
            !self.algorithms.is_empty(),
            "algorithms",
            "must name at least one of ES256, PS256, RS256",
        );
        if self.knows_work_accounts() {
            self.validate_for_work_accounts(check);
        } else {
            self.validate_for_people(check);
        }
        if let Some(preset) = self.preset {
            preset.validate(self, check);
        }
        self.validate_parameters(check);
    }

    fn validate_for_people(&self, check: &mut Check) {
        check.that(
            !(self.number.is_empty() && self.prid.is_empty()),
            "number",
            "must name at least one claim",
        );
        check.that(
            !self.has_issuer_per_tenant(),
            "issuer",
            "must not hold {tenantid} unless kind = \"staff\"",
        );
        let for_work_accounts = "is for work accounts alone: take it away";
        check.that(self.roles.is_empty(), "roles", for_work_accounts);
        check.that(self.email.is_empty(), "email", for_work_accounts);
        check.that(
            self.previous_number.is_empty() || !self.number.is_empty(),
            "previous_number",
            "needs `number`",
        );
        check.that(
            self.mapped_number.is_empty() || !self.prid.is_empty(),
            "mapped_number",
            "needs `prid`",
        );
        check.that(
            self.mapped_number.is_empty() || !(self.identity_binding.is_empty() || self.identity_bindings.is_empty()),
            "mapped_number",
            "needs `identity_binding` and `identity_bindings`",
        );
        let is_level = |number: &i16| AssuranceLevel::from_number(*number) >= Some(AssuranceLevel::Three);
        check.that(self.levels.values().all(is_level), "levels", "must be 3 or 4");
        match self.level_without_acr {
            None => check.that(!self.levels.is_empty(), "levels", "must accept at least one acr value"),
            Some(level) => {
                check.that(is_level(&level), "level_without_acr", "must be 3 or 4");
                check.that(
                    !self.required.is_empty(),
                    "level_without_acr",
                    "needs a claim in `required` that says how the person was identified",
                );
            }
        }
        let numbers = [&self.number, &self.previous_number, &self.prid, &self.mapped_number];
        let mut numbers = numbers.into_iter().flatten();
        let number_in_token = numbers.any(|place| place.from == ClaimSource::IdToken);
        check.that(
            self.logout != Logout::EndSessionWithHint || !number_in_token,
            "logout",
            "can't be end_session_with_hint when the ID token holds the number, which would stand in an address",
        );
    }

    fn validate_for_work_accounts(&self, check: &mut Check) {
        let for_staff = self.kind.lets_in(SessionKind::Staff);
        check.that(
            !(for_staff && self.roles.is_empty()),
            "roles",
            "must say which role each App Role gives",
        );
        let for_recipients = self.kind.lets_in(SessionKind::Recipient);
        check.that(
            !(for_recipients && self.has_issuer_per_tenant()),
            "issuer",
            "must name one directory where recipients sign in: each has a record of its own",
        );
        check.that(
            !(for_recipients && self.email.is_empty()),
            "email",
            "must name at least one claim, which answers invitations",
        );
        let mut numbers = self.levels.values().chain(&self.level_without_acr);
        let is_level = |number: &i16| AssuranceLevel::from_number(*number).is_some();
        check.that(numbers.all(is_level), "levels", "must be 2, 3 or 4");
        check.that(
            self.issuer.matches(TENANT_PLACEHOLDER).count() <= 1,
            "issuer",
            "must hold {tenantid} at most once",
        );
        // Else it could speak for any organisation's directory.
        check.that(
            self.has_issuer_per_tenant() || self.tenant().is_some(),
            "issuer",
            "must hold {tenantid} or the id of a directory",
        );
        let of_people = [
            ("number", !self.number.is_empty()),
            ("previous_number", !self.previous_number.is_empty()),
            ("prid", !self.prid.is_empty()),
            ("mapped_number", !self.mapped_number.is_empty()),
            ("this_device", self.this_device.is_some()),
            ("other_device", self.other_device.is_some()),
        ];
        for (key, given) in of_people {
            check.that(!given, key, "is not for work accounts: take it away");
        }
        let of_recipients = [
            ("levels", !self.levels.is_empty()),
            ("level_without_acr", self.level_without_acr.is_some()),
            ("essential_acr", self.essential_acr),
            ("logout", self.logout != Logout::None),
            ("back_channel_logout", self.back_channel_logout),
        ];
        for (key, given) in of_recipients {
            check.that(!given || for_recipients, key, "is for recipients alone: take it away");
        }
        // What asks for it is a fresh sign-in, each time.
        for key in ["prompt", "max_age"] {
            check.that(
                !self.parameters.contains_key(key),
                "parameters",
                &format!("must not set {key}"),
            );
        }
    }

    fn validate_authentication(&self, check: &mut Check) {
        if self.client_authentication == ClientAuthentication::PrivateKeyJwt {
            check.that(self.client_key.is_some(), "client_key", "is missing");
            let is_key = |pem: &SecretString| SigningKey::from_pkcs8_pem(pem.expose()).is_ok();
            check.that(
                self.client_key.as_ref().is_none_or(is_key),
                "client_key",
                "must be a private key on the curve P-256, as PKCS #8 in PEM",
            );
            check.that(
                self.client_secret.is_none(),
                "client_secret",
                "is never sent when client_authentication is private_key_jwt: take it away",
            );
        } else {
            let name = self.client_authentication.name();
            check.that(self.client_secret.is_some(), "client_secret", "is missing");
            let is_empty = |secret: &SecretString| secret.expose().is_empty();
            check.that(
                !self.client_secret.as_ref().is_some_and(is_empty),
                "client_secret",
                "must not be empty",
            );
            check.that(
                self.client_key.is_none(),
                "client_key",
                &format!("is never used when client_authentication is {name}: take it away"),
            );
        }
    }

    fn validate_parameters(&self, check: &mut Check) {
        let modes = [
            ("this_device.parameters", &self.this_device),
            ("other_device.parameters", &self.other_device),
        ];
        let of_modes = modes
            .iter()
            .filter_map(|(key, mode)| Some((*key, &mode.as_ref()?.parameters)));
        for (key, parameters) in std::iter::once(("parameters", &self.parameters)).chain(of_modes) {
            for name in RESERVED_PARAMETERS {
                check.that(!parameters.contains_key(name), key, &format!("must not set {name}"));
            }
        }
        check.that(
            self.this_device.is_some() == self.other_device.is_some(),
            "this_device",
            "must be given together with other_device",
        );
        let mode_asks = |mode: &Option<DeviceParameters>| mode.as_ref().is_some_and(|mode| !mode.acr_values.is_empty());
        check.that(
            self.acr_values.is_empty() || !(mode_asks(&self.this_device) && mode_asks(&self.other_device)),
            "acr_values",
            "is never sent when this_device and other_device have their own: change those",
        );
    }
}

/// Parameters that sign-in sets itself.
const RESERVED_PARAMETERS: [&str; 15] = [
    "client_id",
    "claims",
    "client_assertion",
    "client_assertion_type",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
];
