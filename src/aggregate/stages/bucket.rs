//! $bucket: groups by ranges between boundaries.
//!
//! Source: the manual, "$bucket (aggregation)". It is a `$group` by a `$switch` over the ranges, and
//! a `$sort` by `_id`.

use super::{group, sort};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result};
use crate::expression::{Evaluate, Expression, Outcome, Scope};
use crate::plan::SortPattern;
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, Value, ValueRef, compare};

/// Errors: 40201 (no document), 40202 (`groupBy` is no expression), 40200, 40191 to 40194
/// (boundaries), 40195, 40199 (default), 40196 (output), 40197 (another field), 40198 (one that is
/// missing), those of `$group`.
pub fn parse(
    _name: &'static str,
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return refuse(40201, "Argument to $bucket stage must be an object");
    };
    let (mut by, mut boundaries, mut default, mut output) = (None, None, None, None);
    for (option, value) in document.iter() {
        match option {
            "groupBy" => by = Some(value),
            "boundaries" => boundaries = Some(constants(value, scope)?),
            "default" => {
                default = Some(constant(
                    value,
                    scope,
                    40195,
                    "The $bucket 'default' field must be a constant",
                )?)
            }
            "output" => match value {
                ValueRef::Document(fields) => output = Some(fields),
                _ => return refuse(40196, "The $bucket 'output' field must be an object"),
            },
            _ => return refuse(40197, "Unrecognized option to $bucket"),
        }
    }
    let (Some(by), Some(boundaries)) = (by, boundaries) else {
        return refuse(
            40198,
            "$bucket requires 'groupBy' and 'boundaries' to be specified",
        );
    };
    check_expression(by)?;
    check_boundaries(&boundaries)?;
    if let Some(default) = &default {
        check_default(default.as_ref(), &boundaries)?;
    }
    let specification = specification(by, &boundaries, default.as_ref(), output);
    let mut order = DocumentBuf::new();
    order.append("_id", 1);
    // The specification is checked, and shown; to search the boundaries costs less than to test them.
    group::stage("$group", specification.as_ref(), scope)?;
    let key = Expression::operator(Bucket {
        by: Expression::parse(by, &scope.variables)?,
        boundaries,
        default,
    });
    let group = group::keyed("$group", specification.as_ref(), key, scope)?;
    let sort = sort::stage("$sort", SortPattern::parse(order.as_ref())?, None);
    Ok(Parsed::Stages(vec![group, sort]))
}

/// The lower boundary of the bucket that a value belongs to.
struct Bucket {
    by: Expression,
    boundaries: Vec<Value<'static>>,
    default: Option<Value<'static>>,
}

impl Evaluate for Bucket {
    /// Errors: 40069 for a value in no bucket.
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let value = self.by.evaluate(scope)?;
        let value = value.as_ref().map(Value::as_ref);
        let above = self
            .boundaries
            .partition_point(|boundary| scope.compare(Some(boundary.as_ref()), value).is_le());
        let found = match above.checked_sub(1) {
            Some(at) if above < self.boundaries.len() => self.boundaries.get(at),
            _ => self.default.as_ref(),
        };
        match found {
            Some(found) => Ok(Some(found.clone() as Value<'a>)),
            None => refuse(
                40069,
                "$bucket has no bucket and no default for a value of 'groupBy'",
            ),
        }
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.by);
    }
}

#[cold]
fn refuse<T>(code: i32, message: &str) -> Result<T> {
    Err(Error::new(code, message))
}

fn check_expression(by: ValueRef<'_>) -> Result<()> {
    let is_expression = match by {
        ValueRef::String(text) => text.starts_with('$'),
        ValueRef::Document(_) => true,
        _ => false,
    };
    match is_expression {
        true => Ok(()),
        false => refuse(
            40202,
            "The $bucket 'groupBy' field must be a $-prefixed path or an expression",
        ),
    }
}

fn constant(
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
    code: i32,
    message: &str,
) -> Result<Value<'static>> {
    match Expression::parse(value, &scope.variables)?.as_constant() {
        Some(constant) => Ok(Value::copy_of(constant)),
        None => refuse(code, message),
    }
}

fn constants(value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Vec<Value<'static>>> {
    let ValueRef::Array(array) = value else {
        return refuse(40200, "The $bucket 'boundaries' field must be an array");
    };
    let message = "The $bucket 'boundaries' field must be an array of constants";
    array
        .iter()
        .map(|value| constant(value, scope, 40191, message))
        .collect()
}

fn check_boundaries(boundaries: &[Value<'static>]) -> Result<()> {
    if boundaries.len() < 2 {
        return refuse(
            40192,
            "The $bucket 'boundaries' field must have at least 2 values",
        );
    }
    for pair in boundaries.windows(2) {
        let (one, two) = (pair[0].as_ref(), pair[1].as_ref());
        if one.kind().order() != two.kind().order() {
            return refuse(
                40193,
                "All values in the $bucket 'boundaries' field must have the same type",
            );
        }
        if !compare(one, two).is_lt() {
            return refuse(
                40194,
                "The $bucket 'boundaries' field must be in ascending order",
            );
        }
    }
    Ok(())
}

fn check_default(default: ValueRef<'_>, boundaries: &[Value<'static>]) -> Result<()> {
    let (Some(first), Some(last)) = (boundaries.first(), boundaries.last()) else {
        return Ok(());
    };
    let is_inside =
        compare(default, first.as_ref()).is_ge() && compare(default, last.as_ref()).is_lt();
    match is_inside {
        true => refuse(
            40199,
            "The $bucket 'default' field must be less than the lowest boundary or not less than the highest",
        ),
        false => Ok(()),
    }
}

fn specification(
    by: ValueRef<'_>,
    boundaries: &[Value<'static>],
    default: Option<&Value<'static>>,
    output: Option<DocumentRef<'_>>,
) -> DocumentBuf {
    let literal = |value: &Value<'_>| {
        let mut literal = DocumentBuf::new();
        literal.append("$literal", value);
        literal
    };
    let comparison = |operator: &str, bound: &Value<'_>| {
        let mut operands = ArrayBuf::new();
        operands.push("$$value");
        operands.push(&literal(bound));
        let mut comparison = DocumentBuf::new();
        comparison.append(operator, &operands);
        comparison
    };
    let mut branches = ArrayBuf::new();
    for pair in boundaries.windows(2) {
        let mut both = ArrayBuf::new();
        both.push(&comparison("$gte", &pair[0]));
        both.push(&comparison("$lt", &pair[1]));
        let mut case = DocumentBuf::new();
        case.append("$and", &both);
        let mut branch = DocumentBuf::new();
        branch.append("case", &case);
        branch.append("then", &literal(&pair[0]));
        branches.push(&branch);
    }
    let mut switch = DocumentBuf::new();
    switch.append("branches", &branches);
    if let Some(default) = default {
        switch.append("default", &literal(default));
    }
    // The value is computed once, not for every boundary.
    let mut key = DocumentBuf::new();
    key.append_document("$let", |bound| {
        bound.document("vars").append("value", by);
        bound.document("in").append("$switch", &switch);
    });
    let mut group = DocumentBuf::new();
    group.append("_id", &key);
    match output {
        Some(fields) => fields
            .elements()
            .for_each(|field| group.append_element(&field)),
        None => group.append_document("count", |count| count.append("$sum", 1)),
    }
    group
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn ranges_are_groups() {
        let documents = ["{x: 1}", "{x: 9}", "{x: 10}", "{x: 50}", "{}"];
        check(
            "[{$bucket: {groupBy: '$x', boundaries: [0, 10, 20], default: 'other'}}]",
            &documents,
            &[
                "{_id: 0, count: 2}",
                "{_id: 10, count: 1}",
                "{_id: 'other', count: 2}",
            ],
        );
        check_error(
            "[{$bucket: {groupBy: '$x', boundaries: [0, 10]}}]",
            &documents,
            40069,
        );
    }

    #[test]
    fn bad_specifications_are_refused() {
        let check =
            |options: &str, code| check_error(&format!("[{{$bucket: {options}}}]"), &[], code);
        check("1", 40201);
        check("{groupBy: '$x'}", 40198);
        check("{groupBy: '$x', boundaries: 1}", 40200);
        check("{groupBy: '$x', boundaries: [1]}", 40192);
        check("{groupBy: '$x', boundaries: [1, 'a']}", 40193);
        check("{groupBy: '$x', boundaries: [2, 1]}", 40194);
        check("{groupBy: '$x', boundaries: [0, 10], default: 5}", 40199);
        check("{groupBy: '$x', boundaries: [0, 10], output: 1}", 40196);
    }
}
