//! What a filter demands of single fields, as intervals of their index components.

use super::bounds::{Interval, IntervalSet};
use crate::matcher::{Matcher, Node, Shape};
use crate::value::{FieldPath, Kind, Value, ValueRef};

/// A condition on a field that an index can serve.
pub(super) struct Requirement {
    pub path: FieldPath,
    pub bounds: Bounds,
    /// Conditions of one `$elemMatch` share a number; zero is none. On a multikey index only
    /// these may be combined.
    pub group: usize,
    /// Which of the filter's conjuncts it comes from.
    pub conjunct: usize,
}

/// The keys that a document which meets a condition has one of.
pub(super) struct Bounds {
    pub set: IntervalSet,
    pub exact: Exact,
    /// True if that holds only when no array is on the path.
    pub plain_only: bool,
    /// True if the condition says that the field is there, whatever the set holds.
    pub is_present: bool,
}

/// When a document with a key in the set meets the condition for sure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exact {
    Never,
    /// When no array is on the path.
    Plain,
    Always,
}

impl Bounds {
    fn new(set: IntervalSet, exact: bool) -> Bounds {
        Bounds {
            set,
            exact: if exact { Exact::Always } else { Exact::Never },
            plain_only: false,
            is_present: false,
        }
    }

    /// True if a document that meets the condition has the field.
    pub fn needs_field(&self) -> bool {
        self.is_present || !self.set.has_null()
    }

    /// Of the negation. Where a key in the set proves the condition, a document that does not
    /// meet it has none there.
    fn negate(self) -> Option<Bounds> {
        (self.exact != Exact::Never).then(|| Bounds {
            set: self.set.complement(),
            exact: Exact::Plain,
            plain_only: self.exact != Exact::Always || self.plain_only,
            is_present: false,
        })
    }

    fn join(self, other: Bounds) -> Bounds {
        let mut intervals = self.set.intervals;
        intervals.extend(other.set.intervals);
        Bounds {
            set: IntervalSet::union(intervals),
            exact: self.exact.min(other.exact),
            plain_only: self.plain_only || other.plain_only,
            is_present: self.is_present && other.is_present,
        }
    }

    /// Both at once: different elements of an array may meet them, so only without arrays.
    fn meet(self, other: Bounds) -> Bounds {
        Bounds {
            set: self.set.intersect(&other.set),
            exact: self.exact.min(other.exact).min(Exact::Plain),
            plain_only: true,
            is_present: self.is_present || other.is_present,
        }
    }
}

/// The filter's conjuncts: the children of a top-level `$and`, else the filter itself.
pub(super) fn conjuncts(matcher: &Matcher) -> &[Node] {
    parts(matcher.root())
}

/// What must hold together for a condition.
pub(super) fn parts(node: &Node) -> &[Node] {
    match node {
        Node::And(children) => children,
        other => std::slice::from_ref(other),
    }
}

/// All conditions on fields that must hold when all these conjuncts do.
pub(super) fn requirements<'n>(conjuncts: impl IntoIterator<Item = &'n Node>) -> Vec<Requirement> {
    let mut found = Collector {
        requirements: Vec::new(),
        groups: 0,
    };
    for (conjunct, node) in conjuncts.into_iter().enumerate() {
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
            Node::Field(field) => match field.predicate().shape() {
                shape @ (Shape::ElementDocument(_) | Shape::ElementValue(_)) => {
                    let path = join(prefix, field.path());
                    self.element(&shape, &path, group, conjunct);
                }
                _ => self.bounded(bounds(node, prefix), group, conjunct),
            },
            Node::Not(_) | Node::Or(_) => self.bounded(bounds(node, prefix), group, conjunct),
            Node::Nor(children) => {
                let from = self.requirements.len();
                for child in children {
                    self.bounded(negated(child, prefix), group, conjunct);
                }
                let found = &mut self.requirements[from..];
                if found.len() < children.len() {
                    found
                        .iter_mut()
                        .for_each(|requirement| requirement.bounds.exact = Exact::Never);
                }
            }
            _ => {}
        }
    }

    fn bounded(&mut self, found: Option<(FieldPath, Bounds)>, group: usize, conjunct: usize) {
        let Some((path, mut bounds)) = found else {
            return;
        };
        if group != 0 {
            bounds.exact = Exact::Never;
        }
        self.requirements.push(Requirement {
            path,
            bounds,
            group,
            conjunct,
        });
    }

    fn element(&mut self, shape: &Shape<'_>, path: &FieldPath, group: usize, conjunct: usize) {
        // Inside another $elemMatch the groups would nest; the outer one is enough.
        if group != 0 {
            return;
        }
        self.groups += 1;
        let group = self.groups;
        // Conditions on the elements themselves have no path of their own.
        if let Shape::ElementDocument(inner) | Shape::ElementValue(inner) = *shape {
            self.node(inner, path.as_str(), group, conjunct);
        }
    }
}

fn join(prefix: &str, path: &FieldPath) -> FieldPath {
    match (prefix, path.as_str()) {
        ("", _) => path.clone(),
        (prefix, "") => FieldPath::new(prefix),
        (prefix, own) => FieldPath::new(&format!("{prefix}.{own}")),
    }
}

/// The bounds of a condition on one field, whatever logic it holds.
fn bounds(node: &Node, prefix: &str) -> Option<(FieldPath, Bounds)> {
    let all = |children: &[Node], combine: fn(Bounds, Bounds) -> Bounds| {
        let (first, rest) = children.split_first()?;
        let mut found = bounds(first, prefix)?;
        for child in rest {
            let (path, next) = bounds(child, prefix)?;
            if path != found.0 {
                return None;
            }
            found.1 = combine(found.1, next);
        }
        Some(found)
    };
    match node {
        Node::Field(field) => {
            let bounds = intervals(&field.predicate().shape())?;
            Some((join(prefix, field.path()), bounds))
        }
        Node::And(children) => all(children, Bounds::meet),
        Node::Or(children) => all(children, Bounds::join),
        Node::Not(child) => negated(child, prefix),
        Node::Nor(children) => {
            let (path, found) = all(children, Bounds::join)?;
            Some((path, found.negate()?))
        }
        _ => None,
    }
}

fn negated(node: &Node, prefix: &str) -> Option<(FieldPath, Bounds)> {
    if let Node::Field(field) = node
        && matches!(field.predicate().shape(), Shape::Exists)
    {
        // Null has the same key as a missing field.
        let null = IntervalSet::one(Interval::point(ValueRef::Null));
        return Some((join(prefix, field.path()), Bounds::new(null, false)));
    }
    let (path, found) = bounds(node, prefix)?;
    Some((path, found.negate()?))
}

/// The keys that a condition on a value leaves.
fn intervals(shape: &Shape<'_>) -> Option<Bounds> {
    match *shape {
        Shape::Equal(value) => Some(equal(value)),
        Shape::In { values, patterns } => {
            let values = values.iter().map(|value| equal(value.as_ref()));
            let all = values.chain(patterns.iter().map(pattern));
            // One union of many points, not many of two.
            let mut intervals = Vec::new();
            let mut exact = Exact::Always;
            for bounds in all {
                exact = exact.min(bounds.exact);
                intervals.extend(bounds.set.intervals);
            }
            Some(Bounds {
                set: IntervalSet::union(intervals),
                exact,
                plain_only: false,
                is_present: false,
            })
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
        Shape::Exists => Some(Bounds {
            is_present: true,
            ..Bounds::new(IntervalSet::all(), false)
        }),
        Shape::Pattern(regex) => Some(pattern(regex)),
        Shape::Kinds(kinds) => {
            // Whole arrays are not in an index.
            let codes = (1..=0x13).chain([0x7f, 0xff]);
            let each = codes.filter_map(Kind::from_code);
            let each = each.filter(|&kind| kinds.contains(kind));
            let intervals = each.map(|kind| (kind != Kind::Array).then(|| of_kind(kind)));
            let set = match intervals.collect::<Option<Vec<_>>>() {
                Some(intervals) => IntervalSet::union(intervals),
                None => IntervalSet::all(),
            };
            Some(Bounds {
                is_present: true,
                ..Bounds::new(set, false)
            })
        }
        Shape::Number => {
            let set = IntervalSet::one(Interval::of_type(Kind::Double));
            Some(Bounds::new(set, false))
        }
        _ => None,
    }
}

fn of_kind(kind: Kind) -> Interval {
    match kind {
        Kind::Null => Interval::point(ValueRef::Null),
        Kind::Undefined => Interval::point(ValueRef::Undefined),
        Kind::MinKey => Interval::point(ValueRef::MinKey),
        Kind::MaxKey => Interval::point(ValueRef::MaxKey),
        // Unlike a comparison, a type holds NaN too.
        Kind::Double | Kind::Decimal128 => Interval {
            low: Interval::point(ValueRef::Double(f64::NAN)).low,
            ..Interval::of_type(kind)
        },
        _ => Interval::of_type(kind),
    }
}

/// The keys that a value equal to this one has.
fn equal(value: ValueRef<'_>) -> Bounds {
    let point = Interval::point(value);
    match value {
        // Missing has the key null too, and so have some paths through arrays that are neither.
        ValueRef::Null => Bounds {
            set: IntervalSet::one(point),
            exact: Exact::Plain,
            plain_only: false,
            is_present: false,
        },
        ValueRef::Undefined => Bounds::new(IntervalSet::one(point), false),
        // An array is stored as the keys of its elements.
        ValueRef::Array(array) => {
            let first = array.iter().next().unwrap_or(ValueRef::Undefined);
            let set = IntervalSet::union(vec![point, Interval::point(first)]);
            Bounds::new(set, false)
        }
        _ => Bounds::new(IntervalSet::one(point), true),
    }
}

/// The strings that may match, and a regular expression that is stored as a value, which matches
/// itself.
fn pattern(pattern: &crate::regex::Regex) -> Bounds {
    let literal = pattern.literal_prefix();
    let usable = literal.filter(|(prefix, _)| !prefix.is_empty() && !prefix.contains('\0'));
    let texts = match usable {
        Some((prefix, _)) => Interval::prefix(prefix),
        None => Interval::of_type(Kind::String),
    };
    let itself = Value::regex(pattern.pattern(), pattern.options());
    let itself = Interval::point(itself.as_ref());
    let exact = usable.is_some_and(|(_, whole)| whole);
    Bounds::new(IntervalSet::union(vec![texts, itself]), exact)
}

/// A comparison keeps to the operand's type.
fn inequality(value: ValueRef<'_>, narrow: impl FnOnce(&mut Interval, Vec<u8>)) -> Option<Bounds> {
    match value {
        // Null means null or missing here; the keys at both ends compare with every type; whole
        // arrays are not in an index.
        ValueRef::Null | ValueRef::Undefined => {
            let null = IntervalSet::one(Interval::point(ValueRef::Null));
            Some(Bounds::new(null, false))
        }
        ValueRef::MinKey | ValueRef::MaxKey | ValueRef::Array(_) => None,
        _ if value.is_nan() => Some(Bounds::new(IntervalSet::one(Interval::point(value)), false)),
        _ => {
            let mut range = Interval::of_type(value.kind());
            narrow(&mut range, Interval::point(value).low);
            let all = IntervalSet::one(Interval::all());
            Some(Bounds::new(IntervalSet::one(range).intersect(&all), true))
        }
    }
}
