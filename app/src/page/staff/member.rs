//! An admin's page for one staff member: role, time, and access.

use base::Day;
use leptos::prelude::*;
use portal::{StaffMember, StaffState};

use super::members::{MemberProblem, days, role_choice};
use super::words;
use crate::component::form::{confirm_first, refusal, title};
use crate::component::{back_link, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::Texts;

/// What was filled in as role and time when it was wrong.
#[derive(Clone, Debug)]
pub struct MemberForm {
    /// The role.
    pub role: portal::Role,
    /// The first day (ISO 8601), or nothing.
    pub first_day: String,
    /// The last day (ISO 8601), or nothing.
    pub last_day: String,
    /// What was wrong.
    pub problem: Option<MemberProblem>,
}

impl MemberForm {
    /// What the form holds before anybody changes it.
    #[must_use]
    pub fn of(member: &StaffMember) -> Self {
        let day = |day: Day| day.to_string();
        Self {
            role: member.role,
            first_day: member.validity.first.map(day).unwrap_or_default(),
            last_day: member.validity.last.map(day).unwrap_or_default(),
            problem: None,
        }
    }
}

/// The page of one staff member. `may_change` says whether the reader's role lets them decide anything here.
#[must_use]
pub fn member_page(
    layout: &Layout,
    member: &StaffMember,
    form: &MemberForm,
    may_change: bool,
    flash: Option<Flash>,
) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "members-title", form.problem.is_some()));
    let told = told(texts, flash);
    let confirm = (form.problem == Some(MemberProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let last_admin = form.problem == Some(MemberProblem::LastAdmin);
    let proof = match (member.has_work_account, member.has_second_factor) {
        (true, _) => ("member-sign-in", texts.get("member-work-account")),
        (false, true) => ("member-second-factor", texts.get("member-second-factor-on")),
        (false, false) => ("member-second-factor", texts.get("member-second-factor-off")),
    };
    let facts = vec![
        ("member-email", member.email.clone()),
        ("member-role", texts.get(words::role(member.role))),
        ("account-valid", words::validity(texts, member.validity)),
        proof,
    ];
    let name = member.name.clone();
    let state = words::state(texts, member.state);
    let change = may_change.then(|| change(texts, member, form));
    let access = may_change.then(|| access(texts, member));
    render(layout, head, move || {
        view! {
            {back_link("/staff/members".to_owned(), texts.get("member-back"))}
            {told}
            {confirm}
            {last_admin.then(|| refusal(texts.get("member-last-admin")))}
            <div class="title">
                <h1>{name}</h1>
                <p>{state}</p>
            </div>
            {words::pairs(texts, facts)}
            {change}
            {access}
        }
    })
}

fn change(texts: &'static Texts, member: &StaffMember, form: &MemberForm) -> impl IntoView + use<> {
    // The directory decides it, and says so at the next sign-in.
    let role = if member.has_work_account {
        view! {
            <p>{texts.get("member-role-from-directory")}</p>
            <input type="hidden" name="role" value=member.role.as_str() />
        }
        .into_any()
    } else {
        role_choice(texts, form.role).into_any()
    };
    let days = days(
        texts,
        &form.first_day,
        &form.last_day,
        form.problem == Some(MemberProblem::Days),
    );
    let action = format!("/staff/members/{}", member.id);
    view! {
        <section aria-labelledby="change">
            <h2 id="change">{texts.get("member-change")}</h2>
            <form method="post" action=action class="form" novalidate>
                {role} {days} <button class="button">{texts.get("member-save")}</button>
            </form>
        </section>
    }
}

/// Each thing that an admin can do at once, with what it means.
fn access(texts: &'static Texts, member: &StaffMember) -> impl IntoView + use<> {
    let deactivated = matches!(member.state, StaffState::Deactivated { .. });
    let shut_by_directory = member.state == StaffState::Deactivated { by_directory: true };
    let over = member.state == StaffState::Over;
    let invited = matches!(member.state, StaffState::Invited { .. });
    let steps = [
        (matches!(member.state, StaffState::Locked { .. }) && !member.is_self).then_some((
            "unlock",
            "member-unlock",
            Some("member-unlock-hint"),
        )),
        (!deactivated && !over && !member.is_self && !member.has_work_account).then_some((
            "invitation",
            "member-reinvite",
            Some("member-reinvite-hint"),
        )),
        (!deactivated && !invited).then_some(("end-sessions", "member-end-sessions", None)),
        (!deactivated).then_some(("deactivate", "member-deactivate", Some("member-deactivate-hint"))),
        shut_by_directory.then_some(("deactivate", "member-keep-shut", Some("member-keep-shut-hint"))),
        deactivated.then_some(("reactivate", "member-reactivate", None)),
    ];
    let id = member.id;
    let steps: Vec<_> = steps
        .into_iter()
        .flatten()
        .map(|(path, text, hint)| {
            let hint_id = format!("{path}-hint");
            let described_by = hint.map(|_| hint_id.clone());
            view! {
                <form method="post" action=format!("/staff/members/{id}/{path}")>
                    <button class="button quiet" aria-describedby=described_by>
                        {texts.get(text)}
                    </button>
                    {hint.map(|hint| view! { <p class="hint" id=hint_id>{texts.get(hint)}</p> })}
                </form>
            }
        })
        .collect();
    view! {
        <section aria-labelledby="access">
            <h2 id="access">{texts.get("member-access")}</h2>
            <div class="steps-to-take">{steps}</div>
        </section>
    }
}
