//! Sending, as its specification reads.

mod whole;
