//! aggregate: runs a pipeline.
//!
//! Source: the manual, "aggregate (database command)".

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::explain::{self, Explained};
use super::request::Request;
use super::{collation, collection_uuid, cursor_reply, pipeline_output, selection};
use crate::aggregate::{Pipeline, PipelineScope, Shape, Source, collectionless_namespace};
use crate::catalog::{Collection, Namespace};
use crate::engine::{Batch, Cursor, Engine};
use crate::error::{Error, Result};
use crate::expression::{Context, ParseScope};
use crate::limits;
use crate::plan::{Hint, Verbosity};
use crate::value::{ArrayRef, DocumentBuf, DocumentRef, Kind, ValueRef};

const FIELDS: &[Field] = &[
    required("pipeline", Takes::Array),
    optional("cursor", Takes::Document),
    optional("explain", Takes::Flag),
    optional("allowDiskUse", Takes::Flag),
    optional("bypassDocumentValidation", Takes::Truth),
    optional("collation", Takes::Document),
    optional("hint", Takes::Hint),
    optional("let", Takes::Document),
    optional("collectionUUID", Takes::Any),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let context = request.context_with_let()?;
    if arguments.truth("explain") == Some(true) {
        let explained = explain(engine, request)?;
        return explain::reply(engine, explained, Verbosity::QueryPlanner, request);
    }
    let prepared = prepare(engine, request, &arguments, &context, false)?;
    let batch_size = batch_size(&arguments)?;
    let output = prepared.pipeline.output().cloned();
    if let Some(output) = &output {
        pipeline_output::check(engine, output)?;
    }
    let opened = prepared.pipeline.open(prepared.collection, prepared.hint)?;
    if let Some(output) = &output {
        pipeline_output::write(engine, output, opened.stream, &context, request)?;
        let nothing = Batch {
            documents: Vec::new(),
            is_last: true,
        };
        return Ok(cursor_reply::reply(
            "firstBatch",
            &prepared.namespace,
            0,
            &nothing,
        ));
    }
    let cursor = Cursor::new(prepared.namespace, opened.stream, context);
    cursor_reply::first_batch(engine, cursor, Some(batch_size), false)
}

/// The plan of an aggregate command.
pub(super) fn explain(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    let arguments = Arguments::of(request, FIELDS)?;
    let context = request.context_with_let()?;
    let prepared = prepare(engine, request, &arguments, &context, true)?;
    let filter = match prepared
        .pipeline
        .stages()
        .first()
        .map(|stage| stage.stage.shape())
    {
        Some(Shape::Match { filter, .. }) => filter.source().clone(),
        _ => DocumentBuf::new(),
    };
    let output = prepared
        .pipeline
        .output()
        .is_some()
        .then(|| output_stage(&arguments));
    let opened = prepared
        .pipeline
        .open_with(prepared.collection, prepared.hint, true)?;
    Ok(Explained {
        namespace: prepared.namespace,
        filter,
        stream: opened.stream,
        choice: opened.choice,
        output: output.flatten(),
        context,
    })
}

/// The last stage, as it was written.
fn output_stage(arguments: &Arguments<'_>) -> Option<DocumentBuf> {
    let last = arguments.array("pipeline")?.iter().last()?;
    last.as_document().map(DocumentBuf::from)
}

/// A pipeline that is ready to run on a snapshot.
pub(super) struct Prepared {
    pub namespace: Namespace,
    pub pipeline: Pipeline,
    pub collection: Option<std::rc::Rc<Collection>>,
    pub hint: Option<Hint>,
}

/// Parses and checks an aggregate command.
pub(super) fn prepare(
    engine: &Engine,
    request: &Request<'_>,
    arguments: &Arguments<'_>,
    context: &Context,
    is_explained: bool,
) -> Result<Prepared> {
    check(request.document, arguments, is_explained)?;
    collation::refuse(arguments)?;
    let stages = arguments.array("pipeline").unwrap_or(ArrayRef::EMPTY);
    let namespace = namespace(request)?;
    collection_uuid::check(engine.catalog(), &namespace, request)?;
    let mut scope =
        PipelineScope::new(engine.catalog(), namespace.clone(), ParseScope::of(context));
    scope.has_collection = request.target.kind() == Kind::String;
    if !scope.has_collection || namespace.collection() == "system.sessions" {
        scope.sessions = engine.sessions.iter().map(|(id, at)| (*id, at)).collect();
    }
    scope.started_ms = engine.status.started_ms;
    let own = Pipeline::parse(stages, &scope)?;
    let source = Source::resolve(&namespace, &scope)?;
    let mut pipeline = source.prefix;
    pipeline.extend(own);
    pipeline.check_metadata()?;
    let pipeline = pipeline.rewritten()?;
    let hint = selection::hint(arguments)?;
    Ok(Prepared {
        namespace,
        pipeline,
        collection: source.collection,
        hint,
    })
}

/// Errors: `InvalidNamespace` (73), `FailedToParse` (9).
fn namespace(request: &Request<'_>) -> Result<Namespace> {
    if !request.target.is_number() {
        return request.namespace();
    }
    if request.target.to_f64() != Some(1.0) {
        return Err(Error::bad_value(
            "Invalid command format: the 'aggregate' field must specify a collection name or 1",
        ));
    }
    Ok(collectionless_namespace(request.database))
}

/// Errors: `FailedToParse` (9), `TypeMismatch` (14).
fn check(command: DocumentRef<'_>, arguments: &Arguments<'_>, is_explained: bool) -> Result<()> {
    // An empty cursor is asked for by {}, not by null.
    if let Some(value) = command.get("cursor").filter(ValueRef::is_nullish) {
        return Err(Error::type_mismatch(format_args!(
            "BSON field 'aggregate.cursor' is the wrong type '{}'",
            value.kind().alias()
        )));
    }
    let explains = arguments.truth("explain") == Some(true);
    if explains && command.get("writeConcern").is_some() {
        return Err(Error::failed_to_parse(
            "Aggregation explain does not support the 'writeConcern' option",
        ));
    }
    if !is_explained && !explains && arguments.get("cursor").is_none() {
        return Err(Error::failed_to_parse(
            "The 'cursor' option is required, except for aggregate with the explain argument",
        ));
    }
    Ok(())
}

/// The size of the first batch.
///
/// Errors: 40415 for another field of `cursor`, `TypeMismatch` (14), 51024.
fn batch_size(arguments: &Arguments<'_>) -> Result<usize> {
    let Some(cursor) = arguments.document("cursor") else {
        return Ok(limits::FIRST_BATCH_DEFAULT);
    };
    const FIELDS: &[Field] = &[optional("batchSize", Takes::Number)];
    let cursor = Arguments::inside("aggregate.cursor", cursor, FIELDS)?;
    let size = cursor.non_negative("batchSize")?;
    Ok(size.map_or(limits::FIRST_BATCH_DEFAULT, |size| size as usize))
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    fn shop() -> Shell {
        let mut shell = Shell::new();
        shell.insert(
            "orders",
            "[{_id: 1, c: 'a', n: 5}, {_id: 2, c: 'b', n: 7}, {_id: 3, n: 1}]",
        );
        shell.insert(
            "customers",
            "[{_id: 'a', city: 'Graz'}, {_id: 'b', city: 'Linz'}, {_id: 'z'}]",
        );
        shell
    }

    fn pipeline(collection: &str, stages: &str) -> String {
        format!("{{aggregate: '{collection}', pipeline: {stages}, cursor: {{}}}}")
    }

    #[test]
    fn lookups_by_index_hash_and_pipeline_agree() {
        let mut shell = shop();
        let expected = "[{_id: 1, x: ['Graz']}, {_id: 2, x: ['Linz']}, {_id: 3, x: []}]";
        let project = "{$project: {x: '$x.city'}}";
        let by = |lookup: &str| pipeline("orders", &format!("[{{$lookup: {lookup}}}, {project}]"));
        // The index on _id, then a hash table on a field without index, then a pipeline.
        shell.check_batch(
            &by("{from: 'customers', localField: 'c', foreignField: '_id', as: 'x'}"),
            expected,
        );
        shell.insert(
            "copies",
            "[{_id: 1, k: 'a', city: 'Graz'}, {_id: 2, k: 'b', city: 'Linz'}, {_id: 3, k: 'z'}]",
        );
        shell.check_batch(
            &by("{from: 'copies', localField: 'c', foreignField: 'k', as: 'x'}"),
            expected,
        );
        let correlated = "{from: 'copies', let: {c: '$c'}, pipeline: [{$match: {$expr: {$eq: ['$k', '$$c']}}}], as: 'x'}";
        shell.check_batch(&by(correlated), expected);
        let indexes = "{createIndexes: 'copies', indexes: [{key: {k: 1}, name: 'k_1'}]}";
        shell.succeed(indexes);
        shell.check_batch(&by(correlated), expected);
        shell.check_batch(&by("{from: 'copies', localField: 'c', foreignField: 'k', pipeline: [{$match: {city: {$ne: 'Wien'}}}], as: 'x'}"), expected);
    }

    #[test]
    fn lookups_are_unwound_on_the_way() {
        let mut shell = shop();
        let lookup =
            "{$lookup: {from: 'customers', localField: 'c', foreignField: '_id', as: 'x'}}";
        shell.check_batch(
            &pipeline(
                "orders",
                &format!("[{lookup}, {{$unwind: '$x'}}, {{$project: {{y: '$x.city'}}}}]"),
            ),
            "[{_id: 1, y: 'Graz'}, {_id: 2, y: 'Linz'}]",
        );
        shell.check_batch(
            &pipeline("orders", &format!("[{lookup}, {{$unwind: {{path: '$x', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i'}}}}, {{$project: {{x: 1, i: 1}}}}]")),
            "[{_id: 1, x: {_id: 'a', city: 'Graz'}, i: 0L}, {_id: 2, x: {_id: 'b', city: 'Linz'}, i: 0L}, {_id: 3, i: null}]",
        );
    }

    #[test]
    fn lookups_turn_from_the_index_to_a_table() {
        let mut shell = Shell::new();
        let list: Vec<String> = (0..300)
            .map(|id| format!("{{_id: {id}, c: {}, l: [{}, {id}]}}", id % 40, id % 7))
            .collect();
        shell.insert("many", &format!("[{}]", list.join(", ")));
        let sum = |field: &str, unwind: &str| {
            let lookup = format!(
                "{{$lookup: {{from: 'many', localField: '{field}', foreignField: '_id', as: 'x'}}}}"
            );
            let sum = "{$group: {_id: 1, n: {$sum: {$size: {$ifNull: ['$x', []]}}}, s: {$sum: {$sum: '$x._id'}}}}";
            pipeline("many", &format!("[{lookup}, {unwind} {sum}]"))
        };
        let direct: i32 = (0..300).map(|id| id % 40).sum();
        let regroup = "{$unwind: '$x'}, {$set: {x: ['$x']}},";
        // With a limit it is not known how many will be asked for.
        for unwind in ["", regroup, "{$limit: 1000},"] {
            let expected = format!("[{{_id: 1, n: 300, s: {direct}}}]");
            shell.check_batch(&sum("c", unwind), &expected);
        }
        // An element that is in the list twice is found once.
        let found: i32 = (0..300)
            .map(|id| id + if id < 7 { 0 } else { id % 7 })
            .sum();
        let expected = format!("[{{_id: 1, n: {}, s: {found}}}]", 600 - 7);
        shell.check_batch(&sum("l", ""), &expected);
    }

    #[test]
    fn one_moment_over_get_more() {
        let mut shell = shop();
        let reply = shell.field("{aggregate: 'orders', pipeline: [{$lookup: {from: 'customers', localField: 'c', foreignField: '_id', as: 'x'}}, {$unionWith: 'customers'}, {$project: {_id: 1, n: {$size: {$ifNull: ['$x', []]}}}}], cursor: {batchSize: 1}}", "cursor.id");
        shell.succeed("{delete: 'customers', deletes: [{q: {}, limit: 0}]}");
        shell.succeed("{delete: 'orders', deletes: [{q: {}, limit: 0}]}");
        let id = reply
            .trim_start_matches("Long(")
            .trim_end_matches(')')
            .trim_matches('\'')
            .trim_end_matches('L')
            .to_owned();
        shell.check(
            &format!("{{getMore: {id}L, collection: 'orders'}}"),
            "cursor.nextBatch",
            "[{_id: 2, n: 1}, {_id: 3, n: 0}, {_id: 'a', n: 0}, {_id: 'b', n: 0}, {_id: 'z', n: 0}]",
        );
    }

    #[test]
    fn counting_pipelines_read_nothing() {
        let mut shell = shop();
        let count = "[{$match: {}}, {$skip: 1}, {$limit: 5}, {$group: {_id: 1, n: {$sum: 1}}}]";
        shell.check_batch(&pipeline("orders", count), "[{_id: 1, n: 2}]");
        shell.check_batch(
            &pipeline("orders", "[{$match: {_id: {$gt: 1}}}, {$count: 'n'}]"),
            "[{n: 2}]",
        );
        shell.check_batch(
            &pipeline("orders", "[{$match: {_id: 9}}, {$count: 'n'}]"),
            "[]",
        );
        let explain = format!(
            "{{explain: {}, verbosity: 'executionStats'}}",
            pipeline("orders", "[{$match: {_id: {$gt: 1}}}, {$count: 'n'}]")
        );
        shell.check(&explain, "executionStats.totalDocsExamined", "0");
    }

    #[test]
    fn graphs_are_walked() {
        let mut shell = Shell::new();
        shell.insert(
            "g",
            "[{_id: 1, to: [2, 3]}, {_id: 2, to: 4}, {_id: 3, to: 4}, {_id: 4, to: 1}]",
        );
        let walk = |more: &str| {
            let lookup = format!(
                "{{$graphLookup: {{from: 'g', startWith: '$to', connectFromField: 'to', connectToField: '_id', as: 'x'{more}}}}}"
            );
            let project = "{$project: {x: {$map: {input: '$x', in: {$add: ['$$this._id', {$ifNull: ['$$this.d', 0L]}]}}}}}";
            pipeline(
                "g",
                &format!("[{{$match: {{_id: 1}}}}, {lookup}, {project}]"),
            )
        };
        shell.check_batch(&walk(""), "[{_id: 1, x: [2L, 3L, 4L, 1L]}]");
        shell.check_batch(
            &walk(", depthField: 'd', maxDepth: 1"),
            "[{_id: 1, x: [2L, 3L, 5L]}]",
        );
        shell.check_batch(
            &walk(", restrictSearchWithMatch: {_id: {$lt: 3}}"),
            "[{_id: 1, x: [2L]}]",
        );
        shell.check_error(&walk(", maxDepth: -1"), 40101);
        shell.check_error(&walk(", no: 1"), 40104);
        shell.check_error(&pipeline("g", "[{$graphLookup: {from: 'g'}}]"), 40105);
    }

    #[test]
    fn results_are_written() {
        let mut shell = shop();
        shell.check_batch(
            &pipeline("orders", "[{$match: {n: {$gt: 2}}}, {$out: 'big'}]"),
            "[]",
        );
        shell.check_batch(
            "{find: 'big', projection: {n: 1}}",
            "[{_id: 1, n: 5}, {_id: 2, n: 7}]",
        );
        shell.check_batch(
            &pipeline(
                "orders",
                "[{$set: {n: 0}}, {$merge: {into: 'big', whenMatched: 'keepExisting'}}]",
            ),
            "[]",
        );
        shell.check_batch(
            "{find: 'big', projection: {n: 1}}",
            "[{_id: 1, n: 5}, {_id: 2, n: 7}, {_id: 3, n: 0}]",
        );
        shell.check_batch(
            &pipeline(
                "orders",
                "[{$merge: {into: 'big', whenMatched: [{$set: {n: {$add: ['$n', '$$new.n']}}}]}}]",
            ),
            "[]",
        );
        shell.check_batch(
            "{find: 'big', projection: {n: 1}}",
            "[{_id: 1, n: 10}, {_id: 2, n: 14}, {_id: 3, n: 1}]",
        );
        shell.check_error(
            &pipeline(
                "orders",
                "[{$merge: {into: 'none', whenNotMatched: 'fail'}}]",
            ),
            13113,
        );
        shell.check_error(&pipeline("orders", "[{$out: 'x'}, {$match: {}}]"), 40601);
    }

    #[test]
    fn views_are_pipelines() {
        let mut shell = shop();
        shell.succeed("{create: 'large', viewOn: 'orders', pipeline: [{$match: {n: {$gt: 2}}}]}");
        shell.succeed("{create: 'names', viewOn: 'large', pipeline: [{$project: {c: 1}}]}");
        shell.check_batch(
            "{find: 'names', sort: {_id: -1}, limit: 1}",
            "[{_id: 2, c: 'b'}]",
        );
        shell.check("{count: 'names', query: {c: 'a'}}", "n", "1");
        shell.check("{distinct: 'names', key: 'c'}", "values", "['a', 'b']");
        shell.check_batch(&pipeline("customers", "[{$lookup: {from: 'names', localField: '_id', foreignField: 'c', as: 'x'}}, {$project: {x: '$x._id'}}]"), "[{_id: 'a', x: [1]}, {_id: 'b', x: [2]}, {_id: 'z', x: []}]");
        shell.check_error(&pipeline("orders", "[{$out: 'names'}]"), 166);
        shell.check_error(
            "{create: 'bad', viewOn: 'orders', pipeline: [{$out: 'x'}]}",
            167,
        );
    }

    #[test]
    fn commands_are_checked() {
        let mut shell = shop();
        shell.check_error("{aggregate: 'orders', pipeline: []}", 9);
        shell.check_error("{aggregate: 'orders', pipeline: [1], cursor: {}}", 14);
        shell.check_error("{aggregate: 'orders', pipeline: [{}], cursor: {}}", 40323);
        shell.check_error(
            "{aggregate: 'orders', pipeline: [{$nope: 1}], cursor: {}}",
            40324,
        );
        shell.check_error("{aggregate: 1, pipeline: [{$match: {}}], cursor: {}}", 73);
        shell.check_error(
            "{aggregate: 'orders', pipeline: [], cursor: {}, hint: 'no'}",
            2,
        );
        shell.check_batch("{aggregate: 1, pipeline: [{$documents: [{a: 1}]}, {$set: {b: '$$x'}}], let: {x: 2}, cursor: {}}", "[{a: 1, b: 2}]");
    }
}
