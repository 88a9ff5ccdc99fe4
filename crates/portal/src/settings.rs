//! What an operator decides about the portal: where things are stored and where the limits lie. Plain values; the
//! server reads them from its configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use base::{SecretString, TenantId};
use jiff::tz::TimeZone;

use crate::{AssuranceLevel, AuditReceiver, Terms};

/// Where the portal stores what it has, and its limits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of the portal's database: `sqlite:/path` or `postgres://…`. May hold a password.
    pub database_url: SecretString,
    /// Address of the vault's database, never the same as the portal's.
    pub vault_url: SecretString,
    /// Where the destroyable secrets are.
    pub provider: ProviderSettings,
    /// Where the ledger is: with none of the others' data, since it tells what they must not bring back.
    pub ledger: LedgerSettings,
    /// Where the encrypted documents are.
    pub blobs: BlobSettings,
    /// The longest retention, in days, that an organisation or a message may ask for.
    pub retention_ceiling_days: u32,
    /// How long rows of the audit log are kept, in days.
    pub audit_retention_days: u32,
    /// How long before their end deliveries are warned of.
    pub warnings: WarningSettings,
    /// What is purged without anybody's word.
    pub purge: PurgeSettings,
    /// How much one message may hold.
    pub limits: Limits,
    /// How long a recipient stays signed in.
    pub sessions: SessionLimits,
    /// How recipients may sign in.
    pub ways_in: WaysIn,
    /// How staff sign in.
    pub staff: StaffSettings,
    /// The address at which people reach the portal, scheme and host and port: passkeys are bound to its host.
    pub origin: String,
    /// Whether anybody sends what is put into the outbox; else nothing is.
    pub sends_mail: bool,
    /// To whom audit logs and their checkpoints go by themselves.
    pub audit_receivers: Vec<AuditReceiver>,
    /// What recipients accept before they read; nothing when there is none.
    pub terms: Option<Terms>,
    /// The time zone of organisations that did not name one.
    pub time_zone: TimeZone,
}

/// Where the key provider keeps its secrets.
#[derive(Clone, Debug)]
pub enum ProviderSettings {
    /// A folder of small files that only the portal's user may read.
    Folder(PathBuf),
}

/// Where the ledger of what was purged, revoked and forgotten is kept.
#[derive(Clone, Debug)]
pub enum LedgerSettings {
    /// A folder to which files are added and in which none is ever changed; the same one on every node.
    Folder(PathBuf),
}

/// Where the encrypted documents are stored.
#[derive(Clone, Debug)]
pub enum BlobSettings {
    /// A folder on a local or shared disk.
    Folder(PathBuf),
    /// A bucket of an S3-compatible store.
    S3(S3Settings),
}

/// How long before its end a delivery is warned of; never before half of its time is over. Zero for not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarningSettings {
    /// While nobody has opened it.
    pub unread: Duration,
    /// When somebody has.
    pub read: Duration,
}

/// When the purge stops and waits for the operator's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurgeSettings {
    /// How much of all documents may go in 24 hours beyond what was foreseen the day before, in percent (1 to 100); never
    /// fewer than 50 documents.
    pub unforeseen_percent: u32,
    /// How far the clock may be ahead of the latest round of jobs.
    pub longest_clock_step: Duration,
    /// Whether the clock must agree with the databases' to the second. Not when tests move it.
    pub compares_clocks: bool,
}

impl Default for PurgeSettings {
    /// Five percent, seven days, compared.
    fn default() -> Self {
        Self {
            unforeseen_percent: 5,
            longest_clock_step: Duration::from_secs(7 * 24 * 60 * 60),
            compares_clocks: true,
        }
    }
}

/// A bucket of an S3-compatible store. It must exist, and keep no old versions of objects.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// The store's address without path, such as `https://s3.eu-north-1.amazonaws.com`.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The bucket's name.
    pub bucket: String,
    /// What the names of all objects begin with, without slash at either end; may be empty.
    pub prefix: String,
    /// Id of the access key.
    pub access_key_id: SecretString,
    /// The access key itself.
    pub secret_access_key: SecretString,
    /// Whether the bucket's name stands in the path and not in the host's name.
    pub path_style: bool,
}

impl S3Settings {
    /// The largest file that a bucket takes, in bytes: what fits, sealed, in the 10,000 parts of 5 MiB of an upload (Amazon
    /// S3's limits).
    pub const MAX_FILE_BYTES: u64 = 48 * 1024 * 1024 * 1024;
}

/// How much one message may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub max_file_bytes: u64,
    /// The most files in a message.
    pub max_files: usize,
    /// The most recipients of a message.
    pub max_recipients: usize,
    /// The longest text of a message, in characters (Unicode scalar values).
    pub max_text_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 2 * 1024 * 1024 * 1024,
            max_files: 50,
            max_recipients: 100,
            max_text_chars: 20_000,
        }
    }
}

/// How recipients may sign in: what may be sent so that somebody can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaysIn {
    /// The highest level at which people with a number can sign in.
    pub numbers: AssuranceLevel,
    /// The highest level at which people with an e-ID of another country can; `None` when they can't.
    pub prids: Option<AssuranceLevel>,
    /// The directories whose users may be recipients, and the highest level at which they can sign in.
    pub directories: BTreeMap<TenantId, AssuranceLevel>,
}

impl Default for WaysIn {
    /// As BankID lets people in, and nobody else.
    fn default() -> Self {
        Self {
            numbers: AssuranceLevel::Three,
            prids: None,
            directories: BTreeMap::new(),
        }
    }
}

/// How long somebody stays signed in. The default is a recipient's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// The session ends when nothing was asked for so long.
    pub idle: Duration,
    /// The session ends so long after signing in, whatever happens.
    pub absolute: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(15 * 60),
            absolute: Duration::from_secs(60 * 60),
        }
    }
}

/// How staff sign in, and how long they stay signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffSettings {
    /// How long a staff member stays signed in.
    pub sessions: SessionLimits,
    /// Whether every staff member of every organisation needs a second factor; when not, each organisation decides.
    pub second_factor_required: bool,
    /// What it costs to try a password.
    pub password_cost: PasswordCost,
}

impl Default for StaffSettings {
    fn default() -> Self {
        Self {
            sessions: SessionLimits {
                idle: Duration::from_secs(30 * 60),
                absolute: Duration::from_secs(10 * 60 * 60),
            },
            second_factor_required: true,
            password_cost: PasswordCost::default(),
        }
    }
}

/// What it costs to try a password: the parameters of argon2id (RFC 9106) with one lane. A hash that was made at another cost is
/// made anew when its password is next given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB (1,024 bytes).
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Default for PasswordCost {
    /// 64 MiB and two passes: about 90 ms (docs/decisions/0012).
    fn default() -> Self {
        Self {
            memory_kib: 64 * 1024,
            passes: 2,
        }
    }
}

impl Settings {
    /// The ceiling on retention unless the operator sets another, in days.
    pub const DEFAULT_RETENTION_CEILING_DAYS: u32 = 365;
    /// How long the audit log is kept unless the operator decides otherwise, in days: two years.
    pub const DEFAULT_AUDIT_RETENTION_DAYS: u32 = 730;
    /// For how many days more rows of the audit log are kept that a receiver is to get and does not have.
    pub const AUDIT_WAIT_DAYS: u16 = 30;
}
