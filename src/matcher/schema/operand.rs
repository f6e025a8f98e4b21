//! A keyword's argument, and the checks that many keywords share.

use super::Schema;
use crate::error::{Error, Result};
use crate::value::{ArrayRef, DocumentRef, ValueRef};

/// What a keyword is given.
pub(super) struct Operand<'a> {
    pub(super) name: &'static str,
    pub(super) value: ValueRef<'a>,
    /// The schema the keyword stands in.
    pub(super) schema: DocumentRef<'a>,
}

impl<'a> Operand<'a> {
    #[cold]
    pub(super) fn mismatch(&self, wanted: &str) -> Error {
        Error::type_mismatch(format_args!(
            "$jsonSchema keyword '{}' must be {wanted}",
            self.name
        ))
    }

    #[cold]
    pub(super) fn refuse(&self, reason: &str) -> Error {
        Error::failed_to_parse(format_args!("$jsonSchema keyword '{}' {reason}", self.name))
    }

    pub(super) fn document(&self) -> Result<DocumentRef<'a>> {
        self.value
            .as_document()
            .ok_or_else(|| self.mismatch("an object"))
    }

    pub(super) fn array(&self) -> Result<ArrayRef<'a>> {
        self.value
            .as_array()
            .ok_or_else(|| self.mismatch("an array"))
    }

    pub(super) fn bool(&self) -> Result<bool> {
        self.value
            .as_bool()
            .ok_or_else(|| self.mismatch("a boolean"))
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.mismatch("a string"))
    }

    /// A schema that is the argument or a part of it.
    pub(super) fn schema_of(&self, value: ValueRef<'_>) -> Result<Schema> {
        match value {
            ValueRef::Document(schema) => Schema::parse(schema),
            _ => Err(self.mismatch("an object, or made of objects")),
        }
    }

    /// A count: a whole number that is not negative.
    pub(super) fn count(&self) -> Result<usize> {
        let number = self.value.to_i64_exact();
        let number = number.and_then(|number| u64::try_from(number).ok());
        let number = number
            .ok_or_else(|| self.refuse("must be a non-negative integer that fits in 64 bits"))?;
        Ok(usize::try_from(number).unwrap_or(usize::MAX))
    }

    /// Different names, at least one.
    pub(super) fn names(&self, array: ArrayRef<'_>) -> Result<Vec<Box<str>>> {
        let mut names: Vec<Box<str>> = Vec::new();
        for name in array.iter() {
            let name = name
                .as_str()
                .ok_or_else(|| self.mismatch("made of strings"))?;
            if names.iter().any(|known| &**known == name) {
                return Err(self.refuse("must not name anything twice"));
            }
            names.push(name.into());
        }
        if names.is_empty() {
            return Err(self.refuse("must not be an empty array"));
        }
        Ok(names)
    }
}
