//! The organisation's audit log over HTTP: the page, its checkpoint, an export, and the program that verifies both elsewhere.

use std::process::Command;

use http::StatusCode;
use portal::Role;

use crate::harness::{ANNA, App, on_both_databases};
use crate::operator::{done, refused};
use crate::staff_support::KARIN;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn what_happened_stands_on_the_page_in_words() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    let mut eva = app.colleague(&mut karin, "Eva", Role::Auditor).await;
    app.portal.chain_audit_log().await.unwrap();
    for browser in [&mut karin, &mut eva] {
        let answer = browser.get("/staff/audit").await;
        assert_eq!(answer.status, StatusCode::OK);
        let text = answer.text();
        assert!(
            text.contains("En handläggare loggade in") && text.contains("Någon bjöds in"),
            "{text}"
        );
        assert!(
            text.contains("Eva") && text.contains("Den första skapas inom en timme"),
            "{text}"
        );
    }
    app.portal.chain_audit_log().await.unwrap();
    let text = karin.get("/staff/audit").await.text();
    assert!(text.contains("Loggen visades"), "{text}");
    assert_eq!(
        karin.get("/staff/audit?older-than=x").await.status,
        StatusCode::NOT_FOUND
    );
    let older = karin.get("/staff/audit?older-than=2").await.text();
    assert!(older.contains("Rad 1<") && !older.contains("Rad 2<"), "{older}");
    assert_eq!(karin.get("/staff/audit/checkpoint").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_checkpoint_and_an_export_verify_without_the_portal() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    app.portal.run_jobs().await.unwrap();
    let checkpoint = karin.get("/staff/audit/checkpoint").await;
    assert!(
        checkpoint
            .header("content-disposition")
            .starts_with("attachment; filename=\"postvalv-checkpoint-")
    );
    app.portal.chain_audit_log().await.unwrap();
    let export = karin.get("/staff/audit/export").await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let keys = app.browser().get("/.well-known/postvalv-signing-keys.json").await;

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    // As somebody downloaded it from a bucket.
    let held = folder.path().join("held/norrby");
    std::fs::create_dir_all(&held).unwrap();
    let object = serde_json::json!({ "checkpoint": checkpoint.text() });
    std::fs::write(held.join("1.json"), object.to_string()).unwrap();
    write("log.ndjson", &export.text());
    write("keys.json", &keys.text());
    let verify = || {
        Command::new(env!("CARGO_BIN_EXE_postvalv"))
            .args(["audit", "verify", "--export", "log.ndjson", "--checkpoint", "held"])
            .args(["--keys", "keys.json"])
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap()
    };
    let whole = verify();
    let said = String::from_utf8(whole.stdout).unwrap();
    assert!(whole.status.success(), "{said}");
    assert!(
        said.contains("proven to row") && said.contains(") in held/norrby/1.json;"),
        "{said}"
    );
    write(
        "log.ndjson",
        &export.text().replacen("staff.signed-in", "staff.unlocked!", 1),
    );
    let changed = verify();
    let said = String::from_utf8(changed.stdout).unwrap();
    assert!(!changed.status.success() && said.contains("FOUND"), "{said}");
}

#[tokio::test]
async fn an_export_asks_for_a_fresh_sign_in() {
    let app = App::without_second_factor().await;
    let mut karin = app.admin().await;
    app.clock.advance_millis(5 * MINUTE);
    assert_eq!(karin.get("/staff/audit/export").await.location(), "/staff/confirm");
    let password = crate::staff_support::form(&[("password", crate::staff_support::PASSWORD)]);
    let confirmed = karin.post("/staff/confirm", &password).await;
    assert_eq!(confirmed.location(), "/staff/audit");
    let export = karin.get("/staff/audit/export").await;
    assert_eq!(export.status, StatusCode::OK);
    assert!(
        !export.text().contains(KARIN),
        "an export holds ids, not addresses of people"
    );
}

on_both_databases! {
    async fn the_operator_verifies_the_database_against_checkpoints_that_were_kept(app: App) {
        let (system, _) = app.sender("Norrby kommun").await;
        app.message(&system, ANNA, &[]).await;
        let organisation = system.organisation_id().to_string();
        let of_it = ["audit", "checkpoint", "--organisation", &organisation];
        let none = refused(&app.run(&of_it));
        assert_eq!(none, "postvalv: no checkpoint of this audit log was signed yet\n");
        // Which stands in the installation's own log.
        done(&app.run(&["audit", "export"]));
        app.portal.run_jobs().await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let held = folder.path().join("norrby.txt");
        let checkpoint = done(&app.run(&of_it));
        std::fs::write(&held, &checkpoint).unwrap();
        let own = folder.path().join("installation.txt");
        std::fs::write(&own, done(&app.run(&["audit", "checkpoint"]))).unwrap();
        let row = {
            let checkpoint: portal::Checkpoint = checkpoint.parse().unwrap();
            assert_eq!(checkpoint.organisation, Some(system.organisation_id()));
            checkpoint.sequence
        };

        let verify = || app.run(&["audit", "verify", "--checkpoint", folder.path().to_str().unwrap()]);
        let said = done(&verify());
        let log = format!("log {organisation}: ");
        let line = said.lines().find(|line| line.starts_with(&log)).unwrap_or_else(|| panic!("{said}"));
        for told in [
            format!("proven to row {row} by a checkpoint that was given of 2026-11-22T09:00:00"),
            format!(" in {};", held.display()),
            format!("the checkpoint of row {row} went to operator at 2026-11-22T09:00:"),
        ] {
            assert!(line.contains(&told), "{told} in {line}");
        }
        assert!(said.contains(&format!(" in {};", own.display())), "{said}");
        let alone = done(&app.run(&["audit", "verify"]));
        assert!(alone.contains("not proven by a checkpoint that was given"), "{alone}");
        let missing = refused(&app.run(&["audit", "verify", "--checkpoint", "/nowhere/norrby.txt"]));
        assert_eq!(missing, "postvalv: /nowhere/norrby.txt can't be read: No such file or directory (os error 2)\n");

        // Past the triggers, as whoever has the database to themselves.
        let unchangeable = ["audit_event_unchangeable", "audit_event_append_only ON audit_event"];
        app.execute(&format!("DROP TRIGGER {}", unchangeable[usize::from(app.is_on_postgres())])).await;
        app.execute("UPDATE audit_event SET detail = 'other' WHERE action = 'message.sent'").await;
        let changed = verify();
        let said = String::from_utf8(changed.stdout).unwrap();
        let found: Vec<_> = said.lines().filter(|line| line.starts_with("FOUND ")).collect();
        assert_eq!(found.len(), 1, "{said}");
        assert!(found[0].contains(&organisation) && found[0].ends_with(" was changed, or inserted"), "{said}");
        assert_eq!(changed.status.code(), Some(1));
        let complaint = String::from_utf8(changed.stderr).unwrap();
        assert_eq!(complaint, "postvalv: the audit log is not as it was written: 1 thing was found\n");
    }
}
