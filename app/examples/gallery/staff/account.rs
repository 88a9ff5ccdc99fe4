//! The staff member's own account: the password, passkeys, what happened to it, and proving anew who they are.

use app::page::staff::{
    ConfirmBy, ConfirmProblem, NewPasskey, NewPasskeyProblem, NewPasswordProblem, account_page, confirm_page,
    new_passkey_page, password_page,
};
use app::{Assets, Flash, Language};
use base::Ids;
use portal::{
    BrowserFamily, Device, NewDevice, NewSecondFactor, OwnAccount, OwnPasskey, PasskeyConfirms, Role, SecondFactorKind,
    SecondFactors, StaffNotices, SystemFamily, Validity,
};

use super::{Pages, at, factors, work_account};
use crate::samples::{clock, place, time_zone};

fn account(has_second_factor: bool, recovery_codes_left: usize) -> OwnAccount {
    OwnAccount {
        name: "Karin Åkerström".to_owned(),
        email: "karin.akerstrom@exempelkommunen.example".to_owned(),
        role: Role::Admin,
        validity: Validity {
            first: None,
            last: Some(at(90).day()),
        },
        has_work_account: false,
        password_set_at: Some(at(-20)),
        second_factor_set_at: has_second_factor.then_some(at(-20)),
        second_factor_required: !has_second_factor,
        passkeys: Vec::new(),
        passkeys_possible: true,
        recovery_codes_left,
    }
}

/// Passkeys as somebody has them who has two.
fn passkeys() -> Vec<OwnPasskey> {
    let passkey = |name: &str, added, used: Option<i64>| OwnPasskey {
        id: Ids::new(clock()).next(),
        name: name.to_owned(),
        added_at: at(added),
        last_used_at: used.map(at),
    };
    vec![
        passkey("Jobbdatorn", -20, Some(-1)),
        passkey("Blå säkerhetsnyckeln i skrivbordslådan på Storgatan", -3, None),
    ]
}

fn confirm_by(has: SecondFactors) -> ConfirmBy {
    ConfirmBy::Password {
        has,
        passkey: has.passkeys.then_some(PasskeyConfirms::Alone),
    }
}

fn notices() -> StaffNotices {
    StaffNotices {
        failed_tries: 3,
        new_devices: vec![NewDevice {
            device: Device {
                browser: BrowserFamily::Firefox,
                system: SystemFamily::Windows,
            },
            place: place(Some(["Skellefteå", "Skellefteå"]), Some(["Sverige", "Sweden"])),
            at: at(-1),
        }],
        new_second_factors: [SecondFactorKind::Passkey, SecondFactorKind::App]
            .map(|kind| NewSecondFactor {
                kind,
                device: Device {
                    browser: BrowserFamily::Firefox,
                    system: SystemFamily::Windows,
                },
                at: at(-1),
            })
            .to_vec(),
    }
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let zone = time_zone();
    let inside = |path| super::inside(language, assets, path);
    let passkey = |name, problem| NewPasskey {
        name,
        problem,
        required: false,
    };
    vec![
        (
            "passkey-new",
            new_passkey_page(&inside("/staff/account/passkeys/new"), &passkey("", None)),
        ),
        (
            "passkey-new-refused",
            new_passkey_page(
                &inside("/staff/account/passkeys/new"),
                &passkey("Jobbdatorn", Some(NewPasskeyProblem::Refused)),
            ),
        ),
        (
            "passkey-new-too-many",
            new_passkey_page(
                &inside("/staff/account/passkeys/new"),
                &passkey("Jobbdatorn", Some(NewPasskeyProblem::TooMany)),
            ),
        ),
        (
            "password",
            password_page(
                &inside("/staff/account/password"),
                false,
                Some(NewPasswordProblem::WrongCurrent),
            ),
        ),
        (
            "account",
            account_page(&inside("/staff/account"), &account(true, 2), &notices(), None, &zone),
        ),
        (
            "account-bare",
            account_page(
                &inside("/staff/account"),
                &account(false, 0),
                &StaffNotices::default(),
                Some(Flash::PasswordChanged),
                &zone,
            ),
        ),
        (
            "account-passkeys",
            account_page(
                &inside("/staff/account"),
                &OwnAccount {
                    passkeys: passkeys(),
                    ..account(true, 10)
                },
                &StaffNotices::default(),
                Some(Flash::PasskeyAdded),
                &zone,
            ),
        ),
        (
            "account-passkey-only",
            account_page(
                &inside("/staff/account"),
                &OwnAccount {
                    passkeys: passkeys().into_iter().take(1).collect(),
                    ..account(false, 9)
                },
                &StaffNotices::default(),
                Some(Flash::PasskeyRemoved),
                &zone,
            ),
        ),
        (
            "account-work-account",
            account_page(
                &inside("/staff/account"),
                &OwnAccount {
                    has_work_account: true,
                    ..account(false, 0)
                },
                &StaffNotices::default(),
                None,
                &zone,
            ),
        ),
        (
            "confirm",
            confirm_page(&inside("/staff/confirm"), &confirm_by(factors(true, false)), None),
        ),
        (
            "confirm-wrong",
            confirm_page(
                &inside("/staff/confirm"),
                &confirm_by(factors(false, false)),
                Some(ConfirmProblem::Wrong),
            ),
        ),
        (
            "confirm-passkey",
            confirm_page(
                &inside("/staff/confirm"),
                &confirm_by(factors(false, true)),
                Some(ConfirmProblem::Passkey),
            ),
        ),
        (
            "confirm-new-passkey",
            confirm_page(
                &inside("/staff/confirm"),
                &ConfirmBy::Password {
                    has: factors(false, true),
                    passkey: Some(PasskeyConfirms::WithPassword),
                },
                Some(ConfirmProblem::PasskeyWithPassword),
            ),
        ),
        (
            "confirm-either",
            confirm_page(
                &inside("/staff/confirm"),
                &confirm_by(factors(true, true)),
                Some(ConfirmProblem::PasskeyTookTooLong),
            ),
        ),
        (
            "confirm-work-account",
            confirm_page(
                &inside("/staff/confirm"),
                &ConfirmBy::WorkAccount(work_account(language)),
                None,
            ),
        ),
    ]
}
