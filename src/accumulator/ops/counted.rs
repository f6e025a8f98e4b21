//! The argument `{input, n}` of `$firstN`, `$lastN`, `$minN`, `$maxN`.

use crate::accumulator::accumulate::Start;
use crate::accumulator::{Accumulate, Accumulator};
use crate::error::{Error, Result};
use crate::expression::{Expression, ParseScope};
use crate::value::ValueRef;

/// Errors: 5787900 (not an object), 5787901 (another field), 5787906 (no `n`), 5787907 (no
/// `input`).
pub fn parse(
    name: &'static str,
    argument: ValueRef<'_>,
    scope: &ParseScope,
    start: fn(usize) -> Box<dyn Accumulate>,
) -> Result<Accumulator> {
    let ValueRef::Document(document) = argument else {
        return Err(Error::new(
            5_787_900,
            format_args!(
                "specification must be an object; found {name}: {}",
                argument.kind().alias()
            ),
        ));
    };
    let (mut input, mut count) = (None, None);
    for (field, value) in document.iter() {
        match field {
            "input" => input = Some(Expression::parse(value, scope)?),
            "n" => count = Some(Expression::parse(value, scope)?),
            other => {
                return Err(Error::new(
                    5_787_901,
                    format_args!("Unknown argument for 'n' operator: {other} in {name}"),
                ));
            }
        }
    }
    let missing =
        |code, field| Error::new(code, format_args!("Missing value for '{field}' in {name}"));
    let count = count.ok_or_else(|| missing(5_787_906, "n"))?;
    Ok(Accumulator {
        name,
        input: input.ok_or_else(|| missing(5_787_907, "input"))?,
        start: Start::Counted(count, start),
    })
}
