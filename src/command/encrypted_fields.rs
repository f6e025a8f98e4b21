//! The option `encryptedFields` of create: checked, so that mistakes are told, then refused: only a
//! replica set has encrypted collections.
//!
//! Source: the manual, "Queryable Encryption: Fields and Enabled Queries".

use super::arguments::{Arguments, Field, Takes, optional, required};
use crate::error::{Error, Result, codes};
use crate::value::{DocumentRef, Kind, ValueRef, compare};

const FIELDS: &[Field] = &[
    required("fields", Takes::Array),
    optional("strEncodeVersion", Takes::Number),
    optional("escCollection", Takes::String),
    optional("ecocCollection", Takes::String),
];

const FIELD: &[Field] = &[
    required("path", Takes::String),
    required("keyId", Takes::Any),
    optional("bsonType", Takes::String),
    optional("queries", Takes::Any),
];

const QUERY: &[Field] = &[
    required("queryType", Takes::String),
    optional("contention", Takes::Number),
    optional("sparsity", Takes::Number),
    optional("trimFactor", Takes::Number),
    optional("precision", Takes::Number),
    optional("min", Takes::Any),
    optional("max", Takes::Any),
    optional("strMaxLength", Takes::Number),
    optional("strMinQueryLength", Takes::Number),
    optional("strMaxQueryLength", Takes::Number),
    optional("caseSensitive", Takes::Bool),
    optional("diacriticSensitive", Takes::Bool),
];

/// The numbers of a query and their least and greatest values.
const BOUNDS: &[(&str, i64, i64)] = &[
    ("contention", 0, i64::MAX),
    ("sparsity", 1, 8),
    ("trimFactor", 0, i64::MAX),
    ("precision", 0, i64::MAX),
    ("strMaxLength", 1, i64::MAX),
    ("strMinQueryLength", 1, i64::MAX),
    ("strMaxQueryLength", 1, i64::MAX),
];

/// Kinds of queries on parts of texts.
const OF_TEXTS: &[&str] = &["suffixPreview", "prefixPreview", "substringPreview"];

/// Types that cannot be encrypted.
const NOT_ENCRYPTED: &[Kind] = &[Kind::Null, Kind::Undefined, Kind::MinKey, Kind::MaxKey];

/// Types of numbers and dates, which have ranges.
const WITH_RANGES: &[Kind] = &[
    Kind::Int32,
    Kind::Int64,
    Kind::Double,
    Kind::Decimal128,
    Kind::Date,
];

/// Never succeeds.
///
/// Errors: those of the parts; 6367301 with `capped`, 6346401 for views and time series, 6346402
/// when all is well.
pub(super) fn check(fields: DocumentRef<'_>, arguments: &Arguments<'_>) -> Result<()> {
    let fields = Arguments::inside("create.encryptedFields", fields, FIELDS)?;
    let mut paths: Vec<&str> = Vec::new();
    for field in fields.array("fields").iter().flat_map(|list| list.iter()) {
        let field = field.as_document().ok_or_else(|| {
            Error::type_mismatch("BSON field 'encryptedFields.fields' must be an array of objects")
        })?;
        // Null is not absent here.
        let queries = field.get("queries");
        let field = Arguments::inside("create.encryptedFields.fields", field, FIELD)?;
        let path = field.string("path").unwrap_or_default();
        check_path(path)?;
        if paths.contains(&path) {
            return Err(Error::new(
                6338402,
                "an encrypted path may not be named twice",
            ));
        }
        paths.push(path);
        check_field(&field, queries)?;
    }
    let given = |name: &str| arguments.get(name).is_some_and(|value| value.is_truthy());
    if given("viewOn") || given("timeseries") {
        return Err(Error::new(
            6346401,
            "encryptedFields cannot be used with views or time-series collections",
        ));
    }
    if given("capped") {
        return Err(Error::new(
            6367301,
            "encryptedFields cannot be used with a capped collection",
        ));
    }
    Err(Error::new(
        6346402,
        "Encrypted collections are not supported on standalone",
    ))
}

fn check_path(path: &str) -> Result<()> {
    let refuse = |code: i32, what: &str| Err(Error::new(code, what));
    if path.is_empty() {
        return refuse(6316402, "an encrypted path may not be empty");
    }
    if path == "_id" || path.starts_with("_id.") {
        return refuse(6316403, "_id cannot be encrypted");
    }
    if path.contains('\0') {
        return refuse(9867600, "an encrypted path may not hold a zero byte");
    }
    Ok(())
}

fn check_field(field: &Arguments<'_>, given_queries: Option<ValueRef<'_>>) -> Result<()> {
    match field.get("keyId") {
        Some(ValueRef::Binary(uuid)) if uuid.bytes.len() == 16 => {}
        Some(ValueRef::Binary(_)) => {
            return Err(Error::new(codes::INVALID_UUID, "a UUID has 16 bytes"));
        }
        _ => return Err(Error::type_mismatch("'keyId' must be a UUID")),
    }
    let kind = match field.string("bsonType") {
        None => None,
        Some(name) => Some(
            Kind::from_alias(name)
                .ok_or_else(|| Error::bad_value(format_args!("Unknown type name alias: {name}")))?,
        ),
    };
    if kind.is_some_and(|kind| NOT_ENCRYPTED.contains(&kind)) {
        return Err(Error::new(
            6338406,
            "values of this type cannot be encrypted",
        ));
    }
    let queries = match given_queries {
        None => return Ok(()),
        Some(ValueRef::Document(query)) => vec![query],
        Some(ValueRef::Array(list)) => list.iter().filter_map(|one| one.as_document()).collect(),
        Some(_) => {
            return Err(Error::type_mismatch(
                "'queries' must be an object or an array",
            ));
        }
    };
    if queries.is_empty() {
        return Err(Error::new(9783412, "'queries' may not be empty"));
    }
    let mut types = Vec::new();
    for query in &queries {
        let query = Arguments::inside("create.encryptedFields.fields.queries", *query, QUERY)?;
        types.push(query.string("queryType").unwrap_or_default());
        check_query(&query, kind)?;
    }
    check_types(&types)
}

/// Which kinds of queries can stand together.
fn check_types(types: &[&str]) -> Result<()> {
    let (texts, others): (Vec<&str>, Vec<&str>) =
        types.iter().partition(|name| OF_TEXTS.contains(name));
    if types.len() > 2 {
        return Err(Error::new(
            9783413,
            "a field has at most two types of queries",
        ));
    }
    if types.len() == 2 && (texts.len() != 2 || !others.is_empty() || texts[0] == texts[1]) {
        return Err(Error::new(
            9783414,
            "only queries on prefixes and suffixes can stand together",
        ));
    }
    Ok(())
}

fn check_query(query: &Arguments<'_>, kind: Option<Kind>) -> Result<()> {
    for &(name, least, greatest) in BOUNDS {
        let Some(number) = query.get(name) else {
            continue;
        };
        let number = number.to_i64_exact().ok_or_else(|| {
            Error::failed_to_parse(format_args!("'{name}' must be a whole number"))
        })?;
        if !(least..=greatest).contains(&number) {
            return Err(Error::bad_value(format_args!(
                "'{name}' is out of its range"
            )));
        }
    }
    match query.string("queryType").unwrap_or_default() {
        "equality" => Ok(()),
        "range" => check_range(query, kind),
        name if OF_TEXTS.contains(&name) => check_text(query, kind),
        other => Err(Error::bad_value(format_args!(
            "Enumeration value '{other}' for field 'queryType' is not a valid value."
        ))),
    }
}

fn check_range(query: &Arguments<'_>, kind: Option<Kind>) -> Result<()> {
    let Some(kind) = kind.filter(|kind| WITH_RANGES.contains(kind)) else {
        return Err(Error::new(6775201, "values of this type have no ranges"));
    };
    let bounds = ["min", "max"].map(|name| query.get(name));
    for bound in bounds.iter().flatten() {
        if bound.kind() != kind {
            return Err(Error::new(7018200, "a bound must have the field's type"));
        }
    }
    match bounds {
        [Some(min), Some(max)] if compare(min, max).is_ge() => Err(Error::new(
            6720005,
            "the lower bound must be less than the upper one",
        )),
        _ => Ok(()),
    }
}

fn check_text(query: &Arguments<'_>, kind: Option<Kind>) -> Result<()> {
    if kind != Some(Kind::String) {
        return Err(Error::new(9783400, "only strings have queries on texts"));
    }
    for (name, code) in [
        ("strMinQueryLength", 9783402),
        ("strMaxQueryLength", 9783403),
        ("caseSensitive", 9783404),
        ("diacriticSensitive", 9783405),
    ] {
        if query.get(name).is_none() {
            return Err(Error::new(code, format_args!("'{name}' is missing")));
        }
    }
    if query.number("strMinQueryLength") > query.number("strMaxQueryLength") {
        return Err(Error::new(
            9783406,
            "the least length is greater than the greatest",
        ));
    }
    Ok(())
}
