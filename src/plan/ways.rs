//! Which ways there are to serve a query from a collection and its indexes.

use super::access::{
    Access, AccessKind, Part, index_access, intersection_access, scan_access, union_access,
};
use super::bounds::IntervalSet;
use super::candidate::{Candidate, SortOrder};
use super::planner::Query;
use super::predicates::{Requirement, conjuncts, parts, requirements};
use crate::catalog::Collection;
use crate::error::Result;
use crate::index::{FieldKind, Index};
use crate::matcher::{Node, Shape};
use crate::value::FieldPath;

/// The indexes that a query may use.
pub(super) enum Indexes<'c> {
    All(&'c [Index]),
    /// Those that an index filter allows.
    Allowed(Vec<&'c Index>),
    Hinted(Vec<&'c Index>),
}

impl<'c> Indexes<'c> {
    /// Those that have all documents which meet the conditions together, as far as a partial
    /// index's filter goes; all of the hinted ones.
    fn list<'n>(&self, conjuncts: impl Iterator<Item = &'n Node> + Clone) -> Vec<&'c Index> {
        let holds = |index: &&'c Index| {
            let partial = index.spec.partial.as_ref();
            partial.is_none_or(|partial| partial.is_implied_by(conjuncts.clone()))
        };
        match self {
            Indexes::All(all) => {
                let seen = all.iter().filter(|index| !index.spec.hidden);
                seen.filter(holds).collect()
            }
            Indexes::Allowed(allowed) => allowed.iter().copied().filter(holds).collect(),
            Indexes::Hinted(only) => only.clone(),
        }
    }

    /// The ways to use each of them for the requirements.
    fn candidates(&self, query: &Query, needs: &[Requirement]) -> Vec<Candidate<'c>> {
        let conjuncts = conjuncts(query.filter.matcher()).iter();
        let all_of_them = matches!(self, Indexes::Hinted(_));
        let reads_any = all_of_them || query.sort.is_some() || query.needed.is_some();
        // A hinted index is read even if it lacks documents, but a wildcard index has no order for
        // a field that the query does not name.
        let is_asked =
            |candidate: &Candidate<'_>| all_of_them && candidate.index.spec.wildcard.is_none();
        self.list(conjuncts)
            .into_iter()
            .filter(|index| reads_any || begins_with_any(index, needs))
            .map(|index| Candidate::new(index, needs))
            .filter(|candidate| is_asked(candidate) || candidate.is_whole)
            .collect()
    }
}

fn begins_with_any(index: &Index, needs: &[Requirement]) -> bool {
    let mut fields = index.spec.fields.iter();
    let first = fields.find(|field| field.kind != FieldKind::WildcardPath);
    first.is_some_and(|first| needs.iter().any(|need| need.path == first.path))
}

/// True for a query that asks for one `_id` and nothing else.
pub(super) fn is_on_id(query: &Query) -> bool {
    matches!(conjuncts(query.filter.matcher()), [Node::Field(field)]
        if field.path().as_str() == "_id" && matches!(field.predicate().shape(), Shape::Equal(_)))
}

/// Equality on the one index that bounds the query needs no counting: nothing beats it.
pub(super) fn only_equality<'c>(query: &Query, indexes: &Indexes<'c>) -> Option<Access<'c>> {
    if query.sort.is_some() || matches!(indexes, Indexes::Hinted(_)) {
        return None;
    }
    let conjuncts = conjuncts(query.filter.matcher());
    if conjuncts.iter().any(|node| matches!(node, Node::Or(_))) {
        return None;
    }
    let needs = requirements(conjuncts);
    let mut bounded = None;
    for index in indexes.list(conjuncts.iter()) {
        if !begins_with_any(index, &needs) {
            continue;
        }
        let candidate = Candidate::new(index, &needs);
        if !candidate.is_whole || !candidate.is_bounded() {
            continue;
        }
        if bounded.is_some() || !candidate.is_equality() {
            return None;
        }
        bounded = Some(candidate);
    }
    Some(Access {
        cost: 0.0,
        kind: AccessKind::Index {
            candidate: bounded?,
            order: SortOrder::FORWARD,
        },
        is_sorted: true,
        is_shown: true,
    })
}

/// The index whose first keys tell the values of a field, the number of its fields up to that, and
/// whether the index must be read backward to give the first document of each value in the query's
/// order.
pub(super) fn distinct_way<'c>(
    query: &Query,
    indexes: &Indexes<'c>,
    field: &FieldPath,
) -> Option<(Candidate<'c>, usize, bool)> {
    let is_trivial = query.filter.matcher().is_trivial();
    let conjuncts = conjuncts(query.filter.matcher());
    let needs = requirements(conjuncts);
    let mut best: Option<(Candidate<'c>, usize, bool)> = None;
    for index in indexes.list(conjuncts.iter()) {
        let candidate = Candidate::new(index, &needs);
        let Some(at) = candidate.plain_field(field) else {
            continue;
        };
        let is_better = best.as_ref().is_none_or(|(_, before, _)| at < *before);
        let serves = is_trivial || query.filter.without(&candidate.known).is_none();
        let is_whole = candidate.is_whole && candidate.covers(std::iter::once(field));
        let backward = match &query.sort {
            None => (at == 0 || candidate.is_bounded()).then_some(false),
            Some(sort) => {
                let is_single = candidate.sets[..at].iter().all(IntervalSet::is_point);
                let order = candidate.sort_order(sort);
                order
                    .filter(|order| order.exploded == 0 && is_single && !index.is_multikey())
                    .map(|order| order.backward)
            }
        };
        if is_better
            && serves
            && is_whole
            && let Some(backward) = backward
        {
            best = Some((candidate, at, backward));
        }
    }
    best.map(|(candidate, at, backward)| (candidate, at + 1, backward))
}

/// All of them; at least one.
pub(super) fn ways<'c>(
    query: &Query,
    collection: &Collection,
    indexes: &Indexes<'c>,
) -> Result<Vec<Access<'c>>> {
    let conjuncts = conjuncts(query.filter.matcher());
    let needs = requirements(conjuncts);
    let mut candidates = indexes.candidates(query, &needs);
    for candidate in &mut candidates {
        candidate.count()?;
    }
    let total = collection.records.len();
    let fewest = candidates.iter().map(|candidate| candidate.keys).min();
    let matches = fewest.unwrap_or(total).min(total);
    let mut found = Vec::new();
    if !matches!(indexes, Indexes::Hinted(_)) {
        found.push(scan_access(query, total, matches));
    }
    let pair = smallest_pair(&candidates);
    for candidate in candidates {
        found.push(index_access(query, candidate, matches));
    }
    if let Some(pair) = pair {
        found.push(intersection_access(query, pair, total));
    }
    unions(query, conjuncts, indexes, &mut found)?;
    Ok(found)
}

/// The two bounded candidates with the fewest keys that serve different conditions.
fn smallest_pair<'c>(candidates: &[Candidate<'c>]) -> Option<[Candidate<'c>; 2]> {
    let mut bounded: Vec<&Candidate<'c>> = candidates
        .iter()
        .filter(|candidate| candidate.is_bounded())
        .collect();
    crate::sorting::sort_by(&mut bounded, |one, two| one.keys.cmp(&two.keys));
    let (first, rest) = bounded.split_first()?;
    let path = &first.index.spec.fields.first()?.path;
    let begins_so = |other: &&&Candidate<'c>| {
        let fields = &other.index.spec.fields;
        fields.first().is_some_and(|field| field.path == *path)
    };
    let second = rest.iter().find(|other| !begins_so(other))?;
    Some([(*first).clone(), (*second).clone()])
}

/// How many levels of `$or` are looked into.
const DEPTH_MAX: usize = 6;

/// A conjunct that is an `$or`: each branch from an index, if every branch has one.
fn unions<'c>(
    query: &Query,
    conjuncts: &[Node],
    indexes: &Indexes<'c>,
    found: &mut Vec<Access<'c>>,
) -> Result<()> {
    for (at, conjunct) in conjuncts.iter().enumerate() {
        let Node::Or(branches) = conjunct else {
            continue;
        };
        let others: Vec<&Node> = conjuncts
            .iter()
            .filter(|other| !matches!(other, Node::Or(_)))
            .collect();
        let add = |sorted: bool, found: &mut Vec<Access<'c>>| -> Result<()> {
            let search = Search {
                query,
                indexes,
                others: &others,
                sorted,
            };
            if let Some((part, exact)) = search.union(branches, 0)? {
                let known = if exact { vec![at] } else { Vec::new() };
                found.push(union_access(query, part, known, sorted));
            }
            Ok(())
        };
        add(false, found)?;
        if query.sort.is_some() {
            add(true, found)?;
        }
    }
    Ok(())
}

/// The search for the indexes of a union's branches.
struct Search<'q, 'c> {
    query: &'q Query,
    indexes: &'q Indexes<'c>,
    /// Conditions that hold for every branch.
    others: &'q [&'q Node],
    /// Only indexes that give the query's sort.
    sorted: bool,
}

impl<'c> Search<'_, 'c> {
    /// The parts of all branches, and whether their bounds say all that the branches do.
    fn union(&self, branches: &[Node], depth: usize) -> Result<Option<(Part<'c>, bool)>> {
        let mut chosen = Vec::with_capacity(branches.len());
        let mut all_exact = true;
        for branch in branches {
            let Some((part, exact)) = self.branch(branch, depth)? else {
                return Ok(None);
            };
            all_exact &= exact;
            match part {
                Part::Or(inner) => chosen.extend(inner),
                part => chosen.push(part),
            }
        }
        Ok(Some((Part::Or(chosen), all_exact)))
    }

    fn branch(&self, branch: &Node, depth: usize) -> Result<Option<(Part<'c>, bool)>> {
        let own = parts(branch);
        let needs = requirements(own.iter().chain(self.others.iter().copied()));
        let mut best: Option<(Part<'c>, bool)> = None;
        let mut offer = |part: Part<'c>, exact: bool| {
            if best
                .as_ref()
                .is_none_or(|(best, _)| part.keys() < best.keys())
            {
                best = Some((part, exact));
            }
        };
        let together = own.iter().chain(self.others.iter().copied());
        for index in self.indexes.list(together) {
            if index.spec.clustered || !begins_with_any(index, &needs) {
                continue;
            }
            let mut candidate = Candidate::new(index, &needs);
            if !candidate.is_bounded() || !candidate.is_whole {
                continue;
            }
            let order = match self.query.sort.as_ref().filter(|_| self.sorted) {
                None => Some(SortOrder::FORWARD),
                Some(sort) => candidate
                    .sort_order(sort)
                    .filter(|_| candidate.covers(sort.fields.iter().map(|field| &field.path))),
            };
            let Some(order) = order else { continue };
            candidate.count()?;
            let exact = (0..own.len()).all(|at| candidate.known.contains(&at));
            offer(Part::Index(candidate, order), exact);
        }
        if depth < DEPTH_MAX {
            for node in own {
                if let Node::Or(branches) = node
                    && let Some((part, exact)) = self.union(branches, depth + 1)?
                {
                    offer(part, exact && own.len() == 1);
                }
            }
        }
        Ok(best)
    }
}
