//! The preset of a directory of Entra ID, for recipients and for staff.

use portal::AssuranceLevel;

use super::{development, load, provider};
use crate::config::ProviderKind;

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
