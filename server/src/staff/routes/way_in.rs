//! The way in: an organisation's form, the work account, invitations, and the steps that may follow.

use http::Method;

use crate::routes::{Access, Routes};
use crate::staff::{invitation, passkey, password, second_factor, sign_in, work_account};

/// The routes for who is not signed in yet.
pub(super) fn routes() -> Routes {
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
        .merge(passkeys())
}

/// Passkeys in place of codes, for somebody on the way in.
fn passkeys() -> Routes {
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
