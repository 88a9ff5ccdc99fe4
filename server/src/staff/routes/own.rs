//! What is every staff member's own: where they land, their account, their sessions, and proving anew that it is them.

use http::Method;
use portal::Action;

use crate::routes::{Access, Routes};
use crate::staff::{account, cases, confirm, own_sessions, passkey, password, second_factor, work_account};

/// The routes to what is a staff member's own.
pub(super) fn routes() -> Routes {
    let own = Access::Staff(Action::OwnAccount);
    let own_second_factor = Access::Staff(Action::ChangeOwnSecondFactor);
    let (get, post) = (Method::GET, Method::POST);
    Routes::default()
        .add(get.clone(), "/staff", own, cases::landing)
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
        .merge(passkeys())
}

/// A staff member's own passkeys.
fn passkeys() -> Routes {
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
