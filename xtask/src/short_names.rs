//! Shortens the names by which the module and its glue know each other.
//!
//! wasm-bindgen ends names of imports and closures in 16 hexadecimal digits, once in the module and again in the
//! glue: 2 KB of the download that nothing can compress. Names without such an end stay as they are.

use crate::module::{EXPORTS, HEAD_BYTES, IMPORTS, Reader, number, text};
use crate::process::Outcome;

/// Names in the order in which they were met; the new one of each is its place.
#[derive(Default)]
pub struct Names(Vec<String>);

impl Names {
    /// The module with short names.
    ///
    /// Errors: a module that is cut off, or an import of an unknown kind.
    pub fn shorten(&mut self, module: &[u8]) -> Outcome<Vec<u8>> {
        let mut reader = Reader { bytes: module };
        let mut out = reader.take(HEAD_BYTES)?.to_vec();
        while !reader.bytes.is_empty() {
            let id = reader.byte()?;
            let length = reader.number()?;
            let section = reader.take(length)?;
            let body = match id {
                IMPORTS => self.imports(section)?,
                EXPORTS => self.exports(section)?,
                _ => section.to_vec(),
            };
            out.push(id);
            number(body.len(), &mut out);
            out.extend_from_slice(&body);
        }
        Ok(out)
    }

    /// A text in which the names stand, with the short ones.
    pub fn replace(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (place, name) in self.0.iter().enumerate() {
            text = text.replace(name, &format!("_{place}"));
        }
        text
    }

    fn imports(&mut self, section: &[u8]) -> Outcome<Vec<u8>> {
        let (mut reader, mut out) = (Reader { bytes: section }, Vec::new());
        let count = reader.number()?;
        number(count, &mut out);
        for _ in 0..count {
            text(reader.text()?, &mut out);
            text(&self.short(reader.text()?), &mut out);
            let before = reader.bytes;
            reader.import()?;
            out.extend_from_slice(&before[..before.len() - reader.bytes.len()]);
        }
        Ok(out)
    }

    fn exports(&mut self, section: &[u8]) -> Outcome<Vec<u8>> {
        let (mut reader, mut out) = (Reader { bytes: section }, Vec::new());
        let count = reader.number()?;
        number(count, &mut out);
        for _ in 0..count {
            text(&self.short(reader.text()?), &mut out);
            out.push(reader.byte()?);
            number(reader.number()?, &mut out);
        }
        Ok(out)
    }

    fn short(&mut self, name: &str) -> String {
        if !ends_in_hash(name) {
            return name.to_owned();
        }
        let known = self.0.iter().position(|known| known == name);
        let place = known.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        });
        format!("_{place}")
    }
}

fn ends_in_hash(name: &str) -> bool {
    let hash = name.rsplit('_').next().unwrap_or_default();
    let digits = hash.strip_prefix('h').unwrap_or(hash);
    digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(import: &str, export: &str) -> Vec<u8> {
        let mut imports = vec![1];
        text("./glue.js", &mut imports);
        text(import, &mut imports);
        imports.extend([0, 0]);
        let mut exports = vec![1];
        text(export, &mut exports);
        exports.extend([0, 0]);
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        for (id, section) in [
            (1, vec![1, 0x60, 0, 0]),
            (IMPORTS, imports),
            (EXPORTS, exports),
        ] {
            module.push(id);
            number(section.len(), &mut module);
            module.extend(section);
        }
        module
    }

    #[test]
    fn names_with_a_hash_become_short_in_both() {
        let (import, export) = ("__wbg_get_2080c49015e35254", "invoke__h9d719609e7382dbc");
        let mut names = Names::default();
        let short = names.shorten(&module(import, export)).unwrap();
        assert_eq!(short, module("_0", "_1"));
        let glue = format!("{import}: 1, wasm.{export}()");
        assert_eq!(names.replace(&glue), "_0: 1, wasm._1()");
    }

    #[test]
    fn other_names_and_damaged_modules() {
        let plain = module("__wbg_database_new", "runCommand");
        assert_eq!(Names::default().shorten(&plain).unwrap(), plain);
        assert!(Names::default().shorten(&plain[..plain.len() - 3]).is_err());
        assert!(!ends_in_hash("a_208446807d0d1e3"));
        assert!(!ends_in_hash("a_208446807d0d1e3g"));
    }
}
