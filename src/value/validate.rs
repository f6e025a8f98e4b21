//! Checks bytes from outside: after this, reading a document cannot go wrong.

use super::{DocumentRef, Kind};
use crate::error::{Error, Result, codes};

/// Checks that `bytes` are exactly one well-formed BSON document whose nesting is at most
/// `depth_max`, and gives the view of it.
///
/// Checked: every length lies inside its container, every document ends with zero,
/// strings are UTF-8 and end with zero, booleans are 0 or 1, types are known. Names of
/// array elements are not checked, nor is the uniqueness of names: both are stored as given.
///
/// Errors: `InvalidBSON` (22); `Overflow` (15) for nesting that is too deep.
pub fn validate(bytes: &[u8], depth_max: usize) -> Result<DocumentRef<'_>> {
    let length = document(bytes, depth_max)?;
    if length != bytes.len() {
        return Err(invalid("bytes follow the end of the document"));
    }
    Ok(DocumentRef::from_valid(bytes))
}

#[cold]
fn invalid(what: &str) -> Error {
    Error::new(codes::INVALID_BSON, format_args!("Invalid BSON: {what}"))
}

/// The bytes of the length at the head of `bytes`, at least `min` and inside `bytes`.
fn sized(bytes: &[u8], min: usize) -> Result<&[u8]> {
    let head = bytes
        .first_chunk::<4>()
        .ok_or_else(|| invalid("a length is cut off"))?;
    let length = i32::from_le_bytes(*head);
    let length = usize::try_from(length).map_err(|_| invalid("a length is negative"))?;
    if length < min || length > bytes.len() {
        return Err(invalid("a length does not fit its container"));
    }
    Ok(&bytes[..length])
}

/// Checks the document at the head of `bytes` and gives its length.
fn document(bytes: &[u8], depth_left: usize) -> Result<usize> {
    if depth_left == 0 {
        return Err(Error::new(
            codes::OVERFLOW,
            "the document is nested too deeply",
        ));
    }
    let whole = sized(bytes, 5)?;
    let end = whole.len() - 1;
    if whole[end] != 0 {
        return Err(invalid("a document does not end with zero"));
    }
    let mut at = 4;
    while at < end {
        let kind =
            Kind::from_code(whole[at]).ok_or_else(|| invalid("an element has an unknown type"))?;
        at += 1;
        at += cstring(&whole[at..end])?;
        at += value(kind, &whole[at..end], depth_left)?;
    }
    Ok(whole.len())
}

/// Checks the zero-terminated text at the head of `bytes` and gives its length with the zero.
fn cstring(bytes: &[u8]) -> Result<usize> {
    let end = bytes.iter().position(|&byte| byte == 0);
    let end = end.ok_or_else(|| invalid("a name is not terminated"))?;
    utf8(&bytes[..end])?;
    Ok(end + 1)
}

fn utf8(bytes: &[u8]) -> Result<()> {
    if bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
        return Ok(());
    }
    Err(invalid("text is not valid UTF-8"))
}

/// Checks the counted text at the head of `bytes` and gives its length in all.
fn text(bytes: &[u8]) -> Result<usize> {
    let head = bytes
        .first_chunk::<4>()
        .ok_or_else(|| invalid("a length is cut off"))?;
    let length = usize::try_from(i32::from_le_bytes(*head)).unwrap_or(0);
    if length == 0 || length > bytes.len() - 4 {
        return Err(invalid("a string's length does not fit its container"));
    }
    let content = &bytes[4..4 + length];
    if content[length - 1] != 0 {
        return Err(invalid("a string does not end with zero"));
    }
    utf8(&content[..length - 1])?;
    Ok(4 + length)
}

/// Checks the value at the head of `bytes` and gives its length.
fn value(kind: Kind, bytes: &[u8], depth_left: usize) -> Result<usize> {
    let length = match kind {
        Kind::Double | Kind::Date | Kind::Timestamp | Kind::Int64 => 8,
        Kind::String | Kind::Code | Kind::Symbol => text(bytes)?,
        Kind::Document | Kind::Array => document(bytes, depth_left - 1)?,
        Kind::Binary => binary(bytes)?,
        Kind::Undefined | Kind::Null | Kind::MinKey | Kind::MaxKey => 0,
        Kind::ObjectId => 12,
        Kind::Boolean => match bytes.first() {
            Some(0 | 1) => 1,
            _ => return Err(invalid("a boolean is neither 0 nor 1")),
        },
        Kind::Regex => {
            let pattern = cstring(bytes)?;
            pattern + cstring(&bytes[pattern..])?
        }
        Kind::DbPointer => text(bytes)? + 12,
        Kind::CodeWithScope => code_with_scope(bytes, depth_left)?,
        Kind::Int32 => 4,
        Kind::Decimal128 => 16,
    };
    if length > bytes.len() {
        return Err(invalid("a value does not fit its container"));
    }
    Ok(length)
}

fn binary(bytes: &[u8]) -> Result<usize> {
    let head = bytes
        .first_chunk::<4>()
        .ok_or_else(|| invalid("a length is cut off"))?;
    let length = usize::try_from(i32::from_le_bytes(*head));
    let length = length.map_err(|_| invalid("a length is negative"))?;
    let whole = bytes
        .get(..5 + length)
        .ok_or_else(|| invalid("binary data is cut off"))?;
    // The old subtype 2 repeats the length inside.
    if whole[4] == 2 && (length < 4 || super::document::length_at(&whole[5..]) != length - 4) {
        return Err(invalid("binary data of subtype 2 has a wrong inner length"));
    }
    Ok(5 + length)
}

fn code_with_scope(bytes: &[u8], depth_left: usize) -> Result<usize> {
    let whole = sized(bytes, 14)?;
    let code = text(&whole[4..])?;
    let scope = document(&whole[4 + code..], depth_left - 1)?;
    if 4 + code + scope != whole.len() {
        return Err(invalid("code with scope has a wrong length"));
    }
    Ok(whole.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{DocumentBuf, ValueRef};
    use super::*;

    #[test]
    fn every_cut_of_a_document_is_refused() {
        let mut whole = DocumentBuf::new();
        whole.append("text", "hällo");
        whole.append("number", 7);
        whole.append_array("list", |list| list.push(true));
        whole.append("none", ValueRef::Null);
        let bytes = whole.as_bytes();
        assert_eq!(validate(bytes, 10).unwrap().count(), 4);
        for end in 0..bytes.len() {
            assert_eq!(
                validate(&bytes[..end], 10).err().unwrap().code(),
                codes::INVALID_BSON
            );
        }
        let longer = [bytes, &[0]].concat();
        assert!(validate(&longer, 10).is_err());
    }

    #[test]
    fn nesting_is_limited() {
        let mut inner = DocumentBuf::new();
        for _ in 0..180 {
            let mut outer = DocumentBuf::new();
            outer.append("a", &inner);
            inner = outer;
        }
        assert!(validate(inner.as_bytes(), 181).is_ok());
        assert_eq!(
            validate(inner.as_bytes(), 180).err().unwrap().code(),
            codes::OVERFLOW
        );
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(0u8.., 0..200)) {
            if let Ok(document) = validate(&bytes, 20) {
                for (_, value) in document.iter() {
                    let _ = value.kind();
                }
            }
        }
    }
}
