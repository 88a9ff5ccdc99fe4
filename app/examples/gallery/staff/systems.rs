//! What an admin decides about systems and their credentials.

use app::page::staff::{
    CredentialProblem, KeySetFormProblem, KeySetProblem, NewSystemForm, SystemProblem, new_system_page, secret_page,
    system_page, systems_page,
};
use app::{Assets, Language};
use base::{Ids, InvalidNetworks, Timestamp};
use portal::{Credential, CredentialKind, CredentialState, InvalidKey, Scope, System};

use super::{Pages, at, inside};
use crate::samples::{clock, time_zone};

fn credential(kind: CredentialKind, state: CredentialState, expires_at: Option<Timestamp>) -> Credential {
    Credential {
        id: Ids::new(clock()).next(),
        kind,
        key: None,
        key_set_address: (kind == CredentialKind::KeySet)
            .then(|| "https://nycklar.arendesystem.exempelkommunen.example/.well-known/jwks.json".to_owned()),
        state,
        created_at: at(-40),
        expires_at,
        last_used_at: (state == CredentialState::Valid).then_some(at(0)),
        withdrawn_at: None,
    }
}

fn system(name: &str, disabled: bool) -> System {
    System {
        id: Ids::new(clock()).next(),
        organisation: Ids::new(clock()).next(),
        name: name.to_owned(),
        scopes: Scope::ALL.to_vec(),
        networks: "192.0.2.0/24, 2001:db8::/32".parse().unwrap_or_default(),
        credentials: vec![
            credential(CredentialKind::Secret, CredentialState::Valid, Some(at(12))),
            credential(CredentialKind::PublicKey, CredentialState::Valid, None),
            credential(CredentialKind::KeySet, CredentialState::Valid, None),
            credential(CredentialKind::Secret, CredentialState::Withdrawn, None),
        ],
        created_at: at(-40),
        disabled_at: disabled.then_some(at(-2)),
    }
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let zone = time_zone();
    let systems_at = inside(language, assets, "/staff/systems");
    let wrong_system = NewSystemForm {
        networks: "192.0.2.0/24, kontoret".to_owned(),
        problem: Some(SystemProblem::Networks(InvalidNetworks::Form { entry: 2 })),
        ..NewSystemForm::default()
    };
    let systems = [
        system("Procapita", false),
        system("Gamla ärendehanteringssystemet", true),
    ];
    let [in_use, _] = &systems;
    let published = in_use.credentials.iter().filter(|it| it.kind == CredentialKind::KeySet);
    let trouble: Vec<_> = published.map(|it| (it.id, KeySetProblem::Unreachable)).collect();
    let wrong_set = CredentialProblem::KeySet {
        address: "https://10.0.0.7/jwks".to_owned(),
        days: String::new(),
        problem: KeySetFormProblem::Address(KeySetProblem::NotAllowed),
    };
    vec![
        ("systems", systems_page(&systems_at, &systems, true, None, &zone)),
        ("systems-empty", systems_page(&systems_at, &[], true, None, &zone)),
        ("system-new", new_system_page(&systems_at, &NewSystemForm::default())),
        ("system-new-wrong", new_system_page(&systems_at, &wrong_system)),
        ("system", system_page(&systems_at, in_use, &[], true, None, None, &zone)),
        (
            "system-wrong",
            system_page(
                &systems_at,
                in_use,
                &[],
                true,
                Some(&CredentialProblem::Key(InvalidKey::Private)),
                None,
                &zone,
            ),
        ),
        (
            "system-key-set-wrong",
            system_page(&systems_at, in_use, &trouble, true, Some(&wrong_set), None, &zone),
        ),
        (
            "system-seen",
            system_page(&systems_at, in_use, &[], false, None, None, &zone),
        ),
        (
            "system-secret",
            secret_page(
                &systems_at,
                in_use.id,
                "postvalv_secret_3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855a",
            ),
        ),
    ]
}
