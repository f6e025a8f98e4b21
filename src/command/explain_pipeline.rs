//! How explain shows a pipeline: what the planner made of its head, then each stage that runs.
//!
//! Source: the manual, "Explain Results", and "db.collection.explain()". A pipeline that the planner
//! took over as a whole is shown as a query.

use crate::plan::Stream;
use crate::value::{ArrayBuf, DocumentBuf};

/// The stages that run above a plan, the last first, and the plan.
pub(super) fn split(stream: &dyn Stream) -> (Vec<&dyn Stream>, &dyn Stream) {
    let (mut stages, mut plan) = (Vec::new(), stream);
    while let Some(input) = input_of_stage(plan) {
        stages.push(plan);
        plan = input;
    }
    (stages, plan)
}

/// The input of a pipeline's stage; `None` for a node of a plan.
fn input_of_stage(stream: &dyn Stream) -> Option<&dyn Stream> {
    let mut description = DocumentBuf::new();
    stream.describe(&mut description);
    let first = description.as_ref().first()?;
    first
        .name
        .starts_with('$')
        .then(|| stream.inputs().first().copied())?
}

/// The list: `$cursor` with the plan, the stages with what they did if they were executed, and what
/// becomes of the result.
pub(super) fn stages(
    cursor: &DocumentBuf,
    stages: &[&dyn Stream],
    output: Option<&DocumentBuf>,
    executed: bool,
) -> ArrayBuf {
    let mut list = ArrayBuf::new();
    let mut first = DocumentBuf::new();
    first.append("$cursor", cursor);
    list.push(&first);
    for stage in stages.iter().rev() {
        let mut description = DocumentBuf::new();
        stage.describe(&mut description);
        if executed {
            stage.report(&mut description);
        }
        list.push(&description);
    }
    if let Some(output) = output {
        list.push(output);
    }
    list
}

#[cfg(test)]
mod tests {
    use crate::command::testing::Shell;

    fn explain(shell: &mut Shell, stages: &str, path: &str, expected: &str) {
        let command = format!(
            "{{explain: {{aggregate: 'c', pipeline: {stages}, cursor: {{}}}}, verbosity: 'executionStats'}}"
        );
        shell.check(&command, path, expected);
    }

    #[test]
    fn stages_are_shown_as_they_run() {
        let (mut shell, _) = Shell::with_clock(1);
        shell.insert(
            "c",
            "[{_id: 1, a: 1, l: [1, 2]}, {_id: 2, a: 2, l: [3]}, {_id: 3, a: 2}]",
        );
        let unwound = "[{$match: {a: 2}}, {$unwind: '$l'}, {$sort: {l: -1}}, {$limit: 1}]";
        let mut check = |path: &str, expected: &str| explain(&mut shell, unwound, path, expected);
        check("stages.0.$cursor.executionStats.nReturned", "2");
        check("stages.0.$cursor.queryPlanner.parsedQuery", "{a: {$eq: 2}}");
        check("stages.1.$unwind", "{path: '$l'}");
        check("stages.1.nReturned", "1L");
        check("stages.2.$sort", "{sortKey: {l: -1}, limit: 1L}");
        check("stages.2.usedDisk", "false");
        check("stages.3.$limit", "1L");
        let time = "stages.2.executionTimeMillisEstimate";
        let took = shell.field(
            &format!("{{explain: {{aggregate: 'c', pipeline: {unwound}, cursor: {{}}}}}}"),
            time,
        );
        assert_ne!(took, "Long('0')");
        assert_ne!(took, "0L");
    }

    #[test]
    fn groups_of_values_skip_from_one_to_the_next() {
        let mut shell = Shell::new();
        let list: Vec<String> = (0..400)
            .map(|id| format!("{{_id: {id}, a: {}, b: {}}}", id % 5, id % 3))
            .collect();
        shell.insert("c", &format!("[{}, {{_id: 'none'}}]", list.join(", ")));
        let keys = "[{$match: {a: {$lt: 3}}}, {$group: {_id: '$a'}}, {$sort: {_id: 1}}]";
        let all = "[{$group: {_id: '$a'}}, {$sort: {_id: 1}}]";
        for _ in 0..2 {
            let command =
                |stages: &str| format!("{{aggregate: 'c', pipeline: {stages}, cursor: {{}}}}");
            shell.check_batch(&command(keys), "[{_id: 0}, {_id: 1}, {_id: 2}]");
            let expected = "[{_id: null}, {_id: 0}, {_id: 1}, {_id: 2}, {_id: 3}, {_id: 4}]";
            shell.check_batch(&command(all), expected);
            shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1, b: 1}, name: 'i'}]}");
        }
        let plan = "stages.0.$cursor.queryPlanner.winningPlan";
        let stage = shell.field(
            &format!("{{explain: {{aggregate: 'c', pipeline: {keys}, cursor: {{}}}}}}"),
            plan,
        );
        assert!(stage.contains("DISTINCT_SCAN"), "{stage}");
        // The first of each group in the order of an index, or the last.
        shell.succeed("{createIndexes: 'c', indexes: [{key: {a: 1, _id: -1}, name: 'j'}]}");
        for (sort, end, expected, is_served) in [
            ("{a: 1, _id: -1}", "$first", "[395, 396, 397]", true),
            ("{a: 1, _id: -1}", "$last", "[0, 1, 2]", true),
            ("{a: -1, _id: 1}", "$first", "[0, 1, 2]", true),
            ("{a: -1, _id: 1}", "$last", "[395, 396, 397]", true),
            ("{a: 1, _id: 1}", "$first", "[0, 1, 2]", false),
        ] {
            let stages = format!(
                "[{{$match: {{a: {{$lt: 3}}}}}}, {{$sort: {sort}}}, {{$group: {{_id: '$a', r: {{{end}: '$_id'}}, d: {{{end}: '$$ROOT'}}}}}}, {{$sort: {{_id: 1}}}}, {{$group: {{_id: 1, r: {{$push: '$r'}}, d: {{$push: '$d._id'}}}}}}]"
            );
            let command = format!("{{aggregate: 'c', pipeline: {stages}, cursor: {{}}}}");
            let expected = format!("[{{_id: 1, r: {expected}, d: {expected}}}]");
            shell.check_batch(&command, &expected);
            let stage = shell.field(&format!("{{explain: {command}}}"), plan);
            assert_eq!(
                stage.contains("DISTINCT_SCAN"),
                is_served,
                "{sort} {end}: {stage}"
            );
        }
        let counted = "[{$group: {_id: '$a', n: {$sum: 1}}}, {$count: 'n'}]";
        let path = "stages.0.$cursor.executionStats.nReturned";
        explain(&mut shell, counted, path, "401");
    }

    #[test]
    fn the_planner_tells_of_its_choice() {
        let mut shell = Shell::new();
        let list: Vec<String> = (0..40)
            .map(|id| format!("{{_id: {id}, a: {}, b: {}}}", id % 5, id % 3))
            .collect();
        shell.insert("c", &format!("[{}]", list.join(", ")));
        for field in ["a", "b"] {
            shell.succeed(&format!(
                "{{createIndexes: 'c', indexes: [{{key: {{{field}: 1}}, name: '{field}'}}]}}"
            ));
        }
        let find = "{explain: {find: 'c', filter: {a: 1, b: 2}}}";
        let hash = shell.field(find, "queryPlanner.planCacheShapeHash");
        let stages = "[{$match: {a: 1, b: 2}}, {$group: {_id: '$a', n: {$sum: 1}}}]";
        let command = format!("{{explain: {{aggregate: 'c', pipeline: {stages}, cursor: {{}}}}}}");
        let planner = "stages.0.$cursor.queryPlanner";
        shell.check(&command, &format!("{planner}.planCacheShapeHash"), &hash);
        shell.check(&command, &format!("{planner}.queryHash"), &hash);
        let rejected = shell.field(&command, &format!("{planner}.rejectedPlans"));
        assert!(rejected.contains("IXSCAN"), "{rejected}");
        // A pipeline that is nothing but a query is shown as one.
        let whole = "{explain: {aggregate: 'c', pipeline: [{$match: {a: 1, b: 2}}], cursor: {}}}";
        shell.check(whole, "queryPlanner.planCacheShapeHash", &hash);
    }

    #[test]
    fn samples_are_drawn_where_they_lie() {
        let mut shell = Shell::new();
        let list: Vec<String> = (0..400).map(|id| format!("{{_id: {id}}}")).collect();
        shell.insert("c", &format!("[{}]", list.join(", ")));
        let drawn = |size: u32| {
            format!("[{{$sample: {{size: {size}}}}}, {{$group: {{_id: '$_id'}}}}, {{$count: 'n'}}]")
        };
        for (size, examined) in [(19, "19"), (20, "400"), (500, "400")] {
            let path = "stages.0.$cursor.executionStats.totalDocsExamined";
            explain(&mut shell, &drawn(size), path, examined);
            let command = format!(
                "{{aggregate: 'c', pipeline: {}, cursor: {{}}}}",
                drawn(size)
            );
            shell.check_batch(&command, &format!("[{{n: {}}}]", size.min(400)));
        }
    }

    #[test]
    fn rewritten_stages_are_shown() {
        let mut shell = Shell::new();
        shell.insert("c", "[{_id: 1, a: 1}]");
        shell.insert("f", "[{_id: 1, k: 1}, {_id: 2, k: 2}]");
        let stages = "[{$lookup: {from: 'f', localField: 'a', foreignField: '_id', as: 'x'}}, {$unwind: '$x'}, {$match: {'x.k': 1, a: 1}}]";
        let mut check = |path: &str, expected: &str| explain(&mut shell, stages, path, expected);
        check("stages.0.$cursor.queryPlanner.parsedQuery", "{a: {$eq: 1}}");
        check(
            "stages.1.$lookup.unwinding",
            "{preserveNullAndEmptyArrays: false}",
        );
        check("stages.1.$lookup.pipeline", "[{$match: {k: 1}}]");
        let whole = "[{$match: {a: 1}}, {$sort: {a: 1}}, {$limit: 1}]";
        explain(
            &mut shell,
            whole,
            "queryPlanner.parsedQuery",
            "{a: {$eq: 1}}",
        );
        explain(&mut shell, whole, "executionStats.nReturned", "1");
    }
}
