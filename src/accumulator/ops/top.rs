//! `$top`, `$bottom`, `$topN`, `$bottomN`: by `sortBy`; of equal ones the first come first.

use std::cmp::Ordering;

use crate::accumulator::accumulate::Start;
use crate::accumulator::{Accumulate, Accumulator};
use crate::error::{Error, Result};
use crate::expression::sort_by::SortBy;
use crate::expression::{Evaluate, Expression, Outcome, ParseScope, Scope};
use crate::value::{ArrayBuf, FieldPath, Value, ValueRef, compare};

pub fn parse_top(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Accumulator> {
    parse(name, value, scope, false, false)
}

pub fn parse_top_n(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Accumulator> {
    parse(name, value, scope, true, false)
}

pub fn parse_bottom(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Accumulator> {
    parse(name, value, scope, false, true)
}

pub fn parse_bottom_n(
    name: &'static str,
    value: ValueRef<'_>,
    scope: &ParseScope,
) -> Result<Accumulator> {
    parse(name, value, scope, true, true)
}

/// Errors: 5788001 (not an object), 5788002 (another field), 5788003, 5788004, 5788005 (`n`,
/// `output`, `sortBy` missing), 5788604 (`sortBy` not an object).
fn parse(
    name: &'static str,
    argument: ValueRef<'_>,
    scope: &ParseScope,
    with_count: bool,
    from_bottom: bool,
) -> Result<Accumulator> {
    let ValueRef::Document(document) = argument else {
        return Err(Error::new(
            5_788_001,
            format_args!(
                "specification must be an object; found {name}: {}",
                argument.kind().alias()
            ),
        ));
    };
    let (mut output, mut sort_by, mut count) = (None, None, None);
    for (field, value) in document.iter() {
        match field {
            "output" => output = Some(Expression::parse(value, scope)?),
            "sortBy" => sort_by = Some(parse_sort_by(name, value)?),
            "n" if with_count => count = Some(Expression::parse(value, scope)?),
            other => {
                return Err(Error::new(
                    5_788_002,
                    format_args!("Unknown argument to {name} '{other}'"),
                ));
            }
        }
    }
    let missing =
        |code, field| Error::new(code, format_args!("Missing value for '{field}' in {name}"));
    if with_count && count.is_none() {
        return Err(missing(5_788_003, "n"));
    }
    let (fields, directions) = sort_by.ok_or_else(|| missing(5_788_005, "sortBy"))?;
    let input = Expression::operator(Input {
        sort_by: SortBy::new(fields),
        output: output.ok_or_else(|| missing(5_788_004, "output"))?,
    });
    Ok(Accumulator {
        name,
        input,
        start: Start::Ordered(
            count,
            Begin {
                directions: directions.into(),
                from_bottom,
            },
        ),
    })
}

type Fields = Vec<(FieldPath, bool)>;

fn parse_sort_by(name: &str, value: ValueRef<'_>) -> Result<(Fields, Vec<bool>)> {
    let ValueRef::Document(document) = value else {
        let alias = value.kind().alias();
        return Err(Error::new(
            5_788_604,
            format_args!("expected 'sortBy' to be an object in {name}, found {alias}"),
        ));
    };
    let mut fields = Vec::new();
    for (path, direction) in document.iter() {
        let descending = match direction.to_f64() {
            Some(1.0) => false,
            Some(-1.0) => true,
            Some(_) => {
                let message = "$sort key ordering must be 1 (for ascending) or -1 (for descending)";
                return Err(Error::new(15975, message));
            }
            None => {
                return Err(Error::new(
                    15974,
                    format_args!("Illegal key in $sort specification: {path}"),
                ));
            }
        };
        fields.push((FieldPath::parse_strict(path)?, descending));
    }
    if fields.is_empty() {
        return Err(Error::new(
            15976,
            "$sort stage must have at least one sort key",
        ));
    }
    let directions = fields.iter().map(|field| field.1).collect();
    Ok((fields, directions))
}

/// What is evaluated for each document: the output and then the keys, in one array.
struct Input {
    sort_by: SortBy,
    output: Expression,
}

impl Evaluate for Input {
    fn evaluate<'a>(&self, scope: &Scope<'a, '_>) -> Outcome<'a> {
        let mut all = ArrayBuf::new();
        match self.output.evaluate(scope)? {
            Some(output) => all.push(&output),
            None => all.push(ValueRef::Null),
        }
        for key in self.sort_by.keys(scope.root, scope) {
            all.push(key);
        }
        Ok(Some(Value::array(all)))
    }

    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(&self.output);
        for path in self.sort_by.paths() {
            see(&Expression::field(path.clone()));
        }
    }
}

/// How a group begins.
pub struct Begin {
    directions: std::rc::Rc<[bool]>,
    from_bottom: bool,
}

impl Begin {
    pub fn start(&self, count: Option<usize>) -> Box<dyn Accumulate> {
        Box::new(Ranked {
            directions: self.directions.clone(),
            from_bottom: self.from_bottom,
            count: count.unwrap_or(1),
            is_list: count.is_some(),
            rows: Vec::new(),
            bytes: 0,
        })
    }
}

struct Ranked {
    directions: std::rc::Rc<[bool]>,
    from_bottom: bool,
    count: usize,
    is_list: bool,
    /// In order: the output and the keys, as the input gave them.
    rows: Vec<Value<'static>>,
    bytes: usize,
}

fn order(directions: &[bool], one: ValueRef<'_>, two: ValueRef<'_>) -> Ordering {
    let (Some(one), Some(two)) = (one.as_array(), two.as_array()) else {
        return Ordering::Equal;
    };
    for ((one, two), descending) in one.iter().zip(two.iter()).skip(1).zip(directions) {
        let order = compare(one, two);
        if order != Ordering::Equal {
            return if *descending { order.reverse() } else { order };
        }
    }
    Ordering::Equal
}

impl Accumulate for Ranked {
    fn add(&mut self, value: Option<ValueRef<'_>>) -> Result<()> {
        let Some(value) = value else {
            return Ok(());
        };
        let at = self
            .rows
            .partition_point(|row| order(&self.directions, row.as_ref(), value).is_le());
        let is_full = self.rows.len() >= self.count;
        if is_full && at == if self.from_bottom { 0 } else { self.rows.len() } {
            return Ok(());
        }
        let value = Value::copy_of(value);
        self.bytes += value.owned_bytes() + size_of::<Value<'_>>();
        self.rows.insert(at, value);
        if is_full {
            let dropped = self
                .rows
                .remove(if self.from_bottom { 0 } else { self.count });
            self.bytes -= dropped.owned_bytes() + size_of::<Value<'_>>();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Value<'static>>> {
        let output = |row: &Value<'static>| {
            let first = row.as_ref().as_array().and_then(|row| row.get(0));
            first.map_or(Value::NULL, Value::copy_of)
        };
        Ok(Some(if self.is_list {
            let outputs: Vec<_> = self.rows.iter().map(output).collect();
            Value::array(outputs.iter().collect::<ArrayBuf>())
        } else {
            self.rows.first().map_or(Value::NULL, output)
        }))
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Ranked>() + self.bytes
    }
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::{check, check_error};

    #[test]
    fn ranks_by_several_keys() {
        let documents = "[{k: 1, v: 'a'}, {k: 3, v: 'b'}, {k: 2, v: 'c'}, {k: 3, v: 'd'}, {}]";
        check("{$top: {sortBy: {k: -1}, output: '$v'}}", documents, "'b'");
        check(
            "{$bottom: {sortBy: {k: -1}, output: '$v'}}",
            documents,
            "null",
        );
        check(
            "{$bottom: {sortBy: {k: 1, v: 1}, output: ['$k', '$v']}}",
            documents,
            "[3, 'd']",
        );
        check(
            "{$topN: {n: 2, sortBy: {k: -1, v: -1}, output: '$v'}}",
            documents,
            "['d', 'b']",
        );
        check(
            "{$bottomN: {n: 2, sortBy: {k: 1}, output: '$v'}}",
            documents,
            "['b', 'd']",
        );
        check("{$topN: {n: 9, sortBy: {k: 1}, output: '$v'}}", "[]", "[]");
        check_error("{$top: {sortBy: {k: 1}}}", 5_788_004);
        check_error("{$top: {output: 1}}", 5_788_005);
        check_error("{$topN: {sortBy: {k: 1}, output: 1}}", 5_788_003);
        check_error("{$top: {sortBy: {k: 2}, output: 1}}", 15975);
    }
}
