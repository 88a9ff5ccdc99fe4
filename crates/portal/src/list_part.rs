//! Where long lists go on: pages that show what is open and what is closed, a part at a time.
//!
//! A part goes on after the value that the list is ordered by and the id, so that nothing is passed over when what stood there is changed
//! or gone meanwhile.

use std::fmt;
use std::str::FromStr;

use base::Timestamp;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

/// How many entries of a list are shown at a time.
pub(crate) const PAGE: usize = 25;

/// After which entry a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    at: Timestamp,
    id: Uuid,
}

impl Cursor {
    pub(crate) const fn new(at: i64, id: Uuid) -> Self {
        Self {
            at: Timestamp::from_millis(at),
            id,
        }
    }

    /// What comes after it in a list in the order of two columns.
    pub(crate) fn after(self, at: impl ColumnTrait, id: impl ColumnTrait) -> Condition {
        self.beyond(at.gte(self.at.as_millis()), at.gt(self.at.as_millis()), id.gt(self.id))
    }

    /// What comes after it in a list in the opposite order.
    pub(crate) fn before(self, at: impl ColumnTrait, id: impl ColumnTrait) -> Condition {
        self.beyond(at.lte(self.at.as_millis()), at.lt(self.at.as_millis()), id.lt(self.id))
    }

    /// The first of these says nothing that the others don't, and tells the database where in the index to begin.
    fn beyond(self, begins: SimpleExpr, further: SimpleExpr, same: SimpleExpr) -> Condition {
        Condition::all()
            .add(begins)
            .add(Condition::any().add(further).add(same))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_millis(), self.id)
    }
}

/// A text that names no place in a list.
#[derive(Debug, thiserror::Error)]
#[error("no place in a list")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (at, id) = text.split_once('.').ok_or(InvalidCursor)?;
        Ok(Self::new(
            at.parse().map_err(|_| InvalidCursor)?,
            id.parse().map_err(|_| InvalidCursor)?,
        ))
    }
}

/// What a row of the log says of the entries of a list that somebody is shown: how many, and the first and the last of them.
pub(crate) fn named(ids: impl IntoIterator<Item = Uuid>) -> String {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    match (ids.first(), ids.last()) {
        (Some(first), Some(last)) => format!("{} {first} {last}", ids.len()),
        _ => "0".to_owned(),
    }
}

/// What of two lists is shown: of what is open and of what is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListPart {
    /// Where both begin.
    #[default]
    Beginning,
    /// More of what is open.
    Open(Cursor),
    /// More of what is closed.
    Closed(Cursor),
}

impl ListPart {
    /// After which entry what is open is shown: `None` when it isn't, and no entry at the beginning.
    pub(crate) const fn open(self) -> Option<Option<Cursor>> {
        match self {
            Self::Beginning => Some(None),
            Self::Open(cursor) => Some(Some(cursor)),
            Self::Closed(_) => None,
        }
    }

    /// As [`ListPart::open`], of what is closed.
    pub(crate) const fn closed(self) -> Option<Option<Cursor>> {
        match self {
            Self::Beginning => Some(None),
            Self::Open(_) => None,
            Self::Closed(cursor) => Some(Some(cursor)),
        }
    }

    /// The part that two places in an address name; both together are none.
    ///
    /// # Errors
    ///
    /// [`InvalidCursor`].
    pub fn parse(open: Option<&str>, closed: Option<&str>) -> Result<Self, InvalidCursor> {
        match (open, closed) {
            (None, None) => Ok(Self::Beginning),
            (Some(after), None) => after.parse().map(Self::Open),
            (None, Some(after)) => after.parse().map(Self::Closed),
            (Some(_), Some(_)) => Err(InvalidCursor),
        }
    }
}

/// Leaves of rows that were read with one more than fit what is shown, and gives where to go on.
pub(crate) fn cut<R>(rows: &mut Vec<R>, cursor: impl Fn(&R) -> Cursor) -> Option<Cursor> {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    rows.last().filter(|_| more).map(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_is_read_as_it_was_written_and_nothing_else_is() {
        let cursor = Cursor::new(-7, Uuid::from_u128(9));
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        let text = cursor.to_string();
        assert_eq!(ListPart::parse(Some(&text), None).unwrap(), ListPart::Open(cursor));
        assert_eq!(ListPart::parse(None, Some(&text)).unwrap(), ListPart::Closed(cursor));
        assert_eq!(ListPart::parse(None, None).unwrap(), ListPart::Beginning);
        assert!(ListPart::parse(Some(&text), Some(&text)).is_err());
        for wrong in ["", ".", "1", "1.", "1.2", "x.00000000-0000-0000-0000-000000000009"] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
