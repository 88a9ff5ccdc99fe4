//! One file of networks and places, in the format of MaxMind DB 2.0, read into memory as a whole: what is replaced or broken
//! afterwards changes nothing.

use std::fs::File;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;

use base::is_public_address;
use maxminddb::{MaxMindDbError, Reader, WithinOptions};
use portal::Place;

use super::record::Record;

/// The largest file, in bytes; the databases of cities have 60 to 150 MB.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// How many of the first networks are looked at to see whether a file is of the right kind.
const SAMPLE: usize = 10_000;

/// Why a file is no database of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is none, or it may not be read.
    #[error("the file can't be opened")]
    NotOpened,
    /// Reading it failed.
    #[error("the file can't be read")]
    NotRead,
    /// It has more than [`MAX_BYTES`].
    #[error("the file must have at most 1073741824 bytes")]
    TooLarge,
    /// It isn't in the format, or only a part of it came.
    #[error("the file is no MaxMind DB (.mmdb, unpacked), or is damaged")]
    Damaged,
    /// It is about something else than places, such as who owns networks.
    #[error("the file names no cities or countries; it must be in the form of GeoLite2 City")]
    WithoutPlaces,
}

/// The networks and places of a file.
pub(super) struct Database(Reader<Vec<u8>>);

impl Database {
    /// Reads a file whole, and looks at a part of it.
    pub(super) fn read(path: &Path) -> Result<Self, Unusable> {
        let file = File::open(path).map_err(|_| Unusable::NotOpened)?;
        let mut bytes = Vec::new();
        let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|_| Unusable::NotRead)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
            return Err(Unusable::TooLarge);
        }
        let database = Self(Reader::from_source(bytes).map_err(|_| Unusable::Damaged)?);
        if database.has_places()? {
            Ok(database)
        } else {
            Err(Unusable::WithoutPlaces)
        }
    }

    /// The place of a network address; `None` for addresses of inner networks, whatever the file says of them.
    pub(super) fn find(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let is_covered = address.is_ipv4() || self.0.metadata().ip_version == 6;
        if !is_covered || !is_public_address(address) {
            return None;
        }
        let record = self.0.lookup(address).and_then(|found| found.decode::<Record<'_>>());
        // The error may say what was in the record, which is about where somebody is.
        let record = record.inspect_err(|_| tracing::warn!("a record of places.database can't be read"));
        record.ok()??.place()
    }

    /// What the file says that it is, such as `GeoLite2-City`, and the second, since 1970, at which it was made.
    pub(super) fn described(&self) -> (&str, u64) {
        let metadata = self.0.metadata();
        (&metadata.database_type, metadata.build_epoch)
    }

    fn has_places(&self) -> Result<bool, Unusable> {
        let mut has_places = false;
        // With those of which it says nothing, so that a tree of nothing else, however deep, ends too.
        let all = WithinOptions::default().include_networks_without_data();
        let networks = self.0.networks(all).map_err(unusable)?;
        for network in networks.take(SAMPLE) {
            let record = network.and_then(|found| found.decode::<Record<'_>>());
            let record = record.map_err(unusable)?;
            has_places |= record.is_some_and(|record| record.place().is_some());
        }
        Ok(has_places)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn unusable(error: MaxMindDbError) -> Unusable {
    match error {
        // What is there can be read, and means something else.
        MaxMindDbError::Decoding { .. } => Unusable::WithoutPlaces,
        _ => Unusable::Damaged,
    }
}
