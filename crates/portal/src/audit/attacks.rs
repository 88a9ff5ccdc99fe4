//! What somebody with the database to themselves can do to the log, and that a verification finds it.
//!
//! The attacker has dropped the triggers and the indexes. All but the last ones lack the installation's keys; those have them, as an
//! operator does, and make codes, chain and checkpoints anew. Whatever lies before the checkpoint that somebody held elsewhere is found.

use base::OrganisationId;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryOrder, Statement};
use uuid::Uuid;

use super::canonical::{Hash, chain_start, link_hash};
use super::chain_tests::{verify, write};
use super::{Checkpoint, checkpoint, checkpoint_entity, entity, link_entity};
use crate::test_support::{Log, TestPortal, on_both_databases};

pub(super) const A: Uuid = Uuid::from_u128(0xa);
pub(super) const B: Uuid = Uuid::from_u128(0xb);

const TABLES: [&str; 8] = [
    "audit_cut",
    "audit_writer_cut",
    "audit_event",
    "audit_link",
    "audit_chain",
    "audit_chained",
    "audit_writer",
    "audit_checkpoint",
];

/// Makes the chain fit again, as whoever knows the documentation can: all places, the head, and no checkpoint.
pub(super) const FIT: &str = "-- fit";
/// As [`FIT`], and the codes of the rows and a new checkpoint too, for which one needs the installation's keys.
const SIGN: &str = "-- sign";

/// `{R5}` stands for the id of A's fifth row, `{A}` and `{B}` for the organisations.
#[rustfmt::skip]
const ATTACKS: [(&str, &[&str], &str); 29] = [
    ("change when", &["UPDATE audit_event SET at = at + 1 WHERE id = {R5}"], "row 5 was changed"),
    ("change what", &["UPDATE audit_event SET action = 'case.opened' WHERE id = {R5}"], "row 5 was changed"),
    ("change who", &["UPDATE audit_event SET actor_kind = 'staff', actor_id = {A} WHERE id = {R5}"], "row 5 was changed"),
    ("remove a word", &["UPDATE audit_event SET detail = NULL WHERE id = {R5}"], "row 5 was changed"),
    ("change a code", &["UPDATE audit_event SET mac = (SELECT mac FROM audit_event WHERE id = {R6}) WHERE id = {R5}"], "row 5 was changed"),
    ("change and fit the chain", &["UPDATE audit_event SET at = at + 1 WHERE id = {R5}", FIT], "row 5 was changed"),
    ("give a row to another organisation", &["UPDATE audit_event SET organisation_id = {B} WHERE id = {R5}"], "row 5 was changed"),
    ("remove a row", &["DELETE FROM audit_event WHERE id = {R5}"], "row 5 was removed"),
    ("remove a row and its number", &["DELETE FROM audit_event WHERE id = {R5}"], "its row 5 was removed"),
    ("remove a row with its place", &["DELETE FROM audit_event WHERE id = {R5}", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence = 5"], "row 5 was removed"),
    ("remove some rows with their places", &["DELETE FROM audit_event WHERE id IN ({R5}, {R6}, {R7})", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence IN (5, 6, 7)"], "rows 5 to 7 were removed"),
    ("remove a row and close the gap", &["DELETE FROM audit_event WHERE id = {R5}", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence = 5", "UPDATE audit_link SET sequence = sequence - 1 WHERE chain_id = {A} AND sequence > 5"], "row 5 is not the one that was put there"),
    ("remove a row, close the gap and fit the chain", &["DELETE FROM audit_event WHERE id = {R5}", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence = 5", "UPDATE audit_link SET sequence = sequence - 1 WHERE chain_id = {A} AND sequence > 5", FIT], "rewritten between row 0 and row 10"),
    ("exchange two rows", &["UPDATE audit_link SET event_id = CASE sequence WHEN 5 THEN {R6} ELSE {R5} END WHERE chain_id = {A} AND sequence IN (5, 6)"], "row 5 is not the one that was put there"),
    ("exchange two rows and fit the chain", &["UPDATE audit_link SET event_id = CASE sequence WHEN 5 THEN {R6} ELSE {R5} END WHERE chain_id = {A} AND sequence IN (5, 6)", FIT], "rewritten between row 0 and row 10"),
    ("insert a row of nobody's", &["INSERT INTO audit_event SELECT {B}, {B}, 1, organisation_id, at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id, sealed_address, mac FROM audit_event WHERE id = {R5}"], "inserted; no writer of this installation wrote it"),
    ("insert a row of a writer's", &["INSERT INTO audit_event SELECT {B}, writer_id, 4, organisation_id, at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id, sealed_address, mac FROM audit_event WHERE id = {R5}"], "inserted; no writer of this installation wrote it"),
    ("insert a row into the chain", &["INSERT INTO audit_event SELECT {B}, {B}, 1, organisation_id, at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id, sealed_address, mac FROM audit_event WHERE id = {R5}", "UPDATE audit_link SET sequence = sequence + 1 WHERE chain_id = {A} AND sequence > 5", "INSERT INTO audit_link SELECT chain_id, 6, {B}, hash FROM audit_link WHERE chain_id = {A} AND sequence = 5", FIT], "row 6 was changed, or inserted"),
    ("repeat a row in the chain", &["UPDATE audit_link SET sequence = sequence + 1 WHERE chain_id = {A} AND sequence > 5", "INSERT INTO audit_link SELECT chain_id, 6, event_id, hash FROM audit_link WHERE chain_id = {A} AND sequence = 5", FIT], "rewritten between row 0 and row 10"),
    ("put a row into another chain", &["UPDATE audit_link SET event_id = {R5} WHERE chain_id = {B} AND sequence = 1"], "row 1 belongs to another log"),
    ("remove a place", &["DELETE FROM audit_link WHERE chain_id = {A} AND sequence = 5"], "its place in the chain was removed"),
    ("cut the end off", &["DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_link WHERE chain_id = {A} AND sequence > 8)", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence > 8", FIT], "cut off after row 8"),
    ("cut the end off and the numbers too", &["DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_link WHERE chain_id = {A} AND sequence > 8)", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence > 8", FIT, "UPDATE audit_writer SET next_counter = (SELECT MAX(counter) + 1 FROM audit_event WHERE writer_id = audit_writer.id)", "UPDATE audit_chained SET counter = (SELECT MAX(counter) FROM audit_event WHERE writer_id = audit_chained.writer_id)"], "cut off after row 8"),
    ("remove everything", &["DELETE FROM audit_event", "DELETE FROM audit_link", "DELETE FROM audit_chain", "DELETE FROM audit_chained", "DELETE FROM audit_writer", "DELETE FROM audit_checkpoint"], "cut off after row 0"),
    ("pass numbers off as chained that no row has yet", &["UPDATE audit_chained SET counter = counter + 5"], " were removed"),
    ("move the head", &["UPDATE audit_chain SET sequence = 5 WHERE id = {A}"], "does not end where the database says"),
    ("change a checkpoint", &["UPDATE audit_checkpoint SET at = at + 1 WHERE chain_id = {A}"], "the checkpoint of row 10 is not signed by this installation"),
    ("change a row with the keys", &["UPDATE audit_event SET at = at + 1 WHERE id = {R5}", SIGN], "rewritten between row 0 and row 10"),
    ("remove a row with the keys", &["DELETE FROM audit_event WHERE id = {R5}", "DELETE FROM audit_link WHERE chain_id = {A} AND sequence = 5", "UPDATE audit_link SET sequence = sequence - 1 WHERE chain_id = {A} AND sequence > 5", "UPDATE audit_event SET counter = counter - 1 WHERE counter > 5", SIGN, "UPDATE audit_writer SET next_counter = (SELECT MAX(counter) + 1 FROM audit_event WHERE writer_id = audit_writer.id)", "UPDATE audit_chained SET counter = (SELECT MAX(counter) FROM audit_event WHERE writer_id = audit_chained.writer_id)"], "rewritten between row 0 and row 10"),
];

/// Somebody with the database to themselves.
pub(super) struct Attacker<'a>(pub(super) &'a TestPortal);

impl Attacker<'_> {
    fn backend(&self) -> DbBackend {
        self.0.portal.0.database.backend()
    }

    async fn run(&self, sql: &str) {
        let transaction = self.0.portal.0.database.write().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Drops what guards the tables, and keeps a copy of each.
    pub(super) async fn prepare(&self) {
        let unguard: &[&str] = match self.backend() {
            DbBackend::Postgres => &[
                "DROP TRIGGER audit_event_append_only ON audit_event",
                "DROP TRIGGER audit_link_append_only ON audit_link",
                "DROP TRIGGER audit_event_undeletable ON audit_event",
                "DROP TRIGGER audit_link_undeletable ON audit_link",
                "ALTER TABLE audit_link DROP CONSTRAINT audit_link_pkey",
            ],
            _ => &[
                "DROP TRIGGER audit_event_unchangeable",
                "DROP TRIGGER audit_event_undeletable",
                "DROP TRIGGER audit_link_unchangeable",
                "DROP TRIGGER audit_link_undeletable",
                "CREATE TABLE of_link AS SELECT * FROM audit_link",
                "DROP TABLE audit_link",
                "ALTER TABLE of_link RENAME TO audit_link",
            ],
        };
        for sql in unguard {
            self.run(sql).await;
        }
        for index in ["audit_event_of_writer", "audit_link_of_event"] {
            self.run(&format!("DROP INDEX IF EXISTS {index}")).await;
        }
        for table in TABLES {
            self.run(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"))
                .await;
        }
    }

    /// Puts everything back.
    pub(super) async fn restore(&self) {
        for table in TABLES {
            self.run(&format!("DELETE FROM {table}")).await;
            self.run(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"))
                .await;
        }
    }

    pub(super) async fn attack(&self, statements: &[&str]) {
        let links = self.links().await;
        let literal = |id: Uuid| match self.backend() {
            DbBackend::Postgres => format!("'{id}'::uuid"),
            _ => format!("x'{}'", id.simple()),
        };
        for statement in statements {
            let mut sql = (*statement).to_owned();
            for link in links.iter().filter(|link| link.chain_id == A) {
                sql = sql.replace(&format!("{{R{}}}", link.sequence), &literal(link.event_id));
            }
            sql = sql.replace("{A}", &literal(A)).replace("{B}", &literal(B));
            match *statement {
                FIT => self.fit(false).await,
                SIGN => self.fit(true).await,
                _ => self.run(&sql).await,
            }
        }
    }

    async fn links(&self) -> Vec<link_entity::Model> {
        let links = link_entity::Entity::find().order_by_asc(link_entity::Column::Sequence);
        links.all(self.0.portal.0.database.reader()).await.unwrap()
    }

    async fn fit(&self, with_keys: bool) {
        let context = &self.0.portal.0;
        let installation = checkpoint::installation(context).await.unwrap();
        let values =
            |sql: &str, values: Vec<sea_orm::Value>| Statement::from_sql_and_values(self.backend(), sql, values);
        let rows = entity::Entity::find().all(context.database.reader()).await.unwrap();
        let (mut hash, mut last): (Hash, i64) = (chain_start(*installation.as_uuid(), A), 0);
        let transaction = context.database.write().await.unwrap();
        for link in self.links().await.iter().filter(|link| link.chain_id == A) {
            let mut row = rows.iter().find(|row| row.id == link.event_id).unwrap().clone();
            if with_keys {
                row.mac = context.audit.code(&row);
                let sql = "UPDATE audit_event SET mac = $1 WHERE id = $2";
                let update = values(sql, vec![row.mac.clone().into(), row.id.into()]);
                transaction.execute_raw(update).await.unwrap();
            }
            last = link.sequence;
            hash = link_hash(A, last, &hash, &row);
            let sql = "UPDATE audit_link SET hash = $1 WHERE chain_id = $2 AND sequence = $3";
            let update = values(sql, vec![hash.to_vec().into(), A.into(), last.into()]);
            transaction.execute_raw(update).await.unwrap();
        }
        let sql = "UPDATE audit_chain SET hash = $1, sequence = $2 WHERE id = $3";
        let update = values(sql, vec![hash.to_vec().into(), last.into(), A.into()]);
        transaction.execute_raw(update).await.unwrap();
        transaction.commit().await.unwrap();
        self.run("DELETE FROM audit_checkpoint").await;
        if with_keys {
            // The portal itself signs no chain that does not fit, and nothing keeps who has the keys from it where this attack left one so.
            drop(super::sign_due(context).await);
        }
    }
}

/// Ten rows in the log of A, under a checkpoint that somebody keeps, and two more; and some rows elsewhere.
async fn history(portal: &TestPortal) -> Checkpoint {
    let (a, b) = (OrganisationId::from_uuid(A), OrganisationId::from_uuid(B));
    write(&portal.portal, Some(a), 10).await;
    write(&portal.portal, Some(b), 2).await;
    write(&portal.another_node().await, None, 2).await;
    portal.portal.run_jobs().await.unwrap();
    let held = checkpoint::latest(&portal.portal.0, Some(a)).await.unwrap().unwrap();
    assert_eq!(held.sequence, 10);
    write(&portal.portal, Some(a), 2).await;
    portal.portal.chain_audit_log().await.unwrap();
    held
}

on_both_databases! {
    async fn each_way_to_change_history_is_found_and_named(portal: TestPortal) {
        let held = [history(&portal).await];
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        assert_eq!(verify(&portal, &held).await.findings, []);
        for (attack, statements, found) in ATTACKS {
            attacker.attack(statements).await;
            let report = verify(&portal, &held).await;
            let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
            assert!(findings.iter().any(|finding| finding.contains(found)), "{attack}: {findings:#?}");
            attacker.restore().await;
            assert_eq!(verify(&portal, &held).await.findings, [], "after: {attack}");
        }
    }

    async fn what_no_writer_wrote_gets_no_place_in_a_chain_and_is_told_of(portal: TestPortal) {
        let a = Some(OrganisationId::from_uuid(A));
        write(&portal.portal, a, 3).await;
        portal.portal.chain_audit_log().await.unwrap();
        let attacker = Attacker(&portal);
        // With the writer's next number, as a real one has it.
        attacker.attack(&[
            "INSERT INTO audit_event SELECT {B}, writer_id, (SELECT MAX(counter) + 1 FROM audit_event), organisation_id, at, 'staff', {B}, 'document.viewed', target_kind, target_id, detail, request_id, sealed_address, mac FROM audit_event WHERE id = {R3}",
            "UPDATE audit_writer SET next_counter = (SELECT MAX(counter) + 1 FROM audit_event)",
        ]).await;
        assert_eq!(portal.portal.chain_audit_log().await.unwrap(), 1);
        write(&portal.portal, a, 1).await;
        portal.portal.chain_audit_log().await.unwrap();
        assert!(attacker.links().await.iter().all(|link| link.event_id != B));
        let told = portal.audit_log().await.into_iter().find(|row| row.action == "audit.row-left-out").unwrap();
        assert_eq!((told.organisation_id, told.detail), (Some(A), Some(format!("1 {B}"))));
        let findings = verify(&portal, &[]).await.findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].to_string().contains("inserted; no writer of this installation wrote it"));
    }

    async fn a_row_with_a_number_from_far_ahead_keeps_no_later_one_from_its_chain(portal: TestPortal) {
        let a = Some(OrganisationId::from_uuid(A));
        write(&portal.portal, a, 3).await;
        portal.portal.chain_audit_log().await.unwrap();
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        attacker.attack(&[
            "INSERT INTO audit_event SELECT {B}, writer_id, 1000000, organisation_id, at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id, sealed_address, mac FROM audit_event WHERE id = {R3}",
        ]).await;
        write(&portal.portal, a, 2).await;
        portal.portal.chain_audit_log().await.unwrap();
        write(&portal.portal, a, 2).await;
        portal.portal.chain_audit_log().await.unwrap();
        assert_eq!(attacker.links().await.iter().filter(|link| link.chain_id == A).count(), 7);
        assert!(!verify(&portal, &[]).await.findings.is_empty());
    }

    async fn rows_that_are_passed_off_as_chained_are_noticed_and_nothing_is_signed_or_chained_behind_them(portal: TestPortal) {
        let (context, a) = (&portal.portal.0, Some(OrganisationId::from_uuid(A)));
        write(&portal.portal, a, 3).await;
        portal.portal.chain_audit_log().await.unwrap();
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        // Those that wait, and one that comes.
        for (attack, waiting) in [
            ("UPDATE audit_chained SET counter = counter + 2", 2),
            ("UPDATE audit_chained SET counter = counter + 1", 0),
        ] {
            write(&portal.portal, a, waiting).await;
            attacker.attack(&[attack]).await;
            assert!(super::sign_due(context).await.is_err(), "{attack}");
            let is_of_a_row = waiting > 0;
            assert_eq!(portal.portal.chain_audit_log().await.is_ok(), is_of_a_row, "{attack}");
            write(&portal.portal, a, 2).await;
            for _ in 0..2 {
                assert!(portal.portal.chain_audit_log().await.is_err(), "{attack}");
                assert!(super::sign_due(context).await.is_err(), "{attack}");
            }
            assert_eq!(attacker.links().await.len(), 3, "{attack}");
            assert_eq!(checkpoint_entity::Entity::find().all(context.database.reader()).await.unwrap(), [], "{attack}");
            let findings = verify(&portal, &[]).await.findings;
            assert!(findings.iter().any(|found| found.to_string().contains("its place in the chain was removed")), "{findings:?}");
            // Put right by hand, it goes on.
            attacker.attack(&["UPDATE audit_chained SET counter = 3"]).await;
            assert_eq!(portal.portal.chain_audit_log().await.unwrap(), waiting as u64 + 2);
            assert_eq!(verify(&portal, &[]).await.findings, []);
            attacker.restore().await;
        }
    }

    async fn checkpoints_of_somebody_elses_are_not_handed_out_and_hide_nothing(portal: TestPortal) {
        let context = &portal.portal.0;
        let held = history(&portal).await;
        let attacker = Attacker(&portal);
        attacker.attack(&[
            "INSERT INTO audit_checkpoint SELECT chain_id, 9000000000, hash, at, key_id, signature FROM audit_checkpoint WHERE chain_id = {A}",
        ]).await;
        assert_eq!(checkpoint::latest(context, Some(OrganisationId::from_uuid(A))).await.unwrap(), Some(held));
        assert_eq!(checkpoint::latest_places(context, A, 2).await.unwrap(), [10]);
        assert_eq!(checkpoint::behind(context, A, 10, 2).await.unwrap(), []);
        assert_eq!(super::sign_due(context).await.unwrap(), 1, "it is an alarm");
    }

    async fn nothing_is_signed_but_what_was_written(portal: TestPortal) {
        let context = &portal.portal.0;
        history(&portal).await;
        portal.portal.run_jobs().await.unwrap();
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        for (attack, statements) in [
            ("change", &["UPDATE audit_event SET at = at + 1 WHERE id = {R12}", FIT][..]),
            ("change what is signed", &["UPDATE audit_event SET at = at + 1 WHERE id = {R5}", FIT][..]),
            ("exchange", &["UPDATE audit_link SET event_id = CASE sequence WHEN 11 THEN {R12} ELSE {R11} END WHERE chain_id = {A} AND sequence IN (11, 12)", FIT][..]),
            ("move the head", &["UPDATE audit_chain SET sequence = 11 WHERE id = {A}"][..]),
            ("change a checkpoint", &["UPDATE audit_checkpoint SET at = at + 1 WHERE chain_id = {A}"][..]),
            ("pass a number off as chained", &["UPDATE audit_chained SET counter = counter + 1"][..]),
        ] {
            attacker.attack(statements).await;
            let before = checkpoint_entity::Entity::find().all(context.database.reader()).await.unwrap();
            portal.clock.advance_millis(3_600_000);
            let refused = super::sign_due(context).await;
            if attack == "pass a number off as chained" {
                // Of whichever log its rows are, that one's checkpoint would say that nothing is missing.
                assert!(refused.is_err(), "{attack}");
            } else {
                assert_eq!(refused.unwrap(), 1, "{attack}");
            }
            let after = checkpoint_entity::Entity::find().all(context.database.reader()).await.unwrap();
            let of_a = |rows: &[checkpoint_entity::Model]| rows.iter().filter(|row| row.chain_id == A).count();
            assert_eq!(of_a(&before), of_a(&after), "{attack}");
            attacker.restore().await;
        }
        portal.clock.advance_millis(3_600_000);
        assert_eq!(super::sign_due(context).await.unwrap(), 0);
        assert_eq!(checkpoint::latest(context, Some(OrganisationId::from_uuid(A))).await.unwrap().unwrap().sequence, 12);
    }

    async fn a_log_that_is_not_as_it_was_written_is_told_of_once_an_hour_with_what_was_found(portal: TestPortal) {
        let context = &portal.portal.0;
        history(&portal).await;
        portal.portal.run_jobs().await.unwrap();
        portal.clock.advance_millis(3_600_000);
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        attacker.attack(&["UPDATE audit_event SET at = at + 1 WHERE id = {R12}", FIT]).await;
        let rounds = async |count: usize| {
            let log = Log::new();
            let mut unsigned = 0;
            for _ in 0..count {
                let listening = log.listen();
                let round = portal.portal.run_key_jobs().await;
                drop(listening);
                assert!(round.faults.is_empty(), "{:?}", round.faults);
                unsigned += round.report.unsigned;
            }
            (unsigned, log.text())
        };
        let (unsigned, told) = rounds(3).await;
        assert_eq!(unsigned, 1);
        assert_eq!(told.matches("no checkpoint is signed of an audit log").count(), 1, "{told}");
        assert!(told.contains("row 12 was changed, or inserted"), "{told}");
        portal.clock.advance_millis(3_599_999);
        assert_eq!(rounds(1).await.0, 0);
        portal.clock.advance_millis(1);
        assert_eq!(rounds(2).await.0, 1);
        // Other chains got theirs meanwhile, and this one when it is as it was.
        assert!(checkpoint::latest(context, None).await.unwrap().is_some());
        attacker.restore().await;
        portal.clock.advance_millis(3_600_000);
        assert_eq!(rounds(1).await.0, 0);
        assert_eq!(checkpoint::latest(context, Some(OrganisationId::from_uuid(A))).await.unwrap().unwrap().sequence, 12);
    }

    async fn a_copy_from_before_is_found_in_place_of_the_log(portal: TestPortal) {
        write(&portal.portal, Some(OrganisationId::from_uuid(A)), 3).await;
        portal.portal.run_jobs().await.unwrap();
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        write(&portal.portal, Some(OrganisationId::from_uuid(A)), 3).await;
        portal.clock.advance_millis(3_600_000);
        portal.portal.run_jobs().await.unwrap();
        let held = checkpoint::latest(&portal.portal.0, Some(OrganisationId::from_uuid(A))).await.unwrap().unwrap();
        attacker.restore().await;
        assert_eq!(verify(&portal, &[]).await.findings, [], "nothing shows without a checkpoint from elsewhere");
        let findings = verify(&portal, &[held]).await.findings;
        assert!(findings[0].to_string().contains("cut off after row 3"), "{findings:?}");
    }

    async fn what_is_signed_anew_looks_whole_to_who_holds_nothing(portal: TestPortal) {
        let held = history(&portal).await;
        let attacker = Attacker(&portal);
        attacker.prepare().await;
        attacker.attack(&["UPDATE audit_event SET at = at + 1 WHERE id = {R5}", SIGN]).await;
        assert_eq!(verify(&portal, &[]).await.findings, []);
        assert_eq!(verify(&portal, &[held]).await.findings.len(), 1);
        let checkpoints = checkpoint_entity::Entity::find().all(portal.portal.0.database.reader()).await.unwrap();
        assert!(checkpoints.iter().any(|row| row.chain_id == A));
    }
}
