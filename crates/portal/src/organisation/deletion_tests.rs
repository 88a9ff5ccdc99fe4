//! What deleting an organisation takes, from whom, in what order, and what it leaves.

use std::path::Path;
use std::time::Duration;

use base::OrganisationId;

use super::DeleteOrganisationError;
use crate::protocol::tests::{protocols, purged};
use crate::purge::{Interruption, interrupted};
use crate::test_support::{Norrby, PASSWORD, PDF, TestPortal, count, draft, new_hold, on_both_databases, read};
use crate::{
    DataRequestKind, DataRequestState, Denied, HoldError, HoldScope, MakeRequestError, MessageReceipt, NewDataRequest,
    NewProvisioningToken, OrganisationContent, Portal, ProvisioningTokenRefused, ReadError, Role, Scope, SendError,
    SessionKey, StaffSignInError, TokenError,
};

pub(super) const DAY: Duration = Duration::from_secs(86_400);

impl Norrby {
    pub(super) async fn delete(&self, test: &TestPortal) -> Result<OrganisationContent, DeleteOrganisationError> {
        delete_by(&test.portal, test, self.id, 100).await
    }
}

pub(super) async fn delete_by(
    node: &Portal,
    test: &TestPortal,
    organisation: OrganisationId,
    most: u64,
) -> Result<OrganisationContent, DeleteOrganisationError> {
    let address = organisation.to_string();
    node.delete_organisation(&test.operator(), &address, most).await
}

/// What the ledger says, by its words.
fn told(test: &TestPortal, words: &str) -> usize {
    told_in(&test.folder().join("ledger"), words)
}

fn told_in(ledger: &Path, words: &str) -> usize {
    let files = std::fs::read_dir(ledger).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    texts.map(|text| text.matches(words).count()).sum()
}

pub(super) async fn is_erased(node: &Portal, test: &TestPortal, organisation: OrganisationId) -> bool {
    let listed = node.list_organisations(&test.operator()).await.unwrap();
    let found = listed.into_iter().find(|listed| listed.id == organisation).unwrap();
    assert!(found.deleted_at.is_some(), "it is not even deleted");
    found.erased_at.is_some()
}

pub(super) async fn organisation_keys(node: &Portal) -> i64 {
    count(node.0.vault.database(), "organisation_key").await
}

async fn is_gone(test: &TestPortal, sent: &MessageReceipt) -> bool {
    matches!(read(test, sent).await, Err(ReadError::NotFound))
}

on_both_databases! {
    async fn everything_of_a_deleted_organisation_goes_and_nothing_of_another(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (sent, other) = (norrby.send(&test, 2, 30).await, test.sender_named("Söderby kommun").await);
        let kept = test.send(&other, "kept", 1).await;
        let key = SessionKey::of_staff(b"Karin, before");
        test.staff_sign_in(&key, norrby.id, "karin@norrby.example", PASSWORD).await.unwrap();
        let karin = test.staff_in(&key).await.unwrap();
        test.member(&karin, "olle@norrby.example", Role::Sender).await;
        let (system, system_secret) = test.system(norrby.id, &Scope::ALL).await;
        let token = test.portal.issue_token(system, &system_secret, None, test.request()).await.unwrap().token;
        let operator = test.operator();
        let directory = test.portal.create_provisioning_token(&operator, norrby.id, NewProvisioningToken {
            name: "Okta".to_owned(),
            tenant: None,
            days: 30,
        });
        let directory = directory.await.unwrap().token;
        test.portal.provisioning_actor(&directory, test.request()).await.unwrap();
        assert_eq!(read(&test, &sent).await.unwrap(), PDF);
        let mut upload = test.begin(&norrby.system, "begun", draft(1)).await.unwrap();
        upload.document(0, crate::test_support::pieces(PDF, 10)).await.unwrap();

        let (before, content) = test.portal.organisation_content(&operator, "norrby-kommun").await.unwrap();
        let expected = OrganisationContent {
            messages: 1, documents: 1, cases: 2, recipients: 1, staff: 2, systems: 2, holds: 0, held: 0,
        };
        assert_eq!((before.id, content), (norrby.id, expected));
        let slug = "norrby-kommun";
        let refused = test.portal.delete_organisation(&operator, slug, 0).await;
        assert!(matches!(refused, Err(DeleteOrganisationError::MoreThanConfirmed { messages: 1 })));
        assert_eq!(read(&test, &sent).await.unwrap(), PDF);
        assert_eq!(test.portal.delete_organisation(&operator, slug, 1).await.unwrap(), expected);

        // At once, before any job.
        assert!(is_gone(&test, &sent).await);
        assert!(test.staff_in(&key).await.is_none());
        let again = test.staff_sign_in(&key, norrby.id, "karin@norrby.example", PASSWORD).await;
        assert!(matches!(again, Err(StaffSignInError::Refused)));
        assert!(test.portal.organisation_at(slug).await.unwrap().is_none());
        assert!(test.portal.organisation_at(&norrby.id.to_string()).await.unwrap().is_none());
        let refused = test.portal.system_actor(&token, test.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidToken)));
        let refused = test.portal.issue_token(system, &system_secret, None, test.request()).await;
        assert!(matches!(refused, Err(TokenError::InvalidClient)));
        let refused = test.portal.provisioning_actor(&directory, test.request()).await;
        assert!(matches!(refused, Err(ProvisioningTokenRefused::Invalid)));
        assert!(matches!(upload.finish().await, Err(SendError::SystemDisabled)));
        assert!(test.begin(&norrby.system, "later", draft(1)).await.is_err());
        assert!(matches!(
            test.portal.place_hold(&karin, &new_hold(&test, &sent, HoldScope::Case)).await,
            Err(HoldError::Denied(Denied::OrganisationGone))
        ));
        let person = test.sign_in(1).await;
        let request = NewDataRequest {
            form: test.portal.new_request_form(),
            organisation: norrby.id,
            case: None,
            kind: DataRequestKind::Erasure,
            text: String::new(),
        };
        assert!(matches!(test.portal.make_request(&person, &request).await, Err(MakeRequestError::NotFound)));
        assert!(test.portal.requestable(&person).await.unwrap().is_empty());
        assert_eq!(read(&test, &kept).await.unwrap(), PDF);
        assert!(matches!(norrby.delete(&test).await, Ok(content) if content.messages == 1), "twice is fine");

        // What had begun to be sent is swept with its lease.
        test.clock.advance(Duration::from_secs(3_600));
        test.portal.run_jobs().await.unwrap();
        assert!(!norrby.exists(&test, &sent).await);
        assert!(is_erased(&test.portal, &test, norrby.id).await);
        assert_eq!((test.content_keys().await, organisation_keys(&test.portal).await), (2, 1));
        assert_eq!(test.blob_names().await.len(), 1);
        for table in ["staff_member", "staff_password", "provisioning_token"] {
            assert_eq!(test.rows(table).await, 0, "{table}");
        }
        assert_eq!(test.rows("system_credential").await, 1, "the other's");
        assert_eq!(read(&test, &kept).await.unwrap(), PDF);
        test.send(&other, "another", 2).await;
        test.portal.run_jobs().await.unwrap();
        for action in ["organisation.deleted", "organisation.erased", "document.purged"] {
            assert_eq!(test.audited(action).await, 1, "{action}");
        }
        assert_eq!((told(&test, "deleted organisation "), told(&test, "erased organisation ")), (1, 1));
        let protocols = protocols(&test, norrby.id).await;
        assert_eq!(purged(&protocols).len(), 2);
        assert_eq!(protocols[0].signed().statement().organisation_name, "Norrby kommun");
        let keys = test.portal.signing_keys().await.unwrap();
        let report = test.portal.verify_audit_log(&operator, &[], &keys).await.unwrap();
        assert_eq!(report.findings, []);
        // Day secrets come and go, and their compaction needs no key that is gone.
        test.days_pass(45).await;
        assert_eq!(organisation_keys(&test.portal).await, 1);
        // Nobody gets the addresses of what was deleted.
        let next = test.organisation("Norrby kommun").await;
        let next = test.portal.organisation_at(&next.to_string()).await.unwrap().unwrap();
        assert_eq!(next.slug.as_deref(), Some("norrby-kommun-2"));
    }

    async fn what_is_held_keeps_its_organisation_until_seven_days_after_the_lifting(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (held, free) = (norrby.send(&test, 1, 40).await, norrby.send(&test, 1, 40).await);
        let hold = norrby.hold(&test, &held, HoldScope::Case).await;
        let unchanged = async |test: &TestPortal| {
            let refused = norrby.delete(test).await;
            assert!(matches!(refused, Err(DeleteOrganisationError::Held { held: 1 })), "{refused:?}");
            assert_eq!(read(test, &held).await.unwrap(), PDF);
            assert_eq!(read(test, &free).await.unwrap(), PDF);
            norrby.admin(test).await;
            assert_eq!((test.audited("organisation.deleted").await, told(test, "deleted organisation ")), (0, 0));
        };
        unchanged(&test).await;
        norrby.lift(&test, hold).await;
        test.clock.advance(7 * DAY - Duration::from_millis(1));
        unchanged(&test).await;
        test.clock.advance(Duration::from_millis(1));
        norrby.delete(&test).await.unwrap();
        assert!(is_gone(&test, &held).await && is_gone(&test, &free).await);
        test.portal.run_jobs().await.unwrap();
        assert!(is_erased(&test.portal, &test, norrby.id).await);
        assert_eq!((test.content_keys().await, organisation_keys(&test.portal).await), (0, 0));
    }

    async fn a_hold_that_keeps_nothing_is_lifted_with_its_organisation(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 40).await;
        test.portal.revoke_message(&norrby.system, sent.id).await.unwrap();
        interrupted(&test.portal.0, Interruption::Condemned, 2).await;
        let placed = norrby.try_to_hold(&test, &sent, HoldScope::Recipient).await.unwrap();
        assert_eq!(placed.too_late, 1);
        let content = norrby.delete(&test).await.unwrap();
        assert_eq!((content.holds, content.held), (1, 0));
        assert_eq!((test.audited("hold.lifted").await, told(&test, "lifted hold ")), (1, 1));
        test.days_pass(6).await;
        assert!(!is_erased(&test.portal, &test, norrby.id).await, "what was said of it is kept for seven days");
        test.days_pass(2).await;
        assert!(is_erased(&test.portal, &test, norrby.id).await);
    }

    async fn of_a_hold_and_a_deletion_at_the_same_moment_one_wins(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 40).await;
        let (admin, node) = (norrby.admin(&test).await, test.another_node().await);
        let new = new_hold(&test, &sent, HoldScope::Case);
        let (held, deleted) = futures::future::join(
            test.portal.place_hold(&admin, &new),
            delete_by(&node, &test, norrby.id, 100),
        )
        .await;
        assert!(held.is_ok() != deleted.is_ok(), "{held:?} {deleted:?}");
        if held.is_ok() {
            assert!(matches!(deleted, Err(DeleteOrganisationError::Held { held: 1 })), "{deleted:?}");
            assert_eq!(read(&test, &sent).await.unwrap(), PDF);
        } else {
            assert!(is_gone(&test, &sent).await);
        }
    }

    async fn a_deletion_that_was_told_and_failed_is_not_done_by_a_later_start(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        let node = test.another_node().await;
        let database = &test.portal.0.database;
        test.no_batches(database, true).await;
        assert!(matches!(norrby.delete(&test).await, Err(DeleteOrganisationError::Fault(_))));
        test.no_batches(database, false).await;
        assert_eq!(told(&test, "deleted organisation"), 1);
        test.clock.advance(Duration::from_secs(5 * 60));
        node.run_jobs().await.unwrap();
        assert!(read(&test, &sent).await.is_ok());
        let node = test.another_node().await;
        assert!(node.list_organisations(&test.operator()).await.unwrap().iter().all(|listed| listed.deleted_at.is_none()));
    }

    async fn without_a_row_in_the_log_and_a_line_in_the_ledger_nothing_is_deleted(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let sent = norrby.send(&test, 1, 30).await;
        test.no_audit(true).await;
        assert!(matches!(norrby.delete(&test).await, Err(DeleteOrganisationError::Fault(_))));
        test.no_audit(false).await;
        assert_eq!(read(&test, &sent).await.unwrap(), PDF);
        assert_eq!(told(&test, "deleted organisation "), 0);
        let ledger = test.folder().join("ledger");
        std::fs::rename(&ledger, test.folder().join("away")).unwrap();
        std::fs::write(&ledger, "no folder").unwrap();
        assert!(matches!(norrby.delete(&test).await, Err(DeleteOrganisationError::Fault(_))));
        std::fs::remove_file(&ledger).unwrap();
        std::fs::rename(test.folder().join("away"), &ledger).unwrap();
        assert_eq!(read(&test, &sent).await.unwrap(), PDF);
        norrby.admin(&test).await;
        let operator = test.operator();
        let unknown = test.portal.delete_organisation(&operator, "nowhere", 1).await;
        assert!(matches!(unknown, Err(DeleteOrganisationError::NotFound)));
    }

    async fn interrupted_anywhere_it_goes_on_with_the_next_round(test: TestPortal) {
        for (number, at) in Interruption::ALL.into_iter().enumerate() {
            let norrby = Norrby::new(&test).await;
            for _ in 0..3 {
                norrby.send(&test, 1, 30).await;
            }
            norrby.delete(&test).await.unwrap();
            interrupted(&test.portal.0, at, 2).await;
            if number == 0 {
                // Its key is gone, and the program ended before the rest.
                test.portal.purge(crate::PurgeMode::Run).await.unwrap();
                assert!(test.portal.0.vault.destroy_organisation_key(norrby.id).await.unwrap());
            }
            let nodes = [test.another_node().await, test.another_node().await];
            let both = futures::future::join(Box::pin(nodes[0].run_jobs()), Box::pin(nodes[1].run_jobs()));
            let (one, other) = both.await;
            one.unwrap();
            other.unwrap();
            test.portal.run_jobs().await.unwrap();
            assert!(is_erased(&test.portal, &test, norrby.id).await, "{at:?}");
            assert_eq!(test.audited("organisation.erased").await, number + 1, "{at:?}");
            assert_eq!(told(&test, "erased organisation "), number + 1, "{at:?}");
            assert_eq!(purged(&protocols(&test, norrby.id).await).len(), 6, "{at:?}");
            test.clock.advance_millis(1);
        }
        assert_eq!((test.content_keys().await, organisation_keys(&test.portal).await), (0, 0));
    }

    async fn requests_end_with_their_organisation_and_are_kept_for_a_month(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        norrby.send(&test, 1, 40).await;
        let person = test.sign_in(0).await;
        let ask = async |kind| {
            let new = NewDataRequest {
                form: test.portal.new_request_form(),
                organisation: norrby.id,
                case: None,
                kind,
                text: "Adressen är fel.".to_owned(),
            };
            test.portal.make_request(&person, &new).await.unwrap()
        };
        let (erasure, rectification) = (ask(DataRequestKind::Erasure).await, ask(DataRequestKind::Rectification).await);
        let states = async || {
            let mut states = Vec::new();
            for request in [erasure, rectification] {
                let own = test.portal.own_request(&test.sign_in(0).await, request).await.unwrap();
                assert!(own.organisation_deleted && own.answered_at.is_some() && own.answer.is_none());
                assert_eq!(own.text.as_deref(), Some("Adressen är fel."));
                states.push(own.state);
            }
            states
        };
        norrby.delete(&test).await.unwrap();
        assert_eq!(states().await, [DataRequestState::Granted, DataRequestState::Declined]);
        crate::data_request::settle(&test.portal.0).await.unwrap();
        assert_eq!(states().await[0], DataRequestState::Granted, "it is not destroyed yet");
        test.portal.run_jobs().await.unwrap();
        assert_eq!(states().await, [DataRequestState::Done, DataRequestState::Declined]);
        test.days_pass(29).await;
        assert_eq!(states().await.len(), 2);
        assert!(!is_erased(&test.portal, &test, norrby.id).await);
        test.days_pass(2).await;
        assert_eq!(test.rows("data_request").await, 0);
        assert!(is_erased(&test.portal, &test, norrby.id).await);
        assert_eq!(organisation_keys(&test.portal).await, 0);
    }

    async fn keys_that_nothing_names_wait_for_the_orphans_turn(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let owner = [keyring::ContentOwner::Request(test.portal.0.ids.next())];
        let day = test.now().day().plus_days(30);
        test.portal.0.vault.new_content_keys(norrby.id, &owner, day).await.unwrap();
        norrby.delete(&test).await.unwrap();
        test.portal.run_jobs().await.unwrap();
        assert!(!is_erased(&test.portal, &test, norrby.id).await);
        test.days_pass(9).await;
        assert_eq!(test.content_keys().await, 0);
        assert!(is_erased(&test.portal, &test, norrby.id).await);
    }
}

#[tokio::test]
async fn it_is_deleted_when_whoever_was_before_is_done_and_not_earlier() {
    // On SQLite whoever is before has the turn to write, which the deletion waits for before it does anything.
    let Some(test) = TestPortal::on_postgres().await else {
        return;
    };
    let (norrby, node) = (Norrby::new(&test).await, test.another_node().await);
    let holder = test.portal.0.database.write().await.unwrap();
    assert!(super::stays(&holder, norrby.id).await.unwrap());
    let (operator, address) = (test.operator(), norrby.id.to_string());
    let deletion = tokio::spawn(async move { node.delete_organisation(&operator, &address, 100).await });
    test.connections_wait(1).await;
    test.clock.advance(Duration::from_secs(5));
    let before = test.now();
    holder.commit().await.unwrap();
    deletion.await.unwrap().unwrap();
    let listed = test.portal.list_organisations(&test.operator()).await.unwrap();
    assert_eq!(listed[0].deleted_at, Some(before));
}
