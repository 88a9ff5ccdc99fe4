//! What the operator does at the command line when the purge stands still or orphans wait, as the real program does it.

use std::process::Output;

use portal::SystemActor;

use crate::api_support::PDF;
use crate::harness::{ANNA, App, BENGT, on_both_databases};

const DAY: i64 = 24 * 60 * 60_000;

/// What the program answered.
pub(crate) fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it said on refusing, having answered nothing.
pub(crate) fn refused(output: &Output) -> String {
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The report of a purge.
fn report(numbers: [usize; 5]) -> String {
    let [deliveries, messages, documents, bytes, recipients] = numbers;
    format!(
        "deliveries {deliveries}\nmessages   {messages}\ndocuments  {documents}\nbytes      {bytes}\nrecipients {recipients}\n"
    )
}

/// A message with two documents to Anna and one with one to Bengt.
async fn sent(app: &App) -> SystemActor {
    let (system, _) = app.sender("Norrby kommun").await;
    let file = |name| (name, "application/pdf", PDF);
    app.message(&system, ANNA, &[file("beslut.pdf"), file("bilaga.pdf")])
        .await;
    app.message(&system, BENGT, &[file("beslut.pdf")]).await;
    system
}

/// Lets the clock step a week at most.
fn guard(app: &App) {
    let file = app.configuration_file();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("longest_clock_step_days = 36525"));
    let guarded = text.replace("longest_clock_step_days = 36525", "longest_clock_step_days = 7");
    std::fs::write(&file, guarded).unwrap();
}

/// How many blobs there are.
fn blobs(app: &App) -> usize {
    let organisations = std::fs::read_dir(app.blob_folder().join("organisations")).unwrap();
    let documents = organisations.map(|organisation| organisation.unwrap().path().join("documents"));
    documents
        .map(|folder| std::fs::read_dir(folder).map_or(0, Iterator::count))
        .sum()
}

/// How many audit rows name that action.
pub(crate) async fn audited(app: &App, action: &str) -> usize {
    let all = app.audited().await;
    let of_it = all.iter().filter(|(what, _)| what.split('/').next() == Some(action));
    of_it.map(|(_, count)| count).sum()
}

on_both_databases! {
    async fn what_stands_still_goes_when_the_operator_confirms_as_many_documents_and_not_before(app: App) {
        sent(&app).await;
        app.portal.run_jobs().await.unwrap();
        guard(&app);
        app.clock.advance_millis(40 * DAY);
        let all = report([2, 2, 3, 3 * PDF.len(), 2]);
        let none = report([0; 5]);

        let counted = done(&app.run(&["purge", "--dry-run"]));
        let waiting = counted.strip_prefix(&all).unwrap_or_else(|| panic!("{counted}"));
        assert!(waiting.starts_with("waiting    3: the clock says 2027-01-01T"), "{waiting}");
        assert!(waiting.contains("but the latest round was at 2026-11-22T09:00:00"), "{waiting}");
        assert_eq!(waiting.lines().count(), 1);
        assert_eq!(audited(&app, "purge.stopped").await, 0);

        let stands = done(&app.run(&["purge"]));
        assert!(stands.starts_with(&format!("{none}waiting    3: the clock says ")), "{stands}");
        assert_eq!(audited(&app, "purge.stopped").await, 1);

        let too_few = refused(&app.run(&["purge", "--confirm", "2"]));
        assert_eq!(too_few, "postvalv: 3 documents wait, which is more than was confirmed\n");
        assert_eq!((blobs(&app), audited(&app, "purge.confirmed").await), (3, 0));
        assert_eq!(audited(&app, "delivery.purged").await + audited(&app, "document.purged").await, 0);
        assert_eq!(app.run(&["purge", "--dry-run", "--confirm", "3"]).status.code(), Some(2));

        assert_eq!(done(&app.run(&["purge", "--confirm", "3"])), all);
        assert_eq!((blobs(&app), audited(&app, "purge.confirmed").await), (0, 1));
        assert_eq!(audited(&app, "document.purged").await, 3);
        assert_eq!(done(&app.run(&["purge", "--dry-run"])), none);
        let twice = refused(&app.run(&["purge", "--confirm", "3"]));
        assert_eq!(twice, "postvalv: nothing waits for confirmation\n");
    }

    async fn what_is_due_goes_without_a_word_when_nothing_stands_still(app: App) {
        sent(&app).await;
        app.portal.run_jobs().await.unwrap();
        assert_eq!(done(&app.run(&["purge"])), report([0; 5]));
        app.clock.advance_millis(40 * DAY);
        let counted = done(&app.run(&["purge", "--dry-run"]));
        assert_eq!((counted.as_str(), blobs(&app)), (report([2, 2, 3, 3 * PDF.len(), 2]).as_str(), 3));
        assert_eq!((done(&app.run(&["purge"])), blobs(&app)), (counted, 0));
        assert_eq!(done(&app.run(&["purge"])), report([0; 5]));
    }

    async fn orphans_go_when_the_operator_speaks_of_as_many_and_not_before(app: App) {
        sent(&app).await;
        assert_eq!(done(&app.run(&["orphans"])), "keys  0\nblobs 0\n");
        // As after a purge whose deletions a power failure undid.
        app.execute("UPDATE document SET purged_at = 1").await;
        app.clock.advance_millis(7 * DAY - 60_000);
        assert_eq!(done(&app.run(&["orphans"])), "keys  0\nblobs 0\n");
        app.clock.advance_millis(120_000);
        assert_eq!(done(&app.run(&["orphans"])), "keys  3\nblobs 3\n");

        let too_few = refused(&app.run(&["orphans", "--delete", "5"]));
        assert_eq!(too_few, "postvalv: there are 6 orphans, which is more than was said\n");
        assert_eq!((blobs(&app), audited(&app, "orphans.confirmed").await), (3, 0));
        assert_eq!(done(&app.run(&["orphans"])), "keys  3\nblobs 3\n");

        assert_eq!(done(&app.run(&["orphans", "--delete", "6"])), "keys  3\nblobs 3\n");
        assert_eq!((blobs(&app), audited(&app, "orphans.confirmed").await), (0, 1));
        assert_eq!(audited(&app, "orphan.deleted").await, 6);
        assert_eq!(done(&app.run(&["orphans"])), "keys  0\nblobs 0\n");
    }
}
