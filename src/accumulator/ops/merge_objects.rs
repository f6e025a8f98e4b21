//! `$mergeObjects`: the fields of all documents; null and missing are left out.

use crate::accumulator::{Accumulate, State};
use crate::error::{Error, Result};
use crate::expression::merge_documents;
use crate::value::{DocumentBuf, Value, ValueRef};

struct MergeObjects(DocumentBuf);

pub fn start() -> State {
    State::Other(Box::new(MergeObjects(DocumentBuf::new())))
}

impl Accumulate for MergeObjects {
    /// Errors: 5911200 (not an object).
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        match value {
            Some(ValueRef::Document(document)) => {
                self.0 = merge_documents(self.0.as_ref(), document);
                Ok(())
            }
            Some(other) if !other.is_nullish() => {
                let alias = other.kind().alias();
                Err(Error::new(
                    5_911_200,
                    format_args!("$mergeObjects only supports objects, not {alias}"),
                ))
            }
            _ => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        Ok(Some(Value::document(self.0.clone())))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<MergeObjects>() + self.0.as_bytes().len()
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::{check, check_fails};

    #[test]
    fn later_fields_replace() {
        check(
            "{$mergeObjects: '$v'}",
            "[{v: {a: 1}}, {}, {v: {b: 2, a: 3}}]",
            "{a: 3, b: 2}",
        );
        check_fails("{$mergeObjects: '$v'}", "[{v: 1}]", 5_911_200);
    }
}
