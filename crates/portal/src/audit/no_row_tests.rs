//! No row, no action: while the log can't be written, nothing is done that it would tell of, and nothing is handed out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use base::PurgedId;

use super::AuditAction;
use crate::backup::tests::Backups;
use crate::test_support::{
    Norrby, PASSWORD, PDF, TestPortal, draft, every_row, identity, new_hold, new_member, number, on_both_databases,
    policy_of, secret, whatever_goes,
};
use crate::{
    BackupPart, ContentUse, DataRequestKind, Grant, HoldScope, ListPart, NewDataRequest, NewOrganisation,
    NewOrganisationExtract, PurgeMode, Role, SessionKey, Validity, Whereabouts,
};

mod people;
mod second_factors;
mod staff;
mod systems;
mod work_accounts;

/// What leaves a row of that action, and can be tried twice: why it was not done, if it wasn't.
type Act<'a> = (
    AuditAction,
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + 'a>> + 'a>,
);

fn act<'a, F: Future<Output = Result<(), String>> + 'a>(action: AuditAction, act: impl Fn() -> F + 'a) -> Act<'a> {
    (action, Box::new(move || Box::pin(act())))
}

/// Acts, by the names of their actions.
macro_rules! acts {
    ($($action:ident: $call:expr;)+) => {
        vec![$(act(crate::audit::AuditAction::$action, || async {
            $call.await.map(drop).map_err(|refused| format!("{refused:?}"))
        })),+]
    };
}
use acts;

/// An act that is done by refusing somebody, which leaves its row: as one that is not done whenever it is not refused like this.
async fn refused<T: Debug, E: Debug>(
    attempt: impl Future<Output = Result<T, E>>,
    like_this: impl FnOnce(&E) -> bool,
) -> Result<(), String> {
    match attempt.await {
        Err(refusal) if like_this(&refusal) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// Tries each while the log can't be written, when nothing of it may be done, and then in the same order while it can, when each is done
/// and leaves its row.
async fn each_is_done_with_its_row_alone(test: &TestPortal, acts: Vec<Act<'_>>) {
    let mut wrong = Vec::new();
    test.no_audit(true).await;
    let mut before = everything(test, test.folder()).await;
    for (action, act) in &acts {
        let done = act().await;
        let after = everything(test, test.folder()).await;
        let changed = changed(action.as_str(), &before, &after);
        if done.is_ok() || !changed.is_empty() {
            wrong.push((action.as_str(), done, changed));
        }
        before = after;
    }
    test.no_audit(false).await;
    for (action, act) in &acts {
        let rows = test.audited(action.as_str()).await;
        let done = act().await;
        if done.is_err() || test.audited(action.as_str()).await == rows {
            wrong.push((action.as_str(), done, vec!["with a log".to_owned()]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is done or handed out, and whether it was refused.
type Attempt<'a> = (&'static str, Pin<Box<dyn Future<Output = bool> + 'a>>);

/// Everything that a portal has: the rows of each table and the files that are no databases.
async fn everything(test: &TestPortal, backups: &Path) -> BTreeMap<String, Vec<String>> {
    let context = &*test.portal.0;
    let mut found = every_row(&context.database).await;
    for (table, rows) in every_row(context.vault.database()).await {
        found.insert(format!("vault {table}"), rows);
    }
    let mut folders = vec![test.folder().to_owned(), backups.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if !path.display().to_string().contains(".db") {
                let content = hex::encode(std::fs::read(&path).unwrap());
                found.insert(path.display().to_string(), vec![content]);
            }
        }
    }
    found
}

/// What may be there although nothing was done: keys, which come before what names them, and what else a broken-off upload leaves until it
/// is swept away; and of who signs in, what their provider calls them.
fn may_change(what: &str, name: &str) -> bool {
    const KEYS: [&str; 4] = [
        "vault content_key",
        "vault day",
        "vault recipient",
        "vault recipient_earlier_day",
    ];
    match what {
        "send" => {
            let leaves = [
                "intent",
                "intent_document",
                "idempotency",
                "forgettable",
                "vault installation",
                "vault ledger_batch",
            ];
            KEYS.contains(&name)
                || leaves.contains(&name)
                || ["/blobs/", "/ledger/"].iter().any(|folder| name.contains(folder))
        }
        "ask for erasure" | "hold" => KEYS.contains(&name),
        // They are kept for longer before anything says so, or a case could stay whose keys are gone.
        "case.extended" => KEYS.contains(&name) || name.contains("/provider/days/"),
        "operator: create an organisation" => name == "vault organisation_key",
        "sign in" => name.starts_with("vault recipient"),
        // Where the ledger ends is no act, and is noted whatever becomes of old archives.
        "prune" | "operator: prune" => name.ends_with("/ledger-head"),
        _ => false,
    }
}

/// What differs between two looks and may not.
fn changed(what: &str, before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed.filter(|name| !may_change(what, name)).cloned().collect()
}

on_both_databases! {
    async fn the_jobs_destroy_nothing_of_which_the_log_can_not_tell(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let (revoked, due) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 3).await);
        test.portal.revoke_message(&norrby.system, revoked.id).await.unwrap();
        test.clock.advance(Duration::from_secs(4 * 86_400));
        test.no_audit(true).await;
        let is_kept = |name: &String| {
            ["vault content_key", "vault recipient"].contains(&name.as_str())
                || ["/blobs/", "/provider/days/"].iter().any(|folder| name.contains(folder))
        };
        let kept = async || {
            let mut everything = everything(&test, test.folder()).await;
            everything.retain(|name, _| is_kept(name));
            everything
        };
        let before = kept().await;
        assert!(before.keys().filter(|name| name.contains("/provider/days/")).count() == 2, "{:?}", before.keys());
        for _ in 0..2 {
            assert!(test.portal.run_jobs().await.is_err());
        }
        let mut after = kept().await;
        // Secrets of days to come are no loss.
        after.retain(|name, _| before.contains_key(name));
        assert_eq!(after, before);
        test.no_audit(false).await;
        let report = test.portal.run_jobs().await.unwrap();
        assert_eq!((report.purge.messages, report.purge.recipients, report.days), (2, 1, 1));
        assert!(!norrby.exists(&test, &revoked).await && !norrby.exists(&test, &due).await);
        // Before the row of each there was one that it begins.
        let log = test.audit_log().await;
        let place = |action: &str| log.iter().position(|row| row.action == action).unwrap();
        assert!(place("purge.begun") < place("document.purged") && place("purge.begun") < place("recipient.forgotten"));
    }

    async fn no_purge_is_let_go_on_without_its_row(test: TestPortal) {
        let test = test.guarded().await;
        let norrby = Norrby::new(&test).await;
        norrby.send(&test, 1, 5).await;
        test.portal.run_jobs().await.unwrap();
        test.clock.advance(Duration::from_secs(40 * 86_400));
        let (portal, operator) = (&test.portal, test.operator());
        let stands = portal.run_jobs().await.unwrap().stopped;
        assert_eq!(stands.map(|stands| stands.documents), Some(1));
        each_is_done_with_its_row_alone(&test, acts! {
            PurgeConfirmed: portal.confirm_purge(&operator, 1);
        })
        .await;
        assert_eq!(portal.run_jobs().await.unwrap().purge.documents, 1);
    }

    async fn what_the_log_can_not_tell_of_is_not_done(test: TestPortal) {
        let norrby = Norrby::new(&test).await;
        let admin = norrby.admin(&test).await;
        let olle = test.member(&admin, "olle@norrby.example", Role::Sender).await;
        let (purged, sent) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 30).await);
        let (held, due) = (norrby.send(&test, 1, 30).await, norrby.send(&test, 1, 30).await);
        let hold = norrby.hold(&test, &held, HoldScope::Case).await;
        let person = test.sign_in(0).await;
        let document = test.only_document(&person, &sent.deliveries[0]).await;
        let ask = || NewDataRequest {
            form: test.portal.new_request_form(),
            organisation: norrby.id,
            case: Some(sent.deliveries[0].case),
            kind: DataRequestKind::Erasure,
            text: String::new(),
        };
        let request = test.portal.make_request(&person, &ask()).await.unwrap();
        let backups = Backups::new();
        backups.make(&test).await;
        let mut short = backups.settings.clone();
        short.provider_life = Duration::ZERO;
        test.portal.revoke_message(&norrby.system, purged.id).await.unwrap();
        test.clock.advance(Duration::from_secs(2));
        test.portal.run_jobs().await.unwrap();
        // What a purge would take, if it were begun.
        test.portal.revoke_message(&norrby.system, due.id).await.unwrap();
        let (portal, operator, id) = (&test.portal, test.operator(), norrby.id);
        let (key, staff_key) = (SessionKey::of(b"a new one"), SessionKey::of_staff(b"Karin, now"));
        for key in [&key, &staff_key] {
            portal.create_session(key, b"{}").await.unwrap();
        }
        let keys = portal.signing_keys().await.unwrap();
        let version = portal.retention(&admin).await.unwrap().version;
        let hold_wanted = new_hold(&test, &held, HoldScope::Case);
        let extract = NewOrganisationExtract {
            form: portal.new_extract_form(),
            number: number(0),
            reason: "Dnr 2026-17".to_owned(),
        };
        let grant = Grant {
            cases: vec![sent.deliveries[0].case],
            answer: String::new(),
        };
        let new_request = ask();
        let proof = PurgedId::from_uuid(*purged.id.as_uuid());

        let (password, from) = (secret(PASSWORD), test.request());
        let slug = id.to_string();
        let attempts: Vec<Attempt<'_>> = vec![
            ("send", Box::pin(async { test.send_all(&norrby.system, "new", draft(1), &[PDF]).await.is_err() })),
            ("revoke", Box::pin(async { portal.revoke_message(&norrby.system, sent.id).await.is_err() })),
            ("ask for a status", Box::pin(async { portal.message_status(&norrby.system, sent.id).await.is_err() })),
            ("sign in", Box::pin(async {
                let who = identity(0, test.now());
                portal.sign_in_recipient(&key, who, Whereabouts::UNKNOWN, test.request()).await.is_err()
            })),
            ("read", Box::pin(async { portal.open_content(&person, document, ContentUse::View, None).await.is_err() })),
            ("download", Box::pin(async {
                portal.open_content(&person, document, ContentUse::Download, None).await.is_err()
            })),
            ("look at a case's history", Box::pin(async {
                portal.case_history(&person, sent.deliveries[0].case).await.is_err()
            })),
            ("refuse mails", Box::pin(async { portal.refuse_mail(&person).await.is_err() })),
            ("order an extract", Box::pin(async { portal.order_register_extract(&person).await.is_err() })),
            ("ask for erasure", Box::pin(async { portal.make_request(&person, &new_request).await.is_err() })),
            ("sign staff in", Box::pin(async {
                let proof = portal.staff_password(&slug, "karin@norrby.example", &password, &from).await.unwrap();
                portal.continue_staff_sign_in(&staff_key, proof, Whereabouts::UNKNOWN, &from).await.is_err()
            })),
            ("look at the cases", Box::pin(async { portal.sent_messages(&admin, None).await.is_err() })),
            ("look at a case", Box::pin(async {
                portal.staff_case(&admin, sent.deliveries[0].case).await.is_err()
            })),
            ("look at the holds", Box::pin(async { portal.holds(&admin, ListPart::Beginning).await.is_err() })),
            ("look at a hold", Box::pin(async { portal.hold(&admin, hold).await.is_err() })),
            ("look at whom to hold", Box::pin(async {
                portal.case_to_hold(&admin, sent.deliveries[0].case).await.is_err()
            })),
            ("look at the requests", Box::pin(async { portal.data_requests(&admin, ListPart::Beginning).await.is_err() })),
            ("look at a request", Box::pin(async { portal.data_request(&admin, request).await.is_err() })),
            ("change a role", Box::pin(async {
                portal.change_staff(&admin, olle.staff_id(), Role::Auditor, Validity::default()).await.is_err()
            })),
            ("invite", Box::pin(async {
                let new = new_member("Eva Ek", "eva@norrby.example", Role::Sender);
                portal.invite_staff(&admin, new).await.is_err()
            })),
            ("change a rule", Box::pin(async {
                portal.change_retention(&admin, whatever_goes(version), policy_of(20), None).await.is_err()
            })),
            ("hold", Box::pin(async { portal.place_hold(&admin, &hold_wanted).await.is_err() })),
            ("lift a hold", Box::pin(async { portal.lift_hold(&admin, hold, "Tvisten är slut").await.is_err() })),
            ("erase", Box::pin(async { portal.grant_request(&admin, request, &grant).await.is_err() })),
            ("make an extract", Box::pin(async { portal.make_organisation_extract(&admin, &extract).await.is_err() })),
            ("look at the log", Box::pin(async { portal.audit_events(&admin, None).await.is_err() })),
            ("export the log", Box::pin(async { portal.export_audit_log(&admin).await.is_err() })),
            ("take a checkpoint", Box::pin(async { portal.audit_checkpoint(&admin).await.is_err() })),
            ("list protocols", Box::pin(async { portal.purge_protocols(&admin, id, None).await.is_err() })),
            ("take a protocol", Box::pin(async { portal.purge_protocol(&admin, id, 1).await.is_err() })),
            ("take a proof", Box::pin(async { portal.inclusion_proofs(&admin, id, proof).await.is_err() })),
            ("operator: create an organisation", Box::pin(async {
                let new = NewOrganisation { name: "Söderby kommun".to_owned(), retention_days: None, time_zone: None };
                portal.create_organisation(&operator, new).await.is_err()
            })),
            ("operator: export the log", Box::pin(async { portal.export_audit_log_of(&operator, None).await.is_err() })),
            ("operator: take a checkpoint", Box::pin(async {
                portal.audit_checkpoint_of(&operator, Some(id)).await.is_err()
            })),
            ("operator: verify the log", Box::pin(async { portal.verify_audit_log(&operator, &[], &keys).await.is_err() })),
            ("operator: list protocols", Box::pin(async { portal.purge_protocols(&operator, id, None).await.is_err() })),
            ("operator: take a protocol", Box::pin(async { portal.purge_protocol(&operator, id, 1).await.is_err() })),
            ("operator: take a proof", Box::pin(async { portal.inclusion_proofs(&operator, id, proof).await.is_err() })),
            ("operator: delete orphans", Box::pin(async { portal.delete_orphans(&operator, 0).await.is_err() })),
            ("operator: replace the key", Box::pin(async { portal.rotate_signing_key(&operator).await.is_err() })),
            ("operator: back up", Box::pin(async {
                portal.back_up(&operator, &backups.settings, &BackupPart::ALL).await.is_err()
            })),
            ("operator: prune", Box::pin(async { portal.prune_backups(&operator, &short).await.is_err() })),
            ("prune", Box::pin(async { portal.run_backup_jobs(&short).await.is_err() })),
            ("operator: purge", Box::pin(async { portal.purge_by(&operator, PurgeMode::Run).await.is_err() })),
        ];
        // All of these work, but for the log.
        portal.purge_protocol(&admin, id, 1).await.unwrap();
        portal.inclusion_proofs(&admin, id, proof).await.unwrap();
        portal.audit_checkpoint(&admin).await.unwrap();
        for action in ["purge-protocol.handed-out", "purge-proof.handed-out"] {
            assert_eq!(test.audited(action).await, 1, "{action}");
        }

        test.no_audit(true).await;
        let folder = &backups.settings.folder;
        let mut before = everything(&test, folder).await;
        assert!(before.keys().any(|name| name.contains("/provider/2026")) && before.contains_key("delivery"));
        let mut wrong = Vec::new();
        for (what, attempt) in attempts {
            let is_refused = attempt.await;
            let after = everything(&test, folder).await;
            let changed = changed(what, &before, &after);
            if !is_refused || !changed.is_empty() {
                wrong.push((what, is_refused, changed));
            }
            before = after;
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        test.no_audit(false).await;
        assert_eq!(portal.prune_backups(&operator, &short).await.unwrap().files, 1);
        let begun = test.audited("purge.begun").await;
        portal.purge_by(&operator, PurgeMode::DryRun).await.unwrap();
        assert_eq!(test.audited("purge.begun").await, begun, "counting is not told of");
        assert!(portal.purge_by(&operator, PurgeMode::Run).await.unwrap().messages >= 1);
        portal.verify_audit_log(&operator, &[], &keys).await.unwrap();
        // One that the operator let it, and one that keys go.
        assert_eq!(test.audited("purge.begun").await, begun + 2);
        for action in ["audit.verified", "backup.pruned"] {
            assert_eq!(test.audited(action).await, 1, "{action}");
        }
    }
}
