//! `$shift`: the value of a document so many places before or behind.

use super::Partition;
use super::bounds::fields;
use super::functions::{Arguments, Results, WindowFunction};
use crate::error::{Error, Result};
use crate::expression::{Dependencies, Expression};
use crate::value::Value;

struct Shift {
    output: Expression,
    by: i64,
    default: Value<'static>,
}

/// Errors: `FailedToParse` (9).
pub(super) fn parse(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    let name = arguments.name;
    let refuse = |why: &str| Err(Error::failed_to_parse(format_args!("{name} {why}")));
    let argument = fields(name, arguments.argument, &["output", "by", "default"])?;
    if arguments.setting.sort.is_none() {
        return refuse("requires a sortBy");
    }
    let Some(output) = argument.get("output") else {
        return refuse("requires an 'output' expression");
    };
    let Some(by) = argument.get("by") else {
        return refuse("requires 'by' as an integer value");
    };
    let Some(by) = by.to_i64_exact().filter(|by| i32::try_from(*by).is_ok()) else {
        return refuse("requires 'by' as an integer value");
    };
    let default = match argument.get("default") {
        None => Value::NULL,
        Some(default) => {
            let default = Expression::parse(default, arguments.scope)?;
            match default.as_constant() {
                Some(constant) => Value::Ref(constant).into_owned(),
                None => return refuse("'default' must be a constant expression"),
            }
        }
    };
    Ok(Box::new(Shift {
        output: Expression::parse(output, arguments.scope)?,
        by,
        default,
    }))
}

impl WindowFunction for Shift {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let values = partition.values(&self.output)?;
        let shifted = (0..values.len() as i64).map(|at| {
            let place = usize::try_from(at.saturating_add(self.by)).ok();
            match place.and_then(|place| values.get(place)) {
                Some(value) => value.clone().map(Value::into_owned),
                None => Some(self.default.clone()),
            }
        });
        Ok(shifted.collect())
    }

    fn dependencies(&self, into: &mut Dependencies) {
        self.output.dependencies(into);
    }
}
