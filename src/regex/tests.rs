//! Patterns and what they match.
#![allow(clippy::unwrap_used)]

use super::*;

/// The pattern's first match in the text: all of it, then the groups.
fn found(pattern: &str, options: &str, text: &str) -> Option<Vec<Option<String>>> {
    let regex = match Regex::compile(pattern, options) {
        Ok(regex) => regex,
        Err(error) => panic!("{pattern}: {error}"),
    };
    let found = regex.find_at(text, 0).unwrap();
    assert_eq!(
        regex.is_match(text).unwrap(),
        found.is_some(),
        "{pattern} on {text}"
    );
    let found = found?;
    let mut groups = vec![Some(text[found.start..found.end].to_owned())];
    let group = |range: &Option<(usize, usize)>| range.map(|(from, to)| text[from..to].to_owned());
    groups.extend(found.groups.iter().map(group));
    Some(groups)
}

#[track_caller]
fn check(pattern: &str, options: &str, text: &str, expected: Option<&[&str]>) {
    let found = found(pattern, options, text);
    let found = found.map(|groups| {
        let group = |group: Option<String>| group.unwrap_or_else(|| "-".to_owned());
        groups.into_iter().map(group).collect::<Vec<_>>()
    });
    let expected = expected.map(|groups| groups.iter().map(|g| (*g).to_owned()).collect());
    assert_eq!(found, expected, "/{pattern}/{options} on {text}");
}

#[track_caller]
fn check_error(pattern: &str, options: &str, code: i32) {
    match Regex::compile(pattern, options) {
        Err(error) => assert_eq!(error.code(), code, "{pattern}: {error}"),
        Ok(_) => panic!("{pattern} was accepted"),
    }
}

#[test]
fn literals_and_anchors() {
    check("abc", "", "xabcx", Some(&["abc"]));
    check("^abc", "", "xabc", None);
    check("^abc$", "", "abc\n", Some(&["abc"]));
    check("^abc\\z", "", "abc\n", None);
    check("^b$", "m", "a\nb\nc", Some(&["b"]));
    check("^", "m", "a\n", Some(&[""]));
    check("é+", "", "caféé", Some(&["éé"]));
    check("^$", "", "", Some(&[""]));
    check("a.c", "", "a\nc", None);
    check("a.c", "s", "a\nc", Some(&["a\nc"]));
    check("\\Qa.b\\E+", "", "a.bbb a.b", Some(&["a.bbb"]));
    check("\\Aa", "m", "b\na", None);
}

#[test]
fn quantifiers() {
    check("a{2,3}", "", "aaaa", Some(&["aaa"]));
    check("a{2,3}?", "", "aaaa", Some(&["aa"]));
    check("a{,2}b", "", "aaa{,2}b", Some(&["a{,2}b"]));
    check("a{x}", "", "a{x}", Some(&["a{x}"]));
    check("a++a", "", "aaa", None);
    check("(?>a+)a", "", "aaa", None);
    check("(ab)*c", "", "ababc", Some(&["ababc", "ab"]));
    check(
        "(a|ab)(c|bcd)(d*)",
        "",
        "abcd",
        Some(&["abcd", "a", "bcd", ""]),
    );
    check("(a*)*", "", "b", Some(&["", ""]));
    check("(a*)+b", "", "aab", Some(&["aab", ""]));
    check("(?:a?){3}b", "", "aab", Some(&["aab"]));
    check(
        "x(.*)b(.*?)c",
        "",
        "xabbcbcc",
        Some(&["xabbcbc", "abbc", ""]),
    );
    check(".*+a", "", "aba", None);
    check("(?:^)?a(?:$)+", "", "ba", Some(&["a"]));
    check("(a|b)*?c", "", "abc", Some(&["abc", "b"]));
}

#[test]
fn classes() {
    check("[^a-c]+", "", "abcxyz", Some(&["xyz"]));
    check("[]a]+", "", "x]a]", Some(&["]a]"]));
    check("[\\w-]+", "", "!a-b", Some(&["a-b"]));
    check("[[:upper:]]+", "", "abCDe", Some(&["CD"]));
    check("[^\\D5]+", "", "5a12", Some(&["12"]));
    check("[a\\]b]+", "", "x]ab", Some(&["]ab"]));
    check("\\p{Lu}+", "", "aÉÀb", Some(&["ÉÀ"]));
    check("\\P{L}", "", "é1", Some(&["1"]));
    check("[α-ω]+", "i", "ΑΒγ", Some(&["ΑΒγ"]));
    check("\\d\\s\\w", "", "1 é 2\tx", Some(&["2\tx"]));
    check("[^é]", "", "éa", Some(&["a"]));
    check("\\x41\\x{e9}\\101", "", "AéA", Some(&["AéA"]));
    check(
        "(*UCP)\\bé\\w\\d\\s$",
        "",
        "éß٣\u{85}",
        Some(&["éß٣\u{85}"]),
    );
    check("(*UCP)\\Bb|[[:upper:]]", "", "éb", Some(&["b"]));
    check("(*UCP)(*UTF)[^\\w]", "", "é-", Some(&["-"]));
    check("\\h\\R", "", "a\u{a0}\r\n", Some(&["\u{a0}\r\n"]));
}

#[test]
fn case() {
    check("ÉCOLE", "i", "école", Some(&["école"]));
    check("[a-z]+", "i", "ABC", Some(&["ABC"]));
    check("(?i)a(?-i)b", "", "AB Ab", Some(&["Ab"]));
    check("(?i:a)b", "", "Ab", Some(&["Ab"]));
    check("a(?i)b|c", "", "C", Some(&["C"]));
    check("^kelvin$", "i", "\u{212a}ELVIN", Some(&["\u{212a}ELVIN"]));
    check("x-1Y", "i", "ax-1yb", Some(&["x-1y"]));
    check("é(?i)a", "", "Éa", None);
    check("(?i)a(?-i)B", "", "AbAB", Some(&["AB"]));
    check("(a)\\1", "i", "aA", Some(&["aA", "a"]));
    check("straße", "i", "STRAẞE", Some(&["STRAẞE"]));
}

#[test]
fn groups_and_references() {
    check(
        "(?<year>\\d+)-\\k<year>",
        "",
        "12-12",
        Some(&["12-12", "12"]),
    );
    check("(?P<a>x)(?P=a)", "", "xx", Some(&["xx", "x"]));
    check("(a)|(b)", "", "b", Some(&["b", "-", "b"]));
    check("(.)\\g{-1}", "", "abb", Some(&["bb", "b"]));
    check("(?:(a)|b)*", "", "ab", Some(&["ab", "a"]));
    check("foo\\Kbar", "", "foobar", Some(&["bar"]));
    check("a(?#comment)b", "", "ab", Some(&["ab"]));
    check("a b # c", "x", "ab", Some(&["ab"]));
    check("[ #]\\ a", "x", "# a", Some(&["# a"]));
}

#[test]
fn looking_around() {
    check("(?<=\\$)\\d+", "", "12 $34", Some(&["34"]));
    check("(?<!\\$)\\b\\d+", "", "$12 34", Some(&["34"]));
    check("foo(?=bar)", "", "foofoobar", Some(&["foo"]));
    check("foo(?!bar)", "", "foobarfoo!", Some(&["foo"]));
    check("(?<=a|bc)x", "", "bcx", Some(&["x"]));
    check("(?=(a+))a*b\\1", "", "baaabac", Some(&["aba", "a"]));
    check("(?<=é)x", "", "éx", Some(&["x"]));
    check("^(?!.*secret).*$", "", "no secrets", None);
    check("\\bfoo\\b", "", "afoo foo", Some(&["foo"]));
}

#[test]
fn literal_prefixes() {
    let check = |pattern: &str, options: &str, expected: Option<(&str, bool)>| {
        let regex = Regex::compile(pattern, options).unwrap();
        assert_eq!(regex.literal_prefix(), expected, "{pattern}");
    };
    check("^abc", "", Some(("abc", true)));
    check("^abc.*", "", Some(("abc", true)));
    check("^abc+d", "", Some(("ab", false)));
    check("^abc$", "", Some(("abc", false)));
    check("^abc", "i", Some(("", false)));
    check("^abc", "m", None);
    check("^a|b", "", None);
    check("abc", "", None);
}

#[test]
fn errors() {
    for flags in ["g", "I", "i\0m", "1"] {
        check_error("a", flags, 51108);
    }
    for pattern in [
        "[abc",
        "(a",
        "a)",
        "*a",
        "a**",
        "[b-a]",
        "(?<=a+)b",
        "(?<=a{1,2})b",
        "(?<!ab?)b",
        "a(?i)*",
        "[\\d-z]",
        "[[:digit:]-z]",
        "[a-\\d]",
        "[a-[:digit:]]",
        "[[.a.]]",
        "[[=a=]]",
        "\\2(a)",
        "\\k<x>",
        "a{3,2}",
        "\\",
        "(?R)",
        "(*FAIL)",
        "\\p{Greek}",
        "(?<a>x)(?<a>y)",
        "[[:foo:]]",
        "(?z)",
        "\\i",
        "((a{1000}){1000}){1000}",
    ] {
        check_error(pattern, "", 51091);
    }
}

#[test]
fn no_pattern_hangs() {
    let regex = Regex::compile("^(a+)+$", "").unwrap();
    let text = format!("{}!", "a".repeat(40));
    assert_eq!(regex.is_match(&text).unwrap_err().code(), 51156);
}
