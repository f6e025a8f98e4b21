//! The checks of an expectation of kind `properties`.

use std::cmp::Ordering;

use super::expectation::{Verdict, missing};
use super::judge::equal;
use super::template::Context;
use crate::wire::text::show;
use crate::wire::{Json, Value};

/// `Ok` if the checks hold on the documents that they are for.
pub fn judge(expectation: &Json, actual: &Value, context: &mut Context) -> Result<(), Verdict> {
    let whole = [actual.clone()];
    let documents: &[Value] = match expectation.get("on").and_then(Json::as_str) {
        Some("firstBatch") => {
            let batch = actual.at("cursor.firstBatch").and_then(Value::items);
            batch.filter(|batch| !batch.is_empty()).ok_or_else(|| {
                let detail = format!("actual: {}", show(actual));
                Verdict::new("the reply has no documents in a first batch", detail)
            })?
        }
        _ => &whole,
    };
    if let Some(every) = expectation.get("every").and_then(Json::as_array) {
        for document in documents {
            all_hold(every, document, context)?;
        }
    }
    if let Some(lists) = expectation.get("perDoc").and_then(Json::as_array) {
        if lists.len() != documents.len() {
            let detail = format!("expected {}, actual {}", lists.len(), documents.len());
            return Err(Verdict::new("another number of documents", detail));
        }
        for (checks, document) in lists.iter().zip(documents) {
            all_hold(checks.as_array().unwrap_or_default(), document, context)?;
        }
    }
    Ok(())
}

fn all_hold(checks: &[Json], document: &Value, context: &mut Context) -> Result<(), Verdict> {
    for check in checks {
        if holds(check, document, context)? {
            continue;
        }
        let text = |key| {
            check
                .get(key)
                .and_then(Json::as_str)
                .unwrap_or("")
                .to_owned()
        };
        let (path, op) = (context.text(&text("path")), text("op"));
        let found = document.at(&path).map_or("missing".to_owned(), show);
        let wanted = check
            .get("value")
            .map_or(String::new(), |value| match context.value(value) {
                Ok(value) => show(&value),
                Err(_) => format!("{value:?}"),
            });
        let kind = document.at(&path).map_or("missing", Value::type_name);
        return Err(Verdict::new(
            format!("property {path}: not {op}, it is {kind}"),
            format!(
                "at {path}\n  expected: {op} {wanted}\n  actual:   {found}\n  in: {}",
                show(document)
            ),
        ));
    }
    Ok(())
}

fn holds(check: &Json, document: &Value, context: &mut Context) -> Result<bool, Verdict> {
    let path = check.get("path").and_then(Json::as_str).unwrap_or("");
    let op = check.get("op").and_then(Json::as_str).unwrap_or("");
    let Some(found) = document.at(&context.text(path)) else {
        return Ok(matches!(op, "notExists" | "ne" | "notContains"));
    };
    let json = check.get("value").unwrap_or(&Json::Null);
    if let Some(held) = holds_bare(op, found, json, context) {
        return Ok(held);
    }
    let value = context.value(json).map_err(missing)?;
    let key = check.get("key").and_then(Json::as_str).unwrap_or("");
    let has = |key: &str| {
        let items = found.items().unwrap_or_default();
        items
            .iter()
            .any(|item| item.get(key).is_some_and(|field| equal(&value, field)))
    };
    Ok(match op {
        "eq" => equal(&value, found),
        "ne" => {
            let numbers = value.is_number() && found.is_number();
            !equal(&value, found) && (!numbers || value.type_name() == found.type_name())
        }
        "gt" => order(found, &value) == Some(Ordering::Greater),
        "gte" => order(found, &value).is_some_and(Ordering::is_ge),
        "lte" => order(found, &value).is_some_and(Ordering::is_le),
        "contains" => has(key),
        "notContains" => found.items().is_some() && !has(key),
        "containsElement" => found
            .items()
            .is_some_and(|items| items.iter().any(|item| equal(&value, item))),
        other => panic!("unknown check: {other}"),
    })
}

/// The checks whose `value` is bare, or which have none.
fn holds_bare(op: &str, found: &Value, value: &Json, context: &Context) -> Option<bool> {
    let count = value.as_int().unwrap_or(-1);
    let length = found.items().map(|items| items.len() as i64);
    Some(match op {
        "exists" => true,
        "notExists" => false,
        "type" => value.as_str() == Some(found.type_name()),
        "len" => length == Some(count),
        "lenGt" => length.is_some_and(|length| length > count),
        "lenLte" => length.is_some_and(|length| length <= count),
        "byteLen" => matches!(found, Value::Binary(_, bytes) if bytes.len() as i64 == count),
        "nonEmptyStr" => found.as_str().is_some_and(|text| !text.is_empty()),
        "hasKey" => found
            .get(&context.text(value.as_str().unwrap_or("")))
            .is_some(),
        "orderedKeys" => {
            let wanted = value
                .as_array()
                .unwrap_or_default()
                .iter()
                .filter_map(Json::as_str);
            let wanted: Vec<String> = wanted.map(|key| context.text(key)).collect();
            match found {
                Value::Document(fields) => fields.iter().map(|(key, _)| key).eq(wanted.iter()),
                _ => false,
            }
        }
        _ => return None,
    })
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a, x), Value::Timestamp(b, y)) => Some((a, x).cmp(&(b, y))),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => match (whole(a), whole(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
        },
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int32(number) => Some(i64::from(*number)),
        Value::Int64(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{
        "i": {"$numberInt": "5"}, "l": {"$numberLong": "5"}, "s": "x", "e": "",
        "d": {"$date": {"$numberLong": "7"}}, "n": null, "o": {"a.b": "1", "c": "2"},
        "list": [{"k": "1"}, {"k": "2"}, "x"],
        "b": {"$binary": {"base64": "AAA=", "subType": "00"}}
    }"#;

    fn check(text: &str, expected: bool) {
        let mut context = Context::new(0);
        let document = context.value(&Json::parse(DOCUMENT).unwrap()).unwrap();
        let check = Json::parse(text).unwrap();
        assert_eq!(
            holds(&check, &document, &mut context),
            Ok(expected),
            "{text}"
        );
    }

    #[test]
    fn what_holds_and_what_does_not() {
        check(
            r#"{"path": "i", "op": "eq", "value": {"$numberInt": "5"}}"#,
            true,
        );
        check(
            r#"{"path": "i", "op": "eq", "value": {"$numberLong": "5"}}"#,
            false,
        );
        check(
            r#"{"path": "i", "op": "ne", "value": {"$numberLong": "5"}}"#,
            false,
        );
        check(
            r#"{"path": "i", "op": "ne", "value": {"$numberInt": "4"}}"#,
            true,
        );
        check(r#"{"path": "i", "op": "ne", "value": "5"}"#, true);
        check(
            r#"{"path": "i", "op": "gte", "value": {"$numberDouble": "5.0"}}"#,
            true,
        );
        check(
            r#"{"path": "i", "op": "gt", "value": {"$numberLong": "5"}}"#,
            false,
        );
        check(
            r#"{"path": "d", "op": "lte", "value": {"$date": {"$numberLong": "7"}}}"#,
            true,
        );
        check(
            r#"{"path": "d", "op": "lte", "value": {"$numberInt": "8"}}"#,
            false,
        );
        check(r#"{"path": "i", "op": "type", "value": "int"}"#, true);
        check(r#"{"path": "n", "op": "type", "value": "null"}"#, true);
        check(r#"{"path": "n", "op": "exists"}"#, true);
        check(r#"{"path": "list", "op": "len", "value": 3}"#, true);
        check(r#"{"path": "list", "op": "lenGt", "value": 3}"#, false);
        check(r#"{"path": "list", "op": "lenLte", "value": 3}"#, true);
        check(
            r#"{"path": "list", "op": "contains", "key": "k", "value": "2"}"#,
            true,
        );
        check(
            r#"{"path": "list", "op": "notContains", "key": "k", "value": "2"}"#,
            false,
        );
        check(
            r#"{"path": "list", "op": "containsElement", "value": "x"}"#,
            true,
        );
        check(r#"{"path": "list.1.k", "op": "eq", "value": "2"}"#, true);
        check(r#"{"path": "o", "op": "hasKey", "value": "a.b"}"#, true);
        check(
            r#"{"path": "o", "op": "orderedKeys", "value": ["a.b", "c"]}"#,
            true,
        );
        check(
            r#"{"path": "o", "op": "orderedKeys", "value": ["c", "a.b"]}"#,
            false,
        );
        check(r#"{"path": "s", "op": "nonEmptyStr"}"#, true);
        check(r#"{"path": "e", "op": "nonEmptyStr"}"#, false);
        check(r#"{"path": "b", "op": "byteLen", "value": 2}"#, true);
        check(r#"{"path": "", "op": "hasKey", "value": "i"}"#, true);
    }

    #[test]
    fn what_is_missing_only_is_not() {
        for op in ["notExists", "ne", "notContains"] {
            check(
                &format!(r#"{{"path": "x.y", "op": "{op}", "value": null}}"#),
                true,
            );
        }
        for op in ["exists", "eq", "gt", "contains", "hasKey", "len"] {
            check(
                &format!(r#"{{"path": "x.y", "op": "{op}", "value": null}}"#),
                false,
            );
        }
    }
}
