//! Values as they are stored: in chunks below 64 KiB, each with its checksum.
//!
//! ```text
//! chunk   = checksum(8) index(4) count(4) payload
//! ```
//! The checksum is XXH64 of space, number, index, count and payload, so that a chunk that was
//! stored in another's place is noticed too. Integers are little-endian.

use xxhash_rust::xxh64::Xxh64;

use super::store::{Key, Space};
use crate::error::{Error, Result, codes};

/// Bytes of a chunk's payload. Chromium keeps values below 64 KiB in the row.
pub(super) const PAYLOAD_BYTES_MAX: usize = 60 * 1024;
pub(super) const HEAD_BYTES: usize = 16;

fn checksum(key: Key, rest: &[u8]) -> u64 {
    let space = match key.space {
        Space::Meta => 1u8,
        Space::Journal => 2,
        Space::Pages => 3,
    };
    let mut hash = Xxh64::new(0x7455_7373);
    hash.update(&[space]);
    hash.update(&key.number.to_le_bytes());
    hash.update(rest);
    hash.digest()
}

/// Cuts a value, given in parts, into chunks named `number`, `number + 1`, ...; gives their count.
pub(super) fn seal(
    space: Space,
    number: u64,
    parts: &[&[u8]],
    out: &mut Vec<(Key, Vec<u8>)>,
) -> u64 {
    let mut left: usize = parts.iter().map(|part| part.len()).sum();
    let count = left.div_ceil(PAYLOAD_BYTES_MAX).max(1) as u64;
    let mut parts = parts.iter().copied();
    let mut part: &[u8] = &[];
    for index in 0..count {
        let key = Key {
            space,
            number: number + index,
        };
        let length = HEAD_BYTES + left.min(PAYLOAD_BYTES_MAX);
        left -= length - HEAD_BYTES;
        let mut chunk = Vec::with_capacity(length);
        chunk.extend_from_slice(&[0; 8]);
        chunk.extend_from_slice(&(index as u32).to_le_bytes());
        chunk.extend_from_slice(&(count as u32).to_le_bytes());
        while chunk.len() < length {
            let (taken, rest) = part.split_at(part.len().min(length - chunk.len()));
            chunk.extend_from_slice(taken);
            part = rest;
            if part.is_empty() && chunk.len() < length {
                part = parts.next().unwrap_or_default();
            }
        }
        let sum = checksum(key, &chunk[8..]);
        chunk[..8].copy_from_slice(&sum.to_le_bytes());
        out.push((key, chunk));
    }
    count
}

/// A chunk whose checksum was right.
pub(super) struct Chunk<'a> {
    pub index: u32,
    pub count: u32,
    pub payload: &'a [u8],
}

/// Checks a chunk.
///
/// Errors: `DataCorruptionDetected` (301).
pub(super) fn open(key: Key, bytes: &[u8]) -> Result<Chunk<'_>> {
    let parts = bytes.split_first_chunk::<8>();
    let (sum, rest) = parts.ok_or_else(|| damaged(key))?;
    if u64::from_le_bytes(*sum) != checksum(key, rest) {
        return Err(damaged(key));
    }
    let number = |at: usize| {
        let bytes = rest.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_le_bytes).ok_or_else(|| damaged(key))
    };
    Ok(Chunk {
        index: number(0)?,
        count: number(4)?,
        payload: &rest[8..],
    })
}

#[cold]
pub(super) fn damaged(key: Key) -> Error {
    let space = match key.space {
        Space::Meta => "the manifest",
        Space::Journal => "the journal",
        Space::Pages => "a page",
    };
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        format_args!(
            "{space} is damaged: chunk {} has a wrong checksum",
            key.number
        ),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_is_noticed() {
        let mut chunks = Vec::new();
        seal(Space::Pages, 7, &[b"some ", b"", b"bytes"], &mut chunks);
        let (key, chunk) = &chunks[0];
        assert_eq!(open(*key, chunk).unwrap().payload, b"some bytes");
        for bit in 0..chunk.len() * 8 {
            let mut flipped = chunk.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(open(*key, &flipped).is_err());
        }
        let elsewhere = Key { number: 8, ..*key };
        assert!(open(elsewhere, chunk).is_err());
    }

    #[test]
    fn long_values_are_cut() {
        let mut chunks = Vec::new();
        let value = vec![1; 2 * PAYLOAD_BYTES_MAX + 1];
        assert_eq!(
            seal(Space::Journal, 3, &[&value[..5], &value[5..]], &mut chunks),
            3
        );
        assert!(chunks.iter().all(|(_, chunk)| chunk.len() < 64 * 1024));
        let last = open(chunks[2].0, &chunks[2].1).unwrap();
        assert_eq!((last.index, last.count, last.payload.len()), (2, 3, 1));
    }
}
