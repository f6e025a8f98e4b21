//! Which way to read a collection: by counted keys, not by guesses.

use std::rc::Rc;

use super::access::{Access, AccessKind, index_access};
use super::build::{build, distinct_stream};
use super::fetch::Fetch;
use super::filter::Filter;
use super::key_limits::{KeyLimits, limited};
use super::metadata::Metadata;
use super::query_shape::query_shape;
use super::scan::Nothing;
use super::sort::SortPattern;
use super::stream::BoxStream;
use super::tail::Tail;
use super::ways::{Indexes, distinct_way, is_on_id, only_equality, ways};
use crate::catalog::{Collection, IndexFilter};
use crate::error::{Error, Result, codes};
use crate::expression::Dependencies;
use crate::index::{Index, view_for_path, view_without_path};
use crate::projection::Projection;
use crate::value::{DocumentBuf, FieldPath};

/// Which index a query asks for.
#[derive(Clone)]
pub enum Hint {
    /// `{$natural: 1}` or `-1` (true): no index.
    Natural(bool),
    Name(String),
    Key(DocumentBuf),
}

/// What a find's projection needs at run time.
#[derive(Clone)]
pub struct QueryProjection {
    pub projection: Rc<Projection>,
    /// The projection as it was written.
    pub specification: DocumentBuf,
    /// True if it holds the positional `$`.
    pub positional: bool,
}

/// A query on one collection.
#[derive(Clone)]
pub struct Query {
    /// The snapshot; `None` if there is no such collection.
    pub collection: Option<Rc<Collection>>,
    pub filter: Filter,
    pub sort: Option<SortPattern>,
    pub skip: u64,
    pub limit: Option<u64>,
    pub hint: Option<Hint>,
    /// A capped collection is read as it grows, in its natural order.
    pub tail: Option<Tail>,
    pub projection: Option<QueryProjection>,
    /// The part of the hinted index that may be read.
    pub key_limits: KeyLimits,
    /// Index keys are wanted in the place of documents.
    pub returns_keys: bool,
    /// Documents are wanted with their record's number.
    pub shows_records: bool,
    /// What is to be told of documents beside their fields.
    pub metadata: Metadata,
    /// The fields that whoever reads the rows looks at, if the documents need not be whole.
    pub needed: Option<Vec<FieldPath>>,
}

impl Query {
    /// All documents that pass a filter.
    pub fn new(collection: Option<Rc<Collection>>, filter: Filter) -> Query {
        Query {
            collection,
            filter,
            sort: None,
            skip: 0,
            limit: None,
            hint: None,
            tail: None,
            projection: None,
            key_limits: KeyLimits::default(),
            returns_keys: false,
            shows_records: false,
            metadata: Metadata::default(),
            needed: None,
        }
    }

    /// The indexes that it may use.
    ///
    /// Errors: `BadValue` (2) for a hint that names no index.
    fn indexes<'c>(&self, collection: &'c Collection, views: &'c [Index]) -> Result<Indexes<'c>> {
        if let Some(filter) = self.index_filter(collection) {
            let allowed = collection.indexes.iter().chain(views);
            let allowed = allowed.filter(|index| !index.spec.hidden && filter.allows(&index.spec));
            return Ok(Indexes::Allowed(allowed.collect()));
        }
        match &self.hint {
            None if views.is_empty() => Ok(Indexes::All(&collection.indexes)),
            None => {
                let all = collection.indexes.iter().chain(views);
                Ok(Indexes::Allowed(
                    all.filter(|index| !index.spec.hidden).collect(),
                ))
            }
            Some(hint) => {
                let index = hinted(collection, hint)?;
                if index.spec.wildcard.is_none() {
                    return Ok(Indexes::Hinted(vec![index]));
                }
                let own = views
                    .iter()
                    .filter(|view| view.spec.name == index.spec.name);
                Ok(Indexes::Hinted(own.collect()))
            }
        }
    }

    /// The index filter that was set for queries of this shape.
    fn index_filter<'c>(&self, collection: &'c Collection) -> Option<&'c IndexFilter> {
        if collection.index_filters.is_empty() || is_on_id(self) {
            return None;
        }
        let shape = self.shape();
        collection
            .index_filters
            .iter()
            .find(|filter| filter.shape == shape)
    }

    /// The shape of the query, see [`query_shape`].
    pub fn shape(&self) -> String {
        let sort = self.sort.as_ref().map(|sort| sort.document().as_ref());
        let projection = self.projection.as_ref();
        let projection = projection.map(|projection| projection.specification.as_ref());
        query_shape(&self.filter, [sort, projection, None])
    }
}

/// A query ready to run.
pub struct Plan {
    pub stream: BoxStream,
    /// The name of the index it reads, if it is one index.
    pub index: Option<String>,
}

/// What explain tells of a query beside its plan.
pub struct Choice {
    /// The plans that were not taken.
    pub rejected: Vec<BoxStream>,
    pub shape: String,
    /// The shape, and the indexes that there are for it.
    pub key: String,
    /// True if an index filter restricted the choice.
    pub is_filtered: bool,
}

impl Choice {
    /// Of a query that had no choice.
    pub fn only(query: &Query) -> Choice {
        let shape = query.shape();
        let mut key = shape.clone();
        let indexes = query.collection.iter().flat_map(|found| &found.indexes);
        for index in indexes.filter(|index| !index.spec.hidden) {
            key.push('|');
            key.push_str(&index.spec.name);
        }
        let filter = query.collection.as_ref();
        let filter = filter.and_then(|collection| query.index_filter(collection));
        Choice {
            rejected: Vec::new(),
            is_filtered: filter.is_some(),
            shape,
            key,
        }
    }
}

/// Chooses the cheapest way and builds it.
///
/// Errors: `BadValue` (2) for a hint that names no index.
pub fn plan(query: Query) -> Result<Plan> {
    let Some(collection) = query.collection.clone() else {
        return Ok(nothing());
    };
    let access = match natural(&query, &collection) {
        Some(scan) => scan,
        None => {
            let views = wildcard_views(&query, &collection);
            let indexes = query.indexes(&collection, &views)?;
            let access = match (between(&query, &indexes)?, only_equality(&query, &indexes)) {
                (Some(limited), _) => limited,
                (None, Some(only)) => only,
                (None, None) => cheapest(ways(&query, &collection, &indexes)?)?.0,
            };
            return Ok(build(&query, &collection, access));
        }
    };
    Ok(build(&query, &collection, access))
}

/// As [`plan`], with the other plans.
///
/// Errors: as [`plan`].
pub fn plan_and_rejected(query: &Query) -> Result<(Plan, Choice)> {
    let mut choice = Choice::only(query);
    let Some(collection) = &query.collection else {
        return Ok((nothing(), choice));
    };
    if let Some(scan) = natural(query, collection) {
        return Ok((build(query, collection, scan), choice));
    }
    let views = wildcard_views(query, collection);
    let indexes = query.indexes(collection, &views)?;
    if let Some(limited) = between(query, &indexes)? {
        return Ok((build(query, collection, limited), choice));
    }
    if let Some(only) = only_equality(query, &indexes) {
        return Ok((build(query, collection, only), choice));
    }
    let (best, rest) = cheapest(ways(query, collection, &indexes)?)?;
    let rest = rest.into_iter().filter(|access| access.is_shown);
    choice.rejected = rest
        .map(|access| build(query, collection, access).stream)
        .collect();
    Ok((build(query, collection, best), choice))
}

/// A scan from one value of a field to the next, for a query of which only these values are
/// wanted, if an index serves it.
///
/// Errors: as [`plan`].
pub fn plan_distinct(query: &Query, field: &FieldPath, of_last: bool) -> Result<Option<BoxStream>> {
    let Some(collection) = &query.collection else {
        return Ok(None);
    };
    if matches!(query.hint, Some(Hint::Natural(_))) {
        return Ok(None);
    }
    let views = wildcard_views(query, collection);
    let indexes = query.indexes(collection, &views)?;
    Ok(distinct_way(query, &indexes, field)
        .filter(|(candidate, ..)| !candidate.index.spec.clustered)
        .map(|(candidate, fields, backward)| {
            let scan = distinct_stream(collection, candidate, fields, backward != of_last);
            match query.sort {
                None => scan,
                Some(_) => Box::new(Fetch::new(scan, &collection.records, None)),
            }
        }))
}

/// Every plan there is, for tests, and how many keys it reads if that is known.
#[cfg(test)]
pub(crate) fn all_plans(query: &Query) -> Result<Vec<(BoxStream, Option<u64>)>> {
    let Some(collection) = &query.collection else {
        return Ok(Vec::new());
    };
    let views = wildcard_views(query, collection);
    let indexes = query.indexes(collection, &views)?;
    let mut all = ways(query, collection, &indexes)?;
    all.extend(only_equality(query, &indexes));
    let plan = |access: Access<'_>| {
        let keys = match &access.kind {
            AccessKind::Index { candidate, .. } if candidate.tested_from.is_none() => {
                let mut candidate = candidate.clone();
                candidate.count()?;
                Some(candidate.keys)
            }
            AccessKind::Scan { .. } => Some(0),
            _ => None,
        };
        Ok((build(query, collection, access).stream, keys))
    };
    all.into_iter().map(plan).collect()
}

fn nothing() -> Plan {
    Plan {
        stream: Box::<Nothing>::default(),
        index: None,
    }
}

/// The part of an index that `min` and `max` leave.
///
/// Errors: see [`limited`].
fn between<'c>(query: &Query, indexes: &Indexes<'c>) -> Result<Option<Access<'c>>> {
    let hinted = match indexes {
        Indexes::Hinted(hinted) => hinted.as_slice(),
        _ => &[],
    };
    let candidate = limited(query, hinted)?;
    Ok(candidate.map(|candidate| index_access(query, candidate, 0)))
}

/// The scan that `{$natural: 1}` asks for, unless an index filter overrules it.
fn natural(query: &Query, collection: &Collection) -> Option<Access<'static>> {
    let scan = |backward: bool, is_sorted: bool| Access {
        cost: 0.0,
        kind: AccessKind::Scan { backward },
        is_sorted,
        is_shown: false,
    };
    if query.tail.is_some() {
        return Some(scan(false, true));
    }
    let Some(Hint::Natural(backward)) = query.hint else {
        return None;
    };
    if query.index_filter(collection).is_some() {
        return None;
    }
    Some(scan(backward, query.sort.is_none()))
}

/// The first of the cheapest ways, and the others.
///
/// Errors: `NoQueryExecutionPlans` (291) if there is none.
fn cheapest<'c>(mut ways: Vec<Access<'c>>) -> Result<(Access<'c>, Vec<Access<'c>>)> {
    if ways.is_empty() {
        return Err(Error::new(
            codes::NO_QUERY_EXECUTION_PLANS,
            "error processing query: planner returned error :: caused by :: No query solutions: the hinted index cannot serve the query",
        ));
    }
    let mut best = 0;
    for (at, access) in ways.iter().enumerate() {
        if access.cost < ways[best].cost {
            best = at;
        }
    }
    let best = ways.remove(best);
    Ok((best, ways))
}

/// The wildcard indexes as the query's fields see them.
fn wildcard_views(query: &Query, collection: &Collection) -> Vec<Index> {
    let is_wildcard = |index: &&Index| index.spec.wildcard.is_some() && !index.spec.hidden;
    let mut wildcards = collection.indexes.iter().filter(is_wildcard).peekable();
    if wildcards.peek().is_none() {
        return Vec::new();
    }
    let mut read = Dependencies::new();
    query.filter.matcher().dependencies(&mut read);
    let mut views = Vec::new();
    for index in wildcards {
        let before = views.len();
        let own = read.paths.iter();
        views.extend(own.filter_map(|path| view_for_path(index, path)));
        // The fields before a wildcard serve alone too.
        if views.len() == before && index.spec.fields.len() > 1 {
            views.push(view_without_path(index));
        }
    }
    views
}

fn hinted<'c>(collection: &'c Collection, hint: &Hint) -> Result<&'c Index> {
    let fits = |index: &&Index| match hint {
        Hint::Name(name) => index.spec.name == *name,
        Hint::Key(key) => {
            crate::value::compare_documents(index.spec.key.as_ref(), key.as_ref()).is_eq()
        }
        Hint::Natural(_) => false,
    };
    let found = collection
        .shown_indexes()
        .iter()
        .find(fits)
        .filter(|index| !index.spec.hidden);
    found.ok_or_else(|| {
        Error::bad_value(
            "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
        )
    })
}
