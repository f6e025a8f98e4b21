//! `$addFields` and `$set`: computed fields beside those that are there.
//!
//! Manual: "$addFields (aggregation)". A document in the specification is merged into the
//! one that is there; `{}` replaces it.

use std::rc::Rc;

use super::apply;
use super::tree::{Child, Compute, Mode, Node, Tree};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies, Expression, ParseScope};
use crate::value::{DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// A parsed `$addFields`. Cheap to clone.
#[derive(Clone)]
pub struct AddFields {
    tree: Rc<Tree>,
    /// What the expressions read.
    reads: Rc<Dependencies>,
}

impl AddFields {
    /// Parses a specification.
    ///
    /// Errors: 40272 (not an object), 40176 (paths collide), 40181, 40182, 40183 (a
    /// document that is neither an expression nor fields), those of paths and
    /// expressions.
    pub fn parse(spec: ValueRef<'_>, scope: &ParseScope) -> Result<AddFields> {
        let ValueRef::Document(spec) = spec else {
            return Err(Error::new(
                40272,
                format_args!(
                    "$addFields specification stage must be an object, got {}",
                    spec.kind().alias()
                ),
            ));
        };
        let mut parser = Parser {
            scope,
            root: Node::default(),
            reads: Dependencies::new(),
        };
        for (name, value) in spec.iter() {
            let path = FieldPath::parse_strict(name)?;
            parser.field(path, value)?;
        }
        Ok(AddFields {
            tree: Rc::new(Tree {
                mode: Mode::Exclusion,
                root: parser.root,
            }),
            reads: Rc::new(parser.reads),
        })
    }

    /// The document with the fields.
    pub fn apply(&self, document: DocumentRef<'_>, context: &Context) -> Result<DocumentBuf> {
        apply::apply(&self.tree, document, context, None)
    }

    /// What the expressions read. (The other fields of the document pass through.)
    pub fn reads(&self) -> &Dependencies {
        &self.reads
    }

    /// The names of the top-level fields that are changed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tree.root.children.iter().map(|child| &*child.0)
    }
}

struct Parser<'p> {
    scope: &'p ParseScope,
    root: Node,
    reads: Dependencies,
}

impl Parser<'_> {
    fn field(&mut self, path: FieldPath, value: ValueRef<'_>) -> Result<()> {
        match value {
            ValueRef::Document(inner) if !inner.is_empty() && !is_expression(inner)? => {
                for (name, value) in inner.iter() {
                    check_name(name)?;
                    let path = FieldPath::parse_strict(&format!("{}.{name}", path.as_str()))?;
                    self.field(path, value)?;
                }
                Ok(())
            }
            _ => {
                let expression = Expression::parse(value, self.scope)?;
                expression.dependencies(&mut self.reads);
                let child = Child::Compute(Compute::Expression(expression));
                self.root
                    .insert(path.parts(), child)
                    .map_err(|_| collision(&path))
            }
        }
    }
}

#[cold]
fn collision(path: &FieldPath) -> Error {
    Error::new(
        40176,
        format_args!(
            "specification contains two conflicting paths. Cannot specify both '{0}' and a path to or below '{0}'",
            path.as_str()
        ),
    )
}

fn is_expression(document: DocumentRef<'_>) -> Result<bool> {
    let begins = document
        .first()
        .is_some_and(|first| first.name.starts_with('$'));
    if begins && document.count() > 1 {
        return Err(Error::new(
            40181,
            "an object representing an expression must have exactly one field",
        ));
    }
    Ok(begins)
}

fn check_name(name: &str) -> Result<()> {
    if name.starts_with('$') {
        return Err(Error::new(
            40182,
            format_args!("cannot mix the operator {name} with other fields in an object"),
        ));
    }
    if name.contains('.') {
        return Err(Error::new(
            40183,
            format_args!("cannot use dotted field name '{name}' in a sub object"),
        ));
    }
    Ok(())
}
