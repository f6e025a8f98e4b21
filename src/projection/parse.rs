//! The specification of `find`'s projection and of `$project`.

use super::ProjectionKind;
use super::find_slice::FindSlice;
use super::tree::{Child, Compute, Mode, Node, Tree};
use crate::error::{Error, Result};
use crate::expression::{Expression, ParseScope};
use crate::matcher::Matcher;
use crate::value::{DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// Parses a specification, see [`super::Projection::parse`].
pub(super) fn parse(
    spec: DocumentRef<'_>,
    scope: &ParseScope,
    kind: ProjectionKind,
) -> Result<Tree> {
    if spec.is_empty() && kind == ProjectionKind::Aggregate {
        return Err(Error::new(
            51272,
            "projection specification must have at least one field",
        ));
    }
    let mut parser = Parser {
        scope,
        kind,
        root: Node::default(),
        mode: None,
        id: None,
        elem_match: false,
        positional: false,
    };
    for (name, value) in spec.iter() {
        parser.field(name, value)?;
    }
    parser.finish()
}

struct Parser<'p> {
    scope: &'p ParseScope,
    kind: ProjectionKind,
    root: Node,
    /// What the fields seen so far make of it; `_id: 0` and `_id: 1` do not count.
    mode: Option<Mode>,
    /// `_id: 1` or `_id: 0`, if given.
    id: Option<bool>,
    elem_match: bool,
    positional: bool,
}

impl Parser<'_> {
    /// A field of the specification or of a document in it; `name` is the whole path.
    fn field(&mut self, name: &str, value: ValueRef<'_>) -> Result<()> {
        if let Some(path) = self.positional_path(name)? {
            return self.positional(path, value);
        }
        let path = FieldPath::parse_strict(name)?;
        match value {
            ValueRef::Boolean(_) => self.flag(&path, value.is_truthy()),
            number if number.is_number() => self.flag(&path, number.is_truthy()),
            ValueRef::Document(inner) => self.document(&path, inner),
            _ => self.computed(&path, value, 31310),
        }
    }

    /// The path before a closing `.$`.
    fn positional_path<'n>(&self, name: &'n str) -> Result<Option<&'n str>> {
        if name.contains(".$.") {
            return Err(Error::new(
                31394,
                "positional projection may only be used at the end of a path",
            ));
        }
        let path = name.strip_suffix(".$");
        if path.is_some() && self.kind == ProjectionKind::Aggregate {
            return Err(Error::new(
                31324,
                "Cannot use positional projection in aggregation projection",
            ));
        }
        Ok(path)
    }

    fn positional(&mut self, path: &str, value: ValueRef<'_>) -> Result<()> {
        let path = FieldPath::parse_strict(path)?;
        match value {
            ValueRef::Document(_) => {
                return Err(Error::new(
                    31271,
                    "positional projection cannot be used with an expression or sub object",
                ));
            }
            ValueRef::Boolean(_) => {}
            number if number.is_number() => {}
            _ => {
                return Err(Error::new(
                    31308,
                    "positional projection cannot be used with a literal",
                ));
            }
        }
        if !value.is_truthy() {
            return Err(Error::new(
                31395,
                "positional projection cannot be used with exclusion",
            ));
        }
        if self.positional {
            return Err(Error::new(
                31276,
                "Cannot specify more than one positional projection per query.",
            ));
        }
        if self.elem_match {
            return Err(Error::new(
                31256,
                "Cannot specify positional operator and $elemMatch",
            ));
        }
        self.positional = true;
        self.include(&path)?;
        self.root.add(&path, Child::Positional)
    }

    fn flag(&mut self, path: &FieldPath, include: bool) -> Result<()> {
        if path.as_str() == "_id" {
            self.id = Some(include);
        } else if include {
            self.include(path)?;
        } else if self.mode == Some(Mode::Inclusion) {
            return Err(Error::new(
                31254,
                format_args!(
                    "Cannot do exclusion on field {} in inclusion projection",
                    path.as_str()
                ),
            ));
        } else {
            self.mode = Some(Mode::Exclusion);
        }
        let child = if include {
            Child::Include
        } else {
            Child::Exclude
        };
        self.root.add(path, child)
    }

    /// Notes that the projection is one of inclusion.
    fn include(&mut self, path: &FieldPath) -> Result<()> {
        if self.mode == Some(Mode::Exclusion) {
            return Err(Error::new(
                31253,
                format_args!(
                    "Cannot do inclusion on field {} in exclusion projection",
                    path.as_str()
                ),
            ));
        }
        self.mode = Some(Mode::Inclusion);
        Ok(())
    }

    /// A computed field; `code` is for one in a projection of exclusion.
    fn computed(&mut self, path: &FieldPath, value: ValueRef<'_>, code: i32) -> Result<()> {
        if self.mode == Some(Mode::Exclusion) {
            return Err(Error::new(
                code,
                "Cannot use an expression in an exclusion projection",
            ));
        }
        self.mode = Some(Mode::Inclusion);
        self.add_expression(path, value)
    }

    fn add_expression(&mut self, path: &FieldPath, value: ValueRef<'_>) -> Result<()> {
        let expression = Expression::parse(value, self.scope)?;
        let compute = Compute::Expression(expression);
        self.root.add(path, Child::Compute(compute))
    }

    fn document(&mut self, path: &FieldPath, inner: DocumentRef<'_>) -> Result<()> {
        let Some(first) = inner.first() else {
            return Err(Error::new(
                51270,
                format_args!(
                    "An empty sub-projection is not a valid value. Found empty object at path {}",
                    path.as_str()
                ),
            ));
        };
        if first.name.starts_with('$') && inner.count() == 1 {
            return self.operator(path, first.name, first.value(), inner);
        }
        for (name, value) in inner.iter() {
            if name.starts_with('$') {
                return Err(Error::new(31325, format_args!("Unknown expression {name}")));
            }
            self.field(&format!("{}.{name}", path.as_str()), value)?;
        }
        Ok(())
    }

    fn operator(
        &mut self,
        path: &FieldPath,
        name: &str,
        argument: ValueRef<'_>,
        operator: DocumentRef<'_>,
    ) -> Result<()> {
        if self.kind == ProjectionKind::Find && name == "$elemMatch" {
            return self.elem_match(path, argument, operator);
        }
        if self.kind == ProjectionKind::Find
            && name == "$slice"
            && let Some(slice) = FindSlice::parse(argument)
        {
            return self.root.add(path, Child::Slice(slice));
        }
        let value = ValueRef::Document(operator);
        if name == "$meta" {
            // Metadata may be added to either kind of projection.
            return self.add_expression(path, value);
        }
        self.computed(path, value, 31252)
    }

    fn elem_match(
        &mut self,
        path: &FieldPath,
        argument: ValueRef<'_>,
        operator: DocumentRef<'_>,
    ) -> Result<()> {
        if argument.as_document().is_none() {
            return Err(Error::new(
                31274,
                "elemMatch: Invalid argument, object required",
            ));
        }
        if self.positional {
            return Err(Error::new(
                31255,
                "Cannot specify positional operator and $elemMatch",
            ));
        }
        if path.len() > 1 {
            return Err(Error::new(
                31275,
                "Cannot use $elemMatch projection on a nested field",
            ));
        }
        self.elem_match = true;
        let mut filter = DocumentBuf::new();
        filter.append(path.as_str(), operator);
        let matcher = Matcher::parse(filter.as_ref(), self.scope)?;
        let compute = Compute::ElemMatch(matcher);
        self.root.add(path, Child::Compute(compute))
    }

    fn finish(mut self) -> Result<Tree> {
        // Metadata alone goes with either kind; a stage then gives nothing else.
        let is_only_metadata = self.kind == ProjectionKind::Aggregate && self.root.computes;
        let includes = self.id == Some(true) || self.elem_match || is_only_metadata;
        let mode = self.mode.unwrap_or(match includes {
            true => Mode::Inclusion,
            false => Mode::Exclusion,
        });
        let id = self.root.find("_id");
        match (mode, self.id, id) {
            // Included unless it is excluded or given another value.
            (Mode::Inclusion, None, None) => {
                let child = ("_id".into(), Child::Include);
                self.root.children.insert(0, child);
            }
            // What is not excluded stays anyway.
            (Mode::Exclusion, Some(true), Some(index)) => {
                self.root.children.remove(index);
            }
            _ => {}
        }
        Ok(Tree {
            mode,
            root: self.root,
        })
    }
}
