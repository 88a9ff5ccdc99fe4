//! An admin's pages for the organisation's staff.

use app::page::staff::{
    InviteForm, MemberForm, MemberProblem, MembersShown, invite_page, invited_page, member_page, members_page,
};
use app::{ErrorPage, Flash};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::{Day, StaffId};
use http::HeaderMap;
use portal::{
    Action, ChangeStaffError, Denied, InviteError, NewStaffMember, Role, SeeStaffError, StaffActor, StaffMember,
    UnknownRole, Validity,
};
use serde::Deserialize;

use super::denied::{denied, denied_page};
use super::id::Id;
use super::sign_in::unprocessable;
use super::systems::done;
use super::visitor::Staff;
use super::{Place, invitation_address};
use crate::form_body::Form;
use crate::state::AppState;
use crate::visitor::Visitor;
use crate::{answer, flash};

/// `GET /staff/members`
pub(super) async fn list(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    headers: HeaderMap,
) -> Response {
    let members = match state.portal().list_staff(&actor).await {
        Ok(members) => members,
        Err(error) => return see_refused(error, &Place::Members, &visitor),
    };
    // Where nobody gets in with a password, the directory invites.
    let may_invite = match state.portal().lets_passwords_in(actor.organisation_id()).await {
        Ok(lets_in) => lets_in && actor.role().allows(Action::InviteStaff),
        Err(fault) => return answer::fault(&fault, &visitor),
    };
    let names = match state.portal().shows_staff_names(&actor).await {
        Ok(names) => names,
        Err(error) => return see_refused(error, &Place::Members, &visitor),
    };
    let shown = MembersShown {
        members: &members,
        names,
        may_invite,
        may_show_names: actor.role().allows(Action::ShowStaffNames),
    };
    flash::tell(&headers, |flash| {
        members_page(&visitor.layout, shown, flash, state.time_zone())
    })
}

/// Whether recipients see the names of staff. A box that is not ticked sends nothing.
#[derive(Deserialize)]
pub(super) struct Names {
    names: Option<String>,
}

/// `POST /staff/members/names`
pub(super) async fn show_names(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<Names>,
) -> Response {
    match state.portal().show_staff_names(&actor, given.names.is_some()).await {
        Ok(()) => done(&Place::Members, Flash::NamesShownSaved),
        Err(error) => change_refused(error, &Place::Members, &visitor),
    }
}

/// `GET /staff/members/new`
pub(super) async fn invite_form(Staff { actor, visitor }: Staff) -> Response {
    match actor.require(Action::InviteStaff) {
        Ok(()) => invite_page(&visitor.layout, &InviteForm::default()).into_response(),
        Err(no) => denied_page(no, &Place::NewMember, &visitor),
    }
}

/// A role as a form sends it. Another text comes from no form of ours.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct FormRole(Role);

impl TryFrom<String> for FormRole {
    type Error = UnknownRole;

    fn try_from(text: String) -> Result<Self, UnknownRole> {
        text.parse().map(Self)
    }
}

/// Role and days as a form sends them.
#[derive(Clone, Deserialize)]
pub(super) struct Terms {
    role: FormRole,
    first_day: String,
    last_day: String,
}

impl Terms {
    /// The days; an empty field is no limit.
    fn validity(&self) -> Option<Validity> {
        let day = |text: &str| match text.trim() {
            "" => Some(None),
            text => text.parse::<Day>().ok().map(Some),
        };
        Some(Validity {
            first: day(&self.first_day)?,
            last: day(&self.last_day)?,
        })
    }
}

/// Somebody to invite, as the form describes them.
#[derive(Deserialize)]
pub(super) struct NewMember {
    name: String,
    email: String,
    role: FormRole,
    first_day: String,
    last_day: String,
}

/// `POST /staff/members`: invites somebody. The answer shows the link, this once.
pub(super) async fn invite(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Form(given): Form<NewMember>,
) -> Response {
    let terms = Terms {
        role: given.role,
        first_day: given.first_day,
        last_day: given.last_day,
    };
    let again = |problem| {
        let form = InviteForm {
            name: given.name.clone(),
            email: given.email.clone(),
            role: terms.role.0,
            first_day: terms.first_day.clone(),
            last_day: terms.last_day.clone(),
            problem: Some(problem),
        };
        unprocessable(invite_page(&visitor.layout, &form))
    };
    match actor.require(Action::InviteStaff) {
        Ok(()) => {}
        // What was filled in stays on the page meanwhile.
        Err(Denied::StepUpNeeded) => return again(MemberProblem::ConfirmFirst),
        Err(no) => return denied(no, &Place::NewMember, &visitor),
    }
    let Some(validity) = terms.validity() else {
        return again(MemberProblem::Days);
    };
    let new = NewStaffMember {
        name: given.name.clone(),
        email: given.email.clone(),
        role: terms.role.0,
        validity,
    };
    match state.portal().invite_staff(&actor, new).await {
        Ok(invitation) => {
            let link = invitation_address(state.origin(), &invitation.token);
            invited_page(&visitor.layout, given.name.trim(), link.expose()).into_response()
        }
        Err(InviteError::InvalidName) => again(MemberProblem::Name),
        Err(InviteError::InvalidEmail) => again(MemberProblem::Email),
        Err(InviteError::AlreadyStaff) => again(MemberProblem::EmailTaken),
        Err(InviteError::DatesOutOfOrder) => again(MemberProblem::Days),
        Err(error) => invite_refused(error, &Place::NewMember, &visitor),
    }
}

/// `GET /staff/members/{id}`
pub(super) async fn one(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<StaffId>,
    headers: HeaderMap,
) -> Response {
    let member = match state.portal().staff_member(&actor, id).await {
        Ok(member) => member,
        Err(error) => return see_refused(error, &Place::Member(id), &visitor),
    };
    flash::tell(&headers, |flash| {
        shown(&actor, &visitor, &member, &MemberForm::of(&member), flash)
    })
}

fn shown(
    actor: &StaffActor,
    visitor: &Visitor,
    member: &StaffMember,
    form: &MemberForm,
    flash: Option<Flash>,
) -> app::Page {
    let may_change = actor.role().allows(Action::ChangeStaff);
    member_page(&visitor.layout, member, form, may_change, flash)
}

/// `POST /staff/members/{id}`: changes role and days.
pub(super) async fn change(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<StaffId>,
    Form(terms): Form<Terms>,
) -> Response {
    let problem = match changed(&state, &actor, id, &terms).await {
        Ok(()) => return done(&Place::Member(id), Flash::MemberSaved),
        Err(ChangeStaffError::DatesOutOfOrder) => MemberProblem::Days,
        Err(ChangeStaffError::LastAdmin) => MemberProblem::LastAdmin,
        Err(ChangeStaffError::Denied(Denied::StepUpNeeded)) => MemberProblem::ConfirmFirst,
        Err(error) => return change_refused(error, &Place::Member(id), &visitor),
    };
    let member = match state.portal().staff_member(&actor, id).await {
        Ok(member) => member,
        Err(error) => return see_refused(error, &Place::Member(id), &visitor),
    };
    let form = MemberForm {
        role: terms.role.0,
        first_day: terms.first_day,
        last_day: terms.last_day,
        problem: Some(problem),
    };
    unprocessable(shown(&actor, &visitor, &member, &form, None))
}

async fn changed(state: &AppState, actor: &StaffActor, id: StaffId, terms: &Terms) -> Result<(), ChangeStaffError> {
    actor.require(Action::ChangeStaff)?;
    let validity = terms.validity().ok_or(ChangeStaffError::DatesOutOfOrder)?;
    state.portal().change_staff(actor, id, terms.role.0, validity).await
}

/// `POST /staff/members/{id}/invitation`: invites somebody anew. The answer shows the link, this once.
pub(super) async fn invite_anew(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<StaffId>,
) -> Response {
    let invited = state.portal().invite_staff_anew(&actor, id).await;
    let invitation = match invited {
        Ok(invitation) => Some(invitation),
        Err(InviteError::LastAdmin) => None,
        Err(error) => return invite_refused(error, &Place::Member(id), &visitor),
    };
    let member = match state.portal().staff_member(&actor, id).await {
        Ok(member) => member,
        Err(error) => return see_refused(error, &Place::Member(id), &visitor),
    };
    match invitation {
        Some(invitation) => {
            let link = invitation_address(state.origin(), &invitation.token);
            invited_page(&visitor.layout, &member.name, link.expose()).into_response()
        }
        None => {
            let form = MemberForm {
                problem: Some(MemberProblem::LastAdmin),
                ..MemberForm::of(&member)
            };
            unprocessable(shown(&actor, &visitor, &member, &form, None))
        }
    }
}

/// `POST /staff/members/{id}/unlock`
pub(super) async fn unlock(state: State<AppState>, staff: Staff, id: Id<StaffId>) -> Response {
    decide(state, staff, id, Decision::Unlock).await
}

/// `POST /staff/members/{id}/end-sessions`
pub(super) async fn end_sessions(state: State<AppState>, staff: Staff, id: Id<StaffId>) -> Response {
    decide(state, staff, id, Decision::EndSessions).await
}

/// `POST /staff/members/{id}/deactivate`
pub(super) async fn deactivate(state: State<AppState>, staff: Staff, id: Id<StaffId>) -> Response {
    decide(state, staff, id, Decision::Deactivate).await
}

/// `POST /staff/members/{id}/reactivate`
pub(super) async fn reactivate(state: State<AppState>, staff: Staff, id: Id<StaffId>) -> Response {
    decide(state, staff, id, Decision::Reactivate).await
}

/// What an admin does with one button.
#[derive(Clone, Copy)]
enum Decision {
    Unlock,
    EndSessions,
    Deactivate,
    Reactivate,
}

async fn decide(
    State(state): State<AppState>,
    Staff { actor, visitor }: Staff,
    Id(id): Id<StaffId>,
    decision: Decision,
) -> Response {
    let portal = state.portal();
    let (decided, flash) = match decision {
        Decision::Unlock => (portal.unlock_staff(&actor, id).await, Flash::MemberUnlocked),
        Decision::EndSessions => (
            portal.end_sessions_of_staff(&actor, id).await.map(drop),
            Flash::MemberSessionsEnded,
        ),
        Decision::Deactivate => (portal.deactivate_staff(&actor, id).await, Flash::MemberDeactivated),
        Decision::Reactivate => (portal.reactivate_staff(&actor, id).await, Flash::MemberReactivated),
    };
    let problem = match decided {
        Ok(()) => return done(&Place::Member(id), flash),
        Err(ChangeStaffError::LastAdmin) => MemberProblem::LastAdmin,
        Err(error) => return change_refused(error, &Place::Member(id), &visitor),
    };
    match portal.staff_member(&actor, id).await {
        Ok(member) => {
            let form = MemberForm {
                problem: Some(problem),
                ..MemberForm::of(&member)
            };
            unprocessable(shown(&actor, &visitor, &member, &form, None))
        }
        Err(error) => see_refused(error, &Place::Member(id), &visitor),
    }
}

/// The page for a staff member who does not see staff, or not this one.
pub(super) fn see_refused(error: SeeStaffError, back: &Place, visitor: &Visitor) -> Response {
    match error {
        SeeStaffError::Denied(no) => denied(no, back, visitor),
        SeeStaffError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        SeeStaffError::Fault(fault) => answer::fault(&fault, visitor),
    }
}

fn change_refused(error: ChangeStaffError, back: &Place, visitor: &Visitor) -> Response {
    match error {
        ChangeStaffError::Denied(no) => denied(no, back, visitor),
        ChangeStaffError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        ChangeStaffError::Oneself
        | ChangeStaffError::LastAdmin
        | ChangeStaffError::DatesOutOfOrder
        | ChangeStaffError::ExcludesYourself
        | ChangeStaffError::RoleFromDirectory
        | ChangeStaffError::WorkAccountNeeded
        | ChangeStaffError::ChangedMeanwhile
        | ChangeStaffError::InvalidPasswordAge => answer::error(ErrorPage::BadRequest, visitor),
        ChangeStaffError::Fault(fault) => answer::fault(&fault, visitor),
    }
}

fn invite_refused(error: InviteError, back: &Place, visitor: &Visitor) -> Response {
    match error {
        InviteError::Denied(no) => denied(no, back, visitor),
        InviteError::NotFound => answer::error(ErrorPage::NotFound, visitor),
        InviteError::Fault(fault) => answer::fault(&fault, visitor),
        _ => answer::error(ErrorPage::BadRequest, visitor),
    }
}
