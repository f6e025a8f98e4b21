//! Which documents have one value in one field, if an index answers that alone: the shortest way
//! to a document, without a plan and without a cursor.
//!
//! What it cannot answer whole, in one batch, it leaves to the planner; both give the same reply.

use super::cursor_reply;
use super::request::Request;
use crate::catalog::{Collection, CollectionKind, check_collection_name};
use crate::engine::Engine;
use crate::error::Result;
use crate::index::{FieldKind, Index, split_record};
use crate::keystring::{Edge, KeyWriter};
use crate::limits;
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// A find that asks for nothing but equality.
struct Question<'a> {
    field: &'a str,
    value: ValueRef<'a>,
    limit: usize,
    batch_size: usize,
    single_batch: bool,
}

impl<'a> Question<'a> {
    /// `None` for a command with any other field, twice the same one, or a value of another type.
    fn of(command: DocumentRef<'a>) -> Option<Question<'a>> {
        let mut filter = None;
        let mut limit = None;
        let mut batch_size = None;
        let mut single_batch = None;
        for element in command.elements().skip(1) {
            match (element.name, element.value()) {
                ("filter", ValueRef::Document(value)) if filter.is_none() => filter = Some(value),
                ("limit", ValueRef::Int32(value @ 1..)) if limit.is_none() => limit = Some(value),
                ("batchSize", ValueRef::Int32(value @ 1..)) if batch_size.is_none() => {
                    batch_size = Some(value);
                }
                ("singleBatch", ValueRef::Boolean(value)) if single_batch.is_none() => {
                    single_batch = Some(value);
                }
                // Checked before any command runs.
                ("$db", ValueRef::String(_)) | ("lsid", ValueRef::Document(_)) => {}
                _ => return None,
            }
        }
        let mut conditions = filter?.elements();
        let condition = conditions.next()?;
        if conditions.next().is_some() || condition.name.contains(['$', '.']) {
            return None;
        }
        let value = condition.value();
        // Of these a document with the key is a match, and one without is none.
        matches!(
            value,
            ValueRef::String(_)
                | ValueRef::ObjectId(_)
                | ValueRef::Int32(_)
                | ValueRef::Int64(_)
                | ValueRef::Double(_)
                | ValueRef::Boolean(_)
                | ValueRef::Date(_)
        )
        .then_some(Question {
            field: condition.name,
            value,
            limit: limit.map_or(usize::MAX, |limit| limit as usize),
            batch_size: batch_size.map_or(limits::FIRST_BATCH_DEFAULT, |size| size as usize),
            single_batch: single_batch.unwrap_or(false),
        })
    }

    /// The one index that begins with the field, if it is on that field alone.
    fn index<'c>(&self, collection: &'c Collection) -> Option<&'c Index> {
        if !collection.index_filters.is_empty() {
            return None;
        }
        let mut found = None;
        for index in collection.indexes.iter().filter(|index| !index.spec.hidden) {
            let spec = &*index.spec;
            if spec.wildcard.is_some() {
                return None;
            }
            let first = spec.fields.first()?;
            if first.path.as_str() != self.field {
                continue;
            }
            let is_plain = spec.fields.len() == 1
                && matches!(first.kind, FieldKind::Value)
                && spec.partial.is_none();
            if found.is_some() || !is_plain {
                return None;
            }
            found = Some(index);
        }
        found
    }

    /// The records in the order of the index, one more than fit the batch at most.
    fn records(&self, index: &Index) -> Result<Vec<u64>> {
        let mut key = KeyWriter::new();
        let descending = index.spec.fields.first().is_some_and(|one| one.descending);
        key.append(self.value, descending);
        key.close(Edge::Exact);
        let key = key.bytes();
        if index.spec.unique {
            let entry = index.tree.get_ref(key)?;
            let record = entry.map(|value| split_record(true, key, value).record);
            return Ok(record.into_iter().collect());
        }
        let mut records = Vec::new();
        let most = self.limit.min(self.batch_size.saturating_add(1));
        let mut cursor = index.tree.cursor();
        cursor.seek(key)?;
        while records.len() < most
            && let Some(entry) = cursor.next_ref()?
        {
            let entry = split_record(false, entry.key, entry.value);
            if entry.key != key {
                break;
            }
            records.push(entry.record);
        }
        Ok(records)
    }
}

/// The reply, or `None` if the planner has to be asked.
///
/// Errors: faults alone.
pub(super) fn run(engine: &Engine, request: &Request<'_>) -> Result<Option<DocumentBuf>> {
    let (Some(question), Some(name)) = (Question::of(request.document), request.target.as_str())
    else {
        return Ok(None);
    };
    let Some(collection) = engine.catalog().find(request.database, name) else {
        return Ok(None);
    };
    if !matches!(collection.info.kind, CollectionKind::Regular)
        || check_collection_name(request.database, name).is_err()
    {
        return Ok(None);
    }
    let Some(index) = question.index(collection) else {
        return Ok(None);
    };
    let mut records = question.records(index)?;
    index.uses.count();
    if records.len() >= question.batch_size {
        // A full batch may not be the last one: then a cursor has to be kept.
        if !question.single_batch {
            return Ok(None);
        }
        records.truncate(question.batch_size);
    }
    let mut documents = Vec::with_capacity(records.len());
    let mut bytes = 0;
    for &record in &records {
        let found = match collection.records.get_ref(record) {
            Ok(found) => found,
            // Instead of one missing page, all that the records need.
            Err(fault) => return Err(collection.records.prefetch(&records).err().unwrap_or(fault)),
        };
        if let Some(document) = found {
            bytes += document.len();
            documents.push(DocumentRef::from_valid(document));
        }
    }
    if bytes > limits::BATCH_BYTES_MAX {
        return Ok(None);
    }
    let namespace = [request.database, ".", name].concat();
    let reply = cursor_reply::of_documents("firstBatch", &namespace, 0, &documents);
    Ok(Some(reply))
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::command::request::Request;
    use crate::command::testing::Shell;
    use crate::expression::testing::document;
    use crate::value::DocumentBuf;

    /// Two collections with the same documents: numbers of every type, texts, arrays, nothing.
    fn filled(indexes: &str) -> Shell {
        let mut shell = Shell::new();
        let mut documents = Vec::new();
        let values = [
            "1",
            "1L",
            "1.0",
            "1.5",
            "'x'",
            "[1, 1, 'x']",
            "[[1]]",
            "{a: 1}",
            "null",
            "true",
        ];
        for id in 0..120 {
            let value = match id % 11 {
                10 => String::new(),
                at => format!("a: {}, ", values[at]),
            };
            documents.push(format!(
                "{{_id: {id}, {value}b: {}, c: [{{d: {}}}]}}",
                id % 60,
                id % 3
            ));
        }
        shell.insert("c", &format!("[{}]", documents.join(", ")));
        shell.succeed(&format!("{{createIndexes: 'c', indexes: {indexes}}}"));
        shell
    }

    fn express(shell: &Shell, command: &str) -> Option<DocumentBuf> {
        let mut command = document(command);
        command.append("$db", "d");
        let request = Request::new(command.as_ref(), shell.engine()).ok()?;
        run(shell.engine(), &request).ok().flatten()
    }

    /// The rest of a find command after its collection gives what the planner gives, and is
    /// answered without it or not.
    #[track_caller]
    fn check(shell: &mut Shell, rest: &str, is_express: bool) {
        let command = format!("{{find: 'c', {rest}}}");
        let found = express(shell, &command);
        assert_eq!(found.is_some(), is_express, "{command}");
        // A comment is enough for the planner to be asked.
        let planned = shell.run(&format!("{{find: 'c', {rest}, comment: 1}}"));
        if let Some(found) = found {
            assert_eq!(
                found.as_ref().to_string(),
                planned.as_ref().to_string(),
                "{command}"
            );
        }
    }

    #[test]
    fn the_answers_are_the_planners() {
        for indexes in [
            "[{key: {a: 1}, name: 'a'}, {key: {b: -1}, name: 'b'}]",
            "[{key: {a: -1}, name: 'a', sparse: true}, {key: {b: 1}, name: 'b'}]",
        ] {
            let mut shell = filled(indexes);
            for value in ["1", "1.0", "1L", "1.5", "'x'", "'y'", "true", "NaN"] {
                for options in [
                    "",
                    ", limit: 1",
                    ", limit: 1, singleBatch: true",
                    ", limit: 3, batchSize: 50",
                    ", batchSize: 2, singleBatch: true",
                ] {
                    check(
                        &mut shell,
                        &format!("filter: {{a: {value}}}{options}"),
                        true,
                    );
                    check(
                        &mut shell,
                        &format!("filter: {{_id: {value}}}{options}"),
                        true,
                    );
                    check(
                        &mut shell,
                        &format!("filter: {{b: {value}}}{options}"),
                        true,
                    );
                }
            }
        }
    }

    #[test]
    fn what_needs_the_planner_is_left_to_it() {
        let mut shell = filled("[{key: {a: 1}, name: 'a'}, {key: {'c.d': 1}, name: 'cd'}]");
        for rest in [
            "filter: {a: null}",
            "filter: {a: [1]}",
            "filter: {a: {a: 1}}",
            "filter: {a: {$gt: 1}}",
            "filter: {$or: [{a: 1}]}",
            "filter: {a: 1, b: 1}",
            "filter: {b: 1}",
            "filter: {'c.d': 1}",
            "filter: {}",
            "limit: 1",
            "filter: {a: 1}, sort: {b: 1}",
            "filter: {a: 1}, skip: 1",
            "filter: {a: 1}, projection: {b: 1}",
            "filter: {a: 1}, batchSize: 2",
            "filter: {a: 1}, batchSize: 0",
            "filter: {a: 1}, limit: 0",
            "filter: {a: 1}, limit: 2, batchSize: 2",
            "filter: {a: 1}, maxTimeMS: 1000",
        ] {
            check(&mut shell, rest, false);
        }
        let hidden = "{collMod: 'c', index: {name: 'a', hidden: true}}";
        check(&mut shell, "filter: {a: 1}", true);
        shell.succeed(hidden);
        check(&mut shell, "filter: {a: 1}", false);
        for index in [
            "{key: {b: 1, a: 1}, name: 'ba'}",
            "{key: {b: 1}, name: 'partial', partialFilterExpression: {a: 1}}",
            "{key: {b: 'hashed'}, name: 'hashed'}",
        ] {
            let mut shell = filled(&format!("[{index}]"));
            check(&mut shell, "filter: {b: 1}", false);
        }
        let mut shell = filled("[{key: {'$**': 1}, name: 'all'}]");
        check(&mut shell, "filter: {b: 1}", false);
        shell.succeed("{create: 'v', viewOn: 'c', pipeline: []}");
        assert!(express(&shell, "{find: 'v', filter: {_id: 1}}").is_none());
        assert!(express(&shell, "{find: 'none', filter: {_id: 1}}").is_none());
    }
}
