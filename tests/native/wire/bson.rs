//! BSON values and their bytes: the oracle's own encoder and decoder.

/// The fields of a document, in order; a key may come twice.
pub type Document = Vec<(String, Value)>;

/// A BSON value, and what only an expectation can be.
#[derive(Clone, Debug)]
pub enum Value {
    Double(f64),
    String(String),
    Document(Document),
    Array(Vec<Value>),
    Binary(u8, Vec<u8>),
    Undefined,
    ObjectId([u8; 12]),
    Bool(bool),
    /// Milliseconds since 1970.
    Date(i64),
    Null,
    Regex(String, String),
    DbPointer(String, [u8; 12]),
    Code(String),
    Symbol(String),
    CodeWithScope(String, Document),
    Int32(i32),
    /// Seconds, then the counter within the second.
    Timestamp(u32, u32),
    Int64(i64),
    /// The sixteen bytes as they lie in BSON.
    Decimal([u8; 16]),
    MinKey,
    MaxKey,
    /// Expectations only: a number within a tolerance.
    Approx {
        value: f64,
        tolerance: f64,
    },
}

impl Value {
    /// The name that `$type` has for it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Double(_) => "double",
            Value::String(_) => "string",
            Value::Document(_) => "object",
            Value::Array(_) => "array",
            Value::Binary(..) => "binData",
            Value::Undefined => "undefined",
            Value::ObjectId(_) => "objectId",
            Value::Bool(_) => "bool",
            Value::Date(_) => "date",
            Value::Null => "null",
            Value::Regex(..) => "regex",
            Value::DbPointer(..) => "dbPointer",
            Value::Code(_) => "javascript",
            Value::Symbol(_) => "symbol",
            Value::CodeWithScope(..) => "javascriptWithScope",
            Value::Int32(_) => "int",
            Value::Timestamp(..) => "timestamp",
            Value::Int64(_) => "long",
            Value::Decimal(_) => "decimal",
            Value::MinKey => "minKey",
            Value::MaxKey => "maxKey",
            Value::Approx { .. } => "approximately",
        }
    }

    /// The value of a key, if this is a document that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Document(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The value at a dotted path: keys of documents, decimal positions of arrays.
    pub fn at(&self, path: &str) -> Option<&Value> {
        if path.is_empty() {
            return Some(self);
        }
        path.split('.').try_fold(self, |value, part| match value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => value.get(part),
        })
    }

    /// The elements, if this is an array.
    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A double, int or long as a double.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Double(number) => Some(*number),
            Value::Int32(number) => Some(f64::from(*number)),
            Value::Int64(number) => Some(*number as f64),
            _ => None,
        }
    }

    pub fn is_number(&self) -> bool {
        matches!(
            self,
            Value::Double(_) | Value::Int32(_) | Value::Int64(_) | Value::Decimal(_)
        )
    }

    fn tag(&self) -> u8 {
        match self {
            Value::Double(_) => 0x01,
            Value::String(_) => 0x02,
            Value::Document(_) => 0x03,
            Value::Array(_) => 0x04,
            Value::Binary(..) => 0x05,
            Value::Undefined => 0x06,
            Value::ObjectId(_) => 0x07,
            Value::Bool(_) => 0x08,
            Value::Date(_) => 0x09,
            Value::Null => 0x0a,
            Value::Regex(..) => 0x0b,
            Value::DbPointer(..) => 0x0c,
            Value::Code(_) => 0x0d,
            Value::Symbol(_) => 0x0e,
            Value::CodeWithScope(..) => 0x0f,
            Value::Int32(_) => 0x10,
            Value::Timestamp(..) => 0x11,
            Value::Int64(_) => 0x12,
            Value::Decimal(_) => 0x13,
            Value::MinKey => 0xff,
            Value::MaxKey => 0x7f,
            Value::Approx { .. } => panic!("an approximate value is no BSON"),
        }
    }
}

/// The bytes of a document.
pub fn encode(document: &[(String, Value)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    put_document(
        document.iter().map(|(key, value)| (key.as_str(), value)),
        &mut out,
    );
    out
}

fn put_document<'a>(fields: impl Iterator<Item = (&'a str, &'a Value)>, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend([0; 4]);
    for (key, value) in fields {
        out.push(value.tag());
        put_cstring(key, out);
        put_value(value, out);
    }
    out.push(0);
    put_length(start, out);
}

/// Writes at `start` how many bytes there are from there on.
fn put_length(start: usize, out: &mut [u8]) {
    let length = i32::try_from(out.len() - start).expect("a document below 2 GiB");
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

fn put_cstring(text: &str, out: &mut Vec<u8>) {
    assert!(
        !text.contains('\0'),
        "a key or pattern cannot hold a zero byte"
    );
    out.extend(text.as_bytes());
    out.push(0);
}

fn put_string(text: &str, out: &mut Vec<u8>) {
    out.extend((text.len() as i32 + 1).to_le_bytes());
    out.extend(text.as_bytes());
    out.push(0);
}

fn put_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Double(number) => out.extend(number.to_le_bytes()),
        Value::String(text) | Value::Code(text) | Value::Symbol(text) => put_string(text, out),
        Value::Document(fields) => put_document(fields.iter().map(|(k, v)| (k.as_str(), v)), out),
        Value::Array(items) => {
            let keys: Vec<String> = (0..items.len()).map(|i| i.to_string()).collect();
            put_document(keys.iter().map(String::as_str).zip(items), out);
        }
        Value::Binary(2, bytes) => {
            out.extend((bytes.len() as i32 + 4).to_le_bytes());
            out.push(2);
            out.extend((bytes.len() as i32).to_le_bytes());
            out.extend(bytes);
        }
        Value::Binary(subtype, bytes) => {
            out.extend((bytes.len() as i32).to_le_bytes());
            out.push(*subtype);
            out.extend(bytes);
        }
        Value::ObjectId(bytes) => out.extend(bytes),
        Value::Bool(truth) => out.push(u8::from(*truth)),
        Value::Date(number) | Value::Int64(number) => out.extend(number.to_le_bytes()),
        Value::Regex(pattern, options) => {
            put_cstring(pattern, out);
            put_cstring(options, out);
        }
        Value::DbPointer(namespace, id) => {
            put_string(namespace, out);
            out.extend(id);
        }
        Value::CodeWithScope(code, scope) => {
            let start = out.len();
            out.extend([0; 4]);
            put_string(code, out);
            put_document(scope.iter().map(|(k, v)| (k.as_str(), v)), out);
            put_length(start, out);
        }
        Value::Int32(number) => out.extend(number.to_le_bytes()),
        Value::Timestamp(seconds, increment) => {
            out.extend(increment.to_le_bytes());
            out.extend(seconds.to_le_bytes());
        }
        Value::Decimal(bytes) => out.extend(bytes),
        Value::Undefined | Value::Null | Value::MinKey | Value::MaxKey => {}
        Value::Approx { .. } => panic!("an approximate value is no BSON"),
    }
}

/// Reads the bytes of one document, all of them.
pub fn decode(bytes: &[u8]) -> Result<Document, String> {
    decode_with(bytes, false)
}

/// As [`decode`], but the keys of an array may be any, as a client may have sent them.
pub fn decode_any_positions(bytes: &[u8]) -> Result<Document, String> {
    decode_with(bytes, true)
}

fn decode_with(bytes: &[u8], any_positions: bool) -> Result<Document, String> {
    let mut reader = Reader {
        bytes,
        at: 0,
        any_positions,
    };
    let document = reader.document()?;
    if reader.at != bytes.len() {
        return Err(format!(
            "{} bytes after the document",
            bytes.len() - reader.at
        ));
    }
    Ok(document)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    any_positions: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let end = self
            .at
            .checked_add(length)
            .filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| format!("bytes end at {}, {length} more wanted", self.at))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], String> {
        Ok(self.take(N)?.try_into().expect("as many as were asked for"))
    }

    fn i32(&mut self) -> Result<i32, String> {
        Ok(i32::from_le_bytes(self.fixed()?))
    }

    fn length(&mut self) -> Result<usize, String> {
        usize::try_from(self.i32()?).map_err(|_| "a length below zero".to_owned())
    }

    fn cstring(&mut self) -> Result<String, String> {
        let rest = &self.bytes[self.at..];
        let end = rest
            .iter()
            .position(|byte| *byte == 0)
            .ok_or("a key without an end")?;
        let text = std::str::from_utf8(&rest[..end]).map_err(|_| "a key that is not UTF-8")?;
        self.at += end + 1;
        Ok(text.to_owned())
    }

    fn string(&mut self) -> Result<String, String> {
        let length = self.length()?;
        let bytes = self.take(length)?;
        match bytes.split_last() {
            Some((0, text)) => String::from_utf8(text.to_vec()).map_err(|_| "no UTF-8".to_owned()),
            _ => Err("a string without an end".to_owned()),
        }
    }

    fn document(&mut self) -> Result<Document, String> {
        let start = self.at;
        let length = self.length()?;
        let mut fields = Vec::new();
        loop {
            let tag = self.take(1)?[0];
            if tag == 0 {
                break;
            }
            let key = self.cstring()?;
            let value = self.value(tag).map_err(|cause| format!("{key}: {cause}"))?;
            fields.push((key, value));
        }
        if self.at - start == length {
            Ok(fields)
        } else {
            Err(format!(
                "a document says {length} bytes and has {}",
                self.at - start
            ))
        }
    }

    fn array(&mut self) -> Result<Value, String> {
        let fields = self.document()?;
        for (position, (key, _)) in fields.iter().enumerate() {
            if !self.any_positions && *key != position.to_string() {
                return Err(format!("key {key} at position {position} of an array"));
            }
        }
        Ok(Value::Array(
            fields.into_iter().map(|(_, value)| value).collect(),
        ))
    }

    fn binary(&mut self) -> Result<Value, String> {
        let length = self.length()?;
        let subtype = self.take(1)?[0];
        let mut bytes = self.take(length)?;
        if subtype == 2 {
            bytes = bytes
                .get(4..)
                .ok_or("old binary without its second length")?;
        }
        Ok(Value::Binary(subtype, bytes.to_vec()))
    }

    fn value(&mut self, tag: u8) -> Result<Value, String> {
        Ok(match tag {
            0x01 => Value::Double(f64::from_le_bytes(self.fixed()?)),
            0x02 => Value::String(self.string()?),
            0x03 => Value::Document(self.document()?),
            0x04 => self.array()?,
            0x05 => self.binary()?,
            0x06 => Value::Undefined,
            0x07 => Value::ObjectId(self.fixed()?),
            0x08 => match self.take(1)?[0] {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                other => return Err(format!("a truth value of {other}")),
            },
            0x09 => Value::Date(i64::from_le_bytes(self.fixed()?)),
            0x0a => Value::Null,
            0x0b => Value::Regex(self.cstring()?, self.cstring()?),
            0x0c => Value::DbPointer(self.string()?, self.fixed()?),
            0x0d => Value::Code(self.string()?),
            0x0e => Value::Symbol(self.string()?),
            0x0f => {
                self.length()?;
                Value::CodeWithScope(self.string()?, self.document()?)
            }
            0x10 => Value::Int32(self.i32()?),
            0x11 => {
                let increment = u32::from_le_bytes(self.fixed()?);
                Value::Timestamp(u32::from_le_bytes(self.fixed()?), increment)
            }
            0x12 => Value::Int64(i64::from_le_bytes(self.fixed()?)),
            0x13 => Value::Decimal(self.fixed()?),
            0x7f => Value::MaxKey,
            0xff => Value::MinKey,
            other => return Err(format!("unknown type {other:#x}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_the_same() {
        let id = [7; 12];
        let inner = vec![
            ("x".to_owned(), Value::Null),
            ("x".to_owned(), Value::Undefined),
        ];
        let document: Document = [
            Value::Double(-0.0),
            Value::String("é\0".into()),
            Value::Array(vec![Value::Int32(1), Value::Document(inner.clone())]),
            Value::Binary(2, vec![1, 2]),
            Value::Binary(4, vec![3; 16]),
            Value::ObjectId(id),
            Value::Bool(true),
            Value::Date(-1),
            Value::Regex("a".into(), "im".into()),
            Value::DbPointer("a.b".into(), id),
            Value::Code("c".into()),
            Value::Symbol("s".into()),
            Value::CodeWithScope("c".into(), inner),
            Value::Timestamp(1, 2),
            Value::Int64(i64::MIN),
            Value::Decimal([9; 16]),
            Value::MinKey,
            Value::MaxKey,
        ]
        .into_iter()
        .map(|value| ("k".to_owned(), value))
        .collect();
        let bytes = encode(&document);
        let back = decode(&bytes).unwrap();
        assert_eq!(format!("{document:?}"), format!("{back:?}"));
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn bytes_are_those_of_the_specification() {
        let bytes = encode(&[("hello".to_owned(), Value::String("world".to_owned()))]);
        assert_eq!(bytes, b"\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0");
    }
}
