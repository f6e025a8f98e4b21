//! From a pattern's tree to instructions for the machine.

use super::syntax::{Assertion, Greed, One, Parsed, Tree};
use super::{fold, invalid};
use crate::error::Result;

/// Instructions of one program; counted repeats copy their body.
const INSTRUCTIONS_MAX: usize = 100_000;

/// One instruction; control goes on to the next unless said otherwise.
pub(super) enum Instruction {
    One(One),
    Assertion(Assertion),
    /// Tries the first place, and the second when that fails.
    Split(usize, usize),
    Jump(usize),
    /// Notes the position in a slot.
    Save(usize),
    /// Jumps back unless nothing was matched since the slot was saved.
    LoopBack {
        slot: usize,
        to: usize,
    },
    /// One character matched again and again.
    Loop {
        one: One,
        min: u32,
        max: Option<u32>,
        greed: Greed,
        /// The byte with which what follows must begin, if that is known.
        next: Option<u8>,
    },
    Backreference {
        groups: Vec<u32>,
        ignore_case: bool,
    },
    /// The body follows, up to its [`Instruction::Accept`]; then control goes to `end`.
    Look {
        ahead: bool,
        negative: bool,
        /// The fewest and the most characters of a body that looks behind.
        width: (u32, u32),
        end: usize,
    },
    /// As [`Instruction::Look`], but what the body matched is consumed.
    Atomic {
        end: usize,
    },
    Accept,
}

/// A compiled pattern.
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    pub(super) group_count: u32,
    /// Two for the match and each group, then those of loops.
    pub(super) slot_count: usize,
    /// A match can only begin at the start of the text.
    pub(super) anchored: bool,
    /// The literal with which every match begins; may be empty.
    pub(super) lead: Box<str>,
    /// The bytes with which a match can begin; `None` when it may be empty.
    pub(super) first: Option<Box<[bool; 256]>>,
}

/// Compiles a parsed pattern.
pub(super) fn compile(parsed: Parsed) -> Result<Program> {
    let mut compiler = Compiler {
        instructions: Vec::new(),
        slot_count: 2 * (parsed.group_count as usize + 1),
    };
    compiler.tree(&parsed.root)?;
    compiler.push(Instruction::Accept)?;
    let mut first = Box::new([false; 256]);
    let always = first_bytes(&parsed.root, &mut first);
    let mut program = Program {
        instructions: compiler.instructions,
        group_count: parsed.group_count,
        slot_count: compiler.slot_count,
        anchored: is_anchored(&parsed.root),
        lead: lead(&parsed.root),
        first: always.then_some(first),
    };
    program.look_ahead();
    Ok(program)
}

fn is_anchored(tree: &Tree) -> bool {
    match tree {
        Tree::Assertion(Assertion::TextStart) => true,
        Tree::Concat(parts) => parts.first().is_some_and(is_anchored),
        Tree::Group(_, body) | Tree::Atomic(body) => is_anchored(body),
        Tree::Alternate(branches) => branches.iter().all(is_anchored),
        _ => false,
    }
}

/// The literal with which the tree begins.
fn lead(tree: &Tree) -> Box<str> {
    let literal = |part: &Tree| match part {
        Tree::One(One::Char(c)) => Some(*c),
        _ => None,
    };
    match tree {
        Tree::Concat(parts) => parts.iter().map_while(literal).collect::<String>().into(),
        other => literal(other).into_iter().collect::<String>().into(),
    }
}

/// Marks the bytes with which a match of the tree can begin. False when it can be empty
/// or begin with anything.
fn first_bytes(tree: &Tree, bytes: &mut [bool; 256]) -> bool {
    match tree {
        Tree::One(one) => {
            mark(one, bytes);
            true
        }
        Tree::Concat(parts) => parts.iter().any(|part| first_bytes(part, bytes)),
        Tree::Alternate(branches) => {
            let mut always = true;
            for branch in branches {
                always &= first_bytes(branch, bytes);
            }
            always
        }
        Tree::Group(_, body) | Tree::Atomic(body) => first_bytes(body, bytes),
        Tree::Repeat { body, min, .. } => first_bytes(body, bytes) && *min > 0,
        Tree::Backreference { .. } => {
            bytes.fill(true);
            false
        }
        Tree::Assertion(_) | Tree::Look { .. } | Tree::Keep => false,
    }
}

fn mark(one: &One, bytes: &mut [bool; 256]) {
    let mut mark_char = |c: char| {
        let mut buffer = [0; 4];
        bytes[usize::from(c.encode_utf8(&mut buffer).as_bytes()[0])] = true;
    };
    match one {
        One::Char(c) => mark_char(*c),
        One::Fold(c) => {
            mark_char(*c);
            fold::variants(*c).for_each(mark_char);
        }
        One::Any | One::AnyOrNewline => bytes.fill(true),
        One::Class(class) => {
            for byte in 0..128u8 {
                bytes[usize::from(byte)] |= class.contains(char::from(byte));
            }
            bytes[128..].fill(true);
        }
    }
}

struct Compiler {
    instructions: Vec<Instruction>,
    slot_count: usize,
}

impl Compiler {
    fn push(&mut self, instruction: Instruction) -> Result<usize> {
        if self.instructions.len() >= INSTRUCTIONS_MAX {
            return Err(invalid("regular expression is too large"));
        }
        self.instructions.push(instruction);
        Ok(self.instructions.len() - 1)
    }

    fn here(&self) -> usize {
        self.instructions.len()
    }

    fn tree(&mut self, tree: &Tree) -> Result<()> {
        match tree {
            Tree::One(one) => self.push(Instruction::One(one.clone())).map(drop),
            Tree::Assertion(assertion) => self.push(Instruction::Assertion(*assertion)).map(drop),
            Tree::Concat(parts) => parts.iter().try_for_each(|part| self.tree(part)),
            Tree::Alternate(branches) => self.alternate(branches),
            Tree::Group(number, body) => {
                let slot = 2 * *number as usize;
                self.push(Instruction::Save(slot))?;
                self.tree(body)?;
                self.push(Instruction::Save(slot + 1)).map(drop)
            }
            Tree::Repeat {
                body,
                min,
                max,
                greed,
            } => self.repeat(body, *min, *max, *greed),
            Tree::Atomic(body) => {
                let start = self.push(Instruction::Atomic { end: 0 })?;
                self.tree(body)?;
                self.push(Instruction::Accept)?;
                self.instructions[start] = Instruction::Atomic { end: self.here() };
                Ok(())
            }
            Tree::Look {
                ahead,
                negative,
                body,
            } => {
                let start = self.push(Instruction::Accept)?;
                self.tree(body)?;
                self.push(Instruction::Accept)?;
                let (least, most) = body.width();
                self.instructions[start] = Instruction::Look {
                    ahead: *ahead,
                    negative: *negative,
                    width: (least, most.unwrap_or(least)),
                    end: self.here(),
                };
                Ok(())
            }
            Tree::Backreference {
                groups,
                ignore_case,
            } => self
                .push(Instruction::Backreference {
                    groups: groups.clone(),
                    ignore_case: *ignore_case,
                })
                .map(drop),
            Tree::Keep => self.push(Instruction::Save(0)).map(drop),
        }
    }

    fn alternate(&mut self, branches: &[Tree]) -> Result<()> {
        let mut jumps = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            if index + 1 == branches.len() {
                self.tree(branch)?;
                break;
            }
            let split = self.push(Instruction::Split(0, 0))?;
            self.tree(branch)?;
            jumps.push(self.push(Instruction::Jump(0))?);
            self.instructions[split] = Instruction::Split(split + 1, self.here());
        }
        let end = self.here();
        for jump in jumps {
            self.instructions[jump] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn repeat(&mut self, body: &Tree, min: u32, max: Option<u32>, greed: Greed) -> Result<()> {
        if let Tree::One(one) = body {
            let one = one.clone();
            return self
                .push(Instruction::Loop {
                    one,
                    min,
                    max,
                    greed,
                    next: None,
                })
                .map(drop);
        }
        if greed == Greed::Possessive {
            let start = self.push(Instruction::Atomic { end: 0 })?;
            self.repeat(body, min, max, Greed::Greedy)?;
            self.push(Instruction::Accept)?;
            self.instructions[start] = Instruction::Atomic { end: self.here() };
            return Ok(());
        }
        for _ in 0..min {
            let before = self.here();
            self.tree(body)?;
            if self.here() == before {
                // An empty body: repeating it changes nothing.
                return Ok(());
            }
        }
        match max {
            None => self.star(body, greed),
            Some(max) => self.optional(body, max - min, greed),
        }
    }

    fn split(&self, greed: Greed, at: usize, out: usize) -> Instruction {
        match greed {
            Greed::Lazy => Instruction::Split(out, at + 1),
            _ => Instruction::Split(at + 1, out),
        }
    }

    fn star(&mut self, body: &Tree, greed: Greed) -> Result<()> {
        let slot = self.slot_count;
        self.slot_count += 1;
        let split = self.push(Instruction::Split(0, 0))?;
        self.push(Instruction::Save(slot))?;
        self.tree(body)?;
        self.push(Instruction::LoopBack { slot, to: split })?;
        self.instructions[split] = self.split(greed, split, self.here());
        Ok(())
    }

    /// Up to `count` times more: each within the one before.
    fn optional(&mut self, body: &Tree, count: u32, greed: Greed) -> Result<()> {
        let mut splits = Vec::new();
        for _ in 0..count {
            splits.push(self.push(Instruction::Split(0, 0))?);
            self.tree(body)?;
        }
        let end = self.here();
        for split in splits {
            self.instructions[split] = self.split(greed, split, end);
        }
        Ok(())
    }
}

impl Program {
    /// Tells each loop what must follow it, so that it backs off quickly.
    fn look_ahead(&mut self) {
        for at in 0..self.instructions.len() {
            let after = match self.instructions.get(at + 1) {
                Some(Instruction::One(One::Char(c))) => {
                    let mut buffer = [0; 4];
                    Some(c.encode_utf8(&mut buffer).as_bytes()[0])
                }
                _ => None,
            };
            if let Instruction::Loop { next, .. } = &mut self.instructions[at] {
                *next = after;
            }
        }
    }
}
