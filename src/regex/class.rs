//! Sets of characters: `[a-z]`, `\d`, `[[:alpha:]]`, `\p{L}`.

use super::fold;
use crate::sorting::sort;

/// A set of characters.
#[derive(Clone, Default)]
pub(super) struct Class {
    /// One bit for each ASCII character; all that is known of them is here.
    ascii: u128,
    /// Ranges beyond ASCII; sorted and apart once finished.
    ranges: Vec<(char, char)>,
    /// Sets inside: `\D` in `[\D5]`, `\p{..}`.
    inner: Vec<Class>,
    negated: bool,
    ignore_case: bool,
}

const ASCII_END: char = '\u{80}';

/// The ASCII characters for which `test` holds, as bits.
pub(super) fn ascii_where(test: fn(u8) -> bool) -> u128 {
    (0..128u8)
        .filter(|byte| test(*byte))
        .fold(0, |bits, byte| bits | 1 << byte)
}

/// `\w`: letters, digits and the underscore of ASCII.
pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `\s` of PCRE: the ASCII white space, vertical tab too.
pub(super) fn is_space_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The property of Unicode that a class of this name, or an escape of this letter, has
/// behind `(*UCP)`.
pub(super) fn unicode_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "d" | "digit" => "Nd",
        "s" | "space" => "Xsp",
        "w" | "word" => "Xwd",
        "alpha" => "L",
        "lower" => "Ll",
        "upper" => "Lu",
        "alnum" => "Xan",
        "cntrl" => "Cc",
        _ => return None,
    })
}

impl Class {
    /// The set of these ASCII characters.
    pub(super) fn of_ascii(bits: u128) -> Class {
        Class {
            ascii: bits,
            ..Class::default()
        }
    }

    /// The set of the characters of these ranges.
    pub(super) fn of_ranges(chars: &[(char, char)]) -> Class {
        let mut class = Class::default();
        chars.iter().for_each(|&(from, to)| class.add(from, to));
        class
    }

    /// All characters not in the set.
    #[must_use]
    pub(super) fn negate(mut self) -> Class {
        self.negated = !self.negated;
        self
    }

    /// Adds the characters from one to another.
    pub(super) fn add(&mut self, from: char, to: char) {
        for byte in (from as u32)..=(to as u32).min(127) {
            self.ascii |= 1 << byte;
        }
        if to >= ASCII_END {
            self.ranges.push((from.max(ASCII_END), to));
        }
    }

    /// Adds all characters of another set, which is finished.
    pub(super) fn add_class(&mut self, other: Class) {
        self.inner.push(other);
    }

    /// Lets case make no difference.
    pub(super) fn ignore_case(&mut self) {
        self.ignore_case = true;
    }

    /// Finishes: what can be known of the ASCII characters is put into their bits.
    #[must_use]
    pub(super) fn finish(mut self) -> Class {
        sort(&mut self.ranges);
        self.ranges.dedup_by(|next, last| {
            let joined = next.0 <= last.1;
            if joined {
                last.1 = last.1.max(next.1);
            }
            joined
        });
        let mut bits = 0;
        for byte in 0..128u8 {
            if self.search(char::from(byte)) {
                bits |= 1 << byte;
            }
        }
        self.ascii = bits;
        self
    }

    /// Whether the set, finished, has the character.
    #[inline]
    pub(super) fn contains(&self, c: char) -> bool {
        if c < ASCII_END {
            return self.ascii >> c as u32 & 1 == 1;
        }
        self.search(c)
    }

    fn search(&self, c: char) -> bool {
        let found = self.has(c) || self.ignore_case && fold::variants(c).any(|c| self.has(c));
        found != self.negated
    }

    fn has(&self, c: char) -> bool {
        if c < ASCII_END && self.ascii >> c as u32 & 1 == 1 {
            return true;
        }
        let after = self.ranges.partition_point(|range| range.0 <= c);
        let in_range = after > 0 && self.ranges[after - 1].1 >= c;
        in_range || self.inner.iter().any(|class| class.contains(c))
    }
}
