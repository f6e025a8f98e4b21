//! JSON text to a tree that keeps the order of keys and the text of numbers.

use crate::error::{Error, Result};
use crate::limits;
use crate::value::double;

/// A JSON value.
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As it was written.
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Parses one JSON value and nothing after it.
///
/// Errors: `FailedToParse` (9), with the place.
pub(super) fn parse(text: &str) -> Result<Json> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(limits::NESTING_DEPTH_MAX)?;
    parser.space();
    if parser.at != text.len() {
        return Err(parser.error("the end"));
    }
    Ok(value)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    #[cold]
    fn error(&self, expected: &str) -> Error {
        Error::failed_to_parse(format_args!(
            "JSON: expected {expected} at byte {}",
            self.at
        ))
    }

    fn space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
            .count();
    }

    fn peek(&mut self) -> Option<u8> {
        self.space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8, expected: &str) -> Result<()> {
        if self.peek() != Some(byte) {
            return Err(self.error(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth_left: usize) -> Result<Json> {
        if depth_left == 0 {
            return Err(self.error("less nesting"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth_left),
            Some(b'[') => self.array(depth_left),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json> {
        let words = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
        ];
        for (word, value) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.error("a value"))
    }

    fn array(&mut self, depth_left: usize) -> Result<Json> {
        self.at += 1;
        let mut values = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(values));
        }
        loop {
            values.push(self.value(depth_left - 1)?);
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => {
                    self.take(b']', "',' or ']'")?;
                    return Ok(Json::Array(values));
                }
            }
        }
    }

    fn object(&mut self, depth_left: usize) -> Result<Json> {
        self.at += 1;
        let mut fields = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(fields));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.error("a name in double quotes"));
            }
            let name = self.string()?;
            self.take(b':', "':'")?;
            fields.push((name, self.value(depth_left - 1)?));
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => {
                    self.take(b'}', "',' or '}'")?;
                    return Ok(Json::Object(fields));
                }
            }
        }
    }

    fn number(&mut self) -> Result<Json> {
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let text = &rest[..rest.bytes().take_while(|byte| is_part(byte)).count()];
        let whole = text.trim_start_matches('-');
        let leading_zero =
            whole.len() > 1 && whole.starts_with('0') && whole.as_bytes()[1].is_ascii_digit();
        let ends_well = text.ends_with(|symbol: char| symbol.is_ascii_digit());
        if leading_zero || !ends_well || double::parse(text).is_none() || text.starts_with('+') {
            return Err(self.error("a number"));
        }
        self.at += text.len();
        Ok(Json::Number(text.to_owned()))
    }

    fn string(&mut self) -> Result<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(|symbol: char| matches!(symbol, '"' | '\\') || symbol < ' ')
            else {
                return Err(self.error("a closing quote"));
            };
            out.push_str(&rest[..end]);
            self.at += end + 1;
            match rest.as_bytes()[end] {
                b'"' => return Ok(out),
                b'\\' => out.push(self.escape()?),
                _ => return Err(self.error("no control character in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let symbol = self.text[self.at..]
            .chars()
            .next()
            .ok_or_else(|| self.error("an escape"))?;
        self.at += symbol.len_utf8();
        Ok(match symbol {
            '"' | '\\' | '/' => symbol,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = self.unit()?;
                if !(0xd800..0xe000).contains(&unit) {
                    return char::from_u32(unit).ok_or_else(|| self.error("a character"));
                }
                let follows = unit < 0xdc00 && self.text[self.at..].starts_with("\\u");
                if !follows {
                    return Err(self.error("the other half of a surrogate pair"));
                }
                self.at += 2;
                let low = self.unit()?;
                let is_low = (0xdc00..0xe000).contains(&low);
                let joined = 0x10000 + ((unit - 0xd800) << 10) + low.wrapping_sub(0xdc00);
                return char::from_u32(joined)
                    .filter(|_| is_low)
                    .ok_or_else(|| self.error("the low half of a surrogate pair"));
            }
            _ => return Err(self.error("a known escape")),
        })
    }

    fn unit(&mut self) -> Result<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let unit = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = unit.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.error("four hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}
