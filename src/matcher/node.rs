//! The tree of a filter, and how it is asked of a document.

use super::lookup::Lookup;
use super::schema::Schema;
use super::{Path, Predicate, Run, Shape};
use crate::error::Result;
use crate::expression::{Dependencies, Expression, Scope};
use crate::sorting::sort_by;
use crate::value::{DocumentRef, FieldPath, ValueRef};

/// One condition of a filter. The planner reads it, see [`Predicate::shape`].
pub enum Node {
    /// All hold; no condition holds always. Never directly inside another `And`.
    And(Vec<Node>),
    /// One holds; no condition never holds (`$in: []` and its kin).
    Or(Vec<Node>),
    /// None holds.
    Nor(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// A value of a field meets a predicate.
    Field(FieldNode),
    /// `$expr`.
    Expression(Expression),
    /// `$jsonSchema`.
    Schema(Box<Schema>),
    /// `$sampleRate`: holds with this probability.
    Sample(f64),
}

/// A path and what its values are tested for.
pub struct FieldNode {
    path: Path,
    predicate: Box<dyn Predicate>,
}

impl FieldNode {
    /// The field.
    pub fn path(&self) -> &FieldPath {
        self.path.field()
    }

    /// The condition.
    pub fn predicate(&self) -> &dyn Predicate {
        &*self.predicate
    }
}

impl Node {
    /// A condition on a field.
    pub fn field(path: &Path, predicate: impl Predicate + 'static) -> Node {
        Node::Field(FieldNode {
            path: path.clone(),
            predicate: Box::new(predicate),
        })
    }

    /// The condition that never holds.
    pub fn never() -> Node {
        Node::Or(Vec::new())
    }

    /// All conditions together: flat, and the cheap ones first.
    pub fn all(conditions: Vec<Node>) -> Node {
        let mut flat = Vec::with_capacity(conditions.len());
        for condition in conditions {
            match condition {
                Node::And(children) => flat.extend(children),
                other => flat.push(other),
            }
        }
        if flat.len() == 1
            && let Some(only) = flat.pop()
        {
            return only;
        }
        // Stable, so that equally cheap conditions keep the order of the filter.
        sort_by(&mut flat, |one, two| one.cost().cmp(&two.cost()));
        Node::And(flat)
    }

    /// The negation.
    pub fn negate(condition: Node) -> Node {
        Node::Not(Box::new(condition))
    }

    /// What asking costs, roughly.
    pub fn cost(&self) -> u32 {
        let sum = |children: &[Node]| children.iter().map(Node::cost).sum();
        match self {
            Node::And(children) | Node::Or(children) | Node::Nor(children) => sum(children),
            Node::Not(child) => child.cost(),
            Node::Field(field) => field.predicate.cost(),
            Node::Expression(_) => 200,
            Node::Schema(_) => 100,
            Node::Sample(_) => 1,
        }
    }

    /// Whether the document meets the condition.
    pub fn matches(&self, document: DocumentRef<'_>, run: Run<'_>) -> Result<bool> {
        match self {
            Node::Field(field) => field.path.any(document, &*field.predicate, run),
            Node::And(children) if run.is_recording() => {
                recorded(children, run, &|child, run| child.matches(document, run))
            }
            Node::And(children) => all(children, document, run),
            Node::Or(children) => any(children, |child| child.matches(document, run)),
            Node::Nor(children) => Ok(!any(children, |child| {
                child.matches(document, run.silent())
            })?),
            Node::Not(child) => Ok(!child.matches(document, run.silent())?),
            Node::Expression(expression) => {
                let value = expression.evaluate(&Scope::new(document, run.context))?;
                Ok(value.is_some_and(|value| value.as_ref().is_truthy()))
            }
            Node::Schema(schema) => schema.accepts(document),
            Node::Sample(rate) => {
                // 53 bits fill a double's mantissa.
                let draw = (run.context.env.random() >> 11) as f64 / (1u64 << 53) as f64;
                Ok(draw < *rate)
            }
        }
    }

    /// Where MongoDB puts the condition among those joined by "and". The position of an
    /// array element that the last of them notes is the one that counts.
    fn rank(&self) -> u32 {
        match self {
            Node::And(_) => 0,
            Node::Or(_) => 1,
            Node::Field(field) => match field.predicate.shape() {
                Shape::ElementDocument(_) => 2,
                Shape::ElementValue(_) => 3,
                Shape::Size(_) => 4,
                Shape::Equal(_) => 5,
                Shape::LessOrEqual(_) => 6,
                Shape::Less(_) => 7,
                Shape::Greater(_) => 8,
                Shape::GreaterOrEqual(_) => 9,
                Shape::Pattern(_) => 10,
                Shape::Number => 11,
                Shape::Exists => 12,
                Shape::In { .. } => 13,
                Shape::Other => 14,
                Shape::Kinds(_) => 17,
            },
            Node::Not(_) => 15,
            Node::Nor(_) => 16,
            Node::Expression(_) | Node::Schema(_) | Node::Sample(_) => 18,
        }
    }

    fn path(&self) -> &str {
        match self {
            Node::Field(field) => field.path().as_str(),
            _ => "",
        }
    }

    /// Whether a value meets the condition, paths beginning at the value: a path of no
    /// step searches it as a field's value (elements of an array too).
    pub fn matches_field(&self, value: ValueRef<'_>, run: Run<'_>) -> Result<bool> {
        match self {
            Node::Field(field) if !field.path.is_itself() => match value {
                ValueRef::Document(_) | ValueRef::Array(_) => {
                    field.path.any_from(value, &*field.predicate, run)
                }
                _ => field.predicate.test(None, run),
            },
            Node::Field(field) => field.path.any_from(value, &*field.predicate, run),
            _ => self.matches_children(run, &|child, run| child.matches_field(value, run)),
        }
    }

    /// Whether a value itself meets the conditions; elements of an array are not looked
    /// at. For the operators inside `$elemMatch`.
    pub fn matches_element(&self, value: ValueRef<'_>, run: Run<'_>) -> Result<bool> {
        match self {
            Node::Field(field) => field.predicate.test(Some(value), run),
            _ => self.matches_children(run, &|child, run| child.matches_element(value, run)),
        }
    }

    /// The logic above a question that single conditions answer.
    fn matches_children(
        &self,
        run: Run<'_>,
        ask: &dyn Fn(&Node, Run<'_>) -> Result<bool>,
    ) -> Result<bool> {
        match self {
            Node::And(children) if run.is_recording() => recorded(children, run, ask),
            Node::And(children) => Ok(!any(children, |child| Ok(!ask(child, run)?))?),
            Node::Or(children) => any(children, |child| ask(child, run)),
            Node::Nor(children) => Ok(!any(children, |child| ask(child, run.silent()))?),
            Node::Not(child) => Ok(!ask(child, run.silent())?),
            // These stand only at the top of a filter, where they are asked of documents.
            Node::Field(_) | Node::Expression(_) | Node::Schema(_) | Node::Sample(_) => Ok(false),
        }
    }

    /// Adds the fields that the condition reads.
    pub fn dependencies(&self, found: &mut Dependencies) {
        match self {
            Node::And(children) | Node::Or(children) | Node::Nor(children) => {
                for child in children {
                    child.dependencies(found);
                }
            }
            Node::Not(child) => child.dependencies(found),
            Node::Field(field) => {
                found.paths.insert(field.path().clone());
            }
            Node::Expression(expression) => expression.dependencies(found),
            Node::Schema(_) => found.whole_document = true,
            Node::Sample(_) => {}
        }
    }
}

/// All conditions, in one walk over the document where that can be.
fn all(children: &[Node], document: DocumentRef<'_>, run: Run<'_>) -> Result<bool> {
    let mut lookup: Option<Lookup<'_, '_>> = None;
    for child in children {
        let (field, wanted) = match child {
            Node::Field(field) => (Some(field), true),
            Node::Not(inner) => match &**inner {
                Node::Field(field) => (Some(field), false),
                _ => (None, true),
            },
            _ => (None, true),
        };
        let named = field.and_then(|field| Some((field, field.path.first()?)));
        let holds = match named {
            Some((field, name)) => {
                let found = lookup
                    .get_or_insert_with(|| Lookup::new(document, name))
                    .get(name);
                let predicate = &*field.predicate;
                field.path.any_after_first(found, predicate, run)? == wanted
            }
            None => child.matches(document, run)?,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

/// All conditions, when the position of an element that matched is wanted too.
fn recorded(
    children: &[Node],
    run: Run<'_>,
    ask: &dyn Fn(&Node, Run<'_>) -> Result<bool>,
) -> Result<bool> {
    let mut last: Option<(&Node, u32)> = None;
    for child in children {
        let position = std::cell::Cell::new(None);
        if !ask(child, Run::recording(run.context, &position))? {
            return Ok(false);
        }
        let Some(position) = position.get() else {
            continue;
        };
        let after = last
            .is_none_or(|(other, _)| (other.rank(), other.path()) <= (child.rank(), child.path()));
        if after {
            last = Some((child, position));
        }
    }
    if let Some((_, position)) = last {
        run.record(position);
    }
    Ok(true)
}

#[inline]
fn any(children: &[Node], mut ask: impl FnMut(&Node) -> Result<bool>) -> Result<bool> {
    for child in children {
        if ask(child)? {
            return Ok(true);
        }
    }
    Ok(false)
}
