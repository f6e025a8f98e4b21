//! What can be decided about a text without running the pattern: literals.

use super::syntax::{Assertion, Greed, One, Tree};

/// The shortcuts of one pattern.
pub(super) struct Shortcut {
    kind: Kind,
    /// A literal that is in every text that matches.
    required: Box<str>,
    /// The literal after `^`, and whether nothing else is asked.
    prefix: Option<(Box<str>, bool)>,
}

/// A pattern that is a literal between optional anchors.
enum Kind {
    /// No: it must be run.
    Pattern,
    Contains(Box<str>),
    Begins(Box<str>),
    /// `true`: a newline may follow (`$`); `false`: not (`\z`).
    Ends(Box<str>, bool),
    Is(Box<str>, bool),
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
        let without_newline = |newline: bool| match newline {
            true => text.strip_suffix('\n'),
            false => None,
        };
        Some(match &self.kind {
            Kind::Contains(literal) => text.contains(&**literal),
            Kind::Begins(literal) => text.starts_with(&**literal),
            Kind::Ends(literal, newline) => {
                text.ends_with(&**literal)
                    || without_newline(*newline).is_some_and(|text| text.ends_with(&**literal))
            }
            Kind::Is(literal, newline) => {
                text == &**literal || without_newline(*newline) == Some(literal)
            }
            Kind::Pattern if self.excludes(text) => false,
            Kind::Pattern => return None,
        })
    }
}

impl Kind {
    fn of(parts: &[&Tree]) -> Kind {
        let (start, rest) = match parts {
            [Tree::Assertion(Assertion::TextStart), rest @ ..] => (true, rest),
            _ => (false, parts),
        };
        let (end, mut rest) = match rest {
            [rest @ .., Tree::Assertion(Assertion::TextEnd)] => (Some(false), rest),
            [rest @ .., Tree::Assertion(Assertion::TextEndOrNewline)] => (Some(true), rest),
            _ => (None, rest),
        };
        // `.*` at an open end asks for nothing.
        if let ([first, inner @ ..], false) = (rest, start)
            && is_anything(first)
        {
            rest = inner;
        }
        if let ([inner @ .., last], None) = (rest, end)
            && is_anything(last)
        {
            rest = inner;
        }
        let literal: String = rest.iter().map_while(|part| literal_char(part)).collect();
        if literal.chars().count() != rest.len() {
            return Kind::Pattern;
        }
        let literal = literal.into_boxed_str();
        match (start, end) {
            (false, None) => Kind::Contains(literal),
            (true, None) => Kind::Begins(literal),
            (false, Some(newline)) => Kind::Ends(literal, newline),
            (true, Some(newline)) => Kind::Is(literal, newline),
        }
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
