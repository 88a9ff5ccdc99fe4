//! What an organisation has that its deletion would take.

use base::{OrganisationId, Timestamp};
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

use super::delete::DeleteOrganisationError;
use super::{Organisation, finder};
use crate::actor::OperatorActor;
use crate::{Portal, hold};

/// What an organisation has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrganisationContent {
    /// Messages whose texts are not erased, whoever may read them.
    pub messages: u64,
    /// Documents that are not purged.
    pub documents: u64,
    /// Cases in which something lives.
    pub cases: u64,
    /// People who have a case with this organisation and with no other.
    pub recipients: u64,
    /// Accounts of staff, those that are shut included.
    pub staff: u64,
    /// Systems, those that are disabled included.
    pub systems: u64,
    /// Holds that stand or were lifted within seven days.
    pub holds: u64,
    /// Messages that one of them keeps, counted for each recipient.
    pub held: u64,
}

/// `$1` is the organisation, `$2` since when lifted holds still keep what they are on.
const COUNTS: &str = concat!(
    "SELECT \
     (SELECT COUNT(*) FROM message WHERE organisation_id = $1 AND sealed_title IS NOT NULL), \
     (SELECT COUNT(*) FROM document WHERE organisation_id = $1 AND purged_at IS NULL), \
     (SELECT COUNT(*) FROM cases WHERE organisation_id = $1 AND recipient_id IS NOT NULL), \
     (SELECT COUNT(DISTINCT own.recipient_id) FROM cases own WHERE own.organisation_id = $1 AND own.recipient_id IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM cases other WHERE other.recipient_id = own.recipient_id AND other.organisation_id <> $1)), \
     (SELECT COUNT(*) FROM staff_member WHERE organisation_id = $1), \
     (SELECT COUNT(*) FROM system WHERE organisation_id = $1), \
     (SELECT COUNT(*) FROM hold WHERE organisation_id = $1 AND (lifted_at IS NULL OR lifted_at > $2)), \
     (SELECT COUNT(*) FROM delivery WHERE delivery.organisation_id = $1 AND delivery.purged_at IS NULL \
     AND delivery.condemned_at IS NULL AND ",
    hold::held!("delivery", "$2"),
    ")"
);

/// Counts what an organisation has, with what is held by the one condition that everything asks which destroys.
pub(super) async fn count(
    on: &impl ConnectionTrait,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<OrganisationContent, DbErr> {
    let values: [Value; 2] = [
        (*organisation.as_uuid()).into(),
        hold::protects_since(now).as_millis().into(),
    ];
    let question = Statement::from_sql_and_values(on.get_database_backend(), COUNTS, values);
    let Some(row) = on.query_one_raw(question).await? else {
        return Ok(OrganisationContent::default());
    };
    let number = |place| Ok::<_, DbErr>(u64::try_from(row.try_get_by_index::<i64>(place)?).unwrap_or(0));
    Ok(OrganisationContent {
        messages: number(0)?,
        documents: number(1)?,
        cases: number(2)?,
        recipients: number(3)?,
        staff: number(4)?,
        systems: number(5)?,
        holds: number(6)?,
        held: number(7)?,
    })
}

impl Portal {
    /// The organisation of that slug or id, whether it was deleted or not, and what it has. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`DeleteOrganisationError::NotFound`], [`DeleteOrganisationError::Fault`].
    pub async fn organisation_content(
        &self,
        _actor: &OperatorActor,
        address: &str,
    ) -> Result<(Organisation, OrganisationContent), DeleteOrganisationError> {
        let context = &*self.0;
        let reader = context.database.reader();
        let row = finder::find_row_by_address_even_deleted(reader, address).await?;
        let organisation = Organisation::from_row(row.ok_or(DeleteOrganisationError::NotFound)?)?;
        context.clock_step().await?;
        let content = count(reader, organisation.id, context.certain_now()).await?;
        Ok((organisation, content))
    }
}
