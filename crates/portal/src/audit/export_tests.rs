//! What an export of the log promises to whoever verifies it without the portal.

use std::collections::BTreeSet;

use base::{OrganisationId, Timestamp};
use sea_orm::{ConnectionTrait, Iterable as _};

use super::attacks::Attacker;
use super::chain_tests::write;
use super::line::Line;
use super::{AuditAction, AuditEntry, AuditReport, Checkpoint, checkpoint, verify_audit_export};
use crate::test_support::{TestPortal, on_both_databases};
use crate::{AuditExportError, AuditRow, CheckpointError, Denied, ExportProblem, PublicKeys, Role};

#[test]
fn a_row_of_every_action_has_a_short_name_of_its_own_and_warns_as_the_action_is_sorted() {
    let mut names = BTreeSet::new();
    for action in AuditAction::iter() {
        let row = AuditRow::of(1, Timestamp::from_millis(0), action.as_str(), String::new());
        let name = row.short_action;
        // What RFC 5424 lets a MSGID be.
        assert!((1..=32).contains(&name.len()), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_graphic()), "{name}");
        let is_stored = name == action.as_str();
        assert!(is_stored || action.as_str().len() > 32, "{name} need not differ");
        assert!(is_stored || AuditAction::named(&name).is_none(), "{name} is another's");
        assert_eq!(row.is_warning, action.class().is_warning(), "{name}");
        assert!(names.insert(name), "{} has another's", action.as_str());
    }
    let later = AuditRow::of(1, Timestamp::from_millis(0), "staff.promoted", String::new());
    assert_eq!(
        (later.short_action.as_str(), later.is_warning),
        ("staff.promoted", false)
    );
}

struct Exported {
    lines: Vec<String>,
    held: Checkpoint,
    keys: PublicKeys,
}

impl Exported {
    fn verify(&self, lines: &[String]) -> AuditReport {
        let text = lines.concat();
        verify_audit_export(text.as_bytes(), std::slice::from_ref(&self.held), &self.keys).unwrap()
    }

    fn found(&self, lines: &[String]) -> Vec<String> {
        self.verify(lines).findings.iter().map(ToString::to_string).collect()
    }
}

/// Ten rows of an organisation's under a checkpoint, and two more.
async fn exported(portal: &TestPortal) -> Exported {
    let organisation = OrganisationId::from_uuid(uuid::Uuid::from_u128(1));
    write(&portal.portal, Some(organisation), 10).await;
    portal.portal.run_jobs().await.unwrap();
    let held = checkpoint::latest(&portal.portal.0, Some(organisation))
        .await
        .unwrap()
        .unwrap();
    write(&portal.portal, Some(organisation), 2).await;
    portal.portal.chain_audit_log().await.unwrap();
    let mut export = portal
        .portal
        .export_audit_log_of(&portal.operator(), Some(organisation))
        .await
        .unwrap();
    let mut text = String::new();
    while let Some(lines) = export.next().await.unwrap() {
        text.push_str(&lines);
    }
    Exported {
        lines: text.split_inclusive('\n').map(str::to_owned).collect(),
        held,
        keys: portal.portal.signing_keys().await.unwrap(),
    }
}

/// Each bit of two lines, in turn: what is exported up to a checkpoint is as it was written, or refused.
#[tokio::test]
async fn an_export_with_one_bit_changed_is_refused() {
    let portal = TestPortal::on_sqlite().await;
    let exported = exported(&portal).await;
    // No more than it takes: a line before them, the two, and the one that the checkpoint is of.
    let lines: Vec<_> = exported.lines[6..10].iter().map(String::as_bytes).collect();
    let held = std::slice::from_ref(&exported.held);
    let holds = |text: &[u8]| {
        verify_audit_export(text, held, &exported.keys).is_ok_and(|report| {
            let proven = report.chains.first().and_then(|chain| chain.held.as_ref());
            report.findings.is_empty() && proven.is_some_and(|proof| proof.sequence == 10)
        })
    };
    assert!(holds(&lines.concat()), "or the test shows nothing");
    for line in [1, 2] {
        let original = lines[line];
        for place in 0..original.len() * 8 {
            let mut changed = original.to_vec();
            changed[place / 8] ^= 1 << (place % 8);
            let mut lines = lines.clone();
            lines[line] = &changed;
            // A capital in an id is the same id.
            let read = |line: &[u8]| serde_json::from_slice::<Line>(line).ok();
            let is_the_same = read(&changed).is_some_and(|line| Some(line) == read(original));
            assert!(
                !holds(&lines.concat()) || (is_the_same && changed.eq_ignore_ascii_case(original)),
                "bit {place}: {}",
                String::from_utf8_lossy(&changed)
            );
        }
    }
}

on_both_databases! {
    async fn an_export_verifies_with_the_keys_and_a_checkpoint_alone(portal: TestPortal) {
        let exported = exported(&portal).await;
        assert_eq!(exported.lines.len(), 12);
        let report = exported.verify(&exported.lines);
        assert_eq!((report.rows, &report.findings), (12, &Vec::new()));
        assert_eq!(report.chains[0].held.as_ref().map(|proof| proof.sequence), Some(10));
        // So does a part of it that reaches to the checkpoint.
        let report = exported.verify(&exported.lines[4..]);
        assert_eq!((report.rows, &report.findings), (8, &Vec::new()));
        assert_eq!(report.chains[0].held.as_ref().map(|proof| proof.sequence), Some(10));
        assert_eq!(report.chains[0].earlier, None);
        // One that begins behind the checkpoint says that it proves none of its rows, also one that begins right behind it.
        let report = exported.verify(&exported.lines[11..]);
        assert_eq!((report.chains[0].earlier, &report.chains[0].held), (Some(10), &None));
        let report = exported.verify(&exported.lines[10..]);
        assert_eq!((report.chains[0].earlier, &report.chains[0].held), (Some(10), &None));
        assert_eq!(report.findings, []);
        assert_eq!(portal.audited("audit.exported").await, 1);
    }

    async fn whatever_is_done_to_an_export_is_found(portal: TestPortal) {
        let exported = exported(&portal).await;
        let with = |change: &dyn Fn(&mut Vec<String>)| {
            let mut lines = exported.lines.clone();
            change(&mut lines);
            exported.found(&lines)
        };
        let replace = |index: usize, from: &str, to: &str| {
            let found = with(&|lines: &mut Vec<String>| {
                assert!(lines[index].contains(from), "{}", lines[index]);
                lines[index] = lines[index].replacen(from, to, 1);
            });
            found.join("\n")
        };
        assert!(replace(4, "\"action\":\"document.purged\"", "\"action\":\"document.viewed\"").contains("row 5 is not the one"));
        assert!(replace(4, "\"detail\":\"test\"", "\"detail\":\"text\"").contains("row 5 is not the one"));
        assert!(replace(4, "\"@timestamp\":\"2026", "\"@timestamp\":\"2025").contains("what the export says of row 5"));
        assert!(replace(4, "\"category\":[\"file\"]", "\"category\":[\"iam\"]").contains("what the export says of row 5"));
        for (from, to) in [
            ("\"kind\":\"event\"", "\"kind\":\"alert\""),
            ("\"type\":[\"deletion\"]", "\"type\":[\"access\"]"),
            ("\"type\":[\"deletion\"]", "\"type\":[]"),
            ("\"type\":[\"deletion\"]", "\"type\":[\"deletion\",\"info\"]"),
            ("\"outcome\":\"success\"", "\"outcome\":\"failure\""),
            ("\"outcome\":\"success\",", ""),
            // Only lines that have neither are from before.
            ("\"type\":[\"deletion\"],", ""),
        ] {
            assert!(replace(4, from, to).contains("what the export says of row 5"), "{from} {to}");
        }
        let found = with(&|lines| { lines.remove(4); });
        assert!(found[0].contains("row 5 was removed"), "{found:?}");
        let found = with(&|lines| lines.swap(4, 5));
        assert!(!found.is_empty());
        let found = with(&|lines| lines.insert(5, lines[4].clone()));
        assert!(found.iter().any(|found| found.contains("row 5 is not the one")), "{found:?}");
        let found = with(&|lines| lines.truncate(8));
        assert!(found[0].contains("cut off after row 8"), "{found:?}");
    }

    async fn what_was_changed_in_the_database_is_not_handed_out(portal: TestPortal) {
        let organisation = Some(OrganisationId::from_uuid(uuid::Uuid::from_u128(1)));
        exported(&portal).await;
        let unguard = match portal.portal.0.database.backend() {
            sea_orm::DbBackend::Postgres => "DROP TRIGGER audit_event_append_only ON audit_event",
            _ => "DROP TRIGGER audit_event_unchangeable",
        };
        let transaction = portal.portal.0.database.write().await.unwrap();
        for sql in [unguard, "UPDATE audit_event SET detail = 'other' WHERE detail = 'test'"] {
            transaction.execute_unprepared(sql).await.unwrap();
        }
        transaction.commit().await.unwrap();
        let mut export = portal.portal.export_audit_log_of(&portal.operator(), organisation).await.unwrap();
        assert!(export.next().await.is_err());
    }

    async fn an_export_gives_what_comes_before_a_changed_row_and_breaks_off_there(portal: TestPortal) {
        let organisation = Some(OrganisationId::from_uuid(uuid::Uuid::from_u128(0xa)));
        write(&portal.portal, organisation, 6).await;
        portal.portal.chain_audit_log().await.unwrap();
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        attacker.attack(&["UPDATE audit_event SET detail = 'other' WHERE id = {R5}"]).await;
        let mut export = portal.portal.export_audit_log_of(&portal.operator(), organisation).await.unwrap();
        let lines = export.next().await.unwrap().unwrap();
        assert_eq!(lines.lines().count(), 4);
        for _ in 0..2 {
            let fault = export.next().await.unwrap_err();
            assert!(fault.causes().contains("row 5 of an audit log"), "{}", fault.causes());
        }
    }

    async fn an_export_from_before_there_were_types_and_outcomes_verifies_and_a_wrong_category_in_it_is_found(portal: TestPortal) {
        let admin = portal.first_admin().await;
        portal.portal.show_holds(&admin, true).await.unwrap();
        portal.portal.show_holds(&admin, false).await.unwrap();
        portal.portal.chain_audit_log().await.unwrap();
        let mut export = portal.portal.export_audit_log(&admin).await.unwrap();
        let lines = export.next().await.unwrap().unwrap();
        let keys = portal.portal.signing_keys().await.unwrap();
        let as_before = |line: &str, category: &str| {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            let event = line["event"].as_object_mut().unwrap();
            assert!(event.remove("type").is_some());
            event.remove("outcome");
            event.insert("category".to_owned(), serde_json::json!([category]));
            format!("{line}\n")
        };
        let verified = |lines: &str| {
            let report = verify_audit_export(lines.as_bytes(), &[], &keys).unwrap();
            report.findings.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(verified(&lines), Vec::<String>::new());
        let of_holds: Vec<&str> = lines.lines().filter(|line| line.contains("holds.shown-changed")).collect();
        assert_eq!(of_holds.len(), 2);
        assert!(of_holds[0].contains("\"category\":[\"configuration\"],\"type\":[\"change\"],\"outcome\":\"success\""), "{lines}");
        // In an earlier version they were of category iam. An export may go on where the program was replaced.
        let earlier = lines.replace(&format!("{}\n", of_holds[0]), &as_before(of_holds[0], "iam"));
        assert_eq!(verified(&earlier), Vec::<String>::new());
        let altered = lines.replace(&format!("{}\n", of_holds[0]), &as_before(of_holds[0], "configuration"));
        let found = verified(&altered);
        assert!(found.len() == 1 && found[0].contains("what the export says of row"), "{found:?}");
    }

    async fn an_export_from_before_an_action_was_sorted_otherwise_verifies_and_one_with_what_was_never_said_does_not(portal: TestPortal) {
        portal.portal.0.record(&AuditEntry::by_portal(AuditAction::OrphanDeleted)).await.unwrap();
        portal.portal.chain_audit_log().await.unwrap();
        let mut export = portal.portal.export_audit_log_of(&portal.operator(), None).await.unwrap();
        let lines = export.next().await.unwrap().unwrap();
        let keys = portal.portal.signing_keys().await.unwrap();
        let found = |from: &str, to: &str| {
            assert!(lines.contains(from), "{lines}");
            let report = verify_audit_export(lines.replace(from, to).as_bytes(), &[], &keys).unwrap();
            report.findings.len()
        };
        let now = "\"type\":[\"deletion\"],\"outcome\":\"unknown\"";
        assert_eq!(found(now, now), 0);
        assert_eq!(found(now, "\"type\":[\"deletion\"],\"outcome\":\"success\""), 0);
        for never in [
            "\"type\":[\"deletion\"],\"outcome\":\"failure\"",
            "\"type\":[\"deletion\"]",
            "\"type\":[\"access\"],\"outcome\":\"success\"",
            "\"type\":[\"access\"],\"outcome\":\"unknown\"",
        ] {
            assert_eq!(found(now, never), 1, "{never}");
        }
    }

    async fn what_is_no_export_is_refused(portal: TestPortal) {
        let exported = exported(&portal).await;
        let garbage = ["{}\n".to_owned(), "\n".to_owned(), "x".repeat(70_000), "{\"more\":1}\n".to_owned()];
        for garbage in garbage {
            let text = [exported.lines[0].clone(), garbage].concat();
            let refused = verify_audit_export(text.as_bytes(), &[], &exported.keys);
            assert!(matches!(refused, Err(ExportProblem::Line(2))), "{refused:?}");
        }
        let own = super::chain_tests::verify(&portal, &[]).await;
        assert!(own.findings.is_empty());
        let not_text = [exported.lines[0].as_bytes(), &[0xff, 0xfe, b'\n']].concat();
        assert!(matches!(verify_audit_export(not_text.as_slice(), &[], &exported.keys), Err(ExportProblem::Line(2))));
    }

    async fn an_organisation_is_told_who_acted_but_not_from_where_recipients_did(portal: TestPortal) {
        let sender = portal.sender().await;
        let receipt = portal.send(&sender, "one", 1).await;
        let person = portal.sign_in(0).await;
        portal.only_document(&person, &receipt.deliveries[0]).await;
        let admin = portal.first_admin_of(sender.organisation_id()).await;
        portal.portal.chain_audit_log().await.unwrap();
        let mut export = portal.portal.export_audit_log(&admin).await.unwrap();
        let lines = export.next().await.unwrap().unwrap();
        let line_of = |action: &str| {
            let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            lines.into_iter().find(|line| line["event"]["action"] == action).unwrap()
        };
        assert_eq!(line_of("message.sent")["source"]["ip"], "192.0.2.7");
        let read = line_of("case.opened");
        assert_eq!(read["user"]["id"], person.recipient_id().to_string());
        assert!(read.get("source").is_none(), "{read}");
    }

    async fn an_export_ends_with_the_right_to_it(portal: TestPortal) {
        let admin = portal.first_admin().await;
        let auditor = portal.member(&admin, "eva@example.se", Role::Auditor).await;
        write(&portal.portal, Some(admin.organisation_id()), 1_100).await;
        portal.portal.chain_audit_log().await.unwrap();
        let mut export = portal.portal.export_audit_log(&auditor).await.unwrap();
        assert!(export.next().await.unwrap().is_some());
        portal.clock.advance_millis(3_000);
        assert!(export.next().await.unwrap().is_some(), "nothing ended");
        portal.portal.sign_out_staff(auditor.session(), &portal.request()).await.unwrap();
        portal.clock.advance_millis(3_000);
        assert!(export.next().await.is_err());
    }

    async fn only_admins_and_auditors_take_the_log_away_and_only_freshly_signed_in(portal: TestPortal) {
        let admin = portal.first_admin().await;
        let sender = portal.member(&admin, "bo@example.se", Role::Sender).await;
        let auditor = portal.member(&admin, "eva@example.se", Role::Auditor).await;
        for actor in [&admin, &auditor] {
            assert!(portal.portal.export_audit_log(actor).await.is_ok());
        }
        let refused = portal.portal.export_audit_log(&sender).await;
        assert!(matches!(refused.err(), Some(AuditExportError::Denied(Denied::Forbidden))));
        let refused = portal.portal.audit_checkpoint(&sender).await;
        assert!(matches!(refused, Err(CheckpointError::Denied(Denied::Forbidden))));
        let none = portal.portal.audit_checkpoint(&auditor).await;
        assert!(matches!(none, Err(CheckpointError::None)));
        portal.portal.run_jobs().await.unwrap();
        let own = portal.portal.audit_checkpoint(&auditor).await.unwrap();
        assert_eq!(own.organisation, Some(admin.organisation_id()));
    }
}
