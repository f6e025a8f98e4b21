//! Runs a program on a text: backtracking with an explicit stack and a step limit.

use super::class::is_word_byte;
use super::program::{Instruction, Program};
use super::syntax::{Assertion, Greed, One};
use super::{STEPS_MAX, fold};
use crate::error::{Error, Result};

/// A match and its groups, as byte ranges of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    pub start: usize,
    pub end: usize,
    /// The groups from the first on; `None` for one that took no part.
    pub groups: Vec<Option<(usize, usize)>>,
}

/// Memory of a search.
#[derive(Default)]
pub(super) struct Scratch {
    slots: Vec<usize>,
    stack: Vec<Back>,
}

/// What to do when a way failed.
enum Back {
    /// Go on there.
    Branch { at: usize, position: usize },
    /// Give a slot its old value and go further back.
    Restore { slot: usize, value: usize },
    /// Give a character of a greedy loop back; `at` is the loop.
    Shorter { at: usize, low: usize, high: usize },
    /// Take another character in a lazy loop.
    Longer {
        at: usize,
        position: usize,
        left: u32,
    },
}

/// Entries of the stack; a way that needs more fails as one with too many steps.
const STACK_MAX: usize = 4_000_000;
const UNSET: usize = usize::MAX;

/// Finds the first match at `from` or later. Its slots stay in the scratch memory.
pub(super) fn search(
    program: &Program,
    scratch: &mut Scratch,
    text: &str,
    from: usize,
) -> Result<Option<Found>> {
    scratch.slots.clear();
    scratch.slots.resize(program.slot_count, UNSET);
    scratch.stack.clear();
    let mut machine = Machine {
        program,
        text,
        slots: &mut scratch.slots,
        stack: &mut scratch.stack,
        steps: 0,
        search_start: from,
    };
    let mut start = from;
    while start <= text.len() {
        if !program.lead.is_empty() {
            match text.get(start..).and_then(|rest| rest.find(&*program.lead)) {
                Some(skip) => start += skip,
                None if text.is_char_boundary(start) => return Ok(None),
                None => {}
            }
        } else if let Some(first) = &program.first {
            let rest = &text.as_bytes()[start..];
            match rest.iter().position(|&byte| first[usize::from(byte)]) {
                Some(skip) => start += skip,
                None => return Ok(None),
            }
        }
        if program.anchored && start > 0 {
            return Ok(None);
        }
        if text.is_char_boundary(start) {
            machine.slots[0] = start;
            if let Some(end) = machine.run(0, start, None)? {
                let start = machine.slots[0];
                return Ok(Some(Found { start, end }));
            }
        }
        start += 1;
    }
    Ok(None)
}

/// Where a match lies.
#[derive(Clone, Copy)]
pub(super) struct Found {
    start: usize,
    end: usize,
}

impl Scratch {
    /// The match that [`search`] has just found, with its groups.
    pub(super) fn to_match(&self, found: Found, group_count: u32) -> Match {
        let group = |number: usize| match (self.slots[2 * number], self.slots[2 * number + 1]) {
            (UNSET, _) | (_, UNSET) => None,
            (start, end) => Some((start, end)),
        };
        Match {
            // `\K` inside a lookahead may set the start beyond the end.
            start: found.start.min(found.end),
            end: found.end,
            groups: (1..=group_count as usize).map(group).collect(),
        }
    }
}

struct Machine<'p, 't, 's> {
    program: &'p Program,
    text: &'t str,
    slots: &'s mut Vec<usize>,
    stack: &'s mut Vec<Back>,
    steps: u64,
    search_start: usize,
}

impl Machine<'_, '_, '_> {
    /// Runs from an instruction to the next accepting one; `target` is where that must
    /// be. Gives the end, or `None` with all slots as they were.
    fn run(&mut self, at: usize, position: usize, target: Option<usize>) -> Result<Option<usize>> {
        let base = self.stack.len();
        let mut next = Some((at, position));
        loop {
            self.steps += 1;
            if self.steps > STEPS_MAX || self.stack.len() > STACK_MAX {
                return Err(limit());
            }
            let Some((at, position)) = next else {
                match self.back(base) {
                    Some(place) => next = Some(place),
                    None => return Ok(None),
                }
                continue;
            };
            next = match &self.program.instructions[at] {
                Instruction::One(one) => self.one(one, position).map(|after| (at + 1, after)),
                Instruction::Assertion(assertion) => self
                    .holds(*assertion, position)
                    .then_some((at + 1, position)),
                Instruction::Split(first, second) => {
                    self.stack.push(Back::Branch {
                        at: *second,
                        position,
                    });
                    Some((*first, position))
                }
                Instruction::Jump(to) => Some((*to, position)),
                Instruction::Save(slot) => {
                    self.save(*slot, position);
                    Some((at + 1, position))
                }
                Instruction::LoopBack { slot, to } => {
                    let again = self.slots[*slot] != position;
                    Some((if again { *to } else { at + 1 }, position))
                }
                Instruction::Loop { .. } => self.enter_loop(at, position),
                Instruction::Backreference {
                    groups,
                    ignore_case,
                } => self
                    .backreference(groups, *ignore_case, position)
                    .map(|after| (at + 1, after)),
                Instruction::Look { .. } => self.look(at, position)?,
                Instruction::Atomic { end } => {
                    let end = *end;
                    self.commit(at + 1, position, None)?
                        .map(|after| (end, after))
                }
                Instruction::Accept if target.is_none_or(|target| target == position) => {
                    return Ok(Some(position));
                }
                Instruction::Accept => None,
            };
        }
    }

    /// The last way not yet tried, above the base.
    fn back(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.stack.len() > base {
            match self.stack.pop()? {
                Back::Branch { at, position } => return Some((at, position)),
                Back::Restore { slot, value } => self.slots[slot] = value,
                Back::Shorter { at, low, high } => {
                    let wanted = match &self.program.instructions[at] {
                        Instruction::Loop { next, .. } => *next,
                        _ => None,
                    };
                    if let Some(position) = self.shorten(low, high, wanted) {
                        if position > low {
                            self.stack.push(Back::Shorter {
                                at,
                                low,
                                high: position,
                            });
                        }
                        return Some((at + 1, position));
                    }
                }
                Back::Longer { at, position, left } => {
                    let Instruction::Loop { one, .. } = &self.program.instructions[at] else {
                        continue;
                    };
                    if let Some(position) = self.one(one, position) {
                        self.push_longer(at, position, left - 1);
                        return Some((at + 1, position));
                    }
                }
            }
        }
        None
    }

    fn push_longer(&mut self, at: usize, position: usize, left: u32) {
        if left > 0 {
            self.stack.push(Back::Longer { at, position, left });
        }
    }

    /// One character fewer than `high`, or more fewer until `wanted` follows.
    fn shorten(&mut self, low: usize, high: usize, wanted: Option<u8>) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut position = high;
        while position > low {
            position -= 1;
            self.steps += 1;
            let boundary = bytes[position] & 0xc0 != 0x80;
            if boundary && wanted.is_none_or(|wanted| bytes[position] == wanted) {
                return Some(position);
            }
        }
        None
    }

    fn save(&mut self, slot: usize, position: usize) {
        let value = self.slots[slot];
        if value != position {
            self.stack.push(Back::Restore { slot, value });
            self.slots[slot] = position;
        }
    }

    /// Matches one character; gives the position after it.
    #[inline]
    fn one(&self, one: &One, position: usize) -> Option<usize> {
        let byte = *self.text.as_bytes().get(position)?;
        let (c, after) = if byte < 128 {
            (char::from(byte), position + 1)
        } else {
            let c = self.text[position..].chars().next()?;
            (c, position + c.len_utf8())
        };
        let matched = match one {
            One::Char(wanted) => c == *wanted,
            One::Fold(wanted) => fold::fold(c) == *wanted,
            One::Any => c != '\n',
            One::AnyOrNewline => true,
            One::Class(class) => class.contains(c),
        };
        matched.then_some(after)
    }

    fn enter_loop(&mut self, at: usize, position: usize) -> Option<(usize, usize)> {
        let program = self.program;
        let Instruction::Loop {
            one,
            min,
            max,
            greed,
            next,
        } = &program.instructions[at]
        else {
            return None;
        };
        let mut position = position;
        for _ in 0..*min {
            position = self.one(one, position)?;
        }
        self.steps += u64::from(*min);
        let left = max.map_or(u32::MAX, |max| max - min);
        if *greed == Greed::Lazy {
            self.push_longer(at, position, left);
            return Some((at + 1, position));
        }
        let low = position;
        position = self.run_of(one, position, left);
        self.steps += (position - low) as u64;
        if *greed == Greed::Greedy && position > low {
            let fits =
                next.is_none_or(|wanted| self.text.as_bytes().get(position) == Some(&wanted));
            self.stack.push(Back::Shorter {
                at,
                low,
                high: position,
            });
            if !fits {
                return None;
            }
        }
        Some((at + 1, position))
    }

    /// The end of the characters in a row that match, at most `limit` of them.
    fn run_of(&self, one: &One, mut position: usize, limit: u32) -> usize {
        let bytes = self.text.as_bytes();
        match one {
            One::AnyOrNewline if limit == u32::MAX => return bytes.len(),
            One::Any if limit == u32::MAX => {
                let line = bytes[position..].iter().position(|&byte| byte == b'\n');
                return line.map_or(bytes.len(), |line| position + line);
            }
            _ => {}
        }
        for _ in 0..limit {
            match self.one(one, position) {
                Some(after) => position = after,
                None => break,
            }
        }
        position
    }

    fn backreference(&self, groups: &[u32], ignore_case: bool, position: usize) -> Option<usize> {
        let range = groups.iter().find_map(|group| {
            let slot = 2 * *group as usize;
            match (self.slots[slot], self.slots[slot + 1]) {
                (UNSET, _) | (_, UNSET) => None,
                (start, end) => Some(start..end.max(start)),
            }
        })?;
        let wanted = &self.text[range];
        let rest = &self.text[position..];
        if !ignore_case {
            return rest.starts_with(wanted).then_some(position + wanted.len());
        }
        let mut rest = rest.chars();
        let mut after = position;
        for c in wanted.chars() {
            let other = rest.next()?;
            if fold::fold(c) != fold::fold(other) {
                return None;
            }
            after += other.len_utf8();
        }
        Some(after)
    }

    /// Runs a body to its end and forgets its other ways, but not what it saved.
    fn commit(
        &mut self,
        at: usize,
        position: usize,
        target: Option<usize>,
    ) -> Result<Option<usize>> {
        let base = self.stack.len();
        let end = self.run(at, position, target)?;
        if end.is_some() {
            let mut kept = base;
            for index in base..self.stack.len() {
                if matches!(self.stack[index], Back::Restore { .. }) {
                    self.stack.swap(kept, index);
                    kept += 1;
                }
            }
            self.stack.truncate(kept);
        }
        Ok(end)
    }

    fn look(&mut self, at: usize, position: usize) -> Result<Option<(usize, usize)>> {
        let program = self.program;
        let Instruction::Look {
            ahead,
            negative,
            width,
            end,
        } = &program.instructions[at]
        else {
            return Ok(None);
        };
        let base = self.stack.len();
        let mut matched = false;
        if *ahead {
            matched = self.commit(at + 1, position, None)?.is_some();
        } else {
            let mut start = Some(position);
            for _ in 0..width.0 {
                start = start.and_then(|start| self.before(start));
            }
            for _ in width.0..=width.1 {
                let Some(from) = start else { break };
                if self.commit(at + 1, from, Some(position))?.is_some() {
                    matched = true;
                    break;
                }
                start = self.before(from);
            }
        }
        if *negative {
            // What a body saved must not be seen outside.
            while self.stack.len() > base {
                if let Some(Back::Restore { slot, value }) = self.stack.pop() {
                    self.slots[slot] = value;
                }
            }
        }
        Ok((matched != *negative).then_some((*end, position)))
    }

    /// The position one character before.
    fn before(&self, position: usize) -> Option<usize> {
        let c = self.text[..position].chars().next_back()?;
        Some(position - c.len_utf8())
    }

    fn holds(&self, assertion: Assertion, position: usize) -> bool {
        let bytes = self.text.as_bytes();
        let is_word = |at: Option<&u8>| at.is_some_and(|byte| is_word_byte(*byte));
        let boundary = || {
            let before = position.checked_sub(1).and_then(|at| bytes.get(at));
            is_word(before) != is_word(bytes.get(position))
        };
        match assertion {
            Assertion::TextStart => position == 0,
            Assertion::TextEnd => position == bytes.len(),
            Assertion::TextEndOrNewline => matches!(&bytes[position..], [] | [b'\n']),
            // Not after a newline that ends the text.
            Assertion::LineStart => {
                position == 0 || position < bytes.len() && bytes[position - 1] == b'\n'
            }
            Assertion::LineEnd => matches!(bytes.get(position), None | Some(b'\n')),
            Assertion::WordBoundary => boundary(),
            Assertion::NoWordBoundary => !boundary(),
            Assertion::SearchStart => position == self.search_start,
        }
    }
}

/// 51156.
#[cold]
fn limit() -> Error {
    Error::new(
        51156,
        "Error occurred while executing regular expression: match limit exceeded",
    )
}
