//! What falls due, week by week.

use base::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sea_orm::{ConnectionTrait, Statement, Value};

use super::ChangeRetentionError;
use crate::rights::Action;
use crate::{Denied, Fault, Portal, StaffActor, hold, organisation};

/// How many weeks are looked at.
const WEEKS: usize = 12;

/// What falls due in one week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueWeek {
    /// The day that it begins with; a Monday, but for the first week, which begins today.
    pub from: Date,
    /// The day after its last.
    pub until: Date,
    /// How many documents go in it.
    pub documents: u64,
}

/// How many documents go at which instant: a message goes with the last of its deliveries, and each of these at its end, when it was revoked
/// at once, or when the grace of the last hold on it that was lifted is over. All that ends on one day ends at one instant, so there are no
/// more rows than days and holds that were lifted lately. What a hold is on that stands does not go. $1 is the organisation, $2 and $3 the
/// instants after which and until which, $4 since when lifted holds still keep what they are on, and $5 for how long they do, in milliseconds.
const DUE: &str = concat!(
    "SELECT ending.due, CAST(SUM(ending.documents) AS BIGINT) FROM (\
    SELECT MAX(CASE WHEN one.revoked_at IS NULL AND (one.kept_until IS NULL OR one.expires_at > one.kept_until) \
    THEN one.expires_at ELSE one.kept_until END) AS due, \
    (SELECT COUNT(*) FROM document WHERE document.message_id = one.message_id AND document.purged_at IS NULL) AS documents \
    FROM (SELECT delivery.message_id, delivery.expires_at, delivery.revoked_at, ",
    hold::kept_until!("delivery", "$4", "$5"),
    " AS kept_until FROM delivery \
    WHERE delivery.organisation_id = $1 AND delivery.purged_at IS NULL AND delivery.condemned_at IS NULL) AS one \
    WHERE NOT EXISTS (SELECT 1 FROM delivery kept WHERE kept.message_id = one.message_id \
    AND kept.purged_at IS NULL AND kept.condemned_at IS NULL AND ",
    hold::stands!("kept"),
    ") GROUP BY one.message_id) AS ending \
    WHERE ending.due > $2 AND ending.due <= $3 GROUP BY ending.due"
);

impl Portal {
    /// How many documents of the actor's organisation go in each of the next twelve weeks, if nothing changes.
    ///
    /// # Errors
    ///
    /// [`ChangeRetentionError::Busy`], [`ChangeRetentionError::Denied`], [`ChangeRetentionError::Fault`].
    pub async fn due_weeks(&self, actor: &StaffActor) -> Result<Vec<DueWeek>, ChangeRetentionError> {
        let context = &*self.0;
        context.require(actor, Action::SeeRetention).await??;
        let reader = context.database.reader();
        let organisation = organisation::find(reader, actor.organisation_id())
            .await?
            .ok_or(Denied::OrganisationGone)?;
        let _turn = context.due_weeks.take(organisation.id).await?;
        let now = context.now();
        let today = now.to_jiff().to_zoned(organisation.time_zone.clone()).date();
        let mut weeks = weeks_from(today);
        let last = weeks.last().map_or(today, |week| week.until);
        let values: [Value; 5] = [
            (*organisation.id.as_uuid()).into(),
            now.as_millis().into(),
            midnight(last, &organisation.time_zone)?.as_millis().into(),
            hold::protects_since(now).as_millis().into(),
            i64::try_from(hold::GRACE.as_millis()).map_err(Fault::new)?.into(),
        ];
        let question = Statement::from_sql_and_values(reader.get_database_backend(), DUE, values);
        for row in reader.query_all_raw(question).await? {
            let ends = Timestamp::from_millis(row.try_get_by_index(0)?);
            let documents: i64 = row.try_get_by_index(1)?;
            for week in &mut weeks {
                let until = midnight(week.until, &organisation.time_zone)?;
                if ends <= until {
                    week.documents += u64::try_from(documents).map_err(Fault::new)?;
                    break;
                }
            }
        }
        Ok(weeks)
    }
}

fn weeks_from(today: Date) -> Vec<DueWeek> {
    let mut from = today;
    let mut next = || {
        let week = DueWeek {
            from,
            until: next_monday(from),
            documents: 0,
        };
        from = week.until;
        week
    };
    std::iter::repeat_with(&mut next).take(WEEKS).collect()
}

/// The instant with which a day begins.
fn midnight(day: Date, time_zone: &TimeZone) -> Result<Timestamp, Fault> {
    let begins = day.to_zoned(time_zone.clone()).map_err(Fault::new)?;
    Ok(Timestamp::from_jiff(begins.timestamp()))
}

fn next_monday(after: Date) -> Date {
    let days_left = 8 - i64::from(after.weekday().to_monday_one_offset());
    after.saturating_add(days_left.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_ends_with_its_sunday() {
        let monday = |day| next_monday(format!("2026-11-{day:02}").parse().unwrap()).to_string();
        assert_eq!(monday(22), "2026-11-23", "from a Sunday");
        assert_eq!(monday(23), "2026-11-30", "from a Monday");
        assert_eq!(monday(25), "2026-11-30", "from a Wednesday");
    }

    #[test]
    fn twelve_weeks_follow_each_other_without_a_gap() {
        let weeks = weeks_from("2026-11-25".parse().unwrap());
        assert_eq!(weeks.len(), WEEKS);
        assert!(weeks.windows(2).all(|pair| pair[0].until == pair[1].from));
        assert_eq!(weeks[11].until.to_string(), "2027-02-15");
    }
}
