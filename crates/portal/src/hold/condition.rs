//! What is held: the one condition that every path that destroys asks, while it has the case locked.
//!
//! A hold is on its case and, when it is on a recipient, on everything of its organisation to that recipient. It holds until it is
//! lifted and for seven days after.

use base::Timestamp;
use sea_orm::sea_query::{Expr, SimpleExpr};

use super::rule::GRACE;

/// The holds on a delivery, from which something is to be selected.
macro_rules! holds_on {
    ($delivery:literal) => {
        concat!(
            "FROM hold WHERE hold.organisation_id = ",
            $delivery,
            ".organisation_id AND (hold.case_id = ",
            $delivery,
            ".case_id OR hold.recipient_id = ",
            $delivery,
            ".recipient_id)"
        )
    };
}
pub(crate) use holds_on;

/// Whether a delivery is held; `$since` is the SQL of [`protects_since`]'s instant.
macro_rules! held {
    ($delivery:literal, $since:literal) => {
        concat!(
            "EXISTS (SELECT 1 ",
            crate::hold::holds_on!($delivery),
            " AND (hold.lifted_at IS NULL OR hold.lifted_at > ",
            $since,
            "))"
        )
    };
}
pub(crate) use held;

/// Whether a hold on a delivery stands.
macro_rules! stands {
    ($delivery:literal) => {
        concat!(
            "EXISTS (SELECT 1 ",
            crate::hold::holds_on!($delivery),
            " AND hold.lifted_at IS NULL)"
        )
    };
}
pub(crate) use stands;

/// Until when holds that were lifted keep a delivery; NULL when none does. `$since` is as for [`held`], `$grace` the SQL of [`GRACE`] in
/// milliseconds.
macro_rules! kept_until {
    ($delivery:literal, $since:literal, $grace:literal) => {
        concat!(
            "(SELECT MAX(hold.lifted_at) + ",
            $grace,
            " ",
            crate::hold::holds_on!($delivery),
            " AND hold.lifted_at > ",
            $since,
            ")"
        )
    };
}
pub(crate) use kept_until;

/// Holds that were lifted after this instant still keep what they are on.
pub(crate) fn protects_since(now: Timestamp) -> Timestamp {
    now - GRACE
}

/// That nothing holds the delivery of a query of `delivery`.
pub(crate) fn is_not_held(now: Timestamp) -> SimpleExpr {
    Expr::cust(format!("NOT {}", condition(now)))
}

/// That something holds the delivery of a query of `delivery`.
pub(crate) fn is_held(now: Timestamp) -> SimpleExpr {
    Expr::cust(condition(now))
}

/// Until when holds that were lifted keep the delivery of a query of `delivery`, as SQL; with the instants in it, as [`condition`].
pub(super) fn kept_by_lifted(now: Timestamp) -> String {
    kept_until!("delivery", "{since}", "{grace}")
        .replace("{since}", &protects_since(now).as_millis().to_string())
        .replace("{grace}", &GRACE.as_millis().to_string())
}

/// With the instant in it, since the databases' placeholders differ; it is a number of ours.
fn condition(now: Timestamp) -> String {
    held!("delivery", "{since}").replace("{since}", &protects_since(now).as_millis().to_string())
}
