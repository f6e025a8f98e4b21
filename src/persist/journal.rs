//! The journal: groups of commits that were made durable together.
//!
//! ```text
//! group  = (sequence(8) length(4) changes)*     in chunks, see `frame`
//! ```
//! A group is one transaction of the store, so that all its chunks are there or none. One with the
//! sequence 0 is a wall: it only keeps others from writing at its number, see `link`.

use super::frame;
use super::store::{Key, Space};
use crate::engine::Commit;
use crate::error::Result;

/// The bytes of a commit before its changes.
const GROUP_HEAD_BYTES: usize = 12;

/// Appends the chunks of a group, the first of which is named `number`; gives their count.
pub(super) fn write(commits: &[Commit], number: u64, out: &mut Vec<(Key, Vec<u8>)>) -> u64 {
    let heads: Vec<[u8; GROUP_HEAD_BYTES]> = commits
        .iter()
        .map(|commit| {
            let mut head = [0; GROUP_HEAD_BYTES];
            head[..8].copy_from_slice(&commit.sequence.to_le_bytes());
            head[8..].copy_from_slice(&(commit.changes.len() as u32).to_le_bytes());
            head
        })
        .collect();
    let parts = heads.iter().zip(commits);
    let parts: Vec<&[u8]> = parts
        .flat_map(|(head, commit)| [head.as_slice(), &commit.changes])
        .collect();
    frame::seal(Space::Journal, number, &parts, out)
}

/// Appends a group without changes, which says that everything up to a commit is in pages.
pub(super) fn write_trace(sequence: u64, number: u64, out: &mut Vec<(Key, Vec<u8>)>) {
    let empty = Commit {
        sequence,
        changes: Vec::new(),
    };
    write(&[empty], number, out);
}

/// A chunk that says nothing: the owner who put it there takes the number, see `link`.
pub(super) fn write_wall(number: u64, out: &mut Vec<(Key, Vec<u8>)>) {
    write_trace(0, number, out);
}

/// Whether a chunk is what [`write_wall`] writes.
pub(super) fn is_wall(number: u64, bytes: &[u8]) -> bool {
    let key = Key {
        space: Space::Journal,
        number,
    };
    // Of the others nothing has to be read.
    bytes.len() == frame::HEAD_BYTES + GROUP_HEAD_BYTES
        && frame::open(key, bytes).is_ok_and(|chunk| chunk.payload == [0; GROUP_HEAD_BYTES])
}

/// The commits in the chunks of a journal, and the number after the last chunk.
///
/// Errors: `DataCorruptionDetected` (301).
pub(super) fn read(chunks: &[(u64, Vec<u8>)]) -> Result<(Vec<Commit>, u64)> {
    let mut commits = Vec::new();
    let mut next = 0;
    let mut group = Vec::new();
    let mut expected = 0;
    for (number, bytes) in chunks {
        let key = Key {
            space: Space::Journal,
            number: *number,
        };
        let chunk = frame::open(key, bytes)?;
        if chunk.index != expected || (chunk.index > 0 && *number != next) {
            return Err(frame::damaged(key));
        }
        group.extend_from_slice(chunk.payload);
        next = number + 1;
        expected = chunk.index + 1;
        if expected == chunk.count {
            read_group(&group, &mut commits).ok_or_else(|| frame::damaged(key))?;
            group.clear();
            expected = 0;
        }
    }
    if expected != 0 {
        return Err(frame::damaged(Key {
            space: Space::Journal,
            number: next,
        }));
    }
    Ok((commits, next))
}

/// What can be read of a damaged journal.
pub(super) struct Readable {
    pub commits: Vec<Commit>,
    /// Something behind the last of the commits cannot be read.
    pub is_cut: bool,
}

/// The groups that can be read, past those that cannot.
pub(super) fn read_readable(chunks: &[(u64, Vec<u8>)]) -> Readable {
    let mut found = Readable {
        commits: Vec::new(),
        is_cut: false,
    };
    let mut rest = chunks;
    while let Some((number, bytes)) = rest.first() {
        let key = Key {
            space: Space::Journal,
            number: *number,
        };
        let count = frame::open(key, bytes).map_or(1, |chunk| chunk.count as usize);
        let group = rest.get(..count).and_then(|group| read(group).ok());
        found.is_cut = group.is_none();
        // Of a group that is not whole the chunks that follow are passed one by one.
        let taken = group.as_ref().map_or(1, |_| count.max(1));
        found
            .commits
            .extend(group.into_iter().flat_map(|(commits, _)| commits));
        rest = &rest[taken..];
    }
    found
}

fn read_group(mut group: &[u8], commits: &mut Vec<Commit>) -> Option<()> {
    while !group.is_empty() {
        let (sequence, rest) = group.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let changes = rest.get(..length)?.to_vec();
        commits.push(Commit {
            sequence: u64::from_le_bytes(*sequence),
            changes,
        });
        group = &rest[length..];
    }
    Some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_back_and_gaps_are_noticed() {
        let commit = |sequence, length| Commit {
            sequence,
            changes: vec![7; length],
        };
        let mut chunks = Vec::new();
        let count = write(&[commit(4, 10), commit(5, 150_000)], 9, &mut chunks);
        write(&[commit(6, 0)], 9 + count, &mut chunks);
        let chunks: Vec<(u64, Vec<u8>)> = chunks
            .into_iter()
            .map(|(key, chunk)| (key.number, chunk))
            .collect();
        let (commits, next) = read(&chunks).unwrap();
        let sizes: Vec<_> = commits
            .iter()
            .map(|c| (c.sequence, c.changes.len()))
            .collect();
        assert_eq!((sizes, next), (vec![(4, 10), (5, 150_000), (6, 0)], 13));
        for missing in 0..3 {
            let mut cut = chunks.clone();
            cut.remove(missing);
            assert!(read(&cut).is_err());
        }
    }
}
