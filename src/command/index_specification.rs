//! An index as createIndexes is given it, checked.
//!
//! Source: the manual, "createIndexes", and the pages on index properties.

use std::rc::Rc;

use super::collation;
use crate::error::{Error, Result, codes};
use crate::expression::ParseScope;
use crate::index::{FieldKind, IndexSpec, PartialFilter, Wildcard, is_wildcard};
use crate::limits;
use crate::projection::{Projection, ProjectionKind};
use crate::value::{DocumentBuf, DocumentRef, ValueRef};

/// Options that belong to kinds of indexes that do not exist yet, and what they hold.
const REFUSED: &[(&str, &str)] = &[
    ("weights", "object"),
    ("default_language", "string"),
    ("language_override", "string"),
    ("textIndexVersion", "number"),
    ("2dsphereIndexVersion", "number"),
    ("bits", "number"),
    ("min", "number"),
    ("max", "number"),
    ("storageEngine", "object"),
    ("clustered", "bool"),
];

/// Checks an option that is refused when it is right.
///
/// Errors: `TypeMismatch` (14), `CannotCreateIndex` (67) for a version or weights that are none,
/// `InvalidOptions` (72) for too few or too many bits.
fn check_refused(name: &str, value: ValueRef<'_>) -> Result<()> {
    let Some((_, expected)) = REFUSED.iter().find(|(refused, _)| *refused == name) else {
        return Ok(());
    };
    let number = value.to_f64();
    let is_right = match value {
        ValueRef::Document(_) => *expected == "object",
        ValueRef::String(_) | ValueRef::Array(_) if name == "weights" => {
            let message = "weights are an object of fields and numbers";
            return Err(Error::new(codes::CANNOT_CREATE_INDEX, message));
        }
        ValueRef::String(_) => *expected == "string",
        _ => number.is_some() && *expected == "number" || *expected == "bool",
    };
    if !is_right {
        return Err(wrong_type(name, value, expected));
    }
    let number = number.unwrap_or(1.0);
    match name {
        "textIndexVersion" | "2dsphereIndexVersion" if ![1.0, 2.0, 3.0].contains(&number) => {
            Err(Error::new(
                codes::CANNOT_CREATE_INDEX,
                format_args!("the {name} {value} is not supported"),
            ))
        }
        "bits" if !(1.0..=32.0).contains(&number) => Err(Error::new(
            codes::INVALID_OPTIONS,
            "bits in a geohash are 1 to 32",
        )),
        _ => Ok(()),
    }
}

/// The simple collation is that of all indexes.
///
/// Errors: `TypeMismatch` (14), `BadValue` (2) for an empty one, those of [`collation::check`].
fn check_collation(value: ValueRef<'_>) -> Result<()> {
    match value.as_document() {
        Some(collation) if collation.is_empty() => Err(Error::bad_value(
            "The field 'collation' of an index cannot be an empty object",
        )),
        Some(collation) => collation::check(collation),
        None => Err(wrong_type("collation", value, "object")),
    }
}

/// Errors: `FailedToParse` (9) without key or name, `CannotCreateIndex` (67) for a bad key,
/// `TypeMismatch` (14), `InvalidIndexSpecificationOption` (197) for an unknown option,
/// `NotImplemented` (238) for one that is not supported.
pub(super) fn parse(document: DocumentRef<'_>, lenient: bool) -> Result<IndexSpec> {
    let key = match document.get("key") {
        Some(ValueRef::Document(key)) => key,
        None => {
            return Err(Error::failed_to_parse(
                "The 'key' field is a required property of an index specification",
            ));
        }
        Some(other) => return Err(wrong_type("key", other, "object")),
    };
    for (name, value) in document.iter() {
        check_refused(name, value)?;
    }
    check_key(key)?;
    let mut spec = IndexSpec::on(&DocumentBuf::from(key));
    match document.get("name") {
        Some(ValueRef::String(name)) => check_name(name)?.clone_into(&mut spec.name),
        Some(other) => return Err(wrong_type("name", other, "string")),
        None => {
            return Err(Error::failed_to_parse(
                "The 'name' field is a required property of an index specification",
            ));
        }
    }
    for (name, value) in document.iter() {
        option(&mut spec, name, value, lenient)?;
    }
    if is_id_key(key) {
        return id_index(spec, document);
    }
    if spec.name == "_id_" {
        return Err(Error::bad_value(
            "The index name '_id_' is that of the index on {_id: 1} alone",
        ));
    }
    check_combination(&spec, document)?;
    Ok(spec)
}

/// Errors: `CannotCreateIndex` (67), `BadValue` (2), 7246209.
fn check_combination(spec: &IndexSpec, document: DocumentRef<'_>) -> Result<()> {
    let refuse = |what: &str| Err(Error::new(codes::CANNOT_CREATE_INDEX, what));
    if spec.partial.is_some() && spec.sparse {
        return refuse("cannot mix \"partialFilterExpression\" and \"sparse\" options");
    }
    let has_hash = spec
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Hashed);
    if has_hash && (spec.unique || spec.prepare_unique) {
        return Err(Error::new(
            16764,
            "a hashed index cannot guarantee uniqueness. Use a regular index.",
        ));
    }
    if spec.expire_after_seconds.is_some() && spec.fields.len() > 1 {
        return refuse("TTL indexes are single-field indexes, compound indexes do not support TTL");
    }
    let Some(wildcard) = &spec.wildcard else {
        return Ok(());
    };
    if has_hash {
        return Err(Error::new(
            7_246_202,
            "a wildcard index has no hashed fields",
        ));
    }
    let refused = [
        ("unique", spec.unique),
        ("prepareUnique", spec.prepare_unique),
        ("sparse", spec.sparse),
        ("expireAfterSeconds", spec.expire_after_seconds.is_some()),
        (
            "v",
            document.get("v").and_then(|value| value.to_f64()) == Some(1.0),
        ),
    ];
    if let Some((name, _)) = refused.iter().find(|(_, given)| *given) {
        return refuse(&format!(
            "A wildcard index does not support the '{name}' option"
        ));
    }
    let mut beside = spec
        .fields
        .iter()
        .filter(|field| field.kind == FieldKind::Value);
    let is_compound = spec.fields.len() > 1;
    let is_rooted = !spec.fields.iter().any(|field| field.path.as_str() == "$**");
    if is_compound && !is_rooted && wildcard.source.is_none() {
        return refuse("a compound wildcard index on '$**' needs a wildcardProjection");
    }
    match beside.find(|field| wildcard.overlaps(&field.path)) {
        Some(field) => Err(Error::new(
            7246209,
            format_args!(
                "the field '{}' of a compound wildcard index must be left out of its wildcard",
                field.path.as_str()
            ),
        )),
        None => Ok(()),
    }
}

/// Errors: `FailedToParse` (9) for an empty one or a key other than `$**`, `BadValue` (2) without a
/// wildcard, 51271 for values that are no truth, those of projections.
fn wildcard_projection(spec: &IndexSpec, value: ValueRef<'_>) -> Result<Wildcard> {
    let projection = value
        .as_document()
        .ok_or_else(|| wrong_type("wildcardProjection", value, "object"))?;
    let mut wildcards = spec.fields.iter().map(|field| field.path.as_str());
    let Some(name) = wildcards.find(|name| is_wildcard(name)) else {
        return Err(Error::bad_value(
            "The field 'wildcardProjection' is only allowed in a wildcard index",
        ));
    };
    if name != "$**" {
        return Err(Error::failed_to_parse(
            "The field 'wildcardProjection' is only allowed when the key is '$**'",
        ));
    }
    if projection.is_empty() {
        return Err(Error::failed_to_parse(
            "The 'wildcardProjection' field can't be an empty object",
        ));
    }
    check_truths(projection)?;
    let wildcard = Wildcard::new(spec.key.as_ref(), projection)?;
    if let Some(path) = wildcard.collision() {
        return Err(Error::new(
            31249,
            format_args!("Path collision at {}", path.as_str()),
        ));
    }
    // `_id` may be held beside paths that are left out.
    let mut others = DocumentBuf::new();
    for (name, value) in projection.iter().filter(|(name, _)| *name != "_id") {
        others.append(name, value);
    }
    if !others.as_ref().is_empty() {
        Projection::parse(others.as_ref(), &ParseScope::new(), ProjectionKind::Find)?;
    }
    Ok(wildcard)
}

fn check_truths(projection: DocumentRef<'_>) -> Result<()> {
    for (name, value) in projection.iter() {
        match value {
            ValueRef::Document(inner) if !inner.is_empty() => check_truths(inner)?,
            ValueRef::Boolean(_) => {}
            _ if value.is_number() => {}
            _ => {
                return Err(Error::new(
                    51271,
                    format_args!(
                        "the field '{name}' of a wildcardProjection must be a number or a bool, not {}",
                        value.kind().alias()
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Whole seconds as TTL indexes take them.
///
/// Errors: `CannotCreateIndex` (67).
fn expire_after_seconds(value: ValueRef<'_>) -> Result<i32> {
    let refuse = |what: &str| {
        Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            format_args!("TTL index 'expireAfterSeconds' {what}"),
        ))
    };
    if !value.is_number() {
        return refuse("option must be numeric");
    }
    // Not a number has no end, and so the largest there is.
    if value.is_nan() {
        return Ok(i32::MAX);
    }
    match value.to_i64_coerced() {
        Some(seconds) if seconds < 0 => refuse("cannot be less than 0"),
        Some(seconds) => match i32::try_from(seconds) {
            Ok(seconds) => Ok(seconds),
            Err(_) => refuse("must be within the range of a 32-bit integer"),
        },
        None => refuse("must be within the range of a 32-bit integer"),
    }
}

fn option(spec: &mut IndexSpec, name: &str, value: ValueRef<'_>, lenient: bool) -> Result<()> {
    match name {
        "key" | "name" | "ns" => {}
        "v" => match value.to_f64() {
            Some(2.0 | 1.0) => {}
            Some(_) => {
                return Err(Error::new(
                    codes::CANNOT_CREATE_INDEX,
                    format_args!(
                        "Invalid index specification: the index version {value} is not supported"
                    ),
                ));
            }
            None => return Err(wrong_type("v", value, "number")),
        },
        "unique" => spec.unique = flag(name, value)?,
        "sparse" => spec.sparse = flag(name, value)?,
        "hidden" => match value {
            ValueRef::Boolean(hidden) => spec.hidden = hidden,
            _ => return Err(wrong_type(name, value, "bool")),
        },
        "background" | "dropDups" => drop(flag(name, value)?),
        "prepareUnique" => spec.prepare_unique = flag(name, value)?,
        "expireAfterSeconds" => spec.expire_after_seconds = Some(expire_after_seconds(value)?),
        "partialFilterExpression" => {
            let filter = value
                .as_document()
                .ok_or_else(|| wrong_type(name, value, "object"))?;
            spec.partial = Some(Rc::new(PartialFilter::parse(filter)?));
        }
        "wildcardProjection" => {
            spec.wildcard = Some(Rc::new(wildcard_projection(spec, value)?));
        }
        "collation" => check_collation(value)?,
        _ if REFUSED.iter().any(|(refused, _)| *refused == name) => {
            return Err(Error::new(
                codes::NOT_IMPLEMENTED,
                format_args!("the index option '{name}' is not supported"),
            ));
        }
        _ if lenient => {}
        _ => {
            return Err(Error::new(
                codes::INVALID_INDEX_SPECIFICATION_OPTION,
                format_args!("The field '{name}' is not valid for an index specification."),
            ));
        }
    }
    Ok(())
}

fn flag(name: &str, value: ValueRef<'_>) -> Result<bool> {
    match value {
        ValueRef::Boolean(flag) => Ok(flag),
        _ if value.is_number() => Ok(value.is_truthy()),
        _ => Err(wrong_type(name, value, "bool")),
    }
}

fn check_name(name: &str) -> Result<&str> {
    if name.is_empty() {
        return Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            "index name cannot be empty",
        ));
    }
    if name == "*" {
        return Err(Error::bad_value("The index name '*' is not valid."));
    }
    if name.contains('\0') {
        return Err(Error::new(
            codes::CANNOT_CREATE_INDEX,
            "index name cannot hold a zero byte",
        ));
    }
    Ok(name)
}

/// Errors: `CannotCreateIndex` (67).
fn check_key(key: DocumentRef<'_>) -> Result<()> {
    let refuse = |what: String| Err(Error::new(codes::CANNOT_CREATE_INDEX, what));
    if key.is_empty() {
        return refuse("Index keys cannot be an empty object".to_owned());
    }
    if key.count() > limits::KEY_FIELDS_MAX {
        return refuse("Index has too many fields: 32 is the most".to_owned());
    }
    for (at, (name, value)) in key.iter().enumerate() {
        check_field(name).or_else(refuse)?;
        if key.iter().take(at).any(|(earlier, _)| earlier == name) {
            return refuse(format!(
                "the field '{name}' appears multiple times in the index key pattern"
            ));
        }
        match value {
            ValueRef::String("") => {
                return refuse(
                    "Values in the index key pattern cannot be empty strings".to_owned(),
                );
            }
            ValueRef::String("hashed") if !is_wildcard(name) => {
                let is_hash = |value: ValueRef<'_>| value.as_str() == Some("hashed");
                if key.iter().take(at).any(|(_, value)| is_hash(value)) {
                    return Err(Error::new(
                        31303,
                        "A maximum of one index field is allowed to be hashed",
                    ));
                }
            }
            ValueRef::String(kind) => {
                return refuse(format!(
                    "Unknown index plugin '{kind}', or a kind of index that is not supported"
                ));
            }
            _ if is_wildcard(name) && name.matches("$**").count() > 1 => {
                return refuse(format!("a path has one wildcard, at its end: {name}"));
            }
            _ if is_wildcard(name)
                && key.iter().take(at).any(|(earlier, _)| is_wildcard(earlier)) =>
            {
                return Err(Error::new(
                    7246201,
                    "an index has one wildcard field at most",
                ));
            }
            _ if value.is_nan() || value.to_f64().is_some_and(|number| number == 0.0) => {
                return refuse("Values in the index key pattern cannot be 0.".to_owned());
            }
            _ if value.is_number() => {}
            _ => {
                return refuse(format!(
                    "Values in v:2 index key pattern cannot be of type {}. Only numbers > 0, numbers < 0, and strings are allowed.",
                    value.kind().alias()
                ));
            }
        }
    }
    Ok(())
}

fn check_field(name: &str) -> std::result::Result<(), String> {
    if name.is_empty() {
        return Err("Index keys cannot be an empty field.".to_owned());
    }
    if name.split('.').any(str::is_empty) {
        return Err("Index keys cannot contain an empty path component.".to_owned());
    }
    if !is_wildcard(name) && name.contains("$**") {
        return Err(format!("a wildcard stands at the end of a path: {name}"));
    }
    if name
        .split('.')
        .any(|part| part.starts_with('$') && !matches!(part, "$**" | "$id" | "$ref" | "$db"))
    {
        return Err(format!(
            "Index key contains an illegal field name: field name starts with '$': {name}"
        ));
    }
    Ok(())
}

fn is_id_key(key: DocumentRef<'_>) -> bool {
    key.count() == 1
        && key
            .get("_id")
            .is_some_and(|value| value.to_f64() == Some(1.0))
}

/// The index on `_id` is there already, whatever it is called, and takes no options.
fn id_index(spec: IndexSpec, document: DocumentRef<'_>) -> Result<IndexSpec> {
    let allowed = ["key", "name", "v", "ns", "collation"];
    for (name, value) in document.iter() {
        let harmless = name == "unique" && value.is_truthy() || name == "background";
        if !allowed.contains(&name) && !harmless {
            return Err(Error::new(
                codes::INVALID_INDEX_SPECIFICATION_OPTION,
                format_args!("The field '{name}' is not valid for an _id index specification."),
            ));
        }
    }
    debug_assert!(!spec.sparse);
    Ok(IndexSpec::on_id())
}

#[cold]
fn wrong_type(name: &str, value: ValueRef<'_>, expected: &str) -> Error {
    Error::new(
        codes::TYPE_MISMATCH,
        format_args!(
            "The field '{name}' of an index specification must be a {expected}, but got {}",
            value.kind().alias()
        ),
    )
}
