//! A vector as it stands in a file, and what makes a reply a failure.

use crate::wire::{Json, Value};

/// One test: commands to send, and what their replies must be.
pub struct Vector {
    pub id: String,
    pub requires: Vec<(String, bool)>,
    pub steps: Vec<Step>,
    pub expect: Vec<Json>,
    pub cleanup: Vec<Step>,
}

/// One command.
pub struct Step {
    pub db: String,
    pub command: Json,
    pub must: bool,
    pub if_resolved: bool,
}

impl Vector {
    /// Reads one line of a file. `marks` and `drop` are left aside: every vector is played on
    /// an engine of its own, which nobody else looks at and which goes away with it.
    pub fn parse(line: &str) -> Result<Vector, String> {
        let json = Json::parse(line)?;
        let list = |key: &str| json.get(key).and_then(Json::as_array).unwrap_or_default();
        let steps = |key| {
            list(key)
                .iter()
                .map(Step::parse)
                .collect::<Result<Vec<_>, _>>()
        };
        let requires = match json.get("requires") {
            Some(Json::Object(pairs)) => pairs
                .iter()
                .map(|(name, wanted)| (name.clone(), *wanted == Json::Bool(true)))
                .collect(),
            _ => Vec::new(),
        };
        Ok(Vector {
            id: json
                .get("id")
                .and_then(Json::as_str)
                .ok_or("a vector without id")?
                .to_owned(),
            requires,
            steps: steps("steps")?,
            expect: list("expect").to_vec(),
            cleanup: steps("cleanup")?,
        })
    }
}

impl Step {
    fn parse(json: &Json) -> Result<Step, String> {
        let flag = |key| json.get(key) == Some(&Json::Bool(true));
        Ok(Step {
            db: json
                .get("db")
                .and_then(Json::as_str)
                .ok_or("a step without db")?
                .to_owned(),
            command: json.get("command").ok_or("a step without command")?.clone(),
            must: flag("must"),
            if_resolved: flag("ifResolved"),
        })
    }

    /// The command's name: its first key.
    pub fn name(&self) -> &str {
        match &self.command {
            Json::Object(pairs) => match pairs.first() {
                Some((key, Json::Array(doc))) if key == "$$doc" => doc
                    .first()
                    .and_then(|pair| pair.as_array()?.first()?.as_str())
                    .unwrap_or(""),
                Some((key, _)) => key,
                None => "",
            },
            _ => "",
        }
    }
}

/// A code and a message.
pub type Failure = (Option<i64>, String);

fn code_and_message(document: &Value) -> Failure {
    let code = match document.get("code") {
        Some(Value::Int32(code)) => Some(i64::from(*code)),
        Some(Value::Int64(code)) => Some(*code),
        Some(Value::Double(code)) => Some(*code as i64),
        _ => None,
    };
    (
        code,
        document
            .get("errmsg")
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned(),
    )
}

/// The failure of a reply whose `ok` is missing or zero.
pub fn failure_of_command(reply: &Value) -> Option<Failure> {
    let ok = match reply.get("ok") {
        Some(Value::Bool(truth)) => *truth,
        Some(value) => value.as_f64().is_some_and(|ok| ok != 0.0),
        None => false,
    };
    (!ok).then(|| code_and_message(reply))
}

/// As [`failure_of_command`]; and the first of the reply's `writeErrors`.
pub fn failure_of_any_write(reply: &Value) -> Option<Failure> {
    failure_of_command(reply).or_else(|| {
        let first = reply.get("writeErrors")?.items()?.first()?;
        Some(code_and_message(first))
    })
}
