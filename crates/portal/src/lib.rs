//! The domain: a module per word of the design; SQL and blob storage stay inside it.
//!
//! [`Portal`] is the way in; its use cases are methods that stand in the module of their word. Rules are pure functions
//! over values, SQL stands at the edge of each module, and a use case alone opens a write transaction. Knows no HTTP
//! and no page.

mod actor;
mod audit;
mod backup;
mod blob;
mod case;
mod data_request;
mod database;
mod delivery;
mod document;
mod event;
mod fault;
#[cfg(feature = "forensics")]
pub mod forensics;
mod gauges;
mod hold;
mod idempotency;
mod installation;
mod intent;
mod jobs;
mod latch;
mod ledger;
mod list_part;
mod message;
mod migration;
mod new_device;
mod notification;
mod open;
mod organisation;
mod orphan;
mod past_sign_in;
mod protocol;
mod provider;
mod provisioning;
mod purge;
mod recipient;
mod register_extract;
mod retention;
mod rights;
mod session;
mod settings;
mod signing;
mod skew;
mod staff;
mod system;
mod terms;
#[cfg(test)]
mod test_support;
mod vault;
mod work_account;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;

use base::{Clock, Ids};

use audit::{AuditWriter, RefusedChains};
use blob::Blobs;
use database::Database;
use ledger::Ledger;
use retention::Turns;
use staff::{HashingPool, RelyingParty};
use vault::Vault;

pub use actor::{
    AssuranceLevel, Denied, MissingScope, OperatorActor, ProvisioningActor, RecipientActor, RequestInfo, Scope,
    StaffActor, StaffCandidate, SystemActor, UnknownScope,
};
pub use audit::{
    AuditEvent, AuditEvents, AuditExport, AuditExportError, AuditFinding, AuditLogs, AuditReceiver, AuditReceiverKind,
    AuditReceiverState, AuditReport, AuditRow, AuditRowsError, ChainProblem, ChainReport, ChangeWebhookError,
    Checkpoint, CheckpointBucket, CheckpointBucketError, CheckpointError, CheckpointHolder, ExportProblem, HandedOut,
    HandoverFailure, HandoverOutcome, HandoverRows, InvalidCheckpoint, InvalidWebhookAddress, Proof, RowProblem,
    TakenHandover, WebhookAddress, WebhookDelivery, verify_audit_export,
};
pub use backup::{
    ArchiveKey, BackupError, BackupLock, BackupPart, BackupSettings, BackupsMade, BackupsPruned, LedgerFound,
    RestoreError, RestoreSettings, Restored,
};
pub use case::{
    CaseAct, CaseActKind, CaseError, CaseExtension, CaseHistory, CaseView, InboxEntry, MessageView, SentDelivery,
    SentMessage, SentMessages, SentMessagesError, SentRecipient, StaffCase, StaffCaseMessage,
};
pub use data_request::{
    AnswerRequestError, DataRequest, DataRequestKind, DataRequestState, DataRequests, Grant, Granted, MakeRequestError,
    NewDataRequest, OpenRequests, OwnDataRequest, RequestableCase, RequestableOrganisation, RequestedCase,
    SeeRequestsError, WithdrawRequestError,
};
pub use document::{
    Content, ContentError, ContentUse, DocumentSummary, DocumentView, ListedDocument, Preview, ReadError,
    RequestedRange,
};
pub use event::{EndingCredential, Event, EventKind};
pub use fault::Fault;
pub use gauges::Gauges;
pub use hold::{Hold, HoldError, HoldScope, Holds, InvalidHold, LiftedHold, NewHold, PlacedHold, ShownHold};
pub use idempotency::IdempotencyKey;
pub use installation::InstallationError;
pub use jobs::{JobsReport, JobsRound};
pub use list_part::{Cursor, InvalidCursor, ListPart};
#[cfg(any(test, feature = "bench"))]
pub use message::ManyMessages;
pub use message::{
    DeclaredFile, DeliveryReceipt, DeliveryStatus, FileProblem, MessageDraft, MessageReceipt, MessageStatus,
    RecipientAddress, SendError, SystemError, Upload,
};
pub use new_device::NewDevice;
pub use notification::{
    GiveAddressError, GivenMailConsent, MailConsent, NotificationKind, OwnMail, ProveAddressError, SendingOutcome,
    TakenNotification, UnprovenAddress,
};
pub use open::{NotReady, OpenError};
pub use organisation::{
    DeleteOrganisationError, ErasureObstacle, ErasureWait, NewOrganisation, Organisation, OrganisationContent,
    SetUpError, SignInRules, TenantError,
};
pub use orphan::{DeleteOrphansError, Orphans};
pub use past_sign_in::{PAST_SIGN_IN_DAYS, PastSignIn, PastSignIns, ReportSignInError};
pub use protocol::{
    AppliedRule, Hash, InclusionProof, ProtocolError, ProtocolLeaf, ProtocolRefused, ProtocolStatement, PurgeProtocol,
    PurgeProtocols, PurgeReason, PurgedKind, RuleTotal, SignedStatement, VerifiedFile,
};
pub use provisioning::{
    Email, GroupAttributes, GroupKey, GroupMembers, GroupReference, NameParts, NewProvisioningToken, ProvisionedGroup,
    ProvisionedUser, ProvisioningError, ProvisioningToken, ProvisioningTokenError, ProvisioningTokenMade,
    ProvisioningTokenRefused, ProvisioningTokenState, RoleValue, Selected, Selection, UserAttributes, UserKey,
    caseless,
};
pub use purge::{ConfirmPurgeError, PurgeMode, PurgeReport, PurgeStopped, StopReason};
pub use recipient::{
    IdentifierKind, Identity, KnownAs, RecipientIdentifier, SignInError, SignInRefusal, VerifiedIdentity,
    WorkInvitation,
};
pub use register_extract::{
    DeliveryState, EXTRACTS_A_DAY, ExtractState, Handed, HandedCase, HandedDocument, HandedMessage, HandedRequest,
    KeptAct, KeptCase, KeptDelivery, KeptDevice, KeptDocument, KeptHold, KeptIdentifier, KeptMailConsent,
    KeptOrganisationActs, KeptOrganisationExtract, KeptRequest, KeptSession, KeptSignIn, KeptTerms, LeftOut,
    MadeOrganisationExtract, MakeExtractError, NewOrganisationExtract, ORGANISATION_EXTRACTS_A_DAY, OpenExtractError,
    OrderExtractError, OrganisationAct, OrganisationExtract, OrganisationExtractError, OrganisationExtracts,
    OwnExtract, RegisterPart, WaitingMail, organisation_extract_json, register_extract_json,
};
pub use retention::{
    Affected, ChangeRetentionError, CountedFrom, Decided, DueWeek, PendingRetention, PolicyProblem, RetentionApproval,
    RetentionEffect, RetentionInForce, RetentionPolicy, RetentionReason, RetentionRule, RetentionVersion,
    RetentionVersions, SeenEffect, TypeRule, UnsentType,
};
pub use rights::{Action, Role, UnknownRole};
pub use session::{
    BrowserFamily, Device, EndSessionError, LogoutError, LogoutNotice, LogoutRefusal, OwnSession, Place, PlaceName,
    ProviderSession, SessionCreation, SessionEnd, SessionKey, SessionKind, StoredSession, SystemFamily, Whereabouts,
};
pub use settings::{
    BlobSettings, LedgerSettings, Limits, PasswordCost, ProviderSettings, PurgeSettings, S3Settings, SessionLimits,
    Settings, StaffSettings, WarningSettings, WaysIn,
};
pub use signing::{InvalidPublicKeys, PublicKey, PublicKeys, Signature, SigningPurpose};
pub use skew::ClockSkew;
pub use staff::{
    AcceptError, AcceptedInvitation, Applicant, ChangePasswordError, ChangeStaffError, ConfirmError, Invitation,
    InvitationView, InviteError, NewSecondFactor, NewStaffMember, OwnAccount, OwnPasskey, PasskeyAdded,
    PasskeyConfirms, PasswordProblem, PasswordRefused, SecondFactorError, SecondFactorKind, SecondFactorSet,
    SecondFactorSetUp, SecondFactors, SeeStaffError, SeenNotices, SignInStep, StaffMember, StaffNotices, StaffProof,
    StaffSignInError, StaffState, StaffVisitor, Validity, VouchedStaff, WorkAccountError,
};
pub use system::{
    Administrator, AssertionProblem, Credential, CredentialKind, CredentialState, FetchedKeySet, InvalidKey,
    InvalidKeySet, IssuedToken, KeyAlgorithm, KeySet, NewSecret, NewSystem, OutsideNetworks, PresentedAssertion,
    RegisteredKey, System, SystemSetUpError, TokenError, WantedKeySet,
};
pub use terms::{AcceptTermsError, AcceptedTerms, OwnTerms, Terms};
pub use work_account::WorkAccount;

/// The portal: every use case is a method of it. Cloning gives the same portal.
#[derive(Clone)]
pub struct Portal(Arc<Context>);

/// What use cases work with.
pub(crate) struct Context {
    clock: Clock,
    ids: Ids,
    settings: Settings,
    database: Database,
    vault: Vault,
    blobs: Blobs,
    ledger: Ledger,
    audit: AuditWriter,
    passwords: HashingPool,
    relying_party: Option<RelyingParty>,
    /// The latest instant that this installation has acted on, in milliseconds; owned by `latch`.
    latest: AtomicI64,
    /// The clock was found not to be the databases', and `latest` may hold what it said; owned by `latch`.
    is_doubted: AtomicBool,
    refused_chains: RefusedChains,
    /// Whose turn it is to have an effect worked out.
    effects: Turns,
    /// The same of what falls due, which more people look at: none of them is in the way of whoever decides.
    due_weeks: Turns,
}

/// How far the clock may go back, or nodes' clocks be apart, before what was made in the time to come counts as over.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);
