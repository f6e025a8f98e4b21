//! A command as it came in: its name, database and context.

use std::rc::Rc;

use crate::catalog::{Namespace, check_collection_name, check_database_name};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::time_limit::TimeLimit;
use crate::value::{DocumentRef, Value, ValueRef};

/// A command.
pub struct Request<'a> {
    pub name: &'a str,
    /// What stands after the name: a collection's name, or 1.
    pub target: ValueRef<'a>,
    pub database: &'a str,
    pub document: DocumentRef<'a>,
    pub context: Context,
}

impl<'a> Request<'a> {
    /// Reads the name and `$db`.
    ///
    /// Errors: `CommandNotFound` (59) for an empty document, 40414 without `$db`,
    /// `InvalidNamespace` (73) for a database's name that is not allowed.
    pub fn new(document: DocumentRef<'a>, engine: &Engine) -> Result<Request<'a>> {
        let first = document
            .first()
            .ok_or_else(|| Error::new(codes::COMMAND_NOT_FOUND, "no such command: ''"))?;
        let database = match document.get("$db") {
            Some(ValueRef::String(name)) => name,
            Some(other) => {
                return Err(Error::type_mismatch(format_args!(
                    "$db must be a string, not {other}"
                )));
            }
            None => return Err(Error::new(40571, "OP_MSG requests require a $db argument")),
        };
        check_database_name(database)?;
        let mut context = Context::new(engine.env.clone());
        context.time_limit = time_limit(document, engine);
        Ok(Request {
            name: first.name,
            target: first.value(),
            database,
            document,
            context,
        })
    }

    /// The collection that the command is about.
    ///
    /// Errors: `InvalidNamespace` (73).
    pub fn namespace(&self) -> Result<Namespace> {
        match self.target {
            ValueRef::String(name) => {
                check_collection_name(self.database, name)?;
                Ok(Namespace::new(self.database, name))
            }
            other => Err(Error::new(
                codes::INVALID_NAMESPACE,
                format_args!("collection name has invalid type {}", other.kind().alias()),
            )),
        }
    }

    /// The context with the variables of `let`, which are expressions without fields.
    ///
    /// Errors: those of expressions.
    pub fn context_with_let(&self) -> Result<Context> {
        let Some(ValueRef::Document(variables)) = self.document.get("let") else {
            return Ok(self.context.clone());
        };
        let mut context = self.context.clone();
        for (name, value) in variables.iter() {
            if matches!(name, "NOW" | "CLUSTER_TIME") {
                return Err(Error::new(
                    4_738_901,
                    format_args!("a variable of 'let' cannot replace $${name}"),
                ));
            }
            crate::expression::check_variable_name(name)?;
            let scope = ParseScope::of(&context);
            let expression = crate::expression::Expression::parse(value, &scope)?;
            let mut reads = crate::expression::Dependencies::new();
            expression.dependencies(&mut reads);
            if reads.whole_document || !reads.paths.is_empty() {
                let message = "a variable of 'let' cannot read fields: no document is there yet";
                return Err(Error::new(4_890_500, message));
            }
            let found = expression
                .evaluate(&crate::expression::Scope::new(DocumentRef::EMPTY, &context))?
                .map(Value::into_owned);
            context = context.with_variable(name, found);
        }
        Ok(context)
    }
}

/// The limit that `maxTimeMS` sets; zero is none. What is no such number is refused with the other
/// arguments.
pub(super) fn time_limit(command: DocumentRef<'_>, engine: &Engine) -> Option<Rc<TimeLimit>> {
    let millis = command.get("maxTimeMS")?.to_i64_exact()?;
    (millis > 0).then(|| Rc::new(TimeLimit::new(engine.env.clone(), millis as f64)))
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    /// Three hundred documents, and a clock that goes on a millisecond per 64 steps.
    fn slow() -> Shell {
        let (mut shell, _) = Shell::with_clock(1);
        let list: Vec<String> = (0..300)
            .map(|id| format!("{{_id: {id}, a: {}}}", id % 7))
            .collect();
        let list = format!("[{}]", list.join(", "));
        shell.insert("c", &list);
        shell.insert("indexed", &list);
        shell.succeed("{createIndexes: 'indexed', indexes: [{key: {a: 1}, name: 'a_1'}]}");
        shell
    }

    /// With 3 ms the command fails and changes nothing; with 1000 ms it succeeds.
    #[track_caller]
    fn check_limit(command: &str) {
        let mut shell = slow();
        let count = |shell: &mut Shell| {
            let sum = "{aggregate: 'c', pipeline: [{$group: {_id: 1, n: {$sum: 1}, s: {$sum: '$a'}}}], cursor: {}}";
            let others = "{listCollections: 1}";
            (
                shell.field(sum, "cursor.firstBatch"),
                shell.field(others, "cursor.firstBatch.2"),
            )
        };
        let before = count(&mut shell);
        let limited =
            |limit: &str| format!("{}, maxTimeMS: {limit}}}", &command[..command.len() - 1]);
        shell.check_error(&limited("3"), 50);
        assert_eq!(count(&mut shell), before, "{command}");
        shell.succeed(&limited("1000"));
        let mut shell = slow();
        shell.succeed(&limited("0"));
    }

    #[test]
    fn reads_stop_when_their_time_is_up() {
        check_limit("{find: 'c', filter: {a: 9}}");
        check_limit("{find: 'c', batchSize: 1000}");
        check_limit("{find: 'c', sort: {a: 1}}");
        check_limit("{find: 'indexed', filter: {a: {$gte: 0}}, batchSize: 1000}");
        check_limit("{count: 'c', query: {a: {$mod: [2, 1]}}}");
        check_limit("{distinct: 'c', key: 'a'}");
        check_limit("{explain: {find: 'c', filter: {a: 9}}}");
        check_limit("{validate: 'c'}");
        let pipeline = |stage: &str| {
            format!("{{aggregate: 'c', pipeline: [{{$limit: 1}}, {stage}], cursor: {{}}}}")
        };
        check_limit("{aggregate: 'c', pipeline: [{$group: {_id: '$a'}}], cursor: {}}");
        check_limit(&pipeline(
            "{$lookup: {from: 'indexed', pipeline: [], as: 'x'}}",
        ));
        check_limit(&pipeline(
            "{$lookup: {from: 'indexed', localField: 'n', foreignField: 'n', as: 'x'}}",
        ));
        check_limit(&pipeline("{$unionWith: 'indexed'}"));
        check_limit(&pipeline("{$set: {x: {$range: ['$a', 300]}}}"));
        let list = "{$range: ['$a', 100]}";
        for loops in [
            format!("{{$map: {{input: {list}, in: {{$add: ['$$this', '$a']}}}}}}"),
            format!("{{$filter: {{input: {list}, cond: {{$gt: ['$$this', '$a']}}}}}}"),
            format!(
                "{{$reduce: {{input: {list}, initialValue: 0, in: {{$add: ['$$this', '$$value']}}}}}}"
            ),
        ] {
            check_limit(&pipeline(&format!("{{$set: {{x: {loops}, y: {loops}}}}}")));
        }
        check_limit(&pipeline(
            "{$set: {x: {$range: ['$a', 300]}}}, {$unwind: '$x'}",
        ));
    }

    #[test]
    fn writes_do_all_or_nothing() {
        let documents: Vec<String> = (0..300).map(|id| format!("{{b: {id}}}")).collect();
        let documents = documents.join(", ");
        check_limit(&format!("{{insert: 'c', documents: [{documents}]}}"));
        check_limit(
            "{update: 'c', updates: [{q: {_id: 1}, u: {$set: {a: 100}}}, {q: {a: {$gt: 0}}, u: {$inc: {a: 1}}, multi: true}]}",
        );
        check_limit(
            "{update: 'c', updates: [{q: {_id: 1}, u: {$set: {a: 100}}}, {q: {a: 500}, u: {$inc: {a: 1}}}], ordered: false}",
        );
        check_limit(
            "{delete: 'c', deletes: [{q: {_id: 1}, limit: 1}, {q: {a: {$gt: 0}}, limit: 0}]}",
        );
        check_limit("{findAndModify: 'c', query: {a: 500}, update: {$set: {b: 1}}, upsert: true}");
        check_limit("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a_1'}]}");
        check_limit("{aggregate: 'indexed', pipeline: [{$out: 'c'}], cursor: {}}");
        check_limit(
            "{aggregate: 'indexed', pipeline: [{$set: {a: 100}}, {$merge: 'c'}], cursor: {}}",
        );
    }

    #[test]
    fn a_cursor_has_one_limit_for_all_batches() {
        let (mut shell, env) = Shell::with_clock(0);
        let list: Vec<String> = (0..300).map(|id| format!("{{_id: {id}}}")).collect();
        shell.insert("c", &format!("[{}]", list.join(", ")));
        let open = "{find: 'c', batchSize: 2, maxTimeMS: 50}";
        let id = shell.field(open, "cursor.id");
        let id = id.trim_start_matches("Long(").trim_end_matches(')');
        let id = id.trim_matches('\'').trim_end_matches('L').to_owned();
        let more = format!("{{getMore: {id}L, collection: 'c', batchSize: 1}}");
        // The time between batches does not count.
        for expected in 2..5 {
            env.advance_ms(1_000);
            let expected = format!("[{{_id: {expected}}}]");
            shell.check(&more, "cursor.nextBatch", &expected);
        }
    }

    #[test]
    fn batches_share_their_limit() {
        let mut shell = slow();
        let id = shell.field("{find: 'c', batchSize: 0, maxTimeMS: 50}", "cursor.id");
        let id = id.trim_start_matches("Long(").trim_end_matches(')');
        let id = id.trim_matches('\'').trim_end_matches('L').to_owned();
        let more = format!("{{getMore: {id}L, collection: 'c', batchSize: 1}}");
        let mut given = 0;
        while shell.field(&more, "code") != "50" {
            given += 1;
            assert!(given < 100, "no limit after {given} batches");
        }
        assert!(given > 10, "only {given} batches");
        // A cursor that failed is closed.
        shell.check_error(&more, 43);
    }

    #[test]
    fn cursors_without_a_timeout_stay() {
        let (mut shell, env) = Shell::with_clock(0);
        shell.insert("c", "[{_id: 1}, {_id: 2}, {_id: 3}]");
        let number = |text: String| {
            let text = text.trim_start_matches("Long(").trim_end_matches(')');
            text.trim_matches('\'').trim_end_matches('L').to_owned()
        };
        let kept = "{find: 'c', batchSize: 1, noCursorTimeout: true}";
        let kept = number(shell.field(kept, "cursor.id"));
        let closed = number(shell.field("{find: 'c', batchSize: 1}", "cursor.id"));
        env.advance_ms(11 * 60 * 1_000);
        shell.check(
            &format!("{{getMore: {kept}L, collection: 'c'}}"),
            "cursor.nextBatch",
            "[{_id: 2}, {_id: 3}]",
        );
        shell.check_error(&format!("{{getMore: {closed}L, collection: 'c'}}"), 43);
    }
}
