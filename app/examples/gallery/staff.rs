//! The staff's pages with made-up people, systems and mistakes.

use app::page::staff::{
    CodeProblem, ConfirmBy, ConfirmProblem, CredentialProblem, Invitation, InviteForm, KeySetFormProblem,
    KeySetProblem, MemberForm, MemberProblem, NewPasskey, NewPasskeyProblem, NewPasswordProblem, NewSystemForm,
    RulesForm, RulesProblem, SecondFactorSetUp, StaffSignIn, SystemProblem, accepted_early_page, account_page,
    confirm_page, invitation_page, invite_page, invited_page, member_page, members_page, new_passkey_page,
    new_system_page, password_page, recovery_codes_page, rules_page, second_factor_page, second_factor_set_up_page,
    secret_page, sent_messages_page, staff_organisation_page, staff_sign_in_page, staff_signed_out_page, system_page,
    systems_page, void_invitation_page,
};
use app::{Assets, Audience, Flash, Language, Page, ProviderChoice, StaffFrame, StaffSection};
use base::{CaseId, DeliveryId, Ids, InvalidNetworks, MessageId, Personnummer, SecretString, Timestamp};
use portal::{
    BrowserFamily, Credential, CredentialKind, CredentialState, DeliveryStatus, Device, InvalidKey, KnownAs, NewDevice,
    OwnAccount, OwnPasskey, PasswordProblem, Role, Scope, SecondFactors, SentDelivery, SentMessage, SentMessages,
    SentRecipient, StaffMember, StaffNotices, StaffState, System, SystemFamily, Validity,
};

use crate::samples::{NOW, clock, layout, place, time_zone};

const DAY: i64 = 86_400_000;

/// An admin's surroundings: every part of the portal.
fn admin() -> Audience {
    Audience::Staff(StaffFrame {
        organisation: "Länsstyrelsen i Västernorrlands län".to_owned(),
        sections: StaffSection::ALL.to_vec(),
        has_notices: true,
    })
}

fn at(days: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + days * DAY)
}

fn delivery(number: &str, change: impl FnOnce(&mut DeliveryStatus)) -> SentDelivery {
    let ids = Ids::new(clock());
    let mut status = DeliveryStatus {
        delivery: ids.next::<DeliveryId>(),
        case: ids.next::<CaseId>(),
        notified_at: None,
        opened_at: None,
        expires_at: at(14),
        expired: false,
        revoked_at: None,
        purged_at: None,
    };
    change(&mut status);
    let recipient = match Personnummer::from_digits(number) {
        _ if !status.is_living() => SentRecipient::Forgotten,
        Ok(number) => SentRecipient::Known(KnownAs::Number(number)),
        Err(_) if number.contains('@') => SentRecipient::Known(KnownAs::WorkAccount(Some(number.to_owned()))),
        Err(_) => match number.parse() {
            Ok(prid) => SentRecipient::Known(KnownAs::Prid(prid)),
            Err(_) => SentRecipient::Unreadable,
        },
    };
    SentDelivery { recipient, status }
}

fn message(title: Option<&str>, days: i64, deliveries: Vec<SentDelivery>) -> SentMessage {
    SentMessage {
        id: Ids::new(clock()).next::<MessageId>(),
        title: title.map(str::to_owned),
        sent_at: at(days),
        document_type: title.map(|_| "beslut".to_owned()),
        deliveries,
    }
}

/// Messages in every state.
pub(crate) fn sent() -> SentMessages {
    let messages = vec![
        message(
            Some("Beslut om bistånd enligt socialtjänstlagen"),
            -1,
            vec![
                delivery("200001012384", |status| status.opened_at = Some(at(0))),
                delivery("197701172392", |_| {}),
                delivery("200001012392", |status| status.expires_at = at(2)),
                delivery("damaged", |_| {}),
                delivery("NO:05068907693", |_| {}),
                delivery("karin.ek@norrby.example", |_| {}),
            ],
        ),
        message(
            Some("Underrättelse om tillfartsvägsbestämmelser"),
            -12,
            vec![delivery("200001012384", |status| status.revoked_at = Some(at(-3)))],
        ),
        message(
            None,
            -40,
            vec![
                delivery("200001012384", |status| status.purged_at = Some(at(-10))),
                delivery("200001012384", |status| status.expired = true),
            ],
        ),
    ];
    SentMessages {
        older_than: messages.last().map(|last| last.id),
        messages,
    }
}

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

/// The way in that the preset for Entra ID gives.
fn work_account(language: Language) -> Vec<ProviderChoice> {
    let label = match language {
        Language::Swedish => "arbetskonto",
        Language::English => "work account",
    };
    vec![ProviderChoice {
        name: "entra".to_owned(),
        label: label.to_owned(),
        logo: None,
        last_used: false,
        seems_down: false,
        mode: None,
        highest_level: None,
    }]
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

const fn factors(codes: bool, passkeys: bool) -> SecondFactors {
    SecondFactors { codes, passkeys }
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
    }
}

fn member(name: &str, role: Role, state: StaffState) -> StaffMember {
    let address = name
        .to_lowercase()
        .replace(' ', ".")
        .replace(['å', 'ä'], "a")
        .replace('ö', "o");
    StaffMember {
        id: Ids::new(clock()).next(),
        name: name.to_owned(),
        email: format!("{address}@lansstyrelsen-i-vasternorrlands-lan.example"),
        role,
        validity: Validity::default(),
        state,
        has_second_factor: state == StaffState::Active,
        has_work_account: false,
        last_signed_in_at: (state == StaffState::Active).then_some(at(-1)),
        is_self: role == Role::Admin,
    }
}

fn members() -> Vec<StaffMember> {
    vec![
        member("Karin Åkerström", Role::Admin, StaffState::Active),
        member("Bo Ek", Role::Sender, StaffState::Invited { until: Some(at(2)) }),
        member(
            "Maria-Magdalena Wallenstråle Gyllenhammar",
            Role::Sender,
            StaffState::Locked { until: at(1) },
        ),
        member("Åsa Öberg", Role::Auditor, StaffState::Deactivated),
        member("Per Persson", Role::Sender, StaffState::Invited { until: None }),
        member("Eva Sund", Role::Sender, StaffState::NotYet),
        member("Lars Berg", Role::Sender, StaffState::Over),
        StaffMember {
            has_work_account: true,
            ..member("Ylva Sjö", Role::Sender, StaffState::Active)
        },
    ]
}

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

/// The pages on which an admin decides.
fn administration(language: Language, assets: &Assets) -> Vec<(&'static str, Page)> {
    let zone = time_zone();
    let inside = |path| layout(language, assets, path, admin());
    let (members_at, systems_at) = (inside("/staff/members"), inside("/staff/systems"));
    let everybody = members();
    let one = |index: usize, problem| {
        let member = everybody.get(index).cloned();
        member.map(|member| {
            let form = MemberForm {
                problem,
                ..MemberForm::of(&member)
            };
            member_page(&members_at, &member, &form, true, None)
        })
    };
    let rules = |problem: Option<RulesProblem>| RulesForm {
        second_factor_required: true,
        operator_requires: problem.is_none(),
        password_days: String::new(),
        work_account_required: problem.is_some().then_some(true),
        version: String::new(),
        networks: "192.0.2.0/24\n".to_owned(),
        address: Some("198.51.100.7".to_owned()),
        problem,
    };
    let wrong_system = NewSystemForm {
        networks: "192.0.2.0/24, kontoret".to_owned(),
        problem: Some(SystemProblem::Networks(InvalidNetworks::Form { entry: 2 })),
        ..NewSystemForm::default()
    };
    let unconfirmed = InviteForm {
        name: "Bo Ek".to_owned(),
        problem: Some(MemberProblem::ConfirmFirst),
        ..InviteForm::default()
    };
    let taken = InviteForm {
        name: "Bo Ek".to_owned(),
        email: "bo.ek@exempelkommunen.example".to_owned(),
        problem: Some(MemberProblem::EmailTaken),
        ..InviteForm::default()
    };
    let link = "https://post.exempelkommunen.example/staff/invitations/119bf3b8290b620a36d75817d2e1c34445a7e0a7e31f560f8e722d05eeb112d0";
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
    let mut pages = vec![
        ("members", members_page(&members_at, &everybody, true, None, &zone)),
        ("invite", invite_page(&members_at, &InviteForm::default())),
        ("invite-wrong", invite_page(&members_at, &taken)),
        ("invite-unconfirmed", invite_page(&members_at, &unconfirmed)),
        ("invited", invited_page(&members_at, "Bo Ek", link)),
        (
            "rules",
            rules_page(
                &inside("/staff/sign-in-rules"),
                &rules(None),
                true,
                Some(Flash::RulesSaved),
            ),
        ),
        (
            "rules-wrong",
            rules_page(
                &inside("/staff/sign-in-rules"),
                &rules(Some(RulesProblem::ShutsOut)),
                true,
                None,
            ),
        ),
        (
            "rules-seen",
            rules_page(&inside("/staff/sign-in-rules"), &rules(None), false, None),
        ),
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
    ];
    pages.extend(one(0, Some(MemberProblem::LastAdmin)).map(|page| ("member-last-admin", page)));
    pages.extend(one(2, None).map(|page| ("member-locked", page)));
    pages.extend(one(7, None).map(|page| ("member-work-account", page)));
    pages.extend(one(3, Some(MemberProblem::Days)).map(|page| ("member-deactivated", page)));
    pages
}

/// Every page for staff, in every state worth seeing.
pub(crate) fn pages(language: Language, assets: &Assets) -> Vec<(String, Page)> {
    let (now, zone) = (NOW, time_zone());
    let outside = layout(language, assets, "/staff/sign-in", Audience::StaffVisitor);
    let inside = |path| layout(language, assets, path, admin());
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
    let passkey = |name, problem, required| NewPasskey {
        name,
        problem,
        required,
    };
    let codes: Vec<SecretString> = (0..10)
        .map(|number| SecretString::new(format!("K7QM-2XWD-9FHT-4R{number}Z")))
        .collect();
    let nothing = SentMessages {
        messages: Vec::new(),
        older_than: None,
    };
    let wrong = Some(NewPasswordProblem::Refused(PasswordProblem::Guessable));
    let pages = [
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
            "passkey-new",
            new_passkey_page(&inside("/staff/account/passkeys/new"), &passkey("", None, false)),
        ),
        (
            "passkey-new-refused",
            new_passkey_page(
                &inside("/staff/account/passkeys/new"),
                &passkey("Jobbdatorn", Some(NewPasskeyProblem::Refused), false),
            ),
        ),
        (
            "passkey-set-up-nameless",
            new_passkey_page(&outside, &passkey("", Some(NewPasskeyProblem::Name), true)),
        ),
        (
            "passkey-set-up-late",
            new_passkey_page(
                &outside,
                &passkey("Jobbdatorn", Some(NewPasskeyProblem::TookTooLong), true),
            ),
        ),
        (
            "passkey-new-too-many",
            new_passkey_page(
                &inside("/staff/account/passkeys/new"),
                &passkey("Jobbdatorn", Some(NewPasskeyProblem::TooMany), false),
            ),
        ),
        ("set-up", second_factor_set_up_page(&outside, &set_up(false, true))),
        (
            "set-up-wrong",
            second_factor_set_up_page(&outside, &set_up(true, false)),
        ),
        (
            "recovery-codes",
            recovery_codes_page(&inside("/staff/account"), &codes, "/staff"),
        ),
        ("signed-out", staff_signed_out_page(&outside)),
        ("password-renewal", password_page(&outside, true, None)),
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
            confirm_page(
                &inside("/staff/confirm"),
                &ConfirmBy::Password(factors(true, false)),
                None,
            ),
        ),
        (
            "confirm-wrong",
            confirm_page(
                &inside("/staff/confirm"),
                &ConfirmBy::Password(factors(false, false)),
                Some(ConfirmProblem::Wrong),
            ),
        ),
        (
            "confirm-passkey",
            confirm_page(
                &inside("/staff/confirm"),
                &ConfirmBy::Password(factors(false, true)),
                Some(ConfirmProblem::Passkey),
            ),
        ),
        (
            "confirm-either",
            confirm_page(
                &inside("/staff/confirm"),
                &ConfirmBy::Password(factors(true, true)),
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
        (
            "cases",
            sent_messages_page(&inside("/staff/cases"), &sent(), true, None, now, &zone),
        ),
        (
            "cases-older",
            sent_messages_page(
                &inside("/staff/cases"),
                &sent(),
                false,
                Some(Flash::PasswordChanged),
                now,
                &zone,
            ),
        ),
        (
            "cases-empty",
            sent_messages_page(&inside("/staff/cases"), &nothing, true, None, now, &zone),
        ),
    ];
    pages
        .into_iter()
        .chain(administration(language, assets))
        .map(|(name, page)| (format!("staff-{name}"), page))
        .collect()
}
