//! Where the components of a key end, without reading their values.

use super::tag;
use crate::limits;

/// The end of the component that begins at `at`; `None` for bytes that are no key.
pub fn component_end(bytes: &[u8], at: usize, inverted: bool) -> Option<usize> {
    let flip = if inverted { 0xff } else { 0 };
    let depth_left = limits::NESTING_DEPTH_MAX;
    let mut walk = Walk {
        bytes,
        at,
        flip,
        depth_left,
    };
    walk.value()?;
    (walk.at <= bytes.len()).then_some(walk.at)
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What turns a stored byte into the plain one.
    flip: u8,
    /// How many levels more there may be.
    depth_left: usize,
}

impl Walk<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)? ^ self.flip;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).map(|byte| byte ^ self.flip)
    }

    fn text(&mut self) -> Option<()> {
        loop {
            if self.byte()? == 0 {
                match self.peek() {
                    Some(0xff) => self.at += 1,
                    _ => return Some(()),
                }
            }
        }
    }

    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for _ in 0..4 {
            length = length << 8 | usize::from(self.byte()?);
        }
        Some(length)
    }

    fn value(&mut self) -> Option<()> {
        match self.byte()? {
            sign @ (tag::NEGATIVE | tag::POSITIVE) => {
                let turned = if sign == tag::NEGATIVE { 0xff } else { 0 };
                self.at += 8;
                if self.byte()? ^ turned != 0 {
                    // Exponent, digits, none of which is zero, and a zero.
                    self.at += 2;
                    while self.byte()? ^ turned != 0 {}
                }
            }
            tag::STRING | tag::CODE => self.text()?,
            tag::REGEX => {
                self.text()?;
                self.text()?;
            }
            tag::DOCUMENT => self.fields()?,
            tag::CODE_WITH_SCOPE => {
                self.text()?;
                self.fields()?;
            }
            tag::ARRAY => {
                self.depth_left = self.depth_left.checked_sub(1)?;
                while self.peek()? != 0 {
                    self.value()?;
                }
                self.at += 1;
                self.depth_left += 1;
            }
            tag::BINARY => self.at += self.length()?.checked_add(1)?,
            tag::DB_POINTER => self.at += self.length()?.checked_add(12)?,
            tag::OBJECT_ID => self.at += 12,
            tag::DATE | tag::TIMESTAMP => self.at += 8,
            _ => {}
        }
        Some(())
    }

    fn fields(&mut self) -> Option<()> {
        self.depth_left = self.depth_left.checked_sub(1)?;
        while self.byte()? != 0 {
            self.text()?;
            self.value()?;
        }
        self.depth_left += 1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::KeyWriter;
    use super::*;
    use crate::value::{ArrayBuf, BinaryRef, Decimal128, DocumentBuf, Value, ValueRef};

    #[test]
    fn a_damaged_key_does_not_use_the_stack_up() {
        let fields = [tag::DOCUMENT, tag::STRING, b'a', 0].repeat(1_000_000);
        for bytes in [&[tag::ARRAY; 4_000_000][..], &fields] {
            assert_eq!(component_end(bytes, 0, false), None);
            assert!(crate::keystring::decode(bytes, &[], &[false]).is_err());
        }
    }

    #[test]
    fn components_end_where_they_were_written() {
        let mut document = DocumentBuf::new();
        document.append("a", 1);
        document.append("b", "x");
        let mut array = ArrayBuf::new();
        array.push(2.5);
        array.push(&document);
        let binary = BinaryRef {
            subtype: 0,
            bytes: &[0, 1, 2],
        };
        let values: Vec<Value<'_>> = vec![
            Value::NULL,
            1.into(),
            (-1).into(),
            i64::MAX.into(),
            i64::MIN.into(),
            Decimal128::from_parts(true, 1, -1).into(),
            f64::NAN.into(),
            Value::string("a\0b"),
            Value::string(""),
            ValueRef::Boolean(true).into(),
            ValueRef::ObjectId([0; 12]).into(),
            ValueRef::Date(5).into(),
            Value::regex("^a", "i"),
            Value::copy_of(ValueRef::Binary(binary)),
            Value::document(document.clone()),
            Value::document(DocumentBuf::new()),
            Value::array(array),
        ];
        for value in &values {
            for inverted in [false, true] {
                let mut writer = KeyWriter::new();
                writer.append(value.as_ref(), inverted);
                let end = writer.bytes().len();
                writer.append(value.as_ref(), !inverted);
                let bytes = writer.bytes();
                assert_eq!(component_end(bytes, 0, inverted), Some(end));
                assert_eq!(component_end(bytes, end, !inverted), Some(bytes.len()));
                assert_eq!(component_end(&bytes[..end - 1], 0, inverted), None);
            }
        }
    }
}
