//! Bytes read as a recipe for values, filters, updates and pipelines, with the engine's own names.

use tussock::accumulator::ACCUMULATORS;
use tussock::aggregate::STAGES;
use tussock::expression;
use tussock::matcher::ops::{DOCUMENT_OPERATORS, FIELD_OPERATORS};
use tussock::update;
use tussock::value::{
    ArrayBuf, BinaryRef, Decimal128, DocumentBuf, DocumentRef, Timestamp, Value, ValueRef,
};

const DEPTH_MAX: usize = 5;

const FIELDS: &[&str] = &[
    "a", "b", "c", "_id", "a.b", "a.b.c", "b.0", "a.$", "a.$[]", "b.$[x]", "a.0.b", "$a", "",
];

const TEXTS: &[&str] = &[
    "a",
    "",
    "$a",
    "$$ROOT",
    "$$NOW",
    "$b.c",
    "abc",
    "A",
    "x\0y",
    "\u{e9}",
    "\u{10ffff}",
    "$$this",
    "$$value",
    "$",
    "2020-01-31T00:00:00Z",
    "12",
    "%Y-%m-%d",
    "America/New_York",
    "day",
    "int",
];

const PATTERNS: &[&str] = &[
    "^a", "b$", "(a|b)+", "^abc", "[a-z]*c", "a.c", "\\d", "(?i)A",
];

/// Fields that operands of operators and stages have.
const OPERANDS: &[&str] = &[
    "input",
    "in",
    "as",
    "cond",
    "initialValue",
    "field",
    "value",
    "date",
    "unit",
    "amount",
    "$each",
    "$slice",
    "$sort",
    "$position",
    "_id",
    "path",
    "from",
    "let",
    "pipeline",
    "to",
    "onError",
    "onNull",
    "regex",
    "options",
    "n",
    "sortBy",
    "output",
    "range",
    "step",
    "bounds",
    "groupBy",
    "boundaries",
    "default",
    "buckets",
    "if",
    "then",
    "else",
    "branches",
    "case",
    "localField",
    "foreignField",
    "newRoot",
    "coll",
    "into",
    "on",
    "startWith",
    "connectFromField",
    "connectToField",
    "maxDepth",
    "partitionByFields",
    "window",
    "documents",
    "size",
    "find",
    "replacement",
    "inputs",
    "defaults",
    "useLongestLength",
    "chars",
    "timezone",
    "format",
];

/// What is left of the bytes.
pub struct Recipe<'a>(&'a [u8]);

impl<'a> Recipe<'a> {
    pub fn new(bytes: &'a [u8]) -> Recipe<'a> {
        Recipe(bytes)
    }

    /// The next byte; zero when there is none left.
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((&byte, rest)) => {
                self.0 = rest;
                byte
            }
            None => 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        match end {
            0..=256 => usize::from(self.byte()) % end.max(1),
            _ => (usize::from(self.byte()) << 8 | usize::from(self.byte())) % end,
        }
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    pub fn number(&mut self) -> u64 {
        let bytes: [u8; 8] = std::array::from_fn(|_| self.byte());
        u64::from_le_bytes(bytes)
    }

    pub fn field(&mut self) -> &'static str {
        self.pick(FIELDS)
    }

    /// A field that stored documents have.
    pub fn plain_field(&mut self) -> &'static str {
        self.pick(&FIELDS[..4])
    }

    fn double(&mut self) -> f64 {
        match self.below(8) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            3 => -0.0,
            4 => f64::from_bits(self.number()),
            5 => 9_007_199_254_740_993.0,
            _ => f64::from(self.byte()) / 4.0 - 8.0,
        }
    }

    fn long(&mut self) -> i64 {
        match self.below(6) {
            0 => i64::MIN,
            1 => i64::MAX,
            2 => self.number() as i64,
            _ => i64::from(self.byte()) - 8,
        }
    }

    fn decimal(&mut self) -> Decimal128 {
        let mut bytes = [0; 16];
        match self.below(3) {
            0 => bytes.iter_mut().for_each(|byte| *byte = self.byte()),
            1 => {
                // A small coefficient with a small exponent.
                bytes[0] = self.byte();
                let exponent = 6176u16.wrapping_add(u16::from(self.byte() % 9)) << 1;
                bytes[14..].copy_from_slice(&exponent.to_le_bytes());
            }
            _ => bytes[15] = self.pick(&[0x78, 0x7c, 0xf8, 0x30, 0xb0]),
        }
        Decimal128::from_bytes(bytes)
    }

    /// Any value.
    pub fn value(&mut self, depth: usize) -> Value<'static> {
        let deep = depth >= DEPTH_MAX;
        let value = match self.below(24) {
            0 => ValueRef::Null,
            1 => ValueRef::Boolean(self.flag()),
            2..=5 => ValueRef::Int32(i32::from(self.byte()) - 8),
            6 => ValueRef::Int64(self.long()),
            7 | 8 => ValueRef::Double(self.double()),
            9 | 10 => ValueRef::String(self.pick(TEXTS)),
            11 => ValueRef::Date(self.long()),
            12 => ValueRef::ObjectId([self.byte(); 12]),
            13 => return Value::regex(self.pick(PATTERNS), self.pick(&["", "i", "m"])),
            14 => return self.decimal().into(),
            15 => ValueRef::Timestamp(Timestamp::from_bits(self.number())),
            16 => {
                let length = self.below(4);
                let bytes = [self.byte(); 4];
                let (subtype, bytes) = (self.pick(&[0, 4, 5, 128]), &bytes[..length]);
                return Value::copy_of(ValueRef::Binary(BinaryRef { subtype, bytes }));
            }
            17 => self.pick(&[ValueRef::MinKey, ValueRef::MaxKey, ValueRef::Undefined]),
            18 => match self.below(4) {
                0 => ValueRef::Code("x"),
                1 => ValueRef::Symbol(self.pick(TEXTS)),
                2 => return Value::db_pointer("a.b", [self.byte(); 12]),
                _ => return Value::code_with_scope("y", DocumentRef::EMPTY),
            },
            _ if deep => ValueRef::Null,
            19 | 20 => return Value::array(self.array(depth)),
            _ => return Value::document(self.document(depth)),
        };
        Value::copy_of(value)
    }

    fn array(&mut self, depth: usize) -> ArrayBuf {
        let count = self.below(4);
        let mut list = ArrayBuf::new();
        for _ in 0..count {
            let value = self.value(depth + 1);
            list.push(value.as_ref());
        }
        list
    }

    /// A document of plain fields.
    pub fn document(&mut self, depth: usize) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        for _ in 0..self.below(4) {
            let name = self.plain_field();
            let value = self.value(depth + 1);
            // What a name means that comes twice is nobody's promise.
            if out.as_ref().get(name).is_none() {
                out.append(name, value.as_ref());
            }
        }
        out
    }

    pub fn filter(&mut self, depth: usize) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        for _ in 0..=self.below(3) {
            match self.below(8) {
                0 if depth < DEPTH_MAX => {
                    let name = self.pick(&["$or", "$and", "$nor"]);
                    let mut list = ArrayBuf::new();
                    for _ in 0..=self.below(3) {
                        list.push(&self.filter(depth + 1));
                    }
                    out.append(name, &list);
                }
                1 => {
                    let name = DOCUMENT_OPERATORS[self.below(DOCUMENT_OPERATORS.len())].name;
                    let value = self.expression(depth + 1);
                    out.append(name, value.as_ref());
                }
                2 => {
                    let (field, value) = (self.field(), self.value(depth + 1));
                    out.append(field, value.as_ref());
                }
                _ => {
                    let field = self.field();
                    let condition = self.condition(depth + 1);
                    out.append(field, &condition);
                }
            }
        }
        out
    }

    fn condition(&mut self, depth: usize) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        for _ in 0..=self.below(2) {
            let name = FIELD_OPERATORS[self.below(FIELD_OPERATORS.len())].name;
            let value = match name {
                "$in" | "$nin" | "$all" | "$mod" => Value::array(self.array(depth)),
                "$not" if depth < DEPTH_MAX => Value::document(self.condition(depth + 1)),
                "$elemMatch" if depth < DEPTH_MAX => match self.flag() {
                    true => Value::document(self.filter(depth + 1)),
                    false => Value::document(self.condition(depth + 1)),
                },
                "$regex" => Value::copy_of(ValueRef::String(self.pick(PATTERNS))),
                _ => self.value(depth),
            };
            out.append(name, value.as_ref());
        }
        out
    }

    pub fn expression(&mut self, depth: usize) -> Value<'static> {
        if depth >= DEPTH_MAX {
            return Value::copy_of(ValueRef::String(self.pick(TEXTS)));
        }
        let of_operator = |this: &mut Self, name: &str| {
            let operand = this.operand(depth + 1);
            let mut out = DocumentBuf::new();
            out.append(name, operand.as_ref());
            Value::document(out)
        };
        match self.below(8) {
            0 => self.value(depth),
            1 | 2 => Value::copy_of(ValueRef::String(self.pick(TEXTS))),
            3 => {
                let name = ACCUMULATORS[self.below(ACCUMULATORS.len())].name;
                of_operator(self, name)
            }
            _ => {
                let all = expression::OPERATORS;
                let name = all[self.below(all.len())].name;
                of_operator(self, name)
            }
        }
    }

    /// An expression, several, or a document of named ones.
    fn operand(&mut self, depth: usize) -> Value<'static> {
        match self.below(3) {
            0 => self.expression(depth),
            1 => {
                let mut list = ArrayBuf::new();
                for _ in 0..self.below(4) {
                    list.push(self.expression(depth + 1).as_ref());
                }
                Value::array(list)
            }
            _ => {
                let mut out = DocumentBuf::new();
                for _ in 0..self.below(4) {
                    let name = self.pick(OPERANDS);
                    let value = self.expression(depth + 1);
                    out.append(name, value.as_ref());
                }
                Value::document(out)
            }
        }
    }

    /// Operators, a replacement or a pipeline.
    pub fn update(&mut self) -> Value<'static> {
        match self.below(8) {
            0 => Value::document(self.document(0)),
            1 => Value::array(self.pipeline(2)),
            _ => {
                let mut out = DocumentBuf::new();
                for _ in 0..=self.below(2) {
                    let rows = update::OPERATORS;
                    let row = rows.get(self.below(rows.len() + 1));
                    let mut fields = DocumentBuf::new();
                    for _ in 0..=self.below(2) {
                        let field = self.field();
                        let value = match (row, self.below(3)) {
                            (None, _) => Value::copy_of(ValueRef::String(self.field())),
                            (_, 0) => Value::document(self.condition(2)),
                            (_, 1) => self.operand(DEPTH_MAX - 1),
                            _ => self.value(2),
                        };
                        fields.append(field, value.as_ref());
                    }
                    out.append(row.map_or("$rename", |row| row.name), &fields);
                }
                Value::document(out)
            }
        }
    }

    pub fn pipeline(&mut self, count_max: usize) -> ArrayBuf {
        let mut stages = ArrayBuf::new();
        for _ in 0..self.below(count_max + 1) {
            let name = STAGES[self.below(STAGES.len())].name;
            let value = match self.below(6) {
                0 => Value::document(self.filter(1)),
                1 => self.value(1),
                2 => {
                    let mut out = DocumentBuf::new();
                    for _ in 0..=self.below(3) {
                        let (field, value) = (self.plain_field(), self.expression(2));
                        out.append(field, value.as_ref());
                    }
                    Value::document(out)
                }
                _ => self.operand(1),
            };
            let mut stage = DocumentBuf::new();
            stage.append(name, value.as_ref());
            stages.push(&stage);
        }
        stages
    }

    /// A pattern of keys.
    pub fn keys(&mut self) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        for _ in 0..=self.below(2) {
            let name = self.pick(&["a", "b", "c", "a.b", "b.0", "$**", "a.$**"]);
            match self.below(8) {
                0 => out.append(name, "hashed"),
                1..=3 => out.append(name, -1),
                _ => out.append(name, 1),
            }
        }
        out
    }
}
