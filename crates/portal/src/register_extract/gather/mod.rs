//! Gathers what is held about a person: all of it for themselves, or what one organisation has registered for that organisation. The
//! tables that it goes through are listed beside the test that finds those that it does not.

mod case;
mod organisation;
mod person;

pub(super) use case::{case, cases};
pub(super) use organisation::of_organisation;
pub(super) use person::about_person;

use base::{OrganisationId, RecipientId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use super::part::KeptHold;
use crate::{Context, RecipientActor, ShownHold, StaffActor, hold};

/// Those on whatever an organisation sends the person; one on a single case is that case's.
macro_rules! holds_of {
    ($whose:literal) => {
        concat!(
            "SELECT organisation.name, hold.placed_at, hold.lifted_at FROM hold \
             JOIN organisation ON organisation.id = hold.organisation_id \
             WHERE hold.recipient_id = $1 AND (hold.lifted_at IS NULL OR hold.lifted_at > $2) \
             AND organisation.holds_shown = 1",
            $whose,
            " ORDER BY hold.placed_at"
        )
    };
}
const HOLDS: &str = holds_of!("");
const HOLDS_OF_ORGANISATION: &str = holds_of!(" AND hold.organisation_id = $3");

/// What is gathered. Made of who acts alone, so that nobody's extract has another's rows.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    recipient: RecipientId,
    /// Whose alone; `None` for everybody's.
    organisation: Option<OrganisationId>,
}

impl Scope {
    /// What anybody has about the person who acts.
    pub(super) const fn own(actor: &RecipientActor) -> Self {
        Self {
            recipient: actor.recipient_id(),
            organisation: None,
        }
    }

    /// What the organisation of the staff member who acts has about somebody.
    const fn of_organisation(actor: &StaffActor, recipient: RecipientId) -> Self {
        Self {
            recipient,
            organisation: Some(actor.organisation_id()),
        }
    }

    fn recipient(self) -> Value {
        (*self.recipient.as_uuid()).into()
    }
}

async fn holds(context: &Context, scope: Scope) -> Result<Vec<KeptHold>, DbErr> {
    let (sql, whose) = match scope.organisation {
        None => (HOLDS, None),
        Some(organisation) => (HOLDS_OF_ORGANISATION, Some((*organisation.as_uuid()).into())),
    };
    let since = hold::protects_since(context.now()).as_millis().into();
    let values = [scope.recipient(), since].into_iter().chain(whose);
    rows(context, sql, values, |row| {
        Ok(KeptHold {
            organisation: row.try_get_by_index(0)?,
            since: time(row, 1)?,
            until: ShownHold::lifted(maybe_time(row, 2)?).keeps_until,
        })
    })
    .await
}

fn time(row: &QueryResult, column: usize) -> Result<Timestamp, DbErr> {
    row.try_get_by_index(column).map(Timestamp::from_millis)
}

fn maybe_time(row: &QueryResult, column: usize) -> Result<Option<Timestamp>, DbErr> {
    let at: Option<i64> = row.try_get_by_index(column)?;
    Ok(at.map(Timestamp::from_millis))
}

async fn rows<T>(
    context: &Context,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
    read: impl Fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<Vec<T>, DbErr> {
    let on = context.database.reader();
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, values);
    on.query_all_raw(statement).await?.iter().map(read).collect()
}
