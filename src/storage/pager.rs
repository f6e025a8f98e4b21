//! How does a page that was asked for get into the trees?
//!
//! A tree that meets a page which is not in memory fails with [`Error::fault`]. The edge loads the
//! pages, gives them to [`Pager::supply`] and repeats the command; the nodes that stand for the
//! pages then take their content from here. What was taken belongs to the nodes: as long as a
//! tree is kept open, its pages are loaded once.

use std::cell::RefCell;
use std::rc::Rc;

use super::node::{Content, damaged};
use super::page;
use crate::error::{Error, PageId, Result};
use crate::ordered::OrderedMap;

/// Pages that were loaded and that no tree has taken yet. One is shared by all trees of a store.
#[derive(Default)]
pub struct Pager {
    supplied: RefCell<OrderedMap<PageId, Result<Content>>>,
}

impl Pager {
    /// A pager without pages.
    pub fn new() -> Rc<Pager> {
        Rc::default()
    }

    /// Gives the bytes of a page, as a checkpoint wrote them; their checksum has been checked.
    ///
    /// # Errors
    /// `DataCorruptionDetected` (301) when the bytes are not those of a page. Every later access
    /// to the page then fails with the same error; the other pages stay readable.
    pub fn supply(&self, page: PageId, bytes: &[u8]) -> Result<()> {
        match page::decode(bytes) {
            Some(content) => {
                self.supplied.borrow_mut().insert(page, Ok(content));
                Ok(())
            }
            None => {
                let error = damaged(page, "is damaged");
                self.refuse(page, error.clone());
                Err(error)
            }
        }
    }

    /// Says that a page cannot be had (it is missing, or its checksum is wrong). Every access to
    /// it fails with this error from now on, until the page is supplied.
    pub fn refuse(&self, page: PageId, error: Error) {
        self.supplied.borrow_mut().insert(page, Err(error));
    }

    /// The page that cannot be had for just this reason.
    pub fn refused(&self, error: &Error) -> Option<PageId> {
        let supplied = self.supplied.borrow();
        let mut pages = supplied.iter();
        let found = pages.find(|(_, content)| content.as_ref().err() == Some(error));
        found.map(|(page, _)| *page)
    }

    /// True for a page that waits to be taken, or that cannot be had.
    pub(super) fn is_supplied(&self, page: PageId) -> bool {
        self.supplied.borrow().contains_key(&page)
    }

    /// Number of pages that no tree has taken yet.
    pub fn waiting(&self) -> usize {
        self.supplied.borrow().len()
    }

    /// Forgets the pages that no tree has taken; they would be faults again.
    pub fn forget_waiting(&self) {
        self.supplied.borrow_mut().clear();
    }

    /// Forgets pages that no longer exist.
    pub fn forget(&self, pages: &[PageId]) {
        let mut supplied = self.supplied.borrow_mut();
        for page in pages {
            supplied.remove(page);
        }
    }

    /// Takes the content of a page; a fault when it was not supplied.
    pub(super) fn take(&self, page: PageId) -> Result<Content> {
        let mut supplied = self.supplied.borrow_mut();
        match supplied.remove(&page) {
            Some(Ok(content)) => Ok(content),
            Some(Err(error)) => {
                supplied.insert(page, Err(error.clone()));
                Err(error)
            }
            None => Err(Error::fault(vec![page])),
        }
    }
}
