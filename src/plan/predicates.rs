//! What a filter demands of single fields, as intervals of their index components.

use super::bounds::{Interval, IntervalSet};
use crate::matcher::{Matcher, Node, Shape};
use crate::value::{FieldPath, Kind, ValueRef};

/// A condition on a field that an index can serve.
pub(super) struct Requirement {
    pub path: FieldPath,
    pub set: IntervalSet,
    /// True if a document with a key in the set meets the condition for sure.
    pub exact: bool,
    /// Conditions of one `$elemMatch` share a number; zero is none. On a multikey index only
    /// these may be combined.
    pub group: usize,
    /// Which of the filter's conjuncts it comes from.
    pub conjunct: usize,
}

/// The filter's conjuncts: the children of a top-level `$and`, else the filter itself.
pub(super) fn conjuncts(matcher: &Matcher) -> &[Node] {
    match matcher.root() {
        Node::And(children) => children,
        other => std::slice::from_ref(other),
    }
}

/// All conditions on fields that must hold when all these conjuncts do.
pub(super) fn requirements(conjuncts: &[Node]) -> Vec<Requirement> {
    let mut found = Collector {
        requirements: Vec::new(),
        groups: 0,
    };
    for (conjunct, node) in conjuncts.iter().enumerate() {
        found.node(node, "", 0, conjunct);
    }
    found.requirements
}

struct Collector {
    requirements: Vec<Requirement>,
    groups: usize,
}

impl Collector {
    fn node(&mut self, node: &Node, prefix: &str, group: usize, conjunct: usize) {
        match node {
            Node::And(children) => {
                children
                    .iter()
                    .for_each(|child| self.node(child, prefix, group, conjunct));
            }
            Node::Field(field) => {
                let path = match (prefix, field.path().as_str()) {
                    ("", _) => field.path().clone(),
                    (prefix, "") => FieldPath::new(prefix),
                    (prefix, own) => FieldPath::new(&format!("{prefix}.{own}")),
                };
                self.shape(field.predicate().shape(), &path, group, conjunct);
            }
            _ => {}
        }
    }

    fn shape(&mut self, shape: Shape<'_>, path: &FieldPath, group: usize, conjunct: usize) {
        let inner = match shape {
            Shape::ElementDocument(node) | Shape::ElementValue(node) => node,
            _ => {
                if let Some((set, exact)) = intervals(&shape) {
                    let exact = exact && group == 0;
                    let path = path.clone();
                    self.requirements.push(Requirement {
                        path,
                        set,
                        exact,
                        group,
                        conjunct,
                    });
                }
                return;
            }
        };
        // Inside another $elemMatch the groups would nest; the outer one is enough.
        if group != 0 {
            return;
        }
        self.groups += 1;
        let group = self.groups;
        match shape {
            Shape::ElementValue(_) => self.element_value(inner, path, group, conjunct),
            _ => self.node(inner, path.as_str(), group, conjunct),
        }
    }

    /// Conditions on the elements themselves have no path of their own.
    fn element_value(&mut self, node: &Node, path: &FieldPath, group: usize, conjunct: usize) {
        match node {
            Node::And(children) => {
                children
                    .iter()
                    .for_each(|child| self.element_value(child, path, group, conjunct));
            }
            Node::Field(field) => self.shape(field.predicate().shape(), path, group, conjunct),
            _ => {}
        }
    }
}

/// The set of components a condition leaves, and whether that says it all.
fn intervals(shape: &Shape<'_>) -> Option<(IntervalSet, bool)> {
    match *shape {
        Shape::Equal(value) => {
            let mut parts = Vec::new();
            let exact = equal(value, &mut parts);
            Some((IntervalSet::union(parts), exact))
        }
        Shape::In { values, patterns } => {
            let mut parts = Vec::new();
            let mut exact = patterns.is_empty();
            for value in values {
                exact &= equal(value.as_ref(), &mut parts);
            }
            for pattern in patterns {
                parts.extend(pattern_intervals(pattern)?);
            }
            Some((IntervalSet::union(parts), exact))
        }
        Shape::Less(value) => inequality(value, |range, point| {
            range.high = point;
            range.high_inclusive = false;
        }),
        Shape::LessOrEqual(value) => inequality(value, |range, point| {
            range.high = point;
            range.high_inclusive = true;
        }),
        Shape::Greater(value) => inequality(value, |range, point| {
            range.low = point;
            range.low_inclusive = false;
        }),
        Shape::GreaterOrEqual(value) => inequality(value, |range, point| {
            range.low = point;
            range.low_inclusive = true;
        }),
        Shape::Exists => Some((IntervalSet::all(), false)),
        Shape::Pattern(pattern) => Some((IntervalSet::union(pattern_intervals(pattern)?), false)),
        _ => None,
    }
}

/// Adds the keys that a value equal to this one has; says whether only such values have them.
fn equal(value: ValueRef<'_>, parts: &mut Vec<Interval>) -> bool {
    parts.push(Interval::point(value));
    match value {
        // Missing has the key null too, and so have some paths through arrays that are neither.
        ValueRef::Null => false,
        ValueRef::Undefined => false,
        // An array is stored as the keys of its elements.
        ValueRef::Array(array) => {
            parts.push(match array.iter().next() {
                Some(first) => Interval::point(first),
                None => Interval::point(ValueRef::Undefined),
            });
            false
        }
        _ => true,
    }
}

fn pattern_intervals(pattern: &crate::regex::Regex) -> Option<Vec<Interval>> {
    let (prefix, _) = pattern.literal_prefix()?;
    if prefix.is_empty() || prefix.contains('\0') {
        return None;
    }
    // A regular expression that is stored as a value matches itself.
    Some(vec![
        Interval::prefix(prefix),
        Interval::of_type(Kind::Regex),
    ])
}

/// A comparison keeps to the operand's type.
fn inequality(
    value: ValueRef<'_>,
    narrow: impl FnOnce(&mut Interval, Vec<u8>),
) -> Option<(IntervalSet, bool)> {
    match value {
        // Null means null or missing here; the keys at both ends compare with every type; whole
        // arrays are not in an index.
        ValueRef::Null | ValueRef::Undefined => {
            let mut parts = Vec::new();
            equal(ValueRef::Null, &mut parts);
            Some((IntervalSet::union(parts), false))
        }
        ValueRef::MinKey | ValueRef::MaxKey | ValueRef::Array(_) => None,
        _ if value.is_nan() => Some((IntervalSet::one(Interval::point(value)), false)),
        _ => {
            let mut range = Interval::of_type(value.kind());
            narrow(&mut range, Interval::point(value).low);
            let all = IntervalSet::one(Interval::all());
            Some((IntervalSet::one(range).intersect(&all), true))
        }
    }
}
