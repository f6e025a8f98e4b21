//! A hash table from key bytes to numbers in the order in which the keys came.
//!
//! The order of iteration is the order of insertion, whatever the hashes are.

/// Maps byte strings to 0, 1, 2 and so on.
#[derive(Default)]
pub struct KeyTable {
    /// All keys, one after the other.
    bytes: Vec<u8>,
    /// Where each key ends, and its hash.
    entries: Vec<(usize, u32)>,
    /// Entry numbers plus one; zero is free. A power of two long.
    slots: Vec<u32>,
}

impl KeyTable {
    /// Bytes of memory.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.len() + self.entries.len() * 12 + self.slots.len() * 4
    }

    /// The key's number.
    pub fn get(&self, key: &[u8]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        self.find(key, hash(key)).ok()
    }

    /// The key's number, and whether it is new.
    pub fn insert(&mut self, key: &[u8]) -> (usize, bool) {
        if (self.entries.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let hash = hash(key);
        match self.find(key, hash) {
            Ok(number) => (number, false),
            Err(slot) => {
                let number = self.entries.len();
                self.bytes.extend_from_slice(key);
                self.entries.push((self.bytes.len(), hash));
                self.slots[slot] = number as u32 + 1;
                (number, true)
            }
        }
    }

    fn key(&self, number: usize) -> &[u8] {
        let start = match number.checked_sub(1) {
            Some(before) => self.entries[before].0,
            None => 0,
        };
        &self.bytes[start..self.entries[number].0]
    }

    /// The key's number, or the free slot where it belongs.
    fn find(&self, key: &[u8], hash: u32) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let number = match self.slots[slot] {
                0 => return Err(slot),
                number => number as usize - 1,
            };
            if self.entries[number].1 == hash && self.key(number) == key {
                return Ok(number);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let length = (self.slots.len() * 2).max(16);
        self.slots = vec![0; length];
        for (number, (_, hash)) in self.entries.iter().enumerate() {
            let mut slot = *hash as usize & (length - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (length - 1);
            }
            self.slots[slot] = number as u32 + 1;
        }
    }
}

/// Eight bytes at a time by multiplication, the upper half folded into the lower.
fn hash(key: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = key.len() as u64;
    let mut mix = |word: u64| {
        state = (state ^ word).wrapping_mul(FACTOR);
        state ^= state >> 29;
    };
    let (words, rest) = key.as_chunks::<8>();
    words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(u64::from_le_bytes(last));
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
