//! Who a person is, by whatever they were written to and by whatever they sign in.

use base::{CaseId, Personnummer, Prid};

use crate::test_support::{PDF, TestPortal, directory, draft, identity, number, on_both_databases};
use crate::{
    AssuranceLevel, Identity, KnownAs, ListedDocument, MessageReceipt, ReadError, RecipientActor, RecipientAddress,
    RecipientIdentifier, SentRecipient, SessionKey, SystemActor, VerifiedIdentity, Whereabouts, WorkAccount,
    WorkInvitation,
};

const KARIN: &str = "karin.ek@norrby.example";

/// A samordningsnummer among Skatteverket's test numbers.
fn old_number() -> Personnummer {
    Personnummer::from_digits("197010632391").unwrap()
}

fn prid() -> Prid {
    "NO:05068907693".parse().unwrap()
}

fn account(object: &str) -> WorkAccount {
    WorkAccount {
        tenant: directory(),
        object: object.parse().unwrap(),
    }
}

fn karin() -> WorkAccount {
    account("66666666-7777-4888-9999-aaaaaaaaaaaa")
}

fn invitation(email: &str) -> RecipientIdentifier {
    RecipientIdentifier::Invitation(WorkInvitation::new(directory(), email).unwrap())
}

fn person(number: Personnummer, previous: Option<Personnummer>, prid: Option<Prid>) -> Identity {
    Identity::Number { number, previous, prid }
}

fn at_work(account: WorkAccount, email: &str) -> Identity {
    Identity::WorkAccount {
        account,
        emails: vec![email.to_owned()],
    }
}

async fn send_to(test: &TestPortal, sender: &SystemActor, key: &str, to: RecipientIdentifier) -> MessageReceipt {
    let mut draft = draft(1);
    draft.recipients = vec![RecipientAddress {
        identifier: to,
        email: Some("anna@example.com".to_owned()),
    }];
    // Each message is later than the one before.
    test.clock.advance_millis(1);
    test.send_all(sender, key, draft, &[PDF]).await.unwrap()
}

async fn sign_in_at(test: &TestPortal, session: &str, who: Identity, level: AssuranceLevel) -> RecipientActor {
    let verified = VerifiedIdentity {
        identity: who,
        level,
        ..identity(0, test.now())
    };
    let key = SessionKey::of(session.as_bytes());
    test.identify(&key, verified, Whereabouts::UNKNOWN).await
}

async fn sign_in(test: &TestPortal, session: &str, who: Identity) -> RecipientActor {
    sign_in_at(test, session, who, AssuranceLevel::Three).await
}

async fn cases(test: &TestPortal, actor: &RecipientActor) -> Vec<CaseId> {
    let inbox = test.portal.inbox(actor).await.unwrap();
    inbox.iter().map(|entry| entry.case).collect()
}

fn case(receipt: &MessageReceipt) -> CaseId {
    receipt.deliveries[0].case
}

on_both_databases! {
    async fn who_has_a_personnummer_now_reads_what_came_to_their_samordningsnummer(test: TestPortal) {
        let sender = test.sender().await;
        let old = RecipientIdentifier::Number(old_number());
        let first = send_to(&test, &sender, "first", old.clone()).await;
        let before = sign_in(&test, "before", person(old_number(), None, None)).await;
        assert_eq!(cases(&test, &before).await, [case(&first)]);
        let second = send_to(&test, &sender, "second", RecipientIdentifier::Number(number(0))).await;

        // A sign-in that says nothing of the old number has nothing to do with it.
        let other = sign_in(&test, "other", person(number(0), None, None)).await;
        assert_eq!(cases(&test, &other).await, [case(&second)]);

        assert_eq!(test.rows("unsent_notification").await, 2);
        let now = sign_in(&test, "now", person(number(0), Some(old_number()), None)).await;
        assert_eq!(now.recipient_id(), other.recipient_id());
        // Nor are they written to twice.
        assert_eq!(test.rows("unsent_notification").await, 1);
        assert_eq!(cases(&test, &now).await, [case(&second), case(&first)]);
        let document = test.only_document(&now, &first.deliveries[0]).await;
        test.view(&now, document, None).await.unwrap();
        assert_eq!(test.audited("recipient.linked").await, 2);

        // The old number finds the same person, and whoever was signed in by it is not any more.
        let session = SessionKey::of(b"before");
        assert!(test.portal.recipient_actor(&session, test.request()).await.unwrap().is_none());
        let third = send_to(&test, &sender, "third", old).await;
        assert_eq!(cases(&test, &now).await, [case(&third), case(&second), case(&first)]);
        let again = sign_in(&test, "again", person(old_number(), None, None)).await;
        assert_eq!(again.recipient_id(), now.recipient_id());
        assert_eq!(test.audited("recipient.linked").await, 2);
    }

    async fn nobody_is_linked_or_known_by_anything_new_while_the_log_can_not_be_written(test: TestPortal) {
        let sender = test.sender().await;
        let old = RecipientIdentifier::Number(old_number());
        send_to(&test, &sender, "first", old.clone()).await;
        let before = sign_in(&test, "before", person(old_number(), None, None)).await;
        let after = sign_in(&test, "after", person(number(0), None, None)).await;
        let known = [old, RecipientIdentifier::Number(number(0)), RecipientIdentifier::Number(number(1)), RecipientIdentifier::Prid(prid())];
        let vault = &test.portal.0.vault;
        let expected = [Some(before.recipient_id()), Some(after.recipient_id()), None, None];
        assert_eq!(vault.find_recipients(&known).await.unwrap(), expected);
        test.no_audit(true).await;
        for (session, who) in [
            ("linked", person(number(0), Some(old_number()), None)),
            ("named anew", person(number(1), Some(old_number()), None)),
            ("begins with two", person(number(1), None, Some(prid()))),
        ] {
            let verified = VerifiedIdentity { identity: who, ..identity(0, test.now()) };
            let key = SessionKey::of(session.as_bytes());
            let answer = test.portal.sign_in_recipient(&key, verified, Whereabouts::UNKNOWN, test.request()).await;
            assert!(answer.is_err(), "{session}");
            assert_eq!(vault.find_recipients(&known).await.unwrap(), expected, "{session}");
        }
        test.no_audit(false).await;
        sign_in(&test, "linked", person(number(0), Some(old_number()), None)).await;
        let linked = Some(after.recipient_id());
        assert_eq!(vault.find_recipients(&known).await.unwrap(), [linked, linked, None, None]);
    }

    async fn a_message_that_was_on_its_way_to_the_old_number_comes_at_the_next_sign_in(test: TestPortal) {
        let sender = test.sender().await;
        let old = RecipientIdentifier::Number(old_number());
        let mut draft = draft(1);
        draft.recipients = vec![RecipientAddress { identifier: old.clone(), email: None }];
        let context = &test.portal.0;
        // As if the sender had asked who it is right before the person signed in.
        let today = test.now().day();
        let before = context.vault.recipient(&old, today.plus_days(3)).await.unwrap();
        sign_in(&test, "now", person(number(0), None, None)).await;
        let now = sign_in(&test, "now", person(number(0), Some(old_number()), None)).await;
        let receipt = test.send_all(&sender, "late", draft, &[PDF]).await.unwrap();
        let transaction = context.database.write().await.unwrap();
        crate::case::give(&transaction, &[now.recipient_id()], before).await.unwrap();
        crate::delivery::give(&transaction, &[now.recipient_id()], before).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(cases(&test, &now).await.is_empty());

        let again = sign_in(&test, "again", person(number(0), None, None)).await;
        assert_eq!(cases(&test, &again).await, [case(&receipt)]);
        // Long after, the person that they were is forgotten, and they themselves are not.
        test.clock.advance(std::time::Duration::from_secs(2 * 60 * 60));
        test.portal.run_jobs().await.unwrap();
        assert!(context.vault.known_as(&[before]).await.unwrap().is_empty());
        assert_eq!(context.vault.known_as(&[now.recipient_id()]).await.unwrap().len(), 1);
    }

    async fn who_first_comes_with_a_personnummer_is_the_same_person_under_the_new_number(test: TestPortal) {
        let sender = test.sender().await;
        let receipt = send_to(&test, &sender, "key", RecipientIdentifier::Number(old_number())).await;
        let now = sign_in(&test, "now", person(number(0), Some(old_number()), None)).await;
        assert_eq!(cases(&test, &now).await, [case(&receipt)]);
        // That they are known by another number now is in the log too.
        assert_eq!(test.audited("recipient.linked").await, 1);
        let known = test.portal.0.vault.known_as(&[now.recipient_id()]).await.unwrap();
        assert!(known[&now.recipient_id()] == KnownAs::Number(number(0)));
    }

    async fn a_foreign_e_id_is_a_person_of_its_own_until_it_is_bound_to_a_number(test: TestPortal) {
        let sender = test.sender().await;
        let abroad = send_to(&test, &sender, "abroad", RecipientIdentifier::Prid(prid())).await;
        let home = send_to(&test, &sender, "home", RecipientIdentifier::Number(number(0))).await;
        let foreigner = sign_in(&test, "foreigner", Identity::Prid(prid())).await;
        assert_eq!(cases(&test, &foreigner).await, [case(&abroad)]);
        let other = sign_in(&test, "other", Identity::Prid("NO:05068907694".parse().unwrap())).await;
        assert!(cases(&test, &other).await.is_empty());

        let bound = sign_in(&test, "bound", person(number(0), None, Some(prid()))).await;
        assert_eq!(cases(&test, &bound).await, [case(&home), case(&abroad)]);
    }

    async fn a_binding_that_changes_takes_nothing_from_whoever_has_the_number_and_leaves_them_alone(test: TestPortal) {
        let sender = test.sender().await;
        let first = send_to(&test, &sender, "first", RecipientIdentifier::Number(number(0))).await;
        let second = send_to(&test, &sender, "second", RecipientIdentifier::Number(number(1))).await;
        let abroad = send_to(&test, &sender, "abroad", RecipientIdentifier::Prid(prid())).await;
        // The provider binds the e-ID to somebody else's number, and mends that.
        let wrong = sign_in(&test, "wrong", person(number(0), None, Some(prid()))).await;
        assert_eq!(cases(&test, &wrong).await, [case(&abroad), case(&first)]);
        for (session, to, theirs) in [("known", number(1), vec![case(&second)]), ("unknown", number(2), vec![])] {
            let mended = sign_in(&test, session, person(to.clone(), None, Some(prid()))).await;
            assert_eq!(cases(&test, &mended).await, theirs);
            let by_number = sign_in(&test, "by number", person(to, None, None)).await;
            assert_eq!(by_number.recipient_id(), mended.recipient_id());
        }
        let owner = sign_in(&test, "owner", person(number(0), None, None)).await;
        assert_eq!(owner.recipient_id(), wrong.recipient_id());
        assert_eq!(cases(&test, &owner).await, [case(&abroad), case(&first)]);
    }

    async fn without_its_binding_an_e_id_is_nobody_but_itself_again(test: TestPortal) {
        let sender = test.sender().await;
        send_to(&test, &sender, "home", RecipientIdentifier::Number(number(0))).await;
        let bound = sign_in(&test, "bound", person(number(0), None, Some(prid()))).await;
        assert_eq!(cases(&test, &bound).await.len(), 1);
        let unbound = sign_in(&test, "unbound", Identity::Prid(prid())).await;
        assert_ne!(unbound.recipient_id(), bound.recipient_id());
        assert!(cases(&test, &unbound).await.is_empty());
        // That it was bound is in the log, and that it is not any more.
        assert_eq!(test.audited("recipient.linked").await, 2);
        let abroad = send_to(&test, &sender, "abroad", RecipientIdentifier::Prid(prid())).await;
        assert_eq!(cases(&test, &unbound).await, [case(&abroad)]);
        let bound = sign_in(&test, "bound again", person(number(0), None, Some(prid()))).await;
        assert_eq!(cases(&test, &bound).await.len(), 2);
    }

    async fn two_people_who_name_one_samordningsnummer_stay_two(test: TestPortal) {
        let sender = test.sender().await;
        let receipt = send_to(&test, &sender, "key", RecipientIdentifier::Number(old_number())).await;
        let first = sign_in(&test, "first", person(number(0), Some(old_number()), None)).await;
        let second = sign_in(&test, "second", person(number(1), Some(old_number()), None)).await;
        assert_ne!(first.recipient_id(), second.recipient_id());
        assert_eq!(cases(&test, &first).await, [case(&receipt)]);
        assert!(cases(&test, &second).await.is_empty());
    }

    async fn an_invitation_is_the_work_accounts_that_answers_it_first_and_never_again_the_addresss(test: TestPortal) {
        let sender = test.sender().await;
        let receipt = send_to(&test, &sender, "key", invitation(KARIN)).await;
        let stranger = account("77777777-7777-4888-9999-aaaaaaaaaaaa");
        let nobody = sign_in(&test, "nobody", at_work(stranger, "bo@norrby.example")).await;
        assert!(cases(&test, &nobody).await.is_empty());
        assert_eq!(test.audited("recipient.linked").await, 0);

        let first = sign_in_at(&test, "first", at_work(karin(), "Karin.Ek@Norrby.example"), AssuranceLevel::Two).await;
        assert_eq!(cases(&test, &first).await, [case(&receipt)]);

        // The address is somebody else's now, and Karin has another.
        let heir = account("88888888-7777-4888-9999-aaaaaaaaaaaa");
        let heir = sign_in(&test, "heir", at_work(heir, KARIN)).await;
        assert!(cases(&test, &heir).await.is_empty());
        let karin_again = sign_in(&test, "again", at_work(karin(), "karin.berg@norrby.example")).await;
        assert_eq!(karin_again.recipient_id(), first.recipient_id());
        assert_eq!(cases(&test, &karin_again).await, [case(&receipt)]);

        // A new invitation to the address is whose the address is now.
        let second = send_to(&test, &sender, "second", invitation(KARIN)).await;
        assert_eq!(cases(&test, &karin_again).await, [case(&receipt)]);
        let heir = account("88888888-7777-4888-9999-aaaaaaaaaaaa");
        let heir = sign_in(&test, "heir", at_work(heir, KARIN)).await;
        assert_eq!(cases(&test, &heir).await, [case(&second)]);
    }

    async fn who_is_invited_again_gets_that_too(test: TestPortal) {
        let sender = test.sender().await;
        let first = send_to(&test, &sender, "first", invitation(KARIN)).await;
        let before = sign_in(&test, "before", at_work(karin(), KARIN)).await;
        let second = send_to(&test, &sender, "second", invitation(KARIN)).await;
        assert_eq!(cases(&test, &before).await, [case(&first)]);
        let now = sign_in(&test, "now", at_work(karin(), KARIN)).await;
        assert_eq!(now.recipient_id(), before.recipient_id());
        assert_eq!(cases(&test, &now).await, [case(&second), case(&first)]);
    }

    async fn the_sender_sees_the_address_that_was_invited_and_then_the_directorys(test: TestPortal) {
        let sender = test.sender().await;
        send_to(&test, &sender, "key", invitation("KARIN.ek@norrby.example")).await;
        let admin = test.first_admin_of(sender.organisation_id()).await;
        let shown = async || {
            let sent = test.portal.sent_messages(&admin, None).await.unwrap();
            sent.messages[0].deliveries[0].recipient.clone()
        };
        let account = |email: &str| SentRecipient::Known(KnownAs::WorkAccount(Some(email.to_owned())));
        assert!(shown().await == account(KARIN));
        sign_in(&test, "first", at_work(karin(), KARIN)).await;
        sign_in(&test, "again", at_work(karin(), "karin.berg@norrby.example")).await;
        assert!(shown().await == account("karin.berg@norrby.example"));
    }

    async fn a_document_that_asks_for_more_is_known_of_and_shows_nothing_at_a_lower_level(test: TestPortal) {
        let sender = test.sender().await;
        let mut draft = draft(1);
        draft.files.push(draft.files[0].clone());
        draft.files[1].name = "hemligt.pdf".to_owned();
        draft.files[1].minimum_level = Some(AssuranceLevel::Four);
        let receipt = test.send_all(&sender, "key", draft, &[PDF, PDF]).await.unwrap();
        let at = async |session: &str, level| {
            let actor = sign_in_at(&test, session, person(number(0), None, None), level).await;
            let view = test.portal.case(&actor, case(&receipt)).await.unwrap();
            (actor, view.messages[0].documents.clone())
        };
        let (lower, documents) = at("lower", AssuranceLevel::Three).await;
        assert!(matches!(&documents[0], ListedDocument::Open(open) if open.file_name == "beslut.pdf"));
        let ListedDocument::Locked { id, level: AssuranceLevel::Four } = documents[1] else {
            panic!("the document is open");
        };
        assert_eq!(test.portal.inbox(&lower).await.unwrap()[0].documents, 2);

        let (higher, documents) = at("higher", AssuranceLevel::Four).await;
        let ListedDocument::Open(secret) = &documents[1] else {
            panic!("the document is locked");
        };
        assert_eq!((secret.id, &*secret.file_name), (id, "hemligt.pdf"));
        test.view(&higher, secret.id, None).await.unwrap();
        test.portal.document(&higher, secret.id).await.unwrap();

        let asks_for_four = |answer: Option<ReadError>| {
            matches!(answer, Some(ReadError::LevelTooLow { level: AssuranceLevel::Four }))
        };
        assert!(asks_for_four(test.view(&lower, secret.id, None).await.err()));
        assert!(asks_for_four(test.portal.document(&lower, secret.id).await.err()));
        // To somebody else it does not exist, at whatever level.
        let stranger = sign_in(&test, "stranger", person(number(1), None, None)).await;
        assert!(matches!(
            test.portal.document(&stranger, secret.id).await.err(),
            Some(ReadError::NotFound)
        ));
    }
}
