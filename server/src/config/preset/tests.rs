use super::super::tests::{development, load};
use portal::AssuranceLevel;

use super::super::{Algorithm, ClaimSource, ClientAuthentication, DeviceParameters, Logout, ProviderKind};
use super::*;

/// Any key on the right curve.
const KEY: &str = include_str!("../../sign_in/client_test_key.pem");

/// Each preset, and the least that must be given beside it.
const LEAST: [(&str, &str); 9] = [
    ("idura", ""),
    ("signicat", ""),
    (
        "keycloak",
        r#"
        parameters = { kc_idp_hint = "bankid" }
        number = [{ from = "user_info", claim = "personnummer" }]
        levels = { "loa3" = 3 }
        "#,
    ),
    (
        "curity",
        r#"
        acr_values = ["urn:se:curity:authentication:bankid:bankid1"]
        number = [{ from = "id_token", claim = "personnummer" }]
        levels = { "urn:se:curity:authentication:bankid:bankid1" = 3 }
        "#,
    ),
    ("freja", r#"levels = { "http://id.elegnamnden.se/loa/1.0/loa3" = 3 }"#),
    ("oidc-sweden", ""),
    ("eidas", ""),
    ("entra", ""),
    ("bankid-bridge", ""),
];

/// The development configuration with this as its only provider.
fn provider(preset: &str, keys: &str) -> Result<ProviderSection, String> {
    let text = development();
    let (before, _) = text.split_once("[providers.").unwrap();
    let credential = match preset {
        "oidc-sweden" | "eidas" => format!("client_key = \"\"\"\n{KEY}\"\"\""),
        _ => "client_secret = \"secret\"".to_owned(),
    };
    let section = format!(
        r#"[providers.it]
        preset = "{preset}"
        label = "BankID"
        issuer = "https://issuer.example.se"
        client_id = "postvalv"
        {credential}
        {keys}
        "#
    );
    load(&format!("{before}{section}"), &[])
        .map(|config| config.providers["it"].clone())
        .map_err(|problems| problems.join("; "))
}

fn least(preset: &str) -> ProviderSection {
    let (_, keys) = LEAST.iter().find(|(name, _)| *name == preset).unwrap();
    provider(preset, keys).unwrap_or_else(|problems| panic!("{preset}: {problems}"))
}

fn places(record: &ProviderSection) -> Vec<String> {
    let from = |from| match from {
        ClaimSource::IdToken => "id_token",
        ClaimSource::UserInfo => "user_info",
    };
    let number = record
        .number
        .iter()
        .map(|place| format!("{} {}", from(place.from), place.claim));
    let name = record
        .name
        .iter()
        .map(|place| format!("name {} {}", from(place.from), place.claim));
    let required = record
        .required
        .iter()
        .map(|required| format!("required {} {}={}", from(required.from), required.claim, required.value));
    number.chain(name).chain(required).collect()
}

#[test]
fn each_preset_comes_to_this() {
    let loa = |number: i16| (format!("http://id.elegnamnden.se/loa/1.0/loa{number}"), number);
    let number_scope = "https://id.oidc.se/scope/naturalPersonNumber";
    let swedish = [
        "user_info https://id.oidc.se/claim/personalIdentityNumber",
        "user_info https://id.oidc.se/claim/coordinationNumber",
        "name user_info name",
    ];
    let all = [Algorithm::Es256, Algorithm::Ps256, Algorithm::Rs256];

    let idura = least("idura");
    assert_eq!(
        places(&idura),
        [
            "id_token ssn",
            "name id_token name",
            "required id_token identityscheme=sebankid",
            "required id_token country=SE",
        ]
    );
    let asks = |mode: &Option<DeviceParameters>| mode.as_ref().unwrap().acr_values.join(" ");
    assert_eq!(asks(&idura.this_device), "urn:grn:authn:se:bankid:same-device");
    assert_eq!(asks(&idura.other_device), "urn:grn:authn:se:bankid:another-device:qr");
    assert!(idura.acr_values.is_empty());
    assert_eq!((idura.level_without_acr, idura.levels.len()), (Some(3), 0));
    assert_eq!((idura.algorithms, idura.logout), (vec![Algorithm::Rs256], Logout::None));

    let signicat = least("signicat");
    assert_eq!(
        places(&signicat),
        [
            "user_info nin",
            "required id_token idp=sbid",
            "required user_info nin_type=PERSON",
            "required user_info nin_issuing_country=SE",
        ]
    );
    assert_eq!(
        (signicat.scopes.join(" "), signicat.acr_values.join(" ")),
        ("nin".into(), "idp:sbid".into())
    );
    assert_eq!((signicat.level_without_acr, signicat.levels.len()), (Some(3), 0));
    assert_eq!(
        (signicat.algorithms, signicat.logout),
        (vec![Algorithm::Rs256], Logout::None)
    );

    let keycloak = least("keycloak");
    assert_eq!(places(&keycloak), ["user_info personnummer", "name id_token name"]);
    assert_eq!(
        (keycloak.level_without_acr, keycloak.logout),
        (None, Logout::EndSession)
    );
    assert!(keycloak.back_channel_logout && !idura.back_channel_logout);
    assert_eq!(keycloak.algorithms, all);

    let curity = least("curity");
    assert_eq!(places(&curity), ["id_token personnummer", "name id_token name"]);
    assert_eq!((curity.level_without_acr, curity.logout), (None, Logout::None));

    let freja = least("freja");
    let claim = "https://frejaeid.com/oidc/claims/personalIdentityNumber";
    assert_eq!(
        places(&freja),
        [format!("id_token {claim}"), format!("user_info {claim}")]
    );
    assert_eq!(
        freja.scopes,
        ["https://frejaeid.com/oidc/scopes/personalIdentityNumber"]
    );
    assert_eq!((freja.level_without_acr, freja.logout), (None, Logout::None));

    let sweden = least("oidc-sweden");
    assert_eq!(places(&sweden), swedish);
    assert_eq!(sweden.scopes, ["profile", number_scope]);
    assert_eq!(sweden.levels, [loa(3), loa(4)].into());
    assert!(sweden.essential_acr && sweden.level_without_acr.is_none());
    assert!(sweden.signed_user_info);
    assert_eq!(sweden.client_authentication, ClientAuthentication::PrivateKeyJwt);
    assert_eq!(
        sweden.previous_number[0].claim,
        "https://id.oidc.se/claim/previousCoordinationNumber"
    );
    assert_eq!((sweden.algorithms, sweden.logout), (all.to_vec(), Logout::None));

    let eidas = least("eidas");
    assert_eq!(places(&eidas), ["name user_info name"]);
    assert_eq!(eidas.prid[0].claim, "https://id.swedenconnect.se/claim/prid");
    assert_eq!((eidas.mapped_number.len(), eidas.identity_bindings.len()), (2, 2));
    assert_eq!(eidas.highest_level(), Some(AssuranceLevel::Four));
    for (acr, level) in [
        ("eidas-nf-sub", Some(AssuranceLevel::Three)),
        ("eidas-high", Some(AssuranceLevel::Four)),
        ("eidas-low", None),
        ("uncertified-eidas-sub", None),
    ] {
        let acr = format!("http://id.elegnamnden.se/loa/1.0/{acr}");
        assert_eq!(eidas.level(Some(&acr)), level, "{acr}");
    }
    assert_eq!(eidas.level(None), None);

    let bridge = least("bankid-bridge");
    assert_eq!(places(&bridge), swedish);
    assert_eq!(bridge.scopes, ["profile", number_scope]);
    assert_eq!(bridge.levels, [loa(3)].into());
    assert!(bridge.essential_acr && bridge.level_without_acr.is_none());
    assert_eq!(
        (bridge.algorithms, bridge.logout),
        (vec![Algorithm::Es256], Logout::EndSessionWithHint)
    );
}

#[test]
fn what_a_preset_can_not_know_is_asked_for_by_its_key() {
    for (preset, leave_out, problem) in [
        (
            "keycloak",
            "parameters",
            "providers.it.parameters.kc_idp_hint: is missing: the alias",
        ),
        (
            "keycloak",
            "number",
            "providers.it.number: must name at least one claim",
        ),
        (
            "keycloak",
            "levels",
            "providers.it.levels: must accept at least one acr value",
        ),
        (
            "curity",
            "acr_values",
            "providers.it.acr_values: is missing: the BankID authenticator",
        ),
        ("curity", "number", "providers.it.number: must name at least one claim"),
        (
            "curity",
            "levels",
            "providers.it.levels: must accept at least one acr value",
        ),
        (
            "freja",
            "levels",
            "providers.it.levels: must accept at least one acr value",
        ),
    ] {
        let (_, keys) = LEAST.iter().find(|(name, _)| *name == preset).unwrap();
        let keys: String = keys
            .lines()
            .filter(|line| !line.trim().starts_with(leave_out))
            .map(|line| format!("{line}\n"))
            .collect();
        let problems = provider(preset, &keys).unwrap_err();
        assert!(problems.starts_with(problem), "{preset} {leave_out}: {problems}");
    }
    for key in ["label", "issuer", "client_id", "client_secret"] {
        let text = development();
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with(&format!("{key} = ")))
            .collect();
        let problems = load(&kept.join("\n"), &[]).unwrap_err();
        assert_eq!(problems, [format!("providers.bankid-bridge.{key}: is missing")]);
    }
}

#[test]
fn a_directory_of_recipients_is_a_record_of_its_own_at_level_2_unless_the_operator_vouches_for_more() {
    let text = development();
    let (before, _) = text.split_once("[providers.").unwrap();
    let tenant = "11111111-2222-4333-8444-555555555555";
    let with = |issuer: &str, keys: &str| {
        let section = format!(
            "[providers.it]\npreset = \"entra\"\nissuer = \"https://login.example/{issuer}/v2.0\"\nclient_id = \"x\"\n\
             client_secret = \"y\"\n{keys}\n"
        );
        load(&format!("{before}{section}"), &[])
    };
    for (keys, level) in [
        ("kind = \"recipient\"", AssuranceLevel::Two),
        ("kind = \"both\"", AssuranceLevel::Two),
        ("kind = \"recipient\"\nlevel_without_acr = 3", AssuranceLevel::Three),
    ] {
        let config = with(tenant, keys).unwrap();
        let entra = &config.providers["it"];
        assert_eq!(entra.tenant(), Some(tenant.parse().unwrap()));
        // What a directory says of itself in `acr` says nothing.
        assert_eq!((entra.level(None), entra.level(Some("1"))), (Some(level), Some(level)));
        let ways_in = config.settings().ways_in;
        assert_eq!(ways_in.directories, [(tenant.parse().unwrap(), level)].into());
        assert_eq!((ways_in.numbers, ways_in.prids), (AssuranceLevel::Three, None));
    }
    for (issuer, keys, problem) in [
        (
            "{tenantid}",
            "kind = \"recipient\"",
            "providers.it.issuer: must name one directory where recipients sign in: each has a record of its own",
        ),
        (
            "norrby",
            "kind = \"both\"",
            "providers.it.issuer: must hold {tenantid} or the id of a directory",
        ),
        (
            tenant,
            "kind = \"recipient\"\nemail = []",
            "providers.it.email: must name at least one claim, which answers invitations",
        ),
        (
            tenant,
            "kind = \"recipient\"\nprid = [{ from = \"id_token\", claim = \"prid\" }]",
            "providers.it.prid: is not for work accounts: take it away",
        ),
        (
            tenant,
            "kind = \"recipient\"\nlevel_without_acr = 1",
            "providers.it.levels: must be 2, 3 or 4",
        ),
    ] {
        assert_eq!(with(issuer, keys).unwrap_err(), [problem]);
    }
}

#[test]
fn the_preset_for_staff_needs_no_issuer_and_takes_nothing_that_is_for_recipients() {
    let text = development();
    let (before, _) = text.split_once("[providers.").unwrap();
    let with = |keys: &str| {
        let section = format!("[providers.it]\npreset = \"entra\"\nclient_id = \"x\"\nclient_secret = \"y\"\n{keys}\n");
        load(&format!("{before}{section}"), &[]).map(|config| config.providers["it"].clone())
    };
    let entra = with("").unwrap();
    assert_eq!((entra.kind, entra.has_issuer_per_tenant()), (ProviderKind::Staff, true));
    let tenant = "11111111-2222-4333-8444-555555555555";
    assert_eq!(
        entra.issuer_of(tenant.parse().unwrap()),
        format!("https://login.microsoftonline.com/{tenant}/v2.0")
    );
    let roles: Vec<_> = entra.roles.iter().map(|(name, role)| (name.as_str(), role.0)).collect();
    assert_eq!(
        roles,
        [
            ("Postvalv.Admin", portal::Role::Admin),
            ("Postvalv.Auditor", portal::Role::Auditor),
            ("Postvalv.Sender", portal::Role::Sender),
        ]
    );
    for (keys, key) in [
        ("roles = {}", "roles"),
        ("issuer = \"https://x.example/{tenantid}/{tenantid}\"", "issuer"),
        ("issuer = \"https://x.example/common/v2.0\"", "issuer"),
        ("number = [{ from = \"id_token\", claim = \"ssn\" }]", "number"),
        ("levels = { a = 3 }", "levels"),
        ("logout = \"end_session\"", "logout"),
        ("back_channel_logout = true", "back_channel_logout"),
        ("parameters = { prompt = \"none\" }", "parameters"),
        ("parameters = { max_age = \"9\" }", "parameters"),
    ] {
        let problems = with(keys).unwrap_err();
        assert!(
            problems[0].starts_with(&format!("providers.it.{key}: ")),
            "{keys}: {problems:?}"
        );
    }
    let problems = with("roles = { \"Boss\" = \"operator\" }").unwrap_err();
    assert!(problems[0].contains("must be sender, admin or auditor"), "{problems:?}");
    // And the other way round: what is for staff is no recipient's.
    let wrong = provider(
        "bankid-bridge",
        "roles = { a = \"admin\" }\nemail = [{ from = \"id_token\", claim = \"e\" }]",
    );
    let wrong = wrong.unwrap_err();
    assert!(
        wrong.contains("providers.it.roles: ") && wrong.contains("providers.it.email: "),
        "{wrong}"
    );
}

#[test]
fn a_key_that_is_given_replaces_the_presets_value_whole() {
    let changed = provider(
        "idura",
        r#"
        this_device = { acr_values = ["urn:grn:authn:se:bankid"], parameters = { a = "b" } }
        number = [{ from = "user_info", claim = "ssn" }]
        algorithms = ["ES256"]
        "#,
    )
    .unwrap();
    assert_eq!(
        changed.this_device.as_ref().unwrap().acr_values,
        ["urn:grn:authn:se:bankid"]
    );
    assert_eq!(changed.algorithms, [Algorithm::Es256]);
    assert_eq!(places(&changed)[0], "user_info ssn");
    // What was not given is still the preset's.
    assert_eq!(changed.level_without_acr, Some(3));

    let changed = provider(
        "oidc-sweden",
        r#"levels = { "http://id.elegnamnden.se/loa/1.0/loa4" = 4 }"#,
    )
    .unwrap();
    assert_eq!(changed.levels.len(), 1);
}

#[test]
fn the_environment_overrides_a_preset_too() {
    let config = load(
        &development(),
        &[("POSTVALV__PROVIDERS__BANKID-BRIDGE__LOGOUT", "none")],
    )
    .unwrap();
    assert_eq!(config.providers["bankid-bridge"].logout, Logout::None);
}

#[test]
fn a_preset_excuses_from_no_check() {
    for (preset, keys, problem) in [
        (
            "idura",
            "required = []",
            "level_without_acr: needs a claim in `required`",
        ),
        (
            "signicat",
            "required = []",
            "level_without_acr: needs a claim in `required`",
        ),
        ("idura", "number = []", "number: must name at least one claim"),
        (
            "idura",
            "acr_values = [\"urn:a\"]",
            "acr_values: is never sent when this_device",
        ),
        (
            "signicat",
            "this_device = {}",
            "this_device: must be given together with other_device",
        ),
        (
            "idura",
            "this_device = { parameters = { state = \"a\" } }",
            "this_device.parameters: must not set state",
        ),
        (
            "idura",
            "client_key = \"a\"",
            "client_key: is never used when client_authentication is client_secret_basic",
        ),
        (
            "idura",
            "client_authentication = \"private_key_jwt\"",
            "client_key: is missing; providers.it.client_secret: is never sent",
        ),
        ("oidc-sweden", "client_secret = \"a\"", "client_secret: is never sent"),
        (
            "oidc-sweden",
            "client_authentication = \"client_secret_post\"",
            "client_secret: is missing; providers.it.client_key: is never used",
        ),
        (
            "idura",
            "logout = \"end_session_with_hint\"",
            "logout: can't be end_session_with_hint",
        ),
        (
            "oidc-sweden",
            "levels = {}",
            "levels: must accept at least one acr value",
        ),
        (
            "bankid-bridge",
            "algorithms = [\"HS256\"]",
            "algorithms.0: must be one of",
        ),
    ] {
        let problems = provider(preset, keys).unwrap_err();
        assert!(
            problems.starts_with(&format!("providers.it.{problem}")),
            "{preset} {keys}: {problems}"
        );
    }
}

#[test]
fn a_preset_that_is_not_there_is_refused_with_those_that_are() {
    let problems = provider("bankid", "").unwrap_err();
    let names: Vec<&str> = LEAST.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        problems,
        format!("providers.it.preset: must be one of {}", names.join(", "))
    );
    for name in names {
        assert!(defaults(name).is_some(), "{name}");
    }
}

#[test]
fn every_preset_is_described_in_the_operators_manual() {
    let manual = include_str!("../../../../docs/operations.md");
    for (name, _) in LEAST {
        assert!(manual.contains(&format!("| `{name}` |")), "{name}");
    }
}
