//! The tree of a pattern.

use super::class::Class;
use crate::error::{Error, Result};

/// The option letters, and what `(?i)` and its kin change.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
    pub(super) extended: bool,
}

impl Flags {
    /// From MongoDB's option letters.
    pub(super) fn parse(options: &str) -> Result<Flags> {
        let mut flags = Flags::default();
        for letter in options.chars() {
            let known = flags.set(letter, true) || letter == 'u';
            if !known {
                return Err(Error::new(
                    51108,
                    format_args!("invalid flag in regex options: {}", letter),
                ));
            }
        }
        Ok(flags)
    }

    /// Sets one flag by its letter; false if there is none.
    pub(super) fn set(&mut self, letter: char, on: bool) -> bool {
        match letter {
            'i' => self.ignore_case = on,
            'm' => self.multi_line = on,
            's' => self.dot_all = on,
            'x' => self.extended = on,
            _ => return false,
        }
        true
    }
}

/// What matches exactly one character.
#[derive(Clone)]
pub(super) enum One {
    Char(char),
    /// A character in any case, given folded.
    Fold(char),
    /// Any but a newline.
    Any,
    AnyOrNewline,
    Class(Box<Class>),
}

/// What matches between characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Assertion {
    /// `\A`, and `^` without `m`.
    TextStart,
    /// `\z`.
    TextEnd,
    /// `\Z`, and `$` without `m`: the end, or before a newline there.
    TextEndOrNewline,
    /// `^` with `m`.
    LineStart,
    /// `$` with `m`.
    LineEnd,
    /// `\b`.
    WordBoundary,
    /// `\B`.
    NoWordBoundary,
    /// `\G`: where the search began.
    SearchStart,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

#[derive(Clone)]
pub(super) enum Tree {
    One(One),
    Assertion(Assertion),
    Concat(Vec<Tree>),
    Alternate(Vec<Tree>),
    /// A capture group; the whole match is group 0 and has no such node.
    Group(u32, Box<Tree>),
    Repeat {
        body: Box<Tree>,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    Atomic(Box<Tree>),
    Look {
        ahead: bool,
        negative: bool,
        body: Box<Tree>,
    },
    /// What a group matched, again.
    Backreference {
        groups: Vec<u32>,
        ignore_case: bool,
    },
    /// `\K`: the match begins here.
    Keep,
}

/// A parsed pattern.
pub(super) struct Parsed {
    pub(super) root: Tree,
    pub(super) group_count: u32,
}

impl Tree {
    /// The fewest and the most characters that a match takes; `None` is without bound.
    pub(super) fn width(&self) -> (u32, Option<u32>) {
        match self {
            Tree::One(_) => (1, Some(1)),
            Tree::Assertion(_) | Tree::Look { .. } | Tree::Keep => (0, Some(0)),
            Tree::Group(_, body) | Tree::Atomic(body) => body.width(),
            Tree::Backreference { .. } => (0, None),
            Tree::Concat(parts) => parts.iter().map(Tree::width).fold(
                (0, Some(0)),
                |(min, max): (u32, Option<u32>), (least, most)| {
                    let max = max.zip(most).and_then(|(one, two)| one.checked_add(two));
                    (min.saturating_add(least), max)
                },
            ),
            Tree::Alternate(branches) => {
                let mut widths = branches.iter().map(Tree::width);
                let first = widths.next().unwrap_or((0, Some(0)));
                widths.fold(first, |(min, max), (least, most)| {
                    let max = max.zip(most).map(|(one, two)| one.max(two));
                    (min.min(least), max)
                })
            }
            Tree::Repeat { body, min, max, .. } => {
                let (least, most) = body.width();
                let most = match (most, max) {
                    (Some(0), _) | (_, Some(0)) => Some(0),
                    (most, max) => most.zip(*max).and_then(|(one, two)| one.checked_mul(two)),
                };
                (least.saturating_mul(*min), most)
            }
        }
    }
}
