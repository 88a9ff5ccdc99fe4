//! Users of a directory whose people sign in with passwords.

use sea_orm::ConnectionTrait;

use super::{user, with_email, with_role};
use crate::provisioning::{Selection, UserKey};
use crate::test_support::{
    Authenticator, PASSWORD, TestPortal, everything_stored, is_among, new_member, on_both_databases,
};
use crate::{ProvisioningError, Role, SecondFactors, SessionKey, SignInStep, StaffActor, StaffState};

const OLLE: &str = "olle@norrby.example";

/// Gives somebody a passkey, and with it recovery codes.
async fn passkey_for(test: &TestPortal, actor: &StaffActor) {
    let asked = test.portal.ask_for_new_passkey(actor).await.unwrap();
    let answer = Authenticator::new("phone", "https://post.example.se").create(&asked);
    test.portal.add_passkey(actor, "phone", &answer).await.unwrap();
}

on_both_databases! {
    async fn who_is_provisioned_waits_for_an_admins_invitation_and_is_shut_with_the_directorys_word(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        assert!(olle.attributes.active);
        let seen = test.portal.staff_member(&admin, olle.id).await.unwrap();
        assert_eq!((seen.state, seen.role, seen.email.as_str()), (StaffState::Invited { until: None }, Role::Sender, OLLE));
        let invitation = test.portal.invite_staff_anew(&admin, olle.id).await.unwrap();
        test.accept(&invitation).await;
        let key = SessionKey::of_staff(invitation.token.expose().as_bytes());
        assert!(test.staff_in(&key).await.is_some());

        let shut = test.say(&actor, olle.id, |user| user.active = false).await.unwrap();
        assert!(!shut.attributes.active);
        assert!(test.staff_in(&key).await.is_none());
        let again = SessionKey::of_staff(b"again");
        assert!(test.staff_sign_in(&again, admin.organisation_id(), OLLE, PASSWORD).await.is_err());
        let open = test.say(&actor, olle.id, |user| user.active = true).await.unwrap();
        assert!(open.attributes.active);
        assert!(test.staff_in(&key).await.is_none(), "the session that ended stays ended");
        test.staff_sign_in(&again, admin.organisation_id(), OLLE, PASSWORD).await.unwrap();
        let log = test.directory_log().await;
        let expected = [
            "staff.provisioned created",
            "staff.provisioning-changed",
            "staff.deactivated",
            "staff.provisioning-changed",
            "staff.reactivated",
        ];
        assert_eq!(log, expected);
    }

    async fn an_invitation_is_void_with_the_account(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        let invitation = test.portal.invite_staff_anew(&admin, olle.id).await.unwrap();
        test.say(&actor, olle.id, |user| user.active = false).await.unwrap();
        test.say(&actor, olle.id, |user| user.active = true).await.unwrap();
        let password = crate::test_support::secret(PASSWORD);
        assert!(test.portal.accept_invitation(&invitation.token, &password, &test.request()).await.is_err());
    }

    async fn whom_an_admin_shut_out_stays_out_whatever_the_directory_says(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        test.portal.deactivate_staff(&admin, olle.id).await.unwrap();
        let active = async |wanted| {
            let said = test.say(&actor, olle.id, |user| user.active = wanted).await.unwrap();
            said.attributes.active
        };
        assert!(!active(true).await);
        assert!(!active(false).await);
        assert!(!active(true).await);
        test.portal.remove_provisioned_user(&actor, olle.id).await.unwrap();
        let again = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        assert!(!again.attributes.active);
        // Who shut them out lets them in; then the directory closes and opens as before.
        test.portal.reactivate_staff(&admin, olle.id).await.unwrap();
        assert!(active(true).await);
        assert!(!active(false).await);
        assert!(active(true).await);
        // What the directory shut, an admin may open, and shut anew: then it is theirs.
        assert!(!active(false).await);
        test.portal.reactivate_staff(&admin, olle.id).await.unwrap();
        test.clock.advance_millis(1);
        test.portal.deactivate_staff(&admin, olle.id).await.unwrap();
        assert!(!active(true).await);
    }

    async fn whom_the_directory_shut_an_admin_keeps_out(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        let active = async |wanted| {
            let said = test.say(&actor, olle.id, |user| user.active = wanted).await.unwrap();
            said.attributes.active
        };
        let state = async || test.portal.staff_member(&admin, olle.id).await.unwrap().state;
        for later in [0, 1] {
            assert!(!active(false).await);
            assert_eq!(state().await, StaffState::Deactivated { by_directory: true });
            test.clock.advance_millis(later);
            test.portal.deactivate_staff(&admin, olle.id).await.unwrap();
            assert_eq!(state().await, StaffState::Deactivated { by_directory: false });
            for wanted in [true, false, true] {
                assert!(!active(wanted).await);
            }
            test.portal.remove_provisioned_user(&actor, olle.id).await.unwrap();
            assert!(!test.portal.provision_user(&actor, user(OLLE)).await.unwrap().attributes.active);
            test.portal.reactivate_staff(&admin, olle.id).await.unwrap();
            assert!(active(true).await);
        }
    }

    async fn of_what_the_version_before_shut_the_time_tells_who_did(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        let earlier = test.now().as_millis() - 1;
        for (sets, opens) in [
            ("deactivated_by = NULL".to_owned(), true),
            (format!("deactivated_by = NULL, deactivated_at = {earlier}"), false),
            // What stayed there while it opened the account and shut it again.
            (format!("deactivated_at = {earlier}"), false),
        ] {
            test.portal.deactivate_staff(&admin, olle.id).await.unwrap();
            test.portal.reactivate_staff(&admin, olle.id).await.unwrap();
            test.say(&actor, olle.id, |user| user.active = false).await.unwrap();
            let transaction = test.portal.0.database.write().await.unwrap();
            let sql = format!("UPDATE staff_member SET {sets} WHERE deactivated_at IS NOT NULL");
            transaction.execute_unprepared(&sql).await.unwrap();
            transaction.commit().await.unwrap();
            let said = test.say(&actor, olle.id, |user| user.active = true).await.unwrap();
            assert_eq!(said.attributes.active, opens, "{sets}");
        }
    }

    async fn what_changes_nothing_leaves_no_line_and_no_new_version(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        test.portal.deactivate_staff(&admin, olle.id).await.unwrap();
        let lines = test.directory_log().await;
        for active in [true, true, false, true] {
            test.clock.advance_millis(1000);
            let after = test.say(&actor, olle.id, |user| user.active = active).await.unwrap();
            assert_eq!((after.attributes.active, after.changed_at), (false, olle.changed_at), "{active}");
        }
        assert_eq!(test.directory_log().await, lines);
        // Something new does, whatever is said of active with it.
        test.say(&actor, olle.id, |user| {
            user.active = true;
            user.display_name = Some("Olle".to_owned());
        }).await.unwrap();
        assert_eq!(test.directory_log().await.len(), lines.len() + 1);
    }

    async fn the_last_admin_is_shut_too(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        let karin = with_role(&user("karin@norrby.example"), "Postvalv.Admin");
        let karin = test.portal.provision_user(&actor, karin).await.unwrap();
        let invited = test.portal.invite_first_admin(&test.operator(), organisation, "Karin", "karin@norrby.example").await;
        let admin = test.accept(&invited.unwrap()).await;
        assert_eq!((admin.staff_id(), admin.role()), (karin.id, Role::Admin));
        test.say(&actor, karin.id, |user| user.active = false).await.unwrap();
        assert!(test.portal.staff_member(&admin, karin.id).await.unwrap().state == StaffState::Deactivated { by_directory: true });
    }

    async fn who_was_given_up_is_gone_for_the_directory_and_comes_back_as_the_same_account(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = with_role(&user(OLLE), "admin");
        let made = test.portal.provision_user(&actor, olle.clone()).await.unwrap();
        let twice = test.portal.provision_user(&actor, olle).await;
        assert!(matches!(twice, Err(ProvisioningError::Taken("account"))));
        test.portal.remove_provisioned_user(&actor, made.id).await.unwrap();
        let gone = test.portal.remove_provisioned_user(&actor, made.id).await;
        assert!(matches!(gone, Err(ProvisioningError::NotFound)));
        assert!(matches!(test.portal.provisioned_user(&actor, made.id).await, Err(ProvisioningError::NotFound)));
        let changed = test.say(&actor, made.id, |_| {}).await;
        assert!(matches!(changed, Err(ProvisioningError::NotFound)));
        assert!(test.portal.find_provisioned_users(&actor, UserKey::UserName(OLLE), &Selection::default()).await.unwrap().shown.is_empty());
        assert_eq!(test.portal.find_provisioned_users(&actor, UserKey::All, &Selection::default()).await.unwrap().total, 0);
        assert_eq!(test.portal.staff_member(&admin, made.id).await.unwrap().state, StaffState::Deactivated { by_directory: true });

        let again = test.portal.provision_user(&actor, user("OLLE@norrby.example")).await.unwrap();
        assert_eq!(again.id, made.id);
        assert!(again.attributes.active);
        // What they were before they left is nothing that anybody said of them since.
        assert_eq!(test.portal.staff_member(&admin, made.id).await.unwrap().role, Role::Sender);
    }

    async fn somebody_else_with_a_former_users_address_gets_nothing_of_what_let_that_user_in(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        let former = test.accept(&test.portal.invite_staff_anew(&admin, olle.id).await.unwrap()).await;
        passkey_for(&test, &former).await;
        let key = SessionKey::of_staff(b"former");
        let sign_in = async |password| test.staff_sign_in(&key, admin.organisation_id(), OLLE, password).await;
        assert_eq!(sign_in(PASSWORD).await.unwrap(), SignInStep::SecondFactor);
        test.portal.remove_provisioned_user(&actor, olle.id).await.unwrap();

        let again = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        assert_eq!((again.id, again.attributes.active), (olle.id, true));
        assert!(sign_in(PASSWORD).await.is_err());
        assert!(test.staff_in(former.session()).await.is_none());
        let seen = test.portal.staff_member(&admin, olle.id).await.unwrap();
        assert_eq!(seen.state, StaffState::Invited { until: None });
        assert_eq!((seen.has_second_factor, seen.last_signed_in_at), (false, None));

        // The admin invites whoever has the address now: no step of the former user's is asked for.
        let invitation = test.portal.invite_staff_anew(&admin, olle.id).await.unwrap();
        // Nor are they told that somebody had their password before them.
        test.accept(&invitation).await;
        assert_eq!(sign_in(PASSWORD).await.unwrap(), SignInStep::Complete);
        assert_eq!(test.staff_in(&key).await.unwrap().second_factors(), SecondFactors::default());
        for table in ["staff_passkey", "staff_recovery_code"] {
            assert_eq!(test.rows(table).await, 0, "{table}");
        }
    }

    async fn an_invitation_of_somebody_who_was_given_up_lets_nobody_in_when_they_are_made_anew(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        test.say(&actor, olle.id, |user| user.active = false).await.unwrap();
        let invite = async || test.portal.invite_staff_anew(&admin, olle.id).await.unwrap();
        let before = invite().await;
        test.portal.remove_provisioned_user(&actor, olle.id).await.unwrap();
        let meanwhile = invite().await;
        test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        for invitation in [before, meanwhile] {
            assert!(test.portal.invitation(&invitation.token).await.unwrap().is_none());
        }
    }

    async fn what_let_a_user_in_does_not_come_back_whoever_shut_or_opened_the_account(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        let accept = async || test.accept(&test.portal.invite_staff_anew(&admin, olle.id).await.unwrap()).await;
        accept().await;
        test.portal.deactivate_staff(&admin, olle.id).await.unwrap();
        test.portal.remove_provisioned_user(&actor, olle.id).await.unwrap();
        // An admin opens the account and lets its owner in: that is not whom the directory makes afterwards.
        test.portal.reactivate_staff(&admin, olle.id).await.unwrap();
        let kept = accept().await;
        test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        assert!(test.staff_in(kept.session()).await.is_none());
        let seen = test.portal.staff_member(&admin, olle.id).await.unwrap();
        assert_eq!(seen.state, StaffState::Invited { until: None });
    }

    async fn whom_admins_invited_themselves_no_directory_sees_or_changes(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let invited = test.portal.invite_staff(&admin, new_member("Olle", OLLE, Role::Sender)).await.unwrap();
        let made = test.portal.provision_user(&actor, user(OLLE)).await;
        assert!(matches!(made, Err(ProvisioningError::Taken("account"))));
        for id in [invited.staff, admin.staff_id()] {
            assert!(matches!(test.portal.provisioned_user(&actor, id).await, Err(ProvisioningError::NotFound)));
            assert!(matches!(test.say(&actor, id, |_| {}).await, Err(ProvisioningError::NotFound)));
            let removed = test.portal.remove_provisioned_user(&actor, id).await;
            assert!(matches!(removed, Err(ProvisioningError::NotFound)));
        }
        let bo = test.portal.provision_user(&actor, user("bo@norrby.example")).await.unwrap();
        let moved = test.say(&actor, bo.id, |bo| *bo = with_email(bo, OLLE)).await;
        assert!(matches!(moved, Err(ProvisioningError::Taken("account"))));
        assert_eq!(test.portal.staff_member(&admin, bo.id).await.unwrap().email, "bo@norrby.example");
    }

    async fn a_user_follows_the_directory_and_is_found_by_the_new_names(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        let change = |user: &mut crate::UserAttributes| {
            *user = with_email(user, "o.berg@norrby.example");
            user.user_name = "oberg".to_owned();
            user.external_id = Some("E-17".to_owned());
            user.display_name = Some("Olof Berg".to_owned());
        };
        test.clock.advance_millis(5);
        let changed = test.say(&actor, olle.id, change).await.unwrap();
        assert_eq!((changed.created_at, changed.changed_at), (olle.created_at, test.now()));
        let member = test.portal.staff_member(&admin, olle.id).await.unwrap();
        assert_eq!((member.name.as_str(), member.email.as_str()), ("Olof Berg", "o.berg@norrby.example"));
        let found = async |key| test.portal.find_provisioned_users(&actor, key, &Selection::default()).await.unwrap().shown.len();
        assert_eq!(found(UserKey::UserName("OBERG")).await, 1);
        assert_eq!(found(UserKey::UserName(OLLE)).await, 0);
        assert_eq!(found(UserKey::ExternalId("E-17")).await, 1);
        assert_eq!(found(UserKey::ExternalId("e-17")).await, 0);
        assert_eq!(found(UserKey::Id(olle.id)).await, 1);
        let bo = test.portal.provision_user(&actor, with_email(&user("bo"), "bo@norrby.example")).await.unwrap();
        let same = test.say(&actor, bo.id, |bo| bo.user_name = "oBerg".to_owned()).await;
        assert!(matches!(same, Err(ProvisioningError::Taken("userName"))));
        let without = test.portal.provision_user(&actor, user("no address")).await;
        assert!(matches!(without, Err(ProvisioningError::Invalid(_))));
    }

    async fn the_directorys_word_on_the_role_counts_when_it_changes(test: TestPortal) {
        let admin = test.first_admin().await;
        let actor = test.directory(admin.organisation_id(), None).await;
        let olle = test.portal.provision_user(&actor, user(OLLE)).await.unwrap();
        let role = async || test.portal.staff_member(&admin, olle.id).await.unwrap().role;
        test.say(&actor, olle.id, |user| *user = with_role(user, "Postvalv.Auditor")).await.unwrap();
        assert_eq!(role().await, Role::Auditor);
        // What an admin decides meanwhile stays until the directory says something new of it.
        test.portal.change_staff(&admin, olle.id, Role::Admin, crate::Validity::default()).await.unwrap();
        test.say(&actor, olle.id, |user| user.display_name = Some("Olle".to_owned())).await.unwrap();
        assert_eq!(role().await, Role::Admin);
        test.say(&actor, olle.id, |user| user.roles.clear()).await.unwrap();
        assert_eq!(role().await, Role::Sender);
    }

    async fn lists_are_paged_and_filtered(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        for number in 0..7 {
            test.clock.advance_millis(1);
            test.portal.provision_user(&actor, user(&format!("u{number}@norrby.example"))).await.unwrap();
        }
        let names = async |selection: Selection<'_, crate::ProvisionedUser>| {
            let list = test.portal.find_provisioned_users(&actor, UserKey::All, &selection).await.unwrap();
            let name = |user: &crate::ProvisionedUser| user.attributes.user_name[..2].to_owned();
            (list.total, list.shown.iter().map(name).collect::<Vec<_>>().join(" "))
        };
        let page = async |skip, take| names(Selection { keep: None, skip, take }).await;
        assert_eq!(page(0, 3).await, (7, "u0 u1 u2".to_owned()));
        assert_eq!(page(5, 3).await, (7, "u5 u6".to_owned()));
        assert_eq!(page(9, 3).await, (7, String::new()));
        let odd = |user: &crate::ProvisionedUser| user.attributes.user_name.contains(['1', '3', '5']);
        let filtered = async |skip, take| names(Selection { keep: Some(&odd), skip, take }).await;
        assert_eq!(filtered(1, 5).await, (3, "u3 u5".to_owned()));
        assert_eq!(filtered(5, 5).await, (3, String::new()));
    }

    async fn nothing_personal_is_stored_in_clear(test: TestPortal) {
        let organisation = test.organisation("Norrby kommun").await;
        let actor = test.directory(organisation, None).await;
        let mut gunhild = with_email(&user("gunhild.k"), "gunhild@norrby.example");
        gunhild.display_name = Some("Gunhild Karlsson".to_owned());
        gunhild.external_id = Some("personal-4711".to_owned());
        let made = test.portal.provision_user(&actor, gunhild).await.unwrap();
        let members = [made.id].into_iter().collect();
        let group = crate::GroupAttributes { display_name: "Barnavården Norr".to_owned(), external_id: None };
        test.portal.provision_group(&actor, &group, &members).await.unwrap();
        let stored = everything_stored(&test.portal.0.database).await;
        for text in ["gunhild", "Gunhild", "Karlsson", "4711", "Barnav"] {
            assert!(!is_among(text, &stored), "{text}");
        }
        test.portal.remove_provisioned_user(&actor, made.id).await.unwrap();
        let row = crate::provisioning::store::user(test.portal.0.database.reader(), made.id).await.unwrap().unwrap();
        assert_eq!((row.sealed_attributes, row.user_name_index, row.external_id_index), (None, None, None));
    }
}
