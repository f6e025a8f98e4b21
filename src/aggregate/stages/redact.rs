//! $redact: what of a document may be seen, level by level.
//!
//! Source: the manual, "$redact (aggregation)".

use std::rc::Rc;

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, PipelineScope, PipelineStage, Run, Stage};
use crate::error::{Error, Result};
use crate::expression::{Context, Expression, Scope};
use crate::plan::{BoxStream, Row};
use crate::value::{ArrayBuf, ArrayRef, DocumentBuf, DocumentRef, Value, ValueRef};

/// The verdicts, as the values of the variables that stand for them.
const VERDICTS: [(&str, &str); 3] = [("DESCEND", "descend"), ("PRUNE", "prune"), ("KEEP", "keep")];

/// The expression that gives a verdict on a level.
#[derive(Clone)]
pub struct Redact {
    expression: Rc<Expression>,
    /// The local variable that is the level.
    current: u32,
}

/// Errors: those of expressions.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let mut variables = scope.variables.clone();
    for (name, _) in VERDICTS {
        variables = variables.with(name);
    }
    let (variables, current) = variables.with_local("CURRENT");
    let expression = Rc::new(Expression::parse(value, &variables)?);
    Ok(PipelineStage::new(
        name,
        value,
        Redact {
            expression,
            current,
        },
    )
    .into())
}

impl Stage for Redact {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            redact: self.clone(),
            context: None,
        }))
    }
}

struct Running {
    redact: Redact,
    /// With the variables of the verdicts.
    context: Option<Context>,
}

impl Redact {
    /// What is left of a level; `None` if it is cut away.
    ///
    /// Errors: 17053 for what is no verdict.
    fn level(
        &self,
        document: DocumentRef<'_>,
        root: DocumentRef<'_>,
        context: &Context,
    ) -> Result<Option<DocumentBuf>> {
        let verdict = self.verdict(document, root, context)?;
        match verdict.as_ref().map(Value::as_ref) {
            Some(ValueRef::String("keep")) => Ok(Some(document.into())),
            Some(ValueRef::String("prune")) => Ok(None),
            Some(ValueRef::String("descend")) => self.descend(document, root, context).map(Some),
            _ => Err(Error::new(
                17053,
                "$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE",
            )),
        }
    }

    fn verdict(
        &self,
        document: DocumentRef<'_>,
        root: DocumentRef<'_>,
        context: &Context,
    ) -> Result<Option<Value<'static>>> {
        let scope = Scope::new(root, context);
        let current = Value::document(document.into());
        let local = scope.local(self.current, Some(current));
        let verdict = self.expression.evaluate(&scope.within(&local))?;
        Ok(verdict.map(Value::into_owned))
    }

    fn descend(
        &self,
        document: DocumentRef<'_>,
        root: DocumentRef<'_>,
        context: &Context,
    ) -> Result<DocumentBuf> {
        let mut out = DocumentBuf::new();
        for element in document.elements() {
            match element.value() {
                ValueRef::Document(inner) => {
                    if let Some(left) = self.level(inner, root, context)? {
                        out.append(element.name, &left);
                    }
                }
                ValueRef::Array(array) => {
                    out.append(element.name, &self.elements(array, root, context)?);
                }
                _ => out.append_element(&element),
            }
        }
        Ok(out)
    }

    fn elements(
        &self,
        array: ArrayRef<'_>,
        root: DocumentRef<'_>,
        context: &Context,
    ) -> Result<ArrayBuf> {
        let mut out = ArrayBuf::new();
        for value in array.iter() {
            match value {
                ValueRef::Document(inner) => {
                    if let Some(left) = self.level(inner, root, context)? {
                        out.push(&left);
                    }
                }
                ValueRef::Array(inner) => out.push(&self.elements(inner, root, context)?),
                other => out.push(other),
            }
        }
        Ok(out)
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let own = self.context.get_or_insert_with(|| {
            VERDICTS
                .iter()
                .fold(context.clone(), |context, (name, text)| {
                    context.with_variable(*name, Some(Value::string(text)))
                })
        });
        while let Some(row) = input.next(context)? {
            let document = row.document.as_ref();
            let own = &row.document.context(own);
            if let Some(left) = self.redact.level(document, document, own)? {
                return Ok(Some(left.into()));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn levels_are_judged() {
        check("[{$redact: '$$KEEP'}]", &["{a: 1}"], &["{a: 1}"]);
        check("[{$redact: '$$PRUNE'}]", &["{a: 1}"], &[]);
        check(
            "[{$redact: {$cond: [{$eq: ['$secret', true]}, '$$PRUNE', '$$DESCEND']}}]",
            &[
                "{a: {secret: true}, b: {c: 1}, d: [{secret: true}, {e: 1}, 2]}",
                "{secret: true}",
            ],
            &["{b: {c: 1}, d: [{e: 1}, 2]}"],
        );
        check_error("[{$redact: 'x'}]", &["{}"], 17053);
    }
}
