//! Updates by an aggregation pipeline of the stages that change one document at a time.
//!
//! Manual: "Updates with Aggregation Pipeline".

use crate::error::{Error, Result, codes};
use crate::expression::{Context, Expression, ParseScope, Scope};
use crate::limits;
use crate::projection::{AddFields, Projection, ProjectionKind, Unset};
use crate::value::{ArrayRef, DocumentBuf, DocumentRef, ValueRef};

enum Stage {
    AddFields(AddFields),
    Project(Projection),
    Unset(Unset),
    ReplaceWith(Expression),
}

/// A parsed pipeline.
pub(super) struct UpdatePipeline {
    stages: Vec<Stage>,
}

impl UpdatePipeline {
    /// Errors: `FailedToParse` (9), 40323 and 40324 for what is no stage, `InvalidOptions` (72) for
    /// a stage that an update does not take, those of the stages.
    pub(super) fn parse(stages: ArrayRef<'_>, scope: &ParseScope) -> Result<UpdatePipeline> {
        if stages.count() > limits::PIPELINE_STAGES_MAX {
            return Err(Error::new(
                7749501,
                format_args!(
                    "Pipeline length must be no longer than {} stages",
                    limits::PIPELINE_STAGES_MAX
                ),
            ));
        }
        let mut parsed = Vec::new();
        for stage in stages.iter() {
            let ValueRef::Document(stage) = stage else {
                return Err(Error::type_mismatch(
                    "Each element of the 'pipeline' array must be an object",
                ));
            };
            let mut elements = stage.elements();
            let (Some(element), None) = (elements.next(), elements.next()) else {
                return Err(Error::new(
                    40323,
                    "A pipeline stage specification object must contain exactly one field.",
                ));
            };
            parsed.push(parse_stage(element.name, element.value(), scope)?);
        }
        Ok(UpdatePipeline { stages: parsed })
    }

    /// The document after all stages.
    pub(super) fn apply(
        &self,
        document: DocumentRef<'_>,
        context: &Context,
    ) -> Result<DocumentBuf> {
        let mut current = DocumentBuf::from(document);
        for stage in &self.stages {
            current = match stage {
                Stage::AddFields(fields) => fields.apply(current.as_ref(), context)?,
                Stage::Project(projection) => projection.apply(current.as_ref(), context, None)?,
                Stage::Unset(unset) => unset.apply(current.as_ref(), context)?,
                Stage::ReplaceWith(expression) => replaced(expression, current.as_ref(), context)?,
            };
        }
        Ok(with_id_of(document, current))
    }
}

fn parse_stage(name: &str, operand: ValueRef<'_>, scope: &ParseScope) -> Result<Stage> {
    Ok(match name {
        "$addFields" | "$set" => Stage::AddFields(AddFields::parse(operand, scope)?),
        "$project" => match operand {
            ValueRef::Document(specification) => Stage::Project(Projection::parse(
                specification,
                scope,
                ProjectionKind::Aggregate,
            )?),
            _ => {
                return Err(Error::new(
                    15969,
                    "$project specification must be an object",
                ));
            }
        },
        "$fill" => Stage::AddFields(AddFields::parse((&filled(operand)?).into(), scope)?),
        "$unset" => Stage::Unset(Unset::parse(operand)?),
        "$replaceWith" => Stage::ReplaceWith(Expression::parse(operand, scope)?),
        "$replaceRoot" => Stage::ReplaceWith(new_root(operand, scope)?),
        _ => {
            return Err(Error::new(
                codes::INVALID_OPTIONS,
                format_args!("{name} is not allowed to be used within an update"),
            ));
        }
    })
}

/// A `$fill` that only gives values, as the fields that `$set` would set. What looks at other
/// documents cannot be done to one.
///
/// Errors: `InvalidOptions` (72).
fn filled(operand: ValueRef<'_>) -> Result<DocumentBuf> {
    let refused = || {
        let message = "within an update, $fill takes an output of values and nothing else";
        Error::new(codes::INVALID_OPTIONS, message)
    };
    fn only<'v>(document: ValueRef<'v>, name: &str) -> Option<ValueRef<'v>> {
        let document = document.as_document()?;
        document.get(name).filter(|_| document.count() == 1)
    }
    let output = only(operand, "output").and_then(|output| output.as_document());
    let mut fields = DocumentBuf::new();
    for (name, how) in output
        .filter(|output| !output.is_empty())
        .ok_or_else(refused)?
        .iter()
    {
        let value = only(how, "value").ok_or_else(refused)?;
        fields.append_document(name, |field| {
            let mut choices = field.array("$ifNull");
            choices.push(format!("${name}").as_str());
            choices.push(value);
        });
    }
    Ok(fields)
}

fn new_root(operand: ValueRef<'_>, scope: &ParseScope) -> Result<Expression> {
    let ValueRef::Document(specification) = operand else {
        return Err(Error::new(
            40229,
            format_args!(
                "expected an object as specification for $replaceRoot stage, got {}",
                operand.kind().alias()
            ),
        ));
    };
    let mut root = None;
    for (name, value) in specification.iter() {
        match name {
            "newRoot" => root = Some(Expression::parse(value, scope)?),
            _ => {
                return Err(Error::new(
                    40230,
                    format_args!(
                        "unrecognized option to $replaceRoot stage: {name}, only valid option is 'newRoot'."
                    ),
                ));
            }
        }
    }
    root.ok_or_else(|| Error::new(40231, "no newRoot specified for the $replaceRoot stage"))
}

fn replaced(
    expression: &Expression,
    document: DocumentRef<'_>,
    context: &Context,
) -> Result<DocumentBuf> {
    let value = expression.evaluate(&Scope::new(document, context))?;
    match value.as_ref().map(|value| value.as_ref()) {
        Some(ValueRef::Document(new)) => Ok(new.into()),
        other => {
            let found = other.map_or("missing", |value| value.kind().alias());
            Err(Error::new(
                40228,
                format_args!(
                    "'newRoot' expression must evaluate to an object, but resulting value was of type {found}"
                ),
            ))
        }
    }
}

/// A pipeline that drops `_id` keeps it, and it comes first.
fn with_id_of(before: DocumentRef<'_>, after: DocumentBuf) -> DocumentBuf {
    let view = after.as_ref();
    if view.first().is_some_and(|first| first.name == "_id") {
        return after;
    }
    let Some(id) = view.element("_id").or(before.element("_id")) else {
        return after;
    };
    let mut out = DocumentBuf::with_capacity(after.as_bytes().len() + 20);
    out.append_element(&id);
    let rest = view.elements().filter(|element| element.name != "_id");
    rest.for_each(|element| out.append_element(&element));
    out
}
