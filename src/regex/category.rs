//! Unicode's general categories, for `\p{..}`.
//!
//! The table (Unicode 14, from Python's `unicodedata`) is 4 KB and is read only when a
//! pattern with `\p` is compiled. It lists runs of characters from U+0000 on. A run
//! begins with a byte: the category's number in the lower five bits, in the upper three
//! its length less one, or 6: the length less seven follows in one byte, or 7: the length
//! follows in three bytes, little-endian. The number 31 is a run of upper and lower case
//! letters in turn.

use super::class::Class;

static RUNS: &[u8] = include_bytes!("categories.bin");

/// The categories in the order of their numbers.
static NAMES: [&str; 30] = [
    "Cc", "Cf", "Cn", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
];
const LOWER: u32 = 5;
const UPPER: u32 = 9;
const IN_TURN: u32 = 31;

/// The set that a name in `\p{name}` means: a category, the first letter of several, `L&`,
/// `Any`, or PCRE's `Xan`, `Xsp`, `Xps`, `Xwd`. `None` for other names. The set is
/// not finished.
pub(super) fn class(name: &str) -> Option<Class> {
    let (wanted, underscore) = match name {
        "Any" => (u32::MAX, false),
        "L&" => (mask("Ll") | mask("Lu") | mask("Lt"), false),
        "Xan" => (mask("L") | mask("N"), false),
        "Xwd" => (mask("L") | mask("N"), true),
        "Xsp" | "Xps" => (mask("Z"), false),
        _ => (mask(name), false),
    };
    if wanted == 0 || name.is_empty() {
        return None;
    }
    let mut class = Class::default();
    if underscore {
        class.add('_', '_');
    }
    if matches!(name, "Xsp" | "Xps") {
        class.add('\t', '\r');
        class.add('\u{85}', '\u{85}');
    }
    each_run(&mut |from, to, categories| {
        if categories & wanted != 0 {
            add(&mut class, from, to, categories & !wanted, wanted);
        }
    });
    Some(class)
}

/// The bits of all categories whose names begin with this.
fn mask(name: &str) -> u32 {
    let names = NAMES.iter().enumerate();
    let fitting = names.filter(|(_, category)| category.starts_with(name));
    fitting.fold(0, |bits, (number, _)| bits | 1 << number)
}

fn add(class: &mut Class, from: u32, to: u32, unwanted: u32, wanted: u32) {
    if unwanted == 0 {
        // Surrogates are no characters; a run that is nothing else vanishes.
        if let (Some(from), Some(to)) = (char::from_u32(from), char::from_u32(to)) {
            class.add(from, to);
        }
        return;
    }
    // One half of the letters in turn; the first is upper case.
    let first = u32::from(wanted >> UPPER & 1 == 0);
    for code in (from + first..=to).step_by(2) {
        if let Some(c) = char::from_u32(code) {
            class.add(c, c);
        }
    }
}

/// Calls `see` with the first and last character of every run and its categories.
fn each_run(see: &mut dyn FnMut(u32, u32, u32)) {
    let mut bytes = RUNS.iter().map(|byte| u32::from(*byte));
    let mut from = 0;
    while let Some(head) = bytes.next() {
        let mut next = || bytes.next().unwrap_or(0);
        let length = match head >> 5 {
            6 => next() + 7,
            7 => next() | next() << 8 | next() << 16,
            short => short + 1,
        };
        let categories = match head & 31 {
            IN_TURN => 1 << LOWER | 1 << UPPER,
            number => 1 << number,
        };
        see(from, from + length - 1, categories);
        from += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories() {
        let check = |name: &str, c: char, expected: bool| {
            let found = class(name).is_some_and(|class| class.finish().contains(c));
            assert_eq!(found, expected, "{name} {c}");
        };
        check("L", 'é', true);
        check("L", '日', true);
        check("L", '1', false);
        check("Lu", 'Ā', true);
        check("Ll", 'Ā', false);
        check("Ll", 'ā', true);
        check("Nd", '٣', true);
        check("P", '!', true);
        check("Sc", '€', true);
        check("Zs", '\u{a0}', true);
        check("Any", '\u{10ffff}', true);
        check("Xwd", '_', true);
        assert!(class("Greek").is_none() && class("").is_none());
    }

    #[test]
    fn runs_cover_all_of_unicode() {
        let mut end = 0;
        each_run(&mut |from, to, _| {
            assert_eq!(from, end);
            end = to + 1;
        });
        assert_eq!(end, 0x11_0000);
    }
}
