//! partialFilterExpression: which documents a partial index holds, and for which queries it serves.
//!
//! Source: the manual, "Partial Indexes". The index may serve a query only when every document that
//! the query finds meets the filter; that is decided condition by condition, and "not known" is no.

use std::rc::Rc;

use crate::env::FixedEnv;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::matcher::{Features, FieldNode, KindSet, Matcher, Node, Run, Shape};
use crate::value::{DocumentBuf, DocumentRef, Kind, ValueRef, compare};

/// A filter over the documents of an index.
pub struct PartialFilter {
    /// As it was written.
    pub source: DocumentBuf,
    matcher: Matcher,
    /// The allowed operators ask for no time and no randomness.
    context: Context,
}

impl PartialFilter {
    /// Errors: `CannotCreateIndex` (67) for what a partial index does not support,
    /// `QueryFeatureNotAllowed` (224), those of filters.
    pub fn parse(source: DocumentRef<'_>) -> Result<PartialFilter> {
        refuse_scripts(source)?;
        let matcher = Matcher::parse_with(source, &ParseScope::new(), Features::VALUE)?;
        if !is_allowed(matcher.root()) {
            return Err(Error::new(
                codes::CANNOT_CREATE_INDEX,
                format_args!("unsupported expression in partial index: {source}"),
            ));
        }
        Ok(PartialFilter {
            source: source.into(),
            matcher,
            context: Context::new(Rc::new(FixedEnv::new(0, 0))),
        })
    }

    /// Whether the index has keys for a document.
    pub fn holds(&self, document: DocumentRef<'_>) -> Result<bool> {
        self.matcher.matches(document, &self.context)
    }

    /// Whether all documents that meet these conditions together are in the index.
    pub fn is_implied_by<'n>(&self, conjuncts: impl Iterator<Item = &'n Node> + Clone) -> bool {
        self.implied(self.matcher.root(), &conjuncts)
    }

    fn implied<'n>(
        &self,
        wanted: &Node,
        conjuncts: &(impl Iterator<Item = &'n Node> + Clone),
    ) -> bool {
        match wanted {
            Node::And(children) => children.iter().all(|child| self.implied(child, conjuncts)),
            Node::Or(children) if children.iter().any(|child| self.implied(child, conjuncts)) => {
                true
            }
            _ => conjuncts.clone().any(|node| self.follows(node, wanted)),
        }
    }

    /// Whether `wanted` holds wherever `node` does.
    fn follows(&self, node: &Node, wanted: &Node) -> bool {
        match (node, wanted) {
            (_, Node::And(children)) => children.iter().all(|child| self.follows(node, child)),
            (Node::And(children), _) => children.iter().any(|child| self.follows(child, wanted)),
            (Node::Or(children), _) => children.iter().all(|child| self.follows(child, wanted)),
            (_, Node::Or(children)) => children.iter().any(|child| self.follows(node, child)),
            (Node::Field(has), Node::Field(wants)) => {
                has.path() == wants.path() && self.field_follows(has, wants)
            }
            // `{$ne: null}` is how one says that there is a value.
            (Node::Not(inner), Node::Field(wants)) => match &**inner {
                Node::Field(field) => {
                    field.path() == wants.path()
                        && matches!(field.predicate().shape(), Shape::Equal(ValueRef::Null))
                        && matches!(wants.predicate().shape(), Shape::Exists)
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn field_follows(&self, has: &FieldNode, wants: &FieldNode) -> bool {
        let (has, wants) = (has.predicate().shape(), wants.predicate());
        let meets = |value: ValueRef<'_>| self.value_meets(value, wants);
        match (&has, &wants.shape()) {
            (Shape::Equal(value), _) => meets(*value),
            (Shape::In { values, patterns }, _) => {
                patterns.is_empty() && values.iter().all(|value| meets(value.as_ref()))
            }
            (
                Shape::Exists | Shape::Kinds(_) | Shape::Size(_) | Shape::Pattern(_),
                Shape::Exists,
            ) => true,
            (Shape::ElementDocument(_) | Shape::ElementValue(_), Shape::Exists) => true,
            (Shape::Kinds(has), Shape::Kinds(wants)) => kinds()
                .all(|kind| !has.contains(kind) || wants.contains(kind) && kind != Kind::Array),
            (_, Shape::Exists) => range(&has).is_some(),
            (_, Shape::Kinds(wants)) => {
                range(&has).is_some_and(|range| holds_class(wants, range.value.kind()))
            }
            (_, wants) => match (range(&has), range(wants)) {
                (Some(has), Some(wants)) => has.is_within(&wants),
                _ => false,
            },
        }
    }

    /// Whether a document with this value in the field is in the index for sure.
    fn value_meets(&self, value: ValueRef<'_>, wants: &dyn crate::matcher::Predicate) -> bool {
        let run = Run::new(&self.context);
        let test = |value| wants.test(value, run).unwrap_or(false);
        match value {
            // Equality with an array is met by the whole and by an element.
            ValueRef::Array(_) => match wants.shape() {
                Shape::Equal(other) => compare(value, other).is_eq(),
                Shape::Exists => true,
                _ => false,
            },
            ValueRef::Null => test(None) && test(Some(value)),
            ValueRef::Undefined | ValueRef::Regex(_) => false,
            _ => test(Some(value)),
        }
    }
}

/// A comparison that keeps to the type of its operand.
struct Range<'n> {
    value: ValueRef<'n>,
    upward: bool,
    inclusive: bool,
}

impl Range<'_> {
    fn is_within(&self, other: &Range<'_>) -> bool {
        if self.upward != other.upward || class(self.value.kind()) != class(other.value.kind()) {
            return false;
        }
        let order = compare(self.value, other.value);
        let beyond = if self.upward {
            order.is_gt()
        } else {
            order.is_lt()
        };
        beyond || order.is_eq() && (other.inclusive || !self.inclusive)
    }
}

fn range<'n>(shape: &Shape<'n>) -> Option<Range<'n>> {
    let (value, upward, inclusive) = match *shape {
        Shape::Less(value) => (value, false, false),
        Shape::LessOrEqual(value) => (value, false, true),
        Shape::Greater(value) => (value, true, false),
        Shape::GreaterOrEqual(value) => (value, true, true),
        _ => return None,
    };
    let stands_alone = matches!(
        value,
        ValueRef::MinKey | ValueRef::MaxKey | ValueRef::Array(_) | ValueRef::Regex(_)
    );
    (!value.is_nullish() && !value.is_nan() && !stands_alone).then_some(Range {
        value,
        upward,
        inclusive,
    })
}

/// The first kind of those that are compared with one another.
fn class(kind: Kind) -> Kind {
    match kind {
        Kind::Int32 | Kind::Int64 | Kind::Decimal128 => Kind::Double,
        Kind::Symbol => Kind::String,
        other => other,
    }
}

fn kinds() -> impl Iterator<Item = Kind> {
    (1..=0x13).chain([0x7f, 0xff]).filter_map(Kind::from_code)
}

/// Whether a set has all kinds that are compared with this one.
fn holds_class(set: &KindSet, of: Kind) -> bool {
    kinds()
        .filter(|&kind| class(kind) == class(of))
        .all(|kind| set.contains(kind))
}

/// What has no meaning outside a query.
///
/// Errors: `BadValue` (2).
fn refuse_scripts(filter: DocumentRef<'_>) -> Result<()> {
    for (name, value) in filter.iter() {
        match (name, value) {
            ("$where" | "$text" | "$near", _) => {
                return Err(Error::bad_value(format_args!(
                    "{name} is not allowed in this context"
                )));
            }
            ("$and" | "$or" | "$nor", ValueRef::Array(list)) => {
                let inner = list.iter().filter_map(|inner| inner.as_document());
                inner.into_iter().try_for_each(refuse_scripts)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_allowed(node: &Node) -> bool {
    match node {
        Node::And(children) | Node::Or(children) => children.iter().all(is_allowed),
        Node::Field(field) => match field.predicate().shape() {
            Shape::Equal(ValueRef::Regex(_)) => false,
            Shape::In { patterns, .. } => patterns.is_empty(),
            Shape::Equal(_)
            | Shape::Less(_)
            | Shape::LessOrEqual(_)
            | Shape::Greater(_)
            | Shape::GreaterOrEqual(_)
            | Shape::Exists
            | Shape::Kinds(_) => true,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::expression::testing::document;

    fn check(filter: &str, query: &str, expected: bool) {
        let filter = PartialFilter::parse(document(filter).as_ref()).unwrap();
        let query = Matcher::parse(document(query).as_ref(), &ParseScope::new()).unwrap();
        let conjuncts = match query.root() {
            Node::And(children) => children.as_slice(),
            other => std::slice::from_ref(other),
        };
        assert_eq!(filter.is_implied_by(conjuncts.iter()), expected);
    }

    #[test]
    fn implied_by_narrower_queries() {
        check("{a: {$gt: 5}}", "{a: {$gt: 5}}", true);
        check("{a: {$gt: 5}}", "{a: {$gte: 5}}", false);
        check("{a: {$gt: 5}}", "{a: 6, b: 1}", true);
        check("{a: {$gt: 5}}", "{a: '6'}", false);
        check("{a: {$gt: 5}}", "{a: {$gt: 'x'}}", false);
        check("{a: {$gt: 5}}", "{a: {$in: [6, 7]}}", true);
        check("{a: {$gt: 5}}", "{a: {$in: [5, 7]}}", false);
        check("{a: {$gt: 5}}", "{$or: [{a: 6}, {a: {$gt: 9}}]}", true);
        check("{a: {$gt: 5}}", "{$or: [{a: 6}, {b: 1}]}", false);
        check("{a: {$gt: 5}}", "{}", false);
        check("{}", "{}", true);
        check("{$or: [{a: 1}, {b: 1}]}", "{b: 1}", true);
        check("{a: {$exists: true}}", "{a: {$ne: null}}", true);
        check("{a: {$exists: true}}", "{a: null}", false);
        check("{a: {$exists: true}}", "{a: {$lte: null}}", false);
        check("{a: {$exists: true}}", "{a: {$lt: 3}}", true);
        check("{a: {$type: 'number'}}", "{a: {$lt: 3}}", true);
        check("{a: {$type: 'int'}}", "{a: {$lt: 3}}", false);
        check("{a: {$lte: null}}", "{a: null}", true);
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        for filter in [
            "{a: {$ne: 1}}",
            "{a: {$regex: 'x'}}",
            "{a: {$exists: false}}",
            "{a: {$size: 1}}",
        ] {
            let error = PartialFilter::parse(document(filter).as_ref())
                .err()
                .unwrap();
            assert_eq!(error.code(), 67);
        }
    }
}
