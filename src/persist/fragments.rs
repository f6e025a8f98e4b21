//! Which pages of a damaged store hold documents and are below no tree that is known?

use std::ops::Range;

use super::format::PAGE_CHUNKS;
use super::link::Link;
use super::load::{Joined, join};
use super::store::{Space, Store};
use crate::error::{PageId, Result};
use crate::limits;
use crate::ordered::{OrderedMap, OrderedSet};
use crate::storage::{Outline, Root, outline};
use crate::value::validate;

/// How many numbers of pages are read at once. Most numbers of an old store are free again: after a window without a
/// page the next one is twice as wide.
const WINDOWS: Range<u64> = 256..65_536;

/// What is known of a page.
struct Page {
    /// The pages right below; none for a leaf.
    children: Vec<PageId>,
    /// Entries on it and below.
    count: u64,
    /// True for a leaf whose first entry is a document.
    has_documents: bool,
}

/// What a scan of all pages found.
#[derive(Default)]
pub(super) struct Scan {
    pages: OrderedMap<PageId, Page>,
    /// No page has this number or a higher one.
    pub end: PageId,
}

/// Reads all pages. `end` is above all that there can be; 0 if that is not known. It may come from a damaged manifest:
/// how many numbers are looked at depends on what is there.
///
/// Errors: the store's.
pub(super) async fn scan<S: Store>(link: &Link<S>, end: PageId) -> Result<Scan> {
    let mut found = Scan {
        end,
        ..Scan::default()
    };
    let last = link.last(Space::Pages).await?;
    let end = last.map_or(0, |number| number / PAGE_CHUNKS + 1);
    let (mut first, mut width) = (0, WINDOWS.start);
    while first < end {
        let after = end.min(first + width);
        let known = found.pages.len();
        scan_range(link, first * PAGE_CHUNKS..after * PAGE_CHUNKS, &mut found).await?;
        width = match found.pages.len() == known {
            true => WINDOWS.end.min(width * 2),
            false => WINDOWS.start,
        };
        first = after;
    }
    Ok(found)
}

async fn scan_range<S: Store>(link: &Link<S>, range: Range<u64>, found: &mut Scan) -> Result<()> {
    let chunks = link.read(Space::Pages, &[range]).await?;
    let chunks: Vec<_> = chunks.into_iter().flatten().collect();
    let pages = chunks.chunk_by(|(one, _), (two, _)| one / PAGE_CHUNKS == two / PAGE_CHUNKS);
    for chunks in pages {
        let page = chunks[0].0 / PAGE_CHUNKS;
        found.end = found.end.max(page + 1);
        if let Ok(Joined::Whole(bytes)) = join(page * PAGE_CHUNKS, chunks, false)
            && let Some(Outline {
                children,
                count,
                first,
            }) = outline(&bytes)
        {
            let has_documents = first.is_some_and(|(key, value)| {
                key.len() == size_of::<u64>() && validate(&value, limits::NESTING_DEPTH_MAX).is_ok()
            });
            found.pages.insert(
                page,
                Page {
                    children,
                    count,
                    has_documents,
                },
            );
        }
    }
    Ok(())
}

impl Scan {
    /// The roots of trees of documents that no known tree leads to; none if all pages below the
    /// known trees are there, since then nothing is missing and what nobody names is old.
    pub(super) fn fragments(&self, known: impl Iterator<Item = PageId>) -> Vec<Root> {
        let mut reached = OrderedSet::new();
        let is_broken = self.reach(known.filter(|page| *page != 0).collect(), &mut reached);
        if !is_broken {
            return Vec::new();
        }
        let is_new = |page: &PageId| !reached.contains(page);
        let mut below = OrderedSet::new();
        for (_, found) in self.pages.iter().filter(|(page, _)| is_new(page)) {
            found.children.iter().for_each(|page| {
                below.insert(*page);
            });
        }
        let roots = self.pages.iter();
        let roots = roots.filter(|(page, _)| is_new(page) && !below.contains(*page));
        roots
            .filter(|(page, _)| self.holds_documents(**page))
            .map(|(page, found)| Root {
                page: *page,
                count: found.count,
                data_bytes: 0,
            })
            .collect()
    }

    /// Marks all pages below these; whether any cannot be read.
    fn reach(&self, mut pages: Vec<PageId>, reached: &mut OrderedSet<PageId>) -> bool {
        let mut is_broken = pages.is_empty();
        while let Some(page) = pages.pop() {
            if !reached.insert(page) {
                continue;
            }
            match self.pages.get(&page) {
                Some(found) => pages.extend(&found.children),
                None => is_broken = true,
            }
        }
        is_broken
    }

    /// Whether the first leaf below a page that can be read has documents.
    fn holds_documents(&self, page: PageId) -> bool {
        let mut seen = OrderedSet::new();
        let mut pages = vec![page];
        while let Some(page) = pages.pop() {
            let Some(found) = self.pages.get(&page).filter(|_| seen.insert(page)) else {
                continue;
            };
            if found.children.is_empty() {
                return found.has_documents;
            }
            pages.extend(found.children.iter().rev());
        }
        false
    }
}
