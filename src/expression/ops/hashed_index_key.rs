//! `$toHashedIndexKey`: the key that a hashed index holds for a value.

use crate::expression::{Call, Outcome, Scope};
use crate::value::{Value, ValueRef, hashed_index_key};

pub fn run<'a>(call: &Call, scope: &Scope<'a, '_>) -> Outcome<'a> {
    let value = call.evaluate(0, scope)?;
    let hash = hashed_index_key(value.as_ref().map(Value::as_ref));
    Ok(Some(Value::Ref(ValueRef::Int64(hash))))
}

#[cfg(test)]
mod tests {
    use crate::expression::testing::check;

    #[test]
    fn missing_hashes_as_null() {
        check(
            "{$eq: [{$toHashedIndexKey: '$a'}, {$toHashedIndexKey: null}]}",
            "{}",
            "true",
        );
        check(
            "{$toHashedIndexKey: '$a'}",
            "{a: 1.5}",
            "5902408780260971510L",
        );
    }
}
