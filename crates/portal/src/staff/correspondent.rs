//! Where a staff member is written to.

use base::StaffId;
use jiff::tz::TimeZone;

use super::{member, store};
use crate::{Context, Fault, organisation};

/// Somebody to write to.
pub(crate) struct Correspondent {
    /// Their address.
    pub(crate) email: String,
    /// Their organisation's name.
    pub(crate) organisation: String,
    /// Their organisation's time zone.
    pub(crate) time_zone: TimeZone,
}

/// Where a staff member is written to; `None` when there is no such account or it is shut.
pub(crate) async fn correspondent(context: &Context, staff: StaffId) -> Result<Option<Correspondent>, Fault> {
    let reader = context.database.reader();
    let Some(row) = store::find(reader, staff).await? else {
        return Ok(None);
    };
    if row.shut(context.now()).is_some() {
        return Ok(None);
    }
    let Some(organisation) = organisation::find(reader, row.organisation()).await? else {
        return Ok(None);
    };
    Ok(Some(Correspondent {
        email: member::email(context, &row)?,
        organisation: organisation.name,
        time_zone: organisation.time_zone,
    }))
}
