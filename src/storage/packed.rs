//! How are sorted entries packed into one run of bytes and found again?
//!
//! `bytes` holds the entries back to back, each exactly as a page stores it (lengths, key, value);
//! an entry is appended where there is room, so that `bytes` is in the order of arrival and `slots`
//! in the order of keys. A slot carries the four key bytes that follow the prefix common to all
//! keys: nearly every comparison of a search is then one of two integers that lie side by side, and
//! touches no entry.

use std::cmp::Ordering;
use std::ops::Range;

/// Bytes of a key that a slot carries.
const HEAD_BYTES: usize = size_of::<u32>();
/// Bytes that come into a processor's caches together.
const LINE_BYTES: usize = 64;
/// Of fewer entries in a leaf a walk may want the beginnings alone.
const TOUCHED_MIN: usize = 8;

/// One entry: where it starts in `bytes`, and the start of its key as a number.
#[derive(Clone, Copy)]
struct Slot {
    head: u32,
    start: u32,
}

/// Where the parts of an entry lie in [`Packed::bytes`]: the key in `key..value`, the value in
/// `value..end`.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) key: u32,
    pub(super) value: u32,
    pub(super) end: u32,
}

impl Span {
    #[inline(always)]
    pub(super) fn value_len(self) -> usize {
        (self.end - self.value) as usize
    }

    /// Length of key and value together.
    pub(super) fn data_len(self) -> usize {
        (self.end - self.key) as usize
    }
}

/// Entries sorted by key; no key occurs twice.
pub(super) struct Packed {
    slots: Vec<Slot>,
    bytes: Vec<u8>,
    /// Length of a prefix that all keys share (not always the longest one).
    prefix: usize,
    /// The prefix as a number, where it has eight bytes at most: comparing it touches no entry.
    prefix_number: u64,
    /// How many of `bytes` belong to entries that were removed or replaced.
    dead: usize,
    /// No key is shorter, or longer, than these (entries that were removed may still count).
    shortest: usize,
    longest: usize,
}

impl Default for Packed {
    fn default() -> Packed {
        Packed {
            slots: Vec::new(),
            bytes: Vec::new(),
            prefix: 0,
            prefix_number: 0,
            dead: 0,
            shortest: usize::MAX,
            longest: 0,
        }
    }
}

impl Packed {
    /// Takes stored entries, as [`Packed::write_to`] wrote them. `None` unless they are `count`
    /// well-formed entries in strictly ascending order that fill the bytes exactly.
    pub(super) fn decode(bytes: &[u8], count: usize) -> Option<Packed> {
        // An entry is two bytes long at least: no allocation on the word of a damaged count.
        if count > bytes.len() / 2 || bytes.len() > u32::MAX as usize {
            return None;
        }
        let mut slots = Vec::with_capacity(count);
        let mut previous: Option<&[u8]> = None;
        let mut at = 0;
        for _ in 0..count {
            let start = at;
            let (key_len, value_len, used) = read_lengths(bytes.get(at..)?)?;
            let key_at = at + used;
            let value_at = key_at.checked_add(key_len)?;
            at = value_at.checked_add(value_len)?;
            if at > bytes.len() {
                return None;
            }
            let key = bytes.get(key_at..value_at)?;
            if previous.is_some_and(|previous| previous >= key) {
                return None;
            }
            previous = Some(key);
            slots.push(Slot {
                head: 0,
                start: start as u32,
            });
        }
        if at != bytes.len() {
            return None;
        }
        let mut packed = Packed {
            slots,
            bytes: bytes.to_vec(),
            ..Packed::default()
        };
        packed.find_prefix();
        Some(packed)
    }

    /// Appends the stored form: the live entries in the order of their keys.
    pub(super) fn write_to(&self, out: &mut Vec<u8>) {
        for at in 0..self.slots.len() {
            out.extend_from_slice(self.stored(at));
        }
    }

    /// A copy with room for a few more entries.
    pub(super) fn copy_for_write(&self) -> Packed {
        let mut slots = Vec::with_capacity(self.slots.len() + self.slots.len() / 8 + 4);
        slots.extend_from_slice(&self.slots);
        let mut bytes = Vec::with_capacity(capacity_for(self.bytes.len() + 64));
        bytes.extend_from_slice(&self.bytes);
        Packed {
            slots,
            bytes,
            prefix: self.prefix,
            prefix_number: self.prefix_number,
            dead: self.dead,
            shortest: self.shortest,
            longest: self.longest,
        }
    }

    /// Number of entries.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Bytes that the entries take on a page.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() - self.dead
    }

    /// All bytes; spans point into them.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads a byte of every line of memory that small entries lie in, before they are asked for one
    /// by one: the lines then come side by side, not each when the one before was dealt with.
    pub(super) fn touch(&self) {
        if self.slots.len() >= TOUCHED_MIN {
            let lines = self.bytes.iter().step_by(LINE_BYTES);
            std::hint::black_box(lines.fold(0u8, |all, byte| all ^ byte));
        }
    }

    #[inline(always)]
    pub(super) fn span(&self, at: usize) -> Span {
        let start = self.slots[at].start as usize;
        // What lies in a slot was written by `push` or checked by `decode`.
        let (key_len, value_len, used) = read_lengths(&self.bytes[start..]).unwrap_or((0, 0, 0));
        let key = start + used;
        let value = key + key_len;
        Span {
            key: key as u32,
            value: value as u32,
            end: (value + value_len) as u32,
        }
    }

    #[inline(always)]
    pub(super) fn key(&self, at: usize) -> &[u8] {
        let span = self.span(at);
        &self.bytes[span.key as usize..span.value as usize]
    }

    #[inline]
    pub(super) fn entry(&self, at: usize) -> (&[u8], &[u8]) {
        let span = self.span(at);
        let (key, value, end) = (span.key as usize, span.value as usize, span.end as usize);
        (&self.bytes[key..value], &self.bytes[value..end])
    }

    /// The first and the last key; `None` when there are no entries.
    pub(super) fn ends(&self) -> Option<(&[u8], &[u8])> {
        match self.len() {
            0 => None,
            n => Some((self.key(0), self.key(n - 1))),
        }
    }

    /// The entry as a page stores it.
    #[inline(always)]
    fn stored(&self, at: usize) -> &[u8] {
        let end = self.span(at).end as usize;
        &self.bytes[self.slots[at].start as usize..end]
    }

    /// `Ok` with the place of the key, or `Err` with the place where it would have to be inserted.
    #[inline]
    pub(super) fn search(&self, key: &[u8]) -> Result<usize, usize> {
        let slots = self.slots.as_slice();
        if slots.is_empty() {
            return Err(0);
        }
        match self.compare_prefix(key) {
            Ordering::Less => return Err(0),
            Ordering::Greater => return Err(slots.len()),
            Ordering::Equal => {}
        }
        let target = head(key, self.prefix);
        let low = first_from(slots, target, self.is_whole());
        if slots.get(low).is_none_or(|slot| slot.head != target) {
            return Err(low);
        }
        if self.is_whole() && self.shortest == key.len() && self.longest == key.len() {
            // The prefix and the head are all there is of a key.
            return Ok(low);
        }
        // Most often there is only one with the same head.
        match self.key(low).cmp(key) {
            Ordering::Less => self.search_ties(key, target, low + 1),
            Ordering::Equal => Ok(low),
            Ordering::Greater => Err(low),
        }
    }

    /// How many keys are not above this one.
    #[inline]
    pub(super) fn place(&self, key: &[u8]) -> usize {
        let slots = self.slots.as_slice();
        // A key whose bytes are all in its head, and that has the head of another which is not
        // shorter, is the start of that other or the same: no entry has to be looked at.
        if !self.is_whole() || key.len() < self.longest || slots.is_empty() {
            return self.search(key).map_or_else(|at| at, |at| at + 1);
        }
        match self.compare_prefix(key) {
            Ordering::Less => 0,
            Ordering::Greater => slots.len(),
            Ordering::Equal => match head(key, self.prefix).checked_add(1) {
                Some(above) => first_from(slots, above, true),
                None => slots.len(),
            },
        }
    }

    /// True when no key has bytes behind its head.
    #[inline]
    fn is_whole(&self) -> bool {
        self.longest <= self.prefix + HEAD_BYTES
    }

    /// Compares the start of a key with the prefix that all keys here have.
    #[inline]
    fn compare_prefix(&self, key: &[u8]) -> Ordering {
        if self.prefix == 0 {
            return Ordering::Equal;
        }
        if self.prefix <= size_of::<u64>()
            && let Some(start) = key.first_chunk::<8>()
        {
            let unused = 64 - 8 * self.prefix;
            return (u64::from_be_bytes(*start) >> unused).cmp(&self.prefix_number);
        }
        key[..key.len().min(self.prefix)].cmp(self.prefix())
    }

    fn prefix(&self) -> &[u8] {
        let first = if self.slots.is_empty() {
            &[]
        } else {
            self.key(0)
        };
        first.get(..self.prefix).unwrap_or(first)
    }

    /// Continues a search among the entries from `low` on that have the same head.
    fn search_ties(&self, key: &[u8], target: u32, low: usize) -> Result<usize, usize> {
        let (mut low, mut high) = (low, self.slots.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let order = if self.slots[middle].head == target {
                self.key(middle).cmp(key)
            } else {
                Ordering::Greater
            };
            match order {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle),
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// Puts an entry before the one at `at`, where [`Packed::search`] said that it belongs.
    pub(super) fn insert(&mut self, at: usize, key: &[u8], value: &[u8]) {
        self.make_room(entry_size(key.len(), value.len()));
        self.fit_prefix(at, key);
        self.note_length(key.len());
        let start = self.push(key, value);
        self.slots.insert(
            at,
            Slot {
                head: head(key, self.prefix),
                start,
            },
        );
    }

    /// Replaces a value and gives the length of the old one.
    pub(super) fn replace(&mut self, at: usize, value: &[u8]) -> usize {
        let span = self.span(at);
        let old_len = span.value_len();
        if old_len == value.len() {
            self.bytes[span.value as usize..span.end as usize].copy_from_slice(value);
            return old_len;
        }
        let key = self.key(at).to_vec();
        let need = entry_size(key.len(), value.len());
        if need <= span.end as usize - self.slots[at].start as usize {
            let mut entry = Vec::with_capacity(need);
            push_entry(&mut entry, &key, value);
            let start = self.slots[at].start as usize;
            self.bytes[start..start + need].copy_from_slice(&entry);
            self.dead += span.end as usize - start - need;
        } else {
            self.make_room(need);
            self.discard(at, self.span(at));
            self.slots[at].start = self.push(&key, value);
        }
        self.compact_if_sparse();
        old_len
    }

    /// Removes an entry and gives the lengths of what it was.
    pub(super) fn remove(&mut self, at: usize) -> Span {
        let span = self.span(at);
        self.discard(at, span);
        self.slots.remove(at);
        if self.slots.is_empty() {
            *self = Packed::default();
        } else {
            self.compact_if_sparse();
        }
        span
    }

    /// Takes the entries from `at` on away and gives them as entries of their own; both parts are
    /// compact after it.
    pub(super) fn split_off(&mut self, at: usize) -> Packed {
        let right = self.copy_range(at, self.len());
        *self = self.copy_range(0, at);
        right
    }

    /// Adds all entries of another, whose keys must all be greater.
    pub(super) fn append(&mut self, other: &Packed) {
        self.bytes.reserve(other.size());
        for at in 0..other.len() {
            let start = self.bytes.len() as u32;
            self.bytes.extend_from_slice(other.stored(at));
            self.slots.push(Slot { head: 0, start });
        }
        self.find_prefix();
    }

    /// How many entries, from the first on, take about half of the bytes: never none and never all.
    /// Two at least must be there.
    pub(super) fn middle(&self) -> usize {
        let half = self.size() / 2;
        let mut taken = 0;
        for at in 0..self.len() - 1 {
            let len = self.stored(at).len();
            if taken + len / 2 > half {
                return at.max(1);
            }
            taken += len;
        }
        self.len() - 1
    }

    fn copy_range(&self, from: usize, to: usize) -> Packed {
        let total: usize = (from..to).map(|at| self.stored(at).len()).sum();
        let mut part = Packed {
            slots: Vec::with_capacity(to - from + 4),
            bytes: Vec::with_capacity(capacity_for(total)),
            ..Packed::default()
        };
        for at in from..to {
            let start = part.bytes.len() as u32;
            part.bytes.extend_from_slice(self.stored(at));
            part.slots.push(Slot { head: 0, start });
        }
        part.find_prefix();
        part
    }

    /// Counts the bytes of an entry as dead, or gives them back where they are the last ones.
    fn discard(&mut self, at: usize, span: Span) {
        let start = self.slots[at].start as usize;
        if span.end as usize == self.bytes.len() {
            self.bytes.truncate(start);
        } else {
            self.dead += span.end as usize - start;
        }
    }

    fn compact_if_sparse(&mut self) {
        if self.dead * 2 > self.bytes.len() {
            self.compact();
        }
    }

    fn compact(&mut self) {
        if self.dead > 0 {
            *self = self.copy_range(0, self.len());
        }
    }

    /// Sees to it that an entry can be pushed: rather than grow, what is dead is given up.
    fn make_room(&mut self, need: usize) {
        if self.bytes.len() + need > self.bytes.capacity() && self.dead * 8 >= self.bytes.len() {
            self.compact();
        }
        let len = self.bytes.len();
        if len + need > self.bytes.capacity() {
            self.bytes.reserve_exact(capacity_for(len + need) - len);
        }
    }

    /// Appends an entry to `bytes`.
    fn push(&mut self, key: &[u8], value: &[u8]) -> u32 {
        let start = self.bytes.len();
        push_entry(&mut self.bytes, key, value);
        start as u32
    }

    /// Shortens the common prefix to what a new key shares.
    fn fit_prefix(&mut self, at: usize, key: &[u8]) {
        if self.slots.is_empty() {
            (self.prefix, self.prefix_number) = prefix_of(key, key.len());
        } else if self.prefix > 0 && (at == 0 || at == self.len()) {
            // A key between two others shares whatever those share.
            let shared = common_prefix(self.prefix(), key);
            if shared < self.prefix {
                (self.prefix, self.prefix_number) = prefix_of(key, shared);
                self.find_heads();
            }
        }
    }

    /// Finds the longest common prefix, and the heads that go with it.
    fn find_prefix(&mut self) {
        (self.prefix, self.prefix_number) = match self.ends() {
            Some((first, last)) => prefix_of(first, common_prefix(first, last)),
            None => (0, 0),
        };
        self.find_heads();
    }

    fn find_heads(&mut self) {
        (self.shortest, self.longest) = (usize::MAX, 0);
        for at in 0..self.slots.len() {
            let key = self.key(at);
            let (len, head) = (key.len(), head(key, self.prefix));
            self.note_length(len);
            self.slots[at].head = head;
        }
    }

    fn note_length(&mut self, len: usize) {
        self.shortest = self.shortest.min(len);
        self.longest = self.longest.max(len);
    }
}

/// The first slot whose head is not below the target. Where the heads are `even`, about as far from
/// one another as numbers that were counted up, it is looked for first where it should be.
#[inline(always)]
fn first_from(slots: &[Slot], target: u32, even: bool) -> usize {
    let (mut low, mut size) = (0, slots.len());
    if even {
        match guess(slots, target) {
            Ok(at) => return at,
            Err(range) => (low, size) = (range.start, range.len()),
        }
    }
    // Without branches, which would be guessed wrong.
    while size > 1 {
        let half = size / 2;
        low = if slots[low + half].head < target {
            low + half
        } else {
            low
        };
        size -= half;
    }
    low + usize::from(slots.get(low).is_some_and(|slot| slot.head < target))
}

/// The first slot whose head is not below the target, or where to look for it.
#[inline(always)]
fn guess(slots: &[Slot], target: u32) -> Result<usize, Range<usize>> {
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else {
        return Ok(0);
    };
    if target <= first.head {
        return Ok(0);
    }
    if target > last.head {
        return Ok(slots.len());
    }
    // From here on the first head is below the target, and the last one is not.
    let (distance, all) = (target - first.head, last.head - first.head);
    let steps = slots.len() as u64 - 1;
    let at = (u64::from(distance) * steps / u64::from(all)) as usize;
    if slots[at].head < target {
        if slots[at + 1].head >= target {
            return Ok(at + 1);
        }
        Err(at + 1..slots.len())
    } else {
        if slots[at - 1].head < target {
            return Ok(at);
        }
        Err(0..at)
    }
}

/// The bytes that an entry with these lengths takes on a page.
pub(super) fn entry_size(key_len: usize, value_len: usize) -> usize {
    length_size(key_len) + length_size(value_len) + key_len + value_len
}

/// How many bytes two keys have in common from the start on.
pub(super) fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// The four bytes after the prefix, as a number that sorts as they do; zeros stand in for bytes
/// that are not there.
#[inline(always)]
fn head(key: &[u8], prefix: usize) -> u32 {
    let rest = key.get(prefix..).unwrap_or_default();
    match rest.first_chunk::<4>() {
        Some(first) => u32::from_be_bytes(*first),
        None => rest.iter().enumerate().fold(0, |head, (at, byte)| {
            head | u32::from(*byte) << (24 - 8 * at)
        }),
    }
}

/// The length of a prefix of a key, and up to eight bytes of it as a number.
fn prefix_of(key: &[u8], len: usize) -> (usize, u64) {
    let number = key
        .iter()
        .take(len.min(8))
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    (len, number)
}

/// How much to allocate: powers of two at first, then little more than is needed.
fn capacity_for(len: usize) -> usize {
    if len <= 4096 {
        len.next_power_of_two().max(64)
    } else if len <= 64 << 10 {
        len.next_multiple_of(2048)
    } else {
        len
    }
}

fn length_size(len: usize) -> usize {
    let mut size = 1;
    let mut len = len >> 7;
    while len > 0 {
        size += 1;
        len >>= 7;
    }
    size
}

fn push_entry(bytes: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    push_length(bytes, key.len());
    push_length(bytes, value.len());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(value);
}

fn push_length(bytes: &mut Vec<u8>, len: usize) {
    let mut len = len;
    while len >= 0x80 {
        bytes.push(len as u8 | 0x80);
        len >>= 7;
    }
    bytes.push(len as u8);
}

/// Reads the two lengths at the start of an entry: of the key, of the value, and of the lengths
/// themselves.
#[inline(always)]
fn read_lengths(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    // One byte for the key's and one or two for the value's, as nearly always.
    if let [key_len, value_len, upper, ..] = *bytes
        && key_len < 0x80
    {
        if value_len < 0x80 {
            return Some((usize::from(key_len), usize::from(value_len), 2));
        }
        if (1..0x80).contains(&upper) {
            let value_len = usize::from(value_len & 0x7f) | usize::from(upper) << 7;
            return Some((usize::from(key_len), value_len, 3));
        }
    }
    read_long_lengths(bytes)
}

fn read_long_lengths(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let (key_len, key_used) = read_length(bytes)?;
    let (value_len, value_used) = read_length(bytes.get(key_used..)?)?;
    Some((key_len, value_len, key_used + value_used))
}

/// Reads seven bits per byte, the lowest first, the highest bit set on all but the last; the
/// shortest form only.
fn read_length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut len = 0u32;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        let bits = u32::from(byte & 0x7f);
        if at == 4 && bits > 0x0f {
            return None;
        }
        len |= bits << (7 * at);
        if byte & 0x80 == 0 {
            return if bits == 0 && at > 0 {
                None
            } else {
                Some((len as usize, at + 1))
            };
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn packed(keys: &[&[u8]]) -> Packed {
        let mut packed = Packed::default();
        for key in keys {
            let at = packed.search(key).unwrap_err();
            packed.insert(at, key, b"v");
        }
        packed
    }

    #[test]
    fn keys_are_found_whatever_they_share() {
        let sets: [&[&[u8]]; 5] = [
            &[b"", b"\0", b"\0\0", b"\0\0\0\0", b"\0\0\0\0\0", b"\x01"],
            &[
                b"same start 1",
                b"same start 2",
                b"same start",
                b"same",
                b"same start 1 longer",
            ],
            &[b"exactly8a", b"exactly8", b"exactly8b", b"exactly8\0"],
            &[
                b"long prefix, tie: a",
                b"long prefix, tie: b",
                b"long prefix, tie: \xff\xff\xff",
            ],
            &[
                b"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                b"\xff\xff\xff\xff\xff\xff\xff\xff",
            ],
        ];
        let probes: Vec<&[u8]> = sets.concat();
        for set in sets {
            let mut sorted = set.to_vec();
            sorted.sort_unstable();
            let packed = packed(set);
            check(&packed, &sorted, &probes);
            for cut in 0..=sorted.len() {
                let (mut left, right) = (packed.copy_for_write(), &sorted[cut..]);
                let taken = left.split_off(cut);
                check(&left, &sorted[..cut], &probes);
                check(&taken, right, &probes);
            }
        }
    }

    /// Searches give what searches in the sorted keys give.
    fn check<K: AsRef<[u8]> + Ord>(packed: &Packed, sorted: &[K], probes: &[K]) {
        for probe in probes {
            assert_eq!(packed.search(probe.as_ref()), sorted.binary_search(probe));
            let place = sorted.partition_point(|key| key <= probe);
            assert_eq!(packed.place(probe.as_ref()), place);
        }
    }

    #[test]
    fn numbers_are_found_however_far_apart_they_are() {
        let steps: [&[u64]; 5] = [&[1], &[7, 1, 1], &[1, 255, 256, 1 << 31], &[1 << 40], &[3]];
        for (step, start) in steps.into_iter().zip([1u64, 250, 0, 5, u64::MAX - 200]) {
            let counted = std::iter::successors(Some((start, 0)), |&(number, round)| {
                Some((number.checked_add(step[round % step.len()])?, round + 1))
            });
            let numbers: Vec<u64> = counted.take(60).map(|(number, _)| number).collect();
            let near = |n: &u64| [n.saturating_sub(1), *n, n.saturating_add(1)];
            let mut probes: Vec<Vec<u8>> = numbers
                .iter()
                .flat_map(near)
                .map(|number| number.to_be_bytes().to_vec())
                .collect();
            let shorter = probes.iter().map(|key| key[..7].to_vec());
            let longer = probes.iter().map(|key| [key, &[0][..]].concat());
            let others: Vec<_> = shorter.chain(longer).collect();
            probes.extend(others);
            let mut keys: Vec<Vec<u8>> = numbers
                .iter()
                .map(|number| number.to_be_bytes().to_vec())
                .collect();
            for _ in 0..2 {
                let taken: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
                check(&packed(&taken), &keys, &probes);
                // Of different lengths, as separators are.
                keys.iter_mut().for_each(|key| {
                    key.truncate(8 - key.iter().rev().take_while(|b| **b == 0).count())
                });
                keys.dedup();
            }
        }
    }

    #[test]
    fn rewriting_does_not_let_the_bytes_grow() {
        let mut packed = packed(&[b"a", b"b", b"c"]);
        for round in 0..1000 {
            let value = vec![7; 100 + round * 37 % 100];
            assert!(packed.replace(round % 3, &value) <= 200);
            assert_eq!(packed.entry(round % 3).1, value);
            assert!(packed.bytes.len() <= 2 * 3 * 210);
            assert!(packed.bytes.capacity() <= 2048);
        }
        let size: usize = (0..3).map(|at| packed.stored(at).len()).sum();
        assert_eq!(packed.size(), size);
    }

    #[test]
    fn lengths_have_one_form() {
        for len in [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            (1 << 21) - 1,
            1 << 21,
            u32::MAX as usize,
        ] {
            let mut bytes = Vec::new();
            push_length(&mut bytes, len);
            assert_eq!(bytes.len(), length_size(len));
            assert_eq!(read_length(&bytes), Some((len, bytes.len())));
            assert_eq!(read_length(&bytes[..bytes.len() - 1]), None);
        }
        for longer in [
            &[0x80, 0][..],
            &[0xff, 0x80, 0],
            &[0xff, 0xff, 0xff, 0xff, 0x10],
        ] {
            assert_eq!(read_length(longer), None);
        }
    }
}
