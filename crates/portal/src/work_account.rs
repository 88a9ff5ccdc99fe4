//! A user of one directory of Entra ID. Who it is says `(tid, oid)` alone; names and e-mail addresses there change, are shown, and
//! decide nothing. Knows neither staff nor recipients, who may both have one.

use std::fmt;
use std::str::FromStr;

use base::{InvalidId, ObjectId, TenantId};

/// A user of one directory of Entra ID. A guest in a directory is a user of it, and another than they are at home.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorkAccount {
    /// The directory: the claim `tid`.
    pub tenant: TenantId,
    /// The user there: the claim `oid`.
    pub object: ObjectId,
}

impl fmt::Debug for WorkAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkAccount")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// As it is stored, sealed.
impl fmt::Display for WorkAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.tenant, self.object)
    }
}

impl FromStr for WorkAccount {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (tenant, object) = text.split_once(' ').ok_or(InvalidId)?;
        Ok(Self {
            tenant: tenant.parse()?,
            object: object.parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_reads_back_from_what_is_stored_and_says_nothing_in_logs() {
        let text = "0192f0c1-2345-7abc-8def-0123456789ab 11111111-2222-4333-8444-555555555555";
        let account: WorkAccount = text.parse().unwrap();
        assert_eq!(account.to_string(), text);
        assert!(!format!("{account:?}").contains("1111"));
        for text in ["", "0192f0c1-2345-7abc-8def-0123456789ab", "a b"] {
            assert_eq!(text.parse::<WorkAccount>(), Err(InvalidId), "{text}");
        }
    }
}
