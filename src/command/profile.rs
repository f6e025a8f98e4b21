//! profile: which operations a database writes down in `system.profile`.
//!
//! Source: the manual, "profile". `slowms` and `sampleRate` hold for all databases, the level and the
//! filter for one.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::matcher::Matcher;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

const FIELDS: &[Field] = &[
    optional("slowms", Takes::Number),
    optional("sampleRate", Takes::Number),
    optional("filter", Takes::Any),
];

/// What is to become of the filter.
enum Filter {
    Stays,
    Goes,
    Becomes(DocumentBuf),
}

/// Errors: `TypeMismatch` (14), 40414 for a null level, `BadValue` (2) for a rate that is no part of
/// one, those of the filter.
pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let level = match request.target {
        ValueRef::Null | ValueRef::Undefined => {
            let message = "BSON field 'profile.profile' is missing but a required field";
            return Err(Error::new(40414, message));
        }
        target if target.is_number() => target.to_i64_coerced().unwrap_or(-1),
        other => {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'profile.profile' is the wrong type '{}'",
                other.kind().alias()
            )));
        }
    };
    let arguments = Arguments::of(request, FIELDS)?;
    let rate = match arguments.get("sampleRate").and_then(|rate| rate.to_f64()) {
        Some(rate) if !(0.0..=1.0).contains(&rate) => {
            let message = "sampleRate has to be a number from 0 to 1";
            return Err(Error::bad_value(message));
        }
        rate => rate,
    };
    let filter = match arguments.get("filter") {
        None => Filter::Stays,
        Some(ValueRef::String("unset")) => Filter::Goes,
        Some(ValueRef::Document(filter)) => {
            Matcher::parse(filter, &ParseScope::of(&request.context))?;
            Filter::Becomes(normalized(filter))
        }
        Some(other) => {
            return Err(Error::bad_value(format_args!(
                "a filter is a document or 'unset', not {}",
                other.kind().alias()
            )));
        }
    };
    let reply = describe(engine, request.database);
    let status = &mut engine.status;
    if let Some(millis) = arguments.number("slowms") {
        status.slow_ms = millis.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    }
    if let Some(rate) = rate {
        status.sample_rate = rate;
    }
    if (0..=2).contains(&level) || !matches!(filter, Filter::Stays) {
        let settings = status.profiles.or_default(request.database.to_owned());
        if (0..=2).contains(&level) {
            settings.level = level as i32;
        }
        match filter {
            Filter::Stays => {}
            Filter::Goes => settings.filter = None,
            Filter::Becomes(filter) => settings.filter = Some(filter),
        }
        if settings.level == 0 && settings.filter.is_none() {
            status.profiles.remove(request.database);
        }
    }
    Ok(reply)
}

/// The settings as they are.
fn describe(engine: &Engine, database: &str) -> DocumentBuf {
    let status = &engine.status;
    let settings = status.profiles.get(database);
    let mut reply = DocumentBuf::new();
    reply.append("was", settings.map_or(0, |settings| settings.level));
    reply.append("slowms", status.slow_ms);
    reply.append("sampleRate", status.sample_rate);
    if let Some(filter) = settings.and_then(|settings| settings.filter.as_ref()) {
        reply.append("filter", filter);
        reply.append("note", "a filter takes the place of slowms and sampleRate");
    }
    reply
}

/// The filter with `$eq` and `$and` written out.
fn normalized(filter: DocumentRef<'_>) -> DocumentBuf {
    let mut conditions: Vec<DocumentBuf> = Vec::new();
    for element in filter.elements() {
        let value = element.value();
        let operators = value.as_document();
        let has_operators = operators
            .and_then(|inner| inner.first())
            .is_some_and(|first| first.name.starts_with('$'));
        let is_whole =
            element.name.starts_with('$') || has_operators || matches!(value, ValueRef::Regex(_));
        let mut condition = DocumentBuf::new();
        match is_whole {
            true => condition.append_element(&element),
            false => condition.append_document(element.name, |inner| inner.append("$eq", value)),
        }
        conditions.push(condition);
    }
    if conditions.len() <= 1 {
        return conditions.pop().unwrap_or_default();
    }
    let mut out = DocumentBuf::new();
    out.append_array("$and", |list| {
        conditions.iter().for_each(|condition| list.push(condition));
    });
    out
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn operations_are_written_down_as_the_settings_say() {
        let mut shell = Shell::new();
        let count = "{count: 'system.profile', query: {op: 'insert'}}";
        shell.insert("c", "[{_id: 1}]");
        shell.check(count, "n", "0");
        shell.succeed("{profile: 2}");
        shell.insert("c", "[{_id: 2}]");
        shell.check(count, "n", "1");
        shell.succeed("{profile: 2, filter: {ns: 'd.other'}}");
        shell.insert("c", "[{_id: 3}]");
        shell.insert("other", "[{_id: 3}]");
        shell.check(count, "n", "2");
        // Nothing takes longer than that.
        shell.succeed("{profile: 1, filter: 'unset', slowms: 50}");
        shell.insert("c", "[{_id: 4}]");
        shell.check(count, "n", "2");
        shell.succeed("{profile: 1, slowms: -1}");
        shell.insert("c", "[{_id: 5}]");
        shell.check(count, "n", "3");
        shell.succeed("{profile: 1, sampleRate: 0}");
        shell.insert("c", "[{_id: 6}]");
        shell.check(count, "n", "3");
        shell.succeed("{profile: 0}");
        shell.insert("c", "[{_id: 7}]");
        shell.check(count, "n", "3");
    }

    #[test]
    fn what_is_written_down_does_not_grow_without_end() {
        let mut shell = Shell::new();
        shell.succeed("{profile: 2}");
        let text = "x".repeat(40_000);
        for id in 0..60 {
            shell.insert("c", &format!("[{{_id: {id}, text: '{text}'}}]"));
        }
        let size = shell.run("{dataSize: 'd.system.profile'}");
        let size = size.as_ref().get("size").and_then(|size| size.to_f64());
        assert!(size.is_some_and(|size| size < 1_200_000.0 && size > 800_000.0));
    }
}
