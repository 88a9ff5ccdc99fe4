//! What an admin decides about staff, and how they sign in.

use app::page::staff::{
    InviteForm, MemberForm, MemberProblem, MembersShown, RulesForm, RulesProblem, invite_page, invited_page,
    member_page, members_page, rules_page,
};
use app::{Assets, Flash, Language};
use base::Ids;
use portal::{Role, StaffMember, StaffState, Validity};

use super::{Pages, at};
use crate::samples::{clock, time_zone};

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
        member(
            "Åsa Öberg",
            Role::Auditor,
            StaffState::Deactivated { by_directory: false },
        ),
        member("Per Persson", Role::Sender, StaffState::Invited { until: None }),
        member("Eva Sund", Role::Sender, StaffState::NotYet),
        member("Lars Berg", Role::Sender, StaffState::Over),
        StaffMember {
            has_work_account: true,
            ..member("Ylva Sjö", Role::Sender, StaffState::Active)
        },
    ]
}

pub(super) fn pages(language: Language, assets: &Assets) -> Pages {
    let zone = time_zone();
    let inside = |path| super::inside(language, assets, path);
    let members_at = inside("/staff/members");
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
    let shown = |is_admin| MembersShown {
        members: &everybody,
        names: is_admin,
        may_invite: is_admin,
        may_show_names: is_admin,
    };
    let mut pages = vec![
        ("members", members_page(&members_at, shown(true), None, &zone)),
        (
            "members-read",
            members_page(&members_at, shown(false), Some(Flash::NamesShownSaved), &zone),
        ),
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
    ];
    pages.extend(one(0, Some(MemberProblem::LastAdmin)).map(|page| ("member-last-admin", page)));
    pages.extend(one(2, None).map(|page| ("member-locked", page)));
    pages.extend(one(7, None).map(|page| ("member-work-account", page)));
    pages.extend(one(3, Some(MemberProblem::Days)).map(|page| ("member-deactivated", page)));
    pages
}
