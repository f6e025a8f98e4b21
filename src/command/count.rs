//! count: how many documents match a filter.
//!
//! Source: the manual, "count". What an index or the collection's tree counts is not read.

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use super::{collation, selection, views};
use crate::catalog::Collection;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::expression::Context;
use crate::expression::number::Number;
use crate::plan::{self, Hint, Query};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, ValueRef};

const FIELDS: &[Field] = &[
    optional("query", Takes::Document),
    optional("limit", Takes::Any),
    optional("skip", Takes::Number),
    optional("hint", Takes::Hint),
    optional("collation", Takes::Document),
    optional("fields", Takes::Any),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = arguments(request)?;
    let namespace = request.namespace()?;
    let count = match engine.collection(&namespace) {
        None => 0,
        Some(found) if found.is_view() => of_view(engine, request, &arguments)?,
        Some(found) => of_collection(&found, &arguments, &request.context)?,
    };
    let mut reply = DocumentBuf::new();
    reply.append("n", Number::int_or_long(count as i64).value().as_ref());
    Ok(reply)
}

/// Errors: see [`check_limit`].
pub(super) fn arguments<'a>(request: &Request<'a>) -> Result<Arguments<'a>> {
    let arguments = Arguments::of(request, FIELDS)?;
    if let Some(limit) = request.document.get("limit") {
        check_limit(limit)?;
    }
    collation::refuse(&arguments)?;
    Ok(arguments)
}

/// Errors: `BadValue` (2) for what is no number, null included, and for the one number without an
/// absolute value; `FailedToParse` (9) for a number that is not whole.
fn check_limit(limit: ValueRef<'_>) -> Result<()> {
    if !limit.kind().is_number() {
        return Err(Error::bad_value("limit has to be a number"));
    }
    match limit.to_i64_exact() {
        None => Err(Error::failed_to_parse("limit has to be a 64-bit integer")),
        Some(i64::MIN) => Err(Error::bad_value("limit is too far below zero")),
        Some(_) => Ok(()),
    }
}

/// The query of a count command; a negative limit counts as its absolute value.
pub(super) fn query(
    collection: Option<std::rc::Rc<Collection>>,
    arguments: &Arguments<'_>,
    context: &Context,
) -> Result<Query> {
    let filter = selection::filter(arguments.document("query"), context)?;
    let mut query = Query::new(collection, filter);
    query.hint = selection::hint(arguments)?;
    query.skip = arguments.non_negative("skip")?.unwrap_or(0);
    query.limit = arguments
        .number("limit")
        .map(i64::unsigned_abs)
        .filter(|&limit| limit > 0);
    query.needed = Some(Vec::new());
    Ok(query)
}

fn of_collection(
    collection: &std::rc::Rc<Collection>,
    arguments: &Arguments<'_>,
    context: &Context,
) -> Result<u64> {
    let query = query(Some(collection.clone()), arguments, context)?;
    let context = &context.without_now();
    if matches!(query.hint, None | Some(Hint::Natural(_)))
        && let Some(counted) = plan::count(collection, &query.filter)?
    {
        return Ok(counted
            .count
            .saturating_sub(query.skip)
            .min(query.limit.unwrap_or(u64::MAX)));
    }
    let mut stream = plan::plan(query)?.stream;
    let mut count = 0;
    while stream.next(context)?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn of_view(engine: &Engine, request: &Request<'_>, arguments: &Arguments<'_>) -> Result<u64> {
    let stages = stages(arguments)?;
    let context = &request.context;
    let hint = selection::hint(arguments)?;
    let mut stream = views::open(engine, &request.namespace()?, &stages, hint, context)?.stream;
    let row = stream.next(context)?;
    let count = row
        .as_ref()
        .and_then(|row| row.document.as_ref().get("count"));
    Ok(count
        .and_then(|count| count.to_i64_truncated())
        .map_or(0, i64::unsigned_abs))
}

/// The pipeline that counts.
pub(super) fn stages(arguments: &Arguments<'_>) -> Result<ArrayBuf> {
    let mut stages = ArrayBuf::new();
    let mut add = |name: &str, value: ValueRef<'_>| {
        let mut stage = DocumentBuf::new();
        stage.append(name, value);
        stages.push(&stage);
    };
    let filter = arguments.document("query").unwrap_or(DocumentRef::EMPTY);
    add("$match", ValueRef::Document(filter));
    if let Some(skip) = arguments.non_negative("skip")?.filter(|&skip| skip > 0) {
        add("$skip", ValueRef::Int64(skip as i64));
    }
    if let Some(limit) = arguments.number("limit").filter(|&limit| limit != 0) {
        add("$limit", ValueRef::Int64(limit.saturating_abs()));
    }
    add("$count", ValueRef::String("count"));
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn counts_with_and_without_index() {
        let mut shell = Shell::new();
        shell.insert(
            "c",
            "[{_id: 1, a: 1, t: [1, 2]}, {_id: 2, a: 1}, {_id: 3, a: 2}]",
        );
        for _ in 0..2 {
            shell.check("{count: 'c'}", "n", "3");
            shell.check("{count: 'c', query: {a: 1}}", "n", "2");
            shell.check("{count: 'c', query: {a: 1}, skip: 1}", "n", "1");
            shell.check("{count: 'c', limit: -2}", "n", "2");
            shell.check("{count: 'c', query: {a: null}}", "n", "0");
            shell.check("{count: 'c', query: {t: {$gt: 0}}}", "n", "1");
            shell.check("{count: 'none'}", "n", "0");
            shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a_1'}, {key: {t: 1}, name: 't_1'}]}");
        }
        let past = "{$expr: {$gt: ['$$NOW', '$a']}}";
        shell.check_error(&format!("{{count: 'c', query: {past}}}"), 51144);
        shell.check_error(
            &format!("{{distinct: 'c', key: 'a', query: {past}}}"),
            51144,
        );
        for filter in [
            past,
            "{$or: [{name: 'x'}, {$expr: {$lt: [{$toDate: 0}, '$$NOW']}}]}",
        ] {
            shell.check_error(&format!("{{listCollections: 1, filter: {filter}}}"), 51144);
            shell.check_error(
                &format!("{{listDatabases: 1, $db: 'admin', filter: {filter}}}"),
                51144,
            );
        }
        let text = "{$expr: {$ne: [{$literal: '$$NOW'}, '$name']}}";
        shell.succeed(&format!("{{listCollections: 1, filter: {text}}}"));
        shell.check(&format!("{{count: 'none', query: {past}}}"), "n", "0");
        shell.succeed("{create: 'view', viewOn: 'c', pipeline: []}");
        shell.check(&format!("{{count: 'view', query: {past}}}"), "n", "3");
        shell.check_error("{find: 'c', filter: null}", 14);
        shell.check_error("{count: 'c', hint: 'no'}", 2);
        shell.check_error("{count: 'c', hint: 1}", 9);
    }
}
