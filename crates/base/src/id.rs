//! Ids as newtypes, so that a document's id can't be handed to something that wants a case's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not a UUID in its hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes an id that was stored or received as a UUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The id as a UUID, for storage.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }

            /// The 16 bytes of the id, for authenticated data.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, ":{}"), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Accepts the hyphenated form only, so that one id has one address.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if text.len() != 36 {
                    return Err(InvalidId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )+};
}

ids! {
    /// Something that was purged: the id of a document or of a message.
    PurgedId "purged";
    /// This installation: both databases, the key provider and the blob store carry it.
    InstallationId "installation";
    /// An organisation (sender).
    OrganisationId "organisation";
    /// An organisation's machine client.
    SystemId "system";
    /// One of the credentials by which a system gets tokens: a secret or a public key.
    CredentialId "credential";
    /// A named individual of one organisation.
    StaffId "staff";
    /// One of the passkeys of a staff member.
    PasskeyId "passkey";
    /// What an organisation's directory proves itself with when it provisions staff.
    ProvisioningTokenId "provisioning-token";
    /// A group of staff that an organisation's directory keeps here.
    GroupId "group";
    /// A directory of Entra ID: the claim `tid`, which Microsoft chose.
    TenantId "tenant";
    /// A user in one directory of Entra ID: the claim `oid`, which means nothing without the directory.
    ObjectId "object";
    /// A hold on what would be purged.
    HoldId "hold";
    /// What a person asks an organisation to do with what it holds about them.
    DataRequestId "data-request";
    /// A person who receives. Random (version 4), so that its age says nothing.
    RecipientId "recipient";
    /// A thread between one organisation and one recipient.
    CaseId "case";
    /// That a case is kept for longer.
    CaseExtensionId "case-extension";
    /// Text and documents sent together.
    MessageId "message";
    /// One file of a message.
    DocumentId "document";
    /// A message handed to one recipient.
    DeliveryId "delivery";
    /// The promise to store one message; the sweeper deletes what an expired one names.
    IntentId "intent";
    /// A mail that was sent, among the mails of this portal.
    NotificationId "notification";
    /// A change of retention that waits for a second admin.
    PendingRetentionId "pending-retention";
    /// What somebody announced to the purge.
    AnnouncementId "announcement";
    /// An entry of the audit log.
    AuditEventId "audit";
    /// Where an organisation lets checkpoints of its audit log go: another address has another id.
    AuditWebhookId "audit-webhook";
    /// Something that an organisation's systems are told.
    EventId "event";
    /// A person's sign-in, as their own list of them names it; neither the cookie nor anything that comes of it.
    SessionId "session";
    /// One run of backups: the archives that belong together.
    BackupId "backup";
    /// An order of the copy of what is held about a person.
    RegisterExtractId "register-extract";
    /// One HTTP request, shown to the person and logged.
    RequestId "request";
}

#[cfg(feature = "host")]
mod source {
    use uuid::{Builder, Uuid};

    use super::RecipientId;
    use crate::Clock;

    /// Where new ids come from.
    ///
    /// Ids are UUIDs of version 7 (RFC 9562), which sort by the time of their making and so keep database indexes
    /// dense; a recipient's is version 4.
    #[derive(Clone, Debug)]
    pub struct Ids {
        clock: Clock,
    }

    impl Ids {
        /// Ids whose time part follows `clock`.
        #[must_use]
        pub const fn new(clock: Clock) -> Self {
            Self { clock }
        }

        /// A new id of any kind but a recipient's.
        ///
        /// # Panics
        ///
        /// When the operating system has no random numbers to give, since nothing safe can be done without them.
        #[must_use]
        pub fn next<T: From<NewId>>(&self) -> T {
            let millis = u64::try_from(self.clock.now().as_millis()).unwrap_or(0);
            let mut random = [0_u8; 10];
            fill(&mut random);
            NewId(Builder::from_unix_timestamp_millis(millis, &random).into_uuid()).into()
        }

        /// A new recipient's id.
        ///
        /// # Panics
        ///
        /// As [`Ids::next`].
        #[must_use]
        pub fn next_recipient(&self) -> RecipientId {
            let mut random = [0_u8; 16];
            fill(&mut random);
            RecipientId::from_uuid(Builder::from_random_bytes(random).into_uuid())
        }
    }

    #[expect(clippy::expect_used, reason = "without random numbers nothing safe can be done")]
    fn fill(bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random numbers");
    }

    /// A fresh version 7 UUID on its way into an id type; only [`Ids`] makes one.
    #[derive(Debug)]
    pub struct NewId(Uuid);

    macro_rules! from_new_id {
        ($($name:ident)+) => {$(
            impl From<NewId> for super::$name {
                fn from(new: NewId) -> Self {
                    Self::from_uuid(new.0)
                }
            }
        )+};
    }
    from_new_id! {
        InstallationId OrganisationId SystemId CredentialId StaffId PasskeyId ProvisioningTokenId GroupId HoldId DataRequestId CaseId CaseExtensionId MessageId DocumentId DeliveryId IntentId
        NotificationId PendingRetentionId AnnouncementId AuditEventId AuditWebhookId EventId SessionId BackupId RegisterExtractId RequestId
    }
}

#[cfg(feature = "host")]
pub use source::{Ids, NewId};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let text = "0192f0c1-2345-7abc-8def-0123456789ab";
        assert_eq!(text.parse::<DocumentId>().unwrap().to_string(), text);
        for bad in [
            "",
            "0192f0c123457abc8def0123456789ab",
            "{0192f0c1-2345-7abc-8def-0123456789ab}",
            "../../etc/passwd",
        ] {
            assert_eq!(bad.parse::<DocumentId>(), Err(InvalidId), "{bad}");
        }
    }

    #[cfg(feature = "host")]
    #[test]
    fn ids_sort_by_time_but_a_recipients_tells_nothing() {
        let clock = crate::ManualClock::at(crate::Timestamp::from_millis(1_000_000_000_000));
        let ids = Ids::new(clock.clock());
        let first: DocumentId = ids.next();
        clock.advance_millis(1);
        let second: DocumentId = ids.next();
        assert!(first < second);
        assert_eq!(first.as_uuid().get_version_num(), 7);
        assert_eq!(ids.next_recipient().as_uuid().get_version_num(), 4);
    }
}
