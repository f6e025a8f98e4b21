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
        let message = format!("{name} must be run against the 'admin' database");
        return Err(Error::new(codes::INVALID_NAMESPACE, message));
    }
    let argument = value.as_document().ok_or_else(|| {
        Error::failed_to_parse(format!("{name} value must be an object. Found: {value}"))
    })?;
    check_fields(name, argument, &["transformIdentifiers"])?;
    let wrong_type = |field: &str| {
        Error::type_mismatch(format!(
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
            let message = format!("BSON field '{path}.algorithm' is missing but a required field");
            return Err(Error::new(40414, message));
        }
        Some(ValueRef::String("hmac-sha-256")) => {}
        Some(ValueRef::String(other)) => {
            let message = format!("'{other}' is not an algorithm of {path}");
            return Err(Error::bad_value(message));
        }
        Some(_) => return Err(wrong_type(".algorithm")),
    }
    match transform.get("hmacKey") {
        Some(ValueRef::Binary(_)) => Ok(stage(name, value, Vec::new())),
        None => Err(Error::failed_to_parse(format!(
            "{path} needs an 'hmacKey' for its algorithm"
        ))),
        Some(_) => Err(wrong_type(".hmacKey")),
    }
}
