//! Key strings back to values.

use super::{exact, number, tag};
use crate::error::{Error, Result, codes};
use crate::limits;
use crate::value::{ArrayBuf, BinaryRef, Decimal128, DocumentBuf, Timestamp, Value, ValueRef};

/// The exact values of a key's components. `descending` says which fields are inverted
/// and how many there are; `types` are the type bytes that were kept with the key.
///
/// Errors: `DataCorruptionDetected` for bytes that are no such key.
pub fn decode(bytes: &[u8], types: &[u8], descending: &[bool]) -> Result<Vec<Value<'static>>> {
    let mut reader = Reader {
        bytes,
        types,
        at: 0,
        inverted: false,
        depth_left: limits::NESTING_DEPTH_MAX,
    };
    let mut values = Vec::with_capacity(descending.len());
    for &inverted in descending {
        reader.inverted = inverted;
        values.push(reader.value().ok_or_else(damaged)?);
    }
    Ok(values)
}

#[cold]
fn damaged() -> Error {
    Error::new(
        codes::DATA_CORRUPTION_DETECTED,
        "an index holds a key that cannot be read",
    )
}

struct Reader<'a> {
    bytes: &'a [u8],
    types: &'a [u8],
    at: usize,
    inverted: bool,
    /// How many levels more there may be: a damaged key must not use the stack up.
    depth_left: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(if self.inverted { !byte } else { byte })
    }

    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        let taken = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(
            taken
                .iter()
                .map(|&byte| if self.inverted { !byte } else { byte })
                .collect(),
        )
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes
            .get(self.at)
            .map(|&byte| if self.inverted { !byte } else { byte })
    }

    fn length(&mut self) -> Option<usize> {
        Some(u32::from_be_bytes(self.array()?) as usize)
    }

    /// The next type byte; none left means the default.
    fn exact(&mut self) -> u8 {
        match self.types.split_first() {
            Some((&first, rest)) => {
                self.types = rest;
                first
            }
            None => exact::INT32_OR_STRING,
        }
    }

    fn text(&mut self) -> Option<String> {
        let mut text = Vec::new();
        loop {
            match self.byte()? {
                0 if self.peek() == Some(0xff) => {
                    self.at += 1;
                    text.push(0);
                }
                0 => return String::from_utf8(text).ok(),
                byte => text.push(byte),
            }
        }
    }

    /// A text that ends at its first zero byte when it is written: a name, a pattern.
    fn name(&mut self) -> Option<String> {
        self.text().filter(|text| !text.contains('\0'))
    }

    fn value(&mut self) -> Option<Value<'static>> {
        Some(match self.byte()? {
            tag::MIN_KEY => ValueRef::MinKey.into(),
            tag::UNDEFINED => ValueRef::Undefined.into(),
            tag::NULL => Value::NULL,
            number @ tag::NAN..=tag::POSITIVE_INFINITY => self.number(number)?,
            tag::STRING => {
                let symbol = self.exact() == exact::SYMBOL;
                let text = self.text()?;
                if symbol {
                    Value::copy_of(ValueRef::Symbol(&text))
                } else {
                    Value::string(&text)
                }
            }
            tag::OBJECT_ID => ValueRef::ObjectId(self.array()?).into(),
            tag::FALSE => ValueRef::Boolean(false).into(),
            tag::TRUE => ValueRef::Boolean(true).into(),
            tag::DATE => {
                let bits = u64::from_be_bytes(self.array()?) ^ (1 << 63);
                ValueRef::Date(bits as i64).into()
            }
            tag::TIMESTAMP => {
                let bits = u64::from_be_bytes(self.array()?);
                ValueRef::Timestamp(Timestamp::from_bits(bits)).into()
            }
            tag::MAX_KEY => ValueRef::MaxKey.into(),
            composite => {
                self.depth_left = self.depth_left.checked_sub(1)?;
                let value = self.composite(composite)?;
                self.depth_left += 1;
                value
            }
        })
    }

    fn composite(&mut self, first: u8) -> Option<Value<'static>> {
        Some(match first {
            tag::DOCUMENT => Value::document(self.fields()?),
            tag::ARRAY => {
                let mut array = ArrayBuf::new();
                while self.peek()? != 0 {
                    array.push(&self.value()?);
                }
                self.at += 1;
                Value::array(array)
            }
            tag::BINARY => {
                let length = self.length()?;
                let subtype = self.byte()?;
                let bytes = self.take(length)?;
                Value::copy_of(ValueRef::Binary(BinaryRef {
                    subtype,
                    bytes: &bytes,
                }))
            }
            tag::REGEX => {
                let (pattern, options) = (self.name()?, self.name()?);
                Value::regex(&pattern, &options)
            }
            tag::DB_POINTER => {
                let length = self.length()?;
                let namespace = String::from_utf8(self.take(length)?).ok()?;
                Value::db_pointer(&namespace, self.array()?)
            }
            tag::CODE => Value::copy_of(ValueRef::Code(&self.text()?)),
            tag::CODE_WITH_SCOPE => {
                let code = self.text()?;
                let scope = self.fields()?;
                Value::code_with_scope(&code, scope.as_ref())
            }
            _ => return None,
        })
    }

    fn fields(&mut self) -> Option<DocumentBuf> {
        let mut document = DocumentBuf::new();
        while self.byte()? != 0 {
            let name = self.name()?;
            document.append(&name, &self.value()?);
        }
        Some(document)
    }

    fn number(&mut self, class: u8) -> Option<Value<'static>> {
        let (negative, size, long) = match class {
            tag::NEGATIVE | tag::POSITIVE => {
                let negative = class == tag::NEGATIVE;
                // Read ahead without the field's inversion and the sign's.
                let flip = self.inverted != negative;
                let rest = self.bytes.get(self.at..)?;
                let head = &rest[..rest.len().min(40)];
                let plain: Vec<u8> = head
                    .iter()
                    .map(|&byte| if flip { !byte } else { byte })
                    .collect();
                let (size, long, taken) = number::read_size(&plain)?;
                self.at += taken;
                (negative, size, long)
            }
            tag::NAN => (false, f64::NAN, None),
            tag::ZERO => (false, 0.0, None),
            _ => (class == tag::NEGATIVE_INFINITY, f64::INFINITY, None),
        };
        let double = if negative { -size } else { size };
        Some(match self.exact() {
            exact::INT32_OR_STRING => ValueRef::Int32(double as i32).into(),
            exact::INT64 => {
                let size = long.unwrap_or(size as u64);
                let long = if negative {
                    (size as i64).wrapping_neg()
                } else {
                    size as i64
                };
                ValueRef::Int64(long).into()
            }
            exact::DOUBLE => ValueRef::Double(double).into(),
            exact::NEGATIVE_ZERO => ValueRef::Double(-0.0).into(),
            exact::DECIMAL => {
                let (decimal, rest) = self.types.split_first_chunk::<16>()?;
                self.types = rest;
                Decimal128::from_bytes(*decimal).into()
            }
            _ => return None,
        })
    }
}
