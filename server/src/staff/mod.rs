//! The staff's part of the program: the way in with a password and a second factor or with a work account, their account, the organisation's cases, and
//! what admins decide. Each route says which right it needs and is shut to roles without it; the use case behind it asks for that right again, and for
//! a fresh sign-in where one is needed.

mod account;
mod audit;
mod case;
mod cases;
mod confirm;
mod denied;
mod extracts;
mod holds;
mod id;
mod invitation;
mod last_organisation;
mod members;
mod own_sessions;
mod passkey;
mod password;
mod place;
mod protocols;
mod provisioning;
mod requests;
mod retention;
mod retention_approval;
mod return_to;
mod rules;
mod second_factor;
mod sign_in;
mod steps;
mod system_key_sets;
mod systems;
mod visitor;
mod work_account;

use axum::middleware::{from_fn_with_state, map_response};
use http::Method;
use portal::{Action, SessionKind};

use crate::form_body;
use crate::routes::{Access, Routes};
use crate::session;
use crate::session_end;
use crate::state::AppState;

pub(crate) use invitation::invitation_address;
pub(crate) use place::Place;
pub(crate) use visitor::require;

/// Every route for staff, behind their own session.
pub(crate) fn routes(state: &AppState) -> Routes {
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), "/staff/sign-in", Access::Public, sign_in::organisation)
        .add(
            get.clone(),
            "/staff/sign-in/{organisation}",
            Access::Public,
            sign_in::form,
        )
        .add(
            post.clone(),
            "/staff/sign-in/{organisation}",
            Access::Public,
            sign_in::password,
        )
        .add(
            post.clone(),
            "/staff/sign-in/{organisation}/work-account/{provider}",
            Access::Public,
            work_account::start,
        )
        .add(
            get.clone(),
            "/staff/work-account/{provider}/callback",
            Access::Public,
            work_account::callback,
        )
        .add(post.clone(), "/staff/sign-out", Access::Public, sign_in::sign_out)
        .add(get.clone(), "/staff/signed-out", Access::Public, sign_in::signed_out)
        .add(
            get.clone(),
            "/staff/invitations/{token}",
            Access::Public,
            invitation::form,
        )
        .add(
            post.clone(),
            "/staff/invitations/{token}",
            Access::Public,
            invitation::accept,
        )
        .add(
            get.clone(),
            "/staff/password/renew",
            Access::StaffCandidate,
            password::renewal_form,
        )
        .add(
            post.clone(),
            "/staff/password/renew",
            Access::StaffCandidate,
            password::renew,
        )
        .add(
            get.clone(),
            "/staff/second-factor",
            Access::StaffCandidate,
            second_factor::form,
        )
        .add(
            post.clone(),
            "/staff/second-factor",
            Access::StaffCandidate,
            second_factor::give,
        )
        .add(
            get,
            "/staff/second-factor/set-up",
            Access::StaffCandidate,
            second_factor::required_set_up,
        )
        .add(
            post,
            "/staff/second-factor/set-up",
            Access::StaffCandidate,
            second_factor::set_up_required,
        )
        .merge(passkeys_on_the_way_in())
        .merge(signed_in())
        .map(|router| router.layer(from_fn_with_state(state.clone(), visitor::recognise)))
        // Asked by the countdown, which is no use of the session.
        .add(Method::GET, "/staff/session", Access::Public, session_end::of_staff)
        .map(|router| {
            router
                .layer(session::layer(state.portal(), SessionKind::Staff))
                .layer(map_response(session::complete_removal))
                .layer(from_fn_with_state(state.clone(), form_body::whole))
        })
}

/// Passkeys in place of codes, for somebody on the way in.
fn passkeys_on_the_way_in() -> Routes {
    let (get, post) = (Method::GET, Method::POST);
    let candidate = Access::StaffCandidate;
    Routes::default()
        .add(post.clone(), "/staff/second-factor/passkey", candidate, passkey::give)
        .add(
            post.clone(),
            "/staff/second-factor/passkey/options",
            candidate,
            passkey::options_to_give,
        )
        .add(
            get,
            "/staff/second-factor/set-up/passkey",
            candidate,
            passkey::required_form,
        )
        .add(
            post.clone(),
            "/staff/second-factor/set-up/passkey",
            candidate,
            passkey::add_required,
        )
        .add(
            post,
            "/staff/second-factor/set-up/passkey/options",
            candidate,
            passkey::required_options,
        )
}

/// A staff member's own passkeys.
fn own_passkeys() -> Routes {
    let own_second_factor = Access::Staff(Action::ChangeOwnSecondFactor);
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get, "/staff/account/passkeys/new", own_second_factor, passkey::own_form)
        .add(
            post.clone(),
            "/staff/account/passkeys",
            own_second_factor,
            passkey::add_own,
        )
        .add(
            post.clone(),
            "/staff/account/passkeys/options",
            own_second_factor,
            passkey::own_options,
        )
        .add(
            post,
            "/staff/account/passkeys/{id}/remove",
            own_second_factor,
            passkey::remove,
        )
}

/// The routes for staff who are signed in.
fn signed_in() -> Routes {
    let own = Access::Staff(Action::OwnAccount);
    let own_second_factor = Access::Staff(Action::ChangeOwnSecondFactor);
    let (get, post) = (Method::GET, Method::POST);
    let cases = Access::Staff(Action::SeeCases);
    Routes::default()
        .add(get.clone(), "/staff", own, cases::landing)
        .add(get.clone(), "/staff/cases", cases, cases::list)
        .merge(for_cases())
        .add(get.clone(), "/staff/confirm", own, confirm::form)
        .add(post.clone(), "/staff/confirm", own, confirm::confirm)
        .add(post.clone(), "/staff/confirm/passkey", own, confirm::confirm_by_passkey)
        .add(
            post.clone(),
            "/staff/confirm/passkey/options",
            own,
            confirm::passkey_options,
        )
        .add(
            post.clone(),
            "/staff/confirm/work-account/{provider}",
            own,
            work_account::confirm,
        )
        .add(get.clone(), "/staff/account", own, account::page)
        .add(post.clone(), "/staff/account/notices", own, account::dismiss_notices)
        .add(get.clone(), "/staff/account/password", own, password::form)
        .add(post.clone(), "/staff/account/password", own, password::change)
        .add(
            get.clone(),
            "/staff/account/second-factor",
            own_second_factor,
            second_factor::own_set_up,
        )
        .add(
            post.clone(),
            "/staff/account/second-factor",
            own_second_factor,
            second_factor::set_up_own,
        )
        .add(
            post.clone(),
            "/staff/account/second-factor/remove",
            own_second_factor,
            second_factor::remove,
        )
        .add(
            post.clone(),
            "/staff/account/recovery-codes",
            own_second_factor,
            second_factor::new_recovery_codes,
        )
        .add(post.clone(), "/staff/session", own, own_sessions::stay)
        .add(get, "/staff/sessions", own, own_sessions::list)
        .add(post.clone(), "/staff/sessions/{id}/end", own, own_sessions::end_one)
        .add(post, "/staff/sessions/end-others", own, own_sessions::end_others)
        .merge(own_passkeys())
        .merge(for_members())
        .merge(for_systems())
        .merge(for_provisioning())
        .merge(for_holds())
        .merge(for_requests())
        .merge(for_extracts())
        .merge(for_protocols())
        .merge(for_audit())
}

/// What staff decide about one case.
fn for_cases() -> Routes {
    let (close, extend) = (Access::Staff(Action::CloseCase), Access::Staff(Action::ExtendCase));
    Routes::default()
        .add(
            Method::GET,
            "/staff/cases/{id}",
            Access::Staff(Action::SeeCases),
            case::page,
        )
        .add(Method::POST, "/staff/cases/{id}/close", close, case::close)
        .add(Method::POST, "/staff/cases/{id}/reopen", close, case::reopen)
        .add(Method::POST, "/staff/cases/{id}/extend", extend, case::extend)
}

/// What admins decide about staff, and how staff sign in.
fn for_members() -> Routes {
    let (get, post) = (Method::GET, Method::POST);
    let may = Access::Staff;
    Routes::default()
        .add(get.clone(), "/staff/members", may(Action::SeeStaff), members::list)
        .add(
            post.clone(),
            "/staff/members",
            may(Action::InviteStaff),
            members::invite,
        )
        .add(
            get.clone(),
            "/staff/members/new",
            may(Action::InviteStaff),
            members::invite_form,
        )
        .add(
            post.clone(),
            "/staff/members/names",
            may(Action::ShowStaffNames),
            members::show_names,
        )
        .add(get.clone(), "/staff/members/{id}", may(Action::SeeStaff), members::one)
        .add(
            post.clone(),
            "/staff/members/{id}",
            may(Action::ChangeStaff),
            members::change,
        )
        .add(
            post.clone(),
            "/staff/members/{id}/invitation",
            may(Action::InviteStaff),
            members::invite_anew,
        )
        .add(
            post.clone(),
            "/staff/members/{id}/unlock",
            may(Action::UnlockStaff),
            members::unlock,
        )
        .add(
            post.clone(),
            "/staff/members/{id}/end-sessions",
            may(Action::EndStaffSessions),
            members::end_sessions,
        )
        .add(
            post.clone(),
            "/staff/members/{id}/deactivate",
            may(Action::DeactivateStaff),
            members::deactivate,
        )
        .add(
            post.clone(),
            "/staff/members/{id}/reactivate",
            may(Action::DeactivateStaff),
            members::reactivate,
        )
        .add(
            get.clone(),
            "/staff/sign-in-rules",
            may(Action::SeeSignInRules),
            rules::page,
        )
        .add(
            post.clone(),
            "/staff/sign-in-rules",
            may(Action::ChangeSignInRules),
            rules::change,
        )
        .add(
            get.clone(),
            "/staff/retention",
            may(Action::SeeRetention),
            retention::page,
        )
        .add(
            get,
            "/staff/retention/change",
            may(Action::ChangeRetention),
            retention::form,
        )
        .add(
            post.clone(),
            "/staff/retention/effect",
            may(Action::ChangeRetention),
            retention::effect,
        )
        .add(post, "/staff/retention", may(Action::ChangeRetention), retention::save)
        .merge(for_retention_approval())
}

/// What a second admin is asked for.
fn for_retention_approval() -> Routes {
    let change = Access::Staff(Action::ChangeRetention);
    Routes::default()
        .add(
            Method::GET,
            "/staff/retention/pending",
            Access::Staff(Action::SeeRetention),
            retention_approval::page,
        )
        .add(
            Method::POST,
            "/staff/retention/pending/approve",
            change,
            retention_approval::approve,
        )
        .add(
            Method::POST,
            "/staff/retention/pending/withdraw",
            change,
            retention_approval::withdraw,
        )
        .add(
            Method::POST,
            "/staff/retention/approval",
            change,
            retention_approval::demand,
        )
}

/// What admins decide about systems.
fn for_systems() -> Routes {
    let (see, change) = (Access::Staff(Action::SeeSystems), Access::Staff(Action::ChangeSystems));
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), "/staff/systems", see, systems::list)
        .add(post.clone(), "/staff/systems", change, systems::create)
        .add(get.clone(), "/staff/systems/new", change, systems::new_form)
        .add(get, "/staff/systems/{id}", see, systems::one)
        .add(post.clone(), "/staff/systems/{id}/secrets", change, systems::add_secret)
        .add(post.clone(), "/staff/systems/{id}/keys", change, systems::add_key)
        .add(
            post.clone(),
            "/staff/systems/{id}/key-sets",
            change,
            system_key_sets::add,
        )
        .add(post.clone(), "/staff/systems/{id}/scopes", change, systems::set_scopes)
        .add(
            post.clone(),
            "/staff/systems/{id}/networks",
            change,
            systems::set_networks,
        )
        .add(
            post.clone(),
            "/staff/systems/{id}/credentials/{credential}/withdraw",
            change,
            systems::withdraw,
        )
        .add(post, "/staff/systems/{id}/disable", change, systems::disable)
}

/// What admins decide about the directories that provision staff.
fn for_provisioning() -> Routes {
    let (see, change) = (
        Access::Staff(Action::SeeProvisioning),
        Access::Staff(Action::ChangeProvisioning),
    );
    Routes::default()
        .add(Method::GET, "/staff/provisioning", see, provisioning::page)
        .add(Method::POST, "/staff/provisioning/tokens", change, provisioning::create)
        .add(
            Method::POST,
            "/staff/provisioning/tokens/{id}/withdraw",
            change,
            provisioning::withdraw,
        )
}

/// What is held from being purged.
fn for_holds() -> Routes {
    let (see, place) = (Access::Staff(Action::SeeHolds), Access::Staff(Action::PlaceHold));
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), "/staff/holds", see, holds::list)
        .add(post.clone(), "/staff/holds", place, holds::place)
        .add(post.clone(), "/staff/holds/shown", place, holds::show)
        .add(get.clone(), "/staff/holds/new", place, holds::form)
        .add(get, "/staff/holds/{id}", see, holds::one)
        .add(
            post,
            "/staff/holds/{id}/lift",
            Access::Staff(Action::LiftHold),
            holds::lift,
        )
}

/// What people ask the organisation to erase and correct.
fn for_requests() -> Routes {
    let (see, answer) = (Access::Staff(Action::SeeRequests), Access::Staff(Action::AnswerRequest));
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), "/staff/requests", see, requests::list)
        .add(get, "/staff/requests/{id}", see, requests::one)
        .add(post.clone(), "/staff/requests/{id}/take-up", answer, requests::take_up)
        .add(post.clone(), "/staff/requests/{id}/extend", answer, requests::extend)
        .add(post.clone(), "/staff/requests/{id}/decline", answer, requests::decline)
        .add(post, "/staff/requests/{id}/grant", answer, requests::grant)
}

/// What the organisation has registered about a person.
fn for_extracts() -> Routes {
    let make = Access::Staff(Action::MakeRegisterExtract);
    Routes::default()
        .add(Method::GET, "/staff/extracts", make, extracts::page)
        .add(Method::POST, "/staff/extracts", make, extracts::make)
}

/// What admins and auditors see of what was purged.
fn for_protocols() -> Routes {
    let see = Access::Staff(Action::SeePurgeProtocols);
    let get = Method::GET;
    Routes::default()
        .add(get.clone(), "/staff/protocols", see, protocols::list)
        .add(get.clone(), "/staff/protocols/proofs", see, protocols::search)
        .add(get.clone(), "/staff/protocols/proofs/{id}", see, protocols::proofs_of)
        .add(get.clone(), "/staff/protocols/proofs/{id}/json", see, protocols::proof)
        .add(get.clone(), "/staff/protocols/{number}", see, protocols::one)
        .add(get.clone(), "/staff/protocols/{number}/pdf", see, protocols::pdf)
        .add(get.clone(), "/staff/protocols/{number}/json", see, protocols::json)
        .add(get, "/staff/protocols/{number}/csv", see, protocols::csv)
}

/// The organisation's audit log.
fn for_audit() -> Routes {
    let (see, export) = (Access::Staff(Action::SeeAudit), Access::Staff(Action::ExportAudit));
    let change = Access::Staff(Action::ChangeAuditWebhook);
    Routes::default()
        .add(Method::GET, "/staff/audit", see, audit::page)
        .add(Method::GET, "/staff/audit/checkpoint", see, audit::checkpoint)
        .add(Method::GET, "/staff/audit/export", export, audit::export)
        .add(Method::POST, "/staff/audit/webhook", change, audit::set_webhook)
        .add(
            Method::POST,
            "/staff/audit/webhook/remove",
            change,
            audit::remove_webhook,
        )
}
