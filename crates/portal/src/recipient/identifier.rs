//! What a person is known by: in the register, to senders, and to the provider that vouches for them.

use std::fmt;

use base::{Personnummer, Prid, TenantId};
use zeroize::Zeroizing;

use crate::WorkAccount;
use crate::message::is_email;

/// What a recipient is known by in the register. Each is one person's, and a person may have several.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum RecipientIdentifier {
    /// A personnummer or samordningsnummer.
    Number(Personnummer),
    /// The provisional identifier of somebody with an e-ID of another country.
    Prid(Prid),
    /// A user of a directory.
    WorkAccount(WorkAccount),
    /// Whoever of a directory signs in first with an e-mail address. From then on it is their work account that counts.
    Invitation(WorkInvitation),
}

/// What kind of identifier somebody is known by: which providers can say that it is them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierKind {
    /// A personnummer or samordningsnummer.
    Number,
    /// The provisional identifier of somebody with an e-ID of another country.
    Prid,
    /// A user of this directory.
    WorkAccount(TenantId),
}

/// A work account that has not signed in yet, addressed by its directory and e-mail address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WorkInvitation {
    tenant: TenantId,
    email: String,
}

impl WorkInvitation {
    /// The invitation of whoever has this address in this directory; `None` for what is no e-mail address. Directories don't tell
    /// letters from capitals, so neither do we.
    #[must_use]
    pub fn new(tenant: TenantId, email: &str) -> Option<Self> {
        is_email(email).then(|| Self {
            tenant,
            email: email.to_lowercase(),
        })
    }

    /// The directory.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The address there, in small letters.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }
}

/// Stand before the value of what is not a number, where it is stored.
const PRID: &str = "prid ";
const WORK_ACCOUNT: &str = "work-account ";
const INVITATION: &str = "invitation ";

impl RecipientIdentifier {
    /// The kind with which it is indexed: the same text of another kind is somebody else. Never changes for what is stored.
    pub(crate) fn index_kind(&self) -> &'static str {
        match self {
            Self::Number(number) => match number.kind() {
                base::PersonnummerKind::Personnummer => "personnummer",
                base::PersonnummerKind::Samordningsnummer => "samordningsnummer",
            },
            Self::Prid(_) => "prid",
            Self::WorkAccount(_) => "work account",
            Self::Invitation(_) => "work account invitation",
        }
    }

    /// What is indexed.
    pub(crate) fn indexed(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Number(number) => number.expose().to_owned(),
            Self::Prid(prid) => prid.expose().to_owned(),
            Self::WorkAccount(account) => account.to_string(),
            Self::Invitation(invitation) => format!("{} {}", invitation.tenant, invitation.email),
        })
    }

    /// As it is sealed. A number stands for itself, as it did when there was nothing else.
    pub(crate) fn stored(&self) -> Zeroizing<String> {
        let kind = match self {
            Self::Number(_) => "",
            Self::Prid(_) => PRID,
            Self::WorkAccount(_) => WORK_ACCOUNT,
            Self::Invitation(_) => INVITATION,
        };
        Zeroizing::new(format!("{kind}{}", *self.indexed()))
    }

    /// What [`Self::stored`] gave; `None` for anything else.
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        if let Some(prid) = text.strip_prefix(PRID) {
            return prid.parse().ok().map(Self::Prid);
        }
        if let Some(account) = text.strip_prefix(WORK_ACCOUNT) {
            return account.parse().ok().map(Self::WorkAccount);
        }
        if let Some(invitation) = text.strip_prefix(INVITATION) {
            let (tenant, email) = invitation.split_once(' ')?;
            return WorkInvitation::new(tenant.parse().ok()?, email).map(Self::Invitation);
        }
        Personnummer::from_digits(text).ok().map(Self::Number)
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> IdentifierKind {
        match self {
            Self::Number(_) => IdentifierKind::Number,
            Self::Prid(_) => IdentifierKind::Prid,
            Self::WorkAccount(account) => IdentifierKind::WorkAccount(account.tenant),
            Self::Invitation(invitation) => IdentifierKind::WorkAccount(invitation.tenant),
        }
    }

    /// Whether it is used up by the first sign-in of the person.
    pub(crate) const fn is_invitation(&self) -> bool {
        matches!(self, Self::Invitation(_))
    }
}

impl fmt::Debug for RecipientIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecipientIdentifier({})", self.index_kind())
    }
}

impl fmt::Debug for WorkInvitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkInvitation")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// What a sender sees of whom they wrote to.
#[derive(Clone, PartialEq, Eq)]
pub enum KnownAs {
    /// Somebody with this number.
    Number(Personnummer),
    /// Somebody with an e-ID of another country.
    Prid(Prid),
    /// Somebody with a work account: their e-mail address there, when one is known.
    WorkAccount(Option<String>),
}

/// Who a provider says that a person is.
#[derive(Clone, PartialEq, Eq)]
pub enum Identity {
    /// Somebody with a Swedish number.
    Number {
        /// Theirs now.
        number: Personnummer,
        /// The samordningsnummer that they had before (`previousCoordinationNumber` of the Swedish profile).
        previous: Option<Personnummer>,
        /// What the Swedish eIDAS node calls them, when they identified with an e-ID of another country that is bound to the number.
        prid: Option<Prid>,
    },
    /// Somebody with an e-ID of another country.
    Prid(Prid),
    /// Somebody with a work account.
    WorkAccount {
        /// Who it is.
        account: WorkAccount,
        /// Their addresses there, which answer invitations.
        emails: Vec<String>,
    },
}

impl Identity {
    /// What the person is known by from now on.
    pub(crate) fn identifier(&self) -> RecipientIdentifier {
        match self {
            Self::Number { number, .. } => RecipientIdentifier::Number(number.clone()),
            Self::Prid(prid) => RecipientIdentifier::Prid(prid.clone()),
            Self::WorkAccount { account, .. } => RecipientIdentifier::WorkAccount(*account),
        }
    }

    /// Where a work account is written to: the first of its addresses that is one.
    pub(crate) fn email(&self) -> Option<&str> {
        match self {
            Self::WorkAccount { emails, .. } => emails.iter().map(String::as_str).find(|email| is_email(email)),
            Self::Number { .. } | Self::Prid(_) => None,
        }
    }

    /// What else they may have been addressed by.
    pub(crate) fn others(&self) -> Vec<RecipientIdentifier> {
        match self {
            Self::Number { previous, prid, .. } => {
                let previous = previous.clone().map(RecipientIdentifier::Number);
                previous
                    .into_iter()
                    .chain(prid.clone().map(RecipientIdentifier::Prid))
                    .collect()
            }
            Self::Prid(_) => Vec::new(),
            Self::WorkAccount { account, emails } => emails
                .iter()
                .filter_map(|email| WorkInvitation::new(account.tenant, email))
                .map(RecipientIdentifier::Invitation)
                .collect(),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.identifier().index_kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "11111111-2222-4333-8444-555555555555";
    const OBJECT: &str = "66666666-7777-4888-9999-aaaaaaaaaaaa";

    fn each() -> [RecipientIdentifier; 4] {
        let tenant = TENANT.parse().unwrap();
        [
            RecipientIdentifier::Number(Personnummer::from_digits("197701172392").unwrap()),
            RecipientIdentifier::Prid("NO:05068907693".parse().unwrap()),
            RecipientIdentifier::WorkAccount(WorkAccount {
                tenant,
                object: OBJECT.parse().unwrap(),
            }),
            RecipientIdentifier::Invitation(WorkInvitation::new(tenant, "Karin.Ek@Norrby.example").unwrap()),
        ]
    }

    #[test]
    fn each_reads_back_as_it_is_stored_and_a_number_stands_for_itself() {
        for identifier in each() {
            assert_eq!(RecipientIdentifier::from_stored(&identifier.stored()), Some(identifier));
        }
        assert_eq!(*each()[0].stored(), "197701172392");
        for bad in [
            "",
            "prid ",
            "prid no",
            "work-account 1 2",
            "invitation x@y.example",
            "invitation 11111111-2222-4333-8444-555555555555 x",
            "19770117239",
        ] {
            assert_eq!(RecipientIdentifier::from_stored(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_invitation_does_not_tell_letters_from_capitals() {
        let tenant = TENANT.parse().unwrap();
        assert_eq!(
            each()[3],
            RecipientIdentifier::Invitation(WorkInvitation::new(tenant, "karin.ek@norrby.example").unwrap())
        );
    }

    #[test]
    fn none_prints() {
        let printed = format!("{:?}", each());
        for secret in ["1977", "0506", "6666", "arin"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn a_person_is_their_number_and_was_their_old_one_and_their_prid() {
        let [number, prid, account, _] = each();
        let old = Personnummer::from_digits("197010632391").unwrap();
        let RecipientIdentifier::Number(digits) = number.clone() else {
            unreachable!()
        };
        let RecipientIdentifier::Prid(abroad) = prid.clone() else {
            unreachable!()
        };
        let identity = Identity::Number {
            number: digits,
            previous: Some(old.clone()),
            prid: Some(abroad.clone()),
        };
        assert_eq!(identity.identifier(), number);
        assert_eq!(identity.others(), [RecipientIdentifier::Number(old), prid.clone()]);
        assert_eq!(
            (Identity::Prid(abroad).identifier(), prid.clone()),
            (prid.clone(), prid)
        );
        let RecipientIdentifier::WorkAccount(user) = account else {
            unreachable!()
        };
        let identity = Identity::WorkAccount {
            account: user,
            emails: vec!["karin".to_owned(), "KARIN.EK@norrby.example".to_owned()],
        };
        assert_eq!(identity.identifier(), account);
        assert_eq!(identity.others(), [each()[3].clone()]);
        assert_eq!(identity.email(), Some("KARIN.EK@norrby.example"));
    }
}
