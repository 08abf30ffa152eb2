//! A map that forgets its oldest entries, so that a sandbox may run for weeks.

use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

const CAPACITY: usize = 10_000;

/// A map of the entries inserted last.
#[derive(Debug)]
pub struct Recent<K, V> {
    entries: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Hash + Eq + Clone, V> Recent<K, V> {
    /// Inserts an entry whose key was never inserted before.
    pub fn insert(&mut self, key: K, value: V) {
        if self.order.len() == CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.entries.insert(key, value);
    }

    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key)
    }

    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key)
    }
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_makes_place_for_a_new_one() {
        let mut recent = Recent::default();
        for number in 0..=CAPACITY {
            recent.insert(number, ());
        }
        assert!(recent.get(&0).is_none());
        assert!(recent.get(&1).is_some());
        assert!(recent.get(&CAPACITY).is_some());
    }
}
