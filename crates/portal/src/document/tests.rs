//! What a person reads of a document, and what happens when they may not or it is broken.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use base::DocumentId;
use futures::StreamExt;
use keyring::{CHUNK_SIZE, PREFIX_SIZE};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::ConnectionTrait;

use crate::test_support::{PDF, TestPortal, bytes_of, document_id, draft, file, identity, on_both_databases};
use crate::{
    ContentError, ContentUse, MessageReceipt, ReadError, RecipientActor, RequestedRange, SessionKey, Whereabouts,
};

/// Ten whole chunks and a bit: more than a stream reads at a time.
const SIZE: usize = 10 * CHUNK_SIZE + 123;

/// Something that begins as a PDF does and never repeats within a chunk.
fn content() -> Vec<u8> {
    let noise = (0_u32..).flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes());
    PDF.iter().copied().chain(noise).take(SIZE).collect()
}

struct Sent {
    receipt: MessageReceipt,
    person: RecipientActor,
    document: DocumentId,
}

async fn send(portal: &TestPortal) -> Sent {
    let content = content();
    let system = portal.sender().await;
    let mut draft = draft(1);
    draft.files = vec![file("beslut.pdf", "application/pdf", &content)];
    let receipt = portal.send_all(&system, "1", draft, &[&content]).await.unwrap();
    let person = portal.sign_in(0).await;
    let document = portal.only_document(&person, &receipt.deliveries[0]).await;
    Sent {
        receipt,
        person,
        document,
    }
}

/// The only blob in the store.
async fn blob(portal: &TestPortal) -> PathBuf {
    let files = portal.blob_names().await;
    assert_eq!(files.len(), 1);
    portal.folder().join("blobs").join(&files[0])
}

fn slice(first: usize, last: usize) -> Option<RequestedRange> {
    Some(RequestedRange::From {
        first: u64::try_from(first).unwrap(),
        last: Some(u64::try_from(last).unwrap()),
    })
}

on_both_databases! {
    async fn a_document_comes_back_as_it_was_sent(portal: TestPortal) {
        let sent = send(&portal).await;
        let answer = portal.view(&sent.person, sent.document, None).await.unwrap();
        assert_eq!(answer.file_name, "beslut.pdf");
        assert_eq!(answer.media_type, "application/pdf");
        assert_eq!(answer.size, u64::try_from(SIZE).unwrap());
        assert_eq!(answer.range, 0..answer.size);
        assert!(bytes_of(answer).await.unwrap() == content());
    }

    async fn reading_is_logged_before_the_first_byte(portal: TestPortal) {
        let sent = send(&portal).await;
        let viewed = portal.view(&sent.person, sent.document, None).await.unwrap();
        assert_eq!(portal.audited("document.viewed").await, 1);
        drop(viewed);
        let saved = portal.portal.open_content(&sent.person, sent.document, ContentUse::Download, None);
        saved.await.unwrap();
        let log = portal.audit_log().await;
        let row = log.iter().find(|row| row.action == "document.downloaded").unwrap();
        assert_eq!(row.actor_id, Some(*sent.person.recipient_id().as_uuid()));
        assert_eq!(row.target_id, Some(*sent.document.as_uuid()));
        assert_eq!(row.request_id, Some(*sent.person.request().id.as_uuid()));
    }

    async fn what_can_not_be_logged_is_not_given(portal: TestPortal) {
        let sent = send(&portal).await;
        let transaction = portal.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared("DROP TABLE audit_writer").await.unwrap();
        transaction.commit().await.unwrap();
        let answer = portal.view(&sent.person, sent.document, None).await;
        assert!(matches!(answer, Err(ReadError::Fault(_))));
        let answer = portal.portal.case(&sent.person, sent.receipt.deliveries[0].case).await;
        assert!(matches!(answer, Err(ReadError::Fault(_))));
    }

    async fn somebody_elses_document_is_not_found_like_one_that_does_not_exist(portal: TestPortal) {
        let sent = send(&portal).await;
        let stranger = portal.sign_in(1).await;
        let nobodys: DocumentId = portal.portal.0.ids.next();
        for (actor, document) in [(&stranger, sent.document), (&sent.person, nobodys)] {
            assert!(matches!(portal.portal.document(actor, document).await, Err(ReadError::NotFound)));
            assert!(matches!(portal.view(actor, document, None).await, Err(ReadError::NotFound)));
        }
    }

    async fn a_document_has_its_own_page(portal: TestPortal) {
        let sent = send(&portal).await;
        let page = portal.portal.document(&sent.person, sent.document).await.unwrap();
        assert_eq!(page.summary.file_name, "beslut.pdf");
        assert_eq!(page.case_title.as_deref(), Some("Beslut om förskoleplats"));
        assert_eq!(page.organisation, "Norrby kommun");
        assert_eq!(page.case, sent.receipt.deliveries[0].case);
        assert_eq!(page.expires_at, sent.receipt.deliveries[0].expires_at);
    }

    async fn a_document_ends_to_the_millisecond_before_any_job_ran(portal: TestPortal) {
        let sent = send(&portal).await;
        let expires_at = sent.receipt.deliveries[0].expires_at;
        portal.clock.set(expires_at - Duration::from_millis(1));
        let before = portal.view(&sent.person, sent.document, None).await.unwrap();
        assert!(bytes_of(before).await.is_ok());
        portal.clock.set(expires_at);
        assert!(matches!(portal.view(&sent.person, sent.document, None).await, Err(ReadError::NotFound)));
        assert!(matches!(portal.portal.document(&sent.person, sent.document).await, Err(ReadError::NotFound)));
    }

    async fn a_running_stream_ends_with_the_right_to_read(portal: TestPortal) {
        let sent = send(&portal).await;
        let expires_at = sent.receipt.deliveries[0].expires_at;
        portal.clock.set(expires_at - Duration::from_millis(1));
        let person = portal.sign_in(0).await;
        let mut stream = portal.view(&person, sent.document, None).await.unwrap().stream;
        stream.next().await.unwrap().unwrap();
        portal.clock.set(expires_at);
        let rest: Vec<_> = stream.collect().await;
        assert!(matches!(rest.last(), Some(Err(ContentError::RightEnded))));
        assert_eq!(portal.audited("document.cut-off").await, 1);
    }

    async fn a_running_stream_notices_within_seconds_that_the_message_was_revoked(portal: TestPortal) {
        let sent = send(&portal).await;
        let system = portal.sender_named("Annan kommun").await;
        assert!(portal.portal.revoke_message(&system, sent.receipt.id).await.is_err());
        let mut stream = portal.view(&sent.person, sent.document, None).await.unwrap().stream;
        stream.next().await.unwrap().unwrap();
        let transaction = portal.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared("UPDATE delivery SET revoked_at = sent_at").await.unwrap();
        transaction.commit().await.unwrap();
        portal.clock.advance(Duration::from_secs(3));
        let rest: Vec<_> = stream.collect().await;
        assert!(matches!(rest.last(), Some(Err(ContentError::RightEnded))));
    }

    async fn a_running_stream_notices_within_seconds_that_the_person_signed_out(portal: TestPortal) {
        let sent = send(&portal).await;
        let phone = portal.sign_in_to(&SessionKey::of(b"phone"), 0).await;
        let mut here = portal.view(&sent.person, sent.document, None).await.unwrap().stream;
        let there = portal.view(&phone, sent.document, None).await.unwrap();
        here.next().await.unwrap().unwrap();
        portal.portal.sign_out(sent.person.session(), &portal.request()).await.unwrap();
        portal.clock.advance(Duration::from_secs(3));
        let rest: Vec<_> = here.collect().await;
        assert!(matches!(rest.last(), Some(Err(ContentError::RightEnded))));
        assert_eq!(portal.audited("document.cut-off").await, 1);
        // The person's other session is none of its business.
        assert!(bytes_of(there).await.unwrap() == content());
    }

    async fn a_running_stream_notices_within_seconds_that_its_session_was_ended_from_another(portal: TestPortal) {
        let sent = send(&portal).await;
        let phone = portal.sign_in_to(&SessionKey::of(b"phone"), 0).await;
        let mut stream = portal.view(&sent.person, sent.document, None).await.unwrap().stream;
        stream.next().await.unwrap().unwrap();
        assert_eq!(portal.portal.end_other_sessions(&phone).await.unwrap(), 1);
        portal.clock.advance(Duration::from_secs(3));
        let rest: Vec<_> = stream.collect().await;
        assert!(matches!(rest.last(), Some(Err(ContentError::RightEnded))));
        assert_eq!(portal.audited("document.cut-off").await, 1);
    }

    async fn a_running_stream_ends_when_another_person_takes_the_session_over(portal: TestPortal) {
        let sent = send(&portal).await;
        let mut stream = portal.view(&sent.person, sent.document, None).await.unwrap().stream;
        stream.next().await.unwrap().unwrap();
        let other = identity(1, portal.now());
        portal.portal.sign_in_recipient(sent.person.session(), other, Whereabouts::UNKNOWN, portal.request()).await.unwrap();
        portal.clock.advance(Duration::from_secs(3));
        let rest: Vec<_> = stream.collect().await;
        assert!(matches!(rest.last(), Some(Err(ContentError::RightEnded))));
    }

    async fn a_running_stream_is_use_of_the_session_until_its_absolute_end(portal: TestPortal) {
        let quarter = Duration::from_secs(14 * 60);
        let sent = send(&portal).await;
        let mut slow = portal.view(&sent.person, sent.document, None).await.unwrap().stream;
        // More than idle limit in all, with a look at the database at each read of four chunks.
        for chunk in 0..11 {
            if chunk == 4 || chunk == 8 {
                portal.clock.advance(quarter);
            }
            slow.next().await.unwrap().unwrap();
        }
        assert!(slow.next().await.is_none());

        portal.clock.advance(quarter);
        let actor = portal.portal.recipient_actor(sent.person.session(), portal.request()).await.unwrap();
        let mut late = portal.view(&actor.unwrap(), sent.document, None).await.unwrap().stream;
        portal.clock.advance(quarter);
        late.next().await.unwrap().unwrap();
        let before: Vec<_> = (&mut late).take(4).collect().await;
        assert!(before.iter().all(Result::is_ok));
        portal.clock.advance(Duration::from_secs(4 * 60));
        let rest: Vec<_> = late.collect().await;
        assert!(matches!(rest.last(), Some(Err(ContentError::RightEnded))));
    }

    async fn a_range_outside_the_document_says_how_large_it_is(portal: TestPortal) {
        let sent = send(&portal).await;
        let answer = portal.view(&sent.person, sent.document, slice(SIZE, SIZE + 5)).await;
        let expected = u64::try_from(SIZE).unwrap();
        assert!(matches!(answer, Err(ReadError::RangeNotSatisfiable { size }) if size == expected));
    }
}

/// Every pair of positions at and around the borders of chunks and of what is read at a time.
#[tokio::test]
async fn ranges_at_the_borders_of_chunks_are_slices_of_the_whole() {
    let portal = TestPortal::on_sqlite().await;
    let sent = send(&portal).await;
    let whole = content();
    let borders = [
        0,
        1,
        CHUNK_SIZE,
        4 * CHUNK_SIZE,
        5 * CHUNK_SIZE,
        10 * CHUNK_SIZE,
        SIZE - 1,
    ];
    let near = borders
        .iter()
        .flat_map(|border| [border.saturating_sub(1), *border, border + 1]);
    let places: Vec<usize> = near.filter(|place| *place < SIZE).collect();
    for &first in &places {
        for &last in places.iter().filter(|last| **last >= first) {
            let answer = portal
                .view(&sent.person, sent.document, slice(first, last))
                .await
                .unwrap();
            assert_eq!(
                answer.range.end - answer.range.start,
                u64::try_from(last - first + 1).unwrap()
            );
            assert!(
                bytes_of(answer).await.unwrap() == whole[first..=last],
                "{first} to {last}"
            );
        }
    }
}

#[test]
fn any_range_is_a_slice_of_the_whole() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (portal, sent) = runtime.block_on(async {
        let portal = TestPortal::on_sqlite().await;
        let sent = send(&portal).await;
        (portal, sent)
    });
    let whole = content();
    let range = (0..SIZE, 0..SIZE + 10, any::<bool>());
    let mut runner = TestRunner::new(Config::with_cases(64));
    let result = runner.run(&range, |(start, length, from_the_end)| {
        let (range, expected) = if from_the_end {
            let length = length.max(1);
            let range = RequestedRange::Last(u64::try_from(length).unwrap());
            (Some(range), &whole[SIZE.saturating_sub(length)..])
        } else {
            let end = (start + length).min(SIZE - 1);
            (slice(start, start + length), &whole[start..=end])
        };
        let read = async { bytes_of(portal.view(&sent.person, sent.document, range).await.unwrap()).await };
        prop_assert!(runtime.block_on(read).unwrap() == expected);
        Ok(())
    });
    result.unwrap();
    runtime.block_on(portal.portal.close());
}

/// Each way to break what is stored whose damage shows before anything is given.
#[tokio::test]
async fn a_missing_or_cut_or_changed_blob_is_damage_and_gives_nothing() {
    let portal = TestPortal::on_sqlite().await;
    let sent = send(&portal).await;
    let path = blob(&portal).await;
    let whole = fs::read(&path).unwrap();
    let changed_at = |place: usize| {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        changed
    };
    let broken = [
        ("missing", None),
        ("empty", Some(Vec::new())),
        ("one byte short", Some(whole[..whole.len() - 1].to_vec())),
        (
            "without its last chunk",
            Some(whole[..PREFIX_SIZE + 10 * (CHUNK_SIZE + 16)].to_vec()),
        ),
        ("one byte long", Some([whole.as_slice(), &[0]].concat())),
        ("another header", Some(changed_at(3))),
        ("another salt", Some(changed_at(20))),
        ("another commitment", Some(changed_at(PREFIX_SIZE - 1))),
        ("another first chunk", Some(changed_at(PREFIX_SIZE))),
    ];
    for (number, (how, bytes)) in broken.into_iter().enumerate() {
        match bytes {
            None => fs::remove_file(&path).unwrap(),
            Some(bytes) => fs::write(&path, bytes).unwrap(),
        }
        let answer = portal.view(&sent.person, sent.document, None).await;
        assert!(matches!(answer, Err(ReadError::Damaged)), "{how}");
        assert_eq!(portal.audited("content.damaged").await, number + 1, "{how}");
    }
    fs::write(&path, &whole).unwrap();
    let mended = portal.view(&sent.person, sent.document, None).await.unwrap();
    assert!(bytes_of(mended).await.unwrap() == content());
}

#[tokio::test]
async fn damage_further_on_breaks_the_stream_and_is_logged() {
    let portal = TestPortal::on_sqlite().await;
    let sent = send(&portal).await;
    let path = blob(&portal).await;
    let mut changed = fs::read(&path).unwrap();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    fs::write(&path, changed).unwrap();

    let mut stream = portal.view(&sent.person, sent.document, None).await.unwrap().stream;
    let mut given = 0;
    let error = loop {
        match stream.next().await {
            Some(Ok(bytes)) => given += bytes.len(),
            Some(Err(error)) => break error,
            None => panic!("the stream ended as if it were whole"),
        }
    };
    assert!(matches!(error, ContentError::Damaged));
    assert!(given <= 10 * CHUNK_SIZE, "nothing of the altered chunk was given");
    assert!(stream.next().await.is_none(), "nothing comes after the error");
    assert_eq!(portal.audited("content.damaged").await, 1);
}

#[tokio::test]
async fn one_documents_blob_does_not_open_as_another() {
    let portal = TestPortal::on_sqlite().await;
    let system = portal.sender().await;
    let content = content();
    let mut draft = draft(1);
    draft.files = vec![
        file("a.pdf", "application/pdf", &content),
        file("b.pdf", "application/pdf", &content),
    ];
    let receipt = portal
        .send_all(&system, "1", draft, &[&content, &content])
        .await
        .unwrap();
    let person = portal.sign_in(0).await;
    let case = portal.portal.case(&person, receipt.deliveries[0].case).await.unwrap();
    let files = portal.blob_names().await;
    let path = |index: usize| portal.folder().join("blobs").join(&files[index]);
    fs::copy(path(0), path(1)).unwrap();
    let mut damaged = 0;
    for document in &case.messages[0].documents {
        match portal.view(&person, document_id(document), None).await {
            Ok(whole) => assert!(bytes_of(whole).await.unwrap() == content),
            Err(ReadError::Damaged) => damaged += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(damaged, 1);
}
