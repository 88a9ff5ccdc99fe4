//! An organisation whose cases have a life: its admin decides on rules and holds, its system sends.

use base::{HoldId, MessageId, OrganisationId, Timestamp};
use jiff::ToSpan as _;
use keyring::ContentOwner;

use super::{PASSWORD, PDF, TestPortal, draft};
use crate::{
    ChangeRetentionError, CountedFrom, HoldError, HoldScope, MessageDraft, MessageReceipt, NewHold, PlacedHold,
    RetentionEffect, RetentionPolicy, RetentionReason, RetentionRule, Scope, SeenEffect, SessionKey, StaffActor,
    SystemActor, retention,
};

/// Why the admin places a hold.
pub(crate) const HOLD_REASON: &str = "Överklagande, dnr 2026-17";

/// What somebody saw who is content with whatever goes today.
pub(crate) const fn whatever_goes(version: u32) -> SeenEffect {
    SeenEffect {
        version,
        gone_today: u64::MAX,
    }
}

/// "Norrby kommun" with a system of it and Karin, its admin.
pub(crate) struct Norrby {
    pub(crate) id: OrganisationId,
    pub(crate) system: SystemActor,
}

impl Norrby {
    /// The organisation, which has decided nothing yet.
    pub(crate) async fn new(test: &TestPortal) -> Self {
        let id = test.organisation("Norrby kommun").await;
        test.first_admin_of(id).await;
        Self {
            id,
            system: test.system_actor_of(id, &Scope::ALL).await,
        }
    }

    /// Karin, signed in anew.
    pub(crate) async fn admin(&self, test: &TestPortal) -> StaffActor {
        let key = SessionKey::of_staff(b"Karin, later");
        test.staff_sign_in(&key, self.id, "karin@norrby.example", PASSWORD)
            .await
            .unwrap();
        test.staff_in(&key).await.unwrap()
    }

    /// Sends to the first so many test persons, to be read for so many days, with an address for each.
    pub(crate) async fn send(&self, test: &TestPortal, recipients: usize, days: u32) -> MessageReceipt {
        let mut draft = draft(recipients);
        draft.retention_days = Some(days);
        for (index, recipient) in draft.recipients.iter_mut().enumerate() {
            recipient.email = Some(format!("person{index}@example.se"));
        }
        self.send_draft(test, draft).await
    }

    /// Sends as a type to the first test person, for as long as the rules say when there are no days.
    pub(crate) async fn send_as(
        &self,
        test: &TestPortal,
        document_type: Option<&str>,
        days: Option<u32>,
    ) -> MessageReceipt {
        let mut draft = draft(1);
        draft.document_type = document_type.map(str::to_owned);
        draft.retention_days = days;
        self.send_draft(test, draft).await
    }

    /// Sends under a key of its own.
    pub(crate) async fn send_draft(&self, test: &TestPortal, draft: MessageDraft) -> MessageReceipt {
        let key: MessageId = test.portal.0.ids.next();
        let sent = test.send_all(&self.system, &key.to_string(), draft, &[PDF]).await;
        sent.unwrap()
    }

    /// Karin decides on a policy, of which the last type may be new.
    pub(crate) async fn decide(&self, test: &TestPortal, policy: RetentionPolicy) {
        let admin = self.admin(test).await;
        let seen = test.portal.retention(&admin).await.unwrap().version;
        let declared = policy.types.last().map(|it| it.document_type.clone());
        let decided = test
            .portal
            .change_retention(&admin, whatever_goes(seen), policy, declared.as_deref())
            .await;
        match decided {
            Ok(_) | Err(ChangeRetentionError::Unchanged) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// What Karin is told that a policy would do.
    pub(crate) async fn effect(&self, test: &TestPortal, policy: RetentionPolicy) -> RetentionEffect {
        let admin = self.admin(test).await;
        test.portal.retention_effect(&admin, policy, None).await.unwrap()
    }

    /// Karin places a hold.
    pub(crate) async fn try_to_hold(
        &self,
        test: &TestPortal,
        sent: &MessageReceipt,
        scope: HoldScope,
    ) -> Result<PlacedHold, HoldError> {
        let admin = self.admin(test).await;
        test.portal.place_hold(&admin, &new_hold(test, sent, scope)).await
    }

    /// As [`Norrby::try_to_hold`], of what is there yet.
    pub(crate) async fn hold(&self, test: &TestPortal, sent: &MessageReceipt, scope: HoldScope) -> HoldId {
        let placed = self.try_to_hold(test, sent, scope).await.unwrap();
        assert_eq!(placed.too_late, 0);
        placed.id
    }

    /// Karin lifts a hold.
    pub(crate) async fn lift(&self, test: &TestPortal, hold: HoldId) {
        let admin = self.admin(test).await;
        test.portal.lift_hold(&admin, hold, "Tvisten är avgjord").await.unwrap();
    }

    /// When a message can't be read any more, as its system sees it.
    pub(crate) async fn end_of(&self, test: &TestPortal, sent: &MessageReceipt) -> Timestamp {
        let status = test.portal.message_status(&self.system, sent.id).await.unwrap();
        status.deliveries[0].expires_at
    }

    /// Whether the content of a message can still be opened by the portal, whoever may read it.
    pub(crate) async fn exists(&self, test: &TestPortal, sent: &MessageReceipt) -> bool {
        let key = test.portal.0.vault.content_key(self.id, ContentOwner::Message(sent.id));
        key.await.unwrap().is_some()
    }
}

/// The midnight after so many days.
pub(crate) fn after(test: &TestPortal, from: Timestamp, days: u32) -> Timestamp {
    let time_zone = &test.settings.time_zone;
    retention::end_of(retention::last_possible_day(from, days, time_zone), time_zone)
}

/// So many days from sending for everything, within 1 to 40.
pub(crate) fn policy_of(days: u32) -> RetentionPolicy {
    RetentionPolicy {
        minimum_days: 1,
        maximum_days: 40,
        default: rule(days, CountedFrom::Sent),
        types: Vec::new(),
    }
}

/// A rule that says no more than how long.
pub(crate) fn rule(days: u32, counted_from: CountedFrom) -> RetentionRule {
    RetentionRule {
        days,
        counted_from,
        reason: RetentionReason::default(),
    }
}

/// A hold on the first recipient's case, to be looked at in a month.
pub(crate) fn new_hold(test: &TestPortal, sent: &MessageReceipt, scope: HoldScope) -> NewHold {
    let today = test.now().to_jiff().to_zoned(test.settings.time_zone.clone()).date();
    NewHold {
        form: test.portal.new_hold_form(),
        case: sent.deliveries[0].case,
        scope,
        reason: HOLD_REASON.to_owned(),
        review_on: today.checked_add(1.month()).ok(),
    }
}
