//! $fill: values for fields that are null or missing.
//!
//! Source: the manual, "$fill (aggregation)". It stands for a `$setWindowFields` (the methods
//! `linear` and `locf`) and an `$addFields` (the values).

use super::{add_fields, set_window_fields};
use crate::aggregate::registry::Parsed;
use crate::aggregate::{PipelineScope, PipelineStage};
use crate::error::{Error, Result};
use crate::expression::Expression;
use crate::plan::SortPattern;
use crate::value::{DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// Errors: `FailedToParse` (9: no document), 40414 (no `output`), 40415 (another field),
/// `TypeMismatch` (14), 6050200 (not one of value and method), 6050202 (another method), 6050203
/// (an empty `output`), 6050204 (both ways to partition), 605001 (`linear` without `sortBy`).
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::failed_to_parse(format_args!(
            "The argument to {name} must be an object"
        )));
    };
    let mut specification = Specification::default();
    for (option, value) in document.iter() {
        specification.read(name, option, value, scope)?;
    }
    let Some(output) = specification.output else {
        return Err(Error::new(
            40414,
            format_args!("BSON field '{name}.output' is missing but a required field"),
        ));
    };
    let (methods, values) = outputs(output)?;
    let mut stages: Vec<PipelineStage> = Vec::new();
    if !methods.as_ref().is_empty() {
        stages.push(set_window_fields::stage(
            name,
            document,
            specification.partition,
            specification.sort,
            methods.as_ref(),
            scope,
        )?);
    }
    if !values.as_ref().is_empty() {
        let values = ValueRef::Document(values.as_ref());
        if let Parsed::Stages(more) = add_fields::parse("$addFields", values, scope)? {
            stages.extend(more);
        }
    }
    Ok(Parsed::Stages(stages))
}

#[derive(Default)]
struct Specification<'v> {
    partition: Option<Expression>,
    sort: Option<SortPattern>,
    output: Option<DocumentRef<'v>>,
}

impl<'v> Specification<'v> {
    fn read(
        &mut self,
        name: &str,
        option: &str,
        value: ValueRef<'v>,
        scope: &PipelineScope<'_>,
    ) -> Result<()> {
        let partition = match (option, value) {
            ("partitionBy", ValueRef::String(_) | ValueRef::Document(_)) => {
                Expression::parse(value, &scope.variables)?
            }
            ("partitionByFields", ValueRef::Array(_)) => by_fields(value, scope)?,
            ("sortBy", ValueRef::Document(fields)) => {
                self.sort = Some(SortPattern::parse(fields)?);
                return Ok(());
            }
            ("output", ValueRef::Document(fields)) => {
                self.output = Some(fields);
                return Ok(());
            }
            ("partitionByFields" | "sortBy" | "output", other) if other.is_nullish() => {
                return Ok(());
            }
            ("partitionBy" | "partitionByFields" | "sortBy" | "output", other) => {
                return Err(Error::type_mismatch(format_args!(
                    "BSON field '{name}.{option}' has the wrong type '{}'",
                    other.kind().alias()
                )));
            }
            _ => {
                return Err(Error::new(
                    40415,
                    format_args!("BSON field '{name}.{option}' is an unknown field."),
                ));
            }
        };
        if self.partition.replace(partition).is_some() {
            return Err(Error::new(
                6_050_204,
                "only one of 'partitionBy' and 'partitionByFields' can be given to $fill",
            ));
        }
        Ok(())
    }
}

/// The fields as an expression `{0: "$a", 1: "$b"}`.
fn by_fields(list: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Expression> {
    let mut fields = DocumentBuf::new();
    for (at, field) in list
        .as_array()
        .into_iter()
        .flat_map(|list| list.iter())
        .enumerate()
    {
        let Some(field) = field.as_str() else {
            return Err(Error::type_mismatch(
                "the elements of 'partitionByFields' must be strings",
            ));
        };
        FieldPath::parse_strict(field)?;
        fields.append(at.to_string().as_str(), format!("${field}").as_str());
    }
    Expression::parse(ValueRef::Document(fields.as_ref()), &scope.variables)
}

/// What the window functions compute, and what the values stand in for.
fn outputs(output: DocumentRef<'_>) -> Result<(DocumentBuf, DocumentBuf)> {
    if output.is_empty() {
        return Err(Error::new(
            6_050_203,
            "$fill requires at least one field in 'output'",
        ));
    }
    let (mut methods, mut values) = (DocumentBuf::new(), DocumentBuf::new());
    for (field, how) in output.iter() {
        let Some(how) = how.as_document() else {
            return Err(Error::type_mismatch(format_args!(
                "the output field '{field}' of $fill must be an object"
            )));
        };
        let own = format!("${field}");
        let first = how.first().filter(|_| how.count() == 1);
        match first.map(|first| (first.name, first.value())) {
            Some(("method", ValueRef::String("linear"))) => {
                methods.append_document(field, |f| f.append("$linearFill", own.as_str()));
            }
            Some(("method", ValueRef::String("locf"))) => {
                methods.append_document(field, |f| f.append("$locf", own.as_str()));
            }
            Some(("method", _)) => {
                return Err(Error::new(
                    6_050_202,
                    "the method of $fill must be 'linear' or 'locf'",
                ));
            }
            Some(("value", value)) => values.append_document(field, |f| {
                let mut list = f.array("$ifNull");
                list.push(own.as_str());
                list.push(value);
            }),
            _ => {
                return Err(Error::new(
                    6_050_200,
                    "each output field of $fill must have exactly one of 'value' and 'method'",
                ));
            }
        }
    }
    Ok((methods, values))
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn fills_by_method_and_by_value() {
        let documents = [
            "{t: 2}",
            "{t: 0, v: 1, w: 5}",
            "{t: 4, v: 3}",
            "{t: 1, v: null}",
        ];
        check(
            "[{$fill: {sortBy: {t: 1}, output: {v: {method: 'linear'}, w: {method: 'locf'}, x: {value: '$t'}}}}]",
            &documents,
            &[
                "{t: 0, v: 1, w: 5, x: 0}",
                "{t: 1, v: 1.5, w: 5, x: 1}",
                "{t: 2, v: 2.0, w: 5, x: 2}",
                "{t: 4, v: 3, w: 5, x: 4}",
            ],
        );
        check(
            "[{$fill: {partitionByFields: ['p', 'q'], output: {v: {method: 'locf'}}}}]",
            &["{p: 1, v: 1}", "{p: 2}", "{p: 1}"],
            &["{p: 1, v: 1}", "{p: 1, v: 1}", "{p: 2, v: null}"],
        );
        // With values alone nothing is sorted.
        check(
            "[{$fill: {output: {'a.v': {value: 7}}}}]",
            &["{_id: 2, a: {v: null}}", "{_id: 1, a: {v: 1}}"],
            &["{_id: 2, a: {v: 7}}", "{_id: 1, a: {v: 1}}"],
        );
    }

    #[test]
    fn bad_specifications_are_refused() {
        let check =
            |body: &str, code| check_error(&format!("[{{$fill: {body}}}]"), &["{t: 1}"], code);
        check("1", 9);
        check("{}", 40414);
        check("{output: {}}", 6_050_203);
        check("{output: 1}", 14);
        check("{output: {v: 1}}", 14);
        check("{output: {v: {}}}", 6_050_200);
        check("{output: {v: {value: 1, method: 'locf'}}}", 6_050_200);
        check("{output: {v: {method: 'x'}}}", 6_050_202);
        check("{output: {v: {method: 'linear'}}}", 605_001);
        check("{output: {v: {value: 1}}, x: 1}", 40415);
        check(
            "{partitionBy: '$a', partitionByFields: ['a'], output: {v: {value: 1}}}",
            6_050_204,
        );
        check("{partitionByFields: [1], output: {v: {value: 1}}}", 14);
        check(
            "{partitionByFields: ['$a'], output: {v: {value: 1}}}",
            16410,
        );
        check("{sortBy: {$a: 1}, output: {v: {method: 'locf'}}}", 16410);
    }
}
