//! Every plan that the planner knows for a query gives what reading the whole collection gives.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::rc::Rc;

use super::selection;
use super::testing::Shell;
use crate::catalog::Namespace;
use crate::env::FixedEnv;
use crate::expression::Context;
use crate::expression::testing::document;
use crate::index::KeySet;
use crate::plan::{self, Query, SortPattern, Stream};
use crate::value::DocumentBuf;

/// Xorshift: the same choices every time.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % count
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn scalar(&mut self) -> String {
        match self.below(12) {
            0 => "null".into(),
            1 => "NaN".into(),
            2 => "true".into(),
            3 => self.pick(&["'ab'", "'abc'", "'b'", "''"]).into(),
            4 => "2.5".into(),
            5 => "3L".into(),
            6 => "{x: 1}".into(),
            _ => self.below(5).to_string(),
        }
    }

    fn value(&mut self, depth: usize) -> String {
        match self.below(8) {
            0 | 1 if depth > 0 => {
                let items: Vec<String> =
                    (0..self.below(4)).map(|_| self.value(depth - 1)).collect();
                format!("[{}]", items.join(", "))
            }
            2 if depth > 0 => {
                let (x, y) = (self.value(depth - 1), self.value(0));
                format!("{{x: {x}, y: {y}}}")
            }
            _ => self.scalar(),
        }
    }

    fn document(&mut self, id: usize, nests: bool) -> String {
        let mut fields = vec![format!("_id: {id}")];
        for name in ["a", "b", "c"] {
            if self.below(6) > 0 {
                let depth = if name == "a" || nests && self.below(6) == 0 {
                    2
                } else {
                    0
                };
                fields.push(format!("{name}: {}", self.value(depth)));
            }
        }
        format!("{{{}}}", fields.join(", "))
    }

    fn values(&mut self) -> String {
        let values: Vec<String> = (0..1 + self.below(3)).map(|_| self.value(1)).collect();
        format!("[{}]", values.join(", "))
    }

    fn operators(&mut self) -> String {
        let value = self.value(1);
        match self.below(16) {
            0..3 => format!("{{$eq: {value}}}"),
            3 => format!("{{$ne: {value}}}"),
            4 => format!("{{$gt: {value}}}"),
            5 => format!("{{$gte: {value}, $lt: {}}}", self.scalar()),
            6 => format!("{{$lte: {value}}}"),
            7 | 8 => format!("{{$in: {}}}", self.values()),
            9 => format!("{{$nin: {}}}", self.values()),
            10 => format!("{{$exists: {}}}", self.pick(&["true", "false"])),
            11 => {
                let kinds = [
                    "'string'",
                    "'number'",
                    "'null'",
                    "['int', 'bool']",
                    "'object'",
                ];
                format!("{{$type: {}}}", self.pick(&kinds))
            }
            12 => format!("{{$mod: [2, {}]}}", self.below(2)),
            13 => format!("{{$regex: {}}}", self.pick(&["'^ab'", "'b'", "'^a.c'"])),
            14 => format!("{{$not: {}}}", self.operators()),
            _ => format!("{{$all: {}}}", self.values()),
        }
    }

    fn filter(&mut self, depth: usize) -> String {
        if depth > 0 && self.below(6) == 0 {
            // What is merged for a sort.
            let (one, two) = (self.scalar(), self.scalar());
            return match self.below(3) {
                0 => format!("{{b: {{$in: [{one}, {two}]}}}}"),
                1 => format!("{{b: {{$in: [{one}, {two}]}}, c: {}}}", self.operators()),
                _ => format!(
                    "{{$or: [{{b: {one}}}, {{b: {two}, a: {}}}]}}",
                    self.operators()
                ),
            };
        }
        match self.below(if depth > 0 { 9 } else { 5 }) {
            5 => format!(
                "{{$and: [{}, {}]}}",
                self.filter(depth - 1),
                self.filter(depth - 1)
            ),
            6 | 7 => format!(
                "{{$or: [{}, {}]}}",
                self.filter(depth - 1),
                self.filter(depth - 1)
            ),
            8 => format!("{{$nor: [{}, {}]}}", self.filter(depth - 1), self.filter(0)),
            4 => {
                let inner = match self.below(2) {
                    0 => format!("{{x: {}, y: {}}}", self.operators(), self.operators()),
                    _ => self.operators(),
                };
                format!("{{a: {{$elemMatch: {inner}}}}}")
            }
            3 => format!("{{a: {}, b: {}}}", self.operators(), self.operators()),
            _ => {
                let path = self.pick(&["a", "b", "c", "'a.x'", "'a.y'"]);
                format!("{{{path}: {}}}", self.operators())
            }
        }
    }
}

const INDEXES: &[&str] = &[
    "{a: 1}",
    "{b: -1}",
    "{c: 1}",
    "{a: 1, b: 1}",
    "{b: 1, a: -1}",
    "{b: 1, c: 1}",
    "{c: -1, b: 1, a: 1}",
    "{'a.x': 1}",
    "{'a.x': 1, 'a.y': -1}",
    "{b: 1, 'a.x': 1}",
];

/// Indexes that do not hold every document, or hold other things than values.
const KINDS: &[&str] = &[
    "key: {a: 1}, sparse: true",
    "key: {b: 1, c: 1}, sparse: true",
    "key: {'a.x': -1, b: 1}, sparse: true",
    "key: {b: 1}, partialFilterExpression: {b: {$exists: true}}",
    "key: {a: 1}, partialFilterExpression: {c: {$gt: 1}}",
    "key: {b: -1}, partialFilterExpression: {$or: [{a: {$type: 'number'}}, {b: {$lte: 3}}]}",
    "key: {c: 1, b: 1}, partialFilterExpression: {c: {$in: [1, 2, null]}}",
    "key: {'$**': 1}",
    "key: {'a.$**': -1}",
    "key: {'$**': 1}, wildcardProjection: {b: 1, 'a.x': 1}",
    "key: {'$**': 1}, wildcardProjection: {'a.x': 0, c: 0}",
    "key: {c: 1, '$**': 1}, wildcardProjection: {c: 0}",
    "key: {'$**': -1, b: 1}, wildcardProjection: {a: 1, c: 1}",
    "key: {b: 'hashed'}",
    "key: {c: 'hashed', b: -1}",
    "key: {b: 1, c: 'hashed'}",
];

const SORTS: &[&str] = &[
    "{a: 1}",
    "{a: -1, b: -1}",
    "{b: 1}",
    "{b: -1}",
    "{c: 1, b: -1}",
    "{b: 1, c: 1}",
    "{'a.x': 1}",
    "{c: 1}",
    "{c: -1, a: -1}",
    "{a: 1, _id: 1}",
];

/// The documents' `_id`s, and their places in the order.
fn read(
    stream: &mut dyn Stream,
    sort: Option<&SortPattern>,
    context: &Context,
) -> Vec<(i64, Vec<u8>)> {
    let mut rows = Vec::new();
    while let Some(row) = stream.next(context).unwrap() {
        let mut key = Vec::new();
        if let Some(sort) = sort {
            let document = row.document.as_ref();
            sort.key(document, &mut KeySet::default(), &mut key)
                .unwrap();
        }
        let id = row.document.as_ref().get("_id").unwrap();
        rows.push((id.to_i64_exact().unwrap(), key));
    }
    rows
}

fn collection(random: &mut Random) -> Shell {
    let mut shell = Shell::new();
    let nests = random.below(2) == 0;
    let documents: Vec<String> = (0..40).map(|id| random.document(id, nests)).collect();
    shell.insert("c", &format!("[{}]", documents.join(", ")));
    for _ in 0..1 + random.below(4) {
        let key = random.pick(INDEXES);
        let name: String = key
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let kind = random.below(KINDS.len() * 2);
        if let Some(kind) = KINDS.get(kind) {
            shell.run(&format!(
                "{{createIndexes: 'c', indexes: [{{{kind}, name: '{}'}}]}}",
                kind.replace(['\'', '$'], "")
            ));
        }
        // One on parallel arrays is refused, which is as well.
        shell.run(&format!(
            "{{createIndexes: 'c', indexes: [{{key: {key}, name: '{name}'}}]}}"
        ));
    }
    shell
}

/// Sums of what explain says of each stage.
fn sums(plan: &DocumentBuf) -> (u64, u64) {
    fn walk(stage: crate::value::DocumentRef<'_>, sums: &mut BTreeMap<String, u64>) {
        for (name, value) in stage.iter() {
            match value {
                crate::value::ValueRef::Document(inner) if name == "inputStage" => {
                    walk(inner, sums)
                }
                crate::value::ValueRef::Array(list) if name == "inputStages" => {
                    list.iter()
                        .for_each(|inner| walk(inner.as_document().unwrap(), sums));
                }
                value => {
                    let count = value.to_i64_exact().unwrap_or(0).unsigned_abs();
                    *sums.entry(name.to_owned()).or_default() += count;
                }
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(plan.as_ref(), &mut found);
    let get = |name| found.get(name).copied().unwrap_or(0);
    (get("keysExamined"), get("docsExamined"))
}

/// Values and projected documents are those of a natural scan.
fn check_commands(shell: &mut Shell, filter: &str) {
    for key in ["a", "b", "a.x"] {
        let distinct = format!("distinct: 'c', key: '{key}', query: {filter}");
        let natural = shell.field(&format!("{{{distinct}, hint: {{$natural: 1}}}}"), "values");
        let planned = shell.field(&format!("{{{distinct}}}"), "values");
        assert_eq!(planned, natural, "{distinct}");
    }
    for projection in [
        "{b: 1, _id: 0}",
        "{b: 1, c: 1, _id: 0}",
        "{'a.x': 1, _id: 0}",
    ] {
        let find = format!("find: 'c', batchSize: 100, filter: {filter}, projection: {projection}");
        let mut read = |hint: &str| {
            let reply = shell.run(&format!("{{{find}{hint}}}"));
            let cursor = reply.as_ref().get("cursor").unwrap().as_document().unwrap();
            let batch = cursor.get("firstBatch").unwrap().as_array().unwrap();
            // A covered row has its fields in the order of the index, as in MongoDB.
            let fields = |row: crate::value::ValueRef<'_>| {
                let row = row.as_document().unwrap();
                let mut fields: Vec<String> = row
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}"))
                    .collect();
                fields.sort();
                fields
            };
            let mut rows: Vec<Vec<String>> = batch.iter().map(fields).collect();
            rows.sort();
            rows
        };
        assert_eq!(read(""), read(", hint: {$natural: 1}"), "{find}");
    }
}

#[test]
fn every_plan_gives_what_a_natural_scan_gives() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let context = Context::new(Rc::new(FixedEnv::new(1_000, 7)));
    let mut stages: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..80 {
        let mut shell = collection(&mut random);
        let found = shell
            .engine()
            .collection(&Namespace::new("d", "c"))
            .unwrap();
        for _ in 0..40 {
            let text = random.filter(2);
            let filter_document = document(&text);
            let Ok(filter) = selection::filter(Some(filter_document.as_ref()), &context) else {
                continue;
            };
            let mut query = Query::new(Some(found.clone()), filter);
            let mut wanted = Vec::new();
            for index in 0..40u64 {
                let stored = found.records.get(index + 1).unwrap().unwrap();
                let stored = crate::value::DocumentRef::from_valid(&stored);
                if query.filter.matches(stored, &context).unwrap() {
                    wanted.push(stored.get("_id").unwrap().to_i64_exact().unwrap());
                }
            }
            let sort = (random.below(2) == 0).then(|| random.pick(SORTS));
            query.sort = sort.map(|sort| SortPattern::parse(document(sort).as_ref()).unwrap());
            let bounded = random.below(3) == 0;
            if bounded {
                query.skip = random.below(5) as u64;
                query.limit = (random.below(2) == 0).then(|| 1 + random.below(8) as u64);
            }
            let keys = |ids: &[i64]| {
                let mut keys: Vec<Vec<u8>> = Vec::new();
                for &id in ids {
                    let stored = found.records.get(id as u64 + 1).unwrap().unwrap();
                    let mut key = Vec::new();
                    if let Some(sort) = &query.sort {
                        let stored = crate::value::DocumentRef::from_valid(&stored);
                        if sort.key(stored, &mut KeySet::default(), &mut key).is_err() {
                            return None;
                        }
                    }
                    keys.push(key);
                }
                keys.sort();
                Some(keys)
            };
            // Sorting by parallel arrays is an error.
            let Some(in_order) = keys(&wanted) else {
                continue;
            };
            let from = (query.skip as usize).min(in_order.len());
            let to = query
                .limit
                .map_or(in_order.len(), |limit| from + limit as usize);
            let in_order = &in_order[from..to.min(in_order.len())];
            if let Some(counted) = plan::count(&found, &query.filter).unwrap() {
                assert_eq!(counted.count, wanted.len() as u64, "{text}");
            }
            if random.below(8) == 0 {
                check_commands(&mut shell, &text);
            }
            for (mut stream, keys) in plan::all_plans(&query).unwrap() {
                let rows = read(stream.as_mut(), query.sort.as_ref(), &context);
                let shown = plan::explain(stream.as_ref(), true);
                let case = || format!("{text} sort {sort:?}\nwanted {wanted:?}\nplan {shown}");
                let got: Vec<&Vec<u8>> = rows.iter().map(|row| &row.1).collect();
                assert_eq!(got, in_order.iter().collect::<Vec<_>>(), "{}", case());
                let mut ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), rows.len(), "{}", case());
                assert!(ids.iter().all(|id| wanted.contains(id)), "{}", case());
                assert_eq!(plan::examined(stream.as_ref()), sums(&shown), "{}", case());
                if let Some(keys) = keys.filter(|_| !bounded) {
                    assert_eq!(sums(&shown).0, keys, "{}", case());
                }
                let text = shown.to_string();
                for stage in ["IXSCAN", "OR", "SORT_MERGE", "AND_HASH", "COLLSCAN", "SORT"] {
                    let named = text.contains(&format!("'{stage}'"))
                        || text.contains(&format!("\"{stage}\""));
                    *stages.entry(stage.to_owned()).or_default() += usize::from(named);
                }
            }
        }
    }
    for (stage, count) in stages {
        assert!(count > 20, "{stage} only {count} times");
    }
}
