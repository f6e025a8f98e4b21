//! Which fields do expressions read? All of them are found in one walk over a document.
//!
//! Paths in the expressions become local variables, with numbers beyond those that `$let` and its
//! like give out.

use super::tree::Node;
use super::{Dependencies, Expression, Local, Scope};
use crate::value::path::evaluate_value;
use crate::value::{DocumentRef, FieldPath, Value, ValueRef};
use std::rc::Rc;

/// The number of the first field.
const FIRST: u32 = 1 << 30;

/// As many fields are found at once; others are read as they are asked for.
pub const FIELDS_MAX: usize = 12;

/// The values of fields, for one document.
pub type FieldValues<'a> = [Option<Value<'a>>; FIELDS_MAX];

/// Fields that expressions read.
#[derive(Default)]
pub struct Fields {
    paths: Vec<FieldPath>,
    top: Level,
    reads_document: bool,
}

/// Names that paths go on with at the same place.
#[derive(Default)]
struct Level {
    /// A bit for every length that a name has.
    lengths: u64,
    names: Vec<Name>,
}

struct Name {
    text: Box<str>,
    /// The field that is named.
    field: Option<usize>,
    /// All fields that lie below.
    below: Vec<usize>,
    inner: Level,
}

impl Fields {
    /// The expression with its paths replaced.
    pub fn replace(&mut self, expression: &Expression) -> Expression {
        let mut all = |list: &[Expression]| -> Vec<Expression> {
            list.iter().map(|inner| self.replace(inner)).collect()
        };
        Expression(match &expression.0 {
            Node::Path(path) => match self.number(path) {
                Some(number) => Node::Local(FIRST + number as u32, None),
                None => Node::Path(path.clone()),
            },
            Node::Array(elements) => Node::Array(all(elements).into()),
            Node::Call(call) => Node::Call(Rc::new(call.with_arguments(all(call.arguments())))),
            Node::Object(fields) => Node::Object(
                fields
                    .iter()
                    .map(|(name, field)| (name.clone(), self.replace(field)))
                    .collect(),
            ),
            other => {
                let mut read = Dependencies::new();
                expression.dependencies(&mut read);
                self.reads_document |= read.whole_document || !read.paths.is_empty();
                other.clone()
            }
        })
    }

    fn number(&mut self, path: &FieldPath) -> Option<usize> {
        let known = self.paths.iter().position(|known| known == path);
        if known.is_none() {
            if self.paths.len() == FIELDS_MAX {
                self.reads_document = true;
                return None;
            }
            self.top.add(path.parts(), self.paths.len());
            self.paths.push(path.clone());
        }
        known.or(Some(self.paths.len() - 1))
    }

    /// True if expressions read the document itself too.
    pub fn reads_document(&self) -> bool {
        self.reads_document
    }

    /// The variables that fields became, for [`Scope::within`].
    #[inline]
    pub fn local<'a, 's>(scope: &Scope<'a, 's>, values: &'s FieldValues<'a>) -> Local<'a, 's> {
        scope.local_block(FIRST, values)
    }

    /// The top-level field of this name, as a bit.
    pub fn bit_of(&self, name: &str) -> u64 {
        let found = self.top.names.iter().position(|known| *known.text == *name);
        found.map_or(0, |at| 1 << at)
    }

    /// Reads the fields of a document but for those whose bits are in `seen`.
    #[inline]
    pub fn read<'a>(&self, document: DocumentRef<'a>, seen: u64, out: &mut FieldValues<'a>) {
        self.top.read(document, seen, self, 1, out);
    }

    /// Reads what lies in a value of the top-level field with this bit.
    pub fn read_value<'a>(&self, bit: u64, value: ValueRef<'a>, out: &mut FieldValues<'a>) {
        if let Some(name) = self.top.names.get(bit.trailing_zeros() as usize) {
            name.read(value, self, 1, out);
        }
    }
}

impl Level {
    fn add(&mut self, parts: &[Box<str>], field: usize) {
        let Some((first, rest)) = parts.split_first() else {
            return;
        };
        let known = self.names.iter().position(|name| name.text == *first);
        let at = known.unwrap_or(self.names.len());
        if known.is_none() {
            self.lengths |= 1 << (first.len() & 63);
            self.names.push(Name {
                text: first.clone(),
                field: None,
                below: Vec::new(),
                inner: Level::default(),
            });
        }
        let name = &mut self.names[at];
        if rest.is_empty() {
            name.field = Some(field);
        } else {
            name.below.push(field);
            name.inner.add(rest, field);
        }
    }

    /// Of fields of the same name the first counts.
    fn read<'a>(
        &self,
        document: DocumentRef<'a>,
        mut seen: u64,
        all: &Fields,
        depth: usize,
        out: &mut FieldValues<'a>,
    ) {
        let wanted = (1u64 << self.names.len()) - 1;
        let mut elements = document.elements();
        while seen & wanted != wanted {
            let Some(element) = elements.next_of_length(self.lengths) else {
                return;
            };
            for (at, name) in self.names.iter().enumerate() {
                if *name.text == *element.name && seen & (1 << at) == 0 {
                    seen |= 1 << at;
                    name.read(element.value(), all, depth, out);
                    break;
                }
            }
        }
    }
}

impl Name {
    fn read<'a>(&self, value: ValueRef<'a>, all: &Fields, depth: usize, out: &mut FieldValues<'a>) {
        if let Some(field) = self.field {
            out[field] = Some(Value::Ref(value));
        }
        match value {
            _ if self.below.is_empty() => {}
            ValueRef::Document(inner) => self.inner.read(inner, 0, all, depth + 1, out),
            ValueRef::Array(_) => {
                for &field in &self.below {
                    out[field] = evaluate_value(value, &all.paths[field].parts()[depth..]);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::testing::document;
    use crate::expression::{Context, ParseScope};

    #[test]
    fn expressions_give_the_same_with_fields_found_before() {
        let documents = [
            "{a: 1, b: {c: 2, d: {e: 3}}, xx: 'long'}",
            "{b: [{c: 1}, {c: 2, d: {e: 5}}, 7], a: 4, a: 5}",
            "{b: 1}",
            "{b: {c: null, c: 3}, a: {b: 1}, c: [[{d: 1}], {d: 2}]}",
            "{}",
        ];
        let expressions = [
            "'$a'",
            "{$add: ['$a', '$b.c', '$b.d.e']}",
            "['$b', '$b.c', '$b.d', '$xx', '$c.d', '$missing']",
            "{x: '$a', y: {z: '$b.d.e'}, r: {$type: '$$ROOT'}}",
            "{$let: {vars: {v: '$a'}, in: [{$ifNull: ['$$v', 0]}, '$b.c']}}",
            "['$k1', '$k2', '$k3', '$k4', '$k5', '$k6', '$k7', '$k8', '$k9', '$k10', '$a', '$b', '$b.c']",
        ];
        let context = Context::new(Rc::new(crate::env::FixedEnv::new(0, 0)));
        for text in expressions {
            let holder = document(&format!("{{e: {text}}}"));
            let value = holder.as_ref().get("e").unwrap_or(ValueRef::Null);
            let plain = Expression::parse(value, &ParseScope::new());
            let plain = plain.unwrap_or_else(|error| panic!("{text}: {}", error.message()));
            let mut fields = Fields::default();
            let replaced = fields.replace(&plain);
            for source in documents {
                let document = document(source);
                let mut values = FieldValues::default();
                fields.read(document.as_ref(), 0, &mut values);
                let root = match fields.reads_document() {
                    true => document.as_ref(),
                    false => DocumentRef::EMPTY,
                };
                let scope = Scope::new(root, &context);
                let local = Fields::local(&scope, &values);
                let shown = |outcome: super::super::Outcome<'_>| match outcome {
                    Ok(value) => value.map_or("missing".to_owned(), |v| v.as_ref().to_string()),
                    Err(error) => error.code().to_string(),
                };
                let expected = plain.evaluate(&Scope::new(document.as_ref(), &context));
                let given = replaced.evaluate(&scope.within(&local));
                assert_eq!(shown(given), shown(expected), "{text} of {source}");
            }
        }
    }
}
