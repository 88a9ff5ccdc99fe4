//! `purge COUNT FOLDER [PORTAL VAULT]`: what it takes when so many documents fall due at one instant. Makes a portal in an empty
//! folder (with its databases there, unless the addresses of two empty ones are given), stores the documents, moves the clock past
//! their end, and calls what the server's rounds call, while people read documents that live. Prints one JSON line for each figure.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command for the terminal")]

mod reading;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use base::{AllowedNetworks, DocumentId, Ids, ManualClock, ObjectId, TenantId, Timestamp};
use bytes::Bytes;
use futures::stream;
use portal::{
    AssuranceLevel, BlobSettings, ContentUse, DeclaredFile, IdempotencyKey, Identity, ListedDocument, ManyMessages,
    MessageDraft, NewOrganisation, NewSystem, OperatorActor, Portal, PurgeMode, ReadError, RecipientActor,
    RecipientAddress, RecipientIdentifier, RequestInfo, Scope, SessionKey, Settings, SystemActor, VerifiedIdentity,
    Whereabouts, WorkAccount,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

use reading::{AuditShare, Reader, Reading};
use support::{Failure, percentile, random, settings};

/// Documents in each message that falls due.
const DOCUMENTS_EACH: usize = 2;
/// How many people share what falls due.
const RECIPIENTS: usize = 2_000;
/// How many of these try to read what they had, before and after it ended.
const TRIED: usize = 100;
/// Everybody has a work account in it.
const DIRECTORY: TenantId = TenantId::from_uuid(Uuid::nil());
/// How many documents of each size live on and are read.
const LIVING: usize = 20;
/// Their sizes, in KiB. The first is what people read while the rest is purged.
const LIVING_KIB: [usize; 3] = [256, 1024, 4096];
/// How long reading alone is measured.
const CALM: Duration = Duration::from_secs(20);
/// How often the clock moves.
const TICK: Duration = Duration::from_millis(1);
/// How often the server chains.
const CHAIN_EVERY: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((count, settings)) = settings(&arguments) else {
        eprintln!("usage: purge COUNT FOLDER [PORTAL VAULT]");
        return ExitCode::from(2);
    };
    let measured = match count.parse() {
        Ok(count) => Box::pin(measure(settings, count)).await,
        Err(error) => Err(error.into()),
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

fn print(what: &str, value: f64) {
    println!("{}", serde_json::json!({ "what": what, "value": value }));
}

/// A portal, and a clock that moves only when it is told.
struct Bench {
    portal: Portal,
    clock: ManualClock,
    ids: Ids,
    blobs: PathBuf,
}

async fn measure(mut settings: Settings, count: usize) -> Result<(), Failure> {
    let BlobSettings::Folder(blobs) = &settings.blobs else {
        return Err("the blobs are not in a folder".into());
    };
    let blobs = blobs.clone();
    settings.ways_in.directories = [(DIRECTORY, AssuranceLevel::Three)].into();
    let clock = ManualClock::at(at("2026-11-22T09:00:00Z")?);
    let ticking = tick(clock.clone());
    let bench = Bench {
        portal: Portal::open(settings, clock.clock()).await?,
        ids: Ids::new(clock.clock()),
        clock,
        blobs,
    };
    let people: Vec<_> = (0..RECIPIENTS).map(|_| Bench::person()).collect::<Result<_, _>>()?;
    let sender = bench.sender(1).await?;
    let began = Instant::now();
    let many = ManyMessages {
        messages: count / DOCUMENTS_EACH,
        documents: DOCUMENTS_EACH,
    };
    let ending = bench
        .portal
        .store_messages(&sender, &people, many, &bench.blobs)
        .await?;
    eprintln!("{count} documents stored in {:.0} s", began.elapsed().as_secs_f64());
    bench.portal.run_jobs().await?;

    bench.clock.set(at("2026-11-23T12:00:00Z")?);
    timed("a round with nothing due", Box::pin(bench.portal.run_jobs())).await?;
    let before = bench.readable(&people, &ending).await?;
    print("documents that could be read before", before as f64);
    bench.clock.set(at("2026-11-24T00:00:00Z")?);
    let sender = bench.sender(90).await?;
    let living = bench.living(&sender, LIVING_KIB[0]).await?;
    let after = bench.readable(&people, &ending).await?;
    print("documents that could be read at the instant of their end", after as f64);

    for kib in LIVING_KIB {
        let share = AuditShare::of(&bench.portal, &bench.living(&sender, kib).await?).await?;
        print(&format!("one read of {kib} KiB, p50, ms"), millis(share.with));
        print(
            &format!("one read of {kib} KiB without its row in the audit log, p50, ms"),
            millis(share.without),
        );
        print(
            &format!("what its row in the audit log adds to a read of {kib} KiB, %"),
            share.percent(),
        );
    }
    let calm = Reading::begin(&bench.portal, &living);
    tokio::time::sleep(CALM).await;
    let calm = calm.end().await?;
    print("reading in the calm, p50, ms", millis(percentile(&calm, 50)));
    print("reading in the calm, p99, ms", millis(percentile(&calm, 99)));

    forget_peak_memory()?;
    let chaining = bench.chain_as_the_server_does();
    let reading = Reading::begin(&bench.portal, &living);
    let keys = many.messages * (1 + DOCUMENTS_EACH);
    let took = timed(
        "the round that destroys the keys",
        Box::pin(async { bench.portal.run_key_jobs().await.result() }),
    )
    .await?;
    print("keys destroyed, a second", keys as f64 / took.as_secs_f64());
    let of_keys = reading.end().await?;
    print(
        "reading while keys are destroyed, p99, ms",
        millis(percentile(&of_keys, 99)),
    );
    let reading = Reading::begin(&bench.portal, &living);
    let took = timed(
        "the round that deletes and erases",
        Box::pin(async { bench.portal.run_blob_jobs().await.result() }),
    )
    .await?;
    print("documents purged, a second", count as f64 / took.as_secs_f64());
    let of_rest = reading.end().await?;
    print("reading while the rest goes, p99, ms", millis(percentile(&of_rest, 99)));
    chaining.abort();
    let mut all = [of_keys, of_rest].concat();
    all.sort_unstable();
    print("reading during the purge, p50, ms", millis(percentile(&all, 50)));
    print("reading during the purge, p99, ms", millis(percentile(&all, 99)));
    print(
        "p99 during the purge ÷ in the calm",
        percentile(&all, 99).as_secs_f64() / percentile(&calm, 99).as_secs_f64(),
    );
    print("peak resident memory, MiB", peak_memory_mib()?);
    let left = bench.portal.purge(PurgeMode::DryRun).await?;
    print("documents left", left.documents as f64);
    bench.verify(sender_rows(count, many.messages)).await?;
    ticking.abort();
    bench.portal.close().await;
    Ok(())
}

/// Lets the clock go on as clocks do, so that ids come in the order of time and lie together, as they do in life.
fn tick(clock: ManualClock) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut last = Instant::now();
        loop {
            tokio::time::sleep(TICK).await;
            let passed = last.elapsed().as_millis();
            last += Duration::from_millis(u64::try_from(passed).unwrap_or(0));
            clock.advance_millis(i64::try_from(passed).unwrap_or(0));
        }
    })
}

/// How many rows the purge of so many writes to the audit log, at least: one for each document, message and delivery.
const fn sender_rows(documents: usize, messages: usize) -> usize {
    documents + messages + messages
}

fn at(text: &str) -> Result<Timestamp, Failure> {
    Ok(Timestamp::from_jiff(text.parse()?))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

async fn timed<T, E: Into<Failure>>(
    what: &str,
    doing: impl Future<Output = Result<T, E>>,
) -> Result<Duration, Failure> {
    let began = Instant::now();
    doing.await.map_err(Into::into)?;
    let took = began.elapsed();
    print(&format!("{what}, s"), took.as_secs_f64());
    Ok(took)
}

impl Bench {
    fn request(&self) -> RequestInfo {
        RequestInfo {
            id: self.ids.next(),
            address: Some([192, 0, 2, 7].into()),
        }
    }

    /// Somebody of whom nothing is known yet.
    fn person() -> Result<RecipientIdentifier, Failure> {
        Ok(RecipientIdentifier::WorkAccount(WorkAccount {
            tenant: DIRECTORY,
            object: ObjectId::from_uuid(Uuid::from_bytes(random()?)),
        }))
    }

    /// A system of a new organisation that keeps for so many days.
    async fn sender(&self, days: u32) -> Result<SystemActor, Failure> {
        let operator = OperatorActor::on_this_host(self.request());
        let organisation = NewOrganisation {
            name: "Norrby kommun".to_owned(),
            retention_days: Some(days),
            time_zone: Some(jiff::tz::TimeZone::UTC),
        };
        let organisation = self.portal.create_organisation(&operator, organisation).await?.id;
        let system = NewSystem {
            name: "ärendesystem".to_owned(),
            scopes: Scope::ALL.to_vec(),
            networks: AllowedNetworks::anywhere(),
        };
        let system = self.portal.create_system(&operator, organisation, system).await?;
        let secret = self.portal.add_secret(&operator, system, None).await?.secret;
        let issued = self.portal.issue_token(system, &secret, None, self.request()).await?;
        Ok(self.portal.system_actor(&issued.token, self.request()).await?)
    }

    /// Takes what waits of the audit log into its chains, once a second.
    fn chain_as_the_server_does(&self) -> JoinHandle<()> {
        let portal = self.portal.clone();
        tokio::spawn(async move {
            loop {
                if let Err(fault) = portal.chain_audit_log().await {
                    eprintln!("{fault:?}");
                }
                tokio::time::sleep(CHAIN_EVERY).await;
            }
        })
    }

    async fn sign_in(&self, who: &RecipientIdentifier) -> Result<RecipientActor, Failure> {
        let RecipientIdentifier::WorkAccount(account) = who else {
            return Err("nobody else signs in here".into());
        };
        let key = SessionKey::of(&random()?);
        self.portal.create_session(&key, b"{}").await?;
        let who = VerifiedIdentity {
            identity: Identity::WorkAccount {
                account: *account,
                emails: Vec::new(),
            },
            name: None,
            level: AssuranceLevel::Three,
            provider: "bench".to_owned(),
            at_provider: None,
            authenticated_at: self.clock.clock().now(),
        };
        let signed_in = self
            .portal
            .sign_in_recipient(&key, who, Whereabouts::UNKNOWN, self.request());
        Ok(signed_in.await?)
    }

    /// How many of the first people can read their first document now.
    async fn readable(&self, people: &[RecipientIdentifier], documents: &[DocumentId]) -> Result<usize, Failure> {
        let mut readable = 0;
        for (who, document) in people.iter().zip(documents).take(TRIED) {
            let actor = self.sign_in(who).await?;
            let opened = self.portal.open_content(&actor, *document, ContentUse::View, None);
            match opened.await {
                Ok(_) => readable += 1,
                Err(ReadError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(readable)
    }

    /// Documents that live on, each of somebody who is signed in.
    async fn living(&self, sender: &SystemActor, kib: usize) -> Result<Vec<Reader>, Failure> {
        let size = kib * 1024;
        let content = Bytes::from([b"%PDF-1.7\n".as_slice(), &vec![b'x'; size - 9]].concat());
        let mut living = Vec::with_capacity(LIVING);
        for number in 0..LIVING {
            let who = Self::person()?;
            let draft = MessageDraft {
                title: "Beslut".to_owned(),
                body: "Hej!".to_owned(),
                document_type: None,
                retention_days: None,
                recipients: vec![RecipientAddress {
                    identifier: who.clone(),
                    email: None,
                }],
                files: vec![DeclaredFile {
                    name: "beslut.pdf".to_owned(),
                    media_type: "application/pdf".to_owned(),
                    size: size as u64,
                    sha256: None,
                    minimum_level: None,
                }],
            };
            let key = IdempotencyKey::parse(&format!("living-{}-{number}", self.ids.next::<DocumentId>()))?;
            let mut upload = self.portal.begin_message(sender, key, draft).await?;
            let pieces = stream::iter([Ok::<_, std::convert::Infallible>(content.clone())]);
            upload.document(0, pieces).await?;
            let sent = upload.finish().await?;
            let actor = self.sign_in(&who).await?;
            let case = sent.deliveries.first().ok_or("nothing was delivered")?.case;
            let view = self.portal.case(&actor, case).await?;
            let document = view.messages.first().and_then(|message| message.documents.first());
            let Some(ListedDocument::Open(document)) = document else {
                return Err("the document can't be read".into());
            };
            living.push(Reader {
                actor,
                document: document.id,
                size,
            });
        }
        Ok(living)
    }

    /// Verifies the audit log, which has at least so many rows.
    async fn verify(&self, rows: usize) -> Result<(), Failure> {
        let operator = OperatorActor::on_this_host(self.request());
        let began = Instant::now();
        self.portal.chain_audit_log().await?;
        eprintln!(
            "the rest of the audit log chained in {:.0} s",
            began.elapsed().as_secs_f64()
        );
        let keys = self.portal.signing_keys().await?;
        forget_peak_memory()?;
        let began = Instant::now();
        let report = self.portal.verify_audit_log(&operator, &[], &keys).await?;
        let took = began.elapsed();
        let verified = report.rows;
        if !report.findings.is_empty() || verified < rows as u64 {
            return Err(format!(
                "the audit log is not what was written: {verified} rows, {:?}",
                report.findings
            )
            .into());
        }
        print("rows of the audit log", verified as f64);
        print(
            "verifying a million rows, s",
            took.as_secs_f64() * 1e6 / verified as f64,
        );
        print("peak resident memory while verifying, MiB", peak_memory_mib()?);
        Ok(())
    }
}

/// What `VmHWM` tells begins anew (proc(5), `clear_refs`).
fn forget_peak_memory() -> Result<(), Failure> {
    Ok(std::fs::write("/proc/self/clear_refs", "5")?)
}

fn peak_memory_mib() -> Result<f64, Failure> {
    let status = std::fs::read_to_string(Path::new("/proc/self/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line
        .and_then(|line| line.trim().strip_suffix("kB"))
        .ok_or("no peak in /proc/self/status")?
        .trim()
        .parse()?;
    Ok(kib / 1024.0)
}
