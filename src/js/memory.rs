//! The allocator: the standard library's, with a memory that grows in large steps.
//!
//! The standard library asks for as many pages as one allocation needs. Every `memory.grow` gives
//! JavaScript another buffer and counts as pressure on its garbage collector, which then runs for
//! milliseconds: a bulk write spent nine tenths of its time there. So whenever the memory
//! has grown, a sixteenth more is taken at once and given back to the allocator, not to the system.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use wasm_bindgen::prelude::*;

const PAGE_BYTES: usize = 65_536;
/// Pages taken ahead: a sixteenth of the memory, between 1 MiB and 32 MiB.
const AHEAD_SHARE: usize = 16;
const AHEAD_PAGES_MIN: usize = 16;
const AHEAD_PAGES_MAX: usize = 512;

struct Ahead {
    /// Pages of the memory when it was last looked at.
    pages: AtomicUsize,
}

#[global_allocator]
static ALLOCATOR: Ahead = Ahead {
    pages: AtomicUsize::new(0),
};

/// Whether an allocation was refused, which stops the module.
static IS_EXHAUSTED: AtomicBool = AtomicBool::new(false);

/// Whether the module stopped because it got no more memory. Asking takes none.
#[wasm_bindgen(js_name = isOutOfMemory)]
pub fn is_out_of_memory() -> bool {
    IS_EXHAUSTED.load(Ordering::Relaxed)
}

fn pages() -> usize {
    core::arch::wasm32::memory_size(0)
}

impl Ahead {
    fn look(&self, block: *mut u8) {
        if pages() != self.pages.load(Ordering::Relaxed) {
            self.take();
        }
        if block.is_null() {
            IS_EXHAUSTED.store(true, Ordering::Relaxed);
        }
    }

    #[cold]
    #[inline(never)]
    fn take(&self) {
        let ahead = (pages() / AHEAD_SHARE).clamp(AHEAD_PAGES_MIN, AHEAD_PAGES_MAX);
        if let Ok(layout) = Layout::from_size_align(ahead * PAGE_BYTES, 8) {
            // SAFETY: the layout is not empty, and what is given back was just allocated with it. Where there is no
            // more memory nothing comes, and nothing is given back.
            unsafe {
                let block = System.alloc(layout);
                if !block.is_null() {
                    System.dealloc(block, layout);
                }
            }
        }
        self.pages.store(pages(), Ordering::Relaxed);
    }
}

// SAFETY: every call is handed on to the standard library's allocator as it is.
unsafe impl GlobalAlloc for Ahead {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of the allocator called.
        let block = unsafe { System.alloc(layout) };
        self.look(block);
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let block = unsafe { System.alloc_zeroed(layout) };
        self.look(block);
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as above.
        let block = unsafe { System.realloc(block, layout, bytes) };
        self.look(block);
        block
    }
}
