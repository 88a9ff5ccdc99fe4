//! What is held: the one condition that every path that destroys asks, while it has the case locked.
//!
//! A hold is on its case and, when it is on a recipient, on everything of its organisation to that recipient. It holds until it is
//! lifted and for seven days after.

use base::Timestamp;
use sea_orm::sea_query::{Expr, SimpleExpr};

use super::rule::GRACE;

/// Whether a delivery is held; `$since` is the SQL of [`protects_since`]'s instant.
macro_rules! held {
    ($delivery:literal, $since:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM hold WHERE hold.organisation_id = ",
            $delivery,
            ".organisation_id AND (hold.case_id = ",
            $delivery,
            ".case_id OR hold.recipient_id = ",
            $delivery,
            ".recipient_id) AND (hold.lifted_at IS NULL OR hold.lifted_at > ",
            $since,
            "))"
        )
    };
}
pub(crate) use held;

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

/// With the instant in it, since the databases' placeholders differ; it is a number of ours.
fn condition(now: Timestamp) -> String {
    held!("delivery", "{since}").replace("{since}", &protects_since(now).as_millis().to_string())
}
