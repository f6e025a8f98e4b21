//! Binary data as text and back: base64, base64url, hex, UTF-8, UUID.

use crate::error::{Error, Result};
use crate::value::ValueRef;

/// How binary data is written as text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Auto,
    Base64,
    Base64Url,
    Hex,
    Utf8,
    Uuid,
}

const UUID_SUBTYPE: u8 = 4;
const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Format {
    /// Reads a format's name.
    ///
    /// Errors: 4341114 (not a string), 4341125 (no such format).
    pub fn read(value: ValueRef<'_>) -> Result<Format> {
        let ValueRef::String(name) = value else {
            let alias = value.kind().alias();
            return Err(Error::new(
                4_341_114,
                format_args!("$convert requires that 'format' be a string, found: {alias}"),
            ));
        };
        Ok(match name {
            "auto" => Format::Auto,
            "base64" => Format::Base64,
            "base64url" => Format::Base64Url,
            "hex" => Format::Hex,
            "utf8" => Format::Utf8,
            "uuid" => Format::Uuid,
            other => {
                return Err(Error::new(
                    4_341_125,
                    format_args!("Invalid 'format' argument for $convert: {other}"),
                ));
            }
        })
    }

    /// The bytes as text; `None` when the format does not suit them.
    pub(super) fn write(self, bytes: &[u8], subtype: u8) -> Option<String> {
        match self {
            Format::Auto if subtype == UUID_SUBTYPE => write_uuid(bytes),
            Format::Auto | Format::Base64 => Some(write_base64(bytes, STANDARD, true)),
            Format::Base64Url => Some(write_base64(bytes, URL, false)),
            Format::Hex => Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect()),
            Format::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Format::Uuid if subtype == UUID_SUBTYPE => write_uuid(bytes),
            Format::Uuid => None,
        }
    }

    /// The bytes that a text stands for; `None` when it does not have this format.
    pub(super) fn read_bytes(self, text: &str, subtype: u8) -> Option<Vec<u8>> {
        if (self == Format::Uuid) != (subtype == UUID_SUBTYPE) {
            return None;
        }
        match self {
            Format::Auto => None,
            Format::Base64 => read_base64(text, STANDARD, true),
            Format::Base64Url => read_base64(text, URL, false),
            Format::Hex => read_hex(text),
            Format::Utf8 => Some(text.as_bytes().to_vec()),
            Format::Uuid => read_uuid(text),
        }
    }
}

fn write_base64(bytes: &[u8], letters: &[u8; 64], padded: bool) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0u32, |group, byte| group << 8 | u32::from(*byte));
        let group = group << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                let letter = (group >> (18 - 6 * place)) as usize & 63;
                text.push(char::from(letters[letter]));
            } else if padded {
                text.push('=');
            }
        }
    }
    text
}

fn read_base64(text: &str, letters: &[u8; 64], padded: bool) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let missing = (4 - digits.len() % 4) % 4;
    let padding_fits = padding == missing || (!padded && padding == 0);
    if missing == 3 || !padding_fits {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.as_bytes().chunks(4) {
        let mut group = 0u32;
        for byte in chunk {
            let value = letters.iter().position(|letter| letter == byte)?;
            group = group << 6 | value as u32;
        }
        group <<= 6 * (4 - chunk.len());
        let whole = group.to_be_bytes();
        bytes.extend_from_slice(whole.get(1..chunk.len())?);
    }
    Some(bytes)
}

fn read_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8))
        .collect()
}

fn write_uuid(bytes: &[u8]) -> Option<String> {
    if bytes.len() != 16 {
        return None;
    }
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Some(text)
}

fn read_uuid(text: &str) -> Option<Vec<u8>> {
    let dashes = text.bytes().enumerate().filter(|(_, byte)| *byte == b'-');
    if text.len() != 36 || !dashes.map(|(at, _)| at).eq([8, 13, 18, 23]) {
        return None;
    }
    read_hex(&text.replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_round() {
        for length in 0..20u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(67)).collect();
            for format in [Format::Base64, Format::Base64Url, Format::Hex] {
                let text = format.write(&bytes, 0);
                let back = text.and_then(|text| format.read_bytes(&text, 0));
                assert_eq!(back, Some(bytes.clone()));
            }
        }
        let uuid = "01020304-0506-0708-090a-0b0c0d0e0f10";
        let bytes = Format::Uuid.read_bytes(uuid, 4);
        assert_eq!(
            bytes
                .and_then(|bytes| Format::Uuid.write(&bytes, 4))
                .as_deref(),
            Some(uuid)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Format::Base64.read_bytes("Pj4-Pg", 0).is_none());
        assert!(Format::Base64.read_bytes("Pj4", 0).is_none());
        assert!(Format::Hex.read_bytes("abc", 0).is_none());
        assert!(
            Format::Uuid
                .read_bytes("01020304-0506-0708-090a-0b0c0d0e0f10", 0)
                .is_none()
        );
        assert!(Format::Utf8.write(&[0xff], 0).is_none());
    }
}
