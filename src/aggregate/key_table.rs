//! A hash table from values, or bytes, to numbers in the order in which they came.
//!
//! The order of iteration is the order of insertion, whatever the hashes are.

use crate::keystring::KeyWriter;
use crate::value::ValueRef;

/// Maps values that compare equal to one number: 0, 1, 2 and so on. Byte strings may be keys too, in a table of their
/// own.
#[derive(Default)]
pub struct KeyTable {
    /// All keys, one after the other.
    bytes: Vec<u8>,
    /// Where each key ends.
    ends: Vec<usize>,
    /// The hash in the upper half, the key's number plus one in the lower; zero is free. A power of two long.
    slots: Vec<u64>,
    writer: KeyWriter,
}

/// Marks the hashes of texts: their keys are the bytes themselves, and no others' are equal.
const TEXT: u32 = 1 << 31;

impl KeyTable {
    /// Bytes of memory.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.len() + self.ends.len() * 12 + self.slots.len() * 8
    }

    /// The number of a value.
    #[inline]
    pub fn get_value(&mut self, value: ValueRef<'_>) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
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
        if self.slots.is_empty() {
            return None;
        }
        self.find(key, hash(key) & !TEXT).ok()
    }

    /// The number of a key, and whether it is new.
    pub fn insert(&mut self, key: &[u8]) -> (usize, bool) {
        self.insert_as(key, hash(key) & !TEXT)
    }

    fn insert_as(&mut self, key: &[u8], hash: u32) -> (usize, bool) {
        if (self.ends.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        match self.find(key, hash) {
            Ok(number) => (number, false),
            Err(slot) => {
                let number = self.ends.len();
                self.bytes.extend_from_slice(key);
                self.ends.push(self.bytes.len());
                self.slots[slot] = u64::from(hash) << 32 | (number as u64 + 1);
                (number, true)
            }
        }
    }

    fn key(&self, number: usize) -> &[u8] {
        let start = match number.checked_sub(1) {
            Some(before) => self.ends[before],
            None => 0,
        };
        &self.bytes[start..self.ends[number]]
    }

    /// The key's number, or the free slot where it belongs.
    #[inline]
    fn find(&self, key: &[u8], hash: u32) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Err(at);
            }
            let number = slot as u32 as usize - 1;
            if (slot >> 32) as u32 == hash && self.key(number) == key {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let length = (self.slots.len() * 2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![0; length]);
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let mut at = (slot >> 32) as usize & (length - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (length - 1);
            }
            self.slots[at] = slot;
        }
    }
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
}
