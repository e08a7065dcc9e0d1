//! The last few things computed, so that a page and its links do not compute one verdict twice.
//!
//! Invariant: never holds more than its bound; a verdict is a pure function of its question, so nothing in it
//! grows stale.

use std::sync::{Arc, Mutex, PoisonError};

/// A bounded map that forgets what was least recently asked for.
#[derive(Debug)]
pub struct Recent<K, V> {
    bound: usize,
    /// The most recently asked for last.
    entries: Mutex<Vec<(K, Arc<V>)>>,
}

impl<K: PartialEq, V> Recent<K, V> {
    /// An empty map of at most `bound` entries.
    #[must_use]
    pub fn new(bound: usize) -> Self {
        Recent { bound, entries: Mutex::new(Vec::new()) }
    }

    /// What is held for `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        // A panic elsewhere leaves whole entries behind, so a poisoned lock is as good as any.
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let found = entries.iter().position(|(k, _)| k == key)?;
        let entry = entries.remove(found);
        let value = Arc::clone(&entry.1);
        entries.push(entry);
        Some(value)
    }

    /// Holds `value`, and forgets the least recent where there is no room.
    pub fn put(&self, key: K, value: Arc<V>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|(k, _)| *k != key);
        if entries.len() >= self.bound {
            entries.remove(0);
        }
        entries.push((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_the_least_recently_asked_for() {
        let recent = Recent::new(2);
        recent.put(1, Arc::new("one"));
        recent.put(2, Arc::new("two"));
        assert!(recent.get(&1).is_some());
        recent.put(3, Arc::new("three"));
        assert!(recent.get(&2).is_none());
        assert!(recent.get(&1).is_some() && recent.get(&3).is_some());
    }
}
