//! $replaceRoot and $replaceWith: a document of each document.
//!
//! Source: the manual, "$replaceRoot (aggregation stage)".

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Dependencies, Expression, Scope};
use crate::plan::{BoxStream, Row};
use crate::value::{DocumentBuf, ValueRef};

/// The expression that gives the new document.
pub struct ReplaceRoot(Expression);

/// Errors: 40229 (no document), 40230 (another field), 40231 (no `newRoot`), those of expressions.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            40229,
            format_args!("expected an object as specification for $replaceRoot stage, got {value}"),
        ));
    };
    if let Some(other) = document
        .elements()
        .find(|element| element.name != "newRoot")
    {
        return Err(Error::new(
            40230,
            format_args!("unrecognized option to $replaceRoot stage: {}", other.name),
        ));
    }
    let Some(root) = document.get("newRoot") else {
        return Err(Error::new(
            40231,
            "no newRoot specified for the $replaceRoot stage",
        ));
    };
    let body = ReplaceRoot(Expression::parse(root, &scope.variables)?);
    Ok(PipelineStage::new(name, value, body).into())
}

/// Errors: those of expressions.
pub fn parse_with(
    _name: &'static str,
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let body = ReplaceRoot(Expression::parse(value, &scope.variables)?);
    let mut shown = DocumentBuf::new();
    shown.append("newRoot", value);
    Ok(PipelineStage::new("$replaceRoot", &shown, body).into())
}

impl Stage for ReplaceRoot {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running(self.0.clone())))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.0.dependencies(found);
        Passes::Nothing
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Maps
    }
}

struct Running(Expression);

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let Some(row) = input.next(context)? else {
            return Ok(None);
        };
        if self.0.is_root() {
            return Ok(Some(row));
        }
        let context = row.document.context(context);
        let value = self
            .0
            .evaluate(&Scope::new(row.document.as_ref(), &context))?;
        match value.as_ref().map(|value| value.as_ref()) {
            Some(ValueRef::Document(document)) => Ok(Some(DocumentBuf::from(document).into())),
            other => {
                let found = match other {
                    Some(other) => format!("{other}, of type {}", other.kind().alias()),
                    None => "a missing value".to_owned(),
                };
                Err(Error::new(
                    40228,
                    format_args!(
                        "'newRoot' expression must evaluate to an object, but resulting value was: {found}"
                    ),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn the_expression_is_the_document() {
        check(
            "[{$replaceRoot: {newRoot: '$a'}}]",
            &["{a: {b: 1}}"],
            &["{b: 1}"],
        );
        check("[{$replaceWith: {c: '$a'}}]", &["{a: 1}"], &["{c: 1}"]);
        check_error("[{$replaceWith: '$a'}]", &["{a: 1}"], 40228);
        check_error("[{$replaceRoot: {}}]", &[], 40231);
    }
}
