//! Users whose work accounts in Entra ID are their accounts here.

use super::{OBJECT, OTHER_OBJECT, tenant, user, with_role, work_user};
use crate::provisioning::{Selection, UserKey};
use crate::test_support::on_both_databases;
use crate::{ProvisioningError, Role, SessionKey};

const KARIN: &str = "karin@norrby.example";

on_both_databases! {
    async fn a_sign_in_finds_the_account_that_was_provisioned(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, Some(tenant())).await;
        let made = test.portal.provision_user(&actor, work_user(OBJECT, KARIN)).await.unwrap();
        let key = SessionKey::of_staff(b"karin");
        let karin = test.work_sign_in(&key, organisation, OBJECT, Role::Admin).await.unwrap();
        assert_eq!((karin.staff_id(), karin.role()), (made.id, Role::Admin));
        // Deactivation holds on the very next request, and at the next sign-in.
        test.say(&actor, made.id, |user| user.active = false).await.unwrap();
        assert!(test.staff_in(&key).await.is_none());
        assert!(test.work_sign_in(&key, organisation, OBJECT, Role::Admin).await.is_none());
        test.say(&actor, made.id, |user| user.active = true).await.unwrap();
        assert!(test.work_sign_in(&key, organisation, OBJECT, Role::Admin).await.is_some());
        test.portal.remove_provisioned_user(&actor, made.id).await.unwrap();
        assert!(test.staff_in(&key).await.is_none());
        assert!(test.work_sign_in(&key, organisation, OBJECT, Role::Admin).await.is_none());
    }

    async fn an_account_that_a_sign_in_made_is_seen_and_taken_over(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let key = SessionKey::of_staff(b"karin");
        let actor = test.directory(organisation, Some(tenant())).await;
        let karin = test.work_sign_in(&key, organisation, OBJECT, Role::Admin).await.unwrap();
        for lookup in [UserKey::UserName("KARIN@norrby.example"), UserKey::ExternalId(OBJECT), UserKey::Id(karin.staff_id())] {
            let found = test.portal.find_provisioned_users(&actor, lookup, &Selection::default()).await.unwrap().shown;
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].id, karin.staff_id());
            assert_eq!(found[0].attributes.external_id.as_deref(), Some(OBJECT));
        }
        assert_eq!(test.portal.find_provisioned_users(&actor, UserKey::All, &Selection::default()).await.unwrap().total, 1);
        let made = test.portal.provision_user(&actor, work_user(OBJECT, "k.ek")).await.unwrap();
        assert_eq!(made.id, karin.staff_id());
        // It stays what it was: the directory says nothing of the role here, and did so at the sign-in.
        assert_eq!(test.staff_in(&key).await.unwrap().role(), Role::Admin);
        let again = test.portal.provision_user(&actor, work_user(OBJECT, "k.ek")).await;
        assert!(matches!(again, Err(ProvisioningError::Taken("account"))));
        let by_new_name = test.portal.find_provisioned_users(&actor, UserKey::UserName("K.EK"), &Selection::default()).await.unwrap().shown;
        assert_eq!(by_new_name.len(), 1);
        assert!(test.portal.find_provisioned_users(&actor, UserKey::UserName(KARIN), &Selection::default()).await.unwrap().shown.is_empty());
        assert_eq!(test.directory_log().await, ["staff.provisioned taken-over"]);
    }

    async fn an_account_that_a_sign_in_made_is_shut_without_being_made_first(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let key = SessionKey::of_staff(b"karin");
        let actor = test.directory(organisation, Some(tenant())).await;
        let karin = test.work_sign_in(&key, organisation, OBJECT, Role::Sender).await.unwrap();
        test.say(&actor, karin.staff_id(), |user| user.active = false).await.unwrap();
        assert!(test.staff_in(&key).await.is_none());
        test.say(&actor, karin.staff_id(), |user| user.active = true).await.unwrap();
        test.work_sign_in(&key, organisation, OBJECT, Role::Sender).await.unwrap();
        test.portal.remove_provisioned_user(&actor, karin.staff_id()).await.unwrap();
        assert!(test.staff_in(&key).await.is_none());
    }

    async fn the_role_of_the_next_sign_in_counts_and_the_directorys_word_between(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, Some(tenant())).await;
        let made = with_role(&work_user(OBJECT, KARIN), "Postvalv.Sender");
        let made = test.portal.provision_user(&actor, made).await.unwrap();
        let key = SessionKey::of_staff(b"karin");
        let role = async || test.staff_in(&key).await.unwrap().role();
        test.work_sign_in(&key, organisation, OBJECT, Role::Admin).await.unwrap();
        test.say(&actor, made.id, |user| user.display_name = Some("K. Ek".to_owned())).await.unwrap();
        assert_eq!(role().await, Role::Admin);
        test.say(&actor, made.id, |user| *user = with_role(user, "Postvalv.Auditor")).await.unwrap();
        assert_eq!(role().await, Role::Auditor);
        test.work_sign_in(&key, organisation, OBJECT, Role::Sender).await.unwrap();
        assert_eq!(role().await, Role::Sender);
    }

    async fn who_it_is_never_changes(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, Some(tenant())).await;
        let made = test.portal.provision_user(&actor, work_user(OBJECT, KARIN)).await.unwrap();
        for other in [Some(OTHER_OBJECT.to_owned()), Some("E-17".to_owned()), None] {
            let refused = test.say(&actor, made.id, |user| user.external_id = other).await;
            assert!(matches!(refused, Err(ProvisioningError::Immutable(_) | ProvisioningError::Invalid(_))));
        }
        let capitals = Some(OBJECT.to_uppercase());
        test.say(&actor, made.id, |user| user.external_id = capitals).await.unwrap();
        for wrong in [user(KARIN), work_user("karin", KARIN)] {
            let refused = test.portal.provision_user(&actor, wrong).await;
            assert!(matches!(refused, Err(ProvisioningError::Invalid(_))));
        }
    }

    async fn two_directories_of_one_organisation_see_nothing_of_each_other(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let entra = test.directory(organisation, Some(tenant())).await;
        let okta = test.directory(organisation, None).await;
        let in_entra = test.portal.provision_user(&entra, work_user(OBJECT, KARIN)).await.unwrap();
        let in_okta = test.portal.provision_user(&okta, user(KARIN)).await.unwrap();
        assert_ne!(in_entra.id, in_okta.id);
        for (actor, own, other) in [(&entra, in_entra.id, in_okta.id), (&okta, in_okta.id, in_entra.id)] {
            let named = test.portal.find_provisioned_users(actor, UserKey::UserName(KARIN), &Selection::default()).await.unwrap().shown;
            assert_eq!(named.iter().map(|user| user.id).collect::<Vec<_>>(), [own]);
            assert!(matches!(test.portal.provisioned_user(actor, other).await, Err(ProvisioningError::NotFound)));
            let removed = test.portal.remove_provisioned_user(actor, other).await;
            assert!(matches!(removed, Err(ProvisioningError::NotFound)));
                assert_eq!(test.portal.find_provisioned_users(actor, UserKey::All, &Selection::default()).await.unwrap().total, 1);
        }
    }
}
