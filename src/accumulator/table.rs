//! The registration table of accumulators: one line each, in the order of the names.

use super::accumulate::{Accumulator, Start, State, parse_input};
use super::ops::*;
use crate::error::Result;
use crate::expression::ParseScope;
use crate::value::ValueRef;

/// An accumulator.
pub struct Registration {
    /// Its name, with its dollar.
    pub name: &'static str,
    pub(super) parse: Parse,
}

/// Reads an accumulator's argument; the first parameter is the accumulator's name.
pub(super) type Parse = fn(&'static str, ValueRef<'_>, &ParseScope) -> Result<Accumulator>;

/// Reads the argument of an accumulator that takes one expression.
pub(super) fn unary(
    name: &'static str,
    argument: ValueRef<'_>,
    scope: &ParseScope,
    start: fn() -> State,
) -> Result<Accumulator> {
    Ok(Accumulator {
        name,
        input: parse_input(name, argument, scope)?,
        start: Start::Plain(start),
    })
}

const fn row(name: &'static str, parse: Parse) -> Registration {
    Registration { name, parse }
}

/// All accumulators, in the order of their names.
pub static ACCUMULATORS: &[Registration] = &[
    row("$addToSet", |name, value, scope| {
        unary(name, value, scope, add_to_set::start)
    }),
    row("$avg", |name, value, scope| {
        unary(name, value, scope, sum::start_avg)
    }),
    row("$bottom", top::parse_bottom),
    row("$bottomN", top::parse_bottom_n),
    row("$concatArrays", |name, value, scope| {
        unary(name, value, scope, concat_arrays::start)
    }),
    row("$count", count::parse),
    row("$first", |name, value, scope| {
        unary(name, value, scope, first_last::start_first)
    }),
    row("$firstN", |name, value, scope| {
        counted::parse(name, value, scope, first_last::first_n)
    }),
    row("$last", |name, value, scope| {
        unary(name, value, scope, first_last::start_last)
    }),
    row("$lastN", |name, value, scope| {
        counted::parse(name, value, scope, first_last::last_n)
    }),
    row("$max", |name, value, scope| {
        unary(name, value, scope, extreme::start_max)
    }),
    row("$maxN", |name, value, scope| {
        counted::parse(name, value, scope, extreme::max_n)
    }),
    row("$median", percentile::parse_median),
    row("$mergeObjects", |name, value, scope| {
        unary(name, value, scope, merge_objects::start)
    }),
    row("$min", |name, value, scope| {
        unary(name, value, scope, extreme::start_min)
    }),
    row("$minN", |name, value, scope| {
        counted::parse(name, value, scope, extreme::min_n)
    }),
    row("$percentile", percentile::parse_percentile),
    row("$push", |name, value, scope| {
        unary(name, value, scope, push::start)
    }),
    row("$setUnion", |name, value, scope| {
        unary(name, value, scope, add_to_set::start_union)
    }),
    row("$stdDevPop", |name, value, scope| {
        unary(name, value, scope, std_dev::start_population)
    }),
    row("$stdDevSamp", |name, value, scope| {
        unary(name, value, scope, std_dev::start_sample)
    }),
    row("$sum", |name, value, scope| {
        unary(name, value, scope, sum::start_sum)
    }),
    row("$top", top::parse_top),
    row("$topN", top::parse_top_n),
];

/// The accumulator of this name.
pub(super) fn find(name: &str) -> Option<&'static Registration> {
    let at = ACCUMULATORS
        .binary_search_by(|row| row.name.cmp(name))
        .ok()?;
    ACCUMULATORS.get(at)
}

#[cfg(test)]
mod tests {
    use super::ACCUMULATORS;

    #[test]
    fn the_table_is_sorted() {
        for pair in ACCUMULATORS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
    }
}
