//! The way in: the organisation, signing in, invitations, second factors to give and to set up.

use app::page::staff::{
    CodeProblem, Invitation, NewPasskey, NewPasskeyProblem, NewPasswordProblem, SecondFactorSetUp, StaffSignIn,
    accepted_early_page, invitation_page, new_passkey_page, password_page, recovery_codes_page, second_factor_page,
    second_factor_set_up_page, staff_organisation_page, staff_sign_in_page, staff_signed_out_page,
    void_invitation_page,
};
use app::{Assets, Flash, Language};
use base::SecretString;
use portal::PasswordProblem;

use super::{Pages, at, factors, inside, work_account};
use crate::samples::time_zone;

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let (zone, outside) = (time_zone(), super::outside(language, assets));
    let sign_in = |refused| StaffSignIn {
        organisation: "Exempelkommunen",
        address: "exempelkommunen",
        email: if refused { "karin@exempelkommunen.example" } else { "" },
        refused,
        work_accounts: Vec::new(),
        by_password: true,
        flash: (!refused).then_some(Flash::SignInFirst),
    };
    let by_work_account = |by_password| StaffSignIn {
        work_accounts: work_account(language),
        by_password,
        flash: None,
        ..sign_in(false)
    };
    let invitation = |problem| Invitation {
        action: "/staff/invitations/x",
        organisation: "Exempelkommunen",
        name: "Karin Åkerström",
        email: "karin@exempelkommunen.example",
        expires_at: at(3),
        problem,
    };
    let set_up = |wrong, required| SecondFactorSetUp {
        qr: ("-4 -4 29 29", "M0 0h7v1h-7zM0 1h1v5h-1z"),
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        wrong,
        action: "/staff/second-factor/set-up",
        required,
        or_passkey: required,
    };
    let set_up_passkey = |name, problem| NewPasskey {
        name,
        problem,
        required: true,
    };
    let codes: Vec<SecretString> = (0..10)
        .map(|number| SecretString::new(format!("K7QM-2XWD-9FHT-4R{number}Z")))
        .collect();
    let wrong = Some(NewPasswordProblem::Refused(PasswordProblem::Guessable));
    vec![
        ("organisation", staff_organisation_page(&outside, None)),
        (
            "organisation-unknown",
            staff_organisation_page(&outside, Some("kommunen")),
        ),
        ("sign-in", staff_sign_in_page(&outside, &sign_in(false))),
        ("sign-in-refused", staff_sign_in_page(&outside, &sign_in(true))),
        ("sign-in-either", staff_sign_in_page(&outside, &by_work_account(true))),
        (
            "sign-in-work-account",
            staff_sign_in_page(&outside, &by_work_account(false)),
        ),
        ("invitation", invitation_page(&outside, &invitation(None), &zone)),
        ("invitation-wrong", invitation_page(&outside, &invitation(wrong), &zone)),
        ("invitation-void", void_invitation_page(&outside)),
        (
            "accepted-early",
            accepted_early_page(&outside, at(10).day(), "/staff/sign-in/exempelkommunen"),
        ),
        (
            "second-factor",
            second_factor_page(&outside, factors(true, false), None),
        ),
        (
            "second-factor-wrong",
            second_factor_page(&outside, factors(true, false), Some(CodeProblem::OneTime)),
        ),
        (
            "second-factor-too-many",
            second_factor_page(&outside, factors(true, false), Some(CodeProblem::TooMany)),
        ),
        (
            "recovery-wrong",
            second_factor_page(&outside, factors(true, false), Some(CodeProblem::Recovery)),
        ),
        (
            "second-factor-passkey",
            second_factor_page(&outside, factors(false, true), None),
        ),
        (
            "second-factor-either",
            second_factor_page(&outside, factors(true, true), Some(CodeProblem::Passkey)),
        ),
        (
            "second-factor-late",
            second_factor_page(&outside, factors(true, true), Some(CodeProblem::PasskeyTookTooLong)),
        ),
        (
            "passkey-set-up-nameless",
            new_passkey_page(&outside, &set_up_passkey("", Some(NewPasskeyProblem::Name))),
        ),
        (
            "passkey-set-up-late",
            new_passkey_page(
                &outside,
                &set_up_passkey("Jobbdatorn", Some(NewPasskeyProblem::TookTooLong)),
            ),
        ),
        ("set-up", second_factor_set_up_page(&outside, &set_up(false, true))),
        (
            "set-up-wrong",
            second_factor_set_up_page(&outside, &set_up(true, false)),
        ),
        (
            "recovery-codes",
            recovery_codes_page(&inside(language, assets, "/staff/account"), &codes, "/staff"),
        ),
        ("signed-out", staff_signed_out_page(&outside)),
        ("password-renewal", password_page(&outside, true, None)),
    ]
}
