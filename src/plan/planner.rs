//! Which way to read a collection: by counted keys, not by guesses.

use std::rc::Rc;

use super::candidate::Candidate;
use super::fetch::{Fetch, Select};
use super::filter::Filter;
use super::index_scan::IndexScan;
use super::limit::{Limit, Skip};
use super::predicates::{conjuncts, requirements};
use super::projection_node::ProjectionNode;
use super::scan::{CollectionScan, Nothing};
use super::sort::SortPattern;
use super::sort_node::SortNode;
use super::stream::BoxStream;
use super::tail::{Tail, TailScan};
use super::union::Union;
use crate::catalog::Collection;
use crate::error::{Error, Result};
use crate::matcher::Node;
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
            needed: None,
        }
    }
}

/// A query ready to run.
pub struct Plan {
    pub stream: BoxStream,
    /// The name of the index it reads, if it is one index.
    pub index: Option<String>,
}

/// What a way of reading costs: keys, documents (twice, as they are looked up), sorting.
struct Access<'c> {
    cost: f64,
    kind: AccessKind<'c>,
    /// Whether the rows come in the order of the sort.
    sorted: bool,
}

enum AccessKind<'c> {
    Scan {
        backward: bool,
    },
    Index {
        candidate: Candidate<'c>,
        backward: bool,
    },
    Union(Vec<Candidate<'c>>),
}

/// Chooses the cheapest way and builds it.
///
/// Errors: `BadValue` (2) for a hint that names no index.
pub fn plan(query: Query) -> Result<Plan> {
    let Some(collection) = query.collection.clone() else {
        return Ok(Plan {
            stream: Box::<Nothing>::default(),
            index: None,
        });
    };
    let access = choose(&query, &collection)?;
    Ok(build(query, &collection, access))
}

fn choose<'c>(query: &Query, collection: &'c Collection) -> Result<Access<'c>> {
    if query.tail.is_some() {
        let kind = AccessKind::Scan { backward: false };
        return Ok(Access {
            cost: 0.0,
            kind,
            sorted: true,
        });
    }
    if let Some(Hint::Natural(backward)) = query.hint {
        let kind = AccessKind::Scan { backward };
        return Ok(Access {
            cost: 0.0,
            kind,
            sorted: query.sort.is_none(),
        });
    }
    let conjuncts = conjuncts(query.filter.matcher());
    let needs = requirements(conjuncts);
    if let Some(hint) = &query.hint {
        let index = hinted(collection, hint)?;
        let mut candidate = Candidate::new(index, &needs);
        candidate.count()?;
        return Ok(index_access(query, candidate, 0));
    }
    let mut candidates = Vec::new();
    for index in &collection.indexes {
        let is_bounded = index
            .spec
            .fields
            .first()
            .is_some_and(|first| needs.iter().any(|need| need.path == first.path));
        if index.spec.hidden || !(is_bounded || query.sort.is_some() || query.needed.is_some()) {
            continue;
        }
        let candidate = Candidate::new(index, &needs);
        // A sparse index lacks the documents without its fields.
        if index.spec.sparse && candidate.sets.first().is_none_or(|set| set.has_null()) {
            continue;
        }
        candidates.push(candidate);
    }
    if let Some(only) = only_equality(query, &mut candidates) {
        return Ok(only);
    }
    for candidate in &mut candidates {
        candidate.count()?;
    }
    let total = collection.records.len();
    let matches = candidates
        .iter()
        .map(|candidate| candidate.keys)
        .min()
        .unwrap_or(total)
        .min(total);
    let mut best = scan_access(query, total, matches);
    for candidate in candidates {
        let access = index_access(query, candidate, matches);
        if access.cost < best.cost {
            best = access;
        }
    }
    if let Some(union) = union_access(query, collection, conjuncts)?
        && union.cost < best.cost
    {
        best = union;
    }
    Ok(best)
}

/// Equality on the one index that bounds the query needs no counting: nothing beats it.
fn only_equality<'c>(query: &Query, candidates: &mut Vec<Candidate<'c>>) -> Option<Access<'c>> {
    if query.sort.is_some() {
        return None;
    }
    let mut bounded = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.is_bounded());
    let (at, only) = bounded.next()?;
    if bounded.next().is_some() || !only.is_equality() {
        return None;
    }
    Some(Access {
        cost: 0.0,
        kind: AccessKind::Index {
            candidate: candidates.swap_remove(at),
            backward: false,
        },
        sorted: true,
    })
}

fn hinted<'c>(collection: &'c Collection, hint: &Hint) -> Result<&'c crate::index::Index> {
    let fits = |index: &&crate::index::Index| match hint {
        Hint::Name(name) => index.spec.name == *name,
        Hint::Key(key) => {
            crate::value::compare_documents(index.spec.key.as_ref(), key.as_ref()).is_eq()
        }
        Hint::Natural(_) => false,
    };
    let found = collection
        .indexes
        .iter()
        .find(fits)
        .filter(|index| !index.spec.hidden);
    found.ok_or_else(|| {
        Error::bad_value(
            "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
        )
    })
}

/// The cost of sorting rows that do not come in order.
fn sort_cost(query: &Query, rows: f64) -> f64 {
    match (&query.sort, query.limit) {
        (None, _) => 0.0,
        (Some(_), Some(_)) => rows * 0.5,
        (Some(_), None) => rows * 0.1 * (rows + 2.0).log2(),
    }
}

/// The part of the rows that is read before a limit is met, if they come in order.
fn part_until_limit(query: &Query, matches: u64) -> f64 {
    match query.limit {
        Some(limit) => (query.skip.saturating_add(limit) as f64 / matches.max(1) as f64).min(1.0),
        None => 1.0,
    }
}

/// What a scan with a filter costs at least.
const SCAN_COST_MIN: f64 = 64.0;

fn scan_access<'c>(query: &Query, total: u64, matches: u64) -> Access<'c> {
    let sorted = query.sort.is_none();
    let part = if sorted {
        part_until_limit(query, matches)
    } else {
        1.0
    };
    // In a collection of a few documents every way is as good; there an index that narrows the
    // search is what MongoDB would show.
    let at_least = if query.filter.matcher().is_trivial() {
        0.0
    } else {
        SCAN_COST_MIN
    };
    let cost = (total as f64 * part).max(at_least) + sort_cost(query, matches as f64);
    Access {
        cost,
        kind: AccessKind::Scan { backward: false },
        sorted,
    }
}

fn index_access<'c>(query: &Query, candidate: Candidate<'c>, matches: u64) -> Access<'c> {
    let direction = match &query.sort {
        None => Some(false),
        Some(sort) => candidate.sort_direction(sort),
    };
    let sorted = direction.is_some();
    let keys = candidate.keys as f64;
    let part = if sorted {
        part_until_limit(query, matches.min(candidate.keys))
    } else {
        1.0
    };
    let per_key = if is_covered(query, &candidate) {
        1.0
    } else {
        3.0
    };
    let sorting = if sorted { 0.0 } else { sort_cost(query, keys) };
    // One more for an index that bounds nothing, so that it never beats a scan by a hair.
    let idle = if candidate.is_bounded() || query.sort.is_some() {
        0.0
    } else {
        1.0
    };
    let cost = keys * part * per_key + sorting + idle;
    let backward = direction.unwrap_or(false);
    Access {
        cost,
        kind: AccessKind::Index {
            candidate,
            backward,
        },
        sorted,
    }
}

/// True if the index's keys hold all that is asked for.
fn is_covered(query: &Query, candidate: &Candidate<'_>) -> bool {
    let Some(needed) = &query.needed else {
        return false;
    };
    let mut read = crate::expression::Dependencies::new();
    if query.filter.without(&candidate.known).is_some() {
        query.filter.matcher().dependencies(&mut read);
    }
    if let Some(sort) = query
        .sort
        .as_ref()
        .filter(|sort| candidate.sort_direction(sort).is_none())
    {
        sort.fields.iter().for_each(|field| read.add(&field.path));
    }
    !read.whole_document
        && (needed.is_empty() && read.paths.is_empty()
            || candidate.covers(needed.iter().chain(&read.paths)))
}

/// `$or` at the top: each branch from an index of its own, if every branch has one.
fn union_access<'c>(
    query: &Query,
    collection: &'c Collection,
    conjuncts: &[Node],
) -> Result<Option<Access<'c>>> {
    let [Node::Or(branches)] = conjuncts else {
        return Ok(None);
    };
    let mut chosen = Vec::new();
    for branch in branches {
        let needs = match branch {
            Node::And(children) => requirements(children),
            other => requirements(std::slice::from_ref(other)),
        };
        let mut best: Option<Candidate<'c>> = None;
        for index in collection
            .indexes
            .iter()
            .filter(|index| !index.spec.hidden && !index.spec.sparse)
        {
            let mut candidate = Candidate::new(index, &needs);
            candidate.count()?;
            if candidate.is_bounded() && best.as_ref().is_none_or(|best| candidate.keys < best.keys)
            {
                best = Some(candidate);
            }
        }
        match best {
            Some(best) => chosen.push(best),
            None => return Ok(None),
        }
    }
    let keys = chosen
        .iter()
        .map(|candidate| candidate.keys as f64)
        .sum::<f64>();
    let cost = keys * 3.0 + sort_cost(query, keys);
    Ok(Some(Access {
        cost,
        kind: AccessKind::Union(chosen),
        sorted: query.sort.is_none(),
    }))
}

fn build(query: Query, collection: &Collection, access: Access<'_>) -> Plan {
    let filter = (!query.filter.matcher().is_trivial()).then(|| query.filter.clone());
    let mut covered = false;
    let mut name = None;
    let mut stream: BoxStream = match access.kind {
        AccessKind::Scan { backward } => match query.tail.clone() {
            Some(tail) => Box::new(TailScan::new(collection, filter, tail)),
            None => Box::new(CollectionScan::new(
                collection.records.cursor(),
                backward,
                filter,
            )),
        },
        AccessKind::Index {
            candidate,
            backward,
        } => {
            name = Some(candidate.index.spec.name.clone());
            covered = is_covered(&query, &candidate);
            index_stream(&query, collection, candidate, backward, covered)
        }
        AccessKind::Union(candidates) => {
            let branch = |candidate: Candidate<'_>| -> BoxStream {
                let scan = IndexScan::new(candidate.index, candidate.ranges, candidate.sets, false);
                Box::new(Fetch::new(
                    Box::new(scan),
                    &collection.records,
                    filter.clone(),
                ))
            };
            Box::new(Union::new(candidates.into_iter().map(branch).collect()))
        }
    };
    if let Some(sort) = query.sort.filter(|_| !access.sorted) {
        let limit = query.limit.map(|limit| limit.saturating_add(query.skip));
        stream = Box::new(SortNode::new(stream, sort, limit));
    }
    if query.skip > 0 {
        stream = Box::new(Skip::new(stream, query.skip));
    }
    if let Some(limit) = query.limit {
        stream = Box::new(Limit::new(stream, limit));
    }
    if let Some(wanted) = query.projection {
        let matcher = wanted.positional.then(|| query.filter.matcher().clone());
        let node = ProjectionNode::new(
            stream,
            wanted.projection,
            matcher,
            wanted.specification,
            covered,
        );
        stream = Box::new(node);
    }
    Plan {
        stream,
        index: name,
    }
}

fn index_stream(
    query: &Query,
    collection: &Collection,
    candidate: Candidate<'_>,
    backward: bool,
    covered: bool,
) -> BoxStream {
    let left = match query.filter.matcher().is_trivial() {
        true => None,
        false => query.filter.without(&candidate.known),
    };
    let scan = IndexScan::new(candidate.index, candidate.ranges, candidate.sets, backward);
    if !covered {
        return Box::new(Fetch::new(Box::new(scan), &collection.records, left));
    }
    let bare = left.is_none() && query.needed.as_ref().is_some_and(Vec::is_empty);
    let scan = if bare {
        scan
    } else {
        scan.covering(&collection.records)
    };
    match left {
        Some(left) => Box::new(Select::new(Box::new(scan), left)),
        None => Box::new(scan),
    }
}
