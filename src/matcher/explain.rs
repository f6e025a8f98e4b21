//! Why a document does not meet a filter: the `details` of a validation error.
//!
//! Source: the manual, "Schema Validation: View Existing Validation Rules" and the pages on how
//! validation errors are reported. The filter is read again as it was written: only failures pay.

use std::cell::RefCell;
use std::rc::Rc;

use super::parse::is_operator_document;
use super::schema;
use super::{Leaf, Matcher, Node, Path, Predicate, Run};
use crate::error::Result;
use crate::expression::{Context, Expression, ParseScope, Scope};
use crate::value::{ArrayBuf, DocumentBuf, DocumentRef, Kind, Value, ValueRef};

/// What is said of an operator on a field: when it failed, when it held but was not to, the types
/// of the values it can hold for (none: any), and whether the elements of an array are considered.
struct Words {
    name: &'static str,
    failed: &'static str,
    held: &'static str,
    kinds: &'static [&'static str],
    leaf: Leaf,
}

macro_rules! words {
    ($($name:literal, $failed:literal, $held:literal, $kinds:expr, $leaf:ident;)*) => {
        &[$(Words { name: $name, failed: $failed, held: $held, kinds: $kinds, leaf: Leaf::$leaf }),*]
    };
}

const ANY: &[&str] = &[];
const ARRAY: &[&str] = &["array"];
const NUMBERS: &[&str] = &["decimal", "double", "int", "long"];
const BITS: &[&str] = &["binData", "decimal", "double", "int", "long"];
const TEXTS: &[&str] = &["regex", "string", "symbol"];

/// The first is for operators that are not listed: comparisons.
static WORDS: &[Words] = words![
    "", "comparison failed", "comparison succeeded", ANY, Elements;
    "$in", "no matching value found in array", "matching value found in array", ANY, Elements;
    "$type", "type did not match", "type did match", ANY, Elements;
    "$mod", "$mod did not evaluate to expected remainder", "$mod did evaluate to expected remainder", NUMBERS, Elements;
    "$regex", "regular expression did not match", "regular expression did match", TEXTS, Elements;
    "$exists", "path does not exist", "path does exist", ANY, Whole;
    "$size", "array length was not equal to given size", "array length was equal to given size", ARRAY, Whole;
    "$all", "array did not contain all specified values", "array did contain all specified values", ARRAY, Whole;
    "$elemMatch", "array did not satisfy the child predicate", "array did satisfy the child predicate", ARRAY, Whole;
    "$bitsAllClear", "bitwise operator failed to match", "bitwise operator matched successfully", BITS, Elements;
    "$bitsAllSet", "bitwise operator failed to match", "bitwise operator matched successfully", BITS, Elements;
    "$bitsAnyClear", "bitwise operator failed to match", "bitwise operator matched successfully", BITS, Elements;
    "$bitsAnySet", "bitwise operator failed to match", "bitwise operator matched successfully", BITS, Elements;
];

fn words(name: &str) -> &'static Words {
    let found = WORDS.iter().find(|words| words.name == name);
    found.unwrap_or(&WORDS[0])
}

/// The reason why a document does not meet a filter.
///
/// Errors: those of filters and expressions.
pub fn explain_mismatch(
    filter: DocumentRef<'_>,
    document: DocumentRef<'_>,
    context: &Context,
) -> Result<DocumentBuf> {
    let asker = Asker { document, context };
    asker.filter(filter, false)
}

/// The document that is asked of.
#[derive(Clone, Copy)]
struct Asker<'a> {
    document: DocumentRef<'a>,
    context: &'a Context,
}

/// One condition, written as a filter of its own.
struct Clause {
    filter: DocumentBuf,
    /// The operator inside, for a condition on a field.
    operator: Option<String>,
}

impl Asker<'_> {
    fn holds(&self, filter: DocumentRef<'_>) -> Result<bool> {
        Matcher::parse(filter, &ParseScope::of(self.context))?.matches(self.document, self.context)
    }

    /// Why a filter does not hold; with `inverted`, why it does.
    fn filter(&self, filter: DocumentRef<'_>, inverted: bool) -> Result<DocumentBuf> {
        let mut clauses = clauses(filter);
        if clauses.len() == 1
            && let Some(only) = clauses.pop()
        {
            return self.clause(&only, inverted);
        }
        let mut out = DocumentBuf::new();
        out.append("operatorName", "$and");
        self.list(&mut out, &clauses, inverted)?;
        Ok(out)
    }

    /// Appends the clauses that do not hold, or those that do.
    fn list(&self, out: &mut DocumentBuf, clauses: &[Clause], inverted: bool) -> Result<()> {
        let mut list = ArrayBuf::new();
        for (index, clause) in clauses.iter().enumerate() {
            if self.holds(clause.filter.as_ref())? == inverted {
                let mut item = DocumentBuf::new();
                item.append("index", index as i32);
                item.append("details", &self.clause(clause, inverted)?);
                list.push(&item);
            }
        }
        let name = match inverted {
            true => "clausesSatisfied",
            false => "clausesNotSatisfied",
        };
        out.append(name, &list);
        Ok(())
    }

    fn clause(&self, clause: &Clause, inverted: bool) -> Result<DocumentBuf> {
        let Some(element) = clause.filter.as_ref().first() else {
            return Ok(DocumentBuf::new());
        };
        if let Some(operator) = &clause.operator {
            return self.field(clause, operator, inverted);
        }
        let mut out = DocumentBuf::new();
        out.append("operatorName", element.name);
        match (element.name, element.value()) {
            ("$and" | "$or" | "$nor", ValueRef::Array(parts)) => {
                let parts: Vec<Clause> = parts
                    .iter()
                    .filter_map(|part| part.as_document())
                    .map(|part| Clause {
                        filter: part.into(),
                        operator: None,
                    })
                    .collect();
                self.parts(&mut out, &parts, inverted ^ (element.name == "$nor"))?;
            }
            ("$jsonSchema", ValueRef::Document(schema)) if !inverted => {
                schema::explain(schema, ValueRef::Document(self.document), &mut out)?;
            }
            ("$jsonSchema", _) => out.append("reason", "schema matched"),
            ("$expr", value) => {
                let reason = match inverted {
                    true => "expression did match",
                    false => "expression did not match",
                };
                out.append("specifiedAs", &clause.filter);
                out.append("reason", reason);
                let expression = Expression::parse(value, &ParseScope::of(self.context))?;
                let scope = Scope::new(self.document, self.context);
                if let Some(result) = expression.evaluate(&scope)? {
                    out.append("expressionResult", &result);
                }
            }
            _ => {
                out.append("specifiedAs", &clause.filter);
                out.append(
                    "reason",
                    match inverted {
                        true => "expression always evaluates to true",
                        false => "expression always evaluates to false",
                    },
                );
            }
        }
        Ok(out)
    }

    /// As [`Asker::list`], of whole filters.
    fn parts(&self, out: &mut DocumentBuf, parts: &[Clause], inverted: bool) -> Result<()> {
        let mut list = ArrayBuf::new();
        for (index, part) in parts.iter().enumerate() {
            let filter = part.filter.as_ref();
            if self.holds(filter)? == inverted {
                let mut item = DocumentBuf::new();
                item.append("index", index as i32);
                item.append("details", &self.filter(filter, inverted)?);
                list.push(&item);
            }
        }
        let name = match inverted {
            true => "clausesSatisfied",
            false => "clausesNotSatisfied",
        };
        out.append(name, &list);
        Ok(())
    }

    /// A condition with one operator on a field.
    fn field(&self, clause: &Clause, operator: &str, inverted: bool) -> Result<DocumentBuf> {
        let Some(element) = clause.filter.as_ref().first() else {
            return Ok(DocumentBuf::new());
        };
        let mut out = DocumentBuf::new();
        out.append("operatorName", operator);
        let operand = element
            .value()
            .as_document()
            .and_then(|operators| operators.get(operator));
        if let ("$not", Some(operand)) = (operator, operand) {
            let mut inner = DocumentBuf::new();
            inner.append(element.name, operand);
            out.append("details", &self.filter(inner.as_ref(), !inverted)?);
            return Ok(out);
        }
        let (name, flips) = match operator {
            "$ne" => ("", true),
            "$nin" => ("$in", true),
            "$exists" => (operator, operand.is_some_and(|value| !value.is_truthy())),
            name => (name, false),
        };
        out.append("specifiedAs", &clause.filter);
        self.reason(&mut out, element.name, words(name), inverted ^ flips)?;
        Ok(out)
    }

    fn reason(&self, out: &mut DocumentBuf, path: &str, words: &Words, held: bool) -> Result<()> {
        let values = self.values(path, words.leaf)?;
        if values.is_empty() && words.name != "$exists" {
            out.append("reason", "field was missing");
            return Ok(());
        }
        let kinds = kinds(&values);
        let is_other_kind = !held
            && !words.kinds.is_empty()
            && !kinds.iter().any(|kind| words.kinds.contains(kind));
        let reason = match (held, is_other_kind) {
            (_, true) => "type did not match",
            (true, _) => words.held,
            (false, _) => words.failed,
        };
        out.append("reason", reason);
        match values.as_slice() {
            [] => {}
            [one] => out.append("consideredValue", one),
            many => out.append_array("consideredValues", |list| {
                many.iter().for_each(|value| list.push(value));
            }),
        }
        if is_other_kind || words.name == "$type" {
            append_kinds(out, "consideredType", &kinds);
        }
        if is_other_kind {
            append_kinds(out, "expectedType", words.kinds);
        }
        Ok(())
    }

    /// The values that a condition on a field looks at.
    fn values(&self, path: &str, leaf: Leaf) -> Result<Vec<Value<'static>>> {
        let values: Rc<RefCell<Vec<Value<'static>>>> = Rc::default();
        let collector = Collector {
            values: values.clone(),
            leaf,
        };
        Node::field(&Path::new(path), collector).matches(self.document, Run::new(self.context))?;
        Ok(values.take())
    }
}

/// Collects values and never matches, so that it sees all.
struct Collector {
    values: Rc<RefCell<Vec<Value<'static>>>>,
    leaf: Leaf,
}

impl Predicate for Collector {
    fn test(&self, value: Option<ValueRef<'_>>, _run: Run<'_>) -> Result<bool> {
        self.values.borrow_mut().extend(value.map(Value::copy_of));
        Ok(false)
    }

    fn leaf(&self) -> Leaf {
        self.leaf
    }
}

/// The conditions of a filter, each as a filter of its own.
fn clauses(filter: DocumentRef<'_>) -> Vec<Clause> {
    let mut out = Vec::new();
    for element in filter.elements() {
        let name = element.name;
        if name == "$comment" {
            continue;
        }
        let operators = match element.value() {
            ValueRef::Document(inner) if is_operator_document(inner) => Some(inner),
            _ => None,
        };
        let mut whole = DocumentBuf::new();
        whole.append_element(&element);
        let implicit = match element.kind {
            _ if name.starts_with('$') => None,
            Kind::Regex => Some("$regex"),
            _ => Some("$eq"),
        };
        let (Some(operators), Some(_)) = (operators, implicit) else {
            out.push(Clause {
                filter: whole,
                operator: implicit.map(str::to_owned),
            });
            continue;
        };
        for operator in operators.elements() {
            if operator.name == "$options" {
                continue;
            }
            let mut one = DocumentBuf::new();
            one.append_document(name, |inner| {
                inner.append_element(&operator);
                if operator.name == "$regex"
                    && let Some(options) = operators.element("$options")
                {
                    inner.append_element(&options);
                }
            });
            out.push(Clause {
                filter: one,
                operator: Some(operator.name.to_owned()),
            });
        }
    }
    out
}

/// The types of values, each once.
fn kinds(values: &[Value<'static>]) -> Vec<&'static str> {
    let mut kinds: Vec<&'static str> = Vec::new();
    for value in values {
        let kind = value.kind().alias();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// `consideredType: "int"`, or `consideredTypes: ["int", "string"]`.
pub(super) fn append_kinds(out: &mut DocumentBuf, name: &str, kinds: &[&str]) {
    match kinds {
        [] => {}
        [one] => out.append(name, *one),
        many => out.append_array(&format!("{name}s"), |list| {
            many.iter().for_each(|kind| list.push(*kind));
        }),
    }
}
