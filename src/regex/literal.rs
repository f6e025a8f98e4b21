//! What can be decided about a text without running the pattern: literals.

use super::fold::is_caseless;
use super::syntax::{Assertion, Greed, One, Tree};

/// The shortcuts of one pattern.
pub(super) struct Shortcut {
    kind: Kind,
    /// A literal that is in every text that matches.
    required: Box<str>,
    /// The literal after `^`, and whether nothing else is asked.
    prefix: Option<(Box<str>, bool)>,
}

/// Whether a pattern is a literal between optional anchors.
enum Kind {
    /// No: it must be run.
    Pattern,
    Literal(Literal),
}

struct Literal {
    text: Box<str>,
    /// The text is lower-case ASCII and matches in any case.
    ignore_case: bool,
    at_start: bool,
    /// `Some(true)`: at the end, where a newline may follow (`$`); `Some(false)`: at the
    /// very end (`\z`).
    at_end: Option<bool>,
}

impl Shortcut {
    /// Looks for literals in a pattern.
    pub(super) fn of(root: &Tree) -> Shortcut {
        let mut parts = Vec::new();
        flatten(root, &mut parts);
        let prefix = anchored_literal(&parts);
        Shortcut {
            kind: Kind::of(&parts),
            required: longest_literal(&parts),
            prefix,
        }
    }

    /// The literal after `^`.
    pub(super) fn prefix(&self) -> Option<(&str, bool)> {
        let (literal, exact) = self.prefix.as_ref()?;
        Some((literal, *exact))
    }

    /// True when the text cannot match.
    pub(super) fn excludes(&self, text: &str) -> bool {
        !self.required.is_empty() && !text.contains(&*self.required)
    }

    /// Whether the text matches, if that can be said without running the pattern.
    pub(super) fn decide(&self, text: &str) -> Option<bool> {
        match &self.kind {
            Kind::Literal(literal) => literal.decide(text),
            Kind::Pattern => self.excludes(text).then_some(false),
        }
    }
}

impl Literal {
    fn decide(&self, text: &str) -> Option<bool> {
        // Two characters beyond ASCII fold to k and s.
        if self.ignore_case && !text.is_ascii() && self.text.contains(['k', 's']) {
            return None;
        }
        let matched = self.is_in(text);
        if matched || self.at_end != Some(true) {
            return Some(matched);
        }
        Some(text.strip_suffix('\n').is_some_and(|text| self.is_in(text)))
    }

    fn is_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let Some(most) = bytes.len().checked_sub(self.text.len()) else {
            return false;
        };
        match (self.at_start, self.at_end) {
            (true, Some(_)) => most == 0 && self.same(bytes),
            (true, None) => self.same(&bytes[..self.text.len()]),
            (false, Some(_)) => self.same(&bytes[most..]),
            (false, None) if self.ignore_case => self.is_within(bytes),
            (false, None) => text.contains(&*self.text),
        }
    }

    fn same(&self, part: &[u8]) -> bool {
        if self.ignore_case {
            part.eq_ignore_ascii_case(self.text.as_bytes())
        } else {
            part == self.text.as_bytes()
        }
    }

    /// In any case.
    fn is_within(&self, text: &[u8]) -> bool {
        let wanted = self.text.as_bytes();
        let Some(&first) = wanted.first() else {
            return true;
        };
        text.windows(wanted.len())
            .any(|part| part[0].eq_ignore_ascii_case(&first) && part.eq_ignore_ascii_case(wanted))
    }
}

impl Kind {
    fn of(parts: &[&Tree]) -> Kind {
        let (at_start, rest) = match parts {
            [Tree::Assertion(Assertion::TextStart), rest @ ..] => (true, rest),
            _ => (false, parts),
        };
        let (at_end, mut rest) = match rest {
            [rest @ .., Tree::Assertion(Assertion::TextEnd)] => (Some(false), rest),
            [rest @ .., Tree::Assertion(Assertion::TextEndOrNewline)] => (Some(true), rest),
            _ => (None, rest),
        };
        // `.*` at an open end asks for nothing.
        if let ([first, inner @ ..], false) = (rest, at_start)
            && is_anything(first)
        {
            rest = inner;
        }
        if let ([inner @ .., last], None) = (rest, at_end)
            && is_anything(last)
        {
            rest = inner;
        }
        let mut text = String::new();
        let mut ignore_case = false;
        for part in rest {
            match part {
                Tree::One(One::Char(c)) => text.push(*c),
                Tree::One(One::Fold(c)) if c.is_ascii() => {
                    text.push(*c);
                    ignore_case = true;
                }
                _ => return Kind::Pattern,
            }
        }
        // A letter that must match in its own case cannot stand beside one that need not.
        let mixed = |part: &&Tree| matches!(part, Tree::One(One::Char(c)) if !is_caseless(*c));
        if ignore_case && rest.iter().any(mixed) {
            return Kind::Pattern;
        }
        Kind::Literal(Literal {
            text: text.into(),
            ignore_case,
            at_start,
            at_end,
        })
    }
}

/// Sequences inside sequences, laid flat.
fn flatten<'t>(tree: &'t Tree, parts: &mut Vec<&'t Tree>) {
    match tree {
        Tree::Concat(children) => children.iter().for_each(|child| flatten(child, parts)),
        other => parts.push(other),
    }
}

fn literal_char(tree: &Tree) -> Option<char> {
    match tree {
        Tree::One(One::Char(c)) => Some(*c),
        _ => None,
    }
}

/// True for `.*`, unless it keeps what it took.
fn is_anything(tree: &Tree) -> bool {
    match tree {
        Tree::Repeat {
            body,
            min: 0,
            max: None,
            greed: Greed::Greedy | Greed::Lazy,
        } => matches!(**body, Tree::One(One::Any | One::AnyOrNewline)),
        _ => false,
    }
}

fn anchored_literal(parts: &[&Tree]) -> Option<(Box<str>, bool)> {
    let [Tree::Assertion(Assertion::TextStart), rest @ ..] = parts else {
        return None;
    };
    let literal: String = rest.iter().map_while(|part| literal_char(part)).collect();
    let after = &rest[literal.chars().count()..];
    let exact = after.iter().all(|part| is_anything(part)) && after.len() <= 1;
    Some((literal.into_boxed_str(), exact))
}

fn longest_literal(parts: &[&Tree]) -> Box<str> {
    let mut longest = String::new();
    let mut current = String::new();
    for part in parts {
        match literal_char(part) {
            Some(c) => current.push(c),
            None => current.clear(),
        }
        if current.len() > longest.len() {
            longest.clone_from(&current);
        }
    }
    longest.into_boxed_str()
}
