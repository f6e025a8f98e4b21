//! Building documents in tests: `doc! { "find" => "c", "filter" => doc! { "a" => 1 } }`.

use super::bson::{Document, Value};

/// A [`Document`] from keys and anything that becomes a [`Value`].
#[macro_export]
macro_rules! doc {
    ($($key:expr => $value:expr),* $(,)?) => {
        vec![$(($key.to_string(), $crate::wire::Value::from($value))),*] as $crate::wire::Document
    };
}

/// An array [`Value`].
#[macro_export]
macro_rules! array {
    ($($value:expr),* $(,)?) => {
        $crate::wire::Value::Array(vec![$($crate::wire::Value::from($value)),*])
    };
}

macro_rules! from {
    ($($type:ty => $make:expr),* $(,)?) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Value {
                $make(value)
            }
        })*
    };
}

from! {
    i32 => Value::Int32,
    i64 => Value::Int64,
    f64 => Value::Double,
    bool => Value::Bool,
    String => Value::String,
    &str => |text: &str| Value::String(text.to_owned()),
    Document => Value::Document,
    Vec<Value> => Value::Array,
    Vec<Document> => |list: Vec<Document>| {
        Value::Array(list.into_iter().map(Value::Document).collect())
    },
}
