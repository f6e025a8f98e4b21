//! The binary format of WebAssembly, as far as the build rewrites modules.

use crate::process::Outcome;

/// Sections, by their numbers.
pub const CUSTOM: u8 = 0;
pub const IMPORTS: u8 = 2;
pub const EXPORTS: u8 = 7;
pub const CODE: u8 = 10;
/// The magic number and the version.
pub const HEAD_BYTES: usize = 8;
/// The kind of an import that is a function.
pub const FUNCTION: u8 = 0;

/// What is left of a module, or of a section.
pub struct Reader<'a> {
    pub bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn take(&mut self, count: usize) -> Outcome<&'a [u8]> {
        let Some((taken, rest)) = self.bytes.split_at_checked(count) else {
            return Err("the WebAssembly module is cut off".into());
        };
        self.bytes = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Outcome<u8> {
        Ok(self.take(1)?[0])
    }

    pub fn number(&mut self) -> Outcome<usize> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 35 {
                return Ok(value);
            }
        }
    }

    pub fn text(&mut self) -> Outcome<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| "a name is no text".into())
    }

    /// What an import is: a function, a table, a memory or a global.
    pub fn import(&mut self) -> Outcome {
        match self.byte()? {
            FUNCTION => self.number().map(drop),
            1 => {
                self.byte()?;
                self.limits()
            }
            2 => self.limits(),
            3 => self.take(2).map(drop),
            kind => Err(format!("an import of the unknown kind {kind}")),
        }
    }

    fn limits(&mut self) -> Outcome {
        let has_maximum = self.number()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Ok(())
    }
}

/// Appends a number as the format writes it.
pub fn number(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a text as the format writes it.
pub fn text(text: &str, out: &mut Vec<u8>) {
    number(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}
