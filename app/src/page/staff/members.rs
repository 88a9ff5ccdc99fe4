//! An admin's pages for staff: the list, and inviting somebody.

use jiff::tz::TimeZone;
use leptos::prelude::*;
use portal::{Role, StaffMember};

use super::words;
use crate::component::form::{Choice, Field, Kind, choices, confirm_first, tick, title};
use crate::component::{back_link, icon, told};
use crate::context::{Flash, Layout};
use crate::page::Page;
use crate::shell::{Head, render};
use crate::texts::{Texts, dates};

/// What the page of an organisation's staff shows.
#[derive(Clone, Copy)]
pub struct MembersShown<'a> {
    /// Its staff.
    pub members: &'a [StaffMember],
    /// Whether recipients are told their names.
    pub names: bool,
    /// Whether the reader may invite somebody.
    pub may_invite: bool,
    /// Whether the reader's role lets them decide about the names.
    pub may_show_names: bool,
}

/// The organisation's staff.
#[must_use]
pub fn members_page(layout: &Layout, shown: MembersShown<'_>, flash: Option<Flash>, time_zone: &TimeZone) -> Page {
    let texts = Texts::of(layout.language);
    let told = told(texts, flash);
    let entries: Vec<_> = shown
        .members
        .iter()
        .map(|member| entry(texts, member, time_zone))
        .collect();
    let invite = shown.may_invite.then(|| {
        view! {
            <div class="actions">
                <a class="button" href="/staff/members/new">
                    {icon("plus")}
                    {texts.get("members-invite")}
                </a>
            </div>
        }
    });
    render(layout, Head::plain(texts.get("members-title")), move || {
        view! {
            {told}
            <h1>{texts.get("members-title")}</h1>
            <p class="lead">{texts.get("members-lead")}</p>
            {invite}
            <ul class="cards">{entries}</ul>
            {names(texts, shown.names, shown.may_show_names)}
        }
    })
}

/// Whether recipients are told the names.
fn names(texts: &'static Texts, shown: bool, may_change: bool) -> impl IntoView {
    view! {
        <section aria-labelledby="recipients">
            <h2 id="recipients">{texts.get("members-names-title")}</h2>
            <form method="post" action="/staff/members/names" novalidate>
                <fieldset class="form plain" disabled=!may_change>
                    {tick("names", texts.get("members-names"), Some(texts.get("members-names-hint")), shown)}
                    {may_change.then(|| view! { <button class="button quiet">{texts.get("members-names-save")}</button> })}
                </fieldset>
            </form>
        </section>
    }
}

fn entry(texts: &'static Texts, member: &StaffMember, time_zone: &TimeZone) -> impl IntoView + use<> {
    let href = format!("/staff/members/{}", member.id);
    let state = words::state(texts, member.state);
    let role = texts.get(words::role(member.role));
    let you = member
        .is_self
        .then(|| view! { " " <span class="new">{texts.get("member-you")}</span> });
    let signed_in = member.last_signed_in_at.map_or_else(
        || texts.get("member-never-signed-in"),
        |at| {
            let at = dates::day_and_time(texts, at, time_zone);
            texts.with("member-last-signed-in", &[("at", at.into())])
        },
    );
    view! {
        <li class="card linked">
            <h2>
                <a href=href>{member.name.clone()}</a>
                {you}
            </h2>
            <p class="email">{member.email.clone()}</p>
            <ul class="facts">
                <li>{role}</li>
                {member.has_work_account.then(|| view! { <li>{texts.get("member-work-account")}</li> })}
                <li>{signed_in}</li>
            </ul>
            <p>{state}</p>
        </li>
    }
}

/// What was filled in on the page that invites somebody, and what was wrong with it.
#[derive(Clone, Debug)]
pub struct InviteForm {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The first day (ISO 8601), or nothing.
    pub first_day: String,
    /// The last day (ISO 8601), or nothing.
    pub last_day: String,
    /// What was wrong.
    pub problem: Option<MemberProblem>,
}

impl Default for InviteForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            role: Role::Sender,
            first_day: String::new(),
            last_day: String::new(),
            problem: None,
        }
    }
}

/// What can be wrong with what an admin says of a staff member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberProblem {
    /// The name is empty or too long.
    Name,
    /// The e-mail address is none.
    Email,
    /// Somebody of the organisation has that address.
    EmailTaken,
    /// A day is none, or the last comes before the first.
    Days,
    /// Without this person the organisation would have no admin.
    LastAdmin,
    /// Who sends the form must prove anew that it is them.
    ConfirmFirst,
}

/// The page that invites somebody.
#[must_use]
pub fn invite_page(layout: &Layout, form: &InviteForm) -> Page {
    let texts = Texts::of(layout.language);
    let head = Head::plain(title(texts, "member-invite-title", form.problem.is_some()));
    let problem = |which, key| (form.problem == Some(which)).then(|| texts.get(key));
    let name = Field::new("name", Kind::OtherName, texts.get("member-name"))
        .value(&form.name)
        .problem(problem(MemberProblem::Name, "member-name-wrong"));
    let email = Field::new("email", Kind::OtherEmail, texts.get("member-email"))
        .value(&form.email)
        .problem(
            problem(MemberProblem::Email, "member-email-wrong")
                .or_else(|| problem(MemberProblem::EmailTaken, "member-email-taken")),
        );
    let confirm = (form.problem == Some(MemberProblem::ConfirmFirst)).then(|| confirm_first(texts));
    let role = role_choice(texts, form.role);
    let days = days(
        texts,
        &form.first_day,
        &form.last_day,
        form.problem == Some(MemberProblem::Days),
    );
    render(layout, head, move || {
        view! {
            {back_link("/staff/members".to_owned(), texts.get("member-back"))}
            {confirm}
            <h1>{texts.get("member-invite-title")}</h1>
            <p class="lead">{texts.get("member-invite-lead")}</p>
            <form method="post" action="/staff/members" class="form" novalidate>
                {name.view()} {email.view()} {role} {days}
                <button class="button">{texts.get("member-invite")} {icon("forward")}</button>
            </form>
        }
    })
}

/// Which role somebody has.
pub(super) fn role_choice(texts: &Texts, chosen: Role) -> impl IntoView + use<> {
    let roles = Role::ALL
        .into_iter()
        .map(|role| Choice {
            value: role.to_string(),
            label: texts.get(words::role(role)),
            hint: Some(texts.get(words::role_hint(role))),
        })
        .collect();
    choices("role", texts.get("member-role"), roles, chosen.as_str(), None)
}

/// Between which days somebody's account is valid.
pub(super) fn days(texts: &Texts, first: &str, last: &str, wrong: bool) -> impl IntoView + use<> {
    let first = Field::new("first_day", Kind::Date, texts.get("member-first-day"))
        .hint(texts.get("member-first-day-hint"))
        .value(first);
    let last = Field::new("last_day", Kind::Date, texts.get("member-last-day"))
        .hint(texts.get("member-last-day-hint"))
        .problem(wrong.then(|| texts.get("member-days-wrong")))
        .value(last);
    view! { <div class="pair">{first.view()} {last.view()}</div> }
}

/// The page that shows an invitation's link, this once.
#[must_use]
pub fn invited_page(layout: &Layout, name: &str, link: &str) -> Page {
    let texts = Texts::of(layout.language);
    let layout = layout.once();
    let lead = texts.with("member-invited-lead", &[("name", name.into())]);
    let link = link.to_owned();
    render(&layout, Head::plain(texts.get("member-invited-title")), move || {
        view! {
            <h1>{texts.get("member-invited-title")}</h1>
            <p class="lead">{lead}</p>
            <h2 class="small">{texts.get("member-invited-link")}</h2>
            <p class="codes code">{link}</p>
            <p>{texts.get("member-invited-once")}</p>
            <a class="button quiet" href="/staff/members">
                {texts.get("member-invited-done")}
                {icon("forward")}
            </a>
        }
    })
}
