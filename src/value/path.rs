//! Dotted field paths.

use super::{ArrayBuf, DocumentRef, Value, ValueRef};
use crate::error::{Error, Result, codes};
use crate::limits;

/// A field path such as `a.b.0`, taken apart. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath {
    text: std::rc::Rc<str>,
    parts: std::rc::Rc<[Box<str>]>,
}

impl FieldPath {
    /// Splits at the dots; every text is a path here (matching accepts empty parts).
    pub fn new(text: &str) -> FieldPath {
        FieldPath {
            text: text.into(),
            parts: text.split('.').map(Box::from).collect(),
        }
    }

    /// Splits at the dots and checks what expressions and stages demand: no empty part, no
    /// leading dollar, no zero byte, at most 200 parts.
    ///
    /// Errors: 40352 (empty path), 40353 (ends with a dot), 15998 (empty part), 16410
    /// (dollar), 16411 (zero byte), `Overflow` (15).
    pub fn parse_strict(text: &str) -> Result<FieldPath> {
        if text.is_empty() {
            return Err(Error::new(
                40352,
                "FieldPath cannot be constructed with an empty string",
            ));
        }
        if text.ends_with('.') {
            return Err(Error::new(40353, "FieldPath must not end with a '.'."));
        }
        let path = FieldPath::new(text);
        if path.len() > limits::PATH_COMPONENTS_MAX {
            return Err(Error::new(codes::OVERFLOW, "FieldPath is too long"));
        }
        for part in path.parts() {
            if part.is_empty() {
                return Err(Error::new(
                    15998,
                    "FieldPath field names may not be empty strings.",
                ));
            }
            if part.starts_with('$') {
                return Err(Error::new(
                    16410,
                    format_args!(
                        "FieldPath field names may not start with '$'. Consider using $getField or $setField. Got '{part}'."
                    ),
                ));
            }
            if part.contains('\0') {
                return Err(Error::new(
                    16411,
                    "FieldPath field names may not contain '\\0'.",
                ));
            }
        }
        Ok(path)
    }

    /// The dotted text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts between the dots; at least one.
    pub fn parts(&self) -> &[Box<str>] {
        &self.parts
    }

    /// The part before the first dot.
    pub fn first(&self) -> &str {
        &self.parts[0]
    }

    /// The number of parts.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// True if `self` is `other` or one of the fields that lead to it.
    pub fn is_prefix_of(&self, other: &FieldPath) -> bool {
        other.parts.starts_with(&self.parts)
    }

    /// What the path names in an expression: arrays on the way give an array of what
    /// their documents hold; a number is a field's name, never a position.
    pub fn evaluate<'a>(&self, document: DocumentRef<'a>) -> Option<Value<'a>> {
        evaluate_parts(document, &self.parts)
    }
}

/// The part as an array position: decimal digits without a leading zero.
pub fn array_position(part: &str) -> Option<usize> {
    let digits = part.as_bytes();
    let canonical = digits.len() == 1 || digits.first() != Some(&b'0');
    if digits.is_empty() || digits.len() > 9 || !canonical || !digits.iter().all(u8::is_ascii_digit)
    {
        return None;
    }
    part.parse().ok()
}

/// [`FieldPath::evaluate`] for parts of a path.
pub fn evaluate_parts<'a>(document: DocumentRef<'a>, parts: &[Box<str>]) -> Option<Value<'a>> {
    let (first, rest) = parts.split_first()?;
    evaluate_value(document.get(first)?, rest)
}

/// What the parts name below a value.
pub fn evaluate_value<'a>(value: ValueRef<'a>, parts: &[Box<str>]) -> Option<Value<'a>> {
    if parts.is_empty() {
        return Some(Value::Ref(value));
    }
    match value {
        ValueRef::Document(inner) => evaluate_parts(inner, parts),
        ValueRef::Array(array) => {
            let mut found = ArrayBuf::new();
            for element in array.iter() {
                // An array directly inside an array is not looked into, but a document's
                // field may again be an array.
                if let ValueRef::Document(inner) = element
                    && let Some(value) = evaluate_parts(inner, parts)
                {
                    found.push(&value);
                }
            }
            Some(Value::array(found))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn strict_paths_are_checked() {
        let check = |text: &str, code: i32| {
            assert_eq!(
                FieldPath::parse_strict(text)
                    .err()
                    .map_or(0, |error| error.code()),
                code
            );
        };
        check("a.b", 0);
        check("", 40352);
        check("a.", 40353);
        check("a..b", 15998);
        check(".a", 15998);
        check("a.$b", 16410);
    }

    #[test]
    fn positions_are_canonical_numbers() {
        let check =
            |part: &str, expected: Option<usize>| assert_eq!(array_position(part), expected);
        check("0", Some(0));
        check("12", Some(12));
        check("01", None);
        check("-1", None);
        check("", None);
        check("9999999999", None);
    }
}
