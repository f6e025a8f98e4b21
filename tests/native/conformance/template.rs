//! Values of a vector: canonical Extended JSON with names, UUIDs and parts of replies filled in.

use std::collections::HashMap;

use super::judge::equal;
use super::vector::failure_of_command;
use crate::wire::binary_text::{from_base64, from_hex};
use crate::wire::{Document, Json, Value, decimal};

/// What the templates of one playing of a vector stand for.
pub struct Context {
    pub db: String,
    pub coll: String,
    /// The reply of each step that was sent.
    pub replies: Vec<Option<Value>>,
    uuids: HashMap<i64, [u8; 16]>,
    seed: u64,
}

/// Why a value could not be made.
#[derive(Clone, Debug, PartialEq)]
pub enum Missing {
    /// A reference leads nowhere.
    Reference(String),
    /// The vector is not in the format.
    Malformed(String),
}

type Made<T> = Result<T, Missing>;

fn malformed<T>(json: &Json) -> Made<T> {
    Err(Missing::Malformed(format!(
        "not a value of the format: {json:?}"
    )))
}

impl Context {
    /// Names that no other `number` gets: 20 bytes, with upper-case letters.
    pub fn new(number: usize) -> Context {
        Context {
            db: format!("test_V{number:09X}Tussk"),
            coll: format!("coll_V{number:09X}Tussk"),
            replies: Vec::new(),
            uuids: HashMap::new(),
            seed: number as u64,
        }
    }

    /// Text with the placeholders replaced.
    pub fn text(&self, text: &str) -> String {
        if !text.contains("${") {
            return text.to_owned();
        }
        text.replace("${db}", &self.db)
            .replace("${coll}", &self.coll)
            .replace("${db:upper}", &self.db.to_uppercase())
            .replace("${coll:upper}", &self.coll.to_uppercase())
            .replace("${db:lower}", &self.db.to_lowercase())
            .replace("${coll:lower}", &self.coll.to_lowercase())
    }

    /// The document that `json` stands for.
    pub fn document(&mut self, json: &Json) -> Made<Document> {
        match self.value(json)? {
            Value::Document(fields) => Ok(fields),
            _ => malformed(json),
        }
    }

    /// The value that `json` stands for.
    pub fn value(&mut self, json: &Json) -> Made<Value> {
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Int(_) => return malformed(json),
            Json::String(text) => Value::String(self.text(text)),
            Json::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.value(item))
                    .collect::<Made<_>>()?,
            ),
            Json::Object(pairs) => match self.wrapped(pairs)? {
                Some(value) => value,
                None => self.fields(pairs.iter().map(|(key, value)| (key, value)))?,
            },
        })
    }

    fn fields<'a>(&mut self, pairs: impl Iterator<Item = (&'a String, &'a Json)>) -> Made<Value> {
        let mut fields = Vec::new();
        for (key, json) in pairs {
            match self.value(json) {
                Ok(value) => fields.push((self.text(key), value)),
                Err(Missing::Reference(_)) if is_optional(json) => {}
                Err(missing) => return Err(missing),
            }
        }
        Ok(Value::Document(fields))
    }

    /// A typed value or a template; `None` for a plain document.
    fn wrapped(&mut self, pairs: &[(String, Json)]) -> Made<Option<Value>> {
        let value = match pairs {
            [(key, json)] if key.starts_with('$') => match self.single(key, json) {
                Some(value) => Some(value),
                None => self.template(key, json)?,
            },
            [(code, Json::String(text)), (key, scope)] if code == "$code" && key == "$scope" => {
                Some(Value::CodeWithScope(self.text(text), self.document(scope)?))
            }
            _ => None,
        };
        Ok(value)
    }

    /// The wrappers with one key.
    fn single(&self, key: &str, json: &Json) -> Option<Value> {
        let text = json.as_str();
        Some(match key {
            "$numberInt" => Value::Int32(text?.parse().ok()?),
            "$numberLong" => Value::Int64(text?.parse().ok()?),
            "$numberDouble" => Value::Double(text?.parse().ok()?),
            "$numberDecimal" => Value::Decimal(decimal::parse(text?)?),
            "$$bid" => Value::Decimal(from_hex(text?)?.try_into().ok()?),
            "$date" => Value::Date(json.get("$numberLong")?.as_str()?.parse().ok()?),
            "$oid" => Value::ObjectId(from_hex(text?)?.try_into().ok()?),
            "$binary" => Value::Binary(
                from_hex(json.get("subType")?.as_str()?)?.first().copied()?,
                from_base64(json.get("base64")?.as_str()?)?,
            ),
            "$regularExpression" => Value::Regex(
                self.text(json.get("pattern")?.as_str()?),
                json.get("options")?.as_str()?.to_owned(),
            ),
            "$code" => Value::Code(self.text(text?)),
            "$timestamp" => Value::Timestamp(
                u32::try_from(json.get("t")?.as_int()?).ok()?,
                u32::try_from(json.get("i")?.as_int()?).ok()?,
            ),
            "$minKey" if json.as_int() == Some(1) => Value::MinKey,
            "$maxKey" if json.as_int() == Some(1) => Value::MaxKey,
            "$undefined" if *json == Json::Bool(true) => Value::Undefined,
            "$symbol" => Value::Symbol(self.text(text?)),
            "$dbPointer" => Value::DbPointer(
                self.text(json.get("$ref")?.as_str()?),
                from_hex(json.get("$id")?.get("$oid")?.as_str()?)?
                    .try_into()
                    .ok()?,
            ),
            _ => return None,
        })
    }

    fn template(&mut self, key: &str, json: &Json) -> Made<Option<Value>> {
        Ok(match key {
            "$$doc" => {
                let pairs = json.as_array().unwrap_or_default();
                let mut named = Vec::new();
                for pair in pairs {
                    match pair.as_array() {
                        Some([Json::String(key), value]) => named.push((key, value)),
                        _ => return malformed(json),
                    }
                }
                Some(self.fields(named.into_iter())?)
            }
            "$$uuid" => match json.as_int() {
                Some(number) => Some(Value::Binary(4, self.uuid(number).to_vec())),
                None => return malformed(json),
            },
            "$$reply" => Some(self.reply(json)?),
            "$$approx" => {
                let number = |key| json.get(key).and_then(Json::as_str)?.parse::<f64>().ok();
                match (number("value"), number("tolerance")) {
                    (Some(value), tolerance) => Some(Value::Approx {
                        value,
                        tolerance: tolerance.unwrap_or(0.0),
                    }),
                    _ => return malformed(json),
                }
            }
            _ => None,
        })
    }

    /// A UUID of version 4; the same for the same number of the same vector.
    fn uuid(&mut self, number: i64) -> [u8; 16] {
        let seed = self.seed;
        *self.uuids.entry(number).or_insert_with(|| {
            let mix = |salt: u64| {
                let mixed = (seed ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number as u64);
                (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
            };
            let mut bytes = (u128::from(mix(1)) << 64 | u128::from(mix(2))).to_be_bytes();
            bytes[6] = bytes[6] & 0x0f | 0x40;
            bytes[8] = bytes[8] & 0x3f | 0x80;
            bytes
        })
    }

    fn reply(&mut self, json: &Json) -> Made<Value> {
        let Some(step) = json.get("step").and_then(Json::as_int) else {
            return malformed(json);
        };
        let reply = self.replies.get(step as usize).and_then(Option::as_ref);
        let Some(reply) = reply.filter(|reply| failure_of_command(reply).is_none()) else {
            return Err(Missing::Reference(format!(
                "step {step} has no reply of success"
            )));
        };
        let mut value = reply.clone();
        for element in json
            .get("path")
            .and_then(Json::as_array)
            .unwrap_or_default()
        {
            value = self.descend(value, element, step)?;
        }
        Ok(value)
    }

    fn descend(&mut self, value: Value, element: &Json, step: i64) -> Made<Value> {
        let found = match element {
            Json::String(key) => value.get(&self.text(key)).cloned(),
            Json::Int(position) => value.items().and_then(|items| {
                let from_end = usize::try_from(-position).unwrap_or(0);
                let at = match usize::try_from(*position) {
                    Ok(at) => at,
                    Err(_) => items.len().checked_sub(from_end)?,
                };
                items.get(at).cloned()
            }),
            Json::Object(_) => match (element.get("get"), element.get("find")) {
                (Some(Json::String(key)), _) => {
                    match (value.get(&self.text(key)), element.get("or")) {
                        (Some(found), _) => Some(found.clone()),
                        (None, Some(or)) => Some(self.value(or)?),
                        (None, None) => return malformed(element),
                    }
                }
                (_, Some(Json::Array(conditions))) => self.find(&value, conditions)?,
                _ => return malformed(element),
            },
            _ => return malformed(element),
        };
        found.ok_or_else(|| {
            Missing::Reference(format!(
                "the path leads nowhere in reply {step}: {element:?}"
            ))
        })
    }

    fn find(&mut self, value: &Value, conditions: &[Json]) -> Made<Option<Value>> {
        let mut wanted = Vec::new();
        for condition in conditions {
            match condition.as_array() {
                Some([Json::String(path), json]) => {
                    wanted.push((self.text(path), self.value(json)?))
                }
                _ => return malformed(condition),
            }
        }
        let meets = |item: &&Value| {
            wanted
                .iter()
                .all(|(path, value)| item.at(path).is_some_and(|found| equal(value, found)))
        };
        Ok(value
            .items()
            .and_then(|items| items.iter().find(meets))
            .cloned())
    }
}

fn is_optional(json: &Json) -> bool {
    json.get("$$reply").and_then(|reply| reply.get("optional")) == Some(&Json::Bool(true))
}

/// The steps that a value refers to, in the order of the references.
pub fn steps_referred_to(json: &Json, found: &mut Vec<usize>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| steps_referred_to(item, found)),
        Json::Object(pairs) => {
            if let [(key, reference)] = pairs.as_slice()
                && key == "$$reply"
                && let Some(step) = reference.get("step").and_then(Json::as_int)
            {
                found.push(step as usize);
            }
            pairs
                .iter()
                .for_each(|(_, value)| steps_referred_to(value, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::text::show;

    fn check(json: &str, expected: &str) {
        let mut context = Context::new(10);
        let reply = [
            ("ok".to_owned(), Value::Double(1.0)),
            (
                "list".to_owned(),
                Value::Array(vec![
                    Value::Document(vec![("k".to_owned(), Value::Int32(1))]),
                    Value::Document(vec![("k".to_owned(), Value::Int32(2))]),
                ]),
            ),
        ];
        let failed = [("ok".to_owned(), Value::Double(0.0))];
        context.replies = vec![
            Some(Value::Document(reply.into())),
            Some(Value::Document(failed.into())),
            None,
        ];
        let shown = match context.value(&Json::parse(json).unwrap()) {
            Ok(value) => show(&value),
            Err(Missing::Reference(_)) => "leads nowhere".to_owned(),
            Err(Missing::Malformed(_)) => "malformed".to_owned(),
        };
        assert_eq!(shown, expected, "{json}");
    }

    #[test]
    fn typed_values() {
        check(r#"{"$numberInt": "-5"}"#, "-5");
        check(r#"{"$numberDouble": "-0.0"}"#, "-0.0");
        check(r#"{"$numberDouble": "NaN"}"#, "NaN");
        check(r#"{"$numberDouble": "1e-07"}"#, "1e-7");
        check(r#"{"$date": {"$numberLong": "-1"}}"#, "Date(-1)");
        check(
            r#"{"$timestamp": {"t": 4294967295, "i": 2}}"#,
            "Timestamp(4294967295, 2)",
        );
        check(
            r#"{"$code": "f", "$scope": {"a": null}}"#,
            "Code(\"f\"){a: null}",
        );
        check(
            r#"{"$binary": {"base64": "AQI=", "subType": "80"}}"#,
            "BinData(128, \"0102\")",
        );
        check(
            r#"{"$$bid": "0000000000000000000000000000007c"}"#,
            "Decimal(NaN)",
        );
    }

    #[test]
    fn documents_that_are_no_typed_values() {
        check(
            r#"{"$regex": "a", "$options": "i"}"#,
            "{$regex: \"a\", $options: \"i\"}",
        );
        check(
            r#"{"$date": {"date": {"$numberInt": "1"}}}"#,
            "{$date: {date: 1}}",
        );
        check(r#"{"$$ROOT": null}"#, "{$$ROOT: null}");
        check(
            r#"{"$$doc": [["a", null], ["a", "${db}"]]}"#,
            "{a: null, a: \"test_V00000000ATussk\"}",
        );
        check("7", "malformed");
    }

    #[test]
    fn references() {
        check(
            r#"{"$$reply": {"step": 0, "path": ["list", -1, "k"]}}"#,
            "2",
        );
        check(
            r#"{"$$reply": {"step": 0, "path": ["list", 2]}}"#,
            "leads nowhere",
        );
        check(
            r#"{"$$reply": {"step": 0, "path": ["list", -3]}}"#,
            "leads nowhere",
        );
        check(
            r#"{"$$reply": {"step": 0, "path": [{"get": "none", "or": {"$numberLong": "0"}}]}}"#,
            "0L",
        );
        check(
            r#"{"$$reply": {"step": 0, "path": ["list", {"find": [["k", {"$numberInt": "2"}]]}]}}"#,
            "{k: 2}",
        );
        check(r#"{"$$reply": {"step": 1}}"#, "leads nowhere");
        check(r#"{"$$reply": {"step": 2}}"#, "leads nowhere");
        check(
            r#"{"a": {"$$reply": {"step": 2, "path": ["x"], "optional": true}}}"#,
            "{}",
        );
        check(
            r#"[{"$$reply": {"step": 2, "path": ["x"], "optional": true}}]"#,
            "leads nowhere",
        );
    }

    #[test]
    fn names_have_twenty_bytes_and_uuids_stay_the_same() {
        let mut context = Context::new(0xabc);
        assert_eq!((context.db.len(), context.coll.len()), (20, 20));
        assert_eq!(context.text("${coll:lower}"), "coll_v000000abctussk");
        let [one, again, two] = [0, 0, 1].map(|number| context.uuid(number));
        assert_eq!(one, again);
        assert_ne!(one, two);
    }
}
