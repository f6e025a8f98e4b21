//! Regular expressions in PCRE's syntax, the dialect MongoDB speaks.
//!
//! A backtracking matcher of our own: `fancy-regex` without its `perf` and `unicode`
//! features is 203 KB of brotli, nearly half of the whole package's budget. What is
//! deliberately absent and refused with a compile error: recursion and subroutine calls,
//! conditionals, backtracking verbs, callouts, `\X`, script names in `\p`.
//!
//! Invariant: no pattern hangs. Every step counts against [`STEPS_MAX`].

mod case;
mod category;
mod class;
mod escape;
mod fold;
mod literal;
mod machine;
mod parse;
mod program;
mod syntax;

pub use machine::Match;

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::limits;
use literal::Shortcut;
use machine::Scratch;
use program::Program;

/// Steps of one search, as PCRE2's default match limit.
pub const STEPS_MAX: u64 = 10_000_000;

/// A compiled pattern. Cheap to clone.
#[derive(Clone)]
pub struct Regex(Rc<Inner>);

struct Inner {
    pattern: Box<str>,
    options: Box<str>,
    program: Program,
    shortcut: Shortcut,
    /// Memory that searches use again and again.
    scratch: RefCell<Scratch>,
}

impl Regex {
    /// Compiles a pattern with option letters: `i` ignores case, `m` lets `^` and `$`
    /// match at lines, `s` lets `.` match a newline, `x` ignores white space and comments,
    /// `u` is accepted (text is always Unicode).
    ///
    /// Errors: 51108 for another letter, 51091 for a pattern that is too long, malformed
    /// or not supported.
    pub fn compile(pattern: &str, options: &str) -> Result<Regex> {
        let flags = syntax::Flags::parse(options)?;
        if pattern.len() > limits::REGEX_PATTERN_BYTES_MAX {
            return Err(invalid("the pattern is too long"));
        }
        let parsed = parse::parse(pattern, flags)?;
        let shortcut = Shortcut::of(&parsed.root);
        let program = program::compile(parsed)?;
        Ok(Regex(Rc::new(Inner {
            pattern: pattern.into(),
            options: options.into(),
            program,
            shortcut,
            scratch: RefCell::default(),
        })))
    }

    /// The pattern as it was given.
    pub fn pattern(&self) -> &str {
        &self.0.pattern
    }

    /// The option letters as they were given.
    pub fn options(&self) -> &str {
        &self.0.options
    }

    /// The number of capture groups, the whole match not counted.
    pub fn group_count(&self) -> usize {
        self.0.program.group_count as usize
    }

    /// Whether the pattern matches anywhere in the text.
    ///
    /// Errors: 51156 when the step limit is reached.
    pub fn is_match(&self, text: &str) -> Result<bool> {
        if let Some(matched) = self.0.shortcut.decide(text) {
            return Ok(matched);
        }
        let mut scratch = self.0.scratch.borrow_mut();
        Ok(machine::search(&self.0.program, &mut scratch, text, 0)?.is_some())
    }

    /// The first match that begins at byte `from` or later, with its groups. What lies
    /// before `from` is still seen by lookbehind and `\b`.
    ///
    /// Errors: as [`Regex::is_match`].
    pub fn find_at(&self, text: &str, from: usize) -> Result<Option<Match>> {
        if from > text.len() || from == 0 && self.0.shortcut.excludes(text) {
            return Ok(None);
        }
        let program = &self.0.program;
        // A search calls nothing that could come back here while it holds the memory.
        let mut scratch = self.0.scratch.borrow_mut();
        let found = machine::search(program, &mut scratch, text, from)?;
        Ok(found.map(|found| scratch.to_match(found, program.group_count)))
    }

    /// The literal with which every matching text begins, if the pattern is anchored, and
    /// whether every text that begins so matches. For the bounds of an index scan.
    pub fn literal_prefix(&self) -> Option<(&str, bool)> {
        self.0.shortcut.prefix()
    }
}

/// 51091 with a reason.
#[cold]
fn invalid(reason: &str) -> Error {
    Error::new(
        51091,
        format_args!("Regular expression is invalid: {reason}"),
    )
}

#[cfg(test)]
mod tests;
