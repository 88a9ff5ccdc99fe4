//! The audit log on its way to a receiver of syslog over TLS: a real one (rsyslogd), that is killed, stopped and impersonated.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base::{OrganisationId, SecretString, SystemId};
use portal::{AuditLogs, AuditReceiver, AuditReceiverKind, OperatorActor};
use serde_json::Value;
use server::config::Config;
use server::{Syslog, SyslogLimits, Way};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::authority::Authority;
use crate::given::given;
use crate::harness::App;

/// Far more than it takes to start or to write on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const QUARTER: Duration = Duration::from_secs(15 * 60);
const LIMITS: SyslogLimits = SyslogLimits {
    step: Duration::from_secs(3),
    settling: Duration::from_secs(1),
    total: Duration::from_secs(60),
    rows: 400,
};

/// A receiver that writes what it gets to a file.
struct Receiver {
    program: String,
    folder: TempDir,
    child: Option<Child>,
    port: u16,
    /// How it asks who sends.
    whom: &'static str,
}

impl Receiver {
    /// With a certificate for this name, asking nobody who they are; `None` when rsyslogd is not there (`scripts/with-syslog`).
    async fn start(authority: &Authority, name: &str, last_year: i32) -> Option<Self> {
        Self::asking(authority, name, last_year, "anon").await
    }

    async fn asking(authority: &Authority, name: &str, last_year: i32, whom: &'static str) -> Option<Self> {
        let program = given("POSTVALV_TEST_SYSLOG", "scripts/with-syslog")?;
        let folder = tempfile::tempdir().unwrap();
        authority.sign(folder.path(), name, last_year);
        let mut receiver = Self {
            program,
            folder,
            child: None,
            port: 0,
            whom,
        };
        receiver.configure();
        receiver.run().await;
        Some(receiver)
    }

    fn configure(&self) {
        let (place, port, whom) = (self.folder.path().display(), self.port, self.whom);
        // Without authentication it refuses to listen when somebody is named.
        let peers = if whom == "anon" {
            ""
        } else {
            "permittedPeer=[\"postvalv\"]"
        };
        let text = format!(
            "global(workDirectory=\"{place}\" maxMessageSize=\"64k\" defaultNetstreamDriver=\"gtls\"\n\
             defaultNetstreamDriverCAFile=\"{place}/authority.pem\"\n\
             defaultNetstreamDriverCertFile=\"{place}/certificate.pem\" defaultNetstreamDriverKeyFile=\"{place}/key.pem\")\n\
             module(load=\"imtcp\" streamDriver.name=\"gtls\" streamDriver.mode=\"1\" streamDriver.authMode=\"{whom}\"\n\
             {peers})\n\
             template(name=\"raw\" type=\"string\" string=\"%rawmsg%\\n\")\n\
             input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{port}\" listenPortFileName=\"{place}/port\" ruleset=\"keep\")\n\
             ruleset(name=\"keep\") {{ action(type=\"omfile\" file=\"{place}/log\" template=\"raw\") }}\n"
        );
        std::fs::write(self.folder.path().join("rsyslog.conf"), text).unwrap();
    }

    /// Starts it, at the port where it was before.
    async fn run(&mut self) {
        let place = self.folder.path();
        let port = place.join("port");
        let _none_yet = std::fs::remove_file(&port);
        let configuration = place.join("rsyslog.conf");
        let child = Command::new(&self.program)
            .args(["-n", "-iNONE", "-f", configuration.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let begun = Instant::now();
        if self.port == 0 {
            while self.port == 0 {
                let written = std::fs::read_to_string(&port).ok();
                self.port = written.and_then(|port| port.trim().parse().ok()).unwrap_or(0);
                wait(begun).await;
            }
            // It has read its configuration by now; the next start reads this.
            self.configure();
        }
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            wait(begun).await;
        }
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// What it wrote of each row, by the row's number; a line that it was killed over stands before the next.
    fn rows(&self) -> Vec<(u64, String)> {
        let log = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        log.lines()
            .filter_map(|line| {
                let line = &line[line.rfind("<1")?..];
                let row: Value = serde_json::from_str(&line[line.find("] {")? + 2..]).ok()?;
                Some((row["event"]["sequence"].as_u64()?, line.to_owned()))
            })
            .collect()
    }

    fn numbers(&self) -> BTreeSet<u64> {
        self.rows().into_iter().map(|(number, _)| number).collect()
    }

    /// Waits until it has written every row up to this one.
    async fn has_all(&self, last: u64) {
        let begun = Instant::now();
        while self.numbers() != (1..=last).collect() {
            wait(begun).await;
        }
    }
}

/// Waits a moment for what was begun then.
async fn wait(begun: Instant) {
    assert!(begun.elapsed() < PATIENCE, "the receiver did not do its part");
    tokio::time::sleep(Duration::from_millis(20)).await;
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A portal with an organisation whose log goes to a receiver.
struct Sending {
    app: App,
    system: SystemId,
    secret: SecretString,
    organisation: OrganisationId,
    port: u16,
    syslog: Way,
}

impl Sending {
    /// To this port, trusting this authority; `more` goes into the section.
    async fn to(port: u16, authority: &Authority, more: &str) -> Self {
        let app = App::on_sqlite().await;
        let (system, secret) = app.system("Norrby kommun").await;
        let operator = OperatorActor::on_this_host(app.request_info());
        let organisations = app.portal.list_organisations(&operator).await.unwrap();
        let organisation = organisations[0].id;
        let text = std::fs::read_to_string(app.configuration_file()).unwrap();
        let authorities = app.configuration_file().with_file_name("authorities.pem");
        std::fs::write(&authorities, authority.pem()).unwrap();
        let section = format!(
            "[audit.syslog.norrby]\norganisation = \"{organisation}\"\nhost = \"localhost\"\nport = {port}\n\
             authorities_file = \"{}\"\n{more}",
            authorities.display()
        );
        std::fs::write(app.configuration_file(), format!("{text}\n{section}")).unwrap();
        let config = Config::load_from(&app.configuration_file(), []).unwrap();
        let syslog = Way::Syslog(Syslog::all_within(&config, LIMITS).unwrap().remove(0));
        Self {
            app,
            system,
            secret,
            organisation,
            port,
            syslog,
        }
    }

    /// So many rows more.
    async fn happens(&self, count: usize) {
        for _ in 0..count {
            let info = self.app.request_info();
            let issued = self.app.portal.issue_token(self.system, &self.secret, None, info);
            issued.await.unwrap();
        }
        self.app.portal.chain_audit_log().await.unwrap();
    }

    /// Hands over what waits, some time later. Says whether nothing failed.
    async fn hand_over(&self) -> bool {
        self.app.clock.advance(QUARTER);
        let (_go_on, stop) = watch::channel(false);
        let done = self.syslog.hand_over_due(&self.app.portal, &stop).await;
        self.app.portal.chain_audit_log().await.unwrap();
        done
    }

    /// The number of the log's last row, and of the last that is handed over.
    async fn places(&self) -> (u64, u64) {
        let count = |table: &str| format!("{table} WHERE chain_id = x'{}'", self.organisation.as_uuid().simple());
        let last = self.app.rows(&count("audit_link")).await;
        let receiver = AuditReceiver {
            kind: AuditReceiverKind::Syslog,
            name: "norrby".to_owned(),
            logs: AuditLogs::Of(Some(self.organisation)),
            place: format!("localhost:{}", self.port),
        };
        self.app.clock.advance(QUARTER);
        let taken = self
            .app
            .portal
            .take_audit_handover(&receiver, Some(self.organisation))
            .await
            .unwrap();
        let last = u64::try_from(last).unwrap();
        let Some(taken) = taken else { return (last, last) };
        let after = taken.after();
        let back = portal::HandoverOutcome::GivenBack;
        self.app.portal.settle_audit_handover(taken, back).await.unwrap();
        (last, after)
    }
}

#[tokio::test]
async fn each_row_arrives_as_a_message_in_order_and_once() {
    let authority = Authority::new();
    let Some(receiver) = Receiver::start(&authority, "localhost", 4000).await else {
        return;
    };
    let sending = Sending::to(receiver.port, &authority, "").await;
    sending.happens(900).await;
    assert!(sending.hand_over().await);
    assert!(sending.hand_over().await);
    let (last, handed_over) = sending.places().await;
    assert!(last > 900 && handed_over == last);
    receiver.has_all(last).await;
    let rows = receiver.rows();
    assert!(rows.iter().map(|(number, _)| *number).eq(1..=last));
    let (_, first) = &rows[0];
    assert!(
        first.starts_with("<110>1 2026-11-22T09:00:00Z localhost postvalv - organisation.created [origin software=\"postvalv\" swVersion=\""),
        "{first}"
    );
    assert!(
        rows.iter().all(|(_, line)| line.len() < 2048),
        "every receiver takes 2 KiB"
    );
    // What was collected there verifies, without the portal.
    let lines: String = rows
        .iter()
        .map(|(_, line)| line[line.find("] {").unwrap() + 2..].to_owned() + "\n")
        .collect();
    let keys = sending.app.portal.signing_keys().await.unwrap();
    let report = portal::verify_audit_export(lines.as_bytes(), &[], &keys).unwrap();
    assert_eq!((report.rows, report.findings), (last, Vec::new()));
}

#[tokio::test]
async fn nothing_is_lost_when_the_receiver_is_killed_and_comes_back() {
    let authority = Authority::new();
    let Some(mut receiver) = Receiver::start(&authority, "localhost", 4000).await else {
        return;
    };
    let sending = Sending::to(receiver.port, &authority, "").await;
    for pause in [0, 5, 20, 60, 150, 400, 900] {
        sending.happens(60).await;
        let kill = async {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            receiver.kill();
        };
        let (done, ()) = tokio::join!(sending.hand_over(), kill);
        assert!(!done, "it was killed while rows were on their way");
        let (last, handed_over) = sending.places().await;
        assert!(handed_over < last);
        receiver.run().await;
    }
    assert!(sending.hand_over().await);
    // Killed at rest, it has what counts as handed over.
    receiver.kill();
    sending.happens(3).await;
    assert!(!sending.hand_over().await);
    receiver.run().await;
    assert!(sending.hand_over().await && sending.hand_over().await);
    let (last, handed_over) = sending.places().await;
    assert_eq!(handed_over, last);
    receiver.has_all(last).await;
}

#[tokio::test]
async fn rows_before_one_that_was_changed_arrive_once_and_those_behind_it_when_it_is_put_right() {
    let authority = Authority::new();
    let Some(receiver) = Receiver::start(&authority, "localhost", 4000).await else {
        return;
    };
    let sending = Sending::to(receiver.port, &authority, "").await;
    sending.happens(20).await;
    let chain = format!("chain_id = x'{}'", sending.organisation.as_uuid().simple());
    let with_detail = |detail: &str| {
        format!(
            "UPDATE audit_event SET detail = {detail} WHERE id = \
             (SELECT event_id FROM audit_link WHERE {chain} AND sequence = 11)"
        )
    };
    let kept = "CREATE TABLE kept AS SELECT e.detail FROM audit_event e JOIN audit_link l ON l.event_id = e.id WHERE";
    for sql in [
        "DROP TRIGGER audit_event_unchangeable",
        &format!("{kept} {chain} AND sequence = 11"),
        &with_detail("'other'"),
    ] {
        sending.app.execute(sql).await;
    }
    // Once what comes before is handed over, nothing of it is sent again.
    for _ in 0..3 {
        assert!(!sending.hand_over().await);
        assert_eq!(sending.places().await.1, 10);
        let failed = "audit_handover WHERE failure = 'not-as-written'";
        assert_eq!(sending.app.rows(failed).await, 1);
    }
    receiver.has_all(10).await;
    sending.app.execute(&with_detail("(SELECT detail FROM kept)")).await;
    assert!(sending.hand_over().await && sending.hand_over().await);
    let (last, handed_over) = sending.places().await;
    assert!(last > 20 && handed_over == last);
    receiver.has_all(last).await;
    assert!(receiver.rows().into_iter().map(|(number, _)| number).eq(1..=last));
}

#[tokio::test]
async fn a_receiver_that_hangs_is_waited_for_so_long_and_gets_everything_later() {
    let authority = Authority::new();
    let Some(receiver) = Receiver::start(&authority, "localhost", 4000).await else {
        return;
    };
    let sending = Sending::to(receiver.port, &authority, "").await;
    sending.happens(5).await;
    receiver.signal("-STOP");
    assert!(!sending.hand_over().await);
    let failed = "audit_handover WHERE failure = 'timed-out'";
    assert_eq!(sending.app.rows(failed).await, 1);
    assert_eq!(sending.places().await.1, 0);
    receiver.signal("-CONT");
    // Stopped while rows wait in buffers on the way.
    let stop = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        receiver.signal("-STOP");
    };
    let (done, ()) = tokio::join!(sending.hand_over(), stop);
    assert!(!done);
    assert_eq!(sending.places().await.1, 0);
    receiver.signal("-CONT");
    assert!(sending.hand_over().await);
    let (last, _) = sending.places().await;
    assert!(sending.hand_over().await);
    receiver.has_all(last).await;
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_gets_no_row() {
    let (own, other) = (Authority::new(), Authority::new());
    for (signed_by, name, last_year) in [
        (&other, "localhost", 4000),
        (&own, "localhost", 2020),
        (&own, "siem.norrby.example", 4000),
    ] {
        let Some(receiver) = Receiver::start(signed_by, name, last_year).await else {
            return;
        };
        let sending = Sending::to(receiver.port, &own, "").await;
        sending.happens(3).await;
        assert!(!sending.hand_over().await, "{name} {last_year}");
        let failed = "audit_handover WHERE failure = 'certificate'";
        assert_eq!(sending.app.rows(failed).await, 1, "{name} {last_year}");
        assert_eq!(sending.places().await.1, 0);
        assert!(receiver.rows().is_empty());
    }
}

#[tokio::test]
async fn a_receiver_that_asks_who_we_are_is_shown_our_certificate() {
    let authority = Authority::new();
    let Some(receiver) = Receiver::asking(&authority, "localhost", 4000, "x509/name").await else {
        return;
    };
    let stranger = Sending::to(receiver.port, &authority, "").await;
    stranger.happens(3).await;
    assert!(!stranger.hand_over().await);
    let failed = "audit_handover WHERE failure IN ('refused', 'broken-off')";
    assert_eq!(stranger.app.rows(failed).await, 1);
    assert_eq!(stranger.places().await.1, 0);
    let folder = tempfile::tempdir().unwrap();
    authority.sign(folder.path(), "postvalv", 4000);
    let place = folder.path().display();
    let more =
        format!("client_certificate_file = \"{place}/certificate.pem\"\nclient_key_file = \"{place}/key.pem\"\n");
    let known = Sending::to(receiver.port, &authority, &more).await;
    known.happens(3).await;
    assert!(known.hand_over().await);
    let (last, _) = known.places().await;
    assert!(known.hand_over().await);
    receiver.has_all(last).await;
}

#[tokio::test]
async fn the_program_hands_over_by_itself_and_tells_nobody_what() {
    let authority = Authority::new();
    let Some(receiver) = Receiver::start(&authority, "localhost", 4000).await else {
        return;
    };
    let sending = Sending::to(receiver.port, &authority, "").await;
    let file = sending.app.configuration_file();
    let text = std::fs::read_to_string(&file).unwrap();
    let more = "[listen]\naddress = \"127.0.0.1:0\"\n[log]\nfilter = \"info,server=debug\"\n";
    std::fs::write(&file, format!("{text}\n{more}")).unwrap();
    sending.happens(5).await;
    sending.app.portal.close().await;
    let place = file.with_file_name("program-log");
    let mut program = Command::new(env!("CARGO_BIN_EXE_postvalv"))
        .args(["--config", file.to_str().unwrap(), "serve"])
        .env_clear()
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&place).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let log = || std::fs::read_to_string(&place).unwrap();
    while !log().contains("an audit log was handed over") {
        wait(begun).await;
    }
    program.kill().unwrap();
    program.wait().unwrap();
    let actions = ["organisation.created", "token.issued"];
    for action in actions {
        let arrived = receiver.rows().iter().any(|(_, line)| line.contains(action));
        assert!(arrived && !log().contains(action), "{action}");
    }
}
