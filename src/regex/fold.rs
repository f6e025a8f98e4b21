//! Case folding: simple folding, one character to one.

use super::case::{lower, upper};

/// The character in its folded form; two characters differ only in case if theirs agree.
pub(super) fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    // The Turkish letters fold to nothing else outside Turkish.
    if matches!(c, '\u{130}' | '\u{131}') {
        return c;
    }
    lower(upper(c))
}

/// True when the character has no other case, so that comparing it needs no folding.
pub(super) fn is_caseless(c: char) -> bool {
    let mut others = variants(c);
    others.next().is_none()
}

/// Other characters that fold to the same, as far as the standard library's mappings
/// lead there from `c`.
pub(super) fn variants(c: char) -> impl Iterator<Item = char> {
    let folded = fold(c);
    let upper = upper(folded);
    // Characters whose fold is reached by no mapping back: long s, Kelvin, Angstrom, ...
    let extra: &[char] = match folded {
        's' => &['\u{17f}'],
        'k' => &['\u{212a}'],
        'å' => &['\u{212b}'],
        'ß' => &['\u{1e9e}'],
        'μ' => &['µ'],
        'σ' => &['ς'],
        'β' => &['ϐ'],
        'ε' => &['ϵ'],
        'θ' => &['ϑ', 'ϴ'],
        'ι' => &['\u{1fbe}', '\u{345}'],
        'κ' => &['ϰ'],
        'π' => &['ϖ'],
        'ρ' => &['ϱ'],
        'φ' => &['ϕ'],
        'ω' => &['\u{2126}'],
        'ṡ' => &['\u{1e9b}'],
        _ => &[],
    };
    [folded, upper]
        .into_iter()
        .chain(extra.iter().copied())
        .filter(move |other| *other != c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        let check = |one: char, two: char, same: bool| {
            assert_eq!(fold(one) == fold(two), same, "{one} {two}");
        };
        check('a', 'A', true);
        check('é', 'É', true);
        check('ς', 'Σ', true);
        check('k', '\u{212a}', true);
        check('ß', 'ẞ', true);
        check('ı', 'i', false);
        check('İ', 'i', false);
        assert!(is_caseless('1') && is_caseless('日') && !is_caseless('k'));
    }
}
