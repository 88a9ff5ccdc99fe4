//! What each preset comes to, and what is said of it.

mod entra;
mod given;

use portal::AssuranceLevel;

use super::super::tests::{development, load};
use super::super::{Algorithm, ClaimSource, ClientAuthentication, DeviceParameters, Logout, ProviderSection};
use super::defaults;

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
