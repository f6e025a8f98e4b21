//! Skips a step whose inputs are what they were when it last succeeded.
//!
//! A fingerprint is over the contents of files, not over their times: a fresh checkout
//! and a branch switched there and back build nothing twice.

use crate::process::Outcome;
use crate::project::{files_below, make_folder, root};
use std::path::{Path, PathBuf};

/// FNV-1a over names and contents, 64 bits.
#[derive(PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Of nothing yet.
    pub fn new() -> Fingerprint {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in bytes.
    pub fn bytes(mut self, bytes: &[u8]) -> Fingerprint {
        for &byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }

    /// Takes in words: flags, versions.
    pub fn text(self, text: &str) -> Fingerprint {
        self.bytes(text.as_bytes())
    }

    /// Takes in a file, or all files below a folder. What is not there counts as absent.
    pub fn files(mut self, path: &Path) -> Outcome<Fingerprint> {
        let root = root();
        for file in files_below(path)? {
            let name = file.strip_prefix(&root).unwrap_or(&file);
            let content = std::fs::read(&file)
                .map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
            self = self.text(&name.to_string_lossy()).bytes(&content);
        }
        Ok(self)
    }

    fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Where the fingerprint of a step's last success is kept.
pub struct Stamp(PathBuf);

impl Stamp {
    /// A stamp beside what the step makes, so that it goes when that goes.
    pub fn at(file: PathBuf) -> Stamp {
        Stamp(file)
    }

    /// Whether the step last succeeded with these inputs.
    pub fn is(&self, inputs: &Fingerprint) -> bool {
        std::fs::read_to_string(&self.0).is_ok_and(|last| last == inputs.hex())
    }

    /// Notes that the step succeeded with these inputs.
    pub fn set(&self, inputs: &Fingerprint) -> Outcome {
        if let Some(folder) = self.0.parent() {
            make_folder(folder)?;
        }
        std::fs::write(&self.0, inputs.hex())
            .map_err(|cause| format!("cannot write {}: {cause}", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_borders_of_inputs_count() {
        let one = Fingerprint::new().text("ab").text("c").hex();
        let two = Fingerprint::new().text("a").text("bc").hex();
        assert_ne!(one, two);
        assert_eq!(one, Fingerprint::new().text("ab").text("c").hex());
    }
}
