//! Who works in the organisation and what sends for it: staff and how they sign in, systems, and directories.

use http::Method;
use portal::Action;

use crate::routes::{Access, Routes};
use crate::staff::{members, provisioning, rules, system_key_sets, systems};

/// The routes for what admins decide about staff, systems and directories.
pub(super) fn routes() -> Routes {
    for_members().merge(for_systems()).merge(for_provisioning())
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
        .add(get, "/staff/sign-in-rules", may(Action::SeeSignInRules), rules::page)
        .add(
            post,
            "/staff/sign-in-rules",
            may(Action::ChangeSignInRules),
            rules::change,
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
