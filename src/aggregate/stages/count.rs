//! $count: how many documents there are.
//!
//! Source: the manual, "$count (aggregation stage)". No documents give no result, not a zero.

use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result};
use crate::expression::number::Number;
use crate::expression::{Context, Dependencies};
use crate::plan::{BoxStream, Row, drain};
use crate::value::{DocumentBuf, ValueRef};

/// The name of the field that gets the count.
pub struct Count(Box<str>);

/// Errors: 40156 (no string), 40157 (empty), 40158 (dollar), 40159 (zero byte), 40160 (dot),
/// 9039800 (`_id`).
pub fn parse(
    name: &'static str,
    value: ValueRef<'_>,
    _scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let refuse =
        |code: i32, why: &str| Err(Error::new(code, format_args!("the count field {why}")));
    let ValueRef::String(field) = value else {
        return refuse(40156, "must be a non-empty string");
    };
    match field {
        "" => refuse(40157, "must be a non-empty string"),
        "_id" => refuse(9039800, "cannot be '_id'"),
        _ if field.starts_with('$') => refuse(40158, "cannot be a $-prefixed path"),
        _ if field.contains('\0') => refuse(40159, "cannot contain a null byte"),
        _ if field.contains('.') => refuse(40160, "cannot contain '.'"),
        _ => Ok(PipelineStage::new(name, value, Count(field.into())).into()),
    }
}

/// What the stage gives for a count.
pub(in crate::aggregate) fn result(name: &str, count: i64) -> Option<DocumentBuf> {
    let mut document = DocumentBuf::new();
    document.append(name, Number::int_or_long(count).value().as_ref());
    (count > 0).then_some(document)
}

impl Stage for Count {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        Ok(Box::new(Running {
            name: self.0.clone(),
            count: 0,
            is_given: false,
        }))
    }

    fn dependencies(&self, _found: &mut Dependencies) -> Passes {
        Passes::Nothing
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Count(&self.0)
    }
}

struct Running {
    name: Box<str>,
    count: i64,
    is_given: bool,
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        if self.is_given {
            return Ok(None);
        }
        drain(input.as_mut(), context, &mut |_| {
            self.count += 1;
            Ok(())
        })?;
        self.is_given = true;
        Ok(result(&self.name, self.count).map(Row::from))
    }
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn counts() {
        check("[{$count: 'n'}]", &["{}", "{}"], &["{n: 2}"]);
        check("[{$count: 'n'}]", &[], &[]);
        check_error("[{$count: 1}]", &[], 40156);
        check_error("[{$count: ''}]", &[], 40157);
        check_error("[{$count: 'a.b'}]", &[], 40160);
    }
}
