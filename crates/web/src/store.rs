//! A bounded map in memory whose entries run out.
//!
//! For what one process may forget when it stops: what lives here lives minutes.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use base::Timestamp;

/// How long a full store stays full without looking for what has run out, so that being full costs little.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The store is full of entries that have not run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much is going on at once")]
pub struct Full;

/// A map of at most `capacity` entries, each with its end.
#[derive(Debug)]
pub struct Store<K, V> {
    entries: HashMap<K, (Timestamp, V)>,
    capacity: usize,
    /// When room was last looked for in vain.
    full_at: Option<Timestamp>,
}

impl<K: Eq + Hash, V> Store<K, V> {
    /// An empty store.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            capacity,
            full_at: None,
        }
    }

    /// Adds an entry that lives for `lifetime`, or replaces the one with this key. When the store is full, what has run
    /// out makes room, within a second; what has not is never thrown out, or one visitor could push out another.
    ///
    /// # Errors
    ///
    /// [`Full`]; then nothing was changed.
    pub fn insert(&mut self, key: K, value: V, now: Timestamp, lifetime: Duration) -> Result<(), Full> {
        if self.entries.len() >= self.capacity && !self.entries.contains_key(&key) {
            self.make_room(now)?;
        }
        self.entries.insert(key, (now + lifetime, value));
        Ok(())
    }

    fn make_room(&mut self, now: Timestamp) -> Result<(), Full> {
        // A clock that went backwards looks again at once.
        let looked = |at: Timestamp| at <= now && now.since(at) < LOOK_AGAIN_AFTER;
        if self.full_at.is_some_and(looked) {
            return Err(Full);
        }
        self.sweep(now);
        if self.entries.len() >= self.capacity {
            self.full_at = Some(now);
            return Err(Full);
        }
        Ok(())
    }

    /// The entry, unless it has run out.
    pub fn get(&self, key: &K, now: Timestamp) -> Option<&V> {
        let (end, value) = self.entries.get(key)?;
        (now < *end).then_some(value)
    }

    /// The entry to change, unless it has run out.
    pub fn get_mut(&mut self, key: &K, now: Timestamp) -> Option<&mut V> {
        let (end, value) = self.entries.get_mut(key)?;
        (now < *end).then_some(value)
    }

    /// Every entry that has not run out.
    pub fn iter_mut(&mut self, now: Timestamp) -> impl Iterator<Item = (&K, &mut V)> {
        self.entries
            .iter_mut()
            .filter(move |(_, (end, _))| now < *end)
            .map(|(key, (_, value))| (key, value))
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.entries.retain(|_, (_, value)| keep(value));
    }

    /// Drops what has run out and gives it back, for whoever must end something with it.
    pub fn sweep(&mut self, now: Timestamp) -> Vec<V> {
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

    #[test]
    fn a_full_store_replaces_what_it_holds() {
        let start = Timestamp::from_millis(0);
        let mut store = Store::new(1);
        store.insert("a", 1, start, MINUTE).unwrap();
        store.insert("a", 2, start, MINUTE).unwrap();
        assert_eq!(store.get(&"a", start), Some(&2));
    }

    #[test]
    fn a_full_store_looks_for_room_again_after_a_second() {
        let start = Timestamp::from_millis(0);
        let moment = Duration::from_millis(500);
        let mut store = Store::new(1);
        store.insert("a", 1, start, moment).unwrap();
        assert_eq!(store.insert("b", 2, start, MINUTE), Err(Full));
        assert_eq!(store.insert("b", 2, start + moment, MINUTE), Err(Full));
        store.insert("b", 2, start + LOOK_AGAIN_AFTER, MINUTE).unwrap();
    }
}
