//! planCacheClear, planCacheSetFilter, planCacheListFilters, planCacheClearFilters: what the planner
//! keeps, and which indexes it may use.
//!
//! Source: the manual, "Query Plan Cache Commands". No plan is kept, so there is none to clear; the
//! arguments are checked all the same. Fields that are not known are passed over, as MongoDB does.

use std::rc::Rc;

use super::arguments::Arguments;
use super::request::Request;
use super::selection;
use crate::catalog::{Collection, IndexFilter, Namespace};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::plan::{SortPattern, query_shape};
use crate::projection::{Projection, ProjectionKind};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, ValueRef};

pub(super) fn clear(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    if target(engine, request)?.1.is_some() {
        shape_to_clear(request)?;
    }
    Ok(DocumentBuf::new())
}

pub(super) fn clear_filters(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let (namespace, collection) = target(engine, request)?;
    if collection.is_some() {
        let shape = shape_to_clear(request)?.map(|filter| filter.shape);
        engine.update_pages(&namespace, |collection| {
            collection.index_filters.remove(shape.as_deref());
        });
    }
    Ok(DocumentBuf::new())
}

pub(super) fn list_filters(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let (_, collection) = target(engine, request)?;
    let mut reply = DocumentBuf::new();
    reply.append_array("filters", |list| {
        let filters = collection
            .iter()
            .flat_map(|found| found.index_filters.iter());
        for filter in filters {
            let mut entry = filter.source.clone();
            entry.append("indexes", &filter.indexes);
            list.push(&entry);
        }
    });
    Ok(reply)
}

pub(super) fn set_filter(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let (namespace, collection) = target(engine, request)?;
    if collection.is_none() {
        return Err(Error::bad_value("no such collection"));
    }
    let indexes = match request.document.get("indexes") {
        None => return Err(Error::bad_value("required field indexes missing")),
        Some(ValueRef::Array(list)) => list,
        Some(_) => return Err(Error::bad_value("required field indexes must be an array")),
    };
    if indexes.is_empty() {
        let message = "required field indexes must contain at least one index";
        return Err(Error::bad_value(message));
    }
    for index in indexes.iter() {
        let problem = match index {
            ValueRef::String("") => "index name cannot be empty",
            ValueRef::Document(key) if key.is_empty() => "index specification cannot be empty",
            ValueRef::String(_) | ValueRef::Document(_) => continue,
            _ => "each item in indexes must be an object or a string",
        };
        return Err(Error::bad_value(problem));
    }
    let mut filter = shape(request)?;
    filter.indexes = indexes.iter().collect::<ArrayBuf>();
    engine.update_pages(&namespace, |collection| {
        collection.index_filters.set(filter)
    });
    Ok(DocumentBuf::new())
}

/// The collection that is named, which may not be there.
///
/// Errors: `InvalidNamespace` (73), `CommandNotSupportedOnView` (166), those of the fields that
/// every command has.
fn target(engine: &Engine, request: &Request<'_>) -> Result<(Namespace, Option<Rc<Collection>>)> {
    Arguments::of_lenient(request, &[])?;
    let namespace = request.namespace()?;
    let collection = engine.catalog().plain(&namespace)?.cloned();
    Ok((namespace, collection))
}

/// The shape to clear; `None` for all.
///
/// Errors: `BadValue` (2) for a sort, projection or collation without a query.
fn shape_to_clear(request: &Request<'_>) -> Result<Option<IndexFilter>> {
    if request.document.element("query").is_some() {
        return shape(request).map(Some);
    }
    let rest = ["sort", "projection", "collation"];
    match rest
        .iter()
        .find(|name| request.document.element(name).is_some())
    {
        Some(name) => Err(Error::bad_value(format_args!(
            "{name} is given without a query"
        ))),
        None => Ok(None),
    }
}

/// The shape that query, sort, projection and collation describe; no indexes yet.
///
/// Errors: `BadValue` (2) for values that are no documents, and those of parsing.
fn shape(request: &Request<'_>) -> Result<IndexFilter> {
    let part = |name: &str| match request.document.get(name) {
        None => Ok(None),
        Some(ValueRef::Document(part)) => Ok(Some(part)),
        Some(ValueRef::Array(part)) => Ok(Some(part.as_document())),
        Some(_) => Err(Error::bad_value(format_args!(
            "field {name} must be an object"
        ))),
    };
    let query = part("query")?.ok_or_else(|| Error::bad_value("required field query missing"))?;
    let (sort, projection, collation) = (part("sort")?, part("projection")?, part("collation")?);
    if collation.is_some_and(|collation| collation.is_empty()) {
        return Err(Error::bad_value(
            "field collation cannot be an empty object",
        ));
    }
    let filter = selection::filter(Some(query), &request.context)?;
    if let Some(sort) = sort.filter(|sort| sort.get("$natural").is_none()) {
        SortPattern::parse(sort)?;
    }
    if let Some(projection) = projection.filter(|projection| !projection.is_empty()) {
        let scope = ParseScope::of(&request.context);
        Projection::parse(projection, &scope, ProjectionKind::Find)?;
    }
    let mut source = DocumentBuf::new();
    source.append("query", query);
    source.append("sort", sort.unwrap_or(DocumentRef::EMPTY));
    source.append("projection", projection.unwrap_or(DocumentRef::EMPTY));
    if let Some(collation) = collation {
        source.append("collation", collation);
    }
    Ok(IndexFilter {
        shape: query_shape(&filter, [sort, projection, collation]),
        source,
        indexes: ArrayBuf::new(),
    })
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    #[test]
    fn filters_restrict_the_planner() {
        let mut shell = Shell::new();
        shell.insert("c", "[{_id: 1, a: 1, b: 1}]");
        shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a_1'}, {key: {b: 1}, name: 'b_1'}]}");
        let find = |filter: &str| {
            format!("{{explain: {{find: 'c', filter: {filter}}}, verbosity: 'queryPlanner'}}")
        };
        let (one, both) = (find("{a: 1}"), find("{a: 1, b: 1}"));
        shell.succeed("{planCacheSetFilter: 'c', query: {a: 5}, indexes: [{b: 1}]}");
        shell.check(&one, "queryPlanner.indexFilterSet", "true");
        shell.check(&one, "queryPlanner.winningPlan.stage", "'COLLSCAN'");
        shell.check(&both, "queryPlanner.indexFilterSet", "false");
        shell.check(&both, "queryPlanner.winningPlan.stage", "'FETCH'");
        shell.succeed("{planCacheSetFilter: 'c', query: {a: 1, b: 2}, indexes: ['b_1']}");
        shell.check(
            &both,
            "queryPlanner.winningPlan.inputStage.indexName",
            "'b_1'",
        );
        shell.succeed("{planCacheClearFilters: 'c', query: {a: {$eq: 0}}}");
        shell.check(&one, "queryPlanner.indexFilterSet", "false");
        shell.check(
            "{planCacheListFilters: 'c'}",
            "filters",
            "[{query: {a: 1, b: 2}, sort: {}, projection: {}, indexes: ['b_1']}]",
        );
        shell.succeed("{planCacheClearFilters: 'c'}");
        shell.check("{planCacheListFilters: 'c'}", "filters", "[]");
    }

    #[test]
    fn bad_requests_are_refused() {
        let mut shell = Shell::new();
        shell.check_error(
            "{planCacheSetFilter: 'c', query: {a: 1}, indexes: ['x']}",
            2,
        );
        shell.succeed("{planCacheClear: 'c', query: 5}");
        shell.insert("c", "[{_id: 1}]");
        for wrong in [
            "{planCacheClear: 'c', query: 5}",
            "{planCacheClear: 'c', sort: {a: 1}}",
            "{planCacheClear: 'c', query: {a: {$x: 1}}}",
            "{planCacheClearFilters: 'c', projection: {a: 1}}",
            "{planCacheClearFilters: 'c', query: {}, collation: {}}",
            "{planCacheSetFilter: 'c', query: {}}",
            "{planCacheSetFilter: 'c', query: {}, indexes: 'x'}",
            "{planCacheSetFilter: 'c', query: {}, indexes: []}",
            "{planCacheSetFilter: 'c', query: {}, indexes: [1]}",
            "{planCacheSetFilter: 'c', query: {}, indexes: [{}]}",
            "{planCacheSetFilter: 'c', query: {}, indexes: ['']}",
            "{planCacheSetFilter: 'c', indexes: ['x']}",
            "{planCacheSetFilter: 'c', query: {}, sort: 1, indexes: ['x']}",
        ] {
            shell.check_error(wrong, 2);
        }
        shell.check_error("{planCacheListFilters: 1}", 73);
        shell.check_error("{planCacheListFilters: ''}", 73);
    }
}
