//! Do pipelines give the same documents whichever rewrites are on?
//!
//! Pipelines and documents are drawn from a seed; fields hold numbers of several types, strings,
//! nulls, documents, arrays of all that, or nothing.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use super::testing::Shell;
use crate::aggregate::testing::{asked, given};
use crate::aggregate::{Pipeline, PipelineScope, REWRITES, Rewrite};
use crate::catalog::Namespace;
use crate::env::next_random;
use crate::error::{Error, Result};
use crate::expression::ParseScope;
use crate::expression::testing::value;

struct Random(Cell<u64>);

impl Random {
    fn below(&self, end: u64) -> u64 {
        next_random(&self.0) % end
    }

    fn of<'a>(&self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }

    fn field(&self) -> &'static str {
        self.of(&["a", "b", "c", "a", "b", "c", "_id"])
    }

    fn scalar(&self) -> String {
        let list = ["0", "1", "2", "1.0", "2L", "'x'", "'y'", "null", "true"];
        self.of(&list).to_owned()
    }

    fn value(&self, depth: u32) -> String {
        match self.below(if depth == 0 { 6 } else { 10 }) {
            0..=5 => self.scalar(),
            6 => format!("{{b: {}}}", self.value(depth - 1)),
            7 => format!("{{a: {}, k: {}}}", self.value(depth - 1), self.scalar()),
            8 => "[]".to_owned(),
            _ => format!("[{}, {}]", self.value(depth - 1), self.value(depth - 1)),
        }
    }

    fn document(&self, id: u64) -> String {
        let mut fields = vec![format!("_id: {id}")];
        for name in ["a", "b", "c", "k"] {
            if self.below(5) > 0 {
                fields.push(format!("{name}: {}", self.value(2)));
            }
        }
        format!("{{{}}}", fields.join(", "))
    }

    fn condition(&self) -> String {
        let (field, other) = (self.field(), self.field());
        let (one, two) = (self.value(1), self.scalar());
        match self.below(11) {
            0 => format!("{{{field}: {one}}}"),
            1 => format!("{{{field}: {{$gte: {two}}}}}"),
            2 => format!("{{'{field}.b': {two}}}"),
            3 => format!("{{'{field}.k': {{$ne: {two}}}}}"),
            4 => format!("{{{field}: {{$in: [{one}, {two}]}}, {other}: {{$ne: {two}}}}}"),
            5 => format!("{{{field}: {{$exists: {}}}}}", self.below(2) == 0),
            6 => format!("{{$or: [{{{field}: {one}}}, {{'{other}.a': {two}}}]}}"),
            7 => format!("{{$expr: {{$eq: ['${field}', {two}]}}}}"),
            8 => format!("{{{field}: {{$not: {{$type: 'int'}}}}, '{other}.b': {{$lt: {two}}}}}"),
            9 => "{}".to_owned(),
            _ => format!("{{$and: [{}, {}]}}", self.condition(), self.condition()),
        }
    }

    fn stage(&self) -> String {
        let (field, other) = (self.field(), self.field());
        let number = self.below(6);
        match self.below(30) {
            0..=5 => format!("{{$match: {}}}", self.condition()),
            6 => format!("{{$set: {{{field}: {}}}}}", self.scalar()),
            7 => format!("{{$set: {{{field}: '${other}'}}}}"),
            8 => format!("{{$set: {{'{field}.b': '${other}'}}}}"),
            9 => format!("{{$project: {{{field}: 1, c: 1}}}}"),
            10 => "{$project: {a: '$b', c: '$a', b: 1}}".to_owned(),
            11 => "{$project: {'a.b': 1, _id: 0}}".to_owned(),
            12 => format!("{{$project: {{{field}: 0, 'k.a': 0}}}}"),
            13 => format!("{{$unset: '{field}'}}"),
            14 | 15 => format!("{{$sort: {{{field}: {}}}}}", self.of(&["1", "-1"])),
            16 => format!("{{$limit: {}}}", number + 1),
            17 => format!("{{$skip: {number}}}"),
            18 => format!("{{$unwind: '${field}'}}"),
            19 => format!(
                "{{$unwind: {{path: '${field}', preserveNullAndEmptyArrays: true, includeArrayIndex: '{}'}}}}",
                self.of(&["i", "b", "c"])
            ),
            20 => format!(
                "{{$group: {{_id: '${field}', c: {{$sum: 1}}, b: {{$first: '${other}'}}}}}}"
            ),
            21 => {
                format!("{{$group: {{_id: {{a: '${field}', b: '${other}.b'}}, c: {{$sum: 1}}}}}}")
            }
            22 => "{$count: 'a'}".to_owned(),
            23 => format!("{{$sortByCount: '${field}'}}"),
            24 => "{$replaceRoot: {newRoot: {a: '$b', b: '$$ROOT'}}}".to_owned(),
            25 => "{$unionWith: 'f'}".to_owned(),
            26 => self.joined(field),
            27 => format!(
                "{{$unionWith: {{coll: 'f', pipeline: [{{$limit: {}}}]}}}}",
                number + 1
            ),
            28 => self.windowed(),
            _ => format!(
                "{{$facet: {{a: [{{$match: {}}}], b: [{{$sort: {{{field}: 1}}}}, {{$limit: 2}}]}}}}",
                self.condition()
            ),
        }
    }

    /// Windows over partitions by a field that is no array, and a filter.
    fn windowed(&self) -> String {
        let key = self.of(&["'$k'", "{x: '$k', y: '$_id'}", "'$_id'"]);
        let output = self.of(&["c", "k.z", "n"]);
        format!(
            "{{$match: {{k: {{$not: {{$type: 'array'}}}}, _id: {{$not: {{$type: 'array'}}}}}}}}, {{$setWindowFields: {{partitionBy: {key}, sortBy: {{_id: 1}}, output: {{'{output}': {{$sum: 1}}}}}}}}, {{$match: {{k: {}, _id: {{$lt: {}}}, a: {{$ne: {}}}}}}}",
            self.scalar(),
            self.below(20),
            self.scalar()
        )
    }

    /// A `$lookup`, perhaps with what can be done on the way.
    fn joined(&self, field: &str) -> String {
        let name = self.of(&["b", "c", "a.b"]);
        let pipeline = self.of(&["", "", ", pipeline: [{$match: {a: {$ne: 1}}}]"]);
        let mut stages = format!(
            "{{$lookup: {{from: 'f', localField: '{field}', foreignField: 'k', as: '{name}'{pipeline}}}}}"
        );
        if self.below(3) > 0 {
            stages += &match self.below(3) {
                0 => {
                    format!(", {{$unwind: {{path: '${name}', preserveNullAndEmptyArrays: true}}}}")
                }
                _ => format!(", {{$unwind: '${name}'}}"),
            };
        }
        if self.below(2) > 0 {
            stages += &format!(
                ", {{$match: {{'{name}.a': {}, '{name}.k': {{$ne: {}}}, c: {{$ne: {}}}}}}}",
                self.scalar(),
                self.scalar(),
                self.scalar()
            );
        }
        stages
    }
}

fn run(
    shell: &Shell,
    stages: &str,
    is_on: &dyn Fn(&Rewrite) -> bool,
) -> Result<(Vec<String>, String)> {
    let namespace = Namespace::new("d", "c");
    let scope = PipelineScope::new(
        shell.engine().catalog(),
        namespace.clone(),
        ParseScope::new(),
    );
    let stages = value(stages);
    let pipeline = Pipeline::parse(stages.as_ref().as_array().unwrap(), &scope)?;
    let pipeline = pipeline.rewritten_by(is_on)?;
    let shown = pipeline.stages().iter();
    let shown: Vec<String> = shown
        .map(|stage| stage.source.as_ref().to_string())
        .collect();
    let open = || pipeline.open(shell.engine().collection(&namespace), None);
    let asked = asked(open()?.stream.as_mut());
    let given = given(open()?.stream.as_mut());
    let code = |error: &Error| error.code();
    assert_eq!(
        asked.as_ref().map_err(code),
        given.as_ref().map_err(code),
        "{stages}"
    );
    Ok((asked?, shown.join(" ")))
}

#[test]
fn rewrites_change_no_result() {
    let random = Random(Cell::new(20));
    let mut has_changed = vec![0; REWRITES.len()];
    let mut with_rows = 0;
    for _ in 0..16 {
        let mut shell = Shell::new();
        for collection in ["c", "f"] {
            let documents: Vec<String> = (0..20).map(|id| random.document(id)).collect();
            shell.insert(collection, &format!("[{}]", documents.join(", ")));
        }
        for _ in 0..50 {
            let count = 1 + random.below(5);
            let stages: Vec<String> = (0..count).map(|_| random.stage()).collect();
            let stages = format!("[{}]", stages.join(", "));
            let code = |result: Result<(Vec<String>, String)>| match result {
                Ok((rows, shown)) => (Ok(rows), shown),
                Err(error) => (Err(error.code()), error.message().to_owned()),
            };
            let (expected, plain) = code(run(&shell, &stages, &|_| false));
            with_rows += u32::from(expected.as_ref().is_ok_and(|rows| !rows.is_empty()));
            let (given, shown) = code(run(&shell, &stages, &|_| true));
            assert_eq!(given, expected, "{stages}\nall rules: {shown}");
            for (at, one) in REWRITES.iter().enumerate() {
                let only = |rule: &Rewrite| rule.name == one.name;
                let (given, shown) = code(run(&shell, &stages, &only));
                assert_eq!(given, expected, "{stages}\nonly '{}': {shown}", one.name);
                has_changed[at] += u32::from(shown != plain);
            }
        }
    }
    assert!(with_rows > 300, "only {with_rows} pipelines gave anything");
    for (rule, count) in REWRITES.iter().zip(has_changed) {
        let needs_another = ["limit into sort", "match into lookup"].contains(&rule.name);
        assert!(count > 0 || needs_another, "'{}' never applied", rule.name);
    }
}

/// The first or last document of each group is the same whether an index gives it or not. (Of a
/// group whose keys are numbers of several types, either may show.)
#[test]
fn an_index_gives_the_ends_of_groups() {
    let random = Random(Cell::new(7));
    for round in 0..24 {
        let mut shell = Shell::new();
        let document = |id: u64| match random.below(5) {
            0 => format!("{{_id: {id}, b: {}}}", random.value(1)),
            _ => format!(
                "{{_id: {id}, a: {}, b: {}}}",
                random.scalar(),
                random.value(1)
            ),
        };
        let documents: Vec<String> = (0..30).map(document).collect();
        shell.insert("c", &format!("[{}]", documents.join(", ")));
        let (one, two) = (random.of(&["1", "-1"]), random.of(&["1", "-1"]));
        let end = random.of(&["$first", "$last"]);
        let filter = random.of(&["{}", "{a: {$gte: 1}}", "{a: {$lt: 2}}", "{_id: {$gt: 4}}"]);
        let stages = format!(
            "[{{$match: {filter}}}, {{$sort: {{a: {one}, _id: {two}}}}}, {{$group: {{_id: '$a', b: {{{end}: '$b'}}, i: {{{end}: '$_id'}}, d: {{{end}: '$$ROOT'}}}}}}, {{$sort: {{i: 1}}}}, {{$unset: '_id'}}]"
        );
        let expected = run(&shell, &stages, &|_| true).unwrap().0;
        let key = random.of(&["{a: 1, _id: 1}", "{a: -1, _id: 1}", "{a: 1, _id: -1}"]);
        shell.succeed(&format!(
            "{{createIndexes: 'c', indexes: [{{key: {key}, name: 'i'}}]}}"
        ));
        let given = run(&shell, &stages, &|_| true).unwrap().0;
        assert_eq!(given, expected, "{round}: {stages} by {key}");
    }
}

/// A `$lookup` finds the same by an index of the foreign field as without. (In another order, if the
/// index has other fields behind it.)
#[test]
fn an_index_finds_what_a_lookup_asks_for() {
    let random = Random(Cell::new(11));
    let more = ["NaN", "1m", "'xy'", "{b: 1.0}", "{$undefined: true}"];
    let mut found = 0;
    for round in 0..40 {
        let mut shell = Shell::new();
        for (collection, count) in [("c", 25), ("f", 60)] {
            let document = |id: u64| match random.below(3) {
                0 => format!("{{_id: {id}, a: {}, k: 1}}", random.of(&more)),
                _ => random.document(id),
            };
            let documents: Vec<String> = (0..count).map(document).collect();
            shell.insert(collection, &format!("[{}]", documents.join(", ")));
        }
        let (local, foreign) = (random.field(), random.of(&["a", "a.b", "b", "a.k", "_id"]));
        let lookup = format!(
            "{{$lookup: {{from: 'f', localField: '{local}', foreignField: '{foreign}', as: 'r'}}}}"
        );
        let rest = random.of(&[
            "{$set: {r: {$sortArray: {input: '$r', sortBy: {_id: 1}}}}}",
            "{$unwind: '$r'}, {$sort: {_id: 1, 'r._id': 1}}",
            "{$unwind: {path: '$r', preserveNullAndEmptyArrays: true}}, {$sort: {_id: 1, 'r._id': 1}}",
            "{$unwind: '$r'}, {$match: {'r.k': 1}}, {$sort: {_id: 1, 'r._id': 1}}",
            "{$unwind: '$r'}, {$match: {'r.k': 1}}, {$group: {_id: '$_id', n: {$sum: '$r._id'}}}",
        ]);
        // So that it is not known how many documents there will be.
        let stages = format!("[{{$match: {{_id: {{$gte: 0}}}}}}, {lookup}, {rest}]");
        let expected = run(&shell, &stages, &|_| true).unwrap().0;
        found += expected.iter().filter(|row| row.contains("r: ")).count();
        let key = random.of(&["1", "-1", "1, _id: -1", "1, 'a.a': 1", "-1, 'a.k': 1"]);
        // Some hold arrays side by side, of which there is no index.
        let _ = shell.run(&format!(
            "{{createIndexes: 'f', indexes: [{{key: {{'{foreign}': {key}}}, name: 'i'}}]}}"
        ));
        let given = run(&shell, &stages, &|_| true).unwrap().0;
        assert_eq!(given, expected, "{round}: {stages} by {key}");
    }
    assert!(found > 100, "only {found} rows");
}
