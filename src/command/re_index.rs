//! reIndex: builds the indexes of a collection anew.
//!
//! Source: the manual, "reIndex". The index on `_id` is kept: the others are built from the documents.

use super::arguments::Arguments;
use super::request::Request;
use crate::engine::{Engine, Write};
use crate::error::{Error, Result, codes};
use crate::value::DocumentBuf;

/// Errors: `NamespaceNotFound` (26), `CommandNotSupportedOnView` (166).
pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    Arguments::of(request, &[])?;
    let namespace = request.namespace()?;
    let Some(collection) = engine.catalog().plain(&namespace)?.cloned() else {
        return Err(Error::new(
            codes::NAMESPACE_NOT_FOUND,
            format_args!("there is no collection {namespace}"),
        ));
    };
    let count = collection.index_count() as i32;
    let mut write = Write::new(engine);
    for index in collection
        .indexes
        .iter()
        .filter(|index| !index.spec.is_id())
    {
        write.drop_index(&namespace, &index.spec.name)?;
        write.create_index(&namespace, index.spec.as_ref().clone())?;
    }
    write.commit();
    let mut reply = DocumentBuf::new();
    reply.append("nIndexesWas", count);
    reply.append("nIndexes", count);
    reply.append_array("indexes", |list| {
        for index in collection.shown_indexes() {
            list.push(&index.spec.describe());
        }
    });
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn indexes_are_as_before() {
        let mut shell = Shell::new();
        shell.check_error("{reIndex: 'c'}", 26);
        shell.insert("c", "[{_id: 1, a: 2}, {_id: 2, a: 1}]");
        shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a_1'}]}");
        shell.check("{reIndex: 'c'}", "nIndexes", "2");
        shell.check("{validate: 'c'}", "valid", "true");
        shell.check_batch(
            "{find: 'c', sort: {a: 1}, hint: 'a_1', projection: {_id: 1}}",
            "[{_id: 2}, {_id: 1}]",
        );
        shell.succeed("{create: 'v', viewOn: 'c', pipeline: []}");
        shell.check_error("{reIndex: 'v'}", 166);
    }
}
