//! Loading pages: runs of neighbouring pages are one request each.

use std::borrow::Cow;
use std::ops::Range;

use super::format::PAGE_CHUNKS;
use super::frame;
use super::link::Link;
use super::store::{Key, Space, Store};
use crate::error::{Error, PageId, Result};
use crate::storage::Pager;

/// Pages that nobody asked for and that are read along, at most, rather than begin a new run.
const GAP_MAX: u64 = 4;
/// Pages of a run, at most: 4 MB, so that no single answer of the store is huge.
const RUN_MAX: u64 = 512;

/// Loads pages. One that is damaged or missing makes every later access to it fail, and nothing
/// else.
///
/// Errors: the store's.
pub(super) async fn load<S: Store>(link: &Link<S>, pager: &Pager, pages: &[PageId]) -> Result<()> {
    let mut pages = pages.to_vec();
    pages.sort_unstable();
    pages.dedup();
    let mut ranges: Vec<Range<u64>> = runs(&pages).into_iter().map(chunks_of).collect();
    let mut may_be_cut = true;
    while !pages.is_empty() {
        let found = link.read(Space::Pages, &ranges).await?;
        let chunks: Vec<(u64, Vec<u8>)> = found.into_iter().flatten().collect();
        let mut cut = Vec::new();
        ranges.clear();
        for &page in &pages {
            let first = page * PAGE_CHUNKS;
            let start = chunks.partition_point(|(number, _)| *number < first);
            let end = chunks.partition_point(|(number, _)| *number < first + PAGE_CHUNKS);
            match join(first, &chunks[start..end], may_be_cut) {
                // What is wrong with a page is told to whoever needs it.
                Ok(Joined::Whole(bytes)) => drop(pager.supply(page, &bytes)),
                Ok(Joined::Cut(count)) => {
                    cut.push(page);
                    ranges.push(first..first + count);
                }
                Err(error) => {
                    // Another owner may have replaced what this one looks for.
                    link.check().await?;
                    pager.refuse(page, error);
                }
            }
        }
        pages = cut;
        may_be_cut = false;
    }
    Ok(())
}

/// The first and the last page of each run of neighbours.
fn runs(pages: &[PageId]) -> Vec<(PageId, PageId)> {
    let mut runs: Vec<(PageId, PageId)> = Vec::new();
    for &page in pages {
        match runs.last_mut() {
            Some((first, last)) if page - *last <= GAP_MAX + 1 && page - *first < RUN_MAX => {
                *last = page;
            }
            _ => runs.push((page, page)),
        }
    }
    runs
}

/// Where the chunks of a run are. Of a single page only the first is read at first: few have more.
fn chunks_of((first, last): (PageId, PageId)) -> Range<u64> {
    let start = first * PAGE_CHUNKS;
    if first == last {
        start..start + 1
    } else {
        start..(last + 1) * PAGE_CHUNKS
    }
}

pub(super) enum Joined<'a> {
    Whole(Cow<'a, [u8]>),
    /// Only the first of this many chunks was read.
    Cut(u64),
}

/// Puts the chunks of a page together.
pub(super) fn join(first: u64, chunks: &[(u64, Vec<u8>)], may_be_cut: bool) -> Result<Joined<'_>> {
    let key = |at: usize| Key {
        space: Space::Pages,
        number: first + at as u64,
    };
    let damaged = |at: usize| -> Error { frame::damaged(key(at)) };
    let open = |at: usize| {
        let (number, bytes) = chunks.get(at).ok_or_else(|| damaged(at))?;
        let chunk = frame::open(key(at), bytes)?;
        if *number != key(at).number || chunk.index as usize != at {
            return Err(damaged(at));
        }
        Ok(chunk)
    };
    let head = open(0)?;
    let count = head.count as usize;
    if count <= 1 {
        return Ok(Joined::Whole(Cow::Borrowed(head.payload)));
    }
    if may_be_cut && chunks.len() == 1 && count as u64 <= PAGE_CHUNKS {
        return Ok(Joined::Cut(count as u64));
    }
    let mut whole = head.payload.to_vec();
    for at in 1..count {
        whole.extend_from_slice(open(at)?.payload);
    }
    Ok(Joined::Whole(Cow::Owned(whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_run() {
        assert_eq!(runs(&[]), []);
        let pages = [1, 2, 3, 8, 14, 20];
        assert_eq!(runs(&pages), [(1, 8), (14, 14), (20, 20)]);
        assert_eq!(chunks_of((1, 8)), 1024..9 * 1024);
        assert_eq!(chunks_of((14, 14)), 14 * 1024..14 * 1024 + 1);
        let many: Vec<PageId> = (1..=1000).collect();
        assert_eq!(runs(&many), [(1, 512), (513, 1000)]);
    }
}
