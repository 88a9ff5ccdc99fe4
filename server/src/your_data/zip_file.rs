//! A ZIP file (APPNOTE.TXT) that is written while it is read: entry by entry, stored and not compressed, with sizes and checksums behind the
//! content and ZIP64 where it takes that. Knows nothing of what is in it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use base::Timestamp;
use bytes::Bytes;
use jiff::tz::TimeZone;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

/// From this size on an entry is written as ZIP64: what a plain one holds, less room for doubt.
const LARGE: u64 = 0xf000_0000;

/// What was written and not taken yet.
#[derive(Clone, Default)]
struct Spool(Arc<Mutex<Vec<u8>>>);

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Spool {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

/// A ZIP file in the making. What each call gives is the next piece of it.
pub(crate) struct ZipFile {
    writer: ZipWriter<StreamWriter<Spool>>,
    spool: Spool,
    modified: DateTime,
}

impl ZipFile {
    /// An empty one, whose entries were all made at `at` by the clock on that wall.
    pub(crate) fn new(at: Timestamp, time_zone: &TimeZone) -> Self {
        let spool = Spool::default();
        Self {
            writer: ZipWriter::new_stream(spool.clone()),
            spool,
            modified: wall_clock(at, time_zone).unwrap_or_default(),
        }
    }

    /// Begins an entry of so many bytes.
    pub(crate) fn begin(&mut self, name: &str, size: u64) -> io::Result<Bytes> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(self.modified)
            .large_file(size >= LARGE);
        self.writer.start_file(name, options)?;
        Ok(self.spool.take())
    }

    /// Goes on with the entry.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<Bytes> {
        self.writer.write_all(bytes)?;
        Ok(self.spool.take())
    }

    /// An entry that is there already.
    pub(crate) fn whole(&mut self, name: &str, content: &[u8]) -> io::Result<Bytes> {
        let begun = self.begin(name, u64::try_from(content.len()).unwrap_or(u64::MAX))?;
        let written = self.write(content)?;
        Ok([begun, written].concat().into())
    }

    /// Writes the directory, without which nobody takes the file for whole.
    pub(crate) fn finish(self) -> io::Result<Bytes> {
        self.writer.finish()?;
        Ok(self.spool.take())
    }
}

fn wall_clock(at: Timestamp, time_zone: &TimeZone) -> Option<DateTime> {
    let local = at.to_jiff().to_zoned(time_zone.clone());
    let part = |part: i8| u8::try_from(part).ok();
    DateTime::from_date_and_time(
        u16::try_from(local.year()).ok()?,
        part(local.month())?,
        part(local.day())?,
        part(local.hour())?,
        part(local.minute())?,
        part(local.second())?,
    )
    .ok()
}
