//! `sessions COUNT FOLDER [PORTAL VAULT]`: how long it takes to find one session among so many. Makes a portal in an empty
//! folder (with its databases there, unless the addresses of two empty ones are given), stores the sessions, and calls what a
//! request calls, on random ones of them. Prints one JSON line for each kind of look-up and number of readers.
//!
//! The clock stands still, so that no look-up also notes that the session is in use, as one in half a minute of the same session
//! does. What that one takes is measured apart, with the clock moved.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command for the terminal")]

mod support;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use base::{Ids, ManualClock, SecretString, StaffId, Timestamp};
use futures::future::try_join_all;
use portal::{
    AcceptedInvitation, Invitation, NewOrganisation, NewStaffMember, OperatorActor, Portal, RequestInfo, Role,
    SessionKey, Settings, StaffActor, StaffVisitor, Validity, Whereabouts,
};

use support::{Failure, percentile, random, settings};

/// One session in so many is a staff member's.
const STAFF_SHARE: usize = 10;
/// How many staff members share those.
const STAFF: usize = 20;
/// Fewer sessions give no staff member one.
const LEAST: usize = STAFF_SHARE * STAFF;
/// What the server keeps in a session: with an ID token, so the most.
const DATA: &[u8] = &[b'x'; 1024];
/// Look-ups of each kind and number of readers.
const LOOK_UPS: usize = 20_000;
/// Readers at the same time, each without a pause between two look-ups.
const READERS: [usize; 2] = [1, 4];
/// Look-ups that also note the use. Each waits for the disk.
const NOTING: usize = 500;
/// More than the time in which use of a session is noted once.
const LATER: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((count, settings)) = settings(&arguments) else {
        eprintln!("usage: sessions COUNT FOLDER [PORTAL VAULT]");
        return ExitCode::from(2);
    };
    let measured = match count.parse() {
        Ok(count) if count < LEAST => Err(format!("at least {LEAST} sessions are needed").into()),
        Ok(count) => measure(settings, count).await,
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

/// What is looked up.
#[derive(Clone, Copy)]
enum LookUp {
    /// Nothing: the way to the database and back, which no look-up is faster than.
    Nothing,
    /// Who comes with a recipient's cookie: each page of theirs asks it.
    Recipient,
    /// What the server keeps in a recipient's session.
    Data,
    /// Who comes with a staff member's cookie: the session, the account and the organisation's rules.
    Staff,
}

impl LookUp {
    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Recipient => "recipient",
            Self::Data => "data",
            Self::Staff => "staff",
        }
    }

    /// Looks one up. Finding nobody is a failure: every session here is alive.
    async fn run(self, portal: &Portal, key: &SessionKey, request: RequestInfo) -> Result<(), Failure> {
        let found = match self {
            Self::Nothing => {
                portal.ask_nothing().await?;
                true
            }
            Self::Recipient => portal.recipient_actor(key, request).await?.is_some(),
            Self::Data => portal
                .load_session(key)
                .await?
                .is_some_and(|session| session.data == DATA),
            Self::Staff => matches!(portal.staff_visitor(key, request).await?, StaffVisitor::Staff(_)),
        };
        found.then_some(()).ok_or_else(|| "a session is missing".into())
    }
}

/// A portal with its sessions, and a clock that stands still.
struct Bench {
    portal: Portal,
    clock: ManualClock,
    ids: Ids,
    recipients: Vec<SessionKey>,
    staff: Vec<SessionKey>,
}

async fn measure(settings: Settings, count: usize) -> Result<(), Failure> {
    let clock = ManualClock::at(Timestamp::from_jiff("2026-11-22T09:00:00Z".parse()?));
    let bench = Bench {
        portal: Portal::open(settings, clock.clock()).await?,
        ids: Ids::new(clock.clock()),
        clock,
        recipients: keys(count - count / STAFF_SHARE, SessionKey::of)?,
        staff: keys(count / STAFF_SHARE, SessionKey::of_staff)?,
    };
    let began = Instant::now();
    bench.store().await?;
    eprintln!("{count} sessions stored in {:.1} s", began.elapsed().as_secs_f64());
    for what in [LookUp::Nothing, LookUp::Recipient, LookUp::Data, LookUp::Staff] {
        for readers in READERS {
            bench.look_up(what, readers, LOOK_UPS, false).await?;
        }
    }
    bench.clock.advance(LATER);
    bench.look_up(LookUp::Recipient, 1, NOTING, true).await?;
    bench.portal.close().await;
    Ok(())
}

impl Bench {
    async fn store(&self) -> Result<(), Failure> {
        self.portal.store_recipient_sessions(&self.recipients, DATA).await?;
        let staff = self.staff_members().await?;
        for (staff, keys) in staff
            .into_iter()
            .zip(self.staff.chunks(self.staff.len().div_ceil(STAFF)))
        {
            self.portal.store_staff_sessions(staff, keys, DATA).await?;
        }
        Ok(())
    }

    /// Staff members of one organisation, with passwords.
    async fn staff_members(&self) -> Result<Vec<StaffId>, Failure> {
        let operator = OperatorActor::on_this_host(self.request());
        let new = NewOrganisation {
            name: "Norrby kommun".to_owned(),
            retention_days: None,
            time_zone: None,
        };
        let organisation = self.portal.create_organisation(&operator, new).await?.id;
        let email = |number: usize| format!("handlaggare-{number}@norrby.example");
        let first = email(0);
        let invited = self
            .portal
            .invite_first_admin(&operator, organisation, "Karin Ödegård", &first);
        let admin = self.accept(&invited.await?).await?;
        let mut staff = vec![admin.staff_id()];
        for number in 1..STAFF {
            let new = NewStaffMember {
                name: "Olle Berg".to_owned(),
                email: email(number),
                role: Role::Sender,
                validity: Validity::default(),
            };
            let invited = self.portal.invite_staff(&admin, new).await?;
            staff.push(self.accept(&invited).await?.staff_id());
        }
        Ok(staff)
    }

    async fn accept(&self, invitation: &Invitation) -> Result<StaffActor, Failure> {
        let password = SecretString::new("kruka sadel blixt tvål".to_owned());
        let request = self.request();
        let accepted = self.portal.accept_invitation(&invitation.token, &password, &request);
        let AcceptedInvitation::SignIn(proof) = accepted.await? else {
            return Err("the first day has not come".into());
        };
        let key = SessionKey::of_staff(&random()?);
        self.portal.create_session(&key, DATA).await?;
        self.portal
            .continue_staff_sign_in(&key, proof, Whereabouts::UNKNOWN, &request)
            .await?;
        match self.portal.staff_visitor(&key, request).await? {
            StaffVisitor::Staff(actor) => Ok(actor),
            _ => Err("the sign-in is not complete".into()),
        }
    }

    fn request(&self) -> RequestInfo {
        RequestInfo {
            id: self.ids.next(),
            address: Some([192, 0, 2, 7].into()),
        }
    }

    /// Looks up `count` random sessions by `readers` at the same time, and prints how long each took.
    async fn look_up(&self, what: LookUp, readers: usize, count: usize, notes_use: bool) -> Result<(), Failure> {
        let keys = match what {
            LookUp::Nothing | LookUp::Recipient | LookUp::Data => &self.recipients,
            LookUp::Staff => &self.staff,
        };
        let chosen = shuffled(keys, count);
        if !notes_use {
            // So that every connection is open.
            self.read(what, readers, &shuffled(keys, readers * 20)).await?;
        }
        let began = Instant::now();
        let mut took = self.read(what, readers, &chosen).await?;
        let seconds = began.elapsed().as_secs_f64();
        took.sort_unstable();
        let micros = |percent| percentile(&took, percent).as_secs_f64() * 1e6;
        println!(
            "{}",
            serde_json::json!({
                "what": what.name(),
                "readers": readers,
                "notes_use": notes_use,
                "p50_us": micros(50),
                "p99_us": micros(99),
                "per_second": took.len() as f64 / seconds,
            })
        );
        Ok(())
    }

    async fn read(&self, what: LookUp, readers: usize, keys: &[SessionKey]) -> Result<Vec<Duration>, Failure> {
        let tasks = keys.chunks(keys.len().div_ceil(readers)).map(|keys| {
            let (portal, keys) = (self.portal.clone(), keys.to_vec());
            let requests: Vec<RequestInfo> = keys.iter().map(|_| self.request()).collect();
            tokio::spawn(async move {
                let mut took = Vec::with_capacity(keys.len());
                for (key, request) in keys.iter().zip(requests) {
                    let began = Instant::now();
                    what.run(&portal, key, request).await?;
                    took.push(began.elapsed());
                }
                Ok::<_, Failure>(took)
            })
        });
        let took = try_join_all(tasks).await?;
        Ok(took.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
    }
}

fn keys(count: usize, key: impl Fn(&[u8]) -> SessionKey) -> Result<Vec<SessionKey>, Failure> {
    (0..count).map(|_| Ok(key(&random()?))).collect()
}

/// So many of the keys, none twice before all had their turn, in an order that has nothing to do with the one in which they were
/// stored: that of their places multiplied by a prime.
fn shuffled(keys: &[SessionKey], count: usize) -> Vec<SessionKey> {
    const PRIME: usize = 2_654_435_761;
    let places = (0..count).map(|turn| turn.wrapping_mul(PRIME) % keys.len());
    places.filter_map(|place| keys.get(place)).cloned().collect()
}
