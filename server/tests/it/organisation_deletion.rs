//! `postvalv organisation delete`, as the operator runs it.

use std::path::Path;
use std::process::{Command, Output};

use http::StatusCode;

use crate::harness::{ANNA, on_both_databases};

fn postvalv(configuration: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postvalv"));
    command.arg("--config").arg(configuration).arg("organisation");
    command.args(arguments).output().unwrap()
}

/// What it said, and what it said on refusing.
fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

on_both_databases! {
    async fn the_operator_deletes_an_organisation_after_seeing_what_it_has(app: App) {
        let (system, _) = app.sender("Norrby kommun").await;
        let (other, _) = app.sender("Söderby kommun").await;
        for _ in 0..2 {
            app.message(&system, ANNA, &[]).await;
        }
        app.message(&other, ANNA, &[]).await;
        let configuration = app.configuration_file();
        let mut anna = app.signed_in(ANNA).await;
        assert!(anna.get("/inbox").await.text().contains("Norrby kommun"));

        let asked = postvalv(&configuration, &["delete", "norrby-kommun"]);
        let (counts, refusal) = said(&asked);
        assert_eq!(asked.status.code(), Some(1), "{refusal}");
        for line in ["Norrby kommun\n", "messages     2\n", "cases        2\n", "recipients   0\n", "systems      1\n", "holds        0\n"] {
            assert!(counts.contains(line), "{counts}");
        }
        assert!(refusal.contains("postvalv organisation delete norrby-kommun --confirm 2"), "{refusal}");
        let fewer = postvalv(&configuration, &["delete", "norrby-kommun", "--confirm", "1"]);
        assert!(fewer.status.code() == Some(1) && said(&fewer).1.contains("it has 2 messages"), "{fewer:?}");
        let unknown = postvalv(&configuration, &["delete", "vasterby", "--confirm", "1"]);
        assert!(unknown.status.code() == Some(1) && said(&unknown).1.contains("no organisation"), "{unknown:?}");
        assert!(anna.get("/inbox").await.text().contains("Norrby kommun"));

        let deleted = postvalv(&configuration, &["delete", "norrby-kommun", "--confirm", "2"]);
        assert!(deleted.status.success(), "{deleted:?}");
        let inbox = anna.get("/inbox").await.text();
        assert!(!inbox.contains("Norrby kommun") && inbox.contains("Söderby kommun"), "{inbox}");
        let page = app.browser().get("/staff/sign-in/norrby-kommun").await;
        let unknown = app.browser().get("/staff/sign-in/vasterby").await;
        assert_eq!((page.status, unknown.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        let listed = said(&postvalv(&configuration, &["list"])).0;
        assert!(listed.contains("Norrby kommun  (deleted ") && listed.contains(", being purged)"), "{listed}");
        let waits = said(&postvalv(&configuration, &["delete", "norrby-kommun"])).0;
        for line in ["waits for    2 deliveries that are not purged yet\n", "waits for    2 messages whose texts"] {
            assert!(waits.contains(line), "{waits}");
        }
        app.portal.run_jobs().await.unwrap();
        let listed = said(&postvalv(&configuration, &["list"])).0;
        assert!(listed.contains(", erased ") && listed.contains("Söderby kommun\n"), "{listed}");
        let again = postvalv(&configuration, &["delete", &system.organisation_id().to_string()]);
        assert!(again.status.success() && said(&again).0.contains("messages     0\n"), "{again:?}");
        assert!(!said(&again).0.contains("waits for"), "{again:?}");
    }
}
