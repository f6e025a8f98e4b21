//! $sortByCount: how often each value occurs, the most frequent first.
//!
//! Source: the manual, "$sortByCount (aggregation)". It is a `$group` and a `$sort`.

use super::{group, sort};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result};
use crate::plan::SortPattern;
use crate::value::{DocumentBuf, ValueRef};

/// Errors: 40147 (an object that is no expression), 40148 (a string without dollar), 40149.
pub fn parse(
    _name: &'static str,
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Parsed> {
    let refuse = |code: i32, what: &str| {
        Err(Error::new(
            code,
            format_args!("the sortByCount field must be {what}, got {value}"),
        ))
    };
    match value {
        ValueRef::Document(object) => {
            if !object
                .first()
                .is_some_and(|first| first.name.starts_with('$'))
            {
                return refuse(40147, "an expression inside an object");
            }
        }
        ValueRef::String(text) => {
            if !text.starts_with('$') {
                return refuse(40148, "a $-prefixed path or an expression inside an object");
            }
        }
        _ => return refuse(40149, "a string or an object"),
    }
    let mut specification = DocumentBuf::new();
    specification.append("_id", value);
    specification.append_document("count", |count| count.append("$sum", 1));
    let mut order = DocumentBuf::new();
    order.append("count", -1);
    let group = group::stage("$group", specification.as_ref(), scope)?;
    let sort = sort::stage("$sort", SortPattern::parse(order.as_ref())?, None);
    Ok(Parsed::Stages(vec![group, sort]))
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn the_most_frequent_first() {
        check(
            "[{$sortByCount: '$a'}]",
            &["{a: 1}", "{a: 2}", "{a: 2}"],
            &["{_id: 2, count: 2}", "{_id: 1, count: 1}"],
        );
        check_error("[{$sortByCount: 'a'}]", &[], 40148);
        check_error("[{$sortByCount: {a: 1}}]", &[], 40147);
        check_error("[{$sortByCount: 1}]", &[], 40149);
    }
}
