//! A bounded map in memory whose entries run out.
//!
//! The bridge is one process and forgets everything when it stops: what lives here lives minutes, and whoever was in
//! the middle of signing in starts again.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use base::Timestamp;

/// The store is full of entries that have not run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much is going on at once")]
pub(crate) struct Full;

/// A map of at most `capacity` entries, each with its end.
#[derive(Debug)]
pub(crate) struct Store<K, V> {
    entries: HashMap<K, (Timestamp, V)>,
    capacity: usize,
}

impl<K: Eq + Hash, V> Store<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            capacity,
        }
    }

    /// Adds an entry that lives for `lifetime`. When the store is full, what has run out makes room; what has not is
    /// never thrown out, or one visitor could push out another.
    pub(crate) fn insert(&mut self, key: K, value: V, now: Timestamp, lifetime: Duration) -> Result<(), Full> {
        if self.entries.len() >= self.capacity {
            self.sweep(now);
        }
        if self.entries.len() >= self.capacity && !self.entries.contains_key(&key) {
            return Err(Full);
        }
        self.entries.insert(key, (now + lifetime, value));
        Ok(())
    }

    /// The entry, unless it has run out.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<&V> {
        let (end, value) = self.entries.get(key)?;
        (now < *end).then_some(value)
    }

    /// The entry to change, unless it has run out.
    pub(crate) fn get_mut(&mut self, key: &K, now: Timestamp) -> Option<&mut V> {
        let (end, value) = self.entries.get_mut(key)?;
        (now < *end).then_some(value)
    }

    /// Every entry that has not run out.
    pub(crate) fn iter_mut(&mut self, now: Timestamp) -> impl Iterator<Item = (&K, &mut V)> {
        self.entries
            .iter_mut()
            .filter(move |(_, (end, _))| now < *end)
            .map(|(key, (_, value))| (key, value))
    }

    /// Keeps the entries for which `keep` holds.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.entries.retain(|_, (_, value)| keep(value));
    }

    /// Drops what has run out and gives it back, for whoever must end something with it.
    pub(crate) fn sweep(&mut self, now: Timestamp) -> Vec<V> {
        self.entries
            .extract_if(|_, (end, _)| *end <= now)
            .map(|(_, (_, value))| value)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn an_entry_lives_until_its_end() {
        let start = Timestamp::from_millis(0);
        let mut store = Store::new(2);
        store.insert("a", 1, start, MINUTE).unwrap();
        assert_eq!(store.get(&"a", start + MINUTE - Duration::from_millis(1)), Some(&1));
        assert_eq!(store.get(&"a", start + MINUTE), None);
        assert_eq!(store.sweep(start + MINUTE), [1]);
    }

    #[test]
    fn a_full_store_refuses_rather_than_forgets() {
        let start = Timestamp::from_millis(0);
        let mut store = Store::new(1);
        store.insert("a", 1, start, MINUTE).unwrap();
        assert_eq!(store.insert("b", 2, start, MINUTE), Err(Full));
        assert_eq!(store.get(&"a", start), Some(&1));
        store.insert("b", 2, start + MINUTE, MINUTE).unwrap();
        assert_eq!(store.get(&"b", start + MINUTE), Some(&2));
    }
}
