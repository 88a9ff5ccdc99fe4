//! What a directory says of a user or a group, and what follows from it for the account: pure rules over values.

use base::{ObjectId, Timestamp};
use serde::{Deserialize, Serialize};

use super::ProvisioningError;
use crate::message::is_email;
use crate::organisation::MAX_NAME_CHARS;
use crate::rights::Role;

/// The longest text of an attribute, in characters.
const MAX_CHARS: usize = 256;
/// The most e-mail addresses, and the most roles, of one user.
const MAX_VALUES: usize = 20;

/// The parts of a name (RFC 7643 section 4.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameParts {
    /// The whole name as it is shown.
    pub formatted: Option<String>,
    /// The first name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
}

/// An e-mail address (RFC 7643 section 4.1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The address.
    pub value: String,
    /// What it is for: `work`, `home`, `other`.
    pub kind: Option<String>,
    /// Whether it is the one to use.
    pub primary: Option<bool>,
}

/// A role as a directory names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleValue {
    /// Its name; see [`UserAttributes::role`] for those that mean something.
    pub value: String,
    /// What people call it.
    pub display: Option<String>,
    /// What kind of role it is, in the directory's own words.
    pub kind: Option<String>,
    /// Whether it is the first of several.
    pub primary: Option<bool>,
}

/// What a directory says of a user.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAttributes {
    /// What the directory calls the account; unique within the directory, whatever its capitals.
    pub user_name: String,
    /// What the directory knows the user by. For work accounts it is the user's object id in Entra ID.
    pub external_id: Option<String>,
    /// The parts of the name.
    pub name: NameParts,
    /// The name to show.
    pub display_name: Option<String>,
    /// E-mail addresses.
    pub emails: Vec<Email>,
    /// Roles.
    pub roles: Vec<RoleValue>,
    /// Whether the account lets its owner in. Not kept here: the account says it.
    #[serde(skip)]
    pub active: bool,
}

impl std::fmt::Debug for UserAttributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserAttributes")
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// What a directory says of a group.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupAttributes {
    /// Its name; unique within the directory, whatever its capitals.
    pub display_name: String,
    /// What the directory knows the group by.
    pub external_id: Option<String>,
}

impl std::fmt::Debug for GroupAttributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupAttributes").finish_non_exhaustive()
    }
}

/// A text of one line that is not too long.
fn check_text(text: &str, what: &'static str) -> Result<(), ProvisioningError> {
    let is_fit = text.chars().count() <= MAX_CHARS && !text.chars().any(char::is_control);
    if is_fit {
        Ok(())
    } else {
        Err(ProvisioningError::Invalid(what))
    }
}

fn check_optional(text: Option<&String>, what: &'static str) -> Result<(), ProvisioningError> {
    text.map_or(Ok(()), |text| check_text(text, what))
}

impl UserAttributes {
    /// Whether every value may be kept.
    pub(super) fn check(&self) -> Result<(), ProvisioningError> {
        if self.user_name.trim().is_empty() {
            return Err(ProvisioningError::Invalid("userName is missing"));
        }
        check_text(&self.user_name, "userName is not one line of at most 256 characters")?;
        check_optional(
            self.external_id.as_ref(),
            "externalId is not one line of at most 256 characters",
        )?;
        let name = "a name is not one line of at most 256 characters";
        for part in [
            &self.name.formatted,
            &self.name.given_name,
            &self.name.family_name,
            &self.display_name,
        ] {
            check_optional(part.as_ref(), name)?;
        }
        if self.emails.len() > MAX_VALUES || self.roles.len() > MAX_VALUES {
            return Err(ProvisioningError::Invalid(
                "emails and roles have at most 20 values each",
            ));
        }
        for email in &self.emails {
            let what = "an e-mail address is missing or too long";
            if email.value.is_empty() {
                return Err(ProvisioningError::Invalid(what));
            }
            check_text(&email.value, what)?;
            check_optional(email.kind.as_ref(), what)?;
        }
        for role in &self.roles {
            let what = "a role is missing its value or too long";
            if role.value.is_empty() {
                return Err(ProvisioningError::Invalid(what));
            }
            check_text(&role.value, what)?;
            check_optional(role.display.as_ref(), what)?;
            check_optional(role.kind.as_ref(), what)?;
        }
        Ok(())
    }

    /// The role that `roles` names: `Postvalv.Sender`, `Postvalv.Admin` and `Postvalv.Auditor`, or the same in small letters
    /// without the prefix; of several, admin comes before sender and sender before auditor. Other values mean nothing here.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        first(self.roles.iter().filter_map(|role| role_named(&role.value)))
    }

    /// The user's object id in Entra ID.
    pub(super) fn object_id(&self) -> Result<ObjectId, ProvisioningError> {
        let text = self.external_id.as_deref().unwrap_or_default();
        let problem = "externalId must be the user's object id in Entra ID: map objectId to it";
        text.parse().map_err(|_| ProvisioningError::Invalid(problem))
    }

    /// The e-mail address of the account: the one for work, else the primary, else the first; where there is none, userName when
    /// it is an address.
    pub(super) fn account_email(&self) -> Option<&str> {
        let is_work = |email: &&Email| {
            email
                .kind
                .as_deref()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
        };
        let work = self.emails.iter().find(is_work);
        let primary = || self.emails.iter().find(|email| email.primary == Some(true));
        let chosen = work.or_else(primary).or_else(|| self.emails.first());
        let text = chosen.map_or(self.user_name.as_str(), |email| email.value.as_str());
        Some(text.trim()).filter(|text| is_email(text))
    }

    /// The name of the account.
    pub(super) fn account_name(&self) -> String {
        let parts = [&self.name.given_name, &self.name.family_name];
        let joined: Vec<&str> = parts.into_iter().flatten().map(|part| part.trim()).collect();
        let candidates = [
            self.display_name.clone().unwrap_or_default(),
            self.name.formatted.clone().unwrap_or_default(),
            joined.join(" "),
            self.user_name.clone(),
        ];
        let chosen = candidates.iter().map(|text| text.trim()).find(|text| !text.is_empty());
        chosen.unwrap_or_default().chars().take(MAX_NAME_CHARS).collect()
    }
}

impl GroupAttributes {
    /// Whether every value may be kept.
    pub(super) fn check(&self) -> Result<(), ProvisioningError> {
        if self.display_name.trim().is_empty() {
            return Err(ProvisioningError::Invalid("displayName is missing"));
        }
        check_text(
            &self.display_name,
            "displayName is not one line of at most 256 characters",
        )?;
        check_optional(
            self.external_id.as_ref(),
            "externalId is not one line of at most 256 characters",
        )
    }

    /// The role that the group's members get where their own `roles` name none.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        role_named(&self.display_name)
    }
}

/// The role that a directory means by a word. Nothing but these very words gives rights.
fn role_named(word: &str) -> Option<Role> {
    match word {
        "Postvalv.Sender" | "sender" => Some(Role::Sender),
        "Postvalv.Admin" | "admin" => Some(Role::Admin),
        "Postvalv.Auditor" | "auditor" => Some(Role::Auditor),
        _ => None,
    }
}

/// Which of several roles counts: admin before sender before auditor.
pub(super) fn first(roles: impl Iterator<Item = Role>) -> Option<Role> {
    roles.min_by_key(|role| match role {
        Role::Admin => 0,
        Role::Sender => 1,
        Role::Auditor => 2,
    })
}

/// What becomes of an account when a directory says whether it is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// It stays as it is.
    Stays,
    /// It is shut.
    Shuts,
    /// It is opened again.
    Opens,
}

impl Opening {
    /// Closing is obeyed at once; opening undoes only the directory's own closing, so that whom an admin shut out stays out until
    /// an admin lets them in. `shut_at` is when the directory shut it; an account that was shut at another time somebody else shut.
    pub(super) fn of(active: bool, deactivated_at: Option<Timestamp>, shut_at: Option<Timestamp>) -> Self {
        match (active, deactivated_at) {
            (false, None) => Self::Shuts,
            (true, Some(at)) if shut_at == Some(at) => Self::Opens,
            (true, _) | (false, Some(_)) => Self::Stays,
        }
    }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    fn with_roles(values: &[&str]) -> UserAttributes {
        let role = |value: &&str| RoleValue {
            value: (*value).to_owned(),
            ..RoleValue::default()
        };
        UserAttributes {
            roles: values.iter().map(role).collect(),
            ..UserAttributes::default()
        }
    }

    #[test]
    fn of_several_roles_admin_comes_before_sender_before_auditor() {
        for (values, role) in [
            (
                &["Postvalv.Auditor", "Postvalv.Sender", "Postvalv.Admin"][..],
                Some(Role::Admin),
            ),
            (&["auditor", "sender"], Some(Role::Sender)),
            (&["auditor", "Reader"], Some(Role::Auditor)),
            (&["Admin", "postvalv.admin", " admin", "ADMIN"], None),
            (&[], None),
        ] {
            assert_eq!(with_roles(values).role(), role, "{values:?}");
        }
    }

    #[test]
    fn only_the_directorys_own_closing_is_undone_by_it() {
        let (then, later) = (Timestamp::from_millis(1), Timestamp::from_millis(2));
        for (active, deactivated_at, shut_at, opening) in [
            (true, None, None, Opening::Stays),
            (true, None, Some(then), Opening::Stays),
            (true, Some(then), Some(then), Opening::Opens),
            (true, Some(then), None, Opening::Stays),
            (true, Some(later), Some(then), Opening::Stays),
            (false, None, None, Opening::Shuts),
            (false, None, Some(then), Opening::Shuts),
            (false, Some(then), None, Opening::Stays),
            (false, Some(then), Some(then), Opening::Stays),
        ] {
            assert_eq!(Opening::of(active, deactivated_at, shut_at), opening);
        }
    }

    #[test]
    fn the_accounts_address_is_the_one_for_work_then_the_primary_then_the_user_name() {
        let email = |value: &str, kind: Option<&str>, primary: bool| Email {
            value: value.to_owned(),
            kind: kind.map(str::to_owned),
            primary: Some(primary),
        };
        let user = |emails: Vec<Email>| UserAttributes {
            user_name: "karin@norrby.example".to_owned(),
            emails,
            ..UserAttributes::default()
        };
        let home = email("home@norrby.example", Some("home"), true);
        let work = email("work@norrby.example", Some("Work"), false);
        let other = email("other@norrby.example", None, false);
        let address = |emails: Vec<Email>| user(emails).account_email().map(str::to_owned);
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(address(vec![home.clone(), work]), is("work@norrby.example"));
        assert_eq!(address(vec![other.clone(), home]), is("home@norrby.example"));
        assert_eq!(address(vec![other]), is("other@norrby.example"));
        assert_eq!(address(Vec::new()), is("karin@norrby.example"));
        assert_eq!(address(vec![email("none", Some("work"), true)]), None);
    }

    #[test]
    fn the_accounts_name_is_the_shown_one_then_the_parts_then_the_user_name() {
        let mut user = UserAttributes {
            user_name: "karin".to_owned(),
            display_name: Some(" Karin Ek ".to_owned()),
            name: NameParts {
                formatted: Some("Ek, Karin".to_owned()),
                given_name: Some("Karin".to_owned()),
                family_name: Some("Ek".to_owned()),
            },
            ..UserAttributes::default()
        };
        assert_eq!(user.account_name(), "Karin Ek");
        user.display_name = Some(" ".to_owned());
        assert_eq!(user.account_name(), "Ek, Karin");
        user.name.formatted = None;
        assert_eq!(user.account_name(), "Karin Ek");
        user.name = NameParts::default();
        assert_eq!(user.account_name(), "karin");
        user.display_name = Some("å".repeat(200));
        assert_eq!(user.account_name().chars().count(), MAX_NAME_CHARS);
    }

    #[test]
    fn what_is_too_long_or_no_line_is_refused() {
        let user = UserAttributes {
            user_name: "karin".to_owned(),
            ..UserAttributes::default()
        };
        assert!(user.check().is_ok());
        let long = "x".repeat(257);
        let wrong: [fn(&mut UserAttributes, &str); 6] = [
            |user, _| user.user_name = "  ".to_owned(),
            |user, long| user.user_name = long.to_owned(),
            |user, long| user.external_id = Some(long.to_owned()),
            |user, _| user.display_name = Some("a\nb".to_owned()),
            |user, long| user.name.given_name = Some(long.to_owned()),
            |user, _| user.emails = vec![Email::default(); 1],
        ];
        for change in wrong {
            let mut user = user.clone();
            change(&mut user, &long);
            assert!(matches!(user.check(), Err(ProvisioningError::Invalid(_))));
        }
        let mut many = with_roles(&["sender"; 21]);
        many.user_name = "karin".to_owned();
        assert!(many.check().is_err());
    }
}
