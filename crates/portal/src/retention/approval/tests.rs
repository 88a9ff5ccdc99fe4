//! What a second admin is asked for, and what becomes of it.

use std::time::Duration;

use base::{OrganisationId, PendingRetentionId};

use super::Decided;
use crate::test_support::{PASSWORD, PDF, TestPortal, draft, on_both_databases, whatever_goes};
use crate::{
    CaseActKind, ChangeRetentionError, CountedFrom, Denied, PolicyProblem, RetentionApproval, RetentionPolicy,
    RetentionReason, RetentionRule, Role, Scope, SessionKey, StaffActor, SystemActor, Validity,
};

const DAY: Duration = Duration::from_secs(86_400);

/// "Norrby kommun" with Karin and Olle, its admins.
struct Norrby {
    id: OrganisationId,
    system: SystemActor,
}

/// So many days from sending for everything, within 1 to 40.
fn days(days: u32) -> RetentionPolicy {
    RetentionPolicy {
        minimum_days: 1,
        maximum_days: 40,
        default: RetentionRule {
            days,
            counted_from: CountedFrom::Sent,
            reason: RetentionReason::default(),
        },
        types: Vec::new(),
    }
}

impl Norrby {
    async fn new(test: &TestPortal) -> Self {
        let id = test.organisation("Norrby kommun").await;
        let karin = test.first_admin_of(id).await;
        test.member(&karin, "olle@norrby.example", Role::Admin).await;
        let (system, secret) = test.system(id, &Scope::ALL).await;
        let issued = test.portal.issue_token(system, &secret, None, test.request()).await;
        let token = issued.unwrap().token;
        Self {
            id,
            system: test.portal.system_actor(&token, test.request()).await.unwrap(),
        }
    }

    /// An organisation in which Karin has demanded a second admin.
    async fn careful(test: &TestPortal) -> Self {
        let norrby = Self::new(test).await;
        let decided = test
            .portal
            .require_retention_approval(&norrby.karin(test).await, true)
            .await;
        assert_eq!(decided.unwrap(), Decided::InForce);
        norrby
    }

    async fn signed_in(&self, test: &TestPortal, email: &str) -> StaffActor {
        let key = SessionKey::of_staff(email.as_bytes());
        test.staff_sign_in(&key, self.id, email, PASSWORD).await.unwrap();
        test.staff_in(&key).await.unwrap()
    }

    async fn karin(&self, test: &TestPortal) -> StaffActor {
        self.signed_in(test, "karin@norrby.example").await
    }

    async fn olle(&self, test: &TestPortal) -> StaffActor {
        self.signed_in(test, "olle@norrby.example").await
    }

    async fn approval(&self, test: &TestPortal) -> RetentionApproval {
        let karin = self.karin(test).await;
        test.portal.retention_approval(&karin).await.unwrap()
    }

    /// The version in force and its days.
    async fn in_force(&self, test: &TestPortal) -> (u32, u32) {
        let karin = self.karin(test).await;
        let in_force = test.portal.retention(&karin).await.unwrap();
        (in_force.version, in_force.policy.default.days)
    }

    /// Karin asks for so many days.
    async fn ask(&self, test: &TestPortal, asked: u32) -> Result<Decided, ChangeRetentionError> {
        let seen = self.in_force(test).await.0;
        let karin = self.karin(test).await;
        test.portal
            .change_retention(&karin, whatever_goes(seen), days(asked), None)
            .await
    }

    /// What waits after Karin has asked for ten days.
    async fn waiting(&self, test: &TestPortal) -> PendingRetentionId {
        assert_eq!(self.ask(test, 10).await.unwrap(), Decided::Waits);
        self.approval(test).await.pending.unwrap().id
    }
}

on_both_databases! {
    async fn whether_a_change_shortens_anything_is_told_before_it_is_decided_on(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let karin = norrby.karin(&test).await;
        for (kept, shortens) in [(10, true), (35, false)] {
            let effect = test.portal.retention_effect(&karin, days(kept), None).await.unwrap();
            assert_eq!(effect.shortens, shortens, "{kept} days for what is sent from now on");
        }
    }

    async fn what_lies_above_a_ceiling_that_was_lowered_since_is_withdrawn_and_not_approved(test: TestPortal) {
        let mut test = test;
        let norrby = Norrby::careful(&test).await;
        let pending = norrby.waiting(&test).await;
        test.settings.retention_ceiling_days = 40;
        test.portal = test.another_node().await;
        let olle = norrby.olle(&test).await;
        let (seen, effect) = test.portal.pending_retention(&olle).await.unwrap();
        assert!(seen.above_ceiling.is_none() && effect.is_some());

        test.settings.retention_ceiling_days = 39;
        test.portal = test.another_node().await;
        let (seen, effect) = test.portal.pending_retention(&olle).await.unwrap();
        assert!(seen.above_ceiling == Some(39) && effect.is_none());
        let approved = test.portal.approve_retention(&olle, pending, u64::MAX).await;
        let above = PolicyProblem::AboveCeiling { ceiling_days: 39 };
        assert!(matches!(approved, Err(ChangeRetentionError::Policy(problem)) if problem == above));
        test.portal.withdraw_retention(&olle, pending).await.unwrap();
        assert!(norrby.approval(&test).await.pending.is_none());
    }

    async fn what_shortens_waits_and_the_rest_holds_at_once(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        assert_eq!(norrby.ask(&test, 35).await.unwrap(), Decided::InForce);
        let pending = norrby.waiting(&test).await;
        assert_eq!(norrby.in_force(&test).await, (1, 35));
        let olle = norrby.olle(&test).await;
        let (seen, effect) = test.portal.pending_retention(&olle).await.unwrap();
        assert_eq!((seen.id, seen.policy, seen.asked_by.as_deref()), (pending, Some(days(10)), Some("Karin Ödegård")));
        assert!(!seen.is_own && effect.is_some());
        test.portal.approve_retention(&olle, pending, u64::MAX).await.unwrap();
        assert_eq!(norrby.in_force(&test).await, (2, 10));
        assert!(norrby.approval(&test).await.pending.is_none());
        let versions = test.portal.retention_versions(&olle, None).await.unwrap().versions;
        assert_eq!(versions[0].decided_by.as_deref(), Some("Karin Ödegård"));
        assert!(versions[0].approved_by.is_some() && versions[0].approved_by != versions[0].decided_by);
        assert_eq!((versions[1].approved_by.as_ref(), test.audited("retention.change-asked").await), (None, 1));
        assert_eq!(test.audited("retention.changed").await, 2);
    }

    async fn a_person_who_may_know_them_reads_the_names_of_both(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        let sent = test.send_all(&norrby.system, "1", draft(1), &[PDF]).await.unwrap();
        test.clock.advance_millis(1_000);
        let pending = norrby.waiting(&test).await;
        test.portal.approve_retention(&norrby.olle(&test).await, pending, u64::MAX).await.unwrap();
        test.portal.run_jobs().await.unwrap();
        test.portal.show_staff_names(&norrby.karin(&test).await, true).await.unwrap();
        let anna = test.sign_in(0).await;
        let history = test.portal.case_history(&anna, sent.deliveries[0].case).await.unwrap();
        assert!(matches!(history.acts[0].what, CaseActKind::RulesDecided { .. }), "{history:?}");
        assert_eq!(history.acts[0].by, ["Karin Ödegård", "Olle Berg"]);
    }

    async fn what_was_sent_stays_until_the_second_admin_says_so_and_the_effect_is_that_of_then(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        test.send_all(&norrby.system, "1", draft(1), &[PDF]).await.unwrap();
        let pending = norrby.waiting(&test).await;
        let effect = async || test.portal.pending_retention(&norrby.olle(&test).await).await.unwrap().1.unwrap();
        assert_eq!((effect().await.earlier.documents, effect().await.gone_today.documents), (1, 0));
        test.clock.advance(12 * DAY);
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 0);
        assert_eq!(effect().await.gone_today.documents, 1);
        let olle = norrby.olle(&test).await;
        // Who looked on the first day was told that nothing goes today.
        let stale = test.portal.approve_retention(&olle, pending, 0).await;
        assert!(matches!(stale, Err(ChangeRetentionError::MoreGoesToday)));
        assert!(norrby.approval(&test).await.pending.is_some());
        test.portal.approve_retention(&olle, pending, effect().await.counted_today).await.unwrap();
        test.portal.run_jobs().await.unwrap();
        assert_eq!(test.audited("document.purged").await, 1);
    }

    async fn nobody_approves_what_they_asked_for_or_what_they_did_not_see(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        let pending = norrby.waiting(&test).await;
        let (karin, olle) = (norrby.karin(&test).await, norrby.olle(&test).await);
        let own = test.portal.approve_retention(&karin, pending, u64::MAX).await;
        assert!(matches!(own, Err(ChangeRetentionError::OwnChange)));
        let other: PendingRetentionId = test.portal.0.ids.next();
        let unseen = test.portal.approve_retention(&olle, other, u64::MAX).await;
        assert!(matches!(unseen, Err(ChangeRetentionError::NothingWaits)));
        assert!(matches!(norrby.ask(&test, 5).await, Err(ChangeRetentionError::AlreadyWaits)));
        // Another organisation's admin finds nothing.
        let soderby = test.organisation("Söderby kommun").await;
        let eva = test.first_admin_of(soderby).await;
        let foreign = test.portal.approve_retention(&eva, pending, u64::MAX).await;
        assert!(matches!(foreign, Err(ChangeRetentionError::NothingWaits)));
        test.clock.advance(Duration::from_secs(301));
        let stale = test.portal.approve_retention(&olle_later(&test).await, pending, u64::MAX).await;
        assert!(matches!(stale, Err(ChangeRetentionError::Denied(Denied::StepUpNeeded))));
        assert_eq!(norrby.in_force(&test).await.0, 0);
    }

    async fn what_waits_lapses_after_fourteen_days_and_with_another_version(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        let pending = norrby.waiting(&test).await;
        assert_eq!(norrby.ask(&test, 35).await.unwrap(), Decided::InForce);
        let olle = norrby.olle(&test).await;
        let overtaken = test.portal.approve_retention(&olle, pending, u64::MAX).await;
        assert!(matches!(overtaken, Err(ChangeRetentionError::NothingWaits)));

        let pending = norrby.waiting(&test).await;
        test.clock.advance(14 * DAY);
        let olle = norrby.olle(&test).await;
        let lapsed = test.portal.approve_retention(&olle, pending, u64::MAX).await;
        assert!(matches!(lapsed, Err(ChangeRetentionError::NothingWaits)));
        assert!(norrby.approval(&test).await.pending.is_none());
        // It is in nobody's way.
        norrby.waiting(&test).await;
        assert_eq!(norrby.in_force(&test).await, (1, 35));
    }

    async fn either_admin_withdraws_what_waits(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        for actor in [norrby.karin(&test).await, norrby.olle(&test).await] {
            let pending = norrby.waiting(&test).await;
            test.portal.withdraw_retention(&actor, pending).await.unwrap();
            assert!(norrby.approval(&test).await.pending.is_none());
            let again = test.portal.withdraw_retention(&actor, pending).await;
            assert!(matches!(again, Err(ChangeRetentionError::NothingWaits)));
        }
        assert_eq!(test.audited("retention.change-withdrawn").await, 2);
    }

    async fn who_was_shut_out_or_demoted_meanwhile_neither_asks_nor_approves(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        let pending = norrby.waiting(&test).await;
        let (karin, olle) = (norrby.karin(&test).await, norrby.olle(&test).await);
        // Who approves: shut out, or no admin any more, since their request began.
        test.portal.deactivate_staff(&karin, olle.staff_id()).await.unwrap();
        let approved = test.portal.approve_retention(&olle, pending, u64::MAX).await;
        assert!(matches!(approved, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
        test.portal.reactivate_staff(&karin, olle.staff_id()).await.unwrap();
        let demote = test.portal.change_staff(&karin, olle.staff_id(), Role::Auditor, Validity::default());
        demote.await.unwrap();
        let approved = test.portal.approve_retention(&olle, pending, u64::MAX).await;
        assert!(matches!(approved, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
        assert_eq!(test.audited("staff.denied").await, 2);
        let promote = test.portal.change_staff(&karin, olle.staff_id(), Role::Admin, Validity::default());
        promote.await.unwrap();
        // Who asked: what they asked for waits no longer, and is in nobody's way.
        let olle = norrby.olle(&test).await;
        let demote = test.portal.change_staff(&olle, karin.staff_id(), Role::Auditor, Validity::default());
        demote.await.unwrap();
        assert!(test.portal.retention_approval(&olle).await.unwrap().pending.is_none());
        let approved = test.portal.approve_retention(&olle, pending, u64::MAX).await;
        assert!(matches!(approved, Err(ChangeRetentionError::NothingWaits)));
        let decided = test.portal.change_retention(&karin, whatever_goes(0), days(35), None).await;
        assert!(matches!(decided, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
        assert_eq!(test.portal.retention(&olle).await.unwrap().version, 0);
        let anew = test.portal.change_retention(&olle, whatever_goes(0), days(5), None).await;
        assert_eq!(anew.unwrap(), Decided::Waits);
    }

    async fn no_effect_is_worked_out_for_what_is_refused_or_for_who_can_not_approve(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        let (karin, olle) = (norrby.karin(&test).await, norrby.olle(&test).await);
        let eva = test.member(&karin, "eva@norrby.example", Role::Auditor).await;
        let pending = norrby.waiting(&test).await;
        // All the places of the organisation are taken.
        let effects = &test.portal.0.effects;
        let turns = [effects.take(norrby.id).await.unwrap(), effects.take(norrby.id).await.unwrap()];
        let seen = async |actor: &StaffActor| test.portal.pending_retention(actor).await;
        for who in [&eva, &karin] {
            assert!(seen(who).await.unwrap().1.is_none());
        }
        assert!(matches!(seen(&olle).await, Err(ChangeRetentionError::Busy)));
        let approve = async |actor: &StaffActor| test.portal.approve_retention(actor, pending, u64::MAX).await;
        assert!(matches!(approve(&karin).await, Err(ChangeRetentionError::OwnChange)));
        assert!(matches!(approve(&olle).await, Err(ChangeRetentionError::Busy)));
        let change = async |version, asked| {
            test.portal.change_retention(&olle, whatever_goes(version), days(asked), None).await
        };
        assert!(matches!(change(7, 5).await, Err(ChangeRetentionError::ChangedMeanwhile)));
        assert!(matches!(change(0, 5).await, Err(ChangeRetentionError::AlreadyWaits)));
        assert!(matches!(change(0, 35).await, Err(ChangeRetentionError::Busy)));
        drop(turns);
        assert!(seen(&olle).await.unwrap().1.is_some());
        approve(&olle).await.unwrap();
    }

    async fn asking_no_second_admin_any_more_needs_one_itself(test: TestPortal) {
        let norrby = Norrby::careful(&test).await;
        let karin = norrby.karin(&test).await;
        let again = test.portal.require_retention_approval(&karin, true).await;
        assert!(matches!(again, Err(ChangeRetentionError::Unchanged)));
        let decided = test.portal.require_retention_approval(&karin, false).await;
        assert_eq!(decided.unwrap(), Decided::Waits);
        let approval = norrby.approval(&test).await;
        let pending = approval.pending.unwrap();
        assert!(approval.required && pending.policy.is_none() && pending.is_own);
        let own = test.portal.approve_retention(&karin, pending.id, u64::MAX).await;
        assert!(matches!(own, Err(ChangeRetentionError::OwnChange)));
        let olle = norrby.olle(&test).await;
        test.portal.approve_retention(&olle, pending.id, u64::MAX).await.unwrap();
        assert!(!norrby.approval(&test).await.required);
        assert_eq!(norrby.ask(&test, 10).await.unwrap(), Decided::InForce);
        assert_eq!(test.audited("retention.approval-changed").await, 2);
    }

    async fn a_single_admin_demands_no_second_one_and_an_auditor_decides_nothing(test: TestPortal) {
        let id = test.organisation("Norrby kommun").await;
        let karin = test.first_admin_of(id).await;
        let alone = test.portal.require_retention_approval(&karin, true).await;
        assert!(matches!(alone, Err(ChangeRetentionError::TooFewAdmins)));
        let auditor = test.member(&karin, "eva@norrby.example", Role::Auditor).await;
        assert_eq!(test.portal.retention_approval(&auditor).await.unwrap().admins, 1);
        let refused = test.portal.require_retention_approval(&auditor, true).await;
        assert!(matches!(refused, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
        let pending: PendingRetentionId = test.portal.0.ids.next();
        for refused in [
            test.portal.approve_retention(&auditor, pending, u64::MAX).await,
            test.portal.withdraw_retention(&auditor, pending).await,
        ] {
            assert!(matches!(refused, Err(ChangeRetentionError::Denied(Denied::Forbidden))));
        }
    }
}

/// Olle as his session is, without signing in anew.
async fn olle_later(test: &TestPortal) -> StaffActor {
    test.staff_in(&SessionKey::of_staff(b"olle@norrby.example"))
        .await
        .unwrap()
}
