//! Which fields do expressions read? All of them are found in one walk over a document.
//!
//! Paths in the expressions become local variables, with numbers beyond those that `$let` and its
//! like give out.

use super::tree::Node;
use super::{Dependencies, Expression, Local, Outcome, Scope};
use crate::value::path::evaluate_value;
use crate::value::{DocumentRef, DocumentWriter, Element, FieldPath, Value, ValueRef, are_equal};
use std::mem::ManuallyDrop;
use std::rc::Rc;

/// The number of the first field.
const FIRST: u32 = 1 << 30;

/// As many fields are found at once; others are read as they are asked for.
pub const FIELDS_MAX: usize = 12;

/// The values of fields, for one document.
pub struct FieldValues<'a> {
    values: ManuallyDrop<[Option<Value<'a>>; FIELDS_MAX]>,
    /// So many can be there; only these are dropped.
    count: usize,
}

impl Drop for FieldValues<'_> {
    #[inline]
    fn drop(&mut self) {
        for value in self.values.iter_mut().take(self.count) {
            if !matches!(value, None | Some(Value::Ref(_))) {
                *value = None;
            }
        }
    }
}

/// Fields that expressions read.
#[derive(Default)]
pub struct Fields {
    paths: Vec<FieldPath>,
    top: Level,
    reads_document: bool,
}

/// An expression whose paths are among fields that are read at once.
pub struct Prepared {
    expression: Expression,
    /// The field that it is, if it is no more than that.
    field: Option<usize>,
}

impl Prepared {
    /// The value, if it need not be computed.
    #[inline(always)]
    pub fn at_hand<'x, 'a>(
        &'x self,
        values: &'x FieldValues<'a>,
        scope: &Scope<'a, 'x>,
    ) -> Option<Option<&'x Value<'a>>> {
        match self.field {
            Some(field) => Some(values.values[field].as_ref()),
            None => self.expression.at_hand(scope),
        }
    }

    /// The value. The scope holds those of the fields, see [`Fields::local`].
    pub fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        self.expression.evaluate(scope)
    }
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
    /// Its first bytes, see [`head`].
    head: u64,
    /// The field that is named.
    field: Option<usize>,
    /// All fields that lie below.
    below: Vec<usize>,
    inner: Level,
}

impl Fields {
    /// The expression with its paths replaced.
    fn replace(&mut self, expression: &Expression) -> Expression {
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

    /// The expression with its paths replaced, ready to be evaluated for many documents.
    pub fn prepare(&mut self, expression: &Expression) -> Prepared {
        let expression = self.replace(expression);
        let field = match &expression.0 {
            Node::Local(id, None) => id.checked_sub(FIRST).map(|field| field as usize),
            _ => None,
        };
        Prepared { expression, field }
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

    /// The top-level fields that paths lead through; `None` if they are too many.
    pub fn top_of<'p>(paths: impl Iterator<Item = &'p FieldPath>) -> Option<Fields> {
        let mut fields = Fields::default();
        for path in paths {
            fields.number(&FieldPath::new(path.first()))?;
        }
        Some(fields)
    }

    /// Adds a document that has these top-level fields alone.
    pub fn copy(&self, document: DocumentRef<'_>, out: &mut Vec<u8>) {
        let mut out = DocumentWriter::begin(out);
        self.top.walk(document, 0, false, |_, element| {
            out.append_element(&element);
        });
    }

    /// True if expressions read the document itself too.
    pub fn reads_document(&self) -> bool {
        self.reads_document
    }

    /// Room for the values of these fields.
    #[inline]
    pub fn room<'a>(&self) -> FieldValues<'a> {
        FieldValues {
            values: ManuallyDrop::new([const { None }; FIELDS_MAX]),
            count: self.paths.len(),
        }
    }

    /// The variables that fields became, for [`Scope::within`].
    #[inline]
    pub fn local<'a, 's>(scope: &Scope<'a, 's>, values: &'s FieldValues<'a>) -> Local<'a, 's> {
        scope.local_block(FIRST, values.values.as_slice())
    }

    /// The top-level field of this name, as a bit.
    #[inline]
    pub fn bit_of(&self, name: &str) -> u64 {
        for (at, known) in self.top.names.iter().enumerate() {
            if are_equal(known.text.as_bytes(), name.as_bytes()) {
                return 1 << at;
            }
        }
        0
    }

    /// True if these bits are those of all top-level fields.
    #[inline]
    pub fn are_all(&self, seen: u64) -> bool {
        self.top.all() & !seen == 0
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
                head: head(&[first.as_bytes(), &[0; 8]].concat(), first.len()).unwrap_or(0),
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

    /// A bit for every name.
    #[inline(always)]
    fn all(&self) -> u64 {
        (1 << self.names.len()) - 1
    }

    fn read<'a>(
        &self,
        document: DocumentRef<'a>,
        seen: u64,
        all: &Fields,
        depth: usize,
        out: &mut FieldValues<'a>,
    ) {
        self.walk(document, seen, true, |name, element| {
            name.read(element.value(), all, depth, out);
        });
    }

    /// Shows the fields whose bits are not in `seen`; if `once`, only the first of the same name.
    #[inline(always)]
    fn walk<'a>(
        &self,
        document: DocumentRef<'a>,
        mut seen: u64,
        once: bool,
        mut see: impl FnMut(&Name, Element<'a>),
    ) {
        let wanted = self.all();
        let mut elements = document.elements();
        while seen & wanted != wanted {
            let Some(element) = elements.next_of_length(self.lengths) else {
                return;
            };
            let length = element.name.len();
            let head = head(element.raw.get(1..).unwrap_or_default(), length);
            let is_whole = head.is_some() && length <= 8;
            for (at, name) in self.names.iter().enumerate() {
                if head.is_none_or(|head| head == name.head)
                    && name.text.len() == length
                    && (is_whole || *name.text == *element.name)
                    && seen & (1 << at) == 0
                {
                    seen |= u64::from(once) << at;
                    see(name, element);
                    break;
                }
            }
        }
    }
}

/// The first eight bytes of a name, with zeros behind a shorter one. `bytes` go on behind the name;
/// `None` if they are less than eight.
#[inline(always)]
fn head(bytes: &[u8], length: usize) -> Option<u64> {
    let unused = 64 - 8 * length.min(8) as u32;
    let mask = u64::MAX.checked_shr(unused).unwrap_or(0);
    Some(u64::from_le_bytes(*bytes.first_chunk::<8>()?) & mask)
}

impl Name {
    #[inline(always)]
    fn read<'a>(&self, value: ValueRef<'a>, all: &Fields, depth: usize, out: &mut FieldValues<'a>) {
        if let Some(field) = self.field {
            // There was nothing before, so that nothing is to be dropped.
            std::mem::forget(out.values[field].replace(Value::Ref(value)));
        }
        match value {
            _ if self.below.is_empty() => {}
            ValueRef::Document(inner) => self.inner.read(inner, 0, all, depth + 1, out),
            ValueRef::Array(_) => {
                for &field in &self.below {
                    out.values[field] = evaluate_value(value, &all.paths[field].parts()[depth..]);
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
            "{eightlets: 9, eightlet: 8, sevenle: 7, '': 0, b: {eightlet: 1, sevenletters: 2, c: true}}",
            "{eightlet: [{eightlet: 8}], eightlets: {eightlets: 9, x: null}, sevenle: false}",
        ];
        let expressions = [
            "['$eightlet', '$sevenle', '$b.c', '$b.eightlet']",
            "['$eightlets.eightlets', '$eightlet.eightlet', '$sevenlet', '$eightlet', '$eightlets.x']",
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
                let mut values = fields.room();
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
