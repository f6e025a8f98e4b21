//! A hash table from values, or bytes, to numbers in the order in which they came.
//!
//! The order of iteration is the order of insertion, whatever the hashes are.

use crate::keystring::KeyWriter;
use crate::value::{ValueRef, are_equal};

/// Maps values that compare equal to one number: 0, 1, 2 and so on. Byte strings may be keys too, in a table of their
/// own.
#[derive(Default)]
pub struct KeyTable {
    /// All keys, one after the other.
    bytes: Vec<u8>,
    /// Where each key ends, and its hash.
    entries: Vec<(u32, u32)>,
    /// The key's number plus one, and above it the upper bits of its hash, so that nearly every slot of another key is
    /// passed over without a look at that; zero is free. A power of two long.
    slots: Vec<u32>,
    writer: KeyWriter,
}

/// The bits of a slot that are the number. So many keys would take more memory than any stage may.
const NUMBER: u32 = (1 << 26) - 1;
/// Marks the hashes of texts: their keys are the bytes themselves, and no others' are equal.
const TEXT: u32 = 1 << 25;

impl KeyTable {
    /// Bytes of memory.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.len() + self.entries.len() * 8 + self.slots.len() * 4
    }

    /// The number of a value.
    #[inline]
    pub fn get_value(&mut self, value: ValueRef<'_>) -> Option<usize> {
        if let ValueRef::String(text) | ValueRef::Symbol(text) = value {
            return self.find(text.as_bytes(), text_hash(text)).ok();
        }
        self.write(value);
        self.get(self.writer.bytes())
    }

    /// The number of a value, and whether it is new.
    #[inline]
    pub fn insert_value(&mut self, value: ValueRef<'_>) -> (usize, bool) {
        if let ValueRef::String(text) | ValueRef::Symbol(text) = value {
            return self.insert_as(text.as_bytes(), text_hash(text));
        }
        self.write(value);
        let writer = std::mem::take(&mut self.writer);
        let found = self.insert(writer.bytes());
        self.writer = writer;
        found
    }

    fn write(&mut self, value: ValueRef<'_>) {
        self.writer.clear();
        self.writer.append(value, false);
    }

    /// The number of a key.
    pub fn get(&self, key: &[u8]) -> Option<usize> {
        self.find(key, hash(key) & !TEXT).ok()
    }

    /// The number of a key, and whether it is new.
    pub fn insert(&mut self, key: &[u8]) -> (usize, bool) {
        self.insert_as(key, hash(key) & !TEXT)
    }

    #[inline]
    fn insert_as(&mut self, key: &[u8], hash: u32) -> (usize, bool) {
        match self.find(key, hash) {
            Ok(number) => (number, false),
            Err(slot) => (self.add(key, hash, slot), true),
        }
    }

    fn add(&mut self, key: &[u8], hash: u32, mut slot: usize) -> usize {
        if (self.entries.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
            slot = self.free(hash);
        }
        let number = self.entries.len();
        self.bytes.extend_from_slice(key);
        self.entries.push((self.bytes.len() as u32, hash));
        self.slots[slot] = slot_of(number, hash);
        number
    }

    fn key(&self, number: usize) -> &[u8] {
        let start = match number.checked_sub(1) {
            Some(before) => self.entries[before].0,
            None => 0,
        };
        &self.bytes[start as usize..self.entries[number].0 as usize]
    }

    /// The key's number, or the free slot where it belongs.
    #[inline]
    fn find(&self, key: &[u8], hash: u32) -> Result<usize, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            // There is none in an empty table.
            let slot = self.slots.get(at).copied().unwrap_or(0);
            if slot == 0 {
                return Err(at);
            }
            if (slot ^ hash) & !NUMBER == 0 {
                let number = (slot & NUMBER) as usize - 1;
                if self.entries[number].1 == hash && are_equal(self.key(number), key) {
                    return Ok(number);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// The first free slot of a hash.
    fn free(&self, hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(16)];
        for number in 0..self.entries.len() {
            let hash = self.entries[number].1;
            let slot = self.free(hash);
            self.slots[slot] = slot_of(number, hash);
        }
    }
}

fn slot_of(number: usize, hash: u32) -> u32 {
    (number as u32 + 1) | (hash & !NUMBER)
}

#[inline(always)]
fn text_hash(text: &str) -> u32 {
    hash(text.as_bytes()) | TEXT
}

/// Eight bytes at a time by multiplication, the upper half folded into the lower. The last eight may overlap with those
/// before.
#[inline]
fn hash(key: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = key.len() as u64;
    let mut mix = |word: u64| {
        state = (state ^ word).wrapping_mul(FACTOR);
        state ^= state >> 29;
    };
    match (
        key.last_chunk::<8>(),
        key.first_chunk::<4>(),
        key.last_chunk::<4>(),
    ) {
        (Some(last), ..) => {
            for word in key[..key.len() - 1].as_chunks::<8>().0 {
                mix(u64::from_le_bytes(*word));
            }
            mix(u64::from_le_bytes(*last));
        }
        (_, Some(first), Some(last)) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            mix(u64::from(first) << 32 | u64::from(last));
        }
        _ => mix(key
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte))),
    }
    // A product's lower bits know nothing of a key's last bytes.
    state = (state ^ (state >> 32)).wrapping_mul(FACTOR);
    (state ^ (state >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_order_of_insertion() {
        let mut table = KeyTable::default();
        for number in 0..1000usize {
            let key = format!("key {}", number * 7919 % 1000);
            assert_eq!(table.insert(key.as_bytes()), (number, true));
            assert_eq!(table.insert(key.as_bytes()), (number, false));
        }
        assert_eq!(table.get(b"key 7919"), None);
        assert_eq!(table.get(b"key 919"), Some(1));
        assert!(table.insert(b"").1);
        assert_eq!(KeyTable::default().get(b"x"), None);
    }

    #[test]
    fn keys_that_differ_in_one_place_lie_apart() {
        for place in 0..20 {
            let mut slots: Vec<u32> = Vec::new();
            for digit in 0..64u8 {
                let mut key = *b"a key of twenty byte";
                key[place] = digit + 33;
                slots.push(hash(&key[place / 2..]) & 255);
            }
            slots.sort_unstable();
            slots.dedup();
            // By chance 57 of 256 are met.
            assert!(slots.len() > 40, "{place}: {}", slots.len());
        }
    }

    #[test]
    fn values_that_compare_equal_are_one() {
        let mut table = KeyTable::default();
        let long = "text of more than eight bytes, and of sixteen";
        let values = [
            (ValueRef::String("a"), 0),
            (ValueRef::Symbol("a"), 0),
            (ValueRef::String(""), 1),
            (ValueRef::Null, 2),
            (ValueRef::Int32(1), 3),
            (ValueRef::Double(1.0), 3),
            (ValueRef::String(long), 4),
            (ValueRef::String(&long[..16]), 5),
            (ValueRef::String(&long[..9]), 6),
            (ValueRef::String("a\0"), 7),
            (ValueRef::String(long), 4),
        ];
        for (value, number) in values {
            let is_new = table.get_value(value).is_none();
            assert_eq!(table.insert_value(value), (number, is_new), "{value}");
            assert_eq!(table.get_value(value), Some(number), "{value}");
        }
        // The bytes of a text are no other value's.
        let mut writer = KeyWriter::new();
        writer.append(ValueRef::Int64(77), false);
        let bytes: String = writer.bytes().iter().map(|byte| *byte as char).collect();
        assert_eq!(table.insert_value(ValueRef::Int64(77)), (8, true));
        assert_eq!(table.insert_value(ValueRef::String(&bytes)), (9, true));
    }
}
