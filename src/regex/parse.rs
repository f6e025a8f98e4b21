//! From a pattern's text to its tree.

use super::class::{self, Class};
use super::escape::Escape;
use super::syntax::{Assertion, Flags, Greed, One, Parsed, Tree};
use super::{category, fold, invalid};
use crate::error::Result;

/// Levels of groups inside groups, as PCRE2's default.
const NESTING_MAX: u32 = 250;
/// The largest count in `{n,m}`.
const REPEAT_MAX: u32 = 65_535;
const INVALID_RANGE: &str = "invalid range in character class";

/// Parses a pattern under the given flags.
pub(super) fn parse(pattern: &str, flags: Flags) -> Result<Parsed> {
    let names = group_names(pattern);
    let (rest, unicode_classes) = strip_unicode_verbs(pattern);
    let mut parser = Parser {
        rest,
        unicode_classes,
        flags,
        groups: 0,
        nesting: 0,
        names,
        highest_reference: 0,
    };
    let root = parser.alternatives()?;
    if !parser.rest.is_empty() {
        return Err(invalid("unmatched closing parenthesis"));
    }
    if parser.highest_reference > parser.groups {
        return Err(invalid("reference to non-existent subpattern"));
    }
    Ok(Parsed {
        root,
        group_count: parser.groups,
    })
}

/// What follows `(*UTF8)` and its kin, which say what is always so here, and whether `(*UCP)`
/// was among them.
fn strip_unicode_verbs(mut pattern: &str) -> (&str, bool) {
    let mut unicode_classes = false;
    while let Some((verb, rest)) = ["(*UCP)", "(*UTF8)", "(*UTF)"]
        .iter()
        .find_map(|verb| Some((*verb, pattern.strip_prefix(verb)?)))
    {
        pattern = rest;
        unicode_classes |= verb == "(*UCP)";
    }
    (pattern, unicode_classes)
}

/// The named groups with their numbers: known before the parse, since a reference may
/// come before its group.
fn group_names(pattern: &str) -> Vec<(String, u32)> {
    let mut names = Vec::new();
    let mut number = 0;
    let mut in_class = false;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '\\' if after.starts_with('Q') => {
                rest = after.find("\\E").map_or("", |end| &after[end + 2..]);
                continue;
            }
            '\\' => {
                let mut skipped = after.chars();
                skipped.next();
                rest = skipped.as_str();
                continue;
            }
            '[' if !in_class => {
                in_class = true;
                let after = after.strip_prefix('^').unwrap_or(after);
                rest = after.strip_prefix(']').unwrap_or(after);
                continue;
            }
            '[' if after.starts_with(':') => {
                if let Some(end) = after.find(":]") {
                    rest = &after[end + 2..];
                    continue;
                }
            }
            ']' => in_class = false,
            '(' if !in_class && !after.starts_with('*') => match after.strip_prefix('?') {
                None => number += 1,
                Some(kind) => {
                    if let Some((name, _)) = named_group(kind) {
                        number += 1;
                        names.push((name.to_owned(), number));
                    }
                }
            },
            _ => {}
        }
        rest = after;
    }
    names
}

/// The name and the rest of `<name>`, `'name'` or `P<name>`.
fn named_group(kind: &str) -> Option<(&str, &str)> {
    let kind = kind
        .strip_prefix('P')
        .filter(|rest| rest.starts_with('<'))
        .unwrap_or(kind);
    let (open, close) = match kind.chars().next()? {
        '<' => ('<', '>'),
        '\'' => ('\'', '\''),
        _ => return None,
    };
    let (name, rest) = kind.strip_prefix(open)?.split_once(close)?;
    let first = name.chars().next()?;
    let word = |c: char| c == '_' || c.is_alphanumeric();
    let is_name = !first.is_ascii_digit() && name.chars().all(word);
    is_name.then_some((name, rest))
}

pub(super) struct Parser<'p> {
    pub(super) rest: &'p str,
    /// Behind `(*UCP)`: `\d` and its kin are about all scripts.
    pub(super) unicode_classes: bool,
    pub(super) flags: Flags,
    /// Capture groups opened so far.
    pub(super) groups: u32,
    nesting: u32,
    pub(super) names: Vec<(String, u32)>,
    pub(super) highest_reference: u32,
}

impl<'p> Parser<'p> {
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The text up to a token, which is taken too.
    pub(super) fn until(&mut self, token: &str) -> Option<&'p str> {
        let (text, rest) = self.rest.split_once(token)?;
        self.rest = rest;
        Some(text)
    }

    /// Branches up to a closing parenthesis (which stays) or the end. Flags that a
    /// branch sets hold to the end of the group.
    fn alternatives(&mut self) -> Result<Tree> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err(invalid("parentheses are too deeply nested"));
        }
        let mut branches = vec![self.concat()?];
        while self.take("|") {
            branches.push(self.concat()?);
        }
        self.nesting -= 1;
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => {
                branches.extend(last);
                Tree::Alternate(branches)
            }
        })
    }

    fn concat(&mut self) -> Result<Tree> {
        let mut parts: Vec<Tree> = Vec::new();
        // Whether what was read last can be repeated.
        let mut repeatable = false;
        loop {
            self.skip_extended();
            let Some(c) = self.peek() else { break };
            if matches!(c, '|' | ')') {
                break;
            }
            if let Some((min, max)) = self.quantifier()? {
                let body = parts.pop().filter(|_| repeatable);
                let body =
                    body.ok_or_else(|| invalid("quantifier does not follow a repeatable item"))?;
                let greed = if self.take("?") {
                    Greed::Lazy
                } else if self.take("+") {
                    Greed::Possessive
                } else {
                    Greed::Greedy
                };
                parts.push(Tree::Repeat {
                    body: Box::new(body),
                    min,
                    max,
                    greed,
                });
                repeatable = false;
                continue;
            }
            let is_comment = self.rest.starts_with("(?#");
            match self.atom()? {
                Some(tree) => {
                    let is_point = matches!(tree, Tree::Assertion(_) | Tree::Keep);
                    repeatable = c == '(' || !is_point;
                    parts.push(tree);
                }
                // A comment or a change of flags; what is before it cannot be repeated
                // across it, but a comment is as if it were not there.
                None => repeatable &= c != '(' || is_comment,
            }
        }
        Ok(match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                Tree::Concat(parts)
            }
        })
    }

    /// White space and comments under the flag `x`, and `(?#comments)` always.
    fn skip_extended(&mut self) {
        if !self.flags.extended {
            return;
        }
        loop {
            match self.peek() {
                Some(c) if c.is_ascii() && class::is_space_byte(c as u8) => {
                    self.next();
                }
                Some('#') => {
                    if self.until("\n").is_none() {
                        self.rest = "";
                    }
                }
                _ => return,
            }
        }
    }

    /// `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`; other braces are literal.
    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>)>> {
        let simple = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(),
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(simple))
    }

    fn counted(&mut self) -> Result<Option<(u32, Option<u32>)>> {
        let Some((inside, rest)) = self.rest[1..].split_once('}') else {
            return Ok(None);
        };
        let (min, max) = match inside.split_once(',') {
            Some((min, max)) => (min, max),
            None => (inside, inside),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(min) || !digits(max) || min.is_empty() {
            return Ok(None);
        }
        let count = |text: &str| match text.parse::<u32>() {
            Ok(count) if count <= REPEAT_MAX => Ok(count),
            _ => Err(invalid("number too big in {} quantifier")),
        };
        let least = count(min)?;
        let most = if max.is_empty() {
            None
        } else {
            Some(count(max)?)
        };
        if most.is_some_and(|most| most < least) {
            return Err(invalid("numbers out of order in {} quantifier"));
        }
        self.rest = rest;
        Ok(Some((least, most)))
    }

    /// One thing that is not a quantifier; `None` for what leaves nothing in the tree.
    fn atom(&mut self) -> Result<Option<Tree>> {
        let Some(c) = self.next() else {
            return Ok(None);
        };
        let flags = self.flags;
        Ok(Some(match c {
            '(' => return self.group(),
            '[' => Tree::One(One::Class(Box::new(self.class()?))),
            '.' if flags.dot_all => Tree::One(One::AnyOrNewline),
            '.' => Tree::One(One::Any),
            '^' if flags.multi_line => Tree::Assertion(Assertion::LineStart),
            '^' => Tree::Assertion(Assertion::TextStart),
            '$' if flags.multi_line => Tree::Assertion(Assertion::LineEnd),
            '$' => Tree::Assertion(Assertion::TextEndOrNewline),
            '\\' if self.take("Q") => return Ok(self.quoted()),
            '\\' if self.take("E") => return Ok(None),
            '\\' => match self.escape(false)? {
                Escape::Char(c) => self.literal(c),
                Escape::Class(class) => Tree::One(One::Class(Box::new(class.finish()))),
                Escape::Tree(tree) => tree,
            },
            _ => self.literal(c),
        }))
    }

    fn literal(&self, c: char) -> Tree {
        if self.flags.ignore_case && !fold::is_caseless(c) {
            return Tree::One(One::Fold(fold::fold(c)));
        }
        Tree::One(One::Char(c))
    }

    /// The literals after `\Q`. A quantifier after them belongs to the last one: all but
    /// that are put back quoted.
    fn quoted(&mut self) -> Option<Tree> {
        let text = self
            .rest
            .split_once("\\E")
            .map_or(self.rest, |(text, _)| text);
        let first = text.chars().next()?;
        self.rest = &self.rest[first.len_utf8()..];
        let left = &text[first.len_utf8()..];
        if left.is_empty() {
            self.take("\\E");
            return Some(self.literal(first));
        }
        // Several: a sequence, of which only the last can be repeated.
        let mut parts = vec![self.literal(first)];
        let last = left.char_indices().next_back().map_or(0, |(at, _)| at);
        parts.extend(left[..last].chars().map(|c| self.literal(c)));
        self.rest = &self.rest[last..];
        let end = self.quoted();
        if let Some((min, max)) = self.quantifier().ok().flatten() {
            let greed = if self.take("?") {
                Greed::Lazy
            } else if self.take("+") {
                Greed::Possessive
            } else {
                Greed::Greedy
            };
            parts.extend(end.map(|body| Tree::Repeat {
                body: Box::new(body),
                min,
                max,
                greed,
            }));
        } else {
            parts.extend(end);
        }
        Some(Tree::Concat(parts))
    }

    /// What follows an opening parenthesis.
    fn group(&mut self) -> Result<Option<Tree>> {
        if self.rest.starts_with('*') {
            return Err(invalid("verbs are not supported"));
        }
        if !self.take("?") {
            return self.capture().map(Some);
        }
        if self.take("#") {
            let comment = self.until(")");
            return match comment {
                Some(_) => Ok(None),
                None => Err(invalid("missing ) after (?# comment")),
            };
        }
        if let Some(name) = self.rest.strip_prefix("P=") {
            let (name, rest) = name
                .split_once(')')
                .ok_or_else(|| invalid("syntax error in subpattern name"))?;
            self.rest = rest;
            return self.named_reference(name).map(Some);
        }
        for (token, ahead, negative) in [
            ("=", true, false),
            ("!", true, true),
            ("<=", false, false),
            ("<!", false, true),
        ] {
            if self.take(token) {
                let body = self.enclosed(self.flags)?;
                return self.look(ahead, negative, body).map(Some);
            }
        }
        if self.take(">") {
            let body = self.enclosed(self.flags)?;
            return Ok(Some(Tree::Atomic(Box::new(body))));
        }
        if let Some((name, rest)) = named_group(self.rest) {
            if self.names.iter().filter(|known| known.0 == name).count() > 1 {
                return Err(invalid("two named subpatterns have the same name"));
            }
            self.rest = rest;
            return self.capture().map(Some);
        }
        self.flag_group()
    }

    fn capture(&mut self) -> Result<Tree> {
        self.groups += 1;
        let number = self.groups;
        let body = self.enclosed(self.flags)?;
        Ok(Tree::Group(number, Box::new(body)))
    }

    /// `(?i)`, `(?i-m:...)`, `(?:...)`, `(?^...)`.
    fn flag_group(&mut self) -> Result<Option<Tree>> {
        let mut flags = self.flags;
        let mut on = true;
        if self.take("^") {
            flags = Flags::default();
        }
        loop {
            match self.next() {
                Some('-') if on => on = false,
                // A non-capturing group keeps its place as one thing, for quantifiers.
                Some(':') => return self.enclosed(flags).map(Some),
                Some(')') => {
                    self.flags = flags;
                    return Ok(None);
                }
                Some(letter) if flags.set(letter, on) => {}
                _ => return Err(invalid("unrecognized character after (?")),
            }
        }
    }

    /// The inside of a group, to its closing parenthesis; flags set inside end with it.
    fn enclosed(&mut self, flags: Flags) -> Result<Tree> {
        let outer = std::mem::replace(&mut self.flags, flags);
        let body = self.alternatives()?;
        self.flags = outer;
        if !self.take(")") {
            return Err(invalid("missing closing parenthesis"));
        }
        Ok(body)
    }

    fn look(&self, ahead: bool, negative: bool, body: Tree) -> Result<Tree> {
        let branches = match &body {
            Tree::Alternate(branches) => branches,
            body => std::slice::from_ref(body),
        };
        let is_fixed = |branch: &Tree| {
            let (least, most) = branch.width();
            most == Some(least)
        };
        if !ahead && !branches.iter().all(is_fixed) {
            return Err(invalid("lookbehind assertion is not fixed length"));
        }
        Ok(Tree::Look {
            ahead,
            negative,
            body: Box::new(body),
        })
    }

    /// What follows an opening bracket.
    fn class(&mut self) -> Result<Class> {
        let missing = || invalid("missing terminating ] for character class");
        let negated = self.take("^");
        let mut class = Class::default();
        if self.flags.ignore_case {
            class.ignore_case();
        }
        let mut first = true;
        loop {
            let from = match self.next().ok_or_else(missing)? {
                ']' if !first => break,
                '[' if self.rest.starts_with(':') && self.rest.contains(":]") => {
                    class.add_class(self.posix()?);
                    self.no_range()?;
                    first = false;
                    continue;
                }
                '[' if self.collates() => {
                    return Err(invalid("POSIX collating elements are not supported"));
                }
                '\\' if self.take("Q") => {
                    let text = self.until("\\E").ok_or_else(missing)?;
                    text.chars().for_each(|c| class.add(c, c));
                    first = false;
                    continue;
                }
                '\\' if self.take("E") => continue,
                '\\' => match self.escape(true)? {
                    Escape::Char(c) => c,
                    Escape::Class(inner) => {
                        class.add_class(inner.finish());
                        self.no_range()?;
                        first = false;
                        continue;
                    }
                    Escape::Tree(_) => {
                        return Err(invalid("escape sequence is invalid in character class"));
                    }
                },
                c => c,
            };
            first = false;
            let to = self.range_end(from)?;
            if to < from {
                return Err(invalid("range out of order in character class"));
            }
            class.add(from, to);
        }
        Ok(if negated { class.negate() } else { class }.finish())
    }

    /// The last character of the range that begins with `from`; a lone character is both.
    fn range_end(&mut self, from: char) -> Result<char> {
        let Some(end) = self.rest.strip_prefix('-') else {
            return Ok(from);
        };
        if end.is_empty() || end.starts_with(']') {
            return Ok(from);
        }
        self.next();
        match self.next() {
            Some('\\') => match self.escape(true)? {
                Escape::Char(c) => Ok(c),
                // `[a-\d]`
                _ => Err(invalid(INVALID_RANGE)),
            },
            Some('[') if self.rest.starts_with(':') && self.rest.contains(":]") => {
                Err(invalid(INVALID_RANGE))
            }
            Some(c) => Ok(c),
            None => Ok(from),
        }
    }

    /// After a set inside a class a dash is only itself if it is the last character.
    fn no_range(&self) -> Result<()> {
        match self.rest.strip_prefix('-') {
            Some(end) if !end.starts_with(']') => Err(invalid(INVALID_RANGE)),
            _ => Ok(()),
        }
    }

    /// Whether `[.x.]` or `[=x=]` begins, behind its first bracket.
    fn collates(&self) -> bool {
        [".", "="].iter().any(|mark| {
            let inside = self.rest.strip_prefix(mark);
            let inside = inside.and_then(|inside| inside.split_once(mark));
            inside.is_some_and(|(name, rest)| rest.starts_with(']') && !name.contains(']'))
        })
    }

    fn posix(&mut self) -> Result<Class> {
        let name = self.until(":]").unwrap_or_default();
        let name = name.strip_prefix(':').unwrap_or(name);
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        if self.unicode_classes
            && let Some(property) = class::unicode_name(name)
        {
            let class = category::class(property).unwrap_or_default();
            return Ok(if negated { class.negate() } else { class }.finish());
        }
        let test: fn(u8) -> bool = match name {
            "alpha" => |byte| byte.is_ascii_alphabetic(),
            "lower" => |byte| byte.is_ascii_lowercase(),
            "upper" => |byte| byte.is_ascii_uppercase(),
            "alnum" => |byte| byte.is_ascii_alphanumeric(),
            "ascii" => |byte| byte.is_ascii(),
            "blank" => |byte| matches!(byte, b' ' | b'\t'),
            "cntrl" => |byte| byte.is_ascii_control(),
            "digit" => |byte| byte.is_ascii_digit(),
            "graph" => |byte| byte.is_ascii_graphic(),
            "print" => |byte| byte.is_ascii_graphic() || byte == b' ',
            "punct" => |byte| byte.is_ascii_punctuation(),
            "space" => class::is_space_byte,
            "word" => class::is_word_byte,
            "xdigit" => |byte| byte.is_ascii_hexdigit(),
            _ => return Err(invalid("unknown POSIX class name")),
        };
        let mut class = Class::of_ascii(class::ascii_where(test));
        if self.flags.ignore_case && matches!(name, "lower" | "upper") {
            class.ignore_case();
        }
        Ok(if negated { class.negate() } else { class }.finish())
    }
}
