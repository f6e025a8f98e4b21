//! `$rank`, `$denseRank`, `$documentNumber`: places in the order.

use super::Partition;
use super::functions::{Arguments, Results, WindowFunction};
use crate::error::{Error, Result};
use crate::expression::Dependencies;
use crate::expression::number::Number;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rank,
    DenseRank,
    DocumentNumber,
}

struct Rank(Kind);

pub(super) fn parse_rank(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    parse(arguments, Kind::Rank)
}

pub(super) fn parse_dense_rank(arguments: &Arguments<'_, '_>) -> Result<Box<dyn WindowFunction>> {
    parse(arguments, Kind::DenseRank)
}

pub(super) fn parse_document_number(
    arguments: &Arguments<'_, '_>,
) -> Result<Box<dyn WindowFunction>> {
    parse(arguments, Kind::DocumentNumber)
}

/// Errors: 5371603 (an argument), 5371602 (no `sortBy` of one field).
fn parse(arguments: &Arguments<'_, '_>, kind: Kind) -> Result<Box<dyn WindowFunction>> {
    let name = arguments.name;
    if !arguments
        .argument
        .as_document()
        .is_some_and(|argument| argument.is_empty())
    {
        return Err(Error::new(
            5_371_603,
            format_args!("{name} must be specified with '{{}}' as its value"),
        ));
    }
    arguments.setting.single_sort(name, 5_371_602)?;
    Ok(Box::new(Rank(kind)))
}

/// 5371601: a function that takes no window was given one.
#[cold]
pub(super) fn with_window(name: &str) -> Error {
    match name {
        "$rank" | "$denseRank" | "$documentNumber" => {
            Error::new(5_371_601, format_args!("{name} takes no other arguments"))
        }
        _ => Error::failed_to_parse(format_args!("'window' is not allowed with {name}")),
    }
}

impl WindowFunction for Rank {
    fn compute(&self, partition: &Partition<'_>) -> Result<Results> {
        let keys = partition.sort_keys()?;
        let (mut rank, mut before) = (0, None);
        let results = keys.iter().enumerate().map(|(at, key)| {
            let is_new = before.replace(key) != Some(key);
            match self.0 {
                Kind::DocumentNumber => rank += 1,
                Kind::DenseRank if is_new => rank += 1,
                Kind::Rank if is_new => rank = at as i64 + 1,
                _ => {}
            }
            Some(Number::int_or_long(rank).value())
        });
        Ok(results.collect())
    }

    fn dependencies(&self, _into: &mut Dependencies) {}
}
