//! dataSize: how many bytes the documents of a collection, or of a range of keys, have.
//!
//! Source: the manual, "dataSize".

use super::arguments::{Arguments, Field, Takes, optional};
use super::request::Request;
use crate::catalog::{Namespace, check_known_name};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::index::Index;
use crate::value::{DocumentBuf, DocumentRef, FieldPath, Value, ValueRef, compare};
use std::cmp::Ordering;

const FIELDS: &[Field] = &[
    optional("keyPattern", Takes::Document),
    optional("min", Takes::Document),
    optional("max", Takes::Document),
    optional("estimate", Takes::Truth),
];

/// Documents whose keys are at least `min` and below `max`.
struct Range<'a> {
    /// Without one, ascending fields of the bounds' names.
    pattern: Option<DocumentRef<'a>>,
    paths: Vec<FieldPath>,
    min: DocumentRef<'a>,
    max: DocumentRef<'a>,
}

impl Range<'_> {
    /// Whether the index begins with the pattern, and has one key for each document.
    fn fits(&self, index: &Index) -> bool {
        let ascending = ValueRef::Int32(1);
        let mut keys = index.spec.key.as_ref().iter();
        let mut wanted = self.pattern.unwrap_or(self.min).iter();
        let begins = wanted.all(|(name, order)| {
            let order = if self.pattern.is_some() {
                order
            } else {
                ascending
            };
            keys.next()
                .is_some_and(|(own, value)| own == name && compare(value, order).is_eq())
        });
        begins && !index.is_multikey() && !index.spec.sparse && index.spec.partial.is_none()
    }

    fn holds(&self, document: DocumentRef<'_>) -> bool {
        self.order(document, self.min).is_ge() && self.order(document, self.max).is_lt()
    }

    /// How the document's keys compare with a bound's values, field by field.
    fn order(&self, document: DocumentRef<'_>, bound: DocumentRef<'_>) -> Ordering {
        let bounds = bound.iter().map(|(_, value)| value);
        let orders = self.paths.iter().zip(bounds).map(|(path, bound)| {
            let key = path.evaluate(document).unwrap_or(Value::NULL);
            compare(key.as_ref(), bound)
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

pub(super) fn run(engine: &mut Engine, request: &Request<'_>) -> Result<DocumentBuf> {
    let arguments = Arguments::of(request, FIELDS)?;
    let name = match request.target {
        ValueRef::String(name) => name,
        other => {
            return Err(Error::type_mismatch(format_args!(
                "dataSize takes a namespace, not {}",
                other.kind().alias()
            )));
        }
    };
    let namespace = Namespace::parse(name).ok_or_else(|| {
        Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("Invalid namespace specified '{name}'"),
        )
    })?;
    check_known_name(namespace.database(), namespace.collection())?;
    let range = range(&arguments)?;
    let estimate = arguments.truth("estimate").unwrap_or(false);
    let (mut bytes, mut count) = (0i64, 0i64);
    if let Some(collection) = engine.catalog().regular(&namespace)? {
        match range.filter(|_| !collection.records.is_empty()) {
            None => {
                bytes = collection.records.data_size() as i64;
                count = collection.records.len() as i64;
            }
            Some(range) => {
                if !collection
                    .shown_indexes()
                    .iter()
                    .any(|index| range.fits(index))
                {
                    let message = "no index that has each document once begins with these fields";
                    return Err(Error::new(codes::OPERATION_FAILED, message));
                }
                let mut cursor = collection.records.cursor();
                while let Some((_, document)) = cursor.next_ref()? {
                    if range.holds(DocumentRef::from_valid(document)) {
                        bytes += document.len() as i64;
                        count += 1;
                    }
                }
            }
        }
    }
    let mut reply = DocumentBuf::new();
    reply.append("estimate", estimate);
    reply.append("size", bytes);
    reply.append("numObjects", count);
    reply.append("millis", 0i64);
    Ok(reply)
}

/// Errors: `BadValue` (2) for one bound alone.
fn range<'a>(arguments: &Arguments<'a>) -> Result<Option<Range<'a>>> {
    let (min, max) = match (arguments.document("min"), arguments.document("max")) {
        (None, None) => return Ok(None),
        (Some(min), Some(max)) => (min, max),
        _ => return Err(Error::bad_value("only one of min and max is there")),
    };
    let pattern = arguments.document("keyPattern");
    let paths = pattern
        .unwrap_or(min)
        .iter()
        .map(|(path, _)| FieldPath::new(path))
        .collect();
    Ok(Some(Range {
        pattern,
        paths,
        min,
        max,
    }))
}
