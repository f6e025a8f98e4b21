//! Maps and sets in the order of their keys, small where the standard library's are fast.
//!
//! A B-tree of the standard library is seven kilobytes of code for each pair of types. These are
//! sorted lists cut into chunks: finding costs the same, and adding moves at most a chunk and, once in
//! half a chunk's additions, the list of chunks. Documents and index entries do not lie here but in
//! [`crate::storage`].

use std::borrow::Borrow;
use std::fmt::{self, Debug, Formatter};

/// Entries of a full chunk; it is then cut in two.
const CHUNK_MAX: usize = 64;

/// A map in the order of its keys.
#[derive(Clone)]
pub struct OrderedMap<K, V> {
    /// None is empty.
    chunks: Vec<Vec<(K, V)>>,
}

/// Where a key is, or where it would go.
enum Place {
    Found(usize, usize),
    Free(usize, usize),
}

impl<K: Ord, V> OrderedMap<K, V> {
    /// A map without entries, and without memory for them.
    pub const fn new() -> OrderedMap<K, V> {
        OrderedMap { chunks: Vec::new() }
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Place
    where
        K: Borrow<Q>,
    {
        let behind = |chunk: &Vec<(K, V)>| chunk[0].0.borrow() <= key;
        let chunk = self.chunks.partition_point(behind).saturating_sub(1);
        let Some(entries) = self.chunks.get(chunk) else {
            return Place::Free(0, 0);
        };
        match entries.binary_search_by(|entry| entry.0.borrow().cmp(key)) {
            Ok(at) => Place::Found(chunk, at),
            Err(at) => Place::Free(chunk, at),
        }
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match self.place(key) {
            Place::Found(chunk, at) => Some(&self.chunks[chunk][at].1),
            Place::Free(..) => None,
        }
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        match self.place(key) {
            Place::Found(chunk, at) => Some(&mut self.chunks[chunk][at].1),
            Place::Free(..) => None,
        }
    }

    /// True if the key has a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Gives the key a value; the one it had is returned.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Place::Found(chunk, at) => {
                Some(std::mem::replace(&mut self.chunks[chunk][at].1, value))
            }
            Place::Free(chunk, at) => {
                self.put(chunk, at, key, value);
                None
            }
        }
    }

    /// The value of a key; if it has none, the default becomes its value.
    pub fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let (chunk, at) = match self.place(&key) {
            Place::Found(chunk, at) => (chunk, at),
            Place::Free(chunk, at) => self.put(chunk, at, key, V::default()),
        };
        &mut self.chunks[chunk][at].1
    }

    fn put(&mut self, mut chunk: usize, mut at: usize, key: K, value: V) -> (usize, usize) {
        match self.chunks.get_mut(chunk) {
            None => self.chunks.push(vec![(key, value)]),
            Some(entries) => {
                // Keys that come in order fill their chunks.
                let cut = if at == CHUNK_MAX {
                    CHUNK_MAX
                } else {
                    CHUNK_MAX / 2
                };
                if entries.len() < CHUNK_MAX {
                    entries.insert(at, (key, value));
                    return (chunk, at);
                }
                let mut rest = entries.split_off(cut);
                if at > cut || rest.is_empty() {
                    (chunk, at) = (chunk + 1, at - cut);
                    rest.insert(at, (key, value));
                    self.chunks.insert(chunk, rest);
                } else {
                    entries.insert(at, (key, value));
                    self.chunks.insert(chunk + 1, rest);
                }
            }
        }
        (chunk, at)
    }

    /// Takes a key and its value out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let Place::Found(chunk, at) = self.place(key) else {
            return None;
        };
        let (_, value) = self.chunks[chunk].remove(at);
        if self.chunks[chunk].is_empty() {
            self.chunks.remove(chunk);
        }
        Some(value)
    }

    /// Keeps the entries of which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for chunk in &mut self.chunks {
            chunk.retain_mut(|(key, value)| keep(key, value));
        }
        self.chunks.retain(|chunk| !chunk.is_empty());
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        self.chunks.clear();
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.chunks
            .iter()
            .flatten()
            .map(|(key, value)| (key, value))
    }

    /// The entries whose keys are not below `from`, in order.
    pub fn from<'m, Q: Ord + ?Sized>(
        &'m self,
        from: &Q,
    ) -> impl Iterator<Item = (&'m K, &'m V)> + use<'m, K, V, Q>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = match self.place(from) {
            Place::Found(chunk, at) | Place::Free(chunk, at) => (chunk, at),
        };
        let entries = self.chunks.iter().skip(chunk).flatten().skip(at);
        entries.map(|(key, value)| (key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The values in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.chunks.iter_mut().flatten().map(|(_, value)| value)
    }
}

impl<K: Ord, V> Default for OrderedMap<K, V> {
    fn default() -> OrderedMap<K, V> {
        OrderedMap::new()
    }
}

impl<K: Ord, V> IntoIterator for OrderedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.chunks.into_iter().flatten()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for OrderedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> OrderedMap<K, V> {
        let mut map = OrderedMap::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<K: Debug, V: Debug> Debug for OrderedMap<K, V> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let entries = self.chunks.iter().flatten();
        out.debug_map()
            .entries(entries.map(|(key, value)| (key, value)))
            .finish()
    }
}

/// A set in its own order.
#[derive(Clone, Debug)]
pub struct OrderedSet<K>(OrderedMap<K, ()>);

impl<K: Ord> OrderedSet<K> {
    /// A set without elements.
    pub const fn new() -> OrderedSet<K> {
        OrderedSet(OrderedMap::new())
    }

    /// Adds an element; false if it was there.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// True if the element is there.
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Takes an element out; false if it was not there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.remove(key).is_some()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without elements.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The elements in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.keys()
    }
}

impl<K: Ord> Default for OrderedSet<K> {
    fn default() -> OrderedSet<K> {
        OrderedSet::new()
    }
}

impl<K: Ord> IntoIterator for OrderedSet<K> {
    type Item = K;
    type IntoIter = std::iter::Map<<OrderedMap<K, ()> as IntoIterator>::IntoIter, fn((K, ())) -> K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(key, ())| key)
    }
}

impl<K: Ord> FromIterator<K> for OrderedSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(elements: I) -> OrderedSet<K> {
        OrderedSet(elements.into_iter().map(|key| (key, ())).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_standard_librarys_map(
            steps in proptest::collection::vec((0u8..4, 0u16..400, any::<u8>()), 0..1500),
            ascending in any::<bool>(),
        ) {
            let (mut ours, mut theirs) = (OrderedMap::new(), BTreeMap::new());
            for (at, (kind, key, value)) in steps.into_iter().enumerate() {
                let key = if ascending { at as u16 } else { key };
                match kind {
                    0 => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                    1 => prop_assert_eq!(
                        ours.or_default(key),
                        theirs.entry(key).or_default()
                    ),
                    2 if value < 3 => {
                        ours.retain(|key, _| key % 3 != 0);
                        theirs.retain(|key, _| key % 3 != 0);
                    }
                    _ => prop_assert_eq!(ours.insert(key, value), theirs.insert(key, value)),
                }
                prop_assert_eq!(ours.get(&key), theirs.get(&key));
                prop_assert_eq!(ours.len(), theirs.len());
            }
            prop_assert!(ours.iter().eq(theirs.iter()));
            prop_assert!(ours.iter().rev().eq(theirs.iter().rev()));
            for from in [0, 7, 200, 399, 2000] {
                prop_assert!(ours.from(&from).eq(theirs.range(from..)));
            }
            prop_assert!(ours.into_iter().eq(theirs));
        }
    }
}
