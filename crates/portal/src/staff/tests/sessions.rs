//! What a session of staff is worth, request by request.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::everything;
use crate::test_support::{PASSWORD, TestPortal, on_both_databases};
use crate::{
    BrowserFamily, Device, EndSessionError, NewDevice, Place, PlaceName, Portal, Role, SessionKey, SignInStep,
    StaffVisitor, SystemFamily, Whereabouts,
};

const KARIN: &str = "karin@norrby.example";
const OLLE: &str = "olle@norrby.example";
const MINUTE: Duration = Duration::from_secs(60);
const PHONE: Device = Device {
    browser: BrowserFamily::Safari,
    system: SystemFamily::Iphone,
};
const ON_PHONE: Whereabouts = Whereabouts {
    device: PHONE,
    place: None,
};

async fn run(portal: &TestPortal, sql: &str) {
    let transaction = portal.portal.0.database.write().await.unwrap();
    transaction.execute_unprepared(sql).await.unwrap();
    transaction.commit().await.unwrap();
}

on_both_databases! {
    async fn what_is_changed_about_the_account_or_organisation_holds_from_the_next_request_on(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let now = portal.now().as_millis();
        for (table, shut, open) in [
            ("staff_member", format!("deactivated_at = {now}"), "deactivated_at = NULL"),
            ("staff_member", format!("valid_until = {now}"), "valid_until = NULL"),
            ("staff_member", format!("valid_from = {}", now + 1), "valid_from = NULL"),
            ("organisation", "staff_networks = '198.51.100.0/24'".to_owned(), "staff_networks = '192.0.2.0/24'"),
            ("organisation", "second_factor_required = 1".to_owned(), "second_factor_required = 0"),
        ] {
            run(&portal, &format!("UPDATE {table} SET {shut}")).await;
            assert!(portal.staff_in(karin.session()).await.is_none(), "{shut}");
            run(&portal, &format!("UPDATE {table} SET {open}")).await;
            assert!(portal.staff_in(karin.session()).await.is_some(), "{open}");
        }
        run(&portal, "UPDATE staff_member SET role = 'auditor'").await;
        assert_eq!(portal.staff_in(karin.session()).await.unwrap().role(), Role::Auditor);
    }

    async fn who_is_not_let_in_any_more_is_told_why(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let now = portal.now().as_millis();
        for (change, why) in [
            ("UPDATE organisation SET second_factor_required = 1".to_owned(), "MoreAsked"),
            ("UPDATE organisation SET staff_networks = '198.51.100.0/24'".to_owned(), "NetworkNotAllowed"),
            (format!("UPDATE staff_member SET valid_until = {now}"), "Gone"),
        ] {
            run(&portal, &change).await;
            assert_eq!(format!("{:?}", portal.staff_visitor(karin.session()).await), why);
        }
        let nothing = SessionKey::of_staff(b"no session");
        assert!(matches!(portal.staff_visitor(&nothing).await, StaffVisitor::Gone));
    }

    async fn who_is_asked_for_less_on_the_way_in_begins_anew(portal: TestPortal) {
        let karin = portal.first_admin().await;
        run(&portal, "UPDATE organisation SET second_factor_required = 1").await;
        let key = SessionKey::of_staff(b"on the way");
        portal.staff_sign_in(&key, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        run(&portal, "UPDATE organisation SET second_factor_required = 0").await;
        assert!(matches!(portal.staff_visitor(&key).await, StaffVisitor::Gone));
    }

    async fn networks_that_can_not_be_read_let_nobody_in(portal: TestPortal) {
        let karin = portal.first_admin().await;
        run(&portal, "UPDATE organisation SET staff_networks = 'everywhere'").await;
        assert!(portal.portal.staff_visitor(karin.session(), portal.request()).await.is_err());
        run(&portal, "UPDATE organisation SET staff_networks = NULL").await;
        run(&portal, "UPDATE staff_member SET role = 'emperor'").await;
        assert!(portal.portal.staff_visitor(karin.session(), portal.request()).await.is_err());
    }

    async fn a_session_of_staff_lasts_half_an_hour_unused_and_ten_hours_in_all(portal: TestPortal) {
        let karin = portal.first_admin().await;
        for _ in 0..20 {
            portal.clock.advance(30 * MINUTE - Duration::from_millis(1));
            assert!(portal.staff_in(karin.session()).await.is_some());
        }
        portal.clock.advance(MINUTE);
        assert!(portal.staff_in(karin.session()).await.is_none());

        let key = SessionKey::of_staff(b"unused");
        portal.staff_sign_in(&key, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        portal.clock.advance(30 * MINUTE);
        assert!(portal.staff_in(&key).await.is_none());
        assert_eq!(portal.portal.run_jobs().await.unwrap().sessions, 2);
    }

    async fn the_jobs_keep_a_session_of_staff_that_is_older_than_a_recipients_may_be(portal: TestPortal) {
        let karin = portal.first_admin().await;
        portal.sign_in(0).await;
        portal.clock.advance(20 * MINUTE);
        assert_eq!(portal.portal.run_jobs().await.unwrap().sessions, 1);
        assert!(portal.staff_in(karin.session()).await.is_some());
    }

    async fn a_recipients_cookie_opens_nothing_of_staff_and_the_other_way_round(portal: TestPortal) {
        let (staff, recipient) = (SessionKey::of_staff(b"the same id"), SessionKey::of(b"the same id"));
        let karin = portal.first_admin().await;
        portal.staff_sign_in(&staff, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert!(portal.portal.load_session(&recipient).await.unwrap().is_none());
        portal.sign_in_to(&recipient, 0).await;
        assert!(portal.portal.recipient_actor(&staff, portal.request()).await.unwrap().is_none());
        assert!(portal.staff_in(&recipient).await.is_none());
        assert_eq!(portal.staff_in(&staff).await.unwrap().staff_id(), karin.staff_id());
        portal.portal.sign_out(&recipient, &portal.request()).await.unwrap();
        assert!(portal.staff_in(&staff).await.is_some());
    }

    async fn whoever_has_only_given_the_password_can_do_nothing_else_and_has_ten_minutes(portal: TestPortal) {
        let karin = portal.first_admin().await;
        run(&portal, "UPDATE organisation SET second_factor_required = 1").await;
        let key = SessionKey::of_staff(b"on the way");
        let step = portal.staff_sign_in(&key, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert_eq!(step, SignInStep::SetUpSecondFactor);
        portal.clock.advance(10 * MINUTE - Duration::from_millis(1));
        let StaffVisitor::Candidate(candidate) = portal.staff_visitor(&key).await else {
            panic!("not on the way");
        };
        assert_eq!((candidate.staff_id(), candidate.step()), (karin.staff_id(), SignInStep::SetUpSecondFactor));
        portal.clock.advance_millis(1);
        assert!(matches!(portal.staff_visitor(&key).await, StaffVisitor::Gone));
        assert_eq!(portal.audited("staff.password-accepted").await, 1);
    }

    async fn the_operator_may_ask_everybody_for_a_second_factor(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let mut settings = portal.settings.clone();
        settings.staff.second_factor_required = true;
        let node = Portal::open(settings, portal.clock.clock()).await.unwrap();
        let visitor = node.staff_visitor(karin.session(), portal.request()).await.unwrap();
        assert!(matches!(visitor, StaffVisitor::MoreAsked));
    }

    async fn signing_out_ends_the_session_once(portal: TestPortal) {
        let karin = portal.first_admin().await;
        for _ in 0..2 {
            portal.portal.sign_out_staff(karin.session(), &portal.request()).await.unwrap();
        }
        assert!(portal.staff_in(karin.session()).await.is_none());
        assert_eq!(portal.audited("staff.signed-out").await, 1);
    }

    async fn a_staff_member_sees_and_ends_their_own_sessions_and_nobody_elses(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let olle = portal.member(&karin, OLLE, Role::Sender).await;
        portal.clock.advance(MINUTE);
        let phone = SessionKey::of_staff(b"phone");
        let proof = portal
            .portal
            .staff_password("norrby-kommun", KARIN, &crate::test_support::secret(PASSWORD), &portal.request())
            .await
            .unwrap();
        portal.continue_from(ON_PHONE, &phone, proof).await.unwrap();

        let seen = portal.portal.staff_sessions_of(&karin).await.unwrap();
        let devices: Vec<_> = seen.iter().map(|session| (session.device, session.is_this)).collect();
        assert_eq!(devices, [(Device::UNKNOWN, true), (PHONE, false)]);
        let id = seen[1].id.unwrap();
        let foreign = portal.portal.end_staff_session_of(&olle, id).await;
        assert!(matches!(foreign, Err(EndSessionError::NotFound)));
        portal.portal.end_staff_session_of(&karin, id).await.unwrap();
        assert!(portal.staff_in(&phone).await.is_none());

        portal.staff_sign_in(&phone, karin.organisation_id(), KARIN, PASSWORD).await.unwrap();
        assert_eq!(portal.portal.end_other_staff_sessions(&karin).await.unwrap(), 1);
        assert!(portal.staff_in(&phone).await.is_none());
        assert!(portal.staff_in(karin.session()).await.is_some() && portal.staff_in(olle.session()).await.is_some());
        assert_eq!(portal.audited("staff.session-ended").await, 2);
    }

    async fn a_sign_in_from_a_new_kind_of_device_is_told_until_it_is_dismissed(portal: TestPortal) {
        let karin = portal.first_admin().await;
        assert!(portal.portal.staff_notices(&karin).await.unwrap().is_empty());
        portal.clock.advance(MINUTE);
        let at = portal.now();
        for number in 0..2_u8 {
            let proof = portal
                .portal
                .staff_password("norrby-kommun", KARIN, &crate::test_support::secret(PASSWORD), &portal.request())
                .await
                .unwrap();
            portal.continue_from(ON_PHONE, &SessionKey::of_staff(&[number]), proof).await.unwrap();
            portal.clock.advance(MINUTE);
        }
        let notices = portal.portal.staff_notices(&karin).await.unwrap();
        assert_eq!(notices.new_devices, [NewDevice { device: PHONE, place: None, at }]);
        // Whoever came with the phone is not told of it, and can't make the others be told no more.
        let phone = portal.staff_in(&SessionKey::of_staff(&[0])).await.unwrap();
        assert!(portal.portal.staff_notices(&phone).await.unwrap().is_empty());
        portal.portal.dismiss_staff_notices(&phone, everything(&portal)).await.unwrap();
        assert_eq!(portal.portal.staff_notices(&karin).await.unwrap(), notices);

        portal.portal.dismiss_staff_notices(&karin, everything(&portal)).await.unwrap();
        assert!(portal.portal.staff_notices(&karin).await.unwrap().is_empty());
        let log = portal.audit_log().await;
        let by: Vec<_> = log.iter().filter(|row| row.action == "staff.notices-dismissed").collect();
        assert_eq!(by.len(), 2);
        assert!(by.iter().all(|row| row.target_id == Some(*karin.staff_id().as_uuid())));
    }

    async fn what_comes_after_the_page_was_shown_is_not_seen_with_it(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let come = async |from, number: u8| {
            let session = SessionKey::of_staff(&[number]);
            let wrong = portal.staff_sign_in(&session, karin.organisation_id(), KARIN, "fel lösenord här").await;
            assert!(wrong.is_err());
            portal.clock.advance(MINUTE);
            let proof = portal
                .portal
                .staff_password("norrby-kommun", KARIN, &crate::test_support::secret(PASSWORD), &portal.request())
                .await
                .unwrap();
            portal.continue_from(from, &session, proof).await.unwrap();
        };
        come(ON_PHONE, 1).await;
        let shown = portal.portal.staff_notices(&karin).await.unwrap();
        assert_eq!((shown.failed_tries, shown.new_devices.len()), (1, 1));
        let tablet = Device { browser: BrowserFamily::Chrome, ..PHONE };
        come(Whereabouts { device: tablet, place: None }, 2).await;
        portal.portal.dismiss_staff_notices(&karin, shown.seen()).await.unwrap();
        let left = portal.portal.staff_notices(&karin).await.unwrap();
        assert_eq!(left.failed_tries, 1);
        assert_eq!(left.new_devices, [NewDevice { device: tablet, place: None, at: portal.now() }]);
        portal.portal.dismiss_staff_notices(&karin, left.seen()).await.unwrap();
        assert!(portal.portal.staff_notices(&karin).await.unwrap().is_empty());
    }

    async fn where_a_new_kind_of_device_was_is_told_and_then_forgotten(portal: TestPortal) {
        let karin = portal.first_admin().await;
        let place = Place::new(PlaceName::new("Luleå", "Luleå"), PlaceName::new("Sverige", "Sweden"));
        let proof = portal
            .portal
            .staff_password("norrby-kommun", KARIN, &crate::test_support::secret(PASSWORD), &portal.request())
            .await
            .unwrap();
        let from = Whereabouts { device: PHONE, place: place.clone() };
        portal.continue_from(from, &SessionKey::of_staff(b"phone"), proof).await.unwrap();
        let notices = portal.portal.staff_notices(&karin).await.unwrap();
        assert_eq!(notices.new_devices[0].place, place);
        let seen = portal.portal.staff_sessions_of(&karin).await.unwrap();
        assert_eq!(seen.iter().filter(|session| session.place == place).count(), 1);

        portal.portal.dismiss_staff_notices(&karin, everything(&portal)).await.unwrap();
        assert_eq!(portal.rows("staff_device").await, 2);
        assert_eq!(portal.rows("staff_device WHERE sealed_place IS NOT NULL").await, 0);
    }
}
