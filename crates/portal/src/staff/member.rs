//! An account as it is stored: what of it is sealed and how it is found, and whether it lets somebody in at a certain time.

use base::{Day, OrganisationId, StaffId, Timestamp};
use jiff::tz::TimeZone;
use keyring::Field;
use sea_orm::{EntityTrait, IntoActiveModel, SqlErr};
use unicode_normalization::UnicodeNormalization;

use super::entity::{Entity, Model};
use super::lock::Tries;
use super::store;
use crate::database::WriteTransaction;
use crate::rights::Role;
use crate::{Context, Fault, Organisation, WorkAccount, organisation};

/// How many accounts an organisation may have. Where more people than this send documents, they are several organisations.
const MAX_PER_ORGANISATION: u64 = 10_000;

/// The days between which somebody is let in: from the beginning of the first to the end of the last, in the organisation's
/// time zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// The first day; `None` for one that was always over.
    pub first: Option<Day>,
    /// The last day; `None` for one that never comes.
    pub last: Option<Day>,
}

impl Validity {
    /// Whether the last day does not come before the first.
    pub(super) fn is_in_order(self) -> bool {
        self.first.zip(self.last).is_none_or(|(first, last)| first <= last)
    }

    /// The first instant, and the first that is too late.
    pub(super) fn instants(self, time_zone: &TimeZone) -> (Option<Timestamp>, Option<Timestamp>) {
        let from = self.first.map(|day| start_of(day, time_zone));
        let until = self.last.map(|day| start_of(day.plus_days(1), time_zone));
        (from, until)
    }

    /// The days of which these are the instants.
    pub(super) fn of_instants(from: Option<i64>, until: Option<i64>, time_zone: &TimeZone) -> Self {
        let day = |instant: Timestamp| {
            let date = instant.to_jiff().to_zoned(time_zone.clone()).date();
            let start = date.to_zoned(TimeZone::UTC).map(|start| start.timestamp());
            start.map_or(instant.day(), |start| Timestamp::from_jiff(start).day())
        };
        Self {
            first: from.map(Timestamp::from_millis).map(day),
            last: until
                .map(|until| Timestamp::from_millis(until.saturating_sub(1)))
                .map(day),
        }
    }
}

/// When a calendar day begins somewhere. Where the clocks jump over midnight it begins later.
fn start_of(day: Day, time_zone: &TimeZone) -> Timestamp {
    let date = day.start().to_jiff().to_zoned(TimeZone::UTC).date();
    let start = date
        .to_zoned(time_zone.clone())
        .and_then(|midnight| midnight.start_of_day());
    start.map_or(day.start(), |start| Timestamp::from_jiff(start.timestamp()))
}

/// Which kinds of second factor somebody has. Recovery codes are none of their own: they stand in for either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecondFactors {
    /// One-time codes from an app.
    pub codes: bool,
    /// At least one passkey.
    pub passkeys: bool,
}

impl SecondFactors {
    /// Whether there is any.
    #[must_use]
    pub const fn any(self) -> bool {
        self.codes || self.passkeys
    }
}

/// Who shut an account. What an admin shut, no directory opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShutBy {
    Admin,
    Directory,
}

impl ShutBy {
    /// The word in the database.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Directory => "directory",
        }
    }
}

/// Why an account lets nobody in, whatever they know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shut {
    Deactivated,
    NotYet,
    Over,
}

impl Shut {
    /// Whether it is over by itself one day: the first day comes.
    pub(super) const fn opens_by_itself(self) -> bool {
        matches!(self, Self::NotYet)
    }

    /// The word for the audit log.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
            Self::NotYet | Self::Over => "outside-dates",
        }
    }
}

impl Model {
    pub(super) const fn staff_id(&self) -> StaffId {
        StaffId::from_uuid(self.id)
    }

    pub(super) const fn organisation(&self) -> OrganisationId {
        OrganisationId::from_uuid(self.organisation_id)
    }

    /// Whether the account lets nobody in at that time.
    pub(super) fn shut(&self, now: Timestamp) -> Option<Shut> {
        let now = now.as_millis();
        if self.deactivated_at.is_some() {
            Some(Shut::Deactivated)
        } else if self.valid_from.is_some_and(|from| now < from) {
            Some(Shut::NotYet)
        } else if self.valid_until.is_some_and(|until| until <= now) {
            Some(Shut::Over)
        } else {
            None
        }
    }

    /// Whether the account is shut and we know that they shut it.
    pub(super) fn is_shut_by(&self, by: ShutBy) -> bool {
        self.deactivated_at.is_some() && self.deactivated_by.as_deref() == Some(by.as_str())
    }

    /// Shuts the account. What an admin has shut already stays as it is.
    pub(super) fn shut_out(&mut self, by: ShutBy, now: Timestamp) {
        if !self.is_shut_by(ShutBy::Admin) {
            self.deactivated_at = Some(now.as_millis());
            self.deactivated_by = Some(by.as_str().to_owned());
        }
    }

    /// Opens the account.
    pub(super) fn let_in(&mut self) {
        (self.deactivated_at, self.deactivated_by) = (None, None);
    }

    /// The role; one that this version doesn't know is a fault, since it allows nothing.
    pub(super) fn known_role(&self) -> Result<Role, Fault> {
        self.role.parse().map_err(Fault::new)
    }

    /// Whether the person's directory vouches for them, and no password does.
    pub(super) const fn has_work_account(&self) -> bool {
        self.sealed_work_account.is_some()
    }

    /// Which kinds of second factor the person has.
    pub(super) fn second_factors(&self) -> SecondFactors {
        SecondFactors {
            codes: self.sealed_code_secret.is_some(),
            passkeys: self.passkeys.is_some_and(|passkeys| passkeys > 0),
        }
    }

    pub(super) fn tries(&self) -> Tries {
        Tries {
            failures: u32::try_from(self.failures).unwrap_or(0),
            last_failure_at: self.last_failure_at.map(Timestamp::from_millis),
        }
    }
}

/// An account to be.
pub(super) struct NewAccount<'a> {
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    pub(super) role: Role,
    pub(super) validity: Validity,
    /// The work account by which it is found; by the e-mail address where there is none.
    pub(super) work_account: Option<WorkAccount>,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotCreated {
    #[error("the organisation has such an account already")]
    Taken,
    #[error("the organisation has as many accounts as it may have")]
    TooMany,
    #[error("the organisation is gone")]
    OrganisationGone,
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for NotCreated {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Writes down a new account. Nobody can use it yet who does not have its work account.
pub(super) async fn create(
    context: &Context,
    transaction: &WriteTransaction,
    owner: &Organisation,
    new: &NewAccount<'_>,
) -> Result<Model, NotCreated> {
    // Before any account, as everybody locks them.
    if !organisation::stays(transaction, owner.id).await? {
        return Err(NotCreated::OrganisationGone);
    }
    if store::count(transaction, owner.id).await? >= MAX_PER_ORGANISATION {
        return Err(NotCreated::TooMany);
    }
    let indexes = match new.work_account {
        Some(account) => account.indexes(context, owner.id),
        None => context.vault.staff_indexes(owner.id, &email_form(new.email)),
    };
    if store::find_by_index(transaction, owner.id, &indexes).await?.is_some() {
        return Err(NotCreated::Taken);
    }
    let (version, index) = indexes.first().ok_or_else(|| Fault::new("there is no index key"))?;
    let id: StaffId = context.ids.next();
    let (valid_from, valid_until) = new.validity.instants(&owner.time_zone);
    let work_account = new.work_account.map(|account| account.to_string());
    let row = Model {
        id: *id.as_uuid(),
        organisation_id: *owner.id.as_uuid(),
        role: new.role.as_str().to_owned(),
        valid_from: valid_from.map(Timestamp::as_millis),
        valid_until: valid_until.map(Timestamp::as_millis),
        index_version: i32::try_from(*version).map_err(Fault::new)?,
        account_index: index.as_bytes().to_vec(),
        sealed_name: seal(context, id, Sealed::Name, new.name.as_bytes()),
        sealed_email: seal(context, id, Sealed::Email, new.email.as_bytes()),
        password_hash: None,
        password_set_at: None,
        sealed_code_secret: None,
        sealed_new_code_secret: None,
        code_step: None,
        code_set_at: None,
        failures: 0,
        last_failure_at: None,
        untold_failures: 0,
        last_signed_in_at: None,
        created_at: context.now().as_millis(),
        deactivated_at: None,
        deactivated_by: None,
        sealed_work_account: work_account.map(|text| seal(context, id, Sealed::WorkAccount, text.as_bytes())),
        passkeys: None,
        sealed_passkey_handle: None,
        sealed_untold_code_device: None,
    };
    let inserted = Entity::insert(row.clone().into_active_model())
        .exec_without_returning(transaction)
        .await;
    match inserted {
        Ok(_) => Ok(row),
        // Somebody else created the same at the same moment.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(NotCreated::Taken),
        Err(error) => Err(error.into()),
    }
}

/// What of a staff member is sealed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sealed {
    Name,
    Email,
    CodeSecret,
    NewCodeSecret,
    WorkAccount,
    PasskeyHandle,
    UntoldCodeDevice,
}

impl Sealed {
    const fn column(self) -> &'static str {
        match self {
            Self::Name => "sealed_name",
            Self::Email => "sealed_email",
            Self::CodeSecret => "sealed_code_secret",
            Self::NewCodeSecret => "sealed_new_code_secret",
            Self::WorkAccount => "sealed_work_account",
            Self::PasskeyHandle => "sealed_passkey_handle",
            Self::UntoldCodeDevice => "sealed_untold_code_device",
        }
    }
}

/// The place of what is sealed.
pub(super) fn place(staff: &StaffId, column: Sealed) -> Field<'_> {
    Field::new("staff_member", column.column(), staff.as_bytes())
}

pub(super) fn seal(context: &Context, staff: StaffId, column: Sealed, value: &[u8]) -> Vec<u8> {
    context.vault.staff_key().seal_field(place(&staff, column), value)
}

pub(super) fn open(
    context: &Context,
    staff: StaffId,
    column: Sealed,
    sealed: &[u8],
) -> Result<zeroize::Zeroizing<Vec<u8>>, Fault> {
    let opened = context.vault.staff_key().open_field(place(&staff, column), sealed);
    opened.map_err(Fault::new)
}

fn open_text(context: &Context, staff: StaffId, column: Sealed, sealed: &[u8]) -> Result<String, Fault> {
    let opened = context.vault.staff_key().open_text(place(&staff, column), sealed);
    opened.map_err(Fault::new)
}

/// The person's name.
pub(super) fn name(context: &Context, row: &Model) -> Result<String, Fault> {
    open_text(context, row.staff_id(), Sealed::Name, &row.sealed_name)
}

/// The person's work account; `None` for somebody with a password.
pub(super) fn work_account(context: &Context, row: &Model) -> Result<Option<WorkAccount>, Fault> {
    let Some(sealed) = &row.sealed_work_account else {
        return Ok(None);
    };
    let text = open_text(context, row.staff_id(), Sealed::WorkAccount, sealed)?;
    text.parse().map(Some).map_err(Fault::new)
}

/// The person's e-mail address, as it was written.
pub(super) fn email(context: &Context, row: &Model) -> Result<String, Fault> {
    open_text(context, row.staff_id(), Sealed::Email, &row.sealed_email)
}

/// The form of an e-mail address in which people are found: without spaces around it and without regard to capitals. (RFC 5321
/// lets the part before the @ tell capitals apart; no provider of mailboxes for people does.)
pub(super) fn email_form(email: &str) -> String {
    email.trim().to_lowercase().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_last_from_local_midnight_to_local_midnight() {
        let validity = Validity {
            first: Some(day("2026-11-22")),
            last: Some(day("2026-11-22")),
        };
        let (from, until) = validity.instants(&stockholm());
        assert_eq!(from.unwrap().to_rfc3339(), "2026-11-21T23:00:00Z");
        assert_eq!(until.unwrap().to_rfc3339(), "2026-11-22T23:00:00Z");
        let summer = Validity {
            first: None,
            last: Some(day("2026-06-30")),
        };
        assert_eq!(
            summer.instants(&stockholm()).1.unwrap().to_rfc3339(),
            "2026-06-30T22:00:00Z"
        );
    }

    #[test]
    fn instants_read_back_as_the_days_that_they_were_made_of() {
        for zone in ["Europe/Stockholm", "America/New_York", "Pacific/Auckland", "UTC"] {
            let zone = TimeZone::get(zone).unwrap();
            for (first, last) in [("2026-03-29", "2026-10-25"), ("2026-01-01", "2026-12-31")] {
                let validity = Validity {
                    first: Some(day(first)),
                    last: Some(day(last)),
                };
                let (from, until) = validity.instants(&zone);
                let from = from.map(Timestamp::as_millis);
                let until = until.map(Timestamp::as_millis);
                assert_eq!(Validity::of_instants(from, until, &zone), validity);
            }
        }
    }

    #[test]
    fn a_last_day_before_the_first_is_out_of_order() {
        let validity = |first, last| Validity {
            first: Some(day(first)),
            last: Some(day(last)),
        };
        assert!(validity("2026-11-22", "2026-11-22").is_in_order());
        assert!(!validity("2026-11-22", "2026-11-21").is_in_order());
        assert!(Validity::default().is_in_order());
    }

    #[test]
    fn an_address_is_found_however_its_capitals_and_accents_are_written() {
        assert_eq!(email_form("  Karin@Norrby.Example "), "karin@norrby.example");
        assert_eq!(email_form("a\u{30a}sa@x.example"), email_form("Åsa@x.example"));
    }
}
