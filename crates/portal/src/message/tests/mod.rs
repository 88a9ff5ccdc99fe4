//! Sending, as its specification reads.

mod afterwards;
mod broken;
mod full_disk;
mod many;
mod refusals;
mod repeats;
mod sealed;
mod sweeper;
mod whole;
