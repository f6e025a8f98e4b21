//! Equality as the vectors mean it, and where two values differ.

use crate::wire::text::show;
use crate::wire::{Value, decimal};

/// What a comparison lets pass.
#[derive(Clone, Debug, Default)]
pub struct Leniency {
    /// The outermost arrays are compared as multisets.
    pub any_document_order: bool,
    /// Arrays directly under these fields of the outermost documents, too.
    pub any_order_in: Vec<String>,
    /// Any NaN equals any other, of doubles and decimals.
    pub any_nan: bool,
}

/// Exact equality: types count, the order of keys does not.
pub fn equal(expected: &Value, actual: &Value) -> bool {
    same(expected, actual, false)
}

fn same(expected: &Value, actual: &Value, any_nan: bool) -> bool {
    use Value::*;
    if any_nan && is_nan(expected) && is_nan(actual) {
        return true;
    }
    match (expected, actual) {
        (Approx { value, tolerance }, number) => approximately(*value, *tolerance, number),
        (Double(a), Double(b)) => (a.is_nan() && b.is_nan()) || a.to_bits() == b.to_bits(),
        (Int32(a), Int32(b)) => a == b,
        (Int64(a), Int64(b)) | (Date(a), Date(b)) => a == b,
        (Decimal(a), Decimal(b)) => a == b,
        (String(a), String(b)) | (Code(a), Code(b)) | (Symbol(a), Symbol(b)) => a == b,
        (Bool(a), Bool(b)) => a == b,
        (Binary(a, x), Binary(b, y)) => a == b && x == y,
        (ObjectId(a), ObjectId(b)) => a == b,
        (Regex(a, x), Regex(b, y)) => a == b && letters(x) == letters(y),
        (DbPointer(a, x), DbPointer(b, y)) => a == b && x == y,
        (Timestamp(a, x), Timestamp(b, y)) => a == b && x == y,
        (Null, Null) | (Undefined, Undefined) | (MinKey, MinKey) | (MaxKey, MaxKey) => true,
        (CodeWithScope(a, x), CodeWithScope(b, y)) => a == b && same_fields(x, y, any_nan),
        (Document(a), Document(b)) => same_fields(a, b, any_nan),
        (Array(a), Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, any_nan))
        }
        _ => false,
    }
}

fn is_nan(value: &Value) -> bool {
    match value {
        Value::Double(number) => number.is_nan(),
        Value::Decimal(bytes) => decimal::is_nan(bytes),
        _ => false,
    }
}

fn approximately(value: f64, tolerance: f64, number: &Value) -> bool {
    match number.as_f64() {
        Some(number) if value.is_nan() => number.is_nan(),
        Some(number) => number == value || (number - value).abs() <= tolerance,
        None => false,
    }
}

fn letters(options: &str) -> Vec<char> {
    let mut letters: Vec<char> = options.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

type Fields = [(String, Value)];

fn has_double_keys(fields: &Fields) -> bool {
    let mut keys: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

fn same_fields(expected: &Fields, actual: &Fields, any_nan: bool) -> bool {
    if expected.len() != actual.len() {
        return false;
    }
    let pairwise = expected.iter().zip(actual).all(|((a, _), (b, _))| a == b);
    if pairwise || has_double_keys(expected) || has_double_keys(actual) {
        return pairwise
            && expected
                .iter()
                .zip(actual)
                .all(|((_, a), (_, b))| same(a, b, any_nan));
    }
    expected.iter().all(|(key, value)| {
        actual
            .iter()
            .any(|(other, found)| key == other && same(value, found, any_nan))
    })
}

/// Matches the elements of two lists one to one; gives the positions in `expected` that found
/// no partner. Augmenting paths, because "approximately equal" is no equivalence.
fn unmatched(
    expected: &[Value],
    actual: &[Value],
    equal: &dyn Fn(&Value, &Value) -> bool,
) -> Vec<usize> {
    let mut partner: Vec<Option<usize>> = vec![None; actual.len()];
    let mut unmatched = Vec::new();
    for start in 0..expected.len() {
        let mut seen = vec![false; actual.len()];
        if !augment(start, expected, actual, equal, &mut partner, &mut seen) {
            unmatched.push(start);
        }
    }
    unmatched
}

fn augment(
    from: usize,
    expected: &[Value],
    actual: &[Value],
    equal: &dyn Fn(&Value, &Value) -> bool,
    partner: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    let free =
        (0..actual.len()).find(|to| partner[*to].is_none() && equal(&expected[from], &actual[*to]));
    if let Some(to) = free {
        partner[to] = Some(from);
        return true;
    }
    for to in 0..actual.len() {
        if seen[to] || !equal(&expected[from], &actual[to]) {
            continue;
        }
        seen[to] = true;
        let holder = partner[to].expect("a free one was looked for before");
        // An exact holder would only be swapped for its equal.
        if has_approx(&expected[holder]) && augment(holder, expected, actual, equal, partner, seen)
        {
            partner[to] = Some(from);
            return true;
        }
    }
    false
}

fn has_approx(value: &Value) -> bool {
    match value {
        Value::Approx { .. } => true,
        Value::Array(items) => items.iter().any(has_approx),
        Value::Document(fields) => fields.iter().any(|(_, value)| has_approx(value)),
        _ => false,
    }
}

/// Where two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// From the outside in; array positions as `[3]`.
    pub path: String,
    pub expected: String,
    pub actual: String,
    /// The difference without values, for grouping.
    pub sort: String,
}

impl Difference {
    fn new(path: &str, expected: String, actual: String, sort: String) -> Option<Difference> {
        Some(Difference {
            path: path.to_owned(),
            expected,
            actual,
            sort,
        })
    }

    fn of(path: &str, expected: &Value, actual: &Value) -> Option<Difference> {
        let (a, b) = (expected.type_name(), actual.type_name());
        let sort = if a == b {
            format!("another {a}")
        } else {
            format!("{b} instead of {a}")
        };
        Difference::new(path, show(expected), show(actual), sort)
    }
}

/// The first difference that `leniency` does not forgive; `None` if the values are equal.
pub fn difference(expected: &Value, actual: &Value, leniency: &Leniency) -> Option<Difference> {
    match (expected, actual) {
        (Value::Array(a), Value::Array(b)) if leniency.any_document_order => {
            let equal = |x: &Value, y: &Value| outer_difference("", x, y, leniency).is_none();
            set_difference("", a, b, &equal)
        }
        (Value::Array(a), Value::Array(b)) if !leniency.any_order_in.is_empty() => {
            list_difference("", a, b, &|path, x, y| {
                outer_difference(path, x, y, leniency)
            })
        }
        _ => outer_difference("", expected, actual, leniency),
    }
}

/// The difference of two outermost documents (or of anything else, plainly).
fn outer_difference(
    path: &str,
    expected: &Value,
    actual: &Value,
    leniency: &Leniency,
) -> Option<Difference> {
    let any_nan = leniency.any_nan;
    let (Value::Document(a), Value::Document(b)) = (expected, actual) else {
        return plain_difference(path, expected, actual, any_nan);
    };
    if leniency.any_order_in.is_empty() || has_double_keys(a) || has_double_keys(b) {
        return plain_difference(path, expected, actual, any_nan);
    }
    fields_difference(path, a, b, &|key, path, x, y| match (x, y) {
        (Value::Array(x), Value::Array(y)) if leniency.any_order_in.iter().any(|f| f == key) => {
            set_difference(path, x, y, &|x, y| same(x, y, any_nan))
        }
        _ => plain_difference(path, x, y, any_nan),
    })
}

fn plain_difference(path: &str, a: &Value, b: &Value, any_nan: bool) -> Option<Difference> {
    if same(a, b, any_nan) {
        return None;
    }
    match (a, b) {
        (Value::Array(x), Value::Array(y)) => list_difference(path, x, y, &|path, x, y| {
            plain_difference(path, x, y, any_nan)
        }),
        (Value::Document(x), Value::Document(y)) if !has_double_keys(x) && !has_double_keys(y) => {
            fields_difference(path, x, y, &|_, path, x, y| {
                plain_difference(path, x, y, any_nan)
            })
        }
        _ => Difference::of(path, a, b),
    }
}

fn set_difference(
    path: &str,
    a: &[Value],
    b: &[Value],
    equal: &dyn Fn(&Value, &Value) -> bool,
) -> Option<Difference> {
    let lost = unmatched(a, b, equal);
    if lost.is_empty() && a.len() == b.len() {
        return None;
    }
    let sort = if a.len() == b.len() {
        "other elements"
    } else {
        "another number of elements"
    };
    let whole = |items: &[Value]| show(&Value::Array(items.to_vec()));
    Difference::new(
        path,
        format!("in any order {}", whole(a)),
        whole(b),
        sort.to_owned(),
    )
}

fn list_difference(
    path: &str,
    a: &[Value],
    b: &[Value],
    inner: &dyn Fn(&str, &Value, &Value) -> Option<Difference>,
) -> Option<Difference> {
    if a.len() != b.len() {
        let sort = if b.len() < a.len() {
            "too few elements"
        } else {
            "too many elements"
        };
        let shown = |items: &[Value]| {
            format!(
                "{} elements: {}",
                items.len(),
                show(&Value::Array(items.to_vec()))
            )
        };
        return Difference::new(path, shown(a), shown(b), sort.to_owned());
    }
    a.iter()
        .zip(b)
        .enumerate()
        .find_map(|(i, (x, y))| inner(&format!("{path}[{i}]"), x, y))
}

fn fields_difference(
    path: &str,
    a: &Fields,
    b: &Fields,
    inner: &dyn Fn(&str, &str, &Value, &Value) -> Option<Difference>,
) -> Option<Difference> {
    let inside = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    for (key, x) in a {
        let found = b.iter().find(|(other, _)| other == key);
        let Some((_, y)) = found else {
            let sort = format!("field missing: {key}");
            return Difference::new(&inside(key), show(x), "missing".to_owned(), sort);
        };
        if let Some(found) = inner(key, &inside(key), x, y) {
            return Some(found);
        }
    }
    let extra = b
        .iter()
        .find(|(key, _)| a.iter().all(|(other, _)| other != key));
    extra.and_then(|(key, y)| {
        let sort = format!("field too many: {key}");
        Difference::new(&inside(key), "missing".to_owned(), show(y), sort)
    })
}

/// The first place where `actual` does not contain `expected`.
pub fn lack(path: &str, expected: &Value, actual: &Value) -> Option<Difference> {
    match (expected, actual) {
        (Value::Document(a), Value::Document(_)) => a.iter().find_map(|(key, x)| {
            let inside = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            match actual.get(key) {
                Some(y) => lack(&inside, x, y),
                None => {
                    let sort = format!("field missing: {key}");
                    Difference::new(&inside, show(x), "missing".to_owned(), sort)
                }
            }
        }),
        (Value::Array(a), Value::Array(b)) if b.len() < a.len() => Difference::new(
            path,
            show(expected),
            show(actual),
            "too few elements".to_owned(),
        ),
        (Value::Array(a), Value::Array(b)) => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(i, (x, y))| lack(&format!("{path}[{i}]"), x, y)),
        _ => plain_difference(path, expected, actual, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::template::Context;
    use crate::wire::Json;

    fn value(text: &str) -> Value {
        Context::new(0).value(&Json::parse(text).unwrap()).unwrap()
    }

    fn check(a: &str, b: &str, leniency: &Leniency, expected: bool) {
        let found = difference(&value(a), &value(b), leniency);
        assert_eq!(found.is_none(), expected, "{a} and {b}: {found:?}");
        if leniency.any_order_in.is_empty() && !leniency.any_document_order {
            assert_eq!(same(&value(a), &value(b), leniency.any_nan), expected);
        }
    }

    const ONES: [&str; 5] = [
        r#"{"$numberInt": "1"}"#,
        r#"{"$numberLong": "1"}"#,
        r#"{"$numberDouble": "1.0"}"#,
        r#"{"$numberDecimal": "1"}"#,
        "true",
    ];

    #[test]
    fn types_are_exact() {
        for (i, a) in ONES.iter().enumerate() {
            for (j, b) in ONES.iter().enumerate() {
                check(a, b, &Leniency::default(), i == j);
            }
        }
    }

    #[test]
    fn exact_rules() {
        let exact = Leniency::default();
        check(
            r#"{"$numberDouble":"-0.0"}"#,
            r#"{"$numberDouble":"0.0"}"#,
            &exact,
            false,
        );
        check(
            r#"{"$numberDouble":"NaN"}"#,
            r#"{"$numberDouble":"NaN"}"#,
            &exact,
            true,
        );
        check(
            r#"{"$numberDecimal":"1.0"}"#,
            r#"{"$numberDecimal":"1.00"}"#,
            &exact,
            false,
        );
        check(
            r#"{"a": "1", "b": "2"}"#,
            r#"{"b": "2", "a": "1"}"#,
            &exact,
            true,
        );
        check(r#"{"a": "1"}"#, r#"{"a": "1", "b": null}"#, &exact, false);
        check(r#"["1", "2"]"#, r#"["2", "1"]"#, &exact, false);
        let double = r#"{"$$doc": [["a", "1"], ["a", "2"]]}"#;
        check(double, double, &exact, true);
        check(
            double,
            r#"{"$$doc": [["a", "2"], ["a", "1"]]}"#,
            &exact,
            false,
        );
        let regex = r#"{"$regularExpression": {"pattern": "a", "options": "im"}}"#;
        check(
            regex,
            r#"{"$regularExpression": {"pattern": "a", "options": "mi"}}"#,
            &exact,
            true,
        );
        check(
            regex,
            r#"{"$regularExpression": {"pattern": "a", "options": "i"}}"#,
            &exact,
            false,
        );
    }

    #[test]
    fn lenient_rules() {
        let any_order = Leniency {
            any_document_order: true,
            ..Leniency::default()
        };
        check(r#"["1", "2", "2"]"#, r#"["2", "1", "2"]"#, &any_order, true);
        check(
            r#"["1", "2", "2"]"#,
            r#"["2", "1", "1"]"#,
            &any_order,
            false,
        );
        check(r#"["1"]"#, r#"["1", "1"]"#, &any_order, false);
        check(
            r#"[{"a": ["1", "2"]}]"#,
            r#"[{"a": ["2", "1"]}]"#,
            &any_order,
            false,
        );
        let in_field = Leniency {
            any_order_in: vec!["a".into()],
            ..Leniency::default()
        };
        check(
            r#"[{"a": ["1", "2"]}]"#,
            r#"[{"a": ["2", "1"]}]"#,
            &in_field,
            true,
        );
        check(
            r#"{"a": ["1", "2"]}"#,
            r#"{"a": ["2", "1"]}"#,
            &in_field,
            true,
        );
        check(
            r#"[{"b": ["1", "2"]}]"#,
            r#"[{"b": ["2", "1"]}]"#,
            &in_field,
            false,
        );
        check(
            r#"[{"a": [["1", "2"]]}]"#,
            r#"[{"a": [["2", "1"]]}]"#,
            &in_field,
            false,
        );
        let any_nan = Leniency {
            any_nan: true,
            ..Leniency::default()
        };
        check(
            r#"[{"$numberDouble":"NaN"}]"#,
            r#"[{"$numberDecimal":"NaN"}]"#,
            &any_nan,
            true,
        );
        check(
            r#"[{"$numberDouble":"NaN"}]"#,
            r#"[{"$numberDouble":"1.0"}]"#,
            &any_nan,
            false,
        );
    }

    #[test]
    fn approximate_numbers_find_partners() {
        let any_order = Leniency {
            any_document_order: true,
            ..Leniency::default()
        };
        let approx = |value: &str, tolerance: &str| {
            format!(r#"{{"$$approx": {{"value": "{value}", "tolerance": "{tolerance}"}}}}"#)
        };
        let expected = format!("[{}, {}]", approx("1.0", "0.5"), approx("1.0", "0.01"));
        let actual = r#"[{"$numberInt": "1"}, {"$numberDouble": "1.4"}]"#;
        check(&expected, actual, &any_order, true);
        let exact = Leniency::default();
        check(
            &approx("NaN", "0"),
            r#"{"$numberDouble": "NaN"}"#,
            &exact,
            true,
        );
        check(
            &approx("1", "1"),
            r#"{"$numberDecimal": "1"}"#,
            &exact,
            false,
        );
        check(
            &approx("1", "0.5"),
            r#"{"$numberDouble": "2"}"#,
            &exact,
            false,
        );
    }

    #[test]
    fn containment() {
        let contains = |a: &str, b: &str| lack("", &value(a), &value(b)).is_none();
        assert!(contains(
            r#"{"a": {"b": "1"}}"#,
            r#"{"a": {"b": "1", "c": "2"}, "d": "3"}"#
        ));
        assert!(contains(
            r#"{"a": [{"b": "1"}]}"#,
            r#"{"a": [{"b": "1", "c": "2"}, "x"]}"#
        ));
        assert!(!contains(r#"{"a": ["x", "y"]}"#, r#"{"a": ["x"]}"#));
        assert!(!contains(r#"{"a": "1"}"#, r#"{"a": {"$numberInt": "1"}}"#));
        assert!(!contains(r#"{"a": "1"}"#, r#"{"b": "1"}"#));
    }

    #[test]
    fn a_difference_says_where() {
        let found = difference(
            &value(r#"[{"a": {"b": {"$numberInt": "1"}}}]"#),
            &value(r#"[{"a": {"b": {"$numberLong": "1"}}}]"#),
            &Leniency::default(),
        );
        let found = found.unwrap();
        assert_eq!(found.path, "[0].a.b");
        assert_eq!(found.sort, "long instead of int");
        assert_eq!(
            (found.expected.as_str(), found.actual.as_str()),
            ("1", "1L")
        );
    }
}
