//! Byte ranges (RFC 9110 section 14.1.2).

use std::ops::Range;

/// One range of bytes as a request asks for it, before the document's size is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedRange {
    /// `first-last` or `first-`: from the byte at `first` through the byte at `last`, or to the end.
    From {
        /// Position of the first byte.
        first: u64,
        /// Position of the last byte, itself included; beyond the end means the end.
        last: Option<u64>,
    },
    /// `-length`: that many bytes at the end, or all when there are fewer.
    Last(u64),
}

impl RequestedRange {
    /// The bytes that the range means in a document of `size` bytes; `None` when it holds none of them.
    #[must_use]
    pub fn within(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From { first, last } => first..last.map_or(size, |last| last.saturating_add(1).min(size)),
            Self::Last(length) => size.saturating_sub(length)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(first: u64, last: impl Into<Option<u64>>) -> RequestedRange {
        RequestedRange::From {
            first,
            last: last.into(),
        }
    }

    #[test]
    fn the_examples_of_rfc_9110() {
        let size = 10_000;
        assert_eq!(from(0, 499).within(size), Some(0..500));
        assert_eq!(from(500, 999).within(size), Some(500..1000));
        assert_eq!(RequestedRange::Last(500).within(size), Some(9500..10_000));
        assert_eq!(from(9500, None).within(size), Some(9500..10_000));
        assert_eq!(from(0, 0).within(size), Some(0..1));
    }

    #[test]
    fn what_reaches_beyond_the_end_stops_there() {
        assert_eq!(from(5, u64::MAX).within(10), Some(5..10));
        assert_eq!(RequestedRange::Last(u64::MAX).within(10), Some(0..10));
    }

    #[test]
    fn a_range_without_a_byte_can_not_be_satisfied() {
        assert_eq!(from(10, None).within(10), None);
        assert_eq!(from(u64::MAX, u64::MAX).within(10), None);
        assert_eq!(from(7, 6).within(10), None);
        assert_eq!(RequestedRange::Last(0).within(10), None);
        assert_eq!(RequestedRange::Last(5).within(0), None);
    }
}
