//! What a directory of Entra ID says of staff, and what comes of it.

use base::{ObjectId, Timestamp};
use uuid::Uuid;

use super::{act, acts, each_is_done_with_its_row_alone, refused};
use crate::test_support::{Norrby, TestPortal, directory, on_both_databases, secret};
use crate::{
    LogoutNotice, ProviderSession, Role, SessionKey, SignInRefusal, StaffActor, VouchedStaff, Whereabouts, WorkAccount,
    WorkAccountError,
};

const PROVIDER: &str = "entra";

/// What the directory says of somebody who has just signed in there, with a session of that name.
fn vouched(number: u128, role: Option<Role>, session: &str, now: Timestamp) -> VouchedStaff {
    VouchedStaff {
        account: WorkAccount {
            tenant: directory(),
            object: ObjectId::from_uuid(Uuid::from_u128(number)),
        },
        role,
        name: Some("Karin Ek".to_owned()),
        email: Some("karin.ek@norrby.example".to_owned()),
        authenticated_at: Some(now),
        began_at: now,
        provider: PROVIDER.to_owned(),
        at_provider: Some(ProviderSession {
            subject: None,
            session: Some(secret(session)),
        }),
    }
}

/// Somebody who came in with a work account, in a session that is named as at the provider.
async fn came_in(test: &TestPortal, norrby: &Norrby, number: u128, session: &str) -> StaffActor {
    let vouched = vouched(number, Some(Role::Sender), session, test.now());
    let (organisation, request) = (norrby.id.to_string(), test.request());
    let proof = test.portal.staff_work_account(&organisation, &vouched, &request).await;
    let key = SessionKey::of_staff(session.as_bytes());
    test.continue_to(&key, proof.unwrap()).await.unwrap();
    test.staff_in(&key).await.unwrap()
}

on_both_databases! {
    async fn no_account_follows_its_directory_without_its_row(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (portal, operator, now) = (&test.portal, test.operator(), test.now());
        portal.add_tenant(&operator, norrby.id, directory()).await.unwrap();
        for (number, session) in [(1, "promoted"), (2, "dismissed"), (4, "signed out"), (5, "signed out in a frame")] {
            came_in(&test, &norrby, number, session).await;
        }
        let confirms = came_in(&test, &norrby, 3, "confirms").await;
        let (organisation, request) = (norrby.id.to_string(), test.request());
        let promoted = vouched(1, Some(Role::Admin), "promoted", now);
        let dismissed = vouched(2, None, "dismissed", now);
        let confirmed = vouched(3, Some(Role::Sender), "confirms, later", now);
        let new = vouched(6, Some(Role::Sender), "new", now);
        let signed_out = LogoutNotice {
            provider: PROVIDER.to_owned(),
            subject: None,
            session: Some(secret("signed out")),
            token: secret("a token"),
            expires_at: now + std::time::Duration::from_secs(60),
        };
        let in_frame = secret("signed out in a frame");
        let again = SessionKey::of_staff(b"again");
        portal.create_session(&again, b"{}").await.unwrap();

        each_is_done_with_its_row_alone(&test, acts! {
            StaffCreated: portal.staff_work_account(&organisation, &new, &request);
            StaffRoleChanged: portal.staff_work_account(&organisation, &promoted, &request);
            StaffConfirmed: portal.confirm_staff_by_work_account(&confirms, &confirmed);
            StaffSignedIn: async {
                let proof = portal.staff_work_account(&organisation, &confirmed, &request).await.unwrap();
                portal.continue_staff_sign_in(&again, proof, Whereabouts::UNKNOWN, &request).await
            };
            StaffSignInRefused: refused(portal.staff_work_account(&organisation, &dismissed, &request), |refusal| {
                matches!(refusal, WorkAccountError::NoRole)
            });
            StaffSignInRefused: portal.record_refused_work_account(&organisation, SignInRefusal::Cancelled, &request);
            StaffSignedOutByProvider: portal.end_sessions_at_provider(&signed_out, &request);
            StaffSignedOutInFrame: portal.end_session_at_provider(PROVIDER, &in_frame, &request);
            TenantRemoved: portal.remove_tenant(&operator, norrby.id, directory());
        })
        .await;
    }
}
