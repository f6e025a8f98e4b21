//! $group: one document for all that have the same key.
//!
//! Source: the manual, "$group (aggregation)". Groups come in the order in which their keys were
//! met first; keys that compare equal are one group, shown as the first of them.

use std::rc::Rc;

use crate::accumulator::{Accumulator, State};
use crate::aggregate::key_table::KeyTable;
use crate::aggregate::registry::Parsed;
use crate::aggregate::{Opening, Passes, PipelineScope, PipelineStage, Run, Shape, Stage};
use crate::error::{Error, Result, codes};
use crate::expression::number::Number;
use crate::expression::{Context, Dependencies, Expression, Fields, Prepared, Scope};
use crate::limits;
use crate::plan::{BoxStream, Document, Row, drain};
use crate::value::{DocumentBuf, DocumentRef, FieldPath, Value, ValueRef};

/// A key and accumulators. Cheap to clone.
#[derive(Clone)]
pub struct Group(Rc<Specification>);

struct Specification {
    key: Expression,
    fields: Vec<(Box<str>, Accumulator)>,
}

/// Errors: 15947 (no document), 15955 (no `_id`), 15948 (two), 40234 to 40238 (what is no
/// accumulator), 15952 (an unknown one), those of expressions.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    let ValueRef::Document(document) = value else {
        return Err(Error::new(
            15947,
            "a group's fields must be specified in an object",
        ));
    };
    Ok(stage(name, document, scope)?.into())
}

/// A `$group` with this specification.
pub fn stage(
    name: &'static str,
    document: DocumentRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<PipelineStage> {
    let mut key = None;
    let mut fields = Vec::new();
    for (field, value) in document.iter() {
        if field == "_id" {
            if key.is_some() {
                return Err(Error::new(
                    15948,
                    "a group's _id may only be specified once",
                ));
            }
            check_key(value)?;
            key = Some(Expression::parse(value, &scope.variables)?);
            continue;
        }
        fields.push((field.into(), accumulator(field, value, scope)?));
    }
    let Some(key) = key else {
        return Err(Error::new(
            15955,
            "a group specification must include an _id",
        ));
    };
    let body = Group(Rc::new(Specification { key, fields }));
    Ok(PipelineStage::new(name, document, body))
}

/// Numbers and booleans in a key of several fields look like a projection.
///
/// Errors: 17390.
fn check_key(key: ValueRef<'_>) -> Result<()> {
    let ValueRef::Document(fields) = key else {
        return Ok(());
    };
    let is_operator = fields
        .first()
        .is_some_and(|first| first.name.starts_with('$'));
    let includes = |value: ValueRef<'_>| value.is_number() || value.as_bool().is_some();
    if !is_operator && fields.iter().any(|(_, value)| includes(value)) {
        let message = "$group does not support inclusion-style expressions in its _id";
        return Err(Error::new(17390, message));
    }
    Ok(())
}

/// A `$group` with this specification, whose key is computed in another way than it says.
pub fn keyed(
    name: &'static str,
    document: DocumentRef<'_>,
    key: Expression,
    scope: &PipelineScope<'_>,
) -> Result<PipelineStage> {
    let mut fields: Vec<(Box<str>, Accumulator)> = Vec::new();
    for (field, value) in document.iter().filter(|(field, _)| *field != "_id") {
        fields.push((field.into(), accumulator(field, value, scope)?));
    }
    let body = Group(Rc::new(Specification { key, fields }));
    Ok(PipelineStage::new(name, document, body))
}

/// A field such as `total: {$sum: "$x"}`.
pub fn accumulator(
    field: &str,
    value: ValueRef<'_>,
    scope: &PipelineScope<'_>,
) -> Result<Accumulator> {
    let refuse = |code: i32, why: &str| Err(Error::new(code, format!("The field '{field}' {why}")));
    if field.contains('.') {
        return refuse(40235, "cannot contain '.'");
    }
    if field.starts_with('$') {
        return refuse(40236, "cannot be an operator name");
    }
    let first = value.as_document().and_then(DocumentRef::first);
    let (Some(document), Some(first)) = (value.as_document(), first) else {
        return refuse(40234, "must be an accumulator object");
    };
    if !first.name.starts_with('$') {
        return refuse(40234, "must be an accumulator object");
    }
    if document.count() != 1 {
        return refuse(40238, "must specify one accumulator");
    }
    if matches!(first.value(), ValueRef::Array(_)) {
        return Err(Error::new(
            40237,
            format!("The {} accumulator is a unary operator", first.name),
        ));
    }
    Accumulator::parse(first.name, first.value(), &scope.variables)
}

impl Group {
    /// True if all that is asked for is the number of documents, in one group.
    pub fn only_counts(&self) -> bool {
        self.0.key.as_constant().is_some()
            && self
                .0
                .fields
                .iter()
                .all(|(_, accumulator)| factor(accumulator).is_some())
    }

    /// True if there is nothing but a key.
    pub fn only_values(&self) -> bool {
        self.0.fields.is_empty()
    }

    /// The field that is the key, if of each group only the first document is looked at, or only
    /// the last (true).
    pub fn only_ends(&self) -> Option<(&FieldPath, bool)> {
        let field = self.0.key.as_field_path()?;
        let are_all = |name| {
            self.0
                .fields
                .iter()
                .all(|(_, accumulator)| accumulator.name() == name)
        };
        match are_all("$first") {
            true => Some((field, false)),
            false => are_all("$last").then_some((field, true)),
        }
    }

    /// Parts of the key that are top-level fields: the names in the result and in the input.
    pub fn renames(&self) -> Vec<(FieldPath, FieldPath)> {
        let key = &self.0.key;
        let plain =
            |part: &Expression| part.as_field_path().filter(|path| path.len() == 1).cloned();
        if let Some(field) = plain(key) {
            return vec![(FieldPath::new("_id"), field)];
        }
        let parts = key.as_object().unwrap_or_default().iter();
        let renamed = |(name, part): &(Box<str>, Expression)| {
            Some((FieldPath::new(&format!("_id.{name}")), plain(part)?))
        };
        parts.filter_map(renamed).collect()
    }

    /// The result for a number of documents, if [`Group::only_counts`].
    pub fn counted(&self, count: i64) -> Option<DocumentBuf> {
        let mut document = DocumentBuf::new();
        document.append("_id", self.0.key.as_constant()?);
        for (name, accumulator) in &self.0.fields {
            let sum = Number::int_or_long(count.checked_mul(factor(accumulator)?)?);
            document.append(name, sum.value().as_ref());
        }
        (count > 0).then_some(document)
    }
}

/// What `{$sum: 1}` or `{$count: {}}` adds for each document.
fn factor(accumulator: &Accumulator) -> Option<i64> {
    match (accumulator.name(), accumulator.input().as_constant()) {
        ("$sum" | "$count", Some(ValueRef::Int32(number))) => Some(i64::from(number)),
        _ => None,
    }
}

impl Stage for Group {
    fn open(&self, _opening: &Opening<'_>) -> Result<Box<dyn Run>> {
        let (mut each, mut first) = (Inputs::default(), Inputs::default());
        let key = each.read.prepare(&self.0.key);
        for (at, (_, accumulator)) in self.0.fields.iter().enumerate() {
            let input = accumulator.input();
            // A field can be read without an error, so that nobody sees when it is not.
            let is_first = accumulator.name() == "$first" && input.as_field_path().is_some();
            let inputs = if is_first { &mut first } else { &mut each };
            inputs.list.push((at, inputs.read.prepare(input)));
        }
        Ok(Box::new(Running {
            bytes_max: 0,
            group: self.clone(),
            key,
            each,
            first,
            table: KeyTable::default(),
            keys: Vec::new(),
            states: Vec::new(),
            bytes: 0,
            grows: false,
            until_check: CHECK_EVERY,
            given: None,
        }))
    }

    fn dependencies(&self, found: &mut Dependencies) -> Passes {
        self.0.key.dependencies(found);
        self.0
            .fields
            .iter()
            .for_each(|(_, accumulator)| accumulator.dependencies(found));
        Passes::Nothing
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Group(self)
    }
}

/// Division by zero has other codes here than in the stages that map documents.
#[cold]
fn in_group(error: Error) -> Error {
    match (error.code(), error.message()) {
        (codes::BAD_VALUE, "can't $divide by zero") => Error::new(4848401, "can't $divide by zero"),
        (16610, message) => Error::new(4848403, message),
        _ => error,
    }
}

/// Documents between two looks at how much memory the accumulators hold.
const CHECK_EVERY: u32 = 10_000;

/// Bytes that states hold.
fn held<'s>(states: impl Iterator<Item = &'s State>) -> usize {
    states.map(State::memory_bytes).sum()
}

/// What accumulators take of a document.
#[derive(Default)]
struct Inputs {
    /// The fields that are read.
    read: Fields,
    /// The accumulators' places, and the expressions that see those fields.
    list: Vec<(usize, Prepared)>,
}

impl Inputs {
    /// The document, if more than the fields is looked at.
    fn root<'d>(&self, document: &'d Document) -> DocumentRef<'d> {
        match self.read.reads_document() {
            true => document.as_ref(),
            false => DocumentRef::EMPTY,
        }
    }
}

struct Running {
    /// The most memory that was seen, for explain.
    bytes_max: usize,
    group: Group,
    key: Prepared,
    /// What is taken of each document, the key among the fields.
    each: Inputs,
    /// What is taken of a group's first document alone.
    first: Inputs,
    table: KeyTable,
    /// The groups' keys, missing ones as `None`.
    keys: Vec<Option<Value<'static>>>,
    /// The accumulators of all groups, group after group.
    states: Vec<State>,
    /// What is held by keys, and by states that hold no more after a group's first document.
    bytes: usize,
    /// Whether there are others: all of them are asked at each check.
    grows: bool,
    until_check: u32,
    /// Groups given so far, once all input was read.
    given: Option<usize>,
}

impl Running {
    fn add(&mut self, document: &Document, context: &Context) -> Result<()> {
        match document.metadata() {
            None => self.take(document, context),
            Some(_) => self.take(document, &document.context(context)),
        }
    }

    #[inline(never)]
    fn take(&mut self, document: &Document, context: &Context) -> Result<()> {
        let read = &self.each.read;
        let mut values = read.room();
        document.read(read, 0, &mut values);
        let outer = Scope::new(self.each.root(document), context);
        let local = Fields::local(&outer, &values);
        let scope = outer.within(&local);
        let computed;
        let key = match self.key.at_hand(&values, &scope) {
            Some(key) => key,
            None => {
                computed = self.key.evaluate(&scope)?;
                computed.as_ref()
            }
        };
        // Missing and null are one group.
        let equal = key.map_or(ValueRef::Null, Value::as_ref);
        let (number, is_new) = self.table.insert_value(equal);
        if is_new {
            let key = key.map(|key| key.clone().into_owned());
            self.begin(key, document, context)?;
        }
        let start = number * self.group.0.fields.len();
        let states = &mut self.states[start..start + self.group.0.fields.len()];
        for (at, input) in &self.each.list {
            let state = &mut states[*at];
            match input.at_hand(&values, &scope) {
                Some(value) => state.add(value.map(Value::as_ref))?,
                None => {
                    let value = input.evaluate(&scope).map_err(in_group)?;
                    state.add(value.as_ref().map(|value| value.as_ref()))?;
                }
            }
        }
        if is_new {
            self.grows |= states.iter().any(State::grows);
            self.bytes += held(states.iter().filter(|state| !state.grows()));
        }
        self.until_check -= 1;
        if self.until_check == 0 {
            self.check_memory()?;
        }
        Ok(())
    }

    /// Begins a group with its first document.
    #[cold]
    fn begin(
        &mut self,
        key: Option<Value<'static>>,
        document: &Document,
        context: &Context,
    ) -> Result<()> {
        self.bytes += 64 + key.as_ref().map_or(0, Value::owned_bytes);
        let root = match key.as_ref().map(Value::as_ref) {
            Some(ValueRef::Document(document)) => document,
            _ => DocumentRef::EMPTY,
        };
        let of_key = Scope::new(root, context);
        let start = self.states.len();
        for (_, accumulator) in &self.group.0.fields {
            self.states.push(accumulator.start(&of_key)?);
        }
        self.keys.push(key);
        let read = &self.first.read;
        let mut values = read.room();
        document.read(read, 0, &mut values);
        let outer = Scope::new(self.first.root(document), context);
        let local = Fields::local(&outer, &values);
        let scope = outer.within(&local);
        for (at, input) in &self.first.list {
            let value = input.evaluate(&scope)?;
            self.states[start + at].add(value.as_ref().map(Value::as_ref))?;
        }
        Ok(())
    }

    /// Errors: `QueryExceededMemoryLimitNoDiskUseAllowed` (292).
    #[cold]
    fn check_memory(&mut self) -> Result<()> {
        self.until_check = CHECK_EVERY;
        let states: usize = match self.grows {
            true => held(self.states.iter().filter(|state| state.grows())),
            false => 0,
        };
        self.bytes_max = self.bytes + self.table.memory_bytes() + states;
        if self.bytes_max > limits::STAGE_MEMORY_BYTES_MAX {
            return Err(Error::new(
                codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                "Exceeded memory limit for $group, and there is no disk to use",
            ));
        }
        // Large accumulators can fill up within few documents.
        if states > limits::STAGE_MEMORY_BYTES_MAX / 8 {
            self.until_check = CHECK_EVERY / 10;
        }
        Ok(())
    }

    fn result(&mut self, number: usize) -> Result<DocumentBuf> {
        let mut document = DocumentBuf::with_capacity(32 + 32 * self.group.0.fields.len());
        match &self.keys[number] {
            Some(key) => document.append("_id", key),
            None => document.append("_id", ValueRef::Null),
        }
        let fields = &self.group.0.fields;
        let start = number * fields.len();
        for ((name, _), state) in fields.iter().zip(&mut self.states[start..]) {
            if let Some(value) = state.finish()? {
                document.append(name, &value);
            }
        }
        Ok(document)
    }
}

impl Run for Running {
    fn next(&mut self, input: &mut BoxStream, context: &Context) -> Result<Option<Row>> {
        let number = loop {
            if let Some(number) = self.given {
                break number;
            }
            drain(input.as_mut(), context, &mut |document| {
                self.add(document, context)
            })?;
            self.check_memory()?;
            self.given = Some(0);
        };
        if number == self.keys.len() {
            return Ok(None);
        }
        let document = self.result(number)?;
        self.given = Some(number + 1);
        Ok(Some(document.into()))
    }

    fn report(&self, out: &mut DocumentBuf) {
        out.append("totalMemoryUsageBytes", self.bytes_max as i64);
        out.append("usedDisk", false);
        out.append("spills", 0i64);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::aggregate::Pipeline;
    use crate::aggregate::testing::*;
    use crate::catalog::{Catalog, Namespace};
    use crate::env::FixedEnv;
    use crate::expression::ParseScope;
    use crate::expression::testing::value;
    use crate::plan::{Statistics, Stream};

    #[test]
    fn keys_and_accumulators() {
        check(
            "[{$group: {_id: '$k', n: {$sum: 1}, s: {$sum: '$v'}, a: {$avg: '$v'}}}]",
            &["{k: 'b', v: 1}", "{k: 'a', v: 2}", "{k: 'b', v: 2}"],
            &[
                "{_id: 'b', n: 2, s: 3, a: 1.5}",
                "{_id: 'a', n: 1, s: 2, a: 2.0}",
            ],
        );
        // Missing and null are one group, but not inside an object; numbers merge by value.
        check(
            "[{$group: {_id: '$k'}}]",
            &["{}", "{k: null}", "{k: 1}", "{k: 1.0}"],
            &["{_id: null}", "{_id: 1}"],
        );
        check(
            "[{$group: {_id: {k: '$k'}}}]",
            &["{}", "{k: null}"],
            &["{_id: {}}", "{_id: {k: null}}"],
        );
        check("[{$group: {_id: null, n: {$sum: 1}}}]", &[], &[]);
    }

    #[test]
    fn first_takes_a_field_of_the_first_document_alone() {
        let first = |path: &str| {
            format!(
                "{{$group: {{_id: '$k', n: {{$sum: 1}}, f: {{$first: '{path}'}}, l: {{$last: '{path}'}}}}}}"
            )
        };
        let documents = [
            "{k: 1, a: {b: 'x'}, c: [{d: 1}, {d: 2}]}",
            "{k: 2, c: 3}",
            "{k: 1, a: {b: 'y'}, c: {d: 4}}",
        ];
        check(
            &format!("[{}]", first("$a.b")),
            &documents,
            &[
                "{_id: 1, n: 2, f: 'x', l: 'y'}",
                "{_id: 2, n: 1, f: null, l: null}",
            ],
        );
        check(
            &format!("[{{$unwind: '$c'}}, {}]", first("$c.d")),
            &documents,
            &[
                "{_id: 1, n: 3, f: 1, l: 4}",
                "{_id: 2, n: 1, f: null, l: null}",
            ],
        );
        // What can fail is computed for all.
        check_error(
            "[{$group: {_id: '$k', f: {$first: {$divide: [1, '$c']}}}}]",
            &["{k: 1, c: 1}", "{k: 1, c: 0}"],
            4848401,
        );
    }

    #[test]
    fn fields_that_a_stage_before_changed() {
        let documents = [
            "{a: [{x: 1}, {x: 2}], b: [5, {x: 6}], c: 'c', d: {a: 7}}",
            "{c: 'd', a: [{y: 1}, [{x: 4}]], b: 8}",
        ];
        check(
            "[{$unwind: '$a'}, {$unwind: '$b'}, {$group: {_id: ['$a', '$b.x'], a: {$push: '$a.x'}, b: {$push: '$b'}, c: {$push: '$c'}, d: {$push: '$d.a'}}}]",
            &documents,
            &[
                "{_id: [{x: 1}, null], a: [1], b: [5], c: ['c'], d: [7]}",
                "{_id: [{x: 1}, 6], a: [1], b: [{x: 6}], c: ['c'], d: [7]}",
                "{_id: [{x: 2}, null], a: [2], b: [5], c: ['c'], d: [7]}",
                "{_id: [{x: 2}, 6], a: [2], b: [{x: 6}], c: ['c'], d: [7]}",
                "{_id: [{y: 1}, null], a: [], b: [8], c: ['d'], d: []}",
                "{_id: [[{x: 4}], null], a: [[4]], b: [8], c: ['d'], d: []}",
            ],
        );
        check(
            "[{$setWindowFields: {sortBy: {c: -1}, output: {c: {$sum: 1}, e: {$last: '$c'}}}}, {$group: {_id: '$c', all: {$push: '$$ROOT'}, e: {$push: '$e'}}}]",
            &documents[1..],
            &["{_id: 1, all: [{c: 1, a: [{y: 1}, [{x: 4}]], b: 8, e: 'd'}], e: ['d']}"],
        );
        check(
            "[{$setWindowFields: {sortBy: {c: 1}, output: {n: {$sum: 1}, b: {$first: '$c'}, m: {$shift: {output: '$c', by: 1}}}}}, {$group: {_id: '$n', all: {$push: '$$ROOT'}, b: {$push: '$b'}, m: {$push: '$m'}}}]",
            &documents,
            &[
                "{_id: 2, all: [{a: [{x: 1}, {x: 2}], b: 'c', c: 'c', d: {a: 7}, n: 2, m: 'd'}, {c: 'd', a: [{y: 1}, [{x: 4}]], b: 'c', n: 2, m: null}], b: ['c', 'c'], m: ['d', null]}",
            ],
        );
    }

    /// Documents of a group each, then long ones without end, and how many were read.
    struct Endless {
        groups: i64,
        long: Document,
        read: Rc<Cell<i64>>,
    }

    impl Stream for Endless {
        fn next(&mut self, _context: &Context) -> Result<Option<Row>> {
            let number = self.read.get();
            self.read.set(number + 1);
            if number >= self.groups {
                return Ok(Some(self.long.clone().into()));
            }
            let mut document = DocumentBuf::new();
            document.append("_id", number);
            Ok(Some(document.into()))
        }

        fn describe(&self, _out: &mut DocumentBuf) {}

        fn statistics(&self) -> Statistics {
            Statistics::default()
        }
    }

    #[test]
    fn memory_is_looked_at_as_often_when_there_are_many_groups() {
        let mut long = DocumentBuf::new();
        long.append("_id", 0i64);
        long.append("t", "long".repeat(500).as_str());
        let read = Rc::new(Cell::new(0));
        let input = Endless {
            groups: 60_000,
            long: long.into(),
            read: read.clone(),
        };
        let catalog = Catalog::default();
        let scope = PipelineScope::new(&catalog, Namespace::new("d", "c"), ParseScope::new());
        let stages = value("[{$group: {_id: '$_id', all: {$push: '$t'}}}]");
        let stages = stages.as_ref().as_array().unwrap();
        let pipeline = Pipeline::parse(stages, &scope).unwrap();
        let mut stream = pipeline.open_over(Box::new(input)).unwrap();
        let context = Context::new(Rc::new(FixedEnv::new(0, 0)));
        let error = stream.next(&context).err().unwrap();
        assert_eq!(error.code(), 292);
        // 100 MB are 50,000 of the long ones.
        assert!(read.get() < 60_000 + 55_000, "{}", read.get());
    }

    #[test]
    fn bad_specifications_are_refused() {
        let check = |fields: &str, code| check_error(&format!("[{{$group: {fields}}}]"), &[], code);
        check("1", 15947);
        check("{}", 15955);
        check("{_id: null, _id: 1}", 15948);
        check("{_id: null, r: 1}", 40234);
        check("{_id: null, r: {}}", 40234);
        check("{_id: null, 'a.b': {$sum: 1}}", 40235);
        check("{_id: null, $b: {$sum: 1}}", 40236);
        check("{_id: null, r: {$add: [1, 2]}}", 40237);
        check("{_id: null, r: {$sum: 1, $avg: 1}}", 40238);
        check("{_id: null, r: {$nope: 1}}", 15952);
    }
}
