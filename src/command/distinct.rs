//! distinct: the values that a field has.
//!
//! Source: the manual, "distinct". Arrays are taken apart once; values that compare equal are one;
//! they come in their order.

use std::cell::RefCell;
use std::rc::Rc;

use super::arguments::{Arguments, Field, Takes, optional, required};
use super::request::Request;
use super::{collation, selection, views};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::expression::Context;
use crate::keystring::encode_one;
use crate::limits;
use crate::matcher::{Leaf, Node, Path, Predicate, Run};
use crate::plan::{BoxStream, Choice, Query, plan, plan_and_rejected, plan_distinct};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, FieldPath, Value, ValueRef};

const FIELDS: &[Field] = &[
    required("key", Takes::String),
    optional("query", Takes::Document),
    optional("hint", Takes::Hint),
    optional("collation", Takes::Document),
];

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = arguments(request)?;
    let stream = open(engine, request, &arguments)?;
    let key = arguments.string("key").unwrap_or_default();
    let collection = engine.collection(&request.namespace()?);
    // A view's pipeline has the variable that a filter has not.
    let context = match collection.is_some_and(|found| found.is_view()) {
        true => request.context.clone(),
        false => request.context.without_now(),
    };
    let values = collect(stream, key, &context)?;
    let mut reply = DocumentBuf::new();
    reply.append("values", &values);
    Ok(reply)
}

/// Errors: 40414 for a null key, 31032 for one with a zero byte.
pub(super) fn arguments<'a>(request: &Request<'a>) -> Result<Arguments<'a>> {
    if request
        .document
        .get("key")
        .is_some_and(|key| key.is_nullish())
    {
        let message = "BSON field 'distinct.key' is missing but a required field";
        return Err(Error::new(40414, message));
    }
    let arguments = Arguments::of(request, FIELDS)?;
    if arguments
        .string("key")
        .is_some_and(|key| key.contains('\0'))
    {
        let message = "the key of distinct may not hold a zero byte";
        return Err(Error::new(31032, message));
    }
    collation::refuse(&arguments)?;
    Ok(arguments)
}

/// The documents whose values are asked for; of them only the field is needed.
fn open(engine: &Engine, request: &Request<'_>, arguments: &Arguments<'_>) -> Result<BoxStream> {
    match source(engine, request, arguments)? {
        (_, Some(stream)) => Ok(stream),
        (query, None) => Ok(plan(query)?.stream),
    }
}

/// As [`open`], with the other plans.
pub(super) fn explain(
    engine: &Engine,
    request: &Request<'_>,
    arguments: &Arguments<'_>,
) -> Result<(BoxStream, Option<Choice>)> {
    match source(engine, request, arguments)? {
        (query, Some(stream)) if query.collection.is_some() => {
            Ok((stream, Some(Choice::only(&query))))
        }
        (_, Some(stream)) => Ok((stream, None)),
        (query, None) => {
            let (plan, choice) = plan_and_rejected(&query)?;
            Ok((plan.stream, Some(choice)))
        }
    }
}

/// The query, and what answers it if that is a view or a scan from value to value.
fn source(
    engine: &Engine,
    request: &Request<'_>,
    arguments: &Arguments<'_>,
) -> Result<(Query, Option<BoxStream>)> {
    let namespace = request.namespace()?;
    let collection = engine.collection(&namespace);
    let hint = selection::hint(arguments)?;
    let filter = selection::filter(arguments.document("query"), &request.context)?;
    if collection.as_ref().is_some_and(|found| found.is_view()) {
        let filter_document = arguments.document("query").unwrap_or(DocumentRef::EMPTY);
        let mut stage = DocumentBuf::new();
        stage.append("$match", filter_document);
        let stages = [&stage].into_iter().collect::<ArrayBuf>();
        let opened = views::open(engine, &namespace, &stages, hint, &request.context)?;
        return Ok((Query::new(None, filter), Some(opened.stream)));
    }
    let mut query = Query::new(collection, filter);
    query.hint = hint;
    let field = FieldPath::new(arguments.string("key").unwrap_or_default());
    let scan = plan_distinct(&query, &field, false)?;
    query.needed = Some(vec![field]);
    Ok((query, scan))
}

/// Values with the keys that order them.
type Found = Vec<(Vec<u8>, Value<'static>)>;

/// Collects values and never matches, so that it sees all.
struct Collector {
    /// The values so far, by their keys.
    found: Rc<RefCell<Found>>,
}

impl Collector {
    fn add(&self, value: ValueRef<'_>) {
        let key = encode_one(value);
        let mut found = self.found.borrow_mut();
        if let Err(at) = found.binary_search_by(|(other, _)| other.as_slice().cmp(&key)) {
            found.insert(at, (key, Value::copy_of(value)));
        }
    }
}

impl Predicate for Collector {
    fn test(&self, value: Option<ValueRef<'_>>, _run: Run<'_>) -> Result<bool> {
        match value {
            None => {}
            Some(ValueRef::Array(array)) => array.iter().for_each(|element| self.add(element)),
            Some(value) => self.add(value),
        }
        Ok(false)
    }

    fn leaf(&self) -> Leaf {
        Leaf::Whole
    }
}

/// Errors: 17217 for more than 16 MB.
fn collect(mut stream: BoxStream, key: &str, context: &Context) -> Result<ArrayBuf> {
    let found: Rc<RefCell<Found>> = Rc::default();
    let reader = Node::field(
        &Path::new(key),
        Collector {
            found: found.clone(),
        },
    );
    while let Some(row) = stream.next(context)? {
        reader.matches(row.document.as_ref(), Run::new(context))?;
    }
    let found = found.borrow();
    let values: ArrayBuf = found.iter().map(|(_, value)| value).collect();
    if values.as_ref().as_bytes().len() > limits::DOCUMENT_BYTES_MAX {
        return Err(Error::new(17217, "distinct too big, 16mb cap"));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn values_are_told_once_and_in_order() {
        let mut shell = Shell::new();
        shell.insert(
            "c",
            "[{a: [3, [1]]}, {a: 3}, {a: null}, {}, {a: []}, {a: 1}, {b: {c: [{d: 1}, {d: 2}]}}]",
        );
        for _ in 0..2 {
            shell.check("{distinct: 'c', key: 'a'}", "values", "[null, 1, 3, [1]]");
            shell.check("{distinct: 'c', key: 'b.c.d'}", "values", "[1, 2]");
            shell.check("{distinct: 'c', key: 'b.c.1.d'}", "values", "[2]");
            shell.check(
                "{distinct: 'c', key: 'a', query: {a: {$gt: 1}}}",
                "values",
                "[3, [1]]",
            );
            shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a_1'}]}");
        }
        shell.check_error("{distinct: 'c', key: null}", 40414);
    }
}
