//! Judges the replies of a vector by its expectations.

use super::judge::{Difference, Leniency, difference, lack};
use super::properties;
use super::template::{Context, Missing, steps_referred_to};
use super::vector::{Failure, failure_of_any_write, failure_of_command};
use crate::wire::{Json, Value};

/// Why a vector failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The same words for all vectors that fail alike.
    pub reason: String,
    /// What was expected and what came, for reading.
    pub detail: String,
}

impl Verdict {
    pub fn new(reason: impl Into<String>, detail: impl Into<String>) -> Verdict {
        Verdict {
            reason: reason.into(),
            detail: detail.into(),
        }
    }
}

/// Fields that servers add to any reply: not looked at.
const GOSSIP: [&str; 4] = ["$clusterTime", "operationTime", "electionId", "opTime"];

/// `Ok` if the expectation holds.
pub fn judge(expectation: &Json, context: &mut Context) -> Result<(), Verdict> {
    let kind = expectation.get("kind").and_then(Json::as_str).unwrap_or("");
    let of = expectation.get("of").unwrap_or(&Json::Null);
    if matches!(kind, "errorCode" | "error") {
        return judge_error(expectation, of, context);
    }
    succeeded(expectation, of, context)?;
    let actual = context.value(of).map_err(missing)?;
    let leniency = leniency(expectation);
    let mut wanted = || -> Result<Value, Verdict> {
        context
            .value(expectation.get("value").unwrap_or(&Json::Null))
            .map_err(missing)
    };
    match kind {
        "notError" => Ok(()),
        "firstBatch" => {
            let batch = actual
                .at("cursor.firstBatch")
                .filter(|batch| batch.items().is_some());
            match batch {
                Some(batch) => differs("firstBatch", difference(&wanted()?, batch, &leniency)),
                None => Err(Verdict::new(
                    "the reply has no first batch",
                    actual_text(&actual),
                )),
            }
        }
        "raw" => {
            let expected = without_gossip(wanted()?);
            differs(
                "reply",
                difference(&expected, &without_gossip(actual), &leniency),
            )
        }
        "partial" => {
            let expected = without_gossip(wanted()?);
            differs("reply", lack("", &expected, &without_gossip(actual)))
        }
        "value" => differs("value", difference(&wanted()?, &actual, &leniency)),
        "properties" => properties::judge(expectation, &actual, context),
        other => panic!("unknown kind of expectation: {other}"),
    }
}

pub fn missing(missing: Missing) -> Verdict {
    match missing {
        Missing::Reference(text) => Verdict::new("a reference cannot be resolved", text),
        Missing::Malformed(text) => panic!("{text}"),
    }
}

fn actual_text(actual: &Value) -> String {
    format!("actual: {}", crate::wire::text::show(actual))
}

fn differs(what: &str, found: Option<Difference>) -> Result<(), Verdict> {
    let Some(found) = found else { return Ok(()) };
    let point = if found.path.is_empty() || found.path.starts_with('[') {
        ""
    } else {
        "."
    };
    let path = format!("{what}{point}{}", found.path);
    let place: String = path.chars().filter(|c| !c.is_ascii_digit()).collect();
    Err(Verdict::new(
        format!("{place}: {}", found.sort),
        format!(
            "at {path}\n  expected: {}\n  actual:   {}",
            found.expected, found.actual
        ),
    ))
}

/// Digits and the vector's names go, so that like failures read alike.
pub fn alike(message: &str, context: &Context) -> String {
    let text = message
        .replace(&context.db, "DB")
        .replace(&context.coll, "COLL");
    let mut out = String::new();
    for c in text.chars().take(200) {
        match c {
            c if !c.is_ascii_digit() => out.push(c),
            _ if out.ends_with('#') => {}
            _ => out.push('#'),
        }
    }
    out
}

pub fn failure_text((code, message): &Failure, context: &Context) -> String {
    let code = code.map_or("no code".to_owned(), |code| code.to_string());
    format!("error {code} \"{}\"", alike(message, context))
}

fn reply_of(step: Option<&usize>, context: &Context) -> Result<Value, Verdict> {
    step.and_then(|step| context.replies.get(*step)?.clone())
        .ok_or_else(|| Verdict::new("a step that is judged was not sent", ""))
}

fn judge_error(expectation: &Json, of: &Json, context: &mut Context) -> Result<(), Verdict> {
    let wanted = expectation.get("code").and_then(Json::as_int);
    let mut steps = Vec::new();
    steps_referred_to(of, &mut steps);
    let reply = reply_of(steps.first(), context)?;
    let wanted_text = wanted.map_or("none".to_owned(), |code| code.to_string());
    let Some(failure) = failure_of_any_write(&reply) else {
        let reason = format!("expected error {wanted_text}, got success");
        return Err(Verdict::new(reason, actual_text(&reply)));
    };
    if failure.0 != wanted {
        let text = failure_text(&failure, context);
        let reason = format!("expected error {wanted_text}, got {text}");
        return Err(Verdict::new(reason, actual_text(&reply)));
    }
    let message = expectation.get("errmsg").and_then(Json::as_str);
    match message.map(|text| context.text(text)) {
        Some(text) if text != failure.1 => {
            let detail = format!("  expected: {text}\n  actual:   {}", failure.1);
            Err(Verdict::new("another errmsg", detail))
        }
        _ => Ok(()),
    }
}

/// No reply that is judged or compared with has failed.
fn succeeded(expectation: &Json, of: &Json, context: &Context) -> Result<(), Verdict> {
    let mut steps = Vec::new();
    steps_referred_to(of, &mut steps);
    if let Some(value) = expectation.get("value") {
        steps_referred_to(value, &mut steps);
    }
    for step in &steps {
        let reply = reply_of(Some(step), context)?;
        if let Some(failure) = failure_of_command(&reply) {
            let reason = format!("expected success, got {}", failure_text(&failure, context));
            return Err(Verdict::new(reason, actual_text(&reply)));
        }
    }
    Ok(())
}

fn leniency(expectation: &Json) -> Leniency {
    let flag = |key| expectation.get(key) == Some(&Json::Bool(true));
    let fields = expectation
        .get("ignoreOrderIn")
        .and_then(Json::as_array)
        .unwrap_or_default();
    Leniency {
        any_document_order: flag("ignoreDocOrder"),
        any_order_in: fields
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect(),
        any_nan: flag("looseNaN"),
    }
}

fn without_gossip(value: Value) -> Value {
    match value {
        Value::Document(mut fields) => {
            fields.retain(|(key, _)| !GOSSIP.contains(&key.as_str()));
            Value::Document(fields)
        }
        other => other,
    }
}
