//! explain: how a command would be run, and what that costs.
//!
//! Source: the manual, "explain" and "Explain Results".

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use super::{aggregate, count, distinct, explain_pipeline};
use super::{find, find_and_modify, handshake, selection, views};
use crate::catalog::Namespace;
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::expression::Context;
use crate::plan::{self, BoxStream, Query, Row, Statistics, Stream, Verbosity};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

const FIELDS: &[Field] = &[optional("verbosity", Takes::String)];

/// A command's plan.
pub(super) struct Explained {
    pub namespace: Namespace,
    /// The filter, as the plan shows it.
    pub filter: DocumentBuf,
    pub stream: BoxStream,
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
            return Err(Error::bad_value(format!(
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
            return Err(Error::type_mismatch(format!(
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
        "aggregate" => aggregate::explain(engine, request),
        "count" => of_count(engine, request),
        "distinct" => of_distinct(engine, request),
        "update" => of_statement(engine, request, "updates", "UPDATE"),
        "delete" => of_statement(engine, request, "deletes", "DELETE"),
        "findAndModify" | "findandmodify" => {
            let (query, context) = find_and_modify::query(engine, request)?;
            let removes = request
                .document
                .get("remove")
                .is_some_and(|flag| flag.is_truthy());
            let stage = if removes { "DELETE" } else { "UPDATE" };
            written(request.namespace()?, query, stage, context)
        }
        other if super::registry::find_command(other).is_none() => Err(Error::new(
            codes::COMMAND_NOT_FOUND,
            format!("Explain failed due to unknown command: {other}"),
        )),
        other => Err(Error::new(
            codes::ILLEGAL_OPERATION,
            format!("Explain is not supported for the '{other}' command"),
        )),
    }
}

fn of_count(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    let arguments = count::arguments(request)?;
    let namespace = request.namespace()?;
    let context = request.context.clone();
    let filter = arguments.document("query").unwrap_or(DocumentRef::EMPTY);
    let collection = engine.collection(&namespace);
    let stream = match collection {
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
            let input: BoxStream = match counted {
                Some(count) => Box::new(plan::CountNode::new(count, None, query.filter.source())),
                None => plan::plan(query)?.stream,
            };
            Box::new(Consumer::new("COUNT", input))
        }
    };
    Ok(Explained {
        namespace,
        filter: filter.into(),
        stream,
        output: None,
        context,
    })
}

fn of_distinct(engine: &Engine, request: &Request<'_>) -> Result<Explained> {
    let arguments = distinct::arguments(request)?;
    let stream = distinct::open(engine, request, &arguments)?;
    let filter = arguments
        .document("query")
        .unwrap_or(DocumentRef::EMPTY)
        .into();
    let (namespace, context) = (request.namespace()?, request.context.clone());
    Ok(Explained {
        namespace,
        filter,
        stream,
        output: None,
        context,
    })
}

/// The first statement of an update or delete, which must be the only one.
fn of_statement(
    engine: &Engine,
    request: &Request<'_>,
    list: &str,
    stage: &'static str,
) -> Result<Explained> {
    let namespace = request.namespace()?;
    let context = request.context_with_let()?;
    let statements = request.document.get(list).and_then(|list| list.as_array());
    let mut statements = statements.into_iter().flat_map(|list| list.iter());
    let (Some(ValueRef::Document(statement)), None) = (statements.next(), statements.next()) else {
        return Err(Error::new(
            codes::INVALID_LENGTH,
            "explained write batches must be of size 1",
        ));
    };
    engine.catalog().regular(&namespace)?;
    const FIELDS: &[Field] = &[optional("hint", Takes::Hint)];
    let mut hint_only = DocumentBuf::new();
    if let Some(hint) = statement.element("hint") {
        hint_only.append_element(&hint);
    }
    let arguments = Arguments::inside(request.name, hint_only.as_ref(), FIELDS)?;
    let filter = statement.get("q").and_then(|filter| filter.as_document());
    let mut query = Query::new(
        engine.collection(&namespace),
        selection::filter(filter, &context)?,
    );
    query.hint = selection::hint(&arguments)?;
    let many = match stage {
        "UPDATE" => statement
            .get("multi")
            .is_some_and(|multi| multi.is_truthy()),
        _ => !statement
            .get("limit")
            .is_some_and(|limit| limit.is_truthy()),
    };
    query.limit = (!many).then_some(1);
    written(namespace, query, stage, context)
}

fn written(
    namespace: Namespace,
    query: Query,
    stage: &'static str,
    context: Context,
) -> Result<Explained> {
    let filter = query.filter.source().clone();
    let stream = Box::new(Consumer::new(stage, plan::plan(query)?.stream));
    Ok(Explained {
        namespace,
        filter,
        stream,
        output: None,
        context,
    })
}

/// A stage that reads all of its input and gives nothing: what writes and counts do here.
struct Consumer {
    stage: &'static str,
    input: BoxStream,
    taken: u64,
    is_end: bool,
}

impl Consumer {
    fn new(stage: &'static str, input: BoxStream) -> Consumer {
        Consumer {
            stage,
            input,
            taken: 0,
            is_end: false,
        }
    }
}

impl Stream for Consumer {
    fn next(&mut self, context: &Context) -> Result<Option<Row>> {
        while self.input.next(context)?.is_some() {
            self.taken += 1;
        }
        self.is_end = true;
        Ok(None)
    }

    fn describe(&self, out: &mut DocumentBuf) {
        out.append("stage", self.stage);
        match self.stage {
            "UPDATE" => out.append("nWouldModify", self.taken as i64),
            "DELETE" => out.append("nWouldDelete", self.taken as i64),
            _ => {}
        }
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            works: self.taken + 1,
            is_end: self.is_end,
            ..Statistics::default()
        }
    }

    fn inputs(&self) -> Vec<&dyn Stream> {
        vec![self.input.as_ref()]
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
    let took_ms = (engine.env.monotonic_ms() - started_ms) as i64;
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
        execution(plan, returned, took_ms, verbosity)
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
    planner.append("plannerVersion", 1);
    planner.append("namespace", explained.namespace.to_string().as_str());
    planner.append("indexFilterSet", false);
    planner.append("parsedQuery", &explained.filter);
    planner.append("maxIndexedOrSolutionsReached", false);
    planner.append("maxIndexedAndSolutionsReached", false);
    planner.append("maxScansToExplodeReached", false);
    planner.append("winningPlan", &plan::explain(plan, false));
    planner.append_array("rejectedPlans", |_| {});
    planner
}

fn execution(plan: &dyn Stream, returned: u64, took_ms: i64, verbosity: Verbosity) -> DocumentBuf {
    let (keys, documents) = plan::examined(plan);
    let mut run = DocumentBuf::new();
    run.append("executionSuccess", true);
    for (name, count) in [
        ("nReturned", returned as i64),
        ("executionTimeMillis", took_ms),
        ("totalKeysExamined", keys as i64),
        ("totalDocsExamined", documents as i64),
    ] {
        run.append(
            name,
            crate::expression::number::Number::int_or_long(count)
                .value()
                .as_ref(),
        );
    }
    run.append("executionStages", &plan::explain(plan, true));
    if verbosity == Verbosity::AllPlansExecution {
        run.append_array("allPlansExecution", |_| {});
    }
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
