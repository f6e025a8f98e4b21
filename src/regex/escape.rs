//! What a backslash begins.

use super::class::{self, Class};
use super::parse::Parser;
use super::syntax::{Assertion, One, Tree};
use super::{category, invalid};
use crate::error::Result;

/// The meaning of an escape.
pub(super) enum Escape {
    Char(char),
    Class(Class),
    Tree(Tree),
}

impl Parser<'_> {
    /// The escape after a backslash, inside a character class or outside.
    pub(super) fn escape(&mut self, in_class: bool) -> Result<Escape> {
        let c = self.next().ok_or_else(|| invalid("\\ at end of pattern"))?;
        if let Some(class) = self.shorthand(c) {
            return Ok(Escape::Class(class));
        }
        let tree = match c {
            'a' => return Ok(Escape::Char('\u{7}')),
            'b' if in_class => return Ok(Escape::Char('\u{8}')),
            'e' => return Ok(Escape::Char('\u{1b}')),
            'f' => return Ok(Escape::Char('\u{c}')),
            'n' => return Ok(Escape::Char('\n')),
            'r' => return Ok(Escape::Char('\r')),
            't' => return Ok(Escape::Char('\t')),
            'c' => return self.control(),
            'x' => return self.hexadecimal(),
            'o' => return self.octal_braced(),
            'p' | 'P' => return self.property(c == 'P'),
            '0'..='9' => return self.number(c, in_class),
            _ if !c.is_ascii_alphanumeric() => return Ok(Escape::Char(c)),
            _ if in_class => {
                return Err(invalid("escape sequence is invalid in character class"));
            }
            'A' => Tree::Assertion(Assertion::TextStart),
            'Z' => Tree::Assertion(Assertion::TextEndOrNewline),
            'z' => Tree::Assertion(Assertion::TextEnd),
            'G' => Tree::Assertion(Assertion::SearchStart),
            'b' | 'B' if self.unicode_classes => self.unicode_boundary(c == 'b'),
            'b' => Tree::Assertion(Assertion::WordBoundary),
            'B' => Tree::Assertion(Assertion::NoWordBoundary),
            'K' => Tree::Keep,
            'N' => Tree::One(One::Any),
            'R' => newline_sequence(),
            'k' => self.named_reference_braced()?,
            'g' => self.relative_reference()?,
            _ => return Err(invalid("unrecognized character follows \\")),
        };
        Ok(Escape::Tree(tree))
    }

    /// `\cX`.
    fn control(&mut self) -> Result<Escape> {
        match self.next() {
            Some(c) if matches!(c, ' '..='~') => {
                Ok(Escape::Char(char::from(c.to_ascii_uppercase() as u8 ^ 64)))
            }
            _ => Err(invalid(
                "\\c must be followed by a printable ASCII character",
            )),
        }
    }

    /// `\x`, `\x4`, `\x41`, `\x{1f600}`.
    fn hexadecimal(&mut self) -> Result<Escape> {
        if self.take("{") {
            let digits = self.until("}").unwrap_or_default();
            return code_point(digits, 16);
        }
        let digits = self.rest.chars().take(2);
        let count = digits.take_while(char::is_ascii_hexdigit).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        if digits.is_empty() {
            return Ok(Escape::Char('\0'));
        }
        code_point(digits, 16)
    }

    /// `\o{101}`.
    fn octal_braced(&mut self) -> Result<Escape> {
        if !self.take("{") {
            return Err(invalid("missing opening brace after \\o"));
        }
        let digits = self.until("}").unwrap_or_default();
        code_point(digits, 8)
    }

    /// `\1` is a group, `\0` and what cannot be a group is octal.
    fn number(&mut self, first: char, in_class: bool) -> Result<Escape> {
        if !in_class && first != '0' {
            let more = self.rest.chars().take_while(char::is_ascii_digit).count();
            let text = format!("{first}{}", &self.rest[..more]);
            let group = text.parse::<u32>().unwrap_or(u32::MAX);
            // Up to 9 it is always a group; beyond, if that many were opened already.
            if group < 10 || group <= self.groups {
                self.rest = &self.rest[more..];
                return Ok(Escape::Tree(self.reference(vec![group])));
            }
        }
        if !matches!(first, '0'..='7') {
            return Ok(Escape::Char(first));
        }
        let more = self
            .rest
            .chars()
            .take(2)
            .take_while(|c| matches!(c, '0'..='7'))
            .count();
        let digits = format!("{first}{}", &self.rest[..more]);
        self.rest = &self.rest[more..];
        code_point(&digits, 8)
    }

    fn reference(&mut self, groups: Vec<u32>) -> Tree {
        let highest = groups.iter().copied().max().unwrap_or(0);
        self.highest_reference = self.highest_reference.max(highest);
        Tree::Backreference {
            groups,
            ignore_case: self.flags.ignore_case,
        }
    }

    /// `\k<name>`, `\k'name'`, `\k{name}`.
    fn named_reference_braced(&mut self) -> Result<Tree> {
        let close = match self.next() {
            Some('<') => ">",
            Some('\'') => "'",
            Some('{') => "}",
            _ => return Err(invalid("\\k is not followed by a name")),
        };
        let name = self.until(close).unwrap_or_default();
        self.named_reference(name)
    }

    /// A reference to the group of this name.
    pub(super) fn named_reference(&mut self, name: &str) -> Result<Tree> {
        let found = self.names.iter().filter(|known| known.0 == name);
        let groups: Vec<u32> = found.map(|known| known.1).collect();
        if groups.is_empty() {
            return Err(invalid("reference to non-existent subpattern"));
        }
        Ok(self.reference(groups))
    }

    /// `\g1`, `\g{1}`, `\g{-1}`, `\g{name}`. (`\g<1>` is a subroutine call: refused.)
    fn relative_reference(&mut self) -> Result<Tree> {
        let text = if self.take("{") {
            self.until("}").unwrap_or_default().to_owned()
        } else {
            let sign = if self.take("-") { "-" } else { "" };
            let more = self.rest.chars().take_while(char::is_ascii_digit).count();
            let digits = format!("{sign}{}", &self.rest[..more]);
            self.rest = &self.rest[more..];
            digits
        };
        match text.parse::<i64>() {
            Ok(back) if back < 0 => {
                let group = i64::from(self.groups) + 1 + back;
                let group = u32::try_from(group).ok().filter(|group| *group > 0);
                let group = group.ok_or_else(|| invalid("reference to non-existent subpattern"))?;
                Ok(self.reference(vec![group]))
            }
            Ok(group) if group > 0 => {
                let group = u32::try_from(group).unwrap_or(u32::MAX);
                Ok(self.reference(vec![group]))
            }
            Ok(_) => Err(invalid("a numbered reference must not be zero")),
            Err(_) => self.named_reference(&text),
        }
    }

    /// `\pL`, `\p{Lu}`, `\p{^Lu}`, `\P{Lu}`.
    fn property(&mut self, mut negated: bool) -> Result<Escape> {
        let name = if self.take("{") {
            self.until("}").unwrap_or_default().to_owned()
        } else {
            self.next().map(String::from).unwrap_or_default()
        };
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negated = !negated;
                name
            }
            None => &name,
        };
        let class = category::class(name)
            .ok_or_else(|| invalid("unknown property name after \\P or \\p"))?;
        Ok(Escape::Class(if negated { class.negate() } else { class }))
    }
}

impl Parser<'_> {
    /// `\d`, `\w`, `\s`, `\h`, `\v` and their negations.
    fn shorthand(&self, c: char) -> Option<Class> {
        let letter = c.to_ascii_lowercase();
        let property = class::unicode_name(letter.encode_utf8(&mut [0; 4]));
        let class = match letter {
            _ if self.unicode_classes && property.is_some() => category::class(property?)?,
            'd' => Class::of_ascii(class::ascii_where(|byte| byte.is_ascii_digit())),
            'w' => Class::of_ascii(class::ascii_where(class::is_word_byte)),
            's' => Class::of_ascii(class::ascii_where(class::is_space_byte)),
            'h' => Class::of_ranges(HORIZONTAL),
            'v' => Class::of_ranges(VERTICAL),
            _ => return None,
        };
        Some(if c.is_ascii_uppercase() {
            class.negate()
        } else {
            class
        })
    }

    /// `\b` or `\B` between letters of any script.
    fn unicode_boundary(&self, is_boundary: bool) -> Tree {
        let look = |ahead, negative| {
            let word = self.shorthand('w').unwrap_or_default().finish();
            Tree::Look {
                ahead,
                negative,
                body: Box::new(Tree::One(One::Class(Box::new(word)))),
            }
        };
        Tree::Alternate(vec![
            Tree::Concat(vec![look(false, false), look(true, is_boundary)]),
            Tree::Concat(vec![look(false, true), look(true, !is_boundary)]),
        ])
    }
}

/// White space within a line.
const HORIZONTAL: &[(char, char)] = &[
    ('\t', '\t'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
];
/// White space between lines.
const VERTICAL: &[(char, char)] = &[('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')];

/// `\R`: `(?>\r\n|\v)`.
fn newline_sequence() -> Tree {
    let one = |c| Tree::One(One::Char(c));
    let vertical = Tree::One(One::Class(Box::new(Class::of_ranges(VERTICAL).finish())));
    Tree::Atomic(Box::new(Tree::Alternate(vec![
        Tree::Concat(vec![one('\r'), one('\n')]),
        vertical,
    ])))
}

fn code_point(digits: &str, radix: u32) -> Result<Escape> {
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .map(Escape::Char)
        .ok_or_else(|| invalid("character code point value is not valid"))
}
