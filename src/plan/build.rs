//! From a chosen way of reading to the nodes that carry it out.

use super::access::{Access, AccessKind, Part, is_covered};
use super::candidate::{Candidate, SortOrder};
use super::clustered_scan::ClusteredScan;
use super::fetch::{Fetch, Select};
use super::index_scan::IndexScan;
use super::intersection::Intersection;
use super::limit::{Limit, Skip};
use super::merge::Merge;
use super::metadata::Tell;
use super::planner::{Plan, Query};
use super::projection_node::ProjectionNode;
use super::record_keys::{ReadKeys, ReturnKey, ShowRecord};
use super::scan::{CollectionScan, Nothing};
use super::sort_node::SortNode;
use super::stream::BoxStream;
use super::tail::TailScan;
use super::union::Union;
use super::ways::is_on_id;
use crate::catalog::Collection;

pub(super) fn build(query: &Query, collection: &Collection, access: Access<'_>) -> Plan {
    let filter = (!query.filter.matcher().is_trivial()).then(|| query.filter.clone());
    let mut covered = false;
    let mut name = None;
    let mut read = ReadKeys::default();
    let mut stream: BoxStream = match access.kind {
        AccessKind::Scan { backward } => match query.tail.clone() {
            Some(tail) => Box::new(TailScan::new(collection, filter, tail)),
            None if let Some(index) = collection.clustered() => {
                let all = Candidate::new(index, &[]);
                clustered_stream(query, collection, all, backward, filter)
            }
            None => Box::new(CollectionScan::new(
                collection.records.cursor(),
                backward,
                filter,
            )),
        },
        AccessKind::Index { candidate, order } if candidate.index.spec.clustered => {
            let left = filter.and_then(|filter| filter.without(&candidate.known));
            clustered_stream(query, collection, candidate, order.backward, left)
        }
        AccessKind::Index { candidate, order } => {
            name = Some(candidate.index.spec.name.clone());
            covered = is_covered(query, &candidate);
            if query.returns_keys || query.metadata.is_of_plans() {
                read = ReadKeys::new(candidate.index, &candidate.ranges);
            }
            index_stream(query, collection, candidate, order, covered)
        }
        // `$or` of nothing, which `$in` of nothing is too.
        AccessKind::Combined {
            part: Part::Or(parts),
            ..
        } if parts.is_empty() => Box::<Nothing>::default(),
        AccessKind::Combined {
            part,
            known,
            merges,
        } => {
            let records = combined(query, collection, part, merges);
            let left = filter.and_then(|filter| filter.without(&known));
            Box::new(Fetch::new(records, &collection.records, left))
        }
    };
    if let Some(sort) = query.sort.as_ref().filter(|_| !access.is_sorted) {
        let limit = query.limit.map(|limit| limit.saturating_add(query.skip));
        stream = Box::new(SortNode::new(stream, sort.clone(), limit));
    }
    if query.skip > 0 {
        stream = Box::new(Skip::new(stream, query.skip));
    }
    if let Some(limit) = query.limit {
        stream = Box::new(Limit::new(stream, limit));
    }
    if query.metadata.is_of_plans() && !query.returns_keys {
        let keys = std::mem::take(&mut read);
        let sort = query.sort.clone();
        stream = Box::new(Tell::new(stream, query.metadata, keys, sort));
    }
    if query.returns_keys {
        stream = Box::new(ReturnKey::new(stream, read));
    } else if let Some(wanted) = &query.projection {
        let matcher = wanted.positional.then(|| query.filter.matcher().clone());
        let node = ProjectionNode::new(
            stream,
            wanted.projection.clone(),
            matcher,
            wanted.specification.clone(),
            covered,
        );
        stream = Box::new(node);
    }
    if query.shows_records {
        stream = Box::new(ShowRecord::new(stream));
    }
    Plan {
        stream,
        index: name,
    }
}

/// Documents of a clustered collection in its order, as far as the candidate for `_id` goes.
fn clustered_stream(
    query: &Query,
    collection: &Collection,
    candidate: Candidate<'_>,
    backward: bool,
    left: Option<super::Filter>,
) -> BoxStream {
    let is_express = query.hint.is_none() && left.is_none() && is_on_id(query);
    let shown = (!query.filter.matcher().is_trivial()).then(|| query.filter.clone());
    let borders = candidate.sets.first().filter(|set| !set.is_all());
    let borders = borders
        .cloned()
        .unwrap_or_else(super::bounds::IntervalSet::all);
    let scan = scan(candidate, backward);
    let fetch = Fetch::new(Box::new(scan), &collection.records, left);
    Box::new(ClusteredScan::new(
        fetch, shown, borders, backward, is_express,
    ))
}

fn index_stream(
    query: &Query,
    collection: &Collection,
    candidate: Candidate<'_>,
    order: SortOrder,
    covered: bool,
) -> BoxStream {
    let left = match query.filter.matcher().is_trivial() {
        true => None,
        false => query.filter.without(&candidate.known),
    };
    if let Some(merged) = merged(query, collection, &candidate, order, covered) {
        return match left {
            Some(left) if covered => Box::new(Select::new(merged, left)),
            None if covered => merged,
            left => Box::new(Fetch::new(merged, &collection.records, left)),
        };
    }
    let is_express = query.hint.is_none() && left.is_none() && candidate.index.spec.is_id();
    let express = (is_express && is_on_id(query)).then(|| candidate.index.spec.name.clone());
    let scan = scan(candidate, order.backward);
    if !covered {
        let fetch = Fetch::new(Box::new(scan), &collection.records, left);
        return Box::new(fetch.express(express));
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

fn scan(candidate: Candidate<'_>, backward: bool) -> IndexScan {
    let tested_from = candidate.tested_from;
    IndexScan::new(candidate.index, candidate.ranges, candidate.sets, backward).testing(tested_from)
}

/// A scan from one value of an index's first fields to the next.
pub(super) fn distinct_stream(
    collection: &Collection,
    candidate: Candidate<'_>,
    fields: usize,
    backward: bool,
) -> BoxStream {
    let scan = scan(candidate, backward).covering(&collection.records);
    Box::new(scan.distinct(fields))
}

/// One scan per value of the first fields, merged by the fields of the sort.
fn merged(
    query: &Query,
    collection: &Collection,
    candidate: &Candidate<'_>,
    order: SortOrder,
    covered: bool,
) -> Option<BoxStream> {
    let sort = query.sort.as_ref().filter(|_| order.exploded > 0)?;
    let scans = sorted_scans(collection, candidate, order, covered);
    Some(Box::new(Merge::new(scans, sort.clone())))
}

/// Scans that give documents of the keys; whole ones as far as the keys tell if `covered`.
fn sorted_scans(
    collection: &Collection,
    candidate: &Candidate<'_>,
    order: SortOrder,
    covered: bool,
) -> Vec<BoxStream> {
    let read = |one: Candidate<'_>| -> BoxStream {
        let scan = scan(one, order.backward);
        Box::new(match covered {
            true => scan.covering(&collection.records),
            false => scan.keyed(&collection.records),
        })
    };
    let scans = candidate.explode(order.exploded);
    scans.into_iter().map(read).collect()
}

/// The records of several indexes, each once.
fn combined(query: &Query, collection: &Collection, part: Part<'_>, merges: bool) -> BoxStream {
    match part {
        Part::Index(candidate, order) => Box::new(scan(candidate, order.backward)),
        Part::And(candidates) => {
            let scans = candidates.into_iter();
            let scans = scans.map(|one| Box::new(scan(one, false)) as BoxStream);
            Box::new(Intersection::new(scans.collect()))
        }
        Part::Or(parts) => {
            if let Some(sort) = query.sort.as_ref().filter(|_| merges) {
                let scans = parts.iter().flat_map(|part| match part {
                    Part::Index(candidate, order) => {
                        sorted_scans(collection, candidate, *order, false)
                    }
                    _ => Vec::new(),
                });
                return Box::new(Merge::new(scans.collect(), sort.clone()));
            }
            let inputs = parts.into_iter();
            let inputs = inputs.map(|part| combined(query, collection, part, merges));
            Box::new(Union::new(inputs.collect()))
        }
    }
}
