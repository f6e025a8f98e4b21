//! Rewrites of pipelines into cheaper ones with the same result: an ordered list of named rules.

mod conjuncts;
mod drop_idle;
mod drop_projection;
mod join_limits;
mod join_matches;
mod limit_before_map;
mod limit_into_sort;
mod limit_into_union;
mod match_before;
mod match_before_window;
mod match_into_lookup;
mod match_into_union;
mod sort_before_map;
mod unwind_into_lookup;

use super::PipelineStage;
use crate::error::Result;

/// A rule. It looks at the stages from a position on and changes them if it applies.
pub struct Rewrite {
    pub name: &'static str,
    pub(super) apply: fn(&mut Vec<PipelineStage>, usize) -> Result<bool>,
}

const fn rule(
    name: &'static str,
    apply: fn(&mut Vec<PipelineStage>, usize) -> Result<bool>,
) -> Rewrite {
    Rewrite { name, apply }
}

/// Every rule, in the order in which they are tried at a position.
pub static REWRITES: &[Rewrite] = &[
    rule("drop what is idle", drop_idle::apply),
    rule("drop projections", drop_projection::apply),
    rule(
        "match before what does not change its fields",
        match_before::apply,
    ),
    rule(
        "match before windows of whole partitions",
        match_before_window::apply,
    ),
    rule("match into lookup", match_into_lookup::apply),
    rule("match into union", match_into_union::apply),
    rule("join matches", join_matches::apply),
    rule(
        "sort before what maps each document",
        sort_before_map::apply,
    ),
    rule(
        "limit before what maps each document",
        limit_before_map::apply,
    ),
    rule("join limits and skips", join_limits::apply),
    rule("limit into union", limit_into_union::apply),
    rule("limit into sort", limit_into_sort::apply),
    rule("unwind into lookup", unwind_into_lookup::apply),
];

/// Applies the rules until none applies.
pub(super) fn rewrite(stages: &mut Vec<PipelineStage>) -> Result<()> {
    rewrite_by(stages, |_| true)
}

/// Applies some of the rules until none applies.
pub(super) fn rewrite_by(
    stages: &mut Vec<PipelineStage>,
    is_on: impl Fn(&Rewrite) -> bool,
) -> Result<()> {
    // Every rule moves a stage toward the front, makes the pipeline shorter or sets a limit that
    // was not there, so this ends.
    let mut at = 0;
    while at < stages.len() {
        let mut has_changed = false;
        for rule in REWRITES.iter().filter(|rule| is_on(rule)) {
            has_changed |= (rule.apply)(stages, at)?;
        }
        at = if has_changed {
            at.saturating_sub(1)
        } else {
            at + 1
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::aggregate::testing::*;

    #[test]
    fn pipelines_are_rewritten() {
        check_rewritten(
            "[{$sort: {a: 1}}, {$match: {b: 1}}]",
            "{ $match: { b: 1 } } { $sort: { sortKey: { a: 1 } } }",
        );
        check_rewritten(
            "[{$match: {a: 1}}, {$set: {x: 1}}, {$match: {b: 1}}]",
            "{ $match: { $and: [ { a: 1 }, { b: 1 } ] } } { $set: { x: 1 } }",
        );
        check_rewritten(
            "[{$set: {x: 1}}, {$match: {'x.y': 1}}]",
            "{ $set: { x: 1 } } { $match: { x.y: 1 } }",
        );
        check_rewritten("[{$limit: 5}, {$limit: 3}]", "{ $limit: 3 }");
    }

    #[test]
    fn results_stay_the_same() {
        check(
            "[{$sort: {a: -1}}, {$set: {b: 1}}, {$skip: 1}, {$limit: 1}]",
            &["{a: 1}", "{a: 2}", "{a: 3}"],
            &["{a: 2, b: 1}"],
        );
    }
}
