//! $queryStats: statistics of the shapes of queries. Servers collect none unless they are told to,
//! and this one cannot be told, so there are none.
//!
//! Source: the manual, "$queryStats".

use super::listed::{check_fields, stage};
use crate::aggregate::PipelineScope;
use crate::aggregate::registry::Parsed;
use crate::error::{Error, Result, codes};
use crate::value::ValueRef;

/// Errors: `FailedToParse` (9: no document, no key), 40415, 40414, `TypeMismatch` (14), `BadValue` (2:
/// another algorithm), `InvalidNamespace` (73) outside `admin`.
pub fn parse(name: &'static str, value: ValueRef<'_>, scope: &PipelineScope<'_>) -> Result<Parsed> {
    if scope.namespace.database() != "admin" {
        return Err(Error::new(
            codes::INVALID_NAMESPACE,
            format_args!("{name} must be run against the 'admin' database"),
        ));
    }
    let argument = value.as_document().ok_or_else(|| {
        Error::failed_to_parse(format_args!(
            "{name} value must be an object. Found: {value}"
        ))
    })?;
    check_fields(name, argument, &["transformIdentifiers"])?;
    let wrong_type = |field: &str| {
        Error::type_mismatch(format_args!(
            "BSON field '{name}.transformIdentifiers{field}' is the wrong type"
        ))
    };
    let Some(transform) = argument.get("transformIdentifiers") else {
        return Ok(stage(name, value, Vec::new()));
    };
    let transform = transform.as_document().ok_or_else(|| wrong_type(""))?;
    let path = format!("{name}.transformIdentifiers");
    check_fields(&path, transform, &["algorithm", "hmacKey"])?;
    match transform.get("algorithm") {
        None => {
            return Err(Error::new(
                40414,
                format_args!("BSON field '{path}.algorithm' is missing but a required field"),
            ));
        }
        Some(ValueRef::String("hmac-sha-256")) => {}
        Some(ValueRef::String(other)) => {
            return Err(Error::bad_value(format_args!(
                "'{other}' is not an algorithm of {path}"
            )));
        }
        Some(_) => return Err(wrong_type(".algorithm")),
    }
    match transform.get("hmacKey") {
        Some(ValueRef::Binary(_)) => Ok(stage(name, value, Vec::new())),
        None => Err(Error::failed_to_parse(format_args!(
            "{path} needs an 'hmacKey' for its algorithm"
        ))),
        Some(_) => Err(wrong_type(".hmacKey")),
    }
}
