//! explain: how a command would be run, and what that costs.
//!
//! Source: the manual, "explain" and "Explain Results".

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use super::{aggregate, count, distinct, explain_pipeline};
use super::{delete, find, find_and_modify, handshake, selection, update, views};
use crate::catalog::Namespace;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::plan::{self, BoxStream, Choice, Query, Row, Statistics, Stream, Verbosity};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, ValueRef};

const FIELDS: &[Field] = &[optional("verbosity", Takes::String)];

/// A command's plan.
pub(super) struct Explained {
    pub namespace: Namespace,
    /// The filter, as the plan shows it.
    pub filter: DocumentBuf,
    pub stream: BoxStream,
    /// The plans that were not taken, if a query was planned.
    pub choice: Option<Choice>,
    /// `{$out: ...}` or `{$merge: ...}`, which is not carried out.
    pub output: Option<DocumentBuf>,
    pub context: Context,
}

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let verbosity = match arguments.string("verbosity") {
        None | Some("allPlansExecution") => Verbosity::AllPlansExecution,
        Some("queryPlanner") => Verbosity::QueryPlanner,
        Some("executionStats") => Verbosity::ExecutionStats,
        Some(other) => {
            return Err(Error::bad_value(format_args!(
                "Enumeration value '{other}' for field 'explain.verbosity' is not a valid value."
            )));
        }
    };
    let command = match request.target {
        ValueRef::Document(command) => command,
        other if other.is_nullish() => {
            let message = "BSON field 'explain.explain' is missing but a required field";
            return Err(Error::new(40414, message));
        }
        other => {
            return Err(Error::type_mismatch(format_args!(
                "BSON field 'explain.explain' is the wrong type '{}', expected type 'object'",
                other.kind().alias()
            )));
        }
    };
    let Some(first) = command.first() else {
        return Err(Error::new(codes::COMMAND_NOT_FOUND, "no such command: ''"));
    };
    if command
        .get("$db")
        .is_some_and(|database| database.as_str() != Some(request.database))
    {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            "Mismatched $db in explain command.",
        ));
    }
    let mut context = request.context.clone();
    // Both commands may have a limit; what ends first counts.
    let limits = [
        context.time_limit.take(),
        super::request::time_limit(command, engine),
    ];
    context.time_limit = limits
        .into_iter()
        .flatten()
        .min_by(|one, two| one.left_ms().total_cmp(&two.left_ms()));
    let inner = Request {
        name: first.name,
        target: first.value(),
        database: request.database,
        document: command,
        context,
    };
    let explained = plan_of(engine, &inner)?;
    reply(engine, explained, verbosity, &inner)
}

fn plan_of(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    match request.name {
        "find" => find::explain(engine, request),
        "aggregate" if request.document.element("explain").is_some() => Err(
            Error::failed_to_parse("a pipeline that is explained takes no 'explain' of its own"),
        ),
        "aggregate" => aggregate::explain(engine, request),
        "count" => of_count(engine, request),
        "distinct" => of_distinct(engine, request),
        "update" => of_statement(engine, request, "UPDATE"),
        "delete" => of_statement(engine, request, "DELETE"),
        "findAndModify" | "findandmodify" => {
            let (query, context) = find_and_modify::query(engine, request)?;
            let removes = request
                .document
                .get("remove")
                .is_some_and(|flag| flag.is_truthy());
            let stage = if removes { "DELETE" } else { "UPDATE" };
            let upserts = request
                .document
                .get("upsert")
                .is_some_and(|upsert| upsert.is_truthy());
            written(request.namespace()?, query, stage, upserts, context)
        }
        other if super::registry::find_command(other).is_none() => Err(Error::new(
            codes::COMMAND_NOT_FOUND,
            format_args!("Explain failed due to unknown command: {other}"),
        )),
        other => Err(Error::new(
            codes::ILLEGAL_OPERATION,
            format_args!("Explain is not supported for the '{other}' command"),
        )),
    }
}

fn of_count(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    let arguments = count::arguments(request)?;
    let namespace = request.namespace()?;
    let context = request.context.clone();
    let filter = arguments.document("query").unwrap_or(DocumentRef::EMPTY);
    let collection = engine.collection(&namespace);
    let mut choice = None;
    let stream: BoxStream = match collection {
        Some(found) if found.is_view() => {
            let stages = count::stages(&arguments)?;
            let hint = selection::hint(&arguments)?;
            views::open(engine, &namespace, &stages, hint, &context)?.stream
        }
        collection => {
            let query = count::query(collection.clone(), &arguments, &context)?;
            let counted = match (&collection, &query.hint) {
                (Some(collection), None) => plan::count(collection, &query.filter)?,
                _ => None,
            };
            let (skip, limit) = (query.skip, query.limit.unwrap_or(u64::MAX));
            let input: BoxStream = match counted {
                Some(counted) if counted.is_whole() => {
                    return Ok(Explained {
                        namespace,
                        filter: filter.into(),
                        stream: Box::new(plan::CountNode::new(counted, None)),
                        choice: Some(plan::Choice::only(&query)),
                        output: None,
                        context,
                    });
                }
                Some(counted) => {
                    choice = Some(plan::Choice::only(&query));
                    Box::new(plan::CountNode::new(counted, None))
                }
                None => {
                    let (plan, others) = plan::plan_and_rejected(&query)?;
                    choice = Some(others);
                    plan.stream
                }
            };
            Box::new(Consumer {
                skip,
                limit,
                ..Consumer::new("COUNT", input)
            })
        }
    };
    Ok(Explained {
        namespace,
        filter: filter.into(),
        stream,
        choice,
        output: None,
        context,
    })
}

fn of_distinct(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    let arguments = distinct::arguments(request)?;
    let (stream, choice) = distinct::explain(engine, request, &arguments)?;
    let filter = arguments
        .document("query")
        .unwrap_or(DocumentRef::EMPTY)
        .into();
    let (namespace, context) = (request.namespace()?, request.context.clone());
    Ok(Explained {
        namespace,
        filter,
        stream,
        choice,
        output: None,
        context,
    })
}

/// The statement of an update or delete, which must be the only one.
fn of_statement(engine: &Engine, request: &Request<'_>, stage: &'static str) -> Result<Explained> {
    let namespace = request.namespace()?;
    let context = request.context_with_let()?;
    let (_, statements) = match stage {
        "UPDATE" => update::arguments(request)?,
        _ => delete::arguments(request)?,
    };
    let [statement] = statements.as_slice() else {
        return Err(Error::new(
            codes::INVALID_LENGTH,
            "a write that is explained has one statement",
        ));
    };
    let collection = engine.catalog().regular(&namespace)?.cloned();
    if stage == "UPDATE" {
        let statement = update::parse(None, statement, &context)?;
        let (query, upserts) = (statement.query(collection), statement.upsert);
        return written(namespace, query, stage, upserts, statement.context);
    }
    let limit = statement.number("limit").filter(|limit| *limit == 1);
    let query = delete::query(
        collection,
        statement,
        statement.document("q"),
        limit.map(|_| 1),
        &context,
    )?;
    written(namespace, query, stage, false, context)
}

fn written(
    namespace: Namespace,
    query: Query,
    stage: &'static str,
    upserts: bool,
    context: Context,
) -> Result<Explained> {
    let filter = query.filter.source().clone();
    let (plan, choice) = plan::plan_and_rejected(&query)?;
    let stream = Box::new(Consumer {
        upserts,
        ..Consumer::new(stage, plan.stream)
    });
    Ok(Explained {
        namespace,
        filter,
        stream,
        choice: Some(choice),
        output: None,
        context,
    })
}

/// A stage that reads all of its input and gives nothing: what writes and counts do here.
struct Consumer {
    stage: &'static str,
    input: BoxStream,
    skip: u64,
    limit: u64,
    upserts: bool,
    taken: u64,
    works: u64,
    is_end: bool,
}

impl Consumer {
    fn new(stage: &'static str, input: BoxStream) -> Consumer {
        Consumer {
            stage,
            input,
            skip: 0,
            limit: u64::MAX,
            upserts: false,
            taken: 0,
            works: 0,
            is_end: false,
        }
    }
}

impl Stream for Consumer {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        while self.input.next(context)?.is_some() {
            self.taken += 1;
            self.works += 1;
        }
        // What trees counted gives no rows.
        self.taken = self.taken.max(self.input.counted());
        self.works += 1;
        self.is_end = true;
        Ok(None)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", self.stage);
    }

    fn report(&self, out: &mut DocumentBuf) {
        let mut count = |name: &str, count: u64| out.append(name, count as i64);
        match self.stage {
            "UPDATE" => {
                count("nMatched", self.taken);
                count("nWouldModify", self.taken);
                let upserts = self.upserts && self.is_end && self.taken == 0;
                count("nWouldUpsert", u64::from(upserts));
            }
            "DELETE" => count("nWouldDelete", self.taken),
            _ => {
                let rest = self.taken.saturating_sub(self.skip);
                // A plan has the skip and the limit in it; a count by trees has not.
                let is_raw = self.input.counted() > 0;
                count(
                    "nCounted",
                    if is_raw {
                        rest.min(self.limit)
                    } else {
                        self.taken
                    },
                );
                count("nSkipped", self.skip.min(self.taken));
            }
        }
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            works: self.works,
            is_end: self.is_end,
            ..Statistics::default()
        }
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        let input = self.input.as_ref();
        vec![match self.stage {
            "COUNT" => input,
            _ => without_limit(input),
        }]
    }
}

fn is_stage(stream: &dyn Stream, stages: &[&str]) -> bool {
    let mut out = DocumentBuf::new();
    stream.describe(&mut out);
    let stage = out.as_ref().get("stage").and_then(|stage| stage.as_str());
    stage.is_some_and(|stage| stages.contains(&stage))
}

/// What a plan limits: that a write ends with its first document is no stage of its own.
fn without_limit(plan: &dyn Stream) -> &dyn Stream {
    match plan.inputs().first() {
        Some(input) if is_stage(plan, &["LIMIT"]) => *input,
        _ => plan,
    }
}

/// Runs the plan if the verbosity asks for it, and describes it.
pub(super) fn reply(
    engine: &Engine,
    mut explained: Explained,
    verbosity: Verbosity,
    request: &Request<'_>,
) -> Result<DocumentBuf> {
    let started_ms = engine.env.monotonic_ms();
    let mut returned = 0u64;
    if verbosity > Verbosity::QueryPlanner {
        explained.context.measures = true;
        while explained.stream.next(&explained.context)?.is_some() {
            returned += 1;
        }
    }
    let took_ms = (engine.env.monotonic_ms() - started_ms).max(0.0) as u64;
    let tried = match verbosity {
        Verbosity::AllPlansExecution => Some(trials(&mut explained)?),
        _ => None,
    };
    let (stages, plan) = explain_pipeline::split(explained.stream.as_ref());
    let mut reply = DocumentBuf::new();
    reply.append("explainVersion", "1");
    let is_plain = stages.is_empty() && explained.output.is_none();
    let planner = query_planner(&explained, plan);
    let run = (verbosity > Verbosity::QueryPlanner).then(|| {
        let returned = if is_plain {
            returned
        } else {
            plan.statistics().advanced
        };
        let mut run = execution(plan, returned, took_ms);
        if let Some(tried) = &tried {
            run.append("allPlansExecution", tried);
        }
        run
    });
    if is_plain {
        reply.append("queryPlanner", &planner);
        if let Some(run) = &run {
            reply.append("executionStats", run);
        }
    } else {
        let mut cursor = DocumentBuf::new();
        cursor.append("queryPlanner", &planner);
        if let Some(run) = &run {
            cursor.append("executionStats", run);
        }
        let output = explained.output.as_ref();
        let list = explain_pipeline::stages(&cursor, &stages, output, run.is_some());
        reply.append("stages", &list);
    }
    append_command(&mut reply, request);
    Ok(reply)
}

fn query_planner(explained: &Explained, plan: &dyn Stream) -> DocumentBuf {
    let mut planner = DocumentBuf::new();
    planner.append("namespace", explained.namespace.to_string().as_str());
    planner.append("parsedQuery", &plan::parsed_query(&explained.filter));
    let choice = explained.choice.as_ref();
    let is_filtered = choice.is_some_and(|choice| choice.is_filtered);
    planner.append("indexFilterSet", is_filtered);
    if let Some(choice) = choice {
        let hash = plan::shape_hash(&choice.shape);
        planner.append("queryHash", hash.as_str());
        planner.append("planCacheShapeHash", hash.as_str());
        planner.append("planCacheKey", plan::shape_hash(&choice.key).as_str());
    }
    planner.append("optimizationTimeMillis", 0);
    planner.append("maxIndexedOrSolutionsReached", false);
    planner.append("maxIndexedAndSolutionsReached", false);
    planner.append("maxScansToExplodeReached", false);
    planner.append("prunedSimilarIndexes", false);
    planner.append("winningPlan", &uncached(plan));
    planner.append_array("rejectedPlans", |list| {
        let rejected = choice.iter().flat_map(|choice| &choice.rejected);
        let writes = is_stage(plan, &["UPDATE", "DELETE"]);
        rejected.for_each(|plan| {
            list.push(&uncached(match writes {
                true => without_limit(plan.as_ref()),
                false => plan.as_ref(),
            }));
        });
    });
    planner
}

/// A plan, of which none is kept for later.
fn uncached(plan: &dyn Stream) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    out.append("isCached", false);
    let plan = plan::explain(plan, false);
    plan.as_ref()
        .elements()
        .for_each(|element| out.append_element(&element));
    out
}

/// How many rows a plan gives at most, and how often it is asked, when it is tried.
const TRIAL_ROWS: u64 = 101;
const TRIAL_WORKS: u64 = 10_000;

/// Every plan as far as a trial goes, the winning one first.
fn trials(explained: &mut Explained) -> Result<ArrayBuf> {
    let mut list = ArrayBuf::new();
    let (_, plan) = explain_pipeline::split(explained.stream.as_ref());
    let Some(choice) = explained
        .choice
        .as_mut()
        .filter(|choice| !choice.rejected.is_empty())
    else {
        return Ok(list);
    };
    list.push(&trial(plan, plan.statistics().advanced));
    for plan in &mut choice.rejected {
        let mut returned = 0;
        while returned < TRIAL_ROWS
            && plan.statistics().works < TRIAL_WORKS
            && plan.next(&explained.context)?.is_some()
        {
            returned += 1;
        }
        list.push(&trial(plan.as_ref(), returned));
    }
    Ok(list)
}

fn trial(plan: &dyn Stream, returned: u64) -> DocumentBuf {
    let (keys, documents) = plan::examined(plan);
    let mut out = DocumentBuf::new();
    append_counts(
        &mut out,
        &[
            ("nReturned", returned),
            ("executionTimeMillisEstimate", 0),
            ("totalKeysExamined", keys),
            ("totalDocsExamined", documents),
        ],
    );
    out.append("executionStages", &plan::explain(plan, true));
    out
}

fn append_counts(out: &mut DocumentBuf, counts: &[(&str, u64)]) {
    for (name, count) in counts {
        let count = crate::expression::number::Number::int_or_long(*count as i64);
        out.append(name, count.value().as_ref());
    }
}

fn execution(plan: &dyn Stream, returned: u64, took_ms: u64) -> DocumentBuf {
    let (keys, documents) = plan::examined(plan);
    let mut run = DocumentBuf::new();
    run.append("executionSuccess", true);
    append_counts(
        &mut run,
        &[
            ("nReturned", returned),
            ("executionTimeMillis", took_ms),
            ("totalKeysExamined", keys),
            ("totalDocsExamined", documents),
        ],
    );
    run.append("executionStages", &plan::explain(plan, true));
    run
}

fn append_command(reply: &mut DocumentBuf, request: &Request<'_>) {
    reply.append_document("command", |command| {
        let own = request
            .document
            .elements()
            .filter(|element| element.name != "$db");
        own.for_each(|element| command.append_element(&element));
        command.append("$db", request.database);
    });
    reply.append_document("serverParameters", |parameters| {
        for name in [
            "internalQueryFacetBufferSizeBytes",
            "internalQueryFacetMaxOutputDocSizeBytes",
            "internalLookupStageIntermediateDocumentMaxSizeBytes",
            "internalDocumentSourceGroupMaxMemoryBytes",
            "internalQueryMaxBlockingSortMemoryUsageBytes",
            "internalQueryMaxAddToSetBytes",
            "internalDocumentSourceSetWindowFieldsMaxMemoryBytes",
        ] {
            parameters.append(name, crate::limits::STAGE_MEMORY_BYTES_MAX as i32);
        }
        parameters.append("internalQueryProhibitBlockingMergeOnMongoS", 0);
        parameters.append("internalQueryFrameworkControl", "forceClassicEngine");
        parameters.append("internalQueryPlannerIgnoreIndexWithCollationForRegex", 1);
    });
    reply.append_document("serverInfo", |server| {
        server.append("host", "tussock");
        server.append("port", 0);
        server.append(
            "version",
            handshake::VERSION.map(|part| part.to_string())[..3]
                .join(".")
                .as_str(),
        );
        server.append("gitVersion", concat!("tussock-", env!("CARGO_PKG_VERSION")));
    });
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn plans_are_shown() {
        let mut shell = Shell::new();
        shell.insert("c", "[{_id: 1, a: 1}, {_id: 2, a: 2}, {_id: 3, a: 3}]");
        shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a_1'}]}");
        let find = "{explain: {find: 'c', filter: {a: {$gte: 2}}}, verbosity: 'executionStats'}";
        shell.check(
            find,
            "queryPlanner.winningPlan.inputStage.indexName",
            "'a_1'",
        );
        shell.check(find, "executionStats.nReturned", "2");
        shell.check(find, "executionStats.totalKeysExamined", "2");
        shell.check(
            "{explain: {count: 'c', query: {a: 2}}}",
            "executionStats.totalDocsExamined",
            "0",
        );
        shell.check(
            "{explain: {update: 'c', updates: [{q: {a: 2}, u: {$set: {b: 1}}}]}}",
            "executionStats.executionStages.stage",
            "'UPDATE'",
        );
        shell.check(
            "{explain: {delete: 'c', deletes: [{q: {_id: 2}, limit: 1}]}}",
            "executionStats.executionStages.nWouldDelete",
            "1L",
        );
        shell.check("{count: 'c', query: {_id: 2}}", "n", "1");
        let group = "{explain: {aggregate: 'c', pipeline: [{$match: {a: 2}}, {$group: {_id: '$a', s: {$sum: '$a'}}}], cursor: {}}}";
        shell.check(
            group,
            "stages.0.$cursor.executionStats.totalDocsExamined",
            "0",
        );
        shell.check(group, "stages.1.$group._id", "'$a'");
    }

    fn explain(shell: &mut Shell, command: &str, checks: &[(&str, &str)]) {
        let command = format!("{{explain: {command}, verbosity: 'executionStats'}}");
        for (path, expected) in checks {
            shell.check(&command, path, expected);
        }
    }

    /// A collection of 500 documents `{_id: n, n: n, m: n % 5}`, indexed.
    fn numbers() -> Shell {
        let mut shell = Shell::new();
        let documents: Vec<String> = (0..500)
            .map(|n| format!("{{_id: {n}, n: {n}, m: {}}}", n % 5))
            .collect();
        shell.insert("c", &format!("[{}]", documents.join(", ")));
        shell.succeed(
            "{createIndexes: 'c', indexes: [{key: {n: 1}, name: 'n'}, {key: {m: 1, n: 1}, name: 'mn'}]}",
        );
        shell
    }

    const KEYS: &str = "executionStats.totalKeysExamined";
    const DOCUMENTS: &str = "executionStats.totalDocsExamined";
    const STAGE: &str = "queryPlanner.winningPlan.stage";

    #[test]
    fn what_trees_count_is_not_visited() {
        let mut shell = numbers();
        let check = |shell: &mut Shell, command: &str, keys: &str, documents: &str| {
            explain(shell, command, &[(KEYS, keys), (DOCUMENTS, documents)]);
        };
        for direction in ["1", "-1"] {
            let skip = format!("{{find: 'c', sort: {{n: {direction}}}, skip: 400, limit: 2}}");
            check(&mut shell, &skip, "2", "2");
        }
        check(&mut shell, "{find: 'c', skip: 490}", "0", "10");
        check(
            &mut shell,
            "{count: 'c', query: {n: {$gte: 10, $lt: 400}}}",
            "0",
            "0",
        );
        check(
            &mut shell,
            "{count: 'c', query: {n: {$ne: 3}}, skip: 2, limit: 5}",
            "0",
            "0",
        );
        check(&mut shell, "{distinct: 'c', key: 'm'}", "10", "0");
        check(
            &mut shell,
            "{distinct: 'c', key: 'm', query: {m: {$gt: 2}}}",
            "4",
            "0",
        );
        shell.check(
            "{distinct: 'c', key: 'm', query: {m: {$gt: 2}}}",
            "values",
            "[3, 4]",
        );
        // A range, then a value of the next field: two keys are read per value of the first.
        check(
            &mut shell,
            "{find: 'c', filter: {m: {$gte: 1}, n: 7}, hint: 'mn'}",
            "9",
            "1",
        );
    }

    #[test]
    fn stages_have_their_names() {
        let mut shell = numbers();
        let check = |shell: &mut Shell, command: &str, path: &str, stage: &str| {
            let path = format!("queryPlanner.winningPlan.{path}stage");
            explain(shell, command, &[(&path, stage)]);
        };
        let shell = &mut shell;
        check(
            shell,
            "{find: 'c', filter: {_id: 3}}",
            "",
            "'EXPRESS_IXSCAN'",
        );
        check(shell, "{find: 'none'}", "", "'EOF'");
        check(shell, "{find: 'c', filter: {n: {$in: []}}}", "", "'EOF'");
        check(shell, "{count: 'c'}", "", "'RECORD_STORE_FAST_COUNT'");
        check(
            shell,
            "{count: 'c', query: {n: 3}}",
            "inputStage.",
            "'COUNT_SCAN'",
        );
        check(shell, "{distinct: 'c', key: 'n'}", "", "'DISTINCT_SCAN'");
        let covered = "{find: 'c', filter: {n: 3}, projection: {n: 1, _id: 0}}";
        check(shell, covered, "", "'PROJECTION_COVERED'");
        check(shell, covered, "inputStage.", "'IXSCAN'");
        let simple = "{find: 'c', filter: {n: 3}, projection: {k: 1}}";
        check(shell, simple, "", "'PROJECTION_SIMPLE'");
        let either = "{find: 'c', filter: {$or: [{n: 3}, {m: 7}]}}";
        check(shell, either, "inputStage.", "'OR'");
        let merged = "{find: 'c', filter: {m: {$in: [1, 2]}}, sort: {n: -1}, limit: 3}";
        check(shell, merged, "inputStage.inputStage.", "'SORT_MERGE'");
        explain(shell, merged, &[(KEYS, "4"), (DOCUMENTS, "3")]);
        let merged = "{find: 'c', filter: {m: {$in: [1, 2]}}, sort: {n: -1}, limit: 3}";
        shell.check(merged, "cursor.firstBatch.0.n", "497");
        shell.check(merged, "cursor.firstBatch.1.n", "496");
        explain(
            shell,
            "{find: 'c', filter: {n: {$gt: 490}, m: 1}}",
            &[(STAGE, "'FETCH'")],
        );
        shell.check(
            "{explain: {find: 'c', filter: {n: {$gt: 490}, m: 1}}}",
            "executionStats.allPlansExecution.1.totalKeysExamined",
            "9",
        );
    }

    #[test]
    fn bad_requests_are_refused() {
        let mut shell = Shell::new();
        shell.check_error("{explain: {insert: 'c', documents: []}}", 20);
        shell.check_error("{explain: {nope: 1}}", 59);
        shell.check_error("{explain: {}}", 59);
        shell.check_error("{explain: 1}", 14);
        shell.check_error("{explain: {find: 'c'}, verbosity: 'x'}", 2);
    }
}
