//! What of a tree can still be read when some of its pages are damaged?

use super::cursor::Cursor;
use super::node::{Content, Node};
use super::tree::Tree;
use crate::error::{Error, PageId, Result, codes};

/// Whether an error says that a page is damaged.
fn is_damage(error: &Error) -> bool {
    error.code() == codes::DATA_CORRUPTION_DETECTED
}

impl Tree {
    /// True when a part of the tree that is in memory refers to this page.
    pub fn refers_to(&self, page: PageId) -> bool {
        refers_to(&self.root, page)
    }

    /// How many entries cannot be read from this position on: up to the end of the damaged page
    /// that they lie on or below; 0 when it can be read.
    fn unreadable_from(&self, position: u64) -> Result<u64> {
        let (mut rest, mut count) = (position, self.count);
        let mut content = self.load_root();
        loop {
            match content {
                Err(error) if is_damage(&error) => return Ok(count.saturating_sub(rest)),
                Err(error) => return Err(error),
                Ok(Content::Leaf(_)) => return Ok(0),
                Ok(Content::Inner(inner)) => {
                    let (at, within) = inner.place_of(rest);
                    rest = within;
                    count = inner.children[at].count;
                    content = self.load_child(inner, at);
                }
            }
        }
    }
}

fn refers_to(node: &Node, page: PageId) -> bool {
    node.page() == page
        || node.as_inner().is_some_and(|inner| {
            let mut children = inner.children.iter();
            children.any(|child| refers_to(&child.node, page))
        })
}

impl Cursor {
    /// After `next` failed for a damaged page: goes behind all that cannot be read. Other errors
    /// are given back.
    pub fn pass_damage(&mut self, error: Error) -> Result<()> {
        if !is_damage(&error) {
            return Err(error);
        }
        let mut position = self.position();
        loop {
            let lost = self.tree().unreadable_from(position)?;
            position += lost;
            if position >= self.tree().len() {
                self.seek_end();
                return Ok(());
            }
            match self.seek_to_position(position) {
                Err(error) if lost > 0 && is_damage(&error) => {}
                outcome => return outcome,
            }
        }
    }
}
